"""The one place where refusals and accidents become answers: a Chinese page, or problem+json for programs."""

import logging

import orjson
from flask import Flask, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from chainhub.core.errors import Invalid, Refusal, TooFast
from chainhub.web import held
from chainhub.web.presses import Repeated

log = logging.getLogger(__name__)

API = "/api/"

_PAGES: dict[int, tuple[str, str]] = {
    400: ("这个请求看不懂", "请从页面上的按钮再来一次。"),
    401: ("请先登录", "登录后会回到这一页。"),
    403: ("这一页不对您开放", "如果这件事该您办，请联系安全管理员给您授权。"),
    404: ("没有这一页，或者您看不到它", "请核对编号；别家企业的诉求是看不到的。"),
    405: ("这个地址不能这样用", "请从页面上的按钮再来一次，或者看接口说明。"),
    409: ("这件事刚刚有了变化", "请刷新看看现在的情况再决定。"),
    410: ("这个链接不能再用", "请登录后再看；没有账号，请等回访员打电话，或者打电话给产业链党委。"),
    413: ("内容太大了", "请删短一些，或者去掉附件再提交。"),
    415: ("格式不对", "请用 JSON 提交，并写明 Content-Type: application/json。"),
    422: ("有几处要改", "您写的都还在，改好再提交。"),
    429: ("操作太快了", "请歇一会儿再试。"),
    500: ("系统出了点问题", "您的操作没有保存，请再试一次；还不行，请打电话给县专班。"),
    503: ("系统暂时用不了", "数据库没有应答，您的操作没有保存。请过几分钟再试。"),
}

_HEADINGS = {
    "link_dead": "这个链接不能再用了",
    "forbidden_now": "这一步您现在不能办",
    "wrong_state": "现在不是办这一步的时候",
}
"""Refusals whose sentence says all that is to be done: to load the page again would change nothing."""

_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
}
_CODES |= {
    409: "conflict",
    410: "gone",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_fast",
}
_CODES |= {500: "server_error", 503: "unavailable"}


_OUR_FAULT = (
    "no such column",
    "no such table: search",
    "syntax error",
)  # SQLite calls these operational, too


class Unavailable(Exception):
    """The database is busy or away; nothing was saved."""


def wants_json() -> bool:
    """Say whether this request speaks JSON."""
    return request.path.startswith(API)


def problem(
    status: int,
    title: str,
    code: str,
    errors: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an error for programs, in the one shape (RFC 9457)."""
    body = {"type": "about:blank", "status": status, "title": title, "code": code, "errors": errors or {}}
    response = Response(orjson.dumps(body), status, content_type="application/problem+json")
    response.headers.update(headers or {})
    return response


def page(status: int, title: str, advice: str, *, back: tuple[str, str] = ("", "")) -> Response:
    """Return an error for people; `back` is the address and the words of the way out, else it leads home.

    What was written in a form that is refused is shown beneath, to be copied.
    """
    url, label = back
    said: dict[str, object] = {"code": status, "title": title, "advice": advice}
    said |= {"back_url": url, "back_label": label, "kept": held.texts()}
    return make_response(render_template("error.html", **said), status)


def register(app: Flask) -> None:
    """Hang the handlers on the application."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Repeated, _repeated)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(Exception, _accident)


def _refusal(error: Refusal) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooFast) else {}
    if wants_json():
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        errors = error.errors if isinstance(error, Invalid) else None
        return problem(error.status, error.title, error.reason, errors, headers)
    if error.reason in _HEADINGS:
        return page(error.status, _HEADINGS[error.reason], error.title, back=_ticket())
    advice = _PAGES[error.status][1]
    if isinstance(error, Invalid) and error.errors:
        advice = "；".join(said for one in error.errors.values() for said in one)
    response = page(error.status, error.title, advice)
    response.headers.update(headers)
    return response


def _ticket() -> tuple[str, str]:
    """Return the way back to the ticket that this request was about."""
    number = (request.view_args or {}).get("number")
    return (url_for("tickets.show", number=number), "回到这件诉求") if number else ("", "")


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    """Answer a page that is too old. Whoever wants to leave and has already been signed out, simply has left."""
    if getattr(g, "account", None) is None and request.endpoint == "people.sign_out":
        return redirect(url_for("people.sign_in"), code=303)
    return held.stale()


def _repeated(_error: Repeated) -> ResponseReturnValue:
    """Answer the second of two that are the same: it was done, once."""
    flash("刚才已经交上去了，没有重复办。")
    url, _ = _ticket()
    shown = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    return redirect(url or (request.full_path.rstrip("?") if shown else "/"), code=303)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    title, advice = _PAGES.get(status, _PAGES[400 if status < 500 else 500])
    if wants_json():
        headers = {}
        allowed = getattr(error, "valid_methods", None)
        if status == 405 and allowed:
            headers["Allow"] = ", ".join(sorted(allowed))
        return problem(status, f"{title}。{advice}", _CODES.get(status, "error"), headers=headers)
    if error.response is not None or status < 400:
        answer = error.get_response()
        return Response(answer.response, answer.status, answer.headers.to_wsgi_list())
    return page(status, title, advice)


def _unavailable(error: Exception) -> Response:
    if any(words in str(error) for words in _OUR_FAULT):
        return _accident(error)
    log.error("database unavailable", extra={"cause": str(error)[:300]})
    title, advice = _PAGES[503]
    if wants_json():
        return problem(503, f"{title}。{advice}", "unavailable", headers={"Retry-After": "60"})
    return page(503, title, advice)


def _accident(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    title, advice = _PAGES[500]
    if wants_json():
        return problem(500, f"{title}。{advice}", "server_error")
    return page(500, title, advice)
