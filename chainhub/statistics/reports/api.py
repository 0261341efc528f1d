"""The JSON door of monthly reports and of the weekly brief."""

import json
from dataclasses import asdict, replace
from typing import Any

from flask import Response

from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.documents.papers.rules import DOCX, XLSX
from chainhub.statistics import periods
from chainhub.statistics.reports import presenting, reading, scheduling, schemas, weekly, wishes
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.reading import READERS
from chainhub.statistics.reports.service import checking, publishing
from chainhub.statistics.reports.terms import MonthlyStage, Period
from chainhub.tickets import uploads
from chainhub.web import api, doors

room = api.Room("reports", __name__, "月报和周报")
_PAGE, _MONTH, _WORDS, _SEEN, _WEEK, _SCHEDULE = (
    schemas.MonthlyReportsQuery(),
    schemas.MonthlyBody(),
    schemas.MonthWordsBody(),
    schemas.MonthSeenBody(),
    schemas.WeeklyQuery(),
    schemas.ScheduleBody(),
)


@room.get("/stats/reports", schemas.MonthReportPage, api.Taken(query=schemas.MonthlyReportsQuery))
@doors.signed_in(*READERS)
def monthly_reports() -> Response:
    """看得到的月报，新的在前"""
    with doors.reading() as work:
        wanted = api.query(_PAGE)
        below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
        limit = wanted.get("limit", reading.PAGE)
        found, after = reading.listed(work, chain=wanted.get("chain"), before=below, limit=limit)
        more = api.write_cursor(after) if after else None
        return api.answer({"items": [_report(work, one) for one in found], "next_cursor": more})


@room.post("/stats/reports", {200: schemas.MonthReportShape}, api.Taken(body=schemas.MonthlyBody))
@doors.signed_in(*READERS)
def draft_month() -> Response:
    """起草一个月的月报；起草过还没发布的，答那一份；发布过的写明为什么，出新的一版"""
    sent = api.body()
    with doors.work() as work:
        chain = sent.given.get("chain")
        publishing.demand_maker(work, chain if isinstance(chain, str) else "")
        given = api.load(_MONTH, sent)
        month = periods.read(given["month"])
        if month is None:
            raise Invalid(errors={"month": ["月份要写成 2026-10 这样。"]})
        answer = _report(
            work, publishing.draft(work, Period(month, given.get("chain", "")), given.get("why", ""))
        )
    return api.answer(answer)


@room.get("/stats/reports/<int:id_>", schemas.WholeMonthShape)
@doors.signed_in(*READERS)
def monthly_report(id_: int) -> Response:
    """一份月报和它说的：发布了的是定住的内容，草稿是此刻算出来的"""
    with doors.reading() as work:
        found = reading.find(work, id_)
        frozen = found.stage is not MonthlyStage.DRAFT
        said = json.loads(found.content) if frozen else reading.said(work, found)
        answer = {
            "report": _report(work, found),
            "canonical": found.content if frozen else None,
            "content": said,
        }
    return api.answer(answer)


@room.post(
    "/stats/reports/<int:id_>/words",
    {200: schemas.MonthReportShape},
    api.Taken(body=schemas.MonthWordsBody),
)
@doors.signed_in(*READERS)
def word_month(id_: int) -> Response:
    """改草稿的文字；不写的照旧"""
    sent = api.body()
    with doors.work() as work:
        publishing.demand_draft(work, id_)
        given = api.load(_WORDS, sent)
        version = given.pop("version")
        answer = _report(work, publishing.write(work, id_, version, given))
    return api.answer(answer)


@room.post(
    "/stats/reports/<int:id_>/publish",
    {200: schemas.MonthReportShape},
    api.Taken(body=schemas.MonthSeenBody),
)
@doors.signed_in(*READERS)
def publish_month(id_: int) -> Response:
    """发布：数字、清单和文字定住，不能改，也不能撤回"""
    sent = api.body()
    with doors.work() as work:
        publishing.demand_draft(work, id_)
        answer = _report(work, publishing.publish(work, id_, api.load(_SEEN, sent)["version"]))
    return api.answer(answer)


@room.post(
    "/stats/reports/<int:id_>/sign", {200: schemas.MonthReportShape}, api.Taken(body=schemas.MonthSeenBody)
)
@doors.signed_in(*READERS)
def sign_month(id_: int) -> Response:
    """签发：从此是通报，有编号；发布和签发要两个人"""
    sent = api.body()
    with doors.work() as work:
        publishing.demand_signable(work, id_)
        answer = _report(work, publishing.sign(work, id_, api.load(_SEEN, sent)["version"]))
    return api.answer(answer)


@room.get("/stats/reports/<int:id_>/check", schemas.ProofShape)
@doors.signed_in(*READERS)
def check_month(id_: int) -> Response:
    """从历史重算，和发布的比：一样，还是不一样"""
    with doors.reading() as work:
        found = checking.check(work, reading.find(work, id_), checking.TOUCHED_MOST)
    return api.answer(
        {
            "equal": found.equal,
            "faults": list(found.faults),
            "differences": list(found.differences),
            "calendar_changed": found.calendar,
        }
    )


@room.get("/stats/reports/<int:id_>/adjustments", schemas.MonthAdjustmentsShape)
@doors.signed_in(*READERS)
def month_adjustments(id_: int) -> Response:
    """发布以后的调整：发布时的数，现在的数，涉及的诉求"""
    with doors.reading() as work:
        found = checking.adjustments(work, reading.find(work, id_))
        lines = presenting.since(work, found)
        answer = {
            "figures": [
                {
                    "code": one.code,
                    "label": one.label,
                    "frozen": one.frozen,
                    "now": one.now,
                    "tickets": list(one.moved.tickets),
                }
                for one in found.figures
            ],
            "tickets": [
                {"ticket": one.ticket, "number": line.number or None, "deeds": line.words}
                for one, line in zip(found.tickets, lines, strict=True)
            ],
            "more": found.more,
        }
    return api.answer(answer)


@room.download("/stats/reports/<int:id_>/report.docx", (DOCX,))
@doors.signed_in(*READERS)
def month_document(id_: int) -> Response:
    """月报或通报的 docx，带图表"""
    with doors.reading() as work:
        found = reading.find(work, id_)
        return uploads.docx(presenting.file_name(work, found, "docx"), presenting.document(work, found))


@room.download("/stats/reports/<int:id_>/annex.xlsx", (XLSX,))
@doors.signed_in(*READERS)
def month_annex(id_: int) -> Response:
    """附表：各张表，每个数是哪些诉求（只有编号）"""
    with doors.reading() as work:
        found = reading.find(work, id_)
        return uploads.xlsx(presenting.file_name(work, found, "xlsx"), presenting.annex(work, found))


@room.get("/stats/schedule", schemas.ScheduleShape)
@doors.signed_in(*READERS)
def reports_schedule() -> Response:
    """月报、周报哪些自己做、自己发"""
    with doors.reading() as work:
        return api.answer(asdict(wishes.of(work)))


@room.post("/stats/schedule", {200: schemas.ScheduleShape}, api.Taken(body=schemas.ScheduleBody))
@doors.signed_in(*READERS)
def schedule_reports() -> Response:
    """定月报、周报哪些自己做、自己发；不写的照旧；由县里的联络员定"""
    sent = api.body()
    with doors.work() as work:
        scheduling.demand_office(work)
        given = {name: said for name, said in api.load(_SCHEDULE, sent).items() if said is not None}
        wanted = replace(wishes.of(work), **given)
        scheduling.change(work, wanted)
    return api.answer(asdict(wanted))


@room.get("/stats/weekly", schemas.WeeklyBriefShape, api.Taken(query=schemas.WeeklyQuery))
@doors.signed_in(*READERS)
def weekly_brief() -> Response:
    """一周的周报：办了多少；最近两周的还有现在停在哪里"""
    with doors.reading() as work:
        found = _brief(work)
    rows = [
        {"label": label, "counts": dict(zip(found.columns, counts, strict=True))}
        for label, counts in found.rows
    ]
    return api.answer(
        {
            "week": found.week.written,
            "text": found.week.text,
            "scope": found.scope,
            "rows": rows,
            "standing": found.standing,
            "late": dict(found.late),
        }
    )


@room.download("/stats/weekly.docx", (DOCX,), api.Taken(query=schemas.WeeklyQuery))
@doors.signed_in(*READERS)
def weekly_document() -> Response:
    """周报的 docx"""
    with doors.reading() as work:
        found = _brief(work)
        return uploads.docx(weekly.file_name(found, "docx"), weekly.document(found))


@room.download("/stats/weekly.xlsx", (XLSX,), api.Taken(query=schemas.WeeklyQuery))
@doors.signed_in(*READERS)
def weekly_annex() -> Response:
    """周报的附表：各张表，数到的每一步是哪件诉求（只有编号）"""
    with doors.reading() as work:
        found = _brief(work)
        return uploads.xlsx(weekly.file_name(found, "xlsx"), weekly.annex(work, found))


def _brief(work: Work) -> weekly.Brief:
    said = api.query(_WEEK)
    week = weekly.read(said.get("week", ""), local(work.now).date())
    return weekly.brief(work, week, said.get("chain", ""))


def _report(work: Work, one: StatReport) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": reading.title(work, one),
        "month": one.period.month.written,
        "chain": one.chain or None,
        "edition": one.edition,
        "replaces": one.replaces_id,
        "why": one.why,
        "stage": one.stage,
        "hash": one.hash,
        "number": one.number,
        "published_by": one.published_by,
        "published_at": api.moment(one.published_at),
        "signed_by": one.signed_by,
        "signed_at": api.moment(one.signed_at),
        "version": one.version,
    }
