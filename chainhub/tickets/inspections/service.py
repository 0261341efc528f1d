"""Laying tickets before an inspection: choosing them, opening accounts that only look, ending both. Never commits.

Made by the secretary of a chain's committee, or at the console of the server; ended by the same, by the system
administrator, and by its own time. Confidential tickets are never chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, or_, select

from chainhub.audit import service as audit
from chainhub.core.actor import Actor, Grant, Role, ScopeKind
from chainhub.core.db import add_rows
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.models import User
from chainhub.county.people.service import guests
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import listing, queries, sought
from chainhub.tickets.fields import Field
from chainhub.tickets.inspections import rules
from chainhub.tickets.inspections.models import InspectedTicket, Inspection, InspectionAccount
from chainhub.tickets.models import Ticket

PAGE = 20
_GONE = "没有这次迎检，或者不归您管。"
_ROWS = InspectedTicket.__table__


@dataclass(frozen=True, slots=True)
class Asked:
    """An inspection as somebody asks for it: for whom, why, how long, and which tickets: by numbers or by a filter."""

    body: str
    reason: str
    days: int
    numbers: str = ""
    args: sought.Args = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tickets that would be shown, all of one chain, and how many were left out."""

    ids: Sequence[int]
    chain: str
    words: str


def at_console(work: Work) -> bool:
    """Say whether the operator acts at the console of the server: the administrator who needs no account."""
    return work.actor.id is None and not work.actor.grants


def demand_maker(work: Work) -> None:
    """Refuse whoever lays nothing before an inspection: NotAllowed."""
    if not (at_console(work) or rules.may_make(work.actor)):
        raise NotAllowed(rules.WHOSE)


# Choosing


def choose(work: Work, numbers: str, args: sought.Args) -> Chosen:
    """Return the tickets that numbers name, or else that a filter finds. Raises NotAllowed, Invalid."""
    demand_maker(work)
    asked = rules.numbers(numbers)
    if strange := rules.strange(numbers):
        raise Invalid(errors={"numbers": [f"“{strange[0][:20]}”不是诉求编号，请写成 EQ-2026-00017 这样。"]})
    conditions: list[ColumnElement[bool]] = [Ticket.confidential.is_(False)]
    if not at_console(work):
        conditions += [queries.visible(work.actor), Ticket.chain_code.in_(sorted(rules.chains(work.actor)))]
    if asked:
        conditions.append(Ticket.number.in_(asked[: rules.TICKETS_MOST + 1]))
    else:
        if at_console(work):
            raise Invalid(errors={"numbers": ["请写诉求编号。"]})
        wanted, _ = sought.read(work, args)
        conditions += listing.conditions(work, wanted)
    query = select(Ticket.id, Ticket.chain_code, Ticket.number).where(*conditions).order_by(Ticket.id)
    found = work.session.execute(query.limit(rules.TICKETS_MOST + 1)).all()
    _demand_sound(asked, [row.number for row in found])
    chains = {row.chain_code for row in found}
    if len(chains) > 1:
        raise Invalid(errors={"numbers": ["选出来的诉求分在几条产业链，请一条链一条链地来。"]})
    words = f"按编号，{len(found)} 件" if asked else sought.words(work, args)
    return Chosen([row.id for row in found], chains.pop(), words)


def _demand_sound(asked: Sequence[str], found: Sequence[str]) -> None:
    if missing := [one for one in asked if one not in set(found)]:
        said = "、".join(missing[:5]) + ("……" if len(missing) > 5 else "")
        raise Invalid(errors={"numbers": [f"这些不能选：{said}。没有这个编号、是保密的，或者不归您管。"]})
    if not found:
        raise Invalid(errors={"numbers": ["没有选出诉求。请写编号，或者回到列表换个筛选。"]})
    if len(found) > rules.TICKETS_MOST:
        raise Invalid(
            errors={"numbers": [f"选得太多，一次最多 {rules.TICKETS_MOST} 件。请加上筛选，分几次来。"]}
        )


def make(work: Work, asked: Asked) -> Inspection:
    """Lay tickets before an inspection; nobody sees them by it until an account is opened. Raises NotAllowed, Invalid."""
    demand_maker(work)
    errors = _errors((rules.BODY, asked.body), (rules.REASON, asked.reason))
    if said := rules.days_error(asked.days):
        errors["days"] = [said]
    if errors:
        raise Invalid(errors=errors)
    chosen = choose(work, asked.numbers, asked.args)
    made = Inspection(
        chain_code=chosen.chain,
        body=asked.body.strip(),
        reason=asked.reason.strip(),
        chosen_by=chosen.words[:400],
        tickets=len(chosen.ids),
        made_by_id=work.actor.id,
        made_by=_called(work.actor),
        made_at=work.now,
        until=rules.until(work.now, asked.days),
    )
    work.session.add(made)
    work.session.flush()
    rows = [{"inspection_id": made.id, "ticket_id": one} for one in chosen.ids]
    add_rows(work.session, _ROWS, rows)  # type: ignore[arg-type]  # the mapper calls it a FromClause
    data = {"text": made.reason, "until": made.until.isoformat(), "tickets": made.tickets}
    audit.record(work, "make_inspection", f"迎检 {made.id} {made.body}", data)
    return made


def _errors(*given: tuple[Field, str]) -> dict[str, list[str]]:
    found = {}
    for spec, said in given:
        length = len(said.strip())
        if length < spec.least:
            found[spec.name] = [f"请写明{spec.label}，{spec.least} 个字以上。"]
        elif length > spec.most:
            found[spec.name] = [f"最多 {spec.most} 字，现在 {length} 字，请缩短。"]
    return found


def _called(actor: Actor) -> str:
    return f"{actor.unit_name} {actor.name}".strip()


# Reading, by whoever may make and end them


def may_end(work: Work, one: Inspection) -> bool:
    """Say whether this actor may end an inspection."""
    ends = at_console(work) or Role.SYSADMIN in work.actor.roles or one.chain_code in rules.chains(work.actor)
    return ends and one.ended_at is None


def own(work: Work, id_: int) -> Inspection:
    """Return an inspection of a chain of this secretary. Raises NotFound."""
    found = work.session.get(Inspection, id_) if 0 < id_ < 2**31 else None
    if found is None or not (at_console(work) or found.chain_code in rules.chains(work.actor)):
        raise NotFound(_GONE)
    return found


def page(work: Work, *, before: int | None, limit: int = PAGE) -> tuple[Sequence[Inspection], int | None]:
    """Return inspections, newest first: of one's chains; to the system administrator, who ends them, all."""
    query = select(Inspection).order_by(Inspection.id.desc()).limit(limit + 1)
    if not (at_console(work) or Role.SYSADMIN in work.actor.roles):
        query = query.where(Inspection.chain_code.in_(sorted(rules.chains(work.actor))))
    if before is not None:
        query = query.where(Inspection.id < before)
    found = work.session.scalars(query).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def accounts(work: Work, one: Inspection) -> Sequence[tuple[InspectionAccount, User]]:
    """Return the accounts of an inspection, the oldest first."""
    query = (
        select(InspectionAccount, User)
        .join(User, User.id == InspectionAccount.user_id)
        .where(InspectionAccount.inspection_id == one.id)
        .order_by(InspectionAccount.user_id)
    )
    return [(row[0], row[1]) for row in work.session.execute(query.limit(200))]


def ticket_ids(work: Work, one: Inspection) -> Sequence[int]:
    """Return what was chosen and may still be shown: what has become confidential since is left out."""
    return work.session.scalars(
        select(Ticket.id).where(queries.visible(reader(one))).order_by(Ticket.id)
    ).all()


def reader(one: Inspection) -> Actor:
    """Return somebody who sees what this inspection shows, and nothing else: for whoever writes it down."""
    return Actor(None, "inspection", one.body, (Grant(Role.INSPECTOR, ScopeKind.INSPECTION, str(one.id)),))


# Accounts


def open_account(work: Work, id_: int, name: str) -> tuple[User, str]:
    """Open an account for somebody who inspects; return it and its one-time password, to be shown once.

    Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    demand_maker(work)
    one = own(work, id_)
    _demand_running(work, one)
    if errors := _errors((rules.NAME, name)):
        raise Invalid(errors=errors)
    running = select(func.count()).where(
        InspectionAccount.inspection_id == one.id, InspectionAccount.ended_at.is_(None)
    )
    if (work.session.scalar(running) or 0) >= rules.ACCOUNTS_MOST:
        raise Conflict(
            f"一次迎检最多同时有 {rules.ACCOUNTS_MOST} 个账号，请先停掉不用的。", code="forbidden_now"
        )
    same = running.where(InspectionAccount.user_id.in_(select(User.id).where(User.name == name.strip())))
    if work.session.scalar(same):  # a button that was pressed twice opens one
        raise Conflict(
            f"已经给{name.strip()}开过账号。密码没记下来的，先停掉那个账号再开。", code="forbidden_now"
        )
    grant = Grant(Role.INSPECTOR, ScopeKind.INSPECTION, str(one.id))
    user, password = guests.open_guest(work, name.strip(), one.body, grant, one.until)
    work.session.add(
        InspectionAccount(
            user_id=user.id, inspection_id=one.id, opened_by=_called(work.actor), opened_at=work.now
        )
    )
    work.session.flush()
    about = f"迎检 {one.id} {one.body}"
    audit.record(work, "open_inspection", about, {"name": user.username, "until": one.until.isoformat()})
    return user, password


def _demand_running(work: Work, one: Inspection) -> None:
    if one.ended_at is not None or one.until <= work.now:
        raise Conflict("这次迎检已经结束了。还要看的，请重新做一次迎检。", code="wrong_state")


def end(work: Work, id_: int) -> Inspection:
    """End an inspection with all its accounts and their sign-ins, at once. Raises NotFound, Conflict."""
    keeps = Role.SYSADMIN in work.actor.roles
    found = work.session.get(Inspection, id_) if keeps and 0 < id_ < 2**31 else own(work, id_)
    if found is None:
        raise NotFound(_GONE)
    if found.ended_at is not None:
        raise Conflict("这次迎检已经结束了。", code="wrong_state")
    _end(work, found)
    return found


def end_account(work: Work, id_: int, user_id: int) -> Inspection:
    """End one account of an inspection, at once. Raises NotFound, Conflict."""
    one = own(work, id_)
    account = work.session.get(InspectionAccount, user_id) if 0 < user_id < 2**31 else None
    if account is None or account.inspection_id != one.id:
        raise NotFound("没有这个迎检账号。")
    if account.ended_at is not None:
        raise Conflict("这个账号已经停了。", code="wrong_state")
    _end_account(work, account)
    return one


def _end(work: Work, one: Inspection) -> None:
    for account, _ in accounts(work, one):
        if account.ended_at is None:
            _end_account(work, account)
    one.ended_at, one.ended_by = work.now, _called(work.actor)
    work.session.flush()
    audit.record(work, "end_inspection", f"迎检 {one.id} {one.body}")


def _end_account(work: Work, account: InspectionAccount) -> None:
    guests.end_guest(work, work.session.get_one(User, account.user_id))
    account.ended_at, account.ended_by = work.now, _called(work.actor)
    work.session.flush()


# By itself


def over(work: Work, limit: int) -> Sequence[int]:
    """Return running inspections whose time is over."""
    query = select(Inspection.id).where(Inspection.ended_at.is_(None), Inspection.until <= work.now)
    return work.session.scalars(query.order_by(Inspection.until).limit(limit)).all()


def end_over(work: Work, ids: Sequence[int]) -> None:
    """End them, and tell whoever made them."""
    for one in (work.session.get_one(Inspection, id_) for id_ in ids):
        if one.ended_at is not None:
            continue
        _end(work, one)
        if one.made_by_id is not None:
            words = f"给“{one.body}”的迎检到期了，账号都已停用。"
            key = f"inspection:{one.id}:over"
            notices.enqueue(work, [one.made_by_id], NoticeKind.ADMIN, words, key=key, link=one.link)


# What an inspector does: looks, and each look is logged


def look(work: Work, number: str) -> Ticket:
    """Return a ticket to somebody who inspects; the look is logged. Raises NotFound."""
    ticket = queries.own(work, number)
    audit.record(work, "inspect", ticket.number)
    return ticket


def look_through(work: Work, cursor: str) -> listing.Page:
    """Return a page of what somebody inspects, the newest first; the look is logged. Raises Invalid."""
    found = listing.page(work, listing.Filter(), cursor=cursor)
    audit.record(work, "inspect", f"清单，{len(found.items)} 件")
    return found


def of_actor(work: Work) -> Inspection | None:
    """Return the inspection that this inspector is here for."""
    refs = [int(one) for one in work.actor.refs(Role.INSPECTOR, ScopeKind.INSPECTION)]
    return work.session.scalars(
        select(Inspection).where(or_(*(Inspection.id == one for one in refs)))
    ).first()


def chain_name(work: Work, one: Inspection) -> str:
    """Return what the chain of an inspection is called."""
    return known.of(work.session).directory.chains[one.chain_code].name
