"""提醒方式: by which ways a person wants word. The inbox is always one; the rest is off until they switch it on."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.media import PROVEN, ROBOTS, Medium
from chainhub.core.work import Work
from chainhub.county import known, state
from chainhub.county.people import reaches, reaching
from chainhub.county.people.reaches import ReachRow
from chainhub.notices import codes
from chainhub.notices.outfit import Outfit, outfit_of
from chainhub.notices.senders.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class Way:
    """One way as its person sees it."""

    medium: Medium
    on: bool
    address: str  # masked
    verified: bool
    demanded: bool  # by the county: it cannot be switched off
    needs_address: bool


def ways(work: Work) -> Sequence[Way]:
    """Return the ways that this person may choose, in the order of `Medium`: those that are set up here."""
    outfit = outfit_of(work.session)
    own = reaches.own(work.session, _me(work))
    demanded = _demanded(work)
    found = []
    for medium in Medium:
        row = own.get(medium)
        if _offered(work, outfit, medium):
            found.append(
                Way(
                    medium,
                    medium in demanded or (row is not None and row.is_on and row.verified_at is not None),
                    reaching.masked(medium, row.address) if row is not None else "",
                    row is not None and row.verified_at is not None,
                    medium in demanded,
                    medium in PROVEN,
                )
            )
    return found


def _me(work: Work) -> int:
    return work.actor.id or 0


def _demanded(work: Work) -> frozenset[Medium]:
    media = known.of(work.session).book.media
    return frozenset(one for role in work.actor.roles for one in reaching.demanded_of(media, role))


def _offered(work: Work, outfit: Outfit, medium: Medium) -> bool:
    sender = outfit.senders.get(medium)
    if isinstance(sender, Webhook):
        return work.actor.username in sender.urls
    return sender is not None


def _demand(work: Work, medium: Medium) -> None:
    if not _offered(work, outfit_of(work.session), medium):
        raise NotFound(f"这里还不能用{medium.label}。请换一种方式，或者请系统管理员设置。")


def switch(work: Work, medium: Medium, *, on: bool) -> None:
    """Switch a way on or off. Raises NotFound, Conflict where the address is not proven or the county demands it."""
    _demand(work, medium)
    if not on and medium in _demanded(work):
        raise Conflict(f"县里要求您这个岗位用{medium.label}，不能关。有疑问请找系统管理员。", code="demanded")
    row = _row(work, medium)
    if medium in PROVEN and on and row.verified_at is None:
        raise Conflict(f"请先填{medium.label}的地址，用发过去的验证码确认，再打开。", code="not_verified")
    if medium not in PROVEN:
        row.verified_at = row.verified_at or work.now
        row.address = work.actor.phone if medium in ROBOTS else ""
    row.is_on = on
    _changed(work)


def propose(work: Work, medium: Medium, typed: str) -> str:
    """Take an address and send a code there; it is not used before the code came back. Returns it masked.

    Raises NotFound, Invalid with `address`, TooFast.
    """
    _demand(work, medium)
    if medium not in PROVEN:
        raise Conflict(f"{medium.label}不用填地址，直接打开就行。", code="no_address")
    address = reaching.address_of(medium, typed)
    errors = reaching.address_errors(medium, address)
    if errors:
        raise Invalid(errors={"address": errors})
    codes.ask(work, codes.VERIFY, _me(work), medium, address, outfit_of(work.session).secret)
    row = _row(work, medium)
    if row.address != address:
        row.address, row.verified_at, row.is_on = address, None, False
        _changed(work)
    return reaching.masked(medium, address)


def confirm(work: Work, medium: Medium, code: str) -> bool:
    """Prove the address that was given by the code that was sent there, and switch the way on; say whether it held.

    A wrong code is a result, so that the try is counted. Raises NotFound, Conflict where no address was given.
    """
    _demand(work, medium)
    row = reaches.own(work.session, _me(work)).get(medium)
    if row is None or not row.address:
        raise Conflict("请先填地址，我们发一个验证码过去。", code="no_address")
    secret = outfit_of(work.session).secret
    if codes.redeem(work, codes.VERIFY, medium, row.address, code, secret) != _me(work):
        return False
    row.verified_at, row.is_on = work.now, True
    _changed(work)
    return True


def _row(work: Work, medium: Medium) -> ReachRow:
    row = reaches.own(work.session, _me(work)).get(medium)
    if row is None:
        row = ReachRow(user_id=_me(work), medium=medium, address="", is_on=False)
        work.session.add(row)
    return row


def _changed(work: Work) -> None:
    work.session.flush()
    state.touch(work.session)
    work.session.flush()
    known.forget(work.session)
