"""推算选派方案 of a county too large to wait for: asked on the page, computed with progress, kept as a proposal."""

import pytest
from sqlalchemy import select

from chainhub.assignments.models import Proposal
from chainhub.assignments.service import proposing
from chainhub.assignments.terms import ProposalState
from chainhub.operations.errands import service
from chainhub.operations.errands.models import Errand
from chainhub.operations.errands.planning import Progress
from chainhub.operations.errands.rules import Stage
from tests import people
from tests.api.conftest import caller, hands
from tests.assignments.staging import settled
from tests.people import work_of
from tests.web_client import said, token_of

__all__ = ["caller", "hands"]
pytestmark = pytest.mark.slow


@pytest.fixture
def large(session, monkeypatch):
    """A county that counts as large."""
    settled(session)
    session.commit()
    monkeypatch.setattr(proposing, "PAIRS_AT_ONCE", 0)


@pytest.mark.usefixtures("large")
def test_the_page_asks_shows_how_far_it_is_and_leads_to_the_proposal(session, as_, scheduler):
    clerk = as_(people.CLERK)
    assert 'action="/errands/proposals"' in clerk.get("/guides").get_data(as_text=True)

    asked = clerk.post("/errands/proposals", data={"csrf_token": token_of(clerk, "/guides")})
    assert "<progress" in clerk.get(asked.location).get_data(as_text=True)
    assert session.scalars(select(Proposal)).all() == []
    scheduler()

    page = clerk.get(asked.location)
    assert "两套方案都算好了" in said(page)
    both = session.scalars(select(Proposal).order_by(Proposal.id)).all()
    assert [one.stage for one in both] == [ProposalState.OPEN] * 2
    assert f'href="{both[0].link}"' in page.get_data(as_text=True)
    assert clerk.get(both[0].link).status_code == 200
    assert session.scalars(select(Errand)).one().stored_as == ""


@pytest.mark.usefixtures("large")
def test_who_decides_nothing_asks_nothing(as_):
    for who in (people.POWER, people.CHIEF, "xitong"):
        client = as_(who)
        answer = client.post("/errands/proposals", data={"csrf_token": token_of(client, "/account/password")})
        assert answer.status_code == 403, who


def test_a_program_asks_the_same(session, caller, scheduler):
    settled(session)
    session.commit()
    made = caller(people.CLERK).post("/errands/proposals", json={})
    assert (made.status_code, made.json["kind"], made.json["result"]) == (201, "proposal", None)
    scheduler()

    found = caller(people.CLERK).get(f"/errands/{made.json['id']}").json
    assert (found["stage"], found["report"]) == ("ready", None)
    assert found["result"].startswith("/guides/proposals/")
    assert caller(people.POWER).post("/errands/proposals", json={}).status_code == 403


@pytest.mark.usefixtures("large")
def test_what_is_cancelled_at_the_last_moment_leaves_no_proposal(session, as_, scheduler, monkeypatch):
    clerk = as_(people.CLERK)
    asked = clerk.post("/errands/proposals", data={"csrf_token": token_of(clerk, "/guides")})
    real = proposing.draw

    def _cancelled(*given):
        drawn = real(*given)  # with its last word of progress said
        service.cancel(work_of(session, people.CLERK), int(asked.location.rpartition("/")[2]))
        session.commit()
        return drawn

    monkeypatch.setattr(proposing, "draw", _cancelled)
    scheduler()

    assert session.scalars(select(Errand.stage)).one() is Stage.CANCELLED
    assert session.scalars(select(Proposal)).all() == []


def test_small_counties_are_computed_at_once(session, as_):
    settled(session)
    session.commit()

    assert 'action="/guides/proposals"' in as_(people.CLERK).get("/guides").get_data(as_text=True)


def test_progress_rises_from_the_first_scenario_to_the_end_of_the_second():
    heard: list[int] = []

    class Listener:
        def say(self, done: int, total: int) -> None:
            heard.append(done)
            assert total == 100

    say = Progress(Listener())
    for _ in range(2):
        for stage in ("找人选", "求最优", "求最优", "写明理由"):
            for done in range(0, 101, 10):
                say(stage, done, 100)

    assert heard == sorted(set(heard))
    assert heard[0] == 0
    assert heard[-1] == 99
    assert len(heard) > 20
