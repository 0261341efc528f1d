"""Keeping the kinds of assignment that a county has: a change is a new dated row of the rulebook, with an audit line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from chainhub.assignments import kinds, limits, queries
from chainhub.assignments.kinds import GUIDE, Kind
from chainhub.assignments.models import Assignment
from chainhub.assignments.terms import Ratio
from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known, state
from chainhub.county.rulebook.models import RuleText

KEEPERS = (Role.SYSADMIN,)


@dataclass(frozen=True, slots=True)
class Given:
    """What a kind is to be from now on; `term_months` None is a term without an end."""

    label: str
    holder: str
    ratio: Ratio
    term_months: int | None
    slots: tuple[str, ...]
    duties: tuple[str, ...]
    note: str


def editable(work: Work) -> list[Kind]:
    """Return the kinds that are kept here, all but that of guides. Raises NotAllowed."""
    _demand(work)
    return [one for code, one in queries.all_kinds(work).items() if code != GUIDE]


def of(work: Work, code: str) -> Kind:
    """Return one kind. Raises NotAllowed, NotFound; the kind of guides is fixed, since grants hang on it."""
    found = next((one for one in editable(work) if one.code == code), None)
    if found is None:
        raise NotFound("没有这一种结对，或者它不能改。请从“结对的种类”里选。")
    return found


def keep(work: Work, code: str, given: Given) -> Kind:
    """Let a kind be so from now on; what runs stays as it was begun. Raises NotAllowed, NotFound, Invalid, Conflict.

    What is written elsewhere meanwhile is not lost: whoever changes a fact of the county holds its row first.
    """
    before = of(work, code)
    _demand_sound(before, given)
    state.touch(work.session)
    work.session.flush()
    now = queries.all_kinds(work)
    _demand_slots_free(work, before, given)
    after = replace(
        now[code],
        label=given.label,
        holder=given.holder,
        ratio=given.ratio,
        term_months=given.term_months,
        slots=given.slots,
        duties=given.duties,
        note=given.note,
    )
    value = {name: kinds.written(one) for name, one in {**now, code: after}.items() if name != GUIDE}
    work.session.add(RuleText(name=queries.KINDS, value=value, from_at=work.now))
    work.session.flush()
    known.forget(work.session)
    data = {"before": kinds.written(before), "after": kinds.written(after)}
    audit.record(work, "change_assignment_kind", f"{code} {given.label}", data)
    return after


def _demand(work: Work) -> None:
    # Without an account acts the operator at the server's console.
    if work.actor.id is not None and not work.actor.roles & set(KEEPERS):
        raise NotAllowed("结对的种类由系统管理员来改。")


def _demand_sound(kind: Kind, given: Given) -> None:
    errors: dict[str, list[str]] = {}
    for name in ("label", "holder"):
        if not getattr(given, name):
            errors[name] = ["这一项要填。"]
    if given.ratio is Ratio.ONE_OF_EACH and len(given.slots) < 2:
        errors["slots"] = ["“每种各一名”要写两种以上，用顿号分开。"]
    if given.ratio is not Ratio.ONE_OF_EACH and given.slots:
        errors["slots"] = ["只有“每种各一名”才分种，请删掉，或者改比例。"]
    for name, some, most in (
        ("slots", given.slots, limits.SLOTS_MOST),
        ("duties", given.duties, limits.DUTIES_MOST),
    ):
        if len(some) > most:
            errors[name] = [f"最多 {most} 项，现在 {len(some)} 项。"]
        elif any(len(one) > limits.DUTY_MOST for one in some):
            errors[name] = [f"每一项最多 {limits.DUTY_MOST} 字，请写短一点。"]
    if errors:
        raise Invalid(errors=errors)


def _demand_slots_free(work: Work, before: Kind, given: Given) -> None:
    gone = sorted(set(before.slots) - set(given.slots))
    running = select(Assignment.slot).where(
        Assignment.kind == before.code, Assignment.ended_on.is_(None), Assignment.slot.in_(gone)
    )
    used = work.session.scalar(running.limit(1)) if gone else None
    if used:
        raise Conflict(f"还有正在任的{used}，不能去掉这一种。请先结束他们，或者留着。", code="forbidden_now")


def read(given: Mapping[str, Any]) -> Given:
    """Return what a form or a body says of a kind; lists are written with 、 or one a line."""
    return Given(
        str(given.get("label") or ""),
        str(given.get("holder") or ""),
        Ratio(given["ratio"]),
        given.get("term_months"),
        tuple(limits.skills_of(str(given.get("slots") or ""))),
        tuple(limits.skills_of(str(given.get("duties") or ""))),
        str(given.get("note") or ""),
    )
