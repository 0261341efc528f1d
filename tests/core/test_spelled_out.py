"""The program's own words stand in the text of a statement; what differs from one who asks to another does not."""

from enum import StrEnum

import pytest
from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import visitors

from chainhub.core.actor import Actor, Grant, Role, ScopeKind
from chainhub.core.db import spelled_out
from chainhub.statistics import queries, stories
from chainhub.statistics.terms import Cut, Measure
from chainhub.tickets import mine, standing
from chainhub.tickets.desk import leaders
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State
from tests.builders import a_ticket

LEADER = Actor(7, "xianzhang", "县长", (Grant(Role.LEADER, ScopeKind.COUNTY),))
COMMITTEE = Actor(8, "lianwei", "链委", (Grant(Role.COMMITTEE, ScopeKind.CHAIN, "new_energy"),))
BOTH = pytest.mark.parametrize("spoken", [postgresql.dialect(), sqlite.dialect()], ids=lambda one: one.name)


def _words(query):
    """Return the members of enums that are parameters of a statement."""
    found = [one.value for one in visitors.iterate(query) if isinstance(one, BindParameter)]
    each = [one for value in found for one in (value if isinstance(value, list | tuple) else [value])]
    return [one for one in each if isinstance(one, StrEnum)]


@BOTH
def test_words_are_written_and_what_is_asked_for_is_not(spoken):
    query = select(Ticket.id).where(
        Ticket.state == State.CARRIED_OVER,
        Ticket.state.in_((State.HANDLING, State.RESOLVED)),
        Ticket.chain_code == "new_energy",
        Ticket.id == bindparam("ticket"),
    )

    made = spelled_out(query).compile(dialect=spoken)

    assert "ticket.state = 'carried_over' AND ticket.state IN ('handling', 'resolved')" in str(made)
    assert made.params == {"chain_code_1": "new_energy", "ticket": None}
    assert len(_words(query)) == 3  # the one that was given is as it was


def test_it_finds_what_it_found(session):
    ticket = a_ticket(session, State.ACCEPTED)
    query = select(Ticket.id).where(
        Ticket.state == State.ACCEPTED, Ticket.state.in_((State.ACCEPTED, State.CLOSED))
    )

    assert session.scalars(spelled_out(query)).all() == session.scalars(query).all() == [ticket.id]


def test_a_word_that_would_end_the_text_is_refused():
    class Odd(StrEnum):
        QUOTE = "it's"

    with pytest.raises(ValueError, match="QUOTE"):
        spelled_out(select(Ticket.id).where(Ticket.number == Odd.QUOTE))


QUESTIONS = (
    (Cut.UNIT, frozenset({Measure.HANDLING}), True, False),
    (Cut.CHAIN, frozenset(Measure), False, True),
)
ASKED_AT_EVERY_LOOK = {
    "what is open": lambda: standing._counting(LEADER, standing.EVERYTHING, ()),
    "own lists of a leader": lambda: mine._counting(LEADER, ()),
    "own lists of a committee": lambda: mine._counting(COMMITTEE, ("new_energy_committee",)),
    "what is stuck": lambda: leaders._first_due(LEADER),
    "figures": lambda: queries._asked(QUESTIONS),
    "what runs late": lambda: stories._RUNNING,
}


@pytest.mark.parametrize("statement", ASKED_AT_EVERY_LOOK.values(), ids=ASKED_AT_EVERY_LOOK)
def test_what_home_pages_ask_at_every_look_is_spelled_out(statement):
    assert _words(statement()) == []
