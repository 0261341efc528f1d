"""The JSON door of ways of being told, and of what goes out for the administrator."""

from typing import Any

from flask import Response

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county.people import entering
from chainhub.notices import choosing, codes, outbox, outgoing_queries, schemas, trying
from chainhub.notices.manners import Fate
from chainhub.notices.trying import medium_of
from chainhub.notices.way_views import CODES_MOST
from chainhub.web import api, doors

room = api.Room("outgoing", __name__, "提醒方式与对外发送")
_SWITCH, _ADDRESS, _CODE = schemas.WayBody(), schemas.AddressBody(), schemas.CodeBody()
_FAILED, _RETRY, _TEST = schemas.FailedQuery(), schemas.RetryBody(), schemas.TestBody()
_OUTGOING = schemas.OutgoingQuery()


@room.get("/mine/media", schemas.WayPage)
@doors.signed_in()
def media() -> Response:
    """我可以用哪些方式收到消息"""
    with doors.reading() as work:
        return api.answer(_ways(work))


@room.post("/mine/media/<string:medium>", {200: schemas.WayPage}, api.Taken(body=schemas.WayBody))
@doors.signed_in()
def switch_medium(medium: str) -> Response:
    """打开、关掉一种方式"""
    found, sent = medium_of(medium), api.body()
    with doors.work() as work:
        choosing.switch(work, found, on=api.load(_SWITCH, sent)["on"])
        said = _ways(work)
    return api.answer(said)


@room.post("/mine/media/<string:medium>/address", {200: schemas.WayPage}, api.Taken(body=schemas.AddressBody))
@doors.signed_in()
def propose_address(medium: str) -> Response:
    """填一个地址，发验证码过去"""
    found, sent = medium_of(medium), api.body()
    entering.demand_calm("code", CODES_MOST)
    with doors.work() as work:
        choosing.propose(work, found, api.load(_ADDRESS, sent)["address"])
        said = _ways(work)
    entering.strike("code", CODES_MOST)
    return api.answer(said)


@room.post("/mine/media/<string:medium>/code", {200: schemas.WayPage}, api.Taken(body=schemas.CodeBody))
@doors.signed_in()
def confirm_address(medium: str) -> Response:
    """用收到的验证码确认地址"""
    found, sent = medium_of(medium), api.body()
    with doors.work() as work:
        held = choosing.confirm(work, found, api.load(_CODE, sent)["code"])
        said = _ways(work)
    if not held:  # after the commit: the try is counted
        raise Invalid(errors={"code": [codes.WRONG]}, code="wrong_code")
    return api.answer(said)


def _ways(work: Work) -> dict[str, Any]:
    items = [
        {
            "medium": one.medium.value,
            "label": one.medium.label,
            "on": one.on,
            "address": one.address,
            "verified": one.verified,
            "demanded": one.demanded,
        }
        for one in choosing.ways(work)
    ]
    return {"items": items}


@room.get("/outgoing/media", schemas.StandingPage)
@doors.signed_in(Role.SYSADMIN)
def outgoing_media() -> Response:
    """每种方式通不通"""
    with doors.reading() as work:
        items = [
            {
                "medium": one.medium.value,
                "label": one.medium.label,
                "is_set": one.is_set,
                "paused_until": api.moment(one.paused_until),
                "said": one.said,
                "sent_at": api.moment(one.sent_at),
                "waiting": one.waiting,
                "failed": one.failed,
            }
            for one in outgoing_queries.standings(work)
        ]
    return api.answer({"items": items})


@room.get("/outgoing/failed", schemas.FailedPage, api.Taken(query=schemas.FailedQuery))
@doors.signed_in(Role.SYSADMIN)
def failed_outgoing() -> Response:
    """没发成的，新的在前"""
    said = api.query(_FAILED)
    limit = said.get("limit", schemas.LIMIT)
    before = api.read_cursor(said["cursor"], int) if "cursor" in said else None
    with doors.reading() as work:
        found = outgoing_queries.failed(work, before=before, limit=limit + 1)
    items = [_listed(one) for one in found[:limit]]
    more = api.write_cursor(found[limit - 1].id) if len(found) > limit else None
    return api.answer({"items": items, "next_cursor": more})


@room.get("/outgoing", schemas.OutgoingPage, api.Taken(query=schemas.OutgoingQuery))
@doors.signed_in(Role.SYSADMIN)
def outgoing() -> Response:
    """对外发的每一条怎么样了，新的在前；看不到内容"""
    said = api.query(_OUTGOING)
    limit = said.get("limit", schemas.LIMIT)
    before = api.read_cursor(said["cursor"], int) if "cursor" in said else None
    fates = (said["fate"],) if "fate" in said else tuple(Fate)
    with doors.reading() as work:
        found = outgoing_queries.listed(work, fates, before=before, limit=limit + 1)
    items = [
        {
            **_listed(one),
            "fate": one.fate.value,
            "look_at": api.moment(one.look_at),
            "sent_at": api.moment(one.sent_at),
        }
        for one in found[:limit]
    ]
    more = api.write_cursor(found[limit - 1].id) if len(found) > limit else None
    return api.answer({"items": items, "next_cursor": more})


def _listed(one: outgoing_queries.Listed) -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "username": one.username,
        "medium": one.medium.value,
        "purpose": one.purpose.value,
        "kind": one.kind.value,
        "created_at": api.moment(one.created_at),
        "tries": one.tries,
        "said": one.said,
        "repeated": one.repeated,
    }


@room.post("/outgoing/<int:id_>/retry", {200: schemas.Retried})
@doors.signed_in(Role.SYSADMIN)
def retry_outgoing(id_: int) -> Response:
    """一条没发成的再试"""
    with doors.work() as work:
        outbox.retry(work, id_)
    return api.answer({"retried": 1})


@room.post("/outgoing/retry", {200: schemas.Retried}, api.Taken(body=schemas.RetryBody))
@doors.signed_in(Role.SYSADMIN)
def retry_all_outgoing() -> Response:
    """没发成的全部再试，或者只试一种方式的"""
    given = api.load(_RETRY, api.body())
    with doors.work() as work:
        count = outbox.retry_all(work, given.get("medium"))
    return api.answer({"retried": count})


@room.post("/outgoing/test", {200: schemas.Tested}, api.Taken(body=schemas.TestBody))
@doors.signed_in(Role.SYSADMIN)
def test_outgoing() -> Response:
    """发一条测试，说对方怎么答的"""
    given = api.load(_TEST, api.body())
    with doors.reading() as work:
        trial = trying.prepared(work, given["medium"], given.get("to", ""))
    doors.session().rollback()  # the other side may be slow
    tried = trying.run(trial)
    with doors.work() as work:
        trying.note(work, trial, tried)
    return api.answer({"ok": tried.ok, "said": tried.said})
