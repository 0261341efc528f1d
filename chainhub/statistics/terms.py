"""The words of statistics: what is measured, along what it is cut, in which months of Shanghai it falls."""

from dataclasses import dataclass
from datetime import date, datetime

from chainhub.core.words import Labelled
from chainhub.core.worktime import SHANGHAI


class Measure(Labelled):
    """What one mark says of a ticket. What its value means stands beside it."""

    RAISED = "raised", "提出"  # 1; one that is merged into another is counted with that one
    DISPATCHED = (
        "dispatched",
        "派单",
    )  # a dispatch to a lead unit: 1 where the return of it was upheld (派单更正)
    CLOSED = "closed", "销号"  # 1; by its last closing, as long as it has not come back
    DECLINED = "declined", "不予受理"  # 1, and so are the next three: the end it stands in
    INCOMPLETE = "incomplete", "材料未补齐"
    WITHDRAWN = "withdrawn", "撤回"
    MERGED = "merged", "合并办理"
    ENTERED = "entered", "进入在办"  # 1 each time it becomes open
    LEFT = "left", "办完离开"  # 1 each time it ends
    CARRIED = "carried", "挂账"  # 1 each time it is carried over
    EXCLUDED = "excluded", "不计入考核"  # 1, in the month of the approval
    EXEMPTED = (
        "exempted",
        "单项不计入",
    )  # an appeal that was upheld, in the month of the decision: which measure, by its place in EXEMPTIBLE
    INTAKE = "intake", "接单"  # the five clocks: 2 in time, 1 in time by an extension, 0 late
    DISPATCHING = "dispatching", "派出"
    RECEIPT = "receipt", "签收"
    HANDLING = "handling", "办结"
    PART = "part", "协办"
    DAYS = (
        "days",
        "办理工作日",
    )  # workdays from the unit's own dispatch to 办结, of what was never carried over
    DAYS_CARRIED = "days_carried", "办理工作日（挂过账）"  # the same, of what was
    REVIEW = "review", "审核"  # 1 passed, 0 sent back
    RULING = "ruling", "退单裁定"  # of the lead's return: 1 upheld, 0 rejected
    PART_RULING = "part_ruling", "协办退单裁定"
    CONTACTED = "contacted", "联系了吗"  # first answers: 1 yes, 0 no
    SOLVED = "solved", "解决了吗"
    SATISFIED = "satisfied", "满意吗"  # 2 满意, 1 基本满意, 0 不满意
    CLEAR = "clear", "答复清楚吗"
    LAST_CONTACTED = "last_contacted", "联系了吗（末次）"
    LAST_SOLVED = "last_solved", "解决了吗（末次）"
    LAST_SATISFIED = "last_satisfied", "满意吗（末次）"
    LAST_CLEAR = "last_clear", "答复清楚吗（末次）"
    REOPENED = "reopened", "重办"  # a ticket that was answered: 1 where it was done again for the enterprise
    CAME_BACK = "came_back", "又出现"  # a ticket that was closed: 1 where it came back afterwards


EXEMPTIBLE = (
    Measure.RECEIPT,
    Measure.HANDLING,
    Measure.PART,
    Measure.DAYS,
    Measure.REVIEW,
    Measure.RULING,
    Measure.PART_RULING,
    Measure.CONTACTED,
    Measure.SOLVED,
    Measure.SATISFIED,
    Measure.CLEAR,
    Measure.REOPENED,
    Measure.CAME_BACK,
)
"""What a unit answers for and may appeal against. Places are stored: new ones come at the end."""


class Cut(Labelled):
    """Along what figures are cut. Months, quarters and years are periods, not cuts."""

    ALL = "all", "合计"
    CHAIN = "chain", "产业链"
    UNIT = "unit", "单位"
    CATEGORY = "category", "类别"
    KIND = "kind", "性质"
    ENTERPRISE = "enterprise", "企业"
    CHANNEL = "channel", "渠道"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of Shanghai's calendar."""

    year: int
    month: int

    @property
    def code(self) -> int:
        """As it is stored: 202611."""
        return self.year * 100 + self.month

    @property
    def text(self) -> str:
        """As people read it."""
        return f"{self.year}年{self.month}月"

    @property
    def written(self) -> str:
        """As an address and the API write it: 2026-11."""
        return f"{self.year}-{self.month:02d}"

    def plus(self, months: int) -> "Month":
        """Return the month so many later, or earlier where it is negative."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)


def month_of(at: datetime | date) -> Month:
    """Return the month in which an instant or a day of Shanghai falls."""
    day = at.astimezone(SHANGHAI).date() if isinstance(at, datetime) else at
    return Month(day.year, day.month)


def month_from(code: int) -> Month:
    """Read what `Month.code` wrote."""
    return Month(*divmod(code, 100))


ROLLING = 12  # months, the present one with them


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months, first and last both counted."""

    first: Month
    last: Month

    def holds(self, month: int) -> bool:
        """Say whether a month (202611) lies in it."""
        return self.first.code <= month <= self.last.code

    @property
    def months(self) -> list[Month]:
        """Every month of it, the oldest first."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [self.first.plus(place) for place in range(count)]

    @property
    def is_long(self) -> bool:
        """Whether it is long enough for rates and ranking: a month of a county is small (domain, section 4)."""
        return len(self.months) >= ROLLING


def rolling(month: Month) -> Span:
    """Return the twelve months that end with one."""
    return Span(month.plus(1 - ROLLING), month)
