"""What was filed before is shown while typing and at triage, never blocks, and never shows what one may not see."""

from datetime import timedelta

import pytest

from chainhub.core import clock
from chainhub.tickets import resembling
from chainhub.tickets.resembling import Text
from chainhub.tickets.terms import Satisfaction
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket, move, submitted
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

AGAIN = "我们新厂房的10千伏专线增容，申请交了三周了没有准信，设备开不了机。"


@pytest.fixture
def other_firm(session) -> str:
    """Another enterprise of the same chain."""
    from sqlalchemy import select

    from chainhub.county.directory.models import Enterprise

    return session.scalar(
        select(Enterprise.code)
        .where(Enterprise.chain_code == "equipment", Enterprise.code != people.FIRM)
        .limit(1)
    )


def _alike(session, username, enterprise=people.FIRM, at=NOW, content=AGAIN):
    return resembling.alike(work_of(session, username, at), Text(enterprise, "", content))


def test_the_own_one_comes_first_and_then_those_of_others(session, other_firm):
    theirs = submitted(session, username=people.CLERK, enterprise=other_firm)
    own = submitted(session)

    found = _alike(session, people.CLERK)

    assert [(one.number, one.is_own) for one in found] == [(own.number, True), (theirs.number, False)]
    assert [one.number for one in _alike(session, people.CLERK, other_firm)] == [theirs.number, own.number]
    assert [one.number for one in _alike(session, people.OWNER)] == [own.number]  # sees none but its own


def test_what_is_old_withdrawn_or_another_matter_is_not_shown(session):
    a_ticket(session, State.WITHDRAWN)
    submitted(session, title="招不到人", content="缝纫工招了一个月只来了两个。")
    own = submitted(session)

    assert [one.number for one in _alike(session, people.OWNER)] == [own.number]
    assert _alike(session, people.OWNER, at=NOW + timedelta(days=370)) == []
    assert _alike(session, people.OWNER, content="增容") == []  # too short to say


def test_a_confidential_one_is_shown_to_those_alone_who_see_it(session):
    own = submitted(session, confidential=True)

    assert [one.number for one in _alike(session, people.CLERK)] == [own.number]
    assert _alike(session, people.GUIDE) == []


def test_a_merged_one_is_found_again_by_the_ticket_that_was_filed(session):
    first, second = submitted(session), submitted(session)

    assert [one.number for one in resembling.of_ticket(work_of(session, people.CLERK), second)] == [
        first.number
    ]


def test_the_owner_is_told_while_typing_and_files_all_the_same(as_, session):
    first = submitted(session, clock.now() - timedelta(days=2))
    session.commit()
    client = as_(people.OWNER)
    token = token_of(client, "/tickets/new")

    piece = client.post("/tickets/new/guess", data={"csrf_token": token, "content": AGAIN})
    assert "报过相似的" in said(piece)
    assert first.number in said(piece)
    filed = client.post(
        "/tickets/new", data={"csrf_token": token, "once": "x", "content": AGAIN}, follow_redirects=True
    )

    assert "已收到" in said(filed)
    assert first.number in said(filed)  # and on the receipt, without a script
    quiet = client.post(
        "/tickets/new/guess", data={"csrf_token": token, "content": "食堂的饭太咸了，想换一家。"}
    )
    assert "报过相似的" not in said(quiet)


def test_at_triage_one_tap_leads_to_the_merge(as_, session):
    at = clock.now() - timedelta(hours=1)
    first, second = submitted(session, at), submitted(session, at)
    session.commit()
    client = as_(people.CLERK)

    for path in (f"/tickets/{second.number}?look=alike", f"/tickets/{second.number}/act/accept"):
        page = client.get(path).get_data(as_text=True)
        assert f"/tickets/{second.number}/act/merge?into={first.number}" in page
    form = client.get(f"/tickets/{second.number}/act/merge?into={first.number}").get_data(as_text=True)
    assert f'value="{first.number}"' in form
    assert "act/merge?into" not in as_(people.OWNER).get(f"/tickets/{second.number}").get_data(as_text=True)


def test_an_ended_one_is_shown_without_a_way_to_merge(as_, session):
    at = clock.now() - timedelta(hours=2)
    first = a_ticket(session, State.DECLINED, at)
    second = submitted(session, at)
    session.commit()

    page = as_(people.CLERK).get(f"/tickets/{second.number}?look=alike").get_data(as_text=True)

    assert first.number in page
    assert "act/merge?into" not in page


# 同类问题怎么办


def test_who_works_on_it_reads_how_a_like_matter_was_solved(as_, session):
    at = clock.now() - timedelta(days=3)
    solved = a_ticket(session, State.CLOSED, at)
    now = a_ticket(session, State.HANDLING, at + timedelta(days=2), content=AGAIN)
    session.commit()

    short = as_(people.POWER).get(f"/tickets/{now.number}")
    assert "同类问题怎么办" in said(short)
    assert "增容办好了" not in said(short)  # compared when asked for

    page = as_(people.POWER).get(f"/tickets/{now.number}?look=alike")
    assert "同类问题怎么办" in said(page)
    assert "增容办好了" in said(page)
    assert solved.number in page.get_data(as_text=True)
    for other in (people.OWNER, people.CHIEF, people.GUIDE):
        assert "同类问题怎么办" not in said(as_(other).get(f"/tickets/{now.number}"))


def test_nothing_is_learned_from_what_was_confidential_or_did_not_satisfy(session):
    a_ticket(session, State.CLOSED, confidential=True)
    bad = a_ticket(session, State.REVIEWED)
    move(
        session, bad, people.OWNER, Action.CONFIRM, NOW + timedelta(hours=2),
        contacted=True, solved=False, satisfaction=Satisfaction.DISSATISFIED,
    )  # fmt: skip
    move(session, bad, people.CLOSER, Action.CLOSE, NOW + timedelta(hours=3))
    now = a_ticket(session, State.HANDLING)

    assert resembling.solved(work_of(session, people.POWER), now) == []


def test_a_unit_learns_from_what_it_may_see_alone(session):
    a_ticket(session, State.CLOSED)
    other = a_ticket(session, State.ACCEPTED)
    move(
        session,
        other,
        people.DISPATCHER,
        Action.DISPATCH,
        NOW + timedelta(hours=1),
        lead_unit=people.TRANSPORT_UNIT,
    )

    assert len(resembling.solved(work_of(session, people.CLERK), other)) == 1
    assert resembling.solved(work_of(session, people.TRANSPORT), other) == []


def test_by_program(app, client, session):
    from chainhub.county.people import queries, service

    first = a_ticket(session, State.CLOSED)
    second = a_ticket(session, State.HANDLING)
    heads = {}
    for name in (people.CLERK, people.POWER, people.OWNER, people.STRANGER):
        token = service.issue_token(work_of(session, name), queries.user_by_name(session, name), "试验")
        heads[name] = {"Authorization": f"Bearer {token}"}
    session.commit()

    typed = client.post(f"{V1}/tickets/alike", headers=heads[people.OWNER], json={"content": AGAIN})
    assert {one["number"] for one in typed.json["items"]} <= {first.number, second.number}
    found = client.get(f"{V1}/tickets/{second.number}/alike", headers=heads[people.CLERK])
    assert found.status_code == 200
    learned = client.get(f"{V1}/tickets/{second.number}/solved-alike", headers=heads[people.POWER])
    assert [one["number"] for one in learned.json["items"]] == [first.number]
    assert "enterprise" not in learned.json["items"][0]
    refused = client.get(f"{V1}/tickets/{second.number}/solved-alike", headers=heads[people.OWNER])
    assert refused.status_code == 403
    gone = client.get(f"{V1}/tickets/{second.number}/alike", headers=heads[people.STRANGER])
    assert gone.status_code == 404
    assert (
        client.post(f"{V1}/tickets/alike", headers=heads[people.POWER], json={"content": AGAIN}).status_code
        == 403
    )
