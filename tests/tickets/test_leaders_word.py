"""A leader's word from the home page: 批示 in the row of what is stuck, two lines, and what was given and not answered."""

from datetime import date

import pytest

from chainhub.core import clock
from chainhub.tickets import desk, queries
from chainhub.tickets.service import instructions
from chainhub.tickets.service.instructions import Word
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import NOW, china, work_of
from tests.web_client import token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

LATE = china(2026, 6, 1, 9, 0)  # a Monday, long after the limit
GIVEN = Word("请供电公司这周拿出方案，报我。", people.POWER_UNIT, date(2026, 6, 5))


def _row(session, who):
    (row,) = desk.leader(work_of(session, who, LATE), "全县").stuck
    return row


def test_the_row_of_what_is_stuck_leads_to_a_word(session):
    ticket = a_ticket(session, State.HANDLING, NOW)

    chief, liaison = _row(session, people.CHIEF), _row(session, people.LIAISON)

    assert (chief.verb, chief.url) == ("批示", f"{ticket.link}/instruct")
    assert (liaison.verb, liaison.url) == ("代录批示", f"{ticket.link}/instruct")
    assert chief.stuck.startswith("卡在：")


def test_what_was_given_and_not_answered_is_said_in_the_row(session):
    ticket = a_ticket(session, State.HANDLING, NOW)
    made = instructions.give(work_of(session, people.CHIEF, LATE), ticket.number, GIVEN)

    chief, principal = _row(session, people.CHIEF), _row(session, people.PRINCIPAL)
    assert (chief.verb, chief.url) == ("看进展", ticket.link)
    assert chief.stuck == "您 6月1日 09:00 已批示，还没回复。"
    assert principal.stuck.startswith("装备制造链链长郑怀谷同志 6月1日")

    instructions.answer(work_of(session, people.POWER, LATE), made.id, "方案已经报上")
    assert _row(session, people.CHIEF).verb == "批示"


def test_two_lines_on_a_phone_are_enough(as_, session, monkeypatch):
    """Whom it goes to and until when are there already, the lead and the third workday; both may be changed."""
    monkeypatch.setattr(clock, "now", lambda: LATE)
    ticket = a_ticket(session, State.HANDLING, NOW)
    session.commit()
    leader = as_(people.CHIEF)

    assert "批示" in leader.get("/").get_data(as_text=True)
    page = leader.get(f"{ticket.link}/instruct").get_data(as_text=True)
    assert f'<option selected value="{people.POWER_UNIT}">' in page
    assert 'value="2026-06-04"' in page

    path = f"{ticket.link}/instruct"
    sent = {"text": GIVEN.text, "unit": people.POWER_UNIT, "due_on": "2026-06-04"}
    assert leader.post(path, data={**sent, "csrf_token": token_of(leader, path)}).status_code == 303
    (made,) = queries.instructions(session, ticket.id)
    assert (made.text, made.unit_code, made.due_on) == (GIVEN.text, people.POWER_UNIT, date(2026, 6, 4))


def test_what_is_left_empty_is_still_asked_for(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()

    chief, path = as_(people.CHIEF), f"{ticket.link}/instruct"
    answer = chief.post(path, data={"text": GIVEN.text, "csrf_token": token_of(chief, path)})

    assert answer.status_code == 422
    assert not queries.instructions(session, ticket.id)
