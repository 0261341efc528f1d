"""Turning recurring work into what pages show."""

from collections.abc import Sequence
from datetime import date

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.rotations import days
from chainhub.rotations.routines import queries
from chainhub.rotations.routines.models import Occasion, Routine, RoutineEvent
from chainhub.rotations.routines.service import planning
from chainhub.rotations.routines.showing import OccasionView, RoutineView
from chainhub.rotations.routines.workflow import is_missed
from chainhub.rotations.showing import EventView
from chainhub.rotations.workflow import State

_COLOURS = {
    State.PLANNED: "grey",
    State.HELD: "yellow",
    State.WRITTEN_UP: "blue",
    State.POSTPONED: "yellow",
    State.CANCELLED: "grey",
}
_WEEKDAYS = "一二三四五六日"


def whose(work: Work, routine: Routine) -> str:
    """Return whose it is: a chain's name, or the county."""
    chains = known.of(work.session).directory.chains
    return chains[routine.chain_code].name if routine.chain_code else "全县"


def occasions(work: Work, rows: Sequence[tuple[Occasion, Routine]]) -> list[OccasionView]:
    """Return occasions as lines."""
    today = local(work.now).date()
    bodies = queries.bodies(work.session)
    return [
        OccasionView(
            one.link,
            routine.title,
            f"{one.on.month}月{one.on.day}日" if one.on else "日子待定",
            f"{one.on.day}日" if one.on else "",
            days.text(one.on) if one.on else "日子待定",
            f"周{_WEEKDAYS[one.on.weekday()]}" if one.on else "",
            one.on.month if one.on else 0,
            *_state(one, today),
            bodies.get(f"{routine.body.value}:{routine.body_ref}", ""),
            _note(work, one, routine, today),
            whose(work, routine),
            routine.chain_code is not None,
        )
        for one, routine in rows
    ]


def _state(one: Occasion, today: date) -> tuple[str, str]:
    if is_missed(one.stage, one.on, today):
        return "没办", "red"
    return one.stage.label, _COLOURS[one.stage]


def _note(work: Work, one: Occasion, routine: Routine, today: date) -> str:
    if one.stage is State.PLANNED and one.on:
        left = work.calendar.workdays_between(today, one.on)
        if one.on < today:
            return "日子过了，请记办完、改期或取消"
        if one.provisional:
            return "暂定，待放假通知核定"
        return "就是今天" if one.on == today else f"还有 {left} 个工作日" if left <= 60 else ""
    return one.note.splitlines()[0][:40] if one.note else ""


def on_day(one: Occasion) -> str:
    """Return the day of an occasion as a page names it in passing: 4月10日; empty while there is none."""
    return f"{one.on.month}月{one.on.day}日" if one.on else ""


def period(routine: Routine, one: Occasion) -> str:
    """Return the period that an occasion is for: 1—6月."""
    beat = queries.rhythm(routine)
    return days.label(beat, days.period_of(beat, one.period_on))


def routines(work: Work, rows: Sequence[Routine]) -> list[RoutineView]:
    """Return all recurring work as lines."""
    today = local(work.now).date()
    bodies = queries.bodies(work.session)
    return [
        RoutineView(
            one.link,
            one.title,
            whose(work, one),
            f"{days.text(one.ended_on)}起不办"
            if one.ended_on and one.ended_on <= today
            else planning.every(one),
            bodies.get(f"{one.body.value}:{one.body_ref}", ""),
        )
        for one in rows
    ]


def rule_line(routine: Routine) -> str:
    """Return the rule in one sentence."""
    week = "最后一个" if routine.week == days.LAST_WEEK else f"第{routine.week}个"
    month = f"第{routine.month}个月的" if routine.months > 1 else ""
    end = f"，{days.text(routine.ended_on)}起不办" if routine.ended_on else ""
    return (
        f"{planning.every(routine)}，{month}{week}周{_WEEKDAYS[routine.weekday]} {routine.starts}，"
        f"碰上放假顺延到工作日{end}。"
    )


def event(one: RoutineEvent) -> EventView:
    """Return one change in words."""
    at = local(one.at)
    return EventView(
        f"{one.action}：{one.what}" if one.what else one.action,
        one.why,
        tuple(said(line) for line in one.before[:12]),
        tuple(said(line) for line in one.after[:12]),
        f"{one.by} {at.year}年{at.month}月{at.day}日 {at:%H:%M}",
    )


def said(line: str) -> str:
    """Return a day in words, and words as they are."""
    try:
        return days.text(date.fromisoformat(line))
    except ValueError:
        return line
