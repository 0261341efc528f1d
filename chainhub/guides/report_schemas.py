"""What the JSON door of reports and grades takes and answers; bounds are those of `rules.py`."""

from marshmallow import fields as mm

from chainhub.guides import rules
from chainhub.guides.queries import PAGE, PAGE_MOST
from chainhub.guides.rules import Grade, ReportStage
from chainhub.guides.schemas import VERSION_MOST
from chainhub.web.shapes import (
    Choice,
    Command,
    Day,
    Line,
    Query,
    Shape,
    Text,
    Whole,
    cursor,
    next_cursor,
    page_limit,
)


class HalfBody(Command):
    """Which half year."""

    half = Day(required=True, about="这半年或上半年的第一天")


class GuideReportBody(Command):
    """A report as it should read."""

    text = Text(rules.REPORT_MOST, rules.REPORT_LEAST, required=True)
    version = Whole(1, VERSION_MOST, required=True)


class ReportsQuery(Query):
    """Which page."""

    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class GuideReportShape(Shape):
    """A half-year report."""

    id = mm.Integer(required=True)
    guide = mm.String(required=True)
    unit = mm.String(required=True)
    half = mm.Date(required=True)
    text = mm.String(required=True)
    stage = mm.Enum(ReportStage, by_value=mm.String, required=True)
    handed_in_at = mm.AwareDateTime(required=True, allow_none=True)
    version = mm.Integer(required=True)


class GuideReportPage(Shape):
    """Some reports, the newest first."""

    items = mm.List(mm.Nested(GuideReportShape), required=True)
    next_cursor = next_cursor()


class GradeBody(Command):
    """A yearly grade."""

    guide = Whole(1, VERSION_MOST, required=True, about="指导员的 id")
    year = Whole(2000, 2200, required=True)
    grade = Choice(Grade, required=True)
    why = Line(rules.WHY_MOST, 2, required=True)


class GradeShape(Shape):
    """A grade as it was given; the last one of a year counts."""

    id = mm.Integer(required=True)
    guide = mm.String(required=True)
    year = mm.Integer(required=True)
    grade = mm.Enum(Grade, by_value=mm.String, required=True)
    why = mm.String(required=True)
    by = mm.String(required=True)
    at = mm.AwareDateTime(required=True)


class GradePage(Shape):
    """Some grades, the newest first."""

    items = mm.List(mm.Nested(GradeShape), required=True)
    next_cursor = next_cursor()
