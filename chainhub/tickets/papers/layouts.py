"""How each paper looks unless an administrator has put another template in its place."""

from collections.abc import Mapping
from functools import lru_cache

from chainhub.documents.papers import making
from chainhub.documents.papers.making import (
    ADDRESSEE,
    NUMBER,
    SEAL,
    SIGNATURE,
    SMALL,
    TITLE,
    Grid,
    Layout,
    Para,
    Row,
)
from chainhub.tickets.papers.kinds import PaperKind

K = PaperKind
_FOUR = (17, 30, 17, 30)  # label, value, label, value
_WIDE = (1, 3)


def _head(title: str) -> tuple[Para, ...]:
    return (Para("编号：{{编号}}", NUMBER), Para(title, TITLE))


_SIGNED = (Para("（盖章处）", SEAL), Para("{{签发单位}}", SIGNATURE), Para("{{签发日期}}", SIGNATURE))
_ABOUT = (
    Row(("诉求编号", "{{诉求编号}}", "产业链", "{{产业链}}")),
    Row(("企业", "{{企业}}", "联系人", "{{联系人}}")),
    Row(("类别", "{{类别}}", "性质、缓急", "{{性质}} {{紧急程度}}")),
    Row(("事项", "{{诉求标题}}"), _WIDE),
)
_CONTENT = Row(("诉求内容", "{{诉求内容}}"), _WIDE, tall=True)


def _form(*rows: Row) -> Grid:
    return Grid(_FOUR, (*_ABOUT, *rows))


def _letter(title: str, *paragraphs: str) -> Layout:
    return (
        *_head(title),
        Para("{{主送}}：", ADDRESSEE),
        *(Para(one) for one in paragraphs),
        *_SIGNED,
    )


_LAYOUTS: Mapping[PaperKind, Layout] = {
    K.ASSIGNMENT_SLIP: (
        *_head("企业诉求交办单"),
        _form(
            Row(("主办单位", "{{主送}}", "派单时间", "{{派单时间}}")),
            Row(("办理时限", "{{办理时限}}", "承诺时限", "{{承诺时限}}")),
            _CONTENT,
            Row(("交办意见", "{{交办意见}}"), _WIDE),
            Row(("协办", "{{协办.单位}}\n{{协办.事项}}\n{{协办.期限}}"), _WIDE),
        ),
        Para(
            "请在办理时限内办结，并在平台上答复企业。不属本单位职责的，请在一个工作日内退单并说明理由。",
            SMALL,
        ),
        *_SIGNED,
    ),
    K.REMINDER_SLIP: _letter(
        "企业诉求催办单",
        "{{企业}}反映的“{{诉求标题}}”（{{诉求编号}}），{{派单时间}} 派你单位主办，办理时限为 {{办理时限}}。",
        "现{{催办缘由}}。请抓紧办理；确需延期的，请按规定申请。办理进展请及时在平台上报送，并告知企业。",
        "诉求内容：{{诉求内容}}",
    ),
    K.SUPERVISION_ORDER: _letter(
        "企业诉求督办单",
        "{{企业}}反映的“{{诉求标题}}”（{{诉求编号}}），因{{督办缘由}}，现予{{级别}}督办。",
        "督办说明：{{督办说明}}",
        "签发意见：{{签发意见}}",
        "请于 {{反馈时限}} 前，在平台上反馈办理情况、未按要求办理的原因和下一步措施。",
        "诉求内容：{{诉求内容}}",
        "签发人：{{签发人}}",
    ),
    K.REMINDER_LETTER: _letter(
        "企业诉求提醒函",
        "{{企业}}反映的“{{诉求标题}}”（{{诉求编号}}），{{提醒缘由}}。现函请你单位关注。",
        "有关情况：{{提醒说明}}",
        "签发意见：{{签发意见}}",
        "请于 {{反馈时限}} 前，在平台上反馈办理情况和下一步打算。",
        "诉求内容：{{诉求内容}}",
        "签发人：{{签发人}}",
    ),
    K.EXTENSION_FORM: (
        *_head("企业诉求延期审批单"),
        _form(
            Row(("主办单位", "{{主办单位}}", "原时限", "{{原时限}}")),
            Row(("申请人", "{{申请人}}", "申请时间", "{{申请时间}}")),
            Row(("申请延至", "{{申请延至}}"), _WIDE),
            Row(("申请理由", "{{申请理由}}"), _WIDE, tall=True),
            Row(("审批结果", "{{审批结果}}", "审批时间", "{{审批时间}}")),
            Row(("审批人", "{{审批人}}", "延期后时限", "{{延期后时限}}")),
            Row(("审批意见", "{{审批意见}}"), _WIDE, tall=True),
        ),
        *_SIGNED,
    ),
    K.MINUTES: (
        *_head("企业诉求会商纪要"),
        Para("时间：{{会商时间}}"),
        Para("地点：{{会商地点}}"),
        Para("召集：{{召集单位}}"),
        Para("参加：{{参加单位}}"),
        Para("一、会商事项", making.HEAD),
        Para("{{企业}}反映的“{{诉求标题}}”（{{诉求编号}}）：{{会商事项}}"),
        Para("二、会商内容", making.HEAD),
        Para("{{会商内容}}"),
        Para("三、议定事项", making.HEAD),
        Para("{{议定.单位}}：{{议定.事项}}（{{议定.期限}}）"),
        *_SIGNED,
    ),
    K.CLOSURE_FORM: (
        *_head("企业诉求销号单"),
        _form(
            Row(("提出时间", "{{提出时间}}", "主办单位", "{{主办单位}}")),
            _CONTENT,
            Row(("办理结果", "{{办理结果}}", "办结时间", "{{办结时间}}")),
            Row(("办理答复", "{{办理答复}}"), _WIDE, tall=True),
            Row(("企业评价", "{{企业评价}}", "评价时间", "{{评价时间}}")),
            Row(("销号人", "{{销号人}}", "销号时间", "{{销号时间}}")),
            Row(("销号意见", "{{销号意见}}"), _WIDE),
        ),
        *_SIGNED,
    ),
    K.CASE_SHEET: (
        *_head("企业诉求办理单"),
        _form(
            Row(("提出时间", "{{提出时间}}", "渠道", "{{渠道}}")),
            Row(("现在状态", "{{状态}}", "办理时限", "{{办理时限}}")),
            Row(("主办单位", "{{主办单位}}", "承诺时限", "{{承诺时限}}")),
            _CONTENT,
            Row(("批示", "{{批示.原话}}\n{{批示.情况}}"), _WIDE),
            Row(("{{单位.分工}}", "{{单位.名称}}\n{{单位.情况}}"), _WIDE),
        ),
        Para("办理经过", making.HEAD),
        Grid(
            (16, 14, 24, 46),
            (
                Row(("时间", "环节", "经办", "内容"), head=True),
                Row(("{{经过.时间}}", "{{经过.环节}}", "{{经过.经办}}", "{{经过.内容}}"), labels=False),
            ),
        ),
        Para("打印时间：{{打印时间}}", SMALL),
    ),
}


@lru_cache
def default(kind: PaperKind) -> bytes:
    """Return the default template of a paper, built by code."""
    return making.make(_LAYOUTS[kind])
