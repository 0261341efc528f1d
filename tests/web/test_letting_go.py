"""How a request lets go of its database session: what it read leaves the statements prepared, nothing else is kept."""

from datetime import timedelta

import psycopg
import pytest
from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from chainhub.core.db import add_rows
from chainhub.county.people.models import EndedSession
from chainhub.web import database, engine
from chainhub.web.database import db
from tests.people import NOW

ENOUGH = 8  # executions after which psycopg has prepared a statement: more than five


@pytest.fixture
def app(empty, empty_url):
    """An application with the database alone, on a connection of its own."""
    made = Flask("letting_go")
    made.config.update(
        SQLALCHEMY_DATABASE_URI=empty_url, SQLALCHEMY_ENGINE_OPTIONS={**engine.options(empty_url)}
    )
    database.register(made)
    EndedSession.__table__.create(empty)
    with made.app_context():
        engine.prepare(db.engine)
        db.session.remove()
        db.session.session_factory.configure(bind=None)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def _kept(made: Flask) -> list[str]:
    with made.app_context(), db.engine.connect() as connection:
        return list(connection.scalars(select(EndedSession.sid)))


def _keep(made: Flask, sid: str) -> None:
    with made.app_context():
        here = db.session()
        engine.writing(here)
        here.add(EndedSession(sid=sid, until=NOW))
        here.commit()


def _prepared(made: Flask) -> int:
    with made.app_context(), db.engine.connect() as connection:
        return connection.scalar(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%ended_session%'")
        )


def _read(made: Flask) -> None:
    with made.app_context():
        here = db.session()
        engine.read_only(here)
        here.scalars(select(EndedSession)).all()


@pytest.mark.one_database("postgresql")
def test_statements_stay_prepared_from_one_request_to_the_next(app):
    for _ in range(ENOUGH):
        _read(app)

    assert _prepared(app) == 1


def _sets(here):
    here.scalars(select(EndedSession)).one().until = NOW + timedelta(days=1)
    here.flush()


WRITES = {
    "flushed": lambda here: (here.add(EndedSession(sid="flushed", until=NOW)), here.flush()),
    "changed": _sets,
    "executed": lambda here: here.execute(insert(EndedSession).values(sid="executed", until=NOW)),
    "deleted": lambda here: here.execute(delete(EndedSession)),
    "in words": lambda here: here.execute(
        text("INSERT INTO ended_session (sid, until) VALUES ('said', '2026-03-02')")
    ),
    "past the session": lambda here: here.connection().execute(delete(EndedSession)),
    "in bulk": lambda here: here.bulk_insert_mappings(EndedSession, [{"sid": "in bulk", "until": NOW}]),
    "past the mapper": lambda here: add_rows(
        here, EndedSession.__table__, [{"sid": "past the mapper", "until": NOW}]
    ),
    "locked": lambda here: here.scalars(select(EndedSession).with_for_update()).all(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_reading_request_that_would_write_is_refused(app, write):
    """On a server nothing would undo it: each statement of a reading request stands alone."""
    _keep(app, "before")

    with app.app_context():
        here = db.session()
        engine.read_only(here)
        with pytest.raises(engine.WritesWhileReading):
            write(here)

    assert _kept(app) == ["before"]
    _keep(app, "after")  # the next who takes the connection may write
    assert sorted(_kept(app)) == ["after", "before"]


def test_what_a_reading_request_has_only_thought_of_is_not_kept(app):
    with app.app_context():
        here = db.session()
        engine.read_only(here)
        here.add(EndedSession(sid="added", until=NOW))

    assert _kept(app) == []


def test_who_read_first_and_writes_then_keeps_what_is_written(app):
    with app.app_context():
        here = db.session()
        engine.read_only(here)
        here.scalars(select(EndedSession)).all()
        engine.writing(here)
        here.add(EndedSession(sid="kept", until=NOW))
        here.flush()
        here.rollback()
        engine.writing(here)
        here.add(EndedSession(sid="kept after all", until=NOW))
        here.commit()

    assert _kept(app) == ["kept after all"]


@pytest.mark.one_database("postgresql")
def test_a_cursor_is_read_in_one_transaction(app):
    _keep(app, "one")

    with app.app_context():
        here = db.session()
        engine.read_only(here, in_one=True)
        found = list(here.scalars(select(EndedSession.sid).execution_options(yield_per=1)))

    assert found == ["one"]


def test_what_was_committed_stays_and_what_was_read_after_it_does_no_harm(app):
    with app.app_context():
        here = db.session()
        engine.writing(here)
        here.add(EndedSession(sid="kept", until=NOW))
        here.commit()
        here.scalars(select(EndedSession)).all()

    assert _kept(app) == ["kept"]


@pytest.mark.one_database("postgresql")
def test_what_failed_while_it_read_is_forgotten_and_harms_nobody(app):
    """A statement that is prepared for a table that has changed since would fail for ever."""
    for _ in range(ENOUGH):
        _read(app)

    with app.app_context():
        here = db.session()
        engine.read_only(here)
        with pytest.raises(DBAPIError):
            here.execute(select(text("no_such_column")).select_from(EndedSession.__table__))

    assert _prepared(app) == 0
    _read(app)
    assert _kept(app) == []


@pytest.mark.one_database("postgresql")
def test_a_session_whose_connection_is_gone_is_let_go_of_without_a_word(app, empty):
    with app.app_context():
        here = db.session()
        engine.read_only(here)
        own = here.scalar(select(func.pg_backend_pid()))
        with empty.connect() as other:
            other.execute(select(func.pg_terminate_backend(own)))

    with pytest.raises(OperationalError):  # nobody had asked since: one refusal in words is what it costs
        _read(app)
    _read(app)

    assert _kept(app) == []


@pytest.mark.one_database("postgresql")
def test_a_session_that_found_its_connection_gone_is_let_go_of_without_a_word(app, empty):
    """The request has been answered with 503 by then; what raised here would make a bare 500 of it."""
    with app.app_context():
        here = db.session()
        engine.read_only(here)
        own = here.scalar(select(func.pg_backend_pid()))
        with empty.connect() as other:
            other.execute(select(func.pg_terminate_backend(own)))
        with pytest.raises(OperationalError):
            here.scalar(select(func.pg_backend_pid()))

    _read(app)

    assert _kept(app) == []


@pytest.mark.one_database("postgresql")
def test_a_server_that_restarts_refuses_one_reader_and_not_one_for_each_connection(app, empty):
    with app.app_context():
        here, beside = db.session(), Session(db.engine)
        for one in (here, beside):
            engine.read_only(one)
        pids = [one.scalar(select(func.pg_backend_pid())) for one in (here, beside)]
        beside.close()
    with empty.connect() as other:
        for pid in pids:
            other.execute(select(func.pg_terminate_backend(pid)))

    with pytest.raises(OperationalError):
        _read(app)
    with app.app_context(), Session(db.engine) as first, Session(db.engine) as second:
        for one in (first, second):
            engine.read_only(one)
            assert one.scalars(select(EndedSession)).all() == []


@pytest.mark.one_database("postgresql")
def test_a_reading_request_opens_no_transaction_and_a_writing_one_does(app):
    def _stands(here):
        here.scalars(select(EndedSession)).all()
        return here.connection().connection.dbapi_connection.info.transaction_status

    with app.app_context():
        here = db.session()
        engine.read_only(here)
        assert _stands(here) == TransactionStatus.IDLE
        engine.writing(here)
        assert _stands(here) == TransactionStatus.INTRANS
        here.rollback()
        engine.read_only(here, in_one=True)
        assert _stands(here) == TransactionStatus.INTRANS


@pytest.mark.one_database("postgresql")
def test_a_session_that_never_got_a_connection_is_let_go_of_without_a_word(app, monkeypatch):
    with app.app_context():
        db.engine.dispose()
        monkeypatch.setattr(
            db.engine.dialect, "connect", _refused
        )  # the edge: a server that listens no longer
        here = db.session()
        with pytest.raises(OperationalError):
            here.scalar(select(func.pg_backend_pid()))

    monkeypatch.undo()
    assert _kept(app) == []


def _refused(*_given, **_named):
    raise psycopg.OperationalError("connection refused")
