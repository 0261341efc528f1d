"""A county goes into one file and comes out of it again, on either database, whole or not at all."""

import json
import sqlite3
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

import config
from chainhub.core.db import Base
from chainhub.core.errors import Conflict, Invalid
from chainhub.county.people import service
from chainhub.county.people.models import User
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments import storing
from chainhub.documents.attachments.models import Attachment
from chainhub.operations import backup, importing, schema, seed, verify
from chainhub.operations.models import JobRun
from chainhub.tickets import listing
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import attaching
from chainhub.tickets.workflow import State
from chainhub.web import engine as engines
from tests import builders, files, people
from tests.conftest import _HASH
from tests.operations.test_importing import OPEN, OPERATOR, _file
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

LATER = NOW + timedelta(days=1)


def _quiet(_done, _total):
    """Nobody watches."""


def _write(engine, target, now, say, storage=None):
    return backup.write(engine, storage or _files(target), target, now, say)


def _restore(engine, source, now, say, *, force=False, storage=None):
    return backup.restore(engine, storage or _files(source), source, now, say, force=force)


def _files(beside):
    return storing.opened("", beside.parent.parent / f"{beside.parent.name}-files")


TICKETS = len(builders.REACHABLE) + 1  # what is merged is merged into another


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A county with a past, in a SQLite file of its own; what holds of it must hold wherever it is restored."""
    engine = engines.opened(f"sqlite:///{tmp_path_factory.mktemp('county') / 'county.db'}")
    _settle(engine)
    yield engine
    engine.dispose()


def _settle(engine) -> None:
    schema.upgrade(engine)
    with Session(engine) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=NOW)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        for state in builders.REACHABLE:
            builders.a_ticket(session, state, title=f"到{state.label}的一件")
        assert service.authenticate(session, people.OWNER, "chainhub-demo", "x", NOW).account
    with Session(engine) as session, session.begin():
        assert verify.seal(work_of(session, "clock", LATER), NOW.date())


@pytest.fixture(scope="module")
def file(county, tmp_path_factory):
    found = tmp_path_factory.mktemp("backup") / "county.zip"
    _write(county, found, NOW, _quiet)
    return found


def _rows(engine) -> dict[str, list[tuple]]:
    """Everything a database holds, but the epochs, which a restore raises on purpose."""
    found = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "epoch"]
            found[table.name] = [
                tuple(row)
                for row in connection.execute(select(*columns).order_by(*table.primary_key.columns))
            ]
    return found


def test_what_comes_out_is_what_went_in(county, file, empty):
    _restore(empty, file, LATER, _quiet)

    assert _rows(empty) == _rows(county)
    with Session(empty) as session:
        verdict = verify.verify(session)
        assert verdict.ok, verdict.faults
        assert verdict.events > TICKETS
        assert verdict.seals == 1


def test_a_backup_of_either_database_is_the_same(file, empty, tmp_path):
    _restore(empty, file, LATER, _quiet)

    again = _write(empty, tmp_path / "again.zip", NOW, _quiet)

    tables = {one.name: one for one in again.tables}
    for part in backup.check(file).tables:
        assert tables[part.name].columns == part.columns
        assert tables[part.name].own == part.own
        if part.name != "user_account":  # its epochs were raised
            assert tables[part.name].sha256 == part.sha256, part.name


def test_a_restored_county_goes_on(file, empty):
    _restore(empty, file, LATER, _quiet)

    with Session(empty, expire_on_commit=False) as session, session.begin():
        known_before = set(session.scalars(select(Ticket.number)))
        ticket = builders.a_ticket(session, State.CLOSED, title="还原以后的一件")
        assert ticket.number not in known_before
        leader = work_of(session, people.PRINCIPAL)
        for words, count in (("还原以后", 1), ("到已销号", 1), ("砚禾", TICKETS + 1)):
            page = listing.page(leader, listing.Filter(q=words))
            assert len(page.items) == count, words
    with Session(empty) as session:
        assert verify.verify(session).ok


def test_what_an_undone_import_took_out_is_not_found_again(county, empty, tmp_path):
    from contextlib import contextmanager

    from chainhub.core.actor import THE_CLOCK
    from chainhub.core.work import Work
    from chainhub.county import known

    here, file = engines.opened(f"sqlite:///{tmp_path / 'here.db'}"), tmp_path / "b.zip"
    _settle(here)

    def _opening(engine):
        @contextmanager
        def _opened():
            with Session(engine) as session, session.begin():
                yield Work(session, THE_CLOCK, NOW, known.of(session).calendar)

        return _opened

    undone, kept = _file(OPEN), _file(OPEN | {"原编号": "留着", "内容": "食堂的油烟很大，请来看看。"})
    for content in (undone, kept):
        importing.run(_opening(here), "台账.xlsx", content, OPERATOR, dry_run=False, say=_quiet)
    importing.undo(_opening(here), "台账.xlsx", undone, OPERATOR)
    _write(here, file, NOW, _quiet)
    here.dispose()

    _restore(empty, file, LATER, _quiet)

    def _found(words):
        with Session(empty) as session:
            leader = work_of(session, people.PRINCIPAL)
            return len(listing.page(leader, listing.Filter(q=words)).items)

    assert (_found("路灯"), _found("油烟")) == (0, 1)
    importing.undo(
        _opening(empty), "台账.xlsx", kept, OPERATOR
    )  # takes it out of the index by the same texts
    assert _found("油烟") == 0


def test_after_a_restore_everybody_signs_in_again(file, empty):
    _restore(empty, file, LATER, _quiet)
    with Session(empty) as session:
        first = set(session.scalars(select(User.epoch)))
    _restore(empty, file, LATER, _quiet, force=True)
    with Session(empty) as session:
        epochs = set(session.scalars(select(User.epoch)))

    assert min(first) >= int(LATER.timestamp())
    assert min(epochs) >= int(LATER.timestamp())


def test_one_moment_is_backed_up_whatever_is_written_meanwhile(empty, tmp_path):
    _settle(empty)
    wrote = []

    def _write_meanwhile(_done, _total):
        if not wrote:
            with Session(empty) as session, session.begin():
                wrote.append(builders.submitted(session, title="备份时报的").number)

    made = _write(empty, tmp_path / "b.zip", NOW, _write_meanwhile)

    rows = {one.name: one.rows for one in made.tables}
    assert wrote
    assert rows["ticket"] == TICKETS
    with Session(empty) as session:
        assert session.scalar(select(func.count(Ticket.id))) == TICKETS + 1


def test_a_backup_is_its_owners_alone_and_overwrites_nothing(county, file):
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == [file.name]

    with pytest.raises(Invalid, match="已经存在"):
        _write(county, file, NOW, _quiet)


def test_a_database_with_data_is_replaced_only_by_force(file, empty):
    _settle(empty)
    with Session(empty) as session, session.begin():
        builders.submitted(session, title="还原会换掉的")

    with pytest.raises(Conflict, match="库里已经有数据"):
        _restore(empty, file, LATER, _quiet)
    with Session(empty) as session:
        assert session.scalar(select(func.count(Ticket.id))) == TICKETS + 1

    _restore(empty, file, LATER, _quiet, force=True)
    with Session(empty) as session:
        assert session.scalar(select(func.count(Ticket.id))) == TICKETS


def test_a_scheduler_that_has_begun_does_not_make_a_database_full(file, empty):
    schema.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(
            insert(JobRun).values(name="heartbeat", started_at=NOW, ended_at=NOW, done=0, failed=0, error="")
        )

    _restore(empty, file, LATER, _quiet)

    with Session(empty) as session:
        assert session.get(JobRun, "heartbeat") is None


def test_a_restore_that_breaks_leaves_what_was(file, empty, monkeypatch):
    _settle(empty)
    before = _rows(empty)

    def _breaks(_connection):
        raise RuntimeError("power failure")

    monkeypatch.setattr(backup, "_index", _breaks)
    with pytest.raises(RuntimeError, match="power failure"):
        _restore(empty, file, LATER, _quiet, force=True)

    assert _rows(empty) == before


def _changed(file, tmp_path, change) -> object:
    """The same backup with some parts changed."""
    made = tmp_path / "changed.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return made


def _manifest(**said):
    def _change(name, data):
        return json.dumps(json.loads(data) | said).encode() if name == "manifest.json" else data

    return _change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda name, data: data.replace(b"qiye", b"qixe"), "和清单对不上"),
        (lambda name, data: b"" if name == "tables/ticket.jsonl" else data, "和清单对不上"),
        (lambda name, data: None if name == "tables/ticket.jsonl" else data, "或者坏了"),
        (lambda name, data: None if name == "manifest.json" else data, "或者坏了"),
        (lambda name, data: b"{}" if name == "manifest.json" else data, "或者坏了"),
        (_manifest(format=3), "格式是第 3 版"),
        (_manifest(schema="9999"), "比程序"),
    ],
)
def test_a_backup_that_is_not_sound_is_refused_before_anything_is_touched(
    file, empty, tmp_path, change, words
):
    with pytest.raises(Invalid, match=words):
        _restore(empty, _changed(file, tmp_path, change), LATER, _quiet)

    with empty.connect() as connection:
        assert schema.version(connection) is None


def test_something_else_is_no_backup(empty, tmp_path):
    other = tmp_path / "chainhub.db"
    sqlite3.connect(other).execute("CREATE TABLE a (b)").connection.close()

    with pytest.raises(Invalid, match="不是 chainhub backup 做的备份"):
        _restore(empty, other, LATER, _quiet)


def test_a_database_that_was_never_made_has_nothing_to_back_up(empty, tmp_path):
    with pytest.raises(Conflict, match="还没有建好"):
        _write(empty, tmp_path / "b.zip", NOW, _quiet)

    assert list(tmp_path.glob("b.zip*")) == []


def test_a_backup_of_an_older_version_is_brought_up_to_this_one(empty, tmp_path):
    schema.upgrade(empty, "0001")
    old = tmp_path / "old.zip"
    with empty.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO chain (code, name, short, prefix, position) VALUES ('a', '甲链', '甲', 'AA', 1)"
            )
        )
    made = _write(empty, old, NOW, _quiet)
    assert made.schema == "0001"
    assert "ended_session" not in {one.name for one in made.tables}

    schema.upgrade(empty)
    with pytest.raises(Conflict, match="还原到一个空库里"):
        _restore(empty, old, LATER, _quiet, force=True)
    with empty.begin() as connection:
        connection.execute(text("DELETE FROM chain"))
    _restore(empty, old, LATER, _quiet)

    with empty.connect() as connection:
        assert schema.version(connection) == schema.HEAD
        assert connection.scalar(text("SELECT name FROM chain")) == "甲链"


def test_an_epoch_far_ahead_still_moves_on(county, empty, tmp_path):
    _settle(empty)
    ahead = int(LATER.timestamp()) + 10_000
    with empty.begin() as connection:
        connection.execute(update(User).values(epoch=ahead))
    file = tmp_path / "ahead.zip"
    _write(empty, file, NOW, _quiet)

    _restore(empty, file, LATER, _quiet, force=True)

    with Session(empty) as session:
        assert set(session.scalars(select(User.epoch))) == {ahead + 1}


# Files


@pytest.fixture
def with_files(empty, tmp_path):
    """A county on either database with two files of a ticket, and where they lie."""
    _settle(empty)
    storage = storing.opened("", tmp_path / "here")
    with Session(empty, expire_on_commit=False) as session, session.begin(), storage.keeping() as shelf:
        ticket = builders.a_ticket(session, State.HANDLING)
        sent = [files.upload(files.PDF, "方案.pdf"), files.upload(files.picture(), "现场.jpg")]
        attaching.attach(work_of(session, people.POWER), shelf, ticket.number, attachments.examine(sent))
    return empty, storage


def _stored(engine) -> list:
    with Session(engine) as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def test_files_go_along_and_are_where_their_rows_look_for_them(with_files, tmp_path):
    engine, storage = with_files
    made = _write(engine, tmp_path / "b.zip", NOW, _quiet, storage)
    assert (made.files.count, made.files.missing) == (2, [])
    elsewhere = storing.opened("", tmp_path / "there")

    for _ in range(2):  # what is there already is left as it is
        _restore(engine, tmp_path / "b.zip", LATER, _quiet, force=True, storage=elsewhere)

    rows = _stored(engine)
    assert [attachments.read(elsewhere, one) for one in rows] == [
        attachments.read(storage, one) for one in rows
    ]
    assert attachments.read(elsewhere, rows[0]) == files.PDF


def test_a_file_that_is_gone_or_was_altered_is_named_and_the_rest_is_saved(with_files, tmp_path):
    engine, storage = with_files
    first, second = (one.stored_as for one in _stored(engine))
    with storage.writing(first) as stream:
        stream.write(b"altered")

    made = _write(engine, tmp_path / "b.zip", NOW, _quiet, storage)

    assert (made.files.count, made.files.missing) == (1, [first])
    elsewhere = storing.opened("", tmp_path / "there")
    _restore(engine, tmp_path / "b.zip", LATER, _quiet, force=True, storage=elsewhere)
    assert elsewhere.read(second) == storage.read(second)
    assert elsewhere.digest(first) is None


def test_files_of_a_backup_are_compared_before_anything_is_touched(with_files, tmp_path):
    engine, storage = with_files
    _write(engine, tmp_path / "b.zip", NOW, _quiet, storage)
    changes = (
        (lambda name, data: b"x" if name.startswith("files/") else data, "附件和清单对不上"),
        (lambda name, data: None if name.startswith("files/") else data, "或者坏了"),
        (_manifest(files={"count": 1, "size": 1, "missing": []}), "附件数和清单对不上"),
    )
    for change, words in changes:
        with pytest.raises(Invalid, match=words):
            _restore(engine, _changed(tmp_path / "b.zip", tmp_path, change), LATER, _quiet, force=True)


def test_files_are_taken_back_where_the_rows_were_not_written(with_files, tmp_path, monkeypatch):
    engine, storage = with_files
    _write(engine, tmp_path / "b.zip", NOW, _quiet, storage)

    def _breaks(_connection):
        raise RuntimeError("power failure")

    monkeypatch.setattr(backup, "_index", _breaks)
    elsewhere = storing.opened("", tmp_path / "there")
    with pytest.raises(RuntimeError, match="power failure"):
        _restore(engine, tmp_path / "b.zip", LATER, _quiet, force=True, storage=elsewhere)

    assert [elsewhere.digest(one.stored_as) for one in _stored(engine)] == [None, None]


def test_a_backup_of_the_format_before_files_is_still_read(with_files, tmp_path):
    engine, storage = with_files
    _write(engine, tmp_path / "b.zip", NOW, _quiet, storage)

    def _older(name, data):
        if name != "manifest.json":
            return None if name.startswith("files/") else data
        found = json.loads(data) | {"format": 1}
        return json.dumps({one: value for one, value in found.items() if one != "files"}).encode()

    found = _restore(engine, _changed(tmp_path / "b.zip", tmp_path, _older), LATER, _quiet, force=True)

    assert (found.format, found.files.count) == (1, 0)
    assert len(_stored(engine)) == 2
