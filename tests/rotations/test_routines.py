"""Recurring work without hosts: planned once, laid down for two years, reminded, marked done; what was missed is seen."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.reminders import jobs as reminders
from chainhub.reminders.models import Clock
from chainhub.rotations import days, jobs
from chainhub.rotations.routines import queries
from chainhub.rotations.routines.models import Occasion, Routine, RoutineEvent
from chainhub.rotations.routines.service import acting, planning, watching
from chainhub.rotations.routines.service.planning import Asked, Plan
from chainhub.rotations.routines.workflow import TABLE, Action, Change, Kind, actions, find, is_missed, usual
from chainhub.rotations.workflow import State
from tests import people
from tests.people import NOW, china, work_of
from tests.rotations.staging import a_day_off

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

TODAY = NOW.date()
JANUARY = date(2026, 1, 1)
POWER_BODY = f"department:{people.POWER_UNIT}"


def planned(session, kind=Kind.MEETING, who=people.LIAISON, at=NOW, **given) -> Routine:
    asked = {"body": POWER_BODY, "rhythm": usual(kind, JANUARY), "starts": "14:00", "lead_days": 7, **given}
    return planning.plan(work_of(session, who, at), Plan(kind, **asked))


def rows(session, routine) -> list[Occasion]:
    query = select(Occasion).where(Occasion.routine_id == routine.id).order_by(Occasion.period_on)
    return list(session.scalars(query))


def acted(session, one, action, who=people.POWER, at=NOW, **given) -> Occasion:
    return acting.act(work_of(session, who, at), one.id, action, None, given)


def clocks(session, one) -> list[Clock]:
    query = select(Clock).where(
        Clock.owner_kind == "occasion", Clock.owner_id == one.id, Clock.stopped_at.is_(None)
    )
    return list(session.scalars(query))


@pytest.mark.parametrize(
    ("kind", "count"), [(Kind.MEETING, 24), (Kind.RESEARCH, 8), (Kind.REPORT, 4), (Kind.SURVEY, 4)]
)
def test_two_years_are_laid_down_on_workdays(session, calendar, kind, count):
    found = rows(session, planned(session, kind))

    assert count <= len(found) <= count + 1
    assert len({one.period_on for one in found}) == len(found)
    assert all(calendar.is_workday(one.on) and one.why for one in found)
    assert found[-1].on >= TODAY + timedelta(days=600)


def test_the_survey_runs_for_half_a_year_each(session):
    routine = planned(session, Kind.SURVEY)
    beat = queries.rhythm(routine)
    labels = {days.label(beat, days.period_of(beat, one.period_on)) for one in rows(session, routine)}

    assert labels == {"1—6月", "7—12月"}


def test_who_plans_and_who_reads(session):
    for who in (people.OWNER, people.GUIDE, people.POWER, people.CHIEF):
        with pytest.raises(NotAllowed):
            planned(session, who=who)
    with pytest.raises(Invalid):
        planned(session, who=people.CLERK)  # the county's is not a chain's
    with pytest.raises(Invalid):
        planned(session, body="department:nobody")
    routine = planned(session, who=people.CLERK, chain="equipment", body="committee:equipment")
    assert queries.own(work_of(session, people.CHIEF), routine.id) is routine
    for who in (people.OWNER, people.STRANGER, people.GUIDE, "xitong"):
        with pytest.raises(NotFound):
            queries.own(work_of(session, who), routine.id)
        assert not queries.all_of(work_of(session, who))


def test_every_row_of_the_table_is_walked_and_everything_else_refused(session):
    assert {row[0] for row in TABLE} == set(Action)
    assert {state for state in State if not list(actions(state))} >= {State.WRITTEN_UP, State.CANCELLED}
    given = {"why": "缘由", "on": date(2026, 4, 8), "note": "办了三件事"}
    for action, state, to, needs, _ in TABLE:
        one = rows(session, planned(session))[0]
        later = china(2026, 3, 20, 10)
        one.stage = state
        session.flush()
        for name in needs:
            with pytest.raises(Invalid):
                acted(session, one, action, people.LIAISON, later, **{**given, name: ""})
        assert acted(session, one, action, people.LIAISON, later, **given).stage is to
    for action in Action:
        for state in State:
            if find(action, state) is None:
                one = rows(session, planned(session))[0]
                one.stage = state
                session.flush()
                with pytest.raises(Conflict):
                    acted(session, one, action, people.LIAISON, **given)


def test_the_responsible_marks_it_done_with_a_note_and_where_the_papers_are(session):
    one = rows(session, planned(session))[0]
    with pytest.raises(NotAllowed):
        acted(session, one, Action.HOLD, people.TRANSPORT, note="别家的")
    with pytest.raises(NotAllowed):
        acted(session, one, Action.PIN, on=date(2026, 4, 8), why="负责的人不改日子")
    for address in ("javascript:1", "//example.cn", "example.cn"):
        with pytest.raises(Invalid):
            acted(session, one, Action.HOLD, at=china(2026, 3, 20, 10), note="办了", address=address)

    acted(session, one, Action.HOLD, at=china(2026, 3, 20, 10), note="开了会", address="https://example.cn/1")
    acted(session, one, Action.WRITE_UP, at=china(2026, 3, 23, 10), note="纪要印发")

    assert (one.stage, one.note, one.address) == (State.WRITTEN_UP, "纪要印发", "https://example.cn/1")
    assert one.done_on == date(2026, 3, 20)
    assert one.sequence == 2
    events = session.scalars(select(RoutineEvent).where(RoutineEvent.occasion_id == one.id)).all()
    assert [event.action for event in events] == ["记办完", "记成文"]
    assert "已办" in events[0].after[0]
    assert "韩砚" in events[0].by


def test_one_of_a_later_period_is_not_done_yet_and_a_stale_page_is_told(session):
    later = rows(session, planned(session))[3]
    with pytest.raises(Conflict):
        acted(session, later, Action.HOLD, note="还早")
    with pytest.raises(Conflict):
        acting.act(work_of(session, people.POWER), later.id, Action.POSTPONE, 99, {"why": "旧页面"})


def test_what_was_missed_is_seen_asked_after_and_goes_up_the_posts(session, calendar):
    routine = planned(session)
    one = rows(session, routine)[0]
    after = calendar.start_of_day(calendar.add_workdays(one.on, 1)) + timedelta(minutes=5)
    jobs.lay_routines_anew(work_of(session, "clock", after), [routine.id])

    assert is_missed(one.stage, one.on, after.date())
    assert [row.id for row, _ in queries.missed(work_of(session, people.CHIEF, after))] == [one.id]
    assert {clock.kind for clock in clocks(session, one)} == {"missed"}
    late = calendar.add_workdays(after.date(), 4)
    at = calendar.start_of_day(late) + timedelta(minutes=5)
    work = work_of(session, "clock", at)
    reminders.handle(work, reminders.find(work, 500))
    deputy = work_of(session, people.POWER_DEPUTY).actor.id
    told = session.scalars(select(Notice.text).where(Notice.user_id == deputy, Notice.link == one.link)).all()
    assert any("逾期" in text for text in told)

    acted(session, one, Action.HOLD, at=at, note="补开了")
    assert {clock.kind for clock in clocks(session, one)} == {"write_up"}
    assert queries.missed(work_of(session, people.CHIEF, at)) == []


def test_the_responsible_are_reminded_by_the_ladder_from_the_lead_on(session, calendar):
    routine = planned(session, lead_days=7)
    one = rows(session, routine)[1]
    power = work_of(session, people.POWER).actor.id
    for left in range(16, 0, -1):
        on = calendar.add_workdays(one.on, -left)
        at = calendar.start_of_day(on) - timedelta(hours=1)
        jobs.lay_routines_anew(work_of(session, "clock", at), [routine.id])
        work = work_of(session, "clock", at + timedelta(hours=2))
        reminders.handle(work, reminders.find(work, 500))

    told = session.scalars(select(Notice.text).where(Notice.user_id == power, Notice.link == one.link)).all()
    assert [text.partition("还有 ")[2][:1] for text in told] == ["7", "1"]


def test_who_is_named_is_reminded_instead_and_who_has_left_is_not(session):
    routine = planned(session)
    with pytest.raises(Invalid):
        _change(session, routine, Change.PEOPLE, people=[people.TRANSPORT])
    _change(session, routine, Change.PEOPLE, people=[people.POWER_DEPUTY])
    deputy = session.scalars(select(User.id).where(User.username == people.POWER_DEPUTY)).one()
    assert queries.responsible(session, routine) == {deputy}
    one = rows(session, routine)[0]
    near = china(one.on.year, one.on.month, one.on.day, 0) - timedelta(days=3)
    jobs.lay_routines_anew(work_of(session, "clock", near), [routine.id])
    assert {(clock.holder_scope, clock.holder_ref) for clock in clocks(session, one)} == {
        ("person", str(deputy))
    }

    work = work_of(session, "clock", near.replace(hour=9) + timedelta(days=2))
    reminders.handle(work, reminders.find(work, 500))
    told = session.scalars(select(Notice.user_id).where(Notice.link == one.link)).all()
    assert told == [deputy]

    routine.people = [10**6]
    jobs.lay_routines_anew(work_of(session, "clock", near + timedelta(hours=1)), [routine.id])
    assert {clock.holder_scope for clock in clocks(session, one)} == {"unit"}


def _change(session, routine, change, who=people.LIAISON, **given):
    return planning.change(work_of(session, who), routine.id, Asked(change, "缘由", **given))


def test_a_change_is_a_preview_first_and_the_past_stays(session):
    routine = planned(session)
    later = china(2026, 4, 20, 9)
    first = rows(session, routine)[0]
    acted(session, first, Action.HOLD, at=china(2026, 3, 20, 10), note="开了会")
    held = first.on
    asked = Asked(Change.RHYTHM, "改成每季度", usual(Kind.RESEARCH, JANUARY), "09:30", lead_days=15)
    before = [(one.id, one.on) for one in rows(session, routine)]

    shown = planning.preview(work_of(session, people.LIAISON, later), routine.id, asked)
    assert [(one.id, one.on) for one in rows(session, routine)] == before
    done = planning.change(work_of(session, people.LIAISON, later), routine.id, asked)

    assert (shown.before, shown.after) == (done.before, done.after)
    assert (routine.months, routine.starts, routine.lead_days) == (3, "09:30", 15)
    assert session.get(Occasion, first.id).on == held
    event = session.scalars(select(RoutineEvent).order_by(RoutineEvent.id.desc())).first()
    assert event.before[0].startswith("每月一次")
    assert event.after[0].startswith("每季度一次")
    with pytest.raises(NotAllowed):
        _change(session, routine, Change.END, who=people.POWER, from_on=date(2026, 12, 1))


def test_what_ends_is_planned_no_more_and_keeps_what_was_held(session):
    routine = planned(session)
    end = date(2026, 6, 1)
    with pytest.raises(Invalid):
        _change(session, routine, Change.END, from_on=TODAY - timedelta(days=1))

    _change(session, routine, Change.END, from_on=end)

    assert all(one.on < end for one in rows(session, routine))
    jobs.lay_routines_anew(work_of(session, "clock", china(2026, 7, 1, 9)), [routine.id])
    assert rows(session, routine)[-1].on < end


def test_a_day_that_is_put_off_leaves_and_comes_back_with_its_reason(session):
    one = rows(session, planned(session))[0]
    acted(session, one, Action.POSTPONE, why="防汛")
    assert one.on is None
    acted(session, one, Action.RESCHEDULE, on=date(2026, 3, 28), why="领导时间")  # a Saturday, by hand

    assert (one.stage, one.on, one.pinned) == (State.PLANNED, date(2026, 3, 28), True)


def test_an_imported_calendar_moves_days_at_once_and_tells_once(session):
    routine = planned(session)
    one = rows(session, routine)[2]
    gone = one.on
    a_day_off(session, gone)
    work = work_of(session, "clock", NOW + timedelta(minutes=5))
    assert jobs.find_unlaid_routines(work, 10) == [routine.id]

    jobs.lay_routines_anew(work, [routine.id])

    assert one.on != gone
    assert work.calendar.is_workday(one.on)
    assert jobs.find_unlaid_routines(work, 10) == []
    power = work_of(session, people.POWER).actor.id
    told = select(func.count()).where(
        Notice.user_id == power, Notice.link == routine.link, Notice.text.contains("日子变了")
    )
    assert session.scalar(told) == 1


def test_where_nobody_is_left_nobody_is_reminded(session):
    routine = planned(session)
    routine.body_ref = "nobody"

    assert queries.responsible(session, routine) == frozenset()
    assert list(watching._holders(work_of(session, people.LIAISON), routine, watching.Watched.COMING)) == []
