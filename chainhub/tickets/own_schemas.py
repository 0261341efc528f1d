"""What the JSON door of everyday help takes and answers: own lists, and what makes a day's work lighter."""

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.tickets import mine, together, wording
from chainhub.tickets.fields import CONTENT_MOST, NOTE_MOST
from chainhub.tickets.mine import Which
from chainhub.tickets.schemas import (
    VERSION_MOST,
    InstructionShape,
    ListedTicket,
    RequestShape,
    SupervisionShape,
)
from chainhub.tickets.service import replies
from chainhub.tickets.together import Result
from chainhub.tickets.workflow import Action
from chainhub.web import shapes
from chainhub.web.shapes import CODE_MOST, Choice, Command, Line, Query, Several, Text, Whole, YesNo


class BulkItem(Command):
    """One ticket of several; for a dispatch with its unit."""

    number = Line(20, required=True)
    version = Whole(1, VERSION_MOST, required=True, about="看到的诉求的 version")
    lead_unit = Line(CODE_MOST, about="派单时必填：主办单位编码")
    note = Text(NOTE_MOST, 2)


class BulkBody(Command):
    """One verb for several tickets."""

    action = Choice(
        Action,
        required=True,
        among=validate.OneOf(together.ACTIONS, error="这件事不能几件一起办。"),
        about="、".join(f"{one.value} {one.label}" for one in together.ACTIONS),
    )
    tickets = Several(
        mm.Nested(BulkItem),
        required=True,
        validate=validate.Length(1, together.MOST, error=f"请写 1 到 {together.MOST} 件。"),
    )


class BulkRow(shapes.Shape):
    """What became of one of them."""

    number = mm.String(required=True)
    result = mm.Enum(Result, by_value=mm.String, required=True)
    words = mm.String(required=True)


class BulkDone(shapes.Shape):
    """What became of all: picked = done + skipped + failed."""

    picked = mm.Integer(required=True)
    done = mm.Integer(required=True)
    skipped = mm.Integer(required=True, metadata={"description": "您刚才已经办过的"})
    failed = mm.Integer(required=True)
    rows = mm.List(mm.Nested(BulkRow), required=True)


class PlaceQuery(Query):
    """Which page."""

    cursor = shapes.cursor()
    limit = shapes.page_limit(mine.PAGE, mine.PAGE_MOST)


class WhichQuery(PlaceQuery):
    """Which half of a list, and which page."""

    state = Choice(Which, about="open 等回复，answered 已回复，draft 督办待签发；不写是等着的")


class MyRequest(shapes.Shape):
    """A request that waits for the caller, with its ticket."""

    ticket = mm.Nested(ListedTicket, required=True)
    request = mm.Nested(RequestShape, required=True)


class MyRequestPage(shapes.Shape):
    """Requests that wait for the caller's decision: 延期 first."""

    items = mm.List(mm.Nested(MyRequest), required=True)
    next_cursor = shapes.next_cursor()


class Wait(shapes.Shape):
    """A ticket that is followed for long, and when that is decided anew."""

    ticket = mm.Nested(ListedTicket, required=True)
    review_on = mm.Date(required=True)
    waits = mm.Integer(required=True, metadata={"description": "第几次挂账"})
    due = mm.Boolean(required=True, metadata={"description": "到了复查日"})


class WaitPage(shapes.Shape):
    """What is followed for long, the first review on top."""

    items = mm.List(mm.Nested(Wait), required=True)
    next_cursor = shapes.next_cursor()


class MyInstruction(shapes.Shape):
    """An instruction that concerns the caller, with its ticket."""

    ticket = mm.Nested(ListedTicket, required=True)
    instruction = mm.Nested(InstructionShape, required=True)


class MyInstructionPage(shapes.Shape):
    """Instructions that the caller gave, or that were given to the caller's unit."""

    items = mm.List(mm.Nested(MyInstruction), required=True)
    next_cursor = shapes.next_cursor()


class MySupervision(shapes.Shape):
    """A supervision that concerns the caller, with its ticket."""

    ticket = mm.Nested(ListedTicket, required=True)
    supervision = mm.Nested(SupervisionShape, required=True)


class MySupervisionPage(shapes.Shape):
    """Supervisions that concern the caller."""

    items = mm.List(mm.Nested(MySupervision), required=True)
    next_cursor = shapes.next_cursor()


class ReplyBody(Command):
    """A standard reply: for which verb, for which category (none: every one), its name and its words."""

    action = Choice(
        Action,
        required=True,
        among=validate.OneOf(tuple(wording.FIELDS), error="这个动作没有可填的话。"),
        about="用在哪个动作里",
    )
    category = Line(CODE_MOST, about="类别编码；不写是每一类都用")
    label = Line(replies.LABEL_MOST, required=True, about="按钮上的字")
    text = Text(
        NOTE_MOST, 2, required=True, about="话；能用 " + "、".join(f"{{{one}}}" for one in wording.PLACES)
    )


class ReplyShape(shapes.Shape):
    """A standard reply as it is kept."""

    id = mm.Integer(required=True)
    version = mm.Integer(required=True)
    action = mm.Enum(Action, by_value=mm.String, required=True)
    category = mm.String(required=True, allow_none=True)
    label = mm.String(required=True)
    text = mm.String(required=True)
    made_by = mm.String(required=True)
    made_at = mm.AwareDateTime(required=True)


class ReplyPage(shapes.Shape):
    """The standard replies in use; there are never more than a county can read."""

    items = mm.List(mm.Nested(ReplyShape), required=True)


class OfferQuery(Query):
    """For which verb."""

    action = Choice(Action, required=True)


class OfferShape(shapes.Shape):
    """A standard reply with its placeholders filled for a ticket."""

    id = mm.Integer(required=True)
    label = mm.String(required=True)
    text = mm.String(required=True)


class OfferPage(shapes.Shape):
    """What fits a verb on a ticket, the closest first."""

    items = mm.List(mm.Nested(OfferShape), required=True)


class NoteBody(Command):
    """What the staff write for each other."""

    note = Text(NOTE_MOST, 2, required=True, about="只给工作人员看")


class NoteDone(shapes.Shape):
    """The ticket as it is now; the note stands in its history."""

    number = mm.String(required=True)
    version = mm.Integer(required=True)


class CheckBody(Command):
    """An item of the checklist: done or not."""

    item = Line(40, required=True, about="清单里的 code")
    done = YesNo(required=True)


class CheckShape(shapes.Shape):
    """One item of a ticket's checklist."""

    code = mm.String(required=True)
    label = mm.String(required=True)
    must = mm.Boolean(required=True, metadata={"description": "必做，没有例外"})
    done_by = mm.String(required=True)
    done_at = mm.AwareDateTime(required=True, allow_none=True)


class CheckPage(shapes.Shape):
    """A ticket's checklist in this round; empty where its category has none, and for the enterprise's side."""

    items = mm.List(mm.Nested(CheckShape), required=True)
    may_tick = mm.Boolean(required=True)


class HandoverBody(Command):
    """Whose open tasks go to whom."""

    person = Line(60, about="登录名；不写是自己。别人的由同一单位的负责人来交")
    successor = Line(60, required=True, about="交给谁，登录名；要有同样的岗位")
    note = Text(NOTE_MOST, 2)


class HandoverItem(shapes.Shape):
    """One ticket that was open at the handover."""

    number = mm.String(required=True)
    title = mm.String(required=True)
    state = mm.String(required=True)
    due = mm.String(required=True)
    by_name = mm.Boolean(required=True, metadata={"description": "原来分给本人，已改"})


class HandoverShape(shapes.Shape):
    """A 工作交接单."""

    id = mm.Integer(required=True)
    from_name = mm.String(required=True)
    to_name = mm.String(required=True)
    posts = mm.List(mm.String(), required=True)
    items_ = mm.List(mm.Nested(HandoverItem), required=True, data_key="items")
    note = mm.String(required=True)
    made_by = mm.String(required=True)
    made_at = mm.AwareDateTime(required=True)


class PassOnBody(Command):
    """What somebody heard from a firm; left out, a field is read from the text."""

    text = Text(CONTENT_MOST, 2, required=True, about="聊天、语音转成的字，原样贴进来")
    enterprise = Line(CODE_MOST, about="企业编码；不写就从话里认")
    title = Line(60)
    category = Line(CODE_MOST)
    contact_person = Line(20)
    contact_phone = Line(20)


class PassedOnShape(shapes.Shape):
    """What waits for the enterprise's tap, as it was read."""

    id = mm.Integer(required=True)
    enterprise = mm.String(required=True)
    title = mm.String(required=True)
    content = mm.String(required=True)
    category = mm.String(required=True, allow_none=True)
    contact_person = mm.String(required=True)
    made_by = mm.String(required=True)
    ticket = mm.String(required=True, allow_none=True, metadata={"description": "确认以后的诉求编号"})


class PassedOnPage(shapes.Shape):
    """What waits for this enterprise's tap."""

    items = mm.List(mm.Nested(PassedOnShape), required=True)


class PassedOnBody(Command):
    """The enterprise's own words, where it corrects."""

    content = Text(CONTENT_MOST, 2)


class Remaining(shapes.Shape):
    """An open ticket before the festival, and what it is waiting for."""

    ticket = mm.Nested(ListedTicket, required=True)
    missing = mm.String(required=True, metadata={"description": "还差什么"})


class RemainingUnit(shapes.Shape):
    """How many are open at a unit."""

    unit = mm.String(required=True)
    open = mm.Integer(required=True)


class FestivalPage(shapes.Shape):
    """节前清零: what is open, 账款拖欠 first."""

    festival_on = mm.Date(required=True, allow_none=True, metadata={"description": "没有导入通知是 null"})
    workdays_left = mm.Integer(required=True, allow_none=True)
    in_time = mm.Boolean(required=True, metadata={"description": "到了节前 10 个工作日"})
    units = mm.List(mm.Nested(RemainingUnit), required=True)
    items = mm.List(mm.Nested(Remaining), required=True)
    next_cursor = shapes.next_cursor()
