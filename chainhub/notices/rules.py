"""What sorts of things are said to people. Pure."""

from chainhub.core.words import Labelled


class NoticeKind(Labelled):
    """Why somebody is told."""

    TASK = "task", "该您办"
    REMINDER = "reminder", "催办"
    OVERDUE = "overdue", "逾期"
    MOVED = "moved", "时限变了"
    NEWS = "news", "进展"
    ADMIN = "admin", "管理"
