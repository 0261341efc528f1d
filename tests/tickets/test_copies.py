"""抄送: who copies a ticket to whom, what that opens and what it does not, and withdrawing it."""

import re

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people import queries as accounts
from chainhub.county.people import service as signing
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.operations.simulating import truths, watching
from chainhub.tickets import queries
from chainhub.tickets.copies import service
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import moving, noting
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = NOW.replace(hour=11)


def _copy(session, ticket, to=people.TRANSPORT, who=people.POWER, note="请了解"):
    return service.copy(work_of(session, who, ELEVEN), ticket.number, to, note)


def _sees(session, ticket, who) -> bool:
    found = select(Ticket.id).where(Ticket.id == ticket.id)
    actor = people.actor(session, who)
    conditions = (queries.visible(actor), queries.visible_in_order(actor))
    both = {session.scalar(found.where(one)) is not None for one in conditions}
    assert len(both) == 1, "a list and a page say the same"
    return both.pop()


def test_a_copy_is_read_and_nothing_can_be_done_with_it(session):
    ticket = a_ticket(session, State.HANDLING)
    noting.note(work_of(session, people.POWER, ELEVEN), ticket.number, "内部的话")
    assert not _sees(session, ticket, people.TRANSPORT)
    before = ticket.version, ticket.due_at

    made = _copy(session, ticket)

    assert _sees(session, ticket, people.TRANSPORT)
    work = work_of(session, people.TRANSPORT, ELEVEN)
    assert not moving.moves(work, ticket)
    assert noting.capacity(work, ticket) is None
    assert (ticket.version, ticket.due_at) == (before[0] + 1, before[1])
    told = session.scalars(select(Notice).where(Notice.key == f"copy:{made.id}")).one()
    assert told.user_id == work.actor.id
    assert [one.ticket.id for one in service.mine(work)[0]] == [ticket.id]
    assert verify.verify(session).ok


def test_withdrawn_it_is_there_no_more(session):
    ticket = a_ticket(session, State.HANDLING)
    made = _copy(session, ticket)

    service.withdraw(work_of(session, people.CLERK, ELEVEN), made.id)

    assert not _sees(session, ticket, people.TRANSPORT)
    assert service.mine(work_of(session, people.TRANSPORT)) == ([], None)
    with pytest.raises(Conflict, match="已经撤回"):
        service.withdraw(work_of(session, people.CLERK, ELEVEN), made.id)
    _copy(session, ticket)  # and again
    assert _sees(session, ticket, people.TRANSPORT)


def test_a_leader_of_another_chain_reads_a_copy(session):
    ticket = a_ticket(session, State.HANDLING)
    chiefs = select(User.username).where(User.username.like("lingdao%"), User.username != people.CHIEF)
    other = session.scalars(chiefs).first()
    if other is None or _sees(session, ticket, other):
        other = people.TRANSPORT

    _copy(session, ticket, other, people.CHIEF)

    assert _sees(session, ticket, other)


def test_never_what_is_confidential(session):
    ticket = a_ticket(session, State.HANDLING, confidential=True)

    with pytest.raises(Conflict, match="保密"):
        _copy(session, ticket)
    assert not service.may_copy(work_of(session, people.POWER), ticket)


def test_never_to_the_unit_complained_of_not_even_afterwards(session):
    about = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    with pytest.raises(Invalid) as refused:
        _copy(session, a_ticket(session, State.HANDLING, **about))
    assert "person" in refused.value.errors

    ticket = a_ticket(session, State.HANDLING)
    _copy(session, ticket)
    named = {**about, "note": "企业说投诉的是交通"}
    move(session, ticket, people.CLERK, Action.RECLASSIFY, ELEVEN, **named)
    assert not _sees(session, ticket, people.TRANSPORT)


@pytest.mark.parametrize("to", [people.OWNER, people.GUIDE, people.POWER_DEPUTY, "xitong", "nirgendwer"])
def test_only_to_leaders_and_people_of_units_who_do_not_see_it(session, to):
    with pytest.raises(Invalid) as refused:
        _copy(session, a_ticket(session, State.HANDLING), to)

    assert "person" in refused.value.errors


@pytest.mark.parametrize("who", [people.OWNER, people.GUIDE, people.LIAISON])
def test_who_does_not_handle_it_copies_it_to_nobody(session, who):
    ticket = a_ticket(session, State.HANDLING)

    with pytest.raises(NotAllowed):
        _copy(session, ticket, who=who)
    _copy(session, ticket)
    with pytest.raises(NotAllowed):
        _copy(session, ticket, people.CHIEF, who=people.TRANSPORT)  # a copy hands nothing on
    with pytest.raises(NotFound):
        _copy(session, ticket, who=people.STRANGER)


def test_the_simulated_county_knows_of_copies(session):
    ticket = a_ticket(session, State.HANDLING)
    _copy(session, ticket)

    told = watching.addressed(session)[ticket.id]

    for who in (people.TRANSPORT, people.STRANGER, people.POWER):
        assert truths.sees(people.actor(session, who), ticket, told) is _sees(session, ticket, who)


# Doors


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: ELEVEN)


def test_from_the_page_to_the_list_of_who_was_sent_it_and_back(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    unit, path = as_(people.POWER), f"{ticket.link}/copy"
    assert as_(people.TRANSPORT).get(ticket.link).status_code == 404
    assert as_(people.OWNER).get(path).status_code == 403
    lacking = unit.post(path, data={"csrf_token": token_of(unit, path), "note": "请了解"})
    assert lacking.status_code == 422
    assert "请了解" in said(lacking), "what was typed stays"

    done = unit.post(
        path,
        data={"csrf_token": token_of(unit, path), "person": people.TRANSPORT, "note": "请了解"},
        follow_redirects=True,
    )
    assert "只能看，不能办" in said(done)
    other = as_(people.TRANSPORT)
    assert "请了解" in said(other.get("/mine/copies"))
    assert "/mine/copies" in other.get("/").get_data(as_text=True)
    assert other.get(ticket.link).status_code == 200
    for firm in (people.OWNER, people.GUIDE):
        assert "抄送" not in as_(firm).get(ticket.link).get_data(as_text=True)

    where = re.search(r'action="(/copies/\d+/withdraw)"', done.get_data(as_text=True))[1]
    gone = unit.post(where, data={"csrf_token": token_of(unit, ticket.link)}, follow_redirects=True)
    assert "已撤回" in said(gone)
    assert other.get(ticket.link).status_code == 404


def test_by_program(app, session):
    ticket = a_ticket(session, State.HANDLING)
    headers = {}
    for who in (people.POWER, people.OWNER, people.TRANSPORT):
        token = signing.issue_token(work_of(session, who), accounts.user_by_name(session, who), "试验")
        headers[who] = {"Authorization": f"Bearer {token}"}
    session.commit()
    client, path = app.test_client(), f"{V1}/tickets/{ticket.number}/copies"
    to = {"person": people.TRANSPORT}

    assert client.post(path, headers=headers[people.OWNER], json=to).status_code == 403
    assert client.post(path, headers=headers[people.TRANSPORT], json=to).status_code == 404
    assert client.post(path, headers=headers[people.POWER], json={}).status_code == 422
    made = client.post(path, headers=headers[people.POWER], json=to)
    assert made.status_code == 201
    assert client.get(path, headers=headers[people.OWNER]).json == {"items": []}
    events = client.get(f"{V1}/tickets/{ticket.number}/events", headers=headers[people.OWNER]).json["items"]
    assert "copy" not in {one["action"] for one in events}
    mine = client.get(f"{V1}/mine/copies", headers=headers[people.TRANSPORT]).json
    assert ([one["ticket"] for one in mine["items"]], mine["next_cursor"]) == ([ticket.number], None)
    where = f"{V1}/copies/{made.json['id']}/withdraw"
    assert client.post(where, headers=headers[people.OWNER]).status_code == 404
    assert client.post(where, headers=headers[people.POWER]).json["withdrawn_at"]
    assert client.get(f"{V1}/mine/copies", headers=headers[people.TRANSPORT]).json["items"] == []
