"""The pages of 本月同类问题: the groups, one of them with its tickets, and the word that a ticket does not belong."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import listing, presenting
from chainhub.tickets.listing import Filter
from chainhub.tickets.topics import queries, service, showing
from chainhub.tickets.views.door import bp
from chainhub.web import doors


@bp.get("/topics")
@doors.signed_in(*queries.READERS)
def topics() -> ResponseReturnValue:
    """List the groups that the reader sees two tickets of, the largest first."""
    with doors.reading() as work:
        span = "month" if request.args.get("span") == "month" else ""
        after = request.args.get("after", "")
        found, rest = queries.page(work, begin=queries.since(work, span), after=queries.read_after(after))
        kept = {"span": span} if span else {}
        made = queries.made_at(work)
        more = urlencode({**kept, "after": queries.write_after(rest)}) if rest else ""
        return render_template(
            "tickets/topics.html",
            topics=[showing.view(work, one) for one in found],
            span=span,
            made=presenting.near(made, work.now) if made else "",
            next_url=f"{url_for('.topics')}?{more}" if more else "",
            first_url=f"{url_for('.topics')}{'?span=month' if span else ''}" if after else "",
        )


@bp.get("/topics/<int:id_>")
@doors.signed_in(*queries.READERS)
def topic(id_: int) -> ResponseReturnValue:
    """Show one group: why its tickets stand together, and each of them that the reader sees."""
    with doors.reading() as work:
        one = queries.own(work, id_)
        seen = showing.view(work, queries.seen(work, id_))
        page = listing.page(
            work, Filter(extra=queries.belonging(work, one)), cursor=request.args.get("cursor", "")
        )
        twins = queries.twins(work, [item.ticket.id for item in page.items])
        directory = known.of(work.session).directory
        rows = [
            (
                presenting.row(item.ticket, item.enterprise, work.now, work.calendar, directory),
                item.ticket.id in twins,
                service.may_sort(work.actor, item.ticket.chain_code),
            )
            for item in page.items
        ]
        return render_template(
            "tickets/topic.html",
            topic=seen,
            rows=rows,
            offers=showing.offers(work, one, seen.words),
            out=showing.taken_out(work, one),
            may_sort=showing.may_sort_any(work),
            next_url=f"{seen.url}?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
            first_url=seen.url if request.args.get("cursor") else "",
            back_url=url_for(".topics"),
        )


@bp.post("/topics/<int:id_>/apart")
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE)
def set_topic_apart(id_: int) -> ResponseReturnValue:
    """不是一类: one tap."""
    number = request.form.get("number", "")
    return _sorted(
        id_, lambda work: service.set_apart(work, id_, number), "拿出去了，以后也不会再归到这一类。"
    )


@bp.post("/topics/<int:id_>/back")
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE)
def put_topic_back(id_: int) -> ResponseReturnValue:
    """Take that back."""
    number = request.form.get("number", "")
    said = "撤回了。下一次归类的时候，像就会再归进来。"
    return _sorted(id_, lambda work: service.put_back(work, id_, number), said)


def _sorted(id_: int, do: Callable[[Work], None], said: str) -> ResponseReturnValue:
    with doors.work() as work:
        do(work)
        left = queries.is_seen(work, id_)
    flash(said)
    return redirect(url_for(".topic", id_=id_) if left else url_for(".topics"), code=303)
