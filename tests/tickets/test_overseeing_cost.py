"""What the look for 督办 costs: it begins at what has happened, and never walks along the open tickets."""

import pytest

from chainhub.tickets import overseeing
from chainhub.tickets.terms import SupervisionReason
from tests.people import NOW, work_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]  # the words of a plan are those of one database

BEGINS = {
    SupervisionReason.OVERDUE: "ix_clock_kind_due",
    SupervisionReason.DISSATISFIED: "ix_ticket_dissatisfied",
    SupervisionReason.DISSATISFIED_TWICE: "ix_ticket_dissatisfied",
    SupervisionReason.RETURNED_TWICE: "ix_ticket_event_upheld",
}


@pytest.mark.parametrize("reason", overseeing._RULES)
def test_a_rule_begins_at_what_has_happened(session, reason):
    query = overseeing._RULES[reason](work_of(session, "clock", NOW)).limit(200)
    said = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))

    plan = [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")]

    assert any(BEGINS[reason] in line for line in plan), plan
    ways = {
        line for line in plan if line.startswith(("SCAN ticket ", "SEARCH ticket ")) or line == "SCAN ticket"
    }
    assert ways <= {
        "SCAN ticket USING INDEX ix_ticket_dissatisfied",
        "SEARCH ticket USING INTEGER PRIMARY KEY (rowid=?)",
    }, plan
