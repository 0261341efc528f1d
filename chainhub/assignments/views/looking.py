"""The first page: how far a chain is covered; one's own guide; the enterprises in one's own care; the roster."""

from datetime import timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.assignments import four, line_queries, presenting, proposal_queries, queries, roster
from chainhub.assignments.views.door import PEOPLE, STAFF, bp
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.documents.papers.rules import DOCX, XLSX
from chainhub.web import doors


@bp.get("/guides")
@doors.signed_in(*PEOPLE)
def index() -> ResponseReturnValue:
    with doors.reading() as work:
        if not queries.chains(work):
            return _own(work)
        return render_template("assignments/index.html", **_staff(work))


def _staff(work: Work) -> dict[str, Any]:
    every = queries.chains(work)
    said = request.args.get("chain", "")
    wanted = (said,) if said in every else every
    bare, ending = request.args.get("bare") == "1", request.args.get("ending") == "1"
    by = local(work.now).date() + timedelta(days=queries.soon_days(work)) if ending else None
    after = request.args.get("after", "")[:60]
    page = line_queries.lines(work.session, wanted, bare=bare, ending_by=by, after=after)
    kept: dict[str, Any] = {"chain": said} if len(wanted) < len(every) else {}
    kept |= {"bare": "1"} if bare else {}
    kept |= {"ending": "1"} if ending else {}
    here = url_for(".index", **kept)
    decides = presenting.is_decider(work)
    return {
        "figures": presenting.figures(work),
        "chains": presenting.chain_rows(work),
        "lines": [presenting.line(work, one) for one in page.items],
        "which": "还没有指导员的" if bare else "快要期满的" if ending else "全部",
        "next_url": url_for(".index", **kept, after=page.after) if page.after else "",
        "first_url": here if after else "",
        "decides": decides,
        "waiting": proposal_queries.open_proposal(work) if decides else None,
        "propose_url": presenting.propose_url(work) if decides else "",
    }


def _own(work: Work) -> ResponseReturnValue:
    """Show an enterprise its guide, and a guide the enterprises in their care."""
    actor = work.actor
    own = actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE)
    cared = queries.cared_for(actor)
    if own:
        page = line_queries.lines(work.session, queries.every_chain(work), codes=own)
        return render_template(
            "assignments/mine.html",
            lines=[presenting.line(work, one) for one in page.items],
            wish_urls={one.name: url_for(".firm_wishes", code=one.code) for one in page.items},
        )
    page = line_queries.lines(work.session, queries.every_chain(work), codes=cared, guide=actor.id)
    return render_template(
        "assignments/cared.html",
        lines=presenting.cared(work, page.items),
        wish_url=url_for(".guide_wishes", id_=actor.id) if queries.is_guide(work) else "",
    )


@bp.get("/guides/four")
@doors.signed_in(*STAFF)
def four_each() -> ResponseReturnValue:
    """Show 四个一: for each enterprise who stands for the four, and what is lacking."""
    with doors.reading() as work:
        gaps, after = request.args.get("gaps") == "1", request.args.get("after", "")[:60]
        full, every = four.counts(work)
        page = four.lines(work, gaps=gaps, after=after)
        kept: dict[str, Any] = {"gaps": "1"} if gaps else {}
        return render_template(
            "assignments/four.html",
            full=full,
            every=every,
            kinds=four.kinds(work),
            lines=page.items,
            gaps=gaps,
            keeps=bool(queries.decided(work)),
            next_url=url_for(".four_each", **kept, after=page.after) if page.after else "",
            first_url=url_for(".four_each", **kept) if after else "",
        )


@bp.get("/guides/roster.xlsx")
@doors.signed_in(*STAFF)
def roster_sheet() -> Response:
    with doors.reading() as work:
        content = roster.sheet(work)
    return _file(content, "选派名册.xlsx", XLSX)


@bp.get("/guides/roster.docx")
@doors.signed_in(*STAFF)
def roster_paper() -> Response:
    with doors.reading() as work:
        content = roster.paper(work)
    return _file(content, "选派名册.docx", DOCX)


def _file(content: bytes, name: str, kind: str) -> Response:
    answer = Response(content, mimetype=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
