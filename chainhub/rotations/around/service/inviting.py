"""Inviting to a session: who is asked, what they answer, who is reminded. One notice for a person, whatever they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import days, queries
from chainhub.rotations.around import queries as around
from chainhub.rotations.around import rules
from chainhub.rotations.around.models import SalonInvitation
from chainhub.rotations.around.service import papers, standing
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.around.terms import Answer, Party
from chainhub.rotations.models import Rotation, Salon
from chainhub.rotations.workflow import State

ID_MOST = 2**31 - 1
_ASKED = frozenset({State.ANNOUNCED})
_MINE_MOST = 20  # parties of one session that one person stands for


@dataclass(frozen=True, slots=True)
class Choices:
    """Who may be invited beside named guests, each with what they are called; and who is already."""

    firms: Sequence[tuple[str, str]]
    units: Sequence[tuple[str, str]]
    leaders: Sequence[tuple[str, str]]


def choices(work: Work, place: Place) -> Choices:
    """Return whom host and committee choose from: members that do not host, units, the leaders of chain and county."""
    facts, today = known.of(work.session), local(work.now).date()
    chain = place.rotation.chain_code
    firms = [
        (one.code, one.name)
        for one in queries.members(work.session, place.rotation)
        if one.is_in(today) and one.code not in place.hosts
    ]
    ids = facts.holders.ids(Role.LEADER, ScopeKind.CHAIN, chain) | facts.holders.ids(
        Role.LEADER, ScopeKind.COUNTY
    )
    leaders = work.session.execute(
        select(User.id, User.name, User.title).where(User.id.in_(sorted(ids))).order_by(User.id)
    )
    return Choices(
        firms,
        [(one.code, one.short) for one in facts.directory.units.values()],
        [(str(one.id), f"{one.title} {one.name}".strip()) for one in leaders],
    )


def invite(work: Work, id_: int, given: Mapping[str, Any]) -> int:
    """Invite parties; who is invited already is left as they are. Return how many are new.

    Raises NotFound, NotAllowed, Conflict, Invalid.
    """
    place = permit_invite(work, id_)
    wanted = _wanted(choices(work, place), given)
    db = work.session
    rows = db.scalars(select(SalonInvitation).where(SalonInvitation.salon_id == id_).limit(rules.PEOPLE_MOST))
    there = {_key(one) for one in rows}
    new = [one for one in wanted if _key(one) not in there]
    if len(there) + len(new) > rules.PEOPLE_MOST:
        raise Invalid(f"一期最多请 {rules.PEOPLE_MOST} 家，请减一些。")
    for one in new:
        one.salon_id, one.asked_at, one.asked_by = id_, work.now, standing.who(work)
    db.add_all(new)
    db.flush()
    _say(work, place.rotation, place.salon, new, NoticeKind.TASK, f"salon:{id_}:invited", "请您参加")
    return len(new)


def permit_invite(work: Work, id_: int) -> Place:
    """Return the session to which this actor may invite now. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_host(place)
    standing.demand_stage(place, _ASKED, "发了通知才能邀请。")
    return place


def _wanted(listed: Choices, given: Mapping[str, Any]) -> list[SalonInvitation]:
    found, wrong = [], {}
    for field, kind, names in (
        ("firms", Party.ENTERPRISE, dict(listed.firms)),
        ("units", Party.UNIT, dict(listed.units)),
        ("leaders", Party.LEADER, dict(listed.leaders)),
    ):
        codes = dict.fromkeys(given.get(field) or ())
        if any(code not in names for code in codes):
            wrong[field] = ["请从列出的里面选。"]
            continue
        found += [_invitation(kind, code, names[code]) for code in codes]
    guests = rules.people(str(given.get("guests") or ""))
    bad = [f"第 {one.line} 行：{one.wrong}" for one in guests if one.wrong]
    if bad:
        wrong["guests"] = bad[:5]
    if not wrong and not found and not guests:
        wrong["firms"] = ["请选要请谁。"]
    if wrong:
        raise Invalid(errors=wrong)
    named = {(one.name, one.body): one for one in guests}
    return found + [_invitation(Party.GUEST, "", name, body) for name, body in named]


def _invitation(kind: Party, ref: str, name: str, body: str = "") -> SalonInvitation:
    return SalonInvitation(kind=kind, ref=ref, name=name[:60], body=body)


def _key(one: SalonInvitation) -> tuple[str, ...]:
    return (one.kind, one.ref) if one.ref else (one.kind, one.name, one.body)


def _say(
    work: Work,
    rotation: Rotation,
    salon: Salon,
    asked: Iterable[SalonInvitation],
    kind: NoticeKind,
    key: str,
    please: str,
) -> None:
    people: set[int] = set()
    for one in asked:
        people |= people_of(work, one)
    chain = known.of(work.session).directory.chains[rotation.chain_code].name
    day = f"{days.text(salon.on)} {rotation.starts}" if salon.on else "日子待定"
    where = papers.venue(work, salon)
    words = f"{chain}{rotation.name}：{day}{f'，地点：{where}' if where else ''}，{please}，来不来请答复。"
    notices.enqueue(work, people, kind, words, key=key, link=salon.link)


def people_of(work: Work, one: SalonInvitation) -> frozenset[int]:
    """Return the accounts that speak for an invited party; a guest has none."""
    holders = known.of(work.session).holders
    if one.kind is Party.ENTERPRISE:
        return holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, one.ref)
    if one.kind is Party.UNIT:
        return holders.of_unit(one.ref)
    return frozenset({int(one.ref)}) if one.kind is Party.LEADER else frozenset()


def is_party(work: Work, one: SalonInvitation) -> bool:
    """Say whether this actor is whom an invitation is for."""
    actor = work.actor
    if one.kind is Party.ENTERPRISE:
        return actor.holds(Role.ENTERPRISE, enterprise=one.ref)
    if one.kind is Party.UNIT:
        return actor.unit_code == one.ref or one.ref in actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)
    return one.kind is Party.LEADER and str(actor.id) == one.ref


def mine(work: Work, salon: Salon) -> Sequence[SalonInvitation]:
    """Return the invitations to a session that are for this actor."""
    actor = work.actor
    refs = {
        Party.ENTERPRISE: actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE),
        Party.UNIT: actor.refs(Role.DEPARTMENT, ScopeKind.UNIT) | {actor.unit_code or ""},
        Party.LEADER: {str(actor.id)},
    }
    asked = or_(
        *(
            (SalonInvitation.kind == kind) & SalonInvitation.ref.in_(sorted(some))
            for kind, some in refs.items()
        )
    )
    return work.session.scalars(
        select(SalonInvitation)
        .where(SalonInvitation.salon_id == salon.id, SalonInvitation.ref != "", asked)
        .order_by(SalonInvitation.id)
        .limit(_MINE_MOST)
    ).all()


def find(work: Work, id_: int) -> tuple[Place, SalonInvitation]:
    """Return an invitation that this actor answers or keeps. Raises NotFound."""
    one = work.session.get(SalonInvitation, id_) if id_ <= ID_MOST else None
    if one is None:
        raise NotFound("没有这份邀请，请从“轮值”一页进入。")
    place = standing.at(work, one.salon_id)
    if not (place.prepares or is_party(work, one)):
        raise NotFound("没有这份邀请，请从“轮值”一页进入。")
    return place, one


def permit(work: Work, id_: int) -> tuple[Place, SalonInvitation]:
    """Return an invitation that may be answered now. Raises NotFound, Conflict."""
    place, one = find(work, id_)
    standing.demand_stage(place, _ASKED, "不用再答复了。")
    if place.salon.on is None or place.salon.on < local(work.now).date():
        raise Conflict("日子已经过了，不用再答复。", code="forbidden_now")
    return place, one


def answer(work: Work, id_: int, given: Mapping[str, Any]) -> SalonInvitation:
    """Answer for oneself, or as host or committee for who said it by word. Raises NotFound, Conflict, Invalid."""
    place, one = permit(work, id_)
    said = Answer(given["answer"])
    people, names = int(given.get("people") or 0), str(given.get("names") or "")
    if said is Answer.SENDING and not names:
        raise Invalid(errors={"names": ["派人参加，请写来的是谁。"]})
    if said is Answer.ABSENT:
        people, names = 0, ""
    one.answer, one.people, one.names = said, people or (said is not Answer.ABSENT) * 1, names
    one.answered_for, one.answered_by, one.answered_at = place.salon.on, standing.who(work), work.now
    work.session.flush()
    return one


def remind(work: Work, id_: int) -> int:
    """Remind whoever has not answered, once a day. Return how many parties. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_host(place)
    standing.demand_stage(place, _ASKED, "不用再催答复。")
    silent = _silent(work, place.salon)
    if not silent:
        raise Conflict("都答复了，不用再催。", code="forbidden_now")
    key = f"salon:{id_}:answer:{local(work.now).date().isoformat()}"
    _say(work, place.rotation, place.salon, silent, NoticeKind.REMINDER, key, "还没收到您的答复")
    return len(silent)


def _silent(work: Work, salon: Salon) -> Sequence[SalonInvitation]:
    return work.session.scalars(
        select(SalonInvitation)
        .where(SalonInvitation.salon_id == salon.id, around.unanswered(salon))
        .order_by(SalonInvitation.id)
        .limit(rules.PEOPLE_MOST)
    ).all()


def find_silent(work: Work, limit: int) -> Sequence[int]:
    """Return the sessions of the coming workdays for which somebody has not answered and was not reminded."""
    today = local(work.now).date()
    until = work.calendar.add_workdays(today, rules.REMIND_DAYS)
    return around.to_be_reminded(work.session, today, until, limit)


def remind_silent(work: Work, ids: Sequence[int]) -> None:
    """Remind them once for the day that holds."""
    salons = work.session.scalars(select(Salon).where(Salon.id.in_(ids)).order_by(Salon.id)).all()
    rotations = {
        one.id: one
        for one in work.session.scalars(
            select(Rotation).where(Rotation.id.in_({salon.rotation_id for salon in salons}))
        )
    }
    for salon in salons:
        silent = _silent(work, salon)
        key = f"salon:{salon.id}:answer:for:{salon.on}"
        rotation = rotations[salon.rotation_id]
        _say(work, rotation, salon, silent, NoticeKind.REMINDER, key, "还没收到您的答复")
        work.session.execute(
            update(SalonInvitation)
            .where(SalonInvitation.salon_id == salon.id, around.unanswered(salon))
            .values(reminded_for=salon.on)
        )
