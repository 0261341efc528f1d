"""The one Flask-SQLAlchemy object: it lends engine and session; models stand on the plain `Base`."""

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, SessionTransaction

from chainhub.core.db import Base

_WROTE = "chainhub_wrote"  # in the session's notes: its transaction has more than read


class OneDatabase(Session):
    """A session of the application's one database: it is looked up once, not for every statement."""

    def get_bind(
        self,
        mapper: Any = None,
        clause: Any = None,
        bind: Engine | Connection | None = None,
        **_given: Any,
    ) -> Engine | Connection:
        if bind is not None:
            return bind
        if self.bind is None:
            self.bind = self._db.engine
        return self.bind


@event.listens_for(OneDatabase, "after_flush")
def _flushed(session: OneDatabase, _context: object) -> None:
    session.info[_WROTE] = True


@event.listens_for(OneDatabase, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info[_WROTE] = True


@event.listens_for(OneDatabase, "after_transaction_end")
def _ended(session: OneDatabase, transaction: SessionTransaction) -> None:
    if transaction.parent is None:  # the whole of it, not a savepoint
        session.info.pop(_WROTE, None)


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True, session_options={"class_": OneDatabase})


def register(app: Flask) -> None:
    """Lend the database to an application, and let go of it after each request."""
    db.init_app(app)

    @app.teardown_appcontext
    def _let_go(
        _error: BaseException | None,
    ) -> None:  # before the extension closes the session by a rollback
        """End a transaction that has only read by COMMIT.

        Nothing is there to be kept; but at a ROLLBACK psycopg forgets every statement that it has prepared, and each
        page of PostgreSQL would be parsed and planned anew (decision 0031).
        """
        if not db.session.registry.has():
            return
        here = db.session()
        if not here.in_transaction() or _WROTE in here.info or here.new or here.dirty or here.deleted:
            return
        here.expunge_all()
        try:
            here.commit()
        except (
            SQLAlchemyError
        ):  # the connection is gone; nothing was to be kept, and whoever comes next is told
            here.rollback()
