"""What a form chooses from is a list while people can read it, and a search where it is longer."""

import pytest
from sqlalchemy import select

from chainhub.assignments import choices
from chainhub.assignments.limits import LISTED_MOST, NAMED_MOST
from chainhub.assignments.models import Assignment, Guide
from chainhub.core import clock
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User
from tests import people
from tests.assignments.staging import CHAIN, settled
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def city(session):
    """More enterprises and guides than a list shows."""
    settled(session)
    for place in range(LISTED_MOST):
        session.add(
            Enterprise(
                code=f"new-{place}",
                name=f"甲乙{place}号泵业有限公司",
                short=f"泵业{place}号",
                chain_code=CHAIN,
                town="城关镇",
                address="",
                contact="",
                phone="",
                position=1000 + place,
            )
        )
        user = User(username=f"many{place}", name=f"庚辛{place}", title="", password_hash="-", created_at=NOW)
        session.add(user)
        session.flush()
        session.add(Guide(user_id=user.id, since_on=NOW.date()))
    session.flush()
    session.commit()


def test_what_is_short_is_a_list(session):
    settled(session)
    work = work_of(session, people.CLERK)

    assert len(choices.firms(work)) == 77
    assert 0 < len(choices.own_firms(work)) < 77
    assert not callable(choices.guides(work))


def test_what_is_long_is_a_search(session, city):
    work = work_of(session, people.CLERK)
    find = choices.own_firms(work)

    assert find("泵业7号") == [("new-7", "泵业7号")]  # and not those that hold it too
    assert find("甲乙7号泵业有限公司") == find("new-7") == find("泵业7号")
    assert len(find("泵业")) == NAMED_MOST + 1
    assert find("没有这家") == find("%") == []
    guide = session.scalars(select(User.id).where(User.username == "many3")).one()
    (found,) = choices.guides(work)("庚辛3")
    assert found[0] == str(guide)
    assert choices.guides(work)("MANY3") == [found]


def test_who_decides_for_a_chain_finds_its_enterprises_alone(session, city):
    other = session.scalars(select(Enterprise).where(Enterprise.chain_code == "textile").limit(1)).one()

    assert choices.own_firms(work_of(session, people.CLERK))(other.short) == []
    assert choices.firms(work_of(session, people.CLERK))(other.short) == [(other.code, other.short)]


def test_a_form_finds_what_was_meant_and_names_what_it_could_be(session, city, as_):
    clerk, page = as_(people.CLERK), "/guides/kinds/contact_point/new"
    assert "写名字里的几个字就行" in said(clerk.get(page))

    several = clerk.post(
        page, data={"csrf_token": token_of(clerk, page), "enterprise": "泵业1", "helper": "某局长"}
    )
    nobody = clerk.post(
        page, data={"csrf_token": token_of(clerk, page), "enterprise": "丑寅", "helper": "某局长"}
    )
    made = clerk.post(
        page, data={"csrf_token": token_of(clerk, page), "enterprise": "泵业12号", "helper": "某局长"}
    )

    assert (several.status_code, nobody.status_code, made.status_code) == (422, 422, 303)
    assert "有好几个：泵业1号" in said(several)
    assert 'value="泵业1"' in several.get_data(as_text=True)
    assert "没有找到" in said(nobody)
    row = session.scalars(select(Assignment).where(Assignment.kind == "contact_point")).one()
    assert row.enterprise_code == "new-12"
