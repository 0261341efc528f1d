"""Passwords, account names, grants, addresses: the rules by tables."""

import pytest

from chainhub.core.actor import ADMINISTRATORS, GUESTS, Grant, Post, Role, ScopeKind
from chainhub.county.people import rules, service


@pytest.mark.parametrize(
    "password", ["lvshu-2026-hehua", "北京北京北京北京北京2026", "x" * 127 + "1", "correct horse 9"]
)
def test_a_password_that_will_do(password):
    assert rules.password_errors(password, "wangfang") == []


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short1", "至少 10 个字符"),
        ("x" * 128 + "1", "最多 128 个字符"),
        ("onlyletters", "也要有数字"),
        ("1234567890", "要有字母"),
        ("!!!!!!!!!!!!", "要有字母"),
        ("wangfang2026", "不能有登录名"),
        ("WangFang-2026", "不能有登录名"),
        ("a123456789", "太常见"),
        ("A123456789", "太常见"),
        ("Password123", "太常见"),
    ],
)
def test_a_password_that_will_not_do_says_why(password, word):
    assert any(word in said for said in rules.password_errors(password, "wangfang"))


@pytest.mark.parametrize("username", ["abc", "wangfang", "q_chunyu_shengwu", "li.si-2", "a" * 40])
def test_an_account_name_that_will_do(username):
    assert rules.username_errors(username) == []


@pytest.mark.parametrize(
    "username", ["", "ab", "a" * 41, "王芳", "2wang", "wang fang", "Wang", "wang@qq.com", "wang'--"]
)
def test_an_account_name_that_will_not_do(username):
    assert rules.username_errors(username)


def test_an_account_name_is_the_same_however_it_is_typed():
    assert rules.username_of("  XiTong ") == "xitong"


def _grant(role, scope, post):
    return Grant(role, scope, "" if scope is ScopeKind.COUNTY else "somewhere", post)


@pytest.mark.parametrize("scope", ScopeKind)
@pytest.mark.parametrize("role", Role)
def test_a_role_is_granted_only_over_its_own_kind_of_scope(role, scope):
    post = None if role in ADMINISTRATORS else Post.CONTACT
    allowed = {
        Role.ENTERPRISE: {ScopeKind.ENTERPRISE},
        Role.GUIDE: {ScopeKind.ENTERPRISE},
        Role.COMMITTEE: {ScopeKind.CHAIN},
        Role.TASK_FORCE: {ScopeKind.CHAIN},
        Role.DEPARTMENT: {ScopeKind.UNIT},
        Role.LEADER: {ScopeKind.CHAIN, ScopeKind.COUNTY},
        Role.LIAISON: {ScopeKind.CHAIN, ScopeKind.COUNTY},
        Role.CALLER: {ScopeKind.COUNTY},
        Role.CLOCK: set(),
        Role.INSPECTOR: set(),  # made with an inspection, by nobody's grant
    }.get(role, {ScopeKind.COUNTY})

    errors = rules.grant_errors(_grant(role, scope, post))

    assert (errors == {}) is (scope in allowed)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_an_administrator_has_no_post(role):
    assert "post" in rules.grant_errors(_grant(role, ScopeKind.COUNTY, Post.HEAD))


def test_everybody_else_has_a_post():
    assert "post" in rules.grant_errors(_grant(Role.DEPARTMENT, ScopeKind.UNIT, None))


@pytest.mark.parametrize("held", Role)
@pytest.mark.parametrize("wanted", Role)
def test_an_administrator_holds_nothing_else_and_who_inspects_nothing_at_all(held, wanted):
    said = rules.excluded({held}, wanted)

    clash = held is not wanted and (held in ADMINISTRATORS or wanted in ADMINISTRATORS)
    assert bool(said) is (clash or held in GUESTS)


def test_who_holds_nothing_may_hold_anything():
    assert not any(rules.excluded(set(), role) for role in Role)


@pytest.mark.parametrize(
    "address", ["/", "/tickets", "/tickets?q=专线&state=open", "/a/b#c", "/sign-in?next=//x"]
)
def test_an_address_of_this_site_is_kept(address):
    assert rules.local_path(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tickets",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "http:/evil.example",
    ],
)
def test_an_address_that_leads_away_is_not_taken(address):
    assert rules.local_path(address) == ""


def test_a_one_time_password_keeps_the_rules():
    from chainhub.county.people import passwords

    made = {passwords.one_time() for _ in range(50)}

    assert len(made) == 50
    assert not any(rules.password_errors(one, "xitong") for one in made)


def test_a_one_time_password_for_a_name_that_nobody_may_have_comes_to_an_end():
    """It went on for ever: every password holds an empty name, and each of ours a hyphen."""
    for name in ("", "   ", "-", "12"):
        assert service.one_time_password(name)
