"""The JSON door of likeness: what was filed before and is likely the same, what was solved and may teach."""

from typing import Any

from flask import Response

from chainhub.core.actor import Role
from chainhub.core.errors import NotAllowed
from chainhub.tickets import queries, resembling
from chainhub.tickets import resembling_schemas as schemas
from chainhub.tickets.resembling import Alike, Text
from chainhub.web import api, doors

room = api.Room("resembling", __name__, "相似的诉求")
_TYPED = schemas.TypedBody()


@room.post("/tickets/alike", {200: schemas.AlikePage}, api.Taken(body=schemas.TypedBody))
@doors.signed_in(Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE)
def alike_typed() -> Response:
    """要报的事以前报过没有：只看得到自己看得到的，什么都不存"""
    given = api.load(_TYPED, api.body())
    with doors.reading() as work:
        firm = given.get("enterprise") or work.actor.enterprise_code or ""
        said = Text(firm, given.get("title", ""), given["content"])
        items = [_shape(one) for one in resembling.alike(work, said)]
    return api.answer({"items": items})


@room.get("/tickets/<string:number>/alike", schemas.AlikePage)
@doors.signed_in()
def alike(number: str) -> Response:
    """和这件像是同一件的，同一家企业的在前"""
    with doors.reading() as work:
        items = [_shape(one) for one in resembling.of_ticket(work, queries.own(work, number))]
    return api.answer({"items": items})


@room.get("/tickets/<string:number>/solved-alike", schemas.SolvedPage)
@doors.signed_in()
def solved_alike(number: str) -> Response:
    """同类问题怎么办：同类里已经销号、企业满意、不保密的，怎么解决的"""
    with doors.reading() as work:
        ticket = queries.own(work, number)
        if not resembling.may_learn(work, ticket):
            raise NotAllowed("同类问题怎么办，给正在接、派、办这件诉求的人看。")
        items = [
            {
                "number": one.number,
                "title": one.title,
                "unit_name": one.unit,
                "closed_at": api.moment(one.closed_at),
                "result": one.result,
            }
            for one in resembling.solved(work, ticket)
        ]
    return api.answer({"items": items})


def _shape(one: Alike) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "state": one.state,
        "enterprise_name": one.enterprise,
        "is_own": one.is_own,
        "created_at": api.moment(one.created_at),
        "score": round(one.score, 3),
    }
