"""The address under which somebody answers without signing in: signed with the application's key, read back or refused."""

from dataclasses import astuple

from itsdangerous import BadData, URLSafeSerializer

from chainhub.tickets.service.answering import Dead, Pass

_SALT = "chainhub.answer-link"
_SHAPE = (int, int, int, int, int)


def write(secret: str, found: Pass) -> str:
    """Return a pass as a piece of an address."""
    return str(_signer(secret).dumps(list(astuple(found))))


def read(secret: str, token: str) -> Pass:
    """Return the pass that was written. Raises Dead for what nobody here has signed."""
    try:
        said = _signer(secret).loads(token)
    except BadData as error:
        raise Dead("这个链接不完整，或者被改过。请从短信或者消息里重新点开，或者登录后评价。") from error
    if not isinstance(said, list) or tuple(type(one) for one in said) != _SHAPE:
        raise Dead("这个链接看不懂。请从短信或者消息里重新点开，或者登录后评价。")
    return Pass(*said)


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)
