"""What must hold of one ticket, whatever happens: computed anew, slowly and plainly, from its history and its clocks.

Nothing here asks the rules that made it so. The tests of chance (`tests/tickets/test_random_walk.py`) and the simulated
county (`watching.py`) ask the same functions.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.reminders.models import Clock
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.workflow import BESIDE, ENDS, OPEN, WITH_PARTS, Action, State, rows

A, S = Action, State
PlaceOf = Callable[[TicketEvent], Sequence[int]]


class Broken(AssertionError):
    """Something that must always hold does not."""


def hold(claim: bool, *what: object) -> None:  # an assertion that optimising does not take away
    """Raise Broken unless a claim is true."""
    if not claim:
        raise Broken(" ".join(map(str, what)))


def history_follows_the_table(ticket: Ticket, events: Sequence[TicketEvent]) -> None:
    """No move outside the table, none missing, none out of time (domain 2; `tickets/workflow.py`)."""
    number = ticket.number
    hold([one.seq for one in events] == list(range(1, ticket.version + 1)), number, "lines are missing")
    hold(ticket.is_open is (ticket.state in OPEN), number, "is_open and", ticket.state)
    before: State | None = None
    for event in events:
        said = (number, event.seq, event.action.value)
        hold(event.source is before, *said, "begins where the line before did not end")
        if event.action in BESIDE:
            hold(event.target is before, *said, "moves something")
            continue
        walked = [row for row in rows(event.action, event.source) if row.target in {event.target, None}]
        hold(any(event.role in {who.value for who in row.who} for row in walked), *said, "as", event.role)
        before = event.target
    hold(before is ticket.state, number, "stands elsewhere than its history ends")
    moments = [one.at for one in events]
    hold(moments == sorted(moments), number, "goes back in time")


def one_unit_answers(ticket: Ticket, events: Sequence[TicketEvent]) -> None:
    """首接负责制: from the first dispatch on exactly one unit answers, until another has acknowledged (domain 2)."""
    lead = answers = None
    for event in events:
        if event.source is event.target and event.data.get("unit"):
            continue  # a co-unit's own matter
        if event.action is A.RESTART:
            lead = answers = None
        elif event.action is A.RECHECK:
            lead = None
        elif event.action is A.CONCLUDE:
            lead = lead or answers
        elif event.action is A.DISPATCH:
            lead = event.data["lead_unit"]
            answers = answers or lead
        elif event.action is A.ACKNOWLEDGE:
            answers = lead
        elif event.action is A.REOPEN:
            lead = answers
    found = (ticket.lead_unit_code, ticket.responsible_unit_code)
    hold(found == (lead, answers), ticket.number, "is with", found, "by its history with", (lead, answers))


_DUTY = {
    A.RESOLVE: "resolve",
    A.ANSWER: "resolve",
    A.PASS_REVIEW: "review",
    A.SEND_BACK: "review",
    A.CONFIRM: "evaluate",
    A.REOPEN: "evaluate",
    A.CALL_FAILED: "evaluate",
    A.CLOSE: "close",
    A.DISPATCH: "dispatch",
    A.BACKFILL: "resolve",
    A.ESCALATE: "evaluate",
    A.DECLINE: "decline",
}
_OF_THE_FIRM = {A.SUBMIT, A.SUPPLY_INFO, A.WITHDRAW, A.APPEAL, A.RESTART}
_CALLS = {A.CONFIRM, A.REOPEN, A.ESCALATE, A.CALL_FAILED, A.RECHECK, A.RECHECK_FINE}
_NOT_HANDLING = _OF_THE_FIRM | _CALLS


def _nobody(_: TicketEvent) -> Sequence[int]:
    return ()


def duties_are_apart(ticket: Ticket, events: Sequence[TicketEvent], place_of: PlaceOf = _nobody) -> None:
    """One person never does two of 办结, 审核, 评价, 销号 (rule, seed 002); in somebody's place counts as both (AB角).

    `place_of` returns in whose place a line was done.
    """
    done: dict[str, list[int]] = {}
    instead: list[int] = []
    for event in events:
        if event.actor_id is None or event.action in BESIDE:
            continue
        both = [*sorted(set(place_of(event)) - {event.actor_id}), event.actor_id]
        duties = [_DUTY[event.action]] if event.action in _DUTY else []
        if event.action not in _NOT_HANDLING:
            duties.append("handled")
        for duty in duties:
            done[duty] = [one for one in done.get(duty, []) if one not in both] + both
        if event.action is A.DISPATCH:
            instead = both[:-1]
    if instead:
        done["dispatch_for"] = instead
    kept = {duty: ids for duty, ids in ticket.hands.items() if ":" not in duty}
    hold(kept == done, ticket.number, "hands are", ticket.hands, "by its history", done)
    beside = {
        one for duty, ids in ticket.hands.items() if ":" in duty for one in ids
    }  # who sent a part, who asked
    there = {one for event in events for one in (event.actor_id, *place_of(event))}
    hold(beside <= there, ticket.number, "hands are", ticket.hands, "of somebody its history does not know")
    apart = [set(done.get(duty, ())) for duty in ("resolve", "review", "evaluate", "close")]
    hold(sum(map(len, apart)) == len(set().union(*apart)), ticket.number, "one person did two duties", done)


def answer_is_the_firms(ticket: Ticket, events: Sequence[TicketEvent]) -> None:
    """Nobody but the enterprise says whether it is satisfied; a rework asks anew; silence says nothing (domain 2)."""
    said, unhappy = None, set()
    for event in events:
        if event.action is A.CONFIRM:
            said = event.data.get("satisfaction", said)
        again = event.action in {A.REOPEN, A.ESCALATE}
        if again or (event.action is A.CONFIRM and said == "dissatisfied"):
            unhappy.add(event.round - again)  # a reopening begins the next round
        if event.action in {A.REOPEN, A.ESCALATE, A.RECHECK}:
            said = None
        if event.action is A.DETERMINE:
            said = "dissatisfied"  # it was said before
    hold(ticket.satisfaction == said, ticket.number, "is called", ticket.satisfaction, "and not", said)
    counted = (ticket.dissatisfied, ticket.reopened)
    real = (len(unhappy), sum(event.action is A.REOPEN for event in events))
    hold(counted == real, ticket.number, "counts", counted, "by its history", real)


UNIT_STATES = frozenset({S.DISPATCHED, S.DISPUTED, S.HANDLING, S.AWAITING_INFO, S.CARRIED_OVER, S.ENDORSING})
PART_KINDS = frozenset({"part", "part_receipt"})
OF_STATE: Mapping[State, frozenset[str]] = {
    S.SUBMITTED: frozenset({"intake"}),
    S.INFO_REQUESTED: frozenset({"supply"}),
    S.ACCEPTED: frozenset({"dispatch"}),
    S.DISPATCHED: frozenset({"acknowledge"}),
    S.DISPUTED: frozenset({"ruling"}),
    S.HANDLING: frozenset(),
    S.AWAITING_INFO: frozenset({"supply_handling"}),
    S.CONSULTING: frozenset({"consultation"}),
    S.CARRIED_OVER: frozenset(),
    S.ENDORSING: frozenset(),
    S.RESOLVED: frozenset({"review"}),
    S.REVIEWED: frozenset({"evaluation", "callback", "not_rated"}),  # one of them
    S.CONFIRMED: frozenset({"closing"}),
}
STATE_KINDS = frozenset[str]().union(*OF_STATE.values())
BESIDE_KINDS = frozenset({"report_in"})
"""Clocks of a ticket that stand beside its life and may be several."""


def clocks_fit_the_state(ticket: Ticket, running: Sequence[Clock]) -> None:
    """Each state has its clock, once; the due date is that of the unit's clock, else of the state's (domain 3)."""
    running = [one for one in running if one.kind not in BESIDE_KINDS]
    held = Counter((one.kind, one.holder_ref if one.kind in PART_KINDS else "") for one in running)
    kinds = {one.kind for one in running}
    said = (ticket.number, ticket.state.value, sorted(kinds))
    hold(all(count == 1 for count in held.values()), *said, "one clock runs twice")
    if ticket.state in ENDS:
        hold(not running and ticket.due_at is None, *said, "something runs on after the end")
        return
    wanted = OF_STATE[ticket.state]
    hold(len(kinds & wanted) == (1 if wanted else 0), *said, "lacks the clock of its state")
    hold(not kinds & (STATE_KINDS - wanted), *said, "has the clock of another state")
    of_unit = [one for one in running if one.kind in {"unit", "rework"}]
    # After a second dissatisfaction a consultation has no unit at work.
    by_unit = ticket.state in UNIT_STATES or (ticket.state is S.CONSULTING and bool(of_unit))
    hold(len(of_unit) == (1 if by_unit else 0), *said, "clocks of the unit:", len(of_unit))
    promised = "promise" in kinds
    hold(promised if by_unit else ticket.state is S.ACCEPTED or not promised, *said, "the promise")
    hold(not kinds & PART_KINDS or ticket.state in WITH_PARTS, *said, "a part that cannot be")
    counts = of_unit or [one for one in running if one.kind in wanted]
    shown = (ticket.due_at, ticket.yellow_at, ticket.due_provisional)
    real = (counts[0].due_at, counts[0].yellow_at, counts[0].provisional)
    hold(shown == real, *said, "is due", shown, "but its clock", real)
    paused = {one.kind for one in running if is_paused(one)}
    hold(paused == _pauses(ticket.state) & kinds, *said, "paused are", sorted(paused))
    for one in running:
        hold(
            one.kind != "promise" or ticket.promise_due_at == one.due_at,
            *said,
            "the promise shown is another",
        )


def is_paused(clock: Clock) -> bool:
    """Say whether a clock stands still just now."""
    return bool(clock.pauses) and clock.pauses[-1][1] is None


def _pauses(state: State) -> set[str]:
    if state is S.AWAITING_INFO:
        return {"unit", "rework", "promise"}
    return {"unit", "rework", "part"} if state in {S.CONSULTING, S.CARRIED_OVER} else set()


def sees(who: Actor, ticket: Ticket, addressed: Collection[str] = ()) -> bool:
    """Say plainly whom the domain lets see a ticket (section 1, and the paragraph on confidential tickets).

    `addressed`: the units that were sent a part, an instruction, a signed supervision, or were called by a whistle, and
    `THE_LEADER` where the chain's leader was asked to decide on a request; `copied_to` of whom it was copied to,
    and `invited_to` of the units that were invited to the 会商 that runs.
    """
    own = who.refs(Role.DEPARTMENT, ScopeKind.UNIT) | ({who.unit_code} if who.unit_code else set())
    if ticket.complained_unit_code in own:
        return False
    units = {ticket.lead_unit_code, ticket.responsible_unit_code, *addressed}
    if THE_LEADER in addressed and _leads(who, ticket):
        return True
    if copied_to(who.id) in addressed and not ticket.confidential and who.roles & _COPIED:
        return True
    if ticket.state is S.CONSULTING and not ticket.confidential:
        units |= {unit for unit in own if invited_to(unit) in addressed}
    return any(_handles(who, ticket, units)) or (not ticket.confidential and any(_reads(who, ticket)))


THE_LEADER = "the chain's leader"
_COPIED = {Role.LEADER, Role.DEPARTMENT}


def invited_to(unit: str) -> str:
    """Return the mark of a unit that was invited to the 会商 that runs."""
    return f"invited {unit}"


def invitations(events: Sequence[TicketEvent]) -> frozenset[str]:
    """Return the marks of whom the last 会商 invited, by the history; one that somebody's dissatisfaction began, nobody."""
    asked: frozenset[str] = frozenset()
    for event in sorted(events, key=lambda one: one.seq):
        if event.action is A.CONVENE:
            asked = frozenset(map(invited_to, event.data["units"]))
        elif event.action is A.ESCALATE:
            asked = frozenset()
    return asked


def copied_to(person: int | None) -> str:
    """Return the mark of a person among those to whom a ticket is addressed."""
    return f"person {person}"


def _leads(who: Actor, ticket: Ticket) -> bool:
    chain = (Role.LEADER, ScopeKind.CHAIN, ticket.chain_code)
    return any((one.role, one.scope, one.ref) == chain for one in who.grants)


def _handles(who: Actor, ticket: Ticket, units: Collection[str | None]) -> Iterator[bool]:
    for grant in who.grants:
        if grant.role is Role.ENTERPRISE:
            yield grant.ref == ticket.enterprise_code
        if grant.role in {Role.COMMITTEE, Role.TASK_FORCE}:
            yield grant.ref == ticket.chain_code
        if grant.role is Role.DEPARTMENT:
            yield grant.ref in units
        if grant.role in {Role.GUIDE, Role.COMMITTEE}:
            yield who.id == ticket.filed_by_id


def _reads(who: Actor, ticket: Ticket) -> Iterator[bool]:
    for grant in who.grants:
        in_scope = grant.scope is ScopeKind.COUNTY or grant.ref == ticket.chain_code
        if grant.role is Role.GUIDE:
            yield grant.ref == ticket.enterprise_code
        if grant.role in {Role.LEADER, Role.LIAISON}:
            yield in_scope
        if grant.role is Role.CALLER:
            yield in_scope and ticket.answered_at is not None
