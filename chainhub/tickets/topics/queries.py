"""Reading the groups. Of each a reader is told the tickets that they see, and nothing of the others: not even their number."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from chainhub.core.actor import Actor, Role
from chainhub.core.db import read_rows
from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.tickets import queries as tickets_
from chainhub.tickets.common.models import CommonTicket
from chainhub.tickets.models import Ticket
from chainhub.tickets.topics import rules
from chainhub.tickets.topics.models import Topic, TopicApart, TopicState, TopicTicket
from chainhub.tickets.workflow import State

READERS = (Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.LEADER, Role.LIAISON)
PAGE, PAGE_MOST = 20, 100
LOOKED_AT = (
    50  # tickets of a group that its words are taken from: the most typical of those that a reader sees
)
GROUPED = and_(
    Ticket.confidential.is_(False), Ticket.complained_unit_code.is_(None), Ticket.state != State.WITHDRAWN
)
"""What is grouped at all: the words of a group are read by all who see two of its tickets."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A group as one reader sees it: how many tickets of how many enterprises, since when, and in which words."""

    id: int
    tickets: int
    firms: int
    open: int
    first_at: datetime
    last_at: datetime
    title: str  # of the most typical ticket that they see
    words: tuple[str, ...]  # that two at least of these tickets hold
    category: str | None  # that most of them have
    common: int  # of them that belong to a common issue


@dataclass(frozen=True, slots=True)
class _Counted:
    topic_id: int
    tickets: int
    firms: int
    open: int
    first_at: datetime
    last_at: datetime
    common: int


def since(work: Work, span: str) -> datetime:
    """Return from when on tickets are counted: this month, or the last 30 days."""
    return rules.month(work.now) if span == "month" else rules.window(work.now)


def _within(actor: Actor, begin: tickets_.Moment) -> tuple[ColumnElement[bool], ...]:
    return (tickets_.visible(actor), GROUPED, Ticket.created_at >= begin)


def page(
    work: Work, *, begin: datetime, after: tuple[int, int] | None = None, limit: int = PAGE
) -> tuple[list[Seen], tuple[int, int] | None]:
    """Return the groups that a reader sees two tickets of, the largest first, and behind which the next stand. Three queries.

    The cost follows the tickets of the window that stand in groups, not those that are stored.
    """
    demand_reader(work)
    query = _largest(work.actor)
    if after is not None:
        count, id_ = after
        number = func.count()
        query = query.having(or_(number < count, and_(number == count, TopicTicket.topic_id < id_)))
    given = {"begin": begin, "most": limit + 1}
    found = [_Counted(*row) for row in read_rows(work.session, query, given)]
    shown = _told(work, found[:limit], begin)
    more = len(found) > limit
    return shown, (shown[-1].tickets, shown[-1].id) if more else None


_Counting = Select[int, int, int, int, datetime, datetime, int]


@lru_cache(maxsize=512)  # to build a statement costs more than to run it
def _largest(actor: Actor) -> _Counting:
    number = func.count()
    return (
        _counting(actor, bindparam("begin", type_=Ticket.created_at.type))
        .having(number >= rules.SHOWN_LEAST)
        .order_by(number.desc(), TopicTicket.topic_id.desc())
        .limit(bindparam("most"))
    )


def _counting(actor: Actor, begin: tickets_.Moment) -> _Counting:
    return (
        select(
            TopicTicket.topic_id,
            func.count(),
            func.count(Ticket.enterprise_code.distinct()),
            func.count().filter(Ticket.is_open),
            func.min(Ticket.created_at),
            func.max(Ticket.created_at),
            func.count(CommonTicket.ticket_id),
        )
        .join(Ticket, Ticket.id == TopicTicket.ticket_id)
        .outerjoin(CommonTicket, CommonTicket.ticket_id == Ticket.id)
        .where(*_within(actor, begin))
        .group_by(TopicTicket.topic_id)
    )


def _told(work: Work, counted: Sequence[_Counted], begin: datetime) -> list[Seen]:
    if not counted:
        return []
    place = func.row_number().over(partition_by=TopicTicket.topic_id, order_by=TopicTicket.place)
    ranked = (
        select(
            TopicTicket.topic_id,
            TopicTicket.words,
            Ticket.title,
            Ticket.category_code,
            place.label("place"),
        )
        .join(Ticket, Ticket.id == TopicTicket.ticket_id)
        .where(TopicTicket.topic_id.in_([one.topic_id for one in counted]), *_within(work.actor, begin))
        .subquery()
    )
    rows = work.session.execute(
        select(ranked.c.topic_id, ranked.c.words, ranked.c.title, ranked.c.category_code)
        .where(ranked.c.place <= LOOKED_AT)
        .order_by(ranked.c.topic_id, ranked.c.place)
    )
    members = defaultdict(list)
    for topic_id, words, title, category in rows:
        members[topic_id].append((tuple(words), title, category))
    listed: Mapping[int, list[str]] = {
        id_: list(words)
        for id_, words in work.session.execute(
            select(Topic.id, Topic.words).where(Topic.id.in_([one.topic_id for one in counted]))
        )
    }
    return [_seen(one, members[one.topic_id], listed.get(one.topic_id, [])) for one in counted]


def _seen(
    one: _Counted, members: Sequence[tuple[tuple[str, ...], str, str | None]], words: Sequence[str]
) -> Seen:
    categories = [category for _, _, category in members if category]
    return Seen(
        one.topic_id,
        one.tickets,
        one.firms,
        one.open,
        one.first_at,
        one.last_at,
        members[0][1] if members else "",
        tuple(word for word in words if sum(word in held for held, _, _ in members) >= rules.SHOWN_LEAST),
        max(sorted(set(categories)), key=categories.count) if categories else None,
        one.common,
    )


def is_seen(work: Work, id_: int) -> bool:
    """Say whether this reader sees two tickets of a group."""
    if not 0 < id_ < 2**31:
        return False
    there = (
        select(Ticket.id)
        .join(TopicTicket, TopicTicket.ticket_id == Ticket.id)
        .where(TopicTicket.topic_id == id_, *_within(work.actor, rules.window(work.now)))
        .limit(rules.SHOWN_LEAST)
    )
    return len(work.session.scalars(there).all()) >= rules.SHOWN_LEAST


def own(work: Work, id_: int) -> Topic:
    """Return a group that this reader sees two tickets of.

    Raises NotAllowed for who reads none, NotFound where they see fewer, and once it has dissolved.
    """
    demand_reader(work)
    found = work.session.get(Topic, id_) if is_seen(work, id_) else None
    if found is None:
        raise NotFound("没有这一类，或者您看不到它。不再有新的就会散掉，请回到“本月同类问题”看看。")
    return found


def demand_reader(work: Work) -> None:
    """Refuse whoever reads no groups: NotAllowed."""
    if not work.actor.roles & set(READERS):
        raise NotAllowed("本月同类问题给产业链党委、专班、办理单位和领导看。您自己的诉求在“诉求”里。")


def seen(work: Work, id_: int) -> Seen:
    """Return one group as this reader sees it, over the whole window. Raises NotFound as `own` does."""
    topic = own(work, id_)
    begin = rules.window(work.now)
    number = _counting(work.actor, begin).where(TopicTicket.topic_id == topic.id)
    return _told(work, [_Counted(*work.session.execute(number).one())], begin)[0]


def belonging(work: Work, topic: Topic) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a ticket belongs to a group: filters for a list of tickets."""
    members = select(TopicTicket.ticket_id).where(TopicTicket.topic_id == topic.id)
    return (Ticket.id.in_(members), GROUPED, Ticket.created_at >= rules.window(work.now))


def twins(work: Work, ids: Sequence[int]) -> set[int]:
    """Return which of some tickets say nearly the same as another of their group."""
    query = select(TopicTicket.ticket_id).where(TopicTicket.ticket_id.in_(ids), TopicTicket.is_twin)
    return set(work.session.scalars(query))


def taken_out(work: Work, topic: Topic) -> list[tuple[str, str, str, datetime]]:
    """Return number, title, by whom and when of the tickets that a person has taken out of a group, those seen."""
    members = select(TopicTicket.ticket_id).where(TopicTicket.topic_id == topic.id)
    rows = work.session.execute(
        select(Ticket.number, Ticket.title, func.max(TopicApart.by), func.max(TopicApart.at))
        .join(TopicApart, TopicApart.ticket_id == Ticket.id)
        .where(
            TopicApart.other_id.in_(members),
            Ticket.id.not_in(members),
            *_within(work.actor, rules.window(work.now)),
        )
        .group_by(Ticket.id, Ticket.number, Ticket.title)
        .order_by(Ticket.id.desc())
        .limit(PAGE)
    )
    return [(number, title, by, at) for number, title, by, at in rows]


def joinable(work: Work, topic: Topic, most: int) -> list[tuple[str, str]]:
    """Return chain and number of the tickets that may be made a common issue, the most typical first."""
    query = (
        select(Ticket.chain_code, Ticket.number)
        .join(TopicTicket, TopicTicket.ticket_id == Ticket.id)
        .outerjoin(CommonTicket, CommonTicket.ticket_id == Ticket.id)
        .where(
            TopicTicket.topic_id == topic.id,
            CommonTicket.ticket_id.is_(None),
            Ticket.state != State.MERGED,
            *_within(work.actor, rules.window(work.now)),
        )
        .order_by(TopicTicket.place)
        .limit(most)
    )
    return [(chain, number) for chain, number in work.session.execute(query)]


def made_at(work: Work) -> datetime | None:
    """Return when the groups were made; None before the first time."""
    state = work.session.get(TopicState, 1)
    return state.made_at if state is not None and state.tickets else None


def read_after(said: str) -> tuple[int, int] | None:
    """Return where a page begins, as an address says it. Raises Invalid for what no page gave out."""
    if not said:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,8}),([1-9][0-9]{0,8})", said)
    if found is None:
        raise Invalid(errors={"cursor": ["翻页的位置不对，请从第一页重新开始。"]})
    return int(found[1]), int(found[2])


def write_after(after: tuple[int, int] | None) -> str:
    """Write where the next page begins; empty where there is none."""
    return f"{after[0]},{after[1]}" if after else ""
