"""The demonstration's past: played by a simulated county, and with something on every desk today."""

from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as people
from chainhub.county.people.models import User
from chainhub.county.people.reaches import ReachRow
from chainhub.notices.manners import Fate
from chainhub.notices.outgoing import Outgoing
from chainhub.operations import demo, schema, seed, verify
from chainhub.operations.simulating import stories
from chainhub.tickets import desk
from chainhub.tickets.copies.models import TicketCopy
from chainhub.tickets.inspections import service as inspections
from chainhub.tickets.models import Supervision, Ticket, TicketEvent
from chainhub.tickets.onsite.models import SiteVisit
from chainhub.tickets.outsiders.models import OutsideQuestion
from chainhub.tickets.successes.models import SuccessCase
from chainhub.tickets.successes.rules import CaseState
from chainhub.tickets.terms import SupervisionState
from chainhub.tickets.workflow import State
from chainhub.timetable import TIMETABLE
from tests.conftest import _HASH
from tests.people import china

pytestmark = pytest.mark.slow  # plays weeks: left to the whole suite
NOW = china(2026, 9, 16, 15)  # a Wednesday
AT_WORK = (
    "zhidaoyuan",
    "dangwei",
    "dangwei2",
    "zhuanban",
    "zhuanban2",
    "bumen",
    "fenguan",
    "bumen2",
    "huifang",
)


@pytest.mark.one_database
def test_the_demonstration_has_a_past_that_holds_together_and_work_for_today(empty, monkeypatch):
    monkeypatch.setattr(demo, "MONTHS", 1)
    schema.upgrade(empty)
    with Session(empty) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=NOW)
    told = [stories.told(one) for one in config.county("stories")["stories"]]
    current = [one for one in told if one.unit in {"power_supply", "transport"}]

    filed = demo.play(empty, [*current, *told[:20]], NOW, TIMETABLE)

    with Session(empty) as session:
        assert filed == session.scalar(select(func.count(Ticket.id))) > 20
        assert verify.verify(session).ok
        open_ = set(
            session.scalars(select(Ticket.state).where(Ticket.is_open, Ticket.chain_code == "equipment"))
        )
        assert {State.SUBMITTED, State.HANDLING} <= open_
        assert session.scalar(select(Ticket.id).where(Ticket.whistled > 0).limit(1))
        drafts = select(Supervision.id).where(Supervision.state == SupervisionState.DRAFT)
        assert session.scalar(drafts.limit(1))
        for beside in (OutsideQuestion, SiteVisit, TicketCopy):
            assert session.scalar(select(beside.id).limit(1)), beside.__name__
        published = select(SuccessCase.id).where(SuccessCase.stage == CaseState.PUBLISHED)
        assert session.scalar(published.limit(1))  # in a longer past the demonstration's firm is asked, too
        idle = [
            name for name in AT_WORK if not any(one.rows for one in desk.desk(_work(session, name)).groups)
        ]
        assert idle == []
        assert desk.owner(_work(session, "qiye"), "e_yanhe_chilun").waiting
        figures = desk.leader(_work(session, "lingdao"), "equipment").figures
        assert any(one.number != "0" for one in figures)
        reached = select(User.username).join(ReachRow, ReachRow.user_id == User.id)
        assert {"qiye", "bumen"} <= set(session.scalars(reached))
        shown = inspections.page(_work(session, "dangwei2"), before=None)[0]
        assert [one.tickets > 0 for one in shown] == [True]  # and somebody may look at them
        assert len(inspections.accounts(_work(session, "dangwei2"), shown[0])) == 1
        assert _turned_back(session) == []
        waits = select(Outgoing.user_id).where(Outgoing.fate == Fate.WAITING)
        assert session.scalar(waits.limit(1))  # something to be seen leaving the house


def _work(session, username):
    user = session.scalars(select(User).where(User.username == username)).one()
    return Work(session, people.account(session, user.id).actor, NOW, known.of(session).calendar)


def _turned_back(session) -> list[tuple[str, int]]:
    """Lines of history that bear an earlier time than the line above them: a printed sheet shows both."""
    query = select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.seq).order_by(
        TicketEvent.ticket_id, TicketEvent.seq
    )
    rows = session.execute(query).all()
    return [
        (one.ticket_id, one.seq)
        for before, one in pairwise(rows)
        if before.ticket_id == one.ticket_id and one.at < before.at
    ]
