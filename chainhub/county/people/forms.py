"""HTML forms of signing in, passwords, accounts and grants: shape only; what is allowed is in the service."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, PasswordField, SelectChoice, SelectField, StringField
from wtforms.validators import EqualTo, Length, Optional, Regexp

from chainhub.core.actor import Grant, Post, ScopeKind
from chainhub.core.errors import Refusal
from chainhub.county.directory.models import Enterprise
from chainhub.county.directory.rules import Directory
from chainhub.county.people import rules
from chainhub.county.people.service import NewUser
from chainhub.web.chinese import ChineseForm, Filled

_COUNTY = ScopeKind.COUNTY.value
_ROLES = {role.value: role for role in rules.SCOPES}
_POSTS = {post.value: post for post in Post}
_NOT_LISTED = "请从列表里选。"


def _stripped(value: str | None) -> str:
    return (value or "").strip()


def _at_most(most: int) -> Length:
    return Length(max=most, message=f"最多 {most} 个字。")


class SignInForm(ChineseForm):
    """An account name, a password, and whether this phone is one's own."""

    username = StringField(
        "登录名",
        filters=[_stripped],
        validators=[Filled("请填登录名。"), _at_most(rules.USERNAME_MOST)],
    )
    password = PasswordField("密码", validators=[Filled("请填密码。"), _at_most(rules.PASSWORD_MOST)])
    remember = BooleanField("30 天内不用再登录")


class PasswordForm(ChineseForm):
    """The old password once, the new one twice."""

    old = PasswordField("原来的密码", validators=[Filled("请填原来的密码。"), _at_most(rules.PASSWORD_MOST)])
    new = PasswordField(
        "新密码",
        description=f"至少 {rules.PASSWORD_LEAST} 个字符，有字母也有数字，不含登录名。",
        validators=[Filled("请填新密码。"), _at_most(rules.PASSWORD_MOST)],
    )
    again = PasswordField(
        "再填一次新密码",
        validators=[Filled("请再填一次新密码。"), EqualTo("new", "两次填的不一样，请重填。")],
    )


def _username(typed: str | None) -> str | None:
    return rules.username_of(typed) if typed else typed  # a form just opened holds nothing


class AccountForm(ChineseForm):
    """A new person."""

    username = StringField(
        "登录名",
        description="小写字母开头，只含小写字母、数字、点、横线和下划线，如 wangshuhui。",
        filters=[_username],
        validators=[Filled("请填登录名。"), _at_most(rules.USERNAME_MOST)],
    )
    name = StringField(
        "姓名", filters=[_stripped], validators=[Filled("请填姓名。"), _at_most(rules.NAME_MOST)]
    )
    title = StringField("职务", filters=[_stripped], validators=[Optional(), _at_most(rules.TITLE_MOST)])
    phone = StringField(
        "电话",
        filters=[_stripped],
        validators=[Optional(), Regexp(r"[0-9+ ()-]{5,20}$", message="电话只写数字，如 13800001234。")],
    )
    unit_code = SelectField("单位", validators=[Optional()], invalid_choice_message=_NOT_LISTED)
    enterprise_code = SelectField(
        "企业",
        description="单位和企业只选一个。",
        validators=[Optional()],
        invalid_choice_message=_NOT_LISTED,
    )

    def offer(self, directory: Directory, enterprises: Sequence[Enterprise]) -> None:
        """Fill the lists to choose from."""
        units = (SelectChoice(one.code, one.name) for one in directory.units.values())
        firms = (SelectChoice(one.code, one.name) for one in enterprises)
        self.unit_code.choices = [SelectChoice("", "不属于单位"), *units]
        self.enterprise_code.choices = [SelectChoice("", "不属于企业"), *firms]

    def new_user(self) -> NewUser:
        """Return what was typed as the service takes it."""
        return NewUser(
            username=_text(self.username),
            name=_text(self.name),
            title=_text(self.title),
            phone=_text(self.phone),
            unit_code=_text(self.unit_code) or None,
            enterprise_code=_text(self.enterprise_code) or None,
        )


class GrantForm(ChineseForm):
    """Who, as what, over what, in which post."""

    person = StringField(
        "谁",
        description="登录名；姓名不重复时也可以写姓名。",
        filters=[_stripped],
        validators=[Filled("请填登录名或姓名。"), _at_most(rules.USERNAME_MOST)],
    )
    role = SelectField(
        "角色",
        choices=[
            SelectChoice("", "请选择"),
            *(SelectChoice(role.value, role.label) for role in rules.SCOPES),
        ],
        validators=[Filled("请选角色。")],
        invalid_choice_message=_NOT_LISTED,
    )
    scope = SelectField(
        "管哪里",
        description="企业和指导员选企业，党委和专班选产业链，部门选单位，管理员选全县。",
        validators=[Filled("请选管哪里。")],
        invalid_choice_message=_NOT_LISTED,
    )
    post = SelectField(
        "岗位",
        description="三类管理员不分岗位。",
        choices=[SelectChoice("", "不分岗位"), *(SelectChoice(post.value, post.label) for post in Post)],
        validators=[Optional()],
        invalid_choice_message=_NOT_LISTED,
    )

    def offer(self, directory: Directory, enterprises: Sequence[Enterprise]) -> None:
        """Fill the list of scopes, group by group."""
        self.scope.choices = [
            SelectChoice("", "请选择"),
            SelectChoice(_COUNTY, "全县"),
            *(_over(ScopeKind.CHAIN, one.code, one.name, "产业链") for one in directory.chains.values()),
            *(_over(ScopeKind.UNIT, one.code, one.name, "单位") for one in directory.units.values()),
            *(_over(ScopeKind.ENTERPRISE, one.code, one.name, "企业") for one in enterprises),
        ]

    def grant(self) -> Grant:
        """Return what was chosen as the service takes it."""
        kind, _, ref = _text(self.scope).partition(":")
        return Grant(_ROLES[_text(self.role)], ScopeKind(kind), ref, _POSTS.get(_text(self.post)))


def show(form: ChineseForm, refusal: Refusal) -> None:
    """Put what the service refused beside the fields that it is about; the rest stands above the form."""
    errors: Mapping[str, Sequence[str]] = getattr(refusal, "errors", {})
    if not errors:
        form.form_errors.append(refusal.title)
    for name, said in errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, *said]
        else:
            form.form_errors.extend(said)


def _over(kind: ScopeKind, code: str, name: str, group: str) -> SelectChoice:
    return SelectChoice(f"{kind.value}:{code}", name, optgroup=group)


def _text(field: Field) -> str:
    data: Any = field.data
    return str(data or "")
