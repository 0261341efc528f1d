"""主办/协办: each co-unit has its own delivery, clock and hand-in; none of them moves the ticket."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.tickets import jobs, queries
from chainhub.tickets.models import Part, TicketEvent
from chainhub.tickets.service import moving
from chainhub.tickets.terms import Kind, Outcome, PartState, ReturnReason, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of
from tests.reminders.passing import walk

A, S = Action, State
ROADS = {"co_units": [{"unit": people.TRANSPORT_UNIT, "text": "路口挖开以后的恢复"}]}
SOLVED = {"outcome": Outcome.SOLVED, "reply": "办好了，可以用了。"}


def _dispatched(session, *, kind=Kind.PROBLEM, urgency=Urgency.NORMAL, co=ROADS):
    ticket = a_ticket(session, S.ACCEPTED, kind=kind, urgency=urgency)
    return move(
        session,
        ticket,
        people.DISPATCHER,
        A.DISPATCH,
        NOW.replace(hour=10),
        lead_unit=people.POWER_UNIT,
        **co,
    )


def _handled(session):
    ticket = _dispatched(session)
    return move(session, ticket, people.POWER, A.ACKNOWLEDGE, NOW.replace(hour=10, minute=30))


def _part(session, ticket) -> Part:
    return session.scalars(select(Part).where(Part.ticket_id == ticket.id).order_by(Part.id.desc())).first()


def _clock(session, ticket, kind="part") -> Clock:
    return session.scalars(
        select(Clock).where(Clock.owner_id == ticket.id, Clock.kind == kind).order_by(Clock.id.desc())
    ).first()


@pytest.mark.parametrize(
    ("kind", "urgency", "due"),
    [
        (
            Kind.PROBLEM,
            Urgency.NORMAL,
            china(2026, 3, 5, 17, 30),
        ),  # min(3, 15 // 2) workdays from Monday 2 March
        (Kind.HELP, Urgency.NORMAL, china(2026, 3, 4, 17, 30)),  # min(3, 5 // 2)
        (Kind.INQUIRY, Urgency.NORMAL, china(2026, 3, 2, 15, 50)),  # L = 1: 4 working hours from 10:20
        (Kind.PROBLEM, Urgency.URGENT, china(2026, 3, 2, 14, 20)),  # 4 hours of the wall clock
        (Kind.PROBLEM, Urgency.COMPLEX, china(2026, 3, 9, 17, 30)),  # 5 workdays
    ],
)
def test_a_part_has_its_own_clock(session, kind, urgency, due):
    ticket = _dispatched(session, kind=kind, urgency=urgency)

    assert _clock(session, ticket).due_at == due
    assert _clock(session, ticket).holder_ref == people.TRANSPORT_UNIT
    assert ticket.lead_unit_code == people.POWER_UNIT
    assert ticket.co_units == [people.TRANSPORT_UNIT]


def test_a_day_that_is_said_wins(session):
    co = {"co_units": [{"unit": people.TRANSPORT_UNIT, "due_on": china(2026, 3, 10).date()}]}

    assert _clock(session, _dispatched(session, co=co)).due_at == china(2026, 3, 10, 17, 30)


@pytest.mark.parametrize(
    "co",
    [
        [{"unit": people.POWER_UNIT}],
        [{"unit": people.TRANSPORT_UNIT}, {"unit": people.TRANSPORT_UNIT}],
        [{"unit": "no_such_unit"}],
        [{"unit": people.TRANSPORT_UNIT, "due_on": NOW.date()}],
    ],
    ids=["the lead itself", "twice", "unknown", "no workday ahead"],
)
def test_co_units_that_make_no_sense_are_refused_and_nothing_is_sent(session, co):
    with pytest.raises(Invalid) as refused, session.begin_nested():
        _dispatched(session, co={"co_units": co})

    assert "co_units" in refused.value.errors
    assert session.scalars(select(Part)).all() == []


def test_the_lead_waits_for_the_part_unless_it_says_why_not(session):
    ticket = _handled(session)

    with pytest.raises(Invalid) as refused:
        move(session, ticket, people.POWER, A.RESOLVE, NOW.replace(hour=11), **SOLVED)
    assert "交通" in refused.value.errors["override_reason"][0]

    move(
        session,
        ticket,
        people.POWER,
        A.RESOLVE,
        NOW.replace(hour=11),
        override_reason="路口不用挖了",
        **SOLVED,
    )
    assert ticket.state is S.RESOLVED
    assert _part(session, ticket).state is PartState.RELEASED
    assert _clock(session, ticket).stopped_at is not None


def test_handed_in_the_lead_may_resolve(session):
    ticket = _handled(session)
    move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, NOW.replace(hour=10, minute=40))
    assert (ticket.state, _part(session, ticket).state) == (S.HANDLING, PartState.HANDLING)

    move(
        session, ticket, people.TRANSPORT, A.HAND_IN, NOW.replace(hour=10, minute=50), note="路口恢复方案已批"
    )
    part = _part(session, ticket)
    assert (part.state, part.answer) == (PartState.HANDED_IN, "路口恢复方案已批")
    assert _clock(session, ticket).stopped_at is not None
    said = session.scalars(select(Notice.text).where(Notice.key.contains(f"ticket:{ticket.id}:"))).all()
    assert any("交了协办" in text for text in said)

    move(session, ticket, people.POWER, A.RESOLVE, NOW.replace(hour=11), **SOLVED)
    assert ticket.state is S.RESOLVED


def test_a_co_unit_sees_the_ticket_and_may_do_its_own_part_alone(session):
    ticket = _handled(session)
    work = work_of(session, people.TRANSPORT, NOW.replace(hour=11))

    assert queries.own(work, ticket.number).id == ticket.id
    assert {row.action for row in moving.moves(work, ticket)} == {
        A.ACKNOWLEDGE,
        A.RETURN,
        A.PROGRESS,
        A.HAND_IN,
    }
    with pytest.raises(NotAllowed):
        move(session, ticket, people.TRANSPORT, A.RESOLVE, NOW.replace(hour=11), **SOLVED)


def test_who_was_sent_nothing_sees_nothing(session):
    ticket = _dispatched(session, co={})

    with pytest.raises(NotFound):
        queries.own(work_of(session, people.TRANSPORT, NOW.replace(hour=11)), ticket.number)


def _returned(session):
    ticket = _handled(session)
    move(
        session,
        ticket,
        people.TRANSPORT,
        A.RETURN,
        NOW.replace(hour=10, minute=45),
        reason_code=ReturnReason.AREA,
        note="那条路是园区的",
    )
    return ticket


def test_a_returned_part_moves_nothing_but_itself(session):
    ticket = _returned(session)

    assert (ticket.state, _part(session, ticket).state) == (S.HANDLING, PartState.DISPUTED)
    assert _clock(session, ticket).stopped_at is None
    with pytest.raises(Conflict, match="您派出的"):
        move(
            session,
            ticket,
            people.DISPATCHER,
            A.UPHOLD_RETURN,
            NOW.replace(hour=11),
            note="是园区的",
            unit=people.TRANSPORT_UNIT,
        )


@pytest.mark.parametrize(
    ("action", "state", "stopped"),
    [(A.UPHOLD_RETURN, PartState.RELEASED, True), (A.REJECT_RETURN, PartState.SENT, False)],
)
def test_a_return_of_a_part_is_ruled_by_another_than_the_dispatcher(session, action, state, stopped):
    ticket = _returned(session)

    move(
        session,
        ticket,
        people.REVIEWER,
        action,
        NOW.replace(hour=11),
        note="裁定",
        unit=people.TRANSPORT_UNIT,
    )

    assert ticket.state is S.HANDLING
    assert _part(session, ticket).state is state
    assert (_clock(session, ticket).stopped_at is not None) is stopped
    if not stopped:
        with pytest.raises(Conflict, match="退单只有一次"):
            move(
                session,
                ticket,
                people.TRANSPORT,
                A.RETURN,
                NOW.replace(hour=11, minute=5),
                reason_code=ReturnReason.AREA,
                note="再退",
            )


def test_a_part_that_nobody_receives_counts_as_received_at_its_limit(session):
    ticket = _handled(session)
    receipt = _clock(session, ticket, "part_receipt")
    before = work_of(session, "clock", receipt.due_at - timedelta(minutes=1))
    after = work_of(session, "clock", receipt.due_at)
    assert jobs.find_unacknowledged_parts(before, 10) == []

    jobs.acknowledge_parts(after, jobs.find_unacknowledged_parts(after, 10))

    assert _part(session, ticket).state is PartState.HANDLING
    assert jobs.find_unacknowledged_parts(after, 10) == []
    line = queries.last_event(session, ticket.id)
    assert (line.action, line.role, line.data["unit"]) == (A.ACKNOWLEDGE, "clock", people.TRANSPORT_UNIT)


def test_a_withdrawn_ticket_lets_go_of_its_parts(session):
    ticket = _handled(session)

    move(session, ticket, people.OWNER, A.WITHDRAW, NOW.replace(hour=11), note="自己解决了")

    assert _part(session, ticket).state is PartState.RELEASED
    assert (
        session.scalars(select(Clock).where(Clock.owner_id == ticket.id, Clock.stopped_at.is_(None))).all()
        == []
    )


def test_history_names_the_unit_of_a_part(session):
    ticket = _handled(session)
    move(session, ticket, people.TRANSPORT, A.PROGRESS, NOW.replace(hour=11), note="看过现场")

    line = session.scalars(select(TicketEvent).order_by(TicketEvent.id.desc())).first()
    assert (line.body, line.data["unit"]) == ("交通运输局", people.TRANSPORT_UNIT)


def test_who_oversees_several_co_units_hears_of_each_by_name(session):
    both = [{"unit": people.TRANSPORT_UNIT}, {"unit": "commerce"}]
    ticket = _dispatched(session, co={"co_units": both})

    walk(session, NOW.replace(hour=11), china(2026, 3, 9, 12), "reminders")

    clocks = {one.id for one in queries.clocks(session, ticket.id) if one.kind == "part"}
    rows = session.execute(select(Notice.key, Notice.user_id, Notice.text, Notice.created_at))
    told = [
        (who, text, at)
        for key, who, text, at in rows
        if key.startswith(tuple(f"clock:{one}:" for one in clocks))
    ]
    assert len(clocks) == 2
    assert len(told) == len(set(told))
    of_one, of_other = (
        {who for who, text, _ in told if unit in text} for unit in ("（商务局）", "（交通运输局）")
    )
    assert of_one & of_other


def test_a_ticket_that_becomes_a_complaint_is_called_by_its_number_in_its_parts_as_well(session):
    ticket = _handled(session)

    move(
        session,
        ticket,
        people.DISPATCHER,
        A.RECLASSIFY,
        NOW.replace(hour=11),
        kind=Kind.COMPLAINT,
        complained_unit="commerce",
        note="说的是商务局的作风",
    )

    assert ticket.title not in ticket.about
    assert _clock(session, ticket).about == f"{ticket.about}（交通运输局）"


def test_the_step_bar_names_who_received_the_ticket_and_not_who_received_a_part(as_, session):
    ticket = _handled(session)
    move(session, ticket, people.TRANSPORT, A.ACKNOWLEDGE, NOW.replace(hour=11))
    session.commit()

    page = as_(people.CLERK).get(ticket.link).get_data(as_text=True)
    bar = page[page.index("签收") : page.index("谁在办")]

    assert "县供电公司 韩砚" in bar
    assert "交通运输局" not in bar


def test_what_was_asked_of_a_co_unit_reads_as_a_sentence_beside_its_state(as_, session):
    asked = {"co_units": [{"unit": people.TRANSPORT_UNIT, "text": "把路口恢复好。"}]}
    ticket = _dispatched(session, co=asked)
    session.commit()

    page = as_(people.POWER).get(ticket.link).get_data(as_text=True)

    assert "把路口恢复好；待签收" in page
    assert "。；" not in page
