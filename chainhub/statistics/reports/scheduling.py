"""What is made and told by itself: on the first workdays the draft of the month before, on Mondays the week.

A county says so as a dated rule; nothing is sent but a link, by the ways that a person has chosen.
"""

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import NotAllowed
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known, state
from chainhub.county.rulebook.models import RuleText
from chainhub.notices import service as notices
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from chainhub.statistics.reports import reading, weekly
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.service import publishing
from chainhub.statistics.reports.terms import Period
from chainhub.statistics.reports.wishes import RULE, Schedule, of, readers


def demand_office(work: Work) -> None:
    """Raise NotAllowed for anybody but the county's office."""
    if not reading.makes(work.actor, ""):
        raise NotAllowed("月报和周报的定时由县里的联络员定。")


def change(work: Work, wanted: Schedule) -> None:
    """Wish it otherwise from now on: the county's office does. Raises NotAllowed."""
    demand_office(work)
    if wanted == of(work):
        return
    value = {"monthly": wanted.monthly, "weekly": wanted.weekly}
    work.session.add(RuleText(name=RULE, value=value, from_at=work.now))
    state.touch(work.session)
    work.session.flush()
    known.forget(work.session)
    audit.record(work, "schedule_reports", "月报、周报", value)


# Months


def unmade(work: Work) -> list[Period]:
    """Return the scopes whose last month has no report yet, from the month's first workday on."""
    today = local(work.now).date()
    first = today.replace(day=1)
    if not of(work).monthly or not any(
        work.calendar.is_workday(first.replace(day=day)) for day in range(1, today.day + 1)
    ):
        return []
    month = publishing.last_month(today)
    there = set(work.session.scalars(select(StatReport.chain).where(StatReport.month == month.code)))
    chains = ["", *known.of(work.session).directory.chains]
    return [Period(month, one) for one in chains if one not in there]


def make(work: Work, period: Period) -> None:
    """Draft one and tell those who publish it."""
    made = publishing.begin(work, period)
    holders = known.of(work.session).holders
    who = (
        holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, period.chain)
        if period.chain
        else holders.ids(Role.LIAISON, ScopeKind.COUNTY)
    )
    words = f"{reading.title(work, made)}的草稿起好了，请核对数字、改好文字再发布。"
    notices.enqueue(work, who, NoticeKind.TASK, words, key=f"report:{made.id}:draft", link=made.link)


# Weeks


def untold(work: Work) -> list[int]:
    """Return who is to hear of the week that has passed, from 08:30 of this week's first workday on."""
    if not of(work).weekly or not weekly.is_time(work):
        return []
    week = weekly.last_week(local(work.now).date())
    hear = sorted(readers(work))
    told = select(Notice.user_id).where(Notice.key == _key(week), Notice.user_id.in_(hear))
    heard = set(work.session.scalars(told))
    return [one for one in hear if one not in heard]


def tell(work: Work, ids: list[int]) -> None:
    """Tell them: a link, no attachment."""
    week = weekly.last_week(local(work.now).date())
    words = f"{week.text}的诉求办理周报出来了，点开看。"
    notices.enqueue(
        work, ids, NoticeKind.NEWS, words, key=_key(week), link=f"/statistics/weekly?week={week.written}"
    )


def _key(week: weekly.Week) -> str:
    return f"weekly:{week.written}"
