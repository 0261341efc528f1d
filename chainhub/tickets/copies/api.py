"""The JSON door of copies."""

from typing import Any

from flask import Response

from chainhub.tickets import queries
from chainhub.tickets.copies import schemas, service
from chainhub.tickets.copies.models import TicketCopy
from chainhub.web import api, doors

room = api.Room("copies", __name__, "抄送")
_COPY, _PLACE = schemas.CopyBody(), schemas.PlaceQuery()


@room.get("/tickets/<string:number>/copies", schemas.CopyPage)
@doors.signed_in()
def copies(number: str) -> Response:
    """一件诉求抄送过谁，早的在前；企业一方看不到"""
    with doors.reading() as work:
        found = [_shape(one) for one in service.readable(work, queries.own(work, number))]
    return api.answer({"items": found})


@room.post("/tickets/<string:number>/copies", {201: schemas.CopyShape}, api.Taken(body=schemas.CopyBody))
@doors.signed_in()
def copy_ticket(number: str) -> Response:
    """抄送给一位领导，或者别的单位的人：只能看，不能办"""
    sent = api.body()
    with doors.work() as work:
        service.demand(work, number)
        given = api.load(_COPY, sent)
        found = _shape(service.copy(work, number, given["person"], given.get("note", "")))
    return api.answer(found, 201)


@room.post("/copies/<int:id_>/withdraw", {200: schemas.CopyShape})
@doors.signed_in()
def withdraw_ticket_copy(id_: int) -> Response:
    """撤回抄送"""
    with doors.work() as work:
        found = _shape(service.withdraw(work, id_))
    return api.answer(found)


@room.get("/mine/copies", schemas.CopiedPage, api.Taken(query=schemas.PlaceQuery))
@doors.signed_in()
def copied_to_me() -> Response:
    """抄送给我的，新的在前"""
    wanted = api.query(_PLACE)
    below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
    with doors.reading() as work:
        found, after = service.mine(work, before=below, limit=wanted.get("limit", service.PAGE))
        items = [
            {
                "ticket": one.ticket.number,
                "title": one.ticket.title,
                "enterprise_name": one.enterprise,
                "copy": _shape(one.copy),
            }
            for one in found
        ]
    return api.answer({"items": items, "next_cursor": api.write_cursor(after) if after else None})


def _shape(one: TicketCopy) -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "note": one.note,
        "by": one.by_name,
        "at": api.moment(one.at),
        "withdrawn_by": one.withdrawn_by,
        "withdrawn_at": api.moment(one.withdrawn_at),
    }
