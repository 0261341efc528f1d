"""The words of assignments: why one starts and ends, what is wished and ruled out, where a proposal stands. Pure."""

from chainhub.core.words import Labelled


class StartReason(Labelled):
    """Why somebody began to look after an enterprise."""

    PROPOSAL = "proposal", "按方案选派"
    BY_HAND = "by_hand", "党委指定"
    HANDOVER = "handover", "交接接手"
    RENEWAL = "renewal", "续任"
    IMPORTED = "imported", "名册导入"
    ADOPTED = "adopted", "原已授权"


class EndReason(Labelled):
    """Why somebody no longer does."""

    CHANGED = "changed", "按方案调整"
    EXPIRED = "expired", "任期届满"
    LEFT = "left", "指导员离任"
    CONFLICT = "conflict", "需要回避"
    WISH = "wish", "双方商定"
    FIRM_GONE = "firm_gone", "企业出链"
    RENEWED = "renewed", "续任，另起一期"
    MISTAKE = "mistake", "登记有误"
    WITHDRAWN = "withdrawn", "授权已收回"


BY_HAND = (EndReason.WISH, EndReason.CONFLICT, EndReason.LEFT, EndReason.FIRM_GONE, EndReason.MISTAKE)
"""Reasons that a person gives; the others come of what was done."""


class Side(Labelled):
    """Whose wish it is (双向选择)."""

    FIRM = "firm", "企业"
    GUIDE = "guide", "指导员"


class Tie(Labelled):
    """What is ruled of a pair before a proposal."""

    PIN = "pin", "锁定"
    BAN = "ban", "不配"


class ProposalState(Labelled):
    """Where a proposal stands."""

    OPEN = "open", "待确认"
    CONFIRMED = "confirmed", "已确认"
    DROPPED = "dropped", "已放弃"


class Ratio(Labelled):
    """How many of a kind there may be at one time."""

    ONE_LEAD = "one_lead", "一家一名牵头"
    ONE_TO_ONE = "one_to_one", "一对一"
    ONE_OF_EACH = "one_of_each", "每种各一名"
