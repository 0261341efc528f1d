"""What each field of a move may hold: one row a field, from which the HTML form, the JSON schema and the
command all derive. A limit stands here and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from chainhub.core.words import Labelled
from chainhub.tickets import terms
from chainhub.tickets.workflow import Action


class Shape(StrEnum):
    """How a field is written, on paper or in JSON."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"
    MOMENT = "moment"  # RFC 3339 with offset; on a page, local time of the county
    DAY = "day"
    UNIT = "unit"  # the code of a unit that handles tickets
    CATEGORY = "category"  # the code of a category of the county
    ENTERPRISE = "enterprise"  # the code of an enterprise that the actor may file for
    PERSON = "person"  # the account name of somebody of the unit that leads
    NUMBER = "number"  # the number of another ticket
    CODES = "codes"  # a list of unit codes
    ITEMS = "items"  # a list of objects


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in code and JSON, its label on the page, its shape and bounds."""

    name: str
    label: str
    shape: Shape
    most: int = 0  # characters
    least: int = 1  # characters, after trimming
    choices: type[Labelled] | None = None
    hint: str = ""


CONTENT_MOST = 20_000  # characters; the longest of 7,316 real messages has 12,220
NOTE_MOST = 2000
TITLE_MOST = 60
LINE_MOST = 60

_COMMON: tuple[Field, ...] = (
    Field("title", "标题", Shape.LINE, TITLE_MOST),
    Field("content", "什么事？", Shape.TEXT, CONTENT_MOST, 2, hint="像平时说话一样写就行"),
    Field("category", "类别", Shape.CATEGORY, hint="拿不准就不选，由工作人员选"),
    Field("kind", "性质", Shape.CHOICE, choices=terms.Kind),
    Field("complained_unit", "投诉哪个单位", Shape.UNIT, hint="投诉才选；不会交给它办，它的人也看不到"),
    Field("urgency", "紧急程度", Shape.CHOICE, choices=terms.Urgency),
    Field("channel", "渠道", Shape.CHOICE, choices=terms.Channel),
    Field("enterprise", "哪家企业？", Shape.ENTERPRISE),
    Field("confidential", "保密（只有经办的人看得到）", Shape.YES_NO),
    Field("contact_person", "找谁", Shape.LINE, 20),
    Field("contact_phone", "打哪个电话找您？", Shape.LINE, 20),
    Field("superior_source", "哪里转来的", Shape.LINE, LINE_MOST, hint="上级转办才填，如 12345、96178"),
    Field("superior_number", "上级的编号", Shape.LINE, LINE_MOST),
    Field("superior_due_on", "上级要求哪一天以前回复", Shape.DAY),
    Field("contacted_person", "通话对象", Shape.LINE, 20, hint="已经打过电话就填，接单即联系"),
    Field("route", "走哪条路", Shape.CHOICE, choices=terms.Route, hint="不选就是由专班派给部门"),
    Field("person", "联系到的人", Shape.LINE, 20),
    Field("at", "联系时间", Shape.MOMENT, hint="不填就是现在"),
    Field("note", "说明", Shape.TEXT, NOTE_MOST, 2),
    Field("reply", "给企业的答复", Shape.TEXT, NOTE_MOST, 2, hint="企业看得到，写清办成了什么、还要等什么"),
    Field("reason_code", "原因", Shape.CHOICE, choices=terms.DeclineReason),
    Field("lead_unit", "主办单位", Shape.UNIT),
    Field("co_units", "协办单位", Shape.ITEMS, hint="每个单位有自己的期限；不写日期就按规定算"),
    Field("unit", "单位", Shape.UNIT),
    Field("outcome", "结果", Shape.CHOICE, choices=terms.Outcome),
    Field("override_reason", "协办未交、清单没做完仍办结的原因", Shape.TEXT, NOTE_MOST, 2),
    Field("word_by", "企业哪位认可的", Shape.LINE, 20),
    Field("word_at", "什么时候认可的", Shape.MOMENT, hint="不填就是现在"),
    Field("contacted", "联系您了吗？", Shape.YES_NO),
    Field("solved", "问题解决了吗？", Shape.YES_NO),
    Field("satisfaction", "满意吗？", Shape.CHOICE, choices=terms.Satisfaction),
    Field("clear", "答复清楚吗？", Shape.YES_NO),
    Field("into", "合并到哪件", Shape.NUMBER, 20),
    Field("office", "承办科室", Shape.LINE, LINE_MOST),
    Field("question", "会商什么", Shape.TEXT, NOTE_MOST, 2),
    Field("units", "参加单位", Shape.CODES),
    Field("place", "地点", Shape.LINE, LINE_MOST),
    Field("minutes", "会商纪要", Shape.TEXT, CONTENT_MOST, 2),
    Field("decisions", "议定事项", Shape.ITEMS),
    Field("reasons", "认定理由", Shape.TEXT, NOTE_MOST, 2),
    Field("review_on", "复查日期", Shape.DAY),
    Field("raised_on", "提出日期", Shape.DAY),
    Field("solved_on", "解决日期", Shape.DAY),
)
_BY_NAME: Mapping[str, Field] = {field.name: field for field in _COMMON}


def _like(name: str, label: str, hint: str = "", choices: type[Labelled] | None = None) -> Field:
    base = _BY_NAME[name]
    return replace(base, label=label, hint=hint, choices=choices or base.choices)


A = Action
_FOR_ACTION: Mapping[tuple[Action, str], Field] = {
    (A.DECLINE, "note"): _like("note", "依据，该找谁", "企业看得到；写明依据和该去哪里办"),
    (A.REQUEST_INFO, "note"): _like("note", "缺什么", "企业看得到；一次说全"),
    (A.ASK_INFO, "note"): _like("note", "请企业补充什么", "企业看得到；一次说全，最多请两次"),
    (A.SUPPLY_INFO, "note"): _like("note", "补充的内容"),
    (A.RECLASSIFY, "note"): _like("note", "为什么改"),
    (A.DISPATCH, "note"): _like("note", "交办意见", "单位看得到"),
    (A.RETURN, "note"): _like("note", "退单理由", "写明该由谁办；退单只有一次"),
    (A.RETURN, "reason_code"): _like("reason_code", "退单原因", choices=terms.ReturnReason),
    (A.UPHOLD_RETURN, "note"): _like("note", "裁定理由"),
    (A.REJECT_RETURN, "note"): _like("note", "裁定理由"),
    (A.PROGRESS, "note"): _like("note", "进展", "企业看得到；写做了什么、下一步是什么"),
    (A.SEND_BACK, "note"): _like("note", "退回原因", "单位看得到；写明还差什么"),
    (A.CALL_FAILED, "note"): _like("note", "拨打情况", "几点打的、怎么没打通"),
    (A.CLOSE, "note"): _like("note", "销号意见"),
    (A.CONFIRM, "note"): _like("note", "想说的话"),
    (A.REOPEN, "note"): _like("note", "还差什么", "原话只给产业链党委看，单位只看到原因"),
    (A.REOPEN, "reason_code"): _like("reason_code", "哪里不满意", choices=terms.DissatisfiedReason),
    (A.ESCALATE, "note"): _like("note", "还差什么", "原话只给产业链党委看，单位只看到原因"),
    (A.ESCALATE, "reason_code"): _like("reason_code", "哪里不满意", choices=terms.DissatisfiedReason),
    (A.CARRY_OVER, "reason_code"): _like("reason_code", "挂账原因", choices=terms.CarryOverReason),
    (A.WITHDRAW, "note"): _like("note", "为什么撤回"),
    (A.CONVENE, "at"): _like("at", "会商时间", "不填就另行通知"),
    (A.ASSIGN, "person"): replace(_like("person", "交给谁"), shape=Shape.PERSON, most=0),
    (A.ASSIGN, "note"): _like("note", "分办意见", "本单位看得到"),
    (A.HAND_IN, "note"): _like("note", "协办结果", "主办单位看得到；写清办成了什么"),
    (A.CLOSE_INCOMPLETE, "note"): _like("note", "缺什么材料", "企业看得到；6 个月内补齐可以接着办"),
    (A.APPEAL, "note"): _like("note", "为什么应当受理", "由另一位同志来看；复核只有一次"),
    (A.RESTART, "note"): _like("note", "补了什么材料"),
    (A.MERGE, "into"): _like("into", "合并到哪件", "写那一件的编号；两家企业都会知道结果"),
    (A.RECHECK, "note"): _like("note", "又出现了什么"),
    (A.RESUME, "note"): _like("note", "为什么可以接着办"),
    (A.REFUSE_ENDORSE, "note"): _like("note", "还要改什么"),
    (A.CARRY_OVER, "note"): _like("note", "为什么要等", "企业看得到；写明等什么"),
}


def field(action: Action, name: str) -> Field:
    """Return what `name` may hold in `action`; the action's own wording wins over the common one."""
    return _FOR_ACTION.get((action, name)) or _BY_NAME[name]
