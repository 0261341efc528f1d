"""The JSON door of cases."""

from typing import Any

from flask import Response

from chainhub.tickets import queries
from chainhub.tickets.successes import schemas, service
from chainhub.tickets.successes.models import SuccessCase
from chainhub.web import api, doors

room = api.Room("cases", __name__, "典型案例")
_CASE, _CONSENT, _DECISION = schemas.CaseBody(), schemas.ConsentBody(), schemas.CaseDecisionBody()
_PLACE = schemas.CasePlaceQuery()


@room.get("/cases", schemas.PublishedPage, api.Taken(query=schemas.CasePlaceQuery))
@doors.signed_in()
def published_cases() -> Response:
    """发布了的典型案例，新的在前"""
    wanted = api.query(_PLACE)
    below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
    with doors.reading() as work:
        found, after = service.published(work, before=below, limit=wanted.get("limit", service.PAGE))
        items = [
            {
                "id": one.case.id,
                "title": one.case.title,
                "text": one.case.text,
                "category": one.category,
                "enterprise_name": one.enterprise,
                "published_at": api.moment(one.case.decided_at),
            }
            for one in found
        ]
    return api.answer({"items": items, "next_cursor": api.write_cursor(after) if after else None})


@room.get("/tickets/<string:number>/cases", schemas.CasePage)
@doors.signed_in()
def ticket_cases(number: str) -> Response:
    """一件诉求写成的案例，给产业链党委和企业看"""
    with doors.reading() as work:
        found = [_shape(one) for one in service.readable(work, queries.own(work, number))]
    return api.answer({"items": found})


@room.post("/tickets/<string:number>/cases", {201: schemas.CaseShape}, api.Taken(body=schemas.CaseBody))
@doors.signed_in()
def draft_case(number: str) -> Response:
    """把销号了、企业满意的写成案例，请企业同意"""
    sent = api.body()
    with doors.work() as work:
        service.demand_draft(work, number)
        given = api.load(_CASE, sent)
        found = _shape(service.draft(work, number, given["title"], given["text"]))
    return api.answer(found, 201)


@room.post("/cases/<int:id_>/consent", {200: schemas.CaseShape}, api.Taken(body=schemas.ConsentBody))
@doors.signed_in()
def consent_to_case(id_: int) -> Response:
    """企业同意、不同意，或者收回同意"""
    sent = api.body()
    with doors.work() as work:
        service.demand_answer(work, id_)
        given = api.load(_CONSENT, sent)
        named = bool(given.get("named"))
        found = _shape(service.answer(work, id_, agrees=given["agrees"], named=named))
    return api.answer(found)


@room.post("/cases/<int:id_>/decide", {200: schemas.CaseShape}, api.Taken(body=schemas.CaseDecisionBody))
@doors.signed_in()
def decide_case(id_: int) -> Response:
    """审核：发布，或者不发布；不能是写的人"""
    sent = api.body()
    with doors.work() as work:
        service.demand_publish(work, id_)
        given = api.load(_DECISION, sent)
        made = service.decide(work, id_, publish=given["publish"], note=given.get("note", ""))
        found = _shape(made)
    return api.answer(found)


def _shape(one: SuccessCase) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.stage.value,
        "title": one.title,
        "text": one.text,
        "named": one.named,
        "drafted_by": one.drafted_by,
        "drafted_at": api.moment(one.drafted_at),
        "answered_at": api.moment(one.answered_at),
        "decided_by": one.decided_by,
        "decided_at": api.moment(one.decided_at),
        "decision": one.decision,
    }
