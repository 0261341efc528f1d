"""What a plan cannot put right: named on the year's page, told the committee once; letting off; calendars by the API."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from chainhub.core import clock
from chainhub.core.errors import Invalid
from chainhub.county.people import service as accounts
from chainhub.county.people.models import GrantRow, User
from chainhub.notices.models import Notice
from chainhub.reminders.models import Clock
from chainhub.rotations import jobs, queries, rules, troubles
from chainhub.rotations.days import Bar, Rhythm
from chainhub.rotations.models import RotationEvent, RotationMember
from chainhub.rotations.rules import Member, Rota, Turn
from chainhub.rotations.rules import Session as Planned
from chainhub.rotations.service import holding, roster
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.troubles import Sort
from chainhub.rotations.workflow import Action, Change, State
from tests import people
from tests.api.calling import Caller, given, refused
from tests.people import NOW, china, work_of
from tests.rotations.staging import a_day_off, hosts, moved, opened, owner_of, salons
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

TODAY = NOW.date()
DAY = date(2026, 4, 17)


def _rota(*sessions, members=(Member("a", "甲", 1), Member("b", "乙", 2)), **given) -> Rota:
    return Rota(Rhythm(date(2026, 3, 1)), members, sessions=sessions, **given)


def _one(state=State.ANNOUNCED, *, on=DAY, code="a", **given) -> Planned:
    return Planned(0, on, state, (Turn(code, 1),) if code else (), id=7, **given)


@pytest.mark.parametrize(
    ("session", "sorts"),
    [
        (_one(), [Sort.CLASH]),
        (_one(State.PLANNED, pinned=True), [Sort.CLASH]),
        (_one(State.PLANNED), []),  # it moves by itself
        (_one(State.HELD), []),
        (_one(State.CANCELLED), []),
        (_one(on=TODAY - timedelta(days=1)), []),
        (_one(State.POSTPONED, on=None), []),
    ],
)
def test_two_sessions_of_one_leader_are_named_where_nothing_moves_them(session, sorts):
    found = troubles.found(_rota(session, taken={DAY: "纺织服装产业链办红色沙龙"}), TODAY)

    assert [one.sort for one in found] == sorts
    assert all("领导两边都要到" in one.words for one in found)


@pytest.mark.parametrize(
    ("rota", "count"),
    [
        (_rota(_one()), 0),
        (_rota(_one(), members=(Member("a", "甲", 1, left_on=TODAY),)), 1),
        (_rota(_one(), members=(Member("a", "甲", 1, left_on=DAY + timedelta(days=1)),)), 0),
        (_rota(_one(code="gone")), 1),
        (_rota(_one(), bars=(Bar(DAY, DAY, "停产", "a"),)), 1),
        (_rota(_one(State.PLANNED), members=(Member("a", "甲", 1, left_on=TODAY),)), 0),  # planned anew
        (_rota(_one(State.POSTPONED, on=None), members=(Member("a", "甲", 1, left_on=TODAY),)), 1),
        (_rota(_one(State.PLANNED, code="")), 1),
        (_rota(_one(State.PLANNED, code=""), at_once=0), 0),
    ],
)
def test_a_host_that_is_gone_is_a_gap(rota, count):
    found = troubles.found(rota, TODAY)

    assert [one.sort for one in found] == [Sort.GAP] * count


def _told(session, words: str) -> int:
    clerk = work_of(session, people.CLERK).actor.id
    query = select(func.count()).where(Notice.user_id == clerk, Notice.text.contains(words))
    return session.scalar(query)


def test_the_committee_is_told_once_of_a_host_that_left(session, as_, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    rotation = opened(session)
    row = moved(session, salons(session, rotation)[0], Action.ANNOUNCE)
    code = hosts(session, row)[0]
    other = work_of(session, people.CLOSER)

    roster.change(other, rotation.id, Asked(Change.LEAVE, "迁走了", code, TODAY))
    for ahead in (1, 2):
        jobs.lay_anew(work_of(session, "clock", NOW + timedelta(days=ahead)), [rotation.id])

    assert hosts(session, row) == [code]  # what was agreed is not changed by itself
    assert _told(session, "已经退出轮值") == 1
    session.commit()
    assert "已经退出轮值" in said(as_(people.CHIEF).get("/rotations?chain=equipment"))
    assert "要有人来定" not in said(as_(people.OWNER).get("/rotations"))
    place = rules.places(queries.rota(work_of(session, people.CLERK), rotation), TODAY, row_calendar(session))
    assert code not in place
    assert min(one.place for one in place.values()) == 1
    named = hosts(session, salons(session, rotation)[3])[0]
    moved(session, row, Action.ASSIGN, hosts=[named], why="原来的迁走了")
    session.commit()
    assert "要有人来定" not in said(as_(people.CHIEF).get("/rotations?chain=equipment"))


def test_two_announced_sessions_of_a_leader_are_told_both_committees(session):
    rotation = opened(session)
    row = moved(session, salons(session, rotation)[0], Action.ANNOUNCE)
    textile = _clerk_of(session, "textile")
    work = work_of(session, textile)
    neighbour = roster.open_rotation(work, "textile", queries.rhythm(rotation))
    twin = moved_by(session, textile, salons(session, neighbour)[0])
    twin.on = row.on  # as when somebody became the leader of both after the days were said
    session.flush()

    at = NOW + timedelta(days=1)
    jobs.lay_anew(work_of(session, "clock", at), [rotation.id, neighbour.id])

    for who in (people.CLERK, textile):
        person = work_of(session, who).actor.id
        texts = session.scalars(select(Notice.text).where(Notice.user_id == person)).all()
        assert sum("撞期" in text for text in texts) == 1, who


def row_calendar(session):
    return work_of(session, people.CLERK).calendar


def moved_by(session, who, row):
    holding.act(work_of(session, who), row.id, Action.ANNOUNCE, None, {})
    return row


def _clerk_of(session, chain: str) -> str:
    query = select(User.username).join(GrantRow).where(GrantRow.role == "committee", GrantRow.ref == chain)
    return session.scalars(query.order_by(User.id).limit(1)).one()


def test_a_firm_is_let_off_what_it_owes_with_a_reason(session):
    rotation = opened(session)
    rows = salons(session, rotation)
    away = hosts(session, rows[0])[0]
    clerk = work_of(session, people.CLERK)
    with pytest.raises(Invalid):
        roster.change(clerk, rotation.id, Asked(Change.FORGIVE, "没有欠", away))
    session.execute(  # everybody else is a round further
        update(RotationMember)
        .where(RotationMember.rotation_id == rotation.id, RotationMember.enterprise_code != away)
        .values(credit=1)
    )
    session.expire_all()
    bar = Asked(Change.AWAY, "停产检修", away, TODAY, TODAY)
    roster.change(clerk, rotation.id, bar)
    rota = queries.rota(clerk, rotation)
    assert rules.owed(rota, TODAY) == {away: 1}

    done = roster.change(clerk, rotation.id, Asked(Change.FORGIVE, "停产一年，商量好不补", away))

    assert rules.owed(queries.rota(clerk, rotation), TODAY) == {}
    assert away in {one.code for one in done.moved}
    event = session.scalars(select(RotationEvent).order_by(RotationEvent.id.desc())).first()
    assert (event.action, event.why) == ("不用补了", "停产一年，商量好不补")
    assert event.before != event.after


def test_clocks_of_salons_follow_an_imported_calendar_at_once(session, calendar):
    rotation = opened(session)
    row = salons(session, rotation)[1]
    a_day_off(session, row.on)
    work = work_of(session, "clock", NOW + timedelta(minutes=5))
    gone = row.on
    assert jobs.find_unlaid(work, 10) == [rotation.id]

    jobs.lay_anew(work, [rotation.id])

    assert row.on != gone
    assert work.calendar.is_workday(row.on)
    assert {one.due_at.date() for one in _clocks(session, row)} == {row.on}
    running = session.scalars(
        select(Clock.calendar_version).where(Clock.owner_kind == "salon", Clock.stopped_at.is_(None))
    )
    assert set(running) == {work.calendar.version}
    assert jobs.find_unlaid(work, 10) == []


def test_the_limit_for_the_minutes_follows_too_and_is_told_once(session):
    rotation = opened(session)
    row = moved(session, salons(session, rotation)[0], Action.ANNOUNCE)
    held = china(row.on.year, row.on.month, row.on.day, 16)
    moved(session, row, Action.HOLD, at=held)
    (limit,) = [one for one in _clocks(session, row) if one.kind == "write_up"]
    before = limit.due_at
    a_day_off(session, before.date(), held)
    jobs.lay_anew(work_of(session, "clock", held + timedelta(minutes=5)), [rotation.id])

    assert limit.due_at > before
    assert _told(session, "写纪要") == 1


def _clocks(session, row) -> list[Clock]:
    query = select(Clock).where(
        Clock.owner_kind == "salon", Clock.owner_id == row.id, Clock.stopped_at.is_(None)
    )
    return list(session.scalars(query))


# By the API


@pytest.fixture
def program(app, session, monkeypatch):
    """Somebody's program."""
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def _program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "calendars")
        session.commit()
        return Caller(app.test_client(), token)

    return _program


def test_a_calendar_address_is_made_listed_opened_and_revoked(program, session, app):
    opened(session)
    session.commit()
    owner, clerk = program(people.OWNER), program(people.CLERK)
    refused(owner.post("/calendars", json={"what": "chain", "ref": "textile"}), 404)
    refused(owner.post("/calendars", json={"what": "routines"}), 404)
    refused(owner.post("/calendars", json={"what": "moon"}), 422)
    refused(program("xitong").post("/calendars", json={"what": "person"}), 403)

    made = given(owner.post("/calendars", json={"what": "chain", "ref": "equipment"}), 201)
    path = made["address"].partition("://")[2].partition("/")[2]
    assert app.test_client().get(f"/{path}").status_code == 200
    listed = given(owner.get("/calendars"))["items"]
    assert [(one["id"], "address" in one) for one in listed] == [(made["id"], False)]
    refused(clerk.post(f"/calendars/{made['id']}/revoke", json={}), 404)
    given(owner.post(f"/calendars/{made['id']}/revoke", json={}))
    assert app.test_client().get(f"/{path}").status_code == 404
    assert given(owner.get("/calendars"))["items"] == []


def test_troubles_and_letting_off_by_the_api(program, session):
    rotation = opened(session)
    row = moved(session, salons(session, rotation)[0], Action.ANNOUNCE)
    code = hosts(session, row)[0]
    roster.change(work_of(session, people.CLERK), rotation.id, Asked(Change.LEAVE, "迁走了", code, TODAY))
    session.commit()
    path = f"/rotations/{rotation.id}"

    (item,) = given(program(people.CHIEF).get(f"{path}/troubles"))["items"]
    assert (item["session"], item["sort"]) == (row.id, "gap")
    firm = hosts(session, salons(session, rotation)[2])[0]
    assert given(program(owner_of(session, firm)).get(f"{path}/troubles"))["items"] == []
    body = {"enterprise": firm, "why": "不欠"}
    refused(program(people.CLERK).post(f"{path}/changes/forgive", json=body), 422)
    refused(program(people.CHIEF).post(f"{path}/changes/forgive", json=body), 403)


def test_letting_off_has_a_page_where_somebody_owes(as_, session, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    rotation = opened(session)
    session.commit()
    clerk, page = as_(people.CLERK), f"/rotations/{rotation.id}/change/forgive"
    assert clerk.get(page).status_code == 409
    assert "不用补了" not in said(clerk.get("/rotations"))
    late = hosts(session, salons(session, rotation)[0])[0]
    session.execute(
        update(RotationMember)
        .where(RotationMember.rotation_id == rotation.id, RotationMember.enterprise_code != late)
        .values(credit=2)
    )
    span = Asked(Change.AWAY, "停产检修", late, TODAY, TODAY)
    roster.change(work_of(session, people.CLERK), rotation.id, span)
    session.commit()

    assert "不用补了" in said(clerk.get("/rotations"))
    text = clerk.get(page).get_data(as_text=True)
    assert "欠 2 场" in text
    data = {"csrf_token": token_of(clerk, page), "enterprise": late, "why": "商量好不补"}
    assert "还没有保存" in said(clerk.post(page, data=data))
    assert clerk.post(page, data={**data, "sure": "yes"}).status_code == 303
    assert "商量好不补" in said(clerk.get(f"/rotations/{rotation.id}/history"))
