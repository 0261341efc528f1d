"""Background work as its keeper sees it: the page, the API, a run that somebody asks for, what is kept and what is not."""

import re
import socket
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from chainhub.audit.models import AuditEntry
from chainhub.core import clock, sweeps
from chainhub.core.errors import NotAllowed, NotFound
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.operations import doctor
from chainhub.operations.background import jobs, queries, rules, service, showing
from chainhub.operations.background.models import JobLog, RunRequest, SchedulerProcess
from chainhub.operations.background.rules import Every, Standing
from chainhub.operations.background.service import Process, Run
from chainhub.operations.models import JobRun
from chainhub.timetable import LINES
from tests import people
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow

KEEPER = "xitong"
HERE, THERE = Process("server-a", 11), Process("server-b", 22)
MINUTE = timedelta(minutes=1)
NOTHING = sweeps.Swept(0, ())


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def led(session):
    """One process leads and another stands by."""
    service.beat(session, HERE, Standing.LEADING, NOW - timedelta(seconds=3))
    service.beat(session, THERE, Standing.STANDING_BY, NOW - timedelta(seconds=2))
    session.commit()


def _ran(session, name: str, at, swept=NOTHING, **given) -> None:
    service.finish(session, Run(name, at, HERE.name, **given), swept, at + timedelta(seconds=2))
    session.commit()


def _lines(session, name: str = "reminders") -> list[JobLog]:
    return list(session.scalars(select(JobLog).where(JobLog.name == name).order_by(JobLog.id)))


# Signs of life


def test_a_process_has_one_row_that_moves_on_and_is_gone_when_it_leaves(session):
    service.beat(session, HERE, Standing.STANDING_BY, NOW)
    service.beat(session, HERE, Standing.LEADING, NOW + MINUTE)
    service.beat(session, HERE, Standing.LEADING, NOW + 2 * MINUTE)

    (row,) = queries.processes(session)
    assert (row.role, row.since, row.seen_at) == (Standing.LEADING, NOW + MINUTE, NOW + 2 * MINUTE)
    service.leave(session, HERE)
    assert queries.processes(session) == []


def test_a_process_that_was_killed_stays_visible_for_a_day(session):
    service.beat(session, HERE, Standing.LEADING, NOW)
    service.beat(session, THERE, Standing.LEADING, NOW + timedelta(hours=23))
    assert len(queries.processes(session)) == 2

    service.beat(session, Process("server-c", 33), Standing.STANDING_BY, NOW + timedelta(hours=25))

    assert {one.host for one in queries.processes(session)} == {"server-b", "server-c"}


# What is written down of a run


def test_a_run_that_found_nothing_leaves_no_line_and_moves_the_last_run_on(session):
    _ran(session, "reminders", NOW)
    _ran(session, "reminders", NOW + MINUTE)

    assert _lines(session) == []
    assert session.get_one(JobRun, "reminders").started_at == NOW + MINUTE


def test_a_run_that_did_something_says_what_it_did_and_what_it_left(session):
    _ran(session, "reminders", NOW, sweeps.Swept(40, (7, 9), left=2), missed=3)

    (line,) = _lines(session)
    assert (line.done, line.failed, line.backlog, line.missed) == (40, 2, 2, 3)
    assert (line.started_at, line.ended_at, line.process) == (NOW, NOW + timedelta(seconds=2), HERE.name)
    assert line.error == "2 件没办成，下次再试；内部编号 7、9。"


def test_a_run_whose_process_was_killed_is_put_down_by_the_next_one(session):
    service.progress(session, Run("reminders", NOW, HERE.name), 600)
    session.commit()

    _ran(session, "reminders", NOW + MINUTE)

    (line,) = _lines(session)
    assert (line.started_at, line.ended_at, line.done, line.process) == (NOW, None, 600, HERE.name)
    assert "进程中断了，已办的 600 件算数" in line.error
    assert session.get_one(JobRun, "reminders").error == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OperationalError("SELECT 1", {}, ValueError("gone")),
            "没跑完：数据库没有应答，可能连不上、太忙，或者磁盘满了。",
        ),
        (IntegrityError("INSERT", {}, ValueError("EQ-2026-00001")), "没跑完：数据库没有收下这一批。"),
        (PermissionError("/srv/files"), "没跑完：文件读写或者网络不通。"),
        (MemoryError(), "没跑完：内存不够。"),
        (SystemExit(1), "没跑完：跑到一半，进程被停掉了。"),
        (KeyError("EQ-2026-00001"), "没跑完：程序出了错。"),
    ],
)
def test_a_run_that_broke_off_says_what_happened_and_what_to_do(session, error, said):
    service.broke(session, Run("reminders", NOW, HERE.name), error, NOW)

    (line,) = _lines(session)
    assert line.error.startswith(said + "已办的算数，剩下的下次到点接着办。")
    assert not re.search("[A-Za-z]", line.error)  # neither the name of a class nor what stood in its rows
    assert line.error.endswith("。")
    assert len(line.error) <= JobLog.error.type.length


def test_what_the_scheduler_missed_is_counted_when_it_runs_again(session):
    _ran(session, "reminders", NOW)

    run = service.begin(session, "reminders", Every(60), NOW + timedelta(minutes=10), HERE.name)

    assert run.missed == 9


# What is kept


def test_old_lines_and_those_beyond_the_newest_are_forgotten(session, monkeypatch):
    monkeypatch.setattr(rules, "KEPT_RUNS", 3)
    for day in (40, 31, 29, 4, 3, 2):
        _ran(session, "reminders", NOW - timedelta(days=day), sweeps.Swept(day, ()))
    _ran(session, "seal", NOW - timedelta(days=29), sweeps.Swept(1, ()))
    work = work_of(session, "clock", NOW)

    ids = jobs.find_old_runs(work, 2)
    assert len(ids) == 2
    jobs.forget_runs(work, ids)
    jobs.forget_runs(work, jobs.find_old_runs(work, 100))

    assert [line.done for line in _lines(session)] == [4, 3, 2]
    assert len(_lines(session, "seal")) == 1


# Asking for a run


def test_a_double_click_is_one_run_and_one_line_in_the_audit_log(session):
    work = work_of(session, KEEPER)

    assert [service.ask(work, LINES, "reminders") for _ in range(2)] == [True, False]

    assert session.scalar(select(func.count()).select_from(RunRequest)) == 1
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "run_job")).all()
    assert [(one.who, one.about) for one in entries] == [(KEEPER, "reminders 催办提醒")]


def test_the_run_that_saw_the_request_strikes_it_off_and_names_who_asked(session):
    service.ask(work_of(session, KEEPER), LINES, "reminders")
    before = service.begin(session, "seal", Every(60), NOW, HERE.name)
    service.finish(session, before, NOTHING, NOW)
    assert queries.asked_for(session)

    run = service.begin(session, "reminders", Every(60), NOW, HERE.name)
    service.finish(session, run, NOTHING, NOW)

    assert (queries.asked_for(session), [line.asked_by for line in _lines(session)]) == ({}, [KEEPER])


def test_what_is_asked_for_while_it_runs_is_for_the_next_run(session):
    run = service.begin(session, "reminders", Every(60), NOW, HERE.name)
    service.ask(work_of(session, KEEPER, NOW + MINUTE), LINES, "reminders")

    service.finish(session, run, NOTHING, NOW + 2 * MINUTE)

    assert set(queries.asked_for(session)) == {"reminders"}


@pytest.mark.parametrize("username", [one for one in people.EVERYBODY if one != KEEPER])
def test_nobody_else_may_ask_or_look(session, username):
    with pytest.raises(NotAllowed, match="系统管理员"):
        service.ask(work_of(session, username), LINES, "reminders")


def test_what_stands_in_no_timetable_is_not_there(session):
    with pytest.raises(NotFound, match="从列表里选"):
        service.ask(work_of(session, KEEPER), LINES, "fetch_coffee")


# The page


def test_the_page_names_every_job_who_schedules_and_what_was_missed(as_, session, led):
    _ran(session, "reminders", NOW - timedelta(seconds=10), sweeps.Swept(12, ()))
    _ran(session, "seal", NOW - timedelta(hours=5))

    page = said(as_(KEEPER).get("/admin/jobs"))

    assert "有进程在跑，另有 1 个待命" in page
    assert "server-a:11" in page
    assert all(line.label in page for line in LINES)
    assert "办了 12 件" in page
    assert "该跑没跑 29 次" in page  # every ten minutes, in five hours


def test_without_a_process_the_page_says_so_first(as_):
    assert "没有进程在跑定时任务" in said(as_(KEEPER).get("/admin/jobs"))


@pytest.mark.parametrize("username", [people.CLERK, people.OWNER, people.PRINCIPAL, "anquan", "shenji"])
def test_the_page_is_the_system_administrators(as_, username):
    client = as_(username)
    assert [client.get(path).status_code for path in ("/admin/jobs", "/admin/jobs/seal/runs")] == [403, 403]
    given = {"csrf_token": token_of(client, "/password")}
    assert client.post("/admin/jobs/seal/run", data=given).status_code == 403


def test_the_button_asks_for_a_run_and_then_says_that_it_waits(as_, session, led):
    client = as_(KEEPER)
    given = {"csrf_token": token_of(client, "/password")}

    first = client.post("/admin/jobs/seal/run", data=given, follow_redirects=True)
    second = client.post("/admin/jobs/seal/run", data=given, follow_redirects=True)

    assert "“每日封条”几秒内就跑。" in said(first)
    assert "不会跑两遍" in said(second)
    assert "xitong 要现在跑，等着" in said(second)
    assert client.post("/admin/jobs/nothing/run", data=given).status_code == 404


def test_without_a_process_the_wish_is_kept(as_, session):
    client = as_(KEEPER)

    page = client.post(
        "/admin/jobs/seal/run", data={"csrf_token": token_of(client, "/password")}, follow_redirects=True
    )

    assert "一有进程在跑定时任务" in said(page)
    assert set(queries.asked_for(session)) == {"seal"}


def test_the_runs_of_a_job_are_a_page_each_and_a_job_that_is_not_there_is_not(as_, session, monkeypatch):
    for minute in range(55):
        _ran(session, "seal", NOW - minute * MINUTE, sweeps.Swept(minute + 1, ()), missed=minute == 0)
    client = as_(KEEPER)

    first = client.get("/admin/jobs/seal/runs").get_data(as_text=True)

    assert first.count('class="row row-still"') == 50
    second = client.get(first.rpartition('rel="next"')[0].rpartition('href="')[2].partition('"')[0])
    assert second.get_data(as_text=True).count('class="row row-still"') == 5
    assert "漏了 1 次" in second.get_data(as_text=True)
    assert client.get("/admin/jobs/nothing/runs").status_code == 404


@pytest.mark.parametrize(
    ("given", "light"),
    [
        (None, ("grey", "还没跑过")),
        ({"error": "没跑完"}, ("red", "出过错")),
        ({"ended_at": None}, ("yellow", "正在跑")),
        ({"backlog": 4}, ("yellow", "有积压")),
        ({}, ("green", "正常")),
    ],
)
def test_the_light_of_a_job(given, light):
    run = None
    if given is not None:
        usual = {"name": "seal", "started_at": NOW, "ended_at": NOW, "done": 0, "failed": 0, "backlog": 0}
        run = JobRun(**{**usual, "error": "", "missed": 0, "process": "", **given})

    assert showing.light(run, 0) == light


def test_a_backlog_that_nobody_counted_to_its_end_is_said_to_be_more():
    assert showing.did(200, 1000) == "办了 200 件，剩 1000 件以上"


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"sent": 3}, "发出了 3 条"),
        ({"dead": 1, "sent": 3, "waiting": 2}, "等着发 2 条，发出了 3 条，没发成 1 条"),
        ({"waiting": 4}, "等着发 4 条"),
        ({"cancelled": 2, "sent": 0}, "不用发了 2 条"),
    ],
)
def test_what_goes_out_is_told_apart_by_what_became_of_it(outcomes, said):
    assert showing.did(sum(outcomes.values()), 0, outcomes) == said


def test_a_run_that_began_anew_does_not_show_what_came_of_the_last(session):
    _ran(session, "deliver", NOW - MINUTE, sweeps.Swept(3, (), outcomes={"sent": 3}))
    service.progress(session, Run("deliver", NOW, HERE.name), 0)

    assert session.get_one(JobRun, "deliver").outcomes == {}


@pytest.mark.parametrize("path", ["/admin/jobs", "/admin/outgoing"])
def test_timetable_and_outbox_stand_beside_each_other(as_, path):
    page = as_(KEEPER).get(path).get_data(as_text=True)

    beside = page[page.index('aria-label="同一栏的页面"') :].partition("</nav>")[0]
    assert "定时任务" in beside
    assert "对外发送" in beside
    assert f'href="{path}" aria-current="page"' in beside


# The API


@pytest.fixture
def call(app, session):
    """Somebody's program."""

    def _call(username: str, method: str, path: str):
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "jobs")
        session.commit()
        headers = {"Authorization": f"Bearer {token}"}
        return app.test_client().open(f"/api/v1{path}", method=method, headers=headers)

    return _call


def test_a_run_keeps_what_came_of_it_and_the_page_says_so(as_, session, led):
    came = {"sent": 2, "waiting": 1}
    _ran(session, "deliver", NOW - MINUTE, sweeps.Swept(3, (), outcomes=came))
    _ran(session, "reminders", NOW - MINUTE, sweeps.Swept(3, ()))

    page = as_(KEEPER).get("/admin/jobs").get_data(as_text=True)
    assert "等着发 1 条，发出了 2 条" in page
    runs = as_(KEEPER).get("/admin/jobs/deliver/runs").get_data(as_text=True)
    assert "等着发 1 条，发出了 2 条" in runs


def test_a_program_reads_what_came_of_a_run(call, session, led):
    came = {"sent": 2, "waiting": 1}
    _ran(session, "deliver", NOW - MINUTE, sweeps.Swept(3, (), outcomes=came))
    _ran(session, "reminders", NOW - MINUTE, sweeps.Swept(3, ()))

    told = {one["name"]: one["outcomes"] for one in call(KEEPER, "GET", "/jobs").json["items"]}
    assert (told["deliver"], told["reminders"], told["seal"]) == (came, {}, {})
    (line,) = call(KEEPER, "GET", "/jobs/deliver/runs").json["items"]
    assert line["outcomes"] == came


def test_a_program_of_the_administrator_reads_and_asks(call, session, led):
    _ran(session, "seal", NOW - MINUTE, sweeps.Swept(1, ()))

    board = call(KEEPER, "GET", "/jobs").json
    asked = call(KEEPER, "POST", "/jobs/seal/run").json
    again = call(KEEPER, "POST", "/jobs/seal/run").json
    page = call(KEEPER, "GET", "/jobs/seal/runs?limit=1").json

    assert board["alive"] is True
    assert [(one["host"], one["role"]) for one in board["schedulers"]] == [
        ("server-a", "leading"),
        ("server-b", "standing_by"),
    ]
    assert [one["name"] for one in board["items"]] == [line.name for line in LINES]
    assert asked == {"name": "seal", "new": True, "alive": True}
    assert again["new"] is False
    assert (page["items"][0]["done"], page["next_cursor"]) == (1, None)


@pytest.mark.parametrize(
    ("username", "method", "path", "status"),
    [
        (people.CLERK, "GET", "/jobs", 403),
        (people.CLERK, "POST", "/jobs/seal/run", 403),
        (people.CLERK, "GET", "/jobs/seal/runs", 403),
        (KEEPER, "POST", "/jobs/nothing/run", 404),
        (KEEPER, "GET", "/jobs/nothing/runs", 404),
        (KEEPER, "GET", "/jobs/seal/runs?cursor=x", 422),
    ],
)
def test_a_program_is_refused_as_people_are(call, username, method, path, status):
    assert call(username, method, path).status_code == status


# For machines


def test_readyz_knows_whether_somebody_leads_and_names_no_machine(client, session, led):
    ready = client.get("/readyz")
    assert ready.json["checks"]["scheduler"] == "ok"
    assert ready.json["schedulers"] == [
        {"role": "leading", "seen_seconds_ago": 3},
        {"role": "standing_by", "seen_seconds_ago": 2},
    ]
    assert "server-a" not in ready.get_data(as_text=True)

    session.get_one(SchedulerProcess, session.scalar(select(func.min(SchedulerProcess.id)))).seen_at -= (
        2 * MINUTE
    )
    session.commit()
    late = client.get("/readyz")

    assert (late.status_code, late.json["checks"]["scheduler"]) == (503, "last seen 123 s ago")


def test_metrics_tell_of_processes_and_runs(client, session, led):
    _ran(session, "seal", NOW - MINUTE, sweeps.Swept(5, (8,), left=1), missed=2)

    text = client.get("/metrics").get_data(as_text=True)
    found = {
        (one.name, *sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }

    assert found["chainhub_scheduler_processes", ("role", "leading")] == 1
    assert found["chainhub_scheduler_beat_age_seconds",] == 3
    job = ("job", "seal")
    said_of_it = ("last_duration_seconds", "last_handled", "last_failed", "backlog", "last_missed")
    assert [found[f"chainhub_job_{name}", job] for name in said_of_it] == [2, 5, 1, 1, 2]


def test_the_doctor_names_the_processes(session, connection, led):
    assert doctor._scheduler(session, NOW) == "server-a:11 在跑，3 秒前还在；server-b:22 待命，2 秒前还在"
    assert doctor._scheduler(session, NOW + MINUTE).startswith("! 没有进程在跑")


def test_a_name_of_a_machine_fits_its_column():
    assert len(Process(socket.gethostname() * 40, 1).name) <= 100
