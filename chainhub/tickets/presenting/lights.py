"""Lights with their words, moments as a list says them, and one line of a list."""

from collections.abc import Mapping
from datetime import datetime

from chainhub.core.worktime import SHANGHAI, Calendar, left_label
from chainhub.county.directory.rules import Directory
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import soon_from
from chainhub.tickets import rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.showing import (
    LightView,
    RowView,
)
from chainhub.tickets.workflow import ENDS, PAUSED, Action, State

GREY_WORDS: Mapping[State, str] = {
    State.AWAITING_INFO: "待企业补充",
    State.CONSULTING: "会商中",
    State.CARRIED_OVER: "长期跟踪",
}


def colour(
    state: State, due_at: datetime | None, yellow_at: datetime | None, now: datetime, *, asked: bool = False
) -> str:
    """Return the colour of a light: blue done, red late (outranks grey), grey waiting in the open, yellow soon.

    `asked`: an extension was asked for and is not decided (延期待批).
    """
    if state in ENDS:
        return "blue"
    if due_at is not None and now >= due_at:
        return "red"
    if state in PAUSED or asked:
        return "grey"
    return "yellow" if yellow_at is not None and now >= yellow_at else "green"


def light(ticket: Ticket, now: datetime, calendar: Calendar) -> LightView:
    """Return a ticket's light with its words."""
    shown = colour(ticket.state, ticket.due_at, ticket.yellow_at, now, asked=ticket.extension_pending)
    return LightView(shown, _light_words(shown, ticket.state, ticket.due_at, now, calendar))


def clock_light(clock: Clock, now: datetime, calendar: Calendar) -> LightView:
    """Return the light of one running clock."""
    if clock.pauses and clock.pauses[-1][1] is None:
        return LightView("grey", "停着")
    shown = colour(State.HANDLING, clock.due_at, clock.yellow_at, now)
    return LightView(shown, _light_words(shown, State.HANDLING, clock.due_at, now, calendar))


def wait_colour(due_at: datetime, now: datetime, calendar: Calendar) -> str:
    """Return the colour of what somebody is waited for until a moment, by the same rule as a clock's."""
    return colour(State.HANDLING, due_at, soon_from(calendar, due_at), now)


def pressing_light(clock: Clock, now: datetime, calendar: Calendar) -> LightView:
    """Return the light of the clock that heads a desk: the same as everywhere, always with what is left."""
    shown = clock_light(clock, now, calendar)
    return (
        LightView("green", left_label(calendar.left(now, clock.due_at))) if shown.colour == "green" else shown
    )


def _light_words(shown: str, state: State, due_at: datetime | None, now: datetime, calendar: Calendar) -> str:
    if shown == "blue":
        return state.label
    if shown == "grey":
        return GREY_WORDS.get(state, "延期待批")
    if shown == "green" or due_at is None:
        return "正常"
    return left_label(calendar.left(now, due_at))


def near(at: datetime, now: datetime) -> str:
    """Return a moment as a list says it: 今天 17:30, 昨天 17:30, 10月26日; the year where it is another."""
    day, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    words = {-1: "昨天", 0: "今天", 1: "明天"}.get((day.date() - today.date()).days)
    if words:
        return f"{words} {day:%H:%M}"
    return rules.local_date_text(at, year=today.year)


def _dues(due_at: datetime | None, superior: datetime | None, now: datetime) -> str:
    """Return our own due date, and the superior's beside it."""
    words = [near(due_at, now)] if due_at else []
    return "，".join([*words, f"上级 {near(superior, now)}"] if superior else words)


def row(
    ticket: Ticket,
    enterprise: str,
    now: datetime,
    calendar: Calendar,
    directory: Directory,
    *,
    action: Action | None = None,
    selectable: bool = False,
    clock: Clock | None = None,
) -> RowView:
    """Return one line of a list; on a desk with the verb that is this person's, and the clock that bites."""
    due_at = clock.due_at if clock else ticket.due_at
    shown = clock_light(clock, now, calendar) if clock else light(ticket, now, calendar)
    return RowView(
        number=ticket.number,
        title=ticket.title,
        enterprise=enterprise,
        url=ticket.link,
        light=shown,
        unit=directory.unit_name(ticket.lead_unit_code) or "未派单",
        due=_dues(due_at, ticket.superior_due_at, now),
        state=ticket.state.label,
        verb=action.label if action else "",
        verb_url=f"{ticket.link}/act/{action.value}" if action else "",
        selectable=selectable,
        version=ticket.version,
        category=directory.category_label(ticket.category_code) or "待定",
        created=near(ticket.created_at, now),
    )
