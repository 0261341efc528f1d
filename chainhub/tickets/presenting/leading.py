"""批示 and 督办 as the page of a ticket shows them."""

from collections.abc import Sequence
from datetime import datetime

from chainhub.core.worktime import Calendar
from chainhub.county.directory.rules import Directory
from chainhub.tickets.models import Instruction, Supervision
from chainhub.tickets.presenting.lights import wait_colour
from chainhub.tickets.rules import moment_text
from chainhub.tickets.showing import InstructionView, LightView, SupervisionView
from chainhub.tickets.terms import SupervisionState

_LEVELS = "一二三"
_WORDS = {"red": "逾期没有回复", "yellow": "等回复", "green": "等回复"}


def instruction(
    one: Instruction, whose: str, directory: Directory, now: datetime, calendar: Calendar, *, may_answer: bool
) -> InstructionView:
    """Return a leader's word; `whose` is how it is signed."""
    unit = directory.unit_name(one.unit_code)
    due = moment_text(one.due_at)
    line = f"{whose} {moment_text(one.given_at)} 批给{unit}，{due} 前回复"
    if one.answered_at is not None:
        answer = f"{one.answered_by} {moment_text(one.answered_at)} 回复：{one.answer}"
        return InstructionView(one.text, line, answer, LightView("blue", "已回复"))
    shown = wait_colour(one.due_at, now, calendar)
    url = f"/instructions/{one.id}/answer" if may_answer else ""
    return InstructionView(one.text, line, "", LightView(shown, _WORDS[shown]), url)


def supervision(
    one: Supervision, directory: Directory, *, may_sign: bool, may_answer: bool
) -> SupervisionView:
    """Return a 督办 or 提醒函 as this reader may act on it."""
    unit = directory.unit_name(one.unit_code)
    told = f"。{one.note}" if one.note else ""
    line = f"给{unit}：{one.reason.label}{told}（{one.drafted_by} {moment_text(one.drafted_at)} 拟）"
    where = f"/supervisions/{one.id}"
    return SupervisionView(
        one.id,
        f"{_LEVELS[one.level - 1]}级{_paper(one)}",
        one.state.label,
        line,
        _decided(one),
        _answered(one),
        one.level,
        sign_url=f"{where}/sign" if may_sign else "",
        drop_url=f"{where}/drop" if may_sign else "",
        answer_url=f"{where}/answer" if may_answer else "",
    )


def _paper(one: Supervision) -> str:
    return "提醒函" if one.letter else "督办"


def _decided(one: Supervision) -> str:
    if one.decided_at is None:
        return ""
    said = f"。{one.decision}" if one.decision else ""
    if one.state is SupervisionState.DROPPED:
        who = one.decided_by or "诉求已了结，"
        return f"{who} {moment_text(one.decided_at)} 没有签发{said}"
    due = f"，{moment_text(one.due_at)} 前反馈" if one.due_at else ""
    return f"{one.decided_by} {moment_text(one.decided_at)} 签发{due}{said}"


def _answered(one: Supervision) -> str:
    if one.answered_at is None:
        return ""
    return f"{one.answered_by} {moment_text(one.answered_at)} 反馈：{one.answer}"


def supervision_tags(found: Sequence[Supervision]) -> list[str]:
    """Return the flags of a ticket that is supervised: while one is signed and not answered."""
    waiting = [one for one in found if one.state is SupervisionState.SIGNED]
    return list(dict.fromkeys(_paper(one) for one in waiting))
