"""Several requests that file at the same moment: numbers are given once, and one key makes one ticket."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from chainhub.core.errors import Conflict
from chainhub.operations import schema, seed
from chainhub.tickets.models import Submission, Ticket, TicketEvent
from chainhub.tickets.service import submitting
from tests import people
from tests.conftest import PASSWORD
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow
AT_ONCE = 6


@pytest.fixture
def county(empty):
    schema.upgrade(empty)
    with Session(empty) as session, session.begin():
        seed.seed_model(session, config.county, PASSWORD, now=NOW)
    return empty


def _file(county, key):
    with Session(county) as session:
        given = {"title": "路口夜里没有灯", "content": "厂门口的路灯坏了三个星期，夜班工人不敢走。"}
        try:
            filed = submitting.submit(work_of(session, people.OWNER), given, key=key)
            session.commit()
        except Conflict as refused:
            return refused.reason
        return "new" if filed.new else "found"


def _at_once(county, keys):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda key: _file(county, key), keys))


def test_one_key_from_several_requests_makes_one_ticket(county):
    said = _at_once(county, ["the same"] * AT_ONCE)

    assert said.count("new") == 1
    assert set(said) <= {"new", "found", "in_progress"}
    with Session(county) as session:
        for model in (Ticket, Submission, TicketEvent):
            assert session.scalar(select(func.count()).select_from(model)) == 1


def test_each_of_several_requests_gets_a_number_of_its_own(county):
    assert _at_once(county, [f"key {place}" for place in range(AT_ONCE)]) == ["new"] * AT_ONCE

    with Session(county) as session:
        numbers = session.scalars(select(Ticket.number).order_by(Ticket.number)).all()
        ids = session.scalars(select(Ticket.id)).all()
    assert numbers == [f"EQ-2026-{serial:05d}" for serial in range(1, AT_ONCE + 1)]
    assert len(set(ids)) == AT_ONCE
