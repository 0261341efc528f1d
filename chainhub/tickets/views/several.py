"""One verb for several tickets at once."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.tickets.service import moving
from chainhub.tickets.views.door import bp, version_of
from chainhub.tickets.workflow import Action
from chainhub.web import doors

_BULK_MOST = 50


@bp.post("/tickets/bulk")
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT)
def bulk() -> ResponseReturnValue:
    """Do one thing to several tickets: each is its own transaction, each result is said."""
    name = request.form.get("action", "")
    if name not in _BULK:
        raise Invalid("这件事不能几件一起办，请打开诉求一件一件办。")
    action = Action(name)
    picked = list(dict.fromkeys(request.form.getlist("pick")))[:_BULK_MOST]
    results = [_one_of_many(action, *pick.partition(":")[::2]) for pick in picked]
    done = sum(ok for _, _, ok, _ in results)
    return render_template(
        "tickets/bulk_done.html",
        action=action.label,
        results=results,
        done=done,
        skipped=0,
        failed=len(results) - done,
    )


_BULK = frozenset({Action.CLOSE.value, Action.PASS_REVIEW.value, Action.ACKNOWLEDGE.value})


def _one_of_many(action: Action, number: str, seen: str) -> tuple[str, str, bool, str]:
    try:
        with doors.work() as work:
            ticket = moving.move(work, number, moving.Step(action, version_of(seen)))
            return number, ticket.title, True, f"已{action.label}。"
    except (NotFound, NotAllowed, Conflict, Invalid) as refusal:
        return number, "", False, refusal.title
