"""What one asks and another decides within a workday: 延期, 挂账, 会商, 加急, 不计入考核 (domain, section 2).

A request that nobody decides in time stays open and the due date stands; approving one performs its row of the table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, Workdays, parse_limit
from chainhub.county import known
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner
from chainhub.tickets import queries, rules
from chainhub.tickets.clockwork import UNIT_CLOCKS, ClockKind
from chainhub.tickets.models import Request, Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import beside, clocks, moving, pending
from chainhub.tickets.service.pending import ASKED_IN
from chainhub.tickets.terms import CarryOverReason, RequestKind, RequestState, Urgency
from chainhub.tickets.workflow import Action, Party, Who

EXTENSION_MOST = 10  # workdays


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for."""

    kind: RequestKind
    reason: str
    until: date | None = None
    reason_code: CarryOverReason | None = None
    units: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may ask, and who of the chain decides."""

    asks: frozenset[Who]
    decides: Role


_UNIT = frozenset[Who]({Role.DEPARTMENT})
RULES: Mapping[RequestKind, Rule] = {
    RequestKind.EXTENSION: Rule(_UNIT, Role.TASK_FORCE),
    RequestKind.CARRY_OVER: Rule(_UNIT, Role.COMMITTEE),
    RequestKind.CONSULTATION: Rule(frozenset({Role.DEPARTMENT, Role.TASK_FORCE}), Role.COMMITTEE),
    RequestKind.EXPEDITE: Rule(frozenset({Party.REQUESTER, Party.FILER}), Role.COMMITTEE),
    RequestKind.EXCLUSION: Rule(_UNIT, Role.LEADER),
}


def may_ask(work: Work, ticket: Ticket) -> list[RequestKind]:
    """Return what this actor may ask for now."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket))
    possible = [k for k, rule in RULES.items() if rule.asks & standing and ticket.state in ASKED_IN[k]]
    if not possible:
        return []
    waiting = {one.kind for one in of(work, ticket) if one.state is RequestState.PENDING}
    return [kind for kind in possible if kind not in waiting and not _spent(work, ticket, kind)]


def may_decide(work: Work, ticket: Ticket, request: Request) -> bool:
    """Say whether this actor decides on a request: the body it is for, and never whoever asked."""
    if request.state is not RequestState.PENDING or _asked(work, ticket, request):
        return False
    role = decider(ticket, request.kind)
    if role is Role.LEADER:
        return any(
            one.role is Role.LEADER and one.post in {Post.HEAD, None}
            for one in work.actor.grants
            if one.scope is ScopeKind.CHAIN and one.ref == ticket.chain_code
        )
    return work.actor.holds(role, chain=ticket.chain_code)


def _asked(work: Work, ticket: Ticket, request: Request) -> bool:
    facts = queries.facts(work.session, ticket)
    return rules.did(work.actor, facts, rules.Duty.asked_for(request.kind), by=request.asked_by_id)


def decider(ticket: Ticket, kind: RequestKind) -> Role:
    """Return who decides: a second 挂账 is the leader's."""
    if kind is RequestKind.CARRY_OVER and ticket.waits:
        return Role.LEADER
    return RULES[kind].decides


def of(work: Work, ticket: Ticket) -> Sequence[Request]:
    """Return a ticket's requests, the oldest first; one without costs no query."""
    return queries.requests(work.session, ticket.id) if ticket.asked else ()


def readable(work: Work, ticket: Ticket) -> list[Request]:
    """Return the requests this actor may read: to the enterprise its own, and what it is told of anyway."""
    found = of(work, ticket)
    if not rules.from_outside(rules.parties(work.actor, queries.facts(work.session, ticket))):
        return list(found)
    return [
        one
        for one in found
        if one.kind is RequestKind.EXPEDITE
        or (one.kind is RequestKind.EXTENSION and one.state is RequestState.APPROVED)
    ]


def demand(work: Work, ticket: Ticket, kind: RequestKind) -> frozenset[Who]:
    """Return in which capacities this actor may ask for something now, or refuse: NotAllowed, Conflict."""
    standing = rules.parties(work.actor, queries.facts(work.session, ticket)) & RULES[kind].asks
    if not standing:
        raise NotAllowed(f"申请{kind.label}不归您。请看看页面上您能做的事。")
    if ticket.state not in ASKED_IN[kind]:
        raise Conflict(f"这件诉求现在是“{ticket.state.label}”，不能申请{kind.label}。", code="wrong_state")
    if any(one.kind is kind and one.state is RequestState.PENDING for one in of(work, ticket)):
        raise Conflict(f"已经有一个{kind.label}申请在等批，不用再申请。", code="forbidden_now")
    if spent := _spent(work, ticket, kind):
        raise Conflict(spent, code="forbidden_now")
    return standing


def ask(work: Work, number: str, asked: Asked) -> Request:
    """Ask for something. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket = queries.own(work, number)
    standing = demand(work, ticket, asked.kind)
    request = Request(
        ticket_id=ticket.id,
        kind=asked.kind,
        round=ticket.round,
        state=RequestState.PENDING,
        asked_by_id=work.actor.id,
        asked_by=_name(work, ticket, standing),
        asked_at=work.now,
        reason=asked.reason,
        given=_given(work, ticket, asked),
        due_at=work.now,
    )
    work.session.add(request)
    place_of = rules.in_place_of(work.actor, RULES[asked.kind].asks, queries.facts(work.session, ticket))
    asked_by = rules.hands_of(work.actor, place_of)
    ticket.hands = {**ticket.hands, rules.Duty.asked_for(asked.kind): asked_by}
    ticket.asked += 1
    ticket.pending += 1
    if asked.kind is RequestKind.EXTENSION:
        ticket.extension_pending = True
    work.session.flush()
    clock = _clock(work, ticket, request)
    request.due_at = clock.due_at
    work.session.add(clock)
    said = {"kind": asked.kind, "note": asked.reason, **request.given}
    beside.note(work, ticket, Action.ASK, said, min(standing, key=str))
    _tell_decider(work, ticket, request)
    return request


def _spent(work: Work, ticket: Ticket, kind: RequestKind) -> str | None:
    if kind is not RequestKind.EXTENSION:
        return None
    if any(
        one.kind is kind and one.round == ticket.round and one.state is RequestState.APPROVED
        for one in of(work, ticket)
    ):
        return "这一轮已经延过一次，不能再延。"
    clock = _unit_clock(work, ticket)
    if clock is None:
        return "现在没有在走的办理时限，不用延期。"
    limit = parse_limit(clock.limit)
    if not isinstance(limit, Workdays) or limit.count <= 1:
        return "一个工作日以内的时限不能延期。"
    if work.calendar.due(work.now, Workdays(1)).at > clock.due_at:
        return f"延期要在到期前一个工作日申请，{moment_text(clock.due_at)} 就到期了，请接着办。"
    return None


def _unit_clock(work: Work, ticket: Ticket) -> Clock | None:
    running = queries.running_clocks(work.session, [ticket.id])
    return next((clock for clock in running if ClockKind(clock.kind) in UNIT_CLOCKS), None)


def _given(work: Work, ticket: Ticket, asked: Asked) -> dict[str, Any]:
    if asked.kind is RequestKind.EXTENSION:
        return {"until": _until(work, ticket, asked.until)}
    if asked.kind is RequestKind.CARRY_OVER:
        if asked.reason_code is None or asked.until is None:
            missing = {"reason_code": asked.reason_code, "until": asked.until}
            raise Invalid(errors={name: ["这一项要填。"] for name, value in missing.items() if value is None})
        return {"reason_code": asked.reason_code.value, "review_on": asked.until.isoformat()}
    if asked.kind is RequestKind.CONSULTATION:
        units = list(asked.units) or [ticket.lead_unit_code or ""]
        return {"question": asked.reason, "units": units}
    return {}


def _until(work: Work, ticket: Ticket, until: date | None) -> str:
    clock = _unit_clock(work, ticket)
    if until is None or clock is None:
        raise Invalid(errors={"until": ["请写延到哪一天。"]})
    days = work.calendar.workdays_between(clock.due_at.astimezone(SHANGHAI).date(), until)
    if not 1 <= days <= EXTENSION_MOST:
        raise Invalid(
            errors={"until": [f"要在 {moment_text(clock.due_at)} 以后，最多延 {EXTENSION_MOST} 个工作日。"]}
        )
    return until.isoformat()


def _clock(work: Work, ticket: Ticket, request: Request) -> Clock:
    role = decider(ticket, request.kind)
    owner = Owner(
        pending.OWNER,
        request.id,
        f"{ticket.about}的{request.kind.label}申请"[:120],
        ticket.link,
        ticket.chain_code,
        ticket.confidential,
    )
    limit = clocks.limit_of(work, ticket, ClockKind.REQUEST, work.now)
    held = Holder(role.value, ScopeKind.CHAIN.value, ticket.chain_code)
    return reminders.begin(
        work, owner, ClockKind.REQUEST, limit, held, ladder=Ladder.POSTS, round_=ticket.round
    )


def find(work: Work, id_: int) -> tuple[Ticket, Request]:
    """Return a request and its ticket. Raises NotFound where the actor may not see the ticket."""
    request = work.session.get(Request, id_) if 0 < id_ < 2**31 else None
    otherwise = "没有这个申请，或者您看不到它。"
    ticket = queries.own_under(work, request.ticket_id if request else None, otherwise)
    if request is None:
        raise NotFound(otherwise)
    return ticket, request


def decide(work: Work, id_: int, *, approve: bool, note: str = "") -> Request:
    """Decide on a request; approving it performs its row. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, request = find(work, id_)
    if request.state is not RequestState.PENDING:
        raise Conflict(f"这个申请已经是“{request.state.label}”。", code="wrong_state")
    if _asked(work, ticket, request):
        raise Conflict(
            "这是您自己申请的（代人申请、由人代您申请的也算），要由别人来批。", code="forbidden_now"
        )
    if not may_decide(work, ticket, request):
        raise NotAllowed(f"{request.kind.label}申请由{decider(ticket, request.kind).label}来批。")
    pending.settle(work, ticket, request, RequestState.APPROVED if approve else RequestState.REJECTED)
    request.decided_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    request.decided_at = work.now
    request.note = note
    said = {"kind": request.kind, "note": note or None}
    beside.note(work, ticket, Action.GRANT if approve else Action.REFUSE, said, decider(ticket, request.kind))
    if approve:
        _EFFECTS[request.kind](work, ticket, request)
    _tell_asker(work, ticket, request)
    work.session.flush()
    return request


# What an approval does


def _extend(work: Work, ticket: Ticket, request: Request) -> None:
    clock = _unit_clock(work, ticket)
    if clock is None:
        raise Conflict("办理时限已经停了，不用延期。", code="wrong_state")
    before = request.before_at = clock.due_at
    until = date.fromisoformat(request.given["until"])
    reminders.extend(work, clock, until)
    request.after_at = clock.due_at
    clocks.settle(ticket, queries.running_clocks(work.session, [ticket.id]))
    firm = known.of(work.session).holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
    words = (
        f"{ticket.about}：办理单位申请延期，专班同意延到 {moment_text(clock.due_at)}"
        f"（原 {moment_text(before)}）。原因：{request.reason}"
    )
    notices.enqueue(
        work,
        firm,
        NoticeKind.NEWS,
        words,
        key=f"request:{request.id}:firm",
        link=ticket.link,
        kept_from=ticket.complained_unit_code,
    )


def _move(
    action: Action, given: Callable[[Request], dict[str, Any]]
) -> Callable[[Work, Ticket, Request], None]:
    def perform(work: Work, ticket: Ticket, request: Request) -> None:
        allowed = moving.permit(work, ticket.number, action, None)
        moving.apply(work, allowed, given(request))

    return perform


def _exclude(work: Work, ticket: Ticket, request: Request) -> None:
    ticket.excluded = True


_EFFECTS: Mapping[RequestKind, Callable[[Work, Ticket, Request], None]] = {
    RequestKind.EXTENSION: _extend,
    RequestKind.CARRY_OVER: _move(
        Action.CARRY_OVER,
        lambda one: {
            "reason_code": CarryOverReason(one.given["reason_code"]),
            "note": one.reason,
            "review_on": date.fromisoformat(one.given["review_on"]),
        },
    ),
    RequestKind.CONSULTATION: _move(
        Action.CONVENE, lambda one: {"question": one.given["question"], "units": one.given["units"]}
    ),
    RequestKind.EXPEDITE: _move(
        Action.RECLASSIFY, lambda one: {"urgency": Urgency.URGENT, "note": f"企业申请加急：{one.reason}"}
    ),
    RequestKind.EXCLUSION: _exclude,
}


# Writing it down, telling


def _name(work: Work, ticket: Ticket, standing: frozenset[Who]) -> str:
    return f"{moving.body(work, ticket, min(standing, key=str))} {work.actor.name}".strip()


def _tell_decider(work: Work, ticket: Ticket, request: Request) -> None:
    holders = known.of(work.session).holders
    role = decider(ticket, request.kind)
    who = holders.ids(role, ScopeKind.CHAIN, ticket.chain_code)
    who -= {request.asked_by_id or 0, *ticket.hands.get(rules.Duty.asked_for(request.kind), ())}
    words = f"{ticket.about}：{request.asked_by}申请{request.kind.label}，请在 {moment_text(request.due_at)} 前批。"
    notices.enqueue(
        work,
        who,
        NoticeKind.TASK,
        words,
        key=f"request:{request.id}:ask",
        link=ticket.link,
        kept_from=ticket.complained_unit_code,
    )


def _moved(request: Request) -> str:
    """Return from when to when an approved extension moved the deadline."""
    if request.before_at is None or request.after_at is None:
        return ""
    return f"，原 {moment_text(request.before_at)}，现 {moment_text(request.after_at)}"


def _tell_asker(work: Work, ticket: Ticket, request: Request) -> None:
    if request.asked_by_id is None:
        return
    words = f"{ticket.about}：{request.kind.label}申请{request.state.label}{_moved(request)}。{request.note}"
    notices.enqueue(
        work,
        [request.asked_by_id],
        NoticeKind.NEWS,
        words,
        key=f"request:{request.id}:answer",
        link=ticket.link,
        kept_from=ticket.complained_unit_code,
    )
