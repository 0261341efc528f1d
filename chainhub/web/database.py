"""The one Flask-SQLAlchemy object: it lends engine and session; models stand on the plain `Base`."""

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine

from chainhub.core.db import Base
from chainhub.web import engine


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


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True, session_options={"class_": OneDatabase})


def register(app: Flask) -> None:
    """Lend the database to an application, and let go of it after each request."""
    db.init_app(app)

    @app.teardown_appcontext
    def _let_go(
        _error: BaseException | None,
    ) -> None:  # before the extension closes the session by a rollback
        if db.session.registry.has():
            engine.let_go(db.session())
