"""The program was upgraded and the database was not: pages and probes say so, and what to do."""

import dataclasses

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

import config
from chainhub.app import create_app
from chainhub.county.people.models import EndedSession
from chainhub.operations import schema, seed
from chainhub.web import engine as engines
from chainhub.web.database import db
from tests.conftest import _HASH
from tests.people import NOW, OWNER
from tests.web_client import sign_in

pytestmark = pytest.mark.slow

SENTENCE = "数据库版本比程序旧，请先运行 chainhub db upgrade。"


@pytest.fixture
def older(empty):
    """A county in a database of the version before sign-outs were remembered."""
    schema.upgrade(empty)
    with Session(empty) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=NOW)
    schema.downgrade(empty, "0001")
    return empty


@pytest.fixture
def app_on(empty_url, settings, standing_app):
    """The application on a database of its own."""
    made = create_app(dataclasses.replace(settings, database_url=empty_url))
    with made.app_context():
        db.session.remove()
        db.session.session_factory.configure(
            bind=None
        )  # its own again; the fixture of the suite lends it another
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_page_says_what_is_so_and_what_to_do(older, app_on):
    answer = sign_in(app_on.test_client(), OWNER)  # the first thing that asks after an account

    assert answer.status_code == 503
    assert SENTENCE in answer.text
    assert "数据库没有应答" not in answer.text


def test_readyz_says_it_too(older, app_on):
    answer = app_on.test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json()["checks"]["migrations"] == f"at 0001, wanted {schema.HEAD}: {SENTENCE}"


def test_before_any_migration_readyz_says_what_to_run(empty, app_on):
    answer = app_on.test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json()["checks"]["migrations"] == f"not migrated: {SENTENCE}"


def test_a_program_is_told_in_the_shape_of_programs(app):
    with app.test_request_context("/api/v1/me"):
        answer = app.ensure_sync(app.handle_user_exception)(engines.SchemaBehind(SENTENCE))

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (503, "schema_behind")
    assert answer.get_json(force=True)["title"] == SENTENCE


def test_what_is_missing_although_the_version_is_right_is_another_matter(empty):
    schema.upgrade(empty)
    engines.watch(empty, schema.is_behind)
    with empty.begin() as connection:
        EndedSession.__table__.drop(connection)

    with Session(empty) as session, pytest.raises((OperationalError, ProgrammingError)):
        session.scalars(select(EndedSession)).all()


def test_a_missing_table_of_an_older_database_is_named_as_such(older):
    engines.watch(older, schema.is_behind)

    with Session(older) as session, pytest.raises(engines.SchemaBehind, match="请先运行 chainhub db upgrade"):
        session.scalars(select(EndedSession)).all()
