"""What the JSON door of copies takes and answers."""

from marshmallow import fields as mm

from chainhub.tickets import fields
from chainhub.tickets.copies.service import PAGE
from chainhub.web.shapes import CODE_MOST, Command, Line, Query, Shape, Text, cursor, next_cursor, page_limit


class CopyBody(Command):
    """To whom a ticket is copied."""

    person = Line(CODE_MOST, required=True, about="登录名：领导，或者单位的人")
    note = Text(fields.NOTE_MOST, 2)


class CopyShape(Shape):
    """A copy of a ticket."""

    id = mm.Integer(required=True)
    person = mm.String(required=True)
    note = mm.String(required=True)
    by = mm.String(required=True)
    at = mm.AwareDateTime(required=True)
    withdrawn_by = mm.String(required=True)
    withdrawn_at = mm.AwareDateTime(required=True, allow_none=True)


class CopyPage(Shape):
    """The copies of one ticket, the oldest first."""

    items = mm.List(mm.Nested(CopyShape), required=True)


class PlaceQuery(Query):
    """Which page of a list."""

    cursor = cursor()
    limit = page_limit(PAGE, 200)


class CopiedToMe(Shape):
    """A ticket that was copied to me."""

    ticket = mm.String(required=True, metadata={"description": "诉求编号"})
    title = mm.String(required=True)
    enterprise_name = mm.String(required=True)
    copy = mm.Nested(CopyShape, required=True)


class CopiedPage(Shape):
    """What was copied to me, the newest first."""

    items = mm.List(mm.Nested(CopiedToMe), required=True)
    next_cursor = next_cursor()
