"""调研参阅卡: one firm on one page before an inspection, from what several rooms know, as far as its reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.guides import queries as guides
from chainhub.guides.models import GuideVisit, VisitPolicy
from chainhub.rotations.models import Rotation, Salon, SalonHost
from chainhub.rotations.workflow import State as Stage
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import day_text, local_date_text
from chainhub.tickets.workflow import State

READERS = (Role.LEADER, Role.LIAISON, Role.COMMITTEE, Role.GUIDE)
TICKETS, POLICIES, VISITS, SALONS = 10, 8, 3, 3
"""How much of each stands on the page: it is one sheet of A4."""
_SCALES = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}


@dataclass(frozen=True, slots=True)
class Past:
    """A request and what became of it."""

    number: str
    day: str
    title: str
    state: str
    result: str


@dataclass(frozen=True, slots=True)
class Card:
    """What the card says of a firm."""

    name: str
    chain: str
    facts: Sequence[tuple[str, str]]
    receivers: Sequence[str]
    guides: Sequence[str]
    count: str
    past: Sequence[Past]
    salons: Sequence[str]
    policies: Sequence[str]
    visits: Sequence[str]
    day: str


def may_read(actor: Actor, firm: Enterprise) -> bool:
    """Say whether this actor reads the card of a firm: chain and county by leader or liaison, its committee, its guide."""
    reaches = any(
        actor.holds(role, chain=firm.chain_code) for role in (Role.LEADER, Role.LIAISON, Role.COMMITTEE)
    )
    return reaches or firm.code in actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)


def card(work: Work, code: str) -> Card:
    """Return the card of a firm. Raises NotFound where this actor reads none of it."""
    firm = work.session.get(Enterprise, code)
    if firm is None or not may_read(work.actor, firm):
        raise NotFound("没有这家企业的参阅卡，请从“走访情况”进入。")
    facts = known.of(work.session)
    people = facts.holders.of_role(Role.ENTERPRISE, ScopeKind.ENTERPRISE, code)
    received = [f"{one.title} {one.name}".strip() for one in people]
    if firm.contact and not any(firm.contact in one for one in received):
        received.append(f"联系人 {firm.contact}")
    directory = facts.directory
    sent = [
        f"{one.name}（{directory.unit_name(one.unit_code) or one.title}）"
        for one in guides.guides_of(work.session, code)
    ]
    return Card(
        name=firm.name,
        chain=directory.chains[firm.chain_code].name,
        facts=_facts(firm),
        receivers=received,
        guides=sent,
        count=_count(work, code),
        past=_past(work, code),
        salons=_salons(work, code),
        policies=_policies(work, code),
        visits=_visits(work, code),
        day=local_date_text(work.now, weekday=True, year=0),
    )


def _facts(firm: Enterprise) -> list[tuple[str, str]]:
    listed = (
        ("地址", f"{firm.town} {firm.address}".strip()),
        (
            "规模",
            f"{_SCALES.get(firm.scale, '')} {firm.staff} 人".strip()
            if firm.staff
            else _SCALES.get(firm.scale, ""),
        ),
        ("产品", firm.products),
        ("党组织", "有" if firm.has_party_org else "还没有"),
        ("链主企业", "是" if firm.is_anchor else ""),
    )
    return [(label, value) for label, value in listed if value]


def _shown(work: Work, code: str) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of requests on the card; a confidential one is on none, since paper goes round."""
    return Ticket.enterprise_code == code, tickets.visible(work.actor), Ticket.confidential.is_(False)


def _count(work: Work, code: str) -> str:
    """Return how many requests there were and how they stand, of those that this actor sees."""
    seen = select(func.count()).select_from(Ticket).where(*_shown(work, code))
    all_ = work.session.scalar(seen) or 0
    open_ = work.session.scalar(seen.where(Ticket.is_open.is_(True))) or 0
    closed = work.session.scalar(seen.where(Ticket.state == State.CLOSED)) or 0
    return f"共 {all_} 件，已销号 {closed} 件，在办 {open_} 件" if all_ else "没有提过诉求"


def _past(work: Work, code: str) -> list[Past]:
    rows = work.session.scalars(
        select(Ticket)
        .where(*_shown(work, code))
        .order_by(Ticket.is_open.desc(), Ticket.id.desc())
        .limit(TICKETS)
    )
    return [
        Past(
            one.number,
            local_date_text(one.created_at, year=local(work.now).year),
            one.title,
            one.state.label,
            one.outcome.label if one.outcome else "",
        )
        for one in rows
    ]


def _salons(work: Work, code: str) -> list[str]:
    rows = work.session.execute(
        select(Salon, Rotation.name)
        .join(SalonHost, SalonHost.salon_id == Salon.id)
        .join(Rotation, Rotation.id == Salon.rotation_id)
        .where(
            SalonHost.enterprise_code == code,
            Salon.on.is_not(None),
            Salon.stage.not_in((Stage.CANCELLED, Stage.POSTPONED)),
        )
        .order_by(Salon.on.desc())
        .limit(SALONS)
    )
    year = local(work.now).year
    return [
        f"{day_text(one.on, year=year)}　{name}{one.stage.label}{f'　{one.theme}' if one.theme else ''}"
        for one, name in rows
        if one.on is not None
    ]


# Whoever reads the card reads the firm's visits: leader, committee and guide do anyway, the liaison for the leader.


def _policies(work: Work, code: str) -> list[str]:
    rows = work.session.execute(
        select(VisitPolicy.title, VisitPolicy.source, GuideVisit.on)
        .join(GuideVisit, GuideVisit.id == VisitPolicy.visit_id)
        .where(GuideVisit.enterprise_code == code)
        .order_by(GuideVisit.on.desc(), VisitPolicy.place)
        .limit(POLICIES)
    )
    year = local(work.now).year
    return [
        f"{title}{f'（{source}）' if source else ''}，{day_text(on, year=year)}" for title, source, on in rows
    ]


def _visits(work: Work, code: str) -> list[str]:
    rows = work.session.scalars(
        select(GuideVisit)
        .where(GuideVisit.enterprise_code == code)
        .order_by(GuideVisit.on.desc(), GuideVisit.id.desc())
        .limit(VISITS)
    )
    year = local(work.now).year
    return [f"{day_text(one.on, year=year)}　{one.guide_name}：{one.done[:60]}" for one in rows]
