"""Own lists as pages: what I decide, what is followed for long, 批示, 督办."""

from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.tickets import mine, presenting
from chainhub.tickets.mine import Line, Which
from chainhub.tickets.service import instructions
from chainhub.tickets.showing import LightView, MineListPage, MineRow, TabView
from chainhub.tickets.views.door import bp
from chainhub.web import doors


@bp.get("/mine/requests")
@doors.signed_in(*mine.DECIDERS)
def my_requests() -> ResponseReturnValue:
    with doors.reading() as work:
        found = mine.requests(work, cursor=request.args.get("cursor", ""))
        rows = tuple(_request_row(work, one) for one in found.items)
        return _render(
            "待我决定的申请",
            "延期的在前。没批下来以前，原来的时限照旧。",
            rows,
            found.next_cursor,
            empty=("没有等您决定的申请。", "单位申请延期、挂账、会商，会排在这里，1 个工作日内给话。"),
        )


@bp.get("/mine/waits")
@doors.signed_in(*mine.STAFF)
def my_waits() -> ResponseReturnValue:
    with doors.reading() as work:
        found = mine.waits(work, cursor=request.args.get("cursor", ""))
        rows = tuple(_wait_row(work, one) for one in found.items)
        return _render(
            "长期跟踪",
            "先到复查日的在前。到了复查日要定：恢复办理，还是报链长同意再等。",
            rows,
            found.next_cursor,
            empty=("没有长期跟踪的诉求。", "挂账的诉求单列在这里，不算办完。"),
            due="复查",
        )


@bp.get("/mine/instructions")
@doors.signed_in(*mine.STAFF)
def my_instructions() -> ResponseReturnValue:
    which = _which((Which.OPEN, Which.ANSWERED))
    with doors.reading() as work:
        found = mine.instructions(work, which, cursor=request.args.get("cursor", ""))
        rows = tuple(_instruction_row(work, one) for one in found.items)
        tabs = _tabs(which, ((Which.OPEN, "等回复"), (Which.ANSWERED, "已回复")))
        empty = "没有等回复的批示。" if which is Which.OPEN else "还没有回复过的批示。"
        return _render(
            "批示",
            "您作出或代录的，和批给您单位的。",
            rows,
            found.next_cursor,
            tabs=tabs,
            empty=(empty, "批示在诉求的页面上作出，原文照登。"),
        )


@bp.get("/mine/supervisions")
@doors.signed_in(*mine.STAFF)
def my_supervisions() -> ResponseReturnValue:
    with doors.reading() as work:
        drafts = mine.reads_drafts(work.actor)
        offered = ((Which.DRAFT, "待签发"),) if drafts else ()
        shown = (*offered, (Which.OPEN, "等反馈"), (Which.ANSWERED, "已反馈"))
        which = _which(tuple(one for one, _ in shown))
        found = mine.supervisions(work, which, cursor=request.args.get("cursor", ""))
        rows = tuple(_supervision_row(work, one) for one in found.items)
        empty = {
            Which.DRAFT: "没有等签发的督办。",
            Which.OPEN: "没有等反馈的督办。",
            Which.ANSWERED: "还没有反馈过的督办。",
        }
        return _render(
            "督办",
            "签发了才算数，单位要在 2 个工作日内反馈。",
            rows,
            found.next_cursor,
            tabs=_tabs(which, shown),
            empty=(empty[which], "逾期 2 个工作日、企业不满意、批示没回复，会自动拟一份。"),
        )


def _which(allowed: tuple[Which, ...]) -> Which:
    said = request.args.get("state", "")
    return Which(said) if said in allowed else allowed[0]


def _tabs(now: Which, shown: tuple[tuple[Which, str], ...]) -> tuple[TabView, ...]:
    return tuple(TabView(words, f"{request.path}?state={one.value}", one is now) for one, words in shown)


def _render(
    title: str,
    line: str,
    rows: tuple[MineRow, ...],
    cursor: str,
    *,
    empty: tuple[str, str],
    tabs: tuple[TabView, ...] = (),
    due: str = "到期",
) -> str:
    state = request.args.get("state")
    endpoint = request.endpoint or ""
    page = MineListPage(
        title,
        line,
        due,
        tabs,
        rows,
        next_url=url_for(endpoint, state=state, cursor=cursor) if cursor else "",
        first_url=url_for(endpoint, state=state) if request.args.get("cursor") else "",
        empty=empty[0],
        empty_hint=empty[1],
    )
    return render_template("tickets/mine.html", page=page)


def _row(one: Line, light: LightView, words: str, due: str, verb: tuple[str, str]) -> MineRow:
    ticket = one.ticket
    label, url = verb
    return MineRow(ticket.number, ticket.title, one.enterprise, ticket.link, light, words, due, label, url)


def _request_row(work: Work, one: Line) -> MineRow:
    about: Any = one.about
    late = work.now >= about.due_at
    light = LightView("red", "批晚了") if late else LightView("grey", f"{about.kind.label}待批")
    words = (
        f"{about.kind.label}：{about.reason}（{about.asked_by} {presenting.near(about.asked_at, work.now)}）"
    )
    due = presenting.near(about.due_at, work.now)
    return _row(one, light, words, due, ("去批", f"{one.ticket.link}#ticket-requests"))


def _wait_row(work: Work, one: Line) -> MineRow:
    ticket = one.ticket
    today = work.now.astimezone(SHANGHAI).date()
    day = ticket.review_on
    late = day is not None and day <= today
    light = LightView("red", "该复查了") if late else LightView("grey", "长期跟踪")
    unit = known.of(work.session).directory.unit_name(ticket.lead_unit_code)
    due = (
        ""
        if day is None
        else f"{day.month}月{day.day}日" + (f"（{day.year}年）" if day.year != today.year else "")
    )
    return _row(one, light, f"主办{unit}，第 {ticket.waits} 次挂账", due, ("看进展", ticket.link))


def _instruction_row(work: Work, one: Line) -> MineRow:
    about: Any = one.about
    unit = known.of(work.session).directory.unit_name(about.unit_code)
    words = f"“{about.text}”{instructions.signature(about)} 批给{unit}"
    if about.answered_at is not None:
        words = f"{words}。回复：{about.answer}"
        when = presenting.near(about.answered_at, work.now)
        return _row(one, LightView("blue", "已回复"), words, when, ("看进展", one.ticket.link))
    return _row(
        one, _answer_light(work, about.due_at, "回复"), words, *_to_answer(work, one, "instructions", "回复")
    )


def _supervision_row(work: Work, one: Line) -> MineRow:
    about: Any = one.about
    unit = known.of(work.session).directory.unit_name(about.unit_code)
    note = f"。{about.note}" if about.note else ""
    words = f"给{unit}：{about.reason.label}{note}"
    if about.answered_at is not None:
        when = presenting.near(about.answered_at, work.now)
        said = f"{words}。反馈：{about.answer}"
        return _row(one, LightView("blue", "已反馈"), said, when, ("看进展", one.ticket.link))
    if about.due_at is None:
        when = presenting.near(about.drafted_at, work.now)
        verb = ("去签发", f"{one.ticket.link}#ticket-supervisions")
        return _row(one, LightView("yellow", "待签发"), words, f"{when} 拟", verb)
    return _row(
        one, _answer_light(work, about.due_at, "反馈"), words, *_to_answer(work, one, "supervisions", "反馈")
    )


def _answer_light(work: Work, due_at: datetime, verb: str) -> LightView:
    shown = presenting.wait_colour(due_at, work.now, work.calendar)
    return LightView(shown, f"逾期没{verb}" if shown == "red" else f"等{verb}")


def _to_answer(work: Work, one: Line, where: str, verb: str) -> tuple[str, tuple[str, str]]:
    about: Any = one.about
    due = presenting.near(about.due_at, work.now)
    may = mine.answers(work, one.ticket, about.unit_code)
    return due, ((verb, f"/{where}/{about.id}/answer") if may else ("看进展", one.ticket.link))
