"""The administrator's page 对外发送: how each way fares, one test of each, what became of every message and why."""

from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, Refusal
from chainhub.core.limits import local
from chainhub.core.media import PROVEN, Medium
from chainhub.notices import outbox, outgoing_queries, trying
from chainhub.notices.manners import Fate
from chainhub.notices.outgoing_queries import PAGE, Listed, Standing
from chainhub.notices.trying import Tried, medium_of
from chainhub.web import doors

bp = Blueprint("outgoing", __name__, template_folder="templates")
_TO = {Medium.EMAIL: "邮箱", Medium.SMS: "手机号", Medium.WECHAT: "openid", Medium.WEBHOOK: "账号"}


class _Tab(NamedTuple):
    """One list of the page: how its address calls it, its word, what is in it, what an empty one says."""

    name: str
    label: str
    fates: tuple[Fate, ...]
    empty: str


_TABS = (
    _Tab("", "没发成", (Fate.DEAD,), "都发出去了。"),
    _Tab("waiting", "等着发", (Fate.WAITING, Fate.SENDING), "没有等着发的。"),
    _Tab("sent", "已发出", (Fate.SENT,), "还没有发过。"),
    _Tab("cancelled", "不用发", (Fate.CANCELLED,), "没有不用发的。"),
)


@bp.get("/admin/outgoing")
@doors.signed_in(Role.SYSADMIN)
def index() -> ResponseReturnValue:
    """Show how the ways fare and what was not delivered."""
    return _page(200)


@bp.post("/admin/outgoing/test/<name>")
@doors.signed_in(Role.SYSADMIN)
def test(name: str) -> ResponseReturnValue:
    """Send one test and say what came back."""
    medium = medium_of(name)
    try:
        with doors.reading() as work:
            trial = trying.prepared(work, medium, request.form.get("to", ""))
    except (Invalid, Conflict) as refusal:
        return _page(refusal.status, medium, refusal)
    doors.session().rollback()  # nobody waits for this one's transaction while the other side thinks
    tried = trying.run(trial)
    with doors.work() as work:
        trying.note(work, trial, tried)
    return _page(200, medium, tried=tried)


@bp.post("/admin/outgoing/<int(max=2147483647):row_id>/retry")
@doors.signed_in(Role.SYSADMIN)
def retry(row_id: int) -> ResponseReturnValue:
    """Try one again."""
    with doors.work() as work:
        outbox.retry(work, row_id)
    flash("这一条重新发，几秒以后刷新看看。")
    return redirect(url_for(".index"), code=303)


@bp.post("/admin/outgoing/retry")
@doors.signed_in(Role.SYSADMIN)
def retry_all() -> ResponseReturnValue:
    """Try everything again."""
    with doors.work() as work:
        count = outbox.retry_all(work)
    flash(f"{count} 条重新发，几秒以后刷新看看。" if count else "没有要重新发的。")
    return redirect(url_for(".index"), code=303)


def _page(
    status: int, at: Medium | None = None, refusal: Refusal | None = None, tried: Tried | None = None
) -> ResponseReturnValue:
    before = doors.before()
    tab = next((one for one in _TABS if one.name == request.args.get("show")), _TABS[0])
    with doors.reading() as work:
        ways = [_way(one, work.now) for one in outgoing_queries.standings(work)]
        found = outgoing_queries.listed(work, tab.fates, before=before, limit=PAGE + 1)
    rows = [_row(one) for one in found[:PAGE]]
    errors = getattr(refusal, "errors", {}) if refusal else {}
    said = "；".join(errors.get("to", [])) or (refusal.title if refusal else "")
    page = render_template(
        "notices/outgoing.html",
        ways=ways,
        rows=rows,
        tab=tab,
        tabs=[(one, url_for(".index", show=one.name or None, _anchor="list")) for one in _TABS],
        next_url=(
            url_for(".index", show=tab.name or None, before=found[PAGE - 1].id, _anchor="list")
            if len(found) > PAGE
            else ""
        ),
        first_url=(url_for(".index", show=tab.name or None, _anchor="list") if before is not None else ""),
        at=at.value if at else "",
        said=said,
        tried=tried,
        typed=request.form.get("to", ""),
    )
    return make_response(page, status)


def _way(one: Standing, now: datetime) -> dict[str, object]:
    if not one.is_set:
        line = "没有设置"
    elif one.paused_until is not None:
        line = f"歇到 {_when(one.paused_until)}：{one.said}"
    elif one.sent_at is not None:
        line = f"正常，{_when(one.sent_at)} 发过"
    else:
        line = "设置好了，还没有发过"
    return {
        "name": one.medium.value,
        "label": one.medium.label,
        "set": one.is_set,
        "rests": one.paused_until is not None,
        "line": line,
        "waiting": one.waiting,
        "failed": one.failed,
        "to": _TO.get(one.medium, ""),
        "needs_to": one.medium in PROVEN or one.medium is Medium.WEBHOOK,
    }


def _row(one: Listed) -> dict[str, object]:
    what = one.kind.label if one.purpose.value == "notice" else one.purpose.label
    return {
        "id": one.id,
        "who": f"{one.person}（{one.username}）",
        "how": f"{one.medium.label}，{what}",
        "when": _when(one.created_at),
        "why": _became(one),
        "tries": f"试了 {one.tries} 次" + ("，可能发到过" if one.repeated else "") if one.tries else "",
        "dead": one.fate is Fate.DEAD,
    }


def _became(one: Listed) -> str:
    if one.fate is Fate.SENT and one.sent_at is not None:
        return f"{_when(one.sent_at)} 发出，{one.said}"
    if one.fate is Fate.WAITING:
        return f"{_when(one.look_at)} 以后发" + (f"，上次：{one.said}" if one.said else "")
    return one.said or one.fate.label


def _when(at: datetime) -> str:
    here = local(at)
    return f"{here.month}月{here.day}日 {here:%H:%M}"
