"""Pieces that come into a page that is open: what is being typed in it stays."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chainhub.core import clock
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket


def _filed(county) -> str:
    with county.history() as session:
        at = clock.now() - timedelta(minutes=30)
        return a_ticket(session, State.SUBMITTED, at, title="站牌挡视线", contact_phone="13905372076").number


def test_a_category_is_guessed_while_the_owner_types_and_a_tap_outlives_the_next_guess(troupe):
    owner = troupe(people.OWNER, "phone").go("/tickets/new")
    guess, words = owner.page.locator(".guess"), owner.page.locator("#content")

    words.press_sequentially("厂门口公交站牌挡视线。")
    expect(guess).to_contain_text("物流交通")
    expect(guess.locator("input")).not_to_be_checked()
    owner.shot("guessed")

    guess.click()
    with owner.page.expect_response("**/tickets/new/guess"):
        words.press_sequentially("大货车出门看不见。")
    expect(guess.locator("input")).to_be_checked()
    owner.shot("tapped")

    owner.press("提交").reads("已收到")
    owner.go(f"/tickets/{owner.number()}").reads("物流交通")


def test_the_whole_number_comes_and_the_note_stays(troupe, county):
    number = _filed(county)
    clerk = troupe(people.CLERK).go(f"/tickets/{number}/act/accept").fill(note="先打电话问问。")
    clerk.page.locator("[name=reason]").select_option("核实情况")
    clerk.press("看完整号码（会记下）").reads("13905372076", "核实情况")

    expect(clerk.page.locator("textarea[name=note]")).to_have_value("先打电话问问。")
    clerk.shot("number")
    clerk.fill(contacted_person="陶见禾").page.locator("#form .btn-primary").click()
    clerk.reads("已接单")


@pytest.mark.parametrize("device", ["phone"])
def test_without_a_script_the_number_opens_beside_the_note(troupe, county, device):
    number = _filed(county)
    clerk = troupe(people.CLERK, device, java_script_enabled=False).go(f"/tickets/{number}/act/accept")
    clerk.fill(note="先打电话问问。")

    with clerk.context.expect_page() as opened:
        clerk.page.locator(".contact-ask button").click()
    expect(opened.value.locator("h1")).to_have_text(re.compile("13905372076"))
    expect(clerk.page.locator("textarea[name=note]")).to_have_value("先打电话问问。")
