"""Whose wrong passwords are counted together: behind a proxy that nobody trusts, one stranger bars nobody else."""

import dataclasses

import pytest

from chainhub.county.people import entering, rules
from tests.county.browsing import PASSWORD
from tests.people import OWNER

LOOPBACK, LAN, OUTSIDE = "127.0.0.1", "172.17.0.1", "1.2.4.8"


def _source(app, peer: str, **headers) -> str:
    with app.test_request_context(
        environ_base={"REMOTE_ADDR": peer},
        headers={name.replace("_", "-"): said for name, said in headers.items()},
    ):
        return entering.source()


@pytest.fixture
def stranger_is_barred(browser):
    """Somebody behind the proxy has guessed thirty times."""
    for n in range(rules.SOURCE_FAILURES_MOST):
        browser.post(
            "/sign-in",
            {"username": f"somebody{n}", "password": "wrong"},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )


def test_a_strangers_wrong_tries_bar_nobody_else_behind_the_same_proxy(browser, stranger_is_barred):
    given = {"username": OWNER, "password": PASSWORD}

    again = browser.post("/sign-in", given, headers={"X-Forwarded-For": "203.0.113.9"})
    other = browser.post("/sign-in", given, headers={"X-Forwarded-For": "203.0.113.10"})

    assert again.status_code == 429
    assert other.status_code == 303


@pytest.mark.parametrize("peer", [LOOPBACK, LAN, "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_behind_a_neighbour_it_is_the_address_it_names_that_counts(app, peer):
    assert _source(app, peer, X_Forwarded_For="203.0.113.9") == f"{peer} 203.0.113.9"
    assert _source(app, peer, X_Real_IP="203.0.113.9") == f"{peer} 203.0.113.9"
    assert _source(app, peer, Forwarded="for=203.0.113.9") == f"{peer} for=203.0.113.9"
    assert _source(app, peer) == peer


def test_what_a_visitor_put_before_the_proxys_own_word_does_not_count(app):
    assert _source(app, LOOPBACK, X_Forwarded_For="10.1.1.1, 203.0.113.9") == f"{LOOPBACK} 203.0.113.9"


def test_from_outside_no_header_changes_whose_try_it_is(app):
    assert _source(app, OUTSIDE, X_Forwarded_For="203.0.113.9", X_Real_IP="203.0.113.9") == OUTSIDE


def test_behind_a_trusted_proxy_its_word_is_the_address_itself(app, settings, monkeypatch):
    trusting = dataclasses.replace(settings, trusted_proxies=1)
    monkeypatch.setitem(app.extensions, "chainhub_settings", trusting)

    assert _source(app, LAN, X_Forwarded_For="203.0.113.9") == LAN  # what ProxyFix has put there
