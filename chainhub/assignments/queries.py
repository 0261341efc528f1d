"""Reading assignments: the facts of a proposal, who looks after whom, how far a chain is covered."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session as Db

from chainhub.assignments import kinds, rules
from chainhub.assignments.kinds import Kind
from chainhub.assignments.models import (
    Assignment,
    Conflict,
    Guide,
    GuideReduction,
    Need,
    PairRule,
    Proposal,
    ProposalPair,
    Wish,
)
from chainhub.assignments.rules import Facts
from chainhub.assignments.terms import ProposalState, Side, Tie
from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User
from chainhub.county.rulebook.models import RuleText

PAGE, PAGE_MOST = 50, 200
FIRMS_MOST, GUIDES_MOST = 30_000, 8_000  # of one proposal
STAFF = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON)
PEOPLE = (*STAFF, Role.GUIDE, Role.ENTERPRISE)
_ID_MOST = 2**31 - 1


def chains(work: Work) -> tuple[str, ...]:
    """Return the chains whose assignments this actor reads, in the county's order: of staff, theirs; else none."""
    actor = work.actor
    every = tuple(known.of(work.session).directory.chains)
    if any(one.role in STAFF and one.scope is ScopeKind.COUNTY for one in actor.grants):
        return every
    own = {one.ref for one in actor.grants if one.role in STAFF and one.scope is ScopeKind.CHAIN}
    return tuple(one for one in every if one in own)


def every_chain(work: Work) -> tuple[str, ...]:
    """Return the codes of all chains."""
    return tuple(known.of(work.session).directory.chains)


def is_guide(work: Work) -> bool:
    """Say whether this actor is registered as a guide and has not left."""
    row = work.session.get(Guide, work.actor.id) if work.actor.id is not None else None
    return row is not None and (row.left_on is None or row.left_on > local(work.now).date())


def decided(work: Work) -> tuple[str, ...]:
    """Return the chains for which this actor decides who looks after whom."""
    own = work.actor.refs(Role.COMMITTEE, ScopeKind.CHAIN)
    return tuple(one for one in known.of(work.session).directory.chains if one in own)


def all_kinds(work: Work) -> Mapping[str, Kind]:
    """Return the kinds of assignment that the county has."""
    said = work.session.scalar(
        select(RuleText.value)
        .where(RuleText.name == "assignment_kinds", RuleText.from_at <= work.now)
        .order_by(RuleText.from_at.desc(), RuleText.id.desc())
        .limit(1)
    )
    return kinds.of(said)


# The facts of a proposal


def facts(work: Work, of_chains: Collection[str]) -> Facts:
    """Return everything that decides who looks after the enterprises of these chains, as it is today.

    What a guide does for other chains is taken off the capacity. Nine queries, whatever the size.
    """
    db, today = work.session, local(work.now).date()
    rows = db.execute(
        select(
            Enterprise.code,
            Enterprise.short,
            Enterprise.chain_code,
            Enterprise.town,
            Enterprise.scale,
            Enterprise.has_party_org,
        )
        .where(Enterprise.chain_code.in_(sorted(of_chains)))
        .order_by(Enterprise.chain_code, Enterprise.position, Enterprise.code)
        .limit(FIRMS_MOST)
    ).all()
    codes = {row.code for row in rows}
    running = db.execute(
        select(Assignment.enterprise_code, Assignment.user_id, Assignment.until_on).where(
            Assignment.kind == kinds.GUIDE, Assignment.ended_on.is_(None), Assignment.lead
        )
    ).all()
    current = {row.enterprise_code: (row.user_id, row.until_on) for row in running}
    elsewhere: defaultdict[int, int] = defaultdict(int)
    for row in running:
        elsewhere[row.user_id] += row.enterprise_code not in codes
    needs = {one.enterprise_code: one for one in db.scalars(select(Need)) if one.enterprise_code in codes}
    by_firm, by_guide = _wishes(db)
    made = []
    for code, short, chain, town, scale, organised in rows:
        need, (now, until) = needs.get(code), current.get(code, (None, None))
        made.append(
            rules.Firm(
                code,
                short,
                chain,
                town,
                rules.weight(scale, organised=organised, said=need.weight if need else None),
                frozenset(need.skills) if need else frozenset(),
                tuple(by_firm.get(code, ())),
                now,
                until is not None and until <= today,
            )
        )
    return Facts(
        tuple(made),
        _guides(work, elsewhere, by_guide, today),
        {
            (one.unit_code, one.enterprise_code): one.why
            for one in db.scalars(select(Conflict).where(Conflict.waived_at.is_(None)))
            if one.enterprise_code in codes
        },
        *_ties(db, codes),
        {code: one.short for code, one in known.of(db).directory.units.items()},
    )


def _guides(
    work: Work, elsewhere: Mapping[int, int], wishes: Mapping[int, Sequence[str]], today: date
) -> tuple[rules.Guide, ...]:
    reductions: defaultdict[int, list[GuideReduction]] = defaultdict(list)
    for one in work.session.scalars(running_reductions(today)):
        reductions[one.user_id].append(one)
    rows = work.session.execute(standing(today).limit(GUIDES_MOST)).all()
    found = []
    for guide, user in rows:
        less = reductions.get(guide.user_id, [])
        left = rules.capacity(guide.capacity, [one.less for one in less]) - elsewhere.get(guide.user_id, 0)
        why = "；".join(f"{one.why}，到{day_text(one.back_on)}" for one in less)
        found.append(
            rules.Guide(
                guide.user_id,
                user.name,
                user.unit_code or "",
                guide.town,
                frozenset(guide.industries),
                frozenset(guide.skills),
                max(0, left),
                tuple(wishes.get(guide.user_id, ())),
                why or ("在别的产业链已经带满" if left < 1 and guide.capacity else ""),
            )
        )
    return tuple(found)


def standing(today: date) -> Select[Guide, User]:
    """Return the query of the guides who are there, with their accounts, by id."""
    return (
        select(Guide, User)
        .join(User, User.id == Guide.user_id)
        .where(User.is_active, or_(Guide.left_on.is_(None), Guide.left_on > today))
        .order_by(Guide.user_id)
    )


def running_reductions(today: date) -> Select[GuideReduction]:
    """Return the query of the reductions that hold on a day."""
    return (
        select(GuideReduction)
        .where(
            GuideReduction.cancelled_at.is_(None),
            GuideReduction.from_on <= today,
            GuideReduction.back_on > today,
        )
        .order_by(GuideReduction.id)
    )


def _wishes(db: Db) -> tuple[Mapping[str, Sequence[int]], Mapping[int, Sequence[str]]]:
    by_firm: defaultdict[str, list[int]] = defaultdict(list)
    by_guide: defaultdict[int, list[str]] = defaultdict(list)
    for one in db.scalars(select(Wish).order_by(Wish.rank, Wish.id)):
        if one.side is Side.FIRM:
            by_firm[one.enterprise_code].append(one.user_id)
        else:
            by_guide[one.user_id].append(one.enterprise_code)
    return by_firm, by_guide


def _ties(db: Db, codes: Collection[str]) -> tuple[dict[tuple[str, int], str], dict[str, int]]:
    bans: dict[tuple[str, int], str] = {}
    pins: dict[str, int] = {}
    for one in db.scalars(select(PairRule).where(PairRule.lifted_at.is_(None)).order_by(PairRule.id)):
        if one.enterprise_code not in codes:
            continue
        if one.tie is Tie.PIN:
            pins[one.enterprise_code] = one.user_id
        else:
            bans[one.enterprise_code, one.user_id] = one.why
    return bans, pins


def day_text(on: date) -> str:
    """Return a day with its year, as a roster says it: 2026年6月30日."""
    return f"{on.year}年{on.month}月{on.day}日"


# Who looks after whom


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise and who looks after it now, if anybody."""

    code: str
    name: str
    chain: str
    town: str
    assignment_id: int | None
    guide_id: int | None
    guide: str
    unit: str | None
    phone: str
    started_on: date | None
    until_on: date | None
    username: str = ""


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some enterprises, and behind which code the next ones begin."""

    items: Sequence[Line]
    after: str


def lines(
    db: Db,
    of_chains: Collection[str],
    *,
    bare: bool = False,
    ending_by: date | None = None,
    guide: int | None = None,
    codes: Collection[str] | None = None,
    after: str = "",
    limit: int = PAGE,
) -> LinePage:
    """Return enterprises with their guides, by code; `bare`: those without one; `ending_by`: those whose
    term is over by that day; `guide`: those of one person.
    """
    query = (
        select(
            Enterprise.code,
            Enterprise.short,
            Enterprise.chain_code,
            Enterprise.town,
            Assignment.id,
            Assignment.user_id,
            func.coalesce(User.name, ""),
            User.unit_code,
            func.coalesce(User.phone, ""),
            Assignment.started_on,
            Assignment.until_on,
            func.coalesce(User.username, ""),
        )
        .outerjoin(
            Assignment,
            (Assignment.enterprise_code == Enterprise.code)
            & (Assignment.kind == kinds.GUIDE)
            & Assignment.ended_on.is_(None)
            & Assignment.lead,
        )
        .outerjoin(User, User.id == Assignment.user_id)
        .where(Enterprise.chain_code.in_(sorted(of_chains)), Enterprise.code > after)
        .order_by(Enterprise.code)
        .limit(limit + 1)
    )
    if bare:
        query = query.where(Assignment.id.is_(None))
    if ending_by is not None:
        query = query.where(Assignment.until_on <= ending_by)
    if guide is not None:
        query = query.where(Assignment.user_id == guide)
    if codes is not None:
        query = query.where(Enterprise.code.in_(sorted(codes)))
    rows = [Line(*row) for row in db.execute(query)]
    return LinePage(rows[:limit], rows[limit - 1].code if len(rows) > limit else "")


@dataclass(frozen=True, slots=True)
class Cover:
    """How many enterprises a chain has, and how many of them have a guide."""

    chain: str
    firms: int
    covered: int


def coverage(db: Db, of_chains: Collection[str]) -> Sequence[Cover]:
    """Return for each chain how many of its enterprises have a guide, in the order of codes."""
    rows = db.execute(
        select(Enterprise.chain_code, func.count(), func.count(Assignment.id))
        .outerjoin(
            Assignment,
            (Assignment.enterprise_code == Enterprise.code)
            & (Assignment.kind == kinds.GUIDE)
            & Assignment.ended_on.is_(None)
            & Assignment.lead,
        )
        .where(Enterprise.chain_code.in_(sorted(of_chains)))
        .group_by(Enterprise.chain_code)
        .order_by(Enterprise.chain_code)
    )
    return [Cover(*row) for row in rows]


def how_many_guides(work: Work) -> int:
    """Return how many guides are there today."""
    today = local(work.now).date()
    there = standing(today).with_only_columns(func.count()).order_by(None)
    return int(work.session.scalar(there) or 0)


def ending(work: Work, of_chains: Collection[str], days: int) -> int:
    """Return how many enterprises of these chains have a guide whose term is over within some days."""
    until = local(work.now).date() + timedelta(days=days)
    query = (
        select(func.count())
        .select_from(Assignment)
        .join(Enterprise, Enterprise.code == Assignment.enterprise_code)
        .where(
            Assignment.kind == kinds.GUIDE,
            Assignment.ended_on.is_(None),
            Assignment.lead,
            Assignment.until_on <= until,
            Enterprise.chain_code.in_(sorted(of_chains)),
        )
    )
    return int(work.session.scalar(query) or 0)


def history(
    db: Db, enterprise: str, *, before: int | None = None, limit: int = PAGE
) -> Sequence[tuple[Assignment, str]]:
    """Return an enterprise's assignments of every kind with the helper's name, the newest first."""
    query = (
        select(Assignment, func.coalesce(User.name, Assignment.helper))
        .outerjoin(User, User.id == Assignment.user_id)
        .where(Assignment.enterprise_code == enterprise)
        .order_by(Assignment.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Assignment.id < before)
    return [(row, name) for row, name in db.execute(query)]


@dataclass(frozen=True, slots=True)
class GuideLine:
    """A guide as a list shows it."""

    guide: Guide
    name: str
    unit: str
    phone: str
    firms: int
    reduced: str


def guides(work: Work, *, after: int = 0, limit: int = PAGE) -> tuple[Sequence[GuideLine], int | None]:
    """Return guides who are there with how many enterprises each has, by id, and behind which the next begin."""
    db, today = work.session, local(work.now).date()
    rows = db.execute(standing(today).where(Guide.user_id > after).limit(limit + 1)).all()
    ids = [guide.user_id for guide, _ in rows[:limit]]
    held = db.execute(
        select(Assignment.user_id, func.count())
        .where(Assignment.kind == kinds.GUIDE, Assignment.ended_on.is_(None), Assignment.user_id.in_(ids))
        .group_by(Assignment.user_id)
    )
    counts = {row[0]: row[1] for row in held}
    less: defaultdict[int, list[str]] = defaultdict(list)
    for one in db.scalars(running_reductions(today).where(GuideReduction.user_id.in_(ids))):
        less[one.user_id].append(f"{one.why}，少带 {one.less} 家，到{day_text(one.back_on)}")
    directory = known.of(db).directory
    found = [
        GuideLine(
            guide,
            user.name,
            directory.unit_name(user.unit_code),
            user.phone,
            counts.get(guide.user_id, 0),
            "；".join(less.get(guide.user_id, ())),
        )
        for guide, user in rows[:limit]
    ]
    return found, ids[-1] if len(rows) > limit else None


def names(db: Db, ids: Collection[int]) -> Mapping[int, str]:
    """Return what persons are called, by id."""
    rows = db.execute(select(User.id, User.name).where(User.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def firm_names(db: Db, codes: Collection[str]) -> Mapping[str, str]:
    """Return what enterprises are called, by code."""
    rows = db.execute(select(Enterprise.code, Enterprise.short).where(Enterprise.code.in_(sorted(codes))))
    return {row.code: row.short for row in rows}


# What is opened by its address


def own_firm(work: Work, code: str) -> Enterprise:
    """Return an enterprise whose assignments this actor reads. Raises NotFound."""
    found = work.session.get(Enterprise, code) if len(code) <= 60 else None
    if found is None or found.chain_code not in chains(work):
        raise NotFound("没有这家企业，请从“指导员”一页进入。")
    return found


def own_guide(work: Work, id_: int) -> Guide:
    """Return a guide, for staff. Raises NotFound."""
    found = work.session.get(Guide, id_) if id_ <= _ID_MOST else None
    if found is None or not chains(work):
        raise NotFound("没有这名指导员，请从“指导员”一页进入。")
    return found


def own_conflict(work: Work, id_: int) -> Conflict:
    """Return a conflict of an enterprise whose assignments this actor reads. Raises NotFound."""
    found = work.session.get(Conflict, id_) if id_ <= _ID_MOST else None
    if found is None:
        raise NotFound("没有这一条回避，请从“指导员”一页进入。")
    own_firm(work, found.enterprise_code)
    return found


def own_proposal(work: Work, id_: int) -> Proposal:
    """Return a proposal over chains for which this actor decides. Raises NotFound."""
    found = work.session.get(Proposal, id_) if id_ <= _ID_MOST else None
    if found is None or not set(found.chains) <= set(decided(work)):
        raise NotFound("没有这个方案，请从“指导员”一页进入。")
    return found


def pairs(
    db: Db, proposal: Proposal, *, changed: bool | None = None, after: str = "", limit: int = PAGE_MOST
) -> Sequence[ProposalPair]:
    """Return the pairs of a proposal by enterprise; with `changed` those alone that change, or that do not."""
    query = (
        select(ProposalPair)
        .where(ProposalPair.proposal_id == proposal.id, ProposalPair.enterprise_code > after)
        .order_by(ProposalPair.enterprise_code)
        .limit(limit)
    )
    if changed is not None:
        query = query.where(ProposalPair.changed.is_(changed))
    return db.scalars(query).all()


def twin(db: Db, proposal: Proposal) -> Proposal | None:
    """Return the other scenario of the same run, or None."""
    if proposal.twin_id is not None:
        return db.get(Proposal, proposal.twin_id)
    return db.scalar(select(Proposal).where(Proposal.twin_id == proposal.id).limit(1))


def counts(db: Db, proposal: Proposal) -> tuple[int, int, int]:
    """Return of a proposal: pairs, pairs that change, of these the enterprises that had nobody."""
    row = db.execute(
        select(
            func.count(),
            func.count().filter(ProposalPair.changed),
            func.count().filter(ProposalPair.changed & ProposalPair.before_id.is_(None)),
        ).where(ProposalPair.proposal_id == proposal.id)
    ).one()
    return row[0], row[1], row[2]


def open_proposal(work: Work) -> Proposal | None:
    """Return the newest proposal that waits for this actor's word, or None."""
    own = set(decided(work))
    newest = work.session.scalars(
        select(Proposal)
        .where(Proposal.stage == ProposalState.OPEN, Proposal.twin_id.is_(None))
        .order_by(Proposal.id.desc())
        .limit(20)
    )
    return next((one for one in newest if set(one.chains) <= own), None)


def cared_for(actor: Actor) -> frozenset[str]:
    """Return the enterprises in this actor's own care."""
    return frozenset(
        one.ref
        for one in actor.grants
        if one.role is Role.GUIDE and one.scope is ScopeKind.ENTERPRISE and not one.lent_by
    )
