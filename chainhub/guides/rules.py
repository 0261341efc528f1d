"""What a visit may say, what a month's duty comes to, which figures are shown. Pure; source: domain, section 6."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from chainhub.core.almanac import Almanac
from chainhub.core.words import Labelled

MET_MOST = 100  # characters, as all bounds of texts here
DONE_LEAST, DONE_MOST = 2, 2000
NOTE_MOST = 1000
PROBLEM_LEAST, PROBLEM_MOST = 2, 4000
POLICY_MOST, SOURCE_MOST = 120, 60
POLICIES_MOST = 10  # of one visit
WHY_MOST = 200
KEY_MOST = 64
REPORT_LEAST, REPORT_MOST = 10, 8000
LATE_DAYS = 3
"""Workdays of a month in which a visit of the month before may still be logged (decision): a phone may be offline."""
NEW_DAYS = 5
"""Workdays that must be left for the very first round of a chain to ask for visits in the same month (decision)."""


class VisitKind(Labelled):
    """What a visit was for."""

    TALK = "talk", "座谈了解"
    POLICY = "policy", "送政策"
    PARTY = "party", "党建指导"
    HELP = "help", "帮办事情"
    OTHER = "other", "其他"


class Standing(Labelled):
    """Where the duty of one firm and month stands. Kept and waived count alike; nothing is ranked by it."""

    DUE = "due", "还没走访"
    KEPT = "kept", "已走访"
    WAIVED = "waived", "本月无需走访"
    MISSED = "missed", "没走访"
    GAP = "gap", "没有指导员"


DONE = frozenset({Standing.KEPT, Standing.WAIVED})
"""What counts as kept (domain, section 6)."""


class Watched(Labelled):
    """What is watched of a duty."""

    MONTHLY_VISIT = "monthly_visit", "本月走访"


class Grade(Labelled):
    """The yearly grade of a guide, by the head of the sending unit."""

    EXCELLENT = "excellent", "优秀"
    COMPETENT = "competent", "称职"
    BASIC = "basic", "基本称职"
    INCOMPETENT = "incompetent", "不称职"


class ReportStage(Labelled):
    """Where a half-year report stands."""

    DRAFT = "draft", "在写"
    HANDED_IN = "handed_in", "已交"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that was delivered: its title and source number (文号), as the guide read them."""

    title: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A visit as it was told: whom, when, what. A `problem` becomes a ticket; `note` stays with the staff."""

    enterprise: str
    on: date | None
    kind: VisitKind | None
    met: str
    done: str
    policies: tuple[Policy, ...] = ()
    note: str = ""
    problem: str = ""
    key: str = ""


def month_of(day: date) -> date:
    """Return the first day of a day's month, which is how a month is named everywhere here."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def last_workday(calendar: Almanac, month: date) -> date:
    """Return a month's last workday: by then its visit is due."""
    return calendar.add_workdays(next_month(month), -1)


def half_of(day: date) -> date:
    """Return the first day of a day's half year."""
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def half_end(half: date) -> date:
    """Return the first day after a half year."""
    return date(half.year, 7, 1) if half.month == 1 else date(half.year + 1, 1, 1)


def month_text(month: date) -> str:
    """Return a month as people read it: 2026年3月."""
    return f"{month.year}年{month.month}月"


def half_text(half: date) -> str:
    """Return a half year as people read it: 2026年上半年."""
    return f"{half.year}年{'上' if half.month == 1 else '下'}半年"


def earliest(calendar: Almanac, today: date) -> date:
    """Return the first day of which a visit may be logged today: this month, in its first workdays the one before too."""
    month = month_of(today)
    begun = calendar.workdays_between(month - timedelta(days=1), today)
    return month_before(month) if begun <= LATE_DAYS else month


def may_correct(made_on: date, today: date) -> bool:
    """Say whether a visit that was logged on a day may be corrected: within the same calendar month."""
    return month_of(made_on) == month_of(today)


def standing_on(stored: Standing, month: date, today: date, *, guided: bool) -> Standing:
    """Return how a duty stands on a day, also where nobody has settled it yet."""
    if stored is not Standing.DUE:
        return stored
    if not guided:
        return Standing.GAP
    return Standing.MISSED if month < month_of(today) else Standing.DUE


def errors_of(draft: Draft, first: date, today: date) -> dict[str, list[str]]:
    """Say, by field, what is wrong with a visit; `first` is the first day of which one may be logged."""
    found: dict[str, list[str]] = {}
    if draft.on is None:
        found["on"] = ["请写走访日期，如 2026-10-27。"]
    elif draft.on > today:
        found["on"] = ["这一天还没到，走访完了再记。"]
    elif draft.on < first:
        found["on"] = [f"只能记 {first.month}月{first.day}日以后的走访，更早的请和党委说明。"]
    if draft.kind is None:
        found["kind"] = ["请选一项。"]
    _bound(found, "met", draft.met, 1, MET_MOST, "请写见了谁，如“陶厂长”。")
    _bound(found, "done", draft.done, DONE_LEAST, DONE_MOST, "请写一两句做了什么。")
    _bound(found, "note", draft.note, 0, NOTE_MOST)
    if draft.problem:
        _bound(found, "problem", draft.problem, PROBLEM_LEAST, PROBLEM_MOST)
    if len(draft.policies) > POLICIES_MOST:
        found["policies"] = [f"一次最多记 {POLICIES_MOST} 份政策，多的请再记一次。"]
    for one in draft.policies:
        if not one.title:
            found["policies"] = ["有文号没有标题，请把政策的标题补上。"]
        elif len(one.title) > POLICY_MOST or len(one.source) > SOURCE_MOST:
            found["policies"] = [f"政策标题最多 {POLICY_MOST} 字，文号最多 {SOURCE_MOST} 字，请删短。"]
    return found


def _bound(found: dict[str, list[str]], name: str, text: str, least: int, most: int, empty: str = "") -> None:
    if not text and least:
        found[name] = [empty or "这一项要填。"]
    elif len(text) < least:
        found[name] = [f"太短了，请写到 {least} 个字以上。"]
    elif len(text) > most:
        found[name] = [f"最多 {most} 字，现在 {len(text)} 字，请删掉 {len(text) - most} 字。"]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many firms had a duty, and what became of it. Counts, no scores: nobody is ranked by visits."""

    kept: int = 0
    waived: int = 0
    missed: int = 0
    due: int = 0
    gap: int = 0

    @property
    def n(self) -> int:
        """All duties."""
        return self.kept + self.waived + self.missed + self.due + self.gap

    @property
    def done(self) -> int:
        """Kept or waived."""
        return self.kept + self.waived

    @property
    def guided(self) -> int:
        """Firms that have a guide."""
        return self.n - self.gap

    @property
    def words(self) -> str:
        """The figure at a glance: 25/26, or — where there was no duty."""
        return f"{self.done}/{self.n}" if self.n else "—"

    @property
    def guided_words(self) -> str:
        """Firms with a guide of all: 77/77, or — where there are none."""
        return f"{self.guided}/{self.n}" if self.n else "—"


def figures(counted: Iterable[tuple[Standing, int]]) -> Figures:
    """Add up how many duties stand where."""
    found = dict.fromkeys(Standing, 0)
    for standing, count in counted:
        found[standing] += count
    return Figures(
        found[Standing.KEPT],
        found[Standing.WAIVED],
        found[Standing.MISSED],
        found[Standing.DUE],
        found[Standing.GAP],
    )
