"""What stands beside tickets in the demonstration today: a whistle, a superior's limit, a leader's word, a 督办 to sign."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.media import Medium
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known, state
from chainhub.county.people import queries
from chainhub.county.people.models import User
from chainhub.county.people.reaches import ReachRow
from chainhub.operations.simulating.county import County
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import instructions, moving, passing, referrals, supervisions, whistles
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import Channel
from chainhub.tickets.workflow import Action, State

CHAIN = "equipment"  # of the demonstration accounts
UNITS = ("power_supply", "transport")
OWNER = "qiye"  # the demonstration's firm
BY_MAIL = (OWNER, "bumen", "dangwei", "lingdao")  # who reads their mail: letters go into the folder `outbox`


def show(session: Session, county: County, now: datetime) -> None:
    """Let the demonstration's chain have something waiting for each desk, on matters that are in hand.

    The committee blows a whistle and notes what 12345 sent, the chief writes a word, the task force asks for a 督办. Of
    what was reported just now the committee sends one matter on to be dispatched and one back to the guide who filed it.
    """
    _choose_mail(session, now)
    _at_the_door(session, county, now)
    _pass_on(session, county, now)
    facts = known.of(session)
    clerks = county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN, Post.CONTACT)
    handled = session.scalars(
        select(Ticket)
        .where(
            Ticket.chain_code == CHAIN,
            Ticket.state == State.HANDLING,
            Ticket.confidential.is_(False),
            Ticket.complained_unit_code.is_(None),
            Ticket.whistled == 0,
            Ticket.superior_due_at.is_(None),
        )
        .order_by(Ticket.id.desc())
        .limit(4)
    ).all()
    if not clerks or not handled:
        return
    work = county.as_(session, clerks[0], now)
    whistles.blow(work, handled[0].number, "路面要挖开，电和路要当面一起定。", UNITS)
    day = facts.calendar.add_workdays((now + timedelta(days=5)).astimezone(SHANGHAI).date(), 1)
    referrals.record(work, handled[-1].number, referrals.Paper("12345", "JN2026-03517", day))
    _from_above(session, county, handled[-1], now)


def _choose_mail(session: Session, now: datetime) -> None:
    """Let some accounts have switched e-mail on, to addresses that no server anywhere takes for its own."""
    for user in session.scalars(select(User).where(User.username.in_(BY_MAIL)).order_by(User.id)):
        address = f"{user.username}@demo.invalid"
        session.add(
            ReachRow(user_id=user.id, medium=Medium.EMAIL, address=address, is_on=True, verified_at=now)
        )
    state.touch(session)
    session.flush()
    known.forget(session)


def _at_the_door(session: Session, county: County, now: datetime) -> None:
    fresh = session.scalars(
        select(Ticket)
        .where(Ticket.chain_code == CHAIN, Ticket.state == State.SUBMITTED, Ticket.confidential.is_(False))
        .order_by(Ticket.id.desc())
        .limit(20)
    ).all()
    clerk = county.as_(session, county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN, Post.CONTACT)[0], now)
    filed = next((one for one in fresh if one.channel is not Channel.WEB), None)
    taken = next((one for one in fresh if one is not filed and one.kind and one.category_code), None)
    if filed is not None:
        note = {"note": "请把设备型号和合同日期补上，好找对口单位。"}
        moving.move(clerk, filed.number, Step(Action.REQUEST_INFO, filed.version, note))
    if taken is not None:
        spoken = {"contacted_person": county.houses[taken.enterprise_code].contact}
        moving.move(clerk, taken.number, Step(Action.ACCEPT, taken.version, spoken))


def _from_above(session: Session, county: County, ticket: Ticket, now: datetime) -> None:
    chief = county.as_(session, county.holding(Role.LEADER, ScopeKind.CHAIN, CHAIN)[0], now)
    unit = ticket.lead_unit_code
    if unit is not None and instructions.may_give(chief, ticket):
        due_on = chief.calendar.add_workdays(now.astimezone(SHANGHAI).date(), 4)
        said = instructions.Word("请主办单位主要负责同志过问，把时间表报我。", unit, due_on)
        instructions.give(chief, ticket.number, said)
    head = county.as_(session, county.holding(Role.TASK_FORCE, ScopeKind.CHAIN, CHAIN, Post.HEAD)[0], now)
    if supervisions.may_draft(head, ticket):
        supervisions.propose(head, ticket.number, "企业催了三次，没有动静。")


def _pass_on(session: Session, county: County, now: datetime) -> None:
    """Let a guide write down what the demonstration's firm said: it waits for the firm's tap."""
    owner = queries.user_by_name(session, OWNER)
    if owner is None or owner.enterprise_code is None:
        return
    guide = county.as_(
        session, county.holding(Role.GUIDE, ScopeKind.ENTERPRISE, owner.enterprise_code)[0], now
    )
    said = "叉车充电桩太少，中午排队要两个小时，能不能再装几个？"
    passing.write(guide, passing.Word(owner.enterprise_code, "叉车充电桩太少", said))
