"""Secret addresses of calendars: given out, opened by whoever has one, revoked."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.words import Labelled
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory import queries as directory
from chainhub.county.people import queries as people
from chainhub.rotations import queries
from chainhub.rotations.feeds import Entry
from chainhub.rotations.models import CalendarKey, Rotation, Salon, SalonHost
from chainhub.rotations.routines import queries as routines
from chainhub.rotations.routines.service import papers

KEYS_MOST = 10
"""Addresses that one person has at a time."""
PAST_DAYS = 400
"""How far back a calendar reaches, in days."""


class What(Labelled):
    """Whose sessions a calendar has."""

    PERSON = "person", "我看得到的全部"
    ENTERPRISE = "enterprise", "一家企业承办的"
    CHAIN = "chain", "一条产业链的"
    ROUTINES = "routines", "例行工作"


_OF_ONE = frozenset({What.ENTERPRISE, What.CHAIN})


def give_out(work: Work, what: What, ref: str = "") -> tuple[CalendarKey, str]:
    """Make an address and return it with its secret, which is never shown again.

    Raises NotFound for a chain or an enterprise whose rotation this actor does not read, Conflict for too many.
    """
    demand_people(work)
    _demand_readable(work, what, ref)
    own = work.session.scalar(
        select(func.count()).where(CalendarKey.user_id == work.actor.id, CalendarKey.revoked_at.is_(None))
    )
    if (own or 0) >= KEYS_MOST:
        raise Conflict(f"您已经有 {KEYS_MOST} 个订阅地址，请先停用不用的。", code="forbidden_now")
    secret = secrets.token_urlsafe(32)
    key = CalendarKey(
        digest=_digest(secret),
        user_id=work.actor.id or 0,
        what=what.value,
        ref=ref if what in _OF_ONE else "",
        made_at=work.now,
    )
    work.session.add(key)
    work.session.flush()
    return key, secret


def demand_people(work: Work) -> None:
    """Refuse whoever meets no rotation at all: the administrators. Raises NotAllowed."""
    if not work.actor.roles & frozenset(queries.PEOPLE):
        raise NotAllowed("管理员不看轮值，没有日历可以订阅。")


def _demand_readable(work: Work, what: What, ref: str) -> None:
    if what is What.CHAIN and ref not in queries.chains(work):
        raise NotFound("没有这条产业链的轮值，请从“轮值”一页进入。")
    if what is What.ENTERPRISE and ref not in _firms(work):
        raise NotFound("这家企业不归您看，请从“轮值”一页进入。")
    if what is What.ROUTINES and not routines.reads(work.actor):
        raise NotFound("例行工作不归您看，请从“轮值”一页进入。")


def _firms(work: Work) -> frozenset[str]:
    if not queries.is_staff(work.actor):
        return queries.firms_of(work.actor)
    found = directory.enterprises(work.session, chains=queries.chains(work), limit=queries.MEMBERS_MOST)
    return frozenset(one.code for one in found)


def own(work: Work) -> Sequence[CalendarKey]:
    """Return the actor's addresses that hold, the newest first."""
    return work.session.scalars(
        select(CalendarKey)
        .where(CalendarKey.user_id == work.actor.id, CalendarKey.revoked_at.is_(None))
        .order_by(CalendarKey.id.desc())
        .limit(KEYS_MOST)
    ).all()


def revoke(work: Work, id_: int) -> CalendarKey:
    """Let an address open nothing from now on. Raises NotFound for somebody else's."""
    key = work.session.get(CalendarKey, id_) if id_ <= queries.ID_MOST else None
    if key is None or key.user_id != work.actor.id:
        raise NotFound("没有这个订阅地址，请刷新看看。")
    key.revoked_at = key.revoked_at or work.now
    return key


def opened(work: Work, secret: str) -> tuple[Work, CalendarKey]:
    """Return the work of whoever an address belongs to. Raises NotFound where it holds no more."""
    key = work.session.scalars(
        select(CalendarKey).where(CalendarKey.digest == _digest(secret), CalendarKey.revoked_at.is_(None))
    ).one_or_none()
    account = people.account(work.session, key.user_id) if key else None
    if key is None or account is None or not account.is_active:
        raise NotFound("这个日历地址已经停用，请重新订阅。")
    theirs = Work(work.session, account.actor, work.now, work.calendar)
    _demand_readable(theirs, What(key.what), key.ref)
    return theirs, key


def entries(work: Work, key: CalendarKey) -> list[Entry]:
    """Return what a calendar has: of the last year, and all that follows. What has no day yet is not in it."""
    what = What(key.what)
    found = _of_salons(work, key) if what is not What.ROUTINES else []
    if what is not What.ENTERPRISE and routines.reads(work.actor):
        found += _of_routines(work, key.ref)
    return found


def _of_routines(work: Work, chain: str) -> list[Entry]:
    """Return the recurring work of all, or of a chain."""
    since = local(work.now).date() - timedelta(days=PAST_DAYS)
    rows = routines.since(work, since, chain)
    said = papers.prepared(work.session, [one.id for one, _ in rows])
    return [
        Entry(
            f"occasion-{one.id}",
            one.sequence,
            one.changed_at,
            one.on,
            routine.starts,
            routine.title,
            one.stage,
            (f"{routines.body_name(work.session, routine)}负责", _PROVISIONAL if one.provisional else ""),
            one.link,
            said[one.id].venue,
            routine.chain_code or "",
        )
        for one, routine in rows
        if one.on is not None
    ]


_PROVISIONAL = "暂定，待放假通知核定"


def _of_salons(work: Work, key: CalendarKey) -> list[Entry]:
    readable = queries.chains(work)
    query = (
        select(Salon, Rotation)
        .join(Rotation, Rotation.id == Salon.rotation_id)
        .where(Rotation.chain_code.in_(sorted(readable)))
        .order_by(Salon.on, Salon.id)
        .limit(queries.SESSIONS_MOST)
    )
    if key.what == What.CHAIN.value:
        query = query.where(Rotation.chain_code == key.ref)
    if key.what == What.ENTERPRISE.value:
        query = query.join(SalonHost, SalonHost.salon_id == Salon.id).where(
            SalonHost.enterprise_code == key.ref
        )
    today = local(work.now).date().toordinal()
    rows = [
        (salon, rotation)
        for salon, rotation in work.session.execute(query)
        if salon.on is not None and salon.on.toordinal() > today - PAST_DAYS
    ]
    hosting = queries.hosts(work.session, [salon for salon, _ in rows])
    names = queries.names(work.session, {one.enterprise_code for said in hosting.values() for one in said})
    chains = known.of(work.session).directory.chains
    by = {id_: "、".join(names[one.enterprise_code] for one in said) for id_, said in hosting.items()}
    return [
        Entry(
            f"salon-{salon.id}",
            salon.sequence,
            salon.changed_at,
            salon.on,
            rotation.starts,
            f"{chains[rotation.chain_code].name}{rotation.name}：{by.get(salon.id) or '承办企业待定'}",
            salon.stage,
            (salon.theme, _PROVISIONAL if salon.provisional else "", "不宴请，不送礼，不摊派。"),
            salon.link,
            salon.venue,
            rotation.chain_code,
            rotation.id,
        )
        for salon, rotation in rows
        if salon.on is not None
    ]


def title(work: Work, key: CalendarKey) -> str:
    """Return what a calendar is called."""
    if key.what == What.CHAIN.value:
        return f"{known.of(work.session).directory.chains[key.ref].name}轮值"
    if key.what == What.ENTERPRISE.value:
        return f"{queries.names(work.session, {key.ref}).get(key.ref, '')}承办的轮值"
    return "例行工作" if key.what == What.ROUTINES.value else "轮值"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
