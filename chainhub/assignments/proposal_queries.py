"""Reading proposals: the facts that decide one, its pairs, and which one waits."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Db

from chainhub.assignments import kinds, queries, rules
from chainhub.assignments.models import (
    Assignment,
    Conflict,
    GuideReduction,
    Need,
    PairRule,
    Proposal,
    ProposalPair,
    Wish,
)
from chainhub.assignments.rules import Facts
from chainhub.assignments.terms import ProposalState, Side, Tie
from chainhub.core.errors import NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise

FIRMS_MOST, GUIDES_MOST = 30_000, 8_000  # of one proposal


def pair_count(work: Work, of_chains: Collection[str]) -> int:
    """Count the enterprises of these chains times the guides there are: how large a proposal is."""
    firms = select(func.count()).where(Enterprise.chain_code.in_(sorted(of_chains)))
    standing = queries.standing(local(work.now).date())
    guides = standing.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return (work.session.scalar(firms) or 0) * (work.session.scalar(guides) or 0)


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
    for one in work.session.scalars(queries.running_reductions(today)):
        reductions[one.user_id].append(one)
    rows = work.session.execute(queries.standing(today).limit(GUIDES_MOST)).all()
    found = []
    for guide, user in rows:
        less = reductions.get(guide.user_id, [])
        left = rules.capacity(guide.capacity, [one.less for one in less]) - elsewhere.get(guide.user_id, 0)
        why = "；".join(f"{one.why}，到{queries.day_text(one.back_on)}" for one in less)
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


def own_proposal(work: Work, id_: int) -> Proposal:
    """Return a proposal over chains for which this actor decides. Raises NotFound."""
    found = work.session.get(Proposal, id_) if id_ <= queries.ID_MOST else None
    if found is None or not set(found.chains) <= set(queries.decided(work)):
        raise NotFound("没有这个方案，请从“指导员”一页进入。")
    return found


def pairs(
    db: Db,
    proposal: Proposal,
    *,
    changed: bool | None = None,
    after: str = "",
    limit: int = queries.PAGE_MOST,
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
    own = set(queries.decided(work))
    newest = work.session.scalars(
        select(Proposal)
        .where(Proposal.stage == ProposalState.OPEN, Proposal.twin_id.is_(None))
        .order_by(Proposal.id.desc())
        .limit(20)
    )
    return next((one for one in newest if set(one.chains) <= own), None)
