"""Every figure once: what it is called, how it is computed, its formula in words. Pure (domain, section 4).

Pages, API, list and documentation all derive from `FIGURES`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from chainhub.statistics.terms import Measure

M = Measure
Tally = Mapping[int, int]
"""How many marks of one measure have each value."""
RANKED_N = 5
"""From so many cases on a rate is compared and ranked (domain, section 4)."""
_NO = "—"


class Sort(StrEnum):
    """How a figure is computed from its marks."""

    COUNT = "count"
    RATE = "rate"
    MEAN = "mean"
    MEDIAN = "median"
    P90 = "p90"


class Better(StrEnum):
    """Which way is the good one; where none is, nobody is compared by it."""

    HIGH = "high"
    LOW = "low"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the marks that it counts, what each value of them weighs in the numerator, its words."""

    code: str
    label: str
    sort: Sort
    measure: Measure
    top: str = ""  # the numerator in words; of a count: what is counted
    bottom: str = ""  # the denominator in words
    better: Better = Better.NEITHER
    weights: Mapping[int, Fraction] = field(default_factory=dict)  # a value that is not there weighs nothing

    @property
    def formula(self) -> str:
        """How it is computed, in words."""
        if self.sort is Sort.RATE:
            return f"{self.label} = {self.top} ÷ {self.bottom}"
        return f"{self.label} = {self.top}"

    @property
    def hits(self) -> tuple[int, ...]:
        """The values that stand in the numerator."""
        return tuple(value for value, weight in self.weights.items() if weight)

    def weighs_down(self, value: int) -> bool:
        """Say whether a case that came out so makes the figure worse than the best case would."""
        if not self.weights:
            return value > 0  # workdays
        weight = self.weights.get(value, 0)
        return weight < 1 if self.better is Better.HIGH else weight > 0


def _count(measure: Measure, top: str, label: str = "") -> Figure:
    return Figure(measure.value, label or measure.label, Sort.COUNT, measure, top)


def _rate(
    code: str, label: str, measure: Measure, said: str, better: Better, weights: Mapping[int, Fraction]
) -> Figure:
    top, bottom = said.split(" ÷ ")
    return Figure(code, label, Sort.RATE, measure, top, bottom, better, weights)


_ONE = Fraction(1)
_KEPT = {2: _ONE, 1: _ONE}  # in time, also by an extension
_PLAIN = {2: _ONE}
_YES, _NOT = {1: _ONE}, {0: _ONE}
_SATISFIED = {2: _ONE, 1: Fraction(9, 10)}
_HIGH, _LOW = Better.HIGH, Better.LOW
_OF_HANDLING = "每次办理从派单次日数起的工作日，派单当天不算，停钟的日子算在内，挂过账的另列"

# fmt: off
_ALL = (
    _count(M.RAISED, "这段时间提出的；合并的只算一件，保密的不在内"),
    _count(M.DISPATCHED, "派给主办单位的次数"),
    _count(M.CLOSED, "已经销号、没有又出现的，按最后一次销号的日子"),
    _count(M.DECLINED, "不予受理的"),
    _count(M.INCOMPLETE, "因材料未补齐结束的"),
    _count(M.WITHDRAWN, "企业撤回的"),
    _count(M.MERGED, "并到别的诉求里一起办的"),
    _count(M.CARRIED, "挂账的次数，续挂另算一次"),
    _count(M.EXCLUDED, "链长批准不计入考核的；它们不在任何比率里"),
    _count(M.EXEMPTED, "申诉成立、不再算进那一个指标的；别的指标照算"),
    _count(M.ENTERED, "进入在办的次数：新提出的，和结束以后又回来的", "进入在办"),
    _count(M.LEFT, "办完离开的次数：销号、不予受理、撤回、合并、材料未补齐", "办完离开"),
    _count(M.DAYS_CARRIED, "挂过账以后办结的次数，不算进办理工作日", "挂账后办结"),
    _rate("intake_on_time", "按时接单率", M.INTAKE, "时限内接单 ÷ 应接单", _HIGH, _KEPT),
    _rate("dispatch_on_time", "按时派单率", M.DISPATCHING, "时限内派单 ÷ 应派单", _HIGH, _KEPT),
    _rate("receipt_on_time", "按时签收率", M.RECEIPT, "时限内签收 ÷ 应签收", _HIGH, _KEPT),
    _rate("handling_on_time", "按时办结率", M.HANDLING, "时限内办结 ÷ 应办结", _HIGH, _KEPT),
    _rate("handling_on_time_plain", "按时办结率（不含延期）", M.HANDLING, "不靠延期、时限内办结 ÷ 应办结", _HIGH, _PLAIN),
    _rate("part_on_time", "协办按时反馈率", M.PART, "时限内反馈 ÷ 应反馈", _HIGH, _KEPT),
    _rate("return_rejected", "退单不成立率", M.RULING, "裁定不成立 ÷ 裁定过的主办退单", _LOW, _NOT),
    _rate("part_return_rejected", "协办退单不成立率", M.PART_RULING, "裁定不成立 ÷ 裁定过的协办退单", _LOW, _NOT),
    _rate("dispatch_corrected", "派单更正率", M.DISPATCHED, "退单成立、改派的 ÷ 派单次数", _LOW, _YES),
    _rate("sent_back", "审核退回率", M.REVIEW, "审核退回 ÷ 审核次数", _LOW, _NOT),
    _rate("reopened", "重办率", M.REOPENED, "答复后重办或提级的 ÷ 答复过企业的诉求", _LOW, _YES),
    _rate("came_back", "重复反映率", M.CAME_BACK, "销号后又出现的 ÷ 销过号的诉求", _LOW, _YES),
    _rate("contacted", "响应率", M.CONTACTED, "联系了 ÷ 有效评价", _HIGH, _YES),
    _rate("solved", "解决率", M.SOLVED, "解决了 ÷ 有效评价", _HIGH, _YES),
    _rate("satisfied", "满意率", M.SATISFIED, "（满意 + 0.9 × 基本满意） ÷ 有效评价", _HIGH, _SATISFIED),
    _rate("clear", "答复清楚率", M.CLEAR, "答复清楚 ÷ 咨询和建议的有效评价", _HIGH, _YES),
    _rate("last_contacted", "响应率（末次）", M.LAST_CONTACTED, "末次评价联系了 ÷ 有效评价", _HIGH, _YES),
    _rate("last_solved", "解决率（末次）", M.LAST_SOLVED, "末次评价解决了 ÷ 有效评价", _HIGH, _YES),
    _rate("last_satisfied", "满意率（末次）", M.LAST_SATISFIED, "（末次满意 + 0.9 × 基本满意） ÷ 有效评价", _HIGH, _SATISFIED),
    _rate("last_clear", "答复清楚率（末次）", M.LAST_CLEAR, "末次答复清楚 ÷ 咨询和建议的有效评价", _HIGH, _YES),
    Figure("days_mean", "平均办理工作日", Sort.MEAN, M.DAYS, f"合计 ÷ 次数；{_OF_HANDLING}"),
    Figure("days_median", "办理工作日中位数", Sort.MEDIAN, M.DAYS, f"从少到多排在正中间的；{_OF_HANDLING}", "", _LOW),
    Figure("days_p90", "办理工作日 90 分位", Sort.P90, M.DAYS, f"十次里九次不超过的；{_OF_HANDLING}", "", _LOW),
)
# fmt: on
FIGURES: Mapping[str, Figure] = {one.code: one for one in _ALL}


@dataclass(frozen=True, slots=True)
class Result:
    """A figure as it came out: of how many, the numerator, the value. None where nothing could be counted."""

    figure: Figure
    n: int
    top: Fraction
    value: Fraction | None

    @property
    def is_ranked(self) -> bool:
        """Whether there are enough cases to compare it."""
        return self.n >= RANKED_N

    @property
    def text(self) -> str:
        """The value as people read it; “—” where there is none."""
        if self.value is None:
            return _NO
        if self.figure.sort is Sort.RATE:
            return f"{_rounded(self.value, 100)}%"
        return number_text(self.value)

    @property
    def share(self) -> str:
        """Numerator over denominator: 33/36, 28.5/31; a count alone where there is no numerator."""
        return f"{number_text(self.top)}/{self.n}" if self.figure.sort is Sort.RATE else str(self.n)

    def worked(self, *, rated: bool) -> str:
        """Return the formula with the numbers put in; a rate without its per cent where there is too little for one."""
        if self.figure.sort is Sort.RATE:
            if self.value is None:
                return f"{self.figure.formula}，还没有可数的，记作“—”"
            counted = f"{self.figure.formula} = {number_text(self.top)} ÷ {self.n}"
            return f"{counted} = {self.text}" if rated else counted
        said = self.figure.formula
        return said if self.figure.sort is Sort.COUNT else f"{said} = {self.text}，n = {self.n}"


def compute(figure: Figure, tally: Tally) -> Result:
    """Compute a figure from how many marks have each value."""
    n = sum(tally.values())
    if figure.sort is Sort.COUNT:
        return Result(figure, n, Fraction(n), Fraction(n))
    if figure.sort is Sort.RATE:
        top = _weighed(figure, tally)
        return Result(figure, n, top, top / n if n else None)
    total = Fraction(sum(value * times for value, times in tally.items()))
    return Result(figure, n, total, _of_days(figure.sort, tally, n, total) if n else None)


def _weighed(figure: Figure, tally: Tally) -> Fraction:
    """Return the numerator of a rate. Whole weights are added as whole numbers: a page adds hundreds of them."""
    whole, part = 0, Fraction(0)
    for value, weight in figure.weights.items():
        if times := tally.get(value, 0):
            if weight.denominator == 1:
                whole += weight.numerator * times
            else:
                part += weight * times
    return part + whole if part else Fraction(whole)


def _of_days(sort: Sort, tally: Tally, n: int, total: Fraction) -> Fraction:
    if sort is Sort.MEAN:
        return total / n
    if sort is Sort.P90:
        return Fraction(_at(tally, math.ceil(Fraction(9 * n, 10))))
    return Fraction(_at(tally, (n + 1) // 2) + _at(tally, n // 2 + 1), 2)


def _at(tally: Tally, place: int) -> int:
    """Return the value at a place, from 1, of all values from the least to the most."""
    seen = 0
    for value in sorted(tally):
        seen += tally[value]
        if seen >= place:
            return value
    raise ValueError(f"there is no place {place} among {seen}")


def _rounded(number: Fraction, times: int = 1) -> int:
    """Return so many times a number, to the nearest whole one; a half goes up."""
    return (2 * times * number.numerator + number.denominator) // (2 * number.denominator)


def number_text(number: Fraction) -> str:
    """Write a number with one decimal where it has any: 33, 28.5."""
    tenths = _rounded(number, 10)
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class Weights:
    """What each rate weighs in the composite, in per cent (domain, section 4; a decision of the county)."""

    contacted: int = 10
    solved: int = 50
    satisfied: int = 40


def composite(results: Mapping[str, Result], weights: Weights) -> Fraction | None:
    """Return 综合 of the three rates; None where one of them could not be counted."""
    parts = [(results[name].value, getattr(weights, name)) for name in ("contacted", "solved", "satisfied")]
    if any(value is None for value, _ in parts):
        return None
    return sum((value * weight / 100 for value, weight in parts if value is not None), Fraction(0))


def ranked(results: Iterable[tuple[str, Result]]) -> list[tuple[str, Result]]:
    """Return who can be compared, the best first; of equals whoever did more. Below `RANKED_N` nobody is."""
    found = [(key, one) for key, one in results if one.is_ranked and one.value is not None]
    sign = -1 if found and found[0][1].figure.better is Better.HIGH else 1
    return sorted(found, key=lambda pair: (sign * (pair[1].value or 0), -pair[1].n, pair[0]))


def interval(hits: float, n: int) -> tuple[float, float] | None:
    """Return where a share most likely lies, as Wilson has it (95 %); None of nothing. Shown by the API alone."""
    if n == 0:
        return None
    z = 1.959964
    share, square = hits / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)
