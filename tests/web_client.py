"""A browser without a screen: signs in through the real form, sends real CSRF tokens."""

import re
import zipfile
from io import BytesIO

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "chainhub-demo"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')


def token_of(client: FlaskClient, path: str) -> str:
    """The CSRF token of a page."""
    found = _TOKEN.search(client.get(path).get_data(as_text=True))
    assert found, f"no form on {path}"
    return found[1]


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, *, remember: bool = False):
    """Sign in through the form; returns the answer."""
    data = {"username": username, "password": password, "csrf_token": token_of(client, "/sign-in")}
    if remember:
        data["remember"] = "y"
    return client.post("/sign-in", data=data)


def act(client: FlaskClient, number: str, action: str, *, version: int | None = None, **given):
    """Open the form of an action and send it, as a person would."""
    path = f"/tickets/{number}/act/{action}"
    page = client.get(path).get_data(as_text=True)
    token, seen = _TOKEN.search(page), _VERSION.search(page)
    assert token, page[:2000]
    data = {"csrf_token": token[1], "version": version if version is not None else (seen[1] if seen else "")}
    return client.post(path, data=data | given)


def said(answer) -> str:
    """The words of an answer, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def words_of(answer: TestResponse) -> str:
    """Return all that an answer says: its text, or the texts of the parts of a Word or Excel file."""
    content = answer.get_data()
    if not content.startswith(b"PK"):
        return answer.get_data(as_text=True)
    with zipfile.ZipFile(BytesIO(content)) as packed:
        parts = [
            name for name in sorted(packed.namelist()) if name.endswith(".xml") and "docProps" not in name
        ]
        return "".join(packed.read(name).decode() for name in parts)
