"""What is made and told by itself: only where the county wishes it, once, on workdays."""

import pytest
from sqlalchemy import select

from chainhub.notices.models import Notice
from chainhub.statistics.reports import jobs, scheduling
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.service import publishing
from chainhub.statistics.reports.wishes import Schedule
from tests import people
from tests.builders import as_clock
from tests.people import china, work_of

pytestmark = pytest.mark.slow
HOLIDAY, WORKDAY = china(2026, 5, 3, 9), china(2026, 5, 6, 9)  # Labour Day is off to 5 May


def _wish(session, **wanted):
    scheduling.change(work_of(session, people.LIAISON, china(2026, 4, 20, 9)), Schedule(**wanted))


def test_nothing_goes_by_itself_unless_it_is_wished(session):
    assert jobs.find_unmade(as_clock(session, WORKDAY), 10) == []
    assert jobs.find_untold(as_clock(session, WORKDAY), 10) == []


def test_on_the_first_workday_the_drafts_of_the_month_before_are_made_once_and_told(session):
    _wish(session, monthly=True)
    assert jobs.find_unmade(as_clock(session, HOLIDAY), 10) == []
    work = as_clock(session, WORKDAY)
    found = jobs.find_unmade(work, 10)

    jobs.make(work, found)

    made = session.scalars(select(StatReport).order_by(StatReport.id)).all()
    assert [(one.month, one.chain) for one in made] == [
        (202604, ""),
        *((202604, one) for one in ("textile", "equipment", "chemical")),
    ]
    assert jobs.find_unmade(work, 10) == []
    told = set(session.scalars(select(Notice.user_id).where(Notice.key == f"report:{made[2].id}:draft")))
    assert people.actor(session, people.CLERK).id in told


def test_of_a_week_everybody_who_reads_figures_hears_once_by_a_link(session):
    _wish(session, weekly=True)
    early = as_clock(session, china(2026, 5, 6, 8, 0))
    assert jobs.find_untold(early, 500) == []
    work = as_clock(session, WORKDAY)
    found = jobs.find_untold(work, 500)

    jobs.tell(work, found)

    assert jobs.find_untold(work, 500) == []
    chief = people.actor(session, people.CHIEF).id
    (notice,) = session.scalars(
        select(Notice).where(Notice.user_id == chief, Notice.key == "weekly:2026-W18")
    ).all()
    assert notice.link == "/statistics/weekly?week=2026-W18"
    assert people.actor(session, people.OWNER).id not in found


@pytest.mark.parametrize("wished", [True, False])
def test_what_was_signed_goes_to_everybody_who_reads_it_where_that_is_wished(session, published, wished):
    report = published()
    if wished:
        _wish(session, monthly=True)
    at = china(2026, 4, 21, 9)

    publishing.sign(work_of(session, people.CHIEF, at), report.id, report.version)

    key = f"report:{report.id}:signed"
    told = list(session.scalars(select(Notice.user_id).where(Notice.key == key)))
    ids = {
        one: people.actor(session, one).id for one in (people.PRINCIPAL, people.DISPATCHER, people.LIAISON)
    }
    publisher, signer = (people.actor(session, one).id for one in (people.CLERK, people.CHIEF))
    assert len(told) == len(set(told)), "each of them once"
    assert publisher in told
    assert signer not in told
    assert ({*ids.values()} <= set(told)) is wished
    assert people.actor(session, people.OWNER).id not in told
    if not wished:
        assert told == [publisher]
