"""What SQLite is told of its data: how full a table is, and that an empty one is empty."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from chainhub.operations import schema
from chainhub.tickets import queries
from chainhub.tickets.models import Request, Ticket
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import work_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]  # the words of a plan are those of one database


def test_what_hangs_on_no_ticket_is_not_looked_for_ticket_by_ticket(session):
    for _ in range(30):
        a_ticket(session, State.SUBMITTED)
    session.flush()

    schema.analyze(session)

    seen = queries.visible(work_of(session, people.CLERK).actor)
    query = select(Ticket.id).select_from(Request).join(Ticket, Ticket.id == Request.ticket_id).where(seen)
    written = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
    assert plan[0].startswith("SCAN request")
    assert plan[1].startswith("SEARCH ticket USING INTEGER PRIMARY KEY")


def test_looking_again_says_of_each_table_once_that_it_is_empty(session):
    schema.analyze(session)
    schema.analyze(session)

    noted = session.scalars(text("SELECT tbl FROM sqlite_stat1 WHERE idx IS NULL")).all()
    assert "request" in noted
    assert len(noted) == len(set(noted))
