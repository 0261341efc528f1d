"""Whoever alters a published month is found: by its hash, by the log of deeds, by the history that it rests on."""

import json

import pytest
from sqlalchemy import update

from chainhub.operations import doctor
from chainhub.reminders.models import Clock
from chainhub.statistics.reports import rules
from chainhub.statistics.reports.service import checking
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import china, work_of
from tests.statistics.staging import NOW

pytestmark = pytest.mark.slow


@pytest.fixture
def report(session, published):
    a_ticket(session, State.CLOSED, at=china(2026, 3, 10, 9))
    a_ticket(session, State.HANDLING, at=china(2026, 3, 10, 9), kind=Kind.HELP)
    return published()


def _verdict(session, report):
    return checking.check(work_of(session, people.CLERK, NOW), report)


def _doctor(session):
    return doctor.reports(session, NOW)


def test_the_doctor_says_that_all_is_well(session, report):
    assert _doctor(session) == "核对了 1 份，和发布时一致"


def test_a_figure_that_was_altered_is_found_by_the_hash(session, report):
    report.content = report.content.replace('"raised"', '"raisad"', 1)
    session.flush()

    assert "内容和摘要对不上" in _verdict(session, report).faults[0]
    assert _doctor(session).startswith("! 2026年3月（equipment）第 1 版：内容和摘要对不上")


def test_a_content_with_a_fresh_hash_is_found_by_the_log_of_deeds(session, report):
    said = json.loads(report.content)
    said["figures"]["raised"]["month"]["n"] = 99
    report.content = rules.canonical(said)
    report.hash = rules.digest(report.content)
    session.flush()

    assert "审计日志里没有这份的发布记录" in _verdict(session, report).faults[0]
    assert _doctor(session).startswith("!")


def test_a_line_of_history_that_was_altered_is_found(session, report):
    said = json.loads(report.content)
    ticket = said["counted"]["raised"][0][0]
    session.execute(
        update(TicketEvent)
        .where(TicketEvent.ticket_id == ticket, TicketEvent.seq == 2)
        .values(actor_name="别人")
    )
    session.expire_all()

    assert any("历史被改过" in one for one in _verdict(session, report).faults)


def test_a_limit_that_was_altered_comes_out_otherwise(session, report):
    ended = Clock.stopped_at.is_not(None)
    session.execute(update(Clock).where(Clock.kind == "unit", ended).values(due_at=china(2026, 3, 10, 9, 1)))
    session.expire_all()

    found = _verdict(session, report)
    assert any(one.startswith("figures.handling_on_time") for one in found.differences)
    assert not found.equal


def test_the_canonical_content_is_one_whatever_the_order_of_its_keys():
    assert rules.canonical({"b": 1, "a": "甲"}) == '{"a":"甲","b":1}'
    assert (
        rules.digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )  # FIPS 180-2
