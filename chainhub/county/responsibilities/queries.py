"""Reading the responsibility list: a page of what holds some words, or the lines that a matter is measured by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, String, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from chainhub.county.directory.models import Category, Unit
from chainhub.county.responsibilities.models import Responsibility
from chainhub.county.responsibilities.rules import Entry

PAGE, PAGE_MOST = 50, 200
ENTRIES_MOST = 3000  # lines that a matter is measured by; a county has some hundred
Q_MOST = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for in the list. Every field narrows; an empty one does not."""

    q: str = ""
    unit: str = ""
    categories: frozenset[str] = frozenset()
    on: date | None = None  # in force on this day


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines in the order of the list, and the place after which the next ones stand (None: there are none)."""

    items: Sequence[Responsibility]
    after: str | None


def page(session: Session, wanted: Wanted, *, after: Sequence[int] = (), limit: int = PAGE) -> Page:
    """Return lines by category, then by their place; `after` is the place that a page before gave."""
    order = (Category.position, Responsibility.place, Responsibility.id)
    query = (
        select(Responsibility, Category.position)
        .join(Category, Category.code == Responsibility.category_code)
        .join(Unit, Unit.code == Responsibility.unit_code)
        .where(*_conditions(wanted))
        .order_by(*order)
        .limit(limit + 1)
    )
    if after:
        query = query.where(tuple_(*order) > tuple(after))
    found = session.execute(query).all()
    if len(found) <= limit:
        return Page([row for row, _ in found], None)
    last, position = found[limit - 1]
    return Page([row for row, _ in found[:limit]], f"{position}.{last.place}.{last.id}")


def place(said: str) -> tuple[int, ...]:
    """Return the place that a page gave, as numbers; nonsense is the beginning."""
    shaped = re.fullmatch(r"\d{1,9}\.\d{1,9}\.\d{1,9}", said, re.ASCII)
    return tuple(map(int, said.split("."))) if shaped else ()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.unit:
        found.append(Responsibility.unit_code == wanted.unit)
    if wanted.categories:
        found.append(Responsibility.category_code.in_(sorted(wanted.categories)))
    if wanted.on is not None:
        found.append(_in_force(wanted.on))
    columns = (
        Unit.name, Unit.short, Category.label, Responsibility.keywords,
        Responsibility.basis, Responsibility.belongs, Responsibility.beyond,
    )  # fmt: skip
    words = "".join(one if one.isprintable() else " " for one in wanted.q[:Q_MOST]).split()
    found.extend(
        or_(*(column.cast(String).icontains(word, autoescape=True) for column in columns)) for word in words
    )
    return found


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(
        Responsibility.from_on <= on, or_(Responsibility.until_on.is_(None), Responsibility.until_on > on)
    )


def entries(session: Session, categories: frozenset[str], on: date) -> list[Entry]:
    """Return the lines in force on a day for some categories, or for all where none is named."""
    query: Select[Responsibility] = select(Responsibility).where(_in_force(on)).limit(ENTRIES_MOST)
    if categories:
        query = query.where(Responsibility.category_code.in_(sorted(categories)))
    return [one.entry for one in session.scalars(query.order_by(Responsibility.id))]
