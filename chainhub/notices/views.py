"""The doors to the inbox. Looking changes nothing; opening a message is a form, since it marks it as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.people.rules import local_path
from chainhub.notices import queries, service
from chainhub.notices.models import Notice
from chainhub.web import doors, presses

bp = Blueprint("notices", __name__, template_folder="templates")
PAGE = 50


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One message; `open_url` takes the form that opens it, `url` leads on where it has been read."""

    text: str
    kind_label: str
    when: str
    unread: bool
    url: str
    open_url: str


@bp.get("/inbox")
@doors.signed_in()
def index() -> ResponseReturnValue:
    """Show one's messages, newest first."""
    before = doors.before()
    with doors.reading() as work:
        found = _found(work, before)
        rows = [_view(one, work.now) for one in found[:PAGE]]
    more = url_for(".index", before=found[PAGE - 1].id) if len(found) > PAGE else ""
    first = url_for(".index") if before is not None else ""
    return render_template(
        "notices/inbox.html",
        notices=rows,
        next_url=more,
        first_url=first,
        read_all_url=url_for(".read_all"),
    )


@bp.post("/inbox/read")
@doors.signed_in()
@presses.harmless_twice
def read_all() -> ResponseReturnValue:
    """Mark every message as read."""
    with doors.work() as work:
        service.mark_read(work)
    flash("全部标为已读。")
    return redirect(url_for(".index"), code=303)


@bp.post("/inbox/<int(max=2147483647):notice_id>/open")
@doors.signed_in()
@presses.harmless_twice
def open_one(notice_id: int) -> ResponseReturnValue:
    """Mark one message as read and go where it leads."""
    with doors.work() as work:
        notice = queries.own(work.session, work.actor.id or 0, notice_id)
        if notice is None:
            raise NotFound("没有这条消息。")
        service.mark_read(work, notice_id)
        target = local_path(notice.link)
    return redirect(target or url_for(".index"), code=303)


def _found(work: Work, before: int | None) -> Sequence[Notice]:
    return queries.inbox(work.session, work.actor.id or 0, before=before, limit=PAGE + 1)


def _view(notice: Notice, now: datetime) -> NoticeView:
    return NoticeView(
        text=notice.text,
        kind_label=notice.kind.label,
        when=_when(notice.created_at, now),
        unread=notice.read_at is None,
        url=local_path(notice.link),
        open_url=url_for(".open_one", notice_id=notice.id),
    )


def _when(at: datetime, now: datetime) -> str:
    here, today = local(at), local(now)
    if here.date() == today.date():
        return f"今天 {here:%H:%M}"
    day = f"{here.month}月{here.day}日" if here.year == today.year else f"{here:%Y-%m-%d}"
    return f"{day} {here:%H:%M}"
