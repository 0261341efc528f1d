"""Which papers there are, who issues each, who reads it, and a sample of what it says. Pure."""

from collections.abc import Mapping

from chainhub.core.actor import Role
from chainhub.core.words import Labelled
from chainhub.documents.papers.rules import Values
from chainhub.tickets.workflow import Party, Who


class PaperKind(Labelled):
    """A sort of paper. Each is numbered by itself, anew every year."""

    ASSIGNMENT_SLIP = "assignment_slip", "交办单"
    REMINDER_SLIP = "reminder_slip", "催办单"
    SUPERVISION_ORDER = "supervision_order", "督办单"
    REMINDER_LETTER = "reminder_letter", "提醒函"
    EXTENSION_FORM = "extension_form", "延期审批单"
    MINUTES = "minutes", "会商纪要"
    CLOSURE_FORM = "closure_form", "销号单"
    CASE_SHEET = "case_sheet", "办理单"


K, R = PaperKind, Role
LIVING = frozenset({K.CASE_SHEET})
"""What always says what is so now, as far as its reader may know it. Every other paper stays as it was issued."""
FOR_THE_FIRM = frozenset({K.CLOSURE_FORM})
"""What the enterprise's side may have too, once it is issued; it says nothing that the staff keep among themselves."""

_CHAIN = frozenset[Who]({R.COMMITTEE, R.TASK_FORCE})
_LEADING = frozenset[Who]({R.LEADER, R.LIAISON})
_UNITS = frozenset[Who]({R.DEPARTMENT, Party.CO_UNIT})
STAFF = _CHAIN | _LEADING | _UNITS
"""Who reads the papers of a ticket that they see. A caller has the case sheet alone."""

ISSUES: Mapping[PaperKind, frozenset[Who]] = {
    K.ASSIGNMENT_SLIP: frozenset({R.TASK_FORCE}),
    K.REMINDER_SLIP: _CHAIN,
    K.SUPERVISION_ORDER: _LEADING,
    K.REMINDER_LETTER: frozenset({R.COMMITTEE}),
    K.EXTENSION_FORM: frozenset({R.TASK_FORCE, R.DEPARTMENT}),
    K.MINUTES: frozenset({R.COMMITTEE}),
    K.CLOSURE_FORM: frozenset({R.COMMITTEE}),
    K.CASE_SHEET: STAFF | {R.CALLER},
}
"""Who gives a paper its number, by the duty it belongs to (decision)."""


def may_read(kind: PaperKind, standing: frozenset[Who], *, from_outside: bool) -> bool:
    """Say whether somebody of this standing may have a paper of a ticket that they see."""
    if from_outside:
        return kind in FOR_THE_FIRM
    return bool(standing & STAFF) or (kind is K.CASE_SHEET and Role.CALLER in standing)


_COMMON: Mapping[str, str] = {
    "编号": "2026-0001",
    "签发单位": "装备制造产业链党委",
    "签发日期": "2026年3月2日",
    "诉求编号": "EQ-2026-00017",
    "诉求标题": "新厂房 10 千伏专线增容",
    "诉求内容": "新厂房设备到了，10 千伏专线增容申请交上去三周没有准信。",
    "企业": "某某齿轮有限公司",
    "产业链": "装备制造产业链",
    "联系人": "某某 138****1234",
    "类别": "用能",
    "性质": "难题",
    "紧急程度": "普通",
    "渠道": "网页",
    "提出时间": "2026年3月2日 09:20",
    "主办单位": "某某供电公司",
    "协办单位": "某某交通运输局",
}
_TASKS = ({"单位": "某某交通运输局", "事项": "恢复路面", "期限": "2026年3月20日"},)

SAMPLES: Mapping[PaperKind, Values] = {
    K.ASSIGNMENT_SLIP: {
        **_COMMON,
        "主送": "某某供电公司",
        "交办意见": "请尽快到现场勘察。",
        "派单时间": "2026年3月2日 09:30",
        "办理时限": "2026年3月23日 17:30",
        "承诺时限": "2026年3月23日 17:30",
        "协办": _TASKS,
    },
    K.REMINDER_SLIP: {
        **_COMMON,
        "主送": "某某供电公司",
        "派单时间": "2026年3月2日 09:30",
        "办理时限": "2026年3月23日 17:30",
        "催办缘由": "明天到期",
    },
    K.SUPERVISION_ORDER: {
        **_COMMON,
        "主送": "某某供电公司",
        "级别": "一级",
        "督办缘由": "逾期两个工作日",
        "督办说明": "企业催了两次。",
        "反馈时限": "2026年3月25日 17:30",
        "签发人": "领导小组办公室 某某",
        "签发意见": "请说明原因。",
    },
    K.REMINDER_LETTER: {
        **_COMMON,
        "主送": "某某供电公司",
        "提醒缘由": "逾期两个工作日",
        "提醒说明": "企业催了两次。",
        "反馈时限": "2026年3月25日 17:30",
        "签发人": "装备制造产业链党委 某某",
        "签发意见": "请说明原因。",
    },
    K.EXTENSION_FORM: {
        **_COMMON,
        "申请人": "某某供电公司 某某",
        "申请时间": "2026年3月18日 10:00",
        "申请理由": "变压器厂家排产要到下月。",
        "申请延至": "2026年3月30日",
        "审批结果": "已同意",
        "审批人": "产业发展专班 某某",
        "审批时间": "2026年3月18日 15:00",
        "审批意见": "请每周报进展。",
        "原时限": "2026年3月23日 17:30",
        "延期后时限": "2026年3月30日 17:30",
    },
    K.MINUTES: {
        **_COMMON,
        "会商时间": "2026年3月10日 14:30",
        "会商地点": "专班会议室",
        "召集单位": "装备制造产业链党委",
        "参加单位": "某某供电公司、某某交通运输局",
        "会商事项": "走路面还是走绿化带。",
        "会商内容": "会议认为走绿化带工期短。",
        "议定": _TASKS,
    },
    K.CLOSURE_FORM: {
        **_COMMON,
        "办理结果": "已解决",
        "办理答复": "增容办好了。",
        "办结时间": "2026年3月16日 10:00",
        "审核时间": "2026年3月17日 10:00",
        "企业评价": "联系了，解决了，满意",
        "评价时间": "2026年3月18日 10:00",
        "销号人": "装备制造产业链党委 某某",
        "销号时间": "2026年3月19日 10:00",
        "销号意见": "同意销号。",
    },
    K.CASE_SHEET: {
        **_COMMON,
        "状态": "办理中",
        "办理时限": "2026年3月23日 17:30",
        "承诺时限": "2026年3月23日 17:30",
        "打印时间": "2026年3月10日 10:00",
        "批示": ({"原话": "请尽快办好。", "情况": "某某 3月9日 10:00 批给某某供电公司"},),
        "单位": ({"分工": "主办", "名称": "某某供电公司", "情况": "3月23日 17:30 前办结"},),
        "经过": ({"时间": "3月2日 09:20", "环节": "报送", "经办": "某某", "内容": "……"},),
    },
}
"""What a paper may say, with an example of each: the places of its template. Names are invented."""
