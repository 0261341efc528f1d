"""Whoever leaves a post leaves nothing behind in silence: what hangs on a person, who can hand it over, what goes back.

An administrator ends a grant or closes an account and reads no ticket: what is said here names none. 工作交接单 is in
`handing.py`; this is for what was not handed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as persons
from chainhub.county.people.hands import Left
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.rules import Holding
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.reminders.models import Clock
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import beside
from chainhub.tickets.service.handing import KEEPERS
from chainhub.tickets.workflow import Action

_MOST = 500  # counting stops here
_IN_CHARGE = frozenset({Post.HEAD, Post.DEPUTY})


@dataclass(frozen=True, slots=True)
class _Post:
    """One post of a person: who else holds it, and who of them is in charge."""

    held: Holding
    others: frozenset[int]
    in_charge: frozenset[int]


class OpenWork:
    """The open work of whoever leaves a post (`county.people.hands.Hands`)."""

    def left(self, work: Work, user: User, grant: GrantRow | None) -> Left | None:
        """Return what would be left undone, or None where nothing would."""
        posts = _posts(work, user, grant)
        given = _given(work, user, posts)
        alone = [one for one in posts if not one.others]
        waiting = _waiting(work, alone)
        lines = []
        if given:
            lines.append(f"分给{user.name}本人还在办的{_count(given)}。")
        for label in dict.fromkeys(_label(work, one.held) for one in alone if waiting):
            said = f"{label}只有{user.name}一位，等着办的{_count(waiting)}会没有人接。请先授权接手的同志。"
            lines.append(said)
        if not lines:
            return None
        in_charge = frozenset[int]().union(*(one.in_charge for one in posts))
        return Left(lines, persons.names(work.session, in_charge))

    def ask(self, work: Work, user: User, grant: GrantRow | None) -> int:
        """Ask the person and those in charge to hand over; return how many were told."""
        posts = _posts(work, user, grant)
        who = {user.id}.union(*(one.in_charge for one in posts)) if user.is_active else set[int]()
        words = f"{user.name}要离开岗位，请本人或者单位负责人办工作交接，把还在办的交给接手的同志。"
        key = f"leaving:{user.id}:{work.now:%Y%m%d}"
        link = f"/handovers?person={user.username}"
        notices.enqueue(work, who, NoticeKind.TASK, words, key=key, link=link)
        return len(who)

    def release(self, work: Work, user: User, grant: GrantRow | None) -> int:
        """Give what was the person's by name back to the post, and tell who is in charge; return how many."""
        posts = _posts(work, user, grant)
        others = frozenset[int]().union(*(one.others for one in posts))
        found = _given(work, user, posts)
        directory = known.of(work.session).directory
        role = Role.SECADMIN if Role.SECADMIN in work.actor.roles else Role.SYSADMIN
        for ticket in found:
            ticket.assigned_to_id = None
            unit = directory.unit_name(ticket.lead_unit_code)
            said = {"note": f"{user.name}离开岗位，没有交接，回到{unit}岗位上，请重新分办。"}
            beside.note(work, ticket, Action.ASSIGN, said, role, role.label)
            words = f"{ticket.about}：{user.name}离开岗位，没有交接，请重新分办。"
            key = f"ticket:{ticket.id}:{ticket.version}:released"
            notices.enqueue(
                work,
                others,
                NoticeKind.TASK,
                words,
                key=key,
                link=ticket.link,
                kept_from=ticket.complained_unit_code,
            )
        return len(found)


def _posts(work: Work, user: User, grant: GrantRow | None) -> list[_Post]:
    """Return the posts that a person would leave: one that is held twice, by another grant as well, is not left."""
    holders = known.of(work.session).holders
    mine = [
        one
        for one in holders.all()
        if one.user_id == user.id and one.role in KEEPERS and one.scope is not ScopeKind.COUNTY
    ]
    if grant is not None:
        where = (grant.role, grant.scope, grant.ref)
        mine = [one for one in mine if (one.role, one.scope, one.ref) == where]
        mine = mine if len(mine) == 1 else []
    found = []
    for one in mine:
        beside_ = [held for held in holders.of_role(one.role, one.scope, one.ref) if held.user_id != user.id]
        others = frozenset(held.user_id for held in beside_)
        in_charge = frozenset(held.user_id for held in beside_ if held.post in _IN_CHARGE)
        found.append(_Post(one, others, in_charge or others))
    return found


def _given(work: Work, user: User, posts: Sequence[_Post]) -> Sequence[Ticket]:
    """Return the open tickets that were given to a person by name, in the units of some posts."""
    units = [one.held.ref for one in posts if one.held.scope is ScopeKind.UNIT]
    if not units:
        return ()
    return work.session.scalars(
        select(Ticket)
        .where(Ticket.is_open, Ticket.assigned_to_id == user.id, Ticket.lead_unit_code.in_(units))
        .order_by(Ticket.id)
        .limit(_MOST)
    ).all()


def _waiting(work: Work, posts: Sequence[_Post]) -> Sequence[Ticket]:
    """Return the open tickets that wait for posts: a clock of theirs is running."""
    if not posts:
        return ()
    held = [
        and_(
            Clock.holder_role == one.held.role.value,
            Clock.holder_scope == one.held.scope.value,
            Clock.holder_ref == one.held.ref,
        )
        for one in posts
    ]
    waiting = select(Clock.owner_id).where(
        Clock.owner_kind == queries.OWNER, Clock.stopped_at.is_(None), or_(*held)
    )
    found = select(Ticket).where(Ticket.is_open, Ticket.id.in_(waiting)).limit(_MOST)
    return work.session.scalars(found).all()


def _count(found: Sequence[Ticket]) -> str:
    """Return how many there are, in words that count no confidential one (domain, section 2)."""
    open_ = sum(not one.confidential for one in found)
    if not open_:
        return "诉求"
    return f"有 {open_}{'+' if len(found) >= _MOST else ''} 件"


def _label(work: Work, held: Holding) -> str:
    directory = known.of(work.session).directory
    if held.scope is ScopeKind.UNIT:
        return directory.unit_name(held.ref)
    return f"{directory.chains[held.ref].short}{held.role.label}"
