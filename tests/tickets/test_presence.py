"""Who else is looking: a hint of minutes among the staff, that locks nothing and writes nothing for mere reading."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from chainhub.core.errors import NotFound
from chainhub.tickets.everyday import Presence
from chainhub.tickets.service import presence
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, as_clock, move
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


def test_others_are_named_for_ten_minutes(session):
    ticket = a_ticket(session, State.HANDLING)
    assert presence.beat(work_of(session, people.POWER, NOW), ticket.number) == ""
    assert presence.beat(work_of(session, people.CLERK, NOW), ticket.number) == "韩砚也在看"
    two = NOW + timedelta(minutes=2)
    assert (
        presence.beat(work_of(session, people.POWER_DEPUTY, two), ticket.number).count("2 分钟前也在看") == 2
    )
    assert presence.beat(work_of(session, people.POWER, NOW + timedelta(minutes=13)), ticket.number) == ""


def test_it_locks_nothing_and_a_second_beat_is_the_same_row(session):
    ticket = a_ticket(session, State.HANDLING)
    for minute in range(3):
        presence.beat(work_of(session, people.CLERK, NOW + timedelta(minutes=minute)), ticket.number)

    move(session, ticket, people.POWER, Action.PROGRESS, NOW + timedelta(hours=1), note="看过现场")

    assert session.scalar(select(func.count()).select_from(Presence)) == 1


def test_who_left_is_forgotten(session):
    ticket = a_ticket(session, State.HANDLING)
    presence.beat(work_of(session, people.CLERK, NOW), ticket.number)
    early, late = (
        as_clock(session, NOW + timedelta(minutes=5)),
        as_clock(session, NOW + timedelta(minutes=11)),
    )
    assert presence.find_gone(early, 10) == []
    presence.forget(late, presence.find_gone(late, 10))
    assert session.scalar(select(func.count()).select_from(Presence)) == 0


def test_the_enterprise_neither_shows_itself_nor_sees_who_looks(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    presence.beat(work_of(session, people.POWER), ticket.number)
    for username in (people.OWNER, people.GUIDE):
        assert presence.beat(work_of(session, username), ticket.number) == ""
    with pytest.raises(NotFound):
        presence.beat(work_of(session, people.TRANSPORT), ticket.number)
    session.commit()
    path = f"/tickets/{ticket.number}"
    assert "/looking" not in as_(people.OWNER).get(path).get_data(as_text=True)
    clerk, unit = as_(people.CLERK), as_(people.POWER)
    before = session.scalar(select(func.count()).select_from(Presence))
    clerk.get(path)
    assert session.scalar(select(func.count()).select_from(Presence)) == before, "reading writes nothing"
    clerk.post(f"{path}/looking", data={"csrf_token": token_of(clerk, path)})
    answer = unit.post(f"{path}/looking", data={"csrf_token": token_of(unit, path)})
    assert "也在看" in said(answer)
