"""The doors of errands: asking on the list, the page that refreshes itself, the one download; the same for programs."""

from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.documents import sheet_writing
from chainhub.operations import importing, ledger
from chainhub.operations.errands import views
from chainhub.operations.errands.models import Errand
from chainhub.tickets.models import Ticket
from tests import builders, people
from tests.api.calling import V1
from tests.api.conftest import caller, hands
from tests.operations.errand_kit import rows_of
from tests.web_client import said, token_of

__all__ = ["caller", "hands"]
pytestmark = pytest.mark.slow


def _ledger(*rows: dict) -> bytes:
    made = BytesIO()
    sheet_writing.write(
        made, "台账", ledger.COLUMNS, [[row.get(one) for one in ledger.COLUMNS] for row in rows]
    )
    return made.getvalue()


ROW = {"企业": "汶上砚禾齿轮有限公司", "内容": "厂门口的路坏了三个月，车进不来。"}


def test_from_the_list_to_the_file_without_a_script(session, as_, scheduler):
    builders.submitted(session, title="要的一件")
    builders.a_ticket(session, builders.State.HANDLING, title="不要的一件")
    session.commit()
    client = as_(people.CLERK)
    assert "/errands/export?state=submitted" in client.get("/tickets?state=submitted").get_data(as_text=True)
    form = "/errands/export?state=submitted"
    assert "办到哪：待接单" in said(client.get(form))

    asked = client.post(form, data={"csrf_token": token_of(client, form), "reason": ""})
    page = client.get(asked.location).get_data(as_text=True)
    assert 'hx-trigger="every 2s"' in page
    assert "<progress" in page
    scheduler()

    page = client.get(asked.location).get_data(as_text=True)
    assert "every 2s" not in page
    got = client.post(f"{asked.location}/fetch", data={"csrf_token": token_of(client, asked.location)})
    assert [row["标题"] for row in rows_of(got.get_data())] == ["要的一件"]
    assert got.headers["Cache-Control"] == "no-store"
    assert (
        client.get(f"{asked.location}/fetch").status_code == 405
    )  # no address that something opens ahead of time


def test_somebody_elses_is_not_there(as_, scheduler):
    client = as_(people.CLERK)
    asked = client.post("/errands/export", data={"csrf_token": token_of(client, "/errands/export")})
    scheduler()

    other = as_(people.CLOSER)
    token = token_of(other, "/password")
    assert other.get(asked.location).status_code == 404
    for verb in ("fetch", "cancel", "confirm"):
        assert other.post(f"{asked.location}/{verb}", data={"csrf_token": token}).status_code == 404
    assert as_(people.OWNER).get(asked.location).status_code == 403


@pytest.mark.parametrize("username", [people.OWNER, people.GUIDE, people.CALLER, "xitong", "shenji"])
def test_the_page_is_not_for_who_is_not_of_the_staff(as_, username):
    assert as_(username).get("/errands/export").status_code == 403
    assert "导出台账" not in said(as_(username).get("/tickets"))


def test_a_leader_gets_no_whole_numbers(as_):
    page = as_(people.CHIEF).get("/errands/export").get_data(as_text=True)

    assert 'name="reason"' not in page


def _bring(client, content: bytes, name="台账.xlsx"):
    token = token_of(client, "/errands/import")
    data = {"csrf_token": token, "file": (BytesIO(content), name)}
    return client.post("/errands/import", data=data, content_type="multipart/form-data")


def test_a_ledger_is_brought_looked_at_and_confirmed(session, as_, scheduler):
    client = as_(people.CLERK)
    asked = _bring(client, _ledger(ROW, {**ROW, "企业": "没有这家"}))
    scheduler()
    page = said(client.get(asked.location))
    assert "还没有写入" in page
    assert "第 3 行" in page
    assert session.scalar(select(Ticket.id)) is None

    client.post(f"{asked.location}/confirm", data={"csrf_token": token_of(client, asked.location)})
    scheduler()

    assert "新的 1 件" in said(client.get(asked.location))
    assert session.scalars(select(Ticket.content)).all() == [ROW["内容"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"PK\x03\x04 broken", "坏了"),
        (b"a,b\n1,2", "xlsx"),
        (_ledger(), "一行内容也没有"),
    ],
)
def test_a_file_that_is_none_is_refused_at_once_and_nothing_is_kept(session, as_, content, words):
    answer = _bring(as_(people.CLERK), content)

    assert answer.status_code == 422
    assert words in said(answer)
    assert session.scalar(select(Errand.id)) is None


def test_twenty_thousand_and_one_rows_are_refused(as_, monkeypatch):
    monkeypatch.setattr(importing, "ROWS_MOST", 2)
    monkeypatch.setattr(importing.read_table, "__defaults__", (ledger.LEDGER, 2))

    answer = _bring(as_(people.CLERK), _ledger(ROW, ROW, ROW))

    assert answer.status_code == 422
    assert "分成几份" in said(answer)


def test_a_file_that_is_too_large_is_refused(as_, monkeypatch):
    monkeypatch.setattr(views.rules, "FILE_MOST", 10)

    assert _bring(as_(people.CLERK), _ledger(ROW)).status_code == 422


def test_it_says_that_nobody_schedules(as_):
    client = as_(people.CLERK)
    asked = client.post("/errands/export", data={"csrf_token": token_of(client, "/errands/export")})

    assert "没有进程" in said(client.get(asked.location))


def test_what_is_cancelled_is_done_no_more(session, as_, scheduler):
    client = as_(people.CLERK)
    asked = client.post("/errands/export", data={"csrf_token": token_of(client, "/errands/export")})
    client.post(f"{asked.location}/cancel", data={"csrf_token": token_of(client, asked.location)})
    scheduler()

    assert "不做了" in said(client.get(asked.location))
    assert session.scalars(select(Errand.stored_as)).all() == [""]


# For programs


def test_a_program_takes_a_ledger_along(session, caller, scheduler):
    builders.submitted(session, title="要的一件")
    session.commit()
    clerk = caller(people.CLERK)

    made = clerk.post("/errands/exports", json={"state": ["submitted"], "referred": False})
    assert made.status_code == 201, made.json
    assert (made.json["stage"], made.json["about"]) == ("waiting", "办到哪：待接单")
    scheduler()
    found = clerk.get(f"/errands/{made.json['id']}").json
    file = clerk.get(f"/errands/{found['id']}/file")

    assert (found["stage"], found["total"]) == ("ready", 1)
    assert [row["标题"] for row in rows_of(file.get_data())] == ["要的一件"]
    assert clerk.get("/errands").json["items"][0]["id"] == found["id"]
    assert caller(people.CLOSER).get(f"/errands/{found['id']}/file").status_code == 404
    assert caller(people.OWNER).post("/errands/exports", json={}).status_code == 403
    assert clerk.post("/errands/exports", json={"reason": "好奇"}).status_code == 422


def test_a_program_brings_a_ledger(session, caller, scheduler):
    clerk = caller(people.CLERK)
    data = {"file": (BytesIO(_ledger(ROW)), "台账.xlsx")}

    made = clerk.post("/errands/imports", data=data, content_type="multipart/form-data")
    assert made.status_code == 201, made.json
    scheduler()
    found = clerk.get(f"/errands/{made.json['id']}").json
    assert (found["stage"], found["report"]["done"]) == ("asking", 1)
    clerk.post(f"/errands/{found['id']}/confirm", json={})
    scheduler()

    assert clerk.get(f"/errands/{found['id']}").json["stage"] == "ready"
    assert session.scalars(select(Ticket.content)).all() == [ROW["内容"]]
    assert clerk.post("/errands/imports", json={}).status_code == 422


def test_a_program_lays_tickets_before_an_inspection(session, caller, scheduler, app):
    ticket = builders.submitted(session)
    session.commit()
    closer = caller(people.CLOSER)
    body = {"body": "县委第三巡察组", "reason": "专项巡察", "days": 7, "numbers": ticket.number}

    made = closer.post("/inspections", json=body)
    assert made.status_code == 201, made.json
    id_ = made.json["id"]
    opened = closer.post(f"/inspections/{id_}/accounts", json={"name": "李检查"}).json
    assert opened["username"].startswith("jc-")
    pack = closer.post("/errands/packs", json={"inspection": id_})
    scheduler()

    assert closer.get(f"/errands/{pack.json['id']}/file").get_data().startswith(b"PK")
    account = closer.get(f"/inspections/{id_}").json["accounts"][0]
    assert closer.post(f"/inspections/{id_}/accounts/{account['id']}/end", json={}).status_code == 200
    assert closer.post(f"/inspections/{id_}/end", json={}).json["ended_at"]
    assert caller(people.CLERK).post("/inspections", json=body).status_code == 403
    assert caller(people.CLERK).post("/errands/packs", json={"inspection": id_}).status_code == 403
    assert caller("xitong").get("/inspections").json["items"][0]["id"] == id_
    assert app.test_client().get(f"{V1}/inspections").status_code == 401
