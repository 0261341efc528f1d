"""The JSON door of inspections: for whoever makes and ends them. Who inspects has pages alone."""

from typing import Any

from flask import Response

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.tickets.inspections import schemas, service
from chainhub.tickets.inspections.models import Inspection
from chainhub.web import api, doors

room = api.Room("inspections", __name__, "迎检")
_BODY, _NAME, _PAGE = schemas.InspectionBody(), schemas.InspectorBody(), schemas.InspectionQuery()


@room.get("/inspections", schemas.InspectionPage, api.Taken(query=schemas.InspectionQuery))
@doors.signed_in()
def inspections() -> Response:
    """做过的迎检，新的在前；党委书记、副书记看自己产业链的，系统管理员看全部"""
    wanted = api.query(_PAGE)
    before = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
    with doors.reading() as work:
        if Role.SYSADMIN not in work.actor.roles:
            service.demand_maker(work)
        found, after = service.page(work, before=before, limit=wanted.get("limit", service.PAGE))
        items = [_shape(one) for one in found]
    return api.answer({"items": items, "next_cursor": api.write_cursor(after) if after else None})


@room.post("/inspections", {201: schemas.InspectionDetail}, api.Taken(body=schemas.InspectionBody))
@doors.signed_in()
def make_inspection() -> Response:
    """选出诉求，准备一次迎检"""
    sent = api.body()
    with doors.work() as work:
        service.demand_maker(work)
        given = api.load(_BODY, sent)
        asked = service.Asked(given["body"], given["reason"], given["days"], given["numbers"])
        found = _detail(work, service.make(work, asked))
    return api.answer(found, 201)


@room.get("/inspections/<int:id_>", schemas.InspectionDetail)
@doors.signed_in()
def inspection(id_: int) -> Response:
    """一次迎检和它的账号"""
    with doors.reading() as work:
        return api.answer(_detail(work, service.own(work, id_)))


@room.post(
    "/inspections/<int:id_>/accounts", {201: schemas.OpenedShape}, api.Taken(body=schemas.InspectorBody)
)
@doors.signed_in()
def open_inspection_account(id_: int) -> Response:
    """开一个迎检账号；密码只在这里说一次"""
    sent = api.body()
    with doors.work() as work:
        one = service.own(work, id_)
        user, once = service.open_account(work, id_, api.load(_NAME, sent)["name"])
        found = {"username": user.username, "password": once, "until": api.moment(one.until)}
    return api.answer(found, 201)


@room.post("/inspections/<int:id_>/accounts/<int:user_id>/end", {200: schemas.InspectionDetail})
@doors.signed_in()
def end_inspection_account(id_: int, user_id: int) -> Response:
    """停掉一个迎检账号，他马上退出"""
    with doors.work() as work:
        found = _detail(work, service.end_account(work, id_, user_id))
    return api.answer(found)


@room.post("/inspections/<int:id_>/end", {200: schemas.InspectionDetail})
@doors.signed_in()
def end_inspection(id_: int) -> Response:
    """结束一次迎检，账号都停掉"""
    with doors.work() as work:
        found = _detail(work, service.end(work, id_))
    return api.answer(found)


def _shape(one: Inspection) -> dict[str, Any]:
    return {
        "id": one.id,
        "chain": one.chain_code,
        "body": one.body,
        "reason": one.reason,
        "chosen_by": one.chosen_by,
        "tickets": one.tickets,
        "made_by": one.made_by,
        "made_at": api.moment(one.made_at),
        "until": api.moment(one.until),
        "ended_at": api.moment(one.ended_at),
        "ended_by": one.ended_by,
    }


def _detail(work: Work, one: Inspection) -> dict[str, Any]:
    accounts = [
        {
            "id": user.id,
            "username": user.username,
            "name": user.name,
            "opened_by": account.opened_by,
            "opened_at": api.moment(account.opened_at),
            "ended_at": api.moment(account.ended_at),
            "ended_by": account.ended_by,
        }
        for account, user in service.accounts(work, one)
    ]
    return {**_shape(one), "accounts": accounts}
