"""What the JSON door of monthly reports takes and answers; bounds are those of `terms.py`."""

from marshmallow import fields as mm

from chainhub.statistics.reports.reading import PAGE
from chainhub.statistics.reports.terms import SECTIONS, TEXT_MOST, WHY_LEAST, WHY_MOST, MonthlyStage
from chainhub.web.shapes import (
    CODE_MOST,
    Command,
    Line,
    Query,
    Shape,
    Text,
    Whole,
    YesNo,
    cursor,
    next_cursor,
    page_limit,
)

_MONTH, _WEEK = 7, 8  # characters: 2026-10, 2026-W47
_VERSION_MOST = 2**31 - 1
_SAID = "、".join(f"{one.name} {one.label}" for one in SECTIONS)


class MonthlyReportsQuery(Query):
    """Which reports."""

    chain = Line(CODE_MOST, about="只看这条产业链")
    cursor = cursor()
    limit = page_limit(PAGE, 200)


class MonthlyBody(Command):
    """Which month, of what; and why, where one was published before."""

    month = Line(_MONTH, _MONTH, required=True, about="哪个月，如 2026-10；要过完了的")
    chain = Line(CODE_MOST, about="哪条产业链；不写是全县")
    why = Line(WHY_MOST, WHY_LEAST, about="这个月发布过的，为什么出新的一版")


class MonthWordsBody(Command):
    """The words of a draft; what is left out stays."""

    version = Whole(1, _VERSION_MOST, required=True)
    overall = Text(TEXT_MOST, about=_SAID)
    kinds = Text(TEXT_MOST)
    units = Text(TEXT_MOST)
    callbacks = Text(TEXT_MOST)
    hot = Text(TEXT_MOST)
    carried = Text(TEXT_MOST)
    cases = Text(TEXT_MOST)
    next = Text(TEXT_MOST)


class MonthSeenBody(Command):
    """The version that the caller has seen."""

    version = Whole(1, _VERSION_MOST, required=True)


class MonthReportShape(Shape):
    """One edition of a month's report."""

    id = mm.Integer(required=True)
    title = mm.String(required=True)
    month = mm.String(required=True)
    chain = mm.String(required=True, allow_none=True)
    edition = mm.Integer(required=True)
    replaces = mm.Integer(required=True, allow_none=True, metadata={"description": "更正的是哪一份"})
    why = mm.String(required=True)
    stage = mm.Enum(MonthlyStage, by_value=mm.String, required=True)
    hash = mm.String(required=True, metadata={"description": "内容的 SHA-256；草稿是空的"})
    number = mm.String(required=True, metadata={"description": "通报的编号，签发以后才有"})
    published_by = mm.String(required=True)
    published_at = mm.AwareDateTime(required=True, allow_none=True)
    signed_by = mm.String(required=True)
    signed_at = mm.AwareDateTime(required=True, allow_none=True)
    version = mm.Integer(required=True)


class MonthReportPage(Shape):
    """Some reports, the newest first."""

    items = mm.List(mm.Nested(MonthReportShape), required=True)
    next_cursor = next_cursor()


class WholeMonthShape(Shape):
    """A report with what it says."""

    report = mm.Nested(MonthReportShape, required=True)
    canonical = mm.String(
        required=True,
        allow_none=True,
        metadata={"description": "定住的内容，一字不差：它的 SHA-256 就是 hash；草稿是 null"},
    )
    content = mm.Dict(
        required=True,
        metadata={"description": "定住的内容；草稿是此刻算出来的。数到的诉求只有 id"},
    )


class ProofShape(Shape):
    """What came of computing it anew from the history."""

    equal = mm.Boolean(required=True)
    faults = mm.List(mm.String(), required=True, metadata={"description": "被改过的"})
    differences = mm.List(mm.String(), required=True, metadata={"description": "重算不一样的，最多二十处"})
    calendar_changed = mm.Boolean(required=True, metadata={"description": "发布以后导入过放假通知"})


class MonthAdjustedShape(Shape):
    """A figure that comes out otherwise now."""

    code = mm.String(required=True)
    label = mm.String(required=True)
    frozen = mm.String(required=True)
    now = mm.String(required=True)
    tickets = mm.List(mm.Integer(), required=True, metadata={"description": "涉及的诉求的 id"})


class MonthSinceShape(Shape):
    """A ticket behind an adjustment, and what happened to it since."""

    ticket = mm.Integer(required=True)
    number = mm.String(required=True, allow_none=True, metadata={"description": "看不到的是 null"})
    deeds = mm.String(required=True)


class MonthAdjustmentsShape(Shape):
    """What came out otherwise since a report was published."""

    figures = mm.List(mm.Nested(MonthAdjustedShape), required=True)
    tickets = mm.List(mm.Nested(MonthSinceShape), required=True, metadata={"description": "最多五十件"})
    more = mm.Integer(required=True, metadata={"description": "还有几件没有列出"})


_MONTHLY = "月报：每月头几天起草上个月的，签发了告诉看得到的人"
_WEEKLY = "周报：每周一告诉看得到的人"


class ScheduleBody(Command):
    """What is made and told by itself."""

    monthly = YesNo(about=_MONTHLY)
    weekly = YesNo(about=_WEEKLY)


class ScheduleShape(Shape):
    """What is made and told by itself, from now on."""

    monthly = mm.Boolean(required=True, metadata={"description": _MONTHLY})
    weekly = mm.Boolean(required=True, metadata={"description": _WEEKLY})


class WeeklyQuery(Query):
    """Which week, of what."""

    week = Line(_WEEK, about="哪一周，如 2026-W47；不写是上周")
    chain = Line(CODE_MOST, about="只看这条产业链")


class WeeklyRowShape(Shape):
    """One chain's week; the last row is all of them where there are several."""

    label = mm.String(required=True)
    counts = mm.Dict(keys=mm.String(), values=mm.Integer(), required=True)


class WeeklyBriefShape(Shape):
    """The brief of a week; how it stands only for the newest two weeks."""

    week = mm.String(required=True)
    text = mm.String(required=True)
    scope = mm.String(required=True)
    rows = mm.List(mm.Nested(WeeklyRowShape), required=True)
    standing = mm.String(required=True)
    late = mm.Dict(
        keys=mm.String(), values=mm.Integer(), required=True, metadata={"description": "各单位逾期几件"}
    )
