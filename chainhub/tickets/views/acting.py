"""Moving one ticket: the form of a verb, what came of it, and the owner's one tap."""

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import MultipleFileField
from wtforms import SelectField as Select
from wtforms.validators import Optional

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.responsibilities.rules import Share
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments.service import FIELD
from chainhub.tickets import fields, forms, guessing, presenting, rules, terms, uploads, wording
from chainhub.tickets.hints import showing as past
from chainhub.tickets.hints import views as hints
from chainhub.tickets.models import Part, Ticket
from chainhub.tickets.responsible import suggesting
from chainhub.tickets.responsible import views as responsible
from chainhub.tickets.responsible.showing import line_view
from chainhub.tickets.service import assigning, attaching, evidencing, moving, parts, replies
from chainhub.tickets.showing import GuessView
from chainhub.tickets.terms import Evidence
from chainhub.tickets.views import resembling
from chainhub.tickets.views.door import PEOPLE, bp, version_of
from chainhub.tickets.views.reading import ATTACH_HINT, ticket_page
from chainhub.tickets.workflow import Action, State, rows
from chainhub.web import doors, held


@bp.route("/tickets/<number>/act/<action:action>", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def act(number: str, action: Action) -> ResponseReturnValue:
    if request.method == "POST":
        return (
            _filled(number)
            if action is Action.DISPATCH and _FILLS & set(request.form)
            else _do(number, action)
        )
    with doors.reading() as work:
        allowed = moving.permit(work, number, action, None)
        form = _form(work, allowed)
        form.version.data = str(allowed.ticket.version)
        if action is Action.RECLASSIFY:
            for name, value in _classified(allowed.ticket).items():
                form[name].data = value
        if action is Action.MERGE:
            form["into"].data = request.args.get("into", "")[:20]
        return _render_act(work, allowed.ticket, action, form, 200)


@bp.post("/tickets/<number>/act/resolve")
@doors.signed_in(*PEOPLE)
@doors.body_most(uploads.BODY_MOST)
def resolve(number: str) -> ResponseReturnValue:
    """办结, by a door of its own: a file may come with it."""
    return _do(number, Action.RESOLVE)


def _form(work: Work, allowed: moving.Permit) -> forms.ActForm:
    row = allowed.row
    one = allowed.ticket.kind in terms.ONE_QUESTION
    skip = {"contacted", "solved", "satisfaction"} if one else {"clear"}
    if row.action not in {Action.CONFIRM, Action.REOPEN, Action.ESCALATE}:
        skip = set()
    skip |= {"unit"} if row.action in _RULINGS and not row.part else set()
    own = parts.fitting(work, allowed.ticket, row.action) if row.part and row.action not in _RULINGS else []
    skip |= {"unit"} if row.part and row.action not in _RULINGS and len(own) < 2 else set()
    asks_word = row.action is Action.RESOLVE and evidencing.demanded(work, allowed.ticket) is Evidence.WORD
    skip |= set() if asks_word else {"word_by", "word_at"}
    persons = []
    if row.action is Action.ASSIGN:
        persons = [(one.username, one.words) for one in assigning.colleagues(work, allowed.ticket)]
    made = forms.for_move(row, known.of(work.session).directory, persons=persons, skip=frozenset(skip))
    form = _with_files(work, allowed.ticket, made)() if row.action is Action.RESOLVE else made()
    for name in {"contacted", "solved", "satisfaction", "clear", "word_by"} & set(form._fields):
        form[
            name
        ].flags.optional = False  # which of them must be answered depends on the kind: the service says
    field = form._fields.get("lead_unit")
    if isinstance(field, Select):
        _likely_first(work, field, allowed.ticket)
    if isinstance(field, Select) and allowed.ticket.complained_unit_code:
        left = [one for one in field.choices if one.value != allowed.ticket.complained_unit_code]
        field.choices = left
    if row.part and row.action in _RULINGS:
        _whose_part(form["unit"], work, "哪个协办单位的退单", parts.disputed(work, allowed.ticket))
    elif len(own) > 1:
        _whose_part(form["unit"], work, "哪个单位的协办", own)
    if row.action is Action.RECLASSIFY:
        _as_it_is(work, form["category"], allowed.ticket)
    return form


_PHOTO_HINT = ATTACH_HINT.replace(files.TAKEN, "照片（jpg、png、webp）")
_RULINGS = frozenset({Action.UPHOLD_RETURN, Action.REJECT_RETURN})


def _whose_part(field: Select, work: Work, words: str, found: Sequence[Part]) -> None:
    """Offer the co-units whose part may be meant; where it is one alone, that is."""
    directory = known.of(work.session).directory
    listed = [(one.unit_code, directory.unit_name(one.unit_code)) for one in found]
    field.label.text = words
    field.choices = forms.options(listed if len(listed) == 1 else [("", "请选"), *listed])


def _with_files(work: Work, ticket: Ticket, form: type[forms.ActForm]) -> type[forms.ActForm]:
    """Return the form of 办结 with a field for what the category demands to be attached, where it does."""
    evidence = evidencing.demanded(work, ticket)
    if evidence not in {Evidence.FILE, Evidence.PHOTO}:
        return form
    there = evidencing.shown(work, ticket, evidence)
    field = MultipleFileField(
        f"{'再' if there else ''}传{evidence.label}",
        description=f"{_PHOTO_HINT if evidence is Evidence.PHOTO else ATTACH_HINT}"
        "企业看得到。传了就留住，这一页别的地方要改也不用再传。",
        validators=[Optional()] if there else [],
        render_kw={"accept": "image/*"} if evidence is Evidence.PHOTO else {},
    )
    made: type[forms.ActForm] = type("ResolveForm", (form,), {FIELD: field})
    return made


def _classified(ticket: Ticket) -> dict[str, object]:
    """Return what a ticket is classified as: where the form of 更正分类 begins."""
    found = {
        "category": ticket.category_code,
        "kind": ticket.kind,
        "complained_unit": ticket.complained_unit_code,
        "urgency": ticket.urgency,
    }
    return {name: value for name, value in found.items() if value is not None}


def _as_it_is(work: Work, field: Select, ticket: Ticket) -> None:
    """Offer what the ticket has, be it of the second level; what was never set may be guessed at, in words alone."""
    code = ticket.category_code
    directory = known.of(work.session).directory
    listed = [(one.value, one.label) for one in field.choices if one.value]
    field.description = ""
    if code is None:
        guess = guessing.category(work, ticket.content)
        field.description = f"可能是：{guess.label}（按内容猜的，请您定）" if guess else ""
        listed = [("", "还没定"), *listed]
    elif code in directory.categories and code not in dict(listed):
        above = directory.category_label(directory.categories[code].parent)
        listed = [(code, f"{above}：{directory.category_label(code)}"), *listed]
    field.choices = forms.options(listed)


def _likely_first(work: Work, field: Select, ticket: Ticket) -> None:
    """Put first whom the responsibility list has lead; where it says nothing, whom the category names as likely."""
    named = [one.unit for one in suggesting.for_ticket(work, ticket) if one.share is Share.LEAD]
    category = known.of(work.session).directory.categories.get(ticket.category_code or "")
    likely = named or list(category.units if category else ())
    word = "清单上主办" if named else "常办这类"
    listed = [(one.value, one.label) for one in field.choices]
    first = sorted((one for one in listed if one[0] in likely), key=lambda one: likely.index(one[0]))
    rest = [one for one in listed if one[0] not in likely]
    field.choices = forms.options(
        [rest[0], *((code, f"{label}（{word}）") for code, label in first), *rest[1:]]
    )


_FILLS = frozenset({"fill", "fill_co"})
"""Buttons beside the dispatch form that write a unit of the responsibility list into it."""


def _filled(number: str) -> ResponseReturnValue:
    """Write a unit into the dispatch form and show it again, with all that was typed. Nothing is dispatched."""
    with doors.reading() as work:
        allowed = moving.permit(work, number, Action.DISPATCH, None)
        form = _form(work, allowed)
        if "fill" in request.form:
            form.lead_unit.data = request.form["fill"]
        free = next((line for line in form.co_units if not line.unit.data), None)
        if "fill_co" in request.form and free is not None:
            free.unit.data = request.form["fill_co"]
        return _render_act(work, allowed.ticket, Action.DISPATCH, form, 200)


def _render_act(
    work: Work, ticket: Ticket, action: Action, form: forms.ActForm, status: int, *, doubt: str = ""
) -> ResponseReturnValue:
    warning = _warning(work, ticket, action)
    shown = ticket_page(work, ticket)
    pressed = (one.label for one in shown.actions if one.action == action.value)  # in the words of the button
    page = render_template(
        "tickets/act.html",
        page=shown,
        action=next(pressed, action.label),
        form=form,
        submit_label=_submit_label(action, shown.enterprise, doubt),
        doubt=doubt,
        hint=_hint(ticket, action),
        guess=_guess(work, ticket, action),
        back_url=ticket.link,
        kept_version=form.version.data,
        warning=warning,
        alike=resembling.at_triage(work, ticket) if action in _TRIAGE else [],
        alike_line="",
        alike_apart=True,
        past=past.card(work, ticket, action),
        **_listed(work, ticket, action),
        readers=rules.reader_words(action, shown.enterprise),
        firm_reads=bool(rules.is_read_by_firm(action)),
        replies=replies.offers(work, ticket, action),
    )
    return make_response(page, status)


_TRIAGE = frozenset({Action.ACCEPT, Action.DISPATCH})


def _listed(work: Work, ticket: Ticket, action: Action) -> dict[str, Any]:
    """Return what the responsibility list says: of this ticket, and of the words that were looked up."""
    if action is not Action.DISPATCH:
        return {"suggested": None}
    directory = known.of(work.session).directory
    looked = request.args.get("look", "")
    rows = [line_view(one, directory, may_change=False) for one in responsible.lookup(work, looked)]
    return {"suggested": suggesting.for_ticket(work, ticket), "looked": looked.strip(), "looked_up": rows}


def _submit_label(action: Action, firm: str, doubt: str) -> str:
    """Return what the button says: of a word that goes straight to the enterprise, who will read it."""
    if doubt:
        return f"确定，就这样{action.label}"
    return rules.reader_words(action, firm) if action is Action.PROGRESS else action.label


def _warning(work: Work, ticket: Ticket, action: Action) -> str:
    """Return what must be known before the button is pressed: nobody left to close, evidence that is asked for."""
    if action is Action.RESOLVE:
        return evidencing.asked(work, ticket)
    return moving.dispatch_warning(work, ticket) if action is Action.DISPATCH else ""


def _hint(ticket: Ticket, action: Action) -> str:
    if action is Action.CONFIRM and ticket.kind not in terms.ONE_QUESTION:
        return "不满意也可以选“重办”，单位会再办一次。"
    return ""


def _guess(work: Work, ticket: Ticket, action: Action) -> GuessView | None:
    """Return what an unset category may be, for the clerk who takes the ticket in."""
    unset = action is Action.ACCEPT and ticket.category_code is None
    return guessing.category(work, ticket.content) if unset else None


def _do(number: str, action: Action) -> ResponseReturnValue:
    """Move the ticket; whatever is wrong, what was typed comes back with the words of the refusal."""
    if "insert" in request.form:
        return _insert(number, action)
    version = version_of(request.form.get("version", ""))
    try:
        if action is Action.RESOLVE and uploads.sent():
            version = _keep_files(number, version)
        with doors.work() as work:
            allowed = moving.permit(work, number, action, version)
            form = _form(work, allowed)
            if not form.validate():
                form.version.data = str(allowed.ticket.version)
                return _again(work, allowed, form)
            given = {name: value for name, value in form.given().items() if name != FIELD}
            given = _changed(allowed.ticket, given) if action is Action.RECLASSIFY else given
            doubt = presenting.doubt(action, given)
            if doubt and request.form.get("sure") != doubt:
                return _render_act(work, allowed.ticket, action, form, 422, doubt=doubt)
            ticket = moving.apply(work, allowed, given)
            hints.moved(work, ticket, action)
            link = ticket.link
    except Invalid as refusal:
        return _invalid(number, action, refusal, version)
    except Conflict as refusal:
        return _overtaken(number, action, refusal)
    flash(_DONE.get(action, f"已{action.label}。"))
    return redirect(link, code=303)


def _keep_files(number: str, version: int | None) -> int:
    """Attach what came with the form of 办结, as a deed of its own, and return the version that the page has seen now.

    So files are on the ticket whatever else of the form is refused: no browser gives a file back to a form.
    """
    with doors.reading() as work:
        moving.permit(work, number, Action.RESOLVE, version)
    sound = uploads.examined()
    with uploads.storage().keeping() as shelf, doors.work() as work:
        allowed = moving.permit(work, number, Action.RESOLVE, version)
        attaching.attach(work, shelf, number, sound)
        return allowed.ticket.version


def _insert(number: str, action: Action) -> ResponseReturnValue:
    """Put a standard reply into the form and show it again: nothing moves, and what was typed stays."""
    with doors.reading() as work:
        allowed = moving.permit(work, number, action, None)
        form = _form(work, allowed)
        name = wording.FIELDS.get(action, "")
        for one in replies.offers(work, allowed.ticket, action):
            if str(one.id) == request.form["insert"] and name in form:
                form[name].data = wording.joined(form[name].data or "", one.text)
        return _render_act(work, allowed.ticket, action, form, 200)


def _changed(ticket: Ticket, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a correction changes: the form comes filled in, and the history says only what is new."""
    now = _classified(ticket)
    return {name: value for name, value in given.items() if name not in now or now[name] != value}


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


def _invalid(number: str, action: Action, refusal: Invalid, version: int | None) -> ResponseReturnValue:
    with doors.reading() as work:
        allowed = moving.permit(work, number, action, None)
        form = _form(work, allowed)
        form.validate()
        form.version.data = "" if version is None else str(version)
        for name, said in refusal.errors.items():
            blamed = FIELD if name == "evidence" else name
            if blamed in form._fields:
                form._fields[blamed].errors = list(said)
        if not form.errors:
            form.form_errors.append(refusal.title)
        return _render_act(work, allowed.ticket, action, form, 422)


def _overtaken(number: str, action: Action, refusal: Conflict) -> ResponseReturnValue:
    kept = []
    for name, value in request.form.items():
        if name not in held.UNSEEN and value:
            whole = name.partition("-")[0]  # a line of a list: co_units-0-unit
            kept.append((fields.field(action, whole).label if _is_field(action, whole) else name, value))
    page = render_template(
        "stale.html",
        title=f"没有{action.label}",
        line=refusal.title,
        link=url_for(".show", number=number),
        link_label="看最新的" if refusal.reason == "stale" else "回到这件诉求",
        kept=kept,
    )
    return make_response(page, refusal.status)


def _is_field(action: Action, name: str) -> bool:
    return any(name in row.fields for state in (*State, None) for row in rows(action, state))


@bp.post("/tickets/<number>/answer/<any(yes, no):word>")
@doors.signed_in(Role.ENTERPRISE)
def answer(number: str, word: str) -> ResponseReturnValue:
    """One tap on the owner's home: 清楚了 ends it, 没说清楚 asks what is unclear."""
    if word == "no":
        return redirect(url_for(".act", number=number, action=Action.REOPEN), code=303)
    seen = request.form.get("version", "")
    try:
        with doors.work() as work:
            step = moving.Step(Action.CONFIRM, version_of(seen), {"clear": True})
            moving.move(work, number, step)
    except Invalid:
        return redirect(url_for(".act", number=number, action=Action.CONFIRM), code=303)
    flash("记下了，谢谢您。")
    return redirect("/", code=303)
