"""Several tickets at once: a result for every row, nothing twice, one bad row sinks nobody."""

import pytest

from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket, move
from tests.people import work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


def _bulk(client, action, tickets, **given):
    picks = [f"{one.number}:{one.version}" for one in tickets]
    data = {"csrf_token": token_of(client, "/"), "action": action, "pick": picks, **given}
    return client.post("/tickets/bulk", data=data)


def _fresh(session, *tickets):
    session.expire_all()
    return [one.state for one in tickets]


def test_several_are_accepted_and_every_row_says_what_became_of_it(as_, session):
    one, other, gone = (a_ticket(session) for _ in range(3))
    move(session, gone, people.OWNER, Action.WITHDRAW, note="自己解决了")
    session.commit()

    answer = said(_bulk(as_(people.CLERK), "accept", [one, other, gone]))

    assert "选了 3 件：办成 2 件，没办成 1 件" in answer
    assert "已接单。" in answer
    assert _fresh(session, one, other, gone) == [State.ACCEPTED, State.ACCEPTED, State.WITHDRAWN]


def test_a_second_submit_does_nothing_twice(as_, session):
    one = a_ticket(session)
    session.commit()
    seen = f"{one.number}:{one.version}"
    client = as_(people.CLERK)
    data = {"csrf_token": token_of(client, "/"), "action": "accept", "pick": [seen]}
    client.post("/tickets/bulk", data=data)

    answer = said(client.post("/tickets/bulk", data=data))

    assert "跳过 1 件" in answer
    assert "没有再办一次" in answer
    session.expire_all()
    assert one.version == 2


def test_dispatching_several_asks_for_each_unit_first(as_, session):
    one, other = a_ticket(session, State.ACCEPTED), a_ticket(session, State.ACCEPTED, category=None)
    session.commit()
    client = as_(people.DISPATCHER)

    asked = _bulk(client, "dispatch", [one, other]).get_data(as_text=True)
    assert f'value="{people.POWER_UNIT}" selected' in asked, "the usual unit of the category is chosen"
    again = _bulk(
        client,
        "dispatch",
        [one, other],
        ready="y",
        note="请尽快",
        **{f"unit-{one.number}": people.POWER_UNIT},
    )
    assert again.status_code == 422
    assert "请选派给哪个单位" in again.get_data(as_text=True)
    assert "请尽快" in again.get_data(as_text=True)
    assert _fresh(session, one, other) == [State.ACCEPTED, State.ACCEPTED]
    units = {f"unit-{one.number}": people.POWER_UNIT, f"unit-{other.number}": people.TRANSPORT_UNIT}
    answer = said(_bulk(client, "dispatch", [one, other], ready="y", note="请尽快", **units))

    assert "办成 2 件" in answer
    assert _fresh(session, one, other) == [State.DISPATCHED, State.DISPATCHED]
    assert other.lead_unit_code == people.TRANSPORT_UNIT


def test_a_unit_that_is_none_fails_its_row_alone(as_, session):
    one, other = a_ticket(session, State.ACCEPTED), a_ticket(session, State.ACCEPTED)
    session.commit()
    units = {f"unit-{one.number}": people.POWER_UNIT, f"unit-{other.number}": "nowhere"}

    answer = said(_bulk(as_(people.DISPATCHER), "dispatch", [one, other], ready="y", **units))

    assert "办成 1 件，没办成 1 件" in answer
    assert "没有这个办理单位" in answer
    assert _fresh(session, one, other) == [State.DISPATCHED, State.ACCEPTED]


def test_what_somebody_else_may_not_see_is_said_like_what_is_not_there(as_, session):
    one = a_ticket(session, State.CONFIRMED)
    session.commit()

    answer = said(_bulk(as_(people.TRANSPORT), "close", [one]))

    assert "没有这件诉求" in answer
    assert one.title not in answer


def test_more_than_fifty_are_skipped_in_words(as_, session):
    one = a_ticket(session)
    session.commit()
    client = as_(people.CLERK)
    picks = [f"EQ-2026-9{place:04}:1" for place in range(50)] + [f"{one.number}:{one.version}"]

    data = {"csrf_token": token_of(client, "/"), "action": "accept", "pick": picks}
    answer = said(client.post("/tickets/bulk", data=data))

    assert "选了 51 件：办成 0 件，跳过 1 件，没办成 50 件" in answer
    assert _fresh(session, one) == [State.SUBMITTED]


def test_the_api_does_the_same(app, client, as_, session):
    from chainhub.county.people import queries, service

    one, other = a_ticket(session, State.ACCEPTED), a_ticket(session)
    user = queries.user_by_name(session, people.DISPATCHER)
    token = service.issue_token(work_of(session, people.DISPATCHER), user, "试验")
    session.commit()
    items = [
        {"number": one.number, "version": one.version, "lead_unit": people.POWER_UNIT},
        {"number": other.number, "version": other.version, "lead_unit": people.POWER_UNIT},
    ]

    def call():
        headers = {"Authorization": f"Bearer {token}"}
        return client.post(
            f"{V1}/tickets/bulk", headers=headers, json={"action": "dispatch", "tickets": items}
        ).json

    first, second = call(), call()
    assert [first[name] for name in ("picked", "done", "skipped", "failed")] == [2, 1, 0, 1]
    assert [second[name] for name in ("picked", "done", "skipped", "failed")] == [2, 0, 1, 1]


def test_a_dispatch_of_several_follows_the_list_and_offers_no_unit_complained_of(as_, session):
    bus = {"title": "站牌挡视线", "content": "公交站牌挡视线。", "category": "logistics"}
    plain = a_ticket(session, State.ACCEPTED, **bus)
    about = {**bus, "kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    against = a_ticket(session, State.ACCEPTED, **about)
    session.commit()

    page = _bulk(as_(people.DISPATCHER), "dispatch", [plain, against]).get_data(as_text=True)

    choices = {
        one.number: page.partition(f'name="unit-{one.number}"')[2].partition("</select>")[0]
        for one in (plain, against)
    }
    assert f'value="{people.TRANSPORT_UNIT}" selected' in choices[plain.number]
    assert people.TRANSPORT_UNIT not in choices[against.number]
    assert "清单上：" in page
