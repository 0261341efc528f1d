"""Who looks after whom, in a browser: the committee proposes, locks and confirms, a firm calls, a leader looks."""

import pytest

from chainhub.assignments.service import registering
from chainhub.core import clock
from tests import people
from tests.assignments import staging
from tests.journeys import conftest
from tests.people import work_of


@pytest.fixture(scope="module")
def county(empty_county, tmp_path_factory):
    """One county for this file: its guides are registered, and one of them has to stand back."""
    for made in conftest._served(empty_county, tmp_path_factory.mktemp("guides")):
        with made.history() as session:
            staging.settled(session)
            clerk = work_of(session, people.CLERK, clock.now())
            registering.add_conflict(clerk, "science_technology", people.FIRM, "管它的项目")
        yield made


def test_the_committee_proposes_locks_runs_again_and_confirms(troupe):
    clerk = troupe(people.CLERK).go("/guides").reads("26 / 26").shot("index")

    clerk.press("推算选派方案").reads("26 家企业的指导员方案", "能不动就不动", "重新匀一匀", "回避").shot(
        "proposal"
    )
    clerk.press("锁定").reads("已锁定 1 对")
    clerk.press("锁住的不动，重新推算").reads("已锁定 1 对")
    clerk.press("确认方案").reads("确认了，1 对有变动", "26 / 26").shot("confirmed")


def test_an_enterprise_sees_its_guide_on_a_phone_and_can_call(troupe):
    owner = troupe(people.OWNER, "phone").go("/guides").reads("您家的指导员", "打电话").shot("firm")

    assert owner.page.locator("a[href^='tel:1']").count() == 1


def test_a_guide_sees_the_own_enterprises_on_a_phone(troupe):
    troupe(people.GUIDE, "phone").go("/guides").reads("我带的企业", "走访不检查、不评比").shot("guide")


def test_a_leader_sees_at_a_glance_that_everybody_has_one(troupe):
    troupe(people.PRINCIPAL).go("/guides").reads("77 / 77", "家有指导员").shot("leader")
