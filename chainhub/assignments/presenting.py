"""Making the values that the pages of guides show."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from sqlalchemy import select

from chainhub.assignments import line_queries, proposal_queries, queries, rules
from chainhub.assignments.line_queries import Line
from chainhub.assignments.models import PairRule, Proposal, ProposalPair
from chainhub.assignments.service import proposing
from chainhub.assignments.showing import (
    CaredView,
    FigureView,
    LineView,
    LoadView,
    PairView,
    PlanView,
    ScenarioView,
)
from chainhub.assignments.terms import ProposalState, Tie
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory import queries as directory
from chainhub.tickets.rules import mask_phone, moment_text


def line(work: Work, one: Line) -> LineView:
    """Return an enterprise and its guide as a row."""
    facts = known.of(work.session).directory
    staff = bool(queries.chains(work))
    return LineView(
        one.name,
        f"/guides/firms/{one.code}" if staff else "",
        facts.chains[one.chain].short,
        one.town,
        one.guide,
        f"/guides/people/{one.guide_id}" if staff and one.guide_id else "",
        facts.unit_name(one.unit),
        one.phone if work.actor.holds(Role.ENTERPRISE, enterprise=one.code) else mask_phone(one.phone),
        term(one.started_on, one.until_on),
        f"到{queries.day_text(one.until_on)}" if one.until_on else "",
        warning(work, one),
    )


def cared(work: Work, items: Sequence[Line]) -> list[CaredView]:
    """Return the enterprises in a guide's care: whom to call there, and until when."""
    firms = {
        one.code: one
        for one in directory.enterprises(work.session, codes=frozenset(one.code for one in items))
    }
    return [
        CaredView(
            one.name,
            firms[one.code].contact,
            firms[one.code].phone,
            one.town,
            firms[one.code].address,
            term(one.started_on, one.until_on),
            warning(work, one),
        )
        for one in items
        if one.code in firms
    ]


def term(started: date | None, until: date | None) -> str:
    """Return a term of service in words."""
    if started is None:
        return ""
    return f"{queries.day_text(started)}起" + (f"，到{queries.day_text(until)}" if until else "")


def warning(work: Work, one: Line) -> str:
    """Return what must be seen of an enterprise's guide, in a few words; empty where all is well."""
    if one.assignment_id is None:
        return "还没有指导员"
    if one.until_on is None:
        return ""
    left = (one.until_on - local(work.now).date()).days
    if left <= 0:
        return "选派期满了"
    return f"还有 {left} 天期满" if left <= queries.soon_days(work) else ""


# A proposal


def plan(work: Work, proposal: Proposal, *, everything: bool, after: str) -> PlanView:
    """Return a proposal as its page shows it; `everything`: with the pairs that stay as they are."""
    db = work.session
    rows = proposal_queries.pairs(
        db, proposal, changed=None if everything else True, after=after, limit=queries.PAGE + 1
    )
    shown = rows[: queries.PAGE]
    total, changed, new = proposal_queries.counts(db, proposal)
    ids = {one.user_id for one in shown} | {one.before_id for one in shown if one.before_id}
    names = queries.names(db, ids | {one[0] for one in proposal.loads})
    locked = _locked(work, proposal)
    loads = [_load(one, names) for one in proposal.loads]
    moving = [one for one in loads if "added" in one.boxes or "removed" in one.boxes]
    without = sum(bool(one[2]) for one in proposal.unmet)
    over = sum(one.warn for one in loads)
    here = proposal.link
    more = {"all": "1"} if everything else {}
    return PlanView(
        proposal.id,
        proposal.version,
        f"{total + without} 家企业的指导员方案",
        _head_line(proposal),
        (
            FigureView(total, "家都有 1 名指导员", f"{here}?all=1", total + without),
            FigureView(total - changed, "对不变", f"{here}?all=1"),
            FigureView(changed, f"对变动，其中 {new} 家新配", here),
            FigureView(over, f"人超过 {rules.WARN_ABOVE} 家，要看一眼", "#loads"),
            FigureView(len(proposal.unmet), "条没能满足", "#unmet"),
        ),
        _scenarios(work, proposal),
        tuple(
            _pair(one, names, queries.firm_names(db, {row.enterprise_code for row in shown}), locked)
            for one in shown
        ),
        total - changed,
        tuple(sorted(moving, key=lambda one: (-one.after, one.name))),
        _still([one for one in loads if one not in moving]),
        tuple((one[0], one[1]) for one in proposal.unmet[: queries.PAGE]),
        len(locked),
        _told(changed, moving),
        proposal.stage is ProposalState.OPEN,
        proposal.stage.label,
        f"{here}?{urlencode({**more, 'after': shown[-1].enterprise_code})}"
        if len(rows) > queries.PAGE
        else "",
        f"{here}?{urlencode(more)}" if after else "",
    )


def _head_line(proposal: Proposal) -> str:
    made = f"{moment_text(proposal.made_at)} {proposal.made_by}推算"
    if proposal.stage is ProposalState.CONFIRMED and proposal.confirmed_at:
        return f"{made}；{moment_text(proposal.confirmed_at)} {proposal.confirmed_by}确认。"
    if proposal.stage is ProposalState.DROPPED:
        return f"{made}；没有采用。"
    return f"{made}；{proposal.profile.label}。确认前谁也不会收到通知。"


def _told(changed: int, moving: Sequence[LoadView]) -> str:
    return f"确认后马上生效，{changed} 家企业和 {len(moving)} 名指导员会收到变动的说明。"


def _locked(work: Work, proposal: Proposal) -> frozenset[str]:
    rows = work.session.execute(
        select(PairRule.enterprise_code)
        .join(
            ProposalPair,
            (ProposalPair.enterprise_code == PairRule.enterprise_code)
            & (ProposalPair.user_id == PairRule.user_id)
            & (ProposalPair.proposal_id == proposal.id),
        )
        .where(PairRule.tie == Tie.PIN, PairRule.lifted_at.is_(None))
    )
    return frozenset(rows.scalars())


def _pair(
    one: ProposalPair, names: Mapping[int, str], firms: Mapping[str, str], locked: frozenset[str]
) -> PairView:
    return PairView(
        one.enterprise_code,
        firms.get(one.enterprise_code, one.enterprise_code),
        names.get(one.before_id, "（离任）") if one.before_id else "（空缺）",
        names.get(one.user_id, ""),
        tuple(one.tags),
        one.sentence,
        "，".join(f"{word} {points:+d}" for word, points in one.parts),
        one.other,
        one.enterprise_code in locked,
        one.confirmed_at is not None,
    )


def _load(said: Sequence[int], names: Mapping[int, str]) -> LoadView:
    id_, before, after, kept = said
    boxes = ["kept"] * kept + ["added"] * (after - kept) + ["removed"] * (before - kept)
    return LoadView(names.get(id_, ""), before, after, tuple(boxes), after > rules.WARN_ABOVE)


def _still(rest: Sequence[LoadView]) -> str:
    if not rest:
        return ""
    least, most = min(one.after for one in rest), max(one.after for one in rest)
    return (
        f"另外 {len(rest)} 人不变，每人 {least} 家。"
        if least == most
        else f"另外 {len(rest)} 人不变，每人 {least}—{most} 家。"
    )


def _scenarios(work: Work, proposal: Proposal) -> tuple[ScenarioView, ...]:
    other = proposal_queries.twin(work.session, proposal)
    both = sorted((one for one in (proposal, other) if one is not None), key=lambda one: one.id)
    return tuple(
        ScenarioView(
            one.profile.label,
            one.link,
            one is proposal,
            proposal_queries.counts(work.session, one)[1],
            sum(said[2] > rules.WARN_ABOVE for said in one.loads),
            len(one.unmet),
        )
        for one in both
    )


# The first page


def figures(work: Work) -> tuple[FigureView, ...]:
    """Return how far this actor's chains are covered, each figure with the list that it counts."""
    chains = queries.chains(work)
    cover = line_queries.coverage(work.session, chains)
    firms, covered = sum(one.firms for one in cover), sum(one.covered for one in cover)
    people = line_queries.how_many_guides(work)
    soon = queries.soon_days(work)
    ending = line_queries.ending(work, chains, soon)
    return (
        FigureView(covered, "家有指导员", "/guides", firms),
        FigureView(firms - covered, "家还没有", "/guides?bare=1"),
        FigureView(people, "名指导员在岗", "/guides/people"),
        FigureView(ending, f"家 {soon} 天内期满", "/guides?ending=1"),
    )


def chain_rows(work: Work) -> list[tuple[str, int, int, str]]:
    """Return by chain: its name, how many have a guide, of how many, and the list."""
    chains = known.of(work.session).directory.chains
    found = {one.chain: one for one in line_queries.coverage(work.session, queries.chains(work))}
    return [
        (chains[code].name, found[code].covered, found[code].firms, f"/guides?chain={code}")
        for code in queries.chains(work)
        if code in found
    ]


def propose_url(work: Work) -> str:
    """Return where a proposal is asked for: at once, or of a large county in the background, with progress."""
    return "/errands/proposals" if proposing.is_large(work) else "/guides/proposals"


def is_decider(work: Work) -> bool:
    """Say whether this actor decides who looks after whom."""
    return bool(work.actor.refs(Role.COMMITTEE, ScopeKind.CHAIN))
