"""What a staff change would leave undone, as the rooms above state it: this room knows accounts and grants, no ticket.

`app` hands an implementation in; the doors to ending a grant and to closing an account ask it first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chainhub.core.work import Work
from chainhub.county.people.models import GrantRow, User

EXTENSION = "chainhub_hands"


@dataclass(frozen=True, slots=True)
class Left:
    """What hangs on a person, in sentences, and who can hand it over beside the person, by name."""

    lines: Sequence[str]
    others: Sequence[str]


class Hands(Protocol):
    """What must be known, and done, of the open work of whoever leaves a post; `grant` None means every post."""

    def left(self, work: Work, user: User, grant: GrantRow | None) -> Left | None:
        """Return what would be left undone, or None where nothing would."""

    def ask(self, work: Work, user: User, grant: GrantRow | None) -> int:
        """Ask the person and those in charge to hand over; return how many were told."""

    def release(self, work: Work, user: User, grant: GrantRow | None) -> int:
        """Give what was the person's by name back to the post, and tell who is in charge; return how many."""
