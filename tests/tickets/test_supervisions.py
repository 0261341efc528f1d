"""督办: which rules draft one and how often; who asks, who signs, who answers; what an end does to a draft."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.models import Supervision
from chainhub.tickets.service import instructions, supervisions
from chainhub.tickets.service.instructions import Word
from chainhub.tickets.terms import (
    DissatisfiedReason,
    Kind,
    ReturnReason,
    SupervisionReason,
    SupervisionState,
    Urgency,
)
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of
from tests.reminders.passing import run_timetable
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S, R = Action, State, SupervisionReason
ELEVEN = NOW.replace(hour=11)
OFFICE = "ld_liaison"  # 明舒 of the leaders' office
PLUS_2 = china(2026, 3, 25, 8, 31)  # a problem in hand on 2 March is due on 23 March
HALF = {"contacted": True, "solved": False}


def _drafts(session, ticket) -> list[Supervision]:
    session.refresh(ticket)
    return list(queries.supervisions(session, ticket.id))


def _sweep(session, at) -> None:
    run_timetable(session, at, "reminders", "supervisions")
    session.expire_all()


def _propose(session, ticket, who=people.CLERK, at=ELEVEN, level=1):
    return supervisions.propose(work_of(session, who, at), ticket.number, "三周没有动静", level)


def _sign(session, made, who=people.LIAISON, at=ELEVEN, **given):
    return supervisions.sign(work_of(session, who, at), made.id, **given)


def _told(session, key: str) -> set[str]:
    query = select(User.username).join(Notice, Notice.user_id == User.id).where(Notice.key == key)
    return set(session.scalars(query))


def _reopen(session, ticket, reason, at=ELEVEN):
    return move(session, ticket, people.OWNER, A.REOPEN, at, reason_code=reason, note="不满意", **HALF)


# By rule


def test_two_workdays_overdue_drafts_once_for_the_lead_unit(session):
    ticket = a_ticket(session, S.HANDLING)

    _sweep(session, PLUS_2 - timedelta(minutes=2))
    assert not _drafts(session, ticket)
    for minutes in (0, 5, 600):
        _sweep(session, PLUS_2 + timedelta(minutes=minutes))

    (made,) = _drafts(session, ticket)
    assert (made.reason, made.unit_code, made.state) == (R.OVERDUE, people.POWER_UNIT, SupervisionState.DRAFT)
    assert made.drafted_by_id is None
    line = queries.last_event(session, ticket.id)
    assert (line.action, line.source, line.target) == (A.SUPERVISE_DRAFT, S.HANDLING, S.HANDLING)
    assert _told(session, f"supervision:{made.id}:draft") >= {people.LIAISON, OFFICE}
    assert verify.verify(session).ok


def test_what_was_resolved_in_time_or_has_an_hour_limit_drafts_nothing(session):
    done = a_ticket(session, S.RESOLVED)
    unreceived = a_ticket(session, S.ACCEPTED, urgency=Urgency.URGENT)

    _sweep(session, PLUS_2)

    assert not _drafts(session, done)
    assert not _drafts(session, unreceived)


@pytest.mark.parametrize("reason", list(DissatisfiedReason))
def test_three_reasons_of_a_dissatisfaction_draft_one(session, reason):
    ticket = _reopen(session, a_ticket(session, S.REVIEWED), reason)

    _sweep(session, ELEVEN + timedelta(minutes=5))

    mendable = reason in {
        DissatisfiedReason.NOT_CONTACTED,
        DissatisfiedReason.PERFUNCTORY,
        DissatisfiedReason.BROKEN_PROMISE,
    }
    assert [one.reason for one in _drafts(session, ticket)] == ([R.DISSATISFIED] if mendable else [])


def test_a_second_dissatisfaction_drafts_one(session):
    ticket = _reopen(session, a_ticket(session, S.REVIEWED), DissatisfiedReason.NOT_SOLVED)
    move(session, ticket, people.POWER, A.RESOLVE, ELEVEN, outcome="solved", reply="又办了")
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, ELEVEN)
    _sweep(session, ELEVEN)
    assert not _drafts(session, ticket)
    again = {"reason_code": DissatisfiedReason.NOT_SOLVED, "note": "还是不行", **HALF}
    move(session, ticket, people.OWNER, A.ESCALATE, ELEVEN, **again)

    for minutes in (5, 10):
        _sweep(session, ELEVEN + timedelta(minutes=minutes))

    assert [one.reason for one in _drafts(session, ticket)] == [R.DISSATISFIED_TWICE]


def test_a_second_upheld_return_is_the_task_forces(session):
    ticket = a_ticket(session, S.ACCEPTED)
    for place, unit in enumerate((people.POWER_UNIT, people.TRANSPORT_UNIT)):
        assert not _drafts(session, ticket)
        who = (people.POWER, people.TRANSPORT)[place]
        move(session, ticket, people.DISPATCHER, A.DISPATCH, ELEVEN, lead_unit=unit)
        move(session, ticket, who, A.RETURN, ELEVEN, reason_code=ReturnReason.AREA, note="不归我们")
        move(session, ticket, people.REVIEWER, A.UPHOLD_RETURN, ELEVEN, note="确实不归")
        _sweep(session, ELEVEN + timedelta(minutes=place))

    (made,) = _drafts(session, ticket)
    assert (made.reason, made.unit_code) == (R.RETURNED_TWICE, "equipment_task_force")
    _sign(session, made)
    with pytest.raises(NotAllowed):
        supervisions.answer(work_of(session, people.TRANSPORT), made.id, "不是我们")
    assert supervisions.answer(work_of(session, people.DISPATCHER), made.id, "以后先问清楚").answer


def test_an_instruction_that_was_not_answered_in_time_drafts_one_even_after_the_end(session):
    ticket = a_ticket(session, S.HANDLING)
    for unit in (people.TRANSPORT_UNIT, people.POWER_UNIT):
        word = Word("请拿方案", unit, date(2026, 3, 6))
        instructions.give(work_of(session, people.CHIEF, ELEVEN), ticket.number, word)
    move(session, ticket, people.OWNER, A.WITHDRAW, ELEVEN, note="自己解决了")

    _sweep(session, china(2026, 3, 6, 17, 29))
    assert not _drafts(session, ticket)
    for hour in (9, 15):
        _sweep(session, china(2026, 3, 9, hour))

    made = _drafts(session, ticket)
    assert [(one.reason, one.unit_code) for one in made] == [
        (R.INSTRUCTION_OVERDUE, people.TRANSPORT_UNIT),
        (R.INSTRUCTION_OVERDUE, people.POWER_UNIT),
    ]
    assert _sign(session, made[0], at=china(2026, 3, 9, 16)).state is SupervisionState.SIGNED


# By hand


@pytest.mark.parametrize("who", [people.CLERK, people.DISPATCHER, people.CHIEF, people.PRINCIPAL])
def test_committee_task_force_and_leaders_ask_for_one(session, who):
    ticket = a_ticket(session, S.HANDLING)

    made = _propose(session, ticket, who, level=2)

    assert (made.reason, made.level, made.unit_code) == (R.BY_HAND, 2, people.POWER_UNIT)
    with pytest.raises(Conflict, match="等着签发"):
        _propose(session, ticket, who)


@pytest.mark.parametrize("who", [people.POWER, people.OWNER, people.GUIDE, people.LIAISON])
def test_nobody_else_does(session, who):
    ticket = a_ticket(session, S.HANDLING)

    with pytest.raises(NotAllowed):
        _propose(session, ticket, who)


@pytest.mark.parametrize("state", [S.SUBMITTED, S.CLOSED])
def test_there_must_be_a_unit_at_work(session, state):
    ticket = a_ticket(session, state)

    with pytest.raises(Conflict):
        _propose(session, ticket)


# Signing and answering


def test_a_signed_one_is_due_in_two_workdays_and_told_to_the_units_deputy(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _propose(session, ticket)

    _sign(session, made, OFFICE, level=3, note="限期反馈")

    assert (made.state, made.level, made.letter) == (SupervisionState.SIGNED, 3, False)
    assert made.due_at == china(2026, 3, 4, 17, 30)
    assert made.decided_by == "领导小组办公室 明舒"
    clock = session.scalars(select(Clock).where(Clock.owner_kind == supervisions.OWNER)).one()
    assert (clock.kind, clock.limit, clock.holder_ref) == ("supervision_feedback", "2d", people.POWER_UNIT)
    assert people.POWER_DEPUTY in _told(session, f"supervision:{made.id}:signed")
    with pytest.raises(Conflict, match="待反馈"):
        _sign(session, made, OFFICE)

    supervisions.answer(work_of(session, people.POWER, ELEVEN), made.id, "明天送电")

    assert made.state is SupervisionState.ANSWERED
    assert clock.stopped_at == ELEVEN
    assert _told(session, f"supervision:{made.id}:answer") == {OFFICE}
    with pytest.raises(Conflict):
        supervisions.answer(work_of(session, people.POWER, ELEVEN), made.id, "再答一次")


@pytest.mark.parametrize(
    ("who", "letter"), [(people.CLERK, True), (people.CHIEF, False), (people.LIAISON, False)]
)
def test_a_committees_paper_is_a_letter(session, who, letter):
    made = _propose(session, a_ticket(session, S.HANDLING))

    _sign(session, made, who)

    assert (made.letter, supervisions.paper(made)) == (letter, "提醒函" if letter else "督办")


@pytest.mark.parametrize("who", [people.POWER, people.OWNER, people.GUIDE])
def test_a_draft_is_not_there_for_whom_it_concerns(session, who):
    ticket = a_ticket(session, S.HANDLING)
    made = _propose(session, ticket)

    with pytest.raises(NotFound):
        _sign(session, made, who)
    assert not supervisions.readable(work_of(session, who), ticket)


def test_the_task_force_asks_but_does_not_sign(session):
    made = _propose(session, a_ticket(session, S.HANDLING), people.DISPATCHER)

    with pytest.raises(NotAllowed):
        _sign(session, made, people.DISPATCHER)


def test_one_that_is_not_there(session):
    for id_ in (0, -1, 987654, 10**30):
        with pytest.raises(NotFound):
            supervisions.sign(work_of(session, people.LIAISON), id_)


def test_of_a_confidential_ticket_the_committee_signs_alone(session):
    ticket = a_ticket(session, S.HANDLING, confidential=True)
    made = _propose(session, ticket)

    for who in (people.LIAISON, people.CHIEF, people.PRINCIPAL):
        with pytest.raises(NotFound):
            _sign(session, made, who)
    told = _told(session, f"supervision:{made.id}:draft")
    assert {people.CLOSER, people.CLERK} <= told
    assert not told & {people.LIAISON, OFFICE, people.CHIEF}
    assert _sign(session, made, people.CLERK).letter


def test_a_draft_that_is_not_signed_keeps_why(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _propose(session, ticket)

    supervisions.drop(work_of(session, people.LIAISON, ELEVEN), made.id, "已经有了进展")

    assert (made.state, made.decision) == (SupervisionState.DROPPED, "已经有了进展")
    assert _propose(session, ticket).state is SupervisionState.DRAFT


def test_an_end_drops_a_draft_and_leaves_what_was_signed(session):
    ticket = a_ticket(session, S.HANDLING)
    signed = _sign(session, _propose(session, ticket))
    draft = _propose(session, ticket)

    move(session, ticket, people.OWNER, A.WITHDRAW, ELEVEN, note="自己解决了")

    assert (draft.state, signed.state) == (SupervisionState.DROPPED, SupervisionState.SIGNED)
    supervisions.answer(work_of(session, people.POWER, ELEVEN), signed.id, "企业撤回了")


def test_an_inquiry_is_measured_alike(session):
    ticket = a_ticket(session, S.HANDLING, kind=Kind.INQUIRY)  # one workday: due on 3 March

    _sweep(session, china(2026, 3, 5, 8, 31))

    assert [one.reason for one in _drafts(session, ticket)] == [R.OVERDUE]


# Pages


def test_through_the_pages(as_, session):
    ticket = a_ticket(session, S.HANDLING)
    session.commit()
    page, ask = f"/tickets/{ticket.number}", f"/tickets/{ticket.number}/supervise"
    clerk, office, unit = as_(people.CLERK), as_(people.LIAISON), as_(people.POWER)

    assert clerk.post(ask, data={"note": "", "csrf_token": token_of(clerk, ask)}).status_code == 422
    sent = {"note": "三周没有动静", "level": "2", "csrf_token": token_of(clerk, ask)}
    assert clerk.post(ask, data=sent).status_code == 303
    made = queries.supervisions(session, ticket.id)[0]
    assert "三周没有动静" not in unit.get(page).get_data(as_text=True)
    sign, answer = f"/supervisions/{made.id}/sign", f"/supervisions/{made.id}/answer"
    assert sign in office.get(page).get_data(as_text=True)
    assert office.post(sign, data={"level": "2", "csrf_token": token_of(office, sign)}).status_code == 303
    words = said(unit.get(page))
    assert "二级督办" in words
    assert "待反馈" in words
    assert (
        unit.post(answer, data={"note": "明天送电", "csrf_token": token_of(unit, answer)}).status_code == 303
    )
    assert "明天送电" in office.get(page).get_data(as_text=True)
    assert "明天送电" not in as_(people.OWNER).get(page).get_data(as_text=True)
    assert office.get(sign).status_code == 409


def test_a_draft_is_dropped_through_its_page(as_, session):
    ticket = a_ticket(session, S.HANDLING)
    made = _propose(session, ticket)
    session.commit()
    office, path = as_(people.LIAISON), f"/supervisions/{made.id}/drop"

    answer = office.post(path, data={"note": "已经有了进展", "csrf_token": token_of(office, path)})

    assert answer.status_code == 303
    assert "没有签发" in office.get(answer.location).get_data(as_text=True)
