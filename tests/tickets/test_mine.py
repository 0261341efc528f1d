"""Own lists: whose, in which order, page by page, and never what one may not see."""

from datetime import timedelta

import pytest

from chainhub.core.errors import Invalid
from chainhub.tickets import listing, mine
from chainhub.tickets.listing import Filter
from chainhub.tickets.mine import Flag, Which
from chainhub.tickets.service import instructions, requests, supervisions
from chainhub.tickets.service.instructions import Word
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import CarryOverReason, RequestKind, Urgency
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

LATER = NOW + timedelta(hours=3)


def _asked(session, kind=RequestKind.EXTENSION, at=LATER, who=people.POWER, **given):
    ticket = a_ticket(session, State.HANDLING, **given)
    until = china(2026, 4, 1).date() if kind is RequestKind.CARRY_OVER else china(2026, 3, 26).date()
    code = CarryOverReason.PLANNING if kind is RequestKind.CARRY_OVER else None
    day = until if kind in {RequestKind.EXTENSION, RequestKind.CARRY_OVER} else None
    made = requests.ask(work_of(session, who, at), ticket.number, Asked(kind, "等变压器", day, code))
    return ticket, made


def _ids(found):
    return [one.about.id for one in found.items]


def test_a_request_waits_for_who_decides_and_for_nobody_else(session):
    _, extension = _asked(session)
    _, wait = _asked(session, RequestKind.CARRY_OVER)

    assert _ids(mine.requests(work_of(session, people.DISPATCHER))) == [extension.id]
    assert _ids(mine.requests(work_of(session, people.CLERK))) == [wait.id]
    for other in (people.OWNER, people.POWER, people.CHIEF, people.PRINCIPAL, people.CALLER, people.STRANGER):
        assert not mine.requests(work_of(session, other)).items, other


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_the_list_holds_exactly_what_one_may_decide(session, username):
    made = [_asked(session, kind) for kind in (RequestKind.EXTENSION, RequestKind.CARRY_OVER)]
    made.append(_asked(session, RequestKind.EXCLUSION))
    made.append(_asked(session, RequestKind.EXPEDITE, who=people.OWNER))
    work = work_of(session, username, LATER)

    listed = set(_ids(mine.requests(work)))

    assert listed == {one.id for ticket, one in made if requests.may_decide(work, ticket, one)}


def test_extensions_come_first_and_pages_go_on_where_they_stopped(session):
    _, late = _asked(session, RequestKind.CONSULTATION, LATER + timedelta(days=1))
    _, later = _asked(session, RequestKind.CARRY_OVER, LATER + timedelta(days=2))
    _, first = _asked(session, RequestKind.CARRY_OVER, LATER)
    work = work_of(session, people.CLERK, LATER)
    found, cursor = [], ""
    for _ in range(3):
        page = mine.requests(work, cursor=cursor, limit=1)
        found += _ids(page)
        cursor = page.next_cursor

    assert cursor == ""
    assert found == [first.id, late.id, later.id]


@pytest.mark.parametrize("cursor", ["x", "MX4y", "____", "MH4yMDI2LTAzLTAyfjE"])
def test_a_place_that_was_never_given_out_is_refused(session, cursor):
    with pytest.raises(Invalid):
        mine.requests(work_of(session, people.CLERK), cursor=cursor)


def test_what_is_followed_for_long_stands_by_its_review(session):
    one, other = a_ticket(session, State.CARRIED_OVER), a_ticket(session, State.CARRIED_OVER)
    other.review_on = one.review_on - timedelta(days=3)
    session.flush()

    for who in (people.CLERK, people.POWER, people.CHIEF):
        found = mine.waits(work_of(session, who))
        assert [line.ticket.id for line in found.items] == [other.id, one.id], who
    first = mine.waits(work_of(session, people.CLERK), limit=1)
    again = mine.waits(work_of(session, people.CLERK), cursor=first.next_cursor)
    assert [line.ticket.id for line in again.items] == [one.id]
    assert not mine.waits(work_of(session, people.TRANSPORT)).items


def test_an_instruction_is_in_the_list_of_who_gave_it_and_of_whose_unit_answers(session):
    ticket = a_ticket(session, State.HANDLING)
    word = Word("请拿出方案", people.TRANSPORT_UNIT, china(2026, 3, 6).date())
    made = instructions.give(work_of(session, people.CHIEF, LATER), ticket.number, word)

    for who in (people.CHIEF, people.TRANSPORT):
        assert _ids(mine.instructions(work_of(session, who), Which.OPEN)) == [made.id], who
        assert not mine.instructions(work_of(session, who), Which.ANSWERED).items
    for who in (people.OWNER, people.GUIDE, people.POWER, people.STRANGER):
        assert not mine.instructions(work_of(session, who), Which.OPEN).items, who

    instructions.answer(work_of(session, people.TRANSPORT, LATER), made.id, "方案拿出来了")
    assert _ids(mine.instructions(work_of(session, people.CHIEF), Which.ANSWERED)) == [made.id]
    assert not mine.instructions(work_of(session, people.CHIEF), Which.OPEN).items


def test_a_supervision_goes_from_draft_to_signed_to_answered(session):
    ticket = a_ticket(session, State.HANDLING)
    made = supervisions.propose(work_of(session, people.CLERK, LATER), ticket.number, "三周没有动静")

    def lists(who):
        return {
            one.value for one in Which if _ids(mine.supervisions(work_of(session, who), one)) == [made.id]
        }

    assert lists(people.LIAISON) == {"draft"}
    assert lists(people.CLERK) == {"draft"}
    assert lists(people.POWER) == set()
    supervisions.sign(work_of(session, people.LIAISON, LATER), made.id)
    assert lists(people.LIAISON) == lists(people.POWER) == {"open"}
    assert lists(people.OWNER) == lists(people.GUIDE) == lists(people.TRANSPORT) == set()
    supervisions.answer(work_of(session, people.POWER, LATER), made.id, "办了")
    assert lists(people.POWER) == {"answered"}


def test_what_waits_for_more_time_and_what_does_not_count_is_listed_for_the_staff(session):
    asked, out = a_ticket(session, State.HANDLING), a_ticket(session, State.HANDLING)
    at = NOW.replace(hour=11)
    until = (asked.due_at + timedelta(days=4)).date()
    more = requests.Asked(RequestKind.EXTENSION, "等设备到货", until=until)
    requests.ask(work_of(session, people.POWER, at), asked.number, more)
    exclude = requests.Asked(RequestKind.EXCLUSION, "厂家断供三周")
    made = requests.ask(work_of(session, people.POWER, at), out.number, exclude)
    requests.decide(work_of(session, people.CHIEF, at), made.id, approve=True)

    for flag, ticket in ((Flag.EXTENSION_PENDING, asked), (Flag.EXCLUDED, out)):
        for who in (people.DISPATCHER, people.CHIEF, people.POWER):
            work = work_of(session, who, at)
            page = listing.page(work, Filter(extra=(mine.flagged(work.actor, flag),)))
            assert [one.ticket.id for one in page.items] == [ticket.id], (who, flag)
        for who in (people.OWNER, people.GUIDE, people.TRANSPORT):
            work = work_of(session, who, at)
            assert not mine.may_read(work.actor, flag) or who == people.TRANSPORT
            assert not listing.page(work, Filter(extra=(mine.flagged(work.actor, flag),))).items


def test_flags_narrow_the_list_and_tell_the_enterprise_nothing_it_may_not_know(session):
    urgent = a_ticket(session, State.HANDLING, urgency=Urgency.URGENT)
    waiting = a_ticket(session, State.CARRIED_OVER)
    merged = a_ticket(session, State.MERGED)
    said = a_ticket(session, State.HANDLING)
    word = Word("请拿出方案", people.POWER_UNIT, china(2026, 3, 6).date())
    instructions.give(work_of(session, people.CHIEF, LATER), said.number, word)
    drafted = supervisions.propose(work_of(session, people.CLERK, LATER), said.number, "三周没有动静")

    def found(who, flag):
        work = work_of(session, who, LATER)
        wanted = Filter(extra=(mine.flagged(work.actor, flag),))
        return {item.ticket.id for item in listing.page(work, wanted).items}

    assert found(people.CLERK, Flag.URGENT) == found(people.OWNER, Flag.URGENT) == {urgent.id}
    assert found(people.CLERK, Flag.CARRIED_OVER) == {waiting.id}
    assert found(people.CLERK, Flag.MERGED) == {merged.id}
    assert found(people.CLERK, Flag.INSTRUCTED) == found(people.POWER, Flag.INSTRUCTED) == {said.id}
    assert found(people.CLERK, Flag.SUPERVISED) == set(), "a draft binds nobody"
    supervisions.sign(work_of(session, people.LIAISON, LATER), drafted.id)
    assert found(people.CLERK, Flag.SUPERVISED) == found(people.POWER, Flag.SUPERVISED) == {said.id}
    for outside in (people.OWNER, people.GUIDE):
        assert found(outside, Flag.INSTRUCTED) == found(outside, Flag.SUPERVISED) == set()


# Doors


def test_the_pages_show_their_lists_and_lead_home_and_back(as_, session):
    ticket, _ = _asked(session)
    waiting = a_ticket(session, State.CARRIED_OVER)
    word = Word("请拿出方案", people.POWER_UNIT, china(2026, 3, 6).date())
    instructions.give(work_of(session, people.CHIEF, LATER), ticket.number, word)
    supervisions.propose(work_of(session, people.CLERK, LATER), ticket.number, "三周没有动静")
    session.commit()

    home = as_(people.DISPATCHER).get("/").get_data(as_text=True)
    assert "/mine/requests" in home
    assert "待我决定的申请" in home
    assert "延期" in as_(people.DISPATCHER).get("/mine/requests").get_data(as_text=True)
    assert waiting.number in as_(people.CHIEF).get("/mine/waits").get_data(as_text=True)
    assert "请拿出方案" in as_(people.POWER).get("/mine/instructions").get_data(as_text=True)
    assert "去签发" in as_(people.LIAISON).get("/mine/supervisions").get_data(as_text=True)
    assert ticket.number not in as_(people.POWER).get("/mine/supervisions").get_data(as_text=True)
    assert ticket.number in as_(people.POWER).get("/tickets?flag=instructed").get_data(as_text=True)
    assert ticket.number not in as_(people.OWNER).get("/tickets?flag=instructed").get_data(as_text=True)


@pytest.mark.parametrize("where", ["requests", "waits", "instructions", "supervisions"])
def test_the_lists_of_the_staff_are_closed_to_others(as_, where):
    for username in (people.OWNER, people.GUIDE, people.CALLER, "xitong", "shenji"):
        assert as_(username).get(f"/mine/{where}").status_code == 403, username
    assert as_(people.CLERK).get(f"/mine/{where}").status_code == 200
