"""The doors to the calendar: what each year is made of, and importing a notice, with a look at it first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.county.workdays import queries, rules, service
from chainhub.county.workdays.forms import NoticeForm
from chainhub.county.workdays.queries import YearFacts
from chainhub.county.workdays.service import Preview
from chainhub.web import doors

bp = Blueprint("workdays", __name__, template_folder="../templates")


@dataclass(frozen=True, slots=True)
class YearRow:
    """One year in words."""

    year: int
    source: str
    days_off: str
    makeup_days: str
    workdays: int


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What a file would change, and the notice itself to be sent back with the confirmation."""

    title: str
    known: str
    changes: Sequence[tuple[str, str, str, str]]  # day, name, before, after
    token: str
    file_name: str
    confirm_url: str


@bp.get("/admin/workdays")
@doors.signed_in(Role.SYSADMIN)
def index() -> ResponseReturnValue:
    """Show what every year is made of, and take a notice."""
    return _page(NoticeForm(), 200)


@bp.post("/admin/workdays")
@doors.signed_in(Role.SYSADMIN)
def import_notice() -> ResponseReturnValue:
    """Take a file; with `dry_run` only show what it would change, and take `token` as its confirmation."""
    form = NoticeForm()
    token = request.form.get("token", "")
    if not token and not form.validate():
        return _page(form, 422)
    name = request.form.get("file_name", "") if token else str(form.file.data.filename or "")
    content = token.encode() if token else form.file.data.read()
    try:
        if request.form.get("dry_run"):
            with doors.reading() as work:
                return _page(form, 200, _preview(service.preview(work, name, content), name))
        with doors.work() as work:
            result = service.import_notice(work, name, content)
    except Invalid as refusal:
        form.file.errors = refusal.errors.get("file", [refusal.title])
        return _page(form, 422)
    flash(result.text)
    return redirect(url_for(".index"), code=303)


def _page(form: NoticeForm, status: int, preview: PreviewView | None = None) -> ResponseReturnValue:
    with doors.reading() as work:
        facts = queries.years(work.session, work.calendar, local(work.now).year + 1)
        missing = service.reminder_due(work)
    page = render_template(
        "county/workdays.html",
        form=form,
        years=[_year_row(one) for one in reversed(facts)],
        preview=preview,
        missing=missing,
        back_url=url_for(".index"),
    )
    return page, status


def _year_row(one: YearFacts) -> YearRow:
    return YearRow(one.year, one.source.label, _days(one.off), _days(one.makeup), one.workdays)


def _days(days: Sequence[date]) -> str:
    return f"{len(days)} 天：{rules.spans(days)}" if days else "没有"


def _preview(found: Preview, file_name: str) -> PreviewView:
    return PreviewView(
        title=found.title,
        known=found.known_since,
        changes=[(f"{one.on:%Y-%m-%d}", one.name, one.before, one.after) for one in found.changes],
        token=found.notice.canonical,
        file_name=file_name,
        confirm_url=url_for(".import_notice"),
    )
