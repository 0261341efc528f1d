"""What may be done with persons: signing in, accounts, tokens, grants. The door commits."""

from chainhub.county.people.service.accounts import (
    NewUser,
    add_user,
    change_password,
    disable,
    enable,
    find,
    find_user,
    hash_password,
    one_time_password,
    open_account,
    reset_password,
    set_elder,
    set_password,
    unlock,
)
from chainhub.county.people.service.granting import add_grant, end_grant
from chainhub.county.people.service.signing import (
    SignIn,
    authenticate,
    end_session,
    examine,
    forget_sessions,
    has_forgettable,
    settle,
)
from chainhub.county.people.service.tokens import Accounts, issue_token, revoke_tokens

__all__ = [
    "Accounts",
    "NewUser",
    "SignIn",
    "add_grant",
    "add_user",
    "authenticate",
    "change_password",
    "disable",
    "enable",
    "end_grant",
    "end_session",
    "examine",
    "find",
    "find_user",
    "forget_sessions",
    "has_forgettable",
    "hash_password",
    "issue_token",
    "one_time_password",
    "open_account",
    "reset_password",
    "revoke_tokens",
    "set_elder",
    "set_password",
    "settle",
    "unlock",
]
