"""节前清零: the days by the notice, 账款拖欠 first, and only what one sees."""

from datetime import date

import pytest

from chainhub.core.errors import Invalid
from chainhub.tickets import desk, festival
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import NOW, china, work_of
from tests.web_client import said

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.mark.parametrize(
    ("today", "left", "in_time"),
    [
        (date(2026, 1, 30), 11, False),  # Friday
        (date(2026, 2, 2), 10, True),  # Monday; 14 February, a Saturday, is worked
        (date(2026, 2, 13), 1, True),
        (date(2026, 2, 14), 0, True),
        (date(2026, 3, 2), None, False),  # the next notice is not there yet
    ],
)
def test_the_workdays_before_the_festival(calendar, today, left, in_time):
    found = festival.standing(calendar, today)

    assert (found.left, found.in_time) == (left, in_time)
    assert found.on == (date(2026, 2, 15) if left is not None else None)


def test_what_is_open_is_listed_arrears_first_and_page_by_page(session):
    one, other = a_ticket(session, State.HANDLING), a_ticket(session)
    owed = a_ticket(session, category="arrears")
    a_ticket(session, State.WITHDRAWN)
    work, found, cursor = work_of(session, people.CLERK), [], ""
    for _ in range(3):
        page = festival.page(work, cursor=cursor, limit=1)
        found += [line.ticket.id for line, _ in page.items]
        cursor = page.next_cursor

    assert (found, cursor) == ([owed.id, one.id, other.id], "")
    assert all(missing for _, missing in festival.page(work).items)
    assert dict(festival.per_unit(work)) == {"县供电公司": 1, "未派单": 2}
    assert not festival.page(work_of(session, people.TRANSPORT)).items
    for cursor in ("x", "OX4x"):
        with pytest.raises(Invalid):
            festival.page(work, cursor=cursor)


def test_the_home_page_leads_there_in_that_time_alone(session):
    def led(at):
        return "/before-festival" in [one.url for one in desk.doors(work_of(session, people.POWER, at))]

    assert led(china(2026, 2, 9, 9))
    assert not led(NOW)


def test_the_page_is_there_at_any_time_for_the_staff(as_, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    assert ticket.number in said(as_(people.POWER).get("/before-festival"))
    for username in (people.OWNER, people.GUIDE, "xitong"):
        assert as_(username).get("/before-festival").status_code == 403
