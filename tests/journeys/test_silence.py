"""Nobody answers: the clock raises a call-back, two calls fail on two days, it ends not rated and is struck off."""

from datetime import timedelta

from sqlalchemy import select

from chainhub.core import clock
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move

OWN_COUNTY = True  # the clock is moved here
TITLE = "老车间照明线路老化"


def test_silence_ends_not_rated_never_satisfied(troupe, county):
    # Six weeks ago it was solved and reviewed. 陶见禾 was asked, and said nothing.
    now = clock.now()
    with county.history() as session:
        ticket = a_ticket(
            session, State.REVIEWED, now - timedelta(days=42), title=TITLE, content="线路老化，想换。"
        )
        number = ticket.number

    # After five workdays of silence the scheduler gives the callers a task.
    assert "callback: done 1" in county.tick(now - timedelta(days=28))

    # Three days ago 米知夏 rang for the first time, and nobody picked up (the past is made through the service).
    with county.history() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        move(
            session,
            ticket,
            people.CALLER,
            Action.CALL_FAILED,
            now - timedelta(days=3),
            note="上午十点打，没人接。",
        )

    # Today she finds it on her desk, rings again, and writes down that it failed again.
    caller = troupe(people.CALLER)
    caller.reads("回访", TITLE).shot("caller-desk")
    caller.act(number, "未接通", note="下午三点又打，关机。")

    # A second call on the same day would not count: there is no button, and the address says why.
    assert not caller.offer("未接通").count()
    caller.go(f"/tickets/{number}/act/call_failed").reads("今天已经记过一次没打通").shot("caller-once-a-day")

    # Five workdays later the clock ends it: not rated, never satisfied.
    assert "lapse: done 1" in county.tick(now + timedelta(days=21))
    owner = troupe(people.OWNER, "phone").go(f"/tickets/{number}").reads("未评价").shot("owner-not-rated")
    owner.reads_nothing_of("满意。")

    # It is struck off like any other.
    closer = troupe(people.CLOSER).go("/").reads("销号", TITLE).shot("closer-desk")
    closer.act(number, "销号")
    owner.go(f"/tickets/{number}").reads("已销号")
