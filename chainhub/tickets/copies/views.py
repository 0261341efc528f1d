"""Copying a ticket to somebody on a page; what was copied to me."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, TextAreaField
from wtforms.validators import Optional

from chainhub.core.typed import clean
from chainhub.core.work import Work
from chainhub.tickets import fields, forms, presenting
from chainhub.tickets.copies import service
from chainhub.tickets.copies.service import READERS, Listed, Reader
from chainhub.tickets.forms import ActForm, Length, options
from chainhub.tickets.showing import LightView, MineListPage, MineRow
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.leading import Made, beside_page
from chainhub.tickets.workflow import Action
from chainhub.web import doors
from chainhub.web.chinese import Filled

NOTE = fields.field(Action.PROGRESS, "note")


def for_copy(readers: list[Reader]) -> type[ActForm]:
    """Return the form: to whom, and a word with it."""
    listed = [("", "请选"), *((one.username, one.words) for one in readers)]
    made: dict[str, Any] = {
        "person": SelectField(
            "抄送给谁",
            choices=options(listed),
            validators=[Filled("请选一位。")],
            description="领导，或者别的单位的人",
        ),
        "note": TextAreaField("带一句话", validators=[Optional(), Length(NOTE)], filters=[_trim]),
    }
    return type("CopyForm", (ActForm,), made)


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


@bp.route("/tickets/<number>/copy", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def copy(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, _ = service.demand(work, number)
        return ticket, for_copy(service.readers(work, ticket))()

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        made = service.copy(work, number, given["person"], given.get("note", ""))
        return f"抄送给{made.person}了，只能看，不能办。"

    return beside_page("抄送", "对方看得到这件诉求和以后的进展，不能办。随时可以撤回。", _make, _do)


@bp.post("/copies/<int:id_>/withdraw")
@doors.signed_in(*PEOPLE)
def withdraw_copy(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        made = service.withdraw(work, id_)
        ticket, _ = service.find(work, id_)
        link, person = ticket.link, made.person
    flash(f"撤回了，{person}看不到这件诉求了。")
    return redirect(f"{link}#ticket-copies", code=303)


@bp.get("/mine/copies")
@doors.signed_in(*READERS)
def my_copies() -> ResponseReturnValue:
    below = doors.before()
    with doors.reading() as work:
        found, after = service.mine(work, before=below)
        here = url_for(".my_copies")
        page = MineListPage(
            "抄送给我的",
            "只是给您看看，不用您办。新的在前。",
            "抄送",
            (),
            tuple(_row(work, one) for one in found),
            next_url=f"{here}?before={after}" if after else "",
            first_url=here if below is not None else "",
            empty="没有抄送给您的诉求。",
            empty_hint="经办的单位、专班、产业链党委抄送给您的，会排在这里。",
        )
        return render_template("tickets/mine.html", page=page)


def _row(work: Work, one: Listed) -> MineRow:
    ticket, made = one.ticket, one.copy
    note = f"：{made.note}" if made.note else ""
    colour = presenting.colour(
        ticket.state, ticket.due_at, ticket.yellow_at, work.now, asked=ticket.extension_pending
    )
    return MineRow(
        ticket.number,
        ticket.title,
        one.enterprise,
        ticket.link,
        LightView(colour, ticket.state.label),
        f"{made.by_name}抄送{note}",
        presenting.near(made.at, work.now),
        "看进展",
        ticket.link,
    )
