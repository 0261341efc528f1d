"""After the day: what was decided, the papers, what those who were there think."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.county import known
from chainhub.rotations.around import forms
from chainhub.rotations.around.fields import Form
from chainhub.rotations.around.papers.kinds import NUMBERED, SalonPaper
from chainhub.rotations.around.service import deciding, papers, rating
from chainhub.rotations.around.views.door import HOSTS, PEOPLE, asked, bp, docx
from chainhub.web import doors, presses

_NUMBERED = f"<any({','.join(NUMBERED)}):kind>"
_ANY = f"<any({','.join(SalonPaper)}):kind>"


@bp.route("/salons/<int:id_>/decide", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def decide(id_: int) -> ResponseReturnValue:
    """Note one thing that was decided."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        place = deciding.permit(work, id_)
        units = [(one.code, one.short) for one in known.of(work.session).directory.units.values()]
        form = forms.made(Form.DECIDE, {"unit": units})
        words: dict[str, object] = {
            "title": "记一条议定事项",
            "lead": "单位收到通知，办好了记一下；下一期开场通报。",
        }
        if request.method == "GET" or not form.validate():
            return asked(place, form, words, 200 if request.method == "GET" else 422)
        try:
            deciding.note(work, id_, form.given())
        except Invalid as refusal:
            form.put(refusal)
            work.session.rollback()
            return asked(place, form, words, 422)
        link = place.salon.link
    flash("记下了，单位收到了通知。")
    return redirect(link, code=303)


@bp.route("/decisions/<int:id_>/done", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def decision_done(id_: int) -> ResponseReturnValue:
    """Note that a decision is carried out."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        place, found = deciding.permit_done(work, id_)
        form = forms.made(Form.DONE)
        if not form.validate_on_submit():
            words: dict[str, object] = {"title": "办好了", "lead": found.what, "button": "记办好"}
            return asked(place, form, words, 200 if request.method == "GET" else 422)
        deciding.done(work, id_, form.given()["note"])
        link = place.salon.link
    flash("记下了，下一期开场通报。")
    return redirect(link, code=303)


@bp.route("/salons/<int:id_>/rate", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def rate(id_: int) -> ResponseReturnValue:
    """Ask what somebody who was there thinks."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        place = rating.permit(work, id_)
        form = forms.made(Form.RATE)
        if not form.validate_on_submit():
            words: dict[str, object] = {
                "title": "这一期办得怎么样",
                "lead": "三个问题，每人评一次，评了不能改。",
                "button": "交",
            }
            return asked(place, form, words, 200 if request.method == "GET" else 422)
        rating.rate(work, id_, form.given())
        link = place.salon.link
    flash("记下了，谢谢您。")
    return redirect(link, code=303)


@bp.post(f"/salons/<int:id_>/{_NUMBERED}/issue")
@doors.signed_in(*HOSTS)
@presses.harmless_twice
def issue_paper(id_: int, kind: str) -> ResponseReturnValue:
    """Give a paper its number."""
    with doors.work() as work:
        made = papers.issue(work, id_, SalonPaper(kind))
        said = f"{papers.title(work, id_, SalonPaper(kind))} {made.number} 编好了，可以下载。"
    flash(said)
    return redirect(url_for("salons.show", id_=id_), code=303)


@bp.get(f"/salons/<int:id_>/{_ANY}.docx")
@doors.signed_in(*PEOPLE)
def paper(id_: int, kind: str) -> ResponseReturnValue:
    with doors.reading() as work:
        name, content = papers.download(work, id_, SalonPaper(kind))
        return docx(name, content)
