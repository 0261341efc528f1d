"""What is known before a proposal, as pages: guides, less for some time, needs, wishes, conflicts, ruled out pairs."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.assignments import choices, facts_view, forms, limits, line_queries, queries
from chainhub.assignments.service import assigning, leaving, registering
from chainhub.assignments.service.registering import Profile
from chainhub.assignments.terms import EndReason, Tie
from chainhub.assignments.views.door import STAFF, bp
from chainhub.core.actor import Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.service import caring
from chainhub.web import doors
from chainhub.web.chinese import ChineseForm

Save = Callable[[Work, ChineseForm], str]


# Guides


@bp.get("/guides/people")
@doors.signed_in(*STAFF)
def people() -> ResponseReturnValue:
    said = request.args.get("after", "")
    after = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    with doors.reading() as work:
        found, more = line_queries.guides(work, after=after)
        return render_template(
            "assignments/people.html",
            guides=facts_view.guide_rows(work, found),
            may_add=Role.COMMITTEE in work.actor.roles,
            next_url=url_for(".people", after=more) if more else "",
            first_url=url_for(".people") if after else "",
        )


@bp.route("/guides/people/new", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def new_guide() -> ResponseReturnValue:
    def _save(work: Work, form: ChineseForm) -> str:
        made = registering.add_guide(work, form["username"].data, _profile(form))
        return url_for(".guide", id_=made.user_id)

    return _ask(
        lambda work: forms.profile(_chains(work), new=True),
        _save,
        "登记指导员",
        url_for(".people"),
        "登记好了。",
    )


@bp.get("/guides/people/<int:id_>")
@doors.signed_in(*STAFF)
def guide(id_: int) -> ResponseReturnValue:
    with doors.reading() as work:
        found = queries.own_guide(work, id_)
        return render_template("assignments/guide.html", **facts_view.guide_page(work, found))


@bp.route("/guides/people/<int:id_>/edit", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def edit_guide(id_: int) -> ResponseReturnValue:
    def _save(work: Work, form: ChineseForm) -> str:
        registering.save_guide(work, id_, _profile(form))
        return url_for(".guide", id_=id_)

    def _fill(work: Work, form: ChineseForm) -> None:
        row = queries.own_guide(work, id_)
        form["industries"].data, form["skills"].data = list(row.industries), "、".join(row.skills)
        form["town"].data, form["capacity"].data, form["party_post"].data = (
            row.town,
            row.capacity,
            row.party_post,
        )

    return _ask(
        lambda work: (queries.own_guide(work, id_), forms.profile(_chains(work), new=False))[1],
        _save,
        "改指导员的情况",
        url_for(".guide", id_=id_),
        "改好了。",
        fill=_fill,
    )


@bp.route("/guides/people/<int:id_>/reduce", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def reduce(id_: int) -> ResponseReturnValue:
    def _save(work: Work, form: ChineseForm) -> str:
        span = (form["from_on"].data, form["back_on"].data)
        registering.reduce(work, id_, form["less"].data, form["why"].data, span)
        return url_for(".guide", id_=id_)

    return _ask(
        _for_guide(id_, forms.ReductionForm), _save, "一段时间少带", url_for(".guide", id_=id_), "记好了。"
    )


@bp.post("/guides/reductions/<int:id_>/cancel")
@doors.signed_in(Role.COMMITTEE)
def cancel_reduction(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        link = url_for(".guide", id_=registering.cancel_reduction(work, id_).user_id)
    flash("取消了，又能带满。")
    return redirect(link, code=303)


@bp.route("/guides/people/<int:id_>/leave", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def leave(id_: int) -> ResponseReturnValue:
    """Let a guide leave: what they have is proposed to others at once."""

    def _save(work: Work, form: ChineseForm) -> str:
        found = leaving.leave(work, id_, form["on"].data, form["note"].data)
        return found.link if found is not None else url_for(".people")

    return _ask(
        _for_guide(id_, forms.LeaveForm),
        _save,
        "指导员离任",
        url_for(".guide", id_=id_),
        "记好了。请看接手的方案，确认以后才交接。",
    )


@bp.route("/guides/people/<int:id_>/wishes", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.GUIDE)
def guide_wishes(id_: int) -> ResponseReturnValue:
    def _build(work: Work) -> type[ChineseForm]:
        if work.actor.id != id_:
            queries.own_guide(work, id_)
        return forms.wishes(choices.firms(work))

    def _save(work: Work, form: ChineseForm) -> str:
        registering.wish_of_guide(work, id_, _wished(form))
        return url_for(".index")

    return _ask(_build, _save, "想带哪几家", url_for(".index"), "记好了，推算方案时会照顾。")


# Enterprises


@bp.get("/guides/firms/<code>")
@doors.signed_in(*STAFF)
def firm(code: str) -> ResponseReturnValue:
    with doors.reading() as work:
        found = queries.own_firm(work, code)
        return render_template("assignments/firm.html", **facts_view.firm_page(work, found, doors.before()))


@bp.route("/guides/firms/<code>/need", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def need(code: str) -> ResponseReturnValue:
    def _save(work: Work, form: ChineseForm) -> str:
        registering.set_need(work, code, form["weight"].data, limits.skills_of(form["skills"].data or ""))
        return url_for(".firm", code=code)

    return _ask(
        _for_firm(code, lambda _: forms.NeedForm),
        _save,
        "企业的需要",
        url_for(".firm", code=code),
        "记好了。",
    )


@bp.route("/guides/firms/<code>/wishes", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.ENTERPRISE)
def firm_wishes(code: str) -> ResponseReturnValue:
    def _build(work: Work) -> type[ChineseForm]:
        if not work.actor.holds(Role.ENTERPRISE, enterprise=code):
            caring.demand_decider(work, queries.own_firm(work, code))
        return forms.wishes(choices.guides(work))

    def _save(work: Work, form: ChineseForm) -> str:
        registering.wish_of_firm(work, code, [int(one) for one in _wished(form)])
        return url_for(".index")

    return _ask(_build, _save, "想要哪名指导员", url_for(".index"), "记好了，推算方案时会照顾。")


@bp.route("/guides/firms/<code>/conflict", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def conflict(code: str) -> ResponseReturnValue:
    def _save(work: Work, form: ChineseForm) -> str:
        registering.add_conflict(work, form["unit"].data, code, form["why"].data)
        return url_for(".firm", code=code)

    return _ask(
        _for_firm(code, lambda work: forms.conflict(choices.units(work))),
        _save,
        "哪个单位要回避",
        url_for(".firm", code=code),
        "记好了。重新推算时会避开。",
    )


@bp.route("/guides/conflicts/<int:id_>/waive", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def waive(id_: int) -> ResponseReturnValue:
    def _build(work: Work) -> type[ChineseForm]:
        queries.own_conflict(work, id_)
        return forms.WaiverForm

    def _save(work: Work, form: ChineseForm) -> str:
        return url_for(".firm", code=registering.waive(work, id_, form["why"].data).enterprise_code)

    return _ask(_build, _save, "可以不回避", url_for(".index"), "记好了，理由和办的人都留着。")


@bp.post("/guides/conflicts/<int:id_>/restore")
@doors.signed_in(Role.COMMITTEE)
def restore(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        link = url_for(".firm", code=registering.waive(work, id_, "", on=False).enterprise_code)
    flash("又要回避了。重新推算时会避开。")
    return redirect(link, code=303)


@bp.route("/guides/firms/<code>/pair", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def pair(code: str) -> ResponseReturnValue:
    def _save(work: Work, form: ChineseForm) -> str:
        registering.tie(work, code, int(form["guide"].data), Tie(form["tie"].data), form["why"].data or "")
        return url_for(".firm", code=code)

    return _ask(
        _for_firm(code, lambda work: forms.pair(choices.guides(work))),
        _save,
        "定一对配不配",
        url_for(".firm", code=code),
        "记好了。重新推算时会照办。",
    )


@bp.post("/guides/pairs/<int:id_>/lift")
@doors.signed_in(Role.COMMITTEE)
def lift(id_: int) -> ResponseReturnValue:
    with doors.work() as work:
        link = url_for(".firm", code=registering.lift(work, id_).enterprise_code)
    flash("解开了。")
    return redirect(link, code=303)


@bp.route("/guides/assignments/<int:id_>/end", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def end(id_: int) -> ResponseReturnValue:
    def _build(work: Work) -> type[ChineseForm]:
        assigning.own(work, id_)
        return forms.end()

    def _save(work: Work, form: ChineseForm) -> str:
        done = assigning.end_by_hand(work, id_, EndReason(form["reason"].data), form["note"].data)
        return url_for(".firm", code=done.enterprise_code)

    return _ask(_build, _save, "结束这一段", url_for(".index"), "结束了，本人已经通知。请尽快再配一名。")


# What these pages have in common


def _ask(
    build: Callable[[Work], type[ChineseForm]],
    save: Save,
    title: str,
    back: str,
    said: str,
    *,
    fill: Callable[[Work, ChineseForm], None] | None = None,
) -> ResponseReturnValue:
    """Show a form, and save what was sent; what the service refuses by field stands beside the field."""
    writes = request.method == "POST"
    with doors.work() if writes else doors.reading() as work:
        form = build(work)()
        if not writes:
            if fill is not None:
                fill(work, form)
            return _page(form, title, back, 200)
        if not form.validate():
            return _page(form, title, back, 422)
        try:
            with work.session.begin_nested():
                link = save(work, form)
        except Invalid as refusal:
            forms.put(form, refusal)
            return _page(form, title, back, 422)
    flash(said)
    return redirect(link, code=303)


def _page(form: ChineseForm, title: str, back: str, status: int) -> ResponseReturnValue:
    return make_response(
        render_template("assignments/ask.html", form=form, title=title, back_url=back), status
    )


def _for_guide(id_: int, form: type[ChineseForm]) -> Callable[[Work], type[ChineseForm]]:
    def _build(work: Work) -> type[ChineseForm]:
        queries.own_guide(work, id_)
        return form

    return _build


def _for_firm(code: str, form: Callable[[Work], type[ChineseForm]]) -> Callable[[Work], type[ChineseForm]]:
    def _build(work: Work) -> type[ChineseForm]:
        caring.demand_decider(work, queries.own_firm(work, code))
        return form(work)

    return _build


def _chains(work: Work) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in known.of(work.session).directory.chains.values()]


def _profile(form: ChineseForm) -> Profile:
    return Profile(
        tuple(form["industries"].data or ()),
        tuple(limits.skills_of(form["skills"].data or "")),
        form["town"].data or "",
        form["capacity"].data,
        form["party_post"].data or "",
    )


def _wished(form: ChineseForm) -> list[Any]:
    return [one.data for one in form if one.name.startswith("wish") and one.data]
