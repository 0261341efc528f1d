"""What the pages of 考核 say, as plain values: ranking, weights, one's own place. Templates decide nothing."""

from dataclasses import dataclass

from chainhub.statistics.showing import Choice, FigureLine


@dataclass(frozen=True, slots=True)
class RankRow:
    """One body of a ranking; `rank` and `score` are empty where it has too few answers, and `few` says so."""

    key: str
    name: str
    rank: str
    score: str
    label: str
    label_code: str
    reasons: tuple[str, ...]
    few: str
    figures: tuple[FigureLine, ...]
    opens: bool  # whether this reader may open the lists behind the figures
    formula: str
    likely: tuple[str, ...]  # where each rate most likely lies
    weighted: str
    mine: bool


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A month's ranking."""

    title: str
    when: str
    open_line: str  # of a month that is not over
    ranked: tuple[RankRow, ...]
    few: tuple[RankRow, ...]
    whole: str
    weights: str
    is_weighted: bool


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """Weights of 综合 from a day on."""

    since: str
    weights: str
    difficulty: str
    by: str
    why: str
    standing: str  # 现在用的, 还没开始, 以前用的


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit or a chain stands, and what would raise it."""

    name: str
    lines: tuple[str, ...]
    label: str
    reasons: tuple[str, ...]
    hints: tuple[str, ...]
    first: tuple[tuple[str, str], ...]  # what is overdue, to be done first: its number and where it is
    doors: tuple[Choice, ...]
