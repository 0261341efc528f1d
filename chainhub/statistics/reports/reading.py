"""Which reports somebody sees, writes or signs, and reading them."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import undefer

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import Invalid, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.statistics import reach
from chainhub.statistics.reach import BOARD_READERS
from chainhub.statistics.reports import content, wording
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.terms import MonthlyStage, Period

READERS = BOARD_READERS
"""Who reads the figures of whole chains. A unit reads its own figures, and the 通报 as the paper that it is sent."""
PAGE = 24  # reports of a page: two years
ID_MOST = 2**31 - 1


def scopes(work: Work) -> list[str]:
    """Return of what this actor reads reports: chains by code, and the county as an empty text. Raises NotAllowed."""
    chains = reach.of(work).chains
    directory = known.of(work.session).directory
    return ["", *directory.chains] if chains is None else [one for one in directory.chains if one in chains]


def _of_county(actor: Actor, role: Role) -> bool:
    return any(one.role is role and one.scope is ScopeKind.COUNTY for one in actor.grants)


def makes(actor: Actor, chain: str) -> bool:
    """Say whether somebody drafts and publishes: a chain's committee, the county's office (联络员)."""
    if not chain:
        return _of_county(actor, Role.LIAISON)
    return actor.holds(Role.COMMITTEE, chain=chain) or actor.holds(Role.LIAISON, chain=chain)


def signs(actor: Actor, chain: str) -> bool:
    """Say whether somebody signs: the chain's leader or the county's for a chain, the county's for the county."""
    if not chain:
        return _of_county(actor, Role.LEADER)
    return actor.holds(Role.LEADER, chain=chain)


def hands(actor: Actor) -> frozenset[int | None]:
    """Return the person, and everybody in whose place they may act just now: for a rule of two they are one."""
    return frozenset({actor.id, *(one.lent_by_id for one in actor.grants if one.lent_by_id is not None)})


def visible(work: Work) -> ColumnElement[bool]:
    """Return the condition under which this actor sees a report: drafts are for those who make them."""
    read = scopes(work)
    mine = [one for one in read if makes(work.actor, one)]
    done = and_(StatReport.chain.in_(read), StatReport.stage != MonthlyStage.DRAFT)
    return or_(done, StatReport.chain.in_(mine))


def find(work: Work, id_: int) -> StatReport:
    """Return a report that this actor sees, with its content. Raises NotFound."""
    found = None
    if 0 < id_ <= ID_MOST:
        query = select(StatReport).where(StatReport.id == id_, visible(work))
        found = work.session.scalars(query.options(undefer(StatReport.content))).one_or_none()
    if found is None:
        raise NotFound("没有这份月报，或者您看不到它。请从“月报”一页进入。")
    return found


def listed(
    work: Work, *, chain: str | None = None, before: int | None = None, limit: int = PAGE
) -> tuple[Sequence[StatReport], int | None]:
    """Return reports that this actor sees, the newest first, and below which id the next ones begin. Raises NotFound."""
    if chain is not None and chain not in scopes(work):
        raise NotFound("没有这条产业链的月报，或者您看不到它。")
    of_chain = StatReport.chain == chain if chain is not None else true()
    below = StatReport.id < before if before is not None else true()
    query = select(StatReport).where(visible(work), of_chain, below)
    found = work.session.scalars(query.order_by(StatReport.id.desc()).limit(limit + 1)).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def editions(work: Work, report: StatReport) -> Sequence[StatReport]:
    """Return the other editions of the same month that this actor sees, the newest first."""
    query = select(StatReport).where(
        StatReport.month == report.month,
        StatReport.chain == report.chain,
        StatReport.id != report.id,
        visible(work),
    )
    return work.session.scalars(query.order_by(StatReport.edition.desc()).limit(PAGE)).all()


def scope_name(work: Work, chain: str) -> str:
    """Return what a report is about, as people say it."""
    facts = known.of(work.session)
    return facts.directory.chains[chain].name if chain in facts.directory.chains else facts.name


def title(work: Work, report: StatReport) -> str:
    """Return what a report is called: a 通报 only after signature."""
    kind = "通报" if report.stage is MonthlyStage.SIGNED else "月报"
    edition = f"（第 {report.edition} 版）" if report.edition > 1 else ""
    return f"{scope_name(work, report.chain)}{report.period.month.text}运行情况{kind}{edition}"


def said(work: Work, report: StatReport) -> dict[str, Any]:
    """Return what a report says: frozen where it is published, else as it would be at this moment."""
    if report.stage is not MonthlyStage.DRAFT:
        found: dict[str, Any] = json.loads(report.content)
        return found
    return content.live(work, report.period) | {"text": dict(report.text)}


def demand_period(work: Work, period: Period) -> None:
    """Refuse a chain that there is not. Raises Invalid."""
    if period.chain and period.chain not in known.of(work.session).directory.chains:
        raise Invalid(errors={"chain": ["没有这条产业链，请从名单里选。"]})


def first_words(work: Work, period: Period) -> dict[str, str]:
    """Return the text that a fresh draft begins with."""
    return wording.first(period, content.live(work, period))
