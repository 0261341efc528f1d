"""The page of a verb: what stands in it when it opens, what it asks once more, what is seen only with a trace."""

import re

import pytest
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.terms import Kind, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.web_client import act, said, token_of

CONTENT = "厂门口公交站牌挡视线，大货车出门看不见左边来车。"


def _page(client, ticket, action: str) -> str:
    return client.get(f"/tickets/{ticket.number}/act/{action}").get_data(as_text=True)


def _chosen(page: str) -> set[str]:
    picked = re.findall(r'<option selected value="([^"]*)"', page)
    picked += re.findall(r'<input checked[^>]*value="([^"]*)"', page)
    return set(picked)


# 更正分类


def test_a_correction_begins_with_what_the_ticket_is(as_, session):
    ticket = a_ticket(session, category="energy", kind=Kind.PROBLEM, urgency=Urgency.COMPLEX)
    session.commit()

    assert {"energy", "problem", "complex"} <= _chosen(_page(as_(people.CLERK), ticket, "reclassify"))


def test_a_correction_keeps_a_category_of_the_second_level(as_, session):
    ticket = a_ticket(session, category="energy_power", kind=Kind.HELP)
    session.commit()
    clerk = as_(people.CLERK)

    page = _page(clerk, ticket, "reclassify")
    assert "energy_power" in _chosen(page)
    assert "用能：用电与增容" in page

    answer = act(
        clerk,
        ticket.number,
        "reclassify",
        category="energy_power",
        kind="problem",
        urgency="normal",
        note="是难题",
    )
    assert answer.status_code == 303, said(answer)
    session.refresh(ticket)
    assert (ticket.category_code, ticket.kind) == ("energy_power", Kind.PROBLEM)


def test_the_history_of_a_correction_says_only_what_changed(as_, session):
    ticket = a_ticket(session, category="energy", kind=Kind.HELP)
    session.commit()

    given = {"category": "energy", "kind": "help", "urgency": "urgent", "note": "等不起"}
    assert act(as_(people.CLERK), ticket.number, "reclassify", **given).status_code == 303

    event = session.scalar(select(TicketEvent).where(TicketEvent.action == Action.RECLASSIFY))
    assert event.data == {"urgency": "urgent", "note": "等不起"}


def test_a_correction_that_changes_nothing_is_told_so(as_, session):
    ticket = a_ticket(session, category="energy", kind=Kind.HELP)
    session.commit()

    given = {"category": "energy", "kind": "help", "urgency": "normal", "note": "看看"}
    answer = act(as_(people.CLERK), ticket.number, "reclassify", **given)

    assert answer.status_code == 422
    assert "至少改一项" in said(answer)
    assert {"energy", "help", "normal"} <= _chosen(answer.get_data(as_text=True))


@pytest.mark.parametrize("action", ["accept", "reclassify"])
def test_the_clerk_is_told_what_an_unset_category_may_be_and_nothing_is_chosen(as_, session, action):
    ticket = a_ticket(session, category=None, kind=None, content=CONTENT)
    session.commit()

    page = _page(as_(people.CLERK), ticket, action)

    assert "可能是：物流交通" in page
    assert "logistics" not in _chosen(page)


@pytest.mark.parametrize("action", ["accept", "reclassify"])
def test_nothing_is_guessed_where_a_category_is_set(as_, session, action):
    ticket = a_ticket(session, category="energy", content=CONTENT)
    session.commit()

    assert "可能是" not in _page(as_(people.CLERK), ticket, action)


# 评价


@pytest.fixture
def reviewed(session):
    ticket = a_ticket(session, State.REVIEWED)
    session.commit()
    return ticket


SATISFIED_ALTHOUGH = [
    ({"contacted": "yes", "solved": "no"}, "您选了“没解决”，又选了“满意”，确定吗？"),
    ({"contacted": "no", "solved": "yes"}, "您选了“没联系”，又选了“满意”，确定吗？"),
    ({"contacted": "no", "solved": "no"}, "您选了“没联系”“没解决”，又选了“满意”，确定吗？"),
]


@pytest.mark.parametrize(("answers", "question"), SATISFIED_ALTHOUGH)
def test_answers_that_hardly_go_together_are_asked_about_once(as_, session, reviewed, answers, question):
    owner = as_(people.OWNER)
    given = {**answers, "satisfaction": "satisfied", "note": "态度很好"}

    asked = act(owner, reviewed.number, "confirm", **given)

    assert asked.status_code == 422
    assert question in said(asked)
    page = asked.get_data(as_text=True)
    assert "态度很好" in page
    assert {answers["contacted"], answers["solved"], "satisfied"} <= _chosen(page)
    session.refresh(reviewed)
    assert reviewed.state is State.REVIEWED

    sure = re.search(r'name="sure" value="([^"]+)"', page)[1]
    assert act(owner, reviewed.number, "confirm", **given, sure=sure).status_code == 303
    session.refresh(reviewed)
    assert reviewed.state is State.CONFIRMED


def test_being_sure_of_one_answer_is_not_being_sure_of_another(as_, reviewed):
    owner = as_(people.OWNER)
    first = {"contacted": "yes", "solved": "no", "satisfaction": "satisfied"}
    page = act(owner, reviewed.number, "confirm", **first).get_data(as_text=True)
    sure = re.search(r'name="sure" value="([^"]+)"', page)[1]

    again = act(owner, reviewed.number, "confirm", **{**first, "contacted": "no"}, sure=sure)

    assert again.status_code == 422
    assert "“没联系”“没解决”" in said(again)


@pytest.mark.parametrize(
    "answers",
    [
        {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied"},
        {"contacted": "yes", "solved": "no", "satisfaction": "mostly"},
        {"contacted": "no", "solved": "no", "satisfaction": "dissatisfied"},
    ],
)
def test_answers_that_go_together_are_taken_at_once(as_, reviewed, answers):
    assert act(as_(people.OWNER), reviewed.number, "confirm", **answers).status_code == 303


# What is refused


def test_a_separated_duty_is_refused_under_a_short_heading_with_the_way_back(as_, session):
    ticket = a_ticket(session, State.DISPATCHED)
    move(session, ticket, people.POWER, Action.RETURN, reason_code="function", note="不归我们")
    session.commit()

    answer = as_(people.DISPATCHER).get(f"/tickets/{ticket.number}/act/uphold_return")

    page = answer.get_data(as_text=True)
    heading = re.search(r"<h1>(.*?)</h1>", page)[1]
    assert answer.status_code == 409
    assert heading == "这一步您现在不能办"
    assert "这一单是您派出的" in said(answer)
    assert "刷新" not in said(answer)
    assert f'href="/tickets/{ticket.number}">回到这件诉求' in page


def test_a_step_whose_time_is_not_now_leads_back_to_the_ticket(as_, session):
    ticket = a_ticket(session)
    session.commit()

    answer = as_(people.DISPATCHER).get(f"/tickets/{ticket.number}/act/dispatch")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert re.search(r"<h1>(.*?)</h1>", page)[1] == "现在不是办这一步的时候"
    assert "现在是“待接单”" in said(answer)
    assert "刷新" not in said(answer)
    assert "回到这件诉求" in page


# The whole number


def _reveal(client, ticket, **given):
    path = f"/tickets/{ticket.number}/act/accept"
    headers = given.pop("headers", {})
    data = {"csrf_token": token_of(client, path), "reason": "核实情况"} | given
    return client.post(f"/tickets/{ticket.number}/phone", data=data, headers=headers)


def _logged(session):
    return session.scalars(select(AuditEntry.data).where(AuditEntry.action == "show_phone")).all()


def test_the_number_stands_before_the_form_on_the_page_of_a_verb(as_, session):
    ticket = a_ticket(session, contact_phone="13905372076")
    session.commit()

    page = _page(as_(people.CLERK), ticket, "accept")

    assert page.index(f'action="/tickets/{ticket.number}/phone"') < page.index('id="form"')
    assert page.count('id="contact"') == 1
    assert "139****2076" in page
    assert "13905372076" not in page


def test_the_number_comes_as_a_piece_of_the_page_that_is_open(as_, session):
    ticket = a_ticket(session, contact_phone="13905372076")
    session.commit()

    answer = _reveal(as_(people.CLERK), ticket, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "13905372076" in said(answer)
    assert "<html" not in answer.get_data(as_text=True)
    assert [one["reason"] for one in _logged(session)] == ["核实情况"]


def test_without_a_script_the_number_opens_beside_what_is_typed(as_, session):
    ticket = a_ticket(session, contact_phone="13905372076")
    session.commit()
    clerk = as_(people.CLERK)

    form = re.search(r'<form class="contact-ask\b.*?>', _page(clerk, ticket, "accept"))[0]
    answer = _reveal(clerk, ticket)

    assert 'target="_blank"' in form
    assert answer.status_code == 200
    assert "13905372076" in said(answer)
    assert "<html" in answer.get_data(as_text=True)
    assert len(_logged(session)) == 1


@pytest.mark.parametrize("reason", ["", "好奇", "\x00"])
def test_without_a_reason_no_number_is_shown(as_, session, reason):
    ticket = a_ticket(session, contact_phone="13905372076")
    session.commit()

    answer = _reveal(as_(people.CLERK), ticket, reason=reason)

    assert answer.status_code == 422
    assert "13905372076" not in said(answer)
    assert _logged(session) == []


def test_the_address_of_a_number_opened_again_shows_none_and_logs_nothing(as_, session):
    ticket = a_ticket(session, contact_phone="13905372076")
    session.commit()

    answer = as_(people.CLERK).get(f"/tickets/{ticket.number}/phone")

    assert (answer.status_code, answer.location) == (303, f"/tickets/{ticket.number}")
    assert _logged(session) == []


def test_to_who_may_not_ask_for_it_the_number_stands_beside_the_form(as_, reviewed):
    page = _page(as_(people.OWNER), reviewed, "confirm")

    assert page.count('id="contact"') == 1
    assert "contact-ask" not in page
    assert (
        '<div class="contact"'
        not in re.search(r'<div class="head">.*?<div class="card">', page, re.DOTALL)[0]
    )
