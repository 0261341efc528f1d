"""What was answered, round by round, as the page of a ticket shows it."""

from collections.abc import Sequence

from chainhub.tickets import rules
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.presenting.telling import tell_answers
from chainhub.tickets.showing import AnswerView
from chainhub.tickets.workflow import Action, Who


def answers(events: Sequence[TicketEvent], standing: frozenset[Who], *, firm: str) -> tuple[AnswerView, ...]:
    """Return every answer and every call that reached nobody, the oldest first, as this reader may know them."""
    return tuple(_answer(one, standing, firm) for one in events)


def _answer(event: TicketEvent, standing: frozenset[Who], firm: str) -> AnswerView:
    data = rules.redacted(event.action, event.data, standing)
    told = (
        tell_answers(data)
        if event.action in _ANSWERED
        else str(data.get("reasons") or data.get("note") or "")
    )
    return AnswerView(
        f"第 {answered_round(event)} 轮",
        event.action.label,
        f"{_who(event, firm)} {rules.moment_text(event.at)}".strip(),
        told,
    )


_ANSWERED = frozenset({Action.CONFIRM, Action.REOPEN, Action.ESCALATE})
_NEXT = frozenset({Action.REOPEN, Action.ESCALATE, Action.RECHECK})


def answered_round(event: TicketEvent) -> int:
    """Return the round that an answer is about: one that begins a new round was written under the new number."""
    return event.round - 1 if event.action in _NEXT else event.round


def _who(event: TicketEvent, firm: str) -> str:
    if event.actor_id is None:
        return "系统自动"
    body = firm if event.body == "企业" else event.body
    return f"{body} {event.actor_name}".strip()
