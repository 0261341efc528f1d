"""The clock of a month's visit. Its ladder stands in `reminders`: 5 and 2 workdays before, and once the month is over."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.core.worktime import Workdays
from chainhub.guides import rules
from chainhub.guides.models import VisitDuty
from chainhub.guides.rules import Watched
from chainhub.reminders import service as reminders
from chainhub.reminders.models import Clock
from chainhub.reminders.rules import Ladder
from chainhub.reminders.service import Holder, Owner

OWNER = "visit"


def running(work: Work, ids: Sequence[int]) -> Mapping[int, Clock]:
    """Return the running clocks of some duties, by duty."""
    found = select(Clock).where(
        Clock.owner_kind == OWNER, Clock.owner_id.in_(ids), Clock.stopped_at.is_(None)
    )
    return {clock.owner_id: clock for clock in work.session.scalars(found)}


def start(work: Work, duty: VisitDuty, firm: str) -> None:
    """Let the clock of a duty run to the month's last workday; with no workday left there is nothing to remind of."""
    today = local(work.now).date()
    left = work.calendar.workdays_between(today, rules.last_workday(work.calendar, duty.month_on))
    if left < 1:
        return
    about = f"{duty.month_on.month}月走访{firm}"
    link = f"/visits/new?enterprise={duty.enterprise_code}"
    owner = Owner(OWNER, duty.id, about, link, duty.chain_code, False)
    holder = Holder(Role.GUIDE.value, ScopeKind.ENTERPRISE.value, duty.enterprise_code)
    ladder = Ladder.VISITING
    kind = Watched.MONTHLY_VISIT
    work.session.add(reminders.begin(work, owner, kind, Workdays(left), holder, ladder=ladder, round_=1))


def is_true(work: Work, clock: Clock, duty: VisitDuty) -> bool:
    """Say whether a clock still runs to the last workday of its month, as the calendar has it now."""
    wanted = rules.last_workday(work.calendar, duty.month_on)
    return local(clock.due_at).date() == wanted and clock.calendar_version == work.calendar.version


def stop(work: Work, ids: Sequence[int], why: str) -> None:
    """Stop the clocks of some duties."""
    for clock in running(work, ids).values():
        reminders.stop(work, clock, why)
