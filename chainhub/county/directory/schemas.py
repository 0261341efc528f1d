"""What the JSON door of the directory takes and answers."""

from marshmallow import fields

from chainhub.web.shapes import CODE_MOST, Line, Query, Shape, cursor, next_cursor, page_limit

PAGE, PAGE_MOST = 50, 200
Q_MOST = 60


class UnitQuery(Query):
    """Which units."""

    chain = Line(CODE_MOST, about="产业链编码")
    kind = Line(CODE_MOST, about="department 职能部门，chain_committee 产业链党委，task_force 专班……")


class EnterpriseQuery(Query):
    """Which enterprises."""

    chain = Line(CODE_MOST, about="产业链编码")
    q = Line(Q_MOST, about="名称里有什么字")
    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class ChainShape(Shape):
    """An industry chain."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    short = fields.String(required=True)


class UnitShape(Shape):
    """A unit."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    short = fields.String(required=True)
    kind = fields.String(required=True)
    chain = fields.String(required=True, allow_none=True)
    handles = fields.Boolean(required=True, metadata={"description": "能不能把诉求派给它"})


class EnterpriseShape(Shape):
    """A member enterprise."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    short = fields.String(required=True)
    chain = fields.String(required=True)
    town = fields.String(required=True)
    is_anchor = fields.Boolean(required=True, metadata={"description": "是不是链主企业"})


class ChainPage(Shape):
    """All chains."""

    items = fields.List(fields.Nested(ChainShape), required=True)
    next_cursor = next_cursor()


class UnitPage(Shape):
    """All units that were asked for."""

    items = fields.List(fields.Nested(UnitShape), required=True)
    next_cursor = next_cursor()


class EnterprisePage(Shape):
    """Some enterprises, in the order of their codes."""

    items = fields.List(fields.Nested(EnterpriseShape), required=True)
    next_cursor = next_cursor()
