"""What the pages, files and answers of reports say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.statistics import stories
from chainhub.statistics.reports import content as contents
from chainhub.statistics.reports import papers, reading, tables
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.papers import Cover
from chainhub.statistics.reports.service.checking import Adjustments
from chainhub.statistics.reports.tables import Bars, ReportTable
from chainhub.statistics.reports.terms import SECTIONS, MonthlyStage
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import day_text, moment_text


def content_of(work: Work, report: StatReport) -> dict[str, Any]:
    """Return what a report says: frozen, or of a draft as it is now."""
    return reading.said(work, report)


def cover(work: Work, report: StatReport, said: Mapping[str, Any]) -> Cover:
    """Return what stands around the figures of its paper."""
    signed = report.signed_at
    return Cover(
        reading.title(work, report),
        report.stage.label,
        report.number,
        moment_text(datetime.fromisoformat(said["at"]), year=0),
        report.signed_by,
        day_text(local(signed).date(), year=0) if signed else "",
        report.hash,
    )


def document(work: Work, report: StatReport) -> bytes:
    """Return a report as .docx."""
    said = content_of(work, report)
    return papers.document(said, cover(work, report, said))


def annex(work: Work, report: StatReport) -> bytes:
    """Return its annex as .xlsx."""
    said = content_of(work, report)
    return papers.annex(said, cover(work, report, said), numbers(work, said))


def numbers(work: Work, said: Mapping[str, Any]) -> dict[int, str]:
    """Return the numbers of the tickets that a report counts, as far as this actor sees them."""
    ids = contents.tickets_of(said)
    found: dict[int, str] = {}
    for place in range(0, len(ids), stories.SOME):
        asked = select(Ticket.id, Ticket.number).where(
            Ticket.id.in_(ids[place : place + stories.SOME]), tickets.visible(work.actor)
        )
        found |= {row[0]: row[1] for row in work.session.execute(asked)}
    return found


def file_name(work: Work, report: StatReport, ending: str) -> str:
    """Return under which name a report is saved."""
    return f"{reading.title(work, report)}{'附表' if ending == 'xlsx' else ''}.{ending}"


# The page


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a report on its page: heading, words, tables and the bars of a chart."""

    name: str
    label: str
    hint: str
    words: str
    tables: Sequence[ReportTable]
    bars: Bars | None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in a list."""

    url: str
    title: str
    stage: str
    colour: str
    line: str


@dataclass(frozen=True, slots=True)
class AdjustedLine:
    """A figure that came out otherwise since: as published, as it is now, how many tickets are behind it."""

    label: str
    frozen: str
    now: str
    tickets: str


@dataclass(frozen=True, slots=True)
class SinceLine:
    """A ticket behind an adjustment, and what happened to it since; its number where the reader sees it."""

    number: str
    words: str


def parts(said: Mapping[str, Any]) -> list[Part]:
    """Return the parts of a report in their order."""
    shown: dict[str, tuple[Sequence[ReportTable], Bars | None]] = {
        "overall": ((tables.totals(said), tables.times(said)), tables.months_bars(said)),
        "kinds": ((tables.categories(said), tables.sorts(said)), tables.categories_bars(said)),
        "units": (
            (tables.units(said), *(() if said["chain"] else (tables.chains(said),))),
            tables.units_bars(said),
        ),
        "callbacks": ((tables.answers(said),), None),
        "hot": ((tables.again(said),), None),
        "carried": ((tables.carried(said),), None),
    }
    return [
        Part(
            one.name,
            one.label,
            one.hint,
            str(said["text"].get(one.name, "")),
            *shown.get(one.name, ((), None)),
        )
        for one in SECTIONS
    ]


_COLOURS = {MonthlyStage.DRAFT: "yellow", MonthlyStage.PUBLISHED: "green", MonthlyStage.SIGNED: "blue"}


def line(work: Work, report: StatReport) -> ReportLine:
    """Return a report as a line of a list."""
    return ReportLine(
        report.link,
        reading.title(work, report),
        report.stage.label,
        _COLOURS[report.stage],
        happened(work, report),
    )


def happened(work: Work, report: StatReport) -> str:
    """Say who made, published and signed a report, and when."""
    year = local(work.now).year
    said = [f"{report.made_by} {moment_text(report.made_at, year=year)} 起草"]
    if report.published_at:
        said = [f"{report.published_by} {moment_text(report.published_at, year=year)} 发布"]
    if report.signed_at:
        said.append(
            f"{report.signed_by} {moment_text(report.signed_at, year=year)} 签发，编号 {report.number}"
        )
    return "；".join(said)


def adjusted(found: Adjustments) -> list[AdjustedLine]:
    """Return the figures that came out otherwise."""
    return [
        AdjustedLine(one.label, one.frozen, one.now, f"{len(one.moved.tickets)} 件") for one in found.figures
    ]


def since(work: Work, found: Adjustments) -> list[SinceLine]:
    """Return the tickets behind adjustments; of one that the reader may not see no more than that it is one."""
    ids = [one.ticket for one in found.tickets]
    seen = set(work.session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), tickets.visible(work.actor))))
    year = local(work.now).year
    return [
        SinceLine(
            one.number if one.ticket in seen else "",
            "，".join(f"{moment_text(at, year=year)} {label}" for at, label in one.deeds)
            or "没有新的一步：时限到了，或者日历改了",
        )
        for one in found.tickets
    ]
