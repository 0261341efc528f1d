"""Copying a ticket to somebody, withdrawing it, and the copied person's own list.

Never a confidential ticket, and never to somebody of the unit that a complaint is about; both stand in `visible` as
well, so that a ticket which is named a complaint later is lost to who had a copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import queries as people
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import queries, rules
from chainhub.tickets.copies.models import TicketCopy
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import beside
from chainhub.tickets.workflow import Action, Party, Who

PAGE = 50
HOLD_MOST = 20  # copies of one ticket that hold at a time
EVER_MOST = 100
_COPIES: tuple[Who, ...] = (Role.DEPARTMENT, Role.TASK_FORCE, Role.COMMITTEE, Role.LEADER, Party.CO_UNIT)
"""Who copies a ticket, in the order of the capacities in which one is said to have done it."""
READERS = (Role.LEADER, Role.DEPARTMENT)
"""To whom: leaders, and people of units. Enterprises and guides have ways of their own."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to whom a ticket may be copied: the account, and the words by which others know them."""

    id: int
    username: str
    words: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a copied person's list."""

    ticket: Ticket
    enterprise: str
    copy: TicketCopy


def of(work: Work, ticket: Ticket) -> Sequence[TicketCopy]:
    """Return a ticket's copies, those withdrawn too, the oldest first; one without costs no query."""
    if not ticket.annexed:
        return ()
    mine = TicketCopy.ticket_id == ticket.id
    return work.session.scalars(select(TicketCopy).where(mine).order_by(TicketCopy.id)).all()


def readable(work: Work, ticket: Ticket) -> Sequence[TicketCopy]:
    """Return the copies this actor may read of: the enterprise's side none."""
    return () if rules.from_outside(_standing(work, ticket)) else of(work, ticket)


def _standing(work: Work, ticket: Ticket) -> frozenset[Who]:
    return rules.parties(work.actor, queries.facts(work.session, ticket))


def may_copy(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may copy this ticket to somebody, or withdraw a copy."""
    return not ticket.confidential and _capacity(work, ticket) is not None


def _capacity(work: Work, ticket: Ticket) -> Who | None:
    standing = _standing(work, ticket)
    return next((one for one in _COPIES if one in standing), None)


def demand(work: Work, number: str) -> tuple[Ticket, Who]:
    """Return the ticket and the capacity in which this actor copies it. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    return ticket, _demand(work, ticket)


def _demand(work: Work, ticket: Ticket) -> Who:
    role = _capacity(work, ticket)
    if role is None:
        raise NotAllowed("抄送由经办这件诉求的单位、专班、产业链党委和领导来做。")
    if ticket.confidential:
        raise Conflict("保密的诉求只给经办的人看，不能抄送。", code="forbidden_now")
    return role


def readers(work: Work, ticket: Ticket) -> list[Reader]:
    """Return to whom this ticket may be copied, leaders first: nobody of the unit that it complains of. One query."""
    facts = known.of(work.session)
    shut_out = (
        facts.holders.of_unit(ticket.complained_unit_code) if ticket.complained_unit_code else frozenset()
    )
    found: dict[int, str] = {}
    for role in READERS:
        for one in facts.holders.all():
            if one.role is role and one.user_id not in shut_out and one.user_id != work.actor.id:
                unit = facts.directory.unit_name(one.ref) if one.scope is ScopeKind.UNIT else one.title
                found.setdefault(one.user_id, f"{unit} {one.name}".strip())
    usernames = people.usernames(work.session, list(found))
    return [Reader(id_, usernames[id_], words) for id_, words in found.items() if id_ in usernames]


def copy(work: Work, number: str, person: str, note: str = "") -> TicketCopy:
    """Copy a ticket to somebody, by account name. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, role = demand(work, number)
    to = next((one for one in readers(work, ticket) if one.username == person), None)
    if to is None:
        raise Invalid(errors={"person": ["不能抄送给这个人，请从名单里选一位。"]})
    held = [one for one in of(work, ticket) if one.withdrawn_at is None]
    if any(one.person_id == to.id for one in held) or _sees(work, ticket, to.id):
        raise Invalid(errors={"person": [f"{to.words}已经看得到这件诉求，不用抄送。"]})
    if len(held) >= HOLD_MOST or len(of(work, ticket)) >= EVER_MOST:
        raise Conflict("这件诉求抄送的人已经太多，请先撤回几个。", code="forbidden_now")
    made = TicketCopy(
        ticket_id=ticket.id,
        person_id=to.id,
        person=to.words,
        note=note,
        by_id=work.actor.id,
        by_name=f"{work.actor.unit_name} {work.actor.name}".strip(),
        at=work.now,
    )
    work.session.add(made)
    ticket.annexed += 1
    work.session.flush()
    _note(work, ticket, role, Action.COPY, made, note)
    said = f"：{note}" if note else "。"
    words = f"{ticket.about}：{made.by_name}抄送给您{said}"
    about = ticket.complained_unit_code
    key = f"copy:{made.id}"
    notices.enqueue(work, [to.id], NoticeKind.NEWS, words, key=key, link=ticket.link, kept_from=about)
    return made


def _sees(work: Work, ticket: Ticket, person_id: int) -> bool:
    account = people.account(work.session, person_id)
    if account is None:
        return False
    seen = select(Ticket.id).where(Ticket.id == ticket.id, queries.visible(account.actor))
    return work.session.scalar(seen) is not None


def _note(work: Work, ticket: Ticket, role: Who, action: Action, made: TicketCopy, note: str) -> None:
    body = work.actor.unit_name if role is Party.CO_UNIT else None
    beside.note(work, ticket, action, {"person": made.person, "note": note or None}, role, body)


def find(work: Work, id_: int) -> tuple[Ticket, TicketCopy]:
    """Return a copy and its ticket. Raises NotFound where the actor may not read of it."""
    found = work.session.get(TicketCopy, id_) if 0 < id_ < 2**31 else None
    otherwise = "没有这个抄送，或者您看不到它。"
    ticket = queries.own_under(work, found.ticket_id if found else None, otherwise)
    if found is None or rules.from_outside(_standing(work, ticket)):
        raise NotFound(otherwise)
    return ticket, found


def withdraw(work: Work, id_: int) -> TicketCopy:
    """Withdraw a copy: from now on its person reads the ticket no more. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    role = _demand(work, ticket)
    if found.withdrawn_at is not None:
        raise Conflict("这个抄送已经撤回了。", code="wrong_state")
    found.withdrawn_at = work.now
    found.withdrawn_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    _note(work, ticket, role, Action.COPY_WITHDRAW, found, "")
    return found


def mine(work: Work, *, before: int | None = None, limit: int = PAGE) -> tuple[list[Listed], int | None]:
    """Return what was copied to this actor, the newest first, and the place after it (None: there is no more)."""
    query = (
        select(Ticket, Enterprise.short, TicketCopy)
        .select_from(TicketCopy)
        .join(Ticket, Ticket.id == TicketCopy.ticket_id)
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
        .where(
            TicketCopy.person_id == work.actor.id,
            TicketCopy.withdrawn_at.is_(None),
            queries.visible(work.actor),
        )
        .order_by(TicketCopy.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(TicketCopy.id < before)
    found = [Listed(*row) for row in work.session.execute(query)]
    return found[:limit], found[limit - 1].copy.id if len(found) > limit else None
