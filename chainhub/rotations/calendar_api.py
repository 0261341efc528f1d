"""The JSON door of calendar addresses: listed, made, revoked."""

from typing import Any

from flask import Response, url_for
from marshmallow import fields as mm

from chainhub.core.work import Work
from chainhub.rotations.models import CalendarKey
from chainhub.rotations.service import subscribing
from chainhub.rotations.service.subscribing import What
from chainhub.web import api, doors
from chainhub.web.shapes import CODE_MOST, Choice, Command, Line, Shape

room = api.Room("calendars", __name__, "日历订阅")


class CalendarBody(Command):
    """Whose sessions the calendar is to have."""

    what = Choice(What, required=True)
    ref = Line(CODE_MOST, about="产业链或企业的编码；person 和 routines 不写")


class CalendarShape(Shape):
    """A calendar address that holds; the address itself is never shown again."""

    id = mm.Integer(required=True)
    what = mm.Enum(What, by_value=mm.String, required=True)
    ref = mm.String(required=True)
    title = mm.String(required=True)
    made_at = mm.AwareDateTime(required=True)


class MadeCalendarShape(CalendarShape):
    """A calendar address that was made just now, shown this once."""

    address = mm.String(required=True)


class CalendarList(Shape):
    """The caller's own addresses that hold, the newest first."""

    items = mm.List(mm.Nested(CalendarShape), required=True)


_BODY = CalendarBody()


@room.get("/calendars", CalendarList)
@doors.signed_in()
def calendars() -> Response:
    """自己的日历订阅地址，新的在前；地址本身不再显示"""
    with doors.reading() as work:
        return api.answer({"items": [_shown(work, one) for one in subscribing.own(work)]})


@room.post("/calendars", {201: MadeCalendarShape}, api.Taken(body=CalendarBody))
@doors.signed_in()
def make_calendar() -> Response:
    """要一个日历订阅地址，只显示这一次；谁拿到它谁就看得到"""
    sent = api.body()
    with doors.work() as work:
        subscribing.demand_people(work)
        given = api.load(_BODY, sent)
        key, secret = subscribing.give_out(work, given["what"], given.get("ref", ""))
        address = url_for("calendars.feed", key=secret, _external=True)
        answer = {**_shown(work, key), "address": address}
    return api.answer(answer, 201)


@room.post("/calendars/<int:id_>/revoke", {200: CalendarShape})
@doors.signed_in()
def revoke_calendar(id_: int) -> Response:
    """停用一个地址，从此打不开"""
    with doors.work() as work:
        answer = _shown(work, subscribing.revoke(work, id_))
    return api.answer(answer)


def _shown(work: Work, key: CalendarKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "what": What(key.what),
        "ref": key.ref,
        "title": subscribing.title(work, key),
        "made_at": api.moment(key.made_at),
    }
