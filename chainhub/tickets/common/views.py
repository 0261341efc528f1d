"""The pages of common issues: the list, one of them, opening one over tickets that were ticked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Post, Role
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.tickets import fields, forms, listing, presenting
from chainhub.tickets.common import queries, service
from chainhub.tickets.common.forms import for_new, for_note
from chainhub.tickets.common.models import CommonIssue
from chainhub.tickets.common.queries import Counted
from chainhub.tickets.common.service import NewIssue
from chainhub.tickets.listing import Filter
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import day_text, local_date_text, moment_text
from chainhub.tickets.topics import queries as topics
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.web import doors


@dataclass(frozen=True, slots=True)
class IssueView:
    """A common issue in words."""

    url: str
    title: str
    state: str
    is_open: bool
    is_late: bool
    line: str  # category, how many tickets and enterprises, until when
    progress: str
    progress_line: str
    conclusion: str
    conclusion_line: str
    opened_line: str


def issue_view(work: Work, one: Counted) -> IssueView:
    """Return a common issue as pages show it."""
    issue, directory = one.issue, known.of(work.session).directory
    today = work.now.astimezone(SHANGHAI).date()
    said = [
        directory.category_label(issue.category_code),
        f"{one.tickets} 件诉求，{one.firms} 家企业遇到",
        f"{day_text(issue.due_on, year=today.year)} 前办完",
    ]
    return IssueView(
        issue.link,
        issue.title,
        "正在办" if issue.is_open else "有结论了",
        issue.is_open,
        issue.is_open and issue.due_on < today,
        "，".join(said),
        issue.progress,
        f"{moment_text(issue.progress_at)} 的进展" if issue.progress_at else "",
        issue.conclusion,
        f"{issue.closed_by} {moment_text(issue.closed_at)}" if issue.closed_at else "",
        f"{issue.opened_by} {local_date_text(issue.opened_at)} 列的，专班{issue.post.label}牵头",
    )


@bp.get("/common")
@doors.signed_in(*PEOPLE)
def common_issues() -> ResponseReturnValue:
    with doors.reading() as work:
        state = request.args.get("state", "")
        is_open = {"open": True, "closed": False}.get(state)
        below = doors.before()
        found, after = queries.page(work, is_open=is_open, before=below)
        here = url_for(".common_issues")
        kept = {"state": state} if is_open is not None else {}
        return render_template(
            "tickets/common_list.html",
            issues=[issue_view(work, one) for one in found],
            state=state,
            may_open=service.may_open(work.actor),
            topics_url=url_for(".topics") if work.actor.roles & set(topics.READERS) else "",
            next_url=f"{here}?{urlencode({**kept, 'before': str(after)})}" if after else "",
            first_url=f"{here}?{urlencode(kept)}" if below is not None else "",
        )


@bp.get("/common/<int:id_>")
@doors.signed_in(*PEOPLE)
def common_issue(id_: int) -> ResponseReturnValue:
    with doors.reading() as work:
        return _show(work, queries.own(work, id_), 200)


def _show(
    work: Work, issue: CommonIssue, status: int, wrong: forms.ActForm | None = None, add_error: str = ""
) -> ResponseReturnValue:
    directory = known.of(work.session).directory
    wanted = Filter(extra=(queries.belonging(issue),))
    found = listing.page(work, wanted, cursor=request.args.get("cursor", ""))
    may_change = issue.is_open and service.may_open(work.actor, issue.chain_code)
    may_lead = issue.is_open and service.may_lead(work.actor, issue.chain_code)
    page = render_template(
        "tickets/common_show.html",
        issue=issue_view(work, queries.counted(work.session, [issue])[0]),
        rows=[
            presenting.row(one.ticket, one.enterprise, work.now, work.calendar, directory)
            for one in found.items
        ],
        next_url=f"{issue.link}?{urlencode({'cursor': found.next_cursor})}" if found.next_cursor else "",
        first_url=issue.link if request.args.get("cursor") else "",
        for_firm=Role.ENTERPRISE in work.actor.roles,
        may_change=may_change,
        may_lead=may_lead,
        may_echo=service.may_echo(work, issue),
        echoed=Role.ENTERPRISE in work.actor.roles and queries.echoed(work, issue),
        form=wrong or for_note("现在怎么样")(formdata=None),
        add_error=add_error,
        typed=request.form.get("tickets", "") if add_error else "",
        back_url=url_for(".common_issues"),
    )
    return make_response(page, status)


@bp.route("/common/new", methods=["GET", "POST"])
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE)
def open_common() -> ResponseReturnValue:
    """Open an issue over the tickets that were ticked, or put them to one that is there."""
    asked = request.args if request.method == "GET" else request.form  # a tick that was taken away stays away
    picked = asked.getlist("pick")[: service.TICKETS_MOST]
    numbers = [one.partition(":")[0] for one in picked]
    if request.method == "GET":
        with doors.reading() as work:
            form, tickets = _new_form(work, numbers)
            if tickets and tickets[0].category_code:
                category = known.of(work.session).directory.categories[tickets[0].category_code]
                form.category.data = category.parent or category.code
            _prefilled(form)
            return _new_page(form, tickets, 200)
    refusal: Invalid | None = None
    try:
        with doors.work() as work:
            form, tickets = _new_form(work, numbers)
            if not form.validate() or _unfilled(form):
                return _new_page(form, tickets, 422)
            issue = _open(work, form.given(), numbers)
            link = issue.link
    except Invalid as error:
        refusal = error
    if refusal is None:
        flash("列进共性问题了，每件诉求的经过里都记着。")
        return redirect(link, code=303)
    with doors.reading() as work:
        form, tickets = _new_form(work, numbers)
        form.validate()
        for name, said in refusal.errors.items():
            if name in form:
                form[name].errors = list(said)
            else:
                form.form_errors.extend(said)
        return _new_page(form, tickets, 422)


def _open(work: Work, given: dict[str, object], numbers: list[str]) -> CommonIssue:
    into = str(given.pop("into", ""))
    if into.isascii() and into.isdigit():
        return service.add_tickets(work, int(into), numbers)
    post = Post(str(given.pop("post", Post.DEPUTY.value)))
    return service.open_issue(work, NewIssue(tickets=tuple(numbers), post=post, **given))  # type: ignore[arg-type]  # as the form read them


def _unfilled(form: forms.ActForm) -> bool:
    """Say whether what a new issue needs is missing, and say so at the fields. To join one needs nothing."""
    if "into" in form and form.into.data:
        return False
    missing = [name for name in ("title", "category", "due_on") if not form[name].data]
    for name in missing:
        form[name].errors = ["这一项要填。"]
    return bool(missing)


def _new_form(work: Work, numbers: list[str]) -> tuple[forms.ActForm, list[Ticket]]:
    wanted = [one.upper() for one in numbers if one.isascii() and one.isprintable()]
    found = [
        one.ticket for one in listing.page(work, Filter(extra=(Ticket.number.in_(wanted),)), limit=200).items
    ]
    joinable = []
    if found:
        joinable = [(str(one.id), one.title) for one in queries.open_of_chain(work, found[0].chain_code)]
    form: forms.ActForm = for_new(known.of(work.session).directory, joinable)()
    return form, found


def _prefilled(form: forms.ActForm) -> None:
    """Take title and day over from the address, as the page of a group writes them; both can be changed."""
    form.title.data = request.args.get("title", "")[: fields.TITLE_MOST]
    try:
        form.due_on.data = date.fromisoformat(request.args.get("due_on", ""))
    except ValueError:
        form.due_on.data = None


def _new_page(form: forms.ActForm, tickets: list[Ticket], status: int) -> ResponseReturnValue:
    page = render_template(
        "tickets/common_new.html",
        form=form,
        tickets=[(one.number, one.title, one.link) for one in tickets],
        back_url=url_for(".common_issues"),
    )
    return make_response(page, status)


@bp.post("/common/<int:id_>/<any(progress, close):word>")
@doors.signed_in(*PEOPLE)
def tell_common(id_: int, word: str) -> ResponseReturnValue:
    """Say how it goes, or what came of it."""
    do = service.report if word == "progress" else service.conclude
    with doors.work() as work:
        issue = queries.own(work, id_)
        form: forms.ActForm = for_note("现在怎么样")()
        if not form.validate():
            return _show(work, issue, 422, form)
        do(work, id_, form.given()["note"])
    flash(
        "进展记下了，有关的企业和单位都会知道。"
        if word == "progress"
        else "结论记下了，写进了每件诉求的经过；每件还是各自办结、评价、销号。"
    )
    return redirect(url_for(".common_issue", id_=id_), code=303)


@bp.post("/common/<int:id_>/add")
@doors.signed_in(*PEOPLE)
def add_to_common(id_: int) -> ResponseReturnValue:
    numbers = request.form.get("tickets", "").replace("、", " ").replace("，", " ").replace(",", " ").split()
    return _changed(id_, lambda work: service.add_tickets(work, id_, numbers), "列进来了。")


@bp.post("/common/<int:id_>/leave")
@doors.signed_in(*PEOPLE)
def leave_common(id_: int) -> ResponseReturnValue:
    number = request.form.get("number", "")
    return _changed(id_, lambda work: service.remove_ticket(work, id_, number), "移出去了。")


@bp.post("/common/<int:id_>/echo")
@doors.signed_in(*PEOPLE)
def echo_common(id_: int) -> ResponseReturnValue:
    """我也遇到: one tap of an enterprise."""
    return _changed(id_, lambda work: service.echo(work, id_), "记下了，有进展会告诉您。")


def _changed(id_: int, do: Callable[[Work], object], said: str) -> ResponseReturnValue:
    refusal: Invalid | None = None
    try:
        with doors.work() as work:
            do(work)
    except Invalid as error:
        refusal = error
    if refusal is None:
        flash(said)
        return redirect(url_for(".common_issue", id_=id_), code=303)
    with doors.reading() as work:
        words = "".join(one for errors in refusal.errors.values() for one in errors) or refusal.title
        return _show(work, queries.own(work, id_), 422, add_error=words)


def of_ticket(work: Work, ticket: Ticket) -> IssueView | None:
    """Return the common issue that a ticket belongs to, for its page."""
    issue = queries.of_ticket(work, ticket)
    return issue_view(work, queries.counted(work.session, [issue])[0]) if issue else None


def join_url(work: Work, ticket: Ticket, issue: IssueView | None) -> str:
    """Return where a ticket is put to a common issue, for who may and where it is in none."""
    may = issue is None and not ticket.confidential and service.may_open(work.actor, ticket.chain_code)
    return f"{url_for('tickets.open_common')}?{urlencode({'pick': ticket.number})}" if may else ""
