"""哪里卡住了: the home of a leader."""

from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_

from chainhub.core.actor import Actor, Role
from chainhub.core.db import spelled_out
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import listing, mine, presenting, standing
from chainhub.tickets.ageing import Age
from chainhub.tickets.desk.doors import doors
from chainhub.tickets.desk.lines import moment_line, newest_told, words_of
from chainhub.tickets.listing import Colour, Filter
from chainhub.tickets.models import Instruction, Ticket, TicketEvent
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import instructions
from chainhub.tickets.showing import (
    FigureView,
    LeaderPage,
    StageBar,
    StuckRow,
)
from chainhub.tickets.standing import Standing
from chainhub.tickets.workflow import State

_ROWS = 6  # that need a word


def leader(work: Work, scope: str) -> LeaderPage:
    """Return 哪里卡住了: what is late, what stands still, what needs a word, where it stands, and the own lists."""
    stands, counted = standing.with_lists(work)
    late, still = (stands.lights[one] for one in (Colour.RED, Colour.GREY))
    figures = (
        _figure("逾期", "red", late, "还没办完、过了时限的", "/tickets?light=red"),
        _figure("停着没动", "grey", still, "等企业补充、会商、挂账", "/tickets?light=grey"),
        _instructions(counted),
    )
    stages, stages_line = _stages(stands)
    return LeaderPage(
        scope,
        moment_line(work),
        figures,
        _stuck(work),
        stages,
        stages_line,
        "逾期、停着和快到期数的是此刻没到终点的诉求，保密的只数您看得到的；批示待答复数的是您作出或代录的批示。",
        _ages(stands),
        doors(work, counted),
    )


def _instructions(counted: mine.Counts) -> FigureView:
    """Return 批示待答复: mine that nobody has answered, and how many of them are past their day."""
    waiting, late = counted.instructions or 0, counted.instructions_late or 0
    line = f"{late} 件过了要答复的日子" if late else "都没过要答复的日子" if waiting else "没有等答复的"
    number = f"{mine.COUNT_MOST - 1}+" if waiting >= mine.COUNT_MOST else str(waiting)
    colour = "red" if late else "yellow" if waiting else ""
    return FigureView("批示待答复", colour, number, "件", line, "/mine/instructions")


def _ages(stands: Standing) -> tuple[tuple[str, str, str, str], ...]:
    """Return what is overdue by how long, and what is due soon: light, words, number, where it leads."""
    soon = listing.count_text(stands.lights[Colour.YELLOW])
    return (
        *(
            ("red", f"逾期 {age.label}", str(stands.ages[age]), f"/tickets?late={age.value}&order=due")
            for age in reversed(Age)
        ),
        ("yellow", "1 个工作日内到期", soon, "/tickets?light=yellow&order=due"),
    )


def _figure(label: str, colour: str, number: int, line: str, url: str) -> FigureView:
    return FigureView(label, colour, listing.count_text(number), "件", line, url)


def unhappy(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of 企业不满意: last answer dissatisfied, filed within 12 months."""
    return (Ticket.dissatisfied > 0, Ticket.created_at >= now - timedelta(days=365))


def _stuck(work: Work) -> tuple[StuckRow, ...]:
    # Of several instructions to one ticket the newest stays: the last of its rows.
    rows = {row[0].id: row for row in work.session.execute(_first_due(work.actor))}
    directory = known.of(work.session).directory
    found = []
    for ticket, enterprise, line, given in rows.values():
        light = presenting.light(ticket, work.now, work.calendar)
        if light.colour != Colour.RED:
            continue
        unit = directory.unit_name(ticket.lead_unit_code)
        stuck = f"{presenting.current_line(ticket, directory)}。{words_of(work, line)[:60]}"
        url, verb = _word(work, ticket, given)
        found.append(
            StuckRow(
                light,
                ticket.title,
                f"{ticket.number}，{enterprise}；{'主办' + unit if unit else ticket.state.label}",
                _since(work, given) if given is not None else f"卡在：{stuck}",
                url,
                verb,
            )
        )
    return tuple(found)


@lru_cache(maxsize=512)  # to build a statement costs more than to run it
def _first_due(actor: Actor) -> Select[Ticket, str, TicketEvent | None, Instruction | None]:
    """Return what is due first, each with the newest line that tells how it goes and each instruction without an answer.

    What is late comes first of it, so the moment need not be in the statement: with it, a server expects less than there
    is, and plans anew at every look.
    """
    waits = and_(Instruction.ticket_id == Ticket.id, Instruction.answered_at.is_(None))
    return spelled_out(
        listing.first(actor, Filter(open_only=True), listing.Order.DUE, _ROWS)
        .add_columns(TicketEvent, Instruction)
        .outerjoin(TicketEvent, TicketEvent.id == newest_told())
        .outerjoin(Instruction, waits)
        .order_by(Instruction.id)
    )


def _word(work: Work, ticket: Ticket, given: Instruction | None) -> tuple[str, str]:
    """Return where a word is given in the row, and the verb; what was given waits for its answer."""
    speaks = work.actor.holds(Role.LEADER, chain=ticket.chain_code)
    if given is None and (speaks or work.actor.holds(Role.LIAISON, chain=ticket.chain_code)):
        return f"{ticket.link}/instruct", "批示" if speaks else "代录批示"
    return ticket.link, "看进展"


def _since(work: Work, given: Instruction) -> str:
    whose = "您" if given.given_by_id == work.actor.id else instructions.signature(given)
    return f"{whose} {moment_text(given.given_at)} 已批示，还没回复。"


STAGES: tuple[tuple[str, tuple[State, ...]], ...] = (
    ("接单", (State.SUBMITTED, State.INFO_REQUESTED)),
    ("派单", (State.ACCEPTED,)),
    ("签收", (State.DISPATCHED, State.DISPUTED)),
    ("办理", (State.HANDLING, State.AWAITING_INFO, State.CONSULTING, State.CARRIED_OVER, State.ENDORSING)),
    ("审核", (State.RESOLVED,)),
    ("评价", (State.REVIEWED,)),
    ("销号", (State.CONFIRMED,)),
)
"""The steps of a ticket's way that people name, and the open states of each."""
_BOXES = 12  # that are drawn of a step


def _stages(stands: Standing) -> tuple[tuple[StageBar, ...], str]:
    bars = []
    for label, states in STAGES:
        number, late, still = (
            sum(counts.get(state, 0) for state in states)
            for counts in (stands.states, stands.late_in, stands.still_in)
        )
        boxes = ["red"] * min(late, _BOXES) + ["grey"] * min(still, _BOXES)
        boxes += ["plain"] * min(number - late - still, _BOXES)
        url = "/tickets?" + "&".join(f"state={state.value}" for state in states)
        bars.append(StageBar(label, tuple(boxes[:_BOXES]), number, late, still, url))
    return tuple(bars), f"没办完的 {sum(bar.count for bar in bars)} 件"
