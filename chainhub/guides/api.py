"""The JSON door of guides: visits, months, coverage."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response

from chainhub.core.errors import NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.guides import presenting, queries, rules, schemas
from chainhub.guides.models import GuideVisit
from chainhub.guides.queries import DutyLine
from chainhub.guides.rules import Draft, Policy
from chainhub.guides.service import duties, visiting
from chainhub.web import api, doors

room = api.Room("visits", __name__, "走访")
_VISITS, _MONTHS, _MONTH = schemas.VisitsQuery(), schemas.FirmMonthsQuery(), schemas.MonthQuery()
_VISIT, _CORRECT, _HEARD, _FIRM = (
    schemas.GuideVisitBody(),
    schemas.CorrectBody(),
    schemas.HeardBody(),
    schemas.FirmBody(),
)


@room.get("/guides/visits", schemas.GuideVisitPage, api.Taken(query=schemas.VisitsQuery))
@doors.signed_in()
def visits() -> Response:
    """看得到的走访记录，新记的在前"""
    with doors.reading() as work:
        wanted = api.query(_VISITS)
        page = queries.visits(
            work,
            enterprise=wanted.get("enterprise", ""),
            before=api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None,
            limit=wanted.get("limit", queries.PAGE),
        )
        more = api.write_cursor(page.after) if page.after else None
        return api.answer({"items": _visits(work, page.items), "next_cursor": more})


@room.post(
    "/guides/visits",
    {200: schemas.GuideVisitShape, 201: schemas.GuideVisitShape},
    api.Taken(body=schemas.GuideVisitBody),
)
@doors.signed_in()
def log_visit() -> Response:
    """记一次走访；同一个 key 再发，找到上次记的，不会记两次"""
    sent = api.body()
    with doors.work() as work:
        if not visiting.may_log(work):
            raise NotAllowed("走访由企业的党建工作指导员来记。")
        given = api.load(_VISIT, sent)
        logged = visiting.log(work, _draft(given))
        answer = _visits(work, [logged.visit])[0]
    return api.answer(answer, 201 if logged.new else 200)


@room.get("/guides/visits/<int:id_>", schemas.GuideVisitShape)
@doors.signed_in()
def visit(id_: int) -> Response:
    """一次走访"""
    with doors.reading() as work:
        return api.answer(_visits(work, [queries.own(work, id_)])[0])


@room.post(
    "/guides/visits/<int:id_>/correct", {200: schemas.GuideVisitShape}, api.Taken(body=schemas.CorrectBody)
)
@doors.signed_in()
def correct_visit(id_: int) -> Response:
    """当月内由记的人更正，改以前的样子留在记录里"""
    sent = api.body()
    with doors.work() as work:
        visiting.demand_correct(work, queries.own(work, id_))
        given = api.load(_CORRECT, sent)
        found = visiting.correct(work, id_, given["version"], _draft(given), given["why"])
        answer = _visits(work, [found])[0]
    return api.answer(answer)


@room.post(
    "/guides/visits/<int:id_>/tickets", {201: schemas.RaisedOnVisit}, api.Taken(body=schemas.HeardBody)
)
@doors.signed_in()
def raise_on_visit(id_: int) -> Response:
    """走访时听到的问题报成诉求，企业是提出人"""
    sent = api.body()
    with doors.work() as work:
        visiting.demand_raise(work, queries.own(work, id_))
        number = visiting.raise_problem(work, id_, api.load(_HEARD, sent)["content"]).number
    return api.answer({"number": number}, 201)


@room.get("/guides/months", schemas.FirmMonthPage, api.Taken(query=schemas.FirmMonthsQuery))
@doors.signed_in()
def firm_months() -> Response:
    """各企业一个月的走访落实，没走访的在前"""
    with doors.reading() as work:
        _demand_overseer(work)
        wanted = api.query(_MONTHS)
        page = queries.firms(
            work,
            _month(work, wanted),
            chain=wanted.get("chain", ""),
            after=api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else "",
            limit=wanted.get("limit", queries.PAGE),
        )
        more = api.write_cursor(page.after) if page.after else None
        return api.answer({"items": _months(work, page.items), "next_cursor": more})


@room.post("/guides/months/waive", {200: schemas.FirmMonthShape}, api.Taken(body=schemas.FirmBody))
@doors.signed_in()
def waive_visit() -> Response:
    """企业选本月无需走访，这个月算已落实"""
    sent = api.body()
    with doors.work() as work:
        duties.demand_firm(work)
        duty = duties.waive(work, api.load(_FIRM, sent)["enterprise"])
        answer = _months(work, queries.months_of(work, [duty.enterprise_code], duty.month_on))[0]
    return api.answer(answer)


@room.post("/guides/months/ask", {200: schemas.FirmMonthShape}, api.Taken(body=schemas.FirmBody))
@doors.signed_in()
def ask_visit() -> Response:
    """企业收回“本月无需走访”，还是请指导员来"""
    sent = api.body()
    with doors.work() as work:
        duties.demand_firm(work)
        duty = duties.ask_again(work, api.load(_FIRM, sent)["enterprise"])
        answer = _months(work, queries.months_of(work, [duty.enterprise_code], duty.month_on))[0]
    return api.answer(answer)


@room.get("/guides/coverage", schemas.CoverageShape, api.Taken(query=schemas.MonthQuery))
@doors.signed_in()
def visit_coverage() -> Response:
    """一个月的走访落实，按产业链和指导员；只说落实没落实，不排名"""
    with doors.reading() as work:
        _demand_overseer(work)
        month = _month(work, api.query(_MONTH))
        counted = queries.coverage(work, month)
        people = queries.people(work.session, {guide for _, guide in counted if guide is not None})
        total = presenting.together(list(counted.values()))
        items = [
            {
                "chain": chain,
                "guide": people.get(guide or 0, ""),
                **{name: getattr(one, name) for name in ("n", "kept", "waived", "due", "missed", "gap")},
                "settled": one.words,
            }
            for (chain, guide), one in sorted(counted.items(), key=lambda row: (row[0][0], row[0][1] or 0))
        ]
        return api.answer(
            {"month": month, "settled": total.words, "guided": total.guided_words, "items": items}
        )


def _demand_overseer(work: Work) -> None:
    if not work.actor.roles & frozenset(queries.OVERSEERS):
        raise NotAllowed("走访落实情况由指导员、产业链党委和领导看。")


def _month(work: Work, wanted: Mapping[str, Any]) -> date:
    return rules.month_of(wanted.get("month") or local(work.now).date())


def _draft(given: Mapping[str, Any]) -> Draft:
    return Draft(
        enterprise=given.get("enterprise", ""),
        on=given["on"],
        kind=given["kind"],
        met=given["met"],
        done=given["done"],
        policies=tuple(Policy(one["title"], one.get("source", "")) for one in given.get("policies", ())),
        note=given.get("note", ""),
        problem=given.get("problem", ""),
        key=given.get("key", ""),
    )


def _visits(work: Work, rows: Sequence[GuideVisit]) -> list[dict[str, Any]]:
    ids = [one.id for one in rows]
    delivered, raised = queries.policies(work.session, ids), queries.raised(work, ids)
    return [
        {
            "id": one.id,
            "enterprise": one.enterprise_code,
            "guide": one.guide_name,
            "on": one.on,
            "kind": one.kind,
            "met": one.met,
            "done": one.done,
            "note": one.note if queries.reads_note(work.actor, one) else "",
            "policies": [{"title": p.title, "source": p.source} for p in delivered.get(one.id, ())],
            "tickets": [ticket.number for ticket in raised.get(one.id, ())],
            "made_at": api.moment(one.made_at),
            "version": one.version,
        }
        for one in rows
    ]


def _months(work: Work, lines: Sequence[DutyLine]) -> list[dict[str, Any]]:
    people = queries.people(work.session, {one.guide_id for one in lines if one.guide_id is not None})
    return [
        {
            "enterprise": one.enterprise,
            "month": one.month,
            "standing": one.standing,
            "guide": people.get(one.guide_id or 0, ""),
            "visit": one.visit_id,
        }
        for one in lines
    ]
