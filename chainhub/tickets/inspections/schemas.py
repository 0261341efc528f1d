"""What the JSON door of inspections takes and answers."""

from marshmallow import fields as mm

from chainhub.tickets.inspections import rules
from chainhub.tickets.inspections.service import PAGE
from chainhub.web.shapes import Command, Line, Query, Shape, Text, Whole, cursor, next_cursor, page_limit

_NUMBERS_MOST = 10_000  # characters


class InspectionBody(Command):
    """Tickets to be laid before an inspection, by their numbers."""

    body = Line(rules.BODY.most, rules.BODY.least, required=True, about="谁来检查")
    reason = Line(rules.REASON.most, rules.REASON.least, required=True, about="事由")
    days = Whole(1, rules.DAYS_MOST, required=True, about="看几天")
    numbers = Text(
        _NUMBERS_MOST, required=True, about=f"诉求编号，用空格或换行分开，最多 {rules.TICKETS_MOST} 件"
    )


class InspectorBody(Command):
    """For whom an account is."""

    name = Line(rules.NAME.most, rules.NAME.least, required=True, about="给谁用")


class InspectorShape(Shape):
    """An account that only looks."""

    id = mm.Integer(required=True)
    username = mm.String(required=True)
    name = mm.String(required=True)
    opened_by = mm.String(required=True)
    opened_at = mm.DateTime(required=True)
    ended_at = mm.DateTime(required=True, allow_none=True)
    ended_by = mm.String(required=True)


class InspectionShape(Shape):
    """What is laid before an inspection."""

    id = mm.Integer(required=True)
    chain = mm.String(required=True)
    body = mm.String(required=True)
    reason = mm.String(required=True)
    chosen_by = mm.String(required=True, metadata={"description": "怎么选的：筛选条件，或者按编号"})
    tickets = mm.Integer(required=True)
    made_by = mm.String(required=True)
    made_at = mm.DateTime(required=True)
    until = mm.DateTime(required=True)
    ended_at = mm.DateTime(required=True, allow_none=True)
    ended_by = mm.String(required=True)


class InspectionDetail(InspectionShape):
    """One of them, with its accounts."""

    accounts = mm.List(mm.Nested(InspectorShape), required=True)


class InspectionPage(Shape):
    """Inspections, the newest first."""

    items = mm.List(mm.Nested(InspectionShape), required=True)
    next_cursor = next_cursor()


class OpenedShape(Shape):
    """An account that was opened; the password is said this once."""

    username = mm.String(required=True)
    password = mm.String(required=True)
    until = mm.DateTime(required=True)


class InspectionQuery(Query):
    """Which page."""

    cursor = cursor()
    limit = page_limit(PAGE, 100)
