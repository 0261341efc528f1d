"""Characters that no text column of PostgreSQL keeps: refused in words at every door, on both databases."""

import pytest

from chainhub.core import clock
from chainhub.tickets.service import requests
from chainhub.tickets.terms import RequestKind
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import NOW, work_of
from tests.web_client import token_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("username", "path"),
    [
        ("xitong", "/admin/accounts?q=%00"),
        ("anquan", "/admin/grants?q=a%00"),
        ("shenji", "/admin/audit?q=%00"),
        (people.CLERK, "/tickets?q=%00&enterprise=%00"),
        (people.CLERK, "/responsibilities?q=%00&unit=%00"),
        (people.CLERK, "/chains/equipment/qr?after=%00"),
    ],
)
def test_a_search_for_nothing_that_can_be_typed_is_refused(as_, username, path):
    answer = as_(username).get(path)

    assert answer.status_code == 422
    assert "不能保存的字符" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/enterprises/%00/qr", "/report/a%00", "/tickets/EQ-2026-00001%00", "/chains/%00/qr"]
)
def test_such_an_address_is_none(as_, path):
    assert as_(people.CLERK).get(path).status_code == 404


def test_nor_is_it_written_down(as_, session, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(hour=11))
    ticket = a_ticket(session, State.HANDLING)
    asked = requests.Asked(RequestKind.CONSULTATION, "请会商")
    made = requests.ask(work_of(session, people.POWER, NOW.replace(hour=10)), ticket.number, asked)
    session.commit()
    client = as_(people.CLERK)
    token = token_of(client, "/password")
    forms = {
        f"/requests/{made.id}/approve": {"note": "好\x00"},
        "/pass-on": {"enterprise": people.FIRM, "content": "锅炉\x00漏水"},
        "/handovers": {"successor": people.CLOSER, "note": "\x00"},
        "/leave": {"substitute": "\x00", "from_on": "2026-03-09", "until_on": "2026-03-09"},
        f"/tickets/{ticket.number}/note": {"note": "坏\x00的"},
    }

    for path, data in forms.items():
        answer = client.post(path, data=data | {"csrf_token": token})
        assert answer.status_code == 422, path
