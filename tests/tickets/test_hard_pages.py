"""The hard cases through the pages: what has a form of its own, what comes back, what may not be seen."""

from datetime import timedelta

import pytest

from chainhub.core import clock
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.web_client import act, token_of

IN_TEN_DAYS = (clock.now() + timedelta(days=10)).date().isoformat()  # pages live today
SPOT = {
    "title": "门口路灯不亮",
    "content": "厂门口三盏路灯不亮，走访时当场联系路灯所修好。",
    "enterprise": people.FIRM,
    "reply": "当天下午修好。",
    "raised_on": "2026-02-27",
    "solved_on": "2026-02-28",
}


@pytest.mark.parametrize("username", [people.GUIDE, people.CLERK])
def test_what_was_solved_on_the_spot_is_noted(as_, username):
    client = as_(username)

    answer = client.post(
        "/tickets/backfill", data={**SPOT, "csrf_token": token_of(client, "/tickets/backfill")}
    )

    assert answer.status_code == 303
    assert "待评价" in client.get(answer.location).get_data(as_text=True)


def test_a_wrong_date_is_said_and_what_was_typed_is_kept(as_):
    client = as_(people.GUIDE)
    data = {**SPOT, "solved_on": "2026-02-26", "csrf_token": token_of(client, "/tickets/backfill")}

    answer = client.post("/tickets/backfill", data=data)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "解决日期要在提出日期以后" in page
    assert "当天下午修好。" in page


def test_the_owner_notes_nothing_as_solved(as_):
    assert as_(people.OWNER).get("/tickets/backfill").status_code == 403


def test_a_dispatch_sends_co_units_with_days_of_their_own(as_, session):
    ticket = a_ticket(session, State.ACCEPTED)
    session.commit()

    answer = act(
        as_(people.DISPATCHER),
        ticket.number,
        "dispatch",
        lead_unit=people.POWER_UNIT,
        **{
            "co_units-0-unit": people.TRANSPORT_UNIT,
            "co_units-0-text": "恢复路面",
            "co_units-0-due_on": IN_TEN_DAYS,
        },
    )

    assert answer.status_code == 303
    session.expire_all()
    assert ticket.co_units == [people.TRANSPORT_UNIT]
    page = as_(people.TRANSPORT).get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "协办" in page
    assert "恢复路面" in page


def test_a_day_that_is_none_is_refused_and_the_line_is_kept(as_, session):
    ticket = a_ticket(session, State.ACCEPTED)
    session.commit()

    answer = act(
        as_(people.DISPATCHER),
        ticket.number,
        "dispatch",
        lead_unit=people.POWER_UNIT,
        **{"co_units-0-unit": people.TRANSPORT_UNIT, "co_units-0-due_on": "明天"},
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "日期写得不对" in page
    assert 'value="明天"' in page


def test_a_consultation_is_convened_with_units_to_tick(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()

    answer = act(
        as_(people.CLERK),
        ticket.number,
        "convene",
        question="走路面还是走绿化带",
        units=[people.TRANSPORT_UNIT, people.POWER_UNIT],
    )

    assert answer.status_code == 303
    assert "会商中" in as_(people.CLERK).get(f"/tickets/{ticket.number}").get_data(as_text=True)


def test_a_review_date_is_written_as_a_day(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()

    answer = act(
        as_(people.CLERK),
        ticket.number,
        "carry_over",
        reason_code="planning",
        note="等规划批复",
        review_on=IN_TEN_DAYS,
    )

    assert answer.status_code == 303
    page = as_(people.OWNER).get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "挂账" in page or "长期跟踪" in page
