"""Importing the county's own rolls: enterprises, units, people. A file in, a report out; one transaction a file.

A row whose code is there already changes what the file says otherwise, or is skipped. Nothing is ever taken away:
what a file does not name stays. People get a password for once, which is handed over before the transaction ends,
so that no account is made whose password nobody has.
"""

import csv
import hashlib
import os
import re
from collections import ChainMap, Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from chainhub.assignments.service import assigning
from chainhub.audit import service as audit
from chainhub.core.actor import Actor, Grant, Post, ScopeKind
from chainhub.core.errors import Invalid, Refusal
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import state
from chainhub.county.directory.models import Category, Chain, Enterprise, Unit
from chainhub.county.people import rules
from chainhub.county.people import service as people
from chainhub.county.people.models import GrantRow, User
from chainhub.county.responsibilities import service as responsibilities
from chainhub.county.responsibilities.models import Responsibility
from chainhub.county.responsibilities.rules import TEXT_MOST, Share, keywords_of
from chainhub.documents.sheet_writing import neutral
from chainhub.operations import guide_rolls
from chainhub.operations.importing import OpenWork, Report, Say, acting_as, file_notes, read_table
from chainhub.operations.ledger import Form, squeeze
from chainhub.operations.ledger_rows import BadRow, Row

ROWS_MOST = 2000  # of one file, since it is one transaction
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_PHONE = re.compile(r"[0-9+ ()-]{5,20}")


class Kind(StrEnum):
    """What a roll lists."""

    ENTERPRISES = "enterprises"
    UNITS = "units"
    PEOPLE = "people"
    RESPONSIBILITIES = "responsibilities"
    GUIDES = "guides"
    ASSIGNMENTS = "assignments"


@dataclass(frozen=True, slots=True)
class OnceOnly:
    """A new account and the password to hand over."""

    username: str
    name: str
    password: str


HandOver = Callable[[Sequence[OnceOnly]], None]


def write_passwords(target: Path, found: Sequence[OnceOnly]) -> None:
    """Write passwords into a new file that its owner alone may read."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:  # as a spreadsheet knows UTF-8
        lines = csv.writer(file)
        lines.writerow(("登录名", "姓名", "一次性密码"))
        lines.writerows((one.username, neutral(one.name), one.password) for one in found)


class _Entered(StrEnum):
    NEW = "新增"
    CHANGED = "更新"
    SAME = "没有变化，跳过"


class _Roll(Protocol):
    """How the rows of one kind of roll are entered."""

    def enter(self, work: Work, row: Row) -> _Entered: ...


class _Undone(Exception):
    """Ends a trial run, so that nothing stays."""


def run(
    work: OpenWork,
    kind: Kind,
    file: tuple[str, bytes],
    operator: Actor,
    *,
    dry_run: bool,
    say: Say,
    hand_over: HandOver = lambda _found: None,
) -> Report:
    """Import a roll, or with `dry_run` do the same and undo it. Raises Invalid for the file as a whole."""
    file_name, content = file
    form = _FORMS[kind]
    table = read_table(content, form, ROWS_MOST)
    rows = [(number, table.cells(row)) for number, row in table.rows]
    once = _passwords(work, (cells for _, cells in rows), say) if kind is Kind.PEOPLE and not dry_run else {}
    report = Report(total=len(rows))
    entered: Counter[_Entered] = Counter()
    try:
        with acting_as(work, operator) as opened:
            roll = _roll(kind, opened.session, once)
            if isinstance(roll, _Assignments):
                roll.begin(opened)
            for place, (number, cells) in enumerate(rows, start=1):
                entered.update(_enter(opened, roll, number, cells, report))
                say(place, len(rows))
            if isinstance(roll, _People) and roll.handed and not dry_run:
                hand_over(roll.handed)
            _finish(opened, kind, file_name, content, entered, report)
            if dry_run:
                raise _Undone
    except _Undone:
        report.notes.append("这是试运行，什么都没有写入。")
    report.done, report.skipped = entered[_Entered.NEW] + entered[_Entered.CHANGED], entered[_Entered.SAME]
    counts = "，".join(f"{one} {entered[one]}" for one in _Entered if entered[one])
    report.notes += [*([f"{form.name}：{counts}。"] if counts else []), *file_notes(table)]
    report.balance()
    return report


def _enter(
    work: Work, roll: _Roll, number: int, cells: Mapping[str, Any], report: Report
) -> Iterable[_Entered]:
    """Enter one row, or note why not and leave nothing of it."""
    try:
        with work.session.begin_nested():
            return (roll.enter(work, Row(cells)),)
    except BadRow as bad:
        report.failures.append((number, str(bad)))
    except Refusal as refusal:
        said = [refusal.title] if not isinstance(refusal, Invalid) or not refusal.errors else []
        said += [one for errors in getattr(refusal, "errors", {}).values() for one in errors]
        report.failures.append((number, "".join(said)))
    except (DataError, IntegrityError):
        report.failures.append((number, "数据库没有收下这一行，请检查里面有没有特殊字符或重复的名称。"))
    return ()


def _finish(
    work: Work, kind: Kind, file_name: str, content: bytes, entered: Counter[_Entered], report: Report
) -> None:
    if entered[_Entered.NEW] or entered[_Entered.CHANGED]:
        state.touch(work.session)
    counts = {one.name.lower(): entered[one] for one in _Entered} | {"failed": report.failed}
    digest = hashlib.sha256(content).hexdigest()
    audit.record(work, f"import_{kind.value}", file_name, {"digest": digest, **counts})


# What rows have in common


def _end_if_wrong(row: Row) -> None:
    if row.wrong:
        raise BadRow("；".join(f"“{column}”{words}" for column, words in row.wrong.items()) + "。")


def _must(row: Row, column: str, most: int) -> str:
    said = row.text(column, most)
    if not said:
        row.say(column, "没有写")
    return said


def _code(row: Row) -> str:
    code = _must(row, "编码", 60)
    if code and not _CODE.fullmatch(code):
        row.say("编码", "只用字母、数字、点、横线和下划线，60 个以内")
    return code


def _phone(row: Row) -> str:
    said = row.text("电话", 20)
    if said and not _PHONE.fullmatch(said):
        row.say("电话", "只写数字，如 13800001234")
    return said


def _number(row: Row, column: str) -> int | None:
    said = row.text(column)
    if not said:
        return None
    if not re.fullmatch(r"[0-9]{1,7}", said):
        row.say(column, f"写的是“{said[:20]}”，请写成数字")
        return None
    return int(said)


def _yes(row: Row, column: str) -> bool | None:
    said = row.text(column)
    if said and said not in _YES_NO:
        row.say(column, "请写“是”或“否”")
    return _YES_NO.get(said)


_YES_NO = {"是": True, "有": True, "否": False, "无": False, "没有": False}


def _word(row: Row, column: str, words: Mapping[str, Any]) -> Any:
    """Return what a word stands for; one that is not known, or that several have, is wrong."""
    said = row.text(column)
    if not said:
        return None
    found = words.get(squeeze(said))
    if found is None:
        row.say(column, f"写的是“{said[:40]}”，没有这一个，或者不止一个叫这个名字；可以写编码")
    return found


def _labels(kinds: Iterable[Any]) -> dict[str, Any]:
    return {squeeze(name): one for one in kinds for name in (one.value, one.label)}


class _Names:
    """Codes by code, full name and short name; a short name that several have names none, and gives way to the others."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._full: dict[str, str | None] = {}
        self._short: dict[str, str | None] = {}
        self.words = ChainMap(self._full, self._short)
        for code, name, short in rows:
            self.add(code, name, short)

    def add(self, code: str, name: str, short: str) -> None:
        """Add one more."""
        other = self._short.get(squeeze(short), code)
        self._short[squeeze(short)] = code if other == code else None
        self._full[squeeze(code)] = self._full[squeeze(name)] = code


def _chains(session: Session) -> dict[str, str]:
    found = {}
    for code, name, short in session.execute(select(Chain.code, Chain.name, Chain.short)):
        for one in (code, name, short, f"{short}链", f"{short}产业链"):
            found[squeeze(one)] = code
    return found


def _change(thing: Any, said: Mapping[str, Any]) -> _Entered:
    """Give a thing what the row says otherwise; what the row leaves empty stays."""
    changed = {
        name: value
        for name, value in said.items()
        if value not in (None, "", []) and getattr(thing, name) != value
    }
    for name, value in changed.items():
        setattr(thing, name, value)
    return _Entered.CHANGED if changed else _Entered.SAME


def _stays(row: Row, column: str, was: str | None, said: str | None) -> None:
    if said and said != was:
        row.say(column, f"和库里的不一样（库里是 {was or '空'}），这一项不能用导入来改")


# Enterprises

_SCALES = {"大型": "large", "中型": "medium", "小型": "small", "微型": "micro"}
_SCALE_WORDS = {squeeze(name): scale for word, scale in _SCALES.items() for name in (word, word[0], scale)}


class _Enterprises:
    def __init__(self, session: Session) -> None:
        self.chains = _chains(session)
        highest = select(Enterprise.chain_code, func.max(Enterprise.position)).group_by(Enterprise.chain_code)
        self.last: Counter[str] = Counter(dict(session.execute(highest).all()))

    def enter(self, work: Work, row: Row) -> _Entered:
        """Enter one enterprise."""
        code, name = _code(row), _must(row, "企业名称", 120)
        chain = _word(row, "产业链", self.chains)
        said = {
            "name": name,
            "short": row.text("简称", 40),
            "town": row.text("乡镇街道", 40),
            "address": row.text("地址", 200),
            "contact": row.text("联系人", 20),
            "phone": _phone(row),
            "scale": _word(row, "规模", _SCALE_WORDS),
            "staff": _number(row, "职工人数"),
            "has_party_org": _yes(row, "党组织"),
            "is_anchor": _yes(row, "链主"),
            "products": row.text("主营产品", 200),
        }
        there = work.session.get(Enterprise, code)
        same_name = select(Enterprise.code).where(Enterprise.name == name, Enterprise.code != code)
        if other := work.session.scalar(same_name):
            row.say("企业名称", f"已经是编码 {other} 的企业")
        if there is not None:
            _stays(row, "产业链", there.chain_code, chain)
        elif not chain:
            row.say("产业链", "没有写")
        _end_if_wrong(row)
        if there is not None:
            return _change(there, said)
        self.last[chain] += 1
        given = {key: value for key, value in said.items() if value not in (None, "")}
        given.setdefault("short", name[:40])
        work.session.add(Enterprise(code=code, chain_code=chain, position=self.last[chain], **given))
        return _Entered.NEW


# Units

_UNIT_KINDS = {
    "牵头单位": "leading",
    "执行单位": "executing",
    "领导小组办公室": "leaders_office",
    "县政府办公室": "county_office",
    "回访组": "callback_team",
    "产业链党委": "chain_committee",
    "产业发展专班": "task_force",
    "要素保障组": "resource_group",
    "职能部门": "department",
}
_UNIT_WORDS = {squeeze(name): kind for word, kind in _UNIT_KINDS.items() for name in (word, kind)}
_OF_A_CHAIN = {"chain_committee", "task_force"}
_STEP = 10  # between the places of two units, so that one more fits in between


class _Units:
    def __init__(self, session: Session) -> None:
        self.chains = _chains(session)
        self.names = _Names(session.execute(select(Unit.code, Unit.name, Unit.short)))
        self.last = session.scalar(select(func.max(Unit.position))) or 0

    def enter(self, work: Work, row: Row) -> _Entered:
        """Enter one unit."""
        code, name = _code(row), _must(row, "单位名称", 60)
        kind, chain = _word(row, "类别", _UNIT_WORDS), _word(row, "产业链", self.chains)
        said = {
            "name": name,
            "short": row.text("简称", 30),
            "position": _number(row, "排序"),
            "backed_by": self._backed_by(row),
        }
        there = work.session.get(Unit, code)
        if there is not None:
            _stays(row, "类别", there.kind, kind)
            _stays(row, "产业链", there.chain_code, chain)
        elif not kind:
            row.say("类别", f"没有写；有：{'、'.join(_UNIT_KINDS)}")
        elif (kind in _OF_A_CHAIN) != bool(chain):
            row.say("产业链", "产业链党委和产业发展专班要写，别的单位不写")
        _end_if_wrong(row)
        if there is not None:
            entered = _change(there, said)
        else:
            self.last += _STEP
            said["short"] = said["short"] or name[:30]
            said["position"] = self.last if said["position"] is None else said["position"]
            there = Unit(code=code, kind=kind, chain_code=chain, **said)
            work.session.add(there)
            entered = _Entered.NEW
        self.names.add(code, there.name, there.short)
        return entered

    def _backed_by(self, row: Row) -> list[str]:
        found = []
        for one in re.split(r"[、,，;；/\s]+", row.text("依托单位")):
            code = self.names.words.get(squeeze(one)) if one else None
            if one and code is None:
                row.say("依托单位", f"里的“{one[:40]}”不在单位名单里；它要写在前面的行，或者已经在库里")
            elif code is not None:
                found.append(code)
        return found


# People

_ROLES = _labels(rules.SCOPES)
_POSTS = _labels(Post)
_COUNTY_WIDE = {"全县", "county"}


class _People:
    def __init__(self, session: Session, once: Mapping[str, tuple[str, str]]) -> None:
        self.once = once
        self.handed: list[OnceOnly] = []
        self.units = _Names(session.execute(select(Unit.code, Unit.name, Unit.short))).words
        firms = select(Enterprise.code, Enterprise.name, Enterprise.short)
        self.firms = _Names(session.execute(firms)).words
        self.chains = _chains(session)

    def enter(self, work: Work, row: Row) -> _Entered:
        """Enter one person, and one grant where the row names a role."""
        username = rules.username_of(_must(row, "登录名", rules.USERNAME_MOST))
        new = people.NewUser(
            username=username,
            name=row.text("姓名", rules.NAME_MOST),
            title=row.text("职务", rules.TITLE_MOST),
            phone=_phone(row),
            unit_code=_word(row, "单位", self.units),
            enterprise_code=_word(row, "企业", self.firms),
        )
        grant = self._grant(row, new)
        _end_if_wrong(row)
        user = work.session.scalar(select(User).where(User.username == username))
        if user is None:
            user = self._open(work, new)
            entered = _Entered.NEW
        else:
            entered = _known(user, new)
            work.session.flush()
        if grant is not None and not _holds(work.session, user, grant):
            people.add_grant(work, user, grant)
            entered = _Entered.CHANGED if entered is _Entered.SAME else entered
        if entered is _Entered.NEW:
            self.handed.append(OnceOnly(user.username, user.name, self.once.get(username, ("", ""))[0]))
        return entered

    def _open(self, work: Work, new: people.NewUser) -> User:
        password, hash_ = self.once.get(new.username, (_TRIED, _NO_HASH))
        return people.add_user(work, new, password, password_hash=hash_)

    def _grant(self, row: Row, new: people.NewUser) -> Grant | None:
        role = _word(row, "角色", _ROLES)
        post = _word(row, "岗位", _POSTS)
        if role is None:
            if row.text("管哪里") or row.text("岗位"):
                row.say("角色", "没有写，却写了管哪里或岗位")
            return None
        said, scopes = row.text("管哪里"), rules.SCOPES[role]
        if ScopeKind.COUNTY in scopes and (said in _COUNTY_WIDE or (not said and len(scopes) == 1)):
            return Grant(role, ScopeKind.COUNTY, "", post)
        kind = next(one for one in (*_OWN, ScopeKind.COUNTY) if one in scopes)
        if kind is ScopeKind.COUNTY:
            row.say("管哪里", "这个角色管全县，请写“全县”或空着")
            return None
        own, words = (
            (new.unit_code, self.units) if kind is ScopeKind.UNIT else (new.enterprise_code, self.firms)
        )
        ref = _word(row, "管哪里", self.chains if kind is ScopeKind.CHAIN else words)
        ref = ref or (own if kind is not ScopeKind.CHAIN and not said else None)
        if ref is None:
            row.say(
                "管哪里",
                f"没有写；{role.label}管的是{'或'.join(rules.SCOPE_WORDS[one] for one in ScopeKind if one in scopes)}",
            )
            return None
        return Grant(role, kind, ref, post)


_OWN = (ScopeKind.CHAIN, ScopeKind.UNIT, ScopeKind.ENTERPRISE)
_TRIED, _NO_HASH = "1A!1A!1A!1A!", "!"  # of a trial run: holds no account name; no hash of anything


def _known(user: User, new: people.NewUser) -> _Entered:
    unit, firm = new.unit_code or user.unit_code, new.enterprise_code or user.enterprise_code
    if unit and firm:
        raise BadRow("“单位”和“企业”只写一个，这个账号在库里已经有另一个。")
    said = {
        "name": new.name,
        "title": new.title,
        "phone": new.phone,
        "unit_code": unit,
        "enterprise_code": firm,
    }
    return _change(user, said)


def _holds(session: Session, user: User, grant: Grant) -> bool:
    running = select(GrantRow.id).where(
        GrantRow.user_id == user.id,
        GrantRow.role == grant.role,
        GrantRow.scope == grant.scope,
        GrantRow.ref == grant.ref,
        GrantRow.post.is_(None) if grant.post is None else GrantRow.post == grant.post,
        GrantRow.ended_at.is_(None),
    )
    return session.scalar(running.limit(1)) is not None


def _passwords(work: OpenWork, rows: Iterable[Mapping[str, Any]], say: Say) -> dict[str, tuple[str, str]]:
    """Return a password and its hash for every account that is not there; hashing holds no transaction open."""
    wanted = {rules.username_of(Row(cells).text("登录名")) for cells in rows} - {""}
    with work() as opened:
        there = set(opened.session.scalars(select(User.username).where(User.username.in_(wanted))))
    found = {}
    for place, username in enumerate(sorted(wanted - there), start=1):
        password = people.one_time_password(username)
        found[username] = (password, people.hash_password(password))
        say(place, len(wanted - there))
    return found


# The responsibility list

_SHARES = _labels(Share)


class _Responsibilities:
    def __init__(self, session: Session) -> None:
        self.units = _Names(session.execute(select(Unit.code, Unit.name, Unit.short))).words
        self.categories = _Names(session.execute(select(Category.code, Category.label, Category.label))).words
        self.last: Counter[str] = Counter()

    def enter(self, work: Work, row: Row) -> _Entered:
        """Enter one line; the one of the same category and unit that is in force is the same line."""
        category, unit = _word(row, "类别", self.categories), _word(row, "单位", self.units)
        share = _word(row, "分工", _SHARES)
        for column, value in (("类别", category), ("单位", unit), ("分工", share)):
            if value is None and column not in row.wrong:
                row.say(column, "没有写")
        today = work.now.astimezone(SHANGHAI).date()
        there = work.session.scalar(_in_force(category or "", unit or "", today))
        before = responsibilities.line_of(there) if there is not None else None
        from_on, until_on = _day(row, "起"), _day(row, "止")
        said = {
            "share": share,
            "from_on": from_on,
            "until_on": until_on,
            "basis": row.text("依据", TEXT_MOST),
            "belongs": row.text("归它的", TEXT_MOST),
            "beyond": row.text("不归它的", TEXT_MOST),
            "keywords": keywords_of(row.text("关键词", 200)),
            "place": _number(row, "排序"),
        }
        _end_if_wrong(row)
        given = {name: value for name, value in said.items() if value not in (None, "", ())}
        if before is not None and there is not None:
            line = replace(before, **given)
            if line == before:
                return _Entered.SAME
            responsibilities.change(work, there.id, line)
            return _Entered.CHANGED
        self.last[category] += 1
        given = {"from_on": today, "place": min(self.last[category], 99), **given}
        responsibilities.add(work, responsibilities.Line(category=category, unit=unit, **given))
        return _Entered.NEW


def _day(row: Row, column: str) -> date | None:
    at = row.moment(column, _LATEST)
    return at.astimezone(SHANGHAI).date() if at else None


_LATEST = datetime(2100, 1, 1, tzinfo=SHANGHAI)


def _in_force(category: str, unit: str, on: date) -> Select[Responsibility]:
    return (
        select(Responsibility)
        .where(
            Responsibility.category_code == category,
            Responsibility.unit_code == unit,
            or_(Responsibility.until_on.is_(None), Responsibility.until_on > on),
        )
        .order_by(Responsibility.id.desc())
        .limit(1)
    )


# Guides, and who looks after whom


class _Guides:
    def __init__(self, session: Session) -> None:
        self.chains = _chains(session)

    def enter(self, work: Work, row: Row) -> _Entered:
        """Enter one guide."""
        return _entered(guide_rolls.guide(work, row, self.chains))


class _Assignments:
    def begin(self, work: Work) -> None:
        """Let assignments follow the grants before any row is looked at; what a row begins agrees with its own."""
        while assigning.settle(work):
            pass

    def enter(self, work: Work, row: Row) -> _Entered:
        """Enter one assignment."""
        return _entered(guide_rolls.assignment(work, row))


def _entered(new: bool | None) -> _Entered:
    return _Entered.SAME if new is None else _Entered.NEW if new else _Entered.CHANGED


# The kinds

_FORMS: Mapping[Kind, Form] = {
    Kind.ENTERPRISES: Form.of(
        "企业名单",
        (
            "编码",
            "企业名称",
            "简称",
            "产业链",
            "乡镇街道",
            "地址",
            "联系人",
            "电话",
            "规模",
            "职工人数",
            "党组织",
            "链主",
            "主营产品",
        ),
        ("编码", "企业名称"),
    ),
    Kind.UNITS: Form.of(
        "单位名单",
        ("编码", "单位名称", "简称", "类别", "产业链", "排序", "依托单位"),
        ("编码", "单位名称"),
    ),
    Kind.PEOPLE: Form.of(
        "人员名单",
        ("登录名", "姓名", "职务", "电话", "单位", "企业", "角色", "管哪里", "岗位"),
        ("登录名",),
    ),
    Kind.GUIDES: Form.of(
        "指导员名册",
        ("登录名", "产业链", "专长", "乡镇街道", "最多带几家", "党内职务"),
        ("登录名",),
    ),
    Kind.ASSIGNMENTS: Form.of(
        "选派名册",
        ("企业编码", "登录名", "选派日期"),
        ("企业编码", "登录名"),
    ),
    Kind.RESPONSIBILITIES: Form.of(
        "权责清单",
        ("类别", "单位", "分工", "归它的", "不归它的", "关键词", "依据", "排序", "起", "止"),
        ("类别", "单位", "分工"),
    ),
}


def _roll(kind: Kind, session: Session, once: Mapping[str, tuple[str, str]]) -> _Roll:
    if kind is Kind.ENTERPRISES:
        return _Enterprises(session)
    if kind is Kind.RESPONSIBILITIES:
        return _Responsibilities(session)
    if kind is Kind.GUIDES:
        return _Guides(session)
    if kind is Kind.ASSIGNMENTS:
        return _Assignments()
    return _Units(session) if kind is Kind.UNITS else _People(session, once)
