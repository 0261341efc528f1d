"""Rotations as rows: laid down, changed with a preview, exchanged, held; each whose turn moved is told once."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.directory.models import Enterprise
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.rotations import jobs, queries, rules
from chainhub.rotations.models import RotationEvent, Salon, SalonHost
from chainhub.rotations.service import holding, laying, problems, roster, swapping
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.workflow import TABLE, Action, Change, State, SwapState, actions
from chainhub.tickets.workflow import State as TicketState
from tests import people
from tests.builders import move
from tests.people import NOW, china, work_of
from tests.rotations.staging import CHAIN, hosts, moved, opened, owner_of, salons

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

TODAY = NOW.date()


def _told(session, rotation) -> Counter:
    """How often each person was told of a turn since the rotation was opened."""
    first = session.scalar(select(func.min(RotationEvent.id)).where(RotationEvent.rotation_id == rotation.id))
    rows = session.scalars(
        select(Notice.user_id).where(Notice.key.like("rotation:%"), ~Notice.key.like(f"rotation:{first}:%"))
    )
    return Counter(rows)


def _ask(session, change, **given):
    (rotation,) = queries.of_chain(work_of(session, people.CLERK), CHAIN)
    return roster.change(work_of(session, people.CLERK), rotation.id, Asked(change, "说明缘由", **given))


def test_two_years_are_laid_down_each_session_with_its_reasons(session, calendar):
    rotation = opened(session)

    rows = salons(session, rotation)

    assert rows[-1].on >= date(2028, 1, 1)
    assert all(calendar.is_workday(one.on) and one.why for one in rows)
    first = session.scalars(select(SalonHost).where(SalonHost.salon_id == rows[0].id)).one()
    assert first.why == "第1轮轮到，排在前面的都有了"
    assert len({hosts(session, one)[0] for one in rows}) == len(rows)


def test_who_may_open_and_who_may_not(session):
    for who in (people.OWNER, people.DISPATCHER, people.CHIEF):
        with pytest.raises((NotAllowed, NotFound)):
            roster.open_rotation(work_of(session, who), CHAIN, rules_rhythm())
    opened(session)
    with pytest.raises(Conflict):
        opened(session)


def rules_rhythm():
    from chainhub.rotations.days import Rhythm

    return Rhythm(date(2026, 1, 1))


def test_the_clock_lays_the_next_period_down_once_a_day(session):
    rotation = opened(session)
    before = len(salons(session, rotation))
    later = work_of(session, "clock", china(2026, 5, 6, 9))

    assert jobs.find_unlaid(later, 10) == [rotation.id]
    jobs.lay_anew(later, [rotation.id])
    session.flush()

    assert jobs.find_unlaid(later, 10) == []
    assert len(salons(session, rotation)) == before + 1
    assert sum(_told(session, rotation).values()) >= 1  # whose turn it is in the new one


def test_a_preview_changes_nothing_and_says_what_the_change_then_does(session):
    rotation = opened(session)
    code = hosts(session, salons(session, rotation)[1])[0]
    asked = Asked(Change.LEAVE, "迁走了", code, TODAY)
    before = [(one.on, hosts(session, one)) for one in salons(session, rotation)]

    shown = roster.preview(work_of(session, people.CLERK), rotation.id, asked)
    session.flush()
    assert [(one.on, hosts(session, one)) for one in salons(session, rotation)] == before

    done = roster.change(work_of(session, people.CLERK), rotation.id, asked)
    assert shown.moved == done.moved
    assert code in {one.code for one in done.moved}
    told = _told(session, rotation)
    assert told
    assert set(told.values()) == {1}


def test_a_change_of_the_roster_leaves_a_line_with_before_and_after(session):
    rotation = opened(session)
    code = hosts(session, salons(session, rotation)[0])[0]
    _ask(session, Change.AWAY, enterprise=code, from_on=TODAY, until_on=TODAY + timedelta(days=100))

    line = queries.events(session, rotation).items[0]

    assert (line.action, line.why) == ("缓办", "说明缘由")
    assert line.before[0] != line.after[0]
    assert line.by.endswith("宋以宁")


def test_a_newcomer_moves_nobody_of_this_round(session):
    rotation = opened(session)
    firm = session.scalars(select(Enterprise).where(Enterprise.chain_code == CHAIN).limit(1)).one()
    _ask(session, Change.LEAVE, enterprise=firm.code, from_on=TODAY)
    before = [hosts(session, one) for one in salons(session, rotation)]

    found = _ask(session, Change.JOIN, enterprise=firm.code)

    assert found.moved == ()
    assert [hosts(session, one) for one in salons(session, rotation)] == before
    rota = queries.rota(work_of(session, people.CLERK), rotation)
    places = rules.places(rota, TODAY, work_of(session, people.CLERK).calendar)
    assert places[firm.code].place == len(rota.members)


def test_a_longer_span_and_a_span_without_reason_are_refused(session):
    opened(session)
    for given, field in (
        ({"from_on": TODAY, "until_on": TODAY - timedelta(days=1)}, "until_on"),
        ({"from_on": TODAY, "until_on": date(2040, 1, 1)}, "until_on"),
        ({}, "from_on"),
    ):
        with pytest.raises(Invalid) as refusal:
            _ask(session, Change.CLOSED, **given)
        assert field in refusal.value.errors


def test_another_rhythm_lays_everything_down_anew(session):
    from chainhub.rotations.days import Rhythm

    rotation = opened(session)
    moved(session, salons(session, rotation)[0], Action.ANNOUNCE)
    said = salons(session, rotation)[0].on

    _ask(session, Change.RHYTHM, rhythm=Rhythm(date(2026, 3, 1), 1, 1, 2, 1), at_once=2, starts="09:00")

    rows = salons(session, rotation)
    assert said in {one.on for one in rows}
    assert len(rows) >= 24
    assert all(len(hosts(session, one)) == 2 for one in rows if one.stage is State.PLANNED)


@pytest.mark.parametrize("action", list(Action))
def test_every_row_of_the_table_is_walked_and_everything_else_refused(session, action):
    at = {State.PLANNED: (), State.ANNOUNCED: (Action.ANNOUNCE,)}
    at[State.POSTPONED] = (Action.ANNOUNCE, Action.POSTPONE)
    at[State.CANCELLED] = (Action.CANCEL,)
    at[State.HELD] = (Action.ANNOUNCE, Action.HOLD)
    at[State.WRITTEN_UP] = (*at[State.HELD], Action.WRITE_UP)
    at[State.CLOSED] = (*at[State.WRITTEN_UP], Action.CLOSE)
    rotation = opened(session)
    rows = salons(session, rotation)
    given = {
        "why": "有缘由",
        "minutes": "议定三件事",
        "on": date(2028, 3, 1),
        "hosts": hosts(session, rows[7]),
    }
    later = china(2028, 2, 1, 9)
    for row, (state, path) in zip(rows, at.items(), strict=False):
        moved(session, row, *path, at=later, **given)
        assert row.stage is state
        if action in {one.action for one in actions(state)}:
            moved(session, row, action, at=later, **given)
        else:
            with pytest.raises(Conflict):
                moved(session, row, action, at=later, **given)


def test_what_a_row_needs_is_demanded(session):
    rotation = opened(session)
    row = salons(session, rotation)[0]

    with pytest.raises(Invalid) as refusal:
        moved(session, row, Action.CANCEL)

    assert set(refusal.value.errors) == {"why"}


def test_only_the_committee_and_its_own_host_touch_a_session(session):
    rotation = opened(session)
    row = salons(session, rotation)[0]
    host = owner_of(session, hosts(session, row)[0])
    other = owner_of(session, hosts(session, salons(session, rotation)[1])[0])

    holding.act(work_of(session, host), row.id, Action.PREPARE, None, {"theme": "看新线"})
    assert row.theme == "看新线"
    assert holding.offered(work_of(session, host), row) == [Action.PREPARE]
    for who in (other, people.DISPATCHER, people.CHIEF):
        with pytest.raises(NotAllowed):
            holding.act(work_of(session, who), row.id, Action.PREPARE, None, {})
    with pytest.raises(NotAllowed):
        holding.act(work_of(session, host), row.id, Action.ANNOUNCE, None, {})
    with pytest.raises(NotFound):
        holding.act(work_of(session, people.STRANGER), row.id, Action.PREPARE, None, {})


def test_a_stale_page_is_told_so(session):
    row = salons(session, opened(session))[0]
    seen = row.version
    moved(session, row, Action.ANNOUNCE)

    with pytest.raises(Conflict) as refusal:
        holding.act(work_of(session, people.CLERK), row.id, Action.CANCEL, seen, {"why": "不办了"})

    assert refusal.value.reason == "stale"


def test_a_cancelled_session_eats_no_turn(session):
    rotation = opened(session)
    first, second, *_ = salons(session, rotation)
    was = hosts(session, first)

    moved(session, first, Action.CANCEL, why="防汛")

    assert hosts(session, second) == was


def test_everybody_in_the_rotation_is_told_of_an_announced_session_once(session):
    row = salons(session, opened(session))[0]
    moved(session, row, Action.ANNOUNCE)
    owner = work_of(session, people.OWNER).actor.id
    told = select(Notice.text).where(Notice.link == row.link)

    assert "请到会" in session.scalars(told.where(Notice.user_id == owner)).one()
    moved(session, row, Action.CANCEL, why="防汛")
    words = session.scalars(told.order_by(Notice.id)).all()
    assert any("取消了（防汛）" in one for one in words)


def test_it_is_not_held_before_its_day(session):
    row = moved(session, salons(session, opened(session))[0], Action.ANNOUNCE)

    with pytest.raises(Conflict):
        moved(session, row, Action.HOLD)


def test_a_swap_is_asked_accepted_and_bound_to_the_sessions(session):
    rotation = opened(session)
    one, other, *_ = salons(session, rotation)
    a, b = hosts(session, one)[0], hosts(session, other)[0]
    before = Counter(code for row in salons(session, rotation) for code in hosts(session, row))

    asked = swapping.ask(work_of(session, owner_of(session, a)), one.id, a, other.id, b, "设备大修")
    with pytest.raises(NotAllowed):
        swapping.answer(work_of(session, owner_of(session, a)), asked.id, SwapState.ACCEPTED)
    swapping.answer(work_of(session, owner_of(session, b)), asked.id, SwapState.ACCEPTED)

    assert (hosts(session, one), hosts(session, other)) == ([b], [a])
    assert Counter(code for row in salons(session, rotation) for code in hosts(session, row)) == before
    told = _told(session, rotation)
    assert len(told) >= 2
    assert set(told.values()) == {1}
    jobs.lay_anew(work_of(session, "clock", NOW + timedelta(days=1)), [rotation.id])
    assert (hosts(session, one), hosts(session, other)) == ([b], [a])


def test_a_swap_refused_or_withdrawn_changes_nothing(session):
    rotation = opened(session)
    one, other, *_ = salons(session, rotation)
    a, b = hosts(session, one)[0], hosts(session, other)[0]
    for verdict, who in ((SwapState.REFUSED, b), (SwapState.WITHDRAWN, a)):
        asked = swapping.ask(work_of(session, people.CLERK), one.id, a, other.id, b, "设备大修")
        with pytest.raises(Conflict):
            swapping.ask(work_of(session, people.CLERK), one.id, a, other.id, b, "再问一次")
        swapping.answer(work_of(session, owner_of(session, who)), asked.id, verdict)
        with pytest.raises(Conflict):
            swapping.answer(work_of(session, people.CLERK), asked.id, SwapState.ACCEPTED)

    assert (hosts(session, one), hosts(session, other)) == ([a], [b])


def test_the_committee_names_a_host_and_whoever_was_in_turn_is_next(session):
    rotation = opened(session)
    one, other, third, *_ = salons(session, rotation)
    was, named = hosts(session, one)[0], hosts(session, third)[0]

    moved(session, one, Action.ASSIGN, hosts=[named], why="有现场可看")

    assert hosts(session, one) == [named]
    assert hosts(session, other) == [was]


def test_chains_do_not_meet_on_a_day_when_a_leader_attends_both(session):
    rotation = opened(session)
    first = salons(session, rotation)[0]
    neighbour = roster.open_rotation(
        work_of(session, _clerk_of(session, "textile")), "textile", rules_rhythm_of(rotation)
    )

    days = {one.on for one in salons(session, rotation)}

    assert not days & {one.on for one in salons(session, neighbour)}
    assert any("领导两边都要到" in " ".join(one.why) for one in salons(session, neighbour))
    assert first.on in days


def rules_rhythm_of(rotation):
    return queries.rhythm(rotation)


def _clerk_of(session, chain: str) -> str:
    from chainhub.county.people.models import GrantRow, User

    query = select(User.username).join(GrantRow).where(GrantRow.role == "committee", GrantRow.ref == chain)
    return session.scalars(query.order_by(User.id).limit(1)).one()


def test_host_and_committee_are_reminded_15_7_and_1_workdays_before(session, calendar):
    from chainhub.reminders import jobs as reminders

    rotation = opened(session)
    row = salons(session, rotation)[0]
    link = row.link
    host = work_of(session, owner_of(session, hosts(session, row)[0])).actor.id
    for left in (15, 7, 1):
        at = calendar.start_of_day(calendar.add_workdays(row.on, -left)) + timedelta(minutes=1)
        work = work_of(session, "clock", at)
        reminders.handle(work, reminders.find(work, 100))
    session.flush()

    said = session.scalars(select(Notice.text).where(Notice.link == link, Notice.user_id == host)).all()
    expected = [left for left in (15, 7, 1) if calendar.add_workdays(row.on, -left) > TODAY]
    assert len(said) == len(expected)
    assert f"还有 {expected[0]} 个工作日" in said[0]


def test_a_day_that_moves_takes_its_clock_along(session):
    row = salons(session, opened(session))[0]

    moved(session, row, Action.PIN, on=date(2026, 4, 22), why="领导时间")

    running = session.scalars(
        select(Clock).where(Clock.owner_kind == "salon", Clock.owner_id == row.id, Clock.stopped_at.is_(None))
    ).all()
    assert {one.due_at.date() for one in running} == {date(2026, 4, 22)}
    assert len(running) == 2


def test_a_problem_becomes_a_ticket_and_the_session_waits_for_it(session):
    rotation = opened(session)
    row = salons(session, rotation)[0]
    moved(session, row, Action.ANNOUNCE)
    later = china(row.on.year, row.on.month, row.on.day, 16)
    clerk = work_of(session, people.CLERK, later)
    ticket = problems.raise_one(
        clerk, row.id, {"content": "厂门口的路坏了三个月。", "title": "厂门口的路", "enterprise": people.FIRM}
    )
    moved(session, row, Action.HOLD, at=later)
    moved(session, row, Action.WRITE_UP, at=later, minutes="路的事由交通运输局办。")

    assert ticket.channel.value == "salon"
    assert (ticket.origin_kind, ticket.origin_ref) == ("salon", str(row.id))
    assert problems.raised(clerk, row) == [ticket]
    with pytest.raises(Conflict):
        moved(session, row, Action.CLOSE, at=later)
    move(session, ticket, people.OWNER, _withdraw(), later, note="自己解决了")
    assert ticket.state is TicketState.WITHDRAWN
    moved(session, row, Action.CLOSE, at=later)
    assert problems.last_held(clerk, salons(session, rotation)[1]) == row


def _withdraw():
    from chainhub.tickets.workflow import Action as TicketAction

    return TicketAction.WITHDRAW


def test_the_table_names_every_action_and_every_end(session):
    assert {row.action for row in TABLE} == set(Action)
    ends = {state for state in State if not list(actions(state))}
    assert ends == {State.CLOSED, State.CANCELLED}


def test_other_eyes_see_their_own_chain_or_all(session):
    rotation = opened(session)

    assert queries.own(work_of(session, people.OWNER), rotation.id) is rotation
    assert queries.own(work_of(session, people.PRINCIPAL), rotation.id) is rotation
    with pytest.raises(NotFound):
        queries.own(work_of(session, people.STRANGER), rotation.id)
    with pytest.raises(NotAllowed):
        laying.demand_keeper(work_of(session, people.DISPATCHER), rotation)


def test_what_is_laid_down_is_found_again(session):
    rotation = opened(session)
    work = work_of(session, people.CLERK)
    rota = queries.rota(work, rotation)

    assert rules.plan(rota, TODAY, work.calendar) == tuple(one for one in rota.sessions if one.on >= TODAY)
    assert session.scalar(select(func.count()).select_from(Salon)) == len(rota.sessions)
