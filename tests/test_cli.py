"""The operator's commands as they are typed: what they say, what they leave behind, how they end."""

import os
import re
import sys
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from chainhub import cli
from chainhub.audit.models import AuditEntry
from chainhub.cli import opening
from chainhub.core import clock
from chainhub.core.media import Medium
from chainhub.county.directory.models import Enterprise, Unit
from chainhub.county.people import passwords, queries
from chainhub.documents import sheet_writing, sheets
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outgoing import Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.operations import schema, seed
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import mask_phone
from tests import builders
from tests.conftest import _HASH
from tests.people import NOW

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

PEOPLE = [
    ("登录名", "姓名", "单位", "角色", "岗位"),
    ("wangshuhui", "王书卉", "县供电公司", "职能部门", "经办人"),
    ("liminghe", "李鸣鹤", "没有的局", "", ""),
]


@pytest.fixture
def run(empty_url, tmp_path, monkeypatch, capsys):
    """Type a command; return how it ended and what it said."""
    for name in [one for one in os.environ if one.startswith("CHAINHUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CHAINHUB_DATABASE_URL", empty_url)
    monkeypatch.setenv("CHAINHUB_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    opened, open_engine = [], opening.engine

    def _engine(settings, **given):
        opened.append(open_engine(settings, **given))
        return opened[-1]

    monkeypatch.setattr(opening, "engine", _engine)

    def _run(*typed) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["chainhub", *map(str, typed)])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code
        while opened:
            opened.pop().dispose()
        said = capsys.readouterr()
        return code, said.out + said.err

    return _run


@pytest.fixture
def county(empty):
    """A county with two tickets, one of them confidential."""
    schema.upgrade(empty)
    with Session(empty) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=NOW)
    with Session(empty) as session, session.begin():
        builders.submitted(session)
        builders.submitted(session, confidential=True, title="保密的一件")
    return empty


def _xlsx(path, rows):
    made = BytesIO()
    sheet_writing.write(made, "名单", rows[0], rows[1:])
    path.write_bytes(made.getvalue())
    return path


def _deeds(engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_enterprises_and_units_come_in(run, county, tmp_path):
    units = _xlsx(tmp_path / "units.xlsx", [("编码", "单位名称", "类别"), ("archives", "档案馆", "职能部门")])
    firms = _xlsx(
        tmp_path / "firms.xlsx",
        [("编码", "企业名称", "产业链"), ("e_new", "汶上新来机械有限公司", "装备制造")],
    )

    assert run("import", "units", units, "--dry-run")[0] == 0
    code, said = run("import", "units", units)
    assert (code, said.splitlines()[0]) == (0, "done 1, skipped 0, failed 0")
    assert run("import", "units", units)[1].splitlines()[0] == "done 0, skipped 1, failed 0"
    assert run("import", "enterprises", firms)[0] == 0
    with Session(county) as session:
        assert session.get(Unit, "archives") is not None
        assert session.get(Enterprise, "e_new") is not None


def test_people_come_in_and_their_passwords_go_into_a_file_of_their_own(run, county, tmp_path):
    file, kept = _xlsx(tmp_path / "people.xlsx", PEOPLE), tmp_path / "passwords.csv"

    code, said = run("import", "people", file, "--passwords", kept)

    assert code == 1
    assert said.splitlines()[0] == "done 1, skipped 0, failed 1"
    assert "第 3 行：“单位”写的是“没有的局”" in said
    assert kept.stat().st_mode & 0o777 == 0o600
    head, line = kept.read_text(encoding="utf-8-sig").split()
    assert head == "登录名,姓名,一次性密码"
    password = line.removeprefix("wangshuhui,王书卉,")
    assert password not in said
    with Session(county) as session:
        user = queries.user_by_name(session, "wangshuhui")
        assert passwords.matches(user.password_hash, password)
        assert user.must_change_password

    code, said = run("import", "people", file, "--passwords", kept)
    assert (code, "已经存在，没有导入" in said) == (1, True)


def test_without_a_file_the_passwords_are_printed_once(run, county, tmp_path):
    file = _xlsx(tmp_path / "people.xlsx", PEOPLE[:2])

    tried = run("import", "people", file, "--dry-run")
    first = run("import", "people", file)
    second = run("import", "people", file)

    assert "一次性密码" not in tried[1]
    found = re.search(r"^wangshuhui\t王书卉\t(\S+)$", first[1], re.MULTILINE)
    with Session(county) as session:
        assert passwords.matches(queries.user_by_name(session, "wangshuhui").password_hash, found[1])
    assert (second[0], "一次性密码" in second[1]) == (0, False)


def test_the_ledger_goes_out_without_what_is_confidential(run, county, tmp_path):
    file, whole = tmp_path / "ledger.xlsx", tmp_path / "whole.xlsx"

    code, said = run("export", "ledger", file)
    assert (code, said.startswith("导出了 1 件；1 件保密的没有导出。")) == (0, True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(sheets.read(file.read_bytes())[0].rows) == 2
    assert run("export", "ledger", whole, "--with-confidential")[1].startswith("导出了 2 件。")
    assert len(sheets.read(whole.read_bytes())[0].rows) == 3
    assert _deeds(county)[-2:] == ["export_ledger", "export_ledger"]

    code, said = run("export", "ledger", file)
    assert (code, "已经存在，没有导出" in said) == (1, True)
    assert run("import", "tickets", whole, "--dry-run")[1].splitlines()[0] == "done 0, skipped 2, failed 0"


def test_the_ledger_of_a_filter_says_so_and_has_whole_numbers_for_a_reason_alone(run, county, tmp_path):
    some, none, full = (tmp_path / f"{name}.xlsx" for name in ("some", "none", "full"))

    assert "号码已脱敏" in run("export", "ledger", some, "--only", "?state=submitted&order=due")[1]
    assert run("export", "ledger", none, "--only", "state=handling")[1].startswith("导出了 0 件。")
    code, said = run("export", "ledger", full, "--reason", "核实情况", "--with-confidential")
    assert (code, "写全" in said) == (0, True)

    masked, whole = (sheets.read(one.read_bytes()) for one in (some, full))
    numbers = [
        dict(zip(one[0].rows[0], one[0].rows[1], strict=True))["电话(脱敏)"] for one in (masked, whole)
    ]
    assert numbers[0] == mask_phone(numbers[1]) != numbers[1]
    assert ["筛选", "办到哪：待接单"] in [list(row) for row in masked[1].rows]
    assert any("核实情况" in row[1] for row in whole[1].rows)
    with Session(county) as session:
        kept = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert kept.data["reason"] == "核实情况"
    for unknown in ("colour=red", "light=pink", "handling"):
        code, said = run("export", "ledger", tmp_path / "x.xlsx", "--only", unknown)
        assert (code, "看不懂的筛选" in said) == (1, True)
    assert run("export", "ledger", tmp_path / "x.xlsx", "--reason", "好奇")[0] == 2
    assert not (tmp_path / "x.xlsx").exists()


def test_a_county_is_backed_up_and_restored(run, county, tmp_path):
    file = tmp_path / "county.zip"
    code, said = run("backup", file)
    assert (code, said.startswith("备份好了，已核对：")) == (0, True)
    with Session(county) as session, session.begin():
        builders.submitted(session, title="备份以后的一件")

    code, said = run("restore", file)
    assert (code, "库里已经有数据，没有还原" in said) == (1, True)

    code, said = run("restore", file, "--force")
    assert code == 0
    assert "还原好了" in said
    assert "2026-03-02 09:20" in said
    assert "全部对得上，没有被改过。" in said
    with Session(county) as session:
        assert session.scalar(select(func.count(Ticket.id))) == 2
    assert _deeds(county)[-1] == "restore"
    assert run("audit", "verify")[0] == 0


@pytest.mark.parametrize(
    "typed",
    [
        ("restore", "no-such-file"),
        ("import", "people", "no-such-file"),
        ("backup", "no-such-folder/b.zip"),
        ("export", "ledger", "no-such-folder/l.xlsx"),
    ],
)
def test_a_mistake_is_a_sentence_and_no_traceback(run, county, typed):
    code, said = run(*typed)

    assert code != 0
    assert "Traceback" not in said
    assert said.strip()


@pytest.mark.parametrize("command", [("import", "units"), ("import", "people"), ("restore",)])
def test_a_file_that_is_something_else_is_refused_in_a_sentence(run, county, tmp_path, command):
    file = tmp_path / "notes.txt"
    file.write_text("没有表格", encoding="utf-8")

    code, said = run(*command, file)

    assert code == 1
    assert re.search("不是 .xlsx|不是 chainhub backup", said)


def test_templates_of_papers_are_written_replaced_and_put_back(run, tmp_path):
    assert run("db", "upgrade")[0] == 0
    assert run("county", "load")[0] == 0
    folder = tmp_path / "模板"

    assert run("papers", "templates", folder) == (
        0,
        f"写好了 8 份模板，在 {folder}。改好以后用 chainhub papers replace 换上。\n",
    )
    code, said = run("papers", "templates", folder)
    assert (code, "请换一个空的目录" in said) == (1, True)
    assert run("papers", "replace", "交办单", folder / "交办单.docx") == (
        0,
        "交办单从现在起用 交办单.docx。\n",
    )
    code, said = run("papers", "replace", "closure_form", folder / "交办单.docx")
    assert (code, "不认识的占位：主送、派单时间" in said) == (1, True)
    code, said = run("papers", "replace", "情书", folder / "交办单.docx")
    assert (code, "没有这种文书" in said) == (1, True)
    assert run("papers", "reset", "assignment_slip") == (0, "交办单恢复默认的版式了。\n")
    assert run("papers", "reset", "交办单") == (0, "交办单本来就是默认的版式。\n")


def test_the_operator_tests_a_way_and_tries_again_what_failed(run, county, tmp_path):
    code, said = run("notices", "test", "email", "--to", "name@example.cn")
    assert (code, "通了：演示不真的发信" in said) == (0, True)
    assert list((tmp_path / "instance" / "outbox").glob("*.eml"))
    code, said = run("notices", "test", "feishu")
    assert (code, "飞书群还没有设置" in said) == (1, True)
    code, said = run("notices", "test", "pigeon")
    assert (code, "没有叫“pigeon”的方式" in said) == (1, True)
    code, said = run("notices", "media")
    assert (code, "email     设置好了；等着发 0，没发成 0" in said) == (0, True)

    assert run("notices", "failed") == (0, "都发出去了。\n")
    with Session(county) as session, session.begin():
        user = queries.user_by_name(session, "qiye")
        session.add(_failed(user.id))
    code, said = run("notices", "failed")
    assert (code, "qiye" in said, "550 没有这个人" in said, "配方" in said) == (0, True, True, False)
    code, said = run("notices", "retry")
    assert (code, "--all" in said) == (1, True)
    number = re.search(r"^(\d+)\t", run("notices", "failed")[1])[1]
    assert run("notices", "retry", number) == (0, f"{number} 重新发。\n")
    assert run("notices", "retry", "--all") == (0, "0 条重新发。\n")


def _failed(user_id: int) -> Outgoing:
    return Outgoing(
        user_id=user_id,
        medium=Medium.EMAIL,
        purpose=Purpose.NOTICE,
        kind=NoticeKind.REMINDER,
        text="《配方》快到期",
        key="k",
        created_at=NOW,
        fate=Fate.DEAD,
        look_at=NOW,
        said="550 没有这个人",
    )


def test_what_waited_when_a_backup_was_made_is_not_sent_after_a_restore(run, county, tmp_path):
    with Session(county) as session, session.begin():
        user = queries.user_by_name(session, "qiye")
        waiting = _failed(user.id)
        waiting.fate = Fate.WAITING
        session.add(waiting)
    assert run("backup", tmp_path / "a.zip")[0] == 0

    assert run("restore", tmp_path / "a.zip", "--force")[0] == 0

    with Session(county) as session:
        assert session.scalars(select(Outgoing.fate)).all() == [Fate.DEAD]
    assert "还原备份以前等着的" in run("notices", "failed")[1]


def test_a_county_in_a_bottle_is_played_into_an_empty_database_and_only_there(run):
    typed = ("simulate", "--seed", "3", "--days", "3", "--enterprises", "3", "--pace", "12", "--check")
    code, said = run(*typed)

    assert code == 0
    assert re.search(r"演练了 2026-02-27 到 2026-03-02：\d 件诉求", said)
    assert "每天都核对过，全部对得上" in said
    assert re.search(
        r"2026-02-28 诉求 \d+ 件，\d+ 步", said
    )  # how far a long run is, a line a month in a log

    code, said = run(*typed)

    assert code == 1
    assert "库里已经有县了，没有改动。演练要一个空的库" in said


def test_in_production_nothing_is_simulated(run, monkeypatch):
    monkeypatch.setenv("CHAINHUB_MODE", "production")
    monkeypatch.setenv("CHAINHUB_SECRET_KEY", "k" * 40)

    code, said = run("simulate")

    assert code == 1
    assert "不演练" in said


@pytest.mark.usefixtures("county")
def test_an_inspection_is_made_shown_and_ended(run):
    asked = ("--body", "县委第三巡察组", "--reason", "优化营商环境专项巡察")
    number, secret = "EQ-2026-00001", "EQ-2026-00002"

    assert run("inspection", "list") == (0, "还没有迎检。\n")
    code, said = run("inspection", "make", secret, *asked)
    assert code == 1
    assert "不能选" in said
    assert run("inspection", "make", number, *asked, "--days", 31)[0] == 1
    code, said = run("inspection", "make", number, *asked)
    assert code == 0
    assert "1 件" in said
    code, said = run("inspection", "open", 1, "周巡视")
    login = re.search(r"登录名：(\S+)", said)[1]
    assert re.search(r"一次性密码（只显示这一次）：\S{8,}", said)
    assert run("inspection", "open", 1, "周巡视")[0] == 1
    listed = run("inspection", "list")[1]
    assert "县委第三巡察组" in listed
    assert login not in listed
    assert login in run("inspection", "list", 1)[1]
    assert run("inspection", "list", 2)[0] == 1

    assert run("inspection", "end", 1, "--account", "nobody")[0] == 1
    assert run("inspection", "end", 1, "--account", login) == (0, f"{login} 已停用。\n")
    assert "已停" in run("inspection", "list", 1)[1]
    assert run("inspection", "end", 1)[0] == 0
    assert "已结束" in run("inspection", "list")[1]
    assert run("inspection", "end", 1)[0] == 1
