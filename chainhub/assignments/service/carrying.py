"""Carrying a proposal out: many assignments end and begin and nothing is asked for each of them.

The same rules as in `assigning`, asked of all of them; what a rule refuses is refused as a whole.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from chainhub.assignments import kinds, queries
from chainhub.assignments.kinds import Kind, Standing
from chainhub.assignments.models import Assignment
from chainhub.assignments.service import assigning
from chainhub.assignments.service.assigning import New, Said
from chainhub.assignments.terms import EndReason
from chainhub.audit import service as audit
from chainhub.core.errors import Conflict
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User
from chainhub.county.people.service import caring
from chainhub.notices import service as notices


@dataclass(frozen=True, slots=True)
class Ending:
    """A running assignment of a guide that ends, why, and whether the guide is told."""

    row: Assignment
    reason: EndReason
    tell: bool


@dataclass(frozen=True, slots=True)
class Beginning:
    """An assignment of a guide that begins, and whether guide and enterprise are told."""

    new: New
    tell: bool


def end_all(work: Work, endings: Sequence[Ending]) -> None:
    """End assignments of guides, and withdraw their grants. Raises NotAllowed, Conflict where one has ended."""
    if not endings:
        return
    firms = _firms(work, {one.row.enterprise_code for one in endings})
    for one in endings:
        caring.demand_decider(work, firms[one.row.enterprise_code])
        if one.row.ended_on is not None:
            raise Conflict("这一条已经结束了，历史不改。")
    by_reason: defaultdict[EndReason, list[int]] = defaultdict(list)
    for one in endings:
        by_reason[one.reason].append(one.row.id)
    today, who = local(work.now).date(), assigning.who(work)
    for reason, ids in by_reason.items():
        values = {"ended_on": today, "end_reason": reason, "end_note": "", "ended_by": who}
        work.session.execute(update(Assignment).where(Assignment.id.in_(ids)).values(**values))
    rows = [one.row for one in endings]
    kept = _still_needed(work, {row.grant_id for row in rows if row.grant_id is not None})
    gone = {
        row.grant_id: firms[row.enterprise_code]
        for row in rows
        if row.grant_id is not None and row.grant_id not in kept
    }
    if gone:
        caring.withdraw_many(work, list(gone.items()))
    audit.record_all(
        work, [assigning.deed("end_assignment", row, firms[row.enterprise_code]) for row in rows]
    )
    kind = queries.all_kinds(work)[kinds.GUIDE]
    said = [
        assigning.said_ended(kind, firms[one.row.enterprise_code], one.row) for one in endings if one.tell
    ]
    _tell(work, said)


def begin_all(work: Work, beginnings: Sequence[Beginning]) -> None:
    """Let guides begin to look after enterprises. Raises NotAllowed, Conflict by the ratio or a closed account."""
    if not beginnings:
        return
    kind, news = queries.all_kinds(work)[kinds.GUIDE], [one.new for one in beginnings]
    firms = _firms(work, {new.enterprise for new in news})
    ids = sorted({new.user_id for new in news if new.user_id is not None})
    users = {one.id: one for one in work.session.scalars(select(User).where(User.id.in_(ids)))}
    _demand_ratio(work, kind, news)
    pairs = [(users[new.user_id or 0], firms[new.enterprise]) for new in news]
    grants = caring.entrust_many(work, pairs)
    made = [assigning.started(work, kind, new, grant.id) for new, grant in zip(news, grants, strict=True)]
    work.session.add_all(made)
    work.session.flush()
    audit.record_all(
        work, [assigning.deed("begin_assignment", row, firms[row.enterprise_code]) for row in made]
    )
    said = [
        one
        for beginning, row, (user, firm) in zip(beginnings, made, pairs, strict=True)
        if beginning.tell
        for one in assigning.said_begun(work, kind, firm, user, row)
    ]
    _tell(work, said)


def _firms(work: Work, codes: Collection[str]) -> Mapping[str, Enterprise]:
    rows = work.session.scalars(select(Enterprise).where(Enterprise.code.in_(sorted(codes))))
    return {one.code: one for one in rows}


def _still_needed(work: Work, grants: Collection[int]) -> frozenset[int]:
    """Return which grants another running assignment still hangs on."""
    rows = work.session.scalars(
        select(Assignment.grant_id).where(
            Assignment.grant_id.in_(sorted(grants)), Assignment.ended_on.is_(None)
        )
    )
    return frozenset(one for one in rows if one is not None)


def _demand_ratio(work: Work, kind: Kind, news: Sequence[New]) -> None:
    running: defaultdict[str, list[Standing]] = defaultdict(list)
    rows = work.session.scalars(
        select(Assignment).where(
            Assignment.kind == kind.code,
            Assignment.ended_on.is_(None),
            Assignment.enterprise_code.in_(sorted({new.enterprise for new in news})),
        )
    )
    for row in rows:
        standing = assigning.standing(row)
        running[standing.subject].append(standing)
    for new in news:
        standing = assigning.standing(new)
        said = kinds.refused(kind, standing, running[standing.subject])
        if said:
            raise Conflict(said, code="ratio")
        running[standing.subject].append(standing)


def _tell(work: Work, said: Sequence[Said]) -> None:
    rows = [
        {
            "user_id": user,
            "kind": one.kind,
            "text": one.text[:400],
            "link": "/guides",
            "key": one.key,
            "created_at": work.now,
            "urgent": False,
        }
        for one in said
        for user in sorted(one.people)
    ]
    if rows:
        notices.tell(work.session, rows)
