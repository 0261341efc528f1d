"""The sweep over clocks whose moment has come. Its cost follows what is due, not what is open."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.db import in_one_go, set_rows
from chainhub.core.work import Work
from chainhub.core.worktime import RungAt
from chainhub.county import known
from chainhub.county.people.rules import Holders, Holding
from chainhub.county.rulebook.rules import Book
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import rules, service
from chainhub.reminders.models import Clock, Said
from chainhub.reminders.rules import Ladder

_CLOCKS = cast("Table", Clock.__table__)
_MISSED = timedelta(hours=1)  # a rung that is later than this was missed by a scheduler that stood still


def find(work: Work, limit: int) -> Sequence[int]:
    """Return clocks that somebody must look at now, the longest waiting first."""
    return work.session.scalars(
        select(Clock.id).where(*_come(work)).order_by(Clock.look_again_at).limit(limit)
    ).all()


def _come(work: Work) -> list[ColumnElement[bool]]:
    """Return the condition that a clock's moment has come. What was missed waits for working time, unless urgent."""
    come = [Clock.stopped_at.is_(None), Clock.look_again_at <= work.now]
    if not work.calendar.is_working_moment(work.now):
        # Rungs lie in working time by themselves; only one that is caught up with could ring on a Sunday.
        come.append(or_(Clock.look_again_at > work.now - _MISSED, Clock.limit.endswith("w")))
    return come


KeptFrom = Callable[[Session, Sequence[str]], Mapping[str, str]]
"""By the links of some things: the unit of which nobody is told, where there is one."""


def handle(work: Work, ids: Sequence[int], kept_from: KeptFrom = lambda _, __: {}) -> None:
    """Say every rung whose moment has come, once, and set the next look."""
    clocks = work.session.scalars(
        # Asked again under the lock: a clock may have been paused or stopped since it was found.
        select(Clock).where(Clock.id.in_(ids), *_come(work)).with_for_update(skip_locked=True)
    ).all()
    said = _said(work, [clock.id for clock in clocks])
    facts = known.of(work.session)
    kept = kept_from(work.session, [clock.link for clock in clocks])
    notes: list[dict[str, Any]] = []
    told: list[dict[str, object]] = []
    looks: list[dict[str, Any]] = []
    for clock in clocks:
        ladder = Ladder(clock.ladder)
        moments = rules.rungs(work.calendar, service.reading(clock), ladder, clock.due_at)
        come = rules.to_say(moments, said[clock.id, clock.due_at], work.now)
        speak = rules.spoken(ladder, come)
        for one in come:
            notes.append(
                {
                    "clock_id": clock.id,
                    "due_at": clock.due_at,
                    "rung": one.rung.value,
                    "at": work.now,
                    "silent": one not in speak,
                }
            )
            if one not in speak:
                continue
            said_to = _notices(work, clock, one, _audience(facts.book, clock, one), facts.holders)
            told.extend({**row, "kept_from": kept.get(clock.link)} for row in said_to)
        looks.append({"id": clock.id, "look_again_at": rules.look_again(moments, work.now)})
    with in_one_go(work.session):
        service.note(work.session, notes)
        notices.tell(work.session, told)
        set_rows(work.session, _CLOCKS, looks)


def _said(work: Work, ids: Sequence[int]) -> defaultdict[Any, frozenset[str]]:
    found: defaultdict[Any, set[str]] = defaultdict(set)
    for clock_id, due_at, rung in work.session.execute(
        select(Said.clock_id, Said.due_at, Said.rung).where(Said.clock_id.in_(ids))
    ):
        found[clock_id, due_at].add(rung)
    return defaultdict(frozenset, {key: frozenset(rungs) for key, rungs in found.items()})


def _notices(
    work: Work, clock: Clock, one: RungAt, audience: Sequence[str], holders: Holders
) -> list[dict[str, object]]:
    text = rules.words(one.rung, clock.label, clock.about, clock.due_at, Ladder(clock.ladder))
    overdue = one.rung in rules.OVERDUE_RUNGS and clock.ladder != Ladder.PERIODIC.value
    kind = NoticeKind.OVERDUE if overdue else NoticeKind.REMINDER
    return [
        {
            "user_id": user_id,
            "kind": kind,
            "text": text,
            "link": clock.link,
            "key": f"{rules.key_start(clock.id, clock.due_at)}{one.rung.value}",
            "created_at": work.now,
            "urgent": clock.limit.endswith("w"),  # by the wall clock: 紧急
        }
        for user_id in sorted(recipients(clock, audience, holders))
    ]


def _audience(book: Book, clock: Clock, one: RungAt) -> Sequence[str]:
    if clock.ladder == Ladder.REQUESTER.value:
        return ()
    if clock.ladder in {Ladder.PERIODIC.value, Ladder.HOSTING.value}:
        return ("contact",)
    if clock.ladder == Ladder.VISITING.value:
        return ("contact", "committee") if one.rung in rules.OVERDUE_RUNGS else ("contact",)
    kind = "day" if clock.limit.endswith("d") else "hour"
    return book.audience(kind, one.rung.value)


PERSON = "person"
"""The scope of a clock that one person was given by name; its ref is the id of the account."""


def recipients(clock: Clock, audience: Sequence[str], holders: Holders) -> frozenset[int]:
    """Return who hears of a rung: the posts of the ladder, looked up now, so that a staff change counts."""
    if clock.holder_scope == PERSON:
        return frozenset({int(clock.holder_ref)})
    role, scope, ref = Role(clock.holder_role), ScopeKind(clock.holder_scope), clock.holder_ref
    if clock.ladder == Ladder.REQUESTER.value:
        guides = holders.ids(Role.GUIDE, ScopeKind.ENTERPRISE, ref) if not clock.confidential else frozenset()
        return holders.ids(role, scope, ref) | guides
    found: set[int] = set()
    for post in audience:
        found |= _post(clock, post, holders, holders.of_role(role, scope, ref))
    return frozenset(found)


def _post(clock: Clock, post: str, holders: Holders, held: Sequence[Holding]) -> set[int]:
    contacts = [one for one in held if one.post is Post.CONTACT] or list(held)
    if post == "contact":
        return {one.user_id for one in contacts}
    if post == "substitute":
        return {one.substitute_id for one in contacts if one.substitute_id is not None}
    if post == "chain_chief":
        if clock.confidential:
            return set()
        return set(holders.ids(Role.LEADER, ScopeKind.CHAIN, clock.chain, Post.HEAD))
    if post == "supervision":
        return set(holders.ids(Role.LIAISON, ScopeKind.COUNTY)) if not clock.confidential else set()
    if post == "committee":
        return set(holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, clock.chain))
    wanted = Post.DEPUTY if post == "deputy" else Post.HEAD
    return {one.user_id for one in held if one.post is wanted} or {one.user_id for one in contacts}
