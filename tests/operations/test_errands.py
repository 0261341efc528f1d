"""Errands: a ledger out and in by the scheduler; whose it is, what it shows, what becomes of a run that dies."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select, update

from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import GrantRow
from chainhub.documents import sheet_writing, sheets
from chainhub.documents.attachments import storing
from chainhub.notices.models import Notice
from chainhub.operations import importing, ledger
from chainhub.operations.errands import exporting, jobs, rules, running, service
from chainhub.operations.errands.models import Errand
from chainhub.operations.errands.rules import ErrandKind, Stage
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State
from tests import builders, people
from tests.operations.errand_kit import equipped, forget, rows_of, seen, turn
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow

PHONE = "13900002076"
FORMULA = "=HYPERLINK(1)，十个字以上的内容"


@pytest.fixture
def storage(connection, tmp_path):
    return equipped(connection, tmp_path)


@pytest.fixture
def asked(session, storage):
    """Somebody's ledger, asked for."""

    def _asked(username=people.CLERK, reason="", **args):
        made = service.ask_export(work_of(session, username), {k: [v] for k, v in args.items()}, reason)
        session.commit()
        return made.id

    return _asked


@pytest.fixture
def taken(session, storage, opened, asked):
    """The rows of somebody's ledger, as the scheduler has made it."""

    def _taken(username=people.CLERK, reason="", **args):
        id_ = asked(username, reason, **args)
        turn(opened)
        found = seen(session, id_)
        assert found.stage is Stage.READY, found.said
        return storage.read(found.stored_as)

    return _taken


# Out


def test_a_ledger_has_what_the_list_showed_and_says_by_which_filter(session, taken):
    builders.a_ticket(session, State.HANDLING)
    builders.submitted(session, title="刚报的一件")
    session.commit()

    content = taken(state="submitted")

    assert [row["标题"] for row in rows_of(content)] == ["刚报的一件"]
    about = dict(sheets.read(content)[1].rows)
    assert (about["筛选"], about["个人信息"]) == ("办到哪：待接单", "电话和证件号码已脱敏")


def test_a_ledger_has_nothing_that_its_asker_does_not_see_and_nothing_confidential(session, taken):
    builders.submitted(session, confidential=True, title="保密的一件")
    builders.submitted(session, title="还没派的一件")
    builders.a_ticket(session, State.HANDLING, title="在供电公司手里")
    session.commit()

    assert {row["标题"] for row in rows_of(taken(people.CLERK))} == {"还没派的一件", "在供电公司手里"}
    assert [row["标题"] for row in rows_of(taken(people.POWER))] == ["在供电公司手里"]
    assert rows_of(taken(people.TRANSPORT)) == []


def test_personal_data_are_masked_wherever_they_stand(session, taken):
    content = f"请打 {PHONE} 或 139 0000 2076 找陶见禾，身份证 370830199001011234"
    builders.submitted(session, content=content, title=f"回电{PHONE}")
    session.commit()

    (row,) = rows_of(taken())

    assert (row["联系人"], row["电话(脱敏)"]) == ("陶见禾", "139****2076")
    assert row["内容"] == "请打 139****2076 或 139****2076 找陶见禾，身份证 370830********1234"
    assert row["标题"] == "回电139****2076"


def test_whole_numbers_have_a_reason_that_is_logged_and_stand_for_whoever_handles(session, taken):
    builders.submitted(session)
    session.commit()

    (row,) = rows_of(taken(people.CLERK, "核实情况"))

    assert (row["联系人"], row["电话(脱敏)"]) == ("陶见禾", PHONE)
    logged = session.scalars(select(AuditEntry).where(AuditEntry.action == "show_phone")).one()
    assert (logged.who, logged.data["reason"]) == (people.CLERK, "核实情况")
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.action == "export_ledger")).one().data["rows"]
        == 1
    )
    with pytest.raises(NotAllowed):
        service.ask_export(work_of(session, people.CHIEF), {}, "核实情况")
    with pytest.raises(Invalid):
        service.ask_export(work_of(session, people.CLERK), {}, "好奇")


def test_nothing_in_it_is_a_formula(session, taken):
    builders.submitted(session, content=FORMULA, title="+1")
    session.commit()

    (row,) = rows_of(taken())

    assert row["内容"].startswith("'=")
    assert row["标题"].startswith("'")


@pytest.mark.parametrize(
    "username", [people.OWNER, people.GUIDE, people.CALLER, "xitong", "anquan", "shenji"]
)
def test_who_is_not_of_the_staff_takes_none(session, username):
    with pytest.raises(NotAllowed):
        service.ask_export(work_of(session, username), {})


def test_it_is_told_when_it_is_ready_and_is_for_who_asked_alone(session, asked, opened):
    id_ = asked()
    turn(opened)

    clerk = work_of(session, people.CLERK)
    notice = session.scalars(select(Notice).where(Notice.key.like(f"errand:{id_}:%"))).one()
    assert (notice.user_id, notice.link) == (clerk.actor.id, f"/errands/{id_}")
    with pytest.raises(NotFound):
        service.fetch(work_of(session, people.CLOSER), id_)
    with pytest.raises(NotFound):
        service.own(clerk, 2**40)


def test_it_is_downloaded_once_with_time_for_a_line_that_broke(session, asked, opened, opening):
    id_ = asked()
    turn(opened)
    session.expire_all()
    first = service.fetch(work_of(session, people.CLERK), id_)
    stored = first.stored_as
    service.fetch(work_of(session, people.CLERK, NOW + timedelta(minutes=9)), id_)
    session.commit()

    late = NOW + rules.FETCHING
    with pytest.raises(Conflict):
        service.fetch(work_of(session, people.CLERK, late), id_)
    forget(opening(late))
    assert seen(session, id_).stage is Stage.EXPIRED
    assert storing.storage_of(session).digest(stored) is None


def test_after_three_days_it_is_gone_though_nobody_came(session, asked, opened, opening):
    id_ = asked()
    turn(opened)
    stored = seen(session, id_).stored_as

    forget(opening(NOW + rules.KEPT - timedelta(seconds=1)))
    assert seen(session, id_).stage is Stage.READY
    forget(opening(NOW + rules.KEPT))
    assert seen(session, id_).stage is Stage.EXPIRED
    assert storing.storage_of(session).digest(stored) is None


def test_who_has_lost_the_right_meanwhile_does_not_get_it(session, asked, opened):
    id_ = asked()
    turn(opened)
    session.expire_all()
    clerk = work_of(session, people.CLERK)
    ended = update(GrantRow).where(GrantRow.user_id == clerk.actor.id, GrantRow.role == Role.COMMITTEE)
    session.execute(ended.values(ended_at=NOW))

    with pytest.raises(NotAllowed):
        service.fetch(work_of(session, people.CLERK), id_)


def test_who_has_lost_the_right_before_it_was_made_is_told_so(session, asked, opened):
    builders.submitted(session)
    id_ = asked()
    clerk = work_of(session, people.CLERK)
    ended = update(GrantRow).where(GrantRow.user_id == clerk.actor.id)
    session.execute(ended.values(ended_at=NOW))
    session.commit()

    turn(opened)

    found = seen(session, id_)
    assert (found.stage, found.stored_as and storing.storage_of(session).digest(found.stored_as)) == (
        Stage.FAILED,
        None,
    )
    assert "授权" in found.said


def test_too_many_rows_are_refused_in_words(session, asked, opened, monkeypatch):
    monkeypatch.setattr(rules, "EXPORT_MOST", 1)
    builders.submitted(session)
    builders.submitted(session, content="另外一件事情，也很要紧。")
    id_ = asked()

    turn(opened)

    found = seen(session, id_)
    assert found.stage is Stage.FAILED
    assert "筛选" in found.said


def test_three_at_once_are_enough_for_one_person(asked):
    for _ in range(rules.RUNNING_MOST):
        asked()
    with pytest.raises(Conflict):
        asked()


# A run that dies


class _Killed(BaseException):
    """What a process does not survive."""


def test_a_run_that_breaks_off_is_taken_up_again_and_in_the_end_said_to_have_failed(
    session, asked, opened, monkeypatch
):
    def _breaks(*_args):
        raise RuntimeError("disk")

    monkeypatch.setattr(exporting.ledger_export, "write_some", _breaks)
    id_ = asked()

    turn(opened)
    assert seen(session, id_).stage is Stage.WAITING
    turn(opened)

    found = seen(session, id_)
    assert (found.stage, found.tries) == (Stage.FAILED, rules.TRIES_MOST + 1)
    assert "中断" in found.said


def test_a_process_that_is_killed_is_noticed_by_its_silence(session, asked, opened, opening, storage):
    id_ = asked()
    with opened() as work:
        task = service.claim(work, id_, "killed")
    storage.keep(task.stored_as, BytesIO(b"half a file"))

    turn(opening(NOW + rules.SILENT - timedelta(seconds=1)))
    assert seen(session, id_).stage is Stage.RUNNING
    turn(opening(NOW + rules.SILENT))

    assert seen(session, id_).stage is Stage.READY
    assert storage.digest(task.stored_as) is None  # what the dead one had stored is gone


def test_a_run_that_was_believed_dead_writes_nothing_any_more(session, asked, opened, opening):
    id_ = asked()
    with opened() as work:
        first = service.claim(work, id_, "slow")
    with opening(NOW + rules.SILENT)() as work:
        assert service.claim(work, id_, "next") is not None

    with pytest.raises(service.TakenOver), opened() as work:
        service.beat(work, first, 1, 2)
    with pytest.raises(service.TakenOver), opened() as work:
        service.finish(work, first, service.Made("x.xlsx"))


def test_two_schedulers_do_not_take_the_same(asked, opened):
    id_ = asked()
    with opened() as work:
        assert service.claim(work, id_, "one") is not None
    with opened() as work:
        assert service.claim(work, id_, "other") is None


def test_what_nobody_wants_any_more_stops(session, asked, opened, monkeypatch):
    id_ = asked()
    real = exporting.ledger_export.write_some

    def _cancelled(*args):
        service.cancel(work_of(session, people.CLERK), id_)
        session.commit()
        return real(*args)

    monkeypatch.setattr(exporting.ledger_export, "write_some", _cancelled)
    turn(opened)

    assert seen(session, id_).stage is Stage.CANCELLED


# In


@pytest.fixture
def brought(session, storage):
    """A ledger that somebody brought."""

    def _brought(content: bytes, username=people.CLERK, name="台账.xlsx"):
        rows = len(importing.read_table(content).rows)
        place = storing.place()
        storage.keep(place, BytesIO(content))
        made = service.ask_import(work_of(session, username), name, place, rows)
        session.commit()
        return made.id

    return _brought


def _ledger(*rows: dict) -> bytes:
    made = BytesIO()
    columns = ledger.COLUMNS
    sheet_writing.write(made, "台账", columns, [[row.get(one) for one in columns] for row in rows])
    return made.getvalue()


def _row(number: int, firm="汶上砚禾齿轮有限公司", **more) -> dict:
    return {"企业": firm, "内容": f"第{number}件要办的事情，写清楚了。", "原编号": f"老{number}", **more}


def _count(session) -> int:
    return session.scalar(select(func.count(Ticket.id)))


def test_a_ledger_is_looked_at_first_and_written_once_it_is_confirmed(session, brought, opened):
    id_ = brought(_ledger(_row(1), _row(2), _row(3, firm="没有这家")))

    turn(opened)
    found = seen(session, id_)
    assert (found.stage, _count(session)) == (Stage.ASKING, 0)
    assert (found.report["done"], found.report["failed"]) == (2, 1)
    assert found.report["failures"][0][0] == 4
    service.confirm(work_of(session, people.CLERK), id_)
    session.commit()
    turn(opened)

    found = seen(session, id_)
    assert (found.stage, _count(session)) == (Stage.READY, 2)
    assert found.report["done"] == 2


def test_rows_of_another_chain_are_for_its_own_committee(session, brought, opened):
    id_ = brought(_ledger(_row(1), _row(2, firm=_firm_elsewhere(session))))

    turn(opened)

    report = seen(session, id_).report
    assert (report["done"], report["failed"]) == (1, 1)
    assert "党委" in report["failures"][0][1]


def _firm_elsewhere(session) -> str:
    return session.scalar(select(Enterprise.name).where(Enterprise.chain_code == "textile").limit(1))


def test_a_file_without_anything_new_asks_nothing(session, brought, opened):
    id_ = brought(_ledger(_row(1, firm="没有这家")))

    turn(opened)

    assert seen(session, id_).stage is Stage.READY
    assert _count(session) == 0


def test_an_export_comes_back_and_everything_is_there_already(session, taken, brought, opening):
    for state in (State.SUBMITTED, State.HANDLING, State.CLOSED):
        builders.a_ticket(session, state)
    session.commit()
    before = _count(session)

    id_ = brought(taken())
    turn(opening(NOW + timedelta(hours=5)))

    report = seen(session, id_).report
    assert (report["skipped"], report["failed"], report["done"]) == (before, 0, 0)


def test_an_import_that_dies_in_the_middle_goes_on_where_it_was(
    session, brought, opened, opening, monkeypatch
):
    monkeypatch.setattr(importing, "BATCH", 2)
    id_ = _confirmed(session, brought, opened, 5)
    _die_after(monkeypatch, batches=1)
    with pytest.raises(_Killed):
        turn(opened)
    assert _count(session) == 2
    monkeypatch.undo()

    turn(opening(NOW + rules.SILENT))

    found = seen(session, id_)
    assert (found.stage, _count(session)) == (Stage.READY, 5)
    assert (found.report["done"], found.report["skipped"]) == (5, 0)


def test_an_import_that_cannot_be_ended_leaves_nothing_behind(session, brought, opened, opening, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    id_ = _confirmed(session, brought, opened, 5)
    _die_after(monkeypatch, batches=1)
    at = NOW
    for _ in range(rules.TRIES_MOST):
        with pytest.raises(_Killed):
            turn(opening(at))
        at += rules.SILENT

    turn(opening(at))

    found = seen(session, id_)
    assert found.stage is Stage.FAILED
    assert "撤回" in found.said
    states = set(session.scalars(select(Ticket.state)))
    assert states == {State.WITHDRAWN}


def _confirmed(session, brought, opened, rows: int) -> int:
    id_ = brought(_ledger(*(_row(number) for number in range(rows))))
    turn(opened)
    service.confirm(work_of(session, people.CLERK), id_)
    session.commit()
    return id_


def _die_after(monkeypatch, *, batches: int) -> None:
    real, done = importing.importing.store, []

    def _store(*args):
        if len(done) >= batches:
            raise _Killed
        done.append(1)
        return real(*args)

    monkeypatch.setattr(importing.importing, "store", _store)
    monkeypatch.setattr(running.service, "broke", lambda *_args: None)  # a killed process says nothing


def test_a_preview_that_nobody_confirms_is_forgotten(session, brought, opened, opening):
    id_ = brought(_ledger(_row(1)))
    turn(opened)
    source = seen(session, id_).source_as

    forget(opening(NOW + rules.KEPT))

    assert seen(session, id_).stage is Stage.CANCELLED
    assert storing.storage_of(session).digest(source) is None


@pytest.mark.parametrize("username", [people.DISPATCHER, people.POWER, people.CHIEF, people.OWNER])
def test_only_a_committee_brings_a_ledger(session, username):
    with pytest.raises(NotAllowed):
        service.ask_import(work_of(session, username), "a.xlsx", "x", 1)


def test_confirming_twice_is_refused(session, brought, opened):
    id_ = _confirmed(session, brought, opened, 1)

    with pytest.raises(Conflict):
        service.confirm(work_of(session, people.CLERK), id_)


def test_a_member_of_the_staff_who_is_of_a_firm_too_exports_as_staff_alone(session):
    clerk = people.actor(session, people.CLERK)
    firm = Grant(Role.ENTERPRISE, ScopeKind.ENTERPRISE, people.FIRM, Post.CONTACT)

    assert exporting.as_staff(replace(clerk, grants=(*clerk.grants, firm))).roles == {Role.COMMITTEE}


def test_kinds_are_all_done_by_somebody():
    assert set(jobs._KINDS) == set(ErrandKind)
    assert Errand.__tablename__ == "errand"
