"""The address behind the code at a venue: signed with the application's key, read back or refused."""

from datetime import date

from itsdangerous import BadData, URLSafeSerializer

from chainhub.rotations.around.service.arriving import Pass, Void

_SALT = "chainhub.salon-arrival"


def write(secret: str, found: Pass) -> str:
    """Return a pass as a piece of an address."""
    return str(_signer(secret).dumps([found.salon_id, found.on.toordinal()]))


def read(secret: str, token: str) -> Pass:
    """Return the pass that was written. Raises Void for what nobody here has signed."""
    try:
        said = _signer(secret).loads(token)
    except BadData as error:
        raise Void("这个签到码不完整，或者被改过。请重新扫，或者在纸上签到。") from error
    if not isinstance(said, list) or [type(one) for one in said] != [int, int]:
        raise Void("这个签到码看不懂。请重新扫，或者在纸上签到。")
    return Pass(said[0], date.fromordinal(said[1]))


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=_SALT)
