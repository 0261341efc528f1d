"""What the JSON door of statistics takes and answers."""

from marshmallow import fields as mm

from chainhub.statistics.cases import PAGE
from chainhub.statistics.figures import Better, Sort
from chainhub.statistics.terms import Cut
from chainhub.web.shapes import CODE_MOST, Choice, Line, Query, Shape, cursor, next_cursor, page_limit

_MONTH = 7  # characters: 2026-11
TIMES = ("month", "quarter", "year")


def _month(name: str, about: str) -> Line:
    field = Line(_MONTH, about=about)
    field.data_key = name
    return field


class ClosureQuery(Query):
    """Which months, along which cut; of which chain, and of one key alone."""

    from_month = _month("from", "从哪个月起，如 2026-01；不写是近 12 个月")
    to_month = _month("to", "到哪个月，算上这个月；不写是本月")
    by = Line(
        CODE_MOST, about=f"分开看：{'、'.join(one.value for one in Cut)}，或者 {'、'.join(TIMES)}；不写是 all"
    )
    chain = Line(CODE_MOST, about="只看这条产业链")
    cut = Choice(Cut, about="只看其中一个：按什么")
    key = Line(CODE_MOST, about="只看其中一个：哪一个；none 是没有定的")


class CasesQuery(Query):
    """Which figure, and as above."""

    figure = Line(CODE_MOST, required=True, about="指标的代码")
    part = Line(3, about="yes 是分子里的，no 是不在分子里的；不写是全部")
    from_month = _month("from", "从哪个月起")
    to_month = _month("to", "到哪个月，算上这个月")
    chain = Line(CODE_MOST, about="只看这条产业链")
    cut = Choice(Cut, about="按什么")
    key = Line(CODE_MOST, about="哪一个；none 是没有定的")
    cursor = cursor()
    limit = page_limit(PAGE, 200)


class FormulaShape(Shape):
    """What a figure is called, and how it is computed."""

    code = mm.String(required=True)
    label = mm.String(required=True)
    formula = mm.String(required=True)
    sort = mm.Enum(Sort, by_value=mm.String, required=True)
    better = mm.Enum(Better, by_value=mm.String, required=True)


class FigureShape(Shape):
    """One figure as it came out."""

    n = mm.Integer(required=True, metadata={"description": "数到几件次，比率的分母"})
    numerator = mm.Float(required=True, metadata={"description": "比率的分子；别的是合计"})
    value = mm.Float(
        required=True, allow_none=True, metadata={"description": "比率在 0 到 1 之间；没有可数的是 null"}
    )
    ranked = mm.Boolean(required=True, metadata={"description": "够不够 5 件次，可以比较"})
    low = mm.Float(
        required=True, allow_none=True, metadata={"description": "95% 区间的下限（Wilson），只有比率有"}
    )
    high = mm.Float(required=True, allow_none=True)


class ClosureRow(Shape):
    """One unit, category, month …, with every figure by its code."""

    key = mm.String(required=True)
    label = mm.String(required=True)
    figures = mm.Dict(keys=mm.String(), values=mm.Nested(FigureShape), required=True)


class PresentShape(Shape):
    """How many tickets are open at this moment, whatever the months asked for."""

    open = mm.Integer(required=True)
    late = mm.Integer(required=True, metadata={"description": "逾期"})
    late_for = mm.Dict(
        keys=mm.String(),
        values=mm.Integer(),
        required=True,
        metadata={"description": "逾期多久，从到期那天起数的工作日：5 以内，10 是 6 到 10，more 更久"},
    )
    soon = mm.Integer(required=True, metadata={"description": "快到期"})
    still = mm.Integer(required=True, metadata={"description": "停着没动"})


class ClosureShape(Shape):
    """Closure statistics."""

    from_month = mm.String(required=True, data_key="from")
    to_month = mm.String(required=True, data_key="to")
    by = mm.String(required=True)
    rows = mm.List(mm.Nested(ClosureRow), required=True)
    formulas = mm.List(mm.Nested(FormulaShape), required=True)
    now = mm.Nested(
        PresentShape,
        required=True,
        allow_none=True,
        metadata={
            "description": "此刻没办完的，一个单位的数它主办的；分开看的时候、按来源或没有定的看的时候没有"
        },
    )


class CountedCaseShape(Shape):
    """One case that a figure counts; of a ticket that the caller may not see number and title are null."""

    number = mm.String(required=True, allow_none=True)
    title = mm.String(required=True, allow_none=True)
    unit = mm.String(required=True)
    month = mm.String(required=True)
    value = mm.Integer(required=True)
    how = mm.String(required=True)
    running = mm.Boolean(required=True, metadata={"description": "超时了，还没办完"})


class CountedCasePage(Shape):
    """Exactly what a figure counts, the newest month first."""

    total = mm.Integer(required=True)
    items = mm.List(mm.Nested(CountedCaseShape), required=True)
    next_cursor = next_cursor()
