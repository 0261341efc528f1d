"""The hard cases through the pages: what has a form of its own, what comes back, what may not be seen."""

import re
from datetime import timedelta

import pytest

from chainhub.core import clock
from chainhub.tickets.service import requests
from chainhub.tickets.terms import RequestKind
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import NOW, work_of
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


def test_the_firm_reads_of_waiting_and_not_of_what_the_staff_ask_each_other(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    until = (ticket.due_at + timedelta(days=4)).date()
    asked = requests.Asked(RequestKind.EXTENSION, "厂家排产要到下月", until=until)
    requests.ask(work_of(session, people.POWER, NOW.replace(hour=11)), ticket.number, asked)
    waiting = a_ticket(session, State.CARRIED_OVER)
    session.commit()

    owner, unit = as_(people.OWNER), as_(people.POWER)

    assert "厂家排产要到下月" in unit.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    assert "厂家排产要到下月" not in owner.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    page = owner.get(f"/tickets/{waiting.number}").get_data(as_text=True)
    assert "长期跟踪" in page
    assert "挂账" not in page


def test_an_extension_is_asked_for_and_granted_on_the_pages(as_, session):
    ticket = a_ticket(session, State.HANDLING, at=clock.now())
    session.commit()
    unit, task_force = as_(people.POWER), as_(people.DISPATCHER)
    path = f"/tickets/{ticket.number}/ask/extension"
    until = (ticket.due_at + timedelta(days=4)).date().isoformat()

    wrong = unit.post(path, data={"reason": "等设备", "until": "", "csrf_token": token_of(unit, path)})
    assert (wrong.status_code, "等设备" in wrong.get_data(as_text=True)) == (422, True)
    asked = unit.post(path, data={"reason": "等设备", "until": until, "csrf_token": token_of(unit, path)})
    assert asked.status_code == 303
    page = task_force.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    address = re.search(r"/requests/\d+/approve", page)[0]
    token = token_of(task_force, f"/tickets/{ticket.number}")

    assert unit.post(address, data={"csrf_token": token_of(unit, "/")}).status_code == 409
    assert task_force.post(address, data={"csrf_token": token, "note": "同意"}).status_code == 303
    again = task_force.post(address, data={"csrf_token": token, "note": "同意"})
    assert (again.status_code, "已同意" in again.get_data(as_text=True)) == (409, True)
    assert (
        as_(people.STRANGER)
        .post(address, data={"csrf_token": token_of(as_(people.STRANGER), "/")})
        .status_code
        == 404
    )
