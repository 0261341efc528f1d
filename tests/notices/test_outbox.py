"""The outbox: written with the notice, claimed, sent, stamped; nothing lost, nothing doubled, nothing at midnight."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core.media import Medium
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.notices import delivering, manners, outbox, service
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.models import Notice
from chainhub.notices.outgoing import MediumState, Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.notices.senders.sending import Refused, TryLater, Unreachable
from tests import people
from tests.notices.doubles import Post, delivered, equipped, reached
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow

LATER = NOW + manners.WINDOW
NIGHT = china(2026, 3, 2, 22, 10)
MORNING = china(2026, 3, 3, 8, 30)


def _tell(
    session, user_id, key, at=NOW, *, text="县供电公司办好了", urgent=False, link="/tickets/EQ-2026-00001"
):
    work = work_of(session, "clock", at)
    service.enqueue(work, [user_id], NoticeKind.NEWS, text, key=key, link=link, urgent=urgent)


def _rows(session):
    session.expire_all()
    return session.scalars(select(Outgoing).order_by(Outgoing.id)).all()


def _fates(session):
    return [row.fate for row in _rows(session)]


@pytest.fixture
def post(session):
    made = Post()
    equipped(session, email=made, sms=Post())
    return made


@pytest.fixture
def owner(session):
    return reached(session, people.OWNER, Medium.EMAIL)


def test_who_has_chosen_nothing_is_told_in_the_inbox_alone(session):
    nobody = session.scalar(select(User.id).where(User.username == people.POWER))

    _tell(session, nobody, "k")

    assert _rows(session) == []
    assert session.scalars(select(Notice.user_id)).all() == [nobody]


def test_a_row_is_written_for_each_way_in_the_transaction_of_its_notice(session, post):
    user = reached(session, people.OWNER, Medium.EMAIL, Medium.SMS)

    _tell(session, user, "k")
    _tell(session, user, "k", text="又说一遍")

    assert [(row.medium, row.key, row.fate) for row in _rows(session)] == [
        (Medium.EMAIL, "k", Fate.WAITING),
        (Medium.SMS, "k", Fate.WAITING),
    ]
    session.rollback()
    assert _rows(session) == []


def test_a_way_that_is_off_or_not_proven_is_not_used(session):
    user = reached(session, people.OWNER, Medium.EMAIL, on=False)

    _tell(session, user, "k")

    assert _rows(session) == []


def test_what_was_said_within_a_short_while_goes_in_one_message(session, post, owner):
    for n in range(3):
        _tell(session, owner, f"k{n}", text=f"第{n}条")

    delivered(session, NOW + timedelta(seconds=30))
    assert post.sent == []
    delivered(session, LATER)

    assert post.words == [["第0条", "第1条", "第2条"]]
    assert _fates(session) == [Fate.SENT] * 3
    message = post.sent[0]
    assert message.address == "yan@example.cn"
    assert message.lines[0].url == "https://chainhub.example.cn/tickets/EQ-2026-00001"
    assert list(message.notices) == session.scalars(select(Notice.id).order_by(Notice.id)).all()


def test_what_was_sent_is_not_sent_again(session, post, owner):
    _tell(session, owner, "k")
    for minutes in (2, 3, 60, 600):
        delivered(session, NOW + timedelta(minutes=minutes))

    assert len(post.sent) == 1


def test_at_night_only_what_is_urgent_goes_out_and_the_rest_at_half_past_eight(session, post, owner):
    _tell(session, owner, "plain", NIGHT, text="不急")
    _tell(session, owner, "urgent", NIGHT, text="急", urgent=True)

    delivered(session, NIGHT + timedelta(minutes=5))
    assert post.words == [["急"]]
    delivered(session, MORNING - timedelta(minutes=1))
    delivered(session, MORNING + timedelta(seconds=5))

    assert post.words == [["急"], ["不急"]]


def test_a_calendar_that_changed_since_is_asked_again(session, post, owner):
    """Written on Friday for Monday 08:30; Monday became a holiday meanwhile."""
    friday, holiday = china(2026, 4, 3, 17, 45), china(2026, 4, 6, 8, 31)  # 4-4 to 4-6 are off
    _tell(session, owner, "k", friday)
    _rows(session)[0].look_at = china(2026, 4, 6, 8, 30)
    session.flush()

    delivered(session, holiday)
    assert post.sent == []
    delivered(session, china(2026, 4, 7, 8, 31))

    assert len(post.sent) == 1


def test_a_receipt_goes_at_once_at_any_hour(session, post, owner):
    work = work_of(session, people.OWNER, NIGHT)
    outbox.receipt(work, owner, "已收到", key="r", link="/tickets/EQ-2026-00001")

    delivered(session, NIGHT)

    assert post.words == [["已收到"]]
    assert session.scalars(select(Notice.id)).all() == []


def test_a_failure_is_tried_again_after_growing_pauses(session, post, owner):
    post.fails = [TryLater("451 忙"), TryLater("451 忙")]
    _tell(session, owner, "k")

    delivered(session, LATER)
    first = _rows(session)[0]
    assert (first.fate, first.tries, first.said) == (Fate.WAITING, 1, "451 忙")
    wait = first.look_at - LATER
    delivered(session, first.look_at - timedelta(seconds=1))
    assert _rows(session)[0].tries == 1
    again = _rows(session)[0].look_at
    delivered(session, again)

    second = _rows(session)[0]
    assert second.look_at - again > 2 * wait
    delivered(session, second.look_at)
    assert [one.id for one in post.sent] == [f"chainhub-{second.id}"]
    assert _fates(session) == [Fate.SENT]


def test_what_the_other_side_never_takes_is_dead_and_can_be_tried_again(session, post, owner):
    post.fails = [Refused("550 没有这个人")]
    _tell(session, owner, "k")
    delivered(session, LATER)
    row = _rows(session)[0]
    assert (row.fate, row.said) == (Fate.DEAD, "550 没有这个人")

    outbox.retry(work_of(session, "xitong", LATER), row.id)
    delivered(session, LATER + timedelta(seconds=5))

    assert _fates(session) == [Fate.SENT]
    assert len(post.sent) == 1


def test_trying_again_sends_the_whole_message_under_its_id(session, post, owner):
    post.fails = [Refused("550 没有这个人")]
    for key in ("k1", "k2"):
        _tell(session, owner, key, text=key)
    delivered(session, LATER)
    assert _fates(session) == [Fate.DEAD] * 2

    outbox.retry(work_of(session, "xitong", LATER), _rows(session)[1].id)
    delivered(session, LATER + timedelta(seconds=5))

    assert post.words == [["k1", "k2"]]


def test_a_message_that_is_tried_again_at_night_goes_whole_or_not_at_all(session, post, owner):
    """Said at 17:20, failed then, and tried again after hours: what is urgent goes, the rest in the morning."""
    evening = china(2026, 3, 2, 17, 20)
    _tell(session, owner, "plain", evening, text="不急")
    _tell(session, owner, "urgent", evening + manners.WINDOW, text="急", urgent=True)
    post.fails = [TryLater("451 忙") for _ in range(2)]
    at = evening + manners.WINDOW
    while at < MORNING + timedelta(minutes=30):
        delivered(session, at)
        at += timedelta(minutes=5)

    assert sorted(post.words) == [["不急"], ["急"]]
    assert len({one.id for one in post.sent}) == 2  # no id was seen with other words before


def test_what_was_not_even_tried_goes_together_with_what_comes_meanwhile(session):
    mail = Post(fails=[Unreachable("连不上")])
    equipped(session, email=mail)
    first, second = (reached(session, name, Medium.EMAIL) for name in (people.OWNER, people.POWER))
    for user in (first, second):
        _tell(session, user, "k", text="先说的")
    delivered(session, LATER)
    tried = {row.user_id: row.tries for row in _rows(session)}
    waits = next(user for user, tries in tried.items() if tries == 0)

    _tell(session, waits, "k2", LATER, text="后说的")
    delivered(session, LATER + timedelta(minutes=5))

    assert ["先说的", "后说的"] in mail.words


def test_after_many_tries_it_is_dead_with_its_reason_and_not_dropped(session, post, owner):
    post.fails = [TryLater("451 忙") for _ in range(manners.TRIES_MOST)]
    _tell(session, owner, "k")
    at = LATER
    for _ in range(manners.TRIES_MOST):
        delivered(session, at)
        at = max(at, _rows(session)[0].look_at)
        at = known.of(session).calendar.next_working_moment(at)

    row = _rows(session)[0]
    assert (row.fate, row.tries, row.said) == (Fate.DEAD, manners.TRIES_MOST, "451 忙")


def test_a_medium_that_is_not_set_up_says_so(session, owner):
    equipped(session)
    _tell(session, owner, "k")

    delivered(session, LATER)

    row = _rows(session)[0]
    assert (row.fate, row.said) == (Fate.DEAD, delivering.NOT_SET)


def test_a_dead_server_rests_the_medium_and_holds_up_no_other(session):
    mail, text = Post(fails=[Unreachable("连不上")]), Post()
    equipped(session, email=mail, sms=text)
    first = reached(session, people.OWNER, Medium.EMAIL, Medium.SMS)
    second = reached(session, people.POWER, Medium.EMAIL)
    _tell(session, first, "k")
    _tell(session, second, "k")

    delivered(session, LATER)

    assert len(text.sent) == 1
    assert mail.sent == []
    state = session.get_one(MediumState, Medium.EMAIL)
    assert (state.failures, state.said) == (1, "连不上")
    by_user = {row.user_id: row for row in _rows(session) if row.medium is Medium.EMAIL}
    assert sorted(row.tries for row in by_user.values()) == [0, 1]  # the second one was not even tried
    delivered(session, LATER + timedelta(seconds=20))
    assert mail.sent == []  # it rests
    delivered(session, LATER + timedelta(minutes=3))
    assert len(mail.sent) == 2
    session.expire_all()
    assert session.get_one(MediumState, Medium.EMAIL).paused_until is None


def test_a_run_tells_apart_what_arrived_what_waits_and_what_was_given_up(session):
    mail, text = Post(fails=[Unreachable("连不上")]), Post(fails=[Refused("空号")])
    equipped(session, email=mail, sms=text)
    first = reached(session, people.OWNER, Medium.EMAIL, Medium.SMS)
    second = reached(session, people.POWER, Medium.SMS)
    _tell(session, first, "k")
    _tell(session, second, "k")

    swept = delivered(session, LATER)

    assert (swept.done, dict(swept.outcomes)) == (3, {"waiting": 1, "sent": 1, "dead": 1})


def test_a_sender_that_breaks_sinks_nobody(session, owner):
    broken = Post(fails=[KeyError("a mistake of ours")])
    equipped(session, email=broken)
    other = reached(session, people.POWER, Medium.EMAIL)
    _tell(session, owner, "k")
    _tell(session, other, "k")

    delivered(session, LATER)

    assert sorted(_fates(session)) == [Fate.SENT, Fate.WAITING]
    assert len(broken.sent) == 1


def test_over_the_cap_nothing_is_dropped_but_put_together_and_said(session, post, owner):
    cap = manners.cap_of(Medium.EMAIL)
    at = NOW
    for n in range(cap + 3):
        _tell(session, owner, f"k{n}", at, text=f"第{n}条")
        at += timedelta(minutes=2)
        delivered(session, at)
    assert len(post.sent) == cap

    delivered(session, NOW + timedelta(minutes=63))

    assert len(post.sent) == cap + 1
    assert post.words[-1] == ["第8条", "第9条", "第10条"]
    assert post.sent[-1].held
    assert manners.HELD in manners.letter(post.sent[-1])
    assert set(_fates(session)) == {Fate.SENT}


def test_what_waits_about_a_thing_is_silenced_and_the_inbox_keeps_it(session, post, owner):
    _tell(session, owner, "old", link="/tickets/EQ-2026-00001")
    _tell(session, owner, "other", link="/tickets/EQ-2026-00002")
    outbox.silence(session, "/tickets/EQ-2026-00001", "已销号")
    _tell(session, owner, "news", link="/tickets/EQ-2026-00001", text="已销号。")

    delivered(session, LATER)

    assert post.words == [["县供电公司办好了", "已销号。"]]
    assert [(row.key, row.fate, row.said) for row in _rows(session)][0] == ("old", Fate.CANCELLED, "已销号")
    assert len(session.scalars(select(Notice.id)).all()) == 3


def test_a_claim_that_died_over_what_was_silenced_meanwhile_is_not_taken_up_again(session, post, owner):
    _tell(session, owner, "k")
    work = work_of(session, "clock", LATER)
    delivering.claim(
        work, delivering.find(work, 10), delivering.outfit_of(session)
    )  # and here the process dies
    outbox.silence(session, "/tickets/EQ-2026-00001", "已销号")

    delivered(session, LATER + manners.LEASE)

    assert post.sent == []
    assert _fates(session) == [Fate.CANCELLED]


@pytest.mark.parametrize(
    ("came", "after"), [(Fate.SENT, Fate.SENT), (Fate.WAITING, Fate.CANCELLED), (Fate.DEAD, Fate.CANCELLED)]
)
def test_what_is_silenced_while_it_is_being_sent_is_noted_as_it_was_and_not_tried_again(
    session, post, owner, came, after
):
    _tell(session, owner, "k")
    work = work_of(session, "clock", LATER)
    batch = delivering.claim(work, delivering.find(work, 10), delivering.outfit_of(session))
    outbox.silence(session, "/tickets/EQ-2026-00001", "已销号")

    delivering.stamp(work, batch, [delivering.Outcome(batch.messages[0].id, Medium.EMAIL, came, "说了")])

    assert _fates(session) == [after]
    delivered(session, LATER + timedelta(hours=3))
    assert post.sent == []


def test_what_does_not_end_with_a_thing_keeps_its_voice(session, post, owner):
    for key in (
        "ticket:1:2:task",
        "instruction:7:given",
        "instruction:70:given",
        "clock:5:20260302T1730:due",
    ):
        _tell(session, owner, key)

    outbox.silence(session, "/tickets/EQ-2026-00001", "已销号", keep=["instruction:7:", "clock:5:"])

    waits = [row.key for row in _rows(session) if row.fate is Fate.WAITING]
    assert waits == ["instruction:7:given", "clock:5:20260302T1730:due"]


def test_a_crash_between_sending_and_stamping_sends_again_under_the_same_id_and_says_so(session, post, owner):
    _tell(session, owner, "k")
    work = work_of(session, "clock", LATER)
    with session.begin_nested():
        batch = delivering.claim(work, delivering.find(work, 10), delivering.outfit_of(session))
    delivering.send(delivering.outfit_of(session).senders, batch.messages)  # and here the process dies

    delivered(session, LATER + manners.LEASE - timedelta(seconds=1))
    assert len(post.sent) == 1
    delivered(session, LATER + manners.LEASE)

    first, second = post.sent
    assert first.id == second.id
    assert (first.repeated, second.repeated) == (False, True)
    assert _fates(session) == [Fate.SENT]


def test_a_late_sender_does_not_stamp_what_another_has_taken_over(session, post, owner):
    _tell(session, owner, "k")
    work = work_of(session, "clock", LATER)
    late = delivering.claim(work, delivering.find(work, 10), delivering.outfit_of(session))
    after = work_of(session, "clock", LATER + manners.LEASE)
    again = delivering.claim(after, delivering.find(after, 10), delivering.outfit_of(session))
    assert len(again.messages) == 1

    said = [delivering.Outcome(late.messages[0].id, Medium.EMAIL, Fate.DEAD, "迟了")]
    delivering.stamp(after, late, said)

    assert _fates(session) == [Fate.SENDING]


def test_who_has_left_gets_nothing_more(session, post, owner):
    _tell(session, owner, "k")
    session.get_one(User, owner).is_active = False
    session.flush()

    delivered(session, LATER)

    assert post.sent == []
    row = _rows(session)[0]
    assert (row.fate, row.said) == (Fate.CANCELLED, delivering.NO_ADDRESS)


def test_a_retry_that_may_have_arrived_is_marked(session, post, owner):
    post.fails = [Unreachable("没有应答", perhaps=True)]
    _tell(session, owner, "k")
    delivered(session, LATER)
    delivered(session, LATER + timedelta(minutes=3))

    assert [one.repeated for one in post.sent] == [True]


def test_the_county_may_demand_a_way_of_a_role(session, post):
    from chainhub.county.rulebook.models import RuleText
    from chainhub.county.state import touch

    session.add(RuleText(name="media", value={"department": ["sms"]}, from_at=NOW))
    touch(session)
    session.flush()
    known.forget(session)
    user = session.scalar(select(User).where(User.username == people.POWER))

    _tell(session, user.id, "k")

    assert [row.medium for row in _rows(session)] == [Medium.SMS]
    assert known.of(session).reaches.address(user.id, Medium.SMS) == user.phone


def test_purposes_that_wait_for_no_window_are_the_ones_that_go_at_any_hour():
    assert {one for one in Purpose if manners.at_once(one, urgent=False)} == {Purpose.CODE, Purpose.RECEIPT}
