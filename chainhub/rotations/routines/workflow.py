"""Recurring work without hosts, a routine (coverage, S4-03 and S2-02): its kinds, and the life of one occasion as one table."""

from collections.abc import Iterator
from datetime import date

from chainhub.core.words import Labelled
from chainhub.rotations import rules
from chainhub.rotations.days import LAST_WEEK, Rhythm
from chainhub.rotations.rules import Session
from chainhub.rotations.workflow import State


class Kind(Labelled):
    """What recurs."""

    MEETING = "meeting", "联席会议"
    RESEARCH = "research", "调研"
    REPORT = "report", "述职"
    SURVEY = "survey", "摸底排查"
    OTHER = "other", "其他例行工作"


_WEDNESDAY, _THURSDAY, _FRIDAY = 2, 3, 4
_BEATS = {
    Kind.MEETING: (1, 1, 2, _FRIDAY),
    Kind.RESEARCH: (3, 2, 3, _WEDNESDAY),
    Kind.REPORT: (6, 6, 3, _THURSDAY),
    Kind.SURVEY: (6, 6, LAST_WEEK, _FRIDAY),
    Kind.OTHER: (1, 1, 1, _FRIDAY),
}


def usual(kind: Kind, anchor_on: date) -> Rhythm:
    """Return how often a kind recurs: months are the rule (S4-03, S2-02: 1–6 and 7–12), its weekday a decision."""
    return Rhythm(anchor_on, *_BEATS[kind])


class Action(Labelled):
    """What may be done with one occasion."""

    HOLD = "hold", "记办完"
    WRITE_UP = "write_up", "记成文"
    PIN = "pin", "定日子"
    POSTPONE = "postpone", "改期"
    RESCHEDULE = "reschedule", "定新日子"
    CANCEL = "cancel", "取消"


class Change(Labelled):
    """What may be changed of recurring work."""

    RHYTHM = "rhythm", "改规则"
    BODY = "body", "换负责单位"
    PEOPLE = "people", "定具体的人"
    END = "end", "以后不办了"


class Body(Labelled):
    """What sort of body is responsible; its posts are reminded."""

    COMMITTEE = "committee", "产业链党委"
    TASK_FORCE = "task_force", "产业发展专班"
    DEPARTMENT = "department", "单位"


S, A = State, Action
# fmt: off
TABLE: tuple[tuple[Action, State, State, tuple[str, ...], bool], ...] = (
    # action       from         to             must give        also by whoever is responsible
    (A.HOLD,       S.PLANNED,   S.HELD,        ("note",),       True),
    (A.PIN,        S.PLANNED,   S.PLANNED,     ("on", "why"),   False),
    (A.POSTPONE,   S.PLANNED,   S.POSTPONED,   ("why",),        True),
    (A.CANCEL,     S.PLANNED,   S.CANCELLED,   ("why",),        False),
    (A.RESCHEDULE, S.POSTPONED, S.PLANNED,     ("on", "why"),   True),
    (A.CANCEL,     S.POSTPONED, S.CANCELLED,   ("why",),        False),
    (A.WRITE_UP,   S.HELD,      S.WRITTEN_UP,  ("note",),       True),
)
# fmt: on


def find(action: Action, state: State) -> tuple[State, tuple[str, ...], bool] | None:
    """Return where an action leads from a state, what it must give, and whether the responsible may; None if nowhere."""
    return next(((to, needs, too) for one, at, to, needs, too in TABLE if (one, at) == (action, state)), None)


def actions(state: State) -> Iterator[tuple[Action, bool]]:
    """Return what leads on from a state, in the order of the table."""
    return ((one, too) for one, at, _, _, too in TABLE if at is state)


def is_missed(state: State, on: date | None, today: date) -> bool:
    """Say whether an occasion was not held on its day; it may still be held, put off or called off."""
    return state is State.PLANNED and on is not None and on < today


def changed(before: tuple[Session, ...], after: tuple[Session, ...]) -> tuple[list[str], list[str]]:
    """Return the days that a change takes away, and those that it brings; as ISO dates, in order."""
    was = {one.on for one in before if one.on and rules.counts(one)}
    becomes = {one.on for one in after if one.on and rules.counts(one)}
    return [on.isoformat() for on in sorted(was - becomes)], [on.isoformat() for on in sorted(becomes - was)]
