"""The kinds of work on a desk: whose it is, which clock says when, which verb does it."""

from dataclasses import dataclass

from chainhub.core.actor import Role, ScopeKind
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.workflow import Action


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
    rare: bool = False  # nobody needs to learn of it while there is none


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
        bulk=True,
    ),
    Task(
        Role.COMMITTEE,
        (ClockKind.DISPATCH,),
        Action.CONVENE,
        "联席会议",
        "接单时定了走疑难的",
        "没有等着开联席会议的诉求。",
        "",
        rare=True,
    ),
    Task(
        Role.COMMITTEE,
        (ClockKind.CONSULTATION,),
        Action.CONCLUDE,
        "会商结论",
        "开完会写下结论，议定事项就是协办",
        "没有等结论的会商。",
        "",
        rare=True,
    ),
    Task(
        Role.COMMITTEE,
        (ClockKind.CARRY_OVER_DECISION,),
        Action.RESUME,
        "挂账复查",
        "到了复查日：恢复办理，或者报链长同意再等",
        "没有到复查日的挂账。",
        "",
        rare=True,
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
        bulk=True,
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
        (ClockKind.REPORT_IN,),
        Action.REPORT_IN,
        "吹哨报到",
        "谁来、几点到",
        "没有要报到的吹哨。",
        "",
        rare=True,
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
        (ClockKind.PART, ClockKind.PART_RECEIPT),
        Action.HAND_IN,
        "协办",
        "先签收，办好了反馈给主办单位",
        "没有要协办的诉求。",
        "",
        rare=True,
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
        Role.DEPARTMENT,
        (ClockKind.REPORT,),
        Action.PROGRESS,
        "报进展",
        "好些天没有消息了，给企业报一条",
        "没有该报进展的诉求。",
        "办的时间长，隔几个工作日要报一次，快到的会排在这里。",
    ),
    Task(
        Role.CALLER,
        (ClockKind.CALLBACK,),
        Action.CONFIRM,
        "今天要打的回访",
        "5 个工作日没评价的，打电话问",
        "今天没有要打的回访。",
        "企业一直没评价的会排在这里；今天没打通的，下一个工作日再排出来。",
    ),
    Task(
        Role.GUIDE,
        (ClockKind.DISPATCH,),
        Action.ANSWER,
        "直接答复（日常）",
        "联系企业，能说清的当场说清",
        "没有要您答复的诉求。",
        "",
        rare=True,
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
NO_VERB = frozenset(
    {(Role.GUIDE, Action.CONFIRM), (Role.GUIDE, Action.SUPPLY_INFO), (Role.DEPARTMENT, Action.REPORT_IN)}
)
SCOPE = {
    Role.COMMITTEE: ScopeKind.CHAIN,
    Role.TASK_FORCE: ScopeKind.CHAIN,
    Role.DEPARTMENT: ScopeKind.UNIT,
    Role.GUIDE: ScopeKind.ENTERPRISE,
}

ENDORSE = ("审签：{firm}“{title}”", "审签")
CONFER = ("组织联席会议：{firm}“{title}”", "启动会商")
HEADLINES = {
    ClockKind.FIRST_CALL: ("打电话给{firm}，接下“{title}”", "接单并记通话"),
    ClockKind.INTAKE: ("接下{firm}的“{title}”", "接单"),
    ClockKind.CLOSING: ("销号：{firm}“{title}”", "销号"),
    ClockKind.DISPATCH: ("派单：{firm}“{title}”", "派单"),
    ClockKind.RULING: ("裁定退单：{firm}“{title}”", "裁定"),
    ClockKind.REVIEW: ("审核：{firm}“{title}”", "审核"),
    ClockKind.ACKNOWLEDGE: ("签收：{firm}“{title}”", "签收"),
    ClockKind.UNIT_CONTACT: ("打电话给{firm}，问“{title}”", "记联系"),
    ClockKind.CONSULTATION: ("写会商结论：{firm}“{title}”", "会商结论"),
    ClockKind.CARRY_OVER_DECISION: ("定一定挂账的事：{firm}“{title}”", "恢复办理"),
    ClockKind.PART: ("反馈协办：{firm}“{title}”", "协办反馈"),
    ClockKind.PART_RECEIPT: ("签收协办：{firm}“{title}”", "签收"),
    ClockKind.UNIT: ("办结：{firm}“{title}”", "办结"),
    ClockKind.REWORK: ("重办：{firm}“{title}”", "办结"),
    ClockKind.REPORT: ("给{firm}报进展：“{title}”", "报进展"),
    ClockKind.CALLBACK: ("打电话回访{firm}：“{title}”", "记回访"),
}
