"""The cards of the rooms beside the loop, as plain values; `annexing.py` makes them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutsideView:
    """One question to an outside party: whom, what, where it stands, and what this reader may do."""

    party: str
    state: str
    waits: bool
    question: str
    line: str
    answer: str
    link_url: str = ""  # empty: not this reader's
    revoke_url: str = ""


@dataclass(frozen=True, slots=True)
class VisitView:
    """One site visit: what was seen; when, by whom."""

    result: str
    line: str


@dataclass(frozen=True, slots=True)
class CopyView:
    """One copy of the ticket: to whom, by whom and when."""

    person: str
    line: str
    holds: bool
    withdraw_url: str = ""  # empty: not this reader's, or withdrawn already


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case drafted from the ticket: its words, where it stands, and what this reader may do."""

    title: str
    text: str
    state: str
    line: str
    answer_url: str = ""
    withdraw_url: str = ""
    decide_url: str = ""


@dataclass(frozen=True, slots=True)
class Annexes:
    """Everything that rooms beside the loop show on the page of a ticket, for one reader."""

    outside: tuple[OutsideView, ...] = ()
    visits: tuple[VisitView, ...] = ()
    copies: tuple[CopyView, ...] = ()
    cases: tuple[CaseView, ...] = ()


NONE = Annexes()
