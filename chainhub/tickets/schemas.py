"""What the JSON door of tickets takes and answers. The bounds of an action's body stand in `fields.py`."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.core.actor import Role
from chainhub.county.directory.rules import Directory
from chainhub.tickets import fields, listing, terms
from chainhub.tickets.ageing import Age
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.fields import Field, Shape
from chainhub.tickets.listing import Colour, Order, Undecided
from chainhub.tickets.mine import FLAG_WORDS, Flag
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.workflow import TABLE, Action, State
from chainhub.web import shapes
from chainhub.web.shapes import (
    CODE_MOST,
    Choice,
    Choices,
    Command,
    Day,
    Line,
    Moment,
    Query,
    Said,
    Several,
    Text,
    Whole,
    YesNo,
)

VERSION_MOST = 2**31 - 1
_SOME = validate.Length(1, 30, error="请写 1 到 30 项。")

ACTIONS: tuple[Action, ...] = tuple(
    action
    for action in Action
    if any(row.action is action and row.source is not None and row.who - {Role.CLOCK} for row in TABLE)
)
"""What may be done to a ticket by hand: one address each."""


# What is taken


class Decision(Command):
    """One decision of a consultation: who does what until when."""

    unit = Line(CODE_MOST, required=True)
    text = Text(fields.NOTE_MOST, 2, required=True)
    due_on = Day(required=True)


class CoUnit(Command):
    """One co-unit: what it is asked to do, and by when if somebody says so."""

    unit = Line(CODE_MOST, required=True)
    due_on = Day()
    text = Text(fields.NOTE_MOST, 2)


_ITEMS: Mapping[str, type[Command]] = {"decisions": Decision, "co_units": CoUnit}


def _field(spec: Field, *, required: bool) -> mm.Field[Any]:
    about = f"{spec.label}（{spec.hint}）" if spec.hint else spec.label
    match spec.shape:
        case Shape.TEXT:
            return Text(spec.most, spec.least, required=required, about=about)
        case Shape.LINE:
            return Line(spec.most, spec.least, required=required, about=about)
        case Shape.CHOICE if spec.choices is not None:
            words = "，".join(f"{one.value} {one.label}" for one in spec.choices)
            return Choice(spec.choices, required=required, about=f"{spec.label}：{words}")
        case Shape.YES_NO:
            return YesNo(required=required, about=about)
        case Shape.MOMENT:
            return Moment(required=required, about=about)
        case Shape.DAY:
            return Day(required=required, about=about)
        case Shape.CODES:
            return Several(Line(CODE_MOST, required=True), required=required, validate=_SOME)
        case Shape.ITEMS:
            return Several(mm.Nested(_ITEMS[spec.name]), required=required, validate=_SOME)
        case _:
            return Line(spec.most or CODE_MOST, required=required, about=about)


def fields_of(action: Action) -> dict[str, bool]:
    """Return the names of what an action takes, each with whether every row of the table demands it."""
    listed = [row for row in TABLE if row.action is action]
    names = dict.fromkeys(name for row in listed for name in row.fields)
    return {name: all(name in row.needs for row in listed) for name in names}


def _body(action: Action) -> type[Command]:
    made: dict[str, Any] = {
        name: _field(fields.field(action, name), required=required)
        for name, required in fields_of(action).items()
    }
    if action not in {Action.SUBMIT, Action.BACKFILL}:
        made["version"] = Whole(1, VERSION_MOST, required=True, about="看到的诉求的 version")
    name = "".join(part.title() for part in action.value.split("_"))
    return type(f"{name}Body", (Command,), {**made, "__doc__": f"What {action.value} takes."})


_BODIES: Mapping[Action, type[Command]] = {
    action: _body(action) for action in (Action.SUBMIT, Action.BACKFILL, *ACTIONS)
}


def for_action(action: Action) -> type[Command]:
    """Return the schema of an action's body. Raises KeyError for what the clock alone does."""
    return _BODIES[action]


def unknown_codes(action: Action, given: Mapping[str, Any], directory: Directory) -> dict[str, list[str]]:
    """Return, by field, the codes that name no unit that handles tickets and no category."""
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        shape = fields.field(action, name).shape
        if shape is Shape.UNIT and not (value in directory.units and directory.units[value].handles):
            errors[name] = ["没有这个办理单位，请从名单里选一个。"]
        if shape is Shape.CATEGORY and value not in directory.categories:
            errors[name] = ["没有这个类别，请从名单里选一个。"]
    return errors


class RequestBody(Command):
    """What somebody asks for: 延期, 挂账, 会商, 加急, 不计入考核."""

    kind = Choice(terms.RequestKind, required=True, about="申请什么")
    reason = Text(fields.NOTE_MOST, 2, required=True, about="为什么")
    until = Day(about="延期：延到哪一天；挂账：哪一天再定")
    reason_code = Choice(terms.CarryOverReason, about="挂账的原因")
    units = Several(Line(CODE_MOST, required=True), validate=_SOME)


class DecisionBody(Command):
    """What is said with a decision on a request."""

    note = Text(fields.NOTE_MOST, 2)


class InstructionBody(Command):
    """A leader's word, verbatim, to one unit until a day."""

    text = Text(fields.NOTE_MOST, 2, required=True, about="批示原文，一字不改")
    unit = Line(CODE_MOST, required=True, about="批给哪个单位（编码）：办理单位，或者本链的党委、专班")
    due_on = Day(required=True, about="哪一天以前回复，至少留一个工作日")
    on_behalf_of = Line(fields.LINE_MOST, about="联络员代录时必填：哪位领导，职务和姓名")


class FeedbackBody(Command):
    """What was done about an instruction or a supervision."""

    note = Text(fields.NOTE_MOST, 2, required=True, about="办了什么")


class SupervisionBody(Command):
    """Why somebody asks for a supervision."""

    note = Text(fields.NOTE_MOST, 2, required=True, about="为什么要督办")
    level = Whole(1, 3, about="一到三级，不写是一级")


class SignatureBody(Command):
    """What is said when a draft is signed."""

    level = Whole(1, 3, about="改成几级，不写照草稿")
    note = Text(fields.NOTE_MOST, 2, about="签发意见")


class TicketQuery(Query):
    """Which tickets."""

    state = Choices(State)
    chain = Line(CODE_MOST, about="产业链编码")
    unit = Line(CODE_MOST, about="主办单位编码")
    co_unit = Line(CODE_MOST, about="协办单位编码：派过协办的")
    category = Line(CODE_MOST, about="类别编码，含下一级")
    kind = Choice(terms.Kind)
    undecided = Choice(Undecided, about="还没定的：category 类别，kind 性质")
    channel = Choice(terms.Channel, about="渠道")
    urgency = Choice(terms.Urgency)
    open = Said(about="true：只看没办完的")
    light = Choice(Colour, about="灯：green 正常，yellow 快到期，red 逾期，grey 等待，blue 已了结")
    late = Choice(Age, about="逾期多久，从到期那天起数的工作日：5 以内，10 是 6 到 10，more 更久")
    enterprise = Line(CODE_MOST, about="企业编码")
    flag = Choices(
        Flag,
        about="标记，可以写几个：" + "，".join(f"{one.value} {said}" for one, said in FLAG_WORDS.items()),
    )
    q = Line(100, about="编号、企业、标题、内容里的字")
    route = Choice(
        terms.Route, about="接单时定的路：" + "，".join(f"{one.value} {one.label}" for one in terms.Route)
    )
    referred = Said(about="true：只看上级转办的")
    due_before = shapes.Before(about="在这以前到期的，如 2026-10-27T17:30:00+08:00；只写日期是那天零点")
    order = Choice(Order, about="newest 新的在前，due 先到期的在前")
    cursor = shapes.cursor()
    limit = shapes.page_limit(listing.PAGE, listing.PAGE_MOST)


class EventQuery(Query):
    """Which lines of a history."""

    cursor = shapes.cursor()
    limit = shapes.page_limit(listing.PAGE, listing.PAGE_MOST)


# What is answered


def _said(kind: type[Any], *, nullable: bool = False) -> mm.Enum[Any]:
    return mm.Enum(kind, by_value=mm.String, required=True, allow_none=nullable)


def _text(about: str = "", *, nullable: bool = False) -> mm.String:
    return mm.String(required=True, allow_none=nullable, metadata=_about(about))


def _at(about: str = "", *, nullable: bool = False) -> mm.AwareDateTime:
    return mm.AwareDateTime(required=True, allow_none=nullable, metadata=_about(about))


def _about(words: str) -> dict[str, str]:
    return {"description": words} if words else {}


class Option(shapes.Shape):
    """One value to choose."""

    value = _text()
    label = _text()


class ActionField(shapes.Shape):
    """One field of an action."""

    name = _text()
    label = _text()
    hint = _text()
    type = _said(Shape)
    required = mm.Boolean(required=True)
    max_length = mm.Integer(required=True, allow_none=True)
    choices = mm.List(mm.Nested(Option), metadata={"description": "要从这里面选的才有"})


class Offer(shapes.Shape):
    """One thing that the caller may do now."""

    action = _said(Action)
    label = _text()
    fields_ = mm.List(mm.Nested(ActionField), required=True, data_key="fields")


class Holder(shapes.Shape):
    """Who must act before a clock runs out."""

    role = _said(Role)
    scope = _text("chain:equipment、unit:<编码>、enterprise:<编码>、county")


class ClockShape(shapes.Shape):
    """One time limit of a ticket."""

    kind = _said(ClockKind)
    label = _text()
    round = mm.Integer(required=True)
    unit = _text("持有的单位编码", nullable=True)
    holder = mm.Nested(Holder, required=True)
    started_at = _at()
    limit = _text("15d 十五个工作日，240m 二百四十个工作分钟，30w 三十分钟")
    due_at = _at()
    provisional = mm.Boolean(required=True, metadata={"description": "暂定，待放假通知核定"})
    paused = mm.Boolean(required=True)
    stopped_at = _at(nullable=True)
    light = _said(Colour)


class TicketItem(shapes.Shape):
    """A ticket in a list."""

    number = _text()
    title = _text()
    state = _said(State)
    state_label = _text()
    version = mm.Integer(required=True)
    chain = _text("编码")
    enterprise = _text("编码")
    category = _text("编码；空着是还没定", nullable=True)
    kind = _said(terms.Kind, nullable=True)
    urgency = _said(terms.Urgency)
    channel = _said(terms.Channel)
    confidential = mm.Boolean(required=True)
    lead_unit = _text("编码", nullable=True)
    co_units = mm.List(mm.String(), required=True)
    due_at = _at(nullable=True)
    due_provisional = mm.Boolean(required=True)
    promise_due_at = _at(nullable=True)
    superior_due_at = _at("上级转办的：在这以前回复上级", nullable=True)
    light = _said(Colour)
    created_at = _at()
    updated_at = _at()


class ListedTicket(TicketItem):
    """A ticket in a list, with its enterprise's short name."""

    enterprise_name = _text()


class Ticket(TicketItem):
    """A ticket: what is true now, its clocks, and what the caller may do."""

    content = _text()
    contact_person = _text()
    contact_phone = _text("不经手的人看到的是 138****1234")
    round = mm.Integer(required=True)
    outcome = _said(terms.Outcome, nullable=True)
    evidence = _said(terms.Evidence)
    route = _said(terms.Route, nullable=True)
    complained_unit = _text("投诉的是哪个单位，编码", nullable=True)
    satisfaction = _said(terms.Satisfaction, nullable=True)
    closed_at = _at(nullable=True)
    clocks = mm.List(mm.Nested(ClockShape), required=True)
    actions = mm.List(mm.Nested(Offer), required=True)


class TicketPage(shapes.Shape):
    """Some tickets."""

    items = mm.List(mm.Nested(ListedTicket), required=True)
    next_cursor = shapes.next_cursor()


class Event(shapes.Shape):
    """One line of a ticket's history."""

    seq = mm.Integer(required=True, metadata={"description": "这一步以后的 version"})
    action = _said(Action)
    label = _text()
    source = _said(State, nullable=True)
    target = _said(State)
    round = mm.Integer(required=True)
    role = _text("以什么身份")
    body = _text("代表哪里")
    actor = _text("谁")
    data = mm.Dict(keys=mm.String(), required=True, metadata={"description": "填了什么；不该看的不在里面"})
    at = _at("什么时候做的")
    recorded_at = _at("什么时候记下的")


class EventPage(shapes.Shape):
    """A ticket's history, the newest line first."""

    items = mm.List(mm.Nested(Event), required=True)
    next_cursor = shapes.next_cursor()


class RequestShape(shapes.Shape):
    """What was asked for, and what came of it."""

    id = mm.Integer(required=True)
    kind = _said(terms.RequestKind)
    label = _text()
    state = _said(terms.RequestState)
    asked_by = _text()
    asked_at = _at()
    reason = _text()
    until = mm.Date(required=True, allow_none=True)
    due_at = _at("在这以前批")
    decided_by = _text()
    decided_at = _at(nullable=True)
    note = _text()
    before_at = _at("延期以前的到期时间", nullable=True)
    after_at = _at("延期以后的到期时间", nullable=True)
    may_decide = mm.Boolean(required=True)


class FilesBody(Command):
    """Files, and nothing else."""

    file = mm.Raw(
        required=True,
        metadata={"type": "string", "format": "binary", "description": "文件；可以写几个 file，最多 10 个"},
    )


class AttachmentBody(FilesBody):
    """Files to attach."""

    internal = YesNo(about="true：只给工作人员看，企业看不到")


class AttachmentShape(shapes.Shape):
    """One file of a ticket."""

    id = mm.Integer(required=True)
    name = _text()
    type = _text("按内容认出来的类型，如 image/jpeg")
    size = mm.Integer(required=True, metadata={"description": "字节"})
    sha256 = _text("存着的这份的摘要")
    internal = mm.Boolean(required=True, metadata={"description": "只给工作人员看"})
    by = _text()
    at = _at()
    url = _text("从哪里下载")


class AttachmentPage(shapes.Shape):
    """A ticket's files, the oldest first."""

    items = mm.List(mm.Nested(AttachmentShape), required=True)


class PaperBody(Command):
    """Which paper is to be issued."""

    kind = Choice(
        PaperKind,
        required=True,
        about="哪一种：" + "，".join(f"{one.value} {one.label}" for one in PaperKind),
    )
    subject = Line(80, about="同一种有几份时说哪一份，照列表里的写")


class PaperShape(shapes.Shape):
    """A paper: one that was issued has a number; one that is not yet may be."""

    kind = _said(PaperKind)
    subject = _text("同一种里的哪一份")
    label = _text()
    about = _text()
    number = mm.String(required=True, allow_none=True, metadata={"description": "编号；还没有出的没有"})
    issued_by = _text()
    issued_at = _at(nullable=True)
    may_issue = mm.Boolean(required=True)
    url = mm.String(required=True, allow_none=True, metadata={"description": "从哪里下载；还没有出的没有"})


class PaperPage(shapes.Shape):
    """A ticket's papers, those that were issued and those that may be now."""

    items = mm.List(mm.Nested(PaperShape), required=True)


class RequestPage(shapes.Shape):
    """A ticket's requests."""

    items = mm.List(mm.Nested(RequestShape), required=True)


class InstructionShape(shapes.Shape):
    """A leader's word, and what was done about it."""

    id = mm.Integer(required=True)
    text = _text("批示原文")
    unit = _text("批给的单位，编码")
    due_on = mm.Date(required=True)
    due_at = _at("在这以前回复")
    given_by = _text("谁写进来的")
    on_behalf_of = _text("代录时是哪位领导，不然空着")
    transcribed = mm.Boolean(required=True, metadata={"description": "代录"})
    given_at = _at()
    answer = _text("办了什么")
    answered_by = _text()
    answered_at = _at(nullable=True)
    may_answer = mm.Boolean(required=True)


class InstructionPage(shapes.Shape):
    """A ticket's instructions."""

    items = mm.List(mm.Nested(InstructionShape), required=True)


class SupervisionShape(shapes.Shape):
    """A supervision: why, where it stands, who signed it, what was answered."""

    id = mm.Integer(required=True)
    reason = _said(terms.SupervisionReason)
    label = _text()
    level = mm.Integer(required=True)
    unit = _text("督办的单位，编码")
    state = _said(terms.SupervisionState)
    letter = mm.Boolean(required=True, metadata={"description": "产业链党委签的是提醒函"})
    note = _text()
    drafted_by = _text()
    drafted_at = _at()
    decided_by = _text("谁签发的，或者没有签发")
    decided_at = _at(nullable=True)
    decision = _text("签发意见")
    due_at = _at("签发以后才有：在这以前反馈", nullable=True)
    answer = _text()
    answered_by = _text()
    answered_at = _at(nullable=True)
    may_sign = mm.Boolean(required=True)
    may_answer = mm.Boolean(required=True)


class SupervisionPage(shapes.Shape):
    """A ticket's supervisions."""

    items = mm.List(mm.Nested(SupervisionShape), required=True)


class WhistleBody(Command):
    """Why several units are to come at once; the committee says which."""

    reason = Text(fields.NOTE_MOST, 2, required=True, about="为什么要几个单位一起来")
    units = Several(Line(CODE_MOST, required=True), validate=_SOME)


class WhistleConfirmation(Command):
    """Which units a firm's whistle calls."""

    units = Several(Line(CODE_MOST, required=True), required=True, validate=_SOME)
    note = Text(fields.NOTE_MOST, 2)


class ReportBody(Command):
    """Who of a unit comes, and when."""

    people = Line(fields.LINE_MOST, required=True, about="谁来：姓名和人数")
    at = Moment(about="几点到，不写就是现在")
    note = Text(fields.NOTE_MOST, 2)


class ReferralBody(Command):
    """What a superior sent down."""

    source = Line(fields.LINE_MOST, required=True, about="哪里转来的：12345、96178……")
    number = Line(fields.LINE_MOST, required=True, about="上级的编号")
    due_on = Day(required=True, about="上级要求哪一天以前回复")


class ReplyUpBody(Command):
    """What was replied to the superior."""

    reply = Text(fields.NOTE_MOST, 2, required=True, about="怎么回复的")
    replied_on = Day(about="哪一天回复的，不写就是今天")


class ReferralShape(shapes.Shape):
    """What a superior sent down with a ticket."""

    source = _text("哪里转来的")
    number = _text("上级的编号")
    due_on = mm.Date(required=True)
    due_at = _at("在这以前回复上级")
    recorded_by = _text()
    recorded_at = _at()
    replied_on = mm.Date(required=True, allow_none=True)
    replied_by = _text()
    reply = _text()
    may_reply = mm.Boolean(required=True)


class ReportShape(shapes.Shape):
    """One unit that a whistle calls."""

    unit = _text("编码")
    due_at = _at("在这以前报到")
    reported_at = _at(nullable=True)
    reported_by = _text()
    people = _text("谁来")
    arrives_at = _at("几点到", nullable=True)
    note = _text()


class WhistleShape(shapes.Shape):
    """A whistle, and whom it calls."""

    id = mm.Integer(required=True)
    state = _said(terms.WhistleState)
    reason = _text()
    blown_by = _text()
    blown_at = _at()
    decided_by = _text("谁确认的，或者没有确认")
    decided_at = _at(nullable=True)
    decision = _text()
    ended_by = _text()
    ended_at = _at(nullable=True)
    ended_note = _text()
    units = mm.List(mm.Nested(ReportShape), required=True)
    may_decide = mm.Boolean(required=True)
    may_end = mm.Boolean(required=True)


class WhistlePage(shapes.Shape):
    """A ticket's whistles, the oldest first."""

    items = mm.List(mm.Nested(WhistleShape), required=True)


class AnswerShape(shapes.Shape):
    """What was answered in a round, or a call that reached nobody."""

    round = mm.Integer(required=True, metadata={"description": "答的是第几轮办理"})
    action = _said(Action)
    label = _text()
    by = _text("谁答的，或者谁打的电话")
    at = _at()
    via = _text("link 是点链接评的，不然空着")
    contacted = mm.Boolean(required=True, allow_none=True)
    solved = mm.Boolean(required=True, allow_none=True)
    satisfaction = _said(terms.Satisfaction, nullable=True)
    clear = mm.Boolean(required=True, allow_none=True)
    reason_code = _said(terms.DissatisfiedReason, nullable=True)
    note = _text("原话，只给该看的人")


class AnswerPage(shapes.Shape):
    """A ticket's answers and calls, the oldest first."""

    items = mm.List(mm.Nested(AnswerShape), required=True)


class AnswerLink(shapes.Shape):
    """An address under which the enterprise answers without signing in."""

    url = _text("发给企业的地址：打开只是看，提交才算数，只能用一次")
    person = _text("算谁的评价")
    until = _at("在这以前有效")


class DeadlineStep(shapes.Shape):
    """One day from the start to the due day."""

    date = mm.Date(required=True)
    counted = mm.Boolean(required=True)
    why = _text()


class Deadline(shapes.Shape):
    """When a ticket is due, and why."""

    due_at = _at(nullable=True)
    provisional = mm.Boolean(required=True)
    steps = mm.List(mm.Nested(DeadlineStep), required=True)
    text = _text()
