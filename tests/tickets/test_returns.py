"""Returns seen together: the matrix, its lists, who sees them, by page and by program."""

from datetime import timedelta

import pytest

from chainhub.core import clock
from chainhub.tickets.returns import queries, rules
from chainhub.tickets.returns.rules import Verdict
from chainhub.tickets.terms import ReturnReason
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.asking import statements
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import said

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

READERS = {
    people.CLERK,
    people.CLOSER,
    people.DISPATCHER,
    people.REVIEWER,
    people.CHIEF,
    people.PRINCIPAL,
    people.LIAISON,
}


def _returned(session, *, upheld=True, at=NOW, **given):
    """A ticket that the power company returned, ruled on, and if it was right sent to the other unit."""
    ticket = a_ticket(session, State.DISPUTED, at, **given)
    later = at + timedelta(hours=1)
    if not upheld:
        return move(session, ticket, people.REVIEWER, Action.REJECT_RETURN, later, note="就是您的")
    move(session, ticket, people.REVIEWER, Action.UPHOLD_RETURN, later, note="派错了")
    return move(session, ticket, people.DISPATCHER, Action.DISPATCH, later, lead_unit=people.TRANSPORT_UNIT)


def _found(session, username=people.CLERK):
    work = work_of(session, username, NOW + timedelta(days=1))
    within = queries.period(work, None, None)
    return queries.returns(work, within), queries.leads(work, within)


def test_three_upheld_returns_are_counted_with_where_they_went(session):
    for _ in range(3):
        _returned(session)
    _returned(session, upheld=False)

    found, leads = _found(session)

    assert [one.verdict for one in found.returns].count(Verdict.UPHELD) == 3
    assert {(one.unit, one.to) for one in found.returns if one.to} == {
        (people.POWER_UNIT, people.TRANSPORT_UNIT)
    }
    assert leads["energy"] == {people.TRANSPORT_UNIT: 3, people.POWER_UNIT: 1}
    assert [one.upheld for one in rules.unclear(found.returns, leads)] == [3]


def test_a_returned_part_is_counted_as_one(session):
    ticket = a_ticket(session, State.ACCEPTED)
    move(
        session, ticket, people.DISPATCHER, Action.DISPATCH, NOW,
        lead_unit=people.POWER_UNIT, co_units=[{"unit": people.TRANSPORT_UNIT, "text": "恢复路面"}],
    )  # fmt: skip
    move(
        session, ticket, people.TRANSPORT, Action.RETURN, NOW, reason_code=ReturnReason.AREA, note="不归我们"
    )

    (one,) = _found(session)[0].returns

    assert (one.unit, one.is_part, one.verdict) == (people.TRANSPORT_UNIT, True, Verdict.OPEN)


def test_what_one_may_not_see_is_not_counted(session):
    _returned(session, confidential=True)

    assert len(_found(session)[0].returns) == 1
    assert not _found(session, people.CHIEF)[0].returns
    assert not _found(session, people.LIAISON)[0].returns


def test_the_queries_are_as_many_for_many_as_for_one(session):
    def _count():
        session.flush()
        with statements(session.get_bind()) as asked:
            _found(session)
        return len([one for one in asked if "ticket_event" in one or "ticket." in one])

    _returned(session)
    one = _count()
    for _ in range(4):
        _returned(session)

    assert _count() == one == 3


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_sees_returns_together(as_, username):
    for path in ("/returns", "/returns/list"):
        assert as_(username).get(path).status_code == (200 if username in READERS else 403)


def test_every_number_opens_its_list(as_, session):
    at = clock.now() - timedelta(hours=3)
    numbers = [_returned(session, at=at).number for _ in range(3)]
    session.commit()
    client = as_(people.CLERK)

    page = client.get("/returns")
    assert "3 次，成立 3" in said(page)
    assert "“用能”有 3 次退单成立。清单上这一类写得不清楚。" in said(page)
    assert "/responsibilities?category=energy" in page.get_data(as_text=True)
    listed = said(client.get("/returns/list?unit=power_supply&category=energy&verdict=upheld"))
    assert all(number in listed for number in numbers)
    assert "改派交通运输局" in listed
    assert "没有这样的退单" in said(client.get("/returns/list?unit=transport"))
    assert client.get("/returns?from=2026-05-01&to_day=2026-01-01").status_code == 422
    assert client.get("/returns/list?before=1&from=x&verdict=nichts").status_code == 200
