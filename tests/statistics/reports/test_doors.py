"""The doors of monthly reports: who reads, writes, publishes and signs; pages, files and programs alike."""

import io
import json
import re
from collections import Counter
from contextlib import contextmanager
from functools import partial

import pytest
import python_calamine
from click.testing import CliRunner

from chainhub.cli import cli, opening
from chainhub.core import clock
from chainhub.statistics.reports import rules, wishes
from tests import people
from tests.api.calling import given, refused
from tests.api.conftest import caller  # noqa: F401  # a fixture
from tests.people import china, work_of
from tests.statistics.reports.conftest import CHAIN
from tests.statistics.staging import NOW, county
from tests.web_client import token_of

pytestmark = pytest.mark.slow

LIST = "/statistics/reports"
READ = (people.CLERK, people.DISPATCHER, people.CHIEF, people.PRINCIPAL, people.LIAISON)
DO_NOT = (people.OWNER, people.GUIDE, people.POWER, people.CALLER, "xitong", "anquan", "shenji")


@pytest.fixture(autouse=True)
def present(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def report(session, published):
    county(session)
    found = published()
    session.commit()
    return found


def _post(client, path, **said):
    return client.post(path, data={"csrf_token": token_of(client, "/password"), **said})


@pytest.mark.parametrize("username", READ)
def test_who_reads_the_figures_of_chains_reads_a_published_report_and_its_files(as_, report, username):
    client = as_(username)

    assert "运行情况月报" in client.get(LIST).get_data(as_text=True)
    page = client.get(report.link).get_data(as_text=True)
    assert "总量与同比环比" in page
    assert report.hash in page
    for path in ("report.docx", "annex.xlsx"):
        answer = client.get(f"{report.link}/{path}")
        assert answer.status_code == 200
        assert answer.get_data().startswith(b"PK")


@pytest.mark.parametrize("username", DO_NOT)
def test_nobody_else_does(as_, report, username):
    client = as_(username)
    for path in (
        LIST,
        report.link,
        f"{report.link}/report.docx",
        f"{report.link}/check",
        "/statistics/weekly",
    ):
        assert client.get(path).status_code == 403, path


def test_the_committee_of_another_chain_finds_nothing(as_, report):
    client = as_("dw_textile")

    assert client.get(report.link).status_code == 404
    assert "装备制造" not in client.get(LIST).get_data(as_text=True)
    assert client.get(f"/statistics/weekly?chain={CHAIN}").status_code == 404


def test_a_month_goes_its_whole_way_through_the_pages(as_, session):
    county(session)
    session.commit()
    clerk, chief = as_(people.CLERK), as_(people.CHIEF)
    made = _post(clerk, LIST, month="2026-03", chain=CHAIN)
    assert made.status_code == 303
    link = made.location
    assert chief.get(link).status_code == 404  # a draft is for those who make it
    page = clerk.get(f"{link}/text").get_data(as_text=True)
    assert "2026年3月，企业提出" in page

    kept = _post(clerk, f"{link}/text", version="1", overall="本月平稳。")
    assert kept.status_code == 303
    assert "本月平稳。" in clerk.get(link).get_data(as_text=True)
    assert _post(clerk, f"{link}/publish", version="1").status_code == 409  # it was worded meanwhile
    assert _post(clerk, f"{link}/publish", version="2").status_code == 303
    assert _post(clerk, f"{link}/text", version="3", overall="再改").status_code == 409
    assert _post(clerk, f"{link}/sign", version="3").status_code == 403

    assert "请您看过以后签发" in chief.get(link).get_data(as_text=True)
    assert _post(chief, f"{link}/sign", version="3").status_code == 303
    text = clerk.get(link).get_data(as_text=True)
    assert "运行情况通报" in text
    assert "编号 2026-0001" in text
    assert "一样" in clerk.get(f"{link}/check").get_data(as_text=True)
    assert "没有调整" in clerk.get(f"{link}/since").get_data(as_text=True)


def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(as_, report):
    client = as_(people.CLERK)

    answer = _post(client, LIST, month="2026-04", chain=CHAIN)
    assert answer.status_code == 422
    assert "还没有过完" in answer.get_data(as_text=True)
    again = _post(client, LIST, month="2026-03", chain=CHAIN)
    assert again.status_code == 422
    assert "为什么更正" in again.get_data(as_text=True)
    assert _post(client, f"{report.link}/edition", why="错").status_code == 422
    assert _post(client, f"{report.link}/edition", why="漏了一件补录的").status_code == 303


def test_a_program_reads_what_was_signed_and_finds_the_hash_right(caller, report):  # noqa: F811
    program = caller(people.CLERK)
    answer = given(program.get(f"/stats/reports/{report.id}"))

    assert rules.digest(answer["canonical"]) == answer["report"]["hash"]
    assert json.loads(answer["canonical"]) == answer["content"]
    assert given(program.get(f"/stats/reports/{report.id}/check"))["equal"] is True
    assert given(program.get(f"/stats/reports/{report.id}/adjustments"))["figures"] == []
    assert given(program.get("/stats/reports"))["items"][0]["month"] == "2026-03"
    refused(program.post(f"/stats/reports/{report.id}/publish", json={"version": report.version}), 409)
    refused(caller(people.OWNER).get(f"/stats/reports/{report.id}"), 403)
    refused(caller("dw_textile").get(f"/stats/reports/{report.id}"), 404)


def test_a_program_takes_a_month_its_whole_way(caller, session):  # noqa: F811
    clerk, chief = caller(people.CLERK), caller(people.CHIEF)
    made = given(clerk.post("/stats/reports", json={"month": "2026-03", "chain": CHAIN}))
    words = given(clerk.post(f"/stats/reports/{made['id']}/words", json={"version": 1, "overall": "平稳。"}))
    done = given(clerk.post(f"/stats/reports/{made['id']}/publish", json={"version": words["version"]}))
    refused(chief.post(f"/stats/reports/{made['id']}/sign", json={"version": 1}), 409)
    signed = given(chief.post(f"/stats/reports/{made['id']}/sign", json={"version": done["version"]}))

    assert signed["stage"] == "signed"
    assert signed["number"] == "2026-0001"
    refused(clerk.post("/stats/reports", json={"month": "2026-13", "chain": CHAIN}), 422)
    refused(caller(people.DISPATCHER).post("/stats/reports", json={"month": "2026-03", "chain": CHAIN}), 403)


def test_the_week_tells_what_happened_in_it_and_how_it_stands(as_, session, caller):  # noqa: F811
    county(session)
    session.commit()
    client = as_(people.CLERK)

    week = given(caller(people.CLERK).get("/stats/weekly?week=2026-W11"))  # 9 to 15 March
    assert week["rows"][0]["counts"]["提出"] > 10
    assert week["standing"] == ""  # long over
    text = client.get("/statistics/weekly").get_data(as_text=True)
    assert "现在停在哪里" in text
    assert "保密的一件" not in text
    assert client.get("/statistics/weekly?week=2026-W11").status_code == 200
    assert client.get("/statistics/weekly?week=morgen").status_code == 422
    assert client.get("/statistics/weekly.docx").get_data().startswith(b"PK")


def test_every_step_that_a_week_counts_stands_in_its_annex(as_, session, caller):  # noqa: F811
    county(session)
    session.commit()
    program = caller(people.CLERK)
    counts = given(program.get("/stats/weekly?week=2026-W11"))["rows"][0]["counts"]

    pages = as_(people.CLERK).get("/statistics/weekly.xlsx?week=2026-W11").get_data()
    api = program.get("/stats/weekly.xlsx?week=2026-W11").get_data()

    for annex in (pages, api):
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(annex))
        steps = book.get_sheet_by_name("数到的每一步").to_python()[1:]
        assert Counter(row[0] for row in steps) == Counter({name: n for name, n in counts.items() if n})
        assert all(re.fullmatch(r"[A-Z]+-2026-\d{5}", row[1]) for row in steps)
        assert book.get_sheet_by_name("本周办理").to_python()[1][1:] == list(counts.values())
    assert program.get("/stats/weekly.docx?week=2026-W11").get_data().startswith(b"PK")
    assert as_(people.CLERK).get("/statistics/weekly.xlsx?week=morgen").status_code == 422
    refused(program.get("/stats/weekly.xlsx?chain=textile"), 404)
    refused(caller(people.OWNER).get("/stats/weekly.xlsx"), 403)
    assert "附表 xlsx" in as_(people.CLERK).get("/statistics/weekly").get_data(as_text=True)


def test_the_office_decides_what_goes_by_itself_and_a_committee_does_not(as_, session):
    assert _post(as_(people.LIAISON), f"{LIST}/schedule", weekly="y").status_code == 303
    assert _post(as_(people.CLERK), f"{LIST}/schedule", weekly="y").status_code == 403
    page = as_(people.LIAISON).get(LIST).get_data(as_text=True)
    assert page.count("checked") == 1


def test_a_program_says_what_goes_by_itself(caller):  # noqa: F811
    office, clerk = caller(people.LIAISON), caller(people.CLERK)
    assert given(clerk.get("/stats/schedule")) == {"monthly": False, "weekly": False}

    assert given(office.post("/stats/schedule", json={"weekly": True}))["weekly"] is True
    assert given(office.post("/stats/schedule", json={"monthly": True, "weekly": None})) == {
        "monthly": True,
        "weekly": True,
    }

    assert given(clerk.get("/stats/schedule")) == {"monthly": True, "weekly": True}
    refused(clerk.post("/stats/schedule", json={"monthly": False}), 403)
    refused(office.post("/stats/schedule", json={"monthly": "yes"}), 422)
    refused(caller(people.OWNER).get("/stats/schedule"), 403)


@pytest.fixture
def console(session, monkeypatch):
    """The command line, at work in this session."""

    @contextmanager
    def work(*, now=None):
        yield work_of(session, "clock", china(2026, 4, 20, 9))

    monkeypatch.setattr(opening, "work", work)
    return partial(CliRunner().invoke, cli)


def test_the_command_line_says_what_goes_by_itself(session, console):
    assert console(["report", "schedule"]).output == "月报：不自己起草。周报：不自己发。\n"

    console(["report", "schedule", "--monthly", "--weekly"])
    said = console(["report", "schedule", "--no-monthly"])

    assert said.output == "月报：不自己起草。周报：每周一告诉看得到的人。\n"
    assert wishes.of(work_of(session, "clock", china(2026, 4, 20, 9))) == wishes.Schedule(weekly=True)


def test_the_command_line_writes_and_proves(session, report, console, tmp_path):
    paper, annex = tmp_path / "三月.docx", tmp_path / "三月.xlsx"
    said = ["report", "month", "2026-03", "--chain", CHAIN, "--out", str(paper), "--annex", str(annex)]
    written = console(said)
    proven = console(["report", "verify"])
    beside = tmp_path / "周.xlsx"
    week = CliRunner().invoke(
        cli, ["report", "week", "2026-W11", "--out", str(tmp_path / "周.docx"), "--annex", str(beside)]
    )

    assert written.exit_code == 0, written.output
    assert paper.read_bytes().startswith(b"PK")
    assert annex.read_bytes().startswith(b"PK")
    assert proven.exit_code == 0, proven.output
    assert "：一样" in proven.output
    assert week.exit_code == 0, week.output
    assert beside.read_bytes().startswith(b"PK")
    report.hash = "0" * 64
    session.flush()
    assert console(["report", "verify", "2026-03", "--chain", CHAIN]).exit_code == 1
