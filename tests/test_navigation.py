"""The words of the navigation: one of them is the current one, the nearest above the address. Pure."""

import pytest

from chainhub.web.frame import NavItem, marked

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
