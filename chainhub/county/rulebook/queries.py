"""Reading the rules of the county."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.county.rulebook.models import RuleText, TimeLimit
from chainhub.county.rulebook.rules import Book, CheckItem, DatedText, dated

TEXTS = ("evidence", "callbacks", "elsewhere", "reports")
"""Rules written as data that use cases ask for by name."""
MEDIA = "media"  # by which ways a role is reached, whatever its holders choose
_NEWEST = ("ladders", "checklists", MEDIA)  # those of which only the newest is ever asked


def book(session: Session) -> Book:
    """Return every dated limit, the newest ladders, and the rules that are written as data."""
    limits = session.execute(
        select(TimeLimit.clock, TimeLimit.matter, TimeLimit.urgency, TimeLimit.code, TimeLimit.from_at)
    )
    texts: dict[str, list[DatedText]] = {}
    for one in session.scalars(
        select(RuleText).where(RuleText.name.in_((*TEXTS, *_NEWEST))).order_by(RuleText.from_at, RuleText.id)
    ):
        texts.setdefault(one.name, []).append(DatedText(one.from_at, one.value))
    newest = {name: texts.pop(name)[-1].value for name in _NEWEST if name in texts}
    rows = [(row.clock, row.matter, row.urgency, row.code, row.from_at) for row in limits]
    checklists = {
        category: [CheckItem(one["code"], one["label"], bool(one["must"])) for one in items]
        for category, items in newest.get("checklists", {}).items()
    }
    return Book(dated(rows), newest.get("ladders", {}), texts, checklists, newest.get(MEDIA, {}))


def category_words(session: Session, at: datetime) -> Mapping[str, Sequence[str]]:
    """Return by category what people write who mean it, as the county had it at a moment; empty where it says nothing."""
    newest = (
        select(RuleText.value)
        .where(RuleText.name == "category_words", RuleText.from_at <= at)
        .order_by(RuleText.from_at.desc())
        .limit(1)
    )
    return session.scalar(newest) or {}
