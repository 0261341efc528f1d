"""The papers of recurring work, and how each looks unless an administrator put another template in its place. Pure."""

from collections.abc import Mapping
from functools import lru_cache

from chainhub.core.words import Labelled
from chainhub.documents.papers import making
from chainhub.documents.papers.making import ADDRESSEE, HEAD, NUMBER, SEAL, SIGNATURE, TITLE, Layout, Para
from chainhub.documents.papers.rules import Values


class RoutinePaper(Labelled):
    """A sort of paper of one occasion. Both are numbered, each by itself, anew every year."""

    NOTICE = "routine_notice", "例行工作通知"
    MINUTES = "routine_minutes", "例行工作纪要"


K = RoutinePaper
SHORT = {K.NOTICE: "通知", K.MINUTES: "纪要"}
"""What each is called behind the name of the work: 联席会议通知."""

_COMMON: Mapping[str, str] = {
    "编号": "2026-0001",
    "签发单位": "县委社会工作部",
    "签发日期": "2026年4月3日",
    "名称": "两新工委联席会议",
    "期次": "2026年4月",
    "时间": "2026年4月10日（周五） 09:00",
    "地点": "三楼会议室",
    "负责单位": "县委社会工作部",
}
SAMPLES: Mapping[RoutinePaper, Values] = {
    K.NOTICE: {
        **_COMMON,
        "主送": "各成员单位",
        "事项": ({"内容": "通报上月议定事项办理情况"}, {"内容": "研究下一步安排"}),
    },
    K.MINUTES: {
        **_COMMON,
        "参加单位": "各成员单位",
        "内容": ({"段落": "各成员单位通报了进展。"}, {"段落": "议定：县某某局4月30日前报送清单。"}),
    },
}
"""What a paper may say, with an example of each. Names are invented."""

_SIGNED = (Para("（盖章处）", SEAL), Para("{{签发单位}}", SIGNATURE), Para("{{签发日期}}", SIGNATURE))
_LAYOUTS: Mapping[RoutinePaper, Layout] = {
    K.NOTICE: (
        Para("编号：{{编号}}", NUMBER),
        Para("关于{{期次}}{{名称}}的通知", TITLE),
        Para("{{主送}}：", ADDRESSEE),
        Para("{{期次}}{{名称}}定于近期进行，现将有关事项通知如下，请做好准备。"),
        Para("时间：{{时间}}"),
        Para("地点：{{地点}}"),
        Para("负责：{{负责单位}}"),
        Para("事项", HEAD),
        Para("{{事项.内容}}"),
        *_SIGNED,
    ),
    K.MINUTES: (
        Para("编号：{{编号}}", NUMBER),
        Para("{{期次}}{{名称}}纪要", TITLE),
        Para("时间：{{时间}}"),
        Para("地点：{{地点}}"),
        Para("参加：{{参加单位}}"),
        Para("情况和议定事项", HEAD),
        Para("{{内容.段落}}"),
        *_SIGNED,
    ),
}


@lru_cache
def default(kind: RoutinePaper) -> bytes:
    """Return the default template of a paper, built by code."""
    return making.make(_LAYOUTS[kind])
