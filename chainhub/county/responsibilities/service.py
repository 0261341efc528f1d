"""Keeping the responsibility list: a line is added or changed, never removed; every change stands in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.responsibilities import rules
from chainhub.county.responsibilities.models import Responsibility
from chainhub.county.responsibilities.rules import Entry, Share


@dataclass(frozen=True, slots=True)
class Line:
    """A line as somebody wants it."""

    category: str
    unit: str
    share: Share
    from_on: date
    until_on: date | None = None
    basis: str = ""
    belongs: str = ""
    beyond: str = ""
    keywords: tuple[str, ...] = ()
    place: int = 1

    def entry(self, id_: int) -> Entry:
        """Return the line as the rules take it."""
        return Entry(
            id_, self.unit, self.category, self.share, self.basis, self.belongs, self.beyond,
            self.keywords, self.place, self.from_on, self.until_on,
        )  # fmt: skip


def demand_editor(work: Work) -> None:
    """Refuse whoever does not keep the list: NotAllowed."""
    if not rules.may_change(work.actor):
        raise NotAllowed("权责清单由专班、产业链党委的负责人来改。发现写得不对，请告诉他们。")


def demand_trial(work: Work) -> None:
    """Refuse whoever may not even try a line: NotAllowed."""
    if not rules.may_try(work.actor):
        raise NotAllowed("权责清单由专班和产业链党委来试、由负责人来改。发现写得不对，请告诉他们。")


def find(work: Work, id_: int) -> Responsibility:
    """Return a line. Raises NotFound."""
    found = work.session.get(Responsibility, id_) if 0 < id_ < 2**31 else None
    if found is None:
        raise NotFound("清单里没有这一条，请回到权责清单再找。")
    return found


def line_of(row: Responsibility) -> Line:
    """Return what a line says now."""
    return Line(
        row.category_code, row.unit_code, row.share, row.from_on, row.until_on, row.basis, row.belongs,
        row.beyond, rules.keywords_of(row.keywords), row.place,
    )  # fmt: skip


def add(work: Work, line: Line) -> Responsibility:
    """Add a line. Raises NotAllowed, Invalid."""
    demand_editor(work)
    check(work, line, None)
    row = Responsibility(**_columns(line))
    work.session.add(row)
    work.session.flush()
    audit.record(work, "add_responsibility", _about(work, line), _plain(line))
    return row


def change(work: Work, id_: int, line: Line) -> Responsibility:
    """Change a line, or end it by its last day. Raises NotFound, NotAllowed, Invalid where nothing changes."""
    demand_editor(work)
    row = find(work, id_)
    check(work, line, id_)
    before, after = _plain(line_of(row)), _plain(line)
    if before == after:
        raise Invalid("这一条没有改动。要改哪一项，改好再看。")
    for name, value in _columns(line).items():
        setattr(row, name, value)
    work.session.flush()
    changed = [name for name in after if before[name] != after[name]]
    said = {
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }
    audit.record(work, "change_responsibility", _about(work, line), said)
    return row


def check(work: Work, line: Line, id_: int | None) -> None:
    """Refuse a line that cannot be: Invalid, by field."""
    errors = line_errors(work, line)
    same = select(Responsibility.id).where(
        Responsibility.category_code == line.category,
        Responsibility.unit_code == line.unit,
        Responsibility.from_on == line.from_on,
        Responsibility.id != (id_ or 0),
    )
    if not errors and work.session.scalar(same.limit(1)) is not None:
        errors["unit"] = ["这个类别下已经有这个单位、同一天起的一条，请改那一条。"]
    if errors:
        raise Invalid(errors=errors)


def line_errors(work: Work, line: Line) -> dict[str, list[str]]:
    """Return by field what is wrong with a line as such."""
    directory = known.of(work.session).directory
    errors: dict[str, list[str]] = {}
    unit = directory.units.get(line.unit)
    if unit is None or not unit.handles:
        errors["unit"] = ["没有这个办理单位，请从名单里选一个。"]
    if line.category not in directory.categories:
        errors["category"] = ["没有这个类别，请从名单里选一个。"]
    if line.until_on is not None and line.until_on <= line.from_on:
        errors["until_on"] = ["止的日期要在起的日期以后。"]
    if len(line.keywords) > rules.WORDS_MOST or any(
        not 2 <= len(word) <= rules.WORD_MOST for word in line.keywords
    ):
        errors["keywords"] = [f"最多 {rules.WORDS_MOST} 个词，每个 2 到 {rules.WORD_MOST} 个字，用顿号隔开。"]
    return errors


def _columns(line: Line) -> dict[str, Any]:
    said = {one.name: getattr(line, one.name) for one in fields(line)}
    return {
        **{name: value for name, value in said.items() if name not in {"category", "unit", "keywords"}},
        "category_code": line.category,
        "unit_code": line.unit,
        "keywords": "、".join(line.keywords),
    }


def _plain(line: Line) -> Mapping[str, Any]:
    return {
        "category": line.category,
        "unit": line.unit,
        "share": line.share.value,
        "from_on": line.from_on.isoformat(),
        "until_on": line.until_on.isoformat() if line.until_on else None,
        "basis": line.basis,
        "belongs": line.belongs,
        "beyond": line.beyond,
        "keywords": "、".join(line.keywords),
        "place": line.place,
    }


def _about(work: Work, line: Line) -> str:
    directory = known.of(work.session).directory
    label, unit = directory.category_label(line.category), directory.unit_name(line.unit)
    return f"{label}：{unit}{line.share.label}"
