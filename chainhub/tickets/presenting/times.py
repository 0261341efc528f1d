"""The card 时限, the little calendar that explains it, and who is at it until when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from chainhub.core.worktime import SHANGHAI, Calendar, Explanation, left_label
from chainhub.county.directory.rules import Directory
from chainhub.reminders.models import Clock
from chainhub.tickets import rules, terms
from chainhub.tickets.clockwork import STATE_CLOCK, UNIT_CLOCKS, ClockKind
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.presenting.lights import clock_light, light
from chainhub.tickets.presenting.progress import current_line
from chainhub.tickets.showing import (
    DayCell,
    DeadlineView,
    HolderView,
    TimeView,
    WhyView,
)
from chainhub.tickets.workflow import PAUSED


def time_view(
    ticket: Ticket,
    clocks: Sequence[Clock],
    now: datetime,
    calendar: Calendar,
    explained: Explanation | None,
    *,
    for_firm: bool,
) -> TimeView | None:
    """Return the card 时限: to the enterprise the promise alone, to the staff the clock that counts and the promise."""
    running = {ClockKind(clock.kind): clock for clock in clocks if clock.stopped_at is None}
    promise = running.get(ClockKind.PROMISE)
    counts = next((clock for kind, clock in running.items() if kind in UNIT_CLOCKS), None)
    state_kind = STATE_CLOCK.get(ticket.state)
    by_state = running.get(state_kind) if state_kind else None
    shown: list[tuple[str, Clock, str]] = []
    if for_firm:
        asked = running.get(ClockKind.SUPPLY) or running.get(ClockKind.SUPPLY_HANDLING)
        firsts = (asked, promise) if asked else (promise or running.get(ClockKind.FIRST_CALL) or by_state,)
        shown.extend(
            (_FIRM_LABEL.get(ClockKind(one.kind), one.label), one, "") for one in firsts if one is not None
        )
    else:
        calls = (running.get(ClockKind.FIRST_CALL), running.get(ClockKind.UNIT_CONTACT))
        shown.extend((clock.label, clock, "") for clock in calls if clock is not None)
        if by_state is not None and by_state is not counts:
            shown.append((f"{by_state.label}时限", by_state, ""))
        if counts is not None:
            shown.append((counts.label, counts, ""))
        if promise is not None:
            shown.append((promise.label, promise, _why_differ(counts, promise)))
    if not shown:
        return None
    deadlines = tuple(_deadline(label, clock, note, now, calendar) for label, clock, note in shown)
    head = clock_light(shown[0][1], now, calendar) if for_firm else light(ticket, now, calendar)
    if for_firm and ticket.state in PAUSED:
        head = light(ticket, now, calendar)
    return TimeView(head, deadlines, why(explained, promise, now) if explained else None)


_FIRM_LABEL = {
    ClockKind.PROMISE: "承诺办好的时间",
    ClockKind.FIRST_CALL: "有人打电话给您",
    ClockKind.EVALUATION: "请您评价",
    ClockKind.SUPPLY: "请您补充",
    ClockKind.SUPPLY_HANDLING: "请您补充",
}


def _why_differ(counts: Clock | None, promise: Clock) -> str:
    if counts is None or counts.due_at == promise.due_at:
        return ""
    if counts.due_at > promise.due_at:
        return "退单、审核等只停本单位的钟，不停对企业的承诺。"
    return "重办的单位时限更短，对企业的承诺照旧。"


def _deadline(label: str, clock: Clock, note: str, now: datetime, calendar: Calendar) -> DeadlineView:
    paused = bool(clock.pauses and clock.pauses[-1][1] is None)
    left = "暂停" if paused else left_label(calendar.left(now, clock.due_at))
    year = now.astimezone(SHANGHAI).year
    when = rules.moment_text(clock.due_at, weekday=True, year=year)
    return DeadlineView(label, when, left, clock.provisional, note)


def why(explained: Explanation, promise: Clock | None, now: datetime) -> WhyView:
    """Return 为什么是…: the sentence, and the weeks from the first day to the due day."""
    due = explained.due.astimezone(SHANGHAI)
    title = f"为什么是 {rules.local_date_text(due)}"
    known = {step.date: step for step in explained.steps}
    if not known or len(known) > 120 or len(known) < 3:
        return WhyView(title, explained.text, ())
    first, last = min(known), max(known)
    day = first - timedelta(days=first.weekday())
    end = last + timedelta(days=6 - last.weekday())
    promised = promise.due_at.astimezone(SHANGHAI).date() if promise else None
    today = now.astimezone(SHANGHAI).date()
    cells = []
    while day <= end:
        cells.append(_cell(day, known.get(day), first, last, promised, today))
        day += timedelta(days=1)
    weeks = tuple(tuple(cells[place : place + 7]) for place in range(0, len(cells), 7))
    return WhyView(title, explained.text, weeks)


def _cell(day: date, step: Any, first: date, last: date, promised: date | None, today: date) -> DayCell:
    if step is None:
        return DayCell(day.day, "", ("out",))
    word = str(step.mark)
    marks = ["counted" if step.counted else "off" if word == "休" else "paused" if word == "停" else "out"]
    if word.startswith("班"):
        marks.append("makeup")
    if day == first:
        marks = ["start"]
    if day == last:
        marks, word = ["due"], "到期"
    elif day == promised:
        marks, word = [*marks, "promise"], "承诺"
    if day == today:
        marks.append("today")
        word = word if day == last else "今天"
    return DayCell(day.day, word, tuple(marks))


def holders(
    ticket: Ticket,
    clocks: Sequence[Clock],
    now: datetime,
    calendar: Calendar,
    directory: Directory,
    parts: Sequence[Part],
    *,
    for_firm: bool,
) -> tuple[HolderView, ...]:
    """Return who is at it: the lead unit with its own light, then each co-unit with its own. The enterprise is not shown the unit's clock."""
    co = tuple(_co_unit(part, clocks, now, calendar, directory, for_firm=for_firm) for part in parts)
    if not ticket.lead_unit_code:
        return co
    name = directory.unit_name(ticket.lead_unit_code)
    counts = next((c for c in clocks if c.stopped_at is None and ClockKind(c.kind) in UNIT_CLOCKS), None)
    if counts is None or for_firm:
        line = current_line(ticket, directory)
        return (HolderView("主办", name, None, line), *co)
    when = rules.moment_text(counts.due_at)
    to_whom = f"，{ticket.assigned_office}承办" if ticket.assigned_office else ""
    light = clock_light(counts, now, calendar)
    return (HolderView("主办", name, light, f"{when} 前办结{to_whom}"), *co)


def _co_unit(
    part: Part,
    clocks: Sequence[Clock],
    now: datetime,
    calendar: Calendar,
    directory: Directory,
    *,
    for_firm: bool,
) -> HolderView:
    """Return how one co-unit stands; the enterprise reads who is at it, not what they write to each other."""
    name = directory.unit_name(part.unit_code)
    running = next(
        (
            one
            for one in clocks
            if one.stopped_at is None
            and one.kind == ClockKind.PART.value
            and one.holder_ref == part.unit_code
        ),
        None,
    )
    said = [part.task.rstrip("。；，")] if part.task and not for_firm else []
    if running is not None and part.state in terms.OPEN_PARTS and not for_firm:
        due = f"{part.state.label}，{rules.moment_text(running.due_at)} 前反馈"
        return HolderView("协办", name, clock_light(running, now, calendar), "；".join((*said, due)))
    told = [part.answer] if part.answer and not for_firm else []
    disputed = (
        for_firm and part.state is terms.PartState.DISPUTED
    )  # whose it is, the staff settle among themselves
    state = terms.PartState.HANDLING if disputed else part.state
    return HolderView("协办", name, None, "；".join((*said, state.label, *told)))
