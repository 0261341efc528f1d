"""The manners of what goes out, beside a slow reading of the same sentences."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainhub.core.media import Medium
from chainhub.core.worktime import Calendar
from chainhub.notices import manners
from chainhub.notices.manners import Item, Line, Message, Purpose, Sent
from chainhub.notices.rules import NoticeKind
from tests.people import NOW, china

CALENDAR = Calendar(worked={}, known_years=(2026,))
MINUTES = st.integers(0, 60 * 24 * 21).map(lambda n: china(2026, 3, 1) + timedelta(minutes=n))
MEDIA = st.sampled_from([Medium.EMAIL, Medium.SMS, Medium.WECOM])


@st.composite
def _items(draw):
    """Rows as they are claimed: ids in no order; what was in a message before is of one person and medium."""
    rows = []
    tried: dict[int, tuple[int, Medium]] = {}
    for id_ in draw(st.lists(st.integers(1, 60), unique=True, max_size=14)):
        user, medium = draw(st.integers(1, 3)), draw(MEDIA)
        purpose = draw(st.sampled_from(list(Purpose)))
        parcel = draw(st.one_of(st.none(), st.integers(61, 64)))
        if parcel is not None:
            user, medium = tried.setdefault(parcel, (user, medium))
        rows.append(Item(id_, user, medium, purpose, NoticeKind.TASK, draw(st.booleans()), parcel))
    return rows


@given(_items())
def test_every_row_goes_in_exactly_one_message_of_its_person_and_medium(rows):
    parcels = manners.bundled(rows)

    assert sorted(item.id for one in parcels for item in one.items) == sorted(row.id for row in rows)
    for parcel in parcels:
        assert {(item.user_id, item.medium) for item in parcel.items} == {(parcel.user_id, parcel.medium)}
        assert [item.id for item in parcel.items] == sorted(item.id for item in parcel.items)
    assert len({parcel.id for parcel in parcels}) == len(parcels)


@given(_items())
def test_two_rows_go_together_where_a_slow_reader_says_so(rows):
    place = {item.id: parcel.id for parcel in manners.bundled(rows) for item in parcel.items}

    for one in rows:
        for other in rows:
            assert (place[one.id] == place[other.id]) is _together(one, other), (one, other)


def _together(one: Item, other: Item) -> bool:
    if one.id == other.id:
        return True
    if one.parcel is not None or other.parcel is not None:
        return one.parcel == other.parcel
    if Purpose.CODE in {one.purpose, other.purpose}:
        return False
    return (one.user_id, one.medium, one.at_once) == (other.user_id, other.medium, other.at_once)


@given(st.integers(1, 200), st.floats(0, 1))
def test_pauses_grow_to_six_hours_and_are_spread_by_a_quarter(tries, drawn):
    seconds = 30.0
    for _ in range(tries - 1):
        seconds = min(seconds * 4, 6 * 3600)

    found = manners.pause(tries, drawn).total_seconds()

    assert 0.75 * seconds - 1 <= found <= 1.25 * seconds + 1
    assert manners.pause(tries, 0.5).total_seconds() == pytest.approx(seconds)


@given(st.integers(1, 10**9), st.integers(1, 10))
def test_chance_is_the_same_each_time_and_lies_between_0_and_1(row, tries):
    drawn = manners.chance(row, tries)

    assert 0 <= drawn < 1
    assert drawn == manners.chance(row, tries) != manners.chance(row + 1, tries)


def test_what_failed_together_is_spread():
    drawn = [manners.chance(row, 1) for row in range(1000)]

    assert 450 < sum(one < 0.5 for one in drawn) < 550


def test_ten_tries_last_about_a_day_and_a_half():
    total = sum((manners.pause(n, 0.5) for n in range(1, manners.TRIES_MOST)), timedelta())

    assert timedelta(hours=24) < total < timedelta(hours=40)


@given(st.integers(1, 60))
def test_a_medium_rests_longer_each_time_to_ten_minutes(failures):
    seconds = 30
    for _ in range(failures - 1):
        seconds = min(seconds * 2, 600)

    assert manners.circuit_pause(failures).total_seconds() == seconds


@given(MINUTES, st.sampled_from(list(Purpose)), st.booleans())
def test_what_waits_goes_at_the_first_worked_minute_after_its_window(at, purpose, urgent):
    found = manners.first_look(CALENDAR, purpose, at, urgent=urgent)

    if urgent or purpose in {Purpose.CODE, Purpose.RECEIPT}:
        assert found == at
        return
    minute = at + manners.WINDOW
    if not CALENDAR.is_working_moment(minute):
        minute = minute.replace(second=0)
        while not CALENDAR.is_working_moment(minute):
            minute += timedelta(minutes=1)
    assert found == minute
    assert manners.may_go(CALENDAR, found, any_hour=False)


@given(MINUTES)
def test_nothing_that_is_not_urgent_goes_outside_working_hours(at):
    here = at.astimezone(NOW.tzinfo)
    clock = here.hour * 60 + here.minute
    worked = here.weekday() < 5 and (510 <= clock < 720 or 810 <= clock < 1050)  # 08:30-12:00, 13:30-17:30

    assert manners.may_go(CALENDAR, at, any_hour=False) is worked
    assert manners.may_go(CALENDAR, at, any_hour=True)


@given(st.lists(st.integers(0, 600), max_size=40), MEDIA)
def test_no_hour_has_more_messages_than_its_cap_and_none_is_dropped(minutes, medium):
    """Walk minute by minute: messages are offered, held or sent; what is held comes again when it may."""
    waiting = sorted(minutes)
    sent: list[int] = []
    for minute in range(2000):
        come = [one for one in waiting if one <= minute]
        if not come:
            continue
        within = [one for one in sent if one > minute - 60]
        seen = Sent(len(within), NOW + timedelta(minutes=min(within))) if within else None
        parcel = manners.bundled([_row(n + 1, medium) for n in range(len(come))])[0]
        until = manners.held_until(parcel, seen)
        if until is None:
            sent.append(minute)
            waiting = [one for one in waiting if one > minute]
        else:
            later = int((until - NOW) / timedelta(minutes=1))
            assert later > minute or within
            waiting = [max(one, later) if one <= minute else one for one in waiting]
            waiting.sort()

    assert waiting == []
    for minute in sent:
        assert sum(minute - 60 < one <= minute for one in sent) <= manners.cap_of(medium)


def _row(id_: int, medium: Medium, *, at_once: bool = False, purpose: Purpose = Purpose.NOTICE) -> Item:
    return Item(id_, 1, medium, purpose, NoticeKind.TASK, at_once, None)


def test_what_is_urgent_has_twice_the_cap_and_a_code_has_none():
    full = Sent(manners.cap_of(Medium.SMS), NOW)

    def held(**of):
        return manners.held_until(manners.bundled([_row(1, Medium.SMS, **of)])[0], full)

    assert held() == NOW + timedelta(hours=1)
    assert held(at_once=True) is None
    assert held(purpose=Purpose.CODE) is None


def _message(*texts, kinds=None, medium=Medium.EMAIL, **given_):
    lines = tuple(Line(one, "https://c.example.cn/tickets/EQ-2026-00001") for one in texts)
    return Message(
        id="chainhub-7",
        medium=medium,
        address="a@example.cn",
        person="韩砚",
        username="bumen",
        kinds=kinds or tuple(NoticeKind.TASK for _ in texts),
        lines=lines,
        home="https://c.example.cn",
        at=NOW,
        **given_,
    )


def test_words_of_one_and_of_several():
    one = _message("EQ-2026-00001《增容》：请签收。")
    several = _message("甲", "乙", "丙", kinds=(NoticeKind.TASK, NoticeKind.OVERDUE, NoticeKind.TASK))

    assert manners.subject(one) == "EQ-2026-00001《增容》：请签收。"
    assert manners.subject(several) == "3 条消息：逾期 1 条、该您办 2 条"
    assert manners.brief(several) == (
        "您有 3 条消息：逾期 1 条、该您办 2 条。请登录看“消息”。https://c.example.cn"
    )
    assert manners.letter(several).startswith(
        "韩砚：\n\n· 甲\n  https://c.example.cn/tickets/EQ-2026-00001\n· 乙"
    )
    assert manners.NO_ANSWER in manners.letter(several)


def test_a_long_message_counts_what_it_does_not_say():
    text = manners.letter(_message(*[f"第{n}条" for n in range(manners.LINES_MOST + 7)]))

    assert "第19条" in text
    assert "第20条" not in text
    assert "还有 7 条" in text


def test_a_robot_never_says_what_it_is_about():
    said = manners.nudge(_message("EQ-2026-00001《配方》：请签收。", medium=Medium.WECOM))

    assert said == "韩砚：该您办 1 条，请登录看“消息”。https://c.example.cn"
