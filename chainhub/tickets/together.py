"""One verb for several tickets: each its own transaction, each result said; in = done + skipped + failed.

What is sent twice is done once: a row that this person has done already, from the version that was seen, is skipped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from chainhub.tickets import queries
from chainhub.tickets.service import moving
from chainhub.tickets.workflow import Action
from chainhub.web import doors

MOST = 50
ACTIONS = (Action.ACCEPT, Action.DISPATCH, Action.ACKNOWLEDGE, Action.PASS_REVIEW, Action.CLOSE)
"""What is done to several at once: verbs that need no words of their own for each ticket."""


class Result(StrEnum):
    """What became of one row."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Pick:
    """One ticket, the version that was seen, and what is given with the verb."""

    number: str
    version: int
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one ticket, in words."""

    number: str
    title: str
    result: Result
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of all of them, in the order in which they were picked."""

    rows: Sequence[Row]

    def count(self, result: Result) -> int:
        """Count the rows that ended so."""
        return sum(row.result is result for row in self.rows)


def do(action: Action, picks: Sequence[Pick]) -> Outcome:
    """Do one thing to several tickets, a transaction each; beyond `MOST` rows are skipped, and it is said."""
    too_many = f"一次最多 {MOST} 件，这件没有办，请再选一次。"
    return Outcome(
        [
            _one(action, pick) if place < MOST else Row(pick.number, "", Result.SKIPPED, too_many)
            for place, pick in enumerate(picks)
        ]
    )


def _one(action: Action, pick: Pick) -> Row:
    try:
        with doors.work() as work:
            allowed = moving.permit(work, pick.number, action, pick.version)
            title = moving.apply(work, allowed, pick.given).title
            return Row(pick.number, title, Result.DONE, f"已{action.label}。")
    except Conflict as refusal:
        title, twice = _done_before(action, pick)
        if twice:
            return Row(pick.number, title, Result.SKIPPED, f"您刚才已经{action.label}过了，没有再办一次。")
        return Row(pick.number, title, Result.FAILED, refusal.title)
    except Invalid as refusal:
        title, _ = _done_before(action, pick)
        return Row(pick.number, title, Result.FAILED, _said(refusal))
    except (NotFound, NotAllowed) as refusal:
        return Row(pick.number, "", Result.FAILED, refusal.title)


def _done_before(action: Action, pick: Pick) -> tuple[str, bool]:
    """Return the ticket's title, and whether this person has done the same from the version that was seen."""
    with doors.reading() as work:
        ticket = queries.own(work, pick.number)
        lines = queries.events(work.session, ticket.id, before=pick.version + 2, limit=1)
        mine = [one for one in lines if one.seq == pick.version + 1 and one.actor_id == work.actor.id]
        return ticket.title, any(one.action is action for one in mine)


def _said(refusal: Refusal) -> str:
    errors: Mapping[str, Sequence[str]] = getattr(refusal, "errors", {})
    return "".join(one for said in errors.values() for one in said) or refusal.title
