"""The JSON door of hints: what the past says of a matter, and how the models fare."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from chainhub.core.actor import Role
from chainhub.core.errors import NotAllowed
from chainhub.finding import training
from chainhub.tickets import queries as tickets
from chainhub.tickets import resembling
from chainhub.tickets.hints import queries, schemas, service, showing
from chainhub.tickets.hints.queries import Hint
from chainhub.tickets.hints.rules import What
from chainhub.tickets.resembling import Solved, Text
from chainhub.tickets.resembling_schemas import TypedBody
from chainhub.web import api, doors

room = api.Room("hints", __name__, "分类建议")
_TYPED = TypedBody()


@room.post("/tickets/hints", {200: schemas.HintsShape}, api.Taken(body=TypedBody))
@doors.signed_in(Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE)
def hints_typed() -> Response:
    """要报的事多半是哪一类，像它的以前怎么办成的：只给人参考，什么都不存"""
    given = api.load(_TYPED, api.body())
    with doors.reading() as work:
        said = Text("", given.get("title", ""), given["content"])
        found = queries.hints(work, said.title, said.content, (What.CATEGORY,))
        return api.answer(_shape(found, resembling.closed_alike(work, said)))


@room.get("/tickets/<string:number>/hints", schemas.HintsShape)
@doors.signed_in()
def hints(number: str) -> Response:
    """一件诉求多半是哪一类、哪个单位办：给正在接、派、办的人看"""
    with doors.reading() as work:
        ticket = tickets.own(work, number)
        if not resembling.may_learn(work, ticket):
            raise NotAllowed("分类建议给正在接、派、办这件诉求的人看。")
        said = Text(ticket.enterprise_code, ticket.title, ticket.content, ticket.id)
        found = showing.of_ticket(work, ticket, tuple(What))
        return api.answer(_shape(found, resembling.closed_alike(work, said)))


@room.get("/hint-models", schemas.HintModelPage)
@doors.signed_in()
def hint_models() -> Response:
    """学得怎样、有没有人照着定：系统管理员看"""
    with doors.reading() as work:
        service.demand_keeper(work)
        followed = queries.followed(work)
        items = [
            {
                "what": what,
                "works": bool(row.digest),
                "made_at": api.moment(row.made_at),
                "tickets": row.tickets,
                "counts": row.counts,
                "few": row.few,
                **{name: row.figures.get(name) for name in ("macro_f1", "accuracy", "top2", "baseline")},
                "shown": followed[what].shown,
                "taken": followed[what].taken,
            }
            for what, row in sorted(queries.newest(work).items())
        ]
    return api.answer({"can_train": training.is_installed(), "items": items})


def _shape(found: Mapping[What, Hint], closed: Sequence[Solved]) -> dict[str, Any]:
    return {
        "category": _hint(found.get(What.CATEGORY)),
        "unit": _hint(found.get(What.UNIT)),
        "closed": [
            {
                "number": one.number,
                "title": one.title,
                "unit_name": one.unit,
                "closed_at": api.moment(one.closed_at),
                "result": one.result,
            }
            for one in closed
        ],
    }


def _hint(hint: Hint | None) -> dict[str, Any] | None:
    if hint is None:
        return None
    second = hint.second
    return {
        "code": hint.code,
        "label": hint.label,
        "confidence": hint.percent / 100,
        "second": {"code": second[0], "label": second[1], "confidence": second[2] / 100} if second else None,
        "tickets": hint.tickets,
    }
