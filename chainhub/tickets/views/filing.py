"""Filing a matter: the three questions, and the receipt."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, MultipleFileField

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory import queries as county
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments.service import Sound
from chainhub.tickets import forms, guessing, presenting, queries, rules, uploads
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.hints import showing as past
from chainhub.tickets.hints import views as hints
from chainhub.tickets.service import attaching, referrals, submitting
from chainhub.tickets.showing import GuessView
from chainhub.tickets.views import resembling
from chainhub.tickets.views.door import bp
from chainhub.tickets.workflow import Action, rows
from chainhub.web import doors, presses


@bp.route("/tickets/new", methods=["GET", "POST"])
@doors.signed_in(Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE)
@doors.body_most(uploads.BODY_MOST)
@presses.harmless_twice
@doors.says_by_field
def submit() -> ResponseReturnValue:
    if request.method == "POST":
        return _file()
    with doors.reading() as work:
        form = _submit_form(work, None)
        form.once.data = uuid4().hex
        return _render_submit(work, form, 200)


@bp.post("/tickets/new/guess")
@doors.signed_in(Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE)
def guess() -> ResponseReturnValue:
    """Say what category the words may be about. It comes by POST so that they stay out of addresses and logs."""
    with doors.reading() as work:
        said = {"pointed": _pointed(work), **_guessed(work)}
        return render_template("tickets/_guess.html", **said, **_alike(work, request.form))


def _guessed(work: Work) -> dict[str, object]:
    """Return the guess by words, the hint of the past, and how closed matters like it were dealt with.

    The hint has a line of its own only where the words say nothing or something else; else it says how sure the past is.
    """
    guess = _guess(work, request.form)
    typed, tapped = request.form, request.form.getlist("guess")
    said = resembling.Text("", typed.get("title", ""), typed.get("content", ""))
    hint = past.typed(work, said.title, said.content) if not typed.get("category") else None
    picked = hint is not None and hint.code in tapped
    return {"guess": guess, "hint": hint, "hint_picked": picked, "closed": past.closed_alike(work, said)}


def _alike(work: Work, typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was filed before and is like what somebody types. It is shown, and stands in nobody's way."""
    for_owner = Role.ENTERPRISE in work.actor.roles
    firm = typed.get("enterprise") or (work.actor.enterprise_code or "" if for_owner else "")
    said = resembling.Text(firm, typed.get("title", ""), typed.get("content", ""))
    found = resembling.while_typing(work, said, for_owner=for_owner)
    line = "是同一件就不用再报，可以在那一件里补充；不是就接着报。" if found else ""
    return {"alike": found, "alike_line": line, "alike_apart": True}


def _guess(work: Work, typed: Mapping[str, str]) -> GuessView | None:
    """Return a guess for somebody who has not chosen a category."""
    if typed.get("category"):
        return None
    tapped = request.form.getlist("guess")
    found = guessing.category(work, typed.get("content", ""))
    return replace(found, picked=found.code in tapped) if found is not None else None


def _pointed(work: Work) -> tuple[str, ...]:
    return guessing.pointed(work, request.form.get("content", ""))


def _submit_form(work: Work, data: MultiDict[str, str] | None) -> forms.ActForm:
    firms = submitting.may_file_for(work)
    for_staff = Role.ENTERPRISE not in work.actor.roles
    skip = {"title"} if not for_staff else set()
    skip |= set() if for_staff else {"channel", "contact_person", "enterprise"}
    if not for_staff and len(firms) > 1:
        skip.discard("enterprise")
    if Role.COMMITTEE not in work.actor.roles:
        skip |= set(referrals.FILED.values())
    base = forms.for_move(
        rows(Action.SUBMIT, None)[0],
        known.of(work.session).directory,
        enterprises=[(one.code, one.short) for one in firms],
        skip=frozenset(skip),
    )
    photos = MultipleFileField("照片", description=_PHOTOS, render_kw={"accept": "image/*"})
    made = type("SubmitForm", (base,), {"once": HiddenField(), "guess": HiddenField(), "photos": photos})
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
    wanted = request.args.get("enterprise", "")  # as the code of an enterprise leads here
    if request.method == "GET" and "enterprise" in form and any(one.code == wanted for one in firms):
        form.enterprise.data = wanted
    return form


_PHOTOS = f"拍下来说得更清楚。最多 {files.STEP_MOST} 张，每张最多 {files.SIZE_MOST // 1024 // 1024} MB。"
_CODES_MOST = 5  # a guide looks after five enterprises at most (domain, section 6)
_PHOTOS_AGAIN = "刚才选的照片没有留住，请再选一次。"  # a browser gives no file back to a form


def _render_submit(work: Work, form: forms.ActForm, status: int) -> ResponseReturnValue:
    for_staff = Role.ENTERPRISE not in work.actor.roles
    until = presenting.near(submitting.promise_at(work), work.now)
    if uploads.sent("photos"):
        form.photos.description = _PHOTOS_AGAIN
    promise = f"{until} 前，有人打电话找{'企业' if for_staff else '您'}。"
    page = render_template(
        "tickets/submit.html",
        form=form,
        for_staff=for_staff,
        promise_line=promise,
        codes=_codes(work),
        **_guessed(work),
        **_alike(work, request.form),
        pointed=_pointed(work),
        elsewhere=guessing.elsewhere(work),
        guess_url=url_for(".guess"),
    )
    return make_response(page, status)


def _codes(work: Work) -> list[tuple[str, str]]:
    """Return the words and addresses of the QR codes this person may print: a chain's, or each enterprise's."""
    actor, chains = work.actor, known.of(work.session).directory.chains
    led = sorted(actor.refs(Role.COMMITTEE, ScopeKind.CHAIN))
    if led:
        return [(f"{chains[one].name}各企业的二维码", url_for(".chain_codes", code=one)) for one in led]
    own = actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE) | actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)
    firms = county.enterprises(work.session, codes=own, limit=_CODES_MOST) if own else ()
    return [
        (f"{one.short}的二维码，可以打印贴出来", url_for(".enterprise_code", code=one.code)) for one in firms
    ]


def _file() -> ResponseReturnValue:
    refusal: Invalid | None = None
    try:
        photos = _photos()  # looked at before the transaction that writes
        with uploads.storage().keeping() as shelf, doors.work() as work:
            form = _submit_form(work, request.form)
            if not form.validate():
                return _render_submit(work, form, 422)
            filed = submitting.submit(
                work, _given(work, form), key=f"form:{form.once.data}"[:100] if form.once.data else ""
            )
            if filed.new:
                hints.filed(work, filed.ticket)
            number = filed.ticket.number
            if photos and filed.new:
                attaching.attach(work, shelf, number, photos)
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


def _photos() -> list[Sound]:
    if not uploads.sent("photos"):
        return []
    try:
        return uploads.examined("photos")
    except Invalid as refusal:
        raise Invalid(
            errors={"photos": [one for said in refusal.errors.values() for one in said]}
        ) from refusal


def _given(work: Work, form: forms.ActForm) -> dict[str, object]:
    given = form.given()
    given.pop("photos", None)
    given.pop("guess", "")
    tapped = _tapped()
    if tapped and tapped in known.of(work.session).directory.categories:
        given.setdefault("category", tapped)  # what was chosen from the list outweighs what was tapped
    given.setdefault("title", rules.title_from(str(given.get("content", ""))))
    phone = str(given.get("contact_phone", ""))
    if phone and phone == rules.mask_phone(work.actor.phone):  # the masked number that the page showed
        given["contact_phone"] = work.actor.phone
    elif phone and not rules.is_phone(phone):
        raise Invalid(errors={"contact_phone": ["号码不完整或者写错了，请写全 7 到 15 位数字。"]})
    return given


def _tapped() -> str:
    """Return the guess that was tapped; where two were that say different things, none: the staff decide."""
    found = set(request.form.getlist("guess"))
    return found.pop() if len(found) == 1 else ""


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
            pointed=guessing.pointed(work, ticket.content),
            ticket_url=ticket.link,
            again_url=url_for(".submit"),
            alike=resembling.for_ticket(work, ticket, for_owner=Role.ENTERPRISE in work.actor.roles),
            alike_line="如果说的是同一件，告诉工作人员合并办理；不是就不用管。",
            alike_apart=False,
        )
