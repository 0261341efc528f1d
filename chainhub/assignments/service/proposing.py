"""Proposals: two scenarios of one run, pairs locked and run again, confirmed as a whole or in part."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from chainhub.assignments import kinds, proposal_queries, queries, rules
from chainhub.assignments.models import Assignment, PairRule, Proposal, ProposalPair
from chainhub.assignments.rules import Facts, Profile
from chainhub.assignments.service import assigning, carrying
from chainhub.assignments.service.assigning import New
from chainhub.assignments.service.carrying import Beginning, Ending
from chainhub.assignments.terms import EndReason, ProposalState, StartReason, Tie
from chainhub.audit import service as audit
from chainhub.core.errors import Conflict, Invalid, NotAllowed
from chainhub.core.work import Work

if TYPE_CHECKING:
    from chainhub.assignments.explaining import Reasons, Told
    from chainhub.assignments.solving import Say

PAIRS_AT_ONCE = 1_000_000  # enterprises × guides that a page computes while somebody waits: about a second
_BATCH = 1000  # rows of one statement, pairs between two words of progress


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One scenario as it was computed: who looks after whom, and what is said of each pair."""

    profile: Profile
    facts: Facts
    told: "Told"
    pairs: Mapping[str, int]
    reasons: Mapping[str, "Reasons"]


def is_large(work: Work) -> bool:
    """Say whether computing takes longer than somebody waits for a page."""
    return proposal_queries.pair_count(work, queries.decided(work)) > PAIRS_AT_ONCE


def propose(
    work: Work, of_chains: Collection[str] = (), *, say: "Say" = _silent
) -> tuple[Proposal, Proposal]:
    """Make both scenarios for these chains (with none, for all of this actor's) and let earlier open ones go.

    Nobody is told and nothing changes before one is confirmed. Raises NotAllowed, Conflict where there is nothing to
    propose.
    """
    chains, facts = prepare(work, of_chains)
    return keep(work, chains, draw(facts, say))


def prepare(work: Work, of_chains: Collection[str] = ()) -> tuple[tuple[str, ...], Facts]:
    """Return for which chains a proposal is made, and the facts. Raises NotAllowed, Conflict."""
    wanted = demand_decided(work, of_chains)
    assigning.settle(work)
    facts = proposal_queries.facts(work, wanted)
    if not facts.firms:
        raise Conflict("这些产业链还没有企业，没有可推算的。")
    if not facts.guides:
        raise Conflict("还没有登记指导员。请先登记指导员，再推算方案。")
    return wanted, facts


def demand_decided(work: Work, of_chains: Collection[str] = ()) -> tuple[str, ...]:
    """Return these chains (with none, all of this actor's) if this actor decides for each. Raises NotAllowed."""
    own = queries.decided(work)
    wanted = tuple(one for one in own if not of_chains or one in of_chains)
    if not wanted or set(of_chains) - set(own):
        raise NotAllowed("选派方案由本产业链的党委来推算。")
    return wanted


def draw(facts: Facts, say: "Say" = _silent) -> tuple[Drawn, Drawn]:
    """Compute both scenarios: no database, for as long as it takes."""
    return _drawn(facts, Profile.STEADY, say), _drawn(facts, Profile.EVEN, say)


def _drawn(facts: Facts, profile: Profile, say: "Say") -> Drawn:
    from chainhub.assignments.explaining import (
        Told,
    )  # with NumPy, which a process that proposes nothing need not carry
    from chainhub.assignments.solving import solve

    found = solve(facts, profile, say=say)
    told, reasons = Told(facts, found, profile), {}
    for place, code in enumerate(found.pairs):
        if place % _BATCH == 0:
            say("写明理由", place, len(found.pairs))
        reasons[code] = told.reasons(code)
    return Drawn(profile, facts, told, found.pairs, reasons)


def keep(work: Work, chains: Sequence[str], both: tuple[Drawn, Drawn]) -> tuple[Proposal, Proposal]:
    """Keep both scenarios, and let earlier open ones go."""
    _let_go(work, chains)
    first = _keep(work, chains, both[0])
    second = _keep(work, chains, both[1], twin_id=first.id)
    audit.record(work, "propose_guides", "、".join(chains), {"proposals": [first.id, second.id]})
    return first, second


def _let_go(work: Work, chains: Sequence[str]) -> None:
    open_ = work.session.scalars(select(Proposal).where(Proposal.stage == ProposalState.OPEN).limit(50))
    for one in open_:
        if set(one.chains) & set(chains):
            one.stage = ProposalState.DROPPED
    work.session.flush()


def _keep(work: Work, chains: Sequence[str], drawn: Drawn, *, twin_id: int | None = None) -> Proposal:
    told = drawn.told
    proposal = Proposal(
        twin_id=twin_id,
        profile=drawn.profile,
        chains=list(chains),
        stage=ProposalState.OPEN,
        made_by=assigning.who(work),
        made_by_id=work.actor.id,
        made_at=work.now,
        unmet=[[one.what, one.why, one.firm] for one in told.unmet()],
        loads=[[one.guide, one.before, one.after, one.kept] for one in told.loads()],
    )
    work.session.add(proposal)
    work.session.flush()
    rows = []
    for firm in drawn.facts.firms:
        if firm.code not in drawn.pairs:
            continue
        reasons = drawn.reasons[firm.code]
        rows.append(
            {
                "proposal_id": proposal.id,
                "enterprise_code": firm.code,
                "user_id": drawn.pairs[firm.code],
                "before_id": firm.current,
                "changed": drawn.pairs[firm.code] != firm.current,
                "tags": list(reasons.tags),
                "sentence": reasons.sentence[:200],
                "parts": [list(one) for one in reasons.parts],
                "points": reasons.points,
                "other": reasons.other.words[:120] if reasons.other else "",
                "confirmed_at": None,
            }
        )
    for start in range(0, len(rows), _BATCH):
        work.session.execute(insert(ProposalPair), rows[start : start + _BATCH])
    return proposal


# Locking


def lock(work: Work, proposal_id: int, enterprise: str, *, on: bool = True) -> Proposal:
    """Lock a pair of an open proposal, so that the next run keeps it, or unlock it. Raises NotFound, Conflict."""
    proposal = _open(work, proposal_id)
    pair = work.session.get(ProposalPair, (proposal.id, enterprise))
    if pair is None:
        raise Invalid(errors={"enterprise": ["方案里没有这家企业。"]})
    work.session.execute(
        update(PairRule)
        .where(PairRule.enterprise_code == enterprise, PairRule.tie == Tie.PIN, PairRule.lifted_at.is_(None))
        .values(lifted_at=work.now)
    )
    if on:
        work.session.add(
            PairRule(
                tie=Tie.PIN,
                enterprise_code=enterprise,
                user_id=pair.user_id,
                why="推算时锁定",
                made_by=assigning.who(work),
                made_at=work.now,
            )
        )
    work.session.flush()
    return proposal


def _open(work: Work, proposal_id: int) -> Proposal:
    proposal = proposal_queries.own_proposal(work, proposal_id)
    if proposal.stage is not ProposalState.OPEN:
        raise Conflict(f"这个方案{proposal.stage.label}，不能再动。请重新推算一个。", code="wrong_state")
    return proposal


def drop(work: Work, proposal_id: int) -> Proposal:
    """Let a run go: both scenarios. Nothing was changed by it. Raises NotFound, Conflict."""
    proposal = _open(work, proposal_id)
    for one in (proposal, proposal_queries.twin(work.session, proposal)):
        if one is not None and one.stage is ProposalState.OPEN:
            one.stage = ProposalState.DROPPED
    work.session.flush()
    return proposal


# Confirming


def confirm(work: Work, proposal_id: int, version: int | None, only: Collection[str] | None = None) -> int:
    """Carry a proposal out, or with `only` these enterprises of it; return how many pairs have changed.

    Each new pair begins with its grant, each old one ends with its reason; whose term was over and who stays gets a new
    term. What has become impossible or stands otherwise since the proposal was made is refused as a whole: Conflict.
    """
    proposal = _open(work, proposal_id)
    if version is not None and version != proposal.version:
        raise Conflict("这个方案刚刚有人动过，请刷新看看再确认。", code="stale")
    assigning.settle(work)
    rows = work.session.scalars(
        select(ProposalPair).where(
            ProposalPair.proposal_id == proposal.id, ProposalPair.confirmed_at.is_(None)
        )
    ).all()
    chosen = [one for one in rows if only is None or one.enterprise_code in only]
    if only is not None and len(chosen) != len(set(only)):
        raise Invalid(errors={"enterprises": ["有的企业不在方案里，或者已经确认过。请重新勾选。"]})
    if not chosen:
        raise Invalid(errors={"enterprises": ["还没有勾选企业。"]})
    facts = proposal_queries.facts(work, proposal.chains)
    _demand_so_still(facts, chosen)
    _demand_allowed(facts, chosen)
    changed = _carry_out(work, proposal, facts, chosen)
    left = len(rows) - len(chosen)
    if not left or not any(one.changed for one in rows if one not in chosen):
        proposal.stage = ProposalState.CONFIRMED
        other = proposal_queries.twin(work.session, proposal)
        if other is not None and other.stage is ProposalState.OPEN:
            other.stage = ProposalState.DROPPED
    proposal.confirmed_by, proposal.confirmed_at = assigning.who(work), work.now
    _unlock(work, [one.enterprise_code for one in chosen])
    work.session.flush()
    data = {"proposal": proposal.id, "changed": changed, "part": only is not None}
    audit.record(work, "confirm_guides", "、".join(proposal.chains), data)
    return changed


def _demand_so_still(facts: Facts, chosen: Sequence[ProposalPair]) -> None:
    current = {one.code: one.current for one in facts.firms}
    moved = [one.enterprise_code for one in chosen if current.get(one.enterprise_code) != one.before_id]
    if moved:
        names = {one.code: one.name for one in facts.firms}
        said = "、".join(names.get(code, code) for code in moved[:3])
        raise Conflict(f"推算以后，{said}等 {len(moved)} 家换过指导员了。请重新推算。", code="stale")


def _demand_allowed(facts: Facts, chosen: Sequence[ProposalPair]) -> None:
    """Refuse what a hard rule forbids by now, counted with what stays as it is."""
    there = {one.id for one in facts.guides}
    stays = {one.code: one.current for one in facts.firms if one.current is not None and one.current in there}
    wanted = {**stays, **{one.enterprise_code: one.user_id for one in chosen}}
    before, after = set(rules.broken(facts, stays)), rules.broken(facts, wanted)
    new = [one for one in after if one not in before]
    if new:
        raise Conflict(f"{new[0]}请和腾出位置的那几对一起确认，或者重新推算。", code="hard_rule")


def _carry_out(work: Work, proposal: Proposal, facts: Facts, chosen: Sequence[ProposalPair]) -> int:
    expired = {one.code for one in facts.firms if one.expired}
    moving = [one for one in chosen if one.changed or one.enterprise_code in expired]
    codes = [one.enterprise_code for one in moving]
    running = {
        row.enterprise_code: row
        for row in work.session.scalars(
            select(Assignment).where(
                Assignment.kind == kinds.GUIDE,
                Assignment.ended_on.is_(None),
                Assignment.lead,
                Assignment.enterprise_code.in_(codes),
            )
        )
    }
    guides = {one.id: one for one in facts.guides}
    firms = {one.code: one for one in facts.firms}
    ends = [
        Ending(
            running[one.enterprise_code],
            _why(facts, firms[one.enterprise_code], guides, one),
            one.changed,
        )
        for one in moving
        if one.enterprise_code in running
    ]
    carrying.end_all(work, ends)
    begins = []
    for one in moving:
        reason = StartReason.PROPOSAL if one.changed else StartReason.RENEWAL
        new = New(kinds.GUIDE, one.enterprise_code, one.user_id, reason=reason, proposal_id=proposal.id)
        begins.append(Beginning(new, one.changed))
    carrying.begin_all(work, begins)
    for one in chosen:
        one.confirmed_at = work.now
    return sum(one.changed for one in chosen)


def _why(facts: Facts, firm: rules.Firm, guides: dict[int, rules.Guide], pair: ProposalPair) -> EndReason:
    if not pair.changed:
        return EndReason.RENEWED
    before = guides.get(pair.before_id or 0)
    if before is None:
        return EndReason.LEFT
    if rules.barred(firm, replace(before, capacity=1), facts).startswith("要回避"):
        return EndReason.CONFLICT
    return EndReason.EXPIRED if firm.expired else EndReason.CHANGED


def _unlock(work: Work, codes: Sequence[str]) -> None:
    work.session.execute(
        update(PairRule)
        .where(PairRule.enterprise_code.in_(codes), PairRule.tie == Tie.PIN, PairRule.lifted_at.is_(None))
        .values(lifted_at=work.now)
    )
