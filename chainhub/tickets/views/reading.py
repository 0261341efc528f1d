"""One ticket for one reader; the whole telephone number."""

from collections.abc import Sequence
from dataclasses import replace

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Actor, Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments.models import Attachment
from chainhub.reminders.models import Clock
from chainhub.tickets import annexing, deadlines, masking, presenting, queries, rules
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.common import views as common
from chainhub.tickets.models import Request, Ticket
from chainhub.tickets.service import (
    answering,
    answers,
    attaching,
    checklists,
    instructions,
    moving,
    noting,
    papers,
    parts,
    reading,
    referrals,
    requests,
    supervisions,
    whistles,
)
from chainhub.tickets.service.papers import Fitting
from chainhub.tickets.showing import (
    ActionView,
    AttachmentView,
    CheckView,
    ContactView,
    PaperView,
    ReferralView,
    RequestView,
    TicketPage,
    WhistleView,
)
from chainhub.tickets.terms import FROM_SALON, Channel, RequestState, WhistleState
from chainhub.tickets.views import resembling
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.workflow import State
from chainhub.web import doors, presses


@bp.get("/tickets/<number>")
@doors.signed_in(*PEOPLE)
def show(number: str) -> ResponseReturnValue:
    with doors.reading() as work:
        ticket = queries.own(work, number)
        issue = common.of_ticket(work, ticket)
        looks = request.args.get("look") == "alike"  # compared when asked for: it costs as much as the page
        return render_template(
            "tickets/show.html",
            issue=issue,
            origin=_origin(work, ticket),
            join_url=common.join_url(work, ticket, issue),
            page=ticket_page(work, ticket),
            alike=resembling.at_triage(work, ticket) if looks else [],
            alike_line="",
            alike_apart=False,
            learned=resembling.learned(work, ticket) if looks else [],
            look_url="" if looks else resembling.look_url(work, ticket),
        )


_ORIGINS = {
    "visit": ("走访时报的", "/visits/", frozenset({Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE, Role.LEADER}))
}
"""By origin_kind: what a link back says, where it leads, and who may follow it. The room above is known by address."""


def _origin(work: Work, ticket: Ticket) -> tuple[str, str] | None:
    """Return the words and address of where a ticket was raised, for whoever may read that."""
    words, where, who = _ORIGINS.get(ticket.origin_kind, ("", "", frozenset()))
    return (words, f"{where}{ticket.origin_ref}") if work.actor.roles & who else None


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
    if ticket.channel is not Channel.WEB and not for_firm:
        tags.append(ticket.channel.label)
    if ticket.confidential:
        tags.append("保密")
    supervised = supervisions.readable(work, ticket)
    tags.extend(presenting.supervision_tags(supervised))
    if any(one.state in {WhistleState.ASKED, WhistleState.BLOWN} for one in whistles.of(work, ticket)):
        tags.append("吹哨")
    if ticket.complained_unit_code is not None:
        tags.append(f"投诉{directory.unit_name(ticket.complained_unit_code)}")
    if ticket.route is not None and not for_firm:
        tags.append(ticket.route.label)
    if ticket.superior_due_at is not None and not for_firm:
        tags.append("上级转办")
    waiting = presenting.waiting_for(ticket, directory)
    return TicketPage(
        number=ticket.number,
        origin_url=f"/salons/{ticket.origin_ref}" if ticket.origin_kind == FROM_SALON else "",
        title=ticket.title,
        enterprise=firm,
        tags=tuple(dict.fromkeys(tags)),
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
            *_link(work, ticket),
            *_called(work, ticket),
            *_referred(work, ticket),
            *annexing.actions(work, ticket),
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
                work.calendar,
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
        referral=_referral(work, ticket),
        whistles=_whistles(work, ticket, clocks),
        answers=presenting.answers(answers.of(work, ticket), standing, firm=firm),
        attachments=tuple(_attachment(ticket, one) for one in attaching.readable(work, ticket)),
        attach_url=f"{ticket.link}/attachments" if attaching.may_attach(work, ticket) else "",
        attach_internal=not for_firm,
        attach_hint=ATTACH_HINT,
        papers=tuple(
            _paper(ticket, one) for one in papers.readable(work, ticket, events=events, clocks=clocks)
        ),
        checklist=tuple(_check(one) for one in checklists.readable(work, ticket)),
        check_url=f"{ticket.link}/checklist" if checklists.may_tick(work, ticket) else "",
        note_url=f"{ticket.link}/note" if noting.capacity(work, ticket) else "",
        annexes=annexing.annexes(work, ticket),
    )


ATTACH_HINT = f"{files.TAKEN}，一次最多 {files.STEP_MOST} 个，每个最多 {files.SIZE_MOST // 1024 // 1024} MB。"


def _attachment(ticket: Ticket, one: Attachment) -> AttachmentView:
    line = f"{files.size_text(one.size)}，{one.by_name} {rules.moment_text(one.at)}"
    return AttachmentView(one.name, f"{ticket.link}/attachments/{one.id}", line, internal=one.internal)


def _paper(ticket: Ticket, one: Fitting) -> PaperView:
    found, where = one.paper, f"{ticket.link}/papers"
    if found is None:
        return PaperView(one.kind.value, one.subject, one.kind.label, one.about, issue_url=where)
    line = f"{found.issued_by} {rules.moment_text(found.issued_at)} 出"
    where = f"{where}/{found.id}"
    return PaperView(one.kind.value, one.subject, one.kind.label, one.about, found.number, line, where)


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


def _link(work: Work, ticket: Ticket) -> list[ActionView]:
    if not answering.may_hand_out(work, ticket):
        return []
    return [ActionView("answer_link", "出示评价链接", f"{ticket.link}/answer-link")]


def _referred(work: Work, ticket: Ticket) -> list[ActionView]:
    if ticket.superior_due_at is not None or not referrals.may_record(work, ticket):
        return []
    return [ActionView("refer", "登记上级转办", f"{ticket.link}/referral")]


def _referral(work: Work, ticket: Ticket) -> ReferralView | None:
    found = referrals.of(work, ticket)
    if found is None:
        return None
    return presenting.referral(
        found,
        ticket.link,
        work.now,
        work.calendar,
        may_reply=referrals.may_reply(work, ticket),
        may_correct=referrals.may_record(work, ticket),
    )


def _called(work: Work, ticket: Ticket) -> list[ActionView]:
    """Return the verbs of who is called by a whistle, and of who may blow one."""
    if whistles.mine(work, ticket) is not None:
        return [ActionView("report_in", "报到", f"{ticket.link}/report-in")]
    if whistles.may_blow(work, ticket):
        return [ActionView("whistle", "吹哨", f"{ticket.link}/whistle")]
    return []


def _whistles(work: Work, ticket: Ticket, clocks: Sequence[Clock]) -> tuple[WhistleView, ...]:
    rows = whistles.reports(work, ticket)
    running = [clock for clock in clocks if clock.stopped_at is None]
    return tuple(
        presenting.whistle(
            one,
            [(row, whistles.due_of(running, row)) for row in rows if row.whistle_id == one.id],
            known.of(work.session).directory,
            work.now,
            may_decide=whistles.may_decide(work, ticket, one),
            may_end=whistles.may_end(work, ticket, one),
        )
        for one in whistles.of(work, ticket)
    )


def _request(work: Work, ticket: Ticket, one: Request) -> RequestView:
    day = one.given.get("until") or one.given.get("review_on")
    until = f"，到 {rules.day_text(day, year=work.now.year)}" if day else ""
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


def _contact(work: Work, ticket: Ticket) -> ContactView:
    line = f"{ticket.contact_person} {rules.mask_phone(ticket.contact_phone)}".strip()
    if not reading.may_see_phone(work, ticket):
        return ContactView(line)
    return ContactView(line, f"{ticket.link}/phone", _reasons(work.actor))


def _reasons(actor: Actor) -> tuple[str, ...]:
    """Return the reasons, the likely one first."""
    return (
        tuple(sorted(masking.REASONS, key=lambda one: one != "回访"))
        if Role.CALLER in actor.roles
        else masking.REASONS
    )


@bp.route("/tickets/<number>/phone", methods=["GET", "POST"])
@doors.signed_in(Role.GUIDE, Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.CALLER)
@presses.harmless_twice
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
        if reason not in masking.REASONS:
            raise Invalid("请先选为什么要看号码。", {"reason": ["请从列出的理由里选一个。"]})
        shown = reading.show_phone(work, number, reason)
        contact = ContactView(shown, whole=ticket.contact_phone, reason=reason)
        said = {"contact": contact, "number": ticket.number, "title": ticket.title, "url": ticket.link}
    name = "tickets/_contact.html" if request.headers.get("HX-Request") else "tickets/phone.html"
    return render_template(name, **said)
