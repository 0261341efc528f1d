"""Every refusal has one shape, whatever went wrong and wherever."""

import pytest

from chainhub.tickets.service import submitting
from tests.api.calling import V1, refused
from tests.people import OWNER

JSON = {"content_type": "application/json"}


def test_an_unknown_address_is_404(caller):
    refused(caller(OWNER).get("/nonsense"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("put", "/me", {"GET", "HEAD", "OPTIONS"}),
        ("get", "/tokens", {"POST", "OPTIONS"}),
        ("delete", "/tickets", None),
    ],
)
def test_a_wrong_method_is_405_and_says_which_are_right(client, method, path, allowed):
    response = getattr(client, method)(f"{V1}{path}")

    refused(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == (allowed or {"GET", "HEAD", "OPTIONS", "POST"})


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"{", b"[]", b"1", b"null", b'"text"', b"{'a': 1}", b'{"title": "\\ud800"}', b'{"title": "\xff"}',
        b'{"title": NaN}', b"[" * 2000, b"\xef\xbb\xbf{}",
    ],
)  # fmt: skip
def test_malformed_json_is_422(caller, sent):
    refused(caller(OWNER).post("/tickets", data=sent, **JSON), 422, "malformed")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_what_is_no_json_is_415(caller, kind):
    refused(caller(OWNER).post("/tickets", data=b"{}", content_type=kind), 415, "unsupported_media_type")


def test_json_may_name_its_charset(caller):
    refused(
        caller(OWNER).post("/tickets", data=b"{}", content_type="application/json; charset=utf-8"),
        422,
        "invalid",
    )


def test_too_much_is_413(caller):
    refused(caller(OWNER).post("/tickets", data=b'"' + b"x" * 5_000_000 + b'"', **JSON), 413, "too_large")


def test_an_accident_is_500_in_the_same_shape_and_tells_nothing(caller, monkeypatch):
    def _accident(*_, **__):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(submitting, "submit", _accident)

    body = refused(caller(OWNER).submit(), 500, "server_error")

    assert "secret" not in str(body)


def test_no_answer_is_kept_by_anybody(caller):
    assert caller(OWNER).get("/me").headers["Cache-Control"] == "no-store"


def test_a_program_needs_no_csrf_token(caller):
    assert caller(OWNER).submit().status_code == 201


def test_a_cookie_is_no_token(client, caller):
    client.set_cookie("chainhub", "anything")

    refused(client.get(f"{V1}/me"), 401)
