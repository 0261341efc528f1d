"""Inviting, answering, reminding; and the checklist of a host."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid
from chainhub.rotations.around import forms, presenting, queries
from chainhub.rotations.around.fields import Form
from chainhub.rotations.around.service import checking, inviting, standing
from chainhub.rotations.around.views.door import HOSTS, PEOPLE, asked, bp, day_of
from chainhub.web import doors


@bp.get("/salons/<int:id_>/invited")
@doors.signed_in(*HOSTS)
def invited(id_: int) -> ResponseReturnValue:
    """Show who is invited and what they answered."""
    after = request.args.get("after", "")
    with doors.reading() as work:
        place = standing.at(work, id_)
        standing.demand_seen(place)
        begin = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
        page = queries.invitations(work.session, place.salon, after=begin)
        here = url_for(".invited", id_=id_)
        return render_template(
            "rotations/around/invited.html",
            salon=place.salon,
            day=day_of(place),
            rows=[presenting.invitation(one, place.salon) for one in page.items],
            tally=presenting.tally(queries.tally(work.session, place.salon)),
            may_ask=presenting.may_invite(place.salon),
            back_url=place.salon.link,
            next_url=f"{here}?after={page.after}" if page.after else "",
            first_url=here if begin else "",
        )


@bp.route("/salons/<int:id_>/invite", methods=["GET", "POST"])
@doors.signed_in(*HOSTS)
def invite(id_: int) -> ResponseReturnValue:
    """Choose whom to invite: every member of the chain and its leaders, unless somebody is taken out."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        place = inviting.permit_invite(work, id_)
        listed = inviting.choices(work, place)
        form = forms.made(
            Form.INVITE, {"firms": listed.firms, "units": listed.units, "leaders": listed.leaders}
        )
        words: dict[str, object] = {
            "title": "请人",
            "lead": "成员企业和领导都勾好了，不请的去掉勾；请过的不会再通知。每人收到一条通知。",
            "button": "发邀请",
            "back_url": url_for(".invited", id_=id_),
        }
        if request.method == "GET":
            form["firms"].data = [code for code, _ in listed.firms]
            form["leaders"].data = [code for code, _ in listed.leaders]
            return asked(place, form, words)
        if not form.validate():
            return asked(place, form, words, 422)
        try:
            new = inviting.invite(work, id_, form.given())
        except Invalid as refusal:
            form.put(refusal)
            work.session.rollback()
            return asked(place, form, words, 422)
    flash(f"新请了 {new} 家，有账号的都收到了通知。" if new else "这些都请过了，没有再通知。")
    return redirect(url_for(".invited", id_=id_), code=303)


@bp.route("/invitations/<int:id_>/answer", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def answer(id_: int) -> ResponseReturnValue:
    """Answer an invitation."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        place, one = inviting.permit(work, id_)
        form = forms.made(Form.ANSWER)
        words: dict[str, object] = {"title": f"{one.name}来不来", "button": "答复"}
        if request.method == "GET":
            form["answer"].data = one.answer.value if one.answer else None
            form["people"].data = one.people or None
            form["names"].data = one.names
            return asked(place, form, words)
        if not form.validate():
            return asked(place, form, words, 422)
        try:
            inviting.answer(work, id_, form.given())
        except Invalid as refusal:
            form.put(refusal)
            work.session.rollback()
            return asked(place, form, words, 422)
        link = place.salon.link
        said = one.answer.label if one.answer else ""
        if place.prepares and not inviting.is_party(work, one):
            link = url_for(".invited", id_=place.salon.id)
    flash(f"答复了：{said}。日子改了要再答复一次。")
    return redirect(link, code=303)


@bp.post("/salons/<int:id_>/remind")
@doors.signed_in(*HOSTS)
def remind(id_: int) -> ResponseReturnValue:
    """Remind whoever has not answered."""
    with doors.work() as work:
        silent = inviting.remind(work, id_)
    flash(f"催了 {silent} 家；同一天里不会重复催。")
    return redirect(url_for(".invited", id_=id_), code=303)


@bp.post("/salons/<int:id_>/checklist")
@doors.signed_in(*HOSTS)
def checklist(id_: int) -> ResponseReturnValue:
    """Keep what of the checklist is done."""
    with doors.work() as work:
        standing.demand_host(standing.at(work, id_))
        form = forms.made(Form.CHECK)
        if not form.validate():
            raise Invalid("请从列出的里面勾，刷新这一页再试。")
        place = checking.tick(work, id_, form.given().get("done", []))
        link = place.salon.link
    flash("备办清单记下了。")
    return redirect(link, code=303)
