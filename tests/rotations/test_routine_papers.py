"""The papers of recurring work: prepared, numbered once, fetched as .docx, their templates replaced."""

from io import BytesIO

import pytest
from docx import Document

from chainhub.core import clock
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.documents.papers import filling
from chainhub.rotations.routines import papers as kinds
from chainhub.rotations.routines.papers import RoutinePaper
from chainhub.rotations.routines.service import papers
from chainhub.rotations.routines.workflow import Action
from tests import people
from tests.api.calling import Caller, given, refused
from tests.people import NOW, china, work_of
from tests.rotations.test_routines import acted, planned, rows
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

SAID = {"venue": "三楼会议室", "topics": "通报进展\n议定清单", "attending": "各成员单位"}


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def one(session):
    return rows(session, planned(session))[0]


def _text(content: bytes) -> str:
    return "\n".join(one.text for one in Document(BytesIO(content)).paragraphs)


@pytest.mark.parametrize("kind", list(RoutinePaper))
def test_the_default_says_all_that_its_sample_has(kind):
    text = _text(filling.fill(kinds.default(kind), kinds.SAMPLES[kind]))

    assert "{{" not in text
    assert "两新工委联席会议" in text


def test_a_notice_says_what_was_prepared_under_one_number(session, one):
    office = work_of(session, people.LIAISON)
    papers.prepare(office, one.id, one.version, SAID)

    made = papers.issue(office, one.id, RoutinePaper.NOTICE)
    name, content = papers.download(work_of(session, people.CHIEF), one.id, RoutinePaper.NOTICE)

    assert papers.issue(office, one.id, RoutinePaper.NOTICE).number == made.number
    assert made.number in name
    text = _text(content)
    for words in ("三楼会议室", "通报进展", "议定清单", "各成员单位：", made.number):
        assert words in text


def test_minutes_wait_until_it_was_held_and_say_what_came_of_it(session, one):
    office = work_of(session, people.LIAISON)
    with pytest.raises(Conflict, match="记了办完才出纪要"):
        papers.issue(office, one.id, RoutinePaper.MINUTES)
    with pytest.raises(NotFound):
        papers.download(office, one.id, RoutinePaper.MINUTES)
    at = china(one.on.year, one.on.month, one.on.day, 17)
    acted(session, one, Action.HOLD, at=at, note="通报了进展。\n县某某局月底前报清单。")

    later = work_of(session, people.LIAISON, at)
    papers.issue(later, one.id, RoutinePaper.MINUTES)
    text = _text(papers.download(later, one.id, RoutinePaper.MINUTES)[1])

    assert "县某某局月底前报清单。" in text
    with pytest.raises(Conflict, match="定了日子才出通知"):
        papers.issue(later, one.id, RoutinePaper.NOTICE)


def test_who_prepares_and_who_does_not(session, one):
    version = one.version
    papers.prepare(work_of(session, people.POWER), one.id, version, SAID)  # of the responsible unit
    with pytest.raises(Conflict, match="刷新"):
        papers.prepare(work_of(session, people.POWER), one.id, version, SAID)
    for who, refusal in ((people.CHIEF, NotAllowed), (people.CLERK, NotAllowed), (people.OWNER, NotFound)):
        with pytest.raises(refusal):
            papers.prepare(work_of(session, who), one.id, None, SAID)
        with pytest.raises(refusal):
            papers.issue(work_of(session, who), one.id, RoutinePaper.NOTICE)
    acted(session, one, Action.CANCEL, people.LIAISON, why="并到下次")
    with pytest.raises(Conflict, match="取消"):
        papers.prepare(work_of(session, people.LIAISON), one.id, None, SAID)


def test_the_page_prepares_numbers_and_gives_the_file(session, one, as_):
    session.commit()
    office, link = as_(people.LIAISON), f"/occasions/{one.id}"
    page = f"{link}/prepare"
    assert "备通知和纪要" in said(office.get(link))

    kept = office.post(page, data={"csrf_token": token_of(office, page), "version": f"{one.version}", **SAID})
    assert kept.status_code == 303
    assert "三楼会议室" in said(office.get(link))
    issued = office.post(f"{link}/routine_notice/issue", data={"csrf_token": token_of(office, link)})
    assert issued.status_code == 303
    file = office.get(f"{link}/routine_notice.docx")
    assert file.status_code == 200
    assert "通报进展" in _text(file.data)
    assert as_(people.CHIEF).get(f"{link}/routine_notice.docx").status_code == 200
    assert as_(people.CHIEF).get(page).status_code == 403
    assert as_(people.OWNER).get(f"{link}/routine_notice.docx").status_code == 403
    assert office.get(f"{link}/routine_minutes.docx").status_code == 404


def test_the_same_by_the_api(session, one, app):
    def program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "routines")
        session.commit()
        return Caller(app.test_client(), token)

    office, path = program(people.LIAISON), f"/occasions/{one.id}"
    kept = given(office.post(f"{path}/pack", json={"version": one.version, **SAID}))
    assert (kept["venue"], kept["topics"]) == (SAID["venue"], SAID["topics"])
    refused(office.post(f"{path}/papers", json={"kind": "routine_minutes"}), 409, "wrong_state")
    made = given(office.post(f"{path}/papers", json={"kind": "routine_notice"}), 201)
    assert made["url"].endswith(f"{path}/routine_notice.docx")
    assert office.get(f"{path}/routine_notice.docx").status_code == 200
    refused(program(people.CHIEF).post(f"{path}/papers", json={"kind": "routine_notice"}), 403)
    refused(program(people.OWNER).post(f"{path}/pack", json={"version": 1}), 404)


def test_its_templates_stand_in_the_list_of_all(as_):
    admin = as_("xitong")

    assert "例行工作通知" in said(admin.get("/admin/papers"))
    assert "事项.内容" in said(admin.get("/admin/papers/routine_notice"))
    assert admin.get("/admin/papers/routine_minutes/sample.docx").status_code == 200
