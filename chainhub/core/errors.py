"""The refusals a caller must expect, each with a Chinese sentence: what is so, and what to do now."""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class Refusal(Exception):
    """The platform says no, in words. Raised close to the rule, caught only at the door."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"

    def __init__(self, title: str, *, code: str | None = None) -> None:
        super().__init__(title)
        self.title = title
        self.reason = code or self.code


class Invalid(Refusal):
    """What was given cannot be taken as it is; `errors` names the fields."""

    status = 422
    code = "invalid"

    def __init__(
        self,
        title: str = "有几处要改，您写的都还在。",
        errors: Mapping[str, Sequence[str]] | None = None,
        *,
        code: str | None = None,
    ) -> None:
        super().__init__(title, code=code)
        self.errors = {name: list(said) for name, said in (errors or {}).items()}


class NotSignedIn(Refusal):
    """Nobody is signed in, or the token does not hold."""

    status = 401
    code = "not_signed_in"


class NotAllowed(Refusal):
    """Seen, but this person may not do this."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """Not there, or not yours: the two are not told apart."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """The thing has moved on, the state does not allow it, or separated duties forbid it."""

    status = 409
    code = "conflict"


class TooFast(Refusal):
    """Too many tries; wait and try again."""

    status = 429
    code = "too_fast"

    def __init__(self, title: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(title, code=code)
        self.retry_after = retry_after  # seconds
