"""Six digits that prove an address: to sign in by text message, or to choose a way of being told.

The digits are in no row, neither here nor in the outbox: they are computed from a row's salt under the application's
key, when they are sent and when they are compared. Who reads the database cannot sign in by it. A number that nobody
has is treated like one that somebody has, but for the message: the answers do not tell them apart.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from chainhub.core.errors import TooFast
from chainhub.core.media import Medium
from chainhub.core.work import Work
from chainhub.notices import outbox
from chainhub.notices.outgoing import OneTimeCode, Outgoing

HOLDS = timedelta(minutes=5)
TRIES_MOST = 5
PAUSE = timedelta(minutes=1)  # between two codes to one address
HOUR_MOST = 5  # codes to one address within an hour
_KEPT = timedelta(days=1)
SIGN_IN, VERIFY = "sign_in", "verify"
_WORDS = {
    SIGN_IN: "登录验证码 {digits}，5 分钟内有效。不是您本人在登录，请不要理会，也不要告诉别人。",
    VERIFY: "验证码 {digits}，5 分钟内有效，用来确认消息发到这里。不是您本人在操作，请不要理会。",
}
WRONG = "验证码不对，或者过了 5 分钟。请再看一眼，或者重新要一个。"


@dataclass(frozen=True, slots=True)
class Told:
    """A code in digits and in the words in which it is told."""

    digits: str
    words: str


def digits(secret: str, row: OneTimeCode) -> str:
    """Return the six digits of a code."""
    said = f"one-time-code:{row.purpose}:{row.id}:{row.salt}".encode()
    drawn = hmac.new(secret.encode(), said, "sha256").digest()
    return f"{int.from_bytes(drawn[:8]) % 1_000_000:06d}"


def address_key(secret: str, medium: Medium, address: str) -> str:
    """Return by what an address is known here, so that the table is no list of numbers."""
    return hmac.new(secret.encode(), f"address:{medium.value}:{address}".encode(), "sha256").hexdigest()


def ask(
    work: Work, purpose: str, user_id: int | None, medium: Medium, address: str, secret: str
) -> OneTimeCode:
    """Make a code and have it sent, where somebody is meant; void what was sent there before. Raises TooFast."""
    key = address_key(secret, medium, address)
    _demand_calm(work, key)
    work.session.execute(delete(OneTimeCode).where(OneTimeCode.made_at <= work.now - _KEPT))
    row = OneTimeCode(
        purpose=purpose,
        user_id=user_id,
        medium=medium,
        address=key,
        salt=secrets.token_hex(16),
        made_at=work.now,
        tries=0,
    )
    work.session.add(row)
    work.session.flush()
    if user_id is not None:
        outbox.code(work, user_id, medium, address, key=f"code:{row.id}")
    return row


def _demand_calm(work: Work, key: str) -> None:
    made = work.session.scalars(
        select(OneTimeCode.made_at)
        .where(OneTimeCode.address == key, OneTimeCode.made_at > work.now - timedelta(hours=1))
        .order_by(OneTimeCode.made_at.desc())
        .limit(HOUR_MOST)
    ).all()
    if made and made[0] > work.now - PAUSE:
        wait = int((made[0] + PAUSE - work.now).total_seconds()) + 1
        raise TooFast(f"刚要过一次，请等 {wait} 秒再要。", retry_after=wait)
    if len(made) >= HOUR_MOST:
        raise TooFast("这一小时要的验证码太多了，请过一会儿再试，或者用密码登录。", retry_after=1800)


def redeem(work: Work, purpose: str, medium: Medium, address: str, typed: str, secret: str) -> int | None:
    """Return whose code was typed, or None; it holds once, for 5 minutes and 5 tries.

    A wrong code is a result and not an exception, so that the try is counted and committed. Whoever calls says `WRONG`.
    """
    row = work.session.scalar(
        select(OneTimeCode)
        .where(
            OneTimeCode.purpose == purpose,
            OneTimeCode.address == address_key(secret, medium, address),
        )
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.used_at is not None or row.made_at <= work.now - HOLDS or row.tries >= TRIES_MOST:
        return None
    row.tries += 1
    given = typed.strip().encode()
    right = hmac.compare_digest(digits(secret, row).encode(), given)
    if right and row.user_id is not None:
        row.used_at = work.now
    work.session.flush()
    return row.user_id if right else None


def told(work: Work, rows: Sequence[Outgoing], secret: str) -> Mapping[int, Told]:
    """Return what stands behind rows of the outbox that send a code; one that holds no more is left out."""
    by_code = {int(row.key.partition(":")[2]): row.id for row in rows}
    if not by_code:
        return {}
    found: dict[int, Told] = {}
    for code in work.session.scalars(
        select(OneTimeCode).where(
            OneTimeCode.id.in_(sorted(by_code)),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.made_at > work.now - HOLDS,
        )
    ):
        said = digits(secret, code)
        found[by_code[code.id]] = Told(said, _WORDS[code.purpose].format(digits=said))
    return found
