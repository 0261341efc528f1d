"""吹哨报到 as the page of a ticket shows it."""

from collections.abc import Sequence
from datetime import datetime

from chainhub.county.directory.rules import Directory
from chainhub.tickets.beside_models import ReportIn, Whistle
from chainhub.tickets.presenting.lights import colour
from chainhub.tickets.rules import moment_text
from chainhub.tickets.showing import CalledView, LightView, WhistleView
from chainhub.tickets.terms import WhistleState
from chainhub.tickets.workflow import State


def whistle(
    one: Whistle,
    called: Sequence[tuple[ReportIn, datetime]],
    directory: Directory,
    now: datetime,
    *,
    may_decide: bool,
    may_end: bool,
) -> WhistleView:
    """Return a whistle with the units it calls, each with until when it is to report in."""
    where = f"/whistles/{one.id}"
    return WhistleView(
        one.state.label,
        one.reason,
        f"{one.blown_by} {moment_text(one.blown_at)} 吹哨",
        _decided(one),
        tuple(_called(one, row, due, directory, now) for row, due in called),
        confirm_url=f"{where}/confirm" if may_decide else "",
        refuse_url=f"{where}/refuse" if may_decide else "",
        end_url=f"{where}/end" if may_end else "",
    )


def _decided(one: Whistle) -> str:
    if one.ended_at is not None:
        return f"{one.ended_by} {moment_text(one.ended_at)} 解哨：{one.ended_note}"
    if one.state is WhistleState.REFUSED and one.decided_at is not None:
        return f"{one.decided_by} {moment_text(one.decided_at)} 没有吹哨：{one.decision}"
    return one.decision


def _called(one: Whistle, row: ReportIn, due: datetime, directory: Directory, now: datetime) -> CalledView:
    unit = directory.unit_name(row.unit_code)
    if row.reported_at is not None and row.arrives_at is not None:
        note = f"。{row.note}" if row.note else ""
        line = f"{row.people}，{moment_text(row.arrives_at)} 到{note}"
        return CalledView(unit, LightView("blue", "已报到"), line)
    if one.state is not WhistleState.BLOWN:
        return CalledView(unit, LightView("grey", "没有报到"), "")
    shown = colour(State.HANDLING, due, one.decided_at, now)  # two hours: it ends soon from the first
    words = "逾期没有报到" if shown == "red" else "等报到"
    return CalledView(unit, LightView(shown, words), f"{moment_text(due)} 前报到")
