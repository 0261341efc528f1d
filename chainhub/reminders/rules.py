"""When to speak up about a clock, to whom, and in which words. Pure; the sweep is in jobs.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from chainhub.core.words import Labelled
from chainhub.core.worktime import (
    SHANGHAI,
    Calendar,
    Limit,
    Pause,
    Rung,
    RungAt,
    Workdays,
)

NO_EXTENSION = Workdays(0)


class Ladder(Labelled):
    """Who is reminded of a clock."""

    POSTS = "posts", "按职务逐级"
    REQUESTER = "requester", "只提醒企业"
    NONE = "none", "不提醒"
    PERIODIC = "periodic", "一期提醒经办人一次"
    HOSTING = "hosting", "前 15、7、1 个工作日"
    VISITING = "visiting", "前 5、2 个工作日，过了再报党委"


@dataclass(frozen=True, slots=True)
class Reading:
    """What decides a clock's moments: its start, limit, pauses, extension and floor."""

    started_at: datetime
    limit: Limit
    pauses: tuple[Pause, ...] = ()
    extension: Workdays = NO_EXTENSION
    floor: datetime | None = None


REQUESTER_DAYS = (2, 4)  # workdays after the start on which the enterprise is reminded (domain, ask_info)


def rungs(calendar: Calendar, reading: Reading, ladder: Ladder, due_at: datetime) -> tuple[RungAt, ...]:
    """Return the moments at which something is said, oldest first."""
    if ladder is Ladder.NONE:
        return ()
    if ladder is Ladder.PERIODIC:
        return _periods(calendar, reading, due_at)
    if ladder is Ladder.HOSTING:
        return _before(calendar, reading, due_at, BEFORE)
    if ladder is Ladder.VISITING:
        return (*_before(calendar, reading, due_at, VISITS), _alarm(calendar, due_at))
    if ladder is Ladder.POSTS:
        return calendar.rungs(
            reading.started_at,
            reading.limit,
            reading.pauses,
            extension=reading.extension,
            floor=reading.floor,
        )
    begun = reading.started_at.astimezone(SHANGHAI).date()
    days = [calendar.add_workdays(begun, n) for n in REQUESTER_DAYS]
    named = zip((Rung.HALFWAY, Rung.YELLOW), days, strict=True)
    return tuple(
        RungAt(rung, at)
        for rung, day in named
        if (at := datetime.combine(day, calendar.segments(day)[0].start, SHANGHAI)) < due_at
    )


PERIODS = (Rung.DUE, Rung.NEXT_DAY, Rung.PLUS_1, Rung.PLUS_2, Rung.PLUS_5)
"""What marks the first, second … period of a periodic ladder: it says the same each time, and five times at most."""


def _periods(calendar: Calendar, reading: Reading, due_at: datetime) -> tuple[RungAt, ...]:
    """Return 08:30 of the due day, and of every day a period later."""
    length = reading.limit.count if isinstance(reading.limit, Workdays) else 1
    due_on = due_at.astimezone(SHANGHAI).date()
    days = [
        calendar.add_workdays(due_on, length * place) if place else due_on for place in range(len(PERIODS))
    ]
    return tuple(
        RungAt(rung, at)
        for rung, day in zip(PERIODS, days, strict=True)
        if (at := datetime.combine(day, _opens(calendar, day), SHANGHAI)) > reading.started_at
    )


BEFORE = {Rung.HALFWAY: 15, Rung.THREE_QUARTERS: 7, Rung.YELLOW: 1}
"""How many workdays before a day that was set (a session) its rungs are said (domain, section 5)."""
VISITS = {Rung.HALFWAY: 5, Rung.YELLOW: 2}
"""How many workdays before a month's last workday a guide is reminded of its visit (decision)."""


def _before(
    calendar: Calendar, reading: Reading, due_at: datetime, ahead: Mapping[Rung, int]
) -> tuple[RungAt, ...]:
    """Return 08:30 of the days before a day that was set, those that lie after the start."""
    due_on = due_at.astimezone(SHANGHAI).date()
    days = [(rung, calendar.add_workdays(due_on, -left)) for rung, left in ahead.items()]
    return tuple(
        RungAt(rung, at)
        for rung, day in days
        if (at := datetime.combine(day, _opens(calendar, day), SHANGHAI)) > reading.started_at
    )


def _alarm(calendar: Calendar, due_at: datetime) -> RungAt:
    """Return 08:30 of the first workday after the due day: the month has passed."""
    day = calendar.add_workdays(due_at.astimezone(SHANGHAI).date(), 1)
    return RungAt(Rung.NEXT_DAY, datetime.combine(day, _opens(calendar, day), SHANGHAI))


def _opens(calendar: Calendar, day: date) -> time:
    segments = calendar.segments(day)
    return segments[0].start if segments else time(8, 30)


def yellow_from(calendar: Calendar, reading: Reading, due_at: datetime) -> datetime:
    """Return from when on the light is yellow: the opening of the workday before due, and not before the start.

    So whatever ends today or tomorrow is yellow wherever it is shown, and a limit in hours mostly is from its start
    (domain, section 3: yellow ≤ 1 workday).
    """
    return max(soon_from(calendar, due_at), reading.started_at)


def soon_from(calendar: Calendar, due_at: datetime) -> datetime:
    """Return from when on something that is due is due soon: the opening of the workday before."""
    day = calendar.add_workdays(due_at.astimezone(SHANGHAI).date(), -1)
    return datetime.combine(day, _opens(calendar, day), SHANGHAI)


def to_say(moments: Sequence[RungAt], said: frozenset[str], now: datetime) -> tuple[RungAt, ...]:
    """Return the rungs whose moment has come and which nobody has said yet."""
    return tuple(one for one in moments if one.at <= now and one.rung.value not in said)


def spoken(ladder: Ladder, come: Sequence[RungAt]) -> tuple[RungAt, ...]:
    """Return those of several rungs that come at once which speak: where all say the same to the same, the last one.

    A ladder by posts reaches others with each rung, so there every one of them speaks.
    """
    return tuple(come if ladder is Ladder.POSTS else come[-1:])


def look_again(moments: Sequence[RungAt], now: datetime) -> datetime | None:
    """Return when somebody must next look at a clock, or None if nothing more will be said."""
    return next((one.at for one in moments if one.at > now), None)


def words(rung: Rung, kind_label: str, about: str, due_at: datetime, ladder: Ladder) -> str:
    """Return what a rung says."""
    when = _when(due_at)
    if ladder is Ladder.PERIODIC:
        late = "到期了还没报进展" if rung is not Rung.DUE else "该报进展了"
        return f"{about}：{late}，{when}前要报一条，企业等着消息。"
    if ladder is Ladder.HOSTING:
        return f"{about}还有 {BEFORE[rung]} 个工作日，请看看还差什么没备好。"
    if ladder is Ladder.VISITING:
        if rung in VISITS:
            return f"{about}还没有记，还有 {VISITS[rung]} 个工作日，{when}前去一次；企业说本月不用也行。"
        return f"{about}过了月底还没有记。请指导员联系企业，去过的补记；党委看看难在哪里。"
    if ladder is Ladder.REQUESTER:
        return f"{about}还在等您答复，请在{when}前答一下。"
    said = {
        Rung.HALFWAY: f"{about}：{_plain(kind_label)}时间过半，{when}到期。",
        Rung.YELLOW: f"{about}：{kind_label}快到期了，{when}到期。",
        Rung.THREE_QUARTERS: f"{about}：{kind_label}只剩四分之一时间，{when}到期。",
        Rung.DUE: f"{about}：{kind_label}{when}到期。",
        Rung.NEXT_DAY: f"{about}：{kind_label}已逾期，原定{when}。",
        Rung.PLUS_1: f"{about}：{kind_label}逾期 1 个工作日，原定{when}。",
        Rung.PLUS_2: f"{about}：{kind_label}逾期 2 个工作日，原定{when}，应予督办。",
        Rung.PLUS_5: f"{about}：{kind_label}逾期 5 个工作日，原定{when}。",
    }
    return said[rung]


def moved_words(kind_label: str, about: str, before: datetime, after: datetime) -> str:
    """Return how a moved deadline announces itself: once, with before and after."""
    return f"{about}：{_plain(kind_label)}时限有变，原{_when(before)}，现{_when(after)}。"


def _plain(kind_label: str) -> str:
    return kind_label.removesuffix("时限")  # 本单位时限 → 本单位, where the sentence says 时限 itself


def _when(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日（周{'一二三四五六日'[local.weekday()]}）{local:%H:%M}"


def key_start(clock_id: int, due_at: datetime) -> str:
    """Return how the keys of all notices begin that say a rung of a clock for one due date."""
    return f"clock:{clock_id}:{due_at.astimezone(UTC):%Y%m%dT%H%M}:"


OVERDUE_RUNGS = frozenset({Rung.NEXT_DAY, Rung.PLUS_1, Rung.PLUS_2, Rung.PLUS_5})
