"""上级转办: the superior's own number and limit beside ours, a watch that reminds, and the reply."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county import known
from chainhub.county.workdays import service as workdays
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.reminders.models import Clock
from chainhub.tickets import listing, presenting, queries
from chainhub.tickets.listing import Filter
from chainhub.tickets.service import referrals
from chainhub.tickets.service.referrals import Paper
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of
from tests.reminders.passing import run_timetable
from tests.web_client import token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
ELEVEN = NOW.replace(hour=11)
FRIDAY = date(2026, 3, 6)
PAPER = Paper("12345", "JN202603020017", FRIDAY)


def _record(session, ticket, who=people.CLERK, paper=PAPER, at=ELEVEN):
    return referrals.record(work_of(session, who, at), ticket.number, paper)


def _reply(session, ticket, who=people.CLERK, at=ELEVEN, **given):
    return referrals.reply(work_of(session, who, at), ticket.number, "已按期办结并告知企业", **given)


def _clocks(session) -> list[Clock]:
    return session.scalars(select(Clock).where(Clock.owner_kind == referrals.OWNER).order_by(Clock.id)).all()


def test_the_superiors_limit_stands_beside_ours_with_a_watch_of_its_own(session):
    ticket = a_ticket(session, S.HANDLING)
    due = ticket.due_at

    made = _record(session, ticket)

    assert (made.number, ticket.original_number) == ("JN202603020017", "JN202603020017")
    assert made.due_at == ticket.superior_due_at == china(2026, 3, 6, 17, 30)
    assert ticket.due_at == due
    page = listing.page(work_of(session, people.CLERK), Filter(referred=True))
    assert [item.ticket.number for item in page.items] == [ticket.number]
    facts = known.of(session)
    row = presenting.row(ticket, "", ELEVEN, facts.calendar, facts.directory)
    assert row.due.endswith("上级 3月6日")
    run_timetable(session, china(2026, 3, 5, 8, 31), "reminders")
    assert session.scalars(select(Notice.text).where(Notice.text.contains("上级期限"))).all()
    assert verify.verify(session).ok


def test_it_is_corrected_until_it_was_replied_to(session):
    ticket = a_ticket(session, S.HANDLING)
    _record(session, ticket)
    later = Paper("12345", "JN202603020018", date(2026, 3, 9))

    made = _record(session, ticket, people.DISPATCHER, later)

    assert (made.number, ticket.superior_due_at) == ("JN202603020018", china(2026, 3, 9, 17, 30))
    assert [one.stopped_at is None for one in _clocks(session)] == [False, True]
    _reply(session, ticket)
    with pytest.raises(Conflict, match="已经回复"):
        _record(session, ticket)


def test_closing_here_does_not_answer_who_sent_it(session):
    ticket = a_ticket(session, S.HANDLING)
    _record(session, ticket)

    move(session, ticket, people.OWNER, A.WITHDRAW, ELEVEN, note="自己解决了")

    assert _clocks(session)[0].stopped_at is None
    made = _reply(session, ticket, replied_on=NOW.date())
    assert (made.replied_on, made.replied_by) == (NOW.date(), "装备制造链党委 宋以宁")
    assert _clocks(session)[0].stopped_at == ELEVEN
    with pytest.raises(Conflict, match="已经回复过"):
        _reply(session, ticket)


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 2, 27), date(2027, 3, 4)])
def test_a_superiors_day_lies_ahead(session, day):
    with pytest.raises(Invalid) as refused:
        _record(session, a_ticket(session, S.HANDLING), paper=Paper("12345", "1", day))

    assert "due_on" in refused.value.errors


@pytest.mark.parametrize("day", [NOW.date() - timedelta(days=3), NOW.date() + timedelta(days=1)])
def test_a_reply_was_made_between_then_and_now(session, day):
    ticket = a_ticket(session, S.HANDLING)
    _record(session, ticket)

    with pytest.raises(Invalid):
        _reply(session, ticket, replied_on=day)


@pytest.mark.parametrize("who", [people.POWER, people.OWNER, people.GUIDE, people.CHIEF])
def test_nobody_else_records_and_replies(session, who):
    ticket = a_ticket(session, S.HANDLING)
    with pytest.raises(NotAllowed):
        _record(session, ticket, who)
    _record(session, ticket)

    with pytest.raises(NotAllowed):
        _reply(session, ticket, who)
    with pytest.raises(NotFound):
        _reply(session, ticket, people.STRANGER)


def test_the_firms_side_reads_no_papers_that_go_up(session):
    ticket = a_ticket(session, S.HANDLING)
    _record(session, ticket)

    for who in (people.OWNER, people.GUIDE):
        assert referrals.of(work_of(session, who), ticket) is None
    assert referrals.of(work_of(session, people.POWER), ticket) is not None


def test_an_imported_calendar_leaves_the_superiors_day(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _record(session, ticket)
    content = json.dumps(
        {"year": 2026, "days": [{"date": "2026-03-05", "name": "调整", "isOffDay": True}]}
    ).encode()
    workdays.import_notice(work_of(session, "xitong", ELEVEN), "2026.json", content)
    known.forget(session)

    run_timetable(session, ELEVEN, "recompute")

    assert (_clocks(session)[0].limit, made.due_at) == ("3d", china(2026, 3, 6, 17, 30))


def test_through_the_pages(as_, session):
    ticket = a_ticket(session, S.HANDLING)
    session.commit()
    link = f"/tickets/{ticket.number}"
    clerk = as_(people.CLERK)
    day = (clock.now() + timedelta(days=10)).date().isoformat()

    def _send(path, **data):
        return clerk.post(path, data={**data, "csrf_token": token_of(clerk, path)})

    assert _send(f"{link}/referral", source="12345", number="JN17", due_on="2020-01-01").status_code == 422
    assert _send(f"{link}/referral", source="12345", number="JN17", due_on=day).status_code == 303
    page = clerk.get(link).get_data(as_text=True)
    assert "12345 JN17" in page
    assert ticket.number in clerk.get("/tickets?referred=1").get_data(as_text=True)
    assert "12345 JN17" not in as_(people.OWNER).get(link).get_data(as_text=True)
    assert _send(f"{link}/referral/reply", reply="办好了").status_code == 303
    assert "已回复上级" in clerk.get(link).get_data(as_text=True)
    assert as_(people.POWER).get(f"{link}/referral").status_code == 403
    assert queries.last_event(session, ticket.id).action is A.REPLY_UP
