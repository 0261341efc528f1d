"""What asks for another person means neither whoever did it, nor who acted in their place, nor whom they acted for."""

from datetime import date, timedelta

import pytest

from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries
from chainhub.county.people.service import add_grant, leaving
from chainhub.tickets import mine
from chainhub.tickets.service import answering, moving, requests
from chainhub.tickets.service.moving import Step
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import RequestKind, RequestState, ReturnReason
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
SPAN = leaving.Span(date(2026, 3, 2), date(2026, 3, 4), "培训")
LATER = NOW + timedelta(hours=2)
CONFER = Asked(RequestKind.CONSULTATION, "要一起定走哪边")
SENT = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面"}]
REFUSED = {"reason_code": ReturnReason.AREA, "note": "那是园区的路"}


def _lent(session, username, at=LATER):
    work = work_of(session, username, at)
    return Work(session, known.standing_in(session, work.actor, at), at, work.calendar)


def _away(session, who, substitute):
    leaving.record(work_of(session, who), who, substitute, SPAN)
    known.forget(session)


def _committee(session, username):
    """Somebody of the task force is of the committee as well: in this county 专班主任 and 书记 are one."""
    grant = Grant(Role.COMMITTEE, ScopeKind.CHAIN, "equipment", Post.CONTACT)
    add_grant(work_of(session, "anquan"), queries.user_by_name(session, username), grant)
    known.forget(session)


def _refused_to_decide(session, ticket, request, username):
    work = _lent(session, username)
    assert not requests.may_decide(work, ticket, request)
    with pytest.raises(Conflict, match="别人来批"):
        requests.decide(work, request.id, approve=True)
    assert ticket.number not in {one.ticket.number for one in mine.requests(work).items}


def test_who_stands_in_for_whoever_asked_does_not_decide(session):
    ticket = a_ticket(session, S.HANDLING)
    _committee(session, people.DISPATCHER)
    request = requests.ask(work_of(session, people.DISPATCHER, LATER), ticket.number, CONFER)
    _away(session, people.DISPATCHER, people.TRANSPORT)

    _refused_to_decide(session, ticket, request, people.TRANSPORT)
    _refused_to_decide(session, ticket, request, people.DISPATCHER)
    done = requests.decide(work_of(session, people.CLERK, LATER), request.id, approve=False)
    assert done.state is RequestState.REJECTED


def test_who_stands_in_for_the_unit_does_not_grant_its_extension_in_their_own_right(session):
    ticket = a_ticket(session, S.HANDLING)
    until = (ticket.due_at + timedelta(days=4)).date()
    asked = Asked(RequestKind.EXTENSION, "等设备到货", until=until)
    request = requests.ask(work_of(session, people.POWER, LATER), ticket.number, asked)
    _away(session, people.POWER, people.DISPATCHER)

    _refused_to_decide(session, ticket, request, people.DISPATCHER)
    assert requests.may_decide(work_of(session, people.REVIEWER, LATER), ticket, request)


def test_in_whose_place_it_was_asked_they_do_not_decide(session):
    ticket = a_ticket(session, S.HANDLING)
    _committee(session, people.DISPATCHER)
    _away(session, people.DISPATCHER, people.TRANSPORT)
    request = requests.ask(_lent(session, people.TRANSPORT), ticket.number, CONFER)

    work = work_of(session, people.DISPATCHER, LATER)
    assert not requests.may_decide(work, ticket, request)
    with pytest.raises(Conflict, match="代"):
        requests.decide(work, request.id, approve=True)


def test_a_part_that_was_sent_in_somebodys_place_is_not_ruled_on_by_them(session):
    ticket = a_ticket(session, S.ACCEPTED)
    _away(session, people.DISPATCHER, people.CLERK)
    given = {"lead_unit": people.POWER_UNIT, "co_units": SENT}
    moving.move(_lent(session, people.CLERK), ticket.number, Step(A.DISPATCH, ticket.version, given))
    move(session, ticket, people.TRANSPORT, A.RETURN, LATER, **REFUSED)

    ruling = {"note": "归交通局", "unit": people.TRANSPORT_UNIT}
    for work in (work_of(session, people.DISPATCHER, LATER), _lent(session, people.CLERK)):
        with pytest.raises(Conflict, match="另一位"):
            moving.move(work, ticket.number, Step(A.REJECT_RETURN, ticket.version, ruling))
    move(session, ticket, people.REVIEWER, A.REJECT_RETURN, LATER, **ruling)


def test_who_stands_in_for_whoever_sent_a_part_does_not_rule_on_it(session):
    ticket = a_ticket(session, S.ACCEPTED)
    move(session, ticket, people.DISPATCHER, A.DISPATCH, lead_unit=people.POWER_UNIT, co_units=SENT)
    move(session, ticket, people.TRANSPORT, A.RETURN, LATER, **REFUSED)
    _away(session, people.DISPATCHER, people.CLERK)

    given = {"note": "归交通局", "unit": people.TRANSPORT_UNIT}
    with pytest.raises(Conflict, match="另一位"):
        moving.move(_lent(session, people.CLERK), ticket.number, Step(A.UPHOLD_RETURN, ticket.version, given))


def test_who_stands_in_for_whoever_answered_does_not_hand_out_the_link(session):
    ticket = a_ticket(session, S.ACCEPTED)
    move(session, ticket, people.CLERK, A.ANSWER, LATER, reply="可以加计扣除，比例 100%。")
    assert answering.hand_out(work_of(session, people.CALLER, LATER), ticket.number)
    _away(session, people.CLERK, people.CALLER)

    with pytest.raises(Conflict, match="没有经手"):
        answering.hand_out(_lent(session, people.CALLER), ticket.number)
