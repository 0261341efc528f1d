"""What the JSON door of rotations takes and answers; bounds are those of `fields.py`."""

from typing import Any

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.rotations import fields
from chainhub.rotations.around.terms import Ready
from chainhub.rotations.fields import Shape as Kind
from chainhub.rotations.queries import PAGE, PAGE_MOST
from chainhub.rotations.rules import HOSTS_MOST
from chainhub.rotations.troubles import Sort
from chainhub.rotations.workflow import Action, Change, State, SwapState
from chainhub.tickets.fields import CONTENT_MOST, TITLE_MOST
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
    YesNo,
    cursor,
    next_cursor,
    page_limit,
)

VERSION_MOST = 2**31 - 1


def _field(name: str, *, required: bool) -> mm.Field[Any]:
    return of_spec(fields.FIELDS[name], required=required)


def of_spec(spec: fields.Field, *, required: bool, most: int = HOSTS_MOST) -> mm.Field[Any]:
    """Return the field that takes what is described; `most` bounds a list."""
    words = "、".join(f"{place} 是{word}" for place, word in enumerate(spec.words, start=1))
    about = "，".join(one for one in (spec.label, spec.hint, words) if one)
    if spec.shape is Kind.DAY:
        return Day(required=required, about=about)
    if spec.shape is Kind.NUMBER:
        return Whole(1, spec.most, required=required, about=about)
    if spec.shape is Kind.YES_NO:
        return YesNo(about=about)
    if spec.shape is Kind.FIRMS:
        some = validate.Length(int(required), most, error=f"请写 1 到 {most} 个。")
        return Several(Line(CODE_MOST), required=required, validate=some)
    if spec.shape is Kind.FIRM:
        return Line(CODE_MOST, required=required, about=about)
    kind = Text if spec.shape is Kind.TEXT else Line
    return kind(spec.most, required=required, about=about)


def for_change(change: Change) -> type[Command]:
    """Return what a change takes: its fields, and `save` where it is to be kept."""
    made = {name: _field(name, required=name not in fields.OPTIONAL) for name in fields.OF_CHANGE[change]}
    if change is Change.LIFT:
        made["bar"] = Whole(1, VERSION_MOST, required=True, about="哪一条缓办的 id")
    made["save"] = YesNo(about="true 才保存；不写只看影响，什么都不变")
    return _command(f"{change.value.title()}RotationBody", made, change.label)


def for_action(action: Action) -> type[Command]:
    """Return what an action takes: the version that was seen, and its fields."""
    made = {name: _field(name, required=name not in fields.OPTIONAL) for name in fields.OF_ACTION[action]}
    made["version"] = Whole(1, VERSION_MOST, required=True, about="看到的这一期的 version")
    return _command(f"{action.value.title().replace('_', '')}SessionBody", made, action.label)


def _command(name: str, made: dict[str, mm.Field[Any]], said: str) -> type[Command]:
    return type(name, (Command,), {**made, "__doc__": said, "__module__": __name__, "__qualname__": name})


class OpenBody(Command):
    """Which chain begins to rotate, by which name and rhythm; what is left out is that of 红色沙龙."""

    chain = Line(CODE_MOST, required=True)
    name = _field("name", required=False)
    months = _field("months", required=False)
    month = _field("month", required=False)
    week = _field("week", required=False)
    weekday = _field("weekday", required=False)
    starts = _field("starts", required=False)


class PageQuery(Query):
    """Which page."""

    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class SwapBody(Command):
    """With whom to exchange a session, and why."""

    enterprise = Line(CODE_MOST, required=True, about="这一期的承办企业")
    other_session = Whole(1, VERSION_MOST, required=True, about="要换的那一期的 id")
    other = Line(CODE_MOST, required=True, about="那一期的承办企业")
    why = Line(200, required=True)


class SessionsQuery(PageQuery):
    """Which sessions of a rotation."""

    state = Choice(State)


class HostShape(Shape):
    """A host of a session."""

    enterprise = mm.String(required=True)
    round = mm.Integer(required=True)
    why = mm.String(required=True)
    bound = mm.Boolean(required=True, metadata={"description": "换期或党委定的，次序变了也不动"})


class PolicyShape(Shape):
    """A policy to be presented."""

    title = mm.String(required=True)
    number = mm.String(required=True, metadata={"description": "文号，没有写是空的"})


class SessionShape(Shape):
    """One session."""

    id = mm.Integer(required=True)
    rotation = mm.Integer(required=True)
    period_on = mm.Date(required=True, metadata={"description": "这一期的第一天"})
    on = mm.Date(required=True, allow_none=True, metadata={"description": "改期待定时是 null"})
    provisional = mm.Boolean(required=True)
    pinned = mm.Boolean(required=True)
    state = mm.Enum(State, by_value=mm.String, required=True)
    version = mm.Integer(required=True)
    hosts = mm.List(mm.Nested(HostShape), required=True)
    why = mm.List(mm.String(), required=True, metadata={"description": "为什么是这一天"})
    skipped = mm.List(mm.String(), required=True, metadata={"description": "谁缓办；企业和指导员看不到"})
    theme = mm.String(required=True)
    venue = mm.String(required=True)
    venue_of = mm.String(required=True, metadata={"description": "借用谁的场地，自己的是空的"})
    agenda = mm.Dict(keys=mm.String(), values=mm.String(), required=True)
    policies = mm.List(mm.Nested(PolicyShape), required=True)
    ready = mm.List(mm.Enum(Ready, by_value=mm.String), required=True)
    minutes = mm.String(required=True)
    actions = mm.List(mm.Enum(Action, by_value=mm.String), required=True)


class SessionPage(Shape):
    """Some sessions, the first one first."""

    items = mm.List(mm.Nested(SessionShape), required=True)
    next_cursor = next_cursor()


class RotationShape(Shape):
    """A rotation with its rule."""

    id = mm.Integer(required=True)
    chain = mm.String(required=True)
    name = mm.String(required=True, metadata={"description": "一期叫什么：红色沙龙、主题党日"})
    months = mm.Integer(required=True)
    month = mm.Integer(required=True)
    week = mm.Integer(required=True)
    weekday = mm.Integer(required=True, metadata={"description": "1 是周一"})
    starts = mm.String(required=True)
    at_once = mm.Integer(required=True)
    volunteers_only = mm.Boolean(required=True)
    round = mm.Integer(required=True)


class RotationPage(Shape):
    """The rotations that the caller reads."""

    items = mm.List(mm.Nested(RotationShape), required=True)


class MemberShape(Shape):
    """A member: its place, and what it has had."""

    enterprise = mm.String(required=True)
    place = mm.Integer(required=True, allow_none=True)
    on = mm.Date(required=True, allow_none=True, metadata={"description": "近两年里排定的日子"})
    year = mm.Integer(required=True, allow_none=True, metadata={"description": "大约哪一年"})
    held = mm.Integer(required=True)
    last_on = mm.Date(required=True, allow_none=True)
    waited_months = mm.Integer(required=True)
    overdue = mm.Boolean(required=True, metadata={"description": "等了超过一轮"})


class MemberPage(Shape):
    """The members of a rotation, by place."""

    items = mm.List(mm.Nested(MemberShape), required=True)


class MovedShape(Shape):
    """An enterprise whose turn a change moves."""

    enterprise = mm.String(required=True)
    before = mm.List(mm.Date(), required=True)
    after = mm.List(mm.Date(), required=True)


class WithoutDayShape(Shape):
    """A period that would have no session since every day of it is taken."""

    period_on = mm.Date(required=True, metadata={"description": "这一期的第一天"})
    words = mm.String(required=True)


class EffectShape(Shape):
    """The whole effect of a change."""

    saved = mm.Boolean(required=True)
    moved = mm.List(mm.Nested(MovedShape), required=True)
    without_day = mm.List(mm.Nested(WithoutDayShape), required=True)


class TroubleShape(Shape):
    """A session, or a period without any, that somebody has to see to."""

    session = mm.Integer(required=True, allow_none=True, metadata={"description": "没有日子的一期是 null"})
    period_on = mm.Date(
        required=True, allow_none=True, metadata={"description": "没有日子的一期的第一天，别的是 null"}
    )
    on = mm.Date(required=True, allow_none=True)
    sort = mm.Enum(Sort, by_value=mm.String, required=True)
    words = mm.String(required=True)


class TroublePage(Shape):
    """What somebody has to see to, by day; nothing for enterprises and guides."""

    items = mm.List(mm.Nested(TroubleShape), required=True)


class SwapShape(Shape):
    """A swap."""

    id = mm.Integer(required=True)
    session = mm.Integer(required=True)
    enterprise = mm.String(required=True)
    other_session = mm.Integer(required=True)
    other = mm.String(required=True)
    why = mm.String(required=True)
    state = mm.Enum(SwapState, by_value=mm.String, required=True)
    asked_by = mm.String(required=True)


class SwapPage(Shape):
    """The swaps that wait for an answer."""

    items = mm.List(mm.Nested(SwapShape), required=True)


class RotationEventShape(Shape):
    """One change."""

    id = mm.Integer(required=True)
    at = mm.AwareDateTime(required=True)
    by = mm.String(required=True)
    action = mm.String(required=True)
    what = mm.String(required=True)
    why = mm.String(required=True)
    session = mm.Integer(required=True, allow_none=True)
    before = mm.List(mm.List(mm.String()), required=True)
    after = mm.List(mm.List(mm.String()), required=True)


class RotationEventPage(Shape):
    """Some changes, the newest first."""

    items = mm.List(mm.Nested(RotationEventShape), required=True)
    next_cursor = next_cursor()


class ProblemBody(Command):
    """A problem that was raised at a session."""

    enterprise = Line(CODE_MOST, required=True)
    title = Line(TITLE_MOST, 2, required=True)
    content = Text(CONTENT_MOST, 2, required=True)


class RaisedShape(Shape):
    """The ticket that a problem became."""

    number = mm.String(required=True)
