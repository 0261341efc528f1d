"""Proving what was published: its hash, the history that it rests on, its figures computed anew; and 调整 since then."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from chainhub.audit.models import AuditEntry
from chainhub.audit.rules import GENESIS, link
from chainhub.core.errors import Conflict
from chainhub.core.work import Work
from chainhub.reminders.models import Clock
from chainhub.statistics import stories
from chainhub.statistics.figures import FIGURES, Result, compute
from chainhub.statistics.reports import basis, content, facts, rules
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.rules import Moved
from chainhub.statistics.reports.terms import MonthlyStage
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.service import history
from chainhub.tickets.workflow import Action


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a published report found; nothing wrong means that anybody gets the same figures."""

    faults: tuple[str, ...]  # altered: content, history, log
    differences: tuple[str, ...]  # figures that the history no longer gives
    calendar: bool = False  # a notice was imported since, so that workdays may be counted otherwise

    @property
    def equal(self) -> bool:
        """Whether everything is as it was published."""
        return not self.faults and not self.differences


def check(work: Work, report: StatReport) -> Verdict:
    """Compute a published report anew from the history up to its line, and compare. Raises Conflict for a draft."""
    if report.stage is MonthlyStage.DRAFT:
        raise Conflict("这份还是草稿，没有可以核对的。", code="wrong_state")
    faults = list(altered(work, report))
    if faults:  # of a content that is not what was signed nothing can be said
        return Verdict(tuple(faults), ())
    said = json.loads(report.content)
    as_of = said["as_of"]
    ids = content.tickets_of(said)
    faults.extend(_broken_lines(work, ids, as_of["line"]))
    if as_of["line_hash"] != content.line_hash(work, as_of["line"]):
        faults.append(f"第 {as_of['line']} 条历史不是发布时的那一条。")
    if as_of["history"] != content.history_hash(work, ids, as_of["line"]):
        faults.append("数到的诉求，历史和发布时不一样。")
    faults.extend(_strange_limits(work, said["limits"]))
    at = datetime.fromisoformat(as_of["at"])
    found = basis.then(work, report.period, as_of["line"], at, said["limits"])
    differ = rules.differences(said, facts.compute(report.period, found))
    return Verdict(tuple(faults), tuple(differ), work.calendar.version != as_of["calendar"])


def altered(work: Work, report: StatReport) -> Iterator[str]:
    """Yield what shows that a report is not as it was published: content against hash, hash against the log of deeds.

    The log is a chain of its own, so whoever changes content and hash together must forge that too.
    """
    if not rules.is_whole(report.content, report.hash):
        yield "内容和摘要对不上：发布以后被改过。"
        return
    said = json.loads(report.content)
    if (said["month"], said["chain"], said["edition"]) != (
        report.period.month.written,
        report.chain,
        report.edition,
    ):
        yield "月份、范围或者版次和内容对不上。"
    deeds = ["publish_report", *(["sign_report"] if report.stage is MonthlyStage.SIGNED else [])]
    noted = {
        (entry.action, entry.data.get("hash"))
        for entry in work.session.scalars(
            select(AuditEntry).where(AuditEntry.action.in_(deeds)).order_by(AuditEntry.id)
        )
        if entry.data.get("report") == report.id
    }
    for action in deeds:
        if (action, report.hash) not in noted:
            yield f"审计日志里没有这份的{'发布' if action == 'publish_report' else '签发'}记录。"


def sound(work: Work, most: int) -> tuple[int, list[str]]:
    """Check the hashes of the newest published reports; return how many were looked at, and what is wrong."""
    query = (
        select(StatReport)
        .where(StatReport.stage != MonthlyStage.DRAFT)
        .order_by(StatReport.id.desc())
        .limit(most)
        .options(undefer(StatReport.content))
    )
    found = work.session.scalars(query).all()
    wrong = [
        f"{one.period.month.text}{f'（{one.chain}）' if one.chain else ''}第 {one.edition} 版：{fault}"
        for one in found
        for fault in altered(work, one)
    ]
    return len(found), wrong


def _broken_lines(work: Work, ids: Sequence[int], line: int) -> Iterator[str]:
    """Yield tickets of which a line no longer follows from the one before it."""
    for place in range(0, len(ids), stories.SOME):
        before: dict[int, str] = {}
        rows = work.session.scalars(
            select(TicketEvent)
            .where(TicketEvent.ticket_id.in_(ids[place : place + stories.SOME]), TicketEvent.id <= line)
            .order_by(TicketEvent.ticket_id, TicketEvent.seq)
        )
        for event in rows:
            last = before.get(event.ticket_id, GENESIS)
            if event.prev_hash != last or event.hash != link(last, history.payload(event)):
                yield f"诉求 {event.ticket_id} 的第 {event.seq} 条历史被改过。"
            before[event.ticket_id] = event.hash


def _strange_limits(work: Work, signed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield limits that were signed and are no longer those of their tickets."""
    wanted = {one["clock"]: basis.watch_from(one) for one in signed}
    owners = {one["clock"]: one["ticket"] for one in signed}
    rows = work.session.scalars(select(Clock).where(Clock.id.in_(sorted(wanted))))
    there = {one.id: one for one in rows}
    for id_, watch in wanted.items():
        clock = there.get(id_)
        if clock is None or (clock.owner_id, clock.kind, clock.started_at) != (
            owners[id_],
            watch.kind.value,
            watch.started_at,
        ):
            yield f"时限 {id_} 和发布时记下的不是同一个。"


# What happened since


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A figure that would come out otherwise now: as it was published, as it is now, the tickets behind the difference."""

    code: str
    label: str
    frozen: str
    now: str
    moved: Moved


@dataclass(frozen=True, slots=True)
class Since:
    """One ticket behind an adjustment, and what happened to it since."""

    ticket: int
    number: str
    deeds: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Everything that came out otherwise since a report was published."""

    figures: tuple[Adjusted, ...]
    tickets: tuple[Since, ...]
    more: int  # tickets that are not listed


SINCE_MOST = 50  # tickets that are listed


def adjustments(work: Work, report: StatReport) -> Adjustments:
    """Return what came out otherwise since: the frozen figures stand, this stands beside them. Raises Conflict for a draft."""
    if report.stage is MonthlyStage.DRAFT:
        raise Conflict("这份还是草稿，发布以后才有调整。", code="wrong_state")
    said = json.loads(report.content)
    now = facts.counted(basis.marks(work, report.period))
    moved = {
        name: rules.moved(said["counted"].get(name, ()), now.get(name, ())) for name in _measures(said, now)
    }
    figures = tuple(
        Adjusted(
            one.code,
            said["formulas"].get(one.code, {}).get("label", one.label),
            _frozen_text(said, one.code),
            _text(compute(one, _tally(now.get(one.measure.value, ())))),
            moved[one.measure.value],
        )
        for one in FIGURES.values()
        if one.measure.value in moved and any(moved[one.measure.value])
    )
    behind = sorted({ticket for one in figures for ticket in one.moved.tickets})
    return Adjustments(figures, _since(work, said, behind[:SINCE_MOST]), max(0, len(behind) - SINCE_MOST))


def _measures(said: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return sorted({*said["counted"], *now})


def _tally(rows: Sequence[Sequence[Any]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for _, _, value in rows:
        found[value] = found.get(value, 0) + 1
    return found


def _frozen_text(said: Mapping[str, Any], code: str) -> str:
    kept = said["figures"][code]["month"]
    is_rate = said["formulas"][code]["sort"] == "rate" and kept["n"]
    return str(kept["share"] if is_rate else kept["text"])


def _text(result: Result) -> str:
    return result.share if result.figure.sort.value == "rate" and result.n else result.text


def _since(work: Work, said: Mapping[str, Any], ids: Sequence[int]) -> tuple[Since, ...]:
    deeds: dict[int, list[tuple[datetime, str]]] = {}
    rows = work.session.execute(
        select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.action)
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.id > said["as_of"]["line"])
        .order_by(TicketEvent.ticket_id, TicketEvent.seq)
    )
    for ticket, at, action in rows:
        deeds.setdefault(ticket, []).append((at, Action(action).label))
    return tuple(Since(one, said["tickets"].get(str(one), ""), tuple(deeds.get(one, ()))) for one in ids)
