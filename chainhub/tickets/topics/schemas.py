"""What the JSON door of 本月同类问题 takes and answers."""

from enum import StrEnum

from marshmallow import fields as mm

from chainhub.tickets.topics.queries import PAGE, PAGE_MOST
from chainhub.web.shapes import Choice, Command, Line, Query, Shape, cursor, next_cursor, page_limit


class TopicSpan(StrEnum):
    """Which tickets are counted."""

    DAYS = "days"  # the last 30
    MONTH = "month"  # this one


class TopicQuery(Query):
    """Which groups."""

    span = Choice(TopicSpan, about="days 近 30 天（默认），month 本月报的")
    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class TopicTicketsQuery(Query):
    """Which page of a group's tickets."""

    cursor = cursor()
    limit = page_limit(50, 200)


class TopicNumberBody(Command):
    """A ticket of which somebody says whether it belongs."""

    number = Line(20, required=True, about="诉求编号")


class TopicShape(Shape):
    """A group as the caller sees it."""

    id = mm.Integer(required=True)
    title = mm.String(required=True, metadata={"description": "最典型的一件的标题"})
    tickets = mm.Integer(required=True, metadata={"description": "您看得到的有几件"})
    enterprises = mm.Integer(required=True)
    open = mm.Integer(required=True, metadata={"description": "其中还在办的"})
    first_at = mm.AwareDateTime(required=True)
    last_at = mm.AwareDateTime(required=True)
    words = mm.List(mm.String(), required=True, metadata={"description": "都提到的词：放在一起的理由"})
    category = mm.String(required=True, allow_none=True)
    common = mm.Integer(required=True, metadata={"description": "其中列进了共性问题的"})


class TopicPage(Shape):
    """Some groups, the largest first."""

    items = mm.List(mm.Nested(TopicShape), required=True)
    next_cursor = next_cursor()
    made_at = mm.AwareDateTime(required=True, allow_none=True, metadata={"description": "什么时候归的类"})


class TopicDone(Shape):
    """What is left of the group for the caller."""

    topic = mm.Nested(TopicShape, required=True, allow_none=True)
