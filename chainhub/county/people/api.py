"""The JSON door of persons: getting a token, and whose it is."""

from typing import Any

from flask import Response, g

from chainhub.core.actor import Actor
from chainhub.core.errors import NotAllowed
from chainhub.core.work import Work
from chainhub.county.people import entering, schemas, service
from chainhub.county.people.service import leaving
from chainhub.web import api, doors

room = api.Room("people", __name__, "令牌与本人")
_TOKEN = schemas.TokenBody()
_LEAVE = schemas.LeaveBody()


@room.post("/tokens", {201: schemas.Token}, api.Taken(body=schemas.TokenBody), public=True)
@doors.public
def issue_token() -> Response:
    """用登录名和密码换一个令牌"""
    given = api.load(_TOKEN, api.body())
    g.account = entering.enter(given["username"], given["password"])
    if g.account.must_change_password:
        raise NotAllowed("请先在网页上登录，改掉初始密码，再来换令牌。", code="password_to_change")
    with doors.work() as work:
        user = service.find_user(work, work.actor.id or 0)
        token = service.issue_token(work, user, given["name"])
    return api.answer({"token": token, "name": given["name"]}, 201)


@room.get("/me", schemas.Me)
@doors.signed_in()
def me() -> Response:
    """令牌是谁的，能办什么"""
    return api.answer(_me(doors.actor()))


def _me(actor: Actor) -> dict[str, Any]:
    return {
        "username": actor.username,
        "name": actor.name,
        "grants": [
            {"role": one.role, "scope": one.written, "post": one.post.value if one.post else None}
            for one in actor.grants
        ],
        "unit": actor.unit_code,
        "enterprise": actor.enterprise_code,
    }


@room.get("/leaves", schemas.LeavePage)
@doors.signed_in()
def leaves() -> Response:
    """请假与AB角：我的，和我代的"""
    with doors.reading() as work:
        return api.answer(_leaves(work))


@room.post("/leaves", {201: schemas.LeavePage}, api.Taken(body=schemas.LeaveBody))
@doors.signed_in()
def record_leave() -> Response:
    """记一次请假：这几天任务和消息也给代办的人"""
    given = api.load(_LEAVE, api.body())
    with doors.work() as work:
        span = leaving.Span(given["from_on"], given["until_on"], given.get("reason", ""))
        leaving.record(work, given.get("person", work.actor.username), given["substitute"], span)
        found = _leaves(work)
    return api.answer(found, 201)


@room.post("/leaves/<int:id_>/cancel", {200: schemas.LeavePage})
@doors.signed_in()
def cancel_leave(id_: int) -> Response:
    """取消一次请假"""
    with doors.work() as work:
        leaving.cancel(work, id_)
        found = _leaves(work)
    return api.answer(found)


def _leaves(work: Work) -> dict[str, Any]:
    items = [
        {
            "id": one.leave.id,
            "person": one.person,
            "substitute": one.substitute,
            "from_on": one.leave.from_on.isoformat(),
            "until_on": one.leave.until_on.isoformat(),
            "reason": one.leave.reason,
        }
        for one in leaving.listed(work)
    ]
    return {"items": items}
