"""What forbids a listed move at this moment: a window that has closed, a number that is used up, a post that is needed."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import WallMinutes, Workdays
from chainhub.tickets import deadlines, rules
from chainhub.tickets.clockwork import INFO_MOST
from chainhub.tickets.models import Ticket
from chainhub.tickets.terms import Urgency
from chainhub.tickets.workflow import Action, State


def refusal(work: Work, ticket: Ticket, action: Action) -> str | None:
    """Return why this action is forbidden just now, or None."""
    guard = _GUARDS.get(action)
    return guard(work, ticket) if guard else None


def _return(work: Work, ticket: Ticket) -> str | None:
    if ticket.lead_unit_code in ticket.returned_by:
        return "您单位退过一次，裁定不成立；退单只有一次，请接着办。"
    if ticket.dispatched_at is None:
        return None
    urgent = ticket.urgency is Urgency.URGENT
    window = (
        WallMinutes(rules.RETURN_WINDOW_URGENT_MINUTES) if urgent else Workdays(rules.RETURN_WINDOW_WORKDAYS)
    )
    until = work.calendar.due(ticket.dispatched_at, window).at
    if work.now >= until:
        return f"退单要在派单后 {'1 小时' if urgent else '1 个工作日'}内，{rules.moment_text(until)} 已过，请接着办。"
    return None


def _ask_info(work: Work, ticket: Ticket) -> str | None:
    if ticket.info_asked >= INFO_MOST:
        return f"已请企业补充过 {INFO_MOST} 次，不能再请了。缺的材料请电话问清，或者按现有材料办。"
    return None


def _call_failed(work: Work, ticket: Ticket) -> str | None:
    last = ticket.last_call_at
    if last is not None and deadlines.call_day(work.calendar, last) >= deadlines.call_day(
        work.calendar, work.now
    ):
        return "今天已经记过一次没打通，第二次要换一个工作日再打。"
    return None


def _appeal(work: Work, ticket: Ticket) -> str | None:
    return "复核只有一次，已经复核过了。不服可以找上级部门，或者拨12345。" if ticket.appealed else None


def _close_incomplete(work: Work, ticket: Ticket) -> str | None:
    if ticket.state is State.INFO_REQUESTED and ticket.due_at is not None and work.now < ticket.due_at:
        return f"企业补充的期限到 {rules.moment_text(ticket.due_at)}，过了才能按材料未补齐了结。"
    return None


def _within_half_a_year(work: Work, ticket: Ticket) -> str | None:
    ended = ticket.ended_at or ticket.closed_at
    if ended is not None and work.now - ended > timedelta(days=rules.RESTART_DAYS):
        return "了结已满 6 个月，不能再接着这一件办了。事情还在，请重新报一件，里面写上这个编号。"
    return None


def _endorse(work: Work, ticket: Ticket) -> str | None:
    unit = ticket.lead_unit_code or ""
    held = {
        one.post
        for one in work.actor.grants
        if one.role is Role.DEPARTMENT and one.scope is ScopeKind.UNIT and one.ref == unit
    }
    return None if held & {Post.HEAD, Post.DEPUTY} else "审签由本单位分管负责人或主要负责人来做。"


_GUARDS: Mapping[Action, Callable[[Work, Ticket], str | None]] = {
    Action.RETURN: _return,
    Action.ASK_INFO: _ask_info,
    Action.CALL_FAILED: _call_failed,
    Action.APPEAL: _appeal,
    Action.CLOSE_INCOMPLETE: _close_incomplete,
    Action.RESTART: _within_half_a_year,
    Action.RECHECK: _within_half_a_year,
    Action.RECHECK_FINE: _within_half_a_year,
    Action.ENDORSE: _endorse,
    Action.REFUSE_ENDORSE: _endorse,
}
