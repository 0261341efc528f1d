"""Kinds of assignment as data: what each is called, how many there may be, how long, with which duties. Pure.

What stands here is this project's decision; a county's own list is the dated rule text `assignment_kinds`, of the same
shape. The sources are rows S0-10, S0-11, S0-14, S2-06, S2-07, S2-11, S2-30 and S4-19 of the mechanisms that were studied.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainhub.assignments.terms import Ratio

GUIDE = "guide"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: for whom it is (`of_person`: a person of the enterprise), by whom, its ratio, term and duties."""

    code: str
    label: str
    ratio: Ratio
    holder: str  # what the one who helps is called: 指导员
    of_person: bool = False
    grants: bool = False  # gives sight of the enterprise's tickets
    term_months: int | None = None
    slots: Sequence[str] = ()  # of ONE_OF_EACH: the kinds of helper, in words
    duties: Sequence[str] = ()
    note: str = ""


DEFAULT: tuple[Kind, ...] = (
    Kind(GUIDE, "党建工作指导员", Ratio.ONE_LEAD, "指导员", grants=True, term_months=24),
    Kind(
        "cadre",
        "驻企干部",
        Ratio.ONE_LEAD,
        "驻企干部",
        term_months=24,
        duties=(
            "政策宣传员",
            "党建指导员",
            "项目服务员",
            "难题协调员",
            "安全监督员",
            "信息联络员",
            "人才服务员",
            "企业代办员",
        ),
        note="担任企业党组织副书记，组织关系转到企业",
    ),
    Kind("contact_point", "领导干部联系点", Ratio.ONE_LEAD, "联系领导"),
    Kind("pairing", "结对共建", Ratio.ONE_TO_ONE, "结对单位", note="阵地共用、活动联办、资源联享"),
    Kind("party_worker", "党务工作者", Ratio.ONE_LEAD, "党务工作者", note="四个一之一，管企业党组织的日常"),
    Kind("mentors", "双导师", Ratio.ONE_OF_EACH, "导师", of_person=True, slots=("思想导师", "业务导师")),
)


def of(said: Mapping[str, Any] | None) -> dict[str, Kind]:
    """Return the kinds by code: the county's own where it has said them, else the default ones; guides always."""
    if not said:
        return {one.code: one for one in DEFAULT}
    found = {
        code: Kind(
            code,
            one["label"],
            Ratio(one["ratio"]),
            one.get("holder", "负责人"),
            bool(one.get("of_person")),
            code == GUIDE,
            one.get("term_months"),
            tuple(one.get("slots", ())),
            tuple(one.get("duties", ())),
            one.get("note", ""),
        )
        for code, one in said.items()
    }
    return {GUIDE: DEFAULT[0], **found}


def written(kind: Kind) -> dict[str, Any]:
    """Return a kind as the rule text keeps it; `of` reads it back."""
    return {
        "label": kind.label,
        "ratio": kind.ratio.value,
        "holder": kind.holder,
        "of_person": kind.of_person,
        "term_months": kind.term_months,
        "slots": list(kind.slots),
        "duties": list(kind.duties),
        "note": kind.note,
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """A running assignment as the ratio rule sees it."""

    subject: str  # the enterprise, and the person of it where the kind is of persons
    holder: str
    slot: str = ""
    lead: bool = True


def refused(kind: Kind, new: Standing, running: Collection[Standing]) -> str:
    """Return why the ratio of a kind forbids one more, in a sentence; empty where it may be."""
    same = [one for one in running if one.subject == new.subject]
    if any(one.holder == new.holder and one.slot == new.slot for one in same):
        return f"这一对{kind.label}已经在册，不用再登记。"
    if kind.ratio is Ratio.ONE_LEAD and new.lead and any(one.lead for one in same):
        return f"已经有一名牵头的{kind.holder}。请先结束原来的，或者登记成协助。"
    if kind.ratio is Ratio.ONE_TO_ONE and (same or any(one.holder == new.holder for one in running)):
        return f"{kind.label}是一对一的，双方都只能有一个。请先结束原来的。"
    if kind.ratio is Ratio.ONE_OF_EACH:
        if new.slot not in kind.slots:
            return f"请写明是哪一种：{'、'.join(kind.slots)}。"
        if any(one.slot == new.slot for one in same):
            return f"已经有一名{new.slot}。请先结束原来的。"
        if any(one.holder == new.holder for one in same):
            return f"{'、'.join(kind.slots)}要由不同的人担任，请另选一人。"
    return ""


def gaps(kind: Kind, subject: str, running: Collection[Standing]) -> tuple[str, ...]:
    """Return what a subject still lacks of a kind, in words; nothing where it is complete."""
    same = [one for one in running if one.subject == subject]
    if kind.ratio is Ratio.ONE_OF_EACH:
        return tuple(slot for slot in kind.slots if all(one.slot != slot for one in same))
    has = any(one.lead for one in same) if kind.ratio is Ratio.ONE_LEAD else bool(same)
    return () if has else (kind.holder,)
