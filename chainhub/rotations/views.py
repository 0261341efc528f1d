"""The pages of rotations: the year of a chain, one session, changing the roster, exchanging two sessions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.rotations import days, fields, forms, presenting, queries, rules
from chainhub.rotations.days import Rhythm
from chainhub.rotations.forms import BaseForm
from chainhub.rotations.models import Rotation
from chainhub.rotations.routines import queries as routines
from chainhub.rotations.service import laying, roster, warning
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.workflow import USUAL_NAME, Change
from chainhub.web import doors

bp = Blueprint("rotations", __name__, template_folder="templates")
_PEOPLE = queries.PEOPLE


# The year of a chain


@bp.get("/rotations")
@doors.signed_in(*_PEOPLE)
def index() -> ResponseReturnValue:
    with doors.reading() as work:
        readable = queries.chains(work)
        named = {
            code: one for code, one in known.of(work.session).directory.chains.items() if code in readable
        }
        if not named:
            return render_template(
                "rotations/none.html", tabs=(), chain="", may_open=False, reads_routines=False
            )
        wanted = request.args.get("chain", "")
        current = wanted if wanted in named else _own_chain(work, readable) or next(iter(named))
        count = queries.how_many(work.session)
        tabs = [
            (
                f"{one.name}（{count.get(one.code, 0)} 家）",
                url_for(".index", chain=one.code),
                one.code == current,
            )
            for one in named.values()
        ]
        standing = queries.of_chain(work, current)
        rotation = _chosen(standing)
        if rotation is None:
            return render_template(
                "rotations/none.html",
                tabs=tabs,
                chain=current,
                may_open=work.actor.holds(Role.COMMITTEE, chain=current),
                reads_routines=routines.reads(work.actor),
            )
        kinds = [(one.name, one.link, one is rotation) for one in standing]
        return render_template("rotations/index.html", tabs=tabs, kinds=kinds, **_year(work, rotation))


def _chosen(standing: Sequence[Rotation]) -> Rotation | None:
    """Return which of a chain's rotations was asked for; the oldest where none of them was."""
    wanted = forms.number(request.args.get("rotation", ""))
    return next((one for one in standing if one.id == wanted), standing[0] if standing else None)


def _year(work: Work, rotation: Rotation) -> dict[str, Any]:
    today = local(work.now).date()
    said = request.args.get("year", "")
    year = int(said) if said.isascii() and said.isdigit() and 2000 <= int(said) <= 2200 else today.year
    rota = queries.rota(work, rotation)
    names = {one.code: one.name for one in rota.members}
    mine = queries.firms_of(work.actor)
    link = rotation.link
    owed = rules.owed(rota, today)
    troubles = [(warning.link(rotation, one), one.words) for one in warning.found(work, rotation)]
    seats = presenting.seats(work, rotation, rota, staff=queries.is_staff(work.actor), mine=mine)
    return {
        "rotation": rotation,
        "year": year,
        "earlier": (f"{link}&year={year - 1}", year - 1),
        "later": (f"{link}&year={year + 1}", year + 1),
        "sessions": presenting.year_of(work, rotation, year, names),
        "seats": seats,
        "strip": presenting.strip(work, rota, seats),
        "round_line": presenting.round_line(work, rota),
        "rule_line": _rule_line(rotation),
        "swaps": presenting.swaps(work, rotation, names),
        "own": presenting.own_places(rota, work, names, mine & names.keys()),
        "reads_routines": routines.reads(work.actor),
        "reads_history": queries.is_staff(work.actor),
        "keeps": laying.keeps(work, rotation),
        "bars": _bars(work, rotation, names),
        "changes": [
            one
            for one in Change
            if one not in {Change.LIFT, Change.UNWILLING} and (one is not Change.FORGIVE or owed)
        ],
        "troubles": troubles,
    }


def _rule_line(rotation: Rotation) -> str:
    week = "最后一个" if rotation.week == days.LAST_WEEK else f"第{rotation.week}个"
    when = f"第{rotation.month}个月{week}周{'一二三四五六日'[rotation.weekday]} {rotation.starts}"
    joint = f"，{rotation.at_once} 家联合承办" if rotation.at_once > 1 else ""
    only = "，由报名的企业承办" if rotation.volunteers_only else ""
    return f"每 {rotation.months} 个月一期，{when}{joint}{only}。办成才算一次，改期、取消不算。"


def _bars(work: Work, rotation: Rotation, names: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return the spans that hold, for the committee that may lift them."""
    if not laying.keeps(work, rotation):
        return []
    today = local(work.now).date()
    return [
        (
            one.id,
            f"{names.get(one.enterprise_code or '', '全县')}："
            f"{days.text(one.from_on)}至{days.text(one.until_on)}，{one.why}",
        )
        for one in queries.bars(work.session, rotation)
        if one.until_on >= today
    ]


def _own_chain(work: Work, readable: frozenset[str]) -> str:
    actor = work.actor
    for role in (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER):
        for code in sorted(actor.refs(role, ScopeKind.CHAIN)):
            return code
    firm = next(iter(sorted(queries.firms_of(actor))), "")
    found = work.session.get(Enterprise, firm) if firm else None
    return found.chain_code if found and found.chain_code in readable else ""


@bp.post("/rotations/open")
@doors.signed_in(Role.COMMITTEE)
def open_rotation() -> ResponseReturnValue:
    """Let a chain begin to rotate, by the usual rule."""
    chain = request.form.get("chain", "")
    with doors.work() as work:
        today = local(work.now).date()
        roster.open_rotation(work, chain, Rhythm(date(today.year, 1, 1)))
    flash("轮值开始了，近两年的次序都排好了，轮到的企业已经通知。")
    return redirect(url_for(".index", chain=chain), code=303)


@bp.route("/rotations/new", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def new() -> ResponseReturnValue:
    """Open a rotation by another name or rhythm, beside those that a chain has."""
    with doors.work() if request.method == "POST" else doors.reading() as work:
        chain = request.values.get("chain", "") or _own_chain(work, queries.chains(work))
        standing = queries.of_chain(work, chain)
        laying.demand_keeper(work, Rotation(chain_code=chain))
        form: BaseForm = forms.for_fields(fields.OPENING)()
        january = local(work.now).date().replace(month=1, day=1)
        if request.method == "GET":
            _prefill_new(form, Rhythm(january, 1, 1), taken={one.name for one in standing})
            return _new_page(work, chain, form, 200)
        if not form.validate():
            return _new_page(work, chain, form, 422)
        given = form.given()
        beat = Rhythm(january, given["months"], given["month"], given["week"], given["weekday"] - 1)
        try:
            starts = roster.demand_starts(given["starts"])
            link = roster.open_rotation(work, chain, beat, starts=starts, name=given["name"]).link
        except Invalid as refusal:
            forms.put(form, refusal)
            work.session.rollback()
            return _new_page(work, chain, form, 422)
    flash("轮值开始了，近两年的次序都排好了，轮到的企业已经通知。")
    return redirect(link, code=303)


_OTHER_NAME = "主题党日"


def _prefill_new(form: BaseForm, beat: Rhythm, *, taken: Collection[str]) -> None:
    stands: dict[str, Any] = {
        "name": next((one for one in (USUAL_NAME, _OTHER_NAME) if one not in taken), ""),
        "months": beat.months,
        "month": beat.month,
        "week": beat.week,
        "weekday": beat.weekday + 1,
        "starts": "14:00",
    }
    for name, value in stands.items():
        form[name].data = value


def _new_page(work: Work, chain: str, form: BaseForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "rotations/new.html",
        form=form,
        chain=known.of(work.session).directory.chains[chain].name,
        back_url=url_for(".index", chain=chain),
    )
    return make_response(page, status)


@bp.get("/rotations/<int:id_>/history")
@doors.signed_in(*_PEOPLE)
def history(id_: int) -> ResponseReturnValue:
    with doors.reading() as work:
        rotation = queries.own(work, id_)
        if not queries.is_staff(work.actor):
            raise NotFound("没有这一页，请从“轮值”一页进入。")
        before = doors.before()
        page = queries.events(work.session, rotation, before=before)
        names = _names(work, rotation)
        here = url_for(".history", id_=id_)
        return render_template(
            "rotations/history.html",
            events=[presenting.event(one, names) for one in page.items],
            back_url=rotation.link,
            next_url=f"{here}?{urlencode({'before': page.after})}" if page.after else "",
            first_url=here if before is not None else "",
        )


def _names(work: Work, rotation: Rotation) -> dict[str, str]:
    return {one.code: one.name for one in queries.members(work.session, rotation)}


# Changing the roster: asked, shown whole, saved


@bp.route("/rotations/<int:id_>/change/<string:word>", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE)
def change(id_: int, word: str) -> ResponseReturnValue:
    """Show the form of a change, then its whole effect, then save it."""
    wanted = next((one for one in Change if one.value == word), None)
    if wanted is None:
        raise NotFound("没有这一种改动，请从“轮值”一页进入。")
    sure = request.form.get("sure") == "yes"
    with doors.work() if sure else doors.reading() as work:
        rotation = queries.own(work, id_)
        laying.demand_keeper(work, rotation)
        form = _change_form(work, rotation, wanted)
        if request.method == "GET":
            _prefill(form, rotation, wanted)
            return _change_page(work, rotation, wanted, form, 200)
        if not form.validate():
            return _change_page(work, rotation, wanted, form, 422)
        try:
            asked = _asked(rotation, wanted, form)
            found = roster.change(work, id_, asked) if sure else roster.preview(work, id_, asked)
        except Invalid as refusal:
            if sure:
                raise
            forms.put(form, refusal)
            return _change_page(work, rotation, wanted, form, 422)
        link = rotation.link
        if not sure:
            names = {
                **_names(work, rotation),
                **{one.code: one.short for one in queries.outside(work.session, rotation)},
            }
            return render_template(
                "rotations/preview.html",
                change=wanted,
                about="：".join(filter(None, (names.get(asked.enterprise, ""), asked.why))),
                moved=presenting.moved(found, names),
                coming=presenting.coming(found, names),
                without_day=[one.words for one in found.without_day],
                given=[
                    (name, value) for name, value in request.form.items(multi=True) if name in fields.FIELDS
                ],
                bar=request.values.get("bar", ""),
                here=url_for(".change", id_=id_, word=word),
                back_url=link,
            )
    flash(
        f"改好了，{len(found.moved)} 家企业的日子变了，已经通知。"
        if found.moved
        else "改好了，谁的日子都没有变。"
    )
    return redirect(link, code=303)


def _change_form(work: Work, rotation: Rotation, wanted: Change) -> BaseForm:
    if wanted is Change.JOIN:
        firms = [(one.code, one.short) for one in queries.outside(work.session, rotation)]
    elif wanted is Change.FORGIVE:
        facts = queries.rota(work, rotation)
        owed = rules.owed(facts, local(work.now).date())
        if not owed:
            raise Conflict("现在没有企业欠着，不用免，请回到“轮值”一页。", code="wrong_state")
        firms = [
            (one.code, f"{one.name}，欠 {owed[one.code]} 场") for one in facts.members if one.code in owed
        ]
    else:
        firms = [
            (one.code, one.name) for one in queries.members(work.session, rotation) if one.left_on is None
        ]
    form: BaseForm = forms.for_fields(fields.OF_CHANGE[wanted], firms)()
    return form


def _prefill(form: BaseForm, rotation: Rotation, wanted: Change) -> None:
    if wanted is not Change.RHYTHM:
        return
    stands = {name: getattr(rotation, name) for name in fields.RHYTHM}
    for name, value in {**stands, "weekday": rotation.weekday + 1}.items():
        form[name].data = value


def _asked(rotation: Rotation, wanted: Change, form: BaseForm) -> Asked:
    given = form.given()
    asked = Asked(
        wanted,
        given.get("why", ""),
        given.get("enterprise", ""),
        given.get("from_on"),
        given.get("until_on"),
        forms.number(request.values.get("bar", "")),
    )
    if wanted is not Change.RHYTHM:
        return asked
    return replace(
        asked,
        rhythm=Rhythm(
            rotation.anchor_on, given["months"], given["month"], given["week"], given["weekday"] - 1
        ),
        starts=roster.demand_starts(given["starts"]),
        at_once=given["at_once"],
        volunteers_only=bool(given.get("volunteers_only")),
    )


def _change_page(
    work: Work, rotation: Rotation, wanted: Change, form: BaseForm, status: int
) -> ResponseReturnValue:
    page = render_template(
        "rotations/change.html",
        change=wanted,
        form=form,
        bar=request.values.get("bar", ""),
        back_url=rotation.link,
        chain=known.of(work.session).directory.chains[rotation.chain_code].name,
    )
    return make_response(page, status)
