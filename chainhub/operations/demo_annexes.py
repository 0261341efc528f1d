"""What the rooms beside tickets show in the demonstration: 问外单位, 走访核查, 抄送 and 典型案例, one of each or two."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.operations.simulating.county import County
from chainhub.tickets import queries
from chainhub.tickets.copies import service as copies
from chainhub.tickets.models import Ticket
from chainhub.tickets.onsite import service as onsite
from chainhub.tickets.outsiders import service as outsiders
from chainhub.tickets.successes import service as successes
from chainhub.tickets.workflow import State

CHAIN = "equipment"  # of the demonstration accounts
UNIT, CONTACT = "power_supply", "bumen"
OWNER = "qiye"  # the demonstration's firm
READERS = ("bumen2", "lingdao")  # of the demonstration accounts; else somebody of another unit is sent a copy
QUESTION = outsiders.Question(
    "云岭银行汶上支行",
    "信贷部",
    "设备抵押登记从受理到出证要几个工作日？",
    3,
    "一家企业要用新设备作抵押，登记办下来才能签合同。",
    "微信",
)
SEEN = onsite.Seen("韩砚等 2 人", "设备已经到场，基础还没有浇好，约定下周再来看一次。")
PUBLISHED = (
    "两个单位一起到现场",
    "企业报来当天两个单位一起到现场，当面定了办法和日子，一趟都没有让企业多跑。",
)
WAITS = ("说好哪天就是哪天", "时间表排到天，每一步办完都告诉企业，比说好的日子早办完。")


def show(session: Session, county: County, now: datetime) -> None:
    """Let the power company have asked a bank, gone to see and sent a copy, and the committee have written two cases.

    One case is published, one waits for the word of the demonstration's firm.
    """
    _beside(session, county, now)
    _cases(session, county, now)


def _beside(session: Session, county: County, now: datetime) -> None:
    handled = session.scalars(
        select(Ticket)
        .where(
            Ticket.chain_code == CHAIN,
            Ticket.state == State.HANDLING,
            Ticket.lead_unit_code == UNIT,
            Ticket.confidential.is_(False),
            Ticket.complained_unit_code.is_(None),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    ).first()
    if handled is None:
        return
    work = county.as_(session, CONTACT, now)
    outsiders.ask(work, handled.number, QUESTION)
    onsite.record(work, None, handled.number, SEEN)
    listed = [one.username for one in copies.readers(work, handled)]
    seen = select(Ticket.id).where(Ticket.id == handled.id)
    for reader in sorted(listed, key=lambda one: one not in READERS):
        if session.scalar(seen.where(queries.visible(county.accounts[reader]))) is None:
            copies.copy(work, handled.number, reader, "请了解，施工时要配合。")
            return


def _cases(session: Session, county: County, now: datetime) -> None:
    writer, *others = county.holding(Role.COMMITTEE, ScopeKind.CHAIN, CHAIN, Post.CONTACT)
    work = county.as_(session, writer, now)
    closed = session.scalars(
        select(Ticket)
        .where(Ticket.chain_code == CHAIN, Ticket.state == State.CLOSED)
        .order_by(Ticket.closed_at.desc())
        .limit(60)
    ).all()
    firm = county.accounts[OWNER].enterprise_code
    # Published is another firm's; the demonstration's own firm is asked, where it has something that fits.
    fit = sorted(
        (one for one in closed if successes.may_draft(work, one)),
        key=lambda one: one.enterprise_code == firm,
    )
    if len(fit) > 1:
        successes.draft(work, fit[-1].number, *WAITS)
    if not fit or not others:
        return
    other = fit[0]
    made = successes.draft(work, other.number, *PUBLISHED)
    person = county.holding(Role.ENTERPRISE, ScopeKind.ENTERPRISE, other.enterprise_code)[0]
    successes.answer(county.as_(session, person, now), made.id, agrees=True, named=True)
    successes.decide(county.as_(session, others[0], now), made.id, publish=True)
