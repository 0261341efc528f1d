"""What the doctor says of settings that look odd in service."""

import dataclasses

import pytest

from chainhub.operations import doctor


def _said(settings, **changed) -> list[tuple[str, str]]:
    return doctor.examine_settings(dataclasses.replace(settings, **changed))


def test_https_without_a_trusted_proxy_is_worth_a_word_in_production(settings):
    ((_, said),) = _said(settings, mode="production", cookie_secure=True)

    assert said.startswith("?")
    assert "CHAINHUB_TRUSTED_PROXIES" in said


@pytest.mark.parametrize(
    "changed",
    [
        {"mode": "demo", "cookie_secure": True},
        {"mode": "production", "cookie_secure": False},
        {"mode": "production", "cookie_secure": True, "trusted_proxies": 1},
    ],
)
def test_elsewhere_there_is_nothing_to_say(settings, changed):
    assert _said(settings, **changed) == []
