"""What the JSON door of 考核 takes and answers."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from marshmallow import ValidationError
from marshmallow import fields as mm

from chainhub.statistics.appeals.queries import PAGE
from chainhub.statistics.appeals.terms import REASON_LEAST, REASON_MOST, Verdict
from chainhub.statistics.schemas import FigureShape
from chainhub.statistics.scoring import Label
from chainhub.statistics.weighing import WHY_LEAST, WHY_MOST
from chainhub.web.shapes import (
    CODE_MOST,
    Choice,
    Command,
    Day,
    Line,
    Query,
    Shape,
    Text,
    Whole,
    YesNo,
    cursor,
    next_cursor,
    page_limit,
)

_MONTH = 7  # characters: 2026-11


class Factors(mm.Dict):
    """How hard a case is, by kind or category: a number each. Which names and numbers go says `weighing`."""

    def __init__(self, about: str) -> None:
        super().__init__(
            keys=mm.String(),
            values=mm.Float(),
            allow_none=True,
            metadata={"description": about},
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Fraction]:
        if not isinstance(value, dict) or not all(_is_number(one) for one in value.values()):
            raise ValidationError('请写成 {"kind:help": 1.5} 这样，值是数。')
        return {name: Fraction(str(factor)) for name, factor in value.items()}


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


class RankingQuery(Query):
    """Which month, and who."""

    month = Line(_MONTH, about="哪个月的名次，如 2026-10；不写是本月")
    of = Line(CODE_MOST, about="unit 排单位，chain 排产业链；不写是 unit")


class WeightsShape(Shape):
    """The weights of 综合, in per cent."""

    contacted = mm.Integer(required=True)
    solved = mm.Integer(required=True)
    satisfied = mm.Integer(required=True)
    from_on = mm.Date(required=True, allow_none=True, metadata={"description": "从哪天起；一直就是的是 null"})
    by = mm.String(required=True)
    why = mm.String(required=True)
    difficulty = mm.Dict(
        keys=mm.String(),
        values=mm.Float(),
        required=True,
        metadata={"description": "难度系数：kind:… 或 category:…；没写的是 1"},
    )


class WeightsPage(Shape):
    """Every change of the weights, the one that begins last first."""

    items = mm.List(mm.Nested(WeightsShape), required=True)


class WeightsBody(Command):
    """A change of the weights from a day to come."""

    contacted = Whole(0, 100, required=True, about="%")
    solved = Whole(0, 100, required=True, about="%")
    satisfied = Whole(0, 100, required=True, about="%")
    from_on = Day(required=True)
    why = Text(WHY_MOST, WHY_LEAST, required=True)
    difficulty = Factors("难度系数，0.5 到 3：kind:… 或 category:…，没写的是 1；整项不写就照现在的不变")


class RankedShape(Shape):
    """One body in a month's ranking; of too few answers rank and score are null."""

    key = mm.String(required=True)
    label = mm.String(required=True)
    rank = mm.Integer(required=True, allow_none=True)
    score = mm.Float(required=True, allow_none=True, metadata={"description": "综合，0 到 100"})
    weighted = mm.Float(
        required=True,
        allow_none=True,
        metadata={"description": "按难度加权的综合，只作参考；没设难度系数的是 null"},
    )
    standing = mm.Enum(Label, by_value=mm.String, required=True, allow_none=True)
    reasons = mm.List(mm.String(), required=True)
    figures = mm.Dict(keys=mm.String(), values=mm.Nested(FigureShape), required=True)


class RankingShape(Shape):
    """A month's ranking."""

    month = mm.String(required=True)
    of = mm.String(required=True)
    weights = mm.Nested(WeightsShape, required=True)
    items = mm.List(mm.Nested(RankedShape), required=True)


class AppealsQuery(Query):
    """Which appeals."""

    standing = Choice(Verdict)
    cursor = cursor()
    limit = page_limit(PAGE, 200)


class CaseAppealBody(Command):
    """Against which case, and why."""

    figure = Line(CODE_MOST, required=True, about="指标的代码，见 /stats/closure 的 formulas")
    month = Line(_MONTH, required=True, about="算在哪个月，如 2026-10")
    unit = Line(CODE_MOST, about="哪个单位；只在一个单位的可以不写")
    reason = Text(REASON_MOST, REASON_LEAST, required=True)


class CaseAppealDecisionBody(Command):
    """The decision on an appeal."""

    uphold = YesNo(required=True)
    note = Text(REASON_MOST, REASON_LEAST, required=True)


class CaseAppealShape(Shape):
    """An appeal; of a ticket that the caller may not see, ticket and words are null."""

    id = mm.Integer(required=True)
    ticket = mm.String(required=True, allow_none=True)
    title = mm.String(required=True, allow_none=True)
    unit = mm.String(required=True)
    figure = mm.String(required=True)
    month = mm.String(required=True)
    standing = mm.Enum(Verdict, by_value=mm.String, required=True)
    reason = mm.String(required=True, allow_none=True)
    asked_by = mm.String(required=True, allow_none=True)
    asked_at = mm.AwareDateTime(required=True)
    due_at = mm.AwareDateTime(required=True)
    decided_by = mm.String(required=True, allow_none=True)
    decided_at = mm.AwareDateTime(required=True, allow_none=True)
    decision = mm.String(required=True, allow_none=True)


class CaseAppealPage(Shape):
    """Appeals, the newest first."""

    items = mm.List(mm.Nested(CaseAppealShape), required=True)
    next_cursor = next_cursor()
