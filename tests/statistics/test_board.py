"""The wall board: what a hall may read, and what visitors do not see."""

import re

import pytest

from chainhub.core import clock
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.statistics.staging import BEGUN, DONE, NOW

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def hall(monkeypatch, session):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for _ in range(5):
        ticket = a_ticket(session, State.HANDLING, at=BEGUN, title="配方外泄")
        move(session, ticket, people.POWER, Action.RESOLVE, BEGUN.replace(hour=16), **DONE)
    a_ticket(session, State.HANDLING, at=BEGUN, kind=Kind.HELP, title="超时的")
    a_ticket(session, State.HANDLING, at=BEGUN, kind=Kind.HELP, title="保密的", confidential=True)
    session.commit()


def test_it_names_no_enterprise_no_title_and_no_person(as_):
    text = as_(people.PRINCIPAL).get("/board").get_data(as_text=True)

    assert not [word for word in ("配方外泄", "超时的", "保密的", "砚禾", "韩砚", "陶见禾") if word in text]
    assert "县供电公司办结" in text
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in text
    assert 'hx-trigger="every 60s"' in text


def test_what_is_confidential_is_in_none_of_it(as_):
    text = as_(people.PRINCIPAL).get("/board").get_data(as_text=True)

    assert re.search(r"在办</h2>\s*<p class=\"board-number\"><strong>6<", text)


def test_visitors_see_neither_what_is_overdue_nor_a_unit_that_is_late(as_):
    client = as_(people.PRINCIPAL)
    own, visit = (client.get(path).get_data(as_text=True) for path in ("/board", "/board?visit=1"))

    assert "逾期</h2>" in own
    assert "5/6" in own
    assert "逾期" not in visit
    assert "5/6" not in visit
    assert "参观模式，" in visit


@pytest.mark.parametrize("username", [people.CLERK, people.DISPATCHER, people.CHIEF, people.LIAISON])
def test_who_runs_a_chain_may_hang_it_up(as_, username):
    assert as_(username).get("/board").status_code == 200


@pytest.mark.parametrize("username", [people.OWNER, people.GUIDE, people.POWER, people.CALLER, "xitong"])
def test_nobody_else_may(as_, username):
    assert as_(username).get("/board").status_code == 403
