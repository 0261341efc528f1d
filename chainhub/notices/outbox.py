"""The outbox: writing rows beside the notices that cause them, silencing them, trying again what failed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.orm import Session

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.db import add_rows
from chainhub.core.errors import NotAllowed, NotFound
from chainhub.core.media import Medium
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices import manners
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outgoing import Outgoing
from chainhub.notices.rules import NoticeKind

_OUTGOING = cast("Table", Outgoing.__table__)  # the mapper calls it a FromClause
_ONCE = ("user_id", "key", "medium")
_PENDING = (Fate.WAITING, Fate.SENDING)


def write(session: Session, rows: Sequence[Mapping[str, Any]], purpose: Purpose = Purpose.NOTICE) -> None:
    """Write for each notice a row by each way that its person has chosen; nobody has one is the usual case.

    Asks what is known of the county and reads nothing, so it may stand where nothing may be read.
    """
    facts = known.of(session)
    found = []
    for row in rows:
        for medium in facts.reaches.media(row["user_id"]):
            urgent = bool(row.get("urgent"))
            found.append(
                _row(
                    row,
                    medium,
                    purpose,
                    at_once=manners.at_once(purpose, urgent=urgent),
                    look_at=manners.first_look(facts.calendar, purpose, row["created_at"], urgent=urgent),
                )
            )
    add_rows(session, _OUTGOING, found, _ONCE)


def receipt(work: Work, user_id: int | None, text: str, *, key: str, link: str) -> None:
    """Send somebody the receipt of what they did themselves, at any hour. The page has said it; the inbox does not."""
    if user_id is not None:
        write(work.session, [_said(work, user_id, NoticeKind.NEWS, text, key, link)], Purpose.RECEIPT)


def digest(work: Work, said: Iterable[tuple[int, str]], *, key: str, link: str) -> None:
    """Send to each person their digest, once for a key; one without words is noted and not sent.

    An older one that still waits would say what is not so any more: it is let go of.
    """
    rows = [_said(work, user_id, NoticeKind.REMINDER, text, key, link) for user_id, text in said]
    sort = key.partition(":")[0]
    work.session.execute(
        update(Outgoing)
        .where(
            Outgoing.user_id.in_([row["user_id"] for row in rows]),
            Outgoing.purpose == Purpose.DIGEST,
            Outgoing.fate == Fate.WAITING,
            Outgoing.key != key,
            Outgoing.key.startswith(f"{sort}:"),
        )
        .values(fate=Fate.CANCELLED, said="有了更新的汇总")
        .execution_options(synchronize_session=False)
    )
    write(work.session, rows, Purpose.DIGEST)


def have(session: Session, people: Sequence[int], key: str) -> frozenset[int]:
    """Return who of some people has had something under a key, by whichever medium."""
    query = select(Outgoing.user_id).where(Outgoing.user_id.in_(people), Outgoing.key == key).distinct()
    return frozenset(session.scalars(query)) if people else frozenset()


def code(work: Work, user_id: int, medium: Medium, address: str, *, key: str) -> None:
    """Send a code to an address that need not be proven yet; the code itself is in no row."""
    row = _said(work, user_id, NoticeKind.ADMIN, "", key, "")
    found = _row(row, medium, Purpose.CODE, at_once=True, look_at=work.now)
    add_rows(work.session, _OUTGOING, [{**found, "address": address}], _ONCE)


def _said(work: Work, user_id: int, kind: NoticeKind, text: str, key: str, link: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "kind": kind,
        "text": text,
        "link": link,
        "key": key,
        "created_at": work.now,
    }


def _row(
    row: Mapping[str, Any], medium: Medium, purpose: Purpose, *, at_once: bool, look_at: datetime
) -> dict[str, Any]:
    return {
        "user_id": row["user_id"],
        "medium": medium,
        "purpose": purpose,
        "kind": row["kind"],
        "text": row["text"],
        "link": row["link"],
        "key": row["key"],
        "address": "",
        "at_once": at_once,
        "created_at": row["created_at"],
        "fate": Fate.WAITING if row["text"] or purpose is Purpose.CODE else Fate.CANCELLED,
        "look_at": look_at,
        "tries": 0,
        "held": False,
        "repeated": False,
        "claim": "",
        "said": "",
    }


def silence(session: Session, link: str, why: str, keep: Sequence[str] = ()) -> None:
    """Let go of what still waits to be said about a thing, known by where its page is; the inbox keeps it.

    `keep` is how the keys begin of what the end of the thing does not end. What a claim holds just now is let go of, too:
    where it gets through it is noted as sent, and where it does not it is not tried again. Whoever ends a thing calls
    this before the news of its end is written.
    """
    which = [Outgoing.link == link, Outgoing.fate.in_(_PENDING)]
    which += [~Outgoing.key.startswith(start, autoescape=True) for start in keep]
    rows = select(Outgoing.id).where(*which).order_by(Outgoing.id).with_for_update()  # as a stamp locks them
    session.execute(
        update(Outgoing)
        .where(Outgoing.id.in_(rows))
        .values(fate=Fate.CANCELLED, said=why[:300])
        .execution_options(synchronize_session=False)
    )


def drop_pending(session: Session, why: str) -> int:
    """Let go of everything that waits, and return how many: after a backup was put back, most of it was said long ago."""
    found = session.execute(
        update(Outgoing)
        .where(Outgoing.fate.in_(_PENDING))
        .values(fate=Fate.DEAD, said=why[:300])
        .execution_options(synchronize_session=False)
        .returning(Outgoing.id)
    )
    return len(found.all())


KEPT = timedelta(days=180)  # as long as the audit log is kept at the least


def past(work: Work, limit: int) -> Sequence[int]:
    """Return rows that were sent or let go of half a year ago, the oldest first. What failed is kept until somebody acts."""
    return work.session.scalars(
        select(Outgoing.id)
        .where(Outgoing.fate.in_((Fate.SENT, Fate.CANCELLED)), Outgoing.created_at <= work.now - KEPT)
        .order_by(Outgoing.id)
        .limit(limit)
    ).all()


def forget(work: Work, ids: Sequence[int]) -> None:
    """Forget rows that were settled long ago."""
    work.session.execute(
        delete(Outgoing)
        .where(Outgoing.id.in_(ids), Outgoing.fate.in_((Fate.SENT, Fate.CANCELLED)))
        .execution_options(synchronize_session=False)
    )


# For the administrator


def demand_keeper(work: Work) -> None:
    """Refuse whoever is neither the system administrator nor the command line. Raises NotAllowed."""
    if work.actor.id is not None and Role.SYSADMIN not in work.actor.roles:
        raise NotAllowed("对外发送由系统管理员来管。")


def retry(work: Work, row_id: int) -> None:
    """Try one message that failed again, at once, with its whole number of tries. Raises NotAllowed, NotFound.

    It goes whole, with every row that it is made of: what stayed behind would come later under an id that was seen.
    """
    demand_keeper(work)
    parcel = select(Outgoing.parcel).where(Outgoing.id == row_id, Outgoing.fate == Fate.DEAD)
    if not _revive(work, or_(Outgoing.id == row_id, Outgoing.parcel.in_(parcel))):
        raise NotFound("没有这一条，或者它已经在重新发了。请刷新列表看看。")


def retry_all(work: Work, medium: Medium | None = None) -> int:
    """Try everything that failed again, of one medium or of all; return how many. Raises NotAllowed."""
    demand_keeper(work)
    return _revive(work, *([Outgoing.medium == medium] if medium is not None else []))


def _revive(work: Work, *which: Any) -> int:
    revived = work.session.execute(
        update(Outgoing)
        .where(Outgoing.fate == Fate.DEAD, Outgoing.purpose != Purpose.CODE, *which)
        .values(fate=Fate.WAITING, look_at=work.now, tries=0)
        .execution_options(synchronize_session=False)
        .returning(Outgoing.id)
    )
    count = len(revived.all())
    if count:
        audit.record(work, "retry_outgoing", "", {"number": str(count)})
    return count
