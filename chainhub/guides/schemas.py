"""What the JSON door of guides takes and answers; bounds are those of `rules.py`."""

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.guides import rules
from chainhub.guides.queries import PAGE, PAGE_MOST
from chainhub.guides.rules import Standing, VisitKind
from chainhub.web.shapes import (
    CODE_MOST,
    Choice,
    Command,
    Day,
    Line,
    Query,
    Several,
    Shape,
    Text,
    Whole,
    cursor,
    next_cursor,
    page_limit,
)

VERSION_MOST = 2**31 - 1


class PolicyBody(Command):
    """A policy that was delivered."""

    title = Line(rules.POLICY_MOST, required=True)
    source = Line(rules.SOURCE_MOST, about="文号")


def _policies() -> Several:
    most = validate.Length(max=rules.POLICIES_MOST, error=f"一次最多记 {rules.POLICIES_MOST} 份政策。")
    return Several(mm.Nested(PolicyBody), validate=most)


class _Told(Command):
    """What a visit says."""

    on = Day(required=True)
    kind = Choice(VisitKind, required=True)
    met = Line(rules.MET_MOST, required=True, about="见了谁")
    done = Text(rules.DONE_MOST, rules.DONE_LEAST, required=True, about="情况，企业看得到")
    policies = _policies()
    note = Text(rules.NOTE_MOST, about="内部备注，企业看不到")


class GuideVisitBody(_Told):
    """A visit. The same `key` finds the visit that was logged under it."""

    enterprise = Line(CODE_MOST, required=True)
    key = Line(rules.KEY_MOST, required=True, about="设备上生成，同一次走访每次发都用它")
    problem = Text(rules.PROBLEM_MOST, rules.PROBLEM_LEAST, about="写了就成一件诉求，企业是提出人")


class CorrectBody(_Told):
    """A visit as it should stand; what stood there before stays in its history."""

    version = Whole(1, VERSION_MOST, required=True)
    why = Line(rules.WHY_MOST, required=True)


class HeardBody(Command):
    """What was heard on a visit."""

    content = Text(rules.PROBLEM_MOST, rules.PROBLEM_LEAST, required=True)


class VisitsQuery(Query):
    """Which visits."""

    enterprise = Line(CODE_MOST)
    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class DeliveredShape(Shape):
    """A policy that was delivered."""

    title = mm.String(required=True)
    source = mm.String(required=True)


class GuideVisitShape(Shape):
    """One visit."""

    id = mm.Integer(required=True)
    enterprise = mm.String(required=True)
    guide = mm.String(required=True)
    on = mm.Date(required=True)
    kind = mm.Enum(VisitKind, by_value=mm.String, required=True)
    met = mm.String(required=True)
    done = mm.String(required=True)
    note = mm.String(required=True, metadata={"description": "企业一方是空的"})
    policies = mm.List(mm.Nested(DeliveredShape), required=True)
    tickets = mm.List(mm.String(), required=True, metadata={"description": "走访时报的诉求，看得到的"})
    made_at = mm.AwareDateTime(required=True)
    version = mm.Integer(required=True)


class GuideVisitPage(Shape):
    """Some visits, the last logged first."""

    items = mm.List(mm.Nested(GuideVisitShape), required=True)
    next_cursor = next_cursor()


class RaisedOnVisit(Shape):
    """The ticket that came of it."""

    number = mm.String(required=True)


class MonthQuery(Query):
    """Which month: any day of it."""

    month = Day(about="这个月的任意一天，默认本月")


class FirmMonthsQuery(MonthQuery):
    """Which month, which chain, which page."""

    chain = Line(CODE_MOST)
    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class FirmBody(Command):
    """Which firm."""

    enterprise = Line(CODE_MOST, required=True)


class FirmMonthShape(Shape):
    """One firm and month."""

    enterprise = mm.String(required=True)
    month = mm.Date(required=True)
    standing = mm.Enum(Standing, by_value=mm.String, required=True)
    guide = mm.String(required=True)
    visit = mm.Integer(required=True, allow_none=True)


class FirmMonthPage(Shape):
    """Some firms, those without a visit first."""

    items = mm.List(mm.Nested(FirmMonthShape), required=True)
    next_cursor = next_cursor()


class FiguresShape(Shape):
    """Counts of duties; `settled` is kept and waived of n, or —."""

    chain = mm.String(required=True)
    guide = mm.String(required=True, metadata={"description": "没有指导员是空的"})
    n = mm.Integer(required=True)
    kept = mm.Integer(required=True)
    waived = mm.Integer(required=True)
    due = mm.Integer(required=True)
    missed = mm.Integer(required=True)
    gap = mm.Integer(required=True)
    settled = mm.String(required=True)


class CoverageShape(Shape):
    """The figures of a month, by chain and guide."""

    month = mm.Date(required=True)
    settled = mm.String(required=True)
    guided = mm.String(required=True)
    items = mm.List(mm.Nested(FiguresShape), required=True)
