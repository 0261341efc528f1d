"""Half-year reports and yearly grades: prefilled, handed in, read by the sending unit; given by its head, seen by the guide."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people.queries import user_by_name
from chainhub.guides.models import GuideGrade
from chainhub.guides.rules import Grade, ReportStage
from chainhub.guides.service import grading, reporting
from chainhub.notices.models import Notice
from tests import people
from tests.api.calling import given, refused
from tests.guides.logging import logged
from tests.guides.test_doors import _send, program
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

__all__ = ["program"]
HALF = date(2026, 1, 1)
HEAD, CONTACT, ELSEWHERE = "d_science_technology_head", "d_science_technology_contact", people.POWER


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def _begun(session):
    logged(session, problem="厂门口的路坏了三个月。")
    return reporting.begin(work_of(session, people.GUIDE), HALF)


def test_a_report_is_prefilled_from_the_log(session):
    report = _begun(session)

    assert "按月走访落实 1/1" in report.text
    assert "走访过的企业：砚禾齿轮" in report.text
    assert "走访时报诉求 1 件：待接单 1 件" in report.text
    assert "技术改造补贴办法（汶政发〔2026〕3号）：1 次" in report.text
    assert "路坏了" not in report.text
    assert reporting.begin(work_of(session, people.GUIDE), HALF).id == report.id


def test_a_report_of_nothing_says_so(session):
    text = reporting.begin(work_of(session, people.GUIDE), date(2025, 7, 1)).text

    assert "落实 —" in text
    assert "没有走访记录" in text


def test_only_the_guide_writes_and_the_unit_reads_what_was_handed_in(session):
    report = _begun(session)
    guide = work_of(session, people.GUIDE)

    with pytest.raises(NotFound):
        reporting.own(work_of(session, HEAD), report.id)
    reporting.write(guide, report.id, report.version, "写好的半年工作报告正文。", hand_in=True)
    assert report.stage is ReportStage.HANDED_IN
    for username in (HEAD, CONTACT):
        assert reporting.own(work_of(session, username), report.id).text.startswith("写好的"), username
    for username in (ELSEWHERE, people.CLERK, people.OWNER, "g_wen_yicheng"):
        with pytest.raises(NotFound):
            reporting.own(work_of(session, username), report.id)
    with pytest.raises(Conflict):
        reporting.write(guide, report.id, report.version, "再改一改这份报告。")
    with pytest.raises(NotAllowed):
        reporting.write(work_of(session, HEAD), report.id, report.version, "替他改一改报告。")
    head = user_by_name(session, HEAD)
    assert (
        "2026年上半年指导员工作报告"
        in session.scalars(select(Notice.text).where(Notice.user_id == head.id)).one()
    )


def test_only_this_half_and_the_one_before_are_reported(session):
    for half in (date(2025, 1, 1), date(2026, 7, 1), None):
        with pytest.raises(Invalid):
            reporting.begin(work_of(session, people.GUIDE), half)
    with pytest.raises(NotAllowed):
        reporting.begin(work_of(session, people.CLERK), HALF)


def test_the_paper_is_a_docx_with_the_words_of_the_report(session):
    report = _begun(session)

    paper = Document(BytesIO(reporting.printed(work_of(session, people.GUIDE), report)))

    words = [one.text for one in paper.paragraphs]
    assert "2026年上半年党建工作指导员工作报告" in words
    assert "一、走访" in words


def test_the_head_of_the_sending_unit_grades_and_every_grade_stays(session):
    guide = user_by_name(session, people.GUIDE)
    head = work_of(session, HEAD)

    grading.give(head, guide.id, 2025, Grade.COMPETENT, "联系企业扎实。")
    grading.give(head, guide.id, 2025, Grade.EXCELLENT, "复核后调整。")

    rows = grading.listed(work_of(session, people.GUIDE))[0]
    assert [(one.grade, one.why) for one in rows] == [
        (Grade.EXCELLENT, "复核后调整。"),
        (Grade.COMPETENT, "联系企业扎实。"),
    ]
    assert len(session.scalars(select(Notice).where(Notice.user_id == guide.id)).all()) == 2
    assert grading.listed(work_of(session, CONTACT))[0] == []
    assert grading.listed(work_of(session, "g_wen_yicheng"))[0] == []


def test_nobody_else_grades(session):
    guide = user_by_name(session, people.GUIDE)

    for username in (people.GUIDE, CONTACT, "d_science_technology_deputy", people.CLERK, people.CHIEF):
        with pytest.raises(NotAllowed):
            grading.give(work_of(session, username), guide.id, 2025, Grade.BASIC, "理由")
    other = user_by_name(session, "g_wen_yicheng")
    with pytest.raises(NotFound):
        grading.give(work_of(session, HEAD), other.id, 2025, Grade.BASIC, "理由")
    with pytest.raises(Invalid) as refusal:
        grading.give(work_of(session, HEAD), guide.id, 2020, None, "")
    assert set(refusal.value.errors) == {"year", "grade", "why"}
    assert session.scalars(select(GuideGrade)).all() == []


def test_report_and_grade_through_their_pages(as_, session):
    guide, head = as_(people.GUIDE), as_(HEAD)
    id_ = user_by_name(session, people.GUIDE).id

    begun = _send(guide, "/guide-reports", half="2026-01-01")
    page = begun.location
    assert "先存着" in said(guide.get(page))
    assert _send(guide, page, text="短", version="1").status_code == 422
    assert _send(guide, page, text="写好的半年工作报告。", version="1", word="hand_in").status_code == 303
    assert "写好的半年工作报告" in said(head.get(page))
    assert head.get(f"{page}/report.docx").status_code == 200
    assert as_(ELSEWHERE).get(page).status_code == 404
    assert as_(people.CLERK).get(page).status_code == 403

    assert _send(head, f"/guide-grades/{id_}", year="2025", why="").status_code == 422
    assert (
        _send(head, f"/guide-grades/{id_}", year="2025", grade="competent", why="扎实。").status_code == 303
    )
    assert "称职" in said(guide.get("/guide-grades"))
    assert as_(ELSEWHERE).get(f"/guide-grades/{id_}").status_code == 403


def test_the_template_of_the_report_is_the_countys_own(as_, session):
    keeper = as_("xitong")
    where = "/admin/guide-papers/guide_report"
    template = keeper.get(f"{where}/default.docx").data
    made = Document(BytesIO(template))
    made.paragraphs[0].insert_paragraph_before("县里自己的抬头")
    own = BytesIO()
    made.save(own)

    form = {"csrf_token": token_of(keeper, where), "file": (BytesIO(own.getvalue()), "报告.docx")}
    assert keeper.post(where, data=form).status_code == 303

    words = [one.text for one in Document(BytesIO(keeper.get(f"{where}/sample.docx").data)).paragraphs]
    assert words[0] == "县里自己的抬头"
    assert _send(keeper, where, f"{where}/reset").status_code == 303
    assert as_(people.GUIDE).get(where).status_code == 403


def test_programs_report_and_grade(program, session):
    id_ = user_by_name(session, people.GUIDE).id
    guide, head = program(people.GUIDE), program(HEAD)
    made = given(guide.post("/guides/reports", json={"half": "2026-01-01"}))
    path = f"/guides/reports/{made['id']}"
    body = {"text": "写好的半年工作报告。", "version": made["version"]}

    refused(head.post(path, json=body), 404)
    saved = given(guide.post(path, json=body))
    refused(guide.post(path, json=body), 409, "stale")
    given(guide.post(f"{path}/hand-in", json={**body, "version": saved["version"]}))
    assert [one["stage"] for one in given(head.get("/guides/reports"))["items"]] == ["handed_in"]
    refused(head.post(path, json=body), 403)
    grade = {"guide": id_, "year": 2025, "grade": "competent", "why": "扎实。"}
    assert given(head.post("/guides/grades", json=grade), 201)["guide"] == "裴时雨"
    assert len(given(guide.get("/guides/grades"))["items"]) == 1
    refused(guide.post("/guides/grades", json=grade), 403)
