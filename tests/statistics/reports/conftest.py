"""A month that was published: told, folded by half, drafted, frozen."""

import pytest

from chainhub.statistics import service, stories
from chainhub.statistics.reports.service import publishing
from chainhub.statistics.reports.terms import Period
from chainhub.statistics.terms import Month
from tests import people
from tests.people import work_of
from tests.statistics.staging import NOW

MARCH = Month(2026, 3)
CHAIN = "equipment"


@pytest.fixture
def published(session):
    """`published()` is March of the equipment chain, published by its committee; at another moment where one is given."""

    def publish(at=NOW, month=MARCH, why=""):
        clerk = work_of(session, people.CLERK, at)
        service.fold(clerk, stories.last_line(session) // 2)
        report = publishing.draft(clerk, Period(month, CHAIN), why)
        found = publishing.publish(clerk, report.id, report.version)
        session.flush()
        return found

    return publish
