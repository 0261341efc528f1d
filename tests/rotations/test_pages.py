"""The pages of rotations: the year, the place of one's own, changing with a preview, one session, the calendars."""

import re
from datetime import datetime, timedelta

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select

from chainhub.core import clock
from chainhub.rotations.models import CalendarKey
from chainhub.rotations.workflow import Action, State
from tests import people
from tests.people import NOW
from tests.rotations.staging import hosts, moved, opened, owner_of, salons
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def rotation(session):
    found = opened(session)
    session.commit()
    return found


def _send(client, page: str, to: str = "", **given):
    return client.post(to or page, data={"csrf_token": token_of(client, page), **given})


def test_the_committee_opens_the_rotation_with_one_press(as_):
    page = as_(people.CLERK).get("/rotations")
    assert "还没有开始轮值" in said(page)

    answer = _send(as_(people.CLERK), "/rotations", "/rotations/open", chain="equipment")

    assert answer.status_code == 303
    assert "红色沙龙 2026 年" in said(as_(people.CLERK).get("/rotations"))


def test_the_year_shows_who_hosts_when(as_, rotation, session):
    row = salons(session, rotation)[0]

    text = said(as_(people.PRINCIPAL).get("/rotations?chain=equipment&year=2026"))

    assert f"{row.on.month}月{row.on.day}日" in text
    assert "第 1 轮，已办 0 家，共 26 家" in text
    assert "约2028年" in text
    assert "改名单和规则" not in text


def test_an_enterprise_reads_its_own_place_and_no_history(as_, rotation):
    text = said(as_(people.OWNER).get("/rotations"))

    assert re.search(r"您家排第\d+位", text)
    assert "纺织服装" not in text.partition("共 26 家")[0].partition("红色沙龙 2026 年")[2]
    assert as_(people.OWNER).get(f"/rotations/{rotation.id}/history").status_code == 404


def test_a_stranger_finds_no_other_chain(as_, rotation, session):
    stranger, row = as_(people.STRANGER), salons(session, rotation)[0]

    for path in (f"/salons/{row.id}", f"/rotations/{rotation.id}/history"):
        assert stranger.get(path).status_code == 404
    assert "装备制造" not in said(stranger.get("/rotations?chain=equipment"))


def test_a_change_is_shown_whole_before_it_is_saved(as_, rotation, session):
    clerk = as_(people.CLERK)
    code = hosts(session, salons(session, rotation)[0])[0]
    page = f"/rotations/{rotation.id}/change/away"
    given = {"enterprise": code, "from_on": "2026-03-02", "until_on": "2026-06-30", "why": "停产检修"}

    shown = _send(clerk, page, **given)
    assert "家企业的日子会变" in said(shown)
    session.expire_all()
    assert hosts(session, salons(session, rotation)[0]) == [code]

    answer = _send(clerk, page, sure="yes", **given)
    assert answer.status_code == 303
    session.expire_all()
    assert hosts(session, salons(session, rotation)[0]) != [code]
    assert "停产检修" in said(clerk.get(f"/rotations/{rotation.id}/history"))


@pytest.mark.parametrize("who", [people.DISPATCHER, people.OWNER, people.CHIEF, people.STRANGER])
def test_nobody_but_the_committee_changes_the_roster(as_, rotation, who):
    answer = _send(as_(who), "/password", f"/rotations/{rotation.id}/change/closed", why="x")

    assert answer.status_code in {403, 404}


def test_what_is_typed_stays_where_it_is_refused(as_, rotation):
    page = f"/rotations/{rotation.id}/change/closed"

    answer = _send(as_(people.CLERK), page, from_on="2026-05-01", until_on="2026-04-01", why="防汛")

    assert answer.status_code == 422
    assert "最后一天不能早于第一天" in said(answer)
    assert "防汛" in answer.get_data(as_text=True)


def test_a_session_is_announced_and_prepared_on_its_page(as_, rotation, session):
    row = salons(session, rotation)[0]
    clerk = as_(people.CLERK)

    page = f"/salons/{row.id}/act/prepare"
    assert (
        _send(clerk, page, theme="看新线", venue="二车间", visit="新线", version=row.version).status_code
        == 303
    )
    session.expire_all()
    assert _send(clerk, f"/salons/{row.id}/act/announce", version=row.version).status_code == 303
    session.expire_all()

    text = said(clerk.get(f"/salons/{row.id}"))
    assert "看新线" in text
    assert "已通知" in text
    assert "排在前面的都有了" in text
    assert row.stage is State.ANNOUNCED
    assert _send(clerk, "/password", f"/salons/{row.id}/act/hold").status_code == 409


def test_a_host_asks_for_a_swap_and_the_other_agrees(as_, rotation, session):
    one, other, *_ = salons(session, rotation)
    a, b = hosts(session, one)[0], hosts(session, other)[0]
    first, second = as_(owner_of(session, a)), as_(owner_of(session, b))

    page = f"/salons/{one.id}/swap"
    assert _send(first, page, mine=a, other="", why="").status_code == 422
    assert _send(first, page, mine=a, other=f"{other.id}:{b}", why="设备大修").status_code == 303
    assert "等答复" in said(second.get("/rotations"))
    found = re.search(r"/swaps/(\d+)/accept", second.get("/rotations").get_data(as_text=True))
    assert _send(second, "/rotations", found[0]).status_code == 303
    session.expire_all()
    assert hosts(session, one) == [b]


def test_a_problem_is_filed_on_the_spot(as_, rotation, session):
    row = moved(session, salons(session, rotation)[0], Action.ANNOUNCE)
    session.commit()

    page = f"/salons/{row.id}/problem"
    given = {"enterprise": people.FIRM, "title": "厂门口的路", "content": "厂门口的路坏了三个月。"}
    answer = _send(as_(people.CLERK), page, **given)

    assert answer.status_code == 303
    assert "厂门口的路" in said(as_(people.CLERK).get(f"/salons/{row.id}"))


# Calendars


def _address(client, what: str) -> str:
    assert _send(client, "/calendars", what=what).status_code == 303
    page = client.get("/calendars").get_data(as_text=True)
    return re.search(r"/calendars/[\w-]+\.ics", page)[0]


def test_a_calendar_is_read_by_an_independent_parser(as_, app, rotation, session):
    rows = salons(session, rotation)
    moved(session, rows[0], Action.ANNOUNCE)
    moved(session, rows[1], Action.CANCEL, why="防汛")
    session.commit()
    answer = app.test_client().get(_address(as_(people.OWNER), "chain:equipment"))

    assert answer.mimetype == "text/calendar"
    text = answer.get_data(as_text=True)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    read = vobject.readOne(text)
    by_uid = {one.uid.value: one for one in read.vevent_list}
    assert len(by_uid) == len(rows)
    first, second = by_uid[f"salon-{rows[0].id}@chainhub"], by_uid[f"salon-{rows[1].id}@chainhub"]
    assert first.status.value == "CONFIRMED"
    assert first.dtstart.value.utcoffset() == timedelta(hours=8)
    assert first.dtstart.value.replace(tzinfo=None) == datetime.combine(
        rows[0].on, datetime.min.time()
    ).replace(hour=14)
    assert len(first.valarm_list) == 2
    assert second.status.value == "CANCELLED"
    assert "已取消" in second.summary.value
    assert read.vtimezone.tzid.value == "Asia/Shanghai"
    assert not Calendar.from_ical(text).errors


def test_the_uid_stays_and_the_sequence_is_raised_when_a_day_moves(as_, app, rotation, session):
    from datetime import date

    row = salons(session, rotation)[0]
    path = _address(as_(people.OWNER), "person:")

    def read():
        events = vobject.readOne(app.test_client().get(path).get_data(as_text=True)).vevent_list
        return next(one for one in events if one.uid.value == f"salon-{row.id}@chainhub")

    before = int(read().sequence.value)
    moved(session, row, Action.PIN, on=date(2026, 4, 22), why="领导时间")
    session.commit()
    after = read()

    assert int(after.sequence.value) > before
    assert after.dtstart.value.date() == date(2026, 4, 22)


def test_a_revoked_address_opens_nothing_and_only_its_digest_is_kept(as_, app, rotation, session):
    path = _address(as_(people.OWNER), "chain:equipment")
    key = session.scalars(select(CalendarKey)).one()
    assert key.digest not in path
    assert (
        path.removeprefix("/calendars/").removesuffix(".ics") not in as_(people.OWNER).get("/calendars").text
    )

    assert _send(as_(people.STRANGER), "/password", f"/calendars/{key.id}/revoke").status_code == 404
    assert app.test_client().get(path).status_code == 200
    assert _send(as_(people.OWNER), "/calendars", f"/calendars/{key.id}/revoke").status_code == 303
    assert app.test_client().get(path).status_code == 404
    assert app.test_client().get("/calendars/nobodys.ics").status_code == 404


def test_one_rotations_calendar_is_opened_by_its_key_alone(as_, app, rotation):
    key = _address(as_(people.OWNER), "chain:equipment").removeprefix("/calendars/").removesuffix(".ics")
    client = app.test_client()

    assert client.get(f"/rotations/{rotation.id}.ics?key={key}").status_code == 200
    assert client.get(f"/rotations/{rotation.id}.ics").status_code == 404
    assert client.get(f"/rotations/{rotation.id}.ics?key=x").status_code == 404


def test_nobody_subscribes_to_what_they_do_not_read(as_, rotation):
    assert _send(as_(people.STRANGER), "/calendars", what="chain:equipment").status_code == 404
    assert _send(as_(people.STRANGER), "/calendars", what=f"enterprise:{people.FIRM}").status_code == 404
    assert _send(as_(people.STRANGER), "/calendars", what="everything").status_code == 404


def test_a_guide_reads_the_places_of_several_by_their_names(as_, rotation):
    text = said(as_(people.GUIDE).get("/rotations"))

    assert "砚禾齿轮排第" in text
    assert "您家排第" not in text
