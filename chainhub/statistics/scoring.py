"""综合, ranks and labels: who stands where in a month, and why. Pure (domain, section 4; decisions/0027).

Bodies are compared, never persons; the number of 批示, visits or sign-ins counts nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from chainhub.core.words import Labelled
from chainhub.statistics.figures import (
    FIGURES,
    RANKED_N,
    Figure,
    Result,
    Tally,
    Weights,
    composite,
    number_text,
)

RATES = ("contacted", "solved", "satisfied")
"""The three rates of 综合, in the order in which its formula names them."""
ON_TIME = "handling_on_time"
COMPARED = (*RATES, ON_TIME)
"""Every figure that a label may rest on."""
LAG_POINTS = Fraction(5, 100)
LAG_CASES = Fraction(2)
"""待提升 is whoever is below all of them together by so much of a rate, and by so many whole cases: with few cases one
unhappy answer is chance."""
FIRST_OF = 3  # 先进 is the first third of whoever can be ranked


class Label(Labelled):
    """What a body is called in a month's ranking. There is no third: most bodies are neither."""

    ADVANCED = "advanced", "先进单位"
    BEHIND = "behind", "待提升单位"


@dataclass(frozen=True, slots=True)
class Scale:
    """Weights in force from a day on, with who set them and why; how hard a case is, by `kind:…` or `category:…`."""

    weights: Weights
    from_on: date | None = None  # None: since ever
    by: str = ""
    why: str = ""
    difficulty: Mapping[str, Fraction] | None = None

    def of_case(self, category: str, kind: str) -> Fraction:
        """Return how much a case of a category and kind weighs: both factors together, 1 where none is set."""
        set_ = self.difficulty or {}
        return set_.get(f"category:{category}", Fraction(1)) * set_.get(f"kind:{kind}", Fraction(1))


@dataclass(frozen=True, slots=True)
class Standing:
    """One body in a month's ranking. `rank` and `score` are None where it has too few answers."""

    key: str
    results: Mapping[str, Result]
    score: Fraction | None
    rank: int | None = None
    label: Label | None = None
    reasons: Sequence[str] = ()

    @property
    def n(self) -> int:
        """Of how many answers: the least of the three rates."""
        return min(self.results[code].n for code in RATES)


def standings(
    found: Mapping[str, Mapping[str, Result]], whole: Mapping[str, Result], weights: Weights
) -> list[Standing]:
    """Return every body, the best first, those of too few answers last by their keys. Equals share a rank.

    `whole` is all of them together: what each is compared with.
    """
    scored = {key: _score(results, weights) for key, results in found.items()}
    places = ranks({key: score for key, score in scored.items() if score is not None})
    total = composite(whole, weights)
    made = []
    for key, results in found.items():
        one = Standing(key, results, scored[key], places.get(key))
        if one.rank is not None:
            label, reasons = _labelled(one, whole, total, len(places))
            one = Standing(key, results, one.score, one.rank, label, reasons)
        made.append(one)
    return sorted(made, key=lambda one: (one.rank is None, one.rank or 0, one.key))


def _score(results: Mapping[str, Result], weights: Weights) -> Fraction | None:
    if not all(results[code].is_ranked for code in RATES):
        return None
    return composite(results, weights)


def ranks(scores: Mapping[str, Fraction], *, low_is_good: bool = False) -> dict[str, int]:
    """Return the rank of each key: one more than how many are better, so that equals share one."""
    sign = -1 if low_is_good else 1
    values = [sign * score for score in scores.values()]
    return {key: 1 + sum(other > sign * score for other in values) for key, score in scores.items()}


def _labelled(
    one: Standing, whole: Mapping[str, Result], total: Fraction | None, among: int
) -> tuple[Label | None, Sequence[str]]:
    if lags := [lag for code in COMPARED if (lag := _lag(one.results[code], whole[code]))]:
        return Label.BEHIND, lags
    on_time, together = one.results[ON_TIME], whole[ON_TIME]
    slow = on_time.is_ranked and (on_time.value or 0) < (together.value or 0)
    if one.rank is None or one.score is None or total is None or slow:
        return None, ()
    if one.rank > among // FIRST_OF or one.score <= total:
        return None, ()
    said = [f"综合 {points(one.score)} 分，合计 {points(total)} 分，在能排的 {among} 个里排第 {one.rank}"]
    if on_time.is_ranked:
        said.append(f"按时办结率 {_told(on_time)}，不低于合计的 {_told(together)}")
    return Label.ADVANCED, said


def _lag(one: Result, whole: Result) -> str:
    """Say by how much a rate is below all together; empty where it is not, or by no more than chance."""
    if not one.is_ranked or one.value is None or whole.value is None:
        return ""
    usual = whole.value * one.n
    short = usual - one.top
    if whole.value - one.value < LAG_POINTS or short < LAG_CASES:
        return ""
    return (
        f"{one.figure.label} {_told(one)}，合计 {_told(whole)}："
        f"照合计的水平 {one.n} 件里该有 {number_text(usual)} 件，少 {number_text(short)} 件"
    )


def _told(one: Result) -> str:
    return f"{one.text}（{one.share}）"


def points(score: Fraction) -> str:
    """Write a composite as people read it: 96.5."""
    return number_text(score * 100)


def formula(results: Mapping[str, Result], weights: Weights) -> str:
    """Write 综合 with its weights and numbers; an empty string where one of its rates could not be counted."""
    value = composite(results, weights)
    if value is None:
        return ""
    said = " + ".join(
        f"{getattr(weights, code)}% × {FIGURES[code].label} {_told(results[code])}" for code in RATES
    )
    return f"综合 = {said} = {points(value)} 分"


def too_few(results: Mapping[str, Result]) -> str:
    """Say why somebody is not ranked, with the counts."""
    counts = "，".join(f"{FIGURES[code].label} {results[code].n} 件" for code in RATES)
    return f"件数不足，不排名：有效评价 {counts}，都满 {RANKED_N} 件才排"


def weighted(figure: Figure, parts: Iterable[tuple[Fraction, Tally]]) -> Fraction | None:
    """Return a rate in which each case counts as much as it is hard; None of nothing."""
    top = total = Fraction(0)
    for weight, tally in parts:
        total += weight * sum(tally.values())
        top += weight * sum(figure.weights.get(value, Fraction(0)) * n for value, n in tally.items())
    return top / total if total else None
