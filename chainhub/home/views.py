"""The home page of each role: it answers that role's question without a click."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.assignments import line_queries
from chainhub.assignments import queries as assignments
from chainhub.core.actor import ADMINISTRATORS, GUESTS, Actor, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.guides import papers as guide_papers
from chainhub.guides import queries as guides
from chainhub.guides.service import grading
from chainhub.home import card as cards
from chainhub.home import card_paper as papers
from chainhub.home import navigation
from chainhub.statistics import leading as statistics
from chainhub.statistics.appeals import queries as appeals
from chainhub.statistics.reach import READERS
from chainhub.tickets import desk, queries, uploads
from chainhub.tickets.inspections import rules as inspecting
from chainhub.tickets.mine import STAFF
from chainhub.tickets.service import passing
from chainhub.tickets.showing import DoorView
from chainhub.tickets.topics import showing as topics
from chainhub.web import doors, parts

bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
@doors.anybody_signed_in
def index() -> ResponseReturnValue:
    with doors.reading() as work:
        roles = work.actor.roles
        if roles & GUESTS:
            return redirect(url_for("tickets.inspected"), code=303)
        if roles & ADMINISTRATORS:
            return render_template("home/admin.html", cards=_cards(work.actor))
        if Role.ENTERPRISE in roles:
            firm = queries.enterprise_name(work.session, work.actor.enterprise_code or "")
            return render_template(
                "home/owner.html",
                page=desk.owner(work, firm),
                passed=passing.waiting(work),
                submit_url=url_for("tickets.submit"),
            )
        if roles & {Role.LEADER, Role.LIAISON}:
            figures = statistics.leader(work, request.args.get("span", ""))
            page = desk.leader(work, _scope(work))
            now = (
                page.figures,
                figures.unhappy,
                figures.satisfied,
                page.stuck,
                page.ages,
                _doors(work, page.doors),
                topics.hottest(work),
                url_for("tickets.topics"),
            )
            return render_template(
                "home/leader.html",
                page=page,
                now=parts.drawn("home/_now.html", now),
                stages=parts.drawn("home/_stages.html", (page.stages, page.stages_line)),
                figures=figures,
                parts=parts.drawn("home/_figures.html", figures),
            )
        return render_template(
            "tickets/desk.html",
            page=desk.desk(work),
            doors=_doors(work, desk.doors(work)),
            bulk_form_url=url_for("tickets.bulk"),
        )


@bp.get("/enterprises/<code>/card")
@doors.signed_in(*cards.READERS)
def card(code: str) -> ResponseReturnValue:
    with doors.reading() as work:
        visits = bool(work.actor.roles & frozenset(guides.OVERSEERS))
        back = url_for("visits.coverage") if visits else url_for(".index")
        paper = url_for(".card_paper", code=code)
        return render_template("home/card.html", card=cards.card(work, code), back_url=back, paper_url=paper)


@bp.get("/enterprises/<code>/card.docx")
@doors.signed_in(*cards.READERS)
def card_paper(code: str) -> ResponseReturnValue:
    """Answer the card as a Word file."""
    with doors.reading() as work:
        return uploads.docx(*papers.paper(work, code))


def _beside(work: Work) -> tuple[DoorView, ...]:
    """Return the links that found no room among the words of the navigation."""
    words, found = navigation.items(work.actor), []
    if work.actor.roles & set(READERS) and navigation.STATISTICS not in words:
        found.append(DoorView(navigation.STATISTICS.label, "", navigation.STATISTICS.url, resting=True))
    if chains := assignments.chains(work):
        cover = line_queries.coverage(work.session, chains)
        said = f"{sum(one.covered for one in cover)} / {sum(one.firms for one in cover)} 家有指导员"
        found.append(DoorView(f"{navigation.GUIDES.label} {said}", "", navigation.GUIDES.url, resting=True))
    return tuple(found)


def _scope(work: Work) -> str:
    facts = known.of(work.session)
    chains = work.actor.refs(Role.LEADER, ScopeKind.CHAIN)
    if chains:
        return "、".join(facts.directory.chains[code].name for code in sorted(chains))
    return facts.name


def _doors(work: Work, own: tuple[DoorView, ...]) -> tuple[DoorView, ...]:
    """Return the links of a desk: those to its own lists, and what the rooms beside tickets have for these roles."""
    roles, found = work.actor.roles, [*own, *_beside(work)]
    if roles & {Role.COMMITTEE, Role.DEPARTMENT}:
        found.append(DoorView("我的名次", "", url_for("statistics.index", _anchor="place"), resting=True))
    led = sorted(work.actor.refs(Role.COMMITTEE, ScopeKind.CHAIN))
    if led and (waiting := appeals.waiting(work, led)):
        url = url_for("assessment.appeals", standing="asked")
        found.append(DoorView("考核申诉待决定", str(waiting), url, pressing=True))
    if Role.GUIDE in roles:
        found.append(DoorView(navigation.GUIDES.label, "", navigation.GUIDES.url, resting=True))
    if roles & {Role.COMMITTEE, Role.LEADER, Role.GUIDE}:
        found.append(DoorView("走访情况", "", url_for("visits.coverage"), resting=True))
    if Role.COMMITTEE in roles:
        found.append(DoorView("走访记录", "", url_for("visits.index"), resting=True))
    if roles & set(STAFF):
        found.append(DoorView("导出与导入", "", "/errands", resting=True))  # of the room above
    if inspecting.may_make(work.actor):
        found.append(DoorView("迎检", "", url_for("tickets.inspections"), resting=True))
    if grading.headed(work.actor) & {
        one.unit_code for one in known.of(work.session).holders.all() if one.role is Role.GUIDE
    }:
        found.append(DoorView("指导员报告", "", url_for("guide_papers.reports"), resting=True))
        found.append(DoorView("指导员考核", "", url_for("guide_papers.grades"), resting=True))
    return tuple(found)


def _cards(actor: Actor) -> list[tuple[str, str, str]]:
    if Role.SYSADMIN in actor.roles:
        return [
            ("账号", "新建、停用、解锁、重设密码。", url_for("people.accounts")),
            ("常用答复", "办理时点一下就填进去的话；每改一次留一版。", url_for("tickets.wordings")),
            ("考核权重", "综合里响应、解决、满意各占多少；从哪天起，为什么。", url_for("assessment.weights")),
            ("办理清单", "每个类别办结以前要做的事，必做的没勾完办结不了。", url_for("tickets.checklists")),
            ("工作日历", "导入国务院办公厅的放假通知，看哪些年份还是暂定。", url_for("workdays.index")),
            ("对外发送", "邮件、短信、微信、群机器人通不通；没发成的再试。", url_for("outgoing.index")),
            ("文书模板", "交办单、督办单、销号单……换成县里自己的格式。", url_for("tickets.templates")),
            (
                "指导员报告模板",
                "半年工作报告的 docx，换成县里自己的格式。",
                url_for("guide_papers.template", kind=guide_papers.KIND),
            ),
            (
                "迎检账号",
                "给督查、巡察、审计开的账号，有哪些、到什么时候；要的时候马上结束。",
                url_for("tickets.inspections"),
            ),
            ("分类建议", "从已销号的诉求里学的：准不准，有没有人照着定。", url_for("tickets.hint_models")),
            ("结对的种类", "驻企干部、联系点、双导师：比例、期限、职责。", url_for("guides.kept_kinds")),
            ("定时任务", "催办、自动签收这些按时跑了没有；要的时候现在跑一次。", url_for("background.index")),
        ]
    if Role.SECADMIN in actor.roles:
        return [("授权", "谁能做什么：角色、范围、职务。", url_for("people.grants"))]
    return [("审计日志", "谁在什么时候改了什么；验证历史有没有被改过。", url_for("audit.log"))]
