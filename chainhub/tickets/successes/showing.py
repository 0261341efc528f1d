"""Cases as the page of their ticket shows them."""

from chainhub.core.work import Work
from chainhub.tickets.annexes import CaseView
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.successes import service
from chainhub.tickets.successes.rules import CaseState


def drafted(work: Work, ticket: Ticket) -> tuple[CaseView, ...]:
    """Return a ticket's cases, as this reader may act on them."""
    found = []
    for one in service.readable(work, ticket):
        line = f"{one.drafted_by} {moment_text(one.drafted_at)} 写"
        if one.answered_at is not None:
            line = f"{line}；企业 {one.answered_by} {moment_text(one.answered_at)} 答复"
        if one.decided_at is not None:
            said = f"：{one.decision}" if one.decision else ""
            line = f"{line}；{one.decided_by} {moment_text(one.decided_at)} 审核{said}"
        answers, asked = service.may_answer(work, ticket, one), one.stage is CaseState.ASKED
        where = f"/cases/{one.id}"
        found.append(
            CaseView(
                one.title,
                one.text,
                one.stage.label,
                line,
                answer_url=f"{where}/answer" if answers and asked else "",
                withdraw_url=f"{where}/withdraw" if answers and not asked else "",
                decide_url=f"{where}/decide" if service.may_publish(work, ticket, one) else "",
            )
        )
    return tuple(found)
