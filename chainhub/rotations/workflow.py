"""The life of a session as one table: this action, from here, leads there, by this role, and must give this."""

from collections.abc import Iterator
from dataclasses import dataclass

from chainhub.core.actor import Role
from chainhub.core.words import Labelled

USUAL_NAME = "红色沙龙"
"""What a rotation is called unless whoever opens it says otherwise (rule, seed 002); 主题党日 is another (seed 004)."""


class State(Labelled):
    """Where a session stands. Stored by value."""

    PLANNED = "planned", "已排"
    ANNOUNCED = "announced", "已通知"
    HELD = "held", "已办"
    WRITTEN_UP = "written_up", "已成文"
    CLOSED = "closed", "已收尾"
    POSTPONED = "postponed", "改期待定"
    CANCELLED = "cancelled", "已取消"


class Action(Labelled):
    """What may be done with a session."""

    ANNOUNCE = "announce", "发通知"
    PREPARE = "prepare", "备承办包"
    PIN = "pin", "定日子"
    ASSIGN = "assign", "定承办企业"
    POSTPONE = "postpone", "改期"
    RESCHEDULE = "reschedule", "定新日子"
    CANCEL = "cancel", "取消"
    HOLD = "hold", "记办成"
    WRITE_UP = "write_up", "写纪要"
    CLOSE = "close", "收尾"


class SwapState(Labelled):
    """Where a swap stands."""

    ASKED = "asked", "等答复"
    ACCEPTED = "accepted", "换了"
    REFUSED = "refused", "没同意"
    WITHDRAWN = "withdrawn", "撤回了"


class Part(Labelled):
    """The four parts of a session (rule, seed 002)."""

    VISIT = "visit", "现场观摩"
    POLICY = "policy", "政策宣传"
    TALK = "talk", "座谈交流"
    TRAINING = "training", "教育培训"


class Change(Labelled):
    """What may be changed of a roster."""

    JOIN = "join", "加进来"
    LEAVE = "leave", "退出"
    AWAY = "away", "缓办"
    CLOSED = "closed", "全县不办"
    LIFT = "lift", "取消缓办"
    FORGIVE = "forgive", "不用补了"
    WILLING = "willing", "报名承办"
    UNWILLING = "unwilling", "不再承办"
    RHYTHM = "rhythm", "改规则"


S, A = State, Action
OPEN = frozenset({S.PLANNED, S.ANNOUNCED, S.POSTPONED})
"""States in which a session is still to come."""


@dataclass(frozen=True, slots=True)
class Move:
    """One row: one sentence that a clerk would say."""

    action: Action
    from_state: State
    to: State
    who: frozenset[Role]
    needs: tuple[str, ...] = ()


def _row(
    action: Action, from_state: State, to: State, *needs: str, who: frozenset[Role] | None = None
) -> Move:
    return Move(action, from_state, to, who or frozenset({Role.COMMITTEE}), needs)


_HOST_TOO = frozenset({Role.COMMITTEE, Role.ENTERPRISE})

# fmt: off
TABLE: tuple[Move, ...] = (
    #    action        from           to             must give
    _row(A.ANNOUNCE,   S.PLANNED,     S.ANNOUNCED),
    _row(A.PREPARE,    S.PLANNED,     S.PLANNED,     who=_HOST_TOO),
    _row(A.PIN,        S.PLANNED,     S.PLANNED,     "on", "why"),
    _row(A.ASSIGN,     S.PLANNED,     S.PLANNED,     "hosts", "why"),
    _row(A.CANCEL,     S.PLANNED,     S.CANCELLED,   "why"),
    _row(A.HOLD,       S.ANNOUNCED,   S.HELD),
    _row(A.PREPARE,    S.ANNOUNCED,   S.ANNOUNCED,   who=_HOST_TOO),
    _row(A.ASSIGN,     S.ANNOUNCED,   S.ANNOUNCED,   "hosts", "why"),
    _row(A.POSTPONE,   S.ANNOUNCED,   S.POSTPONED,   "why"),
    _row(A.CANCEL,     S.ANNOUNCED,   S.CANCELLED,   "why"),
    _row(A.RESCHEDULE, S.POSTPONED,   S.ANNOUNCED,   "on", "why"),
    _row(A.CANCEL,     S.POSTPONED,   S.CANCELLED,   "why"),
    _row(A.WRITE_UP,   S.HELD,        S.WRITTEN_UP,  "minutes"),
    _row(A.CLOSE,      S.WRITTEN_UP,  S.CLOSED),
)
# fmt: on


def find(action: Action, state: State) -> Move | None:
    """Return the row of an action from a state, or None where the table has none."""
    return next((row for row in TABLE if row.action is action and row.from_state is state), None)


def actions(state: State) -> Iterator[Move]:
    """Return the rows that lead on from a state, in the order of the table."""
    return (row for row in TABLE if row.from_state is state)
