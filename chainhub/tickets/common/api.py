"""The JSON door of common issues."""

from typing import Any

from flask import Response

from chainhub.core.work import Work
from chainhub.tickets import listing, representing
from chainhub.tickets import schemas as tickets
from chainhub.tickets.common import queries, schemas, service
from chainhub.tickets.common.models import CommonIssue
from chainhub.tickets.common.queries import Counted
from chainhub.tickets.common.service import NewIssue
from chainhub.tickets.listing import Filter
from chainhub.web import api, doors

room = api.Room("common_issues", __name__, "共性问题")
_FIND, _BODY = schemas.IssueQuery(), schemas.IssueBody()
_TICKETS, _NOTE, _PAGE = schemas.TicketsBody(), schemas.IssueNoteBody(), schemas.PageQuery()


@room.get("/common-issues", schemas.IssuePage, api.Taken(query=schemas.IssueQuery))
@doors.signed_in()
def common_issues() -> Response:
    """共性问题：看得到的那些，新的在前"""
    wanted = api.query(_FIND)
    below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
    is_open = {"open": True, "closed": False}.get(str(wanted.get("state", "")))
    with doors.reading() as work:
        found, after = queries.page(
            work, is_open=is_open, before=below, limit=wanted.get("limit", queries.PAGE)
        )
        items = [_shape(one) for one in found]
    return api.answer({"items": items, "next_cursor": api.write_cursor(after) if after else None})


@room.get("/common-issues/<int:id_>", schemas.IssueShape)
@doors.signed_in()
def common_issue(id_: int) -> Response:
    """一个共性问题"""
    with doors.reading() as work:
        return api.answer(_counted(work, queries.own(work, id_)))


@room.get("/common-issues/<int:id_>/tickets", tickets.TicketPage, api.Taken(query=schemas.PageQuery))
@doors.signed_in()
def common_issue_tickets(id_: int) -> Response:
    """列在里面的诉求：看得到的那些"""
    with doors.reading() as work:
        issue = queries.own(work, id_)
        wanted = api.query(_PAGE)
        page = listing.page(
            work,
            Filter(extra=(queries.belonging(issue),)),
            cursor=wanted.get("cursor", ""),
            limit=wanted.get("limit", listing.PAGE),
        )
        items = [representing.item(one, work.now) for one in page.items]
    return api.answer({"items": items, "next_cursor": page.next_cursor or None})


@room.post("/common-issues", {201: schemas.IssueShape}, api.Taken(body=schemas.IssueBody))
@doors.signed_in()
def open_common_issue() -> Response:
    """列一个共性问题，由专班牵头"""
    sent = api.body()
    with doors.work() as work:
        service.demand_opener(work)
        given = api.load(_BODY, sent)
        issue = service.open_issue(work, NewIssue(**{**given, "tickets": tuple(given["tickets"])}))
        found = _counted(work, issue)
    return api.answer(found, 201)


@room.post("/common-issues/<int:id_>/tickets", {200: schemas.IssueShape}, api.Taken(body=schemas.TicketsBody))
@doors.signed_in()
def add_common_tickets(id_: int) -> Response:
    """再列几件"""
    sent = api.body()
    with doors.work() as work:
        service.demand_change(work, queries.own(work, id_))
        given = api.load(_TICKETS, sent)
        found = _counted(work, service.add_tickets(work, id_, given["tickets"]))
    return api.answer(found)


@room.post("/common-issues/<int:id_>/tickets/<string:number>/leave", {200: schemas.IssueShape})
@doors.signed_in()
def leave_common_issue(id_: int, number: str) -> Response:
    """移出一件"""
    with doors.work() as work:
        found = _counted(work, service.remove_ticket(work, id_, number))
    return api.answer(found)


@room.post(
    "/common-issues/<int:id_>/progress", {200: schemas.IssueShape}, api.Taken(body=schemas.IssueNoteBody)
)
@doors.signed_in()
def report_common_issue(id_: int) -> Response:
    """报进展"""
    sent = api.body()
    with doors.work() as work:
        service.demand_lead(work, queries.own(work, id_))
        found = _counted(work, service.report(work, id_, api.load(_NOTE, sent)["note"]))
    return api.answer(found)


@room.post("/common-issues/<int:id_>/close", {200: schemas.IssueShape}, api.Taken(body=schemas.IssueNoteBody))
@doors.signed_in()
def close_common_issue(id_: int) -> Response:
    """写结论：进每件诉求的经过，诉求还是各自销号"""
    sent = api.body()
    with doors.work() as work:
        service.demand_lead(work, queries.own(work, id_))
        found = _counted(work, service.conclude(work, id_, api.load(_NOTE, sent)["note"]))
    return api.answer(found)


@room.post("/common-issues/<int:id_>/echo", {200: schemas.IssueShape})
@doors.signed_in()
def echo_common_issue(id_: int) -> Response:
    """我也遇到：企业点一次"""
    with doors.work() as work:
        found = _counted(work, service.echo(work, id_))
    return api.answer(found)


def _counted(work: Work, issue: CommonIssue) -> dict[str, Any]:
    work.session.flush()
    return _shape(queries.counted(work.session, [issue])[0])


def _shape(one: Counted) -> dict[str, Any]:
    issue = one.issue
    return {
        "id": issue.id,
        "title": issue.title,
        "category": issue.category_code,
        "chain": issue.chain_code,
        "post": issue.post,
        "due_on": issue.due_on,
        "open": issue.is_open,
        "tickets": one.tickets,
        "enterprises": one.firms,
        "progress": issue.progress,
        "progress_at": api.moment(issue.progress_at),
        "conclusion": issue.conclusion,
        "opened_by": issue.opened_by,
        "opened_at": api.moment(issue.opened_at),
        "closed_by": issue.closed_by,
        "closed_at": api.moment(issue.closed_at),
    }
