"""The JSON shapes of ways of being told, and of the administrator's view of what goes out."""

from marshmallow import fields as mm

from chainhub.core.media import Medium
from chainhub.county.people.reaching import ADDRESS_MOST
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.rules import NoticeKind
from chainhub.web.shapes import Choice, Command, Line, Query, Shape, YesNo, cursor, next_cursor, page_limit

LIMIT, LIMIT_MOST = 50, 200


class WayShape(Shape):
    """One way of the caller's."""

    medium = mm.Enum(Medium, by_value=True, required=True)
    label = mm.String(required=True)
    on = mm.Boolean(required=True)
    address = mm.String(required=True, metadata={"description": "打了码的地址；没有就是空的"})
    verified = mm.Boolean(required=True)
    demanded = mm.Boolean(required=True, metadata={"description": "县里要求的，不能关"})


class WayPage(Shape):
    """The ways that the caller may choose, beside the inbox."""

    items = mm.List(mm.Nested(WayShape), required=True)


class WayBody(Command):
    """On or off."""

    on = YesNo(required=True, about="true 打开，false 关掉")


class AddressBody(Command):
    """An address to be proven."""

    address = Line(ADDRESS_MOST, required=True, about="邮箱、手机号或服务号的 openid；会发一个验证码过去")


class CodeBody(Command):
    """The code that came."""

    code = Line(6, 6, required=True, about="收到的 6 位验证码")


class StandingShape(Shape):
    """How a medium fares."""

    medium = mm.Enum(Medium, by_value=True, required=True)
    label = mm.String(required=True)
    is_set = mm.Boolean(required=True)
    paused_until = mm.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "歇到什么时候；没有歇是 null"}
    )
    said = mm.String(required=True, metadata={"description": "为什么歇着"})
    sent_at = mm.AwareDateTime(required=True, allow_none=True)
    waiting = mm.Integer(required=True)
    failed = mm.Integer(required=True)


class StandingPage(Shape):
    """How every medium fares."""

    items = mm.List(mm.Nested(StandingShape), required=True)


class FailedQuery(Query):
    """Which page of what was not delivered."""

    cursor = cursor()
    limit = page_limit(LIMIT, LIMIT_MOST)


class FailedShape(Shape):
    """One message that was given up; what it said is not shown."""

    id = mm.Integer(required=True)
    person = mm.String(required=True)
    username = mm.String(required=True)
    medium = mm.Enum(Medium, by_value=True, required=True)
    purpose = mm.Enum(Purpose, by_value=True, required=True)
    kind = mm.Enum(NoticeKind, by_value=True, required=True)
    created_at = mm.AwareDateTime(required=True)
    tries = mm.Integer(required=True)
    said = mm.String(required=True, metadata={"description": "为什么没发成"})
    repeated = mm.Boolean(required=True, metadata={"description": "可能已经发到过一次"})


class FailedPage(Shape):
    """A page of what was not delivered."""

    items = mm.List(mm.Nested(FailedShape), required=True)
    next_cursor = next_cursor()


class OutgoingQuery(FailedQuery):
    """Which page of what was to go out, and what became of it."""

    fate = Choice(Fate)


class OutgoingShape(FailedShape):
    """One message to one person by one way; what it said is not shown."""

    fate = mm.Enum(Fate, by_value=True, required=True)
    look_at = mm.AwareDateTime(required=True, metadata={"description": "等着发的：这以后发"})
    sent_at = mm.AwareDateTime(required=True, allow_none=True)


class OutgoingPage(Shape):
    """A page of what was to go out."""

    items = mm.List(mm.Nested(OutgoingShape), required=True)
    next_cursor = next_cursor()


class RetryBody(Command):
    """Of which medium everything is tried again; of all where nothing is said."""

    medium = Choice(Medium)


class Retried(Shape):
    """How many are tried again."""

    retried = mm.Integer(required=True)


class TestBody(Command):
    """What is tried, and where to."""

    medium = Choice(Medium, required=True)
    to = Line(ADDRESS_MOST, about="发到哪里；群机器人不用写，其他系统写账号")


class Tested(Shape):
    """What came back."""

    ok = mm.Boolean(required=True)
    said = mm.String(required=True)
