"""The page on which one records a leave and who stands in."""

from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, Refusal
from chainhub.county.people.absences import LENT
from chainhub.county.people.service import leaving
from chainhub.web import doors

bp = Blueprint("leave", __name__, template_folder="../templates")
_FIELDS = ("person", "substitute", "from_on", "until_on", "reason")
_WHO = (*sorted(LENT), Role.SYSADMIN)


@bp.route("/leave", methods=["GET", "POST"])
@doors.signed_in(*_WHO)
def index() -> ResponseReturnValue:
    """Show one's leaves and the form, or take it; what was typed stays where it is refused."""
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    if request.method == "GET":
        return _page(typed, None, 200)
    try:
        with doors.work() as work:
            span = leaving.Span(_day(typed, "from_on"), _day(typed, "until_on"), typed["reason"])
            person = typed["person"] if leaving.may_record_for_others(work) else work.actor.username
            leaving.record(work, person, typed["substitute"], span)
    except Invalid as refusal:
        return _page(typed, refusal, 422)
    flash("请假记下了，这几天的任务和消息也会给代办的人。")
    return redirect(url_for(".index"), code=303)


@bp.post("/leave/<int:id_>/cancel")
@doors.signed_in(*_WHO)
def cancel(id_: int) -> ResponseReturnValue:
    """Cancel a leave."""
    with doors.work() as work:
        leaving.cancel(work, id_)
    flash("请假取消了。")
    return redirect(url_for(".index"), code=303)


def _day(typed: dict[str, str], name: str) -> date:
    try:
        day = date.fromisoformat(typed[name])
    except ValueError as error:
        raise Invalid(errors={name: ["请写日期，如 2026-10-27。"]}) from error
    if not 2000 <= day.year <= 2100:
        raise Invalid(errors={name: ["日期写得不对，请写成 2026-10-27。"]})
    return day


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _page(typed: dict[str, str], refusal: Refusal | None, status: int) -> ResponseReturnValue:
    errors = getattr(refusal, "errors", {}) if refusal else {}
    with doors.reading() as work:
        rows = [
            (
                one.leave.id,
                f"{one.person} {_said(one.leave.from_on)}到{_said(one.leave.until_on)}",
                f"{one.substitute}代办" + (f"，{one.leave.reason}" if one.leave.reason else ""),
                leaving.may_cancel(work, one.leave),
            )
            for one in leaving.listed(work)
        ]
        page = render_template(
            "county/leave.html",
            rows=rows,
            typed=typed,
            errors=errors,
            refusal=refusal,
            hands_over=bool(work.actor.roles & {Role.DEPARTMENT, Role.COMMITTEE, Role.TASK_FORCE}),
            for_others=leaving.may_record_for_others(work),
            colleagues=leaving.colleagues(work),
        )
    return make_response(page, status)
