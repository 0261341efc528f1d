"""Planning recurring work and changing it: how often, who is responsible, until when. Shown before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from sqlalchemy import func, select

from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.rotations import days, rules
from chainhub.rotations.days import Rhythm
from chainhub.rotations.routines import queries
from chainhub.rotations.routines.models import Routine
from chainhub.rotations.routines.service import laying
from chainhub.rotations.routines.service.laying import Deed, Effect
from chainhub.rotations.routines.workflow import Body, Change, Kind
from chainhub.rotations.rules import Rota
from chainhub.rotations.service.roster import demand_rhythm

PEOPLE_MOST = 10
"""People who are named for one; more is the whole body."""


@dataclass(frozen=True, slots=True)
class Plan:
    """New recurring work. `chain` is empty for the county's own; `body` is `kind:code`."""

    kind: Kind
    body: str
    rhythm: Rhythm
    starts: str
    lead_days: int
    title: str = ""
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One change as it was asked for; what it does not need stays empty."""

    change: Change
    why: str
    rhythm: Rhythm | None = None
    starts: str = ""
    lead_days: int = 0
    body: str = ""
    people: Sequence[str] = ()  # login names
    from_on: date | None = None


def may_plan(work: Work) -> dict[str, str]:
    """Return for which chains this actor may plan, by code; the empty one is the county."""
    chains = known.of(work.session).directory.chains
    found = {} if not laying.keeps(work, Routine(chain_code=None)) else {"": "全县"}
    return found | {
        code: one.name for code, one in chains.items() if laying.keeps(work, Routine(chain_code=code))
    }


def demand_planner(work: Work) -> dict[str, str]:
    """Return for which chains this actor plans, as `may_plan`. Raises NotAllowed where for none."""
    allowed = may_plan(work)
    if not allowed:
        raise NotAllowed("例行工作由产业链党委或者领导小组办公室来安排，请找他们。")
    return allowed


def plan(work: Work, asked: Plan) -> Routine:
    """Plan recurring work and lay its occasions down. Raises NotAllowed, Invalid, Conflict for too many."""
    if asked.chain not in demand_planner(work):
        raise Invalid(errors={"chain": ["请从列出的里面选一个。"]})
    if (work.session.scalar(select(func.count()).select_from(Routine)) or 0) >= queries.ROUTINES_MOST:
        raise Conflict(f"例行工作已经有 {queries.ROUTINES_MOST} 项，请先停掉不办的。", code="forbidden_now")
    demand_rhythm(asked.rhythm)
    body, ref = _demand_body(work, asked.body)
    routine = Routine(
        kind=asked.kind,
        title=asked.title or asked.kind.label,
        chain_code=asked.chain or None,
        body=body,
        body_ref=ref,
        people=[],
        anchor_on=asked.rhythm.anchor_on,
        months=asked.rhythm.months,
        month=asked.rhythm.month,
        week=asked.rhythm.week,
        weekday=asked.rhythm.weekday,
        starts=clock_of(asked.starts),
        lead_days=asked.lead_days,
        laid_on=local(work.now).date(),
        calendar_version=work.calendar.version,
    )
    work.session.add(routine)
    work.session.flush()
    facts = queries.rota(work, routine)
    what = f"{routine.title}，{every(routine)}，{queries.body_name(work.session, routine)}负责"
    laying.lay(work, routine, facts, facts, Deed("新建", what))
    return routine


def clock_of(said: str) -> str:
    """Return a time of day as it is kept: 14:00. Raises Invalid."""
    try:
        return time.fromisoformat(said).strftime("%H:%M")
    except ValueError as error:
        raise Invalid(errors={"starts": ["请写成 14:00。"]}) from error


def every(routine: Routine) -> str:
    """Return how often it recurs, in words."""
    return {1: "每月一次", 3: "每季度一次", 6: "每半年一次", 12: "每年一次"}.get(
        routine.months, f"每 {routine.months} 个月一次"
    )


def _demand_body(work: Work, said: str) -> tuple[Body, str]:
    if said not in queries.bodies(work.session):
        raise Invalid(errors={"body": ["请从列出的里面选一个。"]})
    kind, _, ref = said.partition(":")
    return Body(kind), ref


def preview(work: Work, id_: int, asked: Asked) -> Effect:
    """Return the whole effect of a change, changing nothing. Raises as `change`."""
    routine = queries.own(work, id_)
    laying.demand_keeper(work, routine)
    before = queries.rota(work, routine)
    return laying.effect(work, before, _after(work, routine, before, asked))


def change(work: Work, id_: int, asked: Asked) -> Effect:
    """Change recurring work. Raises NotFound, NotAllowed, Invalid."""
    routine = queries.own(work, id_)
    laying.demand_keeper(work, routine)
    before = queries.rota(work, routine)
    after = _after(work, routine, before, asked)
    was = _said(work, routine, asked.change)
    _write(work, routine, asked, after)
    work.session.flush()
    now = _said(work, routine, asked.change)
    deed = Deed(asked.change.label, now, asked.why, before=(was,), after=(now,))
    return laying.lay(work, routine, before, after, deed)


def _after(work: Work, routine: Routine, before: Rota, asked: Asked) -> Rota:
    today = local(work.now).date()
    if asked.change is Change.END:
        if asked.from_on is None or asked.from_on < today:
            raise Invalid(errors={"from_on": ["停办的日子不能早于今天：办过的不改。"]})
        return replace(before, until=asked.from_on)
    if asked.change is Change.BODY:
        _demand_body(work, asked.body)
    if asked.change is Change.PEOPLE:
        _demand_people(work, routine, asked.people)
    if asked.change is not Change.RHYTHM:
        return before
    beat = asked.rhythm or before.rhythm
    demand_rhythm(beat)
    clock_of(asked.starts)
    kept = tuple(
        replace(one, period=days.period_of(beat, one.on or days.begins_on(before.rhythm, one.period)))
        for one in before.sessions
        if one.pinned or rules.is_fixed(one, today)
    )
    return replace(before, rhythm=beat, sessions=kept, notice=asked.lead_days or before.notice)


def _demand_people(work: Work, routine: Routine, usernames: Sequence[str]) -> list[int]:
    if len(usernames) > PEOPLE_MOST:
        raise Invalid(errors={"people": [f"最多 {PEOPLE_MOST} 个人。"]})
    body = queries.of_body(work.session, routine.body, routine.body_ref)
    rows = work.session.execute(select(User.id, User.username).where(User.username.in_(sorted(usernames))))
    found = {row.username: row.id for row in rows if row.id in body}
    if set(usernames) - found.keys():
        raise Invalid(errors={"people": ["请从负责单位的人里选。"]})
    return sorted(found.values())


def _write(work: Work, routine: Routine, asked: Asked, after: Rota) -> None:
    if asked.change is Change.END:
        routine.ended_on = asked.from_on
    elif asked.change is Change.BODY:
        routine.body, routine.body_ref = _demand_body(work, asked.body)
        routine.people = []
    elif asked.change is Change.PEOPLE:
        routine.people = list(_demand_people(work, routine, asked.people))
    else:
        beat = after.rhythm
        routine.months, routine.month, routine.week = beat.months, beat.month, beat.week
        routine.weekday, routine.lead_days = beat.weekday, after.notice
        routine.starts = clock_of(asked.starts)


def _said(work: Work, routine: Routine, wanted: Change) -> str:
    """Return in words what a change is about, as it stands now."""
    if wanted is Change.END:
        return f"{days.text(routine.ended_on)}起不办" if routine.ended_on else "一直办"
    if wanted is Change.BODY:
        return f"{queries.body_name(work.session, routine)}负责"
    if wanted is Change.PEOPLE:
        people = queries.people(work.session, queries.named(work.session, routine))
        return "、".join(name for _, name in people) or f"{queries.body_name(work.session, routine)}的经办人"
    return f"{every(routine)}，提前 {routine.lead_days} 个工作日提醒"
