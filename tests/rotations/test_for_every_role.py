"""Page, API and feed for every role; what the issue names and no other test asks for."""

import re
from datetime import date, timedelta

import pytest
import vobject
from sqlalchemy import select

from chainhub.core import clock
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.reminders import jobs as reminders
from chainhub.reminders.models import Clock
from chainhub.rotations import queries, rules
from chainhub.rotations.days import Rhythm
from chainhub.rotations.service import roster
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.workflow import Action, Change
from tests import people
from tests.api.calling import Caller, given
from tests.people import NOW, china, work_of
from tests.rotations.staging import CHAIN, hosts, moved, opened, owner_of, salons
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

READERS = (
    people.OWNER,
    people.GUIDE,
    people.CLERK,
    people.DISPATCHER,
    people.POWER,
    people.CHIEF,
    people.PRINCIPAL,
    people.LIAISON,
    people.CALLER,
)


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def rotation(session):
    found = opened(session)
    session.commit()
    return found


@pytest.mark.parametrize("who", READERS)
def test_every_role_has_the_page_the_api_and_the_feed(app, as_, session, rotation, who):
    client, row = as_(who), salons(session, rotation)[0]
    assert "轮到谁了" in said(client.get(f"/rotations?chain={CHAIN}"))
    assert client.get(row.link).status_code == 200

    work = work_of(session, who)
    token = accounts.issue_token(work, session.get_one(User, work.actor.id), "roles")
    session.commit()
    program = Caller(app.test_client(), token)
    assert given(program.get(f"/sessions/{row.id}"))["id"] == row.id

    data = {"csrf_token": token_of(client, "/calendars"), "what": "person:"}
    assert client.post("/calendars", data=data).status_code == 303
    path = re.search(r"/calendars/[\w-]+\.ics", client.get("/calendars").get_data(as_text=True))[0]
    read = vobject.readOne(app.test_client().get(path).get_data(as_text=True))
    assert f"salon-{row.id}@chainhub" in {one.uid.value for one in read.vevent_list}


@pytest.mark.parametrize("who", ["xitong", "anquan", "shenji"])
def test_administrators_meet_no_rotation(as_, session, rotation, who):
    for path in ("/rotations", "/calendars", salons(session, rotation)[0].link):
        assert as_(who).get(path).status_code in {403, 404}


def test_an_enterprise_far_behind_reads_about_which_year(as_, session, rotation):
    last = [one.code for one in queries.members(session, rotation)][-1]

    assert re.search(r"您家排第26位，约\d{4}年承办", said(as_(owner_of(session, last)).get("/rotations")))


def test_a_span_in_which_the_county_holds_nothing_moves_days_and_says_so(session):
    rotation = opened(session)
    row = salons(session, rotation)[1]
    was, codes = row.on, hosts(session, row)
    span = {"from_on": was - timedelta(days=3), "until_on": was + timedelta(days=3)}
    roster.change(work_of(session, people.CLERK), rotation.id, Asked(Change.CLOSED, "防汛", **span))

    assert not span["from_on"] <= row.on <= span["until_on"]
    assert any("全县不办（防汛）" in one for one in row.why)
    assert hosts(session, row) == codes


def test_the_committee_is_reminded_before_and_of_the_minutes_after(session, calendar):
    row = moved(session, salons(session, opened(session))[0], Action.ANNOUNCE)
    clerk = work_of(session, people.CLERK).actor.id
    for left in (15, 7, 1):
        at = calendar.start_of_day(calendar.add_workdays(row.on, -left)) + timedelta(minutes=1)
        work = work_of(session, "clock", at)
        reminders.handle(work, reminders.find(work, 500))
    texts = select(Notice.text).where(Notice.user_id == clerk, Notice.link == row.link)
    said_ = [one for one in session.scalars(texts) if "个工作日" in one]
    expected = [left for left in (15, 7, 1) if calendar.add_workdays(row.on, -left) > NOW.date()]
    assert len(said_) == len(expected)

    held = china(row.on.year, row.on.month, row.on.day, 16)
    moved(session, row, Action.HOLD, at=held)
    (limit,) = session.scalars(
        select(Clock).where(Clock.owner_kind == "salon", Clock.owner_id == row.id, Clock.stopped_at.is_(None))
    )
    assert limit.due_at.date() == calendar.add_workdays(row.on, 2)
    work = work_of(session, "clock", calendar.start_of_day(limit.due_at.date()) + timedelta(minutes=1))
    reminders.handle(work, reminders.find(work, 500))
    assert any("写纪要" in one for one in session.scalars(texts))


def test_a_venue_may_be_borrowed(session):
    rotation = opened(session)
    row = salons(session, rotation)[0]
    moved(session, row, Action.PREPARE, venue="借用开发区党群服务中心", theme="看展厅")

    assert row.venue == "借用开发区党群服务中心"
    assert hosts(session, row) != []


def test_a_party_day_is_led_by_one_firm_each_month(session, calendar):
    rotation = roster.open_rotation(
        work_of(session, people.CLERK), CHAIN, Rhythm(date(2026, 1, 1), 1, 1, 1, 4)
    )

    rows = salons(session, rotation)
    led = [hosts(session, one) for one in rows]

    assert len(rows) >= 24
    assert len({(one.on.year, one.on.month) for one in rows}) == len(rows)
    assert all(len(codes) == 1 and calendar.is_workday(one.on) for one, codes in zip(rows, led, strict=True))
    assert len({codes[0] for codes in led}) == len(rows)  # 26 firms: nobody twice in two years
    facts = queries.rota(work_of(session, people.CLERK), rotation)
    assert rules.plan(facts, NOW.date(), calendar) == tuple(
        one for one in facts.sessions if one.on >= NOW.date()
    )
