"""吹哨报到: one whistle calls several units at once; each reports in with time and people, within two hours.

Who asked may blow, the committee confirms; the committee's own whistle needs nobody else (domain, section 2). Each unit
has a delivery row and a clock of its own, which ends with the ticket; nobody's part or state changes by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.tickets import queries, rules
from chainhub.tickets.beside_models import ReportIn, Whistle
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import addressing, beside, clocks, complaints
from chainhub.tickets.terms import WhistleState
from chainhub.tickets.workflow import BEFORE_RESOLVED, Action, Party, Who

UNITS_MOST = 12
_BLOWS: tuple[Who, ...] = (Role.COMMITTEE, Party.REQUESTER)
_OPEN = frozenset({WhistleState.ASKED, WhistleState.BLOWN})


@dataclass(frozen=True, slots=True)
class Report:
    """Who of a unit comes, and when they are (or were) there."""

    people: str
    at: datetime | None = None
    note: str = ""


# Reading


def of(work: Work, ticket: Ticket) -> Sequence[Whistle]:
    """Return a ticket's whistles, the oldest first; one without costs no query."""
    if not ticket.whistled:
        return ()
    return work.session.scalars(
        select(Whistle).where(Whistle.ticket_id == ticket.id).order_by(Whistle.id)
    ).all()


def reports(work: Work, ticket: Ticket) -> Sequence[ReportIn]:
    """Return whom the whistles of a ticket call, in the order in which they were called."""
    if not ticket.whistled:
        return ()
    return work.session.scalars(
        select(ReportIn).where(ReportIn.ticket_id == ticket.id).order_by(ReportIn.id)
    ).all()


def find(work: Work, id_: int) -> tuple[Ticket, Whistle]:
    """Return a whistle and its ticket. Raises NotFound where the actor may not see them."""
    found = work.session.get(Whistle, id_) if 0 < id_ < 2**31 else None
    otherwise = "没有这次吹哨，或者您看不到它。"
    ticket = queries.own_under(work, found.ticket_id if found else None, otherwise)
    if found is None:
        raise NotFound(otherwise)
    return ticket, found


def _standing(work: Work, ticket: Ticket) -> frozenset[Who]:
    return rules.parties(work.actor, queries.facts(work.session, ticket))


def _now_open(work: Work, ticket: Ticket) -> Whistle | None:
    return next((one for one in of(work, ticket) if one.state in _OPEN), None)


# Blowing


def may_blow(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may blow now."""
    blows = ticket.state in BEFORE_RESOLVED and bool(_standing(work, ticket) & set(_BLOWS))
    return blows and _now_open(work, ticket) is None


def demand_to_blow(work: Work, ticket: Ticket) -> Who:
    """Return as what this actor may blow now, or refuse: NotAllowed, Conflict."""
    standing = _standing(work, ticket)
    role = next((one for one in _BLOWS if one in standing), None)
    if role is None:
        raise NotAllowed("吹哨由企业提出、产业链党委确认，或者由产业链党委直接吹。")
    if ticket.state not in BEFORE_RESOLVED:
        raise Conflict(f"这件诉求已经是“{ticket.state.label}”，不用再吹哨。", code="wrong_state")
    if _now_open(work, ticket) is not None:
        raise Conflict("已经吹过哨了，等单位报到或者党委确认。", code="forbidden_now")
    return role


def blow(work: Work, number: str, reason: str, units: Sequence[str] = ()) -> Whistle:
    """Blow a whistle: by the committee it calls the units at once, by the firm it asks the committee to.

    Raises NotFound, NotAllowed, Conflict, Invalid.
    """
    ticket = queries.own(work, number)
    role = demand_to_blow(work, ticket)
    at_once = role is Role.COMMITTEE
    called = _units(work, ticket, units) if at_once else ()
    who = f"{work.actor.unit_name} {work.actor.name}".strip()
    made = Whistle(
        ticket_id=ticket.id,
        state=WhistleState.BLOWN if at_once else WhistleState.ASKED,
        reason=reason,
        blown_by_id=work.actor.id,
        blown_by=who,
        blown_at=work.now,
        decided_by=who if at_once else "",
        decided_at=work.now if at_once else None,
    )
    work.session.add(made)
    ticket.whistled += 1
    work.session.flush()
    said = {"note": reason, "units": list(called) or None}
    beside.note(work, ticket, Action.WHISTLE, said, role)
    if at_once:
        _call(work, ticket, made, called)
    else:
        who_decides = known.of(work.session).holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code)
        words = f"{ticket.about}：企业吹哨，请确认要叫哪些单位。{reason}"
        _tell(work, ticket, who_decides, words, f"whistle:{made.id}:asked")
    return made


def _units(work: Work, ticket: Ticket, units: Sequence[str]) -> tuple[str, ...]:
    directory = known.of(work.session).directory.units
    codes = tuple(dict.fromkeys(units))
    if not codes or len(codes) > UNITS_MOST:
        raise Invalid(errors={"units": [f"请选要叫哪些单位，1 到 {UNITS_MOST} 个。"]})
    if any(code not in directory or not directory[code].handles for code in codes):
        raise Invalid(errors={"units": ["名单里有不办理诉求的单位，请重新选。"]})
    complaints.demand_others(work, ticket, codes, "units")
    return codes


def may_decide(work: Work, ticket: Ticket, found: Whistle) -> bool:
    """Say whether this actor confirms a firm's whistle, or does not."""
    return found.state is WhistleState.ASKED and Role.COMMITTEE in _standing(work, ticket)


def demand_to_decide(work: Work, id_: int) -> tuple[Ticket, Whistle]:
    """Return a whistle that may be confirmed now. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    if Role.COMMITTEE not in _standing(work, ticket):
        raise NotAllowed("企业吹的哨由产业链党委确认。")
    if found.state is not WhistleState.ASKED:
        raise Conflict(f"这次吹哨已经是“{found.state.label}”。", code="wrong_state")
    return ticket, found


def confirm(work: Work, id_: int, units: Sequence[str], note: str = "") -> Whistle:
    """Confirm a firm's whistle and call the units. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, found = demand_to_decide(work, id_)
    called = _units(work, ticket, units)
    _decide(work, found, WhistleState.BLOWN, note)
    beside.note(
        work, ticket, Action.WHISTLE_CONFIRM, {"units": list(called), "note": note or None}, Role.COMMITTEE
    )
    _call(work, ticket, found, called)
    return found


def refuse(work: Work, id_: int, note: str) -> Whistle:
    """Decide against a firm's whistle, with a reason that it reads. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = demand_to_decide(work, id_)
    _decide(work, found, WhistleState.REFUSED, note)
    beside.note(work, ticket, Action.WHISTLE_REFUSE, {"note": note}, Role.COMMITTEE)
    _tell(
        work, ticket, _blower(found), f"{ticket.about}：这次没有吹哨。{note}", f"whistle:{found.id}:refused"
    )
    return found


def _decide(work: Work, found: Whistle, state: WhistleState, note: str) -> None:
    found.state = state
    found.decided_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    found.decided_at = work.now
    found.decision = note


def _call(work: Work, ticket: Ticket, found: Whistle, units: Sequence[str]) -> None:
    limit = clocks.limit_of(work, ticket, ClockKind.REPORT_IN, work.now)
    for code in units:
        about = clocks.about_unit(work, ticket, code)
        owner = Owner(queries.OWNER, ticket.id, about, ticket.link, ticket.chain_code, ticket.confidential)
        holder = Holder(Role.DEPARTMENT.value, ScopeKind.UNIT.value, code)
        clock = reminders.begin(
            work, owner, ClockKind.REPORT_IN, limit, holder, ladder=Ladder.POSTS, round_=ticket.round
        )
        row = ReportIn(whistle_id=found.id, ticket_id=ticket.id, unit_code=code, due_at=clock.due_at)
        work.session.add_all((clock, row))
        who = addressing.people(work, ticket, code, (Post.DEPUTY, Post.CONTACT))
        due = moment_text(clock.due_at, weekday=True)
        words = f"{ticket.about}：吹哨，请您单位在{due}前报到，说明谁来、几点到。{found.reason}"
        _tell(work, ticket, who, words, f"whistle:{found.id}:{code}")
    work.session.flush()


# Reporting in


def mine(work: Work, ticket: Ticket) -> ReportIn | None:
    """Return what one of the actor's units still has to report, or None."""
    units = work.actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)
    running = {one.id for one in of(work, ticket) if one.state is WhistleState.BLOWN}
    waiting = (one for one in reports(work, ticket) if one.reported_at is None and one.whistle_id in running)
    return next((one for one in waiting if one.unit_code in units), None) if ticket.is_open else None


def demand_to_report(work: Work, number: str) -> tuple[Ticket, ReportIn]:
    """Return what this actor's unit is to report now. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    units = work.actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)
    if not any(one.unit_code in units for one in reports(work, ticket)):
        raise NotAllowed("报到由吹哨叫到的单位来做。")
    found = mine(work, ticket)
    if found is None:
        raise Conflict("您单位已经报到，或者已经解哨，没有要做的了。", code="wrong_state")
    return ticket, found


def report_in(work: Work, number: str, report: Report) -> ReportIn:
    """Report in for the actor's unit: who comes, and when. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, found = demand_to_report(work, number)
    at = report.at or work.now
    if at < ticket.created_at or (at - work.now).days > 30:
        raise Invalid(errors={"at": ["到场时间要在报送以后、一个月以内。"]})
    unit = known.of(work.session).directory.unit_name(found.unit_code)
    found.people, found.arrives_at, found.note = report.people, at, report.note
    found.reported_at = work.now
    found.reported_by = f"{unit} {work.actor.name}"
    _stop(work, ticket, {found.unit_code}, "report_in")
    said = {"unit": found.unit_code, "person": report.people, "at": at, "note": report.note or None}
    beside.note(work, ticket, Action.REPORT_IN, said, Role.DEPARTMENT, unit)
    whistle = work.session.get_one(Whistle, found.whistle_id)
    words = f"{ticket.about}：{unit}报到，{report.people}，{moment_text(at)}到。"
    _tell(work, ticket, _blower(whistle), words, f"whistle:{whistle.id}:{found.unit_code}:in")
    return found


def _stop(work: Work, ticket: Ticket, units: set[str], reason: str) -> None:
    for clock in queries.running_clocks(work.session, [ticket.id]):
        if clock.kind == ClockKind.REPORT_IN.value and clock.holder_ref in units:
            reminders.stop(work, clock, reason)


# Ending


def _ends_as(work: Work, ticket: Ticket, found: Whistle) -> Who | None:
    """Return as what this actor ends a whistle: of the committee any, of the firm its own alone."""
    standing = _standing(work, ticket)
    if Role.COMMITTEE in standing:
        return Role.COMMITTEE
    asked_by_firm = found.decided_by != found.blown_by  # the committee's own is decided by who blows it
    return Party.REQUESTER if Party.REQUESTER in standing and asked_by_firm else None


def may_end(work: Work, ticket: Ticket, found: Whistle) -> bool:
    """Say whether this actor ends a whistle now: the firm one that it asked for, the committee any."""
    return found.state in _OPEN and _ends_as(work, ticket, found) is not None


def demand_to_end(work: Work, id_: int) -> tuple[Ticket, Whistle, Who]:
    """Return a whistle that may be ended now, and as what. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    role = _ends_as(work, ticket, found)
    if role is None:
        raise NotAllowed("解哨由谁吹的哨谁来解：企业解自己吹的，产业链党委吹的由产业链党委解。")
    if found.state not in _OPEN:
        raise Conflict(f"这次吹哨已经是“{found.state.label}”。", code="wrong_state")
    return ticket, found, role


def end(work: Work, id_: int, note: str) -> Whistle:
    """End a whistle: they have come, or need not any more. Raises NotFound, NotAllowed, Conflict."""
    ticket, found, role = demand_to_end(work, id_)
    found.state = WhistleState.ENDED
    found.ended_at, found.ended_note = work.now, note
    found.ended_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    left = [
        one.unit_code
        for one in reports(work, ticket)
        if one.whistle_id == found.id and one.reported_at is None
    ]
    _stop(work, ticket, set(left), "whistle_end")
    beside.note(work, ticket, Action.WHISTLE_END, {"note": note}, role)
    who = frozenset(
        one for code in left for one in addressing.people(work, ticket, code, (Post.DEPUTY, Post.CONTACT))
    )
    _tell(work, ticket, who, f"{ticket.about}：解哨了，不用再报到。{note}", f"whistle:{found.id}:ended")
    return found


def due_of(running: Sequence[Clock], one: ReportIn) -> datetime:
    """Return until when a unit is to report in, as its clock has it now."""
    kind = ClockKind.REPORT_IN.value
    found = (clock.due_at for clock in running if clock.kind == kind and clock.holder_ref == one.unit_code)
    return next(found, one.due_at)


def _blower(found: Whistle) -> frozenset[int]:
    return frozenset({found.blown_by_id}) if found.blown_by_id is not None else frozenset()


def _tell(work: Work, ticket: Ticket, who: frozenset[int], words: str, key: str) -> None:
    about = ticket.complained_unit_code
    others = who - {work.actor.id}
    notices.enqueue(work, others, NoticeKind.TASK, words, key=key, link=ticket.link, kept_from=about)
