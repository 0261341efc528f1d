"""The JSON door of statistics."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.statistics import cases, now, periods, presenting, queries, reach, schemas
from chainhub.statistics.figures import FIGURES, Result, Sort, interval
from chainhub.statistics.presenting import ALL_MEASURES
from chainhub.statistics.queries import Counts
from chainhub.statistics.reach import READERS, Narrow
from chainhub.statistics.terms import Cut, Span, month_from, month_of
from chainhub.web import api, doors

room = api.Room("statistics", __name__, "统计")
_CLOSURE, _CASES = schemas.ClosureQuery(), schemas.CasesQuery()
_TIMES = dict(zip(schemas.TIMES, (periods.months, periods.quarters, periods.years), strict=True))


@room.get("/stats/closure", schemas.ClosureShape, api.Taken(query=schemas.ClosureQuery))
@doors.signed_in(*READERS)
def closure() -> Response:
    """办结统计：每个指标的数、分子、分母，和它的公式"""
    said = api.query(_CLOSURE)
    by = said.get("by", Cut.ALL.value)
    if by not in {*Cut, *_TIMES}:
        raise Invalid(errors={"by": ["不能按这个分，请看接口说明里写的。"]})
    with doors.reading() as work:
        span = _span(work, said)
        narrow = _narrow(said) if by in {*_TIMES, Cut.ALL.value} else _of_cut(said, Cut(by))
        found = queries.counts(work, reach.question(work, span, ALL_MEASURES, narrow))
        rows = _times(found, span, by) if by in _TIMES else _keys(work, found, narrow, by)
        present = now.of(work, narrow) if by == Cut.ALL.value else None
    formulas = [
        {
            "code": one.code,
            "label": one.label,
            "formula": one.formula,
            "sort": one.sort.value,
            "better": one.better.value,
        }
        for one in FIGURES.values()
    ]
    return api.answer(
        {
            "from": span.first.written,
            "to": span.last.written,
            "by": by,
            "rows": rows,
            "formulas": formulas,
            "now": present
            and {
                "open": present.open,
                "late": present.late,
                "late_for": {age.value: number for age, number in present.ages.items()},
                "soon": present.soon,
                "still": present.still,
            },
        }
    )


def _times(found: Counts, span: Span, by: str) -> list[dict[str, Any]]:
    return [
        _row(part.first.written, words, {code: found.result(code, None, part) for code in FIGURES})
        for words, part in _TIMES[by](span)
    ]


def _keys(work: Work, found: Counts, narrow: Narrow, by: str) -> list[dict[str, Any]]:
    if by == Cut.ALL.value:
        return [_row("", "合计", {code: found.result(code) for code in FIGURES})]
    names = presenting.names(work, narrow.cut, found.keys)
    return [
        _row(key, names[key], {code: found.result(code, key) for code in FIGURES})
        for key in presenting.order(found, narrow.cut)
    ]


def _row(key: str, label: str, results: Mapping[str, Result]) -> dict[str, Any]:
    return {"key": key, "label": label, "figures": {code: figure_shape(one) for code, one in results.items()}}


def figure_shape(one: Result) -> dict[str, Any]:
    """Return a figure as every answer has it."""
    rated = one.figure.sort is Sort.RATE
    likely = interval(float(one.top), one.n) if rated else None
    return {
        "n": one.n,
        "numerator": float(one.top),
        "value": None if one.value is None else float(one.value),
        "ranked": one.is_ranked,
        "low": likely[0] if likely else None,
        "high": likely[1] if likely else None,
    }


@room.get("/stats/cases", schemas.CountedCasePage, api.Taken(query=schemas.CasesQuery))
@doors.signed_in(*READERS)
def listed() -> Response:
    """一个指标数到的是哪些，一件不多，一件不少"""
    said = api.query(_CASES)
    code = said["figure"]
    if code not in FIGURES:
        raise Invalid(errors={"figure": ["没有这个指标，请看 /stats/closure 的 formulas。"]})
    with doors.reading() as work:
        asked = reach.question(work, _span(work, said), frozenset({FIGURES[code].measure}), _narrow(said))
        wanted = cases.wanted(code, said.get("part", ""), asked)
        found = cases.page(work, wanted, said.get("cursor", ""), said.get("limit", cases.PAGE))
    items = [
        {
            "number": row.number or None,
            "title": row.title or None,
            "unit": row.mark.unit,
            "month": month_from(row.mark.month).written,
            "value": row.mark.value,
            "how": presenting.how(row.mark, runs=row.runs),
            "running": row.runs,
        }
        for row in found.rows
    ]
    return api.answer({"total": found.total, "items": items, "next_cursor": found.next_cursor or None})


def _span(work: Work, said: Mapping[str, Any]) -> Span:
    return periods.span(said.get("from_month", ""), said.get("to_month", ""), month_of(work.now))


def _narrow(said: Mapping[str, Any]) -> Narrow:
    return Narrow(said.get("cut", Cut.ALL), said.get("key", ""), said.get("chain", ""))


def _of_cut(said: Mapping[str, Any], cut: Cut) -> Narrow:
    if said.get("cut", cut) is not cut:
        raise Invalid(errors={"cut": ["分开看的时候，cut 要和 by 一样。"]})
    return Narrow(cut, said.get("key", ""), said.get("chain", ""))
