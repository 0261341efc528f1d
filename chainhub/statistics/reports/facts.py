"""A month's figures as plain values, ready for canonical JSON: from a basis, whichever way that was made. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from chainhub.statistics.figures import FIGURES, Result
from chainhub.statistics.queries import Counts
from chainhub.statistics.reports.basis import Basis, Marked, Stood
from chainhub.statistics.reports.terms import Period
from chainhub.statistics.rules import LATE
from chainhub.statistics.terms import Measure, Span

Facts = dict[str, Any]
_RATED = ("handling_on_time", "satisfied")
"""The rates of a unit and of a chain, over the rolling twelve months."""


def compute(period: Period, basis: Basis) -> Facts:
    """Return the figures of a month: counts of it, rates of the twelve months that end with it, and what they count."""
    return {
        "figures": _figures(period, basis.months),
        "months": _months(period, basis.months),
        "categories": _compared(period, basis.categories, ("raised", "closed")),
        "kinds": _compared(period, basis.kinds, ("raised",)),
        "channels": _compared(period, basis.channels, ("raised",)),
        "chains": {key: _chain(period, basis.chains, key) for key in basis.chains.keys},
        "units": _units(period, basis),
        "standing": {
            "open": [one.ticket for one in basis.stood],
            "carried": [one.ticket for one in basis.stood if one.carried],
        },
        "counted": counted(basis.marks),
    }


def _figures(period: Period, found: Counts) -> Facts:
    spans: Mapping[str, Span | None] = {
        "month": period.alone,
        "before": period.before,
        "year_ago": period.year_ago,
        "rolling": period.rolling,
    }
    return {
        code: {name: written(found.result(code, None, span)) for name, span in spans.items()}
        for code in FIGURES
    }


def written(result: Result) -> Facts:
    """Return a figure as it is frozen: of how many, the numerator, the exact value, and as people read it."""
    return {
        "n": result.n,
        "top": _exact(result.top),
        "value": None if result.value is None else _exact(result.value),
        "text": result.text,
        "share": result.share,
    }


def _exact(number: Fraction) -> str:
    return str(number)


def _months(period: Period, found: Counts) -> list[list[int]]:
    return [
        [
            month.code,
            found.number(Measure.RAISED, Span(month, month)),
            found.number(Measure.CLOSED, Span(month, month)),
        ]
        for month in period.rolling.months
    ]


def _compared(period: Period, found: Counts, codes: Sequence[str]) -> Facts:
    """Return by key how many there were in the month before and in the month."""
    spans = (period.before, period.alone)
    return {
        key: {code: [found.result(code, key, span).n for span in spans] for code in codes}
        for key in found.keys
    }


def _chain(period: Period, found: Counts, key: str) -> Facts:
    said: Facts = {code: found.result(code, key, period.alone).n for code in ("raised", "closed")}
    return said | {code: written(found.result(code, key)) for code in _RATED}


def _units(period: Period, basis: Basis) -> Facts:
    """Return of every unit: sent, kept, broken in the month, not done at its end; its rates of twelve months."""
    open_ = _by_unit(basis.stood)
    return {
        key: _unit(period, basis.units, key) | {"open": open_.get(key, 0)}
        for key in sorted({*basis.units.keys, *open_})
    }


def _unit(period: Period, found: Counts, key: str) -> Facts:
    kept = found.tally(FIGURES["handling_on_time"], key, period.alone)
    late = kept.get(LATE, 0)
    said: Facts = {
        "dispatched": found.result("dispatched", key, period.alone).n,
        "on_time": sum(kept.values()) - late,
        "late": late,
    }
    return said | {code: written(found.result(code, key)) for code in _RATED}


def _by_unit(stood: Iterable[Stood]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in stood:
        if one.unit:
            found[one.unit] = found.get(one.unit, 0) + 1
    return found


def counted(marks: Iterable[Marked]) -> dict[str, list[list[Any]]]:
    """Return by measure exactly what is counted in the month: ticket, unit, how it came out; in order."""
    found: dict[str, list[list[Any]]] = {}
    for case, mark in marks:
        found.setdefault(mark.measure.value, []).append([case.ticket, mark.unit, mark.value])
    return {name: sorted(rows) for name, rows in sorted(found.items())}
