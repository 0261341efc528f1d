"""One ticket for one reader; the whole telephone number."""

from dataclasses import replace

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Actor, Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments.models import Attachment
from chainhub.tickets import deadlines, presenting, queries, rules
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Request, Ticket
from chainhub.tickets.service import (
    attaching,
    checklists,
    instructions,
    moving,
    noting,
    parts,
    reading,
    requests,
    supervisions,
)
from chainhub.tickets.showing import (
    ActionView,
    AttachmentView,
    CheckView,
    ContactView,
    RequestView,
    TicketPage,
)
from chainhub.tickets.terms import RequestState
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.workflow import State
from chainhub.web import doors


@bp.get("/tickets/<number>")
@doors.signed_in(*PEOPLE)
def show(number: str) -> ResponseReturnValue:
    with doors.reading() as work:
        return render_template("tickets/show.html", page=ticket_page(work, queries.own(work, number)))


def ticket_page(work: Work, ticket: Ticket) -> TicketPage:
    facts = known.of(work.session)
    directory = facts.directory
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
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
    supervised = supervisions.readable(work, ticket)
    tags.extend(presenting.supervision_tags(supervised))
    waiting = presenting.waiting_for(ticket, directory)
    return TicketPage(
        number=ticket.number,
        title=ticket.title,
        enterprise=firm,
        tags=tuple(tags),
        state=presenting.FIRM_WAITS
        if for_firm and ticket.state is State.CARRIED_OVER
        else ticket.state.label,
        version=ticket.version,
        steps=presenting.steps(ticket, events, work.now, waiting),
        current_line=presenting.current_line(ticket, directory),
        holders=presenting.holders(
            ticket, clocks, work.now, work.calendar, directory, parts.of(work, ticket), for_firm=for_firm
        ),
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
        actions=(
            *presenting.actions(ticket, moves, for_firm=for_firm, contact_due=contact_due),
            *(
                ActionView(f"ask_{kind.value}", f"申请{kind.label}", f"{ticket.link}/ask/{kind.value}")
                for kind in requests.may_ask(work, ticket)
            ),
            *_led(work, ticket),
        ),
        waiting_line="" if moves else f"{presenting.current_line(ticket, directory)}。",
        contact=_contact(work, ticket),
        for_enterprise=for_firm,
        requests=tuple(_request(work, ticket, one) for one in requests.readable(work, ticket)),
        instructions=tuple(
            presenting.instruction(
                one,
                instructions.signature(one),
                directory,
                work.now,
                may_answer=instructions.may_answer(work, ticket, one),
            )
            for one in instructions.readable(work, ticket)
        ),
        supervisions=tuple(
            presenting.supervision(
                one,
                directory,
                may_sign=supervisions.may_sign(work, ticket, one),
                may_answer=supervisions.may_answer(work, ticket, one),
            )
            for one in supervised
        ),
        attachments=tuple(_attachment(ticket, one) for one in attaching.readable(work, ticket)),
        attach_url=f"{ticket.link}/attachments" if attaching.may_attach(work, ticket) else "",
        attach_internal=not for_firm,
        attach_hint=_ATTACH_HINT,
        checklist=tuple(_check(one) for one in checklists.readable(work, ticket)),
        check_url=f"{ticket.link}/checklist" if checklists.may_tick(work, ticket) else "",
        note_url=f"{ticket.link}/note" if noting.capacity(work, ticket) else "",
    )


_ATTACH_HINT = (
    f"{files.TAKEN}，一次最多 {files.STEP_MOST} 个，每个最多 {files.SIZE_MOST // 1024 // 1024} MB。"
)


def _attachment(ticket: Ticket, one: Attachment) -> AttachmentView:
    line = f"{files.size_text(one.size)}，{one.by_name} {rules.moment_text(one.at)}"
    return AttachmentView(one.name, f"{ticket.link}/attachments/{one.id}", line, internal=one.internal)


def _check(one: checklists.Item) -> CheckView:
    line = f"{one.done_by} {rules.moment_text(one.done_at)}" if one.done_at else ""
    return CheckView(one.code, one.label, one.must, one.done_at is not None, line)


def _led(work: Work, ticket: Ticket) -> list[ActionView]:
    """Return the verbs of who leads and who asks that something be supervised."""
    found = []
    if instructions.may_give(work, ticket):
        found.append(ActionView("instruct", "批示", f"{ticket.link}/instruct"))
    if supervisions.may_draft(work, ticket):
        found.append(ActionView("supervise", "提请督办", f"{ticket.link}/supervise"))
    return found


def _request(work: Work, ticket: Ticket, one: Request) -> RequestView:
    day = one.given.get("until") or one.given.get("review_on")
    until = f"，到 {day}" if day else ""
    line = f"{one.asked_by} {rules.moment_text(one.asked_at)} 申请{until}：{one.reason}"
    if one.state is RequestState.PENDING:
        answer = f"{rules.moment_text(one.due_at)} 前批"
    else:
        moved = (
            f"，{rules.moment_text(one.before_at)} 改为 {rules.moment_text(one.after_at)}"
            if one.before_at and one.after_at
            else ""
        )
        answer = f"{one.decided_by}{'：' if one.note else ''}{one.note}{moved}"
    view = RequestView(one.id, one.kind.label, one.state.label, line, answer)
    if not requests.may_decide(work, ticket, one):
        return view
    return replace(view, approve_url=f"/requests/{one.id}/approve", reject_url=f"/requests/{one.id}/reject")


_REASONS = ("联系企业", "核实情况", "回访")
"""Why somebody may need the whole number; the log keeps which."""


def _contact(work: Work, ticket: Ticket) -> ContactView:
    line = f"{ticket.contact_person} {rules.mask_phone(ticket.contact_phone)}".strip()
    if not reading.may_see_phone(work, ticket):
        return ContactView(line)
    return ContactView(line, f"{ticket.link}/phone", _reasons(work.actor))


def _reasons(actor: Actor) -> tuple[str, ...]:
    """Return the reasons, the likely one first."""
    return tuple(sorted(_REASONS, key=lambda one: one != "回访")) if Role.CALLER in actor.roles else _REASONS


@bp.route("/tickets/<number>/phone", methods=["GET", "POST"])
@doors.signed_in(Role.GUIDE, Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.CALLER)
def phone(number: str) -> ResponseReturnValue:
    """Show the whole telephone number to somebody who must call; the log keeps who saw it and why.

    To a page that is open it comes as a piece of it, so that nothing typed there is lost; without a script it is
    a page of its own. Opened by its address it shows nothing: to see the number is a deed.
    """
    if request.method == "GET":
        with doors.reading() as work:
            return redirect(queries.own(work, number).link, code=303)
    reason = request.form.get("reason", "")
    with doors.work() as work:
        ticket = queries.own(work, number)
        if reason not in _REASONS:
            raise Invalid("请先选为什么要看号码。", {"reason": ["请从列出的理由里选一个。"]})
        shown = reading.show_phone(work, number, reason)
        contact = ContactView(shown, whole=ticket.contact_phone, reason=reason)
        said = {"contact": contact, "number": ticket.number, "title": ticket.title, "url": ticket.link}
    name = "tickets/_contact.html" if request.headers.get("HX-Request") else "tickets/phone.html"
    return render_template(name, **said)
