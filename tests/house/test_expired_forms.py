"""Every form that comes after the sign-in has ended: what was typed is in sight, and after signing in one press sends it."""

import html

import pytest
from lxml import html as pages
from werkzeug.datastructures import MultiDict

from chainhub.web import held, presses
from tests.house.siege import nothing
from tests.house.targets import TEXTS, Target
from tests.web_client import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

OURS = {"Origin": "http://localhost"}
TYPED = "门口的路坏了，“三天”了 <b>还没有人来</b>"
LEAVES = {
    "people.sign_out": "whoever has left wants to leave",
    "people.elder": "a look of the pages, chosen anew by one press",
    "tickets.guess": "a script asks, and asks again",
    "tickets.looking": "a script asks, and asks again",
}
"""What is not put before anybody again, and why."""


def _form(page: str, action: str) -> dict[str, str] | None:
    forms = pages.document_fromstring(page).forms
    return next((dict(one.form_values()) for one in forms if one.get("action") == action), None)


def _lost(siege, target: Target) -> str:
    """Send a form without being signed in, sign in, press once more; return what went wrong, or nothing."""
    client, sent = siege.app.test_client(), MultiDict(target.filled())
    for name in target.named(*TEXTS):
        sent[name] = TYPED
    late = client.post(target.path, data={**sent.to_dict(flat=False), "csrf_token": "x.y.z"}, headers=OURS)
    page = late.get_data(as_text=True)
    if late.status_code != 400 or "登录过期了" not in page:
        return f"{late.status_code} to a sign-in that has ended"
    if target.named(*TEXTS) and TYPED not in html.unescape(page):
        return "what was typed is not in sight"
    carried = _form(page, "/sign-in") or {}
    asked = client.post("/sign-in", data=carried)
    given = {**(_form(asked.get_data(as_text=True), None) or {}), "username": target.username}
    back = client.post("/sign-in", data=given | {"password": PASSWORD}).get_data(as_text=True)
    found = next(
        (one for one in pages.document_fromstring(back).forms if one.get("action") == target.path), None
    )
    if found is None:
        return "after signing in there is nothing to be sent"
    kept = MultiDict(found.form_values())
    left = {name: values for name, values in sent.lists() if kept.getlist(name) != values}
    left.pop("csrf_token", None), left.pop(presses.FIELD, None)
    if left:
        return f"gone or changed: {sorted(left)}"
    again = client.post(target.path, data=kept, headers=OURS)
    return "the press is refused as too old" if again.status_code == 400 else ""


def test_no_form_loses_what_was_typed_when_the_sign_in_has_ended(siege):
    wrong, tried = [], 0
    for target in siege.targets.values():
        view = siege.app.view_functions[target.endpoint]
        if not target.username or target.endpoint in LEAVES or getattr(view, held._NEVER, False):
            continue
        tried += 1
        with siege.undone(target.username):
            said = _lost(siege, target)
        wrong += [f"{target}: {said}"] if said else []

    assert tried > 80
    nothing(wrong)
