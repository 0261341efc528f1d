"""Papers of a ticket: which fit now, giving one its number, and what stands in it for whom.

A paper is numbered when it is first issued and keeps its number and its words; the 办理单 keeps its number and says
what is so. Whoever may not see a ticket sees none of its papers; the enterprise's side has the 销号单 alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.documents.papers import filling
from chainhub.documents.papers import service as kept
from chainhub.documents.papers.models import Paper
from chainhub.documents.papers.rules import Values, file_name
from chainhub.documents.papers.service import Draft, Owner
from chainhub.reminders.models import Clock
from chainhub.tickets import presenting, queries, rules
from chainhub.tickets.clockwork import UNIT_CLOCKS
from chainhub.tickets.models import Request, Supervision, Ticket, TicketEvent
from chainhub.tickets.papers import facts, kinds, layouts
from chainhub.tickets.papers.facts import Sources
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import addressing, instructions, parts, requests, supervisions
from chainhub.tickets.terms import RequestKind, RequestState, SupervisionState
from chainhub.tickets.workflow import Action, Who

K = PaperKind
_WORK = frozenset(kind.value for kind in UNIT_CLOCKS)
_DECIDED = frozenset({RequestState.APPROVED, RequestState.REJECTED})
_SIGNED = frozenset({SupervisionState.SIGNED, SupervisionState.ANSWERED})


@dataclass(frozen=True, slots=True)
class Fitting:
    """A paper that a ticket has or may have now: `about` tells it from others of its kind."""

    kind: PaperKind
    subject: str
    about: str
    source: TicketEvent | Clock | Request | Supervision | None = None
    paper: Paper | None = None
    may_issue: bool = False


def readable(
    work: Work,
    ticket: Ticket,
    *,
    events: Sequence[TicketEvent] | None = None,
    clocks: Sequence[Clock] | None = None,
) -> list[Fitting]:
    """Return the papers of a ticket that this actor may have, those that were issued and those that fit now.

    `events` and `clocks` are the ticket's, where they were read already.
    """
    standing = _standing(work, ticket)
    outside = rules.from_outside(standing)
    if outside and ticket.first_closed_at is None:
        return []
    issued = {(one.kind, one.subject): one for one in kept.of(work.session, _owner(ticket))}
    listed = [one for one in issued.values() if one.kind in set(K)]
    found = [Fitting(K(one.kind), one.subject, _about(one), paper=one) for one in listed]
    if not outside:
        lines = events if events is not None else queries.events(work.session, ticket.id)
        running = clocks if clocks is not None else queries.running_clocks(work.session, [ticket.id])
        fit = _fitting(work, ticket, lines, running)
        found += [one for one in fit if (one.kind.value, one.subject) not in issued]
    signed = {f"supervision:{one.id}": one for one in supervisions.readable(work, ticket)}
    order = list(K)
    shown = [
        Fitting(
            one.kind,
            one.subject,
            one.about,
            one.source,
            one.paper,
            one.paper is None and bool(kinds.ISSUES[one.kind] & standing),
        )
        for one in found
        if kinds.may_read(one.kind, standing, from_outside=outside)
        or (
            one.subject in signed
            and addressing.capacity(work, ticket, signed[one.subject].unit_code) is not None
        )
    ]
    usable = [one for one in shown if one.paper is not None or one.may_issue]
    return sorted(usable, key=lambda one: (order.index(one.kind), one.paper.id if one.paper else 0))


def _about(paper: Paper) -> str:
    said = paper.facts.get("about") if paper.facts else ""
    return str(said or "")


def _fitting(
    work: Work, ticket: Ticket, events: Sequence[TicketEvent], clocks: Sequence[Clock]
) -> list[Fitting]:
    """Return what might be issued now, whoever asks: one of a kind for the latest deed of its sort."""
    directory = known.of(work.session).directory
    found = []
    if sent := _last(events, Action.DISPATCH):
        to_whom = facts.unit(directory, sent.data.get("lead_unit"))
        found.append(Fitting(K.ASSIGNMENT_SLIP, f"dispatch:{sent.seq}", f"给{to_whom}", sent))
    if clock := next((one for one in clocks if one.kind in _WORK and one.stopped_at is None), None):
        light = presenting.clock_light(clock, work.now, work.calendar)
        if light.colour in {"yellow", "red"}:
            subject = f"remind:{clock.id}:{light.colour}:{clock.due_at.date().isoformat()}"
            found.append(Fitting(K.REMINDER_SLIP, subject, light.words, clock))
    for one in supervisions.readable(work, ticket):
        if one.state in _SIGNED:
            kind = K.REMINDER_LETTER if one.letter else K.SUPERVISION_ORDER
            to_whom = facts.unit(directory, one.unit_code)
            found.append(Fitting(kind, f"supervision:{one.id}", f"给{to_whom}", one))
    found += [
        Fitting(K.EXTENSION_FORM, f"request:{asked.id}", asked.state.label, asked)
        for asked in requests.readable(work, ticket)
        if asked.kind is RequestKind.EXTENSION and asked.state in _DECIDED
    ]
    if concluded := _last(events, Action.CONCLUDE):
        day = rules.local_date_text(concluded.at)
        found.append(Fitting(K.MINUTES, f"conclude:{concluded.seq}", day, concluded))
    if closed := _last(events, Action.CLOSE):
        found.append(Fitting(K.CLOSURE_FORM, f"close:{closed.seq}", rules.local_date_text(closed.at), closed))
    found.append(Fitting(K.CASE_SHEET, "", "到打印时为止"))
    return found


def _last(events: Sequence[TicketEvent], action: Action) -> TicketEvent | None:
    return next((one for one in events if one.action is action), None)  # newest first


def issue(work: Work, number: str, kind: PaperKind, subject: str = "") -> Paper:
    """Give a paper its number, or return the one that has it already; the history of deeds keeps who did.

    Raises NotFound, NotAllowed, Conflict.
    """
    ticket = queries.own(work, number)
    # Held until the end: of two who issue the same paper at once, the slower one finds the number of the faster.
    work.session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    found = _find_fitting(work, ticket, kind, subject)
    if found.paper is not None:
        return found.paper
    if not found.may_issue:
        raise NotAllowed(f"{kind.label}不由您来出。出好了您可以下载。")
    said = {} if kind in kinds.LIVING else {"about": found.about, "values": _values(work, ticket, found)}
    made = kept.issue(work, _owner(ticket), Draft(kind.value, found.subject, ticket.title, said))
    audit.record(work, "issue_paper", ticket.number, {"paper": kind.label, "number": made.number})
    return made


def _find_fitting(work: Work, ticket: Ticket, kind: PaperKind, subject: str) -> Fitting:
    """Return one paper of a ticket by its kind, and by its subject where there are several. Raises NotAllowed, Conflict."""
    standing = _standing(work, ticket)
    outside = rules.from_outside(standing)
    listed = [one for one in readable(work, ticket) if one.kind is kind]
    found = [one for one in listed if one.subject == subject or not subject]
    fresh = [one for one in found if one.paper is None]
    if found:
        return (fresh or found)[-1]
    if kinds.ISSUES[kind] & standing:
        raise Conflict(f"这件诉求现在没有可出的{kind.label}，请刷新看看。", code="forbidden_now")
    if not kinds.may_read(kind, standing, from_outside=outside):
        raise NotAllowed(f"{kind.label}是工作人员之间的文书，不对您开放。")
    raise NotAllowed(f"{kind.label}不由您来出。出好了您可以下载。")


def find(work: Work, ticket: Ticket, id_: int) -> Paper:
    """Return an issued paper that this actor may have. Raises NotFound."""
    found = kept.find(work.session, _owner(ticket), id_)
    if not any(one.paper is found for one in readable(work, ticket)):
        raise NotFound("没有这份文书，或者您看不到它。")
    return found


def download(work: Work, ticket: Ticket, id_: int) -> tuple[str, bytes]:
    """Return an issued paper as a file: its name, and the .docx. Raises NotFound."""
    paper = find(work, ticket, id_)
    kind = PaperKind(paper.kind)
    if kind in kinds.LIVING:
        values: Mapping[str, Any] = _values(work, ticket, Fitting(kind, paper.subject, "", paper=paper))
    else:
        values = paper.facts["values"]
    template = kept.template(work.session, kind.value) or layouts.default(kind)
    made = filling.fill(template, {**values, "编号": paper.number})
    return file_name(kind.label, paper.number, paper.title), made


def copies(work: Work, ticket: Ticket, mask: Callable[[str], str]) -> Iterator[tuple[str, bytes]]:
    """Yield the 办理单 and every paper that was issued about a ticket, each as a file name and a .docx.

    For who inspects: as the actor may know it, every text masked; no paper is numbered for it.
    """
    listed = [one for one in kept.of(work.session, _owner(ticket)) if one.kind in set(K)]
    sheet = next((one for one in listed if PaperKind(one.kind) in kinds.LIVING), None)
    number = sheet.number if sheet else "未编号"
    values = _values(work, ticket, Fitting(K.CASE_SHEET, "", "", paper=sheet))
    yield (
        file_name(K.CASE_SHEET.label, number, ticket.title),
        _filled(work, K.CASE_SHEET, number, values, mask),
    )
    for one in sorted(listed, key=lambda paper: paper.id):
        kind = PaperKind(one.kind)
        if kind not in kinds.LIVING:
            made = _filled(work, kind, one.number, one.facts["values"], mask)
            yield file_name(kind.label, one.number, one.title), made


def _filled(
    work: Work, kind: PaperKind, number: str, values: Mapping[str, Any], mask: Callable[[str], str]
) -> bytes:
    template = kept.template(work.session, kind.value) or layouts.default(kind)
    return filling.fill(template, {**_masked(values, mask), "编号": number})


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {name: _masked(one, mask) for name, one in value.items()}
    return [_masked(one, mask) for one in value] if isinstance(value, (list, tuple)) else value


def _values(work: Work, ticket: Ticket, found: Fitting) -> Values:
    given = Sources(
        ticket,
        work.session.scalar(select(Enterprise.name).where(Enterprise.code == ticket.enterprise_code)) or "",
        queries.events(work.session, ticket.id),
        queries.clocks(work.session, ticket.id),
        known.of(work.session).directory,
        _issuer(work, ticket, found),
        work.now,
    )
    source = found.source
    if isinstance(source, Clock):
        return facts.reminder(given, source, found.about)
    if isinstance(source, Supervision):
        return facts.supervision(given, source)
    if isinstance(source, Request):
        return facts.extension(given, source)
    if isinstance(source, TicketEvent):
        make = {
            K.ASSIGNMENT_SLIP: facts.assignment,
            K.MINUTES: facts.minutes,
            K.CLOSURE_FORM: facts.closure,
        }
        return make[found.kind](given, source)
    return _case_sheet(work, ticket, given)


def _case_sheet(work: Work, ticket: Ticket, given: Sources) -> Values:
    standing = _standing(work, ticket)
    outside = rules.from_outside(standing)
    directory = given.directory
    story = presenting.story(given.events, standing, directory, firm=given.firm)
    holders = presenting.holders(
        ticket, given.clocks, work.now, work.calendar, directory, parts.of(work, ticket), for_firm=outside
    )
    words = [
        presenting.instruction(
            one, instructions.signature(one), directory, work.now, work.calendar, may_answer=False
        )
        for one in instructions.readable(work, ticket)
    ]
    return facts.case_sheet(given, story, holders, words)


def _issuer(work: Work, ticket: Ticket, found: Fitting) -> str:
    """Return the body in whose name a paper goes out: who did what it is about."""
    directory = known.of(work.session).directory
    source = found.source
    if isinstance(source, TicketEvent) and source.body:
        return _full(directory.units.values(), source.body)
    if isinstance(source, (Supervision, Request)):
        body = source.decided_by.rpartition(" ")[0] or source.decided_by
        return _full(directory.units.values(), body)
    return _full(directory.units.values(), work.actor.unit_name)


def _full(units: Any, name: str) -> str:
    """Return a body's full name; the history keeps the short one."""
    return next((one.name for one in units if name in {one.short, one.name}), name)


def _owner(ticket: Ticket) -> Owner:
    return Owner(queries.OWNER, ticket.id)


def _standing(work: Work, ticket: Ticket) -> frozenset[Who]:
    return rules.parties(work.actor, queries.facts(work.session, ticket))
