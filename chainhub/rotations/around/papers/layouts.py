"""How each paper of a session looks unless an administrator has put another template in its place."""

from collections.abc import Mapping
from functools import lru_cache

from chainhub.documents.papers import making
from chainhub.documents.papers.making import (
    ADDRESSEE,
    HEAD,
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
from chainhub.rotations.around.papers.kinds import SalonPaper

K = SalonPaper
_SIGNED = (Para("（盖章处）", SEAL), Para("{{签发单位}}", SIGNATURE), Para("{{签发日期}}", SIGNATURE))
_WHERE = (
    Para("时间：{{时间}}"),
    Para("地点：{{地点}}"),
    Para("主题：{{主题}}"),
    Para("承办：{{承办企业}}"),
)
_BEFORE = (
    Para("{{上期问题}}"),
    Para("{{上期议定.单位}}：{{上期议定.事项}}（{{上期议定.期限}}，{{上期议定.情况}}）"),
)
_LAYOUTS: Mapping[SalonPaper, Layout] = {
    K.INVITATION: (
        Para("编号：{{编号}}", NUMBER),
        Para("{{活动}}邀请函", TITLE),
        Para("{{主送}}：", ADDRESSEE),
        Para("{{产业链}}{{活动}}定于近期举办，现将有关事项函告如下，请安排人员参加。"),
        *_WHERE,
        Para("一、上期问题办理情况", HEAD),
        *_BEFORE,
        Para("二、议程", HEAD),
        Grid(
            (13, 17, 45, 25),
            (
                Row(("时间", "环节", "内容", "主讲"), head=True),
                Row(("{{议程.时间}}", "{{议程.环节}}", "{{议程.内容}}", "{{议程.主讲}}"), labels=False),
            ),
        ),
        Para("三、宣讲的政策", HEAD),
        Para("{{政策.名称}} {{政策.文号}}"),
        Para(
            "活动不宴请、不送礼、不摊派，不收任何费用。请在平台上答复是否参加、几人参加；到场请扫码或者在签到表上签到。"
        ),
        *_SIGNED,
    ),
    K.SHEET: (
        Para("{{活动}}签到表", TITLE),
        Para("{{产业链}}　{{时间}}　{{地点}}", SMALL),
        Grid(
            (10, 24, 40, 26),
            (
                Row(("序号", "姓名", "单位", "签名"), head=True),
                Row(("{{名单.序号}}", "{{名单.姓名}}", "{{名单.单位}}", "{{名单.签名}}"), labels=False),
            ),
        ),
    ),
    K.MINUTES: (
        Para("编号：{{编号}}", NUMBER),
        Para("{{活动}}会议纪要", TITLE),
        *_WHERE,
        Para("参加：{{参加单位}}，共 {{参加人数}} 人"),
        Para("一、上期问题办理情况", HEAD),
        *_BEFORE,
        Para("二、会议情况", HEAD),
        Para("{{内容}}"),
        Para("{{提出问题}}"),
        Para("三、议定事项", HEAD),
        Para("{{议定.单位}}：{{议定.事项}}（{{议定.期限}}）"),
        *_SIGNED,
    ),
}


@lru_cache
def default(kind: SalonPaper) -> bytes:
    """Return the default template of a paper, built by code."""
    return making.make(_LAYOUTS[kind])
