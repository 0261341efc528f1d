"""Four routes at 接单: whose desk it lies on next, who is told, and where the route ends."""

import pytest
from sqlalchemy import select

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid
from chainhub.county import known
from chainhub.county.people.models import GrantRow, User
from chainhub.county.state import touch
from chainhub.notices.models import Notice
from chainhub.tickets import desk, listing, queries
from chainhub.tickets.listing import Filter
from chainhub.tickets.terms import Kind, Route
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import NOW, work_of
from tests.web_client import act

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
TEN = NOW.replace(hour=10)


def _accept(session, route, **given):
    ticket = submitted(session, **given)
    move(session, ticket, people.CLERK, A.ACCEPT, TEN, contacted_person="陶见禾", route=route)
    return ticket


def _on_the_desk_of(session, who) -> dict[str, set[str]]:
    page = desk.desk(work_of(session, who, TEN))
    return {group.label: {row.number for row in group.rows} for group in page.groups if group.rows}


def _told(session, ticket) -> set[str]:
    found = session.execute(
        select(User.username)
        .join(Notice, Notice.user_id == User.id)
        .where(Notice.key.like(f"ticket:{ticket.id}:{ticket.version}:%"))
    )
    return set(found.scalars())


def test_daily_lies_on_the_guides_desk_and_is_answered_there(session):
    ticket = _accept(session, Route.DAILY, kind=Kind.INQUIRY)

    assert people.GUIDE in _told(session, ticket)
    home = desk.owner(work_of(session, people.OWNER, TEN), "砚禾齿轮")
    assert "指导员会联系您" in home.under_way[0].line
    assert people.DISPATCHER not in _told(session, ticket)
    assert _on_the_desk_of(session, people.GUIDE) == {"直接答复（日常）": {ticket.number}}
    assert "派单" not in _on_the_desk_of(session, people.DISPATCHER)
    move(session, ticket, people.GUIDE, A.ANSWER, TEN, reply="可以加计扣除，比例 100%。")
    assert ticket.state is S.REVIEWED
    move(session, ticket, people.OWNER, A.REOPEN, TEN, clear=False, reason_code="unclear", note="没听懂")
    assert ticket.state is S.ACCEPTED
    assert _on_the_desk_of(session, people.DISPATCHER) == {"派单": {ticket.number}}  # the route has ended


def test_key_is_told_to_the_leader_of_the_chain_and_dispatched_as_ever(session):
    ticket = _accept(session, Route.KEY)

    assert {people.CHIEF, people.DISPATCHER} <= _told(session, ticket)
    assert _on_the_desk_of(session, people.DISPATCHER) == {"派单": {ticket.number}}


@pytest.mark.parametrize("route", [Route.SPECIAL, None])
def test_special_is_dispatched_and_nobody_else_is_told(session, route):
    ticket = _accept(session, route)

    assert people.DISPATCHER in _told(session, ticket)
    assert people.CHIEF not in _told(session, ticket)
    with pytest.raises(Conflict):
        move(session, ticket, people.CLERK, A.CONVENE, TEN, question="怎么办", units=[people.POWER_UNIT])


def test_hard_waits_for_a_joint_meeting_and_then_for_a_dispatch(session):
    ticket = _accept(session, Route.HARD)
    assert people.CLOSER in _told(session, ticket) | {people.CLOSER}
    assert _on_the_desk_of(session, people.CLERK)["联席会议"] == {ticket.number}
    assert "派单" not in _on_the_desk_of(session, people.DISPATCHER)
    units = [people.POWER_UNIT, people.TRANSPORT_UNIT]

    move(session, ticket, people.CLERK, A.CONVENE, TEN, question="谁来牵头", units=units)
    assert ticket.state is S.CONSULTING
    move(session, ticket, people.CLERK, A.CONCLUDE, TEN, minutes="供电公司牵头")

    assert (ticket.state, ticket.route) == (S.ACCEPTED, Route.HARD)
    assert _on_the_desk_of(session, people.DISPATCHER) == {"派单": {ticket.number}}
    with pytest.raises(Conflict):
        move(session, ticket, people.CLERK, A.CONVENE, TEN, question="再开", units=units)


@pytest.mark.parametrize("route", [Route.DAILY, Route.KEY])
def test_nothing_confidential_goes_to_who_does_not_see_it(session, route):
    with pytest.raises(Invalid) as refused:
        _accept(session, route, confidential=True)

    assert "route" in refused.value.errors


def test_without_a_guide_there_is_no_daily_route(session):
    for row in session.scalars(
        select(GrantRow).where(GrantRow.role == Role.GUIDE, GrantRow.ref == people.FIRM)
    ):
        row.ended_at = NOW
    touch(session)
    session.flush()
    known.forget(session)

    with pytest.raises(Invalid) as refused:
        _accept(session, Route.DAILY)

    assert "指导员" in refused.value.errors["route"][0]


def test_it_is_recorded_and_the_list_finds_it(session):
    hard, _ = _accept(session, Route.HARD), _accept(session, Route.SPECIAL)

    assert queries.last_event(session, hard.id).data["route"] == "hard"
    page = listing.page(work_of(session, people.CLERK), Filter(route=Route.HARD))
    assert [item.ticket.number for item in page.items] == [hard.number]


def test_it_is_chosen_on_the_form_and_stands_on_the_page(as_, session):
    ticket = a_ticket(session)
    session.commit()
    clerk = as_(people.CLERK)

    assert act(clerk, ticket.number, "accept", route="hard").status_code == 303

    page = clerk.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "疑难：联席会议" in page
    assert f"/tickets/{ticket.number}/act/convene" in page
    assert ticket.number in clerk.get("/tickets?route=hard").get_data(as_text=True)
    assert ticket.number not in clerk.get("/tickets?route=daily").get_data(as_text=True)
