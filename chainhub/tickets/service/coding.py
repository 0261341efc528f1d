"""Codes on paper that lead to the form of an enterprise: for whom they may be printed, and who may report by one."""

import re
from collections.abc import Sequence

from chainhub.core.actor import Role
from chainhub.core.errors import NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory import queries as directory
from chainhub.county.directory.models import Enterprise
from chainhub.county.directory.rules import ChainFact

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_FORMS = (Role.ENTERPRISE, Role.GUIDE)


def may_report(work: Work, code: str) -> bool:
    """Say whether this actor may report for the enterprise with this code: its own, in their care, of their chain."""
    found = work.session.get(Enterprise, code) if _CODE.fullmatch(code) else None
    if found is None:
        return False
    actor = work.actor
    return any(actor.holds(role, enterprise=found.code) for role in _FORMS) or actor.holds(
        Role.COMMITTEE, chain=found.chain_code
    )


def firm(work: Work, code: str) -> Enterprise:
    """Return the enterprise whose code this actor may print: who may report for it, and its chain's task force.

    Raises NotFound.
    """
    found = work.session.get(Enterprise, code) if _CODE.fullmatch(code) else None
    if found is None or not (
        may_report(work, code) or work.actor.holds(Role.TASK_FORCE, chain=found.chain_code)
    ):
        raise NotFound("没有这家企业，或者您看不到它。请核对编码。")
    return found


def chain(work: Work, code: str) -> ChainFact:
    """Return a chain whose codes this actor may print. Raises NotFound, NotAllowed."""
    found = known.of(work.session).directory.chains.get(code)
    if found is None:
        raise NotFound("没有这条产业链，请从自己的页面上进来。")
    if not any(work.actor.holds(role, chain=code) for role in (Role.COMMITTEE, Role.TASK_FORCE)):
        raise NotAllowed(f"{found.name}的二维码由它的党委和专班来印。")
    return found


def firms(work: Work, code: str, *, after: str, limit: int) -> Sequence[Enterprise]:
    """Return enterprises of a chain in the order of their codes, those behind `after`. Raises NotFound, NotAllowed."""
    chain(work, code)
    return directory.enterprises_for(work.session, work.actor, chain=code, after=after, limit=limit)
