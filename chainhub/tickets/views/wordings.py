"""Keeping the county's standard replies."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length as Most
from wtforms.validators import Optional

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import fields, forms, presenting, wording
from chainhub.tickets.everyday import StandardReply
from chainhub.tickets.service import replies
from chainhub.tickets.showing import ReplyRow
from chainhub.tickets.views.door import bp
from chainhub.tickets.workflow import Action
from chainhub.web import doors
from chainhub.web.chinese import Filled

_PLACES = "、".join(f"{{{one}}}" for one in wording.PLACES)


@bp.route("/replies", methods=["GET", "POST"])
@doors.signed_in(*replies.KEEPERS)
def wordings() -> ResponseReturnValue:
    return _page(None)


@bp.route("/replies/<int:id_>", methods=["GET", "POST"])
@doors.signed_in(*replies.KEEPERS)
def wording_of(id_: int) -> ResponseReturnValue:
    return _page(id_)


@bp.post("/replies/<int:id_>/retire")
@doors.signed_in(*replies.KEEPERS)
def retire_wording(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        replies.retire(work, id_)
    flash("停用了，以前的版本留着备查。")
    return redirect(url_for(".wordings"), code=303)


def _page(id_: int | None) -> ResponseReturnValue:
    if request.method == "GET":
        with doors.reading() as work:
            form = _form(work)
            if id_ is not None:
                now = replies.find(work, id_)
                form.process(
                    data={**vars(now), "action": now.action.value, "category": now.category_code or ""}
                )
            return _render(work, form, id_, 200)
    refusal: Invalid | None = None
    try:
        with doors.work() as work:
            form = _form(work)
            if not form.validate():
                return _render(work, form, id_, 422)
            draft = _draft(form.given())
            replies.add(work, draft) if id_ is None else replies.change(work, id_, draft)
    except Invalid as error:
        refusal = error
    if refusal is None:
        flash("加上了。" if id_ is None else "改好了，原来的版本留着备查。")
        return redirect(url_for(".wordings"), code=303)
    with doors.reading() as work:
        form = _form(work)
        form.validate()
        for name, said in refusal.errors.items():
            form[name].errors = list(said)
        return _render(work, form, id_, 422)


def _draft(given: dict[str, Any]) -> replies.Draft:
    return replies.Draft(Action(given["action"]), given.get("category"), given["label"], given["text"])


def _form(work: Work) -> forms.ActForm:
    directory = known.of(work.session).directory
    verbs = [("", "请选"), *((one.value, one.label) for one in wording.FIELDS)]
    tops = [(one.code, one.label) for one in directory.categories.values()]
    most = Most(max=replies.LABEL_MOST, message=f"最多 {replies.LABEL_MOST} 个字。")
    made = {
        "action": SelectField(
            "用在哪里", choices=forms.options(verbs), validators=[Filled("请选用在哪里。")]
        ),
        "category": SelectField(
            "哪一类", choices=forms.options([("", "每一类都用"), *tops]), validators=[Optional()]
        ),
        "label": StringField("叫什么", description="按钮上的字", validators=[Filled("请起个名字。"), most]),
        "text": TextAreaField(
            "话",
            description=f"能用 {_PLACES}，用的时候自动填上",
            validators=[Filled("请写下要说的话。")],
        ),
    }
    form: forms.ActForm = type("ReplyForm", (forms.ActForm,), made)()
    return form


def _render(work: Work, form: forms.ActForm, id_: int | None, status: int) -> ResponseReturnValue:
    if id_ is None:
        listed = tuple(_row(work, one) for one in replies.in_use(work))
        old: tuple[ReplyRow, ...] = ()
    else:
        listed = ()
        old = tuple(_row(work, one) for one in replies.versions(work, replies.find(work, id_)))
    page = render_template(
        "tickets/wordings.html", form=form, rows=listed, versions=old, id=id_, most=fields.NOTE_MOST
    )
    return make_response(page, status)


def _row(work: Work, one: StandardReply) -> ReplyRow:
    directory = known.of(work.session).directory
    return ReplyRow(
        one.action.label,
        directory.category_label(one.category_code) or "每一类",
        one.label,
        one.text,
        f"第 {one.version} 版，{one.made_by} {presenting.near(one.made_at, work.now)}",
        url_for(".wording_of", id_=one.id),
    )
