"""A complaint never goes to the unit complained of: by no way, at no time, and nobody of that unit sees it or hears of it."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Invalid, NotFound, Refusal
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as queries_of_people
from chainhub.county.people.models import User
from chainhub.county.people.service import add_grant, leaving
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.tickets import desk, fields, listing, queries
from chainhub.tickets.listing import Filter
from chainhub.tickets.models import Ticket
from chainhub.tickets.responsible import suggesting
from chainhub.tickets.service import instructions, moving, parts, whistles
from chainhub.tickets.service.instructions import Word
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import Kind, Outcome, Route, Satisfaction, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import NOW, work_of
from tests.reminders.passing import run_timetable
from tests.web_client import act, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
TEN = NOW.replace(hour=10)
ABOUT = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT, "title": "交通局乱罚款"}

SPAN = leaving.Span(date(2026, 3, 1), date(2026, 3, 6))


def _of_the_unit(session) -> list[User]:
    return list(session.scalars(select(User).where(User.unit_code == people.TRANSPORT_UNIT)))


def _reaches_nobody_there(session, ticket: Ticket) -> None:
    """What must hold at every moment of a complaint's life."""
    there = _of_the_unit(session)
    assert there
    for user in there:
        work = work_of(session, user.username)
        with pytest.raises(NotFound):
            queries.own(work, ticket.number)
        assert ticket.number not in {one.ticket.number for one in listing.page(work, Filter()).items}
    unit = people.TRANSPORT_UNIT
    assert unit not in {ticket.lead_unit_code, ticket.responsible_unit_code, *ticket.co_units}
    clocks = session.scalars(select(Clock).where(Clock.owner_kind == "ticket", Clock.owner_id == ticket.id))
    assert unit not in {clock.holder_ref for clock in clocks}
    ids = [user.id for user in there]
    told = session.scalars(select(Notice.text).where(Notice.user_id.in_(ids), Notice.link == ticket.link))
    assert told.all() == []


def test_what_names_a_unit_is_a_complaint(session):
    assert submitted(session, **{**ABOUT, "kind": None}).kind is Kind.COMPLAINT
    for wrong in ({"kind": Kind.HELP}, {"complained_unit": "equipment_committee"}, {"complained_unit": "x"}):
        with pytest.raises(Invalid) as refused:
            submitted(session, **{**ABOUT, **wrong})
        assert "complained_unit" in refused.value.errors


def test_nobody_of_the_unit_sees_it_in_whatever_role(session):
    user = _of_the_unit(session)[0]
    guide = session.scalars(select(User).where(User.username == people.GUIDE)).one()
    guide.unit_code = people.TRANSPORT_UNIT  # somebody of the unit guides the very firm
    session.flush()
    ticket = submitted(session, **ABOUT)

    for username in (user.username, people.GUIDE):
        with pytest.raises(NotFound):
            queries.own(work_of(session, username), ticket.number)
    assert queries.own(work_of(session, people.CLERK), ticket.number) is ticket
    assert queries.own(work_of(session, people.OWNER), ticket.number) is ticket
    other = submitted(session)
    assert queries.own(work_of(session, people.GUIDE), other.number) is other


@pytest.mark.parametrize("state", [S.SUBMITTED, S.HANDLING, S.REVIEWED, S.CLOSED])
def test_it_is_nowhere_for_the_unit_in_any_state(session, state):
    ticket = a_ticket(session, state, **ABOUT)

    _reaches_nobody_there(session, ticket)
    page = desk.desk(work_of(session, people.TRANSPORT, TEN))
    assert not any(group.rows for group in page.groups)


def test_every_way_to_the_unit_is_refused_in_a_sentence(session):
    taken, handling = a_ticket(session, S.ACCEPTED, **ABOUT), a_ticket(session, S.HANDLING, **ABOUT)
    consulting = a_ticket(session, S.HANDLING, **ABOUT)
    to = people.TRANSPORT_UNIT
    move(session, consulting, people.CLERK, A.CONVENE, TEN, question="怎么办", units=[people.POWER_UNIT])
    day = date(2026, 3, 6)
    ways = (
        lambda: move(session, taken, people.DISPATCHER, A.DISPATCH, TEN, lead_unit=to),
        lambda: move(
            session,
            taken,
            people.DISPATCHER,
            A.DISPATCH,
            TEN,
            lead_unit=people.POWER_UNIT,
            co_units=[{"unit": to}],
        ),
        lambda: move(session, handling, people.CLERK, A.CONVENE, TEN, question="怎么办", units=[to]),
        lambda: move(
            session,
            consulting,
            people.CLERK,
            A.CONCLUDE,
            TEN,
            minutes="纪要",
            decisions=[{"unit": to, "text": "改", "due_on": day}],
        ),
        lambda: instructions.give(
            work_of(session, people.CHIEF, TEN), handling.number, Word("请说明", to, day)
        ),
        lambda: whistles.blow(work_of(session, people.CLERK, TEN), handling.number, "一起来", [to]),
    )
    for way in ways:
        with pytest.raises(Invalid, match="投诉的就是交通运输局"):
            way()
    for ticket in (taken, handling, consulting):
        _reaches_nobody_there(session, ticket)


def test_who_takes_it_in_may_name_the_unit_later_but_not_the_one_at_work(session):
    ticket = a_ticket(session, S.HANDLING)
    note = {"note": "电话里说清了，是投诉"}
    with pytest.raises(Invalid, match="有几处要改") as refused:
        move(session, ticket, people.CLERK, A.RECLASSIFY, TEN, complained_unit=people.POWER_UNIT, **note)
    assert "先改派" in refused.value.errors["complained_unit"][0]

    move(session, ticket, people.CLERK, A.RECLASSIFY, TEN, complained_unit=people.TRANSPORT_UNIT, **note)

    assert (ticket.kind, ticket.complained_unit_code) == (Kind.COMPLAINT, people.TRANSPORT_UNIT)
    assert {clock.about for clock in queries.running_clocks(session, [ticket.id])} == {ticket.number}
    _reaches_nobody_there(session, ticket)
    move(session, ticket, people.CLERK, A.RECLASSIFY, TEN, kind=Kind.HELP, note="不是投诉")
    assert ticket.complained_unit_code is None


def test_it_is_merged_with_complaints_about_the_same_unit_alone(session):
    ticket, other = submitted(session, **ABOUT), submitted(session)
    same = submitted(session, **ABOUT)

    with pytest.raises(Invalid):
        move(session, ticket, people.CLERK, A.MERGE, TEN, into=other.number)
    with pytest.raises(Invalid):
        move(session, other, people.CLERK, A.MERGE, TEN, into=ticket.number)
    move(session, ticket, people.CLERK, A.MERGE, TEN, into=same.number)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_chance_people_do_it_never_reaches_the_unit(session, seed):
    """A walk by chance: anybody does anything the table offers, with any units; the promise holds after each step."""
    chance = random.Random(seed)
    units = [unit.code for unit in known.of(session).directory.units.values() if unit.handles]
    ticket = submitted(session, **ABOUT)
    at, done = NOW, 0
    for _ in range(60):
        at += timedelta(minutes=chance.choice((5, 60, 600, 2000)))
        if chance.random() < 0.3:
            run_timetable(session, at)
        who = chance.choice(people.EVERYBODY)
        some = [people.TRANSPORT_UNIT if chance.random() < 0.4 else chance.choice(units) for _ in range(3)]
        try:
            with session.begin_nested():
                work = work_of(session, who, at)
                offered = moving.moves(work, queries.own(work, ticket.number))
                if not offered:
                    continue
                row = chance.choice(offered)
                moving.move(
                    work, ticket.number, Step(row.action, ticket.version, _given(row, some, at, chance))
                )
                done += 1
        except Refusal:
            session.expire_all()
        _reaches_nobody_there(session, ticket)
        assert not any(
            part.unit_code == people.TRANSPORT_UNIT for part in parts.of(work_of(session, "clock"), ticket)
        )
        if not ticket.is_open:
            break
    assert done


def _reason(action: Action):
    kind = fields.field(action, "reason_code").choices
    return next(iter(kind))


def _given(row, some, at, chance) -> dict:
    words = {
        "lead_unit": some[0],
        "co_units": [{"unit": some[1]}] if chance.random() < 0.5 else None,
        "units": some[:2],
        "decisions": [{"unit": some[2], "text": "改", "due_on": (at + timedelta(days=5)).date()}],
        "outcome": Outcome.SOLVED,
        "satisfaction": chance.choice((Satisfaction.SATISFIED, Satisfaction.DISSATISFIED)),
        "contacted": True,
        "solved": chance.random() < 0.5,
        "review_on": (at + timedelta(days=10)).date(),
        "reason_code": _reason(row.action),
        "urgency": chance.choice(tuple(Urgency)),
        "route": chance.choice((*Route, None)),
        "person": people.POWER,
        "into": "EQ-2026-00001",
    }
    texts = ("note", "reply", "question", "minutes", "reasons")
    given = {name: words.get(name, "写明情况" if name in texts else None) for name in row.fields}
    return {name: value for name, value in given.items() if value is not None}


def test_who_stands_in_hears_nothing_of_a_complaint_about_their_own_unit(session):
    """AB角 of another body: neither the notice of the move nor a reminder, and the page is not there."""
    for away in (people.CLERK, people.DISPATCHER):
        leaving.record(work_of(session, away), away, people.TRANSPORT, SPAN)
    known.forget(session)
    plain, ticket = submitted(session), submitted(session, **ABOUT)
    assert ticket.id != plain.id

    move(session, ticket, people.CLERK, A.ACCEPT, TEN, contacted_person="陶见禾")
    run_timetable(session, NOW.replace(hour=17), "reminders")
    run_timetable(session, NOW + timedelta(days=3), "reminders")

    _reaches_nobody_there(session, ticket)
    lent = known.standing_in(session, work_of(session, people.TRANSPORT).actor, TEN)
    with pytest.raises(NotFound):
        queries.own(Work(session, lent, TEN, known.of(session).calendar), ticket.number)
    substitute = session.scalars(select(User.id).where(User.username == people.TRANSPORT)).one()
    told = session.scalars(select(Notice.text).where(Notice.user_id == substitute))
    assert any("代" in text and plain.number in text for text in told)  # of any other it is told


def test_who_handles_for_the_unit_but_works_elsewhere_hears_nothing(session):
    clerk = queries_of_people.user_by_name(session, people.CLERK)
    grant = Grant(Role.DEPARTMENT, ScopeKind.UNIT, people.TRANSPORT_UNIT, Post.CONTACT)
    add_grant(work_of(session, "anquan"), clerk, grant)
    known.forget(session)

    ticket = submitted(session, **ABOUT)

    told = session.scalars(select(Notice.link).where(Notice.user_id == clerk.id))
    assert ticket.link not in told.all()


def test_the_list_names_others_instead_of_the_unit(session):
    plain = a_ticket(session, S.ACCEPTED)
    first = suggesting.for_ticket(work_of(session, people.DISPATCHER, TEN), plain)[0].unit
    about = a_ticket(session, S.ACCEPTED, **{**ABOUT, "title": plain.title, "complained_unit": first})

    named = suggesting.for_ticket(work_of(session, people.DISPATCHER, TEN), about)

    assert first not in {one.unit for one in named}


# Pages


def test_the_form_asks_and_the_list_of_units_leaves_it_out(as_, session):
    owner = as_(people.OWNER)
    path = "/tickets/new"
    data = {
        "content": "交通运输局对我们的车乱罚款。",
        "complained_unit": people.TRANSPORT_UNIT,
        "contact_phone": "13805370001",
        "once": "a",
        "csrf_token": token_of(owner, path),
    }
    assert owner.post(path, data=data).status_code == 303
    ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
    assert ticket.complained_unit_code == people.TRANSPORT_UNIT
    assert act(as_(people.CLERK), ticket.number, "accept").status_code == 303

    form = as_(people.DISPATCHER).get(f"/tickets/{ticket.number}/act/dispatch").get_data(as_text=True)
    lead = form.partition('name="lead_unit"')[2].partition("</select>")[0]
    assert people.POWER_UNIT in lead
    assert people.TRANSPORT_UNIT not in lead
    assert as_(people.TRANSPORT).get(f"/tickets/{ticket.number}").status_code == 404
    assert "投诉交通运输局" in as_(people.CLERK).get(f"/tickets/{ticket.number}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "phone"), [("车间起火了，快来", "119"), ("科长索要好处才给办", "12388"), ("要接一条专线", "")]
)
def test_the_wrong_door_is_said_while_typing_and_blocks_nothing(as_, session, content, phone):
    owner = as_(people.OWNER)
    path = "/tickets/new"
    token = token_of(owner, path)
    page = owner.get(path).get_data(as_text=True)
    assert "12388" in page
    assert "119" in page

    said = owner.post("/tickets/new/guess", data={"content": content, "csrf_token": token})
    words = said.get_data(as_text=True)
    assert ("note-warn" in words) is bool(phone)
    assert phone in words
    data = {"content": content, "contact_phone": "13805370001", "once": "b", "csrf_token": token}
    filed = owner.post(path, data=data)
    assert filed.status_code == 303
    receipt = owner.get(filed.location).get_data(as_text=True)
    assert ("note-warn" in receipt) is bool(phone)
