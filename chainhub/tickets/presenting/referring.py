"""上级转办 as the page of a ticket shows it."""

from datetime import datetime

from chainhub.core.worktime import Calendar
from chainhub.tickets.beside_models import Referral
from chainhub.tickets.presenting.lights import wait_colour
from chainhub.tickets.rules import moment_text
from chainhub.tickets.showing import LightView, ReferralView


def referral(
    one: Referral, link: str, now: datetime, calendar: Calendar, *, may_reply: bool, may_correct: bool
) -> ReferralView:
    """Return what a superior sent down, with the superior's own limit beside ours."""
    line = f"{moment_text(one.due_at, weekday=True)} 前回复上级；{one.recorded_by} {moment_text(one.recorded_at)} 登记"
    if one.replied_on is not None:
        reply = f"{one.replied_on.month}月{one.replied_on.day}日 回复：{one.reply}（{one.replied_by}）"
        return ReferralView(f"{one.source} {one.number}", LightView("blue", "已回复上级"), line, reply)
    shown = wait_colour(one.due_at, now, calendar)
    return ReferralView(
        f"{one.source} {one.number}",
        LightView(shown, "逾期没有回复上级" if shown == "red" else "等回复上级"),
        line,
        "",
        reply_url=f"{link}/referral/reply" if may_reply else "",
        correct_url=f"{link}/referral" if may_correct else "",
    )
