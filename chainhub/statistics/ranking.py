"""A month's ranking of units or of chains: the twelve months that end with it, by 综合, open to all who work here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.statistics import periods, presenting, queries, reach, scoring, weighing
from chainhub.statistics.figures import FIGURES, Result, interval, number_text
from chainhub.statistics.queries import Question
from chainhub.statistics.rank_showing import RankingPage, RankRow
from chainhub.statistics.reach import Narrow, Reach
from chainhub.statistics.scoring import COMPARED, RATES, Scale, Standing
from chainhub.statistics.terms import Cut, Measure, Month, month_of, rolling

OF = (Cut.UNIT, Cut.CHAIN)
MEASURES = frozenset(FIGURES[code].measure for code in COMPARED)
_NAMES = {Cut.UNIT: "各单位", Cut.CHAIN: "各产业链"}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who stands where in a month, what all of them together have, and by which weights."""

    month: Month
    cut: Cut
    scale: Scale
    standings: Sequence[Standing]
    whole: Mapping[str, Result]
    weighted: Mapping[
        str, Fraction
    ]  # 综合 by difficulty, of whoever is ranked; empty where the county set none


def asked(work: Work, said: str, of: str) -> tuple[Month, Cut]:
    """Return the month and the cut that an address means; the present month, and units. Raises Invalid."""
    this = month_of(work.now)
    month = periods.read(said) if said else this
    if month is None or month > this:
        raise Invalid(errors={"month": ["月份要写成 2026-10 这样，不能是以后的。"]})
    if of and of not in {one.value for one in OF}:
        raise Invalid(errors={"of": ["只排单位和产业链，请从页面上选。"]})
    return month, Cut(of or Cut.UNIT)


def ranking(work: Work, month: Month, cut: Cut, more: frozenset[Measure] = frozenset()) -> Ranking:
    """Return a month's ranking in the whole county: whoever is compared sees with whom. Raises NotAllowed.

    `more` is measured beside it, for who wants other figures of the same bodies.
    """
    reach.of(work)
    span, scale = rolling(month), weighing.of(work, month)
    found = queries.counts(work, Question(span, MEASURES | more, cut))
    codes = [code for code, one in FIGURES.items() if one.measure in MEASURES | more]
    by_key = {key: {code: found.result(code, key) for code in codes} for key in found.keys}
    whole = {code: found.result(code) for code in codes}
    rows = scoring.standings(by_key, whole, scale.weights)
    return Ranking(month, cut, scale, rows, whole, _weighted(work, month, cut, scale, rows))


def _weighted(
    work: Work, month: Month, cut: Cut, scale: Scale, rows: Sequence[Standing]
) -> Mapping[str, Fraction]:
    """Return 综合 in which each case counts as much as it is hard: to look at, nobody is ranked by it."""
    if not any(one != 1 for one in (scale.difficulty or {}).values()):
        return {}
    measures = frozenset(FIGURES[code].measure for code in RATES)
    spread = queries.spread(work, Question(rolling(month), measures, cut))
    found = {}
    for row in rows:
        rates = [_rate(scale, code, spread.get(row.key, {})) for code in RATES]
        if row.rank is not None and None not in rates:
            weights = (getattr(scale.weights, code) for code in RATES)
            parts = (weight * (rate or 0) / 100 for rate, weight in zip(rates, weights, strict=True))
            found[row.key] = sum(parts, Fraction(0))
    return found


def _rate(
    scale: Scale, code: str, spread: Mapping[Measure, Mapping[tuple[str, str, int], int]]
) -> Fraction | None:
    figure = FIGURES[code]
    parts = (
        (scale.of_case(category, kind), {value: n})
        for (category, kind, value), n in spread.get(figure.measure, {}).items()
    )
    return scoring.weighted(figure, parts)


# As a page shows it


def page(work: Work, month: Month, cut: Cut) -> RankingPage:
    """Return a month's ranking as a page shows it. Raises NotAllowed."""
    found, reached = ranking(work, month, cut), reach.of(work)
    names = presenting.names(work, cut, [one.key for one in found.standings])
    mine = _mine(reached, cut)
    rows = [
        _row(found, one, names[one.key], mine=one.key in mine, opens=_opens(reached, cut, one.key))
        for one in found.standings
    ]
    open_month = month == month_of(work.now)
    return RankingPage(
        _NAMES[cut],
        presenting.span_text(rolling(month), local(work.now).date()),
        "这个月还没过完，名次还会变。" if open_month else "",
        tuple(one for one in rows if one.rank),
        tuple(one for one in rows if not one.rank),
        scoring.formula(found.whole, found.scale.weights),
        weights_text(found.scale),
        bool(found.weighted),
    )


def _mine(reached: Reach, cut: Cut) -> frozenset[str]:
    return reached.units if cut is Cut.UNIT else (reached.chains or frozenset())


def _opens(reached: Reach, cut: Cut, key: str) -> bool:
    """Say whether this reader may open the list behind a body's figures, and finds in it all that they count."""
    if reached.chains is None:
        return True
    return key in (reached.chains if cut is Cut.CHAIN else reached.units if reached.is_of_units else ())


def _row(found: Ranking, one: Standing, name: str, *, mine: bool, opens: bool) -> RankRow:
    span = rolling(found.month)
    lines = [presenting.line(one.results[code], span, Narrow(found.cut, one.key)) for code in COMPARED]
    weighted = found.weighted.get(one.key)
    return RankRow(
        one.key,
        name,
        f"第 {one.rank}" if one.rank else "",
        f"{scoring.points(one.score)} 分" if one.score is not None else "",
        one.label.label if one.label else "",
        one.label.value if one.label else "",
        tuple(one.reasons),
        "" if one.rank else scoring.too_few(one.results),
        tuple(lines),
        opens,
        scoring.formula(one.results, found.scale.weights),
        tuple(said for code in COMPARED if (said := likely(one.results[code]))),
        f"按难度加权 {scoring.points(weighted)} 分，只作参考，不用来排" if weighted is not None else "",
        mine,
    )


def likely(one: Result) -> str:
    """Say where a rate most likely lies, as Wilson has it (95 %); empty of nothing."""
    found = interval(float(one.top), one.n)
    if found is None:
        return ""
    low, high = (round(100 * share) for share in found)
    return f"{one.figure.label} {low}%—{high}%"


def weights_text(scale: Scale) -> str:
    """Say by which weights, since when."""
    said = " + ".join(f"{getattr(scale.weights, code)}% × {FIGURES[code].label}" for code in RATES)
    day = scale.from_on
    since = f"，{day.year}年{day.month}月{day.day}日起" if day else ""
    hard = [f"{name} × {number_text(one)}" for name, one in (scale.difficulty or {}).items() if one != 1]
    return f"综合 = {said}{since}" + ("；另有难度系数" if hard else "")
