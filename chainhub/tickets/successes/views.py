"""Cases on pages: drafting, the enterprise's word, publishing, and the list that everybody reads."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from chainhub.core.typed import clean
from chainhub.core.work import Work
from chainhub.tickets import fields, forms
from chainhub.tickets.forms import ActForm, Length, options
from chainhub.tickets.rules import local_date_text
from chainhub.tickets.successes import rules, service
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.leading import Made, beside_page
from chainhub.tickets.workflow import Action
from chainhub.web import doors
from chainhub.web.chinese import Filled

_NOTE = fields.field(Action.PROGRESS, "note")
_NEEDED = "这一项要填。"
ANSWERS = {"anonymous": "同意，不写我们企业", "named": "同意，可以写我们企业", "no": "不同意"}


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


def for_draft() -> type[ActForm]:
    """Return the form of a draft."""
    made: dict[str, Any] = {
        "title": StringField(
            rules.TITLE.label, validators=[Filled(_NEEDED), Length(rules.TITLE)], filters=[_trim]
        ),
        "text": TextAreaField(
            rules.TEXT.label,
            description=rules.TEXT.hint,
            validators=[Filled(_NEEDED), Length(rules.TEXT)],
            filters=[_trim],
        ),
    }
    return type("CaseForm", (ActForm,), made)


def for_consent() -> type[ActForm]:
    """Return the form of the enterprise's word."""
    listed = options(list(ANSWERS.items()))
    made: dict[str, Any] = {
        "answer": RadioField(
            "您同意这样登出来吗？",
            choices=listed,
            validators=[Filled("请选一项。")],
        )
    }
    return type("ConsentForm", (ActForm,), made)


def for_decision() -> type[ActForm]:
    """Return the form of who publishes."""
    listed = options([("publish", "发布"), ("reject", "不发布")])
    made: dict[str, Any] = {
        "decision": RadioField("发布吗？", choices=listed, validators=[Filled("请选一项。")]),
        "note": TextAreaField(
            "意见",
            description="不发布的，写明为什么",
            validators=[Optional(), Length(_NOTE)],
            filters=[_trim],
        ),
    }
    return type("CaseDecisionForm", (ActForm,), made)


@bp.route("/tickets/<number>/case", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def draft_case(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        return service.demand_draft(work, number), for_draft()()

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        service.draft(work, number, given["title"], given["text"])
        return "写好了，已经请企业看。"

    return beside_page("写成案例", "企业同意以后，由另一位同志审核发布。", _make, _do)


@bp.route("/cases/<int:id_>/answer", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def answer_case(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found = service.demand_answer(work, id_)
        return ticket, for_consent()().over(found.text, f"《{found.title}》")

    def _do(work: Work, form: forms.ActForm) -> str:
        chosen = form.given()["answer"]
        service.answer(work, id_, agrees=chosen != "no", named=chosen == "named")
        return "记下了，谢谢您。" if chosen != "no" else "记下了，不会登出来。"

    line = "登出来的就是上面这些话，一个字不改。同意了也可以随时收回。"
    return beside_page("答复案例", line, _make, _do)


@bp.post("/cases/<int:id_>/withdraw")
@doors.signed_in(*PEOPLE)
def withdraw_case(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        ticket, _ = service.demand_answer(work, id_)
        link = ticket.link
        service.answer(work, id_, agrees=False)
    flash("收回了，案例不再登出来。")
    return redirect(f"{link}#ticket-cases", code=303)


@bp.route("/cases/<int:id_>/decide", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def decide_case(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found = service.demand_publish(work, id_)
        named = "企业同意写它的名字" if found.named else "企业不让写它的名字"
        return ticket, for_decision()().over(found.text, f"《{found.title}》，{named}。")

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        made = service.decide(work, id_, publish=given["decision"] == "publish", note=given.get("note", ""))
        return f"案例{made.stage.label}。"

    return beside_page("审核案例", "写案例的人不能自己发布。", _make, _do)


@bp.get("/cases")
@doors.signed_in()
def cases() -> ResponseReturnValue:
    below = doors.before()
    with doors.reading() as work:
        found, after = service.published(work, before=below)
        here = url_for(".cases")
        return render_template(
            "tickets/cases.html",
            cases=[
                {
                    "title": one.case.title,
                    "text": one.case.text,
                    "line": "，".join(
                        word
                        for word in (
                            one.category,
                            one.enterprise,
                            local_date_text(one.case.decided_at or one.case.drafted_at, year=work.now.year),
                        )
                        if word
                    ),
                }
                for one in found
            ],
            next_url=f"{here}?before={after}" if after else "",
            first_url=here if below is not None else "",
        )
