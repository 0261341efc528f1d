"""The page 提醒方式: by which ways one wants word. Works on a phone and without a script."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid, Refusal, TooFast
from chainhub.core.media import Medium
from chainhub.county.people import entering
from chainhub.notices import choosing, codes
from chainhub.notices.choosing import Way
from chainhub.notices.trying import medium_of
from chainhub.web import doors

bp = Blueprint("ways", __name__, template_folder="templates")
CODES_MOST = 20  # codes asked for from one address within a quarter of an hour
_FILL = {
    Medium.EMAIL: ("邮箱", "email", "name@example.cn"),
    Medium.SMS: ("手机号", "tel", "11 位数字"),
    Medium.WECHAT: ("服务号给您的编号", "text", "在服务号里点“我的编号”看得到"),
}
_ABOUT = {
    Medium.EMAIL: "几条一起来的合成一封，不急的只在上班时间发。",
    Medium.SMS: "一小时最多 4 条，多的合成一条。",
    Medium.WECHAT: "要先关注县里的服务号。",
    Medium.WECOM: "机器人在群里提到您，只说有几条，不说内容。",
    Medium.DINGTALK: "机器人在群里提到您，只说有几条，不说内容。",
    Medium.FEISHU: "机器人在群里提到您，只说有几条，不说内容。",
    Medium.WEBHOOK: "这个账号的消息同时告诉它背后的系统。",
}


@bp.get("/mine/media")
@doors.signed_in()
def index() -> ResponseReturnValue:
    """Show one's ways."""
    return _page(None, None, 200)


@bp.post("/mine/media/<name>/<any(on, off):word>")
@doors.signed_in()
def switch(name: str, word: str) -> ResponseReturnValue:
    """Switch a way on or off."""
    medium = medium_of(name)
    with doors.work() as work:
        choosing.switch(work, medium, on=word == "on")
    flash(f"{medium.label}{'打开' if word == 'on' else '关'}了。")
    return redirect(url_for(".index"), code=303)


@bp.post("/mine/media/<name>/address")
@doors.signed_in()
def propose(name: str) -> ResponseReturnValue:
    """Take an address and send a code there."""
    medium = medium_of(name)
    entering.demand_calm("code", CODES_MOST)
    try:
        with doors.work() as work:
            shown = choosing.propose(work, medium, request.form.get("address", ""))
    except (Invalid, TooFast) as refusal:
        return _page(medium, refusal, refusal.status)
    entering.strike("code", CODES_MOST)
    flash(f"验证码发到 {shown} 了，5 分钟内填在下面。")
    return redirect(url_for(".index", asked=medium.value) + f"#{medium.value}", code=303)


@bp.post("/mine/media/<name>/code")
@doors.signed_in()
def confirm(name: str) -> ResponseReturnValue:
    """Take the code that was sent."""
    medium = medium_of(name)
    with doors.work() as work:
        held = choosing.confirm(work, medium, request.form.get("code", ""))
    if not held:
        return _page(medium, Invalid(errors={"code": [codes.WRONG]}), 422)
    flash(f"{medium.label}确认好了，已经打开。")
    return redirect(url_for(".index"), code=303)


def _page(at: Medium | None, refusal: Refusal | None, status: int) -> ResponseReturnValue:
    asked = at.value if at else request.args.get("asked", "")
    with doors.reading() as work:
        rows = [_row(way, way.medium.value == asked) for way in choosing.ways(work)]
    page = render_template(
        "notices/ways.html",
        ways=rows,
        refusal=refusal,
        at=at.value if at else "",
        errors=getattr(refusal, "errors", {}) if refusal else {},
        typed=request.form,
    )
    return make_response(page, status)


def _row(way: Way, asked: bool) -> dict[str, object]:
    label, kind, hint = _FILL.get(way.medium, ("", "", ""))
    return {
        "name": way.medium.value,
        "label": way.medium.label,
        "on": way.on,
        "demanded": way.demanded,
        "address": way.address,
        "verified": way.verified,
        "needs_address": way.needs_address,
        "asks_code": bool(way.address) and not way.verified,
        "open": asked,
        "about": _ABOUT[way.medium],
        "field": label,
        "type": kind,
        "hint": hint,
        "status": _status(way),
    }


def _status(way: Way) -> str:
    if way.demanded:
        return "县里要求，开着"
    if way.on:
        return "开着"
    if way.needs_address and way.address and not way.verified:
        return "等您填验证码"
    return "没开"
