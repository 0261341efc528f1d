"""The auditor's doors: reading the log, and checking that nobody has changed it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from chainhub.audit import queries, service, words
from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Role
from chainhub.core.limits import local
from chainhub.web import doors, presses

bp = Blueprint("audit", __name__, template_folder="templates")
_LINES_MOST = 20

Verify = Callable[[Session], tuple[bool, list[str]]]


@dataclass(frozen=True, slots=True)
class VerifyView:
    """How the newest check ended."""

    ok: bool
    words: str
    when: str


@bp.get("/admin/audit")
@doors.signed_in(Role.AUDITOR)
def log() -> ResponseReturnValue:
    """Show the log, newest first, and how the newest check ended."""
    q = request.args.get("q", "").strip()
    before = doors.before()
    with doors.reading() as work:
        found = queries.entries(
            work.session, q=q, actions=words.actions_called(q), before=before, limit=queries.PAGE + 1
        )
        rows = [_row(entry) for entry in found[: queries.PAGE]]
        checked = queries.last(work.session, words.VERIFIED)
        verify = _verify_view(checked) if checked else None
    more = ""
    if len(found) > queries.PAGE:
        more = url_for(".log", q=q or None, before=found[queries.PAGE - 1].id)
    return render_template(
        "audit/log.html", query=q, rows=rows, verify=verify, verify_url=url_for(".verify"), next_url=more
    )


@bp.post("/admin/audit/verify")
@doors.signed_in(Role.AUDITOR)
@presses.harmless_twice
def verify() -> ResponseReturnValue:
    """Check all history. That takes its time, so it only reads; what came out is written down afterwards."""
    check: Verify = current_app.extensions["chainhub_verify"]
    with doors.reading(in_one=True) as work:
        ok, lines = check(work.session)
    with doors.work() as work:
        about = "完整" if ok else "对不上"
        service.record(work, words.VERIFIED, about, {"ok": ok, "lines": list(lines[:_LINES_MOST])})
    return redirect(url_for(".log", _anchor="verify"), code=303)


def _row(entry: AuditEntry) -> tuple[str, str, str, str]:
    about = "；".join(said for said in (entry.about, words.details(entry.data)) if said)
    return f"{local(entry.at):%Y-%m-%d %H:%M:%S}", entry.who, words.word(entry.action), about


def _verify_view(entry: AuditEntry) -> VerifyView:
    return VerifyView(
        ok=entry.data.get("ok") is True,
        words=" ".join(entry.data.get("lines", ())),
        when=f"{local(entry.at):%Y-%m-%d %H:%M}",
    )
