"""What leaves the house about tickets: silenced at their end, without words where confidential, with the answer link."""

from datetime import date

import pytest
from sqlalchemy import select

from chainhub.core.media import Medium
from chainhub.notices import manners
from chainhub.notices import service as notices
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outgoing import Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.reminders.models import Clock
from chainhub.tickets import answer_tokens, outgoing
from chainhub.tickets.service import answering, instructions
from chainhub.tickets.service.answering import Pass
from chainhub.tickets.service.instructions import Word
from chainhub.tickets.terms import Kind, Outcome, Satisfaction, Urgency
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.asking import statements
from tests.builders import a_ticket, move, submitted
from tests.notices.doubles import HOME, SECRET, Post, delivered, equipped, reached
from tests.people import NOW, china, work_of
from tests.reminders.passing import in_hand, run_timetable

pytestmark = pytest.mark.slow

NIGHT = china(2026, 3, 2, 23)
LATER = NOW + manners.WINDOW


@pytest.fixture
def post(session):
    made = Post()
    equipped(session, email=made)
    return made


def _fates(session):
    session.expire_all()
    rows = session.scalars(select(Outgoing).order_by(Outgoing.id))
    return [(row.text.partition("》")[2] or row.text, row.fate.value) for row in rows]


def test_whoever_files_gets_a_receipt_at_once_at_any_hour(session, post):
    reached(session, people.OWNER, Medium.EMAIL)

    ticket = submitted(session, NIGHT)
    delivered(session, NIGHT)

    assert post.words == [[f"已收到，编号 {ticket.number}，3月3日（周二）10:30前有人打电话找您。"]]
    assert session.scalars(select(Outgoing.purpose)).all() == [Purpose.RECEIPT]


def test_withdrawing_silences_what_is_pending_in_the_same_transaction(session, post):
    reached(session, people.CLERK, Medium.EMAIL)
    ticket = submitted(session, NIGHT)
    assert [fate for _, fate in _fates(session)] == ["waiting"]

    move(session, ticket, people.OWNER, Action.WITHDRAW, NIGHT, note="自己解决了")

    assert [fate for _, fate in _fates(session)] == ["cancelled"]
    delivered(session, china(2026, 3, 3, 8, 40))
    assert post.sent == []


@pytest.mark.parametrize(
    ("state", "who", "action", "given"),
    [
        (State.CONFIRMED, people.CLOSER, Action.CLOSE, {}),
        (State.SUBMITTED, people.CLERK, Action.DECLINE, {"reason_code": "in_court", "note": "法院已经立案"}),
        (State.HANDLING, people.OWNER, Action.WITHDRAW, {"note": "自己解决了"}),
    ],
)
def test_every_end_silences_what_is_pending(session, post, state, who, action, given):
    power = reached(session, people.POWER, Medium.EMAIL)
    ticket = a_ticket(session, state, NOW)
    key = f"ticket:{ticket.id}:0:task"
    said = {"user_id": power, "kind": NoticeKind.TASK, "text": "请接着办", "link": ticket.link}
    notices.tell(session, [{**said, "key": key, "created_at": NIGHT}])

    move(session, ticket, who, action, NIGHT, **given)

    session.expire_all()
    assert session.scalar(select(Outgoing.fate).where(Outgoing.key == key)) is Fate.CANCELLED


def test_a_leaders_word_and_a_request_that_waits_outlive_the_ticket_and_are_told_all_the_same(session, post):
    power = reached(session, people.POWER, Medium.EMAIL)
    ticket = a_ticket(session, State.HANDLING, NOW)
    word = Word("请今天办好。", people.POWER_UNIT, date(2026, 3, 6))
    given = instructions.give(work_of(session, people.CHIEF, NIGHT), ticket.number, word)
    clock = session.scalar(select(Clock.id).where(Clock.owner_kind == instructions.OWNER))
    said = {"user_id": power, "kind": NoticeKind.REMINDER, "link": ticket.link}
    for key in (f"clock:{clock}:20260306T0930:yellow", f"ticket:{ticket.id}:9:task"):
        notices.tell(session, [{**said, "text": key, "key": key, "created_at": NIGHT}])

    move(session, ticket, people.OWNER, Action.WITHDRAW, NIGHT, note="自己解决了")

    session.expire_all()
    waits = session.scalars(
        select(Outgoing.key).where(Outgoing.fate == Fate.WAITING, Outgoing.created_at == NIGHT)
    )
    assert sorted(waits) == [f"clock:{clock}:20260306T0930:yellow", f"instruction:{given.id}:given"]


def test_the_news_of_the_end_itself_is_said(session, post):
    ticket = a_ticket(session, State.CONFIRMED, NOW)
    reached(session, people.OWNER, Medium.EMAIL)

    move(session, ticket, people.CLOSER, Action.CLOSE, LATER)
    delivered(session, LATER + manners.WINDOW)

    assert [words[-1] for words in post.words] == [f"{ticket.about}已销号。"]


def test_merging_silences_the_merged_one_and_tells_of_the_merging(session, post):
    reached(session, people.CLERK, Medium.EMAIL)
    into = submitted(session, NIGHT, title="先报的一件")
    merged = submitted(session, NIGHT, title="后报的一件")
    reached(session, people.OWNER, Medium.EMAIL)

    move(session, merged, people.CLERK, Action.MERGE, NIGHT, into=into.number)

    found = session.execute(select(Outgoing.link, Outgoing.fate, Outgoing.kind).order_by(Outgoing.id)).all()
    assert [(row.link, row.fate) for row in found] == [
        (into.link, Fate.WAITING),
        (merged.link, Fate.CANCELLED),
        (merged.link, Fate.WAITING),  # 合并办理, to the enterprise
    ]


def test_the_message_that_asks_for_its_word_carries_the_link_that_answers(session, post):
    owner = reached(session, people.OWNER, Medium.EMAIL)
    ticket = a_ticket(session, State.REVIEWED, NOW)
    at = ticket.updated_at + manners.WINDOW

    delivered(session, at)

    line = post.sent[-1].lines[-1]
    assert "请您说一声办得怎么样" in line.text
    token = line.url.removeprefix(f"{HOME}/answer/")
    found = answer_tokens.read(SECRET, token)
    assert found == Pass(ticket.id, ticket.round, owner, 0, found.until)
    given = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
    answering.answer(work_of(session, "clock", at), found, given)
    assert ticket.state is State.CONFIRMED


def test_each_reminder_carries_the_link_while_the_ticket_waits_and_none_does_after(session, post):
    reached(session, people.OWNER, Medium.EMAIL)
    ticket = a_ticket(session, State.REVIEWED, NOW)
    delivered(session, LATER.replace(hour=11))
    post.sent.clear()

    run_timetable(session, china(2026, 3, 4, 8, 31), "reminders")
    delivered(session, china(2026, 3, 4, 8, 34))
    assert [line.url.startswith(f"{HOME}/answer/") for line in post.sent[0].lines] == [True]

    said = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
    move(session, ticket, people.OWNER, Action.CONFIRM, china(2026, 3, 4, 9), **said)
    move(session, ticket, people.CLOSER, Action.CLOSE, china(2026, 3, 4, 9, 30))
    delivered(session, china(2026, 3, 4, 9, 40))
    assert post.sent[-1].lines[-1].url == f"{HOME}{ticket.link}"


@pytest.mark.parametrize(("done", "said"), [(True, outgoing.DONE), (False, "")])
def test_a_reminder_of_what_was_done_meanwhile_stays_in_the_inbox(session, post, done, said):
    ticket = in_hand(session, NOW, Kind.INQUIRY)  # due on Tuesday 17:30
    reached(session, people.TRANSPORT, Medium.EMAIL)
    run_timetable(session, china(2026, 3, 3, 8, 31), "reminders")
    if done:
        at = china(2026, 3, 3, 8, 32)
        move(
            session,
            ticket,
            people.TRANSPORT,
            Action.RESOLVE,
            at,
            outcome=Outcome.EXPLAINED,
            reply="写在这里了。",
        )

    delivered(session, china(2026, 3, 3, 8, 35))

    session.expire_all()
    row = session.scalars(select(Outgoing).where(Outgoing.key.startswith("clock:"))).one()
    assert (row.fate, row.said) == ((Fate.CANCELLED, said) if done else (Fate.SENT, "收下了"))
    assert any("到期" in line for words in post.words for line in words) is not done


def test_a_reminder_of_a_date_that_moved_meanwhile_stays_in_the_inbox(session, post):
    ticket = in_hand(session, NOW, Kind.INQUIRY)
    reached(session, people.TRANSPORT, Medium.EMAIL)
    run_timetable(session, china(2026, 3, 3, 8, 31), "reminders")
    at = china(2026, 3, 3, 8, 32)
    move(session, ticket, people.CLERK, Action.RECLASSIFY, at, kind=Kind.PROBLEM, note="是难题")

    delivered(session, china(2026, 3, 3, 8, 35))

    (words,) = post.words
    assert [line.partition("：")[2] for line in words] == [
        "本单位时限有变，原3月3日（周二）17:30，现3月23日（周一）17:30。"
    ]


def test_the_unit_never_gets_the_link(session, post):
    reached(session, people.REVIEWER, Medium.EMAIL)
    reached(session, people.POWER, Medium.EMAIL)
    ticket = a_ticket(session, State.REVIEWED, NOW)
    delivered(session, ticket.updated_at + manners.WINDOW)

    assert post.sent
    assert not any("/answer/" in line.url for one in post.sent for line in one.lines)


def test_the_words_of_a_confidential_matter_stay_in_the_house(session, post):
    reached(session, people.CLERK, Medium.EMAIL)
    ticket = submitted(session, NOW, confidential=True, title="配方被人抄了")

    delivered(session, LATER)

    assert post.words == [[f"{ticket.number} 有新消息（保密），请登录看。"]]
    assert "配方" not in manners.letter(post.sent[0]) + manners.subject(post.sent[0])


def test_what_is_urgent_goes_out_at_night(session, post):
    reached(session, people.CLERK, Medium.EMAIL)
    submitted(session, NIGHT, urgency=Urgency.URGENT)
    submitted(session, NIGHT, title="不急的一件")

    delivered(session, NIGHT)

    assert len(post.sent) == 1
    assert ["不急的一件" in line.text for line in post.sent[0].lines] == [False]


def test_a_submit_asks_the_database_no_more_where_nobody_has_chosen_a_way(session, connection):
    submitted(session, NOW)  # what is known of the county is read

    with statements(connection) as heard:
        submitted(session, NOW, title="另一件")

    assert heard
    assert not [one for one in heard if "outgoing" in one or "reach" in one]
