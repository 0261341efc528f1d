"""Which months somebody means: the rolling twelve, this year, this quarter, a month, or from one to another. Pure."""

import re
from collections.abc import Callable, Sequence

from chainhub.core.errors import Invalid
from chainhub.statistics.terms import Month, Span, rolling

MOST = 120  # months that are asked at once
_WRITTEN = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def read(said: str) -> Month | None:
    """Return a month as an address writes it (2026-11), or None for anything else."""
    found = _WRITTEN.fullmatch(said)
    return Month(int(found[1]), int(found[2])) if found else None


def span(first: str, last: str, this: Month) -> Span:
    """Return the months from one to another; the rolling twelve where neither is said. Raises Invalid."""
    if not first and not last:
        return rolling(this)
    end = read(last) if last else this
    begin = read(first) if first else end.plus(-11) if end else None
    if begin is None or end is None:
        name = "from" if begin is None and first else "to"
        raise Invalid(errors={name: ["月份要写成 2026-10 这样。"]})
    found = Span(begin, end)
    if begin > end or len(found.months) > MOST:
        raise Invalid(errors={"from": [f"起的月份要在止的月份以前，最多看 {MOST} 个月。"]})
    return found


def usual(this: Month) -> Sequence[tuple[str, Span]]:
    """Return the spans that people ask for, by their names."""
    quarter = Month(this.year, (this.month - 1) // 3 * 3 + 1)
    return (
        ("近 12 个月", rolling(this)),
        ("今年", Span(Month(this.year, 1), this)),
        ("去年", Span(Month(this.year - 1, 1), Month(this.year - 1, 12))),
        ("本季", Span(quarter, this)),
        ("本月", Span(this, this)),
        ("上月", Span(this.plus(-1), this.plus(-1))),
    )


def label(found: Span, this: Month) -> str:
    """Return what a span is called, or an empty string where it has no name."""
    return next((name for name, one in usual(this) if one == found), "")


def quarters(found: Span) -> list[tuple[str, Span]]:
    """Return the quarters of a span, the newest first; the first and the last as far as they lie in it."""
    return _grouped(found, lambda month: f"{month.year}年第{'一二三四'[(month.month - 1) // 3]}季度")


def years(found: Span) -> list[tuple[str, Span]]:
    """Return the years of a span, the newest first; the first and the last as far as they lie in it."""
    return _grouped(found, lambda month: f"{month.year}年")


def months(found: Span) -> list[tuple[str, Span]]:
    """Return the months of a span, the newest first."""
    return [(month.text, Span(month, month)) for month in reversed(found.months)]


def _grouped(found: Span, name: Callable[[Month], str]) -> list[tuple[str, Span]]:
    named: dict[str, list[Month]] = {}
    for month in found.months:
        named.setdefault(name(month), []).append(month)
    return [(words, Span(some[0], some[-1])) for words, some in reversed(named.items())]
