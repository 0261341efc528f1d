"""Every figure the slow and obvious way: plain Python over the lines of history and the clocks that stopped.

It shares no rule with `chainhub.statistics`: each figure is written out as the domain says it (section 4), ticket by
ticket, with nothing kept between two questions.
"""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.worktime import SHANGHAI, Calendar, Workdays
from chainhub.county import known
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.tickets.models import Ticket, TicketEvent

ENDED = {"closed", "declined", "incomplete", "withdrawn", "merged"}


@dataclass
class Life:
    """One ticket with everything that was ever written down of it."""

    ticket: Ticket
    events: list[TicketEvent]
    clocks: list[Clock]
    top_category: str

    @property
    def stands_in_figures(self):
        return not self.ticket.confidential and self.ticket.origin_kind != "import_undone"

    @property
    def is_assessed(self):
        return self.stands_in_figures and not any(
            one.action.value == "grant" and one.data["kind"] == "exclusion" for one in self.events
        )

    @property
    def state(self):
        return self.events[-1].target.value

    def raised_on(self):
        first = self.events[0]
        return (
            date.fromisoformat(first.data["raised_on"]) if first.action.value == "backfill" else day(first.at)
        )

    def unit_before(self, event):
        """Which unit led just before a line, told by walking through the history from its beginning."""
        lead = answers = ""
        for one in self.events:
            if one.seq >= event.seq:
                break
            action = one.action.value
            if one.source is one.target and one.data.get("unit"):
                continue
            if action == "dispatch":
                lead = one.data["lead_unit"]
                answers = answers or lead
            if action == "acknowledge":
                answers = lead
            if action == "restart":
                lead = answers = ""
            if action == "recheck":
                lead = ""
            if action == "conclude" and not lead:
                lead = answers
            if action == "reopen":
                lead = answers
        return lead

    def named(self, *actions):
        return [one for one in self.events if one.action.value in actions]


@dataclass(frozen=True)
class Case:
    """One thing that a figure counts."""

    life: int
    on: date
    unit: str
    value: int = 1


def day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def lives_of(session: Session) -> list[Life]:
    categories = known.of(session).directory.categories
    found = []
    for ticket in session.scalars(select(Ticket).order_by(Ticket.id)):
        events = session.scalars(
            select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
        )
        clocks = session.scalars(
            select(Clock).where(Clock.owner_kind == "ticket", Clock.owner_id == ticket.id).order_by(Clock.id)
        )
        code = ticket.category_code
        top = "" if code is None else categories[code].parent or code
        found.append(Life(ticket, list(events), list(clocks), top))
    return found


# What each figure counts


def raised(life):
    if life.state != "merged":
        yield Case(life.ticket.id, life.raised_on(), "")


def dispatched(life):
    for event in life.named("dispatch"):
        after = [one for one in life.events if one.seq > event.seq]
        fate = [
            one.action.value
            for one in after
            if one.action.value == "dispatch"
            or (one.action.value == "uphold_return" and one.source is not one.target)
        ]
        yield Case(life.ticket.id, day(event.at), event.data["lead_unit"], int(fate[:1] == ["uphold_return"]))


def ended_as(state):
    def cases(life):
        if life.state != state:
            return
        coming = [one for one in life.events if one.target.value == state and one.source is not one.target][
            -1
        ]
        if coming.source is None:
            closed = life.ticket.first_closed_at or coming.at
            yield Case(life.ticket.id, day(closed), life.ticket.lead_unit_code or "")
        else:
            yield Case(life.ticket.id, day(coming.at), life.unit_before(coming))

    return cases


def carried(life):
    for event in life.named("carry_over"):
        yield Case(life.ticket.id, day(event.at), life.unit_before(event))


def excluded(life):
    granted = [one for one in life.named("grant") if one.data["kind"] == "exclusion"]
    if granted:
        yield Case(life.ticket.id, day(granted[0].at), life.unit_before(granted[0]))


def exempted(life):
    for event in life.named("assess_uphold"):
        yield Case(life.ticket.id, day(event.at), event.data["unit"])


DAYS = {"days_mean", "days_median", "days_p90"}
ON_TIME = {"handling_on_time", "handling_on_time_plain"}
AGAINST = {"reopened": {1}, "came_back": {1}, "satisfied": {0, 1}}
"""Which answers count against a unit; of everything else it is 0, and of days any."""


def is_exempt(life, code, case):
    """Whether an appeal took a case out of a figure: one that counted against that unit there, in that month."""
    for event in life.named("assess_uphold"):
        said = event.data
        named = said["figure"]
        same = next((some for some in (DAYS, ON_TIME) if named in some), {named})
        against = case.value > 0 if named in DAYS else case.value in AGAINST.get(named, {0})
        month = case.on.year * 100 + case.on.month
        if code in same and against and (said["unit"], said["month"]) == (case.unit, month):
            return True
    return False


def entered(life):
    yield Case(life.ticket.id, life.raised_on(), "")
    was_open = life.events[0].target.value not in ENDED
    for event in life.events[1:]:
        is_open = event.target.value not in ENDED
        if is_open and not was_open:
            yield Case(life.ticket.id, day(event.at), life.unit_before(event))
        was_open = is_open


def left(life):
    first = life.events[0]
    was_open = first.target.value not in ENDED
    if not was_open:
        closed = life.ticket.first_closed_at or first.at
        yield Case(life.ticket.id, day(closed), life.ticket.lead_unit_code or "")
    for event in life.events[1:]:
        is_open = event.target.value not in ENDED
        if was_open and not is_open:
            yield Case(life.ticket.id, day(event.at), life.unit_before(event))
        was_open = is_open


def limit(kinds, reasons, *, of_units=True):
    """Kept limits on the day they were kept, broken ones on the day they ran out, those that run and are broken too."""

    def cases(life, now, calendar):
        for clock in life.clocks:
            if clock.kind not in kinds:
                continue
            unit = clock.holder_ref if of_units else ""
            if clock.stopped_at is None:
                if clock.due_at <= now:
                    yield Case(life.ticket.id, day(clock.due_at), unit, 0)
            elif clock.stop_reason in reasons:
                if clock.stopped_at >= clock.due_at:
                    yield Case(life.ticket.id, day(clock.due_at), unit, 0)
                elif clock.extension and clock.stopped_at >= without_extension(clock, calendar):
                    yield Case(life.ticket.id, day(clock.stopped_at), unit, 1)
                else:
                    yield Case(life.ticket.id, day(clock.stopped_at), unit, 2)

    cases.needs_now = True
    return cases


def without_extension(clock: Clock, calendar: Calendar) -> datetime:
    read = reminders.reading(clock)
    return calendar.due(read.started_at, read.limit, read.pauses, extension=Workdays(0), floor=read.floor).at


def days(*, carried_over):
    """Workdays from the day after the dispatch to the day of 办结, counted on the fingers."""

    def cases(life, now, calendar):
        waits = [one.at for one in life.named("carry_over")]
        for clock in life.clocks:
            done = clock.kind in {"unit", "rework"} and clock.stop_reason in {"resolve", "endorse"}
            if not done or clock.stopped_at is None:
                continue
            waited = any(clock.started_at <= at < clock.stopped_at for at in waits)
            if waited is not carried_over:
                continue
            first, last = day(clock.started_at).toordinal(), day(clock.stopped_at).toordinal()
            worked = [one for one in range(first + 1, last + 1) if calendar.is_workday(date.fromordinal(one))]
            yield Case(life.ticket.id, day(clock.stopped_at), clock.holder_ref, len(worked))

    cases.needs_now = True
    return cases


def reviewed(life):
    for event in life.named("pass_review", "send_back"):
        passed = int(event.action.value == "pass_review")
        yield Case(life.ticket.id, day(event.at), life.unit_before(event), passed)


def rulings(*, of_parts):
    def cases(life):
        for event in life.named("uphold_return", "reject_return"):
            if (event.source is event.target) is of_parts:
                unit = event.data["unit"] if of_parts else life.unit_before(event)
                yield Case(life.ticket.id, day(event.at), unit, int(event.action.value == "uphold_return"))

    return cases


def answer(name, *, last):
    """First or last answer of the enterprise; one that has it done again is not satisfied; silence is none."""

    def cases(life):
        answers = life.named("confirm", "reopen", "escalate")
        if not answers:
            return
        event = answers[-1 if last else 0]
        data, unit = event.data, life.unit_before(event)
        if name != "satisfied":
            if data.get(name) is not None:
                yield Case(life.ticket.id, day(event.at), unit, 1 if data[name] else 0)
        elif event.action.value != "confirm":
            if data.get("clear") is None:
                yield Case(life.ticket.id, day(event.at), unit, 0)
        elif data.get("satisfaction"):
            said = {"dissatisfied": 0, "mostly": 1, "satisfied": 2}[data["satisfaction"]]
            yield Case(life.ticket.id, day(event.at), unit, said)

    return cases


def reopened(life):
    for event in life.events:
        if event.target.value == "reviewed" and (event.source is None or event.source.value != "reviewed"):
            again = bool(life.named("reopen", "escalate"))
            yield Case(life.ticket.id, day(event.at), life.unit_before(event), int(again))
            return


def came_back(life):
    for event in life.named("close"):
        yield Case(life.ticket.id, day(event.at), life.unit_before(event), int(bool(life.named("recheck"))))
        return


ALWAYS = {
    "raised": raised,
    "dispatched": dispatched,
    "closed": ended_as("closed"),
    "declined": ended_as("declined"),
    "incomplete": ended_as("incomplete"),
    "withdrawn": ended_as("withdrawn"),
    "merged": ended_as("merged"),
    "carried": carried,
    "excluded": excluded,
    "dispatch_corrected": dispatched,
    "exempted": exempted,
    "entered": entered,
    "left": left,
}
"""Figures that count what is 不计入考核 as well."""
ASSESSED = {
    "intake_on_time": limit({"intake"}, {"accept", "answer", "decline"}, of_units=False),
    "dispatch_on_time": limit({"dispatch"}, {"dispatch"}, of_units=False),
    "receipt_on_time": limit({"acknowledge"}, {"acknowledge"}),
    "handling_on_time": limit({"unit", "rework"}, {"resolve", "endorse"}),
    "handling_on_time_plain": limit({"unit", "rework"}, {"resolve", "endorse"}),
    "part_on_time": limit({"part"}, {"hand_in"}),
    "days_mean": days(carried_over=False),
    "days_median": days(carried_over=False),
    "days_p90": days(carried_over=False),
    "days_carried": days(carried_over=True),
    "sent_back": reviewed,
    "return_rejected": rulings(of_parts=False),
    "part_return_rejected": rulings(of_parts=True),
    "contacted": answer("contacted", last=False),
    "solved": answer("solved", last=False),
    "satisfied": answer("satisfied", last=False),
    "clear": answer("clear", last=False),
    "last_contacted": answer("contacted", last=True),
    "last_solved": answer("solved", last=True),
    "last_satisfied": answer("satisfied", last=True),
    "last_clear": answer("clear", last=True),
    "reopened": reopened,
    "came_back": came_back,
}


def cases_of(lives, code, now, calendar):
    """Everything that a figure counts, whenever it was."""
    rule = ALWAYS.get(code) or ASSESSED[code]
    for life in lives:
        if not (life.stands_in_figures if code in ALWAYS else life.is_assessed):
            continue
        for case in rule(life, now, calendar) if hasattr(rule, "needs_now") else rule(life):
            if code in ALWAYS or not is_exempt(life, code, case):
                yield case


def key_of(life: Life, case: Case, cut: str) -> str:
    """Under which key a case stands along a cut."""
    ticket = life.ticket
    return {
        "all": "",
        "chain": ticket.chain_code,
        "unit": case.unit,
        "category": life.top_category,
        "kind": ticket.kind.value if ticket.kind else "",
        "enterprise": ticket.enterprise_code,
        "channel": ticket.channel.value,
    }[cut]


def value_of(code, values):
    """The figure itself; None where nothing was counted."""
    n = len(values)
    if code in {"raised", "dispatched", "closed", "declined", "incomplete", "withdrawn", "merged"}:
        return Fraction(n)
    if code in {"carried", "excluded", "days_carried", "exempted", "entered", "left"}:
        return Fraction(n)
    if n == 0:
        return None
    if code == "days_mean":
        return Fraction(sum(values), n)
    if code == "days_median":
        return Fraction(median(sorted(values)))
    if code == "days_p90":
        return Fraction(next(one for one in sorted(values) if 10 * sum(v <= one for v in values) >= 9 * n))
    if code in {"satisfied", "last_satisfied"}:
        return (values.count(2) + Fraction(9, 10) * values.count(1)) / n
    if code == "handling_on_time_plain":
        return Fraction(values.count(2), n)
    if code.endswith("on_time"):
        return Fraction(values.count(2) + values.count(1), n)
    if code in {"return_rejected", "part_return_rejected", "sent_back"}:
        return Fraction(values.count(0), n)
    return Fraction(values.count(1), n)
