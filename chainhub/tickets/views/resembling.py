"""What a page shows of tickets that are like one: before it is filed, when it is taken in, while it is worked on."""

from dataclasses import dataclass

from chainhub.core.work import Work
from chainhub.tickets import resembling
from chainhub.tickets.models import Ticket
from chainhub.tickets.presenting import GREY_WORDS
from chainhub.tickets.resembling import Alike, Text
from chainhub.tickets.rules import local_date_text
from chainhub.tickets.service import moving
from chainhub.tickets.workflow import Action, State

__all__ = [
    "AlikeView",
    "SolvedView",
    "Text",
    "at_triage",
    "for_ticket",
    "learned",
    "look_url",
    "while_typing",
]


@dataclass(frozen=True, slots=True)
class AlikeView:
    """One line: who filed it when, its title, where it stands, and where it can be merged in one tap."""

    lead: str
    title: str
    url: str
    number: str
    state: str
    merge_url: str = ""


@dataclass(frozen=True, slots=True)
class SolvedView:
    """One matter that was solved, and how."""

    title: str
    url: str
    line: str
    result: str


def while_typing(work: Work, said: Text, *, for_owner: bool) -> list[AlikeView]:
    """Return what is likely the same as what somebody types."""
    return [_view(work, one, for_owner=for_owner) for one in resembling.alike(work, said)]


def for_ticket(work: Work, ticket: Ticket, *, for_owner: bool = False) -> list[AlikeView]:
    """Return what is likely the same as a ticket; each that it can be merged into with the way there."""
    found = resembling.of_ticket(work, ticket)
    if not found:
        return []
    may_merge = any(row.action is Action.MERGE for row in moving.moves(work, ticket))
    return [
        _view(
            work,
            one,
            for_owner=for_owner,
            merge_url=f"{ticket.link}/act/merge?into={one.number}"
            if may_merge and one.is_open and one.confidential == ticket.confidential
            else "",
        )
        for one in found
    ]


_TAKEN_IN = frozenset({State.SUBMITTED, State.ACCEPTED})


def at_triage(work: Work, ticket: Ticket) -> list[AlikeView]:
    """Return the same for whoever takes it in or dispatches it; to anybody else, and later, nothing."""
    if ticket.state not in _TAKEN_IN or not resembling.may_learn(work, ticket):
        return []
    return for_ticket(work, ticket)


def look_url(work: Work, ticket: Ticket) -> str:
    """Return where a ticket's page says what is like it, for whoever works on it; empty for others."""
    return f"{ticket.link}?look=alike#like" if resembling.may_learn(work, ticket) else ""


def _view(work: Work, one: Alike, *, for_owner: bool, merge_url: str = "") -> AlikeView:
    day = local_date_text(one.created_at, year=work.now.year)
    who = ("您" if for_owner else "同一家企业") if one.is_own else one.enterprise
    state = GREY_WORDS.get(one.state, one.state.label) if for_owner else one.state.label
    return AlikeView(
        f"{who} {day} 报过相似的", one.title, f"/tickets/{one.number}", one.number, state, merge_url
    )


def learned(work: Work, ticket: Ticket) -> list[SolvedView]:
    """Return 同类问题怎么办, for whoever works on the ticket."""
    if not resembling.may_learn(work, ticket):
        return []
    found = []
    for one in resembling.solved(work, ticket):
        day = local_date_text(one.closed_at, year=work.now.year) if one.closed_at else ""
        line = f"{one.unit or '产业链党委'}办，{day} 销号，企业满意"
        found.append(SolvedView(one.title, f"/tickets/{one.number}", line, one.result))
    return found
