"""Making the groups anew, and a person's word that a ticket does not belong."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Table, delete, func, insert, or_, select

from chainhub.core.actor import Actor, Role
from chainhub.core.clock import monotonic
from chainhub.core.errors import Conflict, NotAllowed
from chainhub.core.sweeps import OpenWork
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.finding import topics
from chainhub.finding.topics import Matter
from chainhub.tickets import queries as tickets_
from chainhub.tickets.models import Ticket
from chainhub.tickets.topics import queries, rules
from chainhub.tickets.topics.models import Topic, TopicApart, TopicState, TopicTicket

APART_MOST = 50  # tickets of a group from which one is kept apart: the most typical
_SORTS = (Role.COMMITTEE, Role.TASK_FORCE)
_MEMBERS = cast("Table", TopicTicket.__table__)
_NEVER = datetime(1990, 1, 1, tzinfo=UTC)


def is_due(work: Work) -> bool:
    """Say whether the groups are to be made anew. Two queries."""
    newest = work.session.scalar(select(func.max(Ticket.id)).where(queries.GROUPED)) or 0
    state = work.session.get(TopicState, 1)
    if state is None:
        return newest > 0
    changed = newest > state.upto_id or state.is_stale
    return rules.is_due(work.now, state.made_at, state.took_ms, changed=changed)


def renew(open_work: OpenWork) -> None:
    """Make the groups anew: read, group with no transaction open, write."""
    began = monotonic()
    with open_work() as work:
        _state(work).is_stale = False
        matters, apart, names = _read(work)
    found = topics.topics(matters, apart, names)
    with open_work() as work:
        state = _state(work)
        if state.is_stale:  # somebody has said meanwhile what does not belong: the next run knows it
            return
        _write(work, found)
        state.upto_id = max((one.id for one in matters), default=state.upto_id)
        state.made_at, state.tickets = work.now, len(matters)
        state.took_ms = int((monotonic() - began) * 1000)


def _state(work: Work) -> TopicState:
    """Return the one row, held against whoever else would change it."""
    state = work.session.get(TopicState, 1, with_for_update=True, populate_existing=True)
    if state is None:
        state = TopicState(id=1, upto_id=0, made_at=_NEVER, tickets=0, took_ms=0, is_stale=False)
        work.session.add(state)
        work.session.flush()
    return state


def _read(work: Work) -> tuple[list[Matter], list[tuple[int, int]], list[str]]:
    """Return the recent matters, who is kept apart, and the names of enterprises, which explain nothing."""
    rows = work.session.execute(
        select(Ticket.id, Ticket.title, Ticket.content)
        .where(Ticket.created_at >= rules.window(work.now), queries.GROUPED)
        .order_by(Ticket.id.desc())
        .limit(rules.LOOKED_AT_MOST)
    ).all()
    if not rows:
        return [], [], []
    oldest = rows[-1].id
    apart = work.session.execute(
        select(TopicApart.ticket_id, TopicApart.other_id).where(
            TopicApart.ticket_id >= oldest, TopicApart.other_id >= oldest
        )
    )
    firms = select(Ticket.enterprise_code).where(Ticket.id >= oldest).distinct()
    names = work.session.execute(
        select(Enterprise.short, Enterprise.name).where(Enterprise.code.in_(firms))
    ).all()
    matters = [Matter(row.id, row.title, row.content) for row in rows]
    return matters, [(one, other) for one, other in apart], [name for row in names for name in row if name]


def _write(work: Work, found: Sequence[topics.Topic]) -> None:
    """Put the groups in the place of those that were, under the numbers that they keep."""
    before = {
        row.ticket_id: row.topic_id
        for row in work.session.execute(select(TopicTicket.ticket_id, TopicTicket.topic_id))
    }
    kept = rules.numbered([[member.id for member in one.members] for one in found], before)
    work.session.execute(delete(TopicTicket))
    gone = set(before.values()) - {number for number in kept if number is not None}
    if gone:
        work.session.execute(delete(Topic).where(Topic.id.in_(sorted(gone))))
    there = {one.id: one for one in work.session.scalars(select(Topic))}
    rows = []
    for one, number in zip(found, kept, strict=True):
        topic = there[number] if number is not None else Topic(words=[], made_at=work.now)
        topic.words = list(one.words)
        if number is None:
            work.session.add(topic)
            work.session.flush()
        rows += [
            {
                "ticket_id": member.id,
                "topic_id": topic.id,
                "place": place,
                "score": round(member.score * 1000),
                "is_twin": member.is_twin,
                "words": list(member.words),
            }
            for place, member in enumerate(one.members)
        ]
    if rows:
        work.session.execute(insert(_MEMBERS), rows)
    work.session.flush()


def may_sort(actor: Actor, chain: str) -> bool:
    """Say whether somebody says of a ticket of a chain what it belongs to: its committee and task force."""
    return any(actor.holds(role, chain=chain) for role in _SORTS)


def _demand_sorter(work: Work, ticket: Ticket) -> None:
    if not may_sort(work.actor, ticket.chain_code):
        raise NotAllowed("是不是一类，由本产业链的党委和专班来定。")


def demand_sorter(work: Work) -> None:
    """Refuse whoever sorts no tickets at all: NotAllowed."""
    if not work.actor.roles & set(_SORTS):
        raise NotAllowed("是不是一类，由本产业链的党委和专班来定。")


def set_apart(work: Work, topic_id: int, number: str) -> None:
    """Take a ticket out of its group: 不是一类. It stays out when groups are made anew.

    Raises NotAllowed, NotFound for a group or ticket that is not this actor's to see, Conflict where it is not in it.
    """
    topic = queries.own(work, topic_id)
    ticket = tickets_.own(work, number)
    _demand_sorter(work, ticket)
    member = work.session.get(TopicTicket, ticket.id)
    if member is None or member.topic_id != topic.id:
        raise Conflict("这件已经不在这一类里了，请刷新看看。")
    others = work.session.scalars(
        select(TopicTicket.ticket_id)
        .where(TopicTicket.topic_id == topic.id, TopicTicket.ticket_id != ticket.id)
        .order_by(TopicTicket.place)
        .limit(APART_MOST)
    ).all()
    who = f"{work.actor.unit_name} {work.actor.name}".strip()
    said = set(
        work.session.scalars(select(TopicApart.other_id).where(TopicApart.ticket_id == ticket.id)).all()
    )
    work.session.add_all(
        TopicApart(ticket_id=ticket.id, other_id=other, by_id=work.actor.id, by=who, at=work.now)
        for other in others
        if other not in said
    )
    work.session.delete(member)
    _grow_stale(work)


def put_back(work: Work, topic_id: int, number: str) -> None:
    """Take back that a ticket does not belong to a group. It returns when the groups are made anew, if it is like them.

    Raises NotAllowed, NotFound, Conflict where nobody has said so.
    """
    topic = queries.own(work, topic_id)
    ticket = tickets_.own(work, number)
    _demand_sorter(work, ticket)
    members = select(TopicTicket.ticket_id).where(TopicTicket.topic_id == topic.id)
    said = work.session.scalars(
        select(TopicApart).where(
            or_(
                (TopicApart.ticket_id == ticket.id) & TopicApart.other_id.in_(members),
                (TopicApart.other_id == ticket.id) & TopicApart.ticket_id.in_(members),
            )
        )
    ).all()
    if not said:
        raise Conflict("没有人说过这件不是这一类，请刷新看看。")
    for one in said:
        work.session.delete(one)
    _grow_stale(work)


def _grow_stale(work: Work) -> None:
    _state(work).is_stale = True
    work.session.flush()
