"""The JSON door of 考核: ranking, weights, appeals."""

from typing import Any

from flask import Response

from chainhub.core.actor import Role
from chainhub.statistics import assess_schemas as schemas
from chainhub.statistics import periods, presenting, ranking, weighing
from chainhub.statistics.api import figure_shape
from chainhub.statistics.appeals import queries, service
from chainhub.statistics.appeals.queries import Line
from chainhub.statistics.figures import Weights
from chainhub.statistics.reach import READERS
from chainhub.statistics.scoring import COMPARED, Scale
from chainhub.statistics.terms import month_from
from chainhub.tickets import queries as tickets
from chainhub.tickets import representing, uploads
from chainhub.tickets.schemas import AttachmentPage, FilesBody
from chainhub.web import api, doors

room = api.Room("assessment", __name__, "考核")
_RANKING, _APPEALS = schemas.RankingQuery(), schemas.AppealsQuery()
_WEIGHTS, _APPEAL, _DECISION = (
    schemas.WeightsBody(),
    schemas.CaseAppealBody(),
    schemas.CaseAppealDecisionBody(),
)


@room.get("/stats/ranking", schemas.RankingShape, api.Taken(query=schemas.RankingQuery))
@doors.signed_in(*READERS)
def monthly_ranking() -> Response:
    """一个月的名次：看 12 个月，有效评价都满 5 件才排，一样的并列"""
    said = api.query(_RANKING)
    with doors.reading() as work:
        month, cut = ranking.asked(work, said.get("month", ""), said.get("of", ""))
        found = ranking.ranking(work, month, cut)
        names = presenting.names(work, cut, [one.key for one in found.standings])
    items = [
        {
            "key": one.key,
            "label": names[one.key],
            "rank": one.rank,
            "score": None if one.score is None else float(one.score * 100),
            "weighted": float(found.weighted[one.key] * 100) if one.key in found.weighted else None,
            "standing": one.label.value if one.label else None,
            "reasons": list(one.reasons),
            "figures": {code: figure_shape(one.results[code]) for code in COMPARED},
        }
        for one in found.standings
    ]
    return api.answer(
        {"month": month.written, "of": cut.value, "weights": _scale(found.scale), "items": items}
    )


@room.get("/stats/weights", schemas.WeightsPage)
@doors.signed_in(*weighing.MAY_READ)
def list_weights() -> Response:
    """综合的权重：每次改动从哪天起、谁改的、为什么"""
    with doors.reading() as work:
        found = [_scale(one) for one in weighing.listed(work)]
    return api.answer({"items": found})


@room.post("/stats/weights", {201: schemas.WeightsShape}, api.Taken(body=schemas.WeightsBody))
@doors.signed_in(*weighing.KEEPERS)
def set_weights() -> Response:
    """改综合的权重，三项加起来 100，从明天以后的一天起；难度系数写了就换，不写就不变"""
    sent = api.body()
    with doors.work() as work:
        given = api.load(_WEIGHTS, sent)
        parts = Weights(given["contacted"], given["solved"], given["satisfied"])
        hard = given.get("difficulty", weighing.latest(work).difficulty or {})
        change = weighing.Change(parts, given["from_on"], given["why"], hard)
        found = _scale(weighing.keep(work, change))
    return api.answer(found, 201)


@room.get("/stats/appeals", schemas.CaseAppealPage, api.Taken(query=schemas.AppealsQuery))
@doors.signed_in(*READERS)
def list_appeals() -> Response:
    """考核申诉，新的在前；看不到的诉求只有哪个单位、哪个指标、结果"""
    said = api.query(_APPEALS)
    below = api.read_cursor(said["cursor"], int) if "cursor" in said else None
    with doors.reading() as work:
        found, after = queries.page(
            work, said.get("standing"), before=below, limit=said.get("limit", queries.PAGE)
        )
        items = [_appeal(one) for one in found]
    return api.answer({"items": items, "next_cursor": api.write_cursor(after) if after else None})


@room.post(
    "/tickets/<string:number>/assessment",
    {201: schemas.CaseAppealShape},
    api.Taken(body=schemas.CaseAppealBody),
)
@doors.signed_in(Role.DEPARTMENT)
def appeal_against_figure(number: str) -> Response:
    """申诉：这一件不该算进本单位的一个指标；证明材料从 /stats/appeals/{id}/files 传"""
    sent = api.body()
    with doors.work() as work:
        tickets.own(work, number)
        given = api.load(_APPEAL, sent)
        month = periods.read(given["month"])
        about = service.against(work, number, given["figure"], given.get("unit", ""), month)
        made = service.ask(work, number, about, given["reason"])
        ticket, _ = service.find(work, made.id)
        found = _appeal(Line(made, ticket.number, ticket.title))
    return api.answer(found, 201)


@room.post("/stats/appeals/<int:id_>/files", {201: AttachmentPage}, api.Taken(form=FilesBody))
@doors.signed_in(Role.DEPARTMENT)
@doors.body_most(uploads.BODY_MOST)
def add_to_appeal(id_: int) -> Response:
    """给还没决定的申诉补证明材料，只给工作人员看；由提申诉的单位来传"""
    with doors.reading() as work:
        service.demand_addition(work, id_)
    files = uploads.files_alone()
    with uploads.storage().keeping() as shelf, doors.work() as work:
        ticket, made = service.add_files(work, shelf, id_, files)
        found = [representing.attachment(ticket, one) for one in made]
    return api.answer({"items": found}, 201)


@room.post(
    "/stats/appeals/<int:id_>/decide",
    {200: schemas.CaseAppealShape},
    api.Taken(body=schemas.CaseAppealDecisionBody),
)
@doors.signed_in(Role.COMMITTEE)
def decide_appeal(id_: int) -> Response:
    """决定一件考核申诉：要另一个人，写明理由"""
    sent = api.body()
    with doors.work() as work:
        ticket, _ = service.demand_decision(work, id_)
        given = api.load(_DECISION, sent)
        made = service.decide(work, id_, uphold=given["uphold"], note=given["note"])
        found = _appeal(Line(made, ticket.number, ticket.title))
    return api.answer(found)


def _scale(one: Scale) -> dict[str, Any]:
    return {
        "contacted": one.weights.contacted,
        "solved": one.weights.solved,
        "satisfied": one.weights.satisfied,
        "from_on": one.from_on.isoformat() if one.from_on else None,
        "by": one.by,
        "why": one.why,
        "difficulty": {name: float(factor) for name, factor in (one.difficulty or {}).items()},
    }


def _appeal(one: Line) -> dict[str, Any]:
    found, seen = one.appeal, one.is_seen
    return {
        "id": found.id,
        "ticket": one.number or None,
        "title": one.title or None,
        "unit": found.unit_code,
        "figure": found.figure,
        "month": month_from(found.month).written,
        "standing": found.standing.value,
        "reason": found.reason if seen else None,
        "asked_by": found.asked_by if seen else None,
        "asked_at": api.moment(found.asked_at),
        "due_at": api.moment(found.due_at),
        "decided_by": found.decided_by if seen else None,
        "decided_at": api.moment(found.decided_at),
        "decision": found.decision if seen else None,
    }
