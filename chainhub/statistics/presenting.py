"""Making what the pages of statistics say: figures as doors to what they count."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.statistics import reach, scoring, weighing
from chainhub.statistics.appeals import queries as appeals
from chainhub.statistics.appeals import rules, service
from chainhub.statistics.cases import Row
from chainhub.statistics.figures import (
    FIGURES,
    Figure,
    Result,
    Sort,
    ranked,
)
from chainhub.statistics.queries import Counts
from chainhub.statistics.reach import NONE, Narrow
from chainhub.statistics.rules import Mark
from chainhub.statistics.showing import (
    COLUMNS,
    GROUPS,
    NOT_OF_UNITS,
    OF_UNITS,
    CaseLine,
    Choice,
    CutRow,
    FigureLine,
)
from chainhub.statistics.terms import EXEMPTIBLE, Cut, Measure, Span, month_from, month_of

PAGE = "/statistics"
LIST = "/statistics/cases"
ALL_MEASURES = frozenset(figure.measure for figure in FIGURES.values())


@lru_cache(maxsize=4096)
def case_url(code: str, span: Span, narrow: Narrow, part: str = "") -> str:
    """Return where the list of what a figure counts is."""
    return _address(LIST, {"figure": code, "part": part}, span, narrow)


@lru_cache(maxsize=4096)
def page_url(span: Span, narrow: Narrow) -> str:
    """Return where all figures of a span and of one unit, chain … are."""
    return _address(PAGE, {}, span, narrow)


def _address(page: str, said: Mapping[str, str], span: Span, narrow: Narrow) -> str:
    asked = {
        **said,
        "from": span.first.written,
        "to": span.last.written,
        "cut": narrow.cut.value if narrow.key else "",
        "key": narrow.key,
        "chain": narrow.chain,
    }
    return f"{page}?{urlencode({name: value for name, value in asked.items() if value})}"


def line(result: Result, span: Span, narrow: Narrow) -> FigureLine:
    """Return a figure as a line: in a short span a rate says k of n and no per cent (domain, section 4)."""
    figure = result.figure
    value, share = result.text, ""
    if figure.sort is Sort.RATE and result.n:
        rated = _is_rated(result, span, narrow)
        value, share = (result.text, result.share) if rated else (result.share, "")
    elif figure.sort not in {Sort.RATE, Sort.COUNT} and result.n:
        share = f"{result.n} 次"
    url = case_url(figure.code, span, narrow) if result.n else ""
    return FigureLine(figure.code, figure.label, value, share, url, worked(result, span, narrow))


def worked(result: Result, span: Span, narrow: Narrow) -> str:
    """Return a figure's formula with the numbers put in, with a per cent where the figure is told in one."""
    return result.worked(rated=_is_rated(result, span, narrow))


def _is_rated(result: Result, span: Span, narrow: Narrow) -> bool:
    """Say whether a rate is written in per cent: over twelve months, and of one unit, chain … where there is enough of it."""
    return span.is_long and (result.is_ranked or not narrow.key)


def groups(found: Counts, span: Span, narrow: Narrow) -> list[tuple[str, list[FigureLine]]]:
    """Return every figure in the groups of the page; of a unit those that units answer for."""
    left_out = NOT_OF_UNITS if narrow.cut is Cut.UNIT else frozenset()
    return [
        (title, [line(found.result(code), span, narrow) for code in codes if code not in left_out])
        for title, codes in GROUPS
    ]


def columns(cut: Cut) -> Sequence[str]:
    """Return the figures that stand beside each other along a cut."""
    return OF_UNITS if cut is Cut.UNIT else COLUMNS


def rows(work: Work, found: Counts, span: Span, narrow: Narrow) -> list[CutRow]:
    """Return a row for each key of a cut, whoever keeps the limits best first where units are compared."""
    named = names(work, narrow.cut, found.keys)
    return [
        _row(named[key], found, key, span, Narrow(narrow.cut, key or NONE, narrow.chain))
        for key in order(found, narrow.cut)
    ]


def _row(label: str, found: Counts, key: str | None, span: Span, narrow: Narrow) -> CutRow:
    values = tuple(line(found.result(code, key, span), span, narrow) for code in columns(narrow.cut))
    return CutRow(label, page_url(span, narrow), values)


def order(found: Counts, cut: Cut) -> Sequence[str]:
    """Return the keys of a cut as they are read: units and chains best first, the rest by how much was raised."""
    if cut in {Cut.UNIT, Cut.CHAIN}:
        best = [key for key, _ in ranked((key, found.result("handling_on_time", key)) for key in found.keys)]
        return [*best, *(key for key in found.keys if key not in best)]
    return sorted(found.keys, key=lambda key: (-found.result("raised", key).n, key))


def names(work: Work, cut: Cut, keys: Iterable[str]) -> dict[str, str]:
    """Return what people call the keys of a cut."""
    if cut is Cut.ENTERPRISE:
        asked = select(Enterprise.code, Enterprise.short).where(Enterprise.code.in_(list(keys)))
        return dict(work.session.execute(asked).all())
    return {key: reach.key_label(work, cut, key) for key in keys}


def name_of(work: Work, narrow: Narrow) -> str:
    """Return what a narrowing is called: chain, then the key."""
    said = []
    if narrow.chain:
        said.append(reach.key_label(work, Cut.CHAIN, narrow.chain))
    if narrow.key:
        key = "" if narrow.key == NONE else narrow.key
        said.append(names(work, narrow.cut, [key]).get(key, key))
    return "，".join(said)


def time_rows(found: Counts, spans: Iterable[tuple[str, Span]], narrow: Narrow) -> list[CutRow]:
    """Return a row for each part of a span; counts and k of n, no rates where it is short."""
    return [_row(label, found, None, part, narrow) for label, part in spans]


def composite_line(work: Work, found: Counts, span: Span) -> str:
    """Return 综合 with its weights and numbers, or an empty string where one of its rates could not be counted."""
    results = {code: found.result(code) for code in scoring.RATES}
    if not span.is_long or not all(one.is_ranked for one in results.values()):
        return ""
    return scoring.formula(results, weighing.of(work, span.last).weights)


def span_text(span: Span, today: date) -> str:
    """Return a span as people read it; of the present month: up to today."""
    first, last = span.first, span.last
    if last >= month_of(today):
        until = (
            f"{today.month}月{today.day}日"
            if today.year == first.year
            else f"{today.year}年{today.month}月{today.day}日"
        )
        return f"{first.text}1日—{until}"
    return first.text if first == last else f"{first.text}—{last.text}"


_TOLD: tuple[tuple[tuple[Measure, ...], dict[int, str]], ...] = (
    (
        (Measure.INTAKE, Measure.DISPATCHING, Measure.RECEIPT, Measure.HANDLING, Measure.PART),
        {2: "按时", 1: "靠延期按时", 0: "超时"},
    ),
    ((Measure.SATISFIED, Measure.LAST_SATISFIED), {2: "满意", 1: "基本满意", 0: "不满意"}),
    ((Measure.CONTACTED, Measure.LAST_CONTACTED), {1: "联系了", 0: "没联系"}),
    ((Measure.SOLVED, Measure.LAST_SOLVED), {1: "解决了", 0: "没解决"}),
    ((Measure.CLEAR, Measure.LAST_CLEAR), {1: "清楚", 0: "不清楚"}),
    ((Measure.RULING, Measure.PART_RULING), {1: "退单成立", 0: "退单不成立"}),
    ((Measure.REVIEW,), {1: "审核通过", 0: "审核退回"}),
    ((Measure.REOPENED,), {1: "重办过", 0: "没有重办"}),
    ((Measure.CAME_BACK,), {1: "又出现了", 0: "没有反复"}),
    ((Measure.DISPATCHED,), {1: "退单成立，改派了", 0: "派到位"}),
)
_WORDS = {
    (measure, value): said for some, words in _TOLD for measure in some for value, said in words.items()
}


def how(mark: Mark, *, runs: bool = False) -> str:
    """Return how a case came out."""
    if runs:
        return "超时，还没办完"
    if mark.measure is Measure.EXEMPTED:
        return f"{EXEMPTIBLE[mark.value].label}这一项不计入"
    if mark.measure in {Measure.DAYS, Measure.DAYS_CARRIED}:
        return f"{mark.value} 个工作日"
    return _WORDS.get((mark.measure, mark.value), mark.measure.label)


def case_lines(work: Work, rows: Sequence[Row], code: str) -> list[CaseLine]:
    """Return cases as lines of the list of a figure."""
    own = work.actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)
    months = {row.mark.month for row in rows if row.mark.unit in own}
    published = appeals.published(work, months) if months else {}
    return [_case_line(work, row, FIGURES[code], published) for row in rows]


def _case_line(work: Work, row: Row, figure: Figure, published: Mapping[int, datetime]) -> CaseLine:
    unit = known.of(work.session).directory.unit_name(row.mark.unit)
    said = [one for one in (row.number, row.enterprise, unit) if one]
    return CaseLine(
        row.number,
        row.title,
        "，".join(said),
        row.state.label if row.state else "",
        how(row.mark, runs=row.runs),
        month_from(row.mark.month).text,
        row.approved,
        _appeal(work, row, figure, published),
    )


def _appeal(work: Work, row: Row, figure: Figure, published: Mapping[int, datetime]) -> Choice | None:
    """Return where to appeal against a case, for its own unit while it may; or what became of an appeal."""
    if row.appeal is not None:
        return Choice(
            f"考核申诉：{row.appeal.standing.label}", f"/statistics/appeals/{row.appeal.id}", current=False
        )
    mark = row.mark
    if not row.number or figure.code not in rules.APPEALABLE or not figure.weighs_down(mark.value):
        return None
    if mark.unit not in work.actor.refs(Role.DEPARTMENT, ScopeKind.UNIT):
        return None
    month = month_from(mark.month)
    limit = service.limit_of(work, service.APPEAL_LIMIT)
    if work.now >= rules.open_until(month, limit, work.calendar, published.get(mark.month)):
        return None
    asked = {"figure": figure.code, "unit": mark.unit, "month": month.written}
    return Choice("申诉", f"/tickets/{row.number}/assessment?{urlencode(asked)}", current=False)
