"""工作交接单: when somebody leaves a post, their open tasks go to a named person in one transaction, with a record."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as persons
from chainhub.county.people.models import User
from chainhub.county.people.rules import Holding
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.everyday import Handover
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import beside
from chainhub.tickets.workflow import Action

KEEPERS = (Role.DEPARTMENT, Role.COMMITTEE, Role.TASK_FORCE)
MOST = 500  # tickets of one handover
SHOWN = 50
NOTE_MOST = 2000


@dataclass(frozen=True, slots=True)
class Task:
    """One open ticket that somebody has to do with: given to them by name, or waiting in their post."""

    ticket: Ticket
    by_name: bool


def listed(work: Work) -> Sequence[Handover]:
    """Return the newest handovers of the bodies for which this actor answers: made, given or received by them."""
    mine = work.actor.id
    return work.session.scalars(
        select(Handover)
        .where(or_(Handover.from_id == mine, Handover.to_id == mine, Handover.made_by_id == mine))
        .order_by(Handover.id.desc())
        .limit(SHOWN)
    ).all()


def find(work: Work, id_: int) -> Handover:
    """Return a handover that concerns this actor. Raises NotFound."""
    found = work.session.get(Handover, id_) if 0 < id_ < 2**31 else None
    mine = work.actor.id
    if found is None or mine not in {found.from_id, found.to_id, found.made_by_id}:
        raise NotFound("没有这张工作交接单，或者您看不到它。")
    return found


def colleagues(work: Work) -> list[tuple[str, str]]:
    """Return (account name, name) of those who hold a post beside this actor: who may hand over, and to whom."""
    holders = known.of(work.session).holders
    ids = {
        held.user_id
        for one in work.actor.grants
        if one.role in KEEPERS and not one.lent_by
        for held in holders.of_role(one.role, one.scope, one.ref)
    }
    rows = work.session.execute(
        select(User.username, User.name).where(User.id.in_(ids)).order_by(User.username).limit(200)
    )
    return [(row.username, row.name) for row in rows]


def tasks(work: Work, username: str) -> list[Task]:
    """Return what is open in somebody's hands. Raises NotAllowed, Invalid, Conflict where it is too much at once."""
    person = _person(work, username, "person")
    held = _posts(work, person)
    _demand(work, person, held)
    return _tasks(work, person, held, (person,))


def hand_over(work: Work, username: str, successor: str, note: str = "") -> Handover:
    """Hand somebody's open tasks to a named person. Raises NotAllowed, Invalid, Conflict.

    The successor must hold every post in which the person works: so nothing stays without an owner.
    """
    person, other = _person(work, username, "person"), _person(work, successor, "successor")
    held = _posts(work, person)
    _demand(work, person, held)
    if person.id == other.id:
        raise Invalid(errors={"successor": ["不能交给自己。"]})
    if len(note) > NOTE_MOST:
        raise Invalid(errors={"note": [f"最多 {NOTE_MOST} 字，现在 {len(note)} 字。"]})
    theirs = {(one.role, one.scope, one.ref) for one in _posts(work, other)}
    missing = [_label(work, one) for one in held if (one.role, one.scope, one.ref) not in theirs]
    if missing:
        raise Invalid(
            errors={
                "successor": [
                    f"{other.name}还没有{'、'.join(dict.fromkeys(missing))}的岗位，请安全管理员先授权，再交接。"
                ]
            }
        )
    found = _tasks(work, person, held, (person, other))
    made = _record(work, person, other, held, found, note)
    for task in found:
        if task.by_name:
            _give(work, task.ticket, person, other)
    words = f"{person.name}的工作交给您了，还在办的 {len(found)} 件，请看工作交接单。"
    key = f"handover:{made.id}"
    notices.enqueue(work, [other.id], NoticeKind.TASK, words, key=key, link=f"/handovers/{made.id}")
    return made


def _person(work: Work, username: str, field: str) -> User:
    found = persons.user_by_name(work.session, username.strip().lower())
    if found is None:
        raise Invalid(errors={field: ["没有这个登录名，请从名单里选。"]})
    return found


def _posts(work: Work, person: User) -> list[Holding]:
    return [
        one
        for one in known.of(work.session).holders.all()
        if one.user_id == person.id and one.role in KEEPERS and one.scope is not ScopeKind.COUNTY
    ]


def _demand(work: Work, person: User, held: Sequence[Holding]) -> None:
    """Refuse who is neither the person nor in charge of every post that is handed over."""
    if not held:
        raise Invalid(errors={"person": ["这个人没有要交接的岗位。"]})
    if person.id == work.actor.id:
        return
    mine = {
        (one.role, one.scope, one.ref)
        for one in work.actor.grants
        if one.post in {Post.HEAD, Post.DEPUTY} and not one.lent_by
    }
    if not all((one.role, one.scope, one.ref) in mine for one in held):
        raise NotAllowed("工作由本人交接，或者由同一单位的负责人代为交接。")


def _tasks(work: Work, person: User, held: Sequence[Holding], readers: Sequence[User]) -> list[Task]:
    """Return what waits for somebody's posts, as far as each of some persons, and whoever asks, may see it."""
    posts = [
        and_(
            Clock.holder_role == one.role.value,
            Clock.holder_scope == one.scope.value,
            Clock.holder_ref == one.ref,
        )
        for one in held
    ]
    waiting = select(Clock.owner_id).where(
        Clock.owner_kind == queries.OWNER, Clock.stopped_at.is_(None), or_(*posts)
    )
    found = work.session.scalars(
        select(Ticket)
        .where(
            Ticket.is_open,
            or_(Ticket.assigned_to_id == person.id, Ticket.id.in_(waiting)),
            *(queries.visible(one) for one in _seeing(work, readers)),
        )
        .order_by(Ticket.due_at.is_(None), Ticket.due_at, Ticket.id)
        .limit(MOST + 1)
    ).all()
    if len(found) > MOST:
        raise Conflict(f"一次最多交接 {MOST} 件，请先把能办结的办结。", code="forbidden_now")
    return [Task(one, one.assigned_to_id == person.id) for one in found]


def _seeing(work: Work, readers: Sequence[User]) -> list[Actor]:
    accounts = (persons.account(work.session, one.id) for one in readers if one.id != work.actor.id)
    return [work.actor, *(one.actor for one in accounts if one is not None)]


def _give(work: Work, ticket: Ticket, person: User, other: User) -> None:
    ticket.assigned_to_id = other.id
    unit = known.of(work.session).directory.unit_name(ticket.lead_unit_code)
    said = {"person": other.username, "person_name": other.name, "note": f"{person.name}工作交接"}
    beside.note(work, ticket, Action.ASSIGN, said, Role.DEPARTMENT, unit)


def _record(
    work: Work, person: User, other: User, held: Sequence[Holding], found: Sequence[Task], note: str
) -> Handover:
    made = Handover(
        from_id=person.id,
        from_name=f"{person.title} {person.name}".strip(),
        to_id=other.id,
        to_name=f"{other.title} {other.name}".strip(),
        posts=list(dict.fromkeys(_label(work, one) for one in held)),
        items=[
            {
                "number": one.ticket.number,
                "title": one.ticket.title,
                "state": one.ticket.state.label,
                "due": moment_text(one.ticket.due_at) if one.ticket.due_at else "",
                "by_name": one.by_name,
            }
            for one in found
        ],
        note=note,
        made_by_id=work.actor.id,
        made_by=f"{work.actor.unit_name} {work.actor.name}".strip(),
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


def _label(work: Work, one: Holding) -> str:
    directory = known.of(work.session).directory
    if one.scope is ScopeKind.UNIT:
        return directory.unit_name(one.ref)
    return f"{directory.chains[one.ref].short}{one.role.label}"
