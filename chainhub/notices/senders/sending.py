"""What every sender is: one method that sends one message, and three ways in which it may fail."""

from datetime import timedelta
from typing import Protocol

from chainhub.notices.manners import Message


class Refused(Exception):
    """The other side will never take this message: a wrong address, a wrong key. In words for the administrator."""


class TryLater(Exception):
    """The other side does not take this message now; others may go."""

    def __init__(self, said: str, after: timedelta | None = None) -> None:
        super().__init__(said)
        self.after = after


class Unreachable(Exception):
    """The other side does not answer, or takes nothing from anybody now: the medium rests.

    `perhaps` says that the message may have arrived all the same, since only the answer is missing.
    """

    def __init__(self, said: str, *, perhaps: bool = False) -> None:
        super().__init__(said)
        self.perhaps = perhaps


class Sender(Protocol):
    """One medium, ready to send. It is used by one thread at a time and keeps nothing open between two messages."""

    def send(self, message: Message) -> str:
        """Send a message and return what the other side said. Raises Refused, TryLater, Unreachable."""
        ...
