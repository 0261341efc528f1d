"""What one asks and another decides: effects, limits, who may, and what silence means."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.tickets import presenting, queries
from chainhub.tickets.models import Request
from chainhub.tickets.service import requests
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import CarryOverReason, Kind, RequestKind, RequestState, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of

K, S, A = RequestKind, State, Action
ELEVEN = NOW.replace(hour=11)
LATER = NOW.replace(hour=14)
EXTENSION = Asked(K.EXTENSION, "等设备到货", until=china(2026, 3, 27).date())


def _ask(session, ticket, asked=EXTENSION, who=people.POWER, at=ELEVEN) -> Request:
    return requests.ask(work_of(session, who, at), ticket.number, asked)


def _decide(session, request, who=people.DISPATCHER, at=LATER, *, approve=True, note=""):
    return requests.decide(work_of(session, who, at), request.id, approve=approve, note=note)


def _unit(session, ticket) -> Clock:
    found = select(Clock).where(
        Clock.owner_id == ticket.id, Clock.kind == "unit", Clock.owner_kind == "ticket"
    )
    return session.scalars(found).one()


# 延期


def test_an_extension_moves_the_unit_and_never_the_promise_and_both_dates_are_kept(session):
    ticket = a_ticket(session, S.HANDLING)  # a problem: due on Monday 23 March
    promise = ticket.promise_due_at
    request = _ask(session, ticket)

    _decide(session, request, note="只这一次")

    assert (request.state, request.decided_by) == (RequestState.APPROVED, "装备制造专班 卢景和")
    assert request.before_at == china(2026, 3, 23, 17, 30)
    assert request.after_at == ticket.due_at == china(2026, 3, 27, 17, 30)
    assert ticket.promise_due_at == promise
    told = session.scalars(select(Notice.text).where(Notice.key == f"request:{request.id}:firm")).all()
    assert told
    assert "等设备到货" in told[0]


def test_while_it_waits_the_light_is_grey_and_the_due_date_stands(session):
    ticket = a_ticket(session, S.HANDLING)
    due = ticket.due_at
    calendar = work_of(session, "clock").calendar

    request = _ask(session, ticket)

    assert ticket.due_at == due
    assert presenting.light(ticket, LATER, calendar).colour == "grey"
    assert presenting.light(ticket, due, calendar).colour == "red"  # red outranks grey
    assert request.due_at == china(2026, 3, 3, 17, 30)  # one workday
    _decide(session, request, approve=False, note="按时办")
    assert presenting.light(ticket, LATER, calendar).colour == "green"
    assert ticket.due_at == due


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (None, "请写延到哪一天"),
        (china(2026, 3, 23).date(), "最多延 10 个工作日"),
        (china(2026, 3, 20).date(), "最多延 10 个工作日"),
        (china(2026, 4, 8).date(), "最多延 10 个工作日"),  # the eleventh workday; 6 April is off
    ],
)
def test_it_reaches_ten_workdays_at_most(session, until, said):
    ticket = a_ticket(session, S.HANDLING)

    with pytest.raises(Invalid) as refused:
        _ask(session, ticket, Asked(K.EXTENSION, "等设备到货", until=until))

    assert said in refused.value.errors["until"][0]


def test_it_is_asked_for_a_workday_ahead(session):
    ticket = a_ticket(session, S.HANDLING)

    _ask(session, ticket, at=china(2026, 3, 20, 17, 29))
    with pytest.raises(Conflict, match="到期前一个工作日"):
        _ask(session, a_ticket(session, S.HANDLING), at=china(2026, 3, 23, 8, 30))


def test_it_is_granted_once_a_round(session):
    ticket = a_ticket(session, S.HANDLING)
    _decide(session, _ask(session, ticket))

    with pytest.raises(Conflict, match="这一轮已经延过一次"):
        _ask(session, ticket, Asked(K.EXTENSION, "再等等", until=china(2026, 3, 30).date()))


@pytest.mark.parametrize("given", [{"kind": Kind.INQUIRY}, {"urgency": Urgency.URGENT}])
def test_a_limit_of_one_workday_has_none(session, given):
    with pytest.raises(Conflict, match="不能延期"):
        _ask(session, a_ticket(session, S.HANDLING, **given))


def test_one_waits_at_a_time(session):
    ticket = a_ticket(session, S.HANDLING)
    _ask(session, ticket)

    with pytest.raises(Conflict, match="已经有一个延期申请"):
        _ask(session, ticket)


# Who


def test_whoever_asked_does_not_decide_nor_does_another_body(session):
    ticket = a_ticket(session, S.HANDLING)
    request = _ask(session, ticket)

    for who in (people.POWER_DEPUTY, people.CLERK, people.CHIEF, people.OWNER):
        with pytest.raises(NotAllowed, match="专班"):
            _decide(session, request, who)
    with pytest.raises(NotFound):
        _decide(session, request, people.STRANGER)
    assert request.state is RequestState.PENDING


def test_only_the_unit_asks_for_an_extension(session):
    ticket = a_ticket(session, S.HANDLING)

    for who in (people.OWNER, people.DISPATCHER, people.CLERK):
        with pytest.raises(NotAllowed):
            _ask(session, ticket, who=who)


def test_it_is_decided_once(session):
    ticket = a_ticket(session, S.HANDLING)
    request = _ask(session, ticket)
    _decide(session, request)

    with pytest.raises(Conflict, match="已同意"):
        _decide(session, request, people.REVIEWER, approve=False)


# The others


def test_a_granted_wait_performs_its_row(session):
    ticket = a_ticket(session, S.HANDLING)
    asked = Asked(
        K.CARRY_OVER, "等省里批", until=china(2026, 3, 25).date(), reason_code=CarryOverReason.SUPERIOR
    )

    _decide(session, _ask(session, ticket, asked), people.CLERK)

    assert (ticket.state, ticket.review_on) == (S.CARRIED_OVER, china(2026, 3, 25).date())
    assert [one.action for one in reversed(queries.events(session, ticket.id, limit=3))] == [
        A.ASK,
        A.GRANT,
        A.CARRY_OVER,
    ]


def test_a_second_wait_is_granted_by_the_chief(session):
    ticket = a_ticket(session, S.CARRIED_OVER)
    move(session, ticket, people.CLERK, A.RESUME, ELEVEN, note="批了一半")
    asked = Asked(
        K.CARRY_OVER, "等省里批", until=china(2026, 3, 25).date(), reason_code=CarryOverReason.SUPERIOR
    )
    request = _ask(session, ticket, asked)

    with pytest.raises(NotAllowed, match="领导"):
        _decide(session, request, people.CLERK)
    _decide(session, request, people.CHIEF)
    assert (ticket.state, ticket.waits) == (S.CARRIED_OVER, 2)


def test_a_granted_consultation_convenes(session):
    ticket = a_ticket(session, S.HANDLING)
    asked = Asked(K.CONSULTATION, "走路面还是绿化带", units=[people.TRANSPORT_UNIT])

    _decide(session, _ask(session, ticket, asked), people.CLERK)

    assert ticket.state is S.CONSULTING


def test_the_firm_asks_for_haste_and_the_committee_confirms(session):
    ticket = a_ticket(session, S.HANDLING)

    _decide(session, _ask(session, ticket, Asked(K.EXPEDITE, "停产一天亏八万"), people.OWNER), people.CLERK)

    assert ticket.urgency is Urgency.URGENT
    assert _unit(session, ticket).limit == "1d"


def test_an_exclusion_is_the_chain_chiefs_word_and_is_listed(session):
    ticket = a_ticket(session, S.RESOLVED)
    request = _ask(session, ticket, Asked(K.EXCLUSION, "企业搬走了"))

    _decide(session, request, people.CHIEF)

    assert ticket.excluded


def test_what_makes_no_sense_any_more_is_void_and_its_clock_stops(session):
    ticket = a_ticket(session, S.HANDLING)
    request = _ask(session, ticket)

    move(session, ticket, people.POWER, A.RESOLVE, LATER, outcome="solved", reply="办好了")

    assert (request.state, ticket.pending, ticket.extension_pending) == (RequestState.VOID, 0, False)
    found = select(Clock).where(Clock.owner_kind == "request", Clock.stopped_at.is_(None))
    assert session.scalars(found).all() == []


def test_the_firm_reads_its_own_requests_and_what_was_granted(session):
    ticket = a_ticket(session, S.HANDLING)
    extension = _ask(session, ticket)
    _ask(session, ticket, Asked(K.EXPEDITE, "停产一天亏八万"), people.OWNER)
    owner = work_of(session, people.OWNER, LATER)
    assert [one.kind for one in requests.readable(owner, ticket)] == [K.EXPEDITE]

    _decide(session, extension)

    assert [one.kind for one in requests.readable(owner, ticket)] == [K.EXTENSION, K.EXPEDITE]


def test_nobody_decides_and_the_ladder_speaks(session):
    ticket = a_ticket(session, S.HANDLING)
    request = _ask(session, ticket)
    clock = session.scalars(select(Clock).where(Clock.owner_kind == "request")).one()

    assert clock.holder_role == "task_force"
    assert clock.look_again_at is not None
    assert clock.due_at == request.due_at
    assert ticket.due_at < request.due_at + timedelta(days=60)


def test_what_a_leader_decides_of_a_confidential_ticket_is_addressed_to_that_leader(session):
    """Else nobody could decide it, and its ladder would speak of it to a leader who may not see it (domain, section 2)."""
    ticket = a_ticket(session, S.RESOLVED, confidential=True)
    other = a_ticket(session, S.RESOLVED, NOW.replace(hour=14), confidential=True)
    with pytest.raises(NotFound):
        queries.own(work_of(session, people.CHIEF), ticket.number)

    request = _ask(session, ticket, Asked(K.EXCLUSION, "企业搬走了"))

    assert queries.own(work_of(session, people.CHIEF), ticket.number) is ticket
    for who in (people.PRINCIPAL, people.LIAISON, people.CALLER):  # addressed to the chain's leader alone
        with pytest.raises(NotFound):
            queries.own(work_of(session, who), ticket.number)
    with pytest.raises(NotFound):
        queries.own(work_of(session, people.CHIEF), other.number)
    told = session.scalars(select(Notice.user_id).where(Notice.key == f"request:{request.id}:ask"))
    assert set(told) == {work_of(session, people.CHIEF).actor.id}

    _decide(session, request, people.CHIEF)
    assert ticket.excluded
    assert (
        queries.own(work_of(session, people.CHIEF), ticket.number) is ticket
    )  # what was decided may be read again


def test_a_request_that_the_committee_decides_shows_a_confidential_ticket_to_no_leader(session):
    ticket = a_ticket(session, S.HANDLING, confidential=True)

    _ask(session, ticket, Asked(K.CONSULTATION, "要一起定走哪边"))

    with pytest.raises(NotFound):
        queries.own(work_of(session, people.CHIEF), ticket.number)
