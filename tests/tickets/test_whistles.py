"""吹哨报到: who blows, who confirms, who is called and reports in, and what ends it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.tickets import desk, queries
from chainhub.tickets.service import whistles
from chainhub.tickets.service.whistles import Report
from chainhub.tickets.terms import Outcome, WhistleState
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of
from tests.reminders.passing import run_timetable
from tests.web_client import token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
ELEVEN = NOW.replace(hour=11)
WHY = "路面要挖开，电、路、绿化要一起来定"
BOTH = [people.POWER_UNIT, people.TRANSPORT_UNIT]


def _blow(session, ticket, who=people.CLERK, units=BOTH, at=ELEVEN):
    return whistles.blow(work_of(session, who, at), ticket.number, WHY, units)


def _report(session, ticket, who=people.TRANSPORT, at=ELEVEN, **given):
    report = Report(**{"people": "蒲青川等2人", **given})
    return whistles.report_in(work_of(session, who, at), ticket.number, report)


def _waiting(session, ticket) -> set[str]:
    running = queries.running_clocks(session, [ticket.id])
    return {clock.holder_ref for clock in running if clock.kind == "report_in"}


def _told(session, key: str) -> set[str]:
    rows = session.execute(
        select(User.username).join(Notice, Notice.user_id == User.id).where(Notice.key == key)
    )
    return set(rows.scalars())


def test_the_committee_calls_several_units_and_each_has_two_hours(session):
    ticket = a_ticket(session, S.HANDLING)
    due, version = ticket.due_at, ticket.version
    with pytest.raises(NotFound):
        queries.own(work_of(session, people.TRANSPORT), ticket.number)

    made = _blow(session, ticket)

    assert made.state is WhistleState.BLOWN
    assert _waiting(session, ticket) == set(BOTH)
    assert {one.due_at for one in whistles.reports(work_of(session, people.CLERK), ticket)} == {
        china(2026, 3, 2, 14, 50)
    }
    assert (ticket.due_at, ticket.version, ticket.state) == (due, version + 1, S.HANDLING)
    assert people.TRANSPORT in _told(session, f"whistle:{made.id}:{people.TRANSPORT_UNIT}")
    assert queries.own(work_of(session, people.TRANSPORT), ticket.number) is ticket
    assert verify.verify(session).ok


def test_what_a_firm_blows_counts_once_the_committee_confirms(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _blow(session, ticket, people.OWNER, ())
    assert (made.state, _waiting(session, ticket)) == (WhistleState.ASKED, set())
    assert people.CLERK in _told(session, f"whistle:{made.id}:asked")
    with pytest.raises(NotAllowed):
        whistles.confirm(work_of(session, people.DISPATCHER, ELEVEN), made.id, BOTH)

    whistles.confirm(work_of(session, people.CLERK, ELEVEN), made.id, BOTH)

    assert _waiting(session, ticket) == set(BOTH)
    with pytest.raises(Conflict, match="等报到"):
        whistles.confirm(work_of(session, people.CLERK, ELEVEN), made.id, BOTH)


def test_what_is_not_confirmed_calls_nobody_and_the_firm_reads_why(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _blow(session, ticket, people.OWNER, ())

    whistles.refuse(work_of(session, people.CLERK, ELEVEN), made.id, "供电公司明天就来，先等一天")

    assert (made.state, _waiting(session, ticket)) == (WhistleState.REFUSED, set())
    assert people.OWNER in _told(session, f"whistle:{made.id}:refused")
    assert whistles.may_blow(work_of(session, people.OWNER, ELEVEN), ticket)


@pytest.mark.parametrize("units", [[], ["leaders_office"], ["nirgends"], ["power_supply"] * 13 + ["x"]])
def test_only_units_that_handle_are_called(session, units):
    with pytest.raises(Invalid) as refused:
        _blow(session, a_ticket(session, S.HANDLING), units=units)

    assert "units" in refused.value.errors


@pytest.mark.parametrize("who", [people.POWER, people.GUIDE, people.CHIEF, people.DISPATCHER])
def test_nobody_else_blows(session, who):
    with pytest.raises(NotAllowed, match="党委"):
        _blow(session, a_ticket(session, S.HANDLING), who)


def test_one_at_a_time_and_only_while_it_is_being_solved(session):
    ticket = a_ticket(session, S.HANDLING)
    _blow(session, ticket)

    with pytest.raises(Conflict, match="已经吹过哨"):
        _blow(session, ticket)
    with pytest.raises(Conflict, match="不用再吹哨"):
        _blow(session, a_ticket(session, S.REVIEWED))
    with pytest.raises(NotFound):
        _blow(session, ticket, people.STRANGER)


def test_a_unit_reports_in_once_with_time_and_people(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _blow(session, ticket)
    with pytest.raises(NotAllowed):
        _report(session, ticket, people.CLERK)

    row = _report(session, ticket, at=ELEVEN + timedelta(minutes=30), note="带图纸来")

    assert (row.people, row.arrives_at, row.reported_by) == (
        "蒲青川等2人",
        ELEVEN + timedelta(minutes=30),
        "交通运输局 蒲青川",
    )
    assert _waiting(session, ticket) == {people.POWER_UNIT}
    assert people.CLERK in _told(session, f"whistle:{made.id}:{people.TRANSPORT_UNIT}:in")
    with pytest.raises(Conflict, match="已经报到"):
        _report(session, ticket)


def test_it_is_ended_by_who_blew_and_nobody_waits_any_more(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _blow(session, ticket)
    _report(session, ticket)
    with pytest.raises(NotAllowed):
        whistles.end(work_of(session, people.POWER, ELEVEN), made.id, "我说了算")

    whistles.end(work_of(session, people.CLERK, ELEVEN), made.id, "交通到了，供电电话里定了")

    assert (made.state, _waiting(session, ticket)) == (WhistleState.ENDED, set())
    assert people.POWER in _told(session, f"whistle:{made.id}:ended")
    assert people.TRANSPORT not in _told(session, f"whistle:{made.id}:ended")
    with pytest.raises(Conflict):
        _report(session, ticket, people.POWER)


def test_only_who_may_end_it_is_offered_it(as_, session):
    own, ours = a_ticket(session, S.HANDLING), a_ticket(session, S.HANDLING)
    asked = _blow(session, own, people.OWNER, ())
    made = _blow(session, ours)
    session.commit()

    with pytest.raises(NotAllowed, match="谁吹的哨谁来解"):
        whistles.end(work_of(session, people.OWNER, ELEVEN), made.id, "我说了算")
    for ticket, one, enders in (
        (own, asked, {people.OWNER, people.CLERK}),
        (ours, made, {people.CLERK}),
    ):
        for who in (people.OWNER, people.CLERK, people.POWER):
            assert whistles.may_end(work_of(session, who, ELEVEN), ticket, one) == (who in enders)
    assert f"/whistles/{made.id}/end" not in as_(people.OWNER).get(f"/tickets/{ours.number}").text
    assert f"/whistles/{made.id}/end" in as_(people.CLERK).get(f"/tickets/{ours.number}").text
    assert as_(people.OWNER).get(f"/whistles/{made.id}/end").status_code == 403
    whistles.confirm(work_of(session, people.CLERK, ELEVEN), asked.id, BOTH)
    assert whistles.may_end(work_of(session, people.OWNER, ELEVEN), own, asked)


def test_the_end_of_the_ticket_ends_the_waiting(session):
    ticket = a_ticket(session, S.HANDLING)
    _blow(session, ticket)

    move(session, ticket, people.OWNER, A.WITHDRAW, ELEVEN, note="自己解决了")

    assert _waiting(session, ticket) == set()
    with pytest.raises(Conflict):
        _report(session, ticket)


def test_who_is_late_is_reminded_and_finds_it_at_home(session):
    ticket = a_ticket(session, S.HANDLING)
    _blow(session, ticket)
    late = china(2026, 3, 2, 14, 55)

    run_timetable(session, late, "reminders")

    said = session.scalars(select(Notice.text).where(Notice.text.contains("吹哨报到"))).all()
    assert said
    page = desk.desk(work_of(session, people.TRANSPORT, late))
    assert [group.label for group in page.groups if group.rows] == ["吹哨报到"]
    _report(session, ticket, at=late)
    page = desk.desk(work_of(session, people.TRANSPORT, late))
    assert "吹哨报到" not in [group.label for group in page.groups]


def test_through_the_pages(as_, session):
    ticket = a_ticket(session, S.HANDLING)
    session.commit()
    link = f"/tickets/{ticket.number}"

    def _send(who, path, **data):
        client = as_(who)
        return client.post(path, data={**data, "csrf_token": token_of(client, path)})

    assert _send(people.OWNER, f"{link}/whistle", reason=WHY).status_code == 303
    made = whistles.of(work_of(session, people.CLERK), session.merge(ticket))
    session.expire_all()
    made = whistles.of(work_of(session, people.CLERK), ticket)[0]
    assert f"/whistles/{made.id}/confirm" in as_(people.CLERK).get(link).get_data(as_text=True)
    assert _send(people.CLERK, f"/whistles/{made.id}/confirm").status_code == 422
    assert _send(people.CLERK, f"/whistles/{made.id}/confirm", units=BOTH).status_code == 303
    assert f"{link}/report-in" in as_(people.TRANSPORT).get(link).get_data(as_text=True)
    assert _send(people.TRANSPORT, f"{link}/report-in", people="").status_code == 422
    assert _send(people.TRANSPORT, f"{link}/report-in", people="蒲青川等2人").status_code == 303
    owner = as_(people.OWNER).get(link).get_data(as_text=True)
    assert "蒲青川等2人" in owner
    assert "已报到" in owner
    assert as_(people.POWER).get(f"/whistles/{made.id}/end").status_code == 403
    assert _send(people.OWNER, f"/whistles/{made.id}/end", note="都来了").status_code == 303


def test_what_a_firm_asked_for_is_void_once_there_is_an_answer(session):
    """Found by the simulated county: it was confirmed after 销号, and called units to a ticket that had ended."""
    ticket = a_ticket(session, S.HANDLING)
    made = whistles.blow(work_of(session, people.OWNER, ELEVEN), ticket.number, WHY)
    given = {"outcome": Outcome.SOLVED, "reply": "修好了"}

    move(session, ticket, people.POWER, A.RESOLVE, NOW.replace(hour=14), **given)

    assert (made.state, made.decision) == (WhistleState.REFUSED, "诉求已是“待审核”，不用再吹哨。")
    with pytest.raises(Conflict):
        whistles.confirm(work_of(session, people.CLERK, NOW.replace(hour=15)), made.id, BOTH)
    assert _waiting(session, ticket) == set()


def test_an_end_ends_the_whistle_and_nobody_is_waited_for(session):
    ticket = a_ticket(session, S.HANDLING)
    made = _blow(session, ticket)

    move(session, ticket, people.OWNER, A.WITHDRAW, NOW.replace(hour=14), note="自己解决了")

    assert (made.state, made.ended_note) == (WhistleState.ENDED, "诉求已是“已撤回”，不用再报到。")
    assert _waiting(session, ticket) == set()


def test_who_oversees_several_that_are_called_hears_of_each_by_name(session):
    ticket = a_ticket(session, S.HANDLING)
    _blow(session, ticket)

    run_timetable(session, china(2026, 3, 3, 15), "reminders")

    clocks = [one for one in queries.running_clocks(session, [ticket.id]) if one.kind == "report_in"]
    assert {one.about for one in clocks} == {
        f"{ticket.about}（{one}）" for one in ("县供电公司", "交通运输局")
    }
    keys = tuple(f"clock:{one.id}:" for one in clocks)
    rows = session.execute(select(Notice.key, Notice.user_id, Notice.text)).all()
    told = [(who, text) for key, who, text in rows if key.startswith(keys)]
    assert told
    assert len(told) == len(set(told))
