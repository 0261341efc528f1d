"""The address of a question: its id, signed with the application's key. Everything else stands in the row."""

from itsdangerous import BadData, URLSafeSerializer

from chainhub.tickets.service.answering import Dead

_SALT = "chainhub.outside-question"


def write(secret: str, id_: int) -> str:
    """Return the id of a question as a piece of an address."""
    return str(_signer(secret).dumps(id_))


def read(secret: str, token: str) -> int:
    """Return the id that was written. Raises Dead for what nobody here has signed."""
    try:
        said = _signer(secret).loads(token)
    except BadData as error:
        raise Dead("这个链接不完整，或者被改过。请从收到的消息里重新点开。") from error
    if type(said) is not int:
        raise Dead("这个链接看不懂。请从收到的消息里重新点开。")
    return said


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)
