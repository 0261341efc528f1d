"""上期问题办理情况: what became of what was raised and decided at the session before, in words that everybody may read.

Confidential tickets are left out, and of the others only how many stand where: a ticket's title is for those who
see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.rotations import days
from chainhub.rotations.around.models import SalonDecision
from chainhub.rotations.models import Salon, SalonTicket
from chainhub.rotations.service import problems
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State

DECISIONS_MOST = 50  # of one session that are listed


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What was decided, in words."""

    id: int
    unit_code: str
    unit: str
    what: str
    due: str
    stands: str
    is_done: bool
    is_late: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """The session before: its day, what became of its problems, its decisions."""

    salon: Salon
    day: str
    raised: str
    decisions: Sequence[DecisionFacts]


def before(work: Work, salon: Salon) -> Before | None:
    """Return what the next session begins with, or None where none was held before."""
    last = problems.last_held(work, salon)
    if last is None or last.on is None:
        return None
    return Before(last, days.text(last.on), _raised(work, last), _followed(work, last))


def _raised(work: Work, salon: Salon) -> str:
    rows = work.session.execute(
        select(Ticket.state, Ticket.is_open, func.count())
        .join(SalonTicket, SalonTicket.ticket_id == Ticket.id)
        .where(SalonTicket.salon_id == salon.id, Ticket.confidential.is_(False))
        .group_by(Ticket.state, Ticket.is_open)
    ).all()
    over = sum(n for _, is_open, n in rows if not is_open)
    put_off = sum(n for state, is_open, n in rows if is_open and state is State.CARRIED_OVER)
    running = sum(n for *_, n in rows) - over - put_off
    if not rows:
        return "上期没有提问题。"
    said = ((over, "办完"), (running, "正在办"), (put_off, "挂账"))
    return (
        f"上期提了 {over + put_off + running} 件："
        + "，".join(f"{word} {n} 件" for n, word in said if n)
        + "。"
    )


def _followed(work: Work, last: Salon) -> list[DecisionFacts]:
    """Return what the last session decided, and what is still open of those before it."""
    earlier = select(Salon.id).where(Salon.rotation_id == last.rotation_id, Salon.on < last.on)
    still_open = SalonDecision.done_at.is_(None) & SalonDecision.salon_id.in_(earlier)
    return _facts(work, or_(SalonDecision.salon_id == last.id, still_open))


def decisions(work: Work, salon: Salon) -> list[DecisionFacts]:
    """Return what was decided at a session, in order."""
    return _facts(work, SalonDecision.salon_id == salon.id)


def _facts(work: Work, which: ColumnElement[bool]) -> list[DecisionFacts]:
    units = known.of(work.session).directory
    today = local(work.now).date()
    rows = work.session.scalars(
        select(SalonDecision).where(which).order_by(SalonDecision.id).limit(DECISIONS_MOST)
    )
    return [
        DecisionFacts(
            one.id,
            one.unit_code,
            units.unit_name(one.unit_code),
            one.what,
            f"{one.due_on.year}年{one.due_on.month}月{one.due_on.day}日",
            _stands(one, late=one.due_on < today),
            one.done_at is not None,
            one.done_at is None and one.due_on < today,
            one.done_note,
        )
        for one in rows
    ]


def _stands(one: SalonDecision, *, late: bool) -> str:
    if one.done_at is not None:
        return "办了"
    return "过期没办" if late else "在办"
