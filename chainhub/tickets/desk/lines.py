"""Lines that several homes show: the moment beside the title, the newest word of each ticket."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import ScalarSelect, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.terms import Route
from chainhub.tickets.workflow import Action, State


def moment_line(work: Work) -> str:
    """Return the line beside the title: the day, the hour, and until when it is worked."""
    now = work.now.astimezone(SHANGHAI)
    line = f"{now.month}月{now.day}日（周{'一二三四五六日'[now.weekday()]}）{now:%H:%M}"
    segments = work.calendar.segments(now.date())
    if not segments:
        name = work.calendar.day_name(now.date())
        return f"{line}，{name + '，' if name else ''}今天不上班"
    current = next((part for part in segments if part.start <= now.time() < part.end), None)
    if current is None:
        return line
    part = "上午" if current.end.hour <= 12 else "下午"
    return f"{line}，{part}到 {current.end:%H:%M}"


def last_lines(work: Work, ids: Sequence[int]) -> dict[int, TicketEvent]:
    """Return the newest line of each ticket that the enterprise may read in the unit's own words."""
    found = work.session.scalars(_newest_told(), {"ids": list(ids)})
    return {event.ticket_id: event for event in found}


_TOLD = (
    Action.ANSWER,
    Action.BACKFILL,
    Action.RESOLVE,
    Action.PROGRESS,
    Action.ASK_INFO,
    Action.REQUEST_INFO,
    Action.DECLINE,
    Action.DISPATCH,
    Action.ACCEPT,
    Action.REOPEN,
)


@cache
def _newest_told() -> Select[TicketEvent]:
    told = select(newest_told()).where(Ticket.id.in_(bindparam("ids", expanding=True)))
    return select(TicketEvent).where(TicketEvent.id.in_(told))


def newest_told() -> ScalarSelect[int]:
    """Return, beside a ticket, the id of the line that `last_lines` gives for it."""
    line, later = aliased(TicketEvent), aliased(TicketEvent)
    endorsed = exists().where(
        later.ticket_id == line.ticket_id, later.seq > line.seq, later.action == Action.ENDORSE
    )
    return (
        select(func.max(line.id))
        .where(line.ticket_id == Ticket.id, line.action.in_(_TOLD))
        .where(or_(line.target != State.ENDORSING, endorsed))
        .correlate(Ticket)
        .scalar_subquery()
    )


def words_of(work: Work, event: TicketEvent | None) -> str:
    """Return what a line says to the enterprise, in the unit's own words."""
    if event is None:
        return ""
    data = event.data
    if event.action is Action.ACCEPT:
        daily = data.get("route") == Route.DAILY.value
        return f"{event.body}已接单，{'指导员会联系您，直接答复' if daily else '正在安排由哪个单位来办'}。"
    if event.action is Action.REOPEN:
        return "您说不满意，正在重办。"
    if event.action is Action.DISPATCH:
        return f"已派给{known.of(work.session).directory.unit_name(data.get('lead_unit'))}。"
    return f"{event.body}：{data.get('reply') or data.get('note') or ''}"
