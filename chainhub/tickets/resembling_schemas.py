"""What the JSON door of likeness takes and answers."""

from marshmallow import fields as mm

from chainhub.tickets import fields
from chainhub.tickets.workflow import State
from chainhub.web.shapes import CODE_MOST, Command, Line, Shape, Text


class TypedBody(Command):
    """A matter that somebody is about to file."""

    title = Line(fields.TITLE_MOST)
    content = Text(fields.CONTENT_MOST, 2, required=True)
    enterprise = Line(CODE_MOST, about="替哪家企业报；企业自己报就不写")


class AlikeShape(Shape):
    """A ticket that is likely about the same matter."""

    number = mm.String(required=True)
    title = mm.String(required=True)
    state = mm.Enum(State, by_value=mm.String, required=True)
    enterprise_name = mm.String(required=True)
    is_own = mm.Boolean(required=True, metadata={"description": "同一家企业报的"})
    created_at = mm.AwareDateTime(required=True)
    score = mm.Float(required=True, metadata={"description": "多像，0 到 1"})


class AlikePage(Shape):
    """What is alike, of the same enterprise first."""

    items = mm.List(mm.Nested(AlikeShape), required=True)


class SolvedShape(Shape):
    """A matter of the same sort that was solved, and how."""

    number = mm.String(required=True)
    title = mm.String(required=True)
    unit_name = mm.String(required=True)
    closed_at = mm.AwareDateTime(required=True, allow_none=True)
    result = mm.String(required=True)


class SolvedPage(Shape):
    """What was solved, the likest first."""

    items = mm.List(mm.Nested(SolvedShape), required=True)
