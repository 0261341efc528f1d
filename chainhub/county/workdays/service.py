"""Importing a notice, and telling beforehand what it would change. A job recomputes running clocks."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import state
from chainhub.county.workdays import reading, rules
from chainhub.county.workdays.models import WorkdayException, WorkdayNotice
from chainhub.county.workdays.rules import BadNotice, DayChange, Notice


@dataclass(frozen=True, slots=True)
class Preview:
    """What a notice says, and on which days it differs from the calendar in force."""

    title: str
    notice: Notice
    changes: Sequence[DayChange]
    known_since: str  # the day on which this very notice was imported; empty if it was not

    @property
    def text(self) -> str:
        """The preview in one sentence."""
        return f"{_count(self.notice)}；{_differs(self.changes)}" + (
            f" 这份通知 {self.known_since} 已经导入过。" if self.known_since else ""
        )


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did; `skipped` if this very notice is known already."""

    notice: Notice
    changes: Sequence[DayChange]
    skipped: bool

    @property
    def text(self) -> str:
        """The result in one sentence."""
        if self.skipped:
            return f"{self.notice.year} 年的这份通知已经导入过，没有改动。"
        return f"已导入 {_count(self.notice)}；{_differs(self.changes)}"


def preview(work: Work, file_name: str, content: bytes) -> Preview:
    """Say what importing a file would change; nothing is written. Raises Invalid."""
    notice = _read(work, content)
    before = _imported(work, notice)
    since = f"{local(before.imported_at):%Y-%m-%d}" if before else ""
    return Preview(_title(notice, file_name), notice, rules.changes(notice, work.calendar), since)


def import_notice(work: Work, file_name: str, content: bytes) -> ImportResult:
    """Import a notice; where an earlier one speaks of the same day, this one wins. Raises Invalid."""
    _demand_sysadmin(work)
    notice = _read(work, content)
    if _imported(work, notice) is not None:
        return ImportResult(notice, (), skipped=True)

    changes = rules.changes(notice, work.calendar)
    row = WorkdayNotice(
        year=notice.year,
        title=_title(notice, file_name),
        digest=notice.digest,
        imported_at=work.now,
        imported_by=work.actor.username,
    )
    work.session.add(row)
    work.session.flush()
    work.session.execute(
        insert(WorkdayException),
        [{"notice_id": row.id, "on": day.on, "is_off": day.is_off, "name": day.name} for day in notice.days],
    )
    data = {"days": len(notice.days), "changed": len(changes), "digest": notice.digest}
    audit.record(work, "import_workdays", row.title, data)
    state.touch(work.session, calendar=True)
    return ImportResult(notice, changes, skipped=False)


def reminder_due(work: Work) -> int | None:
    """Return the year whose notice is missing and must be imported now, if there is one."""
    return rules.missing_year(work.calendar, local(work.now).date())


def _demand_sysadmin(work: Work) -> None:
    # Without an account acts the operator at the server's console.
    if work.actor.id is not None and Role.SYSADMIN not in work.actor.roles:
        raise NotAllowed("放假通知由系统管理员导入。")


def _read(work: Work, content: bytes) -> Notice:
    try:
        return reading.read(content, local(work.now).year)
    except BadNotice as error:
        raise Invalid("这份通知导不进来。", {"file": error.said}) from error


def _imported(work: Work, notice: Notice) -> WorkdayNotice | None:
    return work.session.scalar(select(WorkdayNotice).where(WorkdayNotice.digest == notice.digest))


def _title(notice: Notice, file_name: str) -> str:
    return f"{notice.year} 年放假通知（{file_name[-120:]}）"


def _count(notice: Notice) -> str:
    off = sum(day.is_off for day in notice.days)
    return f"{notice.year} 年放假通知，放假 {off} 天，补班 {len(notice.days) - off} 天"


def _differs(changes: Sequence[DayChange]) -> str:
    return f"与现在的日历有 {len(changes)} 天不同。" if changes else "与现在的日历没有不同。"
