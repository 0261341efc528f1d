"""Reading the rules of the county."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.county.rulebook.models import RuleText, TimeLimit
from chainhub.county.rulebook.rules import Book, dated


def book(session: Session) -> Book:
    """Return every dated limit and the newest ladders."""
    limits = session.execute(
        select(TimeLimit.clock, TimeLimit.matter, TimeLimit.urgency, TimeLimit.code, TimeLimit.from_at)
    )
    ladders = session.scalars(
        select(RuleText).where(RuleText.name == "ladders").order_by(RuleText.from_at)
    ).all()
    rows = [(row.clock, row.matter, row.urgency, row.code, row.from_at) for row in limits]
    return Book(dated(rows), ladders[-1].value if ladders else {})
