"""The words a ticket is described with: kinds, urgencies, channels, reason codes, answers (domain, sections 2 and 4)."""

from chainhub.core.words import Labelled


class Kind(Labelled):
    """What sort of matter it is (性质)."""

    INQUIRY = "inquiry", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    SUGGESTION = "suggestion", "建议"
    PROBLEM = "problem", "难题"


ONE_QUESTION = frozenset({Kind.INQUIRY, Kind.SUGGESTION})
"""Kinds that are only asked whether the answer was clear; they stand outside the rates."""


class Urgency(Labelled):
    """How pressing it is; chooses the column of the limits."""

    NORMAL = "normal", "普通"
    URGENT = "urgent", "紧急"
    COMPLEX = "complex", "疑难"


class Channel(Labelled):
    """By which way it came in."""

    WEB = "web", "网页"
    PHONE = "phone", "电话"
    WECHAT_GROUP = "wechat_group", "微信群"
    VISIT = "visit", "走访"
    SALON = "salon", "红色沙龙"
    SITE_MEETING = "site_meeting", "现场推进会"
    CADRE_MEETING = "cadre_meeting", "碰头会"
    GUIDE_MEETING = "guide_meeting", "指导员交流会"
    SUPERIOR = "superior", "上级转办"
    IMPORT = "import", "导入"
    API = "api", "接口"


class Route(Labelled):
    """Which way a matter goes once it is taken in: the four routes of 涪陵 (domain, section 2)."""

    DAILY = "daily", "日常：指导员答复"
    KEY = "key", "重点：链长过问"
    SPECIAL = "special", "专业：部门办理"
    HARD = "hard", "疑难：联席会议"


class DeclineReason(Labelled):
    """Why a matter is not taken (decision)."""

    NOT_COUNTY = "not_county", "不属本县职权"
    IN_COURT = "in_court", "已进入诉讼、仲裁或复议"
    DUPLICATE = "duplicate", "同一事项正在办理"
    NO_SUBSTANCE = "no_substance", "没有具体事项"
    OTHER = "other", "其他"


class ReturnReason(Labelled):
    """Why a unit returns a ticket (rule, seed 002 practice: 属地、权属、职能)."""

    AREA = "area", "属地"
    AUTHORITY = "authority", "权属"
    FUNCTION = "function", "职能"
    OTHER = "other", "其他"


class CarryOverReason(Labelled):
    """Why a ticket waits in the open (挂账)."""

    POLICY = "policy", "政策"
    SUPERIOR = "superior", "上级"
    PLANNING = "planning", "规划"
    LONG_TERM = "long_term", "长周期"


class DissatisfiedReason(Labelled):
    """Why the enterprise is not satisfied; units see this code, never the remark (decision)."""

    NOT_CONTACTED = "not_contacted", "没人联系我"
    PERFUNCTORY = "perfunctory", "敷衍应付"
    BROKEN_PROMISE = "broken_promise", "答应的没做到"
    NOT_SOLVED = "not_solved", "问题没解决"
    UNCLEAR = "unclear", "答复没说清楚"
    OTHER = "other", "其他"


class Outcome(Labelled):
    """What came of it, as the unit says."""

    SOLVED = "solved", "已解决"
    EXPLAINED = "explained", "已解释"
    PARTLY = "partly", "部分解决"


class Evidence(Labelled):
    """What a resolution must show where its category demands it."""

    NONE = "none", "不要求"
    FILE = "file", "附件"
    PHOTO = "photo", "照片"
    WORD = "word", "企业认可"


class PartState(Labelled):
    """Where a co-unit's part stands; it never moves the ticket."""

    SENT = "sent", "待签收"
    HANDLING = "handling", "办理中"
    DISPUTED = "disputed", "退单待裁定"
    HANDED_IN = "handed_in", "已反馈"
    RELEASED = "released", "已免办"


OPEN_PARTS = frozenset({PartState.SENT, PartState.HANDLING, PartState.DISPUTED})


class RequestKind(Labelled):
    """What one asks and another decides."""

    EXTENSION = "extension", "延期"
    CARRY_OVER = "carry_over", "挂账"
    CONSULTATION = "consultation", "会商"
    EXPEDITE = "expedite", "加急"
    EXCLUSION = "exclusion", "不计入考核"


class RequestState(Labelled):
    """Where a request stands. One that nobody decides in time stays open, and the due date stands."""

    PENDING = "pending", "待批"
    APPROVED = "approved", "已同意"
    REJECTED = "rejected", "不同意"
    VOID = "void", "已作废"


class SupervisionReason(Labelled):
    """Why a 督办 was drafted: by which rule, or by somebody's hand (domain, section 3)."""

    OVERDUE = "overdue", "逾期两个工作日"
    DISSATISFIED = "dissatisfied", "企业反映没联系、敷衍或没兑现"
    DISSATISFIED_TWICE = "dissatisfied_twice", "企业两次不满意"
    RETURNED_TWICE = "returned_twice", "两次派错单位"
    INSTRUCTION_OVERDUE = "instruction_overdue", "批示逾期没有回复"
    BY_HAND = "by_hand", "有人提请"


class SupervisionState(Labelled):
    """Where a 督办 stands. A draft binds nobody until a named person signs it."""

    DRAFT = "draft", "待签发"
    SIGNED = "signed", "待反馈"
    ANSWERED = "answered", "已反馈"
    DROPPED = "dropped", "没有签发"


class WhistleState(Labelled):
    """Where a 吹哨 stands. A firm's counts once the committee confirms it."""

    ASKED = "asked", "待确认"
    BLOWN = "blown", "等报到"
    REFUSED = "refused", "没有吹哨"
    ENDED = "ended", "已解哨"


class Satisfaction(Labelled):
    """What the enterprise says."""

    SATISFIED = "satisfied", "满意"
    MOSTLY = "mostly", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


FROM_SALON = "salon"
"""`origin_kind` of what was raised at a session; `origin_ref` is the session's id, by which it is linked back."""
