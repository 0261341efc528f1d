"""The doors to signing in, one's own password, accounts and grants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotSignedIn, Refusal, TooFast
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.directory import queries as directory
from chainhub.county.people import entering, queries, service
from chainhub.county.people.forms import AccountForm, GrantForm, PasswordForm, SignInForm, show
from chainhub.county.people.hands import EXTENSION, Hands
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.queries import PAGE, Granted, Person
from chainhub.county.people.rules import DEMO_PASSWORD, local_path
from chainhub.web import doors, held, presses, signing

bp = Blueprint("people", __name__, template_folder="../templates")
_ELDER_FOR = timedelta(days=365)
_FIRMS_MOST = 2000  # in a list to choose from
_WATCHERS = frozenset({Role.SECADMIN, Role.AUDITOR})


# Signing in and out


@bp.route("/sign-in", methods=["GET", "POST"])
@doors.public
@held.never
@presses.harmless_twice
def sign_in() -> ResponseReturnValue:
    """Sign in with a password; what was typed stays, but for the password. What was held is shown to be sent again."""
    form = SignInForm()
    if not form.is_submitted() or (held.FIELD in request.form and "username" not in request.form):
        return redirect(_target(), code=303) if g.account else _sign_in_page(form, 200)
    if not form.validate():
        return _sign_in_page(form, 422)
    try:
        account = entering.enter(form.username.data, form.password.data)
    except (NotSignedIn, TooFast) as refusal:
        show(form, refusal)
        return _sign_in_page(form, 422, refusal)
    entering.leave(signing.sid())  # who was signed in here before
    signing.sign_in(account, remember=form.remember.data)
    waiting = held.read(request.form.get(held.FIELD, ""), local_path)
    return redirect(_target(), code=303) if waiting is None else held.again(waiting)


@bp.post("/sign-out")
@doors.public
@presses.harmless_twice
def sign_out() -> ResponseReturnValue:
    """End this sign-in, copies of its cookies included, and forget this phone."""
    entering.leave(signing.sid())
    signing.sign_out()
    return redirect(url_for(".sign_in"), code=303)


@bp.post("/elder")
@doors.public
@presses.harmless_twice
def elder() -> ResponseReturnValue:
    """Turn large type (长辈模式) on or off, for this browser and for whoever is signed in."""
    account: signing.AccountLike | None = g.account
    wanted = not (request.cookies.get("elder") == "1" or (account is not None and account.elder))
    if account is not None:
        with doors.work() as work:
            service.set_elder(work, elder=wanted)
    response = redirect(_target(), code=303)
    if not wanted:
        response.delete_cookie("elder", samesite="Lax")
        return response
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie("elder", "1", max_age=_ELDER_FOR, secure=secure, httponly=True, samesite="Lax")
    return response


@bp.route("/password", methods=["GET", "POST"])
@doors.anybody_signed_in
@held.never
def password() -> ResponseReturnValue:
    """Change one's own password; the first one given must be changed before anything else."""
    form = PasswordForm()
    if not form.is_submitted():
        return _password_page(form, 200)
    if not form.validate():
        return _password_page(form, 422)
    try:
        with doors.work() as work:
            user = service.change_password(work, form.old.data, form.new.data)
            account = queries.account(work.session, user.id)
    except Invalid as refusal:
        show(form, refusal)
        return _password_page(form, 422)
    if account is not None:  # this session goes on; every other one has ended
        signing.sign_in(account, remember="chainhub_remember" in request.cookies)
    flash("密码改好了。别处登录过的都已退出。")
    return redirect("/", code=303)


def _sign_in_page(form: SignInForm, status: int, refusal: Refusal | None = None) -> Response:
    page = render_template(
        "county/sign_in.html",
        form=form,
        demo_accounts=queries.demo_persons(doors.session()),
        demo_password=DEMO_PASSWORD,
        kept=[(name, request.form[name]) for name in ("next", held.FIELD) if request.form.get(name)],
    )
    if not isinstance(refusal, TooFast):
        return make_response(page, status)
    return make_response(page, refusal.status, {"Retry-After": str(refusal.retry_after)})


def _password_page(form: PasswordForm, status: int) -> ResponseReturnValue:
    forced = signing.demand_account().must_change_password
    line = "这个密码别人也知道。先换成只有您自己知道的，再接着用。" if forced else ""
    return render_template("county/password.html", form=form, line=line), status


def _target() -> str:
    wanted = request.form.get("next") or request.args.get("next") or ""
    return local_path(wanted).rstrip("?") or "/"


# Accounts


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the list of accounts, in words, with what may be done."""

    username: str
    name: str
    where: str
    roles: str
    status: str
    actions: Sequence[tuple[str, str, str]]  # label, address, question asked first


@bp.get("/admin/accounts")
@doors.signed_in(Role.SYSADMIN)
def accounts() -> ResponseReturnValue:
    """List the accounts."""
    q = request.args.get("q", "").strip()
    with doors.reading() as work:
        found = queries.persons(work.session, q=q, after=request.args.get("after", ""), limit=PAGE + 1)
        rows = [_account_row(work, one) for one in found[:PAGE]]
    more = url_for(".accounts", q=q or None, after=found[PAGE - 1].username) if len(found) > PAGE else ""
    return render_template(
        "county/accounts.html", query=q, accounts=rows, next_url=more, new_url=url_for(".new_account")
    )


@bp.route("/admin/accounts/new", methods=["GET", "POST"])
@doors.signed_in(Role.SYSADMIN)
def new_account() -> ResponseReturnValue:
    """Open an account and show its one-time password."""
    form = AccountForm()
    with doors.reading() as work:
        form.offer(directory.directory(work.session), directory.enterprises(work.session, limit=_FIRMS_MOST))
    if not form.is_submitted():
        return _account_page(form, 200)
    if not form.validate():
        return _account_page(form, 422)
    try:
        with doors.work() as work:
            user, once = service.open_account(work, form.new_user())
            name = f"{user.name}（{user.username}）"
    except Invalid as refusal:
        show(form, refusal)
        return _account_page(form, 422)
    return _once_page("账号开好了", name, once)


@bp.post("/admin/accounts/<int(max=2147483647):user_id>/disable")
@doors.signed_in(Role.SYSADMIN)
def disable(user_id: int) -> ResponseReturnValue:
    """Close an account; first asked, what is still open in that person's hands."""
    with doors.work() as work:
        user = service.find_user(work, user_id)
        answer = _asked_first(work, user, None, url_for(".accounts", q=user.username))
        if answer is None:
            back = _hands().release(
                work, user, None
            )  # while the posts are still held, one knows which they were
            service.disable(work, user)
            name, username = user.name, user.username
    if answer is not None:
        return answer
    flash(f"已停用“{name}”的账号。{_went_back(back)}")
    return redirect(url_for(".accounts", q=username), code=303)


def _hands() -> Hands:
    found: Hands = current_app.extensions[EXTENSION]
    return found


def _asked_first(work: Work, user: User, grant: GrantRow | None, back: str) -> ResponseReturnValue | None:
    """Return what is answered before a post is left: what hangs on it, or that others were asked. None: go on."""
    then = request.form.get("then", "")
    left = _hands().left(work, user, grant)
    if left is None or then == "anyway":
        return None
    if then == "ask":
        told = _hands().ask(work, user, grant)
        flash(
            f"已请 {told} 位同志办工作交接。交接好了再来办。"
            if told
            else "没有可以交接的人，请先授权接手的同志。"
        )
        return redirect(back, code=303)
    page = render_template(
        "county/left_open.html",
        verb="停用账号" if grant is None else "结束授权",
        name=user.name,
        left=left,
        action=request.path,
        back_url=back,
    )
    return make_response(page, 409)


def _went_back(count: int) -> str:
    return f"原来分给他的 {count} 件回到单位岗位上，已经告诉单位。" if count else ""


@bp.post("/admin/accounts/<int(max=2147483647):user_id>/enable")
@doors.signed_in(Role.SYSADMIN)
def enable(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    return _done(user_id, service.enable, "已启用")


@bp.post("/admin/accounts/<int(max=2147483647):user_id>/unlock")
@doors.signed_in(Role.SYSADMIN)
def unlock(user_id: int) -> ResponseReturnValue:
    """End a lock before its time."""
    return _done(user_id, service.unlock, "已解锁")


@bp.post("/admin/accounts/<int(max=2147483647):user_id>/reset")
@doors.signed_in(Role.SYSADMIN)
@presses.harmless_twice
def reset(user_id: int) -> ResponseReturnValue:
    """Give somebody a one-time password and show it."""
    with doors.work() as work:
        user = service.find_user(work, user_id)
        once = service.reset_password(work, user)
        name = f"{user.name}（{user.username}）"
    return _once_page("密码重置好了", name, once)


def _account_page(form: AccountForm, status: int) -> ResponseReturnValue:
    return render_template("county/account_new.html", form=form, back_url=url_for(".accounts")), status


def _once_page(title: str, name: str, once: str) -> ResponseReturnValue:
    # Shown in the answer itself: on its way through a redirect it would have to be kept somewhere.
    back = url_for(".accounts")
    return render_template("county/once.html", title=title, name=name, once=once, back_url=back)


def _done(user_id: int, deed: Callable[[Work, User], None], word: str) -> ResponseReturnValue:
    with doors.work() as work:
        user = service.find_user(work, user_id)
        deed(work, user)
        name, username = user.name, user.username
    flash(f"{word}“{name}”的账号。")
    return redirect(url_for(".accounts", q=username), code=303)


def _account_row(work: Work, one: Person) -> AccountRow:
    is_locked = one.locked_until is not None and one.locked_until > work.now
    return AccountRow(
        username=one.username,
        name=one.name,
        where=one.title if one.where in one.title else f"{one.where}，{one.title}".strip("，"),
        roles="、".join(role.label for role in one.roles) or "还没有授权",
        status=_status(one, is_locked=is_locked),
        actions=_account_actions(work, one, is_locked=is_locked),
    )


def _status(one: Person, *, is_locked: bool) -> str:
    if not one.is_active:
        return "已停用"
    if is_locked and one.locked_until is not None:
        return f"锁到 {local(one.locked_until):%H:%M}"
    return "等本人改密码" if one.must_change_password else "正常"


def _account_actions(work: Work, one: Person, *, is_locked: bool) -> Sequence[tuple[str, str, str]]:
    if not one.is_active:
        return (("启用", url_for(".enable", user_id=one.id), ""),)
    actions = [("解锁", url_for(".unlock", user_id=one.id), "")] if is_locked else []
    if one.id == work.actor.id:
        return actions
    if not _WATCHERS & set(one.roles):
        question = f"重置“{one.name}”的密码？他会马上退出登录，用新的一次性密码才能再进。"
        actions.append(("重置密码", url_for(".reset", user_id=one.id), question))
    question = f"停用“{one.name}”的账号？他会马上退出登录，还在办的要先交接。"
    actions.append(("停用", url_for(".disable", user_id=one.id), question))
    return actions


# Grants


@dataclass(frozen=True, slots=True)
class GrantRowView:
    """One line of the list of grants, in words; `end_url` is empty where this reader may not end it."""

    person: str
    username: str
    role: str
    post: str
    scope: str
    since: str
    until: str
    end_url: str


@bp.get("/admin/grants")
@doors.signed_in(Role.SECADMIN)
def grants() -> ResponseReturnValue:
    """List the grants, and take a new one."""
    return _grants_page(_grant_form(), 200)


@bp.post("/admin/grants")
@doors.signed_in(Role.SECADMIN)
def add_grant() -> ResponseReturnValue:
    """Grant a role."""
    form = _grant_form()
    if not form.validate():
        return _grants_page(form, 422)
    try:
        with doors.work() as work:
            user = _meant(work, form.person.data)
            service.add_grant(work, user, form.grant())
            name = user.name
    except (Invalid, Conflict, NotAllowed) as refusal:
        show(form, refusal)
        return _grants_page(form, refusal.status)
    flash(f"已给“{name}”授权。")
    return redirect(url_for(".grants"), code=303)


@bp.post("/admin/grants/<int(max=2147483647):grant_id>/end")
@doors.signed_in(Role.SECADMIN)
def end_grant(grant_id: int) -> ResponseReturnValue:
    """End a grant; first asked, what is still open in that person's hands."""
    with doors.work() as work:
        row = service.find_grant(work, grant_id)
        answer = _asked_first(work, row.user, row, url_for(".grants")) if row.ended_at is None else None
        if answer is None:
            back = _hands().release(
                work, row.user, row
            )  # while the post is still held, one knows which it was
            row = service.end_grant(work, grant_id)
            said = f"已结束“{row.user.name}”的{row.role.label}授权。{_went_back(back)}"
    if answer is not None:
        return answer
    flash(said)
    return redirect(url_for(".grants"), code=303)


def _grant_form() -> GrantForm:
    form = GrantForm()
    with doors.reading() as work:
        form.offer(directory.directory(work.session), directory.enterprises(work.session, limit=_FIRMS_MOST))
    return form


def _grants_page(form: GrantForm, status: int) -> ResponseReturnValue:
    q = request.args.get("q", "").strip()
    with doors.reading() as work:
        before = doors.before()
        found = queries.grants(work.session, q=q, before=before, limit=PAGE + 1)
        rows = [_grant_row(one, work.actor.id) for one in found[:PAGE]]
    more = url_for(".grants", q=q or None, before=found[PAGE - 1].id) if len(found) > PAGE else ""
    return render_template("county/grants.html", form=form, query=q, grants=rows, next_url=more), status


def _grant_row(one: Granted, reader: int | None) -> GrantRowView:
    may_end = one.ended_at is None and one.user_id != reader
    return GrantRowView(
        person=one.name,
        username=one.username,
        role=one.role.label,
        post=one.post.label if one.post else "",
        scope=one.over or "全县",
        since=_day(one.started_at),
        until=_day(one.ended_at) if one.ended_at else "",
        end_url=url_for(".end_grant", grant_id=one.id) if may_end else "",
    )


def _meant(work: Work, typed: str) -> User:
    found = queries.named(work.session, typed)
    if len(found) == 1:
        return found[0]
    if not found:
        said = f"没有“{typed}”这个登录名或姓名；没有账号的，先请系统管理员开一个。"
        raise Invalid(errors={"person": [said]})
    usernames = "、".join(one.username for one in found[:5])
    raise Invalid(errors={"person": [f"叫“{typed}”的有 {len(found)} 位，请填登录名：{usernames}。"]})


def _day(at: datetime) -> str:
    return local(at).strftime("%Y-%m-%d")
