"""What the JSON door of cases takes and answers."""

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.tickets import fields
from chainhub.tickets.successes import rules
from chainhub.tickets.successes.rules import CaseState
from chainhub.tickets.successes.service import PAGE
from chainhub.web.shapes import Command, Line, Query, Shape, Text, YesNo, cursor, next_cursor, page_limit


class CaseBody(Command):
    """A draft; its words name nobody."""

    title = Line(rules.TITLE.most, rules.TITLE.least, required=True)
    text = Text(rules.TEXT.most, rules.TEXT.least, required=True, about=rules.TEXT.hint)


class ConsentBody(Command):
    """The enterprise's word."""

    agrees = YesNo(required=True, about="同意；同意过的写 false 就是收回")
    named = YesNo(about="可以写企业的名字")


class CaseDecisionBody(Command):
    """The word of who publishes."""

    publish = YesNo(required=True)
    note = Text(fields.NOTE_MOST, 2, about="不发布的要写")


class CaseShape(Shape):
    """A case of one ticket."""

    id = mm.Integer(required=True)
    state = mm.String(required=True, validate=validate.OneOf([one.value for one in CaseState]))
    title = mm.String(required=True)
    text = mm.String(required=True)
    named = mm.Boolean(required=True)
    drafted_by = mm.String(required=True)
    drafted_at = mm.AwareDateTime(required=True)
    answered_at = mm.AwareDateTime(required=True, allow_none=True)
    decided_by = mm.String(required=True)
    decided_at = mm.AwareDateTime(required=True, allow_none=True)
    decision = mm.String(required=True)


class CasePage(Shape):
    """The cases of one ticket, the oldest first."""

    items = mm.List(mm.Nested(CaseShape), required=True)


class PublishedShape(Shape):
    """A case as everybody reads it."""

    id = mm.Integer(required=True)
    title = mm.String(required=True)
    text = mm.String(required=True)
    category = mm.String(required=True)
    enterprise_name = mm.String(required=True, metadata={"description": "企业没同意写名字就是空的"})
    published_at = mm.AwareDateTime(required=True, allow_none=True)


class PublishedPage(Shape):
    """Published cases, the newest first."""

    items = mm.List(mm.Nested(PublishedShape), required=True)
    next_cursor = next_cursor()


class CasePlaceQuery(Query):
    """Which page of the list."""

    cursor = cursor()
    limit = page_limit(PAGE, 200)
