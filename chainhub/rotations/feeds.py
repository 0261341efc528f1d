"""Sessions as an iCalendar feed (RFC 5545): stable UIDs, SEQUENCE raised on change, alarms, Shanghai's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vText

from chainhub.core.worktime import SHANGHAI
from chainhub.rotations.models import Salon
from chainhub.rotations.workflow import State

LENGTH = timedelta(hours=3)
ALARMS = (timedelta(days=-7), timedelta(days=-1))
_ZONE = "Asia/Shanghai"
_STATUS = {State.CANCELLED: "CANCELLED", State.PLANNED: "TENTATIVE", State.POSTPONED: "TENTATIVE"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One session as a calendar shows it."""

    salon: Salon
    chain: str
    hosts: str
    starts: str  # Shanghai's clock: 14:00


def written(name: str, entries: Sequence[Entry], origin: str) -> bytes:
    """Return a calendar of sessions. `origin` is the address that links begin with.

    One without a day (改期待定) has no place in a calendar until it has one.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//ChainHub//红色沙龙//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", _ZONE)
    calendar.add("refresh-interval", timedelta(hours=12), {"VALUE": "DURATION"})
    calendar.add_component(_zone())
    for entry in entries:
        if entry.salon.on is not None:
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
    salon, event = entry.salon, Event()
    begins = datetime.combine(salon.on, time.fromisoformat(entry.starts), SHANGHAI)  # type: ignore[arg-type]  # asked before
    cancelled = salon.stage is State.CANCELLED
    event.add("uid", f"salon-{salon.id}@chainhub")
    event.add("sequence", salon.sequence)
    event.add("dtstamp", salon.changed_at)
    event.add("last-modified", salon.changed_at)
    event.add("dtstart", begins)
    event.add("dtend", begins + LENGTH)
    event.add("summary", f"{'（已取消）' if cancelled else ''}{entry.chain}红色沙龙：{entry.hosts}")
    event.add("status", _STATUS.get(salon.stage, "CONFIRMED"))
    lines = [salon.theme, "暂定，待放假通知核定" if salon.provisional else "", "不宴请，不送礼，不摊派。"]
    event.add("description", "\n".join(line for line in lines if line))
    if salon.venue:
        event.add("location", vText(salon.venue))
    event.add("url", f"{origin}{salon.link}")
    if not cancelled:
        for before in ALARMS:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", f"{entry.chain}红色沙龙")
            alarm.add("trigger", before)
            event.add_component(alarm)
    return event
