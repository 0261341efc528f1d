"""我的事办到哪了: the home of a person of an enterprise."""

from datetime import datetime

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.tickets import listing, presenting, queries, rules
from chainhub.tickets.clockwork import REQUESTER_CLOCKS, ClockKind
from chainhub.tickets.desk.lines import last_lines, words_of
from chainhub.tickets.listing import Filter, Item
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.showing import (
    LightView,
    OwnerCard,
    OwnerPage,
)
from chainhub.tickets.terms import ONE_QUESTION
from chainhub.tickets.workflow import ENDS, State


def owner(work: Work, enterprise: str) -> OwnerPage:
    """Return 我的事办到哪了 for a person of an enterprise."""
    waits = (State.INFO_REQUESTED, State.AWAITING_INFO, State.REVIEWED)
    waiting = listing.page(work, Filter(states=waits), order=listing.Order.DUE, limit=20).items
    way = tuple(sorted(frozenset(State) - ENDS - set(waits)))
    under_way = listing.page(work, Filter(states=way), limit=20).items
    done = listing.page(work, Filter(states=tuple(sorted(ENDS))), limit=5).items
    total = listing.count(work, Filter(states=tuple(sorted(ENDS))), 100)
    lines = last_lines(work, [item.ticket.id for item in (*waiting, *under_way, *done)])
    asked = {
        clock.owner_id: clock.due_at
        for clock in queries.running_clocks(work.session, [item.ticket.id for item in waiting])
        if ClockKind(clock.kind) in REQUESTER_CLOCKS
    }
    return OwnerPage(
        enterprise,
        work.actor.name,
        tuple(_waiting_card(work, item, lines, asked.get(item.ticket.id)) for item in waiting),
        tuple(_way_card(work, item, lines) for item in under_way),
        tuple(_done_card(work, item) for item in done),
        f"{listing.count_text(total, 100)} 件",
        "/tickets?ended=1" if total > len(done) else "",
    )


def _waiting_card(work: Work, item: Item, lines: dict[int, TicketEvent], until: datetime | None) -> OwnerCard:
    ticket = item.ticket
    due = f"请在 {rules.moment_text(until, weekday=True)} 前答一下" if until else ""
    yes, no, question = "去补充", "", "supply"
    if ticket.state is State.REVIEWED:
        one = ticket.kind in ONE_QUESTION
        yes, no = ("清楚了", "没说清楚") if one else ("说说办得怎么样", "")
        question = "clear" if one else "satisfied"
    return OwnerCard(
        number=ticket.number,
        title=ticket.title,
        url=f"{ticket.link}/act/{'confirm' if ticket.state is State.REVIEWED else 'supply_info'}",
        line=words_of(work, lines.get(ticket.id)),
        version=ticket.version,
        question=question,
        yes_label=yes,
        no_label=no,
        due=due,
    )


def _way_card(work: Work, item: Item, lines: dict[int, TicketEvent]) -> OwnerCard:
    ticket = item.ticket
    promised = ticket.promise_due_at
    still = ticket.dispatched_at and ticket.state not in {State.RESOLVED, State.CONFIRMED}
    due = f"{rules.moment_text(promised, weekday=True)} 前办好" if promised and still else ""
    yellow = (
        work.calendar.start_of_day(work.calendar.add_workdays(local(promised).date(), -1))
        if promised
        else None
    )
    # Once the unit has answered, the promise is kept or broken for good; waiting for a review breaks nothing.
    answered = ticket.resolved_at if ticket.state in {State.RESOLVED, State.CONFIRMED} else None
    shown = presenting.colour(ticket.state, promised, yellow, answered or work.now)
    if answered and shown == "yellow":
        shown = "green"
    words = {"red": "过了承诺的时间", "grey": presenting.GREY_WORDS.get(ticket.state, ""), "green": "正常"}
    event = lines.get(ticket.id)
    when = f"{presenting.near(event.at, work.now)} " if event else ""
    return OwnerCard(
        number=ticket.number,
        title=ticket.title,
        url=ticket.link,
        line=f"{when}{words_of(work, event)}",
        steps=presenting.dots(ticket.state),
        light=LightView(shown, words.get(shown, "快到期了")),
        due=due,
        version=ticket.version,
    )


def _done_card(work: Work, item: Item) -> OwnerCard:
    ticket = item.ticket
    ended = ticket.closed_at or ticket.updated_at
    return OwnerCard(
        number=ticket.number,
        title=ticket.title,
        url=ticket.link,
        line=presenting.near(ended, work.now),
        light=LightView("blue", ticket.state.label),
    )
