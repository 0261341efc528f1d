"""Co-units' parts in the hands of whoever stands in (AB角): one person, several parts, each done by itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.service import leaving
from chainhub.tickets import queries
from chainhub.tickets.models import Part
from chainhub.tickets.service import moving
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import PartState, ReturnReason
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import act

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
AT = NOW + timedelta(minutes=20)
BOTH = [{"unit": people.POWER_UNIT, "text": "看线路"}, {"unit": people.TRANSPORT_UNIT, "text": "恢复路面"}]


@pytest.fixture
def away(session):
    """韩砚 of the power company is away, and somebody of the transport bureau stands in."""
    span = leaving.Span(date(2026, 3, 2), date(2026, 3, 4), "培训")
    leaving.record(work_of(session, people.POWER), people.POWER, people.TRANSPORT, span)
    known.forget(session)


def _lent(session, at=AT):
    work = work_of(session, people.TRANSPORT, at)
    return Work(session, known.standing_in(session, work.actor, at), at, work.calendar)


def _does(session, ticket, action, **given):
    return moving.move(_lent(session), ticket.number, Step(action, ticket.version, given))


def _states(session, ticket):
    found = session.scalars(select(Part).where(Part.ticket_id == ticket.id))
    return {part.unit_code: part.state for part in found}


def _sent(session, lead, co):
    ticket = a_ticket(session, S.ACCEPTED)
    return move(session, ticket, people.DISPATCHER, A.DISPATCH, NOW, lead_unit=lead, co_units=co)


def test_who_stands_in_for_a_co_unit_receives_and_hands_in_its_part(session, away):
    ticket = _sent(session, "industry_bureau", BOTH[:1])

    _does(session, ticket, A.ACKNOWLEDGE)
    _does(session, ticket, A.HAND_IN, note="线路看过了")

    assert _states(session, ticket) == {people.POWER_UNIT: PartState.HANDED_IN}
    newest = queries.events(session, ticket.id)[0]
    assert (newest.body, newest.data["unit"]) == ("县供电公司", people.POWER_UNIT)
    assert newest.actor_name.endswith("（代韩砚）")


def test_of_two_parts_each_is_received_and_the_one_that_is_named_is_handed_in(session, away):
    ticket = _sent(session, "industry_bureau", BOTH)

    with pytest.raises(Invalid) as refused:
        _does(session, ticket, A.ACKNOWLEDGE)
    assert "unit" in refused.value.errors
    _does(session, ticket, A.ACKNOWLEDGE, unit=people.TRANSPORT_UNIT)
    _does(session, ticket, A.ACKNOWLEDGE)  # one is left, and is meant
    _does(session, ticket, A.HAND_IN, note="路面好了", unit=people.TRANSPORT_UNIT)

    assert _states(session, ticket) == {
        people.POWER_UNIT: PartState.HANDLING,
        people.TRANSPORT_UNIT: PartState.HANDED_IN,
    }
    assert queries.events(session, ticket.id)[0].actor_name == _lent(session).actor.name  # in their own right


def test_a_part_of_others_is_not_theirs_to_name(session, away):
    ticket = _sent(session, "industry_bureau", [BOTH[0], {"unit": "finance_bureau", "text": "出钱"}])

    with pytest.raises(Invalid):
        _does(session, ticket, A.HAND_IN, note="不是我的", unit="finance_bureau")


def test_who_is_of_the_lead_and_of_a_co_unit_does_what_is_offered(session, away):
    """Every verb that the page offers can be pressed: the lead's where it goes, else that of the own part."""
    ticket = _sent(session, people.POWER_UNIT, BOTH[1:])
    _does(session, ticket, A.ACKNOWLEDGE)
    assert ticket.state is S.HANDLING
    _does(session, ticket, A.ACKNOWLEDGE)
    assert _states(session, ticket) == {people.TRANSPORT_UNIT: PartState.HANDLING}

    given = {"person": "陶见禾", "office": "营业部", "note": "现场看过了"}
    offered = {row.action: row for row in moving.moves(_lent(session), ticket)}
    for action in (A.CONTACT, A.ASSIGN, A.PROGRESS, A.HAND_IN):
        said = {name: given.get(name) for name in offered[action].fields} | (
            {"person": None} if action is A.ASSIGN else {}
        )
        _does(session, ticket, action, **said)

    assert _states(session, ticket) == {people.TRANSPORT_UNIT: PartState.HANDED_IN}


def test_a_lead_that_may_not_return_any_more_still_returns_its_part(session, away):
    ticket = _sent(session, people.POWER_UNIT, [])
    _does(session, ticket, A.ACKNOWLEDGE)
    late = AT + timedelta(days=2)
    move(session, ticket, people.CLERK, A.CONVENE, late, question="走哪边", units=[people.TRANSPORT_UNIT])
    decided = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面", "due_on": None}]
    move(session, ticket, people.CLERK, A.CONCLUDE, late, minutes="照这样办", decisions=decided)

    work = _lent(session, late + timedelta(minutes=5))
    offered = next(row for row in moving.moves(work, ticket) if row.action is A.RETURN)
    given = {"reason_code": ReturnReason.AREA, "note": "那是园区的路"}
    moving.move(work, ticket.number, Step(A.RETURN, ticket.version, given))

    assert offered.part
    assert ticket.state is S.HANDLING
    assert _states(session, ticket) == {people.TRANSPORT_UNIT: PartState.DISPUTED}


def test_the_form_asks_which_part_only_where_there_are_two(as_, session, away, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    ticket = _sent(session, "industry_bureau", BOTH)
    session.commit()
    page = as_(people.TRANSPORT).get(f"{ticket.link}/act/hand_in").get_data(as_text=True)

    assert "哪个单位的协办" in page
    answer = act(as_(people.TRANSPORT), ticket.number, "hand_in", note="好了", unit="")
    assert answer.status_code == 422
    assert "请选是哪个单位的协办" in answer.get_data(as_text=True)


def test_who_stands_in_for_nobody_is_not_asked(session):
    ticket = _sent(session, "industry_bureau", BOTH)

    move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, AT)
    with pytest.raises(Conflict, match="签收过"):
        move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, AT)
