"""What the leader's page takes from statistics: who keeps the limits, is it getting better, what there is much of."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.statistics import periods, queries, reach
from chainhub.statistics.backlog import BEGAN, FLOW
from chainhub.statistics.figures import FIGURES, RANKED_N, Result, ranked
from chainhub.statistics.presenting import case_url, line, span_text, worked
from chainhub.statistics.queries import Counts
from chainhub.statistics.reach import NONE, Narrow
from chainhub.statistics.showing import Choice, FigureLine, LeaderFigures, Stock, UnitBar
from chainhub.statistics.terms import Cut, Measure, Month, Span, month_of, rolling

_HOT = 5  # categories that are named


_YEAR = "近 12 个月"
_SPANS = (("", _YEAR), ("quarter", "本季"), ("month", "本月"))


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the figures of a leader's page follow from, and nothing else: they are made once for what is equal."""

    wanted: str  # the span, in the words of its tab
    span: Span  # the months of which rates are shown
    today: date
    stamp: str  # of the county's facts: names of units and categories
    everything: Counts
    units: Counts
    categories: Counts
    stock: Counts
    directory: Directory = field(compare=False)  # the one of that stamp

    @property
    def this(self) -> Month:
        """The present month."""
        return month_of(self.today)

    @property
    def year(self) -> Span:
        """The twelve months that end with it."""
        return rolling(self.this)


def leader(work: Work, said: str) -> LeaderFigures:
    """Return what a leader's page takes from statistics: four questions, read together."""
    facts, today = known.of(work.session), local(work.now).date()
    this = month_of(today)
    wanted = dict(_SPANS).get(said, _YEAR)
    span = dict(periods.usual(this))[wanted]
    flow = frozenset({Measure.RAISED, Measure.CLOSED, Measure.SATISFIED})
    everything, units, categories, stock = queries.several(
        work,
        (
            reach.question(work, rolling(this), flow, Narrow()),
            reach.question(work, span, frozenset({Measure.HANDLING}), Narrow(Cut.UNIT)),
            reach.question(
                work, Span(this.plus(-1), this), frozenset({Measure.RAISED}), Narrow(Cut.CATEGORY)
            ),
            reach.question(work, Span(BEGAN, this), FLOW, Narrow()),
        ),
    )
    return _figures(
        _Counted(wanted, span, today, facts.stamp, everything, units, categories, stock, facts.directory)
    )


@lru_cache(maxsize=64)
def _figures(counted: _Counted) -> LeaderFigures:
    span, year = counted.span, counted.year
    satisfied = counted.everything.result("satisfied", None, span)
    unhappy = satisfied.n - sum(
        n for value, n in counted.everything.tally(FIGURES["satisfied"], None, span).items() if value
    )
    whole = counted.units.result("handling_on_time")
    plain = counted.units.result("handling_on_time_plain")
    bars, few = _units(counted)
    months = tuple(_month(counted.everything, month) for month in year.months)
    said, backlog = span_text(span, counted.today), _backlog(counted.stock, year)
    return LeaderFigures(
        tuple(
            Choice(words, f"/?span={name}" if name else "/", words == counted.wanted)
            for name, words in _SPANS
        ),
        FigureLine(
            "unhappy",
            "企业不满意",
            str(unhappy),
            f"n = {satisfied.n}",
            case_url("satisfied", span, Narrow(), "no" if satisfied.n else ""),
            "",
        ),
        f"满意率 {line(satisfied, span, Narrow()).value}",
        bars,
        span.is_long,
        _no_units(span, whole),
        few,
        f"{said}，应办结 {whole.n} 件次",
        f"{worked(whole, span, Narrow())}；不含延期 {plain.share if whole.n else '—'}",
        months,
        f"近 12 个月，提出 {sum(one[1] for one in months)} 件，销号 {sum(one[2] for one in months)} 件",
        f"{worked(satisfied, span, Narrow())}。只用每件诉求的第一次评价；没接通、没评价的不算。{said}",
        _hot(counted),
        f"/statistics?{urlencode({'from': span.first.written, 'to': span.last.written})}",
        backlog,
        f"现在没办完的 {backlog[-1].open} 件，12 个月前 {backlog[0].open + backlog[0].left - backlog[0].entered} 件",
    )


def _backlog(found: Counts, year: Span) -> tuple[Stock, ...]:
    """Return how many were open at the end of each month: whatever ever became open, less what ended."""
    listed = []
    for month in year.months:
        until, alone = Span(BEGAN, month), Span(month, month)
        listed.append(
            Stock(
                month.text,
                found.number(Measure.ENTERED, until) - found.number(Measure.LEFT, until),
                found.number(Measure.ENTERED, alone),
                found.number(Measure.LEFT, alone),
                f"/statistics/open?month={month.written}",
                case_url("entered", alone, Narrow()),
                case_url("left", alone, Narrow()),
            )
        )
    return tuple(listed)


def _month(found: Counts, month: Month) -> tuple[str, int, int, str, str]:
    alone = Span(month, month)
    return (
        month.text,
        found.number(Measure.RAISED, alone),
        found.number(Measure.CLOSED, alone),
        case_url("raised", alone, Narrow()),
        case_url("closed", alone, Narrow()),
    )


def _units(counted: _Counted) -> tuple[tuple[UnitBar, ...], str]:
    """Return the units that can be rated, the slowest first: that is what a leader looks for; the others are named.

    In a short span nobody is rated: who missed a limit is named with k of n, whoever missed most first.
    """
    found, names = counted.units, counted.directory
    listed = [(key, found.result("handling_on_time", key)) for key in found.keys]
    if not counted.span.is_long:
        return _missed(counted, [(key, one) for key, one in listed if one.n])
    rated = list(reversed(ranked(listed)))
    bars = tuple(_bar(counted, key, int((one.value or 0) * 100), one.text, one.share) for key, one in rated)
    few = [f"{reach.label_of(names, Cut.UNIT, key)} {one.share}" for key, one in listed if not one.is_ranked]
    return bars, f"不足 {RANKED_N} 件不计率：{'，'.join(few)}" if few else ""


def _bar(counted: _Counted, key: str, percent: int | None, text: str, share: str) -> UnitBar:
    label = reach.label_of(counted.directory, Cut.UNIT, key)
    url = case_url("handling_on_time", counted.span, Narrow(Cut.UNIT, key))
    return UnitBar(label, percent, text, share, url)


def _no_units(span: Span, whole: Result) -> str:
    if span.is_long:
        return f"还没有办满 {RANKED_N} 件次的单位，不计率。"
    return "没有超时的单位。" if whole.n else "这段时间还没有应办结的。"


def _missed(counted: _Counted, listed: list[tuple[str, Result]]) -> tuple[tuple[UnitBar, ...], str]:
    missed = sorted(
        ((key, one) for key, one in listed if one.top < one.n),
        key=lambda pair: (pair[1].top - pair[1].n, -pair[1].n, pair[0]),
    )
    bars = tuple(_bar(counted, key, None, one.share, "") for key, one in missed)
    kept = [one.n for _, one in listed if one.top == one.n]
    return bars, f"{'其余 ' if bars else ''}{len(kept)} 个单位的 {sum(kept)} 件次都按时。" if kept else ""


def _hot(counted: _Counted) -> tuple[tuple[str, int, int, str, str], ...]:
    """Return what was raised most in this month and the one before: 上月 1 件 → 本月 3 件."""
    found, this = counted.categories, counted.this
    before, now = Span(this.plus(-1), this.plus(-1)), Span(this, this)
    listed = [
        (
            reach.label_of(counted.directory, Cut.CATEGORY, key),
            found.result("raised", key, before).n,
            found.result("raised", key, now).n,
            case_url("raised", before, Narrow(Cut.CATEGORY, key or NONE)),
            case_url("raised", now, Narrow(Cut.CATEGORY, key or NONE)),
        )
        for key in found.keys
    ]
    return tuple(sorted(listed, key=lambda one: (-one[2], -one[1], one[0]))[:_HOT])
