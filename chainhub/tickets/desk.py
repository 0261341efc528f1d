"""What is on somebody's desk: by verb, sorted by the clock that bites first. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI, left_label
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.reminders.models import Clock
from chainhub.tickets import listing, presenting, queries, rules
from chainhub.tickets.clockwork import REQUESTER_CLOCKS, ClockKind
from chainhub.tickets.listing import Filter, Item
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.service import moving
from chainhub.tickets.showing import (
    DeskPage,
    FigureView,
    GroupView,
    LeaderPage,
    LightView,
    OwnerCard,
    OwnerPage,
    RowView,
    StageBar,
    StuckRow,
    UrgentView,
)
from chainhub.tickets.terms import ONE_QUESTION
from chainhub.tickets.workflow import ENDS, PAUSED, Action, State

ROWS = 20  # of one group


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work on a desk: whose it is, which clock says when, which verb does it."""

    role: Role
    kinds: tuple[ClockKind, ...]  # the first decides membership and order; the earliest is shown
    action: Action
    label: str
    hint: str
    empty: str
    empty_hint: str
    bulk: bool = False


TASKS: tuple[Task, ...] = (
    Task(
        Role.COMMITTEE,
        (ClockKind.CLOSING,),
        Action.CLOSE,
        "销号",
        "企业已评价，您没有经手审核和回访",
        "还没有待销号的诉求。",
        "企业说满意了，会排在这里，由没经手的人销号。",
        bulk=True,
    ),
    Task(
        Role.COMMITTEE,
        (ClockKind.INTAKE, ClockKind.FIRST_CALL),
        Action.ACCEPT,
        "接单",
        "先打电话再接单",
        "还没有待接单的诉求。",
        "企业报送了会排在这里，2 个工作小时内要打电话。",
    ),
    Task(
        Role.TASK_FORCE,
        (ClockKind.RULING,),
        Action.REJECT_RETURN,
        "裁定退单",
        "要由不是派单的人裁定",
        "还没有待裁定的退单。",
        "单位说不归它办，会排在这里。",
    ),
    Task(
        Role.TASK_FORCE,
        (ClockKind.DISPATCH,),
        Action.DISPATCH,
        "派单",
        "派给能办的单位",
        "还没有待派单的诉求。",
        "链党委接单以后会排在这里。",
    ),
    Task(
        Role.TASK_FORCE,
        (ClockKind.REVIEW,),
        Action.PASS_REVIEW,
        "审核",
        "看是不是真办成了",
        "还没有待审核的诉求。",
        "单位办结以后会排在这里。",
        bulk=True,
    ),
    Task(
        Role.DEPARTMENT,
        (ClockKind.ACKNOWLEDGE,),
        Action.ACKNOWLEDGE,
        "签收",
        "不归本单位的，1 个工作日内退单",
        "还没有待签收的派单。",
        "专班派来的会排在这里，到时不签会自动签收。",
        bulk=True,
    ),
    Task(
        Role.DEPARTMENT,
        (ClockKind.UNIT, ClockKind.UNIT_CONTACT),
        Action.RESOLVE,
        "办理",
        "先联系企业，再报进展、办结",
        "还没有正在办的诉求。",
        "签收以后会排在这里。",
    ),
    Task(
        Role.DEPARTMENT,
        (ClockKind.REWORK,),
        Action.RESOLVE,
        "重办",
        "企业不满意，再办一次",
        "没有要重办的诉求。",
        "企业不满意的会排在这里，只看得到原因，看不到原话。",
    ),
    Task(
        Role.CALLER,
        (ClockKind.CALLBACK,),
        Action.CONFIRM,
        "回访",
        "5 个工作日没评价的，打电话问",
        "还没有要回访的诉求。",
        "企业一直没评价的会排在这里，两次要在不同的日子打。",
    ),
    Task(
        Role.GUIDE,
        (ClockKind.SUPPLY,),
        Action.SUPPLY_INFO,
        "帮企业补充（接单前）",
        "链党委等着材料",
        "没有等企业补充的诉求。",
        "",
    ),
    Task(
        Role.GUIDE,
        (ClockKind.SUPPLY_HANDLING,),
        Action.SUPPLY_INFO,
        "帮企业补充（办理中）",
        "单位等着材料",
        "没有等企业补充的诉求。",
        "单位请企业补充，5 个工作日没补就接着办。",
    ),
    Task(
        Role.GUIDE,
        (ClockKind.EVALUATION,),
        Action.CONFIRM,
        "提醒企业评价",
        "只能企业自己评，您打个电话提醒",
        "没有等企业评价的诉求。",
        "",
    ),
)
_NO_VERB = frozenset({(Role.GUIDE, Action.CONFIRM), (Role.GUIDE, Action.SUPPLY_INFO)})
_SCOPE = {
    Role.COMMITTEE: ScopeKind.CHAIN,
    Role.TASK_FORCE: ScopeKind.CHAIN,
    Role.DEPARTMENT: ScopeKind.UNIT,
    Role.GUIDE: ScopeKind.ENTERPRISE,
}


def desk(work: Work) -> DeskPage:
    """Return 今天我要处理什么: the groups of this actor's roles, what is late or due soonest first."""
    tasks = [task for task in TASKS if task.role in work.actor.roles]
    built = [_group(work, task) for task in tasks]
    built.sort(key=lambda pair: pair[0] or datetime.max.replace(tzinfo=SHANGHAI))
    groups = tuple(group for _, group in built)
    bulk = any(row.selectable for group in groups for row in group.rows)
    return DeskPage(moment_line(work), _urgent(work, tasks), groups, bulk)


def moment_line(work: Work) -> str:
    """Return the line beside the title: the day, the hour, and until when it is worked."""
    now = work.now.astimezone(SHANGHAI)
    line = f"{now.month}月{now.day}日（周{'一二三四五六日'[now.weekday()]}）{now:%H:%M}"
    segments = work.calendar.segments(now.date())
    if not segments:
        name = work.calendar.day_name(now.date())
        return f"{line}，{name + '，' if name else ''}今天不上班"
    current = next((part for part in segments if part.start <= now.time() < part.end), None)
    if current is None:
        return line
    part = "上午" if current.end.hour <= 12 else "下午"
    return f"{line}，{part}到 {current.end:%H:%M}"


def _clocks_of(work: Work, task: Task, kind: ClockKind) -> Select[Clock, Ticket, str]:
    refs = _refs(work.actor, task)
    return (
        select(Clock, Ticket, Enterprise.short)
        .join(Ticket, and_(Clock.owner_kind == queries.OWNER, Ticket.id == Clock.owner_id))
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
        .where(Clock.stopped_at.is_(None), Clock.kind == kind.value, Clock.holder_ref.in_(refs))
        .where(queries.visible(work.actor))
        .order_by(Clock.due_at, Clock.id)
    )


def _refs(actor: Actor, task: Task) -> list[str]:
    scope = _SCOPE.get(task.role)
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
        .join(Ticket, and_(Clock.owner_kind == queries.OWNER, Ticket.id == Clock.owner_id))
        .where(
            queries.visible(work.actor),
            Clock.stopped_at.is_(None),
            Clock.kind == task.kinds[0].value,
            Clock.holder_ref.in_(_refs(work.actor, task)),
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
    action = _verb(work, task, clock, ticket)
    return presenting.row(
        ticket,
        short,
        work.now,
        work.calendar,
        known.of(work.session).directory,
        action=action,
        selectable=task.bulk and action is not None,
        clock=clock,
    )


def _verb(work: Work, task: Task, clock: Clock, ticket: Ticket) -> Action | None:
    """Return what this person may do about a clock now; a verb that is not allowed is not drawn."""
    action = task.action
    if clock.kind == ClockKind.UNIT_CONTACT.value or (
        clock.kind == ClockKind.FIRST_CALL.value and ticket.state is not State.SUBMITTED
    ):
        action = Action.CONTACT
    if (task.role, task.action) in _NO_VERB:
        return None
    allowed = {row.action for row in moving.moves(work, ticket)}
    return action if action in allowed else None


_HEADLINES = {
    ClockKind.FIRST_CALL: ("打电话给{firm}，接下“{title}”", "接单并记通话"),
    ClockKind.INTAKE: ("接下{firm}的“{title}”", "接单"),
    ClockKind.CLOSING: ("销号：{firm}“{title}”", "销号"),
    ClockKind.DISPATCH: ("派单：{firm}“{title}”", "派单"),
    ClockKind.RULING: ("裁定退单：{firm}“{title}”", "裁定"),
    ClockKind.REVIEW: ("审核：{firm}“{title}”", "审核"),
    ClockKind.ACKNOWLEDGE: ("签收：{firm}“{title}”", "签收"),
    ClockKind.UNIT_CONTACT: ("打电话给{firm}，问“{title}”", "记联系"),
    ClockKind.UNIT: ("办结：{firm}“{title}”", "办结"),
    ClockKind.REWORK: ("重办：{firm}“{title}”", "办结"),
    ClockKind.CALLBACK: ("打电话回访{firm}：“{title}”", "记回访"),
}


def _urgent(work: Work, tasks: Sequence[Task]) -> UrgentView | None:
    """Return the one deadline that can still be kept and ends first."""
    best: tuple[Clock, Ticket, str, Action] | None = None
    for task in tasks:
        if task.role is Role.GUIDE:
            continue
        for kind in task.kinds:
            query = _clocks_of(work, task, kind).where(Clock.due_at > work.now).limit(ROWS)
            for clock, ticket, short in work.session.execute(query):
                if best is not None and best[0].due_at <= clock.due_at:
                    break
                action = _verb(work, task, clock, ticket)
                if action is not None and not (clock.look_again_at is None and clock.pauses):
                    best = (clock, ticket, short, action)
                    break
    if best is None:
        return None
    clock, ticket, short, action = best
    kind = ClockKind(clock.kind)
    headline, verb = _HEADLINES[kind]
    if kind is ClockKind.FIRST_CALL and action is Action.CONTACT:
        headline, verb = _HEADLINES[ClockKind.UNIT_CONTACT]
    due = clock.due_at.astimezone(SHANGHAI)
    today = work.now.astimezone(SHANGHAI).date()
    when = f"{due:%H:%M}" if due.date() == today else presenting.near(clock.due_at, work.now)
    left = left_label(work.calendar.left(work.now, clock.due_at))
    return UrgentView(
        presenting.clock_light(clock, work.now, work.calendar)
        if presenting.clock_light(clock, work.now, work.calendar).colour != "green"
        else LightView("green", left),
        when,
        headline.format(firm=short, title=ticket.title),
        f"{ticket.number}，{presenting.near(ticket.created_at, work.now)} 报送；还赶得上的，这件最急",
        ticket.link,
        verb,
        f"{ticket.link}/act/{action.value}",
    )


# The owner


def owner(work: Work, enterprise: str) -> OwnerPage:
    """Return 我的事办到哪了 for a person of an enterprise."""
    waits = (State.INFO_REQUESTED, State.AWAITING_INFO, State.REVIEWED)
    waiting = listing.page(work, Filter(states=waits), order=listing.Order.DUE, limit=20).items
    way = tuple(sorted(frozenset(State) - ENDS - set(waits)))
    under_way = listing.page(work, Filter(states=way), limit=20).items
    done = listing.page(work, Filter(states=tuple(sorted(ENDS))), limit=5).items
    total = listing.count(work, Filter(states=tuple(sorted(ENDS))), 100)
    lines = _last_lines(work, [item.ticket.id for item in (*waiting, *under_way, *done)])
    asked = {
        clock.owner_id: clock.due_at
        for clock in queries.running_clocks(work.session, [item.ticket.id for item in waiting])
        if ClockKind(clock.kind) in REQUESTER_CLOCKS
    }
    return OwnerPage(
        enterprise,
        work.actor.name,
        tuple(_waiting_card(work, item, lines, asked.get(item.ticket.id)) for item in waiting),
        tuple(_way_card(work, item, lines) for item in under_way),
        tuple(_done_card(work, item) for item in done),
        f"{listing.count_text(total, 100)} 件",
        "/tickets?ended=1" if total > len(done) else "",
    )


def _last_lines(work: Work, ids: Sequence[int]) -> dict[int, TicketEvent]:
    """Return the newest line of each ticket that the enterprise may read in the unit's own words."""
    told = (
        Action.ANSWER,
        Action.RESOLVE,
        Action.PROGRESS,
        Action.ASK_INFO,
        Action.REQUEST_INFO,
        Action.DECLINE,
        Action.DISPATCH,
        Action.ACCEPT,
        Action.REOPEN,
    )
    newest = (
        select(func.max(TicketEvent.id))
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.action.in_(told))
        .group_by(TicketEvent.ticket_id)
    )
    found = work.session.scalars(select(TicketEvent).where(TicketEvent.id.in_(newest)))
    return {event.ticket_id: event for event in found}


def _words(work: Work, event: TicketEvent | None) -> str:
    if event is None:
        return ""
    data = event.data
    if event.action is Action.ACCEPT:
        return f"{event.body}已接单，正在安排由哪个单位来办。"
    if event.action is Action.REOPEN:
        return "您说不满意，正在重办。"
    if event.action is Action.DISPATCH:
        return f"已派给{known.of(work.session).directory.unit_name(data.get('lead_unit'))}。"
    return f"{event.body}：{data.get('reply') or data.get('note') or ''}"


def _waiting_card(work: Work, item: Item, lines: dict[int, TicketEvent], until: datetime | None) -> OwnerCard:
    ticket = item.ticket
    due = f"请在 {rules.moment_text(until, weekday=True)} 前答一下" if until else ""
    yes, no, question = "去补充", "", "supply"
    if ticket.state is State.REVIEWED:
        one = ticket.kind in ONE_QUESTION
        yes, no = ("清楚了", "没说清楚") if one else ("说说办得怎么样", "")
        question = "clear" if one else "satisfied"
    return OwnerCard(
        number=ticket.number,
        title=ticket.title,
        url=f"{ticket.link}/act/{'confirm' if ticket.state is State.REVIEWED else 'supply_info'}",
        line=_words(work, lines.get(ticket.id)),
        version=ticket.version,
        question=question,
        yes_label=yes,
        no_label=no,
        due=due,
    )


def _way_card(work: Work, item: Item, lines: dict[int, TicketEvent]) -> OwnerCard:
    ticket = item.ticket
    promised = ticket.promise_due_at
    still = ticket.dispatched_at and ticket.state not in {State.RESOLVED, State.CONFIRMED}
    due = f"{rules.moment_text(promised, weekday=True)} 前办好" if promised and still else ""
    yellow = (
        work.calendar.start_of_day(work.calendar.add_workdays(local(promised).date(), -1))
        if promised
        else None
    )
    # Once the unit has answered, the promise is kept or broken for good; waiting for a review breaks nothing.
    answered = ticket.resolved_at if ticket.state in {State.RESOLVED, State.CONFIRMED} else None
    shown = presenting.colour(ticket.state, promised, yellow, answered or work.now)
    if answered and shown == "yellow":
        shown = "green"
    words = {"red": "过了承诺的时间", "grey": presenting.GREY_WORDS.get(ticket.state, ""), "green": "正常"}
    event = lines.get(ticket.id)
    when = f"{presenting.near(event.at, work.now)} " if event else ""
    return OwnerCard(
        number=ticket.number,
        title=ticket.title,
        url=ticket.link,
        line=f"{when}{_words(work, event)}",
        steps=presenting.dots(ticket.state),
        light=LightView(shown, words.get(shown, "快到期了")),
        due=due,
        version=ticket.version,
    )


def _done_card(work: Work, item: Item) -> OwnerCard:
    ticket = item.ticket
    ended = ticket.closed_at or ticket.updated_at
    return OwnerCard(
        number=ticket.number,
        title=ticket.title,
        url=ticket.link,
        line=presenting.near(ended, work.now),
        light=LightView("blue", ticket.state.label),
    )


# The leader


def leader(work: Work, scope: str) -> LeaderPage:
    """Return 哪里卡住了: what is late, what stands still, who is not satisfied, where it stands."""
    late = Filter(light=listing.Colour.RED)
    still = Filter(light=listing.Colour.GREY)
    figures = (
        _figure("逾期", "red", listing.count(work, late), "还没办完、过了时限的", "/tickets?light=red"),
        _figure(
            "停着没动", "grey", listing.count(work, still), "等企业补充、会商、挂账", "/tickets?light=grey"
        ),
        _figure(
            "快到期",
            "yellow",
            listing.count(work, Filter(light=listing.Colour.YELLOW)),
            "1 个工作日内到期",
            "/tickets?light=yellow",
        ),
        _figure("企业不满意", "", _dissatisfied(work), "正在重办或已销号，近 12 个月", "/tickets?unhappy=1"),
    )
    stages, stages_line = _stages(work)
    return LeaderPage(
        scope,
        moment_line(work),
        figures,
        _stuck(work),
        stages,
        stages_line,
        _months(work),
        "按上海时间的月份数；逾期、停着和快到期数的是此刻没到终点的诉求，保密的不在内。",
    )


def _figure(label: str, colour: str, number: int, line: str, url: str) -> FigureView:
    return FigureView(label, colour, listing.count_text(number), "件", line, url)


def unhappy(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of 企业不满意: last answer dissatisfied, filed within 12 months."""
    return (Ticket.dissatisfied > 0, Ticket.created_at >= now - timedelta(days=365))


def _dissatisfied(work: Work) -> int:
    return listing.count(work, Filter(extra=unhappy(work.now)))


def _stuck(work: Work) -> tuple[StuckRow, ...]:
    items = listing.page(work, Filter(light=listing.Colour.RED), order=listing.Order.DUE, limit=6).items
    lines = _last_lines(work, [item.ticket.id for item in items])
    directory = known.of(work.session).directory
    found = []
    for item in items:
        ticket = item.ticket
        unit = directory.unit_name(ticket.lead_unit_code)
        said = _words(work, lines.get(ticket.id))
        found.append(
            StuckRow(
                presenting.light(ticket, work.now, work.calendar),
                ticket.title,
                f"{ticket.number}，{item.enterprise}；{'主办' + unit if unit else ticket.state.label}",
                f"卡在：{presenting.current_line(ticket, directory)}。{said[:60]}",
                ticket.link,
                "看进展",
            )
        )
    return tuple(found)


_STAGES: tuple[tuple[str, tuple[State, ...]], ...] = (
    ("接单", (State.SUBMITTED, State.INFO_REQUESTED)),
    ("派单", (State.ACCEPTED,)),
    ("签收", (State.DISPATCHED, State.DISPUTED)),
    ("办理", (State.HANDLING, State.AWAITING_INFO, State.CONSULTING, State.CARRIED_OVER, State.ENDORSING)),
    ("审核", (State.RESOLVED,)),
    ("评价", (State.REVIEWED,)),
    ("销号", (State.CONFIRMED,)),
)
_BOXES = 12


def _stages(work: Work) -> tuple[tuple[StageBar, ...], str]:
    late = Ticket.due_at <= work.now
    rows = work.session.execute(
        select(Ticket.state, late, func.count())
        .where(queries.visible(work.actor), Ticket.is_open)
        .group_by(Ticket.state, late)
    )
    by_state: dict[State, dict[str, int]] = {}
    for state, is_late, number in rows:
        colour = "red" if is_late else "grey" if state in PAUSED else "plain"
        here = by_state.setdefault(state, {})
        here[colour] = here.get(colour, 0) + number
    bars, total = [], 0
    for label, states in _STAGES:
        counts = {
            name: sum(by_state.get(state, {}).get(name, 0) for state in states)
            for name in ("red", "grey", "plain")
        }
        number = sum(counts.values())
        total += number
        boxes = [name for name in ("red", "grey", "plain") for _ in range(min(counts[name], _BOXES))][:_BOXES]
        url = "/tickets?" + "&".join(f"state={state.value}" for state in states)
        bars.append(StageBar(label, tuple(boxes), str(number), url))
    return tuple(bars), f"没办完的 {total} 件"


def _months(work: Work) -> tuple[tuple[str, int, int], ...]:
    """Return the last six months in Shanghai's time, oldest first: label, submitted, closed."""
    now = work.now.astimezone(SHANGHAI)
    starts = [now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)]
    for _ in range(5):
        starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
    starts.reverse()
    ends = [*starts[1:], work.now + timedelta(days=1)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        made = listing.count(work, Filter(extra=(Ticket.created_at >= start, Ticket.created_at < end)), 1000)
        shut = listing.count(work, Filter(extra=(Ticket.closed_at >= start, Ticket.closed_at < end)), 1000)
        found.append((f"{start.year}年{start.month}月", made, shut))
    return tuple(found)
