"""What the pages of statistics say, as plain values. Templates decide nothing."""

from dataclasses import dataclass

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "办了多少",
        (
            "raised",
            "dispatched",
            "closed",
            "declined",
            "incomplete",
            "withdrawn",
            "merged",
            "carried",
            "days_carried",
            "excluded",
            "exempted",
            "entered",
            "left",
        ),
    ),
    (
        "按时没有",
        (
            "intake_on_time",
            "dispatch_on_time",
            "receipt_on_time",
            "handling_on_time",
            "handling_on_time_plain",
            "part_on_time",
        ),
    ),
    ("办了多久", ("days_median", "days_p90", "days_mean")),
    (
        "返工多少",
        (
            "return_rejected",
            "part_return_rejected",
            "dispatch_corrected",
            "sent_back",
            "reopened",
            "came_back",
        ),
    ),
    (
        "企业怎么说",
        (
            "satisfied",
            "solved",
            "contacted",
            "clear",
            "last_satisfied",
            "last_solved",
            "last_contacted",
            "last_clear",
        ),
    ),
)
"""The figures of a page in their order, by code."""
COLUMNS = (
    "raised",
    "dispatched",
    "handling_on_time",
    "handling_on_time_plain",
    "days_median",
    "closed",
    "satisfied",
    "reopened",
)
"""The figures beside each other where there is a row for each category, month …"""
OF_UNITS = (
    "dispatched",
    "receipt_on_time",
    "handling_on_time",
    "handling_on_time_plain",
    "days_median",
    "part_on_time",
    "satisfied",
    "reopened",
)
"""The same for units: what is raised has none."""
NOT_OF_UNITS = frozenset(
    {"raised", "entered", "left", "declined", "merged", "intake_on_time", "dispatch_on_time"}
)
"""Figures of the chain's own staff, which a unit's page leaves out."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure: its value as a door to what it counts, of how many, the formula with the numbers put in."""

    code: str
    label: str
    value: str
    share: str  # empty where it would only repeat the value
    url: str
    formula: str


@dataclass(frozen=True, slots=True)
class CutRow:
    """One unit, category, month …: a value for each column."""

    label: str
    url: str  # to all of its figures
    values: tuple[FigureLine, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several links of which one is current."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a list."""

    number: str
    title: str
    line: str
    state: str
    how: str
    month: str
    note: str
    appeal: Choice | None = None  # to what was appealed against it, or to appeal


@dataclass(frozen=True, slots=True)
class UnitBar:
    """How a unit keeps its limits: a bar of a hundred, and k of n beside it."""

    label: str
    percent: int | None  # None: in a short span no rate is shown
    text: str
    share: str
    url: str


@dataclass(frozen=True, slots=True)
class Stock:
    """How many were open at the end of a month, how many became open in it and how many ended."""

    label: str
    open: int
    entered: int
    left: int
    open_url: str
    entered_url: str
    left_url: str


@dataclass(frozen=True, slots=True)
class LeaderFigures:
    """What a leader's page takes from statistics."""

    spans: tuple[Choice, ...]
    unhappy: FigureLine
    satisfied: str
    units: tuple[UnitBar, ...]
    rated: bool  # whether the span is long enough for per cent and order
    no_units: str  # said where no unit is shown
    few: str  # units of too few cases, named but not rated
    units_line: str
    units_formula: str
    months: tuple[tuple[str, int, int, str, str], ...]  # label, raised, closed, and where each leads
    months_line: str
    satisfied_formula: str
    hot: tuple[tuple[str, int, int, str, str], ...]  # category, before, now, and where each leads
    all_url: str
    backlog: tuple[Stock, ...]  # the last twelve months, the present one last
    backlog_line: str


@dataclass(frozen=True, slots=True)
class BoardFigure:
    """One of the large figures of the wall board; `colour` is a light's, or empty."""

    label: str
    colour: str
    number: str
    unit: str
    line: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One chain and how many stand at each step; the last is all of them."""

    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The wall board: it names no enterprise, no title and no person."""

    clock: str
    day: str
    figures: tuple[BoardFigure, ...]
    steps: tuple[str, ...]
    rows: tuple[BoardRow, ...]
    moves: tuple[tuple[str, str, str], ...]  # when, number, by whom and what
    units: tuple[UnitBar, ...]
    salons: tuple[tuple[str, str], ...]
    visit: bool
