"""What the JSON door of common issues takes and answers."""

from enum import StrEnum

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.core.actor import Post
from chainhub.tickets import fields
from chainhub.tickets.common.queries import PAGE, PAGE_MOST
from chainhub.tickets.common.service import TICKETS_MOST
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
    cursor,
    next_cursor,
    page_limit,
)


class IssueState(StrEnum):
    """Whether an issue is still worked on."""

    OPEN = "open"
    CLOSED = "closed"


_SOME = validate.Length(1, TICKETS_MOST, error=f"请写 1 到 {TICKETS_MOST} 件。")


class IssueQuery(Query):
    """Which issues."""

    state = Choice(IssueState)
    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class PageQuery(Query):
    """Which page."""

    cursor = cursor()
    limit = page_limit(50, 200)


class IssueBody(Command):
    """A common issue over some tickets."""

    title = Line(fields.TITLE_MOST, 2, required=True)
    category = Line(CODE_MOST, required=True)
    due_on = Day(required=True, about="哪一天以前办完")
    tickets = Several(Line(20), required=True, validate=_SOME)
    post = Choice(Post, about="专班里谁牵头，默认 deputy")
    progress = Text(fields.NOTE_MOST, 2, about="打算怎么办")


class TicketsBody(Command):
    """More tickets of an issue."""

    tickets = Several(Line(20), required=True, validate=_SOME)


class IssueNoteBody(Command):
    """How it goes, or what came of it."""

    note = Text(fields.NOTE_MOST, 2, required=True)


class IssueShape(Shape):
    """A common issue."""

    id = mm.Integer(required=True)
    title = mm.String(required=True)
    category = mm.String(required=True)
    chain = mm.String(required=True)
    post = mm.Enum(Post, by_value=mm.String, required=True)
    due_on = mm.Date(required=True)
    open = mm.Boolean(required=True)
    tickets = mm.Integer(required=True, metadata={"description": "列了几件诉求"})
    enterprises = mm.Integer(required=True, metadata={"description": "几家企业遇到，连同感的"})
    progress = mm.String(required=True)
    progress_at = mm.AwareDateTime(required=True, allow_none=True)
    conclusion = mm.String(required=True)
    opened_by = mm.String(required=True)
    opened_at = mm.AwareDateTime(required=True)
    closed_by = mm.String(required=True)
    closed_at = mm.AwareDateTime(required=True, allow_none=True)


class IssuePage(Shape):
    """Some issues, the newest first."""

    items = mm.List(mm.Nested(IssueShape), required=True)
    next_cursor = next_cursor()
