"""What the JSON door of site visits takes and answers."""

from marshmallow import fields as mm

from chainhub.tickets.onsite import rules
from chainhub.web.shapes import Command, Line, Moment, Shape, Text


class VisitBody(Command):
    """A site visit, its photos with it."""

    people = Line(rules.PEOPLE.most, required=True, about="谁去的：姓名和人数")
    visited_at = Moment(about="什么时候去的，不写就是现在")
    met = Line(rules.MET.most, about="见到企业哪位")
    result = Text(rules.RESULT.most, rules.RESULT.least, required=True, about="看到什么，企业也看得到")
    file = mm.Raw(
        metadata={"type": "string", "format": "binary", "description": "照片；可以不传，最多 10 个"},
    )


class VisitShape(Shape):
    """A site visit."""

    id = mm.Integer(required=True)
    visited_at = mm.AwareDateTime(required=True)
    people = mm.String(required=True)
    met = mm.String(required=True)
    result = mm.String(required=True)
    photos = mm.Integer(required=True, metadata={"description": "带了几个附件"})
    by = mm.String(required=True)
    recorded_at = mm.AwareDateTime(required=True)


class VisitPage(Shape):
    """The visits of one ticket, the oldest first."""

    items = mm.List(mm.Nested(VisitShape), required=True)
