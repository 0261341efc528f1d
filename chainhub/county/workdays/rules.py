"""A State Council notice as a value: read from JSON or from a table, and checked. Pure.

A notice says of single days that they are off or worked (调休). It may speak of days of the neighbouring
years: the New Year holiday often begins in December.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chainhub.core.almanac import Almanac
from chainhub.core.words import Labelled

FIRST_YEAR = 2019  # older tickets do not exist
AHEAD_MOST = 2  # years: a notice comes out some weeks before its year
DAYS_MOST = 200
NAME_MOST = 40
ERRORS_MOST = 10  # said at once; who has more has the wrong file
DATE, NAME, IS_OFF = "日期", "名称", "是否放假"

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0?0:00(?::00)?)?")
_YES = frozenset({"是", "放假", "休", "true", "1", "1.0", "y", "yes"})
_NO = frozenset({"否", "补班", "上班", "班", "false", "0", "0.0", "n", "no"})


class Source(Labelled):
    """Where the days of a year come from."""

    NOTICE = "notice", "通知"
    LIBRARY = "library", "程序库"
    GUESS = "guess", "暂定"


class BadNotice(ValueError):
    """A file that is no notice, with Chinese sentences that say where and why."""

    def __init__(self, said: Sequence[str]) -> None:
        super().__init__("；".join(said))
        self.said = list(said[:ERRORS_MOST])
        if len(said) > ERRORS_MOST:
            self.said.append(f"还有 {len(said) - ERRORS_MOST} 处，请先改好上面这些。")


@dataclass(frozen=True, slots=True, order=True)
class NoticeDay:
    """One day of a notice."""

    on: date
    name: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A year and its days, in their order."""

    year: int
    days: tuple[NoticeDay, ...]

    @property
    def canonical(self) -> str:
        """The notice as JSON, the same however it was written in the file."""
        days = [{"date": day.on.isoformat(), "isOffDay": day.is_off, "name": day.name} for day in self.days]
        return json.dumps({"days": days, "year": self.year}, ensure_ascii=False, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """By which the same notice is known again."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day that a notice makes different from the calendar in force."""

    on: date
    name: str
    before: str
    after: str


def parse_json(text: str, this_year: int) -> Notice:
    """Read `{"year": …, "days": [{"name", "date", "isOffDay"}]}`. Raises BadNotice."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadNotice(["这不是完整的 JSON 文件，请重新下载。"]) from error
    days = data.get("days") if isinstance(data, dict) else None
    year = data.get("year") if isinstance(data, dict) else None
    if not isinstance(days, list) or not isinstance(year, int) or isinstance(year, bool):
        raise BadNotice(["JSON 里要有 year（年份）和 days（日期清单）。"])
    rows = [_json_row(day) for day in days]
    return _notice(rows, [f"第 {place} 天" for place in range(1, len(rows) + 1)], year, this_year)


def parse_table(rows: Sequence[Sequence[object]], this_year: int) -> Notice:
    """Read a table with the columns 日期, 名称, 是否放假; the year is that of most days. Raises BadNotice."""
    lines = [(place, [_text(cell) for cell in row]) for place, row in enumerate(rows, start=1)]
    lines = [(place, cells) for place, cells in lines if any(cells)]
    if not lines:
        raise BadNotice(["文件是空的。"])
    columns = _columns(lines[0][1])
    found = [tuple(cells[at] if at < len(cells) else "" for at in columns) for _place, cells in lines[1:]]
    return _notice(found, [f"第 {place} 行" for place, _cells in lines[1:]], None, this_year)


def changes(notice: Notice, calendar: Almanac) -> Sequence[DayChange]:
    """Return the days that would be worked and are not in force, or the other way round."""
    return [
        DayChange(day.on, day.name, _word(calendar, day.on), _noticed(day))
        for day in notice.days
        if calendar.is_workday(day.on) is day.is_off
    ]


def missing_year(calendar: Almanac, today: date) -> int | None:
    """Return the year whose notice somebody must import now: this one, or from 1 November the next."""
    years = [today.year, today.year + 1] if today.month >= 11 else [today.year]
    return next((year for year in years if not calendar.is_known(date(year, 1, 1))), None)


def spans(days: Sequence[date]) -> str:
    """Say days as stretches: 1月1日至3日、2月15日至23日."""
    stretches: list[list[date]] = []
    for day in days:
        if stretches and (day - stretches[-1][-1]).days == 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return "、".join(_span(stretch[0], stretch[-1]) for stretch in stretches)


def _span(first: date, last: date) -> str:
    begins = f"{first.month}月{first.day}日"
    if first == last:
        return begins
    return f"{begins}至{last.day}日" if first.month == last.month else f"{begins}至{last.month}月{last.day}日"


def _json_row(day: object) -> tuple[str, str, str]:
    if not isinstance(day, Mapping):
        return ("", "", "")
    return (_text(day.get("date")), _text(day.get("name")), _text(day.get("isOffDay")))


def _columns(header: Sequence[str]) -> tuple[int, int, int]:
    missing = [name for name in (DATE, NAME, IS_OFF) if name not in header]
    if missing:
        wanted = "、".join(missing)
        raise BadNotice([f"第一行要有“{DATE}”“{NAME}”“{IS_OFF}”三列，现在缺：{wanted}。"])
    return header.index(DATE), header.index(NAME), header.index(IS_OFF)


def _notice(rows: Sequence[Sequence[str]], places: Sequence[str], year: int | None, this_year: int) -> Notice:
    if not rows:
        raise BadNotice(["文件里没有一天。"])
    if len(rows) > DAYS_MOST:
        raise BadNotice([f"文件里有 {len(rows)} 行，一份通知不会超过 {DAYS_MOST} 天，请核对是不是这个文件。"])
    said: list[str] = []
    days: dict[str, NoticeDay] = {}
    for place, row in zip(places, rows, strict=True):
        read = _day(row)
        if isinstance(read, NoticeDay):
            days[place] = read
        else:
            said.append(f"{place}：{read}")
    said.extend(_twice(days))
    if said:
        raise BadNotice(said)
    main = year if year is not None else Counter(day.on.year for day in days.values()).most_common(1)[0][0]
    said = _misplaced(days, main, this_year)
    if said:
        raise BadNotice(said)
    return Notice(main, tuple(sorted(days.values())))


def _day(row: Sequence[str]) -> NoticeDay | str:
    """Return the day that a row speaks of, or what is wrong with the row."""
    written, name, is_off = row
    on = _date(written)
    if on is None:
        return f"日期“{written}”看不懂，请写成 2026-01-01。" if written else "没有写日期。"
    if not name:
        return "没有写名称，如“春节”。"
    if len(name) > NAME_MOST:
        return f"名称超过 {NAME_MOST} 个字。"
    if is_off.lower() not in _YES | _NO:
        return f"“{IS_OFF}”要写“是”或“否”，现在是“{is_off}”。" if is_off else f"没有写“{IS_OFF}”。"
    return NoticeDay(on, name, is_off.lower() in _YES)


def _date(written: str) -> date | None:
    found = _DATE.fullmatch(written)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:  # 31 February
        return None


def _twice(days: Mapping[str, NoticeDay]) -> list[str]:
    first: dict[date, str] = {}
    said = []
    for place, day in days.items():
        if day.on in first:
            said.append(f"{place}：{day.on} 在{first[day.on]}已经写过，一天只能有一行。")
        else:
            first[day.on] = place
    return said


def _misplaced(days: Mapping[str, NoticeDay], year: int, this_year: int) -> list[str]:
    if not FIRST_YEAR <= year <= this_year + AHEAD_MOST:
        return [f"年份 {year} 不对：能导入 {FIRST_YEAR} 年到 {this_year + AHEAD_MOST} 年的通知。"]
    first, last = date(year - 1, 12, 1), date(year + 1, 1, 31)
    return [
        f"{place}：{day.on} 离 {year} 年太远，一份通知最多提到前后各一个月。"
        for place, day in days.items()
        if not first <= day.on <= last
    ]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell).strip()


def _noticed(day: NoticeDay) -> str:
    if day.is_off:
        return "放假"
    return "补班" if day.on.weekday() >= 5 else "上班"


def _word(calendar: Almanac, day: date) -> str:
    if calendar.is_workday(day):
        return "补班" if calendar.is_makeup(day) else "工作日"
    return "放假" if calendar.is_holiday(day) else "周末"
