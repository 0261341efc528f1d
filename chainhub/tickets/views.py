"""The doors for people: list, ticket, acting on it, filing, receipt, several at once."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BaseConverter, ValidationError
from wtforms import HiddenField
from wtforms import SelectField as Select

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.words import Labelled
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import deadlines, desk, fields, forms, listing, presenting, queries, rules, terms
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.listing import Colour, Filter, Order
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import moving, reading, submitting
from chainhub.tickets.showing import FilterView, ListPage, TicketPage
from chainhub.tickets.workflow import ENDS, Action, State, rows
from chainhub.web import doors

bp = Blueprint("tickets", __name__, template_folder="templates")
PEOPLE = (
    Role.ENTERPRISE,
    Role.GUIDE,
    Role.COMMITTEE,
    Role.TASK_FORCE,
    Role.DEPARTMENT,
    Role.LEADER,
    Role.LIAISON,
    Role.CALLER,
)
"""Who may see tickets at all; the three administrators may not."""
_LIST = "/tickets"
_BULK_MOST = 50
Word = TypeVar("Word", bound=Labelled)


class ActionConverter(BaseConverter):
    """An action in an address; anything else is a page that does not exist."""

    def to_python(self, value: str) -> Action:
        try:
            return Action(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: Action | str) -> str:
        return Action(value).value


@bp.record_once
def _converter(state: object) -> None:
    state.app.url_map.converters["action"] = ActionConverter  # type: ignore[attr-defined]  # Flask's BlueprintSetupState


# The list


@bp.get("/tickets")
@doors.signed_in(*PEOPLE)
def index() -> ResponseReturnValue:
    with doors.reading() as work:
        wanted, order = _filter(work)
        found = listing.page(work, wanted, order=order, cursor=request.args.get("cursor", ""))
        total = listing.count(work, wanted)
        directory = known.of(work.session).directory
        page = ListPage(
            title=f"搜“{wanted.q}”" if wanted.q else "诉求",
            count=f"{listing.count_text(total)} 件",
            query=wanted.q,
            filters=_filters(work),
            rows=tuple(
                presenting.row(item.ticket, item.enterprise, work.now, work.calendar, directory)
                for item in found.items
            ),
            clear_url=url_for(".index") if _chosen() else "",
            next_url=_with(cursor=found.next_cursor) if found.next_cursor else "",
            first_url=_with(cursor=None) if request.args.get("cursor") else "",
            empty=f"没有找到“{wanted.q}”。" if wanted.q else "还没有这样的诉求。",
            empty_hint="换个词试试，两个字就能搜。"
            if wanted.q
            else "换个条件看看，或者清除筛选。"
            if _chosen()
            else "",
        )
        return render_template("tickets/list.html", page=page)


_KNOWN_ARGS = (
    "q",
    "state",
    "chain",
    "unit",
    "category",
    "kind",
    "urgency",
    "light",
    "due",
    "ended",
    "unhappy",
    "order",
    "enterprise",
    "task",
)


def _chosen() -> bool:
    return any(request.args.get(name) for name in _KNOWN_ARGS if name != "order")


def _filter(work: Work) -> tuple[Filter, Order]:
    args = request.args
    task = args.get("task", "")
    extra = desk.unhappy(work.now) if args.get("unhappy") else ()
    states = tuple(State(one) for one in args.getlist("state") if one in set(State))
    if args.get("ended"):
        states = tuple(sorted(ENDS))
    if task in _TASK_STATES:
        states = _TASK_STATES[task]
    due = args.get("due")
    before = None
    if due == "7":
        day = work.calendar.add_workdays(work.now.date(), 7)
        before = work.calendar.end_of_day(day)
    return Filter(
        states=states,
        chain=args.get("chain", ""),
        unit=args.get("unit", ""),
        enterprise=args.get("enterprise", ""),
        category=args.get("category", ""),
        kind=_one(terms.Kind, args.get("kind")),
        urgency=_one(terms.Urgency, args.get("urgency")),
        light=Colour(args["light"]) if args.get("light") in set(Colour) else None,
        q=args.get("q", "").strip()[:40],
        due_before=before,
        extra=extra,
    ), Order.DUE if args.get("order") == "due" or task or before else Order.NEWEST


_TASK_STATES: dict[str, tuple[State, ...]] = {
    ClockKind.INTAKE.value: (State.SUBMITTED,),
    ClockKind.DISPATCH.value: (State.ACCEPTED,),
    ClockKind.RULING.value: (State.DISPUTED,),
    ClockKind.REVIEW.value: (State.RESOLVED,),
    ClockKind.ACKNOWLEDGE.value: (State.DISPATCHED,),
    ClockKind.UNIT.value: (State.HANDLING,),
    ClockKind.REWORK.value: (State.HANDLING,),
    ClockKind.CLOSING.value: (State.CONFIRMED,),
    ClockKind.CALLBACK.value: (State.REVIEWED,),
    ClockKind.EVALUATION.value: (State.REVIEWED,),
    ClockKind.SUPPLY.value: (State.INFO_REQUESTED,),
    ClockKind.SUPPLY_HANDLING.value: (State.AWAITING_INFO,),
}


def _one(kind: type[Word], value: str | None) -> Word | None:
    return kind(value) if value and value in set(kind) else None


def _filters(work: Work) -> tuple[FilterView, ...]:
    directory = known.of(work.session).directory
    tops = [(one.code, one.label) for one in directory.categories.values() if one.parent is None]
    units = [(one.code, one.short) for one in directory.units.values() if one.handles]
    lights = [("red", "逾期"), ("yellow", "快到期"), ("green", "正常"), ("grey", "停着"), ("blue", "已办完")]
    shown = [
        _filter_view("办到哪", "state", [(one.value, one.label) for one in State]),
        _filter_view("灯", "light", lights),
        _filter_view("类别", "category", tops),
        _filter_view("性质", "kind", [(one.value, one.label) for one in terms.Kind]),
        _filter_view("到期", "due", [("7", "7 个工作日内到期")]),
    ]
    if Role.ENTERPRISE not in work.actor.roles:
        shown.insert(3, _filter_view("主办单位", "unit", units))
        if len(_chains(work)) > 1:
            shown.insert(0, _filter_view("产业链", "chain", _chains(work)))
    fixed = [("ended", "已办完"), ("unhappy", "企业不满意"), ("task", "该我办的")]
    for name, label in fixed:
        if request.args.get(name):
            shown.append(FilterView(label, label, _with(**{name: None, "cursor": None}), ()))
    return tuple(shown)


def _chains(work: Work) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in known.of(work.session).directory.chains.values()]


def _filter_view(label: str, name: str, options: list[tuple[str, str]]) -> FilterView:
    now = request.args.getlist(name)
    words = "、".join(text for value, text in options if value in now)
    kept = _kept()
    kept.pop("cursor", None)
    clear = _address({other: values for other, values in kept.items() if other != name})
    return FilterView(
        label, words, clear, tuple((text, _address({**kept, name: [value]})) for value, text in options)
    )


def _with(**changes: str | None) -> str:
    """Return this list's address with some arguments changed; None takes one away."""
    kept = _kept()
    for name, value in changes.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = [value]
    return _address(kept)


def _kept() -> dict[str, list[str]]:
    return {name: request.args.getlist(name) for name in (*_KNOWN_ARGS, "cursor") if name in request.args}


def _address(arguments: Mapping[str, Sequence[str]]) -> str:
    """Return the list's address with these arguments. By `url_for`, the eighty of a page take a third of its time."""
    query = urlencode(arguments, doseq=True)
    return f"{_LIST}?{query}" if query else _LIST


# One ticket


@bp.get("/tickets/<number>")
@doors.signed_in(*PEOPLE)
def show(number: str) -> ResponseReturnValue:
    with doors.reading() as work:
        return render_template("tickets/show.html", page=_page(work, queries.own(work, number)))


def _page(work: Work, ticket: Ticket) -> TicketPage:
    facts = known.of(work.session)
    directory = facts.directory
    standing = rules.parties(work.actor, queries.facts(ticket))
    for_firm = rules.from_outside(standing)
    events = queries.events(work.session, ticket.id)
    clocks = queries.clocks(work.session, ticket.id)
    moves = moving.moves(work, ticket)
    firm = queries.enterprise_name(work.session, ticket.enterprise_code)
    lines = presenting.story(events, standing, directory, firm=firm)
    folded = [line.label for line in lines if line.folded]
    contact_due = any(
        clock.stopped_at is None and clock.kind == ClockKind.UNIT_CONTACT.value for clock in clocks
    )
    tags = [
        directory.category_label(ticket.category_code) or "类别待定",
        ticket.kind.label if ticket.kind else "性质待定",
        ticket.urgency.label,
    ]
    if ticket.confidential:
        tags.append("保密")
    waiting = presenting.waiting_for(ticket, directory)
    return TicketPage(
        number=ticket.number,
        title=ticket.title,
        enterprise=firm,
        tags=tuple(tags),
        state=ticket.state.label,
        version=ticket.version,
        steps=presenting.steps(ticket, events, work.now, waiting),
        current_line=presenting.current_line(ticket, directory),
        holders=presenting.holders(ticket, clocks, work.now, work.calendar, directory, for_firm=for_firm),
        story=lines,
        story_count=len(lines),
        folded_line=f"再看 {len(folded)} 条：{'、'.join(dict.fromkeys(folded))}" if folded else "",
        time=presenting.time_view(
            ticket,
            clocks,
            work.now,
            work.calendar,
            deadlines.explain(work, ticket, clocks),
            for_firm=for_firm,
        ),
        actions=presenting.actions(ticket, moves, for_firm=for_firm, contact_due=contact_due),
        waiting_line="" if moves else f"{presenting.current_line(ticket, directory)}。",
        contact_line=f"{ticket.contact_person} {rules.mask_phone(ticket.contact_phone)}",
        phone_url=f"{ticket.link}/phone" if reading.may_see_phone(work, ticket) else "",
        for_enterprise=for_firm,
    )


@bp.route("/tickets/<number>/act/<action:action>", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def act(number: str, action: Action) -> ResponseReturnValue:
    if request.method == "POST":
        return _do(number, action)
    with doors.reading() as work:
        allowed = moving.permit(work, number, action, None)
        form = _form(work, allowed)
        form.version.data = str(allowed.ticket.version)
        return _render_act(work, allowed.ticket, action, form, 200)


def _form(work: Work, allowed: moving.Permit) -> forms.ActForm:
    row = allowed.row
    one = allowed.ticket.kind in terms.ONE_QUESTION
    skip = {"contacted", "solved", "satisfaction"} if one else {"clear"}
    if row.action not in {Action.CONFIRM, Action.REOPEN, Action.ESCALATE}:
        skip = set()
    skip |= {"unit"} if row.action in {Action.UPHOLD_RETURN, Action.REJECT_RETURN} else set()
    made = forms.for_move(row, known.of(work.session).directory, skip=frozenset(skip))
    form = made()
    for name in {"contacted", "solved", "satisfaction", "clear"} & set(form._fields):
        form[
            name
        ].flags.optional = False  # which of them must be answered depends on the kind: the service says
    field = form._fields.get("lead_unit")
    if isinstance(field, Select) and allowed.ticket.category_code:
        _likely_first(work, field, allowed.ticket.category_code)
    return form


def _likely_first(work: Work, field: Select, category: str) -> None:
    directory = known.of(work.session).directory
    likely = list(directory.categories[category].units)
    listed = [(one.value, one.label) for one in field.choices]
    first = sorted((one for one in listed if one[0] in likely), key=lambda one: likely.index(one[0]))
    rest = [one for one in listed if one[0] not in likely]
    named = [(code, f"{label}（常办这类）") for code, label in first]
    field.choices = forms.options([rest[0], *named, *rest[1:]])


def _render_act(
    work: Work, ticket: Ticket, action: Action, form: forms.ActForm, status: int
) -> ResponseReturnValue:
    warning = moving.dispatch_warning(work, ticket) if action is Action.DISPATCH else ""
    shown = _page(work, ticket)
    pressed = (one.label for one in shown.actions if one.action == action.value)  # in the words of the button
    page = render_template(
        "tickets/act.html",
        page=shown,
        action=next(pressed, action.label),
        form=form,
        submit_label=action.label,
        hint=_hint(ticket, action),
        back_url=ticket.link,
        kept_version=form.version.data,
        warning=warning,
    )
    return make_response(page, status)


def _hint(ticket: Ticket, action: Action) -> str:
    if action is Action.ACCEPT:
        return f"企业电话：{ticket.contact_person} {rules.mask_phone(ticket.contact_phone)}"
    if action is Action.CONFIRM and ticket.kind not in terms.ONE_QUESTION:
        return "不满意也可以选“重办”，单位会再办一次。"
    return ""


def _version(text: str) -> int:
    """Return the version a form carries; what is none is a page nobody has seen."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1


def _do(number: str, action: Action) -> ResponseReturnValue:
    """Move the ticket; whatever is wrong, what was typed comes back with the words of the refusal."""
    seen = request.form.get("version", "")
    version = _version(seen)
    try:
        with doors.work() as work:
            allowed = moving.permit(work, number, action, version)
            form = _form(work, allowed)
            if not form.validate():
                return _again(work, allowed, form)
            ticket = moving.apply(work, allowed, form.given())
            link = ticket.link
    except Invalid as refusal:
        return _invalid(number, action, refusal)
    except Conflict as refusal:
        return _overtaken(number, action, refusal)
    flash(_DONE.get(action, f"已{action.label}。"))
    return redirect(link, code=303)


_DONE = {
    Action.CONTACT: "联系记下了。",
    Action.PROGRESS: "进展记下了。",
    Action.CALL_FAILED: "没打通，记下了。",
    Action.CONFIRM: "记下了，谢谢您。",
    Action.REOPEN: "记下了，会再办一次。",
    Action.SUPPLY_INFO: "补充的内容交上去了。",
}


def _again(work: Work, allowed: moving.Permit, form: forms.ActForm) -> ResponseReturnValue:
    return _render_act(work, allowed.ticket, allowed.row.action, form, 422)


def _invalid(number: str, action: Action, refusal: Invalid) -> ResponseReturnValue:
    with doors.reading() as work:
        allowed = moving.permit(work, number, action, None)
        form = _form(work, allowed)
        form.validate()
        for name, said in refusal.errors.items():
            if name in form._fields:
                form._fields[name].errors = list(said)
        if not form.errors:
            form.form_errors.append(refusal.title)
        return _render_act(work, allowed.ticket, action, form, 422)


def _overtaken(number: str, action: Action, refusal: Conflict) -> ResponseReturnValue:
    kept = []
    for name, value in request.form.items():
        if name not in {"csrf_token", "version"} and value:
            kept.append((fields.field(action, name).label if _is_field(action, name) else name, value))
    page = render_template(
        "stale.html",
        title=f"没有{action.label}",
        line=refusal.title,
        link=url_for(".show", number=number),
        kept=kept,
    )
    return make_response(page, refusal.status)


def _is_field(action: Action, name: str) -> bool:
    return any(name in row.fields for state in (*State, None) for row in rows(action, state))


@bp.post("/tickets/<number>/phone")
@doors.signed_in(Role.GUIDE, Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.CALLER)
def phone(number: str) -> ResponseReturnValue:
    """Show the whole telephone number to somebody who must call; the log keeps who saw it and why."""
    with doors.work() as work:
        shown = reading.show_phone(work, number, "联系企业")
    flash(f"{shown}（已记下您看过这个号码）")
    return redirect(url_for(".show", number=number), code=303)


@bp.post("/tickets/<number>/answer/<any(yes, no):word>")
@doors.signed_in(Role.ENTERPRISE)
def answer(number: str, word: str) -> ResponseReturnValue:
    """One tap on the owner's home: 清楚了 ends it, 没说清楚 asks what is unclear."""
    if word == "no":
        return redirect(url_for(".act", number=number, action=Action.REOPEN), code=303)
    seen = request.form.get("version", "")
    try:
        with doors.work() as work:
            step = moving.Step(Action.CONFIRM, _version(seen), {"clear": True})
            moving.move(work, number, step)
    except Invalid:
        return redirect(url_for(".act", number=number, action=Action.CONFIRM), code=303)
    flash("记下了，谢谢您。")
    return redirect("/", code=303)


# Filing


@bp.route("/tickets/new", methods=["GET", "POST"])
@doors.signed_in(Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE)
def submit() -> ResponseReturnValue:
    if request.method == "POST":
        return _file()
    with doors.reading() as work:
        form = _submit_form(work, None)
        form.once.data = uuid4().hex
        return _render_submit(work, form, 200)


def _submit_form(work: Work, data: MultiDict[str, str] | None) -> forms.ActForm:
    firms = submitting.may_file_for(work)
    for_staff = Role.ENTERPRISE not in work.actor.roles
    skip = {"title"} if not for_staff else set()
    skip |= set() if for_staff else {"channel", "contact_person", "enterprise"}
    if not for_staff and len(firms) > 1:
        skip.discard("enterprise")
    base = forms.for_move(
        rows(Action.SUBMIT, None)[0],
        known.of(work.session).directory,
        enterprises=[(one.code, one.short) for one in firms],
        skip=frozenset(skip),
    )
    made = type("SubmitForm", (base,), {"once": HiddenField()})
    form: forms.ActForm = made(data) if data is not None else made()
    if "title" in form:
        form.title.validators = [one for one in form.title.validators if isinstance(one, forms.Length)]
        form.title.description = "不填就取第一句话"
    if "channel" in form:
        listed = [(one.value, one.label) for one in form.channel.choices]
        listed = [one for one in listed if one[0] not in {"", "import", "api"}]
        form.channel.choices = forms.options([("", "网页"), *listed[1:]])
    if request.method == "GET" and not for_staff and firms:
        form.contact_phone.data = rules.mask_phone(work.actor.phone or firms[0].phone)
        form.contact_phone.description = "换一个号码就直接改"
    return form


def _render_submit(work: Work, form: forms.ActForm, status: int) -> ResponseReturnValue:
    for_staff = Role.ENTERPRISE not in work.actor.roles
    until = presenting.near(submitting.promise_at(work), work.now)
    promise = f"{until} 前，有人打电话找{'企业' if for_staff else '您'}。"
    page = render_template("tickets/submit.html", form=form, for_staff=for_staff, promise_line=promise)
    return make_response(page, status)


def _file() -> ResponseReturnValue:
    refusal: Invalid | None = None
    try:
        with doors.work() as work:
            form = _submit_form(work, request.form)
            if not form.validate():
                return _render_submit(work, form, 422)
            filed = submitting.submit(
                work, _given(work, form), key=f"form:{form.once.data}"[:100] if form.once.data else ""
            )
            number = filed.ticket.number
    except Invalid as error:
        refusal = error
    if refusal is None:
        return redirect(url_for(".receipt", number=number), code=303)
    with doors.reading() as work:
        form = _submit_form(work, request.form)
        form.validate()
        for name, said in refusal.errors.items():
            if name in form._fields:
                form._fields[name].errors = list(said)
        if refusal.reason == "key_reused":
            form.once.data = form.once.raw_data = uuid4().hex
            form.form_errors.append("刚才那件已经交了，在“我的事”里看得到。这是另一件，就再点一次提交。")
        elif not form.errors:
            form.form_errors.append(refusal.title)
        return _render_submit(work, form, 422)


def _given(work: Work, form: forms.ActForm) -> dict[str, object]:
    given = form.given()
    given.setdefault("title", rules.title_from(str(given.get("content", ""))))
    phone = str(given.get("contact_phone", ""))
    if phone and phone == rules.mask_phone(work.actor.phone):  # the masked number that the page showed
        given["contact_phone"] = work.actor.phone
    elif phone and not rules.is_phone(phone):
        raise Invalid(errors={"contact_phone": ["号码不完整或者写错了，请写全 7 到 15 位数字。"]})
    return given


@bp.get("/tickets/<number>/receipt")
@doors.signed_in(Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE)
def receipt(number: str) -> ResponseReturnValue:
    with doors.reading() as work:
        ticket = queries.own(work, number)
        clocks = queries.running_clocks(work.session, [ticket.id])
        call = next((one for one in clocks if one.kind == ClockKind.FIRST_CALL.value), None)
        line = f"{presenting.near(call.due_at, work.now)} 前，有人打电话找您。" if call else ""
        return render_template(
            "tickets/receipt.html",
            number=ticket.number,
            promise_line=line,
            ticket_url=ticket.link,
            again_url=url_for(".submit"),
        )


# Several at once


@bp.post("/tickets/bulk")
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT)
def bulk() -> ResponseReturnValue:
    """Do one thing to several tickets: each is its own transaction, each result is said."""
    name = request.form.get("action", "")
    if name not in _BULK:
        raise Invalid("这件事不能几件一起办，请打开诉求一件一件办。")
    action = Action(name)
    picked = list(dict.fromkeys(request.form.getlist("pick")))[:_BULK_MOST]
    results = [_one_of_many(action, *pick.partition(":")[::2]) for pick in picked]
    done = sum(ok for _, _, ok, _ in results)
    return render_template(
        "tickets/bulk_done.html",
        action=action.label,
        results=results,
        done=done,
        skipped=0,
        failed=len(results) - done,
    )


_BULK = frozenset({Action.CLOSE.value, Action.PASS_REVIEW.value, Action.ACKNOWLEDGE.value})


def _one_of_many(action: Action, number: str, seen: str) -> tuple[str, str, bool, str]:
    try:
        with doors.work() as work:
            ticket = moving.move(work, number, moving.Step(action, _version(seen)))
            return number, ticket.title, True, f"已{action.label}。"
    except (NotFound, NotAllowed, Conflict, Invalid) as refusal:
        return number, "", False, refusal.title
