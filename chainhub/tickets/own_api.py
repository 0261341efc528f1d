"""The JSON door of everyday help: own lists."""

from collections.abc import Callable
from typing import Any

from flask import Response

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.tickets import extracting, festival, mine, own_schemas, queries, representing, together
from chainhub.tickets.everyday import Handover, PassedOn, StandardReply
from chainhub.tickets.extracting import Firm
from chainhub.tickets.listing import Item
from chainhub.tickets.mine import Line, Page, Which
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import checklists, handing, moving, noting, passing, replies, submitting
from chainhub.tickets.together import Pick, Result
from chainhub.web import api, doors

room = api.Room("own", __name__, "自己的清单")
_PLACE, _WHICH = own_schemas.PlaceQuery(), own_schemas.WhichQuery()
_REPLY, _OFFERS = own_schemas.ReplyBody(), own_schemas.OfferQuery()
_NOTE = own_schemas.NoteBody()
_CHECK = own_schemas.CheckBody()
_HANDOVER = own_schemas.HandoverBody()
_PASS_ON, _CONFIRM = own_schemas.PassOnBody(), own_schemas.PassedOnBody()
_BULK = own_schemas.BulkBody()
Data = dict[str, Any]


@room.get("/mine/requests", own_schemas.MyRequestPage, api.Taken(query=own_schemas.PlaceQuery))
@doors.signed_in()
def my_requests() -> Response:
    """等我决定的申请，延期的在前"""
    place = _place()
    with doors.reading() as work:
        found = mine.requests(work, **place)
        return _page(work, found, lambda one: {"request": representing.request(work, one.ticket, _any(one))})


@room.get("/mine/waits", own_schemas.WaitPage, api.Taken(query=own_schemas.PlaceQuery))
@doors.signed_in()
def my_waits() -> Response:
    """长期跟踪的诉求，先到复查日的在前"""
    place = _place()
    with doors.reading() as work:
        found = mine.waits(work, **place) if work.actor.roles & set(mine.STAFF) else Page((), "")
        return _page(work, found, lambda one: _wait(work, one))


@room.get("/mine/instructions", own_schemas.MyInstructionPage, api.Taken(query=own_schemas.WhichQuery))
@doors.signed_in()
def my_instructions() -> Response:
    """我作出、代录的批示，和批给我单位的"""
    which, place = _chosen((Which.OPEN, Which.ANSWERED))
    with doors.reading() as work:
        found = mine.instructions(work, which, **place)
        return _page(
            work, found, lambda one: {"instruction": representing.instruction(work, one.ticket, _any(one))}
        )


@room.get("/mine/supervisions", own_schemas.MySupervisionPage, api.Taken(query=own_schemas.WhichQuery))
@doors.signed_in()
def my_supervisions() -> Response:
    """督办和提醒函：待签发、待反馈、已反馈"""
    which, place = _chosen((Which.OPEN, Which.ANSWERED, Which.DRAFT))
    with doors.reading() as work:
        found = mine.supervisions(work, which, **place)
        return _page(
            work, found, lambda one: {"supervision": representing.supervision(work, one.ticket, _any(one))}
        )


def _place() -> Data:
    wanted = api.query(_PLACE)
    return {"cursor": wanted.get("cursor", ""), "limit": wanted.get("limit", mine.PAGE)}


def _chosen(allowed: tuple[Which, ...]) -> tuple[Which, Data]:
    wanted = api.query(_WHICH)
    which = wanted.get("state", Which.OPEN)
    if which not in allowed:
        raise Invalid(errors={"state": [f"请写 {'、'.join(one.value for one in allowed)}。"]})
    return which, {"cursor": wanted.get("cursor", ""), "limit": wanted.get("limit", mine.PAGE)}


def _page(work: Work, found: Page, more: Callable[[Line], Data]) -> Response:
    items = [
        {"ticket": representing.item(Item(one.ticket, one.enterprise), work.now), **more(one)}
        for one in found.items
    ]
    return api.answer({"items": items, "next_cursor": found.next_cursor or None})


def _any(one: Line) -> Any:
    return one.about


def _wait(work: Work, one: Line) -> Data:
    day = one.ticket.review_on
    due = day is not None and day <= work.now.astimezone(SHANGHAI).date()
    return {"review_on": day.isoformat() if day else None, "waits": one.ticket.waits, "due": due}


@room.post("/tickets/bulk", {200: own_schemas.BulkDone}, api.Taken(body=own_schemas.BulkBody))
@doors.signed_in()
def bulk() -> Response:
    """几件一起办：接单、派单、签收、审核、销号；一件一个结果，一件没办成不连累别的"""
    given = api.load(_BULK, api.body())
    picks = [
        Pick(one["number"], one["version"], {k: one[k] for k in ("lead_unit", "note") if k in one})
        for one in given["tickets"]
    ]
    done = together.do(given["action"], picks)
    rows = [{"number": one.number, "result": one.result, "words": one.words} for one in done.rows]
    return api.answer({"picked": len(rows), **{one.value: done.count(one) for one in Result}, "rows": rows})


@room.get("/replies", own_schemas.ReplyPage)
@doors.signed_in(*replies.KEEPERS)
def replies_in_use() -> Response:
    """在用的常用答复"""
    with doors.reading() as work:
        return api.answer({"items": [_reply(one) for one in replies.in_use(work)]})


@room.post("/replies", {201: own_schemas.ReplyShape}, api.Taken(body=own_schemas.ReplyBody))
@doors.signed_in(*replies.KEEPERS)
def add_reply() -> Response:
    """加一条常用答复"""
    given = api.load(_REPLY, api.body())
    with doors.work() as work:
        added = _reply(replies.add(work, _draft(given)))
    return api.answer(added, 201)


@room.post("/replies/<int:id_>", {200: own_schemas.ReplyShape}, api.Taken(body=own_schemas.ReplyBody))
@doors.signed_in(*replies.KEEPERS)
def change_reply(id_: int) -> Response:
    """改一条常用答复：是新的一版，原来的留着"""
    sent = api.body()
    with doors.work() as work:
        replies.find(work, id_)
        changed = _reply(replies.change(work, id_, _draft(api.load(_REPLY, sent))))
    return api.answer(changed)


@room.get("/tickets/<string:number>/replies", own_schemas.OfferPage, api.Taken(query=own_schemas.OfferQuery))
@doors.signed_in()
def replies_for(number: str) -> Response:
    """这件诉求的一个动作能用的常用答复，空已经填好"""
    with doors.reading() as work:
        ticket = queries.own(work, number)
        action = api.query(_OFFERS)["action"]
        # What is offered to somebody who may not do it would tell the enterprise how the staff speak.
        allowed = action in {row.action for row in moving.moves(work, ticket)}
        found = replies.offers(work, ticket, action) if allowed else []
        items = [{"id": one.id, "label": one.label, "text": one.text} for one in found]
    return api.answer({"items": items})


def _draft(given: Data) -> replies.Draft:
    return replies.Draft(given["action"], given.get("category"), given["label"], given["text"])


def _reply(one: StandardReply) -> Data:
    return {
        "id": one.id,
        "version": one.version,
        "action": one.action,
        "category": one.category_code,
        "label": one.label,
        "text": one.text,
        "made_by": one.made_by,
        "made_at": api.moment(one.made_at),
    }


@room.post(
    "/tickets/<string:number>/notes", {201: own_schemas.NoteDone}, api.Taken(body=own_schemas.NoteBody)
)
@doors.signed_in()
def add_note(number: str) -> Response:
    """内部备注：只给工作人员看，企业和指导员看不到"""
    sent = api.body()
    with doors.work() as work:
        noting.demand(work, queries.own(work, number))
        ticket = noting.note(work, number, api.load(_NOTE, sent)["note"])
        found = {"number": ticket.number, "version": ticket.version}
    return api.answer(found, 201)


@room.get("/tickets/<string:number>/checklist", own_schemas.CheckPage)
@doors.signed_in()
def checklist(number: str) -> Response:
    """这件诉求的办理清单：哪些做了，谁勾的"""
    with doors.reading() as work:
        return api.answer(_checklist(work, queries.own(work, number)))


@room.post(
    "/tickets/<string:number>/checklist", {200: own_schemas.CheckPage}, api.Taken(body=own_schemas.CheckBody)
)
@doors.signed_in()
def check(number: str) -> Response:
    """勾一项，或者取消"""
    sent = api.body()
    with doors.work() as work:
        checklists.demand(work, queries.own(work, number))
        given = api.load(_CHECK, sent)
        ticket = checklists.tick(work, number, given["item"], done=given["done"])
        found = _checklist(work, ticket)
    return api.answer(found)


def _checklist(work: Work, ticket: Ticket) -> Data:
    items = [
        {
            "code": one.code,
            "label": one.label,
            "must": one.must,
            "done_by": one.done_by,
            "done_at": api.moment(one.done_at),
        }
        for one in checklists.readable(work, ticket)
    ]
    return {"items": items, "may_tick": checklists.may_tick(work, ticket)}


@room.post("/handovers", {201: own_schemas.HandoverShape}, api.Taken(body=own_schemas.HandoverBody))
@doors.signed_in(*handing.KEEPERS)
def hand_over() -> Response:
    """工作交接：还在办的一次交给接手的人，留一张交接单"""
    given = api.load(_HANDOVER, api.body())
    with doors.work() as work:
        person = given.get("person", work.actor.username)
        found = _handover(handing.hand_over(work, person, given["successor"], given.get("note", "")))
    return api.answer(found, 201)


@room.get("/handovers/<int:id_>", own_schemas.HandoverShape)
@doors.signed_in(*handing.KEEPERS)
def handover(id_: int) -> Response:
    """一张工作交接单"""
    with doors.reading() as work:
        return api.answer(_handover(handing.find(work, id_)))


def _handover(one: Handover) -> Data:
    return {
        "id": one.id,
        "from_name": one.from_name,
        "to_name": one.to_name,
        "posts": one.posts,
        "items": one.items,
        "note": one.note,
        "made_by": one.made_by,
        "made_at": api.moment(one.made_at),
    }


@room.post("/pass-on", {201: own_schemas.PassedOnShape}, api.Taken(body=own_schemas.PassOnBody))
@doors.signed_in(*passing.MAKERS)
def pass_on() -> Response:
    """随手转办：把话贴进来，认出是哪家什么事，等企业点一下"""
    given = api.load(_PASS_ON, api.body())
    with doors.work() as work:
        firms = [Firm(one.code, (one.short, one.name)) for one in submitting.may_file_for(work)]
        read = extracting.extract(given["text"], firms)
        word = passing.Word(
            given.get("enterprise", read.enterprise),
            given.get("title", read.title),
            read.content,
            given.get("category"),
            given.get("contact_person", read.person),
            given.get("contact_phone", read.phone),
        )
        found = _passed_on(work, passing.write(work, word))
    return api.answer(found, 201)


@room.get("/pass-on", own_schemas.PassedOnPage)
@doors.signed_in()
def passed_on() -> Response:
    """工作人员替我们企业记的，等我们点一下的"""
    with doors.reading() as work:
        return api.answer({"items": [_passed_on(work, one) for one in passing.waiting(work)]})


@room.post(
    "/pass-on/<int:id_>/confirm", {200: own_schemas.PassedOnShape}, api.Taken(body=own_schemas.PassedOnBody)
)
@doors.signed_in()
def confirm_passed_on(id_: int) -> Response:
    """对，就这样报；写了 content 就按改过的报"""
    sent = api.body()
    with doors.work() as work:
        found = passing.find(work, id_)
        passing.confirm(work, id_, api.load(_CONFIRM, sent).get("content", ""))
        answer = _passed_on(work, found)
    return api.answer(answer)


def _passed_on(work: Work, one: PassedOn) -> Data:
    ticket = work.session.get(Ticket, one.ticket_id) if one.ticket_id else None
    return {
        "id": one.id,
        "enterprise": one.enterprise_code,
        "title": one.title,
        "content": one.content,
        "category": one.category_code,
        "contact_person": one.contact_person,
        "made_by": one.made_by,
        "ticket": ticket.number if ticket else None,
    }


@room.get("/before-festival", own_schemas.FestivalPage, api.Taken(query=own_schemas.PlaceQuery))
@doors.signed_in(*mine.STAFF)
def before_festival() -> Response:
    """节前清零：春节前还在办的，账款拖欠的在前，各差什么"""
    place = _place()
    with doors.reading() as work:
        stands = festival.now(work)
        found = festival.page(work, **place)
        items = [
            {"ticket": representing.item(Item(one.ticket, one.enterprise), work.now), "missing": missing}
            for one, missing in found.items
        ]
        units = [{"unit": unit, "open": number} for unit, number in festival.per_unit(work)]
    return api.answer(
        {
            "festival_on": stands.on.isoformat() if stands.on else None,
            "workdays_left": stands.left,
            "in_time": stands.in_time,
            "units": units,
            "items": items,
            "next_cursor": found.next_cursor or None,
        }
    )
