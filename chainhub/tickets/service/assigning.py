"""分办: to whom of the unit a ticket may be given by name, and how that is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.people import queries as people
from chainhub.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person of the unit: the account, and the words by which others know them."""

    id: int
    username: str
    name: str
    words: str


def colleagues(work: Work, ticket: Ticket) -> Sequence[Colleague]:
    """Return who of the lead unit handles tickets, in the order in which they were granted it; one query.

    Who is away today is among them, and said to be: the task waits for them, or for who stands in.
    """
    facts = known.of(work.session)
    held = facts.holders.of_role(Role.DEPARTMENT, ScopeKind.UNIT, ticket.lead_unit_code or "")
    usernames = people.usernames(work.session, [one.user_id for one in held])
    away = facts.absences.substitutes(work.now.astimezone(SHANGHAI).date())
    found: dict[int, Colleague] = {}
    for one in held:
        about = [one.post.label if one.post else "", "请假" if one.user_id in away else ""]
        said = "，".join(word for word in about if word)
        words = f"{one.name}（{said}）" if said else one.name
        found.setdefault(one.user_id, Colleague(one.user_id, usernames[one.user_id], one.name, words))
    return list(found.values())


def find(work: Work, ticket: Ticket, username: str) -> Colleague | None:
    """Return the person of the unit with an account name, or None."""
    return next((one for one in colleagues(work, ticket) if one.username == username), None)


def told(work: Work, ticket: Ticket, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the history keeps of an assignment: with the name of the person, as it is now."""
    person = find(work, ticket, str(given["person"])) if given.get("person") else None
    return {**given, "name": person.name} if person is not None else given
