"""Signing in, and not being let in."""

import re

from playwright.sync_api import expect

from tests import people

_ASKED = re.compile(r"/sign-in\?next=")


def test_five_wrong_passwords_lock_the_door_and_say_so(troupe):
    # Somebody tries the account of an enterprise that is nobody's in the other journeys.
    visitor = troupe(people.STRANGER, "phone", signed_in=False)
    for _ in range(4):
        visitor.sign_in("错的密码1").sees("#errors", "不对")
    visitor.shot("wrong")

    visitor.sign_in("错的密码1")
    visitor.reads("输错 5 次", "锁到").shot("locked")

    # The right password does not help now, and the page still says until when.
    visitor.sign_in().reads("锁到")
    expect(visitor.page.get_by_label("登录名")).to_be_visible()


def test_who_came_by_a_link_arrives_where_it_led(troupe):
    owner = troupe(people.OWNER, "phone", signed_in=False).go("/tickets/new")
    owner.page.wait_for_url(_ASKED)

    owner.page.get_by_label("登录名").fill(people.OWNER)
    owner.page.get_by_label("密码", exact=True).fill("chainhub-demo")
    owner.press("登录")

    owner.reads("说一件事")
    assert owner.page.url.endswith("/tickets/new")


def test_signing_out_leaves_nothing_behind(troupe):
    clerk = troupe(people.CLERK)
    clerk.page.locator(".who summary").click()
    clerk.press("退出")
    clerk.go("/tickets")

    clerk.page.wait_for_url(_ASKED)
    clerk.page.go_back()
    expect(clerk.page.locator("main")).not_to_contain_text("今天我要处理什么")
