"""The words of the navigation: one of them is the current one, the nearest above the address. Pure."""

import pytest

from chainhub.core.actor import Actor, Grant, Role, ScopeKind
from chainhub.home import navigation
from chainhub.web.frame import NavItem, beside, marked

WORDS = [
    NavItem("今天", "/", ()),
    NavItem("诉求", "/tickets", ("/tickets",)),
    NavItem("替企业报", "/tickets/new", ("/tickets/new",)),
]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ["今天"]),
        ("/tickets", ["诉求"]),
        ("/tickets/EQ-2026-00001", ["诉求"]),
        ("/tickets/new", ["替企业报"]),
        ("/inbox", []),
    ],
)
def test_one_word_at_most_is_the_current_one(path, expected):
    assert [label for label, _, current in marked(WORDS, path) if current] == expected


RUNNING = NavItem("运行", "/jobs", ("/jobs", "/outgoing"), (("定时任务", "/jobs"), ("对外发送", "/outgoing")))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/jobs", ["定时任务"]),
        ("/jobs/deliver/runs", ["定时任务"]),
        ("/outgoing", ["对外发送"]),
    ],
)
def test_pages_that_share_a_word_stand_beside_each_other(path, expected):
    shown = beside([*WORDS, RUNNING], path)

    assert [label for label, _, _ in shown] == ["定时任务", "对外发送"]
    assert [label for label, _, current in shown if current] == expected


def test_a_word_with_one_page_has_nothing_beside_it():
    assert beside([*WORDS, RUNNING], "/tickets") == ()


@pytest.mark.parametrize("role", list(Role))
def test_nobody_has_more_than_six_words(role):
    words = navigation.items(Actor(1, "x", "某人", (Grant(role, ScopeKind.COUNTY, ""),)))

    assert 0 < len(words) <= 6
    assert len({one.label for one in words}) == len(words)
