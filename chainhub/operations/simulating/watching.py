"""What must hold of the whole county at the end of every simulated day: each a named function with its source."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.audit.rules import GENESIS, link
from chainhub.core.actor import Actor, Role
from chainhub.core.worktime import SHANGHAI, Workdays
from chainhub.notices.models import Notice
from chainhub.operations.simulating import looking, outside, slowly, truths
from chainhub.operations.simulating.looking import Look, in_chunks
from chainhub.operations.simulating.truths import Broken, hold, is_paused
from chainhub.reminders import rules as reminder_rules
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock, Said
from chainhub.reminders.rules import Ladder
from chainhub.tickets import deadlines, listing, queries
from chainhub.tickets.beside_models import Referral, ReportIn, Whistle
from chainhub.tickets.copies.models import TicketCopy
from chainhub.tickets.models import Instruction, Part, Request, Supervision, Ticket, TicketEvent
from chainhub.tickets.service import history
from chainhub.tickets.terms import OPEN_PARTS, PartState, RequestState, SupervisionState, WhistleState
from chainhub.tickets.workflow import ENDS, PAUSED, State

# Of every ticket


def history_follows_the_table(look: Look) -> None:
    """No move outside the table: the history replayed against its rows (domain 2)."""
    for one in look.fresh:
        truths.history_follows_the_table(one, look.events[one.id])


def history_is_tied(look: Look) -> None:
    """Every line is tied by its hash to the one before (decision 0007)."""
    for one in look.fresh:
        before = GENESIS
        for event in look.events[one.id]:
            tied = event.prev_hash == before and event.hash == link(before, history.payload(event))
            hold(tied, one.number, "line", event.seq, "is not tied to the one before")
            before = event.hash


def one_unit_answers(look: Look) -> None:
    """Exactly one accountable unit from the first dispatch to the end (首接负责制, domain 2)."""
    for one in look.fresh:
        truths.one_unit_answers(one, look.events[one.id])
        dispatched = one.is_open and one.dispatched_at is not None
        hold(not dispatched or one.responsible_unit_code is not None, one.number, "is nobody's")


def duties_are_apart(look: Look) -> None:
    """One person never does two of the separated duties on one ticket (rule, seed 002)."""

    def place_of(event: TicketEvent) -> Sequence[int]:
        _, marked, away = event.actor_name.removesuffix("）").partition("（代")
        return (look.names[away],) if marked else ()

    for one in look.fresh:
        truths.duties_are_apart(one, look.events[one.id], place_of)


def answer_is_the_firms(look: Look) -> None:
    """Silence is never satisfaction, and nobody but the enterprise speaks for it (domain 2)."""
    for one in look.fresh:
        truths.answer_is_the_firms(one, look.events[one.id])


def clocks_fit_the_state(look: Look) -> None:
    """The right clocks run, once each, and the ticket shows the due date that counts (domain 3)."""
    for one in look.fresh:
        truths.clocks_fit_the_state(one, look.running.get(one.id, ()))


# Of clocks


def due_dates_are_explained(look: Look) -> None:
    """Every due date is what its events come to: counted day by day, and by the explanation that a reader gets."""
    for clock in look.clocks:
        if clock.calendar_version < look.calendar.version:
            continue  # a calendar was imported and the scheduler is off: it is recomputed when it is back
        read = reminders.reading(clock)
        due = look.calendar.due(
            read.started_at, read.limit, read.pauses, extension=read.extension, floor=read.floor
        ).at
        said = (clock.link, clock.kind, clock.due_at.astimezone(SHANGHAI))
        hold(due == clock.due_at, *said, "but is to be", due)
        slow = slowly.due_at(look.calendar, read)
        hold(slow in {None, clock.due_at}, *said, "but counted by hand", slow)
    for ticket in look.fresh:
        if ticket.due_at is None or any(
            one.calendar_version < look.calendar.version for one in look.running.get(ticket.id, ())
        ):
            continue
        told = deadlines.explain(look.work(_somebody(look, ticket)), ticket, look.running[ticket.id])
        hold(told is not None and told.due == ticket.due_at, ticket.number, "is explained as", told)


def _somebody(look: Look, ticket: Ticket) -> Actor:
    """Return an account of the staff that reads the ticket: a committee of its chain."""
    return next(one for one in look.accounts.values() if one.holds(Role.COMMITTEE, chain=ticket.chain_code))


def watches_are_set(look: Look) -> None:
    """Every running clock has its watch, a paused or silent one none (decision 0002)."""
    for clock in look.clocks:
        if is_paused(clock) or clock.ladder == Ladder.NONE.value:
            hold(clock.look_again_at is None, clock.link, clock.kind, "would speak in its pause")
            continue
        moments = reminder_rules.rungs(
            look.calendar, reminders.reading(clock), Ladder(clock.ladder), clock.due_at
        )
        ahead = [one.at for one in moments if one.at > look.now]
        if ahead and clock.calendar_version == look.calendar.version:
            set_ = clock.look_again_at is not None and clock.look_again_at <= ahead[0]
            hold(set_, clock.link, clock.kind, "looks again", clock.look_again_at, "not", ahead[0])


def every_rung_has_spoken(look: Look) -> None:
    """Every rung of a day ladder whose moment has come was said, counted by hand (domain 3)."""
    said: defaultdict[int, set[tuple[datetime, str]]] = defaultdict(set)
    speaking = [one for one in look.clocks if one.ladder == Ladder.POSTS.value and not is_paused(one)]
    for ids in in_chunks([one.id for one in speaking]):
        for row in _said_of(look, ids):
            said[row.clock_id].add((row.due_at, row.rung))
    changed = {one.link for one in look.tickets if one.updated_at > look.swept}
    if look.memory.calendar != look.calendar.version:
        return  # what moved today speaks with the next run
    for clock in speaking:
        read = reminders.reading(clock)
        if not isinstance(read.limit, Workdays) or clock.link in changed:
            continue  # in hours; or it ran on, or moved, since the last run
        for rung, at in slowly.rungs(look.calendar, read, clock.due_at):
            spoken = (clock.due_at, rung) in said[clock.id]
            hold(at > look.swept or spoken, clock.link, clock.kind, rung, "of", at, "was never said")
            hold(at <= look.now or not spoken, clock.link, clock.kind, rung, "of", at, "was said too early")


def _said_of(look: Look, ids: Sequence[int]) -> Sequence[Said]:
    """Return what was said of some clocks."""
    return look.session.scalars(select(Said).where(Said.clock_id.in_(ids))).all()


def stopped_clocks_are_silent(look: Look) -> None:
    """A stopped clock never speaks again (domain 3)."""
    late = look.session.execute(
        select(Clock.link, Clock.kind, Said.rung, Said.at)
        .join(Clock, Clock.id == Said.clock_id)
        .where(Said.id > look.memory.said, Clock.stopped_at.is_not(None), Said.at > Clock.stopped_at)
        .limit(1)
    ).first()
    hold(late is None, late, "spoke after it was stopped")


def nothing_is_told_twice(look: Look) -> None:
    """No notice doubled: nobody reads the same words twice from one moment (complaints 4 to 13 of other systems)."""
    told = Counter(
        (row.user_id, row.text, row.created_at)
        for row in look.session.execute(
            select(Notice.user_id, Notice.text, Notice.created_at).where(Notice.id > look.memory.notice)
        )
    )
    hold(all(count == 1 for count in told.values()), "told twice:", told.most_common(1))


def nobody_is_told_of_an_end(look: Look) -> None:
    """What has ended is not reminded of (domain 3)."""
    by_link = {one.link: one for one in look.tickets if not one.is_open}
    rows = look.session.execute(
        select(Notice.link, Notice.text, Notice.created_at, Clock.owner_kind)
        .join(Said, Said.at == Notice.created_at)
        .join(Clock, (Clock.id == Said.clock_id) & (Clock.link == Notice.link))
        .where(Notice.id > look.memory.notice, Notice.key.startswith("clock:"))
    )
    for row in rows:
        ticket = by_link.get(row.link)
        if ticket is not None and row.owner_kind == queries.OWNER and ticket.ended_at is not None:
            hold(row.created_at <= ticket.ended_at, ticket.number, "was reminded of after its end:", row.text)


# Of what stands beside tickets


def what_stands_beside_is_true(look: Look) -> None:
    """Requests, instructions, supervisions, whistles, papers: each open one has its clock, and no other runs."""
    by_owner = Counter((one.owner_kind, one.owner_id) for one in look.clocks)
    session = look.session
    pending = session.scalars(select(Request).where(Request.state == RequestState.PENDING)).all()
    open_ = {
        "request": {one.id for one in pending},
        "instruction": set(session.scalars(select(Instruction.id).where(Instruction.answered_at.is_(None)))),
        "supervision": set(
            session.scalars(select(Supervision.id).where(Supervision.state == SupervisionState.SIGNED))
        ),
        "referral": set(session.scalars(select(Referral.id).where(Referral.replied_on.is_(None)))),
    }
    for kind, ids in open_.items():
        run = {owner: count for (of, owner), count in by_owner.items() if of == kind}
        hold(run == dict.fromkeys(ids, 1), kind, "open", sorted(ids), "but clocks", sorted(run.items()))
    waits = Counter(one.ticket_id for one in pending)
    for ticket in look.tickets:
        hold(ticket.pending == waits[ticket.id], ticket.number, "pending", ticket.pending, waits[ticket.id])
    for one in pending:
        hold(one.due_at == _due_of(look, "request", one.id), one.ticket_id, "a request is due elsewhere")


def _due_of(look: Look, kind: str, id_: int) -> datetime | None:
    found = (one for one in look.clocks if (one.owner_kind, one.owner_id) == (kind, id_))
    return next((one.due_at for one in found), None)


def parts_have_their_clocks(look: Look) -> None:
    """Each open part of a co-unit has its clock, a part that waits for receipt a second one (domain 2)."""
    wanted: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for part in look.session.scalars(select(Part).where(Part.state.in_(sorted(OPEN_PARTS)))):
        wanted[part.ticket_id].add(("part", part.unit_code))
        if part.acknowledged_at is None and part.state is not PartState.HANDLING:
            wanted[part.ticket_id].add(("part_receipt", part.unit_code))
    for ticket in look.fresh:
        found = {
            (one.kind, one.holder_ref)
            for one in look.running.get(ticket.id, ())
            if one.kind in truths.PART_KINDS
        }
        hold(
            ticket.state in ENDS or found == wanted[ticket.id],
            ticket.number,
            "parts",
            wanted[ticket.id],
            "clocks",
            found,
        )


def whistles_have_their_clocks(look: Look) -> None:
    """Who is called and has not reported has a clock, and nobody else (domain 2)."""
    rows = look.session.execute(
        select(ReportIn.ticket_id, ReportIn.unit_code)
        .join(Whistle, Whistle.id == ReportIn.whistle_id)
        .where(Whistle.state == WhistleState.BLOWN, ReportIn.reported_at.is_(None))
    )
    waiting = Counter((row.ticket_id, row.unit_code) for row in rows)
    ended = {one.id for one in look.tickets if not one.is_open}
    run = Counter((one.owner_id, one.holder_ref) for one in look.clocks if one.kind == "report_in")
    waiting = Counter({key: count for key, count in waiting.items() if key[0] not in ended})
    hold(waiting == run, "called", waiting - run, "clocks", run - waiting)


def the_merged_have_a_home(look: Look) -> None:
    """What was merged is in a ticket that was not withdrawn (domain 2)."""
    by_id = {one.id: one for one in look.tickets}
    for ticket in look.tickets:
        if ticket.state is State.MERGED:
            into = by_id[ticket.merged_into_id or 0]
            hold(into.state is not State.WITHDRAWN, ticket.number, "is merged into", into.number)


# Of the county


def numbers_are_never_reused(look: Look) -> None:
    """A number stands for one ticket for ever, and the series has no gaps (domain 2)."""
    seen = {one.number: (one.id, one.title) for one in look.tickets}
    for number, was in look.memory.numbers.items():
        hold(seen.get(number) == was, number, "was", was, "is", seen.get(number))
    series: defaultdict[str, list[int]] = defaultdict(list)
    for number in sorted(seen):
        prefix, _, serial = number.rpartition("-")
        series[prefix].append(int(serial))
    for prefix, serials in series.items():
        hold(serials == list(range(1, len(serials) + 1)), prefix, "has gaps or doubles")


def nobody_sees_too_much(look: Look) -> None:
    """A sample of accounts sees exactly what the domain lets them see (domain 1)."""
    told = addressed(look.session)
    for actor in look.sample():
        seen = set(look.session.scalars(select(Ticket.id).where(queries.visible(actor))))
        may = {one.id for one in look.tickets if truths.sees(actor, one, told[one.id])}
        hold(seen == may, actor.username, "sees", sorted(seen - may), "does not see", sorted(may - seen))


def addressed(session: Session) -> defaultdict[int, set[str]]:
    """Return to whom tickets are addressed: units by a part, an instruction, a 督办, a whistle; a leader by a request; a person by a copy."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    signed = Supervision.state.in_((SupervisionState.SIGNED, SupervisionState.ANSWERED))
    for rows in (
        session.execute(select(Part.ticket_id, Part.unit_code)),
        session.execute(select(Instruction.ticket_id, Instruction.unit_code)),
        session.execute(select(Supervision.ticket_id, Supervision.unit_code).where(signed)),
        session.execute(select(ReportIn.ticket_id, ReportIn.unit_code)),
    ):
        for ticket_id, unit in rows:
            found[ticket_id].add(unit)
    asked = (
        select(Request.ticket_id)
        .join(Clock, (Clock.owner_kind == queries.REQUEST_OWNER) & (Clock.owner_id == Request.id))
        .where(Clock.holder_role == Role.LEADER.value)
    )
    copies = select(TicketCopy.ticket_id, TicketCopy.person_id).where(TicketCopy.withdrawn_at.is_(None))
    for ticket_id, person in session.execute(copies):
        found[ticket_id].add(truths.copied_to(person))
    sat = select(Ticket.id).where(Ticket.state == State.CONSULTING)
    lines: defaultdict[int, list[TicketEvent]] = defaultdict(list)
    for event in session.scalars(select(TicketEvent).where(TicketEvent.ticket_id.in_(sat))):
        lines[event.ticket_id].append(event)
    for ticket_id, events in lines.items():
        found[ticket_id] |= truths.invitations(events)
    for ticket_id in session.scalars(asked):
        found[ticket_id].add(truths.THE_LEADER)
    return found


def lists_count_right(look: Look) -> None:
    """What a list says it holds is what one counts (issue 3; `tickets/listing.py`)."""
    told = addressed(look.session)
    for actor in look.sample():
        mine = [one for one in look.tickets if truths.sees(actor, one, told[one.id])]
        work = look.work(actor)
        for wanted, counts in _FILTERS:
            shown = listing.count(work, wanted, most=len(look.tickets) + 1)  # a page would stop at 500+
            real = sum(counts(one, look.now) for one in mine)
            hold(shown == real, actor.username, wanted, "shows", shown, "holds", real)


def _colour(ticket: Ticket, now: datetime) -> listing.Colour:
    """Return a light as the domain says it (section 3): done blue, late red, waiting grey, near yellow, else green."""
    if not ticket.is_open:
        return listing.Colour.BLUE
    if ticket.due_at is not None and ticket.due_at <= now:
        return listing.Colour.RED
    if ticket.state in PAUSED or ticket.extension_pending:
        return listing.Colour.GREY if ticket.due_at is not None else listing.Colour.GREEN
    if ticket.yellow_at is not None and ticket.yellow_at <= now:
        return listing.Colour.YELLOW
    return listing.Colour.GREEN


def _of_colour(colour: listing.Colour) -> Callable[[Ticket, datetime], bool]:
    return lambda ticket, now: _colour(ticket, now) is colour


def _of_state(state: State) -> Callable[[Ticket, datetime], bool]:
    return lambda ticket, _: ticket.state is state


_FILTERS: Sequence[tuple[listing.Filter, Callable[[Ticket, datetime], bool]]] = (
    (listing.Filter(open_only=True), lambda ticket, _: ticket.is_open),
    *((listing.Filter(light=one), _of_colour(one)) for one in listing.Colour),
    *((listing.Filter(states=(one,)), _of_state(one)) for one in (State.HANDLING, State.REVIEWED)),
)

INVARIANTS: Sequence[Callable[[Look], None]] = (
    history_follows_the_table,
    history_is_tied,
    one_unit_answers,
    duties_are_apart,
    answer_is_the_firms,
    clocks_fit_the_state,
    due_dates_are_explained,
    watches_are_set,
    every_rung_has_spoken,
    stopped_clocks_are_silent,
    nothing_is_told_twice,
    nobody_is_told_of_an_end,
    what_stands_beside_is_true,
    parts_have_their_clocks,
    whistles_have_their_clocks,
    the_merged_have_a_home,
    numbers_are_never_reused,
    nobody_sees_too_much,
    lists_count_right,
    *outside.INVARIANTS,
)


def check(look: Look) -> None:
    """Ask everything; remember what was seen. Raises Broken with the name of what does not hold."""
    for invariant in INVARIANTS:
        try:
            invariant(look)
        except Broken as broken:
            raise Broken(f"{invariant.__name__}: {broken}") from broken
    looking.remember(look)
