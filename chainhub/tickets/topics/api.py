"""The JSON door of 本月同类问题."""

from collections.abc import Callable
from typing import Any

from flask import Response

from chainhub.core.work import Work
from chainhub.tickets import listing, representing
from chainhub.tickets import schemas as tickets
from chainhub.tickets.listing import Filter
from chainhub.tickets.topics import queries, schemas, service
from chainhub.tickets.topics.queries import Seen
from chainhub.web import api, doors

room = api.Room("topics", __name__, "本月同类问题")
_FIND, _PAGE, _NUMBER = schemas.TopicQuery(), schemas.TopicTicketsQuery(), schemas.TopicNumberBody()


@room.get("/topics", schemas.TopicPage, api.Taken(query=schemas.TopicQuery))
@doors.signed_in()
def topics() -> Response:
    """近 30 天说同一类事的诉求：只数看得到的，多的在前"""
    with doors.reading() as work:
        queries.demand_reader(work)
        wanted = api.query(_FIND)
        after = queries.read_after(api.read_cursor(wanted["cursor"], str)) if "cursor" in wanted else None
        begin = queries.since(work, str(wanted.get("span", "")))
        found, rest = queries.page(work, begin=begin, after=after, limit=wanted.get("limit", queries.PAGE))
        items = [_shape(one) for one in found]
        made = queries.made_at(work)
    cursor = api.write_cursor(queries.write_after(rest)) if rest else None
    return api.answer({"items": items, "next_cursor": cursor, "made_at": api.moment(made)})


@room.get("/topics/<int:id_>", schemas.TopicShape)
@doors.signed_in()
def topic(id_: int) -> Response:
    """一类"""
    with doors.reading() as work:
        return api.answer(_shape(queries.seen(work, id_)))


@room.get("/topics/<int:id_>/tickets", tickets.TicketPage, api.Taken(query=schemas.TopicTicketsQuery))
@doors.signed_in()
def topic_tickets(id_: int) -> Response:
    """这一类的诉求：看得到的那些"""
    with doors.reading() as work:
        one = queries.own(work, id_)
        wanted = api.query(_PAGE)
        page = listing.page(
            work,
            Filter(extra=queries.belonging(work, one)),
            cursor=wanted.get("cursor", ""),
            limit=wanted.get("limit", listing.PAGE),
        )
        items = [representing.item(row, work.now) for row in page.items]
    return api.answer({"items": items, "next_cursor": page.next_cursor or None})


@room.post("/topics/<int:id_>/apart", {200: schemas.TopicDone}, api.Taken(body=schemas.TopicNumberBody))
@doors.signed_in()
def set_topic_apart(id_: int) -> Response:
    """不是一类：拿出去，以后也不再归进来"""
    return _sorted(id_, service.set_apart)


@room.post("/topics/<int:id_>/back", {200: schemas.TopicDone}, api.Taken(body=schemas.TopicNumberBody))
@doors.signed_in()
def put_topic_back(id_: int) -> Response:
    """撤回“不是一类”：下次归类的时候，像就再归进来"""
    return _sorted(id_, service.put_back)


def _sorted(id_: int, do: Callable[[Work, int, str], None]) -> Response:
    sent = api.body()
    with doors.work() as work:
        queries.own(work, id_)
        service.demand_sorter(work)
        do(work, id_, api.load(_NUMBER, sent)["number"])
        left = _shape(queries.seen(work, id_)) if queries.is_seen(work, id_) else None
    return api.answer({"topic": left})


def _shape(one: Seen) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "tickets": one.tickets,
        "enterprises": one.firms,
        "open": one.open,
        "first_at": api.moment(one.first_at),
        "last_at": api.moment(one.last_at),
        "words": list(one.words),
        "category": one.category,
        "common": one.common,
    }
