"""今天我要处理什么: by verb, sorted by the clock that bites first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from chainhub.core.actor import Actor, Role
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.reminders.models import Clock
from chainhub.tickets import deadlines, listing, presenting, queries
from chainhub.tickets.clockwork import PERIODIC_CLOCKS, REQUESTER_CLOCKS, ClockKind
from chainhub.tickets.desk.lines import moment_line
from chainhub.tickets.desk.tasks import CONFER, ENDORSE, HEADLINES, NO_VERB, SCOPE, TASKS, Task
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import moving, reporting
from chainhub.tickets.showing import (
    DeskPage,
    GroupView,
    RowView,
    UrgentView,
)
from chainhub.tickets.workflow import Action, State

ROWS = 20  # of one group


def desk(work: Work) -> DeskPage:
    """Return 今天我要处理什么: the groups of this actor's roles, what is late or due soonest first."""
    tasks = [task for task in TASKS if task.role in work.actor.roles]
    first = _first(work, tasks)
    built = [
        (due, group) for task in tasks for due, group in (_group(work, task),) if group.rows or not task.rare
    ]
    built.sort(key=lambda pair: pair[0] or datetime.max.replace(tzinfo=SHANGHAI))
    groups = tuple(group for _, group in built)
    bulk = any(row.selectable for group in groups for row in group.rows)
    return DeskPage(moment_line(work), _urgent(work, first) if first else None, groups, bulk)


def _clocks_of(work: Work, task: Task, kind: ClockKind) -> Select[Clock, Ticket, str]:
    refs = _refs(work.actor, task)
    return (
        select(Clock, Ticket, Enterprise.short)
        .join(Ticket, and_(Clock.owner_kind == _owner(kind), Ticket.id == Clock.owner_id))
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
        .where(Clock.stopped_at.is_(None), Clock.kind == kind.value, Clock.holder_ref.in_(refs))
        .where(Clock.holder_role == _held_by(task))  # a route may give a clock to another role of the chain
        .where(queries.visible(work.actor), *_today(work, task), *_come(work, kind))
        .order_by(Clock.due_at, Clock.id)
    )


def _today(work: Work, task: Task) -> tuple[ColumnElement[bool], ...]:
    """Return what keeps a call-back off today's list: one that reached nobody today is made on another workday."""
    if task.role is not Role.CALLER:
        return ()
    since = deadlines.calls_since(work.calendar, work.now)
    return (or_(Ticket.last_call_at.is_(None), Ticket.last_call_at < since),)


def _held_by(task: Task) -> str:
    """Return the role that must act: a guide reminds, and helps, a firm whose turn it is."""
    return (Role.ENTERPRISE if task.kinds[0] in REQUESTER_CLOCKS else task.role).value


def _owner(kind: ClockKind) -> str:
    return reporting.OWNER if kind in PERIODIC_CLOCKS else queries.OWNER


def _come(work: Work, kind: ClockKind) -> list[ColumnElement[bool]]:
    """Return what a clock must be to stand on a desk: a periodic one that is due soon and does not stand still."""
    if kind not in PERIODIC_CLOCKS:
        return []
    return [Clock.yellow_at <= work.now, Ticket.state == State.HANDLING]


def _refs(actor: Actor, task: Task) -> list[str]:
    scope = SCOPE.get(task.role)
    return sorted(actor.refs(task.role, scope)) if scope else [""]


def _group(work: Work, task: Task) -> tuple[datetime | None, GroupView]:
    found = work.session.execute(_clocks_of(work, task, task.kinds[0]).limit(ROWS)).all()
    count = len(found) if len(found) < ROWS else _count(work, task)
    first = _earliest(work, task, [ticket.id for _, ticket, _ in found])
    rows = tuple(
        _row(work, task, first.get(ticket.id, clock), ticket, short) for clock, ticket, short in found
    )
    dues = [first.get(ticket.id, clock).due_at for clock, ticket, _ in found]
    more = f"/tickets?task={task.kinds[0].value}" if count > ROWS else ""
    group = GroupView(
        verb=task.action.value,
        label=task.label,
        count=f"{listing.count_text(count)} 件",
        hint=task.hint if found else "",
        rows=rows,
        empty=task.empty,
        empty_hint=task.empty_hint,
        more_url=more,
    )
    return min(dues, default=None), group


def _count(work: Work, task: Task) -> int:
    some = (
        select(Clock.id)
        .join(Ticket, and_(Clock.owner_kind == _owner(task.kinds[0]), Ticket.id == Clock.owner_id))
        .where(
            queries.visible(work.actor),
            Clock.stopped_at.is_(None),
            Clock.kind == task.kinds[0].value,
            Clock.holder_ref.in_(_refs(work.actor, task)),
            Clock.holder_role == _held_by(task),
            *_today(work, task),
            *_come(work, task.kinds[0]),
        )
        .limit(listing.COUNT_MOST)
    )
    return work.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _earliest(work: Work, task: Task, ids: Sequence[int]) -> dict[int, Clock]:
    if len(task.kinds) == 1 or not ids:
        return {}
    wanted = {kind.value for kind in task.kinds}
    found: dict[int, Clock] = {}
    for clock in queries.running_clocks(work.session, ids):
        if clock.kind in wanted and (
            clock.owner_id not in found or clock.due_at < found[clock.owner_id].due_at
        ):
            found[clock.owner_id] = clock
    return found


def _row(work: Work, task: Task, clock: Clock, ticket: Ticket, short: str) -> RowView:
    """Return a row, with the verb that is this person's."""
    action = _verb(work, task, clock, ticket)
    row = presenting.row(
        ticket,
        short,
        work.now,
        work.calendar,
        known.of(work.session).directory,
        action=action,
        selectable=task.bulk and action is not None,
        clock=clock,
    )
    if task.action is Action.REPORT_IN:  # beside the table: it has a page of its own
        row = replace(row, verb=Action.REPORT_IN.label, verb_url=f"{ticket.link}/report-in")
    return row


def _verb(work: Work, task: Task, clock: Clock, ticket: Ticket) -> Action | None:
    """Return what this person may do about a clock now; a verb that is not allowed is not drawn."""
    action = task.action
    if clock.kind == ClockKind.UNIT_CONTACT.value or (
        clock.kind == ClockKind.FIRST_CALL.value and ticket.state is not State.SUBMITTED
    ):
        action = Action.CONTACT
    if clock.kind == ClockKind.PART_RECEIPT.value:
        action = Action.ACKNOWLEDGE
    if task.role is Role.DEPARTMENT and ticket.state is State.ENDORSING and task.action is Action.RESOLVE:
        action = Action.ENDORSE  # within the unit's own clock, by deputy or head
    if (task.role, task.action) in NO_VERB:
        return None
    allowed = {row.action for row in moving.moves(work, ticket)}
    return action if action in allowed else None


@dataclass(frozen=True, slots=True)
class _First:
    clock: Clock
    ticket: Ticket
    short: str
    action: Action


def _first(work: Work, tasks: Sequence[Task]) -> _First | None:
    """Return the one deadline that can still be kept and ends first."""
    best: _First | None = None
    for task in tasks:
        if task.role is Role.GUIDE:
            continue
        for kind in task.kinds:
            query = _clocks_of(work, task, kind).where(Clock.due_at > work.now).limit(ROWS)
            for clock, ticket, short in work.session.execute(query):
                if best is not None and best.clock.due_at <= clock.due_at:
                    break
                action = _verb(work, task, clock, ticket)
                if action is not None and not (clock.look_again_at is None and clock.pauses):
                    best = _First(clock, ticket, short, action)
                    break
    return best


def _urgent(work: Work, first: _First) -> UrgentView:
    clock, ticket, action = first.clock, first.ticket, first.action
    kind = ClockKind(clock.kind)
    headline, verb = HEADLINES[kind]
    if kind is ClockKind.FIRST_CALL and action is Action.CONTACT:
        headline, verb = HEADLINES[ClockKind.UNIT_CONTACT]
    if action is Action.CONVENE:
        headline, verb = CONFER
    if action is Action.ENDORSE:
        headline, verb = ENDORSE
    due = clock.due_at.astimezone(SHANGHAI)
    today = work.now.astimezone(SHANGHAI).date()
    when = f"{due:%H:%M}" if due.date() == today else presenting.near(clock.due_at, work.now)
    return UrgentView(
        presenting.pressing_light(clock, work.now, work.calendar),
        when,
        headline.format(firm=first.short, title=ticket.title),
        f"{ticket.number}，{presenting.near(ticket.created_at, work.now)} 报送；还赶得上的，这件最急",
        ticket.link,
        verb,
        f"{ticket.link}/act/{action.value}",
    )
