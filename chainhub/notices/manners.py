"""The manners of what goes out: when, how often, together with what, and what happens when it fails. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chainhub.core.media import ROBOTS, Medium
from chainhub.core.words import Labelled
from chainhub.core.worktime import Calendar
from chainhub.notices.rules import NoticeKind

WINDOW = timedelta(seconds=90)  # what is said to one person within it goes in one message
LEASE = timedelta(minutes=5)  # after which a claim has died; far longer than any sender may take
LINES_MOST = 20  # lines of one message; the rest is counted and read in the inbox
TRIES_MOST = 10  # over about a day and a half
HOUR = timedelta(hours=1)
CAPS: Mapping[Medium, int] = {Medium.SMS: 4, Medium.WECHAT: 6}
CAP = 8  # messages to one person by one medium within an hour, where CAPS says nothing
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=6)
_CIRCUIT_FIRST, _CIRCUIT_LONGEST = timedelta(seconds=30), timedelta(minutes=10)
_TEXT_MOST = 70  # characters of a text message before its link


class Purpose(Labelled):
    """What goes out."""

    NOTICE = "notice", "消息"
    RECEIPT = "receipt", "回执"
    DIGEST = "digest", "汇总"
    CODE = "code", "验证码"


class Fate(Labelled):
    """What became of it."""

    WAITING = "waiting", "等着发"
    SENDING = "sending", "正在发"
    SENT = "sent", "发出了"
    DEAD = "dead", "没发成"
    CANCELLED = "cancelled", "不用发了"


ALONE = frozenset({Purpose.CODE})
"""What is never put together with anything, waits for no window and counts to no cap: it has limits of its own."""
ANY_HOUR = frozenset({Purpose.CODE, Purpose.RECEIPT})


def at_once(purpose: Purpose, *, urgent: bool) -> bool:
    """Say whether something goes out at any hour: codes, receipts, and what is urgent. All else waits for working time."""
    return urgent or purpose in ANY_HOUR


def first_look(calendar: Calendar, purpose: Purpose, now: datetime, *, urgent: bool) -> datetime:
    """Return when something written now may go out: at once, or when its window is over in working time."""
    if at_once(purpose, urgent=urgent):
        return now
    return calendar.next_working_moment(now + WINDOW)


def may_go(calendar: Calendar, now: datetime, *, any_hour: bool) -> bool:
    """Say whether this is an hour for it. Asked again when it goes: the calendar may have changed meanwhile."""
    return any_hour or calendar.is_working_moment(now)


# When it fails


def chance(row: int, tries: int) -> float:
    """Return a number from 0 to 1 that differs from row to row and from try to try, and is the same each time asked."""
    drawn = hashlib.sha256(f"{row}:{tries}".encode()).digest()
    return int.from_bytes(drawn[:6]) / 2**48


def pause(tries: int, drawn: float) -> timedelta:
    """Return how long to wait after so many tries: four times as long each, 6 hours at most, a quarter more or less.

    `drawn` lies from 0 to 1; it spreads what failed together.
    """
    plain = min(_FIRST * int(4 ** min(tries - 1, 8)), _LONGEST)
    return plain * (0.75 + drawn / 2)


def circuit_pause(failures: int) -> timedelta:
    """Return how long a medium rests whose server did not answer so many times in a row: doubling to 10 minutes."""
    return min(_CIRCUIT_FIRST * int(2 ** min(max(failures, 1) - 1, 8)), _CIRCUIT_LONGEST)


# Putting together


@dataclass(frozen=True, slots=True)
class Item:
    """One row that was claimed, as far as putting it into a message goes."""

    id: int
    user_id: int
    medium: Medium
    purpose: Purpose
    kind: NoticeKind
    at_once: bool
    parcel: int | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message: the rows that it is made of, in their order. Its id is the first row's and never changes."""

    id: int
    items: tuple[Item, ...]

    @property
    def medium(self) -> Medium:
        return self.items[0].medium

    @property
    def user_id(self) -> int:
        return self.items[0].user_id


def bundled(items: Iterable[Item]) -> list[Parcel]:
    """Put together what belongs together, the oldest first.

    What stood in a message before stays in it, so that a receiver knows a repetition by its id. What is new goes into
    one message per person and medium, what goes at any hour apart: tried again at night, a message must go whole, or
    what is left of it would come in the morning under an id that the receiver has had. A code goes alone.
    """
    groups: dict[tuple[object, ...], list[Item]] = {}
    for one in sorted(items, key=lambda item: item.id):
        if one.parcel is not None:
            place: tuple[object, ...] = ("again", one.parcel)
        elif one.purpose in ALONE:
            place = ("alone", one.id)
        else:
            place = ("together", one.user_id, one.medium, one.at_once)
        groups.setdefault(place, []).append(one)
    return [Parcel(rows[0].parcel or rows[0].id, tuple(rows)) for rows in groups.values()]


@dataclass(frozen=True, slots=True)
class Sent:
    """What one person got by one medium within the last hour: how many messages, and when the first of them went."""

    count: int
    first_at: datetime


def cap_of(medium: Medium) -> int:
    """Return how many messages a person gets by a medium within an hour."""
    return CAPS.get(medium, CAP)


def held_until(parcel: Parcel, sent: Sent | None) -> datetime | None:
    """Return until when a message is held since the person has had enough for this hour, or None where it may go.

    Nothing is dropped: what is held goes out together when the hour is over, and says so. Codes and what was tried
    before are not held; for what is urgent the cap is twice as high.
    """
    if sent is None or parcel.items[0].purpose in ALONE or parcel.items[0].parcel is not None:
        return None
    most = cap_of(parcel.medium) * (2 if any(one.at_once for one in parcel.items) else 1)
    return sent.first_at + HOUR if sent.count >= most else None


# Words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message: what is said, and the whole address where it leads, if there is one."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a sender takes it. `id` is the same each time it is tried; `notices` are the ids in the inbox."""

    id: str
    medium: Medium
    address: str
    person: str
    username: str
    kinds: tuple[NoticeKind, ...]
    lines: tuple[Line, ...]
    home: str  # the address of the platform; empty where nobody has set it
    at: datetime
    notices: tuple[int, ...] = ()
    held: bool = False
    repeated: bool = False
    code: str = ""


HELD = "一小时里的消息多，没发的合成这一条。"
NO_ANSWER = "这是系统自动发的，请不要回复。"


def subject(message: Message) -> str:
    """Return what a message is about in one line."""
    if message.code:
        return f"验证码 {message.code}"
    if len(message.lines) == 1:
        return _short(message.lines[0].text, 60)
    return f"{len(message.lines)} 条消息：{counted(message.kinds)}"


def counted(kinds: Sequence[NoticeKind]) -> str:
    """Return how many of which sort: 催办 3 条、该您办 2 条, the most urgent sort first."""
    order = (NoticeKind.OVERDUE, NoticeKind.REMINDER, NoticeKind.TASK, NoticeKind.MOVED)
    found = Counter(kinds)
    listed = [*order, *(one for one in NoticeKind if one not in order)]
    return "、".join(f"{one.label} {found[one]} 条" for one in listed if found[one])


def letter(message: Message) -> str:
    """Return the whole text of a message, for a medium that has room: who, line by line, where to read on."""
    said = [f"{message.person}：", ""]
    if message.held:
        said += [HELD, ""]
    for line in message.lines[:LINES_MOST]:
        said.append(f"· {line.text}")
        if line.url:
            said.append(f"  {line.url}")
    if len(message.lines) > LINES_MOST:
        said.append(f"还有 {len(message.lines) - LINES_MOST} 条，请到“消息”里看。")
    said += ["", NO_ANSWER + ("不想这样收，请到“提醒方式”里关掉。" if not message.code else "")]
    if message.home:
        said.append(message.home)
    return "\n".join(said)


def brief(message: Message) -> str:
    """Return a message in the length of a text message."""
    if message.code or len(message.lines) == 1:
        line = message.lines[0]
        return f"{line.text if message.code else _short(line.text, _TEXT_MOST)} {line.url}".rstrip()
    held = HELD if message.held else ""
    return f"您有 {subject(message)}。{held}请登录看“消息”。{message.home}"


def nudge(message: Message) -> str:
    """Return what a robot says in a group: whom it is for and how many, never what it is about."""
    return f"{message.person}：{counted(message.kinds)}，请登录看“消息”。{message.home}"


def discreet(number: str) -> str:
    """Return what goes out of the house instead of the words about a confidential matter."""
    return f"{number} 有新消息（保密），请登录看。"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_nudge(medium: Medium) -> bool:
    """Say whether a medium speaks where others listen."""
    return medium in ROBOTS
