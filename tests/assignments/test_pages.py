"""The pages of guides: coverage, a proposal from the press to the confirmation, what is known, who reads what."""

import re
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select

from chainhub.assignments.models import Assignment, Guide, Proposal
from chainhub.assignments.service import registering
from chainhub.core import clock
from chainhub.documents import sheets
from tests import people
from tests.assignments.staging import id_of, running, settled
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def county(session):
    settled(session)
    session.commit()


def _send(client, page: str, to: str = "", **given):
    return client.post(to or page, data={"csrf_token": token_of(client, page), **given})


def test_the_leader_sees_at_a_glance_that_every_enterprise_has_a_guide(as_, county):
    text = said(as_(people.PRINCIPAL).get("/guides"))

    assert "77 / 77" in text
    assert "推算选派方案" not in text


def test_the_chief_reads_the_own_chain_alone(as_, county):
    text = said(as_(people.CHIEF).get("/guides"))

    assert "26 / 26" in text
    assert "纺织" not in text


def test_an_enterprise_sees_its_guide_and_can_call(as_, session, county):
    answer = as_(people.OWNER).get("/guides")
    guide = people.actor(session, people.GUIDE)

    assert guide.name in said(answer)
    assert f'href="tel:{guide.phone}"' in answer.get_data(as_text=True)
    assert as_(people.OWNER).get(f"/guides/firms/{people.FIRM}").status_code == 403


def test_a_guide_sees_the_own_enterprises_and_wishes_for_more(as_, session, county):
    text = said(as_(people.GUIDE).get("/guides"))
    assert "我带的企业 3 家" in text
    assert "砚禾齿轮" in text
    id_ = id_of(session, people.GUIDE)

    answer = _send(as_(people.GUIDE), f"/guides/people/{id_}/wishes", wish1=people.FIRM)

    assert answer.status_code == 303
    other = session.scalars(select(Guide.user_id).where(Guide.user_id != id_).limit(1)).one()
    assert as_(people.GUIDE).get(f"/guides/people/{other}/wishes").status_code == 404


def test_a_proposal_goes_from_the_press_over_a_lock_to_the_confirmation(as_, session, county):
    row = running(session)
    registering.add_conflict(work_of(session, people.CLERK), "science_technology", people.FIRM, "发它的许可")
    session.commit()
    clerk = as_(people.CLERK)

    page = _send(clerk, "/guides", "/guides/proposals").location
    text = said(clerk.get(page))
    assert "26 家企业的指导员方案" in text
    assert "能不动就不动" in text
    assert "重新匀一匀" in text
    assert "回避" in text
    assert _send(clerk, page, f"{page}/lock", enterprise=people.FIRM, on="yes").status_code == 303
    assert "已锁定 1 对" in said(clerk.get(page))

    again = _send(clerk, page, "/guides/proposals", profile="steady").location
    version = re.search(r'name="version" value="(\d+)"', clerk.get(again).get_data(as_text=True))[1]
    done = _send(clerk, again, f"{again}/confirm", version=version)

    assert done.status_code == 303
    session.expire_all()
    assert row.ended_on == NOW.date()
    assert running(session).proposal_id == int(again.rsplit("/", 1)[1])
    assert "已确认" in said(clerk.get(again)) or "确认。" in said(clerk.get(again))


def test_a_part_is_confirmed_alone_and_nothing_ticked_is_refused_in_words(as_, session, county):
    registering.add_conflict(work_of(session, people.CLERK), "science_technology", people.FIRM, "发它的许可")
    session.commit()
    clerk = as_(people.CLERK)
    page = _send(clerk, "/guides", "/guides/proposals").location
    version = re.search(r'name="version" value="(\d+)"', clerk.get(page).get_data(as_text=True))[1]

    none = _send(clerk, page, f"{page}/confirm", version=version, part="yes")
    assert none.status_code == 422
    some = _send(clerk, page, f"{page}/confirm", version=version, part="yes", enterprise=people.FIRM)
    assert some.status_code == 303


@pytest.mark.parametrize("username", ["dw_textile", people.CHIEF, people.OWNER, people.GUIDE, people.POWER])
def test_a_proposal_is_not_there_for_others(as_, session, county, username):
    clerk = as_(people.CLERK)
    page = _send(clerk, "/guides", "/guides/proposals").location

    assert as_(username).get(page).status_code in {403, 404}


def test_a_guide_is_registered_changed_and_leaves(as_, session, county):
    clerk = as_(people.CLERK)
    answer = _send(
        clerk,
        "/guides/people/new",
        username=people.TRANSPORT,
        industries="equipment",
        skills="数控、环保",
        capacity="3",
    )
    assert answer.status_code == 303
    text = said(clerk.get(answer.location))
    assert "数控、环保" in text
    assert "装备制造" in text
    wrong = _send(clerk, "/guides/people/new", username="没有这个人", capacity="9")
    assert wrong.status_code == 422
    assert "请填 0 到 5" in said(wrong)

    id_ = id_of(session, people.GUIDE)
    left = _send(clerk, f"/guides/people/{id_}/leave", on=NOW.date().isoformat(), note="工作调动")
    assert "/guides/proposals/" in left.location
    text = said(clerk.get(left.location))
    assert "原指导员离任" in text
    assert session.scalars(
        select(Assignment).where(Assignment.user_id == id_, Assignment.ended_on.is_(None))
    ).all()
    assert "工作交接清单" in said(clerk.get(f"/guides/people/{id_}"))


def test_what_an_enterprise_needs_is_written_down_and_read(as_, session, county):
    clerk, page = as_(people.CLERK), f"/guides/firms/{people.FIRM}"
    assert _send(clerk, f"{page}/need", weight="3", skills="环保").status_code == 303
    assert _send(clerk, f"{page}/conflict", unit="science_technology", why="管它的项目").status_code == 303
    id_ = id_of(session, people.GUIDE)
    assert _send(clerk, f"{page}/pair", guide=str(id_), tie="ban", why="亲属").status_code == 303

    text = said(clerk.get(page))

    for words in ("3 （人工定的）", "环保", "管它的项目", "不配（亲属）", "原已授权"):
        assert words.replace(" ", "") in text.replace(" ", "")
    assert as_(people.CHIEF).get(f"{page}/need").status_code == 403
    assert as_("dw_textile").get(page).status_code == 404


def test_the_roster_is_a_sheet_and_a_paper(as_, county):
    chief = as_(people.PRINCIPAL)

    (sheet,) = sheets.read(chief.get("/guides/roster.xlsx").data)
    paper = Document(BytesIO(chief.get("/guides/roster.docx").data))

    assert len(sheet.rows) == 78
    assert any("共 77 家企业，77 家有指导员" in one.text for one in paper.paragraphs)
    assert len(paper.tables[0].rows) == 78


def test_mentors_are_two_of_different_kind_and_the_third_is_refused_in_words(as_, county):
    clerk, page = as_(people.CLERK), "/guides/kinds/mentors/new"
    given = {"enterprise": people.FIRM, "person": "陶见禾", "slot": "思想导师", "helper": "县委党校 温老师"}
    assert _send(clerk, page, **given).status_code == 303
    assert "缺业务导师" in said(clerk.get("/guides/kinds?kind=mentors"))
    again = _send(clerk, page, **given | {"helper": "另一位"})
    assert again.status_code == 422
    assert "已经有一名思想导师" in said(again)
    same = _send(clerk, page, **given | {"slot": "业务导师"})
    assert "要由不同的人担任" in said(same)


def test_a_scenario_that_is_nobodys_is_not_there(as_, session, county):
    assert session.scalars(select(Proposal)).all() == []
    assert as_(people.CLERK).get("/guides/proposals/1").status_code == 404
