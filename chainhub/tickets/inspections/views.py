"""Inspections on pages: laying tickets before one, its accounts, ending both; and what whoever inspects looks at."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.typed import clean
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.tickets import masking, sought
from chainhub.tickets.forms import Length
from chainhub.tickets.inspections import rules, service, showing
from chainhub.tickets.inspections.models import Inspection, InspectionAccount
from chainhub.tickets.rules import moment_text
from chainhub.tickets.views.door import bp
from chainhub.web import doors, presses
from chainhub.web.chinese import ChineseForm, Filled

_KEEPERS = (Role.COMMITTEE, Role.SYSADMIN)
_NEEDED = "这一项要填。"


def _trim(value: str | None) -> str | None:
    return " ".join(clean(value).split()) if value else value


class InspectionForm(ChineseForm):
    """For whom, why, how long; and the tickets, where they are not those of the list."""

    body = StringField(
        rules.BODY.label,
        description=rules.BODY.hint,
        validators=[Filled(_NEEDED), Length(rules.BODY)],
        filters=[_trim],
    )
    reason = StringField(
        rules.REASON.label,
        description=rules.REASON.hint,
        validators=[Filled(_NEEDED), Length(rules.REASON)],
        filters=[_trim],
    )
    days = IntegerField(
        "看几天",
        description=f"到时账号自己停用，最多 {rules.DAYS_MOST} 天",
        default=rules.DAYS_USUAL,
        validators=[NumberRange(1, rules.DAYS_MOST, rules.days_error(0))],
    )
    numbers = TextAreaField(
        "诉求编号",
        description=f"一行一个，最多 {rules.TICKETS_MOST} 件；不写就是列表里筛出来的那些",
    )


class AccountForm(ChineseForm):
    """Who is to look."""

    name = StringField(
        rules.NAME.label,
        description=rules.NAME.hint,
        validators=[Filled(_NEEDED), Length(rules.NAME)],
        filters=[_trim],
    )


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account of an inspection; `end_url` is empty where it has ended."""

    name: str
    username: str
    line: str
    runs: bool
    end_url: str


@bp.get("/inspections")
@doors.signed_in(*_KEEPERS)
def inspections() -> ResponseReturnValue:
    before = doors.before()
    with doors.reading() as work:
        found, after = service.page(work, before=before)
        rows = [
            {
                "id": one.id,
                "url": one.link if rules.may_make(work.actor) else "",
                "body": one.body,
                "reason": one.reason,
                "tickets": one.tickets,
                "by": one.made_by,
                "light": _light(work, one),
                "until": moment_text(one.until, year=work.now.year),
                "end_url": url_for(".end_inspection", id_=one.id) if service.may_end(work, one) else "",
            }
            for one in found
        ]
        return render_template(
            "tickets/inspections.html",
            rows=rows,
            new_url=url_for(".new_inspection") if rules.may_make(work.actor) else "",
            whose="" if rules.may_make(work.actor) else rules.WHOSE,
            next_url=url_for(".inspections", before=after) if after else "",
            first_url=url_for(".inspections") if before is not None else "",
        )


def _light(work: Work, one: Inspection) -> dict[str, str]:
    if one.ended_at is not None:
        return {"colour": "blue", "words": "结束了"}
    over = one.until <= work.now
    return {"colour": "grey", "words": "到期了"} if over else {"colour": "green", "words": "可以看"}


def _may_make() -> bool:
    with doors.reading() as work:
        return rules.may_make(work.actor)


@bp.route("/inspections/new", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def new_inspection() -> ResponseReturnValue:
    form, args = InspectionForm(), sought.kept(request.args.to_dict(flat=False))
    if not form.is_submitted() and not _may_make():
        return inspections()  # says whose it is
    if form.is_submitted() and form.validate():
        given = form.numbers.data or ""
        asked = service.Asked(form.body.data, form.reason.data, form.days.data, given, args)
        try:
            with doors.work() as work:
                link = service.make(work, asked).link
        except Invalid as refusal:
            for name, words in refusal.errors.items():
                form[name].errors = list(words)
        else:
            return redirect(link, code=303)
    with doors.reading() as work:
        service.demand_maker(work)
        page = render_template(
            "tickets/inspection_new.html",
            form=form,
            words=sought.words(work, args),
            back_url=f"/tickets?{urlencode(args, doseq=True)}",
        )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.get("/inspections/<int(max=2147483647):id_>")
@doors.signed_in(Role.COMMITTEE)
def inspection(id_: int) -> ResponseReturnValue:
    return _page(id_, AccountForm(formdata=None), 200)


def _page(id_: int, form: AccountForm, status: int) -> ResponseReturnValue:
    with doors.reading() as work:
        one = service.own(work, id_)
        runs = one.ended_at is None and one.until > work.now
        page = render_template(
            "tickets/inspection.html",
            one=one,
            form=form,
            chain=service.chain_name(work, one),
            light=_light(work, one),
            until=moment_text(one.until, year=work.now.year),
            made=f"{one.made_by} {moment_text(one.made_at, year=work.now.year)}",
            accounts=[_account(work, one, *found) for found in service.accounts(work, one)],
            pack_url=f"{one.link}/pack",  # of the room above, known by its address
            open_url=url_for(".open_inspection", id_=one.id) if runs else "",
            end_url=url_for(".end_inspection", id_=one.id) if service.may_end(work, one) else "",
        )
    return make_response(page, status)


def _account(work: Work, one: Inspection, account: InspectionAccount, user: User) -> AccountView:
    year = work.now.year
    line = f"{account.opened_by} {moment_text(account.opened_at, year=year)} 开"
    if account.ended_at is not None:
        line += f"，{account.ended_by} {moment_text(account.ended_at, year=year)} 停"
    end = url_for(".end_inspection_account", id_=one.id, user_id=user.id)
    runs = account.ended_at is None and one.until > work.now
    return AccountView(user.name, user.username, line, runs, end if account.ended_at is None else "")


@bp.post("/inspections/<int(max=2147483647):id_>/accounts")
@doors.signed_in(Role.COMMITTEE)
@presses.harmless_twice
def open_inspection(id_: int) -> ResponseReturnValue:
    """Open an account and show its one-time password, in the answer itself: it is kept nowhere."""
    form = AccountForm()
    with doors.reading() as work:
        service.own(work, id_)
    if not form.validate():
        return _page(id_, form, 422)
    try:
        with doors.work() as work:
            user, once = service.open_account(work, id_, form.name.data)
            said = {"name": user.name, "username": user.username}
    except Conflict as refusal:
        form.name.errors = [refusal.title]
        return _page(id_, form, 409)
    return render_template(
        "tickets/inspection_once.html", **said, once=once, back_url=url_for(".inspection", id_=id_)
    )


@bp.post("/inspections/<int(max=2147483647):id_>/end")
@doors.signed_in(*_KEEPERS)
def end_inspection(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        body = service.end(work, id_).body
    flash(f"给“{body}”的迎检结束了，账号都已停用。")
    return redirect(url_for(".inspections"), code=303)


@bp.post("/inspections/<int(max=2147483647):id_>/accounts/<int(max=2147483647):user_id>/end")
@doors.signed_in(Role.COMMITTEE)
def end_inspection_account(id_: int, user_id: int) -> ResponseReturnValue:
    with doors.work() as work:
        link = service.end_account(work, id_, user_id).link
    flash("这个账号停了，他已经退出。")
    return redirect(link, code=303)


# What whoever inspects looks at; each look is logged, so these doors write


@bp.get("/inspected")
@doors.signed_in(Role.INSPECTOR)
def inspected() -> ResponseReturnValue:
    with doors.work() as work:
        one = service.of_actor(work)
        found = service.look_through(work, request.args.get("cursor", ""))
        directory = known.of(work.session).directory
        rows = [
            {
                "number": item.ticket.number,
                "url": url_for(".inspected_one", number=item.ticket.number),
                "title": masking.text(item.ticket.title),
                "firm": item.enterprise,
                "unit": directory.unit_name(item.ticket.lead_unit_code),
                "state": item.ticket.state.label,
                "raised": moment_text(item.ticket.created_at, year=work.now.year),
            }
            for item in found.items
        ]
        page = render_template(
            "tickets/inspected.html",
            body=one.body if one else "",
            until=moment_text(one.until, year=work.now.year) if one else "",
            rows=rows,
            next_url=url_for(".inspected", cursor=found.next_cursor) if found.next_cursor else "",
            first_url=url_for(".inspected") if request.args.get("cursor") else "",
        )
    return make_response(page)


@bp.get("/inspected/<number>")
@doors.signed_in(Role.INSPECTOR)
def inspected_one(number: str) -> ResponseReturnValue:
    with doors.work() as work:
        page = render_template(
            "tickets/inspected_one.html",
            view=showing.view(work, service.look(work, number)),
            back_url=url_for(".inspected"),
        )
    return make_response(page)
