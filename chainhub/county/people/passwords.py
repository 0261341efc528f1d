"""Passwords and tokens as they are kept: Argon2id for what people type, a plain digest for what is random."""

import hashlib
import secrets

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

TIME_COST = 2
MEMORY_COST = 19_456  # KiB; with two passes the floor that OWASP gives for a small server
PARALLELISM = 1
TOKEN_PREFIX = "chub_"  # noqa: S105  no secret: so that a token that leaks into a text can be found by searching

_hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_COST, parallelism=PARALLELISM, type=Type.ID)
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
_EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz"  # no i, l, o: a one-time password is read out on the phone
_EASY_DIGITS = "23456789"


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Say whether a password is the stored one. `None` takes as long as a wrong one, and is never right."""
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Say whether a stored password was hashed with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def one_time() -> str:
    """Return a password to be handed over once: three groups that are easy to read out."""
    groups = ("".join(secrets.choice(_EASY_TO_READ) for _ in range(4)) for _ in range(2))
    return "-".join((*groups, "".join(secrets.choice(_EASY_DIGITS) for _ in range(4))))


def new_token() -> str:
    """Return a new bearer token."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """Return what is stored of a token or an address."""
    return hashlib.sha256(text.encode()).hexdigest()
