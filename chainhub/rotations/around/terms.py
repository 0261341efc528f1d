"""The words with fixed values around a session. Pure."""

from chainhub.core.words import Labelled


class Party(Labelled):
    """What sort of body or person is invited."""

    ENTERPRISE = "enterprise", "企业"
    UNIT = "unit", "单位"
    LEADER = "leader", "领导"
    GUEST = "guest", "来宾"


class Answer(Labelled):
    """What an invitation is answered with."""

    COMING = "coming", "参加"
    SENDING = "sending", "派人参加"
    ABSENT = "absent", "不参加"


class Via(Labelled):
    """How somebody signed in at a session."""

    CODE = "code", "扫码"
    PAPER = "paper", "纸质签到"


class Review(Labelled):
    """Where something stands that is shown to others after a review."""

    DRAFT = "draft", "草稿"
    WAITING = "waiting", "待审核"
    RELEASED = "released", "已发布"
    RETURNED = "returned", "退回"


class Ready(Labelled):
    """What a host sees to before the day."""

    THEME = "theme", "主题和议程同产业链党委商定"
    VENUE = "venue", "场地、座位和投影看过"
    ROUTE = "route", "观摩路线和安全员定好"
    SPEAKERS = "speakers", "主讲人和发言企业请好"
    POLICIES = "policies", "要讲的政策原文备好"
    SIGN_IN = "sign_in", "签到码和签到表印好"
    RECORD = "record", "拍照和记纪要的人定好"
    PLAIN = "plain", "不宴请、不送礼、不摊派，只备饮用水"


class Grade(Labelled):
    """What somebody who was there thinks of one side of a session."""

    GOOD = "good", "好"
    FAIR = "fair", "一般"
    POOR = "poor", "不好"


class Side(Labelled):
    """What is asked of a session afterwards."""

    THEME = "theme", "主题对企业有用吗"
    TALK = "talk", "政策讲清楚了吗"
    PROBLEMS = "problems", "提的问题有人接吗"
