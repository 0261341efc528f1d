"""The county's chains, units and categories as one value that fits in memory. Enterprises stay in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChainFact:
    """A chain: code, names, the prefix of its ticket numbers."""

    code: str
    name: str
    short: str
    prefix: str


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A unit: code, names, kind, chain (of committees and task forces); may tickets be sent to it, does it 审签."""

    code: str
    name: str
    short: str
    kind: str
    chain: str | None
    handles: bool
    endorses: bool


@dataclass(frozen=True, slots=True)
class CategoryFact:
    """A category: code, label, the code above it, the units that are likely responsible."""

    code: str
    label: str
    parent: str | None
    units: Sequence[str]


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that is looked up by code on nearly every page."""

    chains: Mapping[str, ChainFact]
    units: Mapping[str, UnitFact]
    categories: Mapping[str, CategoryFact]

    def unit_name(self, code: str | None) -> str:
        """Return a unit's short name, or an empty string for none."""
        return self.units[code].short if code and code in self.units else ""

    def does_endorse(self, code: str | None) -> bool:
        """Say whether a unit's resolutions wait for its deputy or head (审签)."""
        return bool(code and code in self.units and self.units[code].endorses)

    def above(self, code: str | None) -> list[str]:
        """Return a category and those above it, the nearest first; nothing for one that is not set."""
        found: list[str] = []
        while code is not None and code in self.categories and code not in found:
            found.append(code)
            code = self.categories[code].parent
        return found

    def category_label(self, code: str | None) -> str:
        """Return a category's label, or an empty string for none."""
        return self.categories[code].label if code and code in self.categories else ""

    def within(self, category: str) -> frozenset[str]:
        """Return the category and everything below it."""
        return frozenset({category, *(c.code for c in self.categories.values() if c.parent == category)})
