"""The morning's word to those who are reached outside: what falls due today and what is late; with the first one of a
week to a chain's leader how the chain stands. Counts alone: what it is about stands behind the sign-in.

The inbox gets none: the home page says the same and is never old.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.people.rules import Holders, Holding
from chainhub.notices import outbox
from chainhub.reminders.models import Clock
from chainhub.tickets.clockwork import SILENT_CLOCKS, ClockKind

LATEST = timedelta(hours=3)  # a morning's word that is later than this is not said any more
_SPEAK = [kind.value for kind in ClockKind if kind not in SILENT_CLOCKS]
_SIDE = (Role.ENTERPRISE,)  # who is asked for a word rather than given a task

Holder = tuple[str, str, str]
"""Role, scope and reference, as a clock names who must act."""


@dataclass(frozen=True, slots=True)
class Due:
    """How many things fall due today, and how many are late."""

    today: int = 0
    late: int = 0

    def __add__(self, other: "Due") -> "Due":
        return Due(self.today + other.today, self.late + other.late)


def find(work: Work, limit: int) -> Sequence[int]:
    """Return who is reached outside and has not had this morning's word: from the opening of a workday, for three hours."""
    day = work.now.astimezone(SHANGHAI).date()
    opens = work.calendar.start_of_day(day)
    if not work.calendar.is_workday(day) or not opens <= work.now < opens + LATEST:
        return []
    everybody = sorted(known.of(work.session).reaches.people())
    told = outbox.have(work.session, everybody, _key(day))
    return [one for one in everybody if one not in told][:limit]


def say(work: Work, ids: Sequence[int]) -> None:
    """Write each of these people their morning's word, once; whoever has nothing due is noted as having had it."""
    day = work.now.astimezone(SHANGHAI).date()
    facts = known.of(work.session)
    mine = _due(work, day)
    away: defaultdict[int, set[int]] = defaultdict(set)  # by who stands in: who is away today
    for absent, (stands_in, _) in facts.absences.substitutes(day).items():
        away[stands_in].add(absent)
    texts = {one: personal(_of({one, *away[one]}, facts.holders, mine)) for one in ids}
    firms = {held.user_id for held in facts.holders.all() if held.role in _SIDE}
    said = [
        (one, text.replace("{what}", "等您一句话" if one in firms else "到期")) for one, text in texts.items()
    ]
    outbox.digest(work, said, key=_key(day), link="/")
    week = f"week:{week_of(day)}"
    leaders = frozenset(ids) & {held.user_id for held in facts.holders.all() if _leads(held)}
    unsaid = leaders - outbox.have(work.session, sorted(leaders), week)
    if unsaid:
        chains = {code: one.name for code, one in facts.directory.chains.items()}
        outbox.digest(work, _weekly(work, unsaid, facts.holders, chains, day), key=week, link="/")


def _key(day: date) -> str:
    return f"digest:{day}"


def personal(due: Due) -> str:
    """Return the words for one person's counts; empty where there is nothing to say."""
    parts = [f"今天{{what}} {due.today} 件"] if due.today else []
    parts += [f"逾期 {due.late} 件"] if due.late else []
    return f"{'，'.join(parts)}。" if parts else ""


def week_of(day: date) -> date:
    """Return the Monday of a day's week: a make-up Sunday belongs to the week before.

    Its word comes with the first morning's word of the week, so it is not lost where nobody schedules on a Monday.
    """
    return day - timedelta(days=day.weekday())


def _of(people: Collection[int], holders: Holders, due: Mapping[Holder, Due]) -> Due:
    """Return what somebody holds together with those they stand in for, each thing once."""
    held = {(one.role.value, one.scope.value, one.ref) for one in holders.all() if one.user_id in people}
    return sum((due.get(one, Due()) for one in held), Due())


def _due(work: Work, day: date) -> Mapping[Holder, Due]:
    """Return by who must act how many things fall due today or are late, each thing once; one query for everybody."""
    tonight = _midnight_after(day)
    things = (
        select(
            Clock.holder_role,
            Clock.holder_scope,
            Clock.holder_ref,
            func.min(Clock.due_at).label("due_at"),
        )
        .where(Clock.stopped_at.is_(None), Clock.kind.in_(_SPEAK), Clock.due_at < tonight)
        .group_by(Clock.holder_role, Clock.holder_scope, Clock.holder_ref, Clock.link)
        .subquery()
    )
    late = func.sum(case((things.c.due_at <= work.now, 1), else_=0))
    rows = work.session.execute(
        select(things.c.holder_role, things.c.holder_scope, things.c.holder_ref, func.count(), late).group_by(
            things.c.holder_role, things.c.holder_scope, things.c.holder_ref
        )
    )
    return {(row[0], row[1], row[2]): Due(row[3] - row[4], row[4]) for row in rows}


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)


# The week of a chain


def _leads(held: Holding) -> bool:
    return held.role is Role.LEADER and held.scope is ScopeKind.CHAIN


def _weekly(
    work: Work, ids: Collection[int], holders: Holders, chains: Mapping[str, str], day: date
) -> Iterable[tuple[int, str]]:
    leads: dict[int, list[str]] = {}
    for held in holders.all():
        if _leads(held) and held.user_id in ids:
            leads.setdefault(held.user_id, []).append(held.ref)
    late, soon = _of_chains(work, day)
    return [
        (one, "".join(weekly(chains.get(code, code), late[code], soon[code]) for code in sorted(codes)))
        for one, codes in leads.items()
    ]


def weekly(chain: str, late: int, soon: int) -> str:
    """Return how a chain stands at the beginning of a week."""
    if not late and not soon:
        return f"{chain}：没有逾期的，这一周没有到期的。"
    return f"{chain}：逾期 {late} 件，这一周到期 {soon} 件。"


def _of_chains(work: Work, day: date) -> tuple[Counter[str], Counter[str]]:
    """Return by chain how many matters are late and how many fall due until Sunday; confidential ones are not counted."""
    sunday = _midnight_after(day + timedelta(days=6 - day.weekday()))
    things = (
        select(Clock.chain, func.min(Clock.due_at).label("due_at"))
        .where(
            Clock.stopped_at.is_(None),
            Clock.kind.in_(_SPEAK),
            Clock.due_at < sunday,
            Clock.confidential.is_(False),
            Clock.holder_role != Role.ENTERPRISE.value,  # what waits for the enterprise is nobody's delay
        )
        .group_by(Clock.chain, Clock.link)
        .subquery()
    )
    late = func.sum(case((things.c.due_at <= work.now, 1), else_=0))
    rows = work.session.execute(select(things.c.chain, func.count(), late).group_by(things.c.chain)).all()
    return Counter({row[0]: row[2] for row in rows}), Counter({row[0]: row[1] - row[2] for row in rows})
