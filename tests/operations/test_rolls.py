"""The county's own lists come in: enterprises, units, people. What is there is changed or skipped, and said so."""

from io import BytesIO

import pytest
from sqlalchemy import func, select

from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Invalid
from chainhub.county import known
from chainhub.county.directory.models import Enterprise, Unit
from chainhub.county.people import passwords, queries, service
from chainhub.county.people.models import GrantRow, User
from chainhub.documents import sheet_writing
from chainhub.operations import rolls
from chainhub.operations.rolls import Kind
from tests import people
from tests.people import NOW

OPERATOR = Actor(id=None, username="operator", name="命令行")
FIRM = {
    "编码": "e_new",
    "企业名称": "汶上新来机械有限公司",
    "简称": "新来机械",
    "产业链": "装备制造",
    "规模": "小型",
    "职工人数": 42,
    "链主": "否",
    "党组织": "是",
    "电话": "0537-7210000",
}
UNIT = {"编码": "archives", "单位名称": "档案馆", "类别": "职能部门"}
PERSON = {
    "登录名": "Wangshuhui",
    "姓名": "王书卉",
    "职务": "科员",
    "单位": "县供电公司",
    "角色": "职能部门",
    "岗位": "经办人",
}


def _file(*rows: dict) -> bytes:
    used = list(dict.fromkeys(column for row in rows for column in row))
    made = BytesIO()
    sheet_writing.write(made, "名单", used, [[row.get(column) for column in used] for row in rows])
    return made.getvalue()


@pytest.fixture
def take_in(opened, session):
    """Import a list, or try to; what is handed over of passwords is kept."""

    def _run(kind: Kind, *rows: dict, dry_run: bool = False):
        def _keep(found):
            _run.handed += found

        report = rolls.run(
            opened,
            kind,
            ("名单.xlsx", _file(*rows)),
            OPERATOR,
            dry_run=dry_run,
            say=lambda done, total: None,
            hand_over=_keep,
        )
        session.expire_all()
        return report

    _run.handed = []
    return _run


def _counts(report) -> tuple[int, int, int]:
    return report.done, report.skipped, report.failed


# Enterprises


def test_an_enterprise_is_entered_at_the_end_of_its_chain(take_in, session):
    last = session.scalar(select(func.max(Enterprise.position)).where(Enterprise.chain_code == "equipment"))

    report = take_in(Kind.ENTERPRISES, FIRM)

    made = session.get_one(Enterprise, "e_new")
    assert _counts(report) == (1, 0, 0)
    assert (made.name, made.short, made.chain_code) == ("汶上新来机械有限公司", "新来机械", "equipment")
    assert (made.scale, made.staff, made.has_party_org, made.is_anchor) == ("small", 42, True, False)
    assert made.position == last + 1
    assert "企业名单：新增 1。" in report.lines()


def test_what_is_there_is_changed_or_skipped_and_said_so(take_in, session):
    take_in(Kind.ENTERPRISES, FIRM)

    report = take_in(
        Kind.ENTERPRISES,
        FIRM,
        {"编码": people.FIRM, "企业名称": "汶上砚禾齿轮有限公司", "联系人": "新联系人"},
    )

    assert _counts(report) == (1, 1, 0)
    assert report.lines()[1] == "企业名单：更新 1，没有变化，跳过 1。"
    firm = session.get_one(Enterprise, people.FIRM)
    assert (firm.contact, firm.phone) == ("新联系人", "13900002076")  # what the file leaves empty stays


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (FIRM | {"编码": "有 空格"}, "“编码”只用字母"),
        (FIRM | {"编码": None}, "“编码”没有写"),
        (FIRM | {"产业链": "没有的链"}, "“产业链”写的是“没有的链”"),
        (FIRM | {"产业链": None}, "“产业链”没有写"),
        (FIRM | {"规模": "超大"}, "“规模”写的是“超大”"),
        (FIRM | {"职工人数": "很多"}, "“职工人数”写的是“很多”"),
        (FIRM | {"链主": "也许"}, "“链主”请写“是”或“否”"),
        (FIRM | {"电话": "打不通"}, "“电话”只写数字"),
        (FIRM | {"企业名称": "汶上砚禾齿轮有限公司"}, f"已经是编码 {people.FIRM} 的企业"),
        ({"编码": people.FIRM, "企业名称": "汶上砚禾齿轮有限公司", "产业链": "高端化工"}, "不能用导入来改"),
    ],
)
def test_a_bad_row_is_named_and_stops_no_other(take_in, session, row, words):
    report = take_in(Kind.ENTERPRISES, row, FIRM | {"编码": "e_other", "企业名称": "汶上另一家有限公司"})

    assert _counts(report) == (1, 0, 1)
    assert words in report.lines()[-1]
    assert session.get(Enterprise, "e_other") is not None


def test_a_trial_says_the_same_and_writes_nothing(take_in, session):
    rows = (FIRM, FIRM | {"编码": "e_bad", "产业链": "?"}, FIRM)
    before = session.scalar(select(func.count(AuditEntry.id)))

    tried = take_in(Kind.ENTERPRISES, *rows, dry_run=True)
    assert session.get(Enterprise, "e_new") is None
    assert session.scalar(select(func.count(AuditEntry.id))) == before
    done = take_in(Kind.ENTERPRISES, *rows)

    assert _counts(tried) == _counts(done) == (1, 1, 1)
    assert "这是试运行，什么都没有写入。" in tried.lines()
    assert tried.failures == done.failures


def test_an_import_stands_in_the_audit_log_and_is_known_at_once(take_in, session):
    stamp = known.of(session).stamp

    take_in(Kind.UNITS, UNIT)

    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    known.forget(session)
    assert (entry.action, entry.who, entry.data["new"]) == ("import_units", "operator", 1)
    assert known.of(session).stamp != stamp
    assert known.of(session).directory.units["archives"].handles


# Units


def test_units_lean_on_units_above_them_in_the_file(take_in, session):
    group = {
        "编码": "group_records",
        "单位名称": "档案保障组",
        "类别": "要素保障组",
        "依托单位": "档案馆、科技局",
    }

    report = take_in(Kind.UNITS, UNIT, group)

    assert _counts(report) == (2, 0, 0)
    assert session.get_one(Unit, "group_records").backed_by == ["archives", "science_technology"]
    places = [session.get_one(Unit, code).position for code in ("archives", "group_records")]
    assert sorted(places) == places
    assert _counts(take_in(Kind.UNITS, UNIT, group)) == (0, 2, 0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (UNIT | {"类别": None}, "“类别”没有写"),
        (UNIT | {"类别": "别的"}, "“类别”写的是“别的”"),
        (UNIT | {"类别": "产业链党委"}, "“产业链”产业链党委和产业发展专班要写"),
        (UNIT | {"产业链": "装备制造"}, "“产业链”产业链党委和产业发展专班要写"),
        (UNIT | {"依托单位": "没有的局"}, "“没有的局”不在单位名单里"),
        ({"编码": "transport", "单位名称": "交通运输局", "类别": "执行单位"}, "不能用导入来改"),
    ],
)
def test_a_bad_unit_is_named(take_in, row, words):
    report = take_in(Kind.UNITS, row)

    assert _counts(report) == (0, 0, 1)
    assert words in report.lines()[-1]


# People


def test_a_person_gets_an_account_a_grant_and_a_password_for_once(take_in, session):
    report = take_in(Kind.PEOPLE, PERSON)

    user = queries.user_by_name(session, "wangshuhui")
    (handed,) = take_in.handed
    grant = session.scalars(select(GrantRow).where(GrantRow.user_id == user.id)).one()
    assert _counts(report) == (1, 0, 0)
    assert (user.name, user.title, user.unit_code, user.must_change_password) == (
        "王书卉",
        "科员",
        people.POWER_UNIT,
        True,
    )
    assert (grant.role, grant.scope, grant.ref, grant.post) == (
        Role.DEPARTMENT,
        ScopeKind.UNIT,
        people.POWER_UNIT,
        Post.CONTACT,
    )
    assert (handed.username, handed.name) == ("wangshuhui", "王书卉")
    assert service.authenticate(session, "wangshuhui", handed.password, "", NOW).account is not None


def test_no_password_is_in_the_report_or_the_audit_log(take_in, session):
    report = take_in(Kind.PEOPLE, PERSON)

    password = take_in.handed[0].password
    assert password not in "\n".join(report.lines())
    assert all(password not in str(one.data) + one.about for one in session.scalars(select(AuditEntry)))


def test_a_second_row_of_a_person_adds_a_grant(take_in, session):
    report = take_in(
        Kind.PEOPLE,
        PERSON | {"角色": "产业链党委", "管哪里": "装备制造", "岗位": "经办人"},
        {"登录名": "wangshuhui", "角色": "领导", "管哪里": "全县", "岗位": "分管负责人"},
    )

    user = queries.user_by_name(session, "wangshuhui")
    held = session.execute(
        select(GrantRow.role, GrantRow.scope, GrantRow.ref).where(GrantRow.user_id == user.id)
    )
    assert _counts(report) == (2, 0, 0)
    assert {tuple(one) for one in held} == {
        (Role.COMMITTEE, ScopeKind.CHAIN, "equipment"),
        (Role.LEADER, ScopeKind.COUNTY, ""),
    }
    assert len(take_in.handed) == 1


def test_who_is_there_keeps_the_password_and_gets_no_new_one(take_in, session):
    take_in(Kind.PEOPLE, PERSON)
    before = queries.user_by_name(session, "wangshuhui").password_hash
    take_in.handed.clear()

    same = take_in(Kind.PEOPLE, PERSON)
    changed = take_in(Kind.PEOPLE, PERSON | {"职务": "科长"})

    user = queries.user_by_name(session, "wangshuhui")
    assert (_counts(same), _counts(changed)) == ((0, 1, 0), (1, 0, 0))
    assert (user.title, user.password_hash) == ("科长", before)
    assert take_in.handed == []


def test_a_firms_person_stands_for_the_firm_where_nothing_else_is_said(take_in, session):
    take_in(
        Kind.PEOPLE,
        {"登录名": "yanhe2", "姓名": "陶见微", "企业": "砚禾齿轮", "角色": "企业", "岗位": "经办人"},
    )

    user = queries.user_by_name(session, "yanhe2")
    assert user.enterprise_code == people.FIRM
    assert session.scalar(select(GrantRow.ref).where(GrantRow.user_id == user.id)) == people.FIRM


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (PERSON | {"登录名": "王"}, "登录名要 3 到 40 个字符"),
        (PERSON | {"姓名": None}, "请写姓名"),
        (PERSON | {"单位": "没有的局"}, "“单位”写的是“没有的局”"),
        (PERSON | {"企业": "砚禾齿轮"}, "单位和企业只选一个"),
        (PERSON | {"岗位": None}, "请选岗位"),
        (PERSON | {"角色": "产业链党委"}, "“管哪里”没有写；产业链党委管的是一条产业链"),
        (PERSON | {"角色": None}, "“角色”没有写，却写了管哪里或岗位"),
        (PERSON | {"角色": "领导"}, "“管哪里”没有写；领导管的是全县或一条产业链"),
        (PERSON | {"角色": "审计员", "岗位": None, "管哪里": "装备制造"}, "这个角色管全县"),
        ({"登录名": "shenji", "角色": "领导", "管哪里": "全县", "岗位": "主要负责人"}, "三员分设"),
    ],
)
def test_a_bad_person_leaves_nothing_behind(take_in, session, row, words):
    count = session.scalar(select(func.count(User.id)))

    report = take_in(Kind.PEOPLE, row)

    assert _counts(report) == (0, 0, 1)
    assert words in report.lines()[-1]
    assert session.scalar(select(func.count(User.id))) == count
    assert take_in.handed == []


def test_a_trial_of_people_hands_over_nothing(take_in, session):
    report = take_in(Kind.PEOPLE, PERSON, PERSON, dry_run=True)

    assert _counts(report) == (1, 1, 0)
    assert take_in.handed == []
    assert queries.user_by_name(session, "wangshuhui") is None


def test_where_the_passwords_cannot_be_handed_over_no_account_is_made(opened, session):
    def _full(_found):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        rolls.run(
            opened,
            Kind.PEOPLE,
            ("名单.xlsx", _file(PERSON)),
            OPERATOR,
            dry_run=False,
            say=lambda done, total: None,
            hand_over=_full,
        )

    assert queries.user_by_name(session, "wangshuhui") is None


def test_a_one_time_password_never_holds_the_account_name(monkeypatch):
    made = iter(["abc-defg-2345", "wxyz-mnpq-2345"])
    monkeypatch.setattr(passwords, "one_time", lambda: next(made))

    assert service.one_time_password("abc") == "wxyz-mnpq-2345"


# The file as a whole


def test_a_file_without_its_columns_is_refused_in_a_sentence(opened):
    with pytest.raises(Invalid, match="表头里缺少“登录名”这一列"):
        rolls.run(
            opened,
            Kind.PEOPLE,
            ("a.xlsx", _file({"姓名": "王书卉"})),
            OPERATOR,
            dry_run=False,
            say=lambda done, total: None,
        )


def test_columns_that_nobody_knows_are_named(take_in):
    report = take_in(Kind.UNITS, UNIT | {"备注": "新设"})

    assert any("这些列不认识，没有读：备注" in line for line in report.lines())


def test_a_full_name_wins_over_a_short_name_that_is_the_same():
    names = rolls._Names([("a", "公安局", "县局"), ("b", "县公安分局", "公安局"), ("c", "丙局", "县局")])

    assert (names.words["公安局"], names.words["b"]) == ("a", "b")
    assert names.words["县局"] is None
