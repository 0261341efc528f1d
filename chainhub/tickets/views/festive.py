"""节前清零: what is still open before 春节, per unit and one by one."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.tickets import festival, presenting
from chainhub.tickets.showing import MineRow
from chainhub.tickets.views.door import bp
from chainhub.web import doors


@bp.get("/before-festival")
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.LEADER, Role.LIAISON)
def before_festival() -> ResponseReturnValue:
    with doors.reading() as work:
        stands = festival.now(work)
        found = festival.page(work, cursor=request.args.get("cursor", ""))
        rows = tuple(
            MineRow(
                one.ticket.number,
                one.ticket.title,
                one.enterprise,
                one.ticket.link,
                presenting.light(one.ticket, work.now, work.calendar),
                f"现在：{missing}",
                presenting.near(one.ticket.due_at, work.now) if one.ticket.due_at else "",
                "看进展",
                one.ticket.link,
            )
            for one, missing in found.items
        )
        return render_template(
            "tickets/festival.html",
            line=_line(stands),
            units=festival.per_unit(work),
            rows=rows,
            next_url=url_for(".before_festival", cursor=found.next_cursor) if found.next_cursor else "",
            first_url=url_for(".before_festival") if request.args.get("cursor") else "",
        )


def _line(stands: festival.Standing) -> str:
    if stands.on is None:
        return "还没有导入春节的放假通知，日子以通知为准。账款拖欠的排在最前。"
    return (
        f"春节从 {stands.on.month}月{stands.on.day}日 放假，还有 {stands.left} 个工作日。账款拖欠的排在最前。"
    )
