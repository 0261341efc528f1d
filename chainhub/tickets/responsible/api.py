"""The JSON door of the responsibility list."""

from typing import Any

from flask import Response

from chainhub.core.errors import Invalid, NotAllowed
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.responsibilities import queries as listed
from chainhub.county.responsibilities import service
from chainhub.county.responsibilities.models import Responsibility
from chainhub.county.responsibilities.rules import keywords_of
from chainhub.county.responsibilities.service import Line
from chainhub.tickets import queries
from chainhub.tickets.responsible import rerouting, schemas, suggesting
from chainhub.tickets.responsible.views import STAFF
from chainhub.tickets.rules import from_outside, parties
from chainhub.web import api, doors

room = api.Room("responsibilities", __name__, "权责清单")
_FIND, _BODY, _TRIAL = schemas.ListQuery(), schemas.LineBody(), schemas.TrialBody()


@room.get("/responsibilities", schemas.LinePage, api.Taken(query=schemas.ListQuery))
@doors.signed_in(*STAFF)
def responsibilities() -> Response:
    """权责清单：现在用着的，按类别排"""
    wanted = api.query(_FIND)
    behind = api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else ""
    with doors.reading() as work:
        directory = known.of(work.session).directory
        category = wanted.get("category", "")
        if category and category not in directory.categories:
            raise Invalid(errors={"category": ["没有这个编码，请核对。"]})
        found = listed.page(
            work.session,
            listed.Wanted(
                wanted.get("q", ""),
                wanted.get("unit", ""),
                directory.within(category) if category else frozenset(),
                work.now.astimezone(SHANGHAI).date(),
            ),
            after=listed.place(behind),
            limit=wanted.get("limit", listed.PAGE),
        )
        items = [_shape(one) for one in found.items]
    return api.answer({"items": items, "next_cursor": api.write_cursor(found.after) if found.after else None})


@room.post("/responsibilities/preview", {200: schemas.TrialShape}, api.Taken(body=schemas.TrialBody))
@doors.signed_in()
def preview_responsibility() -> Response:
    """试一试：这一条会把最近派过的诉求派给谁，什么都不存"""
    sent = api.body()
    with doors.reading() as work:
        service.demand_trial(work)
        given = api.load(_TRIAL, sent)
        found = rerouting.preview(work, _line(given), given.get("replaces"))
    items = [
        {
            "number": one.number,
            "title": one.title,
            "went_to": one.went_to,
            "would_go": one.would_go,
            "is_new": one.is_new,
        }
        for one in found.shown
    ]
    counts = {name: getattr(found, name) for name in ("looked_at", "elsewhere", "elsewhere_now")}
    return api.answer({**counts, "items": items})


@room.post("/responsibilities", {201: schemas.LineShape}, api.Taken(body=schemas.LineBody))
@doors.signed_in()
def add_responsibility() -> Response:
    """加一条；先用 preview 看看会怎样"""
    sent = api.body()
    with doors.work() as work:
        service.demand_editor(work)
        found = _shape(service.add(work, _line(api.load(_BODY, sent))))
    return api.answer(found, 201)


@room.post("/responsibilities/<int:id_>", {200: schemas.LineShape}, api.Taken(body=schemas.LineBody))
@doors.signed_in()
def change_responsibility(id_: int) -> Response:
    """改一条，整条重写；不再用就写 until_on"""
    sent = api.body()
    with doors.work() as work:
        service.demand_editor(work)
        service.find(work, id_)
        found = _shape(service.change(work, id_, _line(api.load(_BODY, sent))))
    return api.answer(found)


@room.get("/tickets/<string:number>/responsible", schemas.NamedPage)
@doors.signed_in()
def responsible(number: str) -> Response:
    """清单上这件诉求归谁，为什么。只是提示，派给谁由人定"""
    with doors.reading() as work:
        ticket = queries.own(work, number)
        if from_outside(parties(work.actor, queries.facts(work.session, ticket))):
            raise NotAllowed("归哪个单位由专班来定，派了会告诉您。")
        items = [
            {
                "unit": one.unit,
                "name": one.name,
                "share": one.share,
                "reason": one.reason,
                "beyond": one.beyond,
                "line": one.line_id,
            }
            for one in suggesting.for_ticket(work, ticket)
        ]
    return api.answer({"items": items})


def _line(given: dict[str, Any]) -> Line:
    said = {name: value for name, value in given.items() if name not in {"replaces", "keywords"}}
    return Line(**said, keywords=tuple(dict.fromkeys(given.get("keywords", ()))))


def _shape(row: Responsibility) -> dict[str, Any]:
    return {
        "id": row.id,
        "category": row.category_code,
        "unit": row.unit_code,
        "share": row.share,
        "basis": row.basis,
        "belongs": row.belongs,
        "beyond": row.beyond,
        "keywords": list(keywords_of(row.keywords)),
        "place": row.place,
        "from_on": row.from_on,
        "until_on": row.until_on,
    }
