"""Who is invited to a 会商 reads the ticket while it runs: in the list, on the page, and not a day longer."""

import pytest
from sqlalchemy import select

from chainhub.core.errors import Invalid
from chainhub.operations.simulating import truths, watching
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import moving, noting
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = NOW.replace(hour=11)
TO_CONFER = {"question": "走路面还是走绿化带", "units": [people.TRANSPORT_UNIT]}


def _sees(session, ticket, who=people.TRANSPORT) -> bool:
    actor, found = people.actor(session, who), select(Ticket.id).where(Ticket.id == ticket.id)
    seen = {
        session.scalar(found.where(one(actor))) is not None
        for one in (queries.visible, queries.visible_in_order)
    }
    told = watching.addressed(session)[ticket.id]
    assert seen == {truths.sees(actor, ticket, told)}
    return seen.pop()


def test_from_the_invitation_to_the_conclusion(session):
    ticket = a_ticket(session, State.HANDLING)
    assert not _sees(session, ticket)

    move(session, ticket, people.CLERK, Action.CONVENE, ELEVEN, **TO_CONFER)

    assert _sees(session, ticket)
    work = work_of(session, people.TRANSPORT, ELEVEN)
    assert not moving.moves(work, ticket)
    assert noting.capacity(work, ticket) is None
    move(session, ticket, people.CLERK, Action.CONCLUDE, ELEVEN, minutes="走路面")
    assert not _sees(session, ticket)


def test_the_next_consultation_has_its_own_guests(session):
    ticket = a_ticket(session, State.CONSULTING)  # 交通运输局 is invited
    assert _sees(session, ticket)
    move(session, ticket, people.CLERK, Action.CONCLUDE, ELEVEN, minutes="走路面")

    move(session, ticket, people.CLERK, Action.CONVENE, ELEVEN, **{**TO_CONFER, "units": [people.POWER_UNIT]})

    assert not _sees(session, ticket)


def test_who_was_given_a_part_there_keeps_reading(session):
    ticket = a_ticket(session, State.CONSULTING)
    due_on = (ticket.created_at.replace(day=20)).date()
    decisions = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面", "due_on": due_on}]

    move(session, ticket, people.CLERK, Action.CONCLUDE, ELEVEN, minutes="走路面", decisions=decisions)

    assert _sees(session, ticket)


def test_never_what_is_confidential(session):
    ticket = a_ticket(session, State.HANDLING, confidential=True)

    move(session, ticket, people.CLERK, Action.CONVENE, ELEVEN, **TO_CONFER)

    assert not _sees(session, ticket)


def test_never_the_unit_complained_of(session):
    about = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    ticket = a_ticket(session, State.HANDLING, **about)

    with pytest.raises(Invalid):
        move(session, ticket, people.CLERK, Action.CONVENE, ELEVEN, **TO_CONFER)
    assert not _sees(session, ticket)


def test_the_link_of_the_invitation_opens(as_, session):
    ticket = a_ticket(session, State.CONSULTING)
    session.commit()

    page = as_(people.TRANSPORT).get(ticket.link)

    assert page.status_code == 200
    assert ticket.number in as_(people.TRANSPORT).get("/tickets").get_data(as_text=True)
    assert as_(people.STRANGER).get(ticket.link).status_code == 404
