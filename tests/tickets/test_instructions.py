"""批示: a leader's word, to whom, until when; who may give it, who answers it, and that an end does not end it."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.county.workdays import service as workdays
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.service import instructions
from chainhub.tickets.service.instructions import Word
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of
from tests.reminders.passing import run_timetable
from tests.web_client import token_of

A, S = Action, State
ELEVEN = NOW.replace(hour=11)
FRIDAY = date(2026, 3, 6)
TEXT = "请供电公司周五前拿出方案，报我。"
WORD = Word(TEXT, people.TRANSPORT_UNIT, FRIDAY)
TRANSCRIBED = Word(TEXT, people.TRANSPORT_UNIT, FRIDAY, "县委副书记、县长 栾既明")


def _give(session, ticket, word=WORD, who=people.CHIEF, at=ELEVEN):
    return instructions.give(work_of(session, who, at), ticket.number, word)


def _answer(session, instruction, who=people.TRANSPORT, at=ELEVEN, note="方案已经拿出来了"):
    return instructions.answer(work_of(session, who, at), instruction.id, note)


def _clock(session) -> Clock:
    return session.scalars(select(Clock).where(Clock.owner_kind == instructions.OWNER)).one()


def _told(session, key: str) -> dict[str, str]:
    rows = session.execute(
        select(User.username, Notice.text).join(User, User.id == Notice.user_id).where(Notice.key == key)
    )
    return dict(rows.all())


def test_it_stands_verbatim_with_a_clock_of_its_own_and_the_unit_is_told(session):
    ticket = a_ticket(session, S.HANDLING)
    version, due = ticket.version, ticket.due_at

    made = _give(session, ticket)

    assert (made.text, made.given_by) == (TEXT, "装备制造链链长郑怀谷同志")
    assert made.due_at == china(2026, 3, 6, 17, 30)
    running = _clock(session)
    assert (running.kind, running.limit, running.holder_ref) == ("instruction", "4d", people.TRANSPORT_UNIT)
    assert (ticket.version, ticket.due_at) == (version + 1, due)
    assert TEXT in _told(session, f"instruction:{made.id}:given")[people.TRANSPORT]
    line = queries.last_event(session, ticket.id)
    assert (line.action, line.source, line.target) == (A.INSTRUCT, S.HANDLING, S.HANDLING)
    assert verify.verify(session).ok


def test_the_addressed_unit_sees_the_ticket_answers_and_the_leader_hears(session):
    ticket = a_ticket(session, S.HANDLING)
    with pytest.raises(NotFound):
        queries.own(work_of(session, people.TRANSPORT), ticket.number)
    made = _give(session, ticket)
    assert queries.own(work_of(session, people.TRANSPORT), ticket.number) is ticket

    _answer(session, made)

    assert made.answered_by == "交通运输局 蒲青川"
    assert _clock(session).stopped_at == ELEVEN
    assert "方案已经拿出来了" in _told(session, f"instruction:{made.id}:answer")[people.CHIEF]
    assert queries.last_event(session, ticket.id).body == "交通运输局"
    with pytest.raises(Conflict, match="已经回复过"):
        _answer(session, made)


def test_a_liaison_writes_down_whose_word_it_is(session):
    ticket = a_ticket(session, S.HANDLING)

    made = _give(session, ticket, TRANSCRIBED, people.LIAISON)

    assert instructions.signature(made) == "县委副书记、县长 栾既明（县政府办 汤述 代录）"
    with pytest.raises(Invalid) as refused:
        _give(session, ticket, WORD, people.LIAISON)
    assert "on_behalf_of" in refused.value.errors
    with pytest.raises(Invalid):
        _give(session, ticket, TRANSCRIBED, people.CHIEF)


@pytest.mark.parametrize(
    "who",
    sorted({people.CLERK, people.DISPATCHER, people.POWER, people.POWER_DEPUTY, people.OWNER, people.GUIDE}),
)
def test_nobody_else_gives_one(session, who):
    ticket = a_ticket(session, S.HANDLING)

    with pytest.raises(NotAllowed, match="领导"):
        _give(session, ticket, who=who)


@pytest.mark.parametrize("who", [people.CHIEF, people.PRINCIPAL, people.LIAISON, people.STRANGER])
def test_nobody_gives_one_on_what_they_do_not_see(session, who):
    ticket = a_ticket(session, S.HANDLING, confidential=True)

    with pytest.raises(NotFound):
        _give(session, ticket, who=who)


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 2, 27), date(2027, 3, 4), date(2190, 1, 1)])
def test_a_workday_ahead_and_a_year_at_most(session, day):
    ticket = a_ticket(session, S.HANDLING)

    with pytest.raises(Invalid) as refused:
        _give(session, ticket, Word(TEXT, people.TRANSPORT_UNIT, day))

    assert refused.value.errors["due_on"] == ["至少留一个工作日，最长一年。"]


def test_a_day_off_alone_is_no_workday_ahead(session):
    ticket = a_ticket(session, S.HANDLING, at=china(2026, 3, 6, 9))

    with pytest.raises(Invalid):
        _give(session, ticket, Word(TEXT, people.POWER_UNIT, date(2026, 3, 8)), at=china(2026, 3, 6, 11))


@pytest.mark.parametrize("unit", ["chemical_committee", "leaders_office", "nirgends"])
def test_some_cannot_be_addressed(session, unit):
    ticket = a_ticket(session, S.HANDLING)

    with pytest.raises(Invalid) as refused:
        _give(session, ticket, Word(TEXT, unit, FRIDAY))

    assert "unit" in refused.value.errors


def test_the_committee_and_the_task_force_of_the_chain_may_be_addressed(session):
    ticket = a_ticket(session, S.SUBMITTED)
    to_committee = _give(session, ticket, Word(TEXT, "equipment_committee", FRIDAY))
    to_task_force = _give(session, ticket, Word(TEXT, "equipment_task_force", FRIDAY))

    with pytest.raises(NotAllowed):
        _answer(session, to_committee, people.DISPATCHER)
    _answer(session, to_committee, people.CLERK)
    _answer(session, to_task_force, people.DISPATCHER)

    assert to_committee.answered_by.startswith("装备制造链党委")


def test_only_the_addressed_unit_answers(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _give(session, ticket)

    for who in (people.POWER, people.CLERK, people.CHIEF):
        with pytest.raises(NotAllowed, match="交通运输局"):
            _answer(session, made, who)
    for who in (people.OWNER, people.GUIDE, people.STRANGER):
        with pytest.raises(NotFound):
            _answer(session, made, who)
    for id_ in (0, -1, 987654, 10**30):
        with pytest.raises(NotFound):
            instructions.answer(work_of(session, people.TRANSPORT), id_, "没有的")


def test_an_end_does_not_end_it(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _give(session, ticket)

    move(session, ticket, people.OWNER, A.WITHDRAW, ELEVEN, note="自己解决了")

    assert _clock(session).stopped_at is None
    with pytest.raises(Conflict, match="已撤回"):
        _give(session, ticket)
    _answer(session, made)
    assert _clock(session).stopped_at == ELEVEN


def test_the_enterprises_side_reads_none(session):
    ticket = a_ticket(session, S.HANDLING)
    _give(session, ticket)

    for who in (people.OWNER, people.GUIDE):
        assert not instructions.readable(work_of(session, who), ticket)
    assert instructions.readable(work_of(session, people.POWER), ticket)


def test_an_imported_calendar_leaves_the_day_that_was_said(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _give(session, ticket)
    days = [{"date": "2026-03-05", "name": "调整", "isOffDay": True}]
    content = json.dumps({"year": 2026, "days": days}).encode()
    workdays.import_notice(work_of(session, "xitong", ELEVEN), "2026.json", content)
    known.forget(session)

    run_timetable(session, ELEVEN, "recompute")

    running = _clock(session)
    assert (running.limit, running.due_at, made.due_at) == ("3d", china(2026, 3, 6, 17, 30), running.due_at)
    assert running.calendar_version == known.of(session).calendar.version


# Pages


def test_through_the_pages(as_, session):
    ticket = a_ticket(session, S.HANDLING)
    session.commit()
    path = f"/tickets/{ticket.number}/instruct"
    chief = as_(people.CHIEF)
    given = {"text": TEXT, "unit": people.TRANSPORT_UNIT, "due_on": "2020-01-01"}

    wrong = chief.post(path, data={**given, "csrf_token": token_of(chief, path)})
    assert wrong.status_code == 422
    assert TEXT in wrong.get_data(as_text=True)
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    assert (
        chief.post(path, data={**given, "due_on": day, "csrf_token": token_of(chief, path)}).status_code
        == 303
    )

    unit = as_(people.TRANSPORT)
    page = unit.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert TEXT in page
    made = queries.instructions(session, ticket.id)[0]
    where = f"/instructions/{made.id}/answer"
    assert where in page
    assert unit.post(where, data={"note": "", "csrf_token": token_of(unit, where)}).status_code == 422
    assert unit.post(where, data={"note": "办好了", "csrf_token": token_of(unit, where)}).status_code == 303
    assert unit.get(where).status_code == 409
    assert TEXT not in as_(people.OWNER).get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert as_(people.CLERK).get(path).status_code == 403


def test_a_liaison_writes_it_down_with_the_scan_of_the_paper(as_, session):
    ticket = a_ticket(session, S.HANDLING)
    session.commit()
    path = f"/tickets/{ticket.number}/instruct"
    liaison = as_(people.LIAISON)
    day = (clock.now() + timedelta(days=10)).date().isoformat()
    given = {
        "text": TEXT,
        "unit": people.TRANSPORT_UNIT,
        "due_on": day,
        "on_behalf_of": "县委副书记、县长 栾既明",
    }

    def _send(content, name):
        said = files.form(**given, csrf_token=token_of(liaison, path), file=(content, name))
        return liaison.post(path, **said)

    assert 'type="file"' in liaison.get(path).get_data(as_text=True)
    wrong = _send(b"MZ not a picture", "批示.exe")
    assert wrong.status_code == 422
    assert TEXT in wrong.get_data(as_text=True)
    assert not queries.instructions(session, ticket.id)

    assert _send(files.picture(), "批示原件.jpg").status_code == 303
    assert "批示原件.jpg" in liaison.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "批示原件.jpg" in as_(people.TRANSPORT).get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "批示原件.jpg" not in as_(people.OWNER).get(f"/tickets/{ticket.number}").get_data(as_text=True)
