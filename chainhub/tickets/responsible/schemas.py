"""What the JSON door of the responsibility list takes and answers."""

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.county.responsibilities import queries as listed
from chainhub.county.responsibilities.rules import TEXT_MOST, WORD_MOST, WORDS_MOST, Share
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

_WORDS = validate.Length(1, WORDS_MOST, error=f"请写 1 到 {WORDS_MOST} 个词。")


class ListQuery(Query):
    """Which lines of the list."""

    q = Line(listed.Q_MOST, about="类别、单位、关键词、依据里有什么字")
    category = Line(CODE_MOST, about="类别编码，连下一级")
    unit = Line(CODE_MOST, about="单位编码")
    cursor = cursor()
    limit = page_limit(listed.PAGE, listed.PAGE_MOST)


class LineBody(Command):
    """One line of the list."""

    category = Line(CODE_MOST, required=True, about="类别编码")
    unit = Line(CODE_MOST, required=True, about="单位编码")
    share = Choice(Share, required=True)
    from_on = Day(required=True, about="从这一天起")
    until_on = Day(about="这一天起不再用")
    basis = Text(TEXT_MOST, about="依据")
    belongs = Text(TEXT_MOST, about="哪些归它")
    beyond = Text(TEXT_MOST, about="哪些不归它")
    keywords = Several(Line(WORD_MOST, 2), validate=_WORDS)
    place = Whole(1, 99, about="同一类别里排在第几，默认 1")


class TrialBody(LineBody):
    """A line that is only tried."""

    replaces = Whole(1, 2**31 - 1, about="代替清单里的哪一条；新加就不写")


class LineShape(Shape):
    """One line of the list."""

    id = mm.Integer(required=True)
    category = mm.String(required=True)
    unit = mm.String(required=True)
    share = mm.Enum(Share, by_value=mm.String, required=True)
    basis = mm.String(required=True)
    belongs = mm.String(required=True)
    beyond = mm.String(required=True)
    keywords = mm.List(mm.String(), required=True)
    place = mm.Integer(required=True)
    from_on = mm.Date(required=True)
    until_on = mm.Date(required=True, allow_none=True)


class LinePage(Shape):
    """Some lines, in the order of the list."""

    items = mm.List(mm.Nested(LineShape), required=True)
    next_cursor = next_cursor()


class ReroutedShape(Shape):
    """A ticket that would go to another unit than it did."""

    number = mm.String(required=True)
    title = mm.String(required=True)
    went_to = mm.String(required=True)
    would_go = mm.String(required=True)
    is_new = mm.Boolean(required=True, metadata={"description": "按现在的清单不会，按这一条才会"})


class TrialShape(Shape):
    """What a line would have done."""

    looked_at = mm.Integer(required=True, metadata={"description": "看了最近派过的几件"})
    elsewhere = mm.Integer(required=True, metadata={"description": "会派给别的单位的有几件"})
    elsewhere_now = mm.Integer(required=True, metadata={"description": "按现在的清单有几件"})
    items = mm.List(mm.Nested(ReroutedShape), required=True)


class NamedShape(Shape):
    """A unit that the list names for a ticket."""

    unit = mm.String(required=True)
    name = mm.String(required=True)
    share = mm.Enum(Share, by_value=mm.String, required=True)
    reason = mm.String(required=True)
    beyond = mm.String(required=True)
    line = mm.Integer(required=True, metadata={"description": "清单里的哪一条"})


class NamedPage(Shape):
    """Whom the list names, leads before helpers."""

    items = mm.List(mm.Nested(NamedShape), required=True)
