"""The pages around a session: who finds what, the code at the door, what is typed stays."""

import re
from io import BytesIO

import pytest

from chainhub.core import clock
from chainhub.rotations import queries as rotations
from chainhub.rotations.around import queries as around
from chainhub.rotations.workflow import Action
from tests import files, people
from tests.people import NOW, china, work_of
from tests.rotations.staging import hosts, moved, opened, owner_of, salons
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture
def today(monkeypatch):
    """Let it be another moment."""

    def _today(at):
        monkeypatch.setattr(clock, "now", lambda: at)

    _today(NOW)
    return _today


@pytest.fixture
def salon(session, today):
    found = moved(session, salons(session, opened(session))[0], Action.ANNOUNCE)
    session.commit()
    return found


@pytest.fixture
def host(session, salon):
    return owner_of(session, hosts(session, salon)[0])


@pytest.fixture
def member(session, salon):
    rotation = rotations.own(work_of(session, people.CLERK), salon.rotation_id)
    return owner_of(session, hosts(session, salons(session, rotation)[3])[0])


def _noon(salon):
    return china(salon.on.year, salon.on.month, salon.on.day, 14)


def _send(client, page: str, to: str = "", **given):
    return client.post(to or page, data={"csrf_token": token_of(client, page), **given})


def test_a_pack_is_prepared_with_its_agenda_and_what_is_typed_stays(as_, session, salon, host):
    page, client = f"/salons/{salon.id}/act/prepare", as_(host)
    given = {
        "theme": "看新线",
        "visit": "新线",
        "visit_by": "某某",
        "policies": "用电措施（某政发〔2026〕3号）",
    }

    wrong = _send(client, page, **given, visit_at="25:99", version=salon.version)
    assert wrong.status_code == 422
    assert "请写成 14:00" in said(wrong)
    assert "某政发〔2026〕3号" in wrong.get_data(as_text=True)
    assert _send(client, page, **given, visit_at="14:00", version=salon.version).status_code == 303
    shown = said(as_(people.CHIEF).get(f"/salons/{salon.id}"))
    assert "14:00 现场观摩，某某" in shown
    assert "某政发〔2026〕3号" in shown
    assert "用电措施（某政发〔2026〕3号）" in client.get(page).get_data(as_text=True)


def test_inviting_answering_and_who_reads_it(as_, session, salon, host, member):
    link = f"/salons/{salon.id}"
    assert "发邀请" in said(as_(host).get(f"{link}/invite"))
    rotation = rotations.own(work_of(session, host), salon.rotation_id)
    others = [one.code for one in rotations.members(session, rotation)]
    firms = [code for code in others if code not in hosts(session, salon)]
    assert _send(as_(host), f"{link}/invite", firms=firms, guests="没单位").status_code == 422
    sent = _send(as_(host), f"{link}/invite", firms=firms, guests="王小测 某某商会")
    assert sent.status_code == 303
    assert "请了 26 家" in said(as_(people.CLERK).get(f"{link}/invited"))

    assert "请您参加" in said(as_(member).get(link))
    answer = re.search(r"/invitations/\d+/answer", as_(member).get(link).get_data(as_text=True))[0]
    assert _send(as_(member), answer, answer="sending", people="2").status_code == 422
    assert _send(as_(member), answer, answer="sending", people="2", names="两位厂长").status_code == 303
    assert "派人参加 1 家，共 2 人" in said(as_(host).get(link))
    assert "谁来" not in said(as_(member).get(link))

    for who, status in ((member, 404), (people.CHIEF, 403), (people.STRANGER, 404)):
        assert as_(who).get(f"{link}/invited").status_code == status, who
        assert as_(who).get(answer).status_code == (200 if who == member else 404), who
    assert _send(as_(host), f"{link}/invited", f"{link}/remind").status_code == 303


def test_the_code_at_the_door(app, as_, session, salon, host, member, today):
    today(_noon(salon))
    paper = as_(host).get(f"/salons/{salon.id}/sign-in/code").get_data(as_text=True)
    address = re.search(r"/arrive/[\w.-]+", paper)[0]
    assert as_(member).get(f"/salons/{salon.id}/sign-in").status_code == 404
    nobody = app.test_client()
    today(NOW)
    assert nobody.get(address).status_code == 409  # another day
    today(_noon(salon))

    shown = said(as_(member).get(address))
    assert around.arrived(session, salon) == 0  # a GET signs nobody in
    assert "有账号" not in shown
    assert _send(as_(member), address).status_code == 303
    assert _send(as_(member), address).status_code == 409
    assert "您的姓名" in said(nobody.get(address))
    assert _send(nobody, address, name="王小测").status_code == 422
    assert _send(nobody, address, name="王小测", body="某某商会").status_code == 303
    assert around.arrived(session, salon) == 2
    assert nobody.get(address[:-3]).status_code == 410
    assert "王小测" in said(as_(host).get(f"/salons/{salon.id}/sign-in"))


def test_a_paper_list_is_typed_in_with_a_result_for_each_line(as_, session, salon, host, today):
    page = f"/salons/{salon.id}/sign-in"
    today(_noon(salon))

    answer = _send(as_(host), page, people="王小测 某某商会\n王小测 某某商会\n没单位")
    assert "记下 1 人，2 行没记" in said(answer)
    assert "已经签过到" in said(answer)
    assert _send(as_(host), page, people="").status_code == 422
    strike = re.search(r"/salons/\d+/arrivals/\d+/strike", as_(host).get(page).get_data(as_text=True))[0]
    assert _send(as_(people.CHIEF), "/password", strike).status_code == 403
    assert _send(as_(host), page, strike).status_code == 303
    assert around.arrived(session, salon) == 0


def test_photos_and_news_wait_for_the_committee(as_, session, salon, host, member):
    page = f"/salons/{salon.id}/files"
    sent = {"csrf_token": token_of(as_(host), page), "file": (BytesIO(files.picture()), "现场.jpg")}
    assert as_(host).post(page, data=sent).status_code == 303
    assert "现场.jpg" not in said(as_(member).get(page))
    bad = {"csrf_token": token_of(as_(host), page), "file": (BytesIO(b"MZ"), "x.exe")}
    assert as_(host).post(page, data=bad).status_code == 422
    assert as_(member).post(page, data={"csrf_token": token_of(as_(member), "/password")}).status_code == 403

    shown = as_(people.CLERK).get(page).get_data(as_text=True)
    release = re.search(r"/salons/\d+/files/\d+/release", shown)[0]
    picture = release.removesuffix("/release")
    assert as_(member).get(picture).status_code == 404
    assert _send(as_(people.CLERK), page, release).status_code == 303
    assert as_(member).get(picture).status_code == 200
    assert as_(people.STRANGER).get(picture).status_code == 404
    assert _send(as_(people.CLERK), f"{picture}/return", why="").status_code == 422
    assert _send(as_(people.CLERK), f"{picture}/return", why="有图纸").status_code == 303
    assert as_(member).get(picture).status_code == 404

    news = f"/salons/{salon.id}/news"
    assert _send(as_(host), news, title="看新线", text="看了新线。", send="no").status_code == 303
    assert "草稿" in said(as_(host).get(page))
    assert _send(as_(host), news, title="看新线", text="看了新线。").status_code == 303
    assert "看新线" not in said(as_(member).get(f"/salons/{salon.id}"))
    assert _send(as_(people.CLERK), page, f"{news}/release").status_code == 303
    assert "看新线" in said(as_(member).get(f"/salons/{salon.id}"))
    assert as_(member).get(news).status_code == 403


def test_after_the_day_decisions_papers_and_ratings(as_, session, salon, host, member, today):
    link, after = f"/salons/{salon.id}", _noon(salon)
    today(after)
    address = re.search(r"/arrive/[\w.-]+", as_(host).get(f"{link}/sign-in/code").get_data(as_text=True))[0]
    assert _send(as_(member), address).status_code == 303
    moved(session, salon, Action.HOLD, at=after)
    session.commit()
    given = {"unit": people.POWER_UNIT, "what": "排出增容的日子", "due_on": salon.on.isoformat()}
    assert _send(as_(people.CLERK), f"{link}/decide", **{**given, "unit": ""}).status_code == 422
    assert _send(as_(people.CLERK), f"{link}/decide", **given).status_code == 303
    done = re.search(r"/decisions/\d+/done", as_(people.POWER).get(link).get_data(as_text=True))[0]
    assert done not in as_(member).get(link).get_data(as_text=True)
    assert as_(member).get(done).status_code == 403
    assert _send(as_(people.POWER), done, note="排在五月").status_code == 303

    moved(session, salon, Action.WRITE_UP, at=after, minutes="用电的事谈透了。")
    session.commit()
    minutes = f"{link}/salon_minutes"
    assert as_(member).get(f"{minutes}.docx").status_code == 404
    assert _send(as_(host), "/password", f"{minutes}/issue").status_code == 403
    assert _send(as_(people.CLERK), "/password", f"{minutes}/issue").status_code == 303
    assert as_(member).get(f"{minutes}.docx").status_code == 200

    assert "评一评" in said(as_(member).get(link))
    rated = {"theme": "good", "talk": "fair", "problems": "good", "comment": "下次早点开"}
    assert _send(as_(member), f"{link}/rate", theme="good").status_code == 422
    assert _send(as_(member), f"{link}/rate", **rated).status_code == 303
    assert as_(member).get(f"{link}/rate").status_code == 409
    assert as_(people.OWNER if host != people.OWNER else people.CHIEF).get(f"{link}/rate").status_code == 403
    assert "一般 1，不好 0（n=1）" in said(as_(host).get(link))
    assert "下次早点开" not in said(as_(member).get(link))


def test_a_ticket_leads_back_to_its_session(as_, session, salon):
    page = f"/salons/{salon.id}/problem"
    given = {"enterprise": people.FIRM, "title": "厂门口的路", "content": "厂门口的路坏了三个月。"}
    _send(as_(people.CLERK), page, **given)
    ticket = re.search(
        r"/tickets/[A-Z][\w-]+", as_(people.CLERK).get(f"/salons/{salon.id}").get_data(as_text=True)
    )[0]

    shown = as_(people.OWNER).get(ticket).get_data(as_text=True)

    assert f'href="/salons/{salon.id}"' in shown


def test_the_templates_of_a_sessions_papers_are_the_administrators(as_, session, salon):
    admin = as_("xitong")
    assert "沙龙邀请函" in said(admin.get("/admin/papers"))
    template = admin.get("/admin/papers/salon_invitation/default.docx").data
    page = "/admin/papers/salon_invitation"
    sent = {"csrf_token": token_of(admin, page), "file": (BytesIO(template), "邀请函.docx")}
    assert admin.post(page, data=sent).status_code == 303
    assert "县里的" in said(admin.get("/admin/papers"))
    assert admin.get(f"{page}/sample.docx").status_code == 200
    assert _send(admin, page, f"{page}/reset").status_code == 303
    assert as_(people.CLERK).get(page).status_code == 403
