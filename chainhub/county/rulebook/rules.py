"""The county's limits and ladders as values. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chainhub.core.worktime import Limit, parse_limit

ANY = "any"


@dataclass(frozen=True, slots=True)
class DatedLimit:
    """A limit that holds from a moment on."""

    from_at: datetime
    limit: Limit


@dataclass(frozen=True, slots=True)
class DatedText:
    """A rule written as data that holds from a moment on."""

    from_at: datetime
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One thing to be done before a matter of a category is resolved; what `must` be done allows no exception."""

    code: str
    label: str
    must: bool


@dataclass(frozen=True, slots=True)
class Book:
    """Every limit, by (clock, matter, urgency), oldest first; and who hears of which rung."""

    limits: Mapping[tuple[str, str, str], Sequence[DatedLimit]]
    ladders: Mapping[str, Mapping[str, Sequence[str]]]
    texts: Mapping[str, Sequence[DatedText]] = field(default_factory=dict)  # by name, oldest first
    checklists: Mapping[str, Sequence[CheckItem]] = field(default_factory=dict)
    media: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by role: ways that the county demands

    def limit(self, clock: str, matter: str, urgency: str, at: datetime) -> Limit:
        """Return the limit in force at a moment. Raises KeyError where the county set none."""
        for key in (
            (clock, matter, urgency),
            (clock, ANY, urgency),
            (clock, matter, "normal"),
            (clock, ANY, "normal"),
        ):
            dated = self.limits.get(key)
            if dated:
                return next((row.limit for row in reversed(dated) if row.from_at <= at), dated[0].limit)
        raise KeyError(clock)

    def text(self, name: str, at: datetime) -> Mapping[str, Any]:
        """Return a rule written as data, as it holds at a moment; empty where the county says nothing."""
        rows = reversed(self.texts.get(name, ()))
        return next((one.value for one in rows if one.from_at <= at), {})

    def limit_or_none(self, clock: str, matter: str, urgency: str, at: datetime) -> Limit | None:
        """Return the limit in force at a moment, or None where the county set none: the clock is switched off."""
        try:
            return self.limit(clock, matter, urgency, at)
        except KeyError:
            return None

    def checklist(self, categories: Sequence[str]) -> Sequence[CheckItem]:
        """Return what is to be done before a matter is resolved: of the nearest of these categories that has a list."""
        return next((self.checklists[one] for one in categories if one in self.checklists), ())

    def audience(self, ladder: str, rung: str) -> Sequence[str]:
        """Return who hears of a rung of the day or the hour ladder: contact, substitute, deputy, head, chain_chief."""
        return self.ladders[ladder][rung]


def dated(
    rows: Sequence[tuple[str, str, str, str, datetime]],
) -> dict[tuple[str, str, str], list[DatedLimit]]:
    """Group (clock, matter, urgency, code, from_at) rows into what `Book.limits` wants."""
    found: dict[tuple[str, str, str], list[DatedLimit]] = {}
    for clock, matter, urgency, code, from_at in sorted(rows, key=lambda row: row[4]):
        found.setdefault((clock, matter, urgency), []).append(DatedLimit(from_at, parse_limit(code)))
    return found
