"""The JSON door of half-year reports and yearly grades."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from chainhub.core.work import Work
from chainhub.guides import queries
from chainhub.guides import report_schemas as schemas
from chainhub.guides.models import GuideGrade, GuideReport
from chainhub.guides.service import grading, reporting
from chainhub.web import api, doors

room = api.Room("guide_reports", __name__, "指导员报告与考核")
_PAGE, _HALF, _REPORT, _GRADE = (
    schemas.ReportsQuery(),
    schemas.HalfBody(),
    schemas.GuideReportBody(),
    schemas.GradeBody(),
)


@room.get("/guides/reports", schemas.GuideReportPage, api.Taken(query=schemas.ReportsQuery))
@doors.signed_in()
def guide_reports() -> Response:
    """看得到的半年报告，新的在前"""
    with doors.reading() as work:
        wanted = api.query(_PAGE)
        below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
        found, after = reporting.listed(work, before=below, limit=wanted.get("limit", queries.PAGE))
        more = api.write_cursor(after) if after else None
        return api.answer({"items": [_report(one) for one in found], "next_cursor": more})


@room.post("/guides/reports", {200: schemas.GuideReportShape}, api.Taken(body=schemas.HalfBody))
@doors.signed_in()
def begin_report() -> Response:
    """开始写半年报告，按走访记录先填好；开始过的，答那一份"""
    sent = api.body()
    with doors.work() as work:
        reporting.demand_guide(work)
        answer = _report(reporting.begin(work, api.load(_HALF, sent)["half"]))
    return api.answer(answer)


@room.post(
    "/guides/reports/<int:id_>", {200: schemas.GuideReportShape}, api.Taken(body=schemas.GuideReportBody)
)
@doors.signed_in()
def write_report(id_: int) -> Response:
    """存报告的正文"""
    return _written(id_, hand_in=False)


@room.post(
    "/guides/reports/<int:id_>/hand-in",
    {200: schemas.GuideReportShape},
    api.Taken(body=schemas.GuideReportBody),
)
@doors.signed_in()
def hand_in_report(id_: int) -> Response:
    """交给派出单位，交了不能再改"""
    return _written(id_, hand_in=True)


def _written(id_: int, *, hand_in: bool) -> Response:
    sent = api.body()
    with doors.work() as work:
        reporting.demand_author(work, reporting.own(work, id_))
        given = api.load(_REPORT, sent)
        answer = _report(reporting.write(work, id_, given["version"], given["text"], hand_in=hand_in))
    return api.answer(answer)


@room.get("/guides/grades", schemas.GradePage, api.Taken(query=schemas.ReportsQuery))
@doors.signed_in()
def guide_grades() -> Response:
    """年度考核，每一次都在，新的在前：指导员看自己的，派出单位主要负责人看本单位的"""
    with doors.reading() as work:
        wanted = api.query(_PAGE)
        below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
        found, after = grading.listed(work, before=below, limit=wanted.get("limit", queries.PAGE))
        more = api.write_cursor(after) if after else None
        return api.answer({"items": _grades(work, found), "next_cursor": more})


@room.post("/guides/grades", {201: schemas.GradeShape}, api.Taken(body=schemas.GradeBody))
@doors.signed_in()
def give_grade() -> Response:
    """派出单位主要负责人定年度等次，写明理由"""
    sent = api.body()
    with doors.work() as work:
        grading.demand_head(work)
        given = api.load(_GRADE, sent)
        made = grading.give(work, given["guide"], given["year"], given["grade"], given["why"])
        answer = _grades(work, [made])[0]
    return api.answer(answer, 201)


def _report(one: GuideReport) -> dict[str, Any]:
    return {
        "id": one.id,
        "guide": one.guide_name,
        "unit": one.unit_code,
        "half": one.half_on,
        "text": one.text,
        "stage": one.stage,
        "handed_in_at": api.moment(one.handed_in_at),
        "version": one.version,
    }


def _grades(work: Work, rows: Sequence[GuideGrade]) -> list[dict[str, Any]]:
    named = queries.people(work.session, {one.guide_id for one in rows})
    return [
        {
            "id": one.id,
            "guide": named.get(one.guide_id, ""),
            "year": one.year,
            "grade": one.grade,
            "why": one.why,
            "by": one.by,
            "at": api.moment(one.at),
        }
        for one in rows
    ]
