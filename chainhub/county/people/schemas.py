"""What the JSON door of persons takes and answers."""

from marshmallow import fields

from chainhub.core.actor import Post, Role
from chainhub.county.people import rules
from chainhub.web.shapes import Choice, Command, Day, Line, Secret, Shape


class TokenBody(Command):
    """An account name, its password, and what the token is for."""

    username = Line(rules.USERNAME_MOST, required=True, about="登录名")
    password = Secret(rules.PASSWORD_MOST, required=True, about="密码")
    name = Line(rules.TOKEN_NAME_MOST, required=True, about="给令牌起个名字，说明给谁用")


class Token(Shape):
    """A token. It is shown this once."""

    token = fields.String(required=True, metadata={"description": "只显示这一次，请存好"})
    name = fields.String(required=True)


class GrantShape(Shape):
    """One role over one scope."""

    role = Choice(Role, required=True)
    scope = fields.String(
        required=True, metadata={"description": "chain:equipment、unit:<编码>、enterprise:<编码>、county"}
    )
    post = fields.Enum(
        Post,
        by_value=fields.String,
        required=True,
        allow_none=True,
        metadata={"description": "岗位；三员没有"},
    )


class Me(Shape):
    """Whose token it is."""

    username = fields.String(required=True)
    name = fields.String(required=True)
    grants = fields.List(fields.Nested(GrantShape), required=True)
    unit = fields.String(required=True, allow_none=True, metadata={"description": "单位编码"})
    enterprise = fields.String(required=True, allow_none=True, metadata={"description": "企业编码"})


class LeaveBody(Command):
    """A leave: who, from which day to which (both included), and who stands in."""

    person = Line(60, about="登录名或者姓名；不写是自己，别人的由系统管理员来记")
    substitute = Line(60, required=True, about="谁来代，登录名或者姓名")
    from_on = Day(required=True)
    until_on = Day(required=True, about="最后一天也算")
    reason = Line(100)


class LeaveShape(Shape):
    """A leave that was not cancelled."""

    id = fields.Integer(required=True)
    person = fields.String(required=True, metadata={"description": "姓名"})
    substitute = fields.String(required=True, metadata={"description": "姓名"})
    from_on = fields.Date(required=True)
    until_on = fields.Date(required=True)
    reason = fields.String(required=True)


class LeavePage(Shape):
    """The newest leaves that concern the caller; to the system administrator everybody's."""

    items = fields.List(fields.Nested(LeaveShape), required=True)
