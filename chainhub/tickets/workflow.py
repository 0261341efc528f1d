"""The ticket's life as one table: this action, from here, leads there, by this party, and must give this.

Buttons, guards, the API's actions, the diagram in `docs/workflow.md` and the test matrix all derive
from `TABLE`. Source: domain, section 2 (rules of seed 002: 党委接单、专班派单、部门办单、企业评价、党委销号).
Which clock a move starts or stops stands in `clockwork.py`; what each field may hold in `fields.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chainhub.core.actor import Role
from chainhub.core.words import Labelled


class State(Labelled):
    """Where a ticket stands."""

    SUBMITTED = "submitted", "待接单"
    INFO_REQUESTED = "info_requested", "待补充"
    ACCEPTED = "accepted", "待派单"
    DISPATCHED = "dispatched", "待签收"
    DISPUTED = "disputed", "退单待裁定"
    HANDLING = "handling", "办理中"
    AWAITING_INFO = "awaiting_info", "待企业补充"
    CONSULTING = "consulting", "会商中"
    CARRIED_OVER = "carried_over", "挂账"
    ENDORSING = "endorsing", "待审签"
    RESOLVED = "resolved", "待审核"
    REVIEWED = "reviewed", "待评价"
    CONFIRMED = "confirmed", "待销号"
    CLOSED = "closed", "已销号"
    DECLINED = "declined", "不予受理"
    INCOMPLETE = "incomplete", "材料未补齐"
    WITHDRAWN = "withdrawn", "已撤回"
    MERGED = "merged", "已合并办理"


ENDS = frozenset({State.CLOSED, State.DECLINED, State.INCOMPLETE, State.WITHDRAWN, State.MERGED})
OPEN = frozenset(State) - ENDS
PAUSED = frozenset({State.AWAITING_INFO, State.CONSULTING, State.CARRIED_OVER})
"""States in which the light is grey: the unit waits for somebody else, in the open."""
WITH_PARTS = frozenset(
    {
        State.DISPATCHED,
        State.DISPUTED,
        State.HANDLING,
        State.AWAITING_INFO,
        State.CONSULTING,
        State.CARRIED_OVER,
        State.ACCEPTED,
    }
)
"""States in which a co-unit may work on its part, whatever happens to the lead's."""
BEFORE_RESOLVED = OPEN - {State.RESOLVED, State.REVIEWED, State.CONFIRMED}


class Action(Labelled):
    """What somebody does to a ticket."""

    SUBMIT = "submit", "报送"
    BACKFILL = "backfill", "现场办结补录"
    ACCEPT = "accept", "接单"
    ANSWER = "answer", "直接答复"
    DECLINE = "decline", "不予受理"
    APPEAL = "appeal", "申请复核"
    REQUEST_INFO = "request_info", "要求补充"
    ASK_INFO = "ask_info", "请企业补充"
    EXPIRE_INFO = "expire_info", "补充逾期"
    SUPPLY_INFO = "supply_info", "补充"
    CLOSE_INCOMPLETE = "close_incomplete", "材料未补齐"
    RESTART = "restart", "重新办理"
    RECLASSIFY = "reclassify", "更正分类"
    MERGE = "merge", "合并办理"
    UNMERGE = "unmerge", "撤销合并"
    DISPATCH = "dispatch", "派单"
    ACKNOWLEDGE = "acknowledge", "签收"
    ASSIGN = "assign", "分办"
    RETURN = "return", "退单"
    UPHOLD_RETURN = "uphold_return", "派单更正"
    REJECT_RETURN = "reject_return", "退单不成立"
    CONTACT = "contact", "首次联系"
    PROGRESS = "progress", "报进展"
    HAND_IN = "hand_in", "协办反馈"
    CONVENE = "convene", "启动会商"
    CONCLUDE = "conclude", "会商结论"
    DETERMINE = "determine", "终结认定"
    CARRY_OVER = "carry_over", "挂账"
    RESUME = "resume", "恢复办理"
    RESOLVE = "resolve", "办结"
    ENDORSE = "endorse", "审签"
    REFUSE_ENDORSE = "refuse_endorse", "审签不通过"
    SEND_BACK = "send_back", "审核退回"
    PASS_REVIEW = "pass_review", "审核通过"
    CONFIRM = "confirm", "评价"
    REOPEN = "reopen", "重办"
    ESCALATE = "escalate", "提级协调"
    CALL_FAILED = "call_failed", "未接通"
    LAPSE = "lapse", "未评价"
    CLOSE = "close", "销号"
    RECHECK = "recheck", "又出现了"
    RECHECK_FINE = "recheck_fine", "没有反复"
    WITHDRAW = "withdraw", "撤回"
    ASK = "ask", "申请"
    GRANT = "grant", "同意申请"
    REFUSE = "refuse", "不同意申请"
    ATTACH = "attach", "上传附件"
    INSTRUCT = "instruct", "批示"
    ANSWER_INSTRUCTION = "answer_instruction", "批示回复"
    SUPERVISE_DRAFT = "supervise_draft", "督办拟稿"
    SUPERVISE_SIGN = "supervise_sign", "督办签发"
    SUPERVISE_DROP = "supervise_drop", "督办不签发"
    SUPERVISE_ANSWER = "supervise_answer", "督办反馈"
    COMMON_JOIN = "common_join", "列入共性问题"
    COMMON_LEAVE = "common_leave", "移出共性问题"
    COMMON_CLOSE = "common_close", "共性问题有结论"
    WHISTLE = "whistle", "吹哨"
    WHISTLE_CONFIRM = "whistle_confirm", "吹哨确认"
    WHISTLE_REFUSE = "whistle_refuse", "没有吹哨"
    REPORT_IN = "report_in", "报到"
    WHISTLE_END = "whistle_end", "解哨"
    REFER = "refer", "登记上级转办"
    REPLY_UP = "reply_up", "回复上级"
    NOTE = "note", "内部备注"
    OUTSIDE_ASK = "outside_ask", "问外单位"
    OUTSIDE_ANSWER = "outside_answer", "外单位答复"
    OUTSIDE_REVOKE = "outside_revoke", "撤回提问"
    SITE_VISIT = "site_visit", "走访核查"
    COPY = "copy", "抄送"
    COPY_WITHDRAW = "copy_withdraw", "撤回抄送"
    CASE_DRAFT = "case_draft", "写成案例"
    CASE_ANSWER = "case_answer", "企业答复案例"
    CASE_DECIDE = "case_decide", "审核案例"
    ASSESS_ASK = "assess_ask", "考核申诉"
    ASSESS_UPHOLD = "assess_uphold", "考核申诉成立"
    ASSESS_REJECT = "assess_reject", "考核申诉不成立"


LED = frozenset(
    {
        Action.INSTRUCT,
        Action.ANSWER_INSTRUCTION,
        Action.SUPERVISE_DRAFT,
        Action.SUPERVISE_SIGN,
        Action.SUPERVISE_DROP,
        Action.SUPERVISE_ANSWER,
    }
)
"""批示 and 督办: between leaders and units, not for the enterprise's side."""
COMMON = frozenset({Action.COMMON_JOIN, Action.COMMON_LEAVE, Action.COMMON_CLOSE})
"""What is written to a ticket because of the common issue that it belongs to."""
CALLED = frozenset(
    {
        Action.WHISTLE,
        Action.WHISTLE_CONFIRM,
        Action.WHISTLE_REFUSE,
        Action.REPORT_IN,
        Action.WHISTLE_END,
    }
)
"""吹哨报到: everybody who sees the ticket reads who was called and who came."""
UPWARD = frozenset({Action.REFER, Action.REPLY_UP})
"""上级转办: papers between this county and who stands above it, not for the enterprise's side."""
OUTSIDE = frozenset({Action.OUTSIDE_ASK, Action.OUTSIDE_ANSWER, Action.OUTSIDE_REVOKE})
"""What outside parties are asked and answer: for those who read internal notes."""
CASES = frozenset({Action.CASE_DRAFT, Action.CASE_ANSWER, Action.CASE_DECIDE})
"""典型案例: what became of a case that was drafted from it."""
ASSESSED = frozenset({Action.ASSESS_ASK, Action.ASSESS_UPHOLD, Action.ASSESS_REJECT})
"""考核申诉: whether a case counts in a figure of a unit, between the unit and the committee."""
COPIED = frozenset({Action.COPY, Action.COPY_WITHDRAW})
"""抄送: between the staff, not for the enterprise's side."""
BESIDE = (
    UPWARD
    | frozenset({Action.ASK, Action.GRANT, Action.REFUSE, Action.ATTACH, Action.NOTE, Action.SITE_VISIT})
    | LED
    | CALLED
    | COMMON
    | OUTSIDE
    | COPIED
    | CASES
    | ASSESSED
)
"""Deeds that stand in the history and move nothing by themselves: what they lead to is a row of its own."""


class Party(StrEnum):
    """Somebody defined by the ticket rather than by a role."""

    REQUESTER = "requester"  # any enterprise grant on the ticket's enterprise
    FILER = "filer"  # whoever filed it, on behalf or not
    CO_UNIT = "co_unit"  # a department that was sent a part of it (协办)
    OUTSIDER = "outsider"  # somebody without an account who was asked about it; walks no row of the table


class When(Labelled):
    """A fact that tells two rows of one action and state apart."""

    UNIT_DISPATCHED = "unit_dispatched", "曾派到单位"
    NO_UNIT = "no_unit", "从未派单"
    ENDORSEMENT_ON = "endorsement_on", "单位开启审签"
    ENDORSEMENT_OFF = "endorsement_off", "单位未开审签"
    NEVER_DISSATISFIED = "never_dissatisfied", "第一次不满意"
    DISSATISFIED_BEFORE = "dissatisfied_before", "已有一次不满意"
    DISSATISFIED_TWICE = "dissatisfied_twice", "两次不满意"
    INFO_LAPSED = "info_lapsed", "请企业补充已逾期"
    FIRST_WAIT = "first_wait", "第一次挂账"
    WAITED_BEFORE = "waited_before", "已挂账过一次"
    WITH_CO_UNITS = "with_co_units", "派过协办"
    TO_CONFER = "to_confer", "走联席会议，还没有开"


Who = Role | Party


@dataclass(frozen=True, slots=True)
class Move:
    """One row: one sentence a clerk would say."""

    action: Action
    source: State | None  # None: before the ticket exists
    target: State | None  # None: the state before (unmerge)
    who: frozenset[Who]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    when: frozenset[When] = frozenset()
    part: bool = False  # concerns a co-unit's part alone and never moves the ticket

    @property
    def fields(self) -> tuple[str, ...]:
        """Everything that may be given, the required first."""
        return self.needs + self.takes


A, S, R, P, W = Action, State, Role, Party, When


def _rows(
    action: Action,
    sources: State | Iterable[State] | None,
    target: State | str | None,
    who: Iterable[Who],
    needs: str = "",
    takes: str = "",
    when: Iterable[When] = (),
) -> tuple[Move, ...]:
    """Spell one line of the table out into a row per source state; target "same" stays where it is."""
    listed: list[State | None] = []
    if sources is None or isinstance(sources, State):
        listed.append(sources)
    else:
        listed.extend(sorted(sources))
    return tuple(
        Move(
            action,
            source,
            source if target == "same" else State(target) if target else None,
            frozenset(who),
            tuple(needs.split()),
            tuple(takes.split()),
            frozenset(when),
            part=Party.CO_UNIT in set(who) or When.WITH_CO_UNITS in when,
        )
        for source in listed
    )


# fmt: off
TABLE: tuple[Move, ...] = (
    #      action              from                         to                  who                          must give        may give
    *_rows(A.SUBMIT,           None,                        S.SUBMITTED,        {R.ENTERPRISE, R.GUIDE, R.COMMITTEE}, "title content", "category kind complained_unit urgency channel enterprise confidential contact_person contact_phone superior_source superior_number superior_due_on"),
    *_rows(A.BACKFILL,         None,                        S.REVIEWED,         {R.COMMITTEE, R.GUIDE},      "title content reply raised_on solved_on", "enterprise category kind contact_person contact_phone"),
    *_rows(A.ACCEPT,           S.SUBMITTED,                 S.ACCEPTED,         {R.COMMITTEE},               "",              "contacted_person route note"),
    *_rows(A.ANSWER,           {S.SUBMITTED, S.ACCEPTED},   S.REVIEWED,         {R.COMMITTEE, R.GUIDE},      "reply"),
    *_rows(A.DECLINE,          S.SUBMITTED,                 S.DECLINED,         {R.COMMITTEE},               "reason_code note"),
    *_rows(A.APPEAL,           S.DECLINED,                  S.SUBMITTED,        {P.REQUESTER},               "note"),
    *_rows(A.REQUEST_INFO,     S.SUBMITTED,                 S.INFO_REQUESTED,   {R.COMMITTEE},               "note"),
    *_rows(A.ASK_INFO,         S.HANDLING,                  S.AWAITING_INFO,    {R.DEPARTMENT},              "note"),
    *_rows(A.EXPIRE_INFO,      S.AWAITING_INFO,             S.HANDLING,         {R.CLOCK}),
    *_rows(A.SUPPLY_INFO,      S.INFO_REQUESTED,            S.SUBMITTED,        {P.REQUESTER, P.FILER},      "note"),
    *_rows(A.SUPPLY_INFO,      S.AWAITING_INFO,             S.HANDLING,         {P.REQUESTER, P.FILER},      "note"),
    *_rows(A.CLOSE_INCOMPLETE, S.INFO_REQUESTED,            S.INCOMPLETE,       {R.COMMITTEE},               "note"),
    *_rows(A.CLOSE_INCOMPLETE, S.HANDLING,                  S.INCOMPLETE,       {R.COMMITTEE, R.DEPARTMENT}, "note", when={W.INFO_LAPSED}),
    *_rows(A.RESTART,          S.INCOMPLETE,                S.SUBMITTED,        {P.REQUESTER},               "note"),
    *_rows(A.RECLASSIFY,       {S.SUBMITTED, S.ACCEPTED, S.HANDLING}, "same",   {R.COMMITTEE, R.TASK_FORCE}, "note",          "category kind complained_unit urgency"),
    *_rows(A.MERGE,            {S.SUBMITTED, S.ACCEPTED},   S.MERGED,           {R.COMMITTEE},               "into",          "note"),
    *_rows(A.UNMERGE,          S.MERGED,                    None,               {R.COMMITTEE, R.CLOCK},      "note"),
    *_rows(A.DISPATCH,         S.ACCEPTED,                  S.DISPATCHED,       {R.TASK_FORCE},              "lead_unit",     "co_units note"),
    *_rows(A.ACKNOWLEDGE,      S.DISPATCHED,                S.HANDLING,         {R.DEPARTMENT, R.CLOCK},     "",              "note"),
    *_rows(A.ACKNOWLEDGE,      WITH_PARTS,                  "same",             {P.CO_UNIT, R.CLOCK},        "",              "note unit"),
    *_rows(A.ASSIGN,           S.HANDLING,                  "same",             {R.DEPARTMENT},              "",              "person office note"),
    *_rows(A.RETURN,           {S.DISPATCHED, S.HANDLING},  S.DISPUTED,         {R.DEPARTMENT},              "reason_code note"),
    *_rows(A.RETURN,           WITH_PARTS,                  "same",             {P.CO_UNIT},                 "reason_code note", "unit"),
    *_rows(A.UPHOLD_RETURN,    S.DISPUTED,                  S.ACCEPTED,         {R.TASK_FORCE},              "note",          "unit"),
    *_rows(A.REJECT_RETURN,    S.DISPUTED,                  S.DISPATCHED,       {R.TASK_FORCE},              "note",          "unit"),
    *_rows(A.UPHOLD_RETURN,    WITH_PARTS - {S.DISPUTED},   "same",             {R.TASK_FORCE},              "note unit", "", {W.WITH_CO_UNITS}),
    *_rows(A.REJECT_RETURN,    WITH_PARTS - {S.DISPUTED},   "same",             {R.TASK_FORCE},              "note unit", "", {W.WITH_CO_UNITS}),
    *_rows(A.CONTACT,          {S.SUBMITTED, S.ACCEPTED},   "same",             {R.COMMITTEE},               "person",        "at note"),
    *_rows(A.CONTACT,          S.HANDLING,                  "same",             {R.DEPARTMENT},              "person",        "at note"),
    *_rows(A.PROGRESS,         S.HANDLING,                  "same",             {R.DEPARTMENT},              "note"),
    *_rows(A.PROGRESS,         WITH_PARTS,                  "same",             {P.CO_UNIT},                 "note",          "unit"),
    *_rows(A.HAND_IN,          WITH_PARTS,                  "same",             {P.CO_UNIT},                 "note",          "unit"),
    *_rows(A.CONVENE,          S.HANDLING,                  S.CONSULTING,       {R.COMMITTEE},               "question units", "at place"),
    *_rows(A.CONVENE,          S.ACCEPTED,                  S.CONSULTING,       {R.COMMITTEE},               "question units", "at place", {W.TO_CONFER}),
    *_rows(A.CONCLUDE,         S.CONSULTING,                S.HANDLING,         {R.COMMITTEE},               "minutes",       "decisions", {W.UNIT_DISPATCHED}),
    *_rows(A.CONCLUDE,         S.CONSULTING,                S.ACCEPTED,         {R.COMMITTEE},               "minutes",       "decisions", {W.NO_UNIT}),
    *_rows(A.DETERMINE,        S.CONSULTING,                S.CONFIRMED,        {R.COMMITTEE},               "reasons",       "", {W.DISSATISFIED_TWICE}),
    *_rows(A.CARRY_OVER,       S.HANDLING,                  S.CARRIED_OVER,     {R.COMMITTEE},               "reason_code note review_on", "", {W.FIRST_WAIT}),
    *_rows(A.CARRY_OVER,       {S.HANDLING, S.CARRIED_OVER}, S.CARRIED_OVER,    {R.LEADER},                  "reason_code note review_on", "", {W.WAITED_BEFORE}),
    *_rows(A.RESUME,           S.CARRIED_OVER,              S.HANDLING,         {R.COMMITTEE},               "note"),
    *_rows(A.RESOLVE,          S.HANDLING,                  S.RESOLVED,         {R.DEPARTMENT},              "outcome reply", "override_reason word_by word_at", {W.ENDORSEMENT_OFF}),
    *_rows(A.RESOLVE,          S.HANDLING,                  S.ENDORSING,        {R.DEPARTMENT},              "outcome reply", "override_reason word_by word_at", {W.ENDORSEMENT_ON}),
    *_rows(A.ENDORSE,          S.ENDORSING,                 S.RESOLVED,         {R.DEPARTMENT},              "",              "note"),
    *_rows(A.REFUSE_ENDORSE,   S.ENDORSING,                 S.HANDLING,         {R.DEPARTMENT},              "note"),
    *_rows(A.SEND_BACK,        S.RESOLVED,                  S.HANDLING,         {R.TASK_FORCE},              "note"),
    *_rows(A.PASS_REVIEW,      S.RESOLVED,                  S.REVIEWED,         {R.TASK_FORCE},              "",              "note"),
    *_rows(A.CONFIRM,          S.REVIEWED,                  S.CONFIRMED,        {P.REQUESTER, R.CALLER},     "",              "contacted solved satisfaction clear note"),
    *_rows(A.REOPEN,           {S.REVIEWED, S.CONFIRMED},   S.HANDLING,         {P.REQUESTER, R.CALLER},     "reason_code note", "contacted solved clear", {W.UNIT_DISPATCHED, W.NEVER_DISSATISFIED}),
    *_rows(A.REOPEN,           {S.REVIEWED, S.CONFIRMED},   S.ACCEPTED,         {P.REQUESTER, R.CALLER},     "reason_code note", "contacted solved clear", {W.NO_UNIT, W.NEVER_DISSATISFIED}),
    *_rows(A.ESCALATE,         S.REVIEWED,                  S.CONSULTING,       {P.REQUESTER, R.CALLER},     "reason_code note", "contacted solved clear", {W.DISSATISFIED_BEFORE}),
    *_rows(A.CALL_FAILED,      S.REVIEWED,                  "same",             {R.CALLER},                  "note"),
    *_rows(A.LAPSE,            S.REVIEWED,                  S.CONFIRMED,        {R.CLOCK}),
    *_rows(A.CLOSE,            S.CONFIRMED,                 S.CLOSED,           {R.COMMITTEE},               "",              "note"),
    *_rows(A.RECHECK,          S.CLOSED,                    S.ACCEPTED,         {P.REQUESTER, R.CALLER},     "note"),
    *_rows(A.RECHECK_FINE,     S.CLOSED,                    "same",             {P.REQUESTER, R.CALLER},     "",              "note"),
    *_rows(A.WITHDRAW,         BEFORE_RESOLVED,             S.WITHDRAWN,        {P.REQUESTER, P.FILER},      "note"),
)
# fmt: on

_BY_SOURCE: dict[tuple[Action, State | None], tuple[Move, ...]] = {}
for _row in TABLE:
    _key = (_row.action, _row.source)
    _BY_SOURCE[_key] = (*_BY_SOURCE.get(_key, ()), _row)


def rows(action: Action, source: State | None) -> tuple[Move, ...]:
    """Return the table's rows for an action from a state: none, one, or several told apart by `when`."""
    return _BY_SOURCE.get((action, source), ())


def find_move(
    action: Action, source: State | None, holds: frozenset[When], standing: frozenset[Who] = frozenset()
) -> Move | None:
    """Return the row whose conditions all hold, or None if the table lists no such move.

    Where several do, the lead's and the co-unit's, it is the first that one of these capacities may walk.
    """
    walkable = walkable_moves(action, source, holds, standing)
    held = (row for row in rows(action, source) if row.when <= holds)
    return walkable[0] if walkable else next(held, None)


def walkable_moves(
    action: Action, source: State | None, holds: frozenset[When], standing: frozenset[Who]
) -> tuple[Move, ...]:
    """Return every row that one of these capacities may walk: two where somebody is of the lead and of a co-unit."""
    return tuple(row for row in rows(action, source) if row.when <= holds and row.who & standing)


def moves_from(source: State | None, holds: frozenset[When]) -> tuple[Move, ...]:
    """Return every row that leads out of a state under the facts that hold, in the table's order."""
    return tuple(row for row in TABLE if row.source is source and row.when <= holds)
