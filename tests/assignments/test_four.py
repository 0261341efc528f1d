"""四个一: who stands for each of the four, what is lacking, and who reads it."""

import pytest
from sqlalchemy import select

from chainhub.assignments import four
from chainhub.assignments.kinds import GUIDE
from chainhub.assignments.models import Assignment
from chainhub.assignments.service import assigning
from chainhub.assignments.service.assigning import New
from chainhub.assignments.terms import EndReason
from chainhub.core import clock
from chainhub.core.errors import NotAllowed
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from tests import people
from tests.api.calling import Caller, given, refused
from tests.assignments.staging import settled
from tests.people import NOW, work_of
from tests.web_client import said

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

OTHERS = {"contact_point": "某副县长", "pairing": "某某银行支部", "party_worker": "王小测"}


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def clerk(session):
    """The committee of a chain of which one enterprise has all four, and the others a guide alone."""
    settled(session)
    found = work_of(session, people.CLERK)
    for kind, helper in OTHERS.items():
        assigning.begin(found, New(kind, people.FIRM, helper=helper))
    session.commit()
    return found


def test_what_each_has_and_lacks(session, clerk):
    lines = {one.code: one for one in four.lines(clerk).items}

    full, every = four.counts(clerk)
    assert (full, every) == (1, len(lines))
    leader, guide, pair, worker = lines[people.FIRM].who
    assert (leader, pair, worker) == tuple(OTHERS.values())
    assert guide
    assert lines[people.FIRM].lacking == 0
    assert {one.lacking for code, one in lines.items() if code != people.FIRM} == {3}


def test_those_with_gaps_come_by_page_and_who_left_is_a_gap(session, clerk):
    every = four.counts(clerk)[1]
    first = four.lines(clerk, gaps=True, limit=10)
    rest = four.lines(clerk, gaps=True, after=first.after, limit=200)

    assert len(first.items) == 10
    assert len(first.items) + len(rest.items) == every - 1
    assert people.FIRM not in {one.code for one in (*first.items, *rest.items)}
    row = next(one for one in _running(session) if one.kind == "pairing")
    assigning.end(clerk, row.id, EndReason.WISH)
    session.flush()
    assert four.counts(clerk)[0] == 0


def _running(session):
    return session.scalars(select(Assignment).where(Assignment.ended_on.is_(None), Assignment.kind != GUIDE))


def test_who_reads_it(session, clerk, as_):
    text = said(as_(people.CLERK).get("/guides/four"))
    assert "某某银行支部" in text
    assert "登记党务工作者" in text
    assert "某某银行支部" not in said(as_(people.CLERK).get("/guides/four?gaps=1"))
    assert "某某银行支部" in said(as_(people.CHIEF).get("/guides/four"))
    assert "某某银行支部" not in said(as_("dw_textile").get("/guides/four"))
    for who in (people.OWNER, people.GUIDE, people.POWER):
        assert as_(who).get("/guides/four").status_code == 403
    with pytest.raises(NotAllowed):
        four.counts(work_of(session, people.OWNER))


def test_the_same_by_the_api(session, clerk, app):
    def program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "four")
        session.commit()
        return Caller(app.test_client(), token)

    answer = given(program(people.CLERK).get("/guides/four?limit=200"))
    whole = [one for one in answer["items"] if not one["lacking"]]
    assert (answer["full"], [one["enterprise"] for one in whole]) == (1, [people.FIRM])
    assert whole[0]["who"]["pairing"] == "某某银行支部"
    refused(program(people.OWNER).get("/guides/four"), 403)
