"""Making what the page of a kind of assignment shows."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from chainhub.assignments import kinds, presenting, queries
from chainhub.assignments.kinds import Kind, Standing
from chainhub.assignments.models import Assignment
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import queries as people
from chainhub.county.people.models import User


def rows(work: Work, kind: Kind, before: int | None) -> tuple[Sequence[dict[str, Any]], int | None]:
    """Return the running assignments of a kind in this actor's chains, the newest first, each with what is lacking."""
    query = (
        select(
            Assignment, Enterprise.short, Enterprise.chain_code, func.coalesce(User.name, Assignment.helper)
        )
        .join(Enterprise, Enterprise.code == Assignment.enterprise_code)
        .outerjoin(User, User.id == Assignment.user_id)
        .where(
            Assignment.kind == kind.code,
            Assignment.ended_on.is_(None),
            Enterprise.chain_code.in_(queries.chains(work)),
        )
        .order_by(Assignment.id.desc())
        .limit(queries.PAGE + 1)
    )
    if before is not None:
        query = query.where(Assignment.id < before)
    found = work.session.execute(query).all()
    shown = found[: queries.PAGE]
    beside: defaultdict[str, list[Standing]] = defaultdict(list)
    codes = {row.enterprise_code for row, *_ in shown}
    for one in work.session.scalars(
        select(Assignment).where(
            Assignment.kind == kind.code, Assignment.ended_on.is_(None), Assignment.enterprise_code.in_(codes)
        )
    ):
        subject = f"{one.enterprise_code}/{one.person}"
        beside[subject].append(Standing(subject, str(one.user_id or one.helper), one.slot, one.lead))
    own = queries.decided(work)
    made = [
        {
            "id": row.id,
            "firm": short,
            "person": row.person,
            "slot": row.slot,
            "helper": helper,
            "term": presenting.term(row.started_on, row.until_on),
            "gaps": "、".join(kinds.gaps(kind, subject, beside[subject])),
            "may_end": chain in own,
        }
        for row, short, chain, helper in shown
        for subject in (f"{row.enterprise_code}/{row.person}",)
    ]
    return made, shown[-1][0].id if len(found) > queries.PAGE else None


def who(work: Work, said: str) -> tuple[int | None, str]:
    """Return who helps: the account of that login name, or else the words as they are."""
    user = people.user_by_name(work.session, said.strip().lower())
    return (user.id, "") if user is not None else (None, said.strip())
