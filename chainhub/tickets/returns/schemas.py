"""What the JSON door of returns takes and answers."""

from marshmallow import fields as mm

from chainhub.tickets.returns.rules import Verdict
from chainhub.tickets.terms import ReturnReason
from chainhub.web.shapes import (
    CODE_MOST,
    Choice,
    Day,
    Line,
    Query,
    Shape,
    cursor,
    next_cursor,
    page_limit,
)


class PeriodQuery(Query):
    """Which days; by default a year back from today."""

    from_day = Day(about="从哪天起")
    to_day = Day(about="到哪天，算上这天")


class ReturnQuery(PeriodQuery):
    """Which returns."""

    unit = Line(CODE_MOST, about="退单的单位")
    category = Line(CODE_MOST, about="一级类别编码；none 是没有定类别的")
    to = Line(CODE_MOST, about="改派到的单位")
    verdict = Choice(Verdict)
    cursor = cursor()
    limit = page_limit(50, 200)


class Cell(Shape):
    """Returns of one unit in one category."""

    unit = mm.String(required=True)
    category = mm.String(required=True, metadata={"description": "一级类别；空着是没有定"})
    n = mm.Integer(required=True)
    upheld = mm.Integer(required=True)
    rejected = mm.Integer(required=True)
    rate = mm.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "裁定过的里面成立的，百分之几；没有裁定过是 null"},
    )


class Pair(Shape):
    """Upheld returns from one unit to the one that got it then."""

    unit = mm.String(required=True)
    to = mm.String(required=True)
    n = mm.Integer(required=True)


class UnclearShape(Shape):
    """A category of which the responsibility list is unclear."""

    category = mm.String(required=True)
    upheld = mm.Integer(required=True)
    dispatched = mm.Integer(required=True)
    units = mm.Integer(required=True)
    is_dispersed = mm.Boolean(required=True)


class MatrixShape(Shape):
    """The returns of a period."""

    from_day = mm.Date(required=True)
    to_day = mm.Date(required=True)
    cells = mm.List(mm.Nested(Cell), required=True)
    pairs = mm.List(mm.Nested(Pair), required=True)
    unclear = mm.List(mm.Nested(UnclearShape), required=True)
    cut = mm.Boolean(required=True, metadata={"description": "太多了，只算了最近的"})


class ReturnShape(Shape):
    """One return."""

    number = mm.String(required=True)
    title = mm.String(required=True)
    unit = mm.String(required=True)
    to = mm.String(required=True)
    category = mm.String(required=True)
    reason_code = mm.Enum(ReturnReason, by_value=mm.String, required=True)
    note = mm.String(required=True)
    verdict = mm.Enum(Verdict, by_value=mm.String, required=True)
    is_part = mm.Boolean(required=True, metadata={"description": "退的是协办"})
    at = mm.AwareDateTime(required=True)


class ReturnPage(Shape):
    """Some returns, the newest first."""

    items = mm.List(mm.Nested(ReturnShape), required=True)
    next_cursor = next_cursor()
