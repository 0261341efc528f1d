"""Keeping the county's checklists per category: a change is a new dated row of the rulebook, with an audit line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known, state
from chainhub.county.rulebook.models import RuleText

NAME = "checklists"  # of the rule text
FIELD = "items"  # under which name a refusal speaks
KEEPERS = (Role.SYSADMIN,)
ITEMS_MOST = 20
LABEL_MOST = 40
MUST = "必做"
_MUST = re.compile(rf"^{MUST}[\s：:，,、]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be done, as it is kept; what `must` be done allows no exception."""

    label: str
    must: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of one category."""

    code: str
    label: str
    entries: Sequence[Entry]


def written(entries: Sequence[Entry]) -> str:
    """Return a list as it is written by people: a line each, 必做 before what must be done."""
    return "\n".join(f"{MUST}：{one.label}" if one.must else one.label for one in entries)


def read(text: str) -> list[Entry]:
    """Return the list that somebody wrote; empty lines are none."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [Entry(_MUST.sub("", line), bool(_MUST.match(line))) for line in lines if line]


def of_all(work: Work) -> list[Listed]:
    """Return the lists of every category that has one, in the order of the categories. Raises NotAllowed."""
    _demand(work)
    now = _newest(work)
    categories = known.of(work.session).directory.categories
    return [Listed(code, _named(work, code), _entries(now[code])) for code in categories if now.get(code)]


def of(work: Work, code: str) -> Listed:
    """Return the own list of a category, empty where it has none. Raises NotAllowed, NotFound."""
    _demand(work)
    return Listed(code, _named(work, code), _entries(_newest(work).get(code, ())))


def choices(work: Work) -> list[tuple[str, str]]:
    """Return (code, words) of every category, those of the second level under the one above."""
    return [(code, _named(work, code)) for code in known.of(work.session).directory.categories]


def keep(work: Work, code: str, entries: Sequence[Entry]) -> Listed:
    """Set the list of a category from now on; an empty one takes it away. Raises NotAllowed, NotFound, Invalid.

    An item keeps its ticks as long as its words stay the same. What is written elsewhere meanwhile is not lost: whoever
    changes a fact of the county holds its row first.
    """
    before = of(work, code)
    _demand_sound(entries)
    state.touch(work.session)
    now = _newest(work)
    codes = {one["label"]: one["code"] for one in now.get(code, ())}
    items = [
        {"code": codes.get(one.label) or uuid4().hex[:12], "label": one.label, "must": one.must}
        for one in entries
    ]
    value = {
        **{name: list(some) for name, some in now.items() if name != code},
        **({code: items} if items else {}),
    }
    work.session.add(RuleText(name=NAME, value=value, from_at=work.now))
    work.session.flush()
    known.forget(work.session)
    data = {"before": written(before.entries), "after": written(entries)}
    audit.record(work, "change_checklist", before.label, data)
    return Listed(code, before.label, tuple(entries))


def _demand(work: Work) -> None:
    # Without an account acts the operator at the server's console.
    if work.actor.id is not None and not work.actor.roles & set(KEEPERS):
        raise NotAllowed("办理清单由系统管理员来改。")


def _demand_sound(entries: Sequence[Entry]) -> None:
    labels = [one.label for one in entries]
    said = ""
    if len(entries) > ITEMS_MOST:
        said = f"最多 {ITEMS_MOST} 项，现在 {len(entries)} 项。请挑要紧的。"
    elif long := next((one for one in labels if len(one) > LABEL_MOST), ""):
        said = f"“{long[:10]}…”太长，一项最多 {LABEL_MOST} 字。"
    elif twice := next((one for one in labels if labels.count(one) > 1), ""):
        said = f"“{twice}”写了两遍，请删掉一行。"
    elif not all(labels):
        said = f"有一行只写了“{MUST}”，请写上做什么。"
    if said:
        raise Invalid(errors={FIELD: [said]})


def _named(work: Work, code: str) -> str:
    directory = known.of(work.session).directory
    if code not in directory.categories:
        raise NotFound("没有这个类别，请从名单里选。")
    above = directory.categories[code].parent
    label = directory.category_label(code)
    return f"{directory.category_label(above)}：{label}" if above else label


def _newest(work: Work) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    newest = (
        select(RuleText.value)
        .where(RuleText.name == NAME)
        .order_by(RuleText.from_at.desc(), RuleText.id.desc())
        .limit(1)
    )
    return work.session.scalar(newest) or {}


def _entries(items: Sequence[Mapping[str, Any]]) -> tuple[Entry, ...]:
    return tuple(Entry(one["label"], bool(one["must"])) for one in items)
