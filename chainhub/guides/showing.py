"""What a page of guides shows, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.guides.rules import Standing

COLOURS = {
    Standing.DUE: "yellow",
    Standing.KEPT: "blue",
    Standing.WAIVED: "blue",
    Standing.MISSED: "red",
    Standing.GAP: "red",
}
"""The light of each standing; it never stands without its word."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """One visit in a list or on its page."""

    id: int
    url: str
    day: str
    firm: str
    kind: str
    guide: str
    met: str
    done: str
    note: str
    policies: Sequence[str]
    tickets: Sequence[tuple[str, str, str]]  # address, title, state


@dataclass(frozen=True, slots=True)
class DutyView:
    """One firm's month: its light, and what may be done about it."""

    firm: str
    code: str
    guide: str
    words: str
    colour: str
    url: str  # of the visit that kept it
    may_log: bool = False


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """The figures of a chain or a guide."""

    name: str
    words: str
    n: int
    kept: str
    waived: str
    due: str
    missed: str
    gap: str
