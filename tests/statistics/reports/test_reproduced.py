"""A month that was published in the middle of a living county comes out the same when everything has gone on.

More seeds: `REPORT_SEEDS=1-20 python -m pytest tests/statistics/reports/test_reproduced.py`.
"""

import json
import os
from datetime import datetime, time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from chainhub.core.worktime import SHANGHAI
from chainhub.operations.simulating import running, stories
from chainhub.operations.simulating.running import Order
from chainhub.statistics.reports import content
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.service import checking, publishing
from chainhub.statistics.reports.terms import Period
from chainhub.statistics.terms import Month
from chainhub.tickets.models import TicketEvent
from chainhub.timetable import TIMETABLE
from tests import people
from tests.operations.simulating.conftest import END, county  # noqa: F401  # a fixture
from tests.people import work_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]  # the other tests here run on both

TOLD = [stories.told(one) for one in config.county("stories")["stories"]]


_FIRST, _, _LAST = os.environ.get("REPORT_SEEDS", "5-5").partition("-")


@pytest.mark.parametrize("seed", range(int(_FIRST), int(_LAST or _FIRST) + 1))
def test_a_month_is_reproduced_after_weeks_of_life(county, seed):  # noqa: F811
    def publish(day, _played) -> None:
        if (day.month, day.day) != (10, 1):
            return
        with Session(county) as session, session.begin():
            at = datetime.combine(day, time(23, 50), SHANGHAI)
            office = work_of(session, people.LIAISON, at)
            report = publishing.draft(office, Period(Month(2026, 9)))
            publishing.publish(office, report.id, report.version)

    running.simulate(
        county,
        Order(seed, running.begin_of(END, months=0, days=30), END, enterprises=5, pace=3.0),
        TIMETABLE,
        TOLD,
        say=publish,
    )
    with Session(county) as session:
        (report,) = session.scalars(select(StatReport)).all()
        work = work_of(session, people.LIAISON, END)
        said = json.loads(report.content)
        since = select(func.count()).where(
            TicketEvent.id > said["as_of"]["line"], TicketEvent.ticket_id.in_(content.tickets_of(said))
        )

        found = checking.check(work, report)
        assert (found.faults, found.differences) == ((), ())  # also where a notice was imported meanwhile
        assert session.scalar(since) >= 10, "little happened since to what it counts: this proves little"
