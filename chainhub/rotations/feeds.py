"""Sessions and recurring work as an iCalendar feed (RFC 5545): stable UIDs, SEQUENCE raised on change, alarms, Shanghai's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vText

from chainhub.core.worktime import SHANGHAI
from chainhub.rotations.workflow import State

LENGTH = timedelta(hours=3)
ALARMS = (timedelta(days=-7), timedelta(days=-1))
_ZONE = "Asia/Shanghai"
_STATUS = {State.CANCELLED: "CANCELLED", State.PLANNED: "TENTATIVE", State.POSTPONED: "TENTATIVE"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One session, or one occasion of recurring work, as a calendar shows it."""

    uid: str
    sequence: int  # of RFC 5545
    changed_at: datetime
    on: date
    starts: str  # Shanghai's clock: 14:00
    summary: str
    state: State
    lines: tuple[str, ...]  # of the description; empty ones are left out
    link: str
    venue: str = ""
    chain: str = ""  # the code of whose it is; none is the county's
    rotation: int = 0  # of a session


def written(name: str, entries: Sequence[Entry], origin: str) -> bytes:
    """Return a calendar. `origin` is the address that links begin with."""
    calendar = Calendar()
    calendar.add("prodid", "-//ChainHub//红色沙龙//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", _ZONE)
    calendar.add("refresh-interval", timedelta(hours=12), {"VALUE": "DURATION"})
    calendar.add_component(_zone())
    for entry in entries:
        calendar.add_component(_event(entry, origin))
    text: bytes = calendar.to_ical()
    return text


def _zone() -> Timezone:
    """Return Shanghai's zone: eight hours before Greenwich, without summer time since 1992."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", _ZONE)
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  a local time by its nature
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(entry: Entry, origin: str) -> Event:
    event = Event()
    begins = datetime.combine(entry.on, time.fromisoformat(entry.starts), SHANGHAI)
    cancelled = entry.state is State.CANCELLED
    event.add("uid", f"{entry.uid}@chainhub")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", begins)
    event.add("dtend", begins + LENGTH)
    event.add("summary", f"{'（已取消）' if cancelled else ''}{entry.summary}")
    event.add("status", _STATUS.get(entry.state, "CONFIRMED"))
    event.add("description", "\n".join(line for line in entry.lines if line))
    if entry.venue:
        event.add("location", vText(entry.venue))
    event.add("url", f"{origin}{entry.link}")
    if not cancelled:
        for before in ALARMS:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", entry.summary)
            alarm.add("trigger", before)
            event.add_component(alarm)
    return event
