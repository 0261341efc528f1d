"""The tables of a report, once: page, .docx and .xlsx write the same rows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chainhub.statistics.figures import RANKED_N
from chainhub.statistics.terms import month_from

Content = Mapping[str, Any]
_BARS = 6  # categories of a chart: their names find room beside each other on a phone
_COUNTS = (
    "raised",
    "dispatched",
    "closed",
    "declined",
    "incomplete",
    "withdrawn",
    "merged",
    "carried",
    "excluded",
)
_TIMES = (
    "intake_on_time",
    "dispatch_on_time",
    "receipt_on_time",
    "handling_on_time",
    "handling_on_time_plain",
    "part_on_time",
)
_ANSWERS = ("contacted", "solved", "satisfied", "clear", "last_satisfied")
_AGAIN = ("reopened", "came_back", "sent_back", "return_rejected", "dispatch_corrected")
_DAYS = ("days_median", "days_p90")
SPANS = (("month", "本月"), ("before", "上月"), ("year_ago", "去年同月"), ("rolling", "近 12 个月"))


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table: its heading, the names of its columns, its rows; `wide` columns hold texts."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]  # in parts of the whole
    texts: int = 1  # columns from the left that are texts; the others are numbers


@dataclass(frozen=True, slots=True)
class Bars:
    """What a chart shows: labels, and a name with values for each series."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    lying: bool = False
    percent: bool = False


def _cell(content: Content, code: str, span: str) -> str:
    """Write a figure: in a month k of n and no per cent; in twelve months the rate with k of n."""
    found = content["figures"][code][span]
    if content["formulas"][code]["sort"] != "rate" or not found["n"]:
        return str(found["text"])
    return f"{found['text']}（{found['share']}）" if span == "rolling" else str(found["share"])


def _of(content: Content, title: str, codes: Sequence[str]) -> ReportTable:
    rows = [
        (content["formulas"][code]["label"], *(_cell(content, code, span) for span, _ in SPANS))
        for code in codes
    ]
    return ReportTable(title, ("指标", *(label for _, label in SPANS)), rows, (34, 14, 14, 16, 22))


def totals(content: Content) -> ReportTable:
    """Return 总量与同比环比."""
    return _of(content, "总量与同比环比", _COUNTS)


def times(content: Content) -> ReportTable:
    """Return how the limits were kept, and how long it took."""
    return _of(content, "时限", (*_TIMES, *_DAYS))


def answers(content: Content) -> ReportTable:
    """Return what the enterprises said, first answers; the last 满意率 beside them."""
    return _of(content, "回访评价", _ANSWERS)


def again(content: Content) -> ReportTable:
    """Return what was done twice."""
    return _of(content, "返工与重复反映", _AGAIN)


def categories(content: Content) -> ReportTable:
    """Return what there was of each category, the most first."""
    names = content["names"]["category"]
    found = [
        (names.get(key, key), *one["raised"], one["closed"][1]) for key, one in content["categories"].items()
    ]
    rows = [tuple(map(str, one)) for one in sorted(found, key=lambda one: (-one[2], -one[1], one[0]))]
    return ReportTable("按类别", ("类别", "上月提出", "本月提出", "本月销号"), rows, (40, 20, 20, 20))


def sorts(content: Content) -> ReportTable:
    """Return what there was of each kind and through each channel."""
    rows = []
    for part, label in (("kinds", "性质"), ("channels", "渠道")):
        names = content["names"][part.removesuffix("s")]
        found = [(names.get(key, key), *one["raised"]) for key, one in content[part].items()]
        rows += [
            (label, name, str(before), str(now))
            for name, before, now in sorted(found, key=lambda one: (-one[2], one[0]))
        ]
    return ReportTable("按性质和渠道", ("按", "哪一种", "上月提出", "本月提出"), rows, (16, 36, 24, 24), 2)


def _rate(found: Mapping[str, Any]) -> str:
    """Write a rate of twelve months; below `RANKED_N` cases k of n alone, which is not ranked."""
    if not found["n"]:
        return "—"
    return f"{found['text']}（{found['share']}）" if found["n"] >= RANKED_N else str(found["share"])


def units(content: Content) -> ReportTable:
    """Return 各单位 in the shape that leaders know: who can be compared first, the best first."""
    names = content["names"]["unit"]

    def order(pair: tuple[str, Any]) -> tuple[bool, Fraction, int, str]:
        rate = pair[1]["handling_on_time"]
        compared = rate["n"] >= RANKED_N
        value = Fraction(rate["value"]) if rate["value"] is not None else Fraction(0)
        return (not compared, -value if compared else Fraction(0), -rate["n"], pair[0])

    rows = [
        (
            names.get(key, key),
            str(one["dispatched"]),
            str(one["on_time"]),
            str(one["late"]),
            str(one["open"]),
            _rate(one["handling_on_time"]),
            _rate(one["satisfied"]),
        )
        for key, one in sorted(content["units"].items(), key=order)
    ]
    head = ("单位", "派单数", "按时", "逾期", "未办结", "按时办结率", "满意率")
    return ReportTable("各单位", head, rows, (26, 10, 9, 9, 10, 18, 18))


def chains(content: Content) -> ReportTable:
    """Return each chain beside the others; of one chain's report nothing that its totals do not say."""
    names = content["names"]["chain"]
    rows = [
        (
            names.get(key, key),
            str(one["raised"]),
            str(one["closed"]),
            _rate(one["handling_on_time"]),
            _rate(one["satisfied"]),
        )
        for key, one in content["chains"].items()
    ]
    head = ("产业链", "本月提出", "本月销号", "按时办结率", "满意率")
    return ReportTable("各产业链", head, rows, (20, 15, 15, 25, 25))


def carried(content: Content) -> ReportTable:
    """Return 长期跟踪清单."""
    rows = [
        (one["number"], one["title"], one["unit"], one["reason"], one["review_on"])
        for one in content["carried"]
    ]
    return ReportTable(
        "长期跟踪清单", ("编号", "事项", "主办单位", "等什么", "复查日"), rows, (22, 32, 18, 12, 16), 5
    )


def months_bars(content: Content) -> Bars:
    """Return how many were raised and closed in each of twelve months."""
    found = content["months"]
    labels = [
        f"{month_from(code).year}年{month_from(code).month}月"
        if place == 0 or code % 100 == 1
        else f"{code % 100}月"
        for place, (code, _, _) in enumerate(found)
    ]
    series = (("提出", [one[1] for one in found]), ("销号", [one[2] for one in found]))
    return Bars("近 12 个月提出与销号（件）", labels, series)


def categories_bars(content: Content) -> Bars | None:
    """Return how many of each category; None where there is none."""
    rows = [one for one in categories(content).rows if int(one[1]) + int(one[2])][:_BARS]
    if not rows:
        return None
    series = (("上月", [int(one[1]) for one in rows]), ("本月", [int(one[2]) for one in rows]))
    return Bars("各类诉求（件）", [one[0] for one in rows], series)


def units_bars(content: Content) -> Bars | None:
    """Return 按时办结率 of the units that can be compared; None where none can."""
    names = content["names"]["unit"]
    found = [
        (Fraction(one["handling_on_time"]["value"]), names.get(key, key))
        for key, one in content["units"].items()
        if one["handling_on_time"]["n"] >= RANKED_N
    ]
    if not found:
        return None
    rows = sorted(found, key=lambda one: (-one[0], one[1]))[:12]
    series = (("按时办结率", [round(float(value * 100)) for value, _ in rows]),)
    title = f"近 12 个月按时办结率（%，不少于 {RANKED_N} 件次的单位）"
    return Bars(title, [name for _, name in rows], series, lying=True, percent=True)


def all_tables(content: Content) -> list[ReportTable]:
    """Return every table in the order of the paper."""
    found = [totals(content), times(content), categories(content), sorts(content), units(content)]
    if not content["chain"]:
        found.append(chains(content))
    return [*found, answers(content), again(content), carried(content)]
