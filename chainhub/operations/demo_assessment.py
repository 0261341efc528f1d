"""What 考核 shows in the demonstration: one appeal that was upheld, one that waits for the committee."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.worktime import SHANGHAI
from chainhub.operations.simulating.county import County
from chainhub.statistics import rules, stories
from chainhub.statistics.appeals import service as appeals
from chainhub.statistics.appeals.service import Against
from chainhub.statistics.figures import FIGURES
from chainhub.statistics.terms import month_of
from chainhub.tickets.models import Ticket

CHAIN = "equipment"  # of the demonstration accounts
LOOKED_AT = 200  # tickets among which cases are found
COUNTED = ("satisfied", "handling_on_time")
REASON = "企业自己要求改到下周再办，有往来记录，不是本单位拖的。"
DECISION = "核对了通话记录，也问过企业，情况属实。"


def show(session: Session, county: County, now: datetime) -> None:
    """Let units of the demonstration's chain have appealed against two cases of this month or the one before."""
    today = now.astimezone(SHANGHAI).date()
    begun, decided = (_at_ten(county.calendar.add_workdays(today, -days)) for days in (3, 2))
    recent = select(Ticket.id).where(Ticket.chain_code == CHAIN).order_by(Ticket.id.desc()).limit(LOOKED_AT)
    work = county.as_(session, county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN)[0], begun)
    found: dict[int, Against] = {}
    for story in stories.stories(work, session.scalars(recent).all()):
        for mark in rules.judge(story, work.calendar):
            against = [FIGURES[code] for code in COUNTED if FIGURES[code].measure is mark.measure]
            if (
                against
                and mark.unit
                and mark.month == month_of(begun).code
                and against[0].weighs_down(mark.value)
            ):
                found.setdefault(story.ticket, Against(against[0], mark.unit, month_of(begun)))
    for place, (ticket, about) in enumerate(list(found.items())[:2]):
        unit = county.as_(session, county.holding(Role.DEPARTMENT, ScopeKind.UNIT, about.unit)[0], begun)
        made = appeals.ask(unit, session.get_one(Ticket, ticket).number, about, REASON)
        if not place:
            later = county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN)[0]
            decider = county.as_(session, later, decided)
            appeals.decide(decider, made.id, uphold=True, note=DECISION)


def _at_ten(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
