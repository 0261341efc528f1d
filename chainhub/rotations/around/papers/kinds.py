"""Which papers a session has, and a sample of what each says: the places of its template. Pure; names are invented."""

from collections.abc import Mapping

from chainhub.core.words import Labelled
from chainhub.documents.papers.rules import Values


class SalonPaper(Labelled):
    """A sort of paper. Invitation and minutes are numbered, each by itself, anew every year; a sheet is blank."""

    INVITATION = "salon_invitation", "沙龙邀请函"
    SHEET = "salon_sheet", "沙龙签到表"
    MINUTES = "salon_minutes", "沙龙会议纪要"


def called(kind: SalonPaper, name: str) -> str:
    """Return what a paper of a rotation is called: 主题党日邀请函."""
    return f"{name}{kind.label.removeprefix('沙龙')}"


K = SalonPaper
NUMBERED = (K.INVITATION, K.MINUTES)

_COMMON: Mapping[str, str] = {
    "编号": "2026-0001",
    "签发单位": "装备制造产业链党委",
    "签发日期": "2026年4月3日",
    "产业链": "装备制造产业链",
    "活动": "红色沙龙",
    "时间": "2026年4月17日（周五） 14:00",
    "地点": "某某齿轮有限公司二车间",
    "主题": "看新线，讲用电",
    "承办企业": "某某齿轮",
}
_BEFORE: Values = {
    "上期日期": "2026年2月13日（周五）",
    "上期问题": "上期提了 3 件：办完 2 件，正在办 1 件。",
    "上期议定": (
        {"单位": "县供电公司", "事项": "排出增容的日子", "期限": "2026年3月20日（周五）", "情况": "办了"},
    ),
}
SAMPLES: Mapping[SalonPaper, Values] = {
    K.INVITATION: {
        **_COMMON,
        **_BEFORE,
        "主送": "各成员企业、有关单位",
        "议程": (
            {"时间": "14:00", "环节": "现场观摩", "内容": "新线和质检室", "主讲": "某某"},
            {"时间": "14:40", "环节": "政策宣传", "内容": "用电政策", "主讲": "县供电公司 某某"},
        ),
        "政策": ({"名称": "关于支持制造业用电的若干措施", "文号": "某政发〔2026〕3号"},),
    },
    K.SHEET: {
        **_COMMON,
        "名单": ({"序号": "1", "姓名": "", "单位": "某某齿轮", "签名": ""},),
    },
    K.MINUTES: {
        **_COMMON,
        **_BEFORE,
        "参加人数": "18",
        "参加单位": "某某齿轮、某某轴承、县供电公司",
        "内容": "到场的企业都发了言，政策由主管单位当场解答。",
        "议定": ({"单位": "县供电公司", "事项": "排出增容的日子", "期限": "2026年4月30日（周四）"},),
        "提出问题": "现场提的问题 2 件，都已报成诉求，办理情况下一期开场通报。",
    },
}
"""What a paper may say, with an example of each."""
