"""分办 with 审签, and 吹哨报到, as people meet them: an owner on a phone, units at a desk and on the road."""

from datetime import timedelta

from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket, endorsing


def _filed(county, title: str, **given) -> str:
    """The number of a matter that 供电公司 has in hand."""
    with county.history() as session:
        at = clock.now() - timedelta(hours=2)
        return a_ticket(session, State.HANDLING, at, title=title, **given).number


def test_a_colleague_is_chosen_by_name_and_the_deputy_reads_the_reply_before_the_firm(troupe, county):
    number = _filed(county, "专线增容")
    with county.history() as session:
        endorsing(session, on=True)
    try:
        # The deputy hands it on, on the phone: nobody types a login name.
        deputy = troupe(people.POWER_DEPUTY, "phone").go(f"/tickets/{number}/act/assign")
        deputy.page.locator("#form [name=person]").select_option(label="韩砚（经办人）")
        deputy.fill(note="先去现场看一眼。").shot("assign")
        deputy.page.locator("#form .btn-primary").click()
        deputy.reads("交韩砚办")

        # He finishes it; the owner reads nothing yet, the deputy finds it on her home.
        troupe(people.POWER).act(number, "办结", outcome="solved", reply="电接好了，可以送电。").reads(
            "待审签"
        )
        owner = (
            troupe(people.OWNER, "phone").go(f"/tickets/{number}").reads_nothing_of("电接好了", "先去现场")
        )
        deputy.go("/").reads("审签", number).shot("home")
        deputy.act(number, "审签").reads("待审核")
        owner.go(f"/tickets/{number}").reads("电接好了，可以送电。").shot("owner")
    finally:
        with county.history() as session:
            endorsing(session, on=False)


def test_one_whistle_brings_two_units_and_each_says_who_comes(troupe, county):
    number = _filed(county, "路面要挖开")

    owner = troupe(people.OWNER, "phone").go(f"/tickets/{number}/whistle")
    owner.fill(reason="电、路要当面一起定，图纸我带。").shot("blow").page.locator(
        "#form .btn-primary"
    ).click()
    owner.reads("等产业链党委确认")

    clerk = troupe(people.CLERK).go(f"/tickets/{number}").press("确认吹哨")
    for unit in (people.POWER_UNIT, people.TRANSPORT_UNIT):
        clerk.page.locator(f"#form [name=units][value={unit}]").check()
    clerk.shot("confirm").page.locator("#form .btn-primary").click()
    clerk.reads("等报到")

    other = troupe(people.TRANSPORT, "phone").go("/").reads("吹哨报到")
    other.go(f"/tickets/{number}").press("报到").fill(people="蒲青川等2人").shot("report")
    other.page.locator("#form .btn-primary").click()
    other.reads("已报到")
    owner.go(f"/tickets/{number}").reads("蒲青川等2人", "已报到", "等报到").shot("owner")
    expect(owner.page.locator("#ticket-whistles .light-blue")).to_have_count(1)
