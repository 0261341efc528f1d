"""Claim, send, stamp: how what waits in the outbox leaves the house.

Claimed and stamped in transactions of their own, sent between them with none open, so that a slow server holds up no
writer. A crash between sending and stamping sends again under the same id: at least once, and marked. Each medium has
a thread of its own for as long as one run takes, so that a dead one does not hold up the others.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select, true, tuple_, update

from chainhub.core import clock
from chainhub.core.db import add_rows
from chainhub.core.media import Medium
from chainhub.core.sweeps import OpenWork
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.notices import codes, manners
from chainhub.notices.manners import Fate, Item, Line, Message, Parcel, Purpose, Sent
from chainhub.notices.models import Notice
from chainhub.notices.outfit import Outfit, outfit_of
from chainhub.notices.outgoing import MediumState, Outgoing
from chainhub.notices.senders.sending import Refused, Sender, TryLater, Unreachable

log = logging.getLogger(__name__)
_STATES = cast("Table", MediumState.__table__)  # the mapper calls it a FromClause
BUDGET = 10.0  # seconds that one medium may send in one run; what is left goes in the next
_NEXT_RUN = timedelta(seconds=5)
NOT_SET = "这种方式还没有设置，请看“对外发送”"
NO_ADDRESS = "本人没有开这种方式，或者地址换了"
EXPIRED = "验证码过期了"


@dataclass(frozen=True, slots=True)
class Extra:
    """What another room adds to a row when it goes out: whether its words stay in the house, another address, its end."""

    discreet: str = ""  # by what the thing is called, where its words stay in the house
    path: str = ""  # where the line leads instead of its own link
    stale: str = ""  # why it is not to be said any more; the inbox keeps it


Enrich = Callable[[Work, Sequence[Outgoing], str], Mapping[int, Extra]]
"""What the rooms above know of some rows, by row id; given the key by which addresses are signed."""


def plain(_work: Work, _rows: Sequence[Outgoing], _secret: str) -> Mapping[int, Extra]:
    """Add nothing."""
    return {}


def find(work: Work, limit: int) -> Sequence[int]:
    """Return rows that may go now, those of one person together. Its cost follows what is due, not what waits."""
    return work.session.scalars(
        select(Outgoing.id)
        .where(*_ready(work), ~_resting(work))
        .order_by(Outgoing.look_at, Outgoing.id)
        .limit(limit)
    ).all()


def _ready(work: Work) -> list[ColumnElement[bool]]:
    """Return the condition that a row may go: it waits and its moment has come, or a claim has died over it."""
    come: list[ColumnElement[bool]] = [
        Outgoing.fate.in_((Fate.WAITING, Fate.SENDING)),
        Outgoing.look_at <= work.now,
    ]
    if not manners.may_go(work.calendar, work.now, any_hour=False):
        come.append(Outgoing.at_once.is_(True))
    return come


def _resting(work: Work) -> ColumnElement[bool]:
    return exists().where(MediumState.medium == Outgoing.medium, MediumState.paused_until > work.now)


def deliver(open_work: OpenWork, ids: Sequence[int], enrich: Enrich = plain) -> Mapping[str, int]:
    """Send what stands behind some rows, and tell their fates apart. Safe to run twice and in two processes at once."""
    with open_work() as work:
        outfit = outfit_of(work.session)
        batch = claim(work, ids, outfit, enrich)
    outcomes = send(outfit.senders, batch.messages)
    with open_work() as work:
        stamp(work, batch, outcomes)
        return _fates(work, ids)


def _fates(work: Work, ids: Sequence[int]) -> Mapping[str, int]:
    """Return how many of some rows have come to which fate."""
    rows = select(Outgoing.fate, func.count()).where(Outgoing.id.in_(ids)).group_by(Outgoing.fate)
    return {fate.value: count for fate, count in work.session.execute(rows)}


# Claiming


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim took: its name, its messages with the rows of each."""

    claim: str
    messages: Sequence[Message]
    rows: Mapping[str, Sequence[Item]]  # by the id of the message


def claim(work: Work, ids: Sequence[int], outfit: Outfit, enrich: Enrich = plain) -> Batch:
    """Take rows, and what else waits for the same people, so that nobody else sends them; put them into messages.

    One UPDATE: on SQLite there is one writer, on PostgreSQL what another process holds is passed over.
    """
    name = uuid.uuid4().hex
    rows = _take(work, ids, name)
    items = [_item(row) for row in rows]
    by_id = {row.id: row for row in rows}
    sent = _sent(work, {row.user_id for row in rows})
    parcels: list[Parcel] = []
    for parcel in manners.bundled(items):
        until = manners.held_until(parcel, sent.get((parcel.user_id, parcel.medium)))
        if until is None:
            parcels.append(parcel)
        else:
            for item in parcel.items:
                row = by_id[item.id]
                row.fate, row.look_at, row.held, row.claim = Fate.WAITING, until, True, ""
                row.tries -= 1
    for parcel in parcels:
        for item in parcel.items:
            by_id[item.id].parcel = parcel.id
    messages = _messages(work, parcels, by_id, outfit, enrich)
    work.session.flush()
    going = {one.id for one in messages}
    return Batch(name, messages, {_name(one): one.items for one in parcels if _name(one) in going})


def _name(parcel: Parcel) -> str:
    return f"chainhub-{parcel.id}"


def _take(work: Work, ids: Sequence[int], name: str) -> Sequence[Outgoing]:
    theirs = select(Outgoing.user_id, Outgoing.medium, Outgoing.at_once).where(Outgoing.id.in_(ids))
    along = and_(  # what waits for the same person in the same manner and was not tried yet goes along
        Outgoing.fate == Fate.WAITING,
        Outgoing.tries == 0,
        ~Outgoing.held,
        tuple_(Outgoing.user_id, Outgoing.medium, Outgoing.at_once).in_(theirs),
        Outgoing.purpose != Purpose.CODE,
        Outgoing.at_once if not manners.may_go(work.calendar, work.now, any_hour=False) else true(),
    )
    parcels = select(Outgoing.parcel).where(Outgoing.id.in_(ids), Outgoing.parcel.is_not(None))
    ready = and_(*_ready(work), or_(Outgoing.id.in_(ids), Outgoing.parcel.in_(parcels)))
    which = select(Outgoing.id).where(or_(ready, along)).with_for_update(skip_locked=True)
    taken = work.session.execute(
        update(Outgoing)
        .where(Outgoing.id.in_(which))
        .values(
            repeated=or_(Outgoing.repeated, Outgoing.fate == Fate.SENDING),
            fate=Fate.SENDING,
            look_at=work.now + manners.LEASE,
            tries=Outgoing.tries + 1,
            claim=name,
        )
        .returning(Outgoing.id)
        .execution_options(synchronize_session=False)
    ).scalars()
    return work.session.scalars(
        select(Outgoing)
        .where(Outgoing.id.in_(list(taken)))
        .order_by(Outgoing.id)
        .execution_options(populate_existing=True)
    ).all()


def _item(row: Outgoing) -> Item:
    return Item(row.id, row.user_id, row.medium, row.purpose, row.kind, row.at_once, row.parcel)


def _sent(work: Work, people: Iterable[int]) -> Mapping[tuple[int, Medium], Sent]:
    """Return what each person got by each medium within the last hour; codes count apart."""
    rows = work.session.execute(
        select(
            Outgoing.user_id,
            Outgoing.medium,
            func.count(func.distinct(Outgoing.parcel)),
            func.min(Outgoing.sent_at),
        )
        .where(
            Outgoing.user_id.in_(sorted(people)),
            Outgoing.sent_at > work.now - manners.HOUR,
            Outgoing.purpose != Purpose.CODE,
        )
        .group_by(Outgoing.user_id, Outgoing.medium)
    )
    return {(row[0], row[1]): Sent(row[2], row[3]) for row in rows if row[3] is not None}


def _messages(
    work: Work, parcels: Sequence[Parcel], by_id: Mapping[int, Outgoing], outfit: Outfit, enrich: Enrich
) -> list[Message]:
    """Return the messages of some parcels; what has no address or is too late is let go of."""
    rows = [by_id[item.id] for parcel in parcels for item in parcel.items]
    if not rows:
        return []
    extra = enrich(work, rows, outfit.secret)
    told = codes.told(work, [row for row in rows if row.purpose is Purpose.CODE], outfit.secret)
    people = {
        row.id: row
        for row in work.session.execute(
            select(User.id, User.name, User.username, User.is_active).where(
                User.id.in_(sorted({row.user_id for row in rows}))
            )
        )
    }
    notices = _notices(work, rows)
    found = []
    for row in rows:
        if why := extra.get(row.id, Extra()).stale:
            _let_go([row], why)
    for parcel in parcels:
        own = sorted(
            (by_id[item.id] for item in parcel.items if by_id[item.id].fate is not Fate.CANCELLED),
            key=lambda row: row.purpose is not Purpose.DIGEST,
        )
        if not own:
            continue
        first, person = own[0], people[parcel.user_id]
        address = first.address or known.of(work.session).reaches.address(parcel.user_id, parcel.medium)
        if address is None or not person.is_active:
            _let_go(own, NO_ADDRESS)
        elif first.purpose is Purpose.CODE and first.id not in told:
            _let_go(own, EXPIRED)
        else:
            found.append(
                Message(
                    id=_name(parcel),
                    medium=parcel.medium,
                    address=address,
                    person=person.name,
                    username=person.username,
                    kinds=tuple(row.kind for row in own),
                    lines=tuple(
                        _line(row, extra.get(row.id, Extra()), outfit, told.get(row.id)) for row in own
                    ),
                    home=outfit.home,
                    at=work.now,
                    notices=tuple(
                        notices[row.user_id, row.key] for row in own if (row.user_id, row.key) in notices
                    ),
                    held=any(row.held for row in own),
                    repeated=any(row.repeated for row in own),
                    code=told[first.id].digits if first.id in told else "",
                )
            )
    return found


def _let_go(rows: Iterable[Outgoing], why: str) -> None:
    for row in rows:
        row.fate, row.said, row.claim = Fate.CANCELLED, why, ""


def _notices(work: Work, rows: Sequence[Outgoing]) -> Mapping[tuple[int, str], int]:
    pairs = sorted({(row.user_id, row.key) for row in rows if row.purpose is Purpose.NOTICE})
    if not pairs:
        return {}
    known_ = work.session.execute(
        select(Notice.user_id, Notice.key, Notice.id).where(tuple_(Notice.user_id, Notice.key).in_(pairs))
    )
    return {(row.user_id, row.key): row.id for row in known_}


def _line(row: Outgoing, extra: Extra, outfit: Outfit, told: codes.Told | None) -> Line:
    if told is not None:
        return Line(told.words)
    path = extra.path or row.link
    url = f"{outfit.home}{path}" if outfit.home and path.startswith("/") else ""
    return Line(manners.discreet(extra.discreet) if extra.discreet else row.text, url)


# Sending


@dataclass(slots=True)
class _Gate:
    """Whether a medium still sends in this run: shut by the first sign that its server does not answer, or by time."""

    until: float
    shut: bool = False


class _NotTried(Exception):
    """The gate was shut before it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: a fate, the words for it, and what it says of the medium."""

    id: str
    medium: Medium
    fate: Fate
    said: str
    tried: bool = True
    reached: bool = True  # the server answered
    perhaps: bool = False  # it may have arrived although nobody said so
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Going:
    message: Message
    future: "Future[str]" = field(repr=False)


def send(senders: Mapping[Medium, Sender], messages: Sequence[Message]) -> list[Outcome]:
    """Send messages, the media side by side, those of one medium one after the other. No transaction is open."""
    media = sorted({one.medium for one in messages} & set(senders))
    pools = {medium: ThreadPoolExecutor(1) for medium in media}
    gates = {medium: _Gate(clock.monotonic() + BUDGET) for medium in media}
    outcomes = [
        Outcome(one.id, one.medium, Fate.DEAD, NOT_SET) for one in messages if one.medium not in senders
    ]
    going = [
        _Going(one, pools[one.medium].submit(_try, gates[one.medium], senders[one.medium], one))
        for one in messages
        if one.medium in senders
    ]
    outcomes += [_outcome(one) for one in going]
    for pool in pools.values():
        pool.shutdown()
    return outcomes


def _try(gate: _Gate, sender: Sender, message: Message) -> str:
    if gate.shut or clock.monotonic() > gate.until:
        raise _NotTried
    try:
        return sender.send(message)
    except Unreachable:
        gate.shut = True
        raise


def _outcome(one: _Going) -> Outcome:
    id_, medium = one.message.id, one.message.medium
    error = one.future.exception()
    if error is None:
        return Outcome(id_, medium, Fate.SENT, one.future.result())
    if isinstance(error, _NotTried):
        return Outcome(id_, medium, Fate.WAITING, "", tried=False)
    if isinstance(error, Refused):
        return Outcome(id_, medium, Fate.DEAD, str(error))
    if isinstance(error, TryLater):
        return Outcome(id_, medium, Fate.WAITING, str(error), after=error.after)
    if isinstance(error, Unreachable):
        return Outcome(id_, medium, Fate.WAITING, str(error), reached=False, perhaps=error.perhaps)
    log.error("sender broke", exc_info=error, extra={"medium": medium.value})
    return Outcome(id_, medium, Fate.WAITING, f"程序出错：{type(error).__name__}，请看日志")


# Stamping


def stamp(work: Work, batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of a batch. A row that another claim has taken meanwhile is left to that one.

    One that was let go of while it was being sent is noted as sent where it was, and not tried again where it was not.
    """
    rows = {
        row.id: row
        for row in work.session.scalars(
            select(Outgoing)
            .where(Outgoing.claim == batch.claim, Outgoing.fate.in_((Fate.SENDING, Fate.CANCELLED)))
            .order_by(Outgoing.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for outcome in outcomes:
        for item in batch.rows[outcome.id]:
            if item.id in rows:
                _settle(rows[item.id], outcome, work.now)
    _note_media(work, outcomes)
    work.session.flush()


def _settle(row: Outgoing, outcome: Outcome, now: datetime) -> None:
    row.claim = ""
    if row.fate is Fate.CANCELLED and outcome.fate is not Fate.SENT:
        return
    row.fate = outcome.fate
    row.repeated = row.repeated or outcome.perhaps
    if not outcome.tried:
        row.tries -= 1
        row.look_at = now + _NEXT_RUN
        if row.tries == 0 and not row.repeated:
            row.parcel = None  # nobody has seen it: it may go together with what comes meanwhile
        return
    row.said = outcome.said[:300]
    if outcome.fate is Fate.SENT:
        row.sent_at = now
    elif outcome.fate is Fate.WAITING:
        if row.tries >= manners.TRIES_MOST:
            row.fate = Fate.DEAD
        rest = manners.pause(row.tries, manners.chance(row.parcel or row.id, row.tries))
        row.look_at = now + max(rest, outcome.after or rest)


def _note_media(work: Work, outcomes: Sequence[Outcome]) -> None:
    """Let a medium rest whose server did not answer, and wake one that did."""
    tried = [one for one in outcomes if one.tried and one.said != NOT_SET]
    fresh = [{"medium": one, "failures": 0, "said": ""} for one in sorted({one.medium for one in tried})]
    add_rows(work.session, _STATES, fresh, ("medium",))
    states = {
        one.medium: one
        for one in work.session.scalars(
            select(MediumState)
            .where(MediumState.medium.in_({outcome.medium for outcome in tried}))
            .order_by(MediumState.medium)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for outcome in tried:
        state = states[outcome.medium]
        if outcome.fate is Fate.SENT:
            state.sent_at = work.now
        if outcome.reached:
            state.failures, state.paused_until = 0, None
        else:
            state.failures += 1
            state.failed_at = work.now
            state.paused_until = work.now + manners.circuit_pause(state.failures)
            state.said = outcome.said[:300]


__all__ = ["Batch", "Enrich", "Extra", "Outcome", "claim", "deliver", "find", "plain", "send", "stamp"]
