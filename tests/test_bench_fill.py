"""A filled database is a county that could have been: everything that must hold of a simulated one holds of it."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench import families, fill, texts
from chainhub.core.db import Base
from chainhub.notices.outgoing import Outgoing
from chainhub.operations import tables, verify
from chainhub.operations.simulating import watching
from chainhub.operations.simulating.county import County
from chainhub.operations.simulating.looking import Look, Memory
from chainhub.tickets.models import Ticket
from chainhub.web import engine as engines
from tests.conftest import _HASH
from tests.people import china

pytestmark = pytest.mark.slow

END = china(2026, 10, 12, 16)  # a Monday
COUNT = 120
COMMON = (
    "part",
    "request",
    "instruction",
    "supervision",
    "ticket_event",
    "clock",
    "said",
    "notice",
    "outgoing",
)
"""What is in every county of some size."""


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> families.Stock:
    """Some lives of a simulated county."""
    return fill.stock(tmp_path_factory.mktemp("stock"), 50, END, _HASH)


def test_what_a_fill_writes_holds_every_invariant_of_a_simulated_county(stocked, empty_url):
    fill.fill(empty_url, stocked, texts.load(60), COUNT, END, _HASH)

    engine = engines.opened(empty_url)
    county = County(engine)
    with Session(engine) as session:
        assert verify.verify(session).faults == []
        watching.check(Look.at(session, END, END, 1, county.accounts, Memory()))
        assert session.scalar(select(func.count()).select_from(Ticket)) == COUNT
        open_ = session.scalar(select(func.count()).select_from(Ticket).where(Ticket.is_open))
        assert 0.25 < open_ / COUNT < 0.35
        filled = {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in families.TABLES}
        assert all(filled[name] for name in COMMON), filled
        twice = select(Outgoing.user_id, Outgoing.key, Outgoing.medium).group_by(
            Outgoing.user_id, Outgoing.key, Outgoing.medium
        )
        assert session.execute(twice.having(func.count() > 1)).all() == []
    county.leave()
    engine.dispose()


def test_no_text_of_a_clone_names_its_template(stocked, empty_url):
    fill.fill(empty_url, stocked, texts.load(60), COUNT, END, _HASH)

    titles = {one.about for family in stocked.families for one in family.tickets}
    engine = engines.opened(empty_url)
    with Session(engine) as session:
        said = session.scalars(text("SELECT text FROM notice UNION ALL SELECT about FROM clock")).all()
    engine.dispose()
    assert [one for one in said if any(title in one for title in titles)] == []


def test_every_table_that_tells_of_tickets_is_cloned_or_left_out_on_purpose():
    assert tables.MODULES
    about = {
        table.name
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name in families.TABLES for key in column.foreign_keys)
    }

    left_out = {
        "submission",  # the simulation files without keys
        "presence",  # kept for minutes
        "stat_case",  # folded from the history, once it is there
        "stat_mark",
        # What stands beside a ticket is not played.
        "common_ticket",
        "hint_taken",
        "inspected_ticket",
        "invited",
        "outside_question",
        "passed_on",
        "salon_ticket",
        "site_visit",
        "stat_appeal",
        "success_case",
        "ticket_copy",
        "topic_apart",
        "topic_ticket",
        "visit_ticket",
    }
    assert about - set(families.TABLES) == left_out


def test_the_columns_that_name_rows_are_those_of_the_model():
    for name, named in families.BELONGS.items():
        keys = {
            column.name: key.column.table.name
            for column in Base.metadata.tables[name].columns
            for key in column.foreign_keys
            if key.column.table.name in families.TABLES
        }
        assert dict(named) == keys, name


def test_lives_come_as_often_as_each_other_and_as_many_are_open_as_wanted(stocked: families.Stock):
    order = list(fill._order(stocked, 400))

    assert sum(len(one.tickets) for one in order) == 400
    for sort in (True, False):
        often = {id(one): 0 for one in stocked.families if one.is_open and one.is_in_hand is sort}
        for one in order:
            if id(one) in often:
                often[id(one)] += 1
        assert max(often.values()) - min(often.values()) <= 1
    in_hand = sum(len(one.tickets) for one in order if one.is_in_hand)
    assert 45 < in_hand < 65  # of 400


def test_a_played_county_is_read_back_whole(stocked: families.Stock):
    assert stocked.refused == 0
    assert stocked.count >= 45
    for family in stocked.families:
        numbers = {one.id for one in family.tickets}
        at = stocked.columns["ticket_event"].index("ticket_id")
        assert {row[at] for row in family.rows["ticket_event"]} == numbers
