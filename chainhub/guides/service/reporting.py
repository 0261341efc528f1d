"""The half-year report: prefilled from the log, worded and handed in by the guide, read by the sending unit."""

from collections import Counter
from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.papers import filling
from chainhub.documents.papers import service as papers
from chainhub.guides import papers as layouts
from chainhub.guides import queries, rules
from chainhub.guides.models import GuideReport, GuideVisit, VisitDuty, VisitPolicy, VisitTicket
from chainhub.guides.rules import ReportStage, Standing
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import queries as tickets
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import day_text

READERS = (Role.GUIDE, Role.DEPARTMENT)
LISTED = 30  # firms, tickets and policies that a prefilled report names of each


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which this actor sees a report: the guide their own, the sending unit what was handed in."""
    found: list[ColumnElement[bool]] = []
    if Role.GUIDE in actor.roles:
        found.append(GuideReport.guide_id == actor.id)
    if units := sorted(actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)):
        handed = GuideReport.stage == ReportStage.HANDED_IN
        found.append(and_(GuideReport.unit_code.in_(units), handed))
    return or_(*found) if found else false()


def own(work: Work, id_: int) -> GuideReport:
    """Return a report that this actor sees. Raises NotFound."""
    found = None
    if 0 < id_ <= queries.ID_MOST:
        query = select(GuideReport).where(GuideReport.id == id_, visible(work.actor))
        found = work.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("没有这份报告，请从“半年报告”一页进入。")
    return found


def listed(
    work: Work, *, before: int | None = None, limit: int = queries.PAGE
) -> tuple[list[GuideReport], int | None]:
    """Return reports that this actor sees, the newest first, and below which id the next ones begin."""
    query = select(GuideReport).where(visible(work.actor))
    if before is not None:
        query = query.where(GuideReport.id < before)
    found = list(work.session.scalars(query.order_by(GuideReport.id.desc()).limit(limit + 1)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def halves(today: date) -> tuple[date, date]:
    """Return the half years of which a report may be begun: this one, and the one before."""
    half = rules.half_of(today)
    return half, rules.half_of(rules.month_before(half))


def demand_guide(work: Work) -> None:
    """Refuse whoever writes no reports. Raises NotAllowed."""
    if Role.GUIDE not in work.actor.roles or work.actor.id is None:
        raise NotAllowed("半年报告由指导员写。")


def begin(work: Work, half: date | None) -> GuideReport:
    """Begin a report, prefilled from the log; one that was begun is found. Raises NotAllowed, Invalid, Conflict."""
    demand_guide(work)
    if half not in halves(local(work.now).date()):
        raise Invalid(errors={"half": ["请选这半年或上半年。"]})
    if work.actor.unit_code is None or work.actor.id is None:
        raise Conflict("您的账号没有写派出单位，请系统管理员补上再写报告。", code="no_unit")
    query = select(GuideReport).where(GuideReport.guide_id == work.actor.id, GuideReport.half_on == half)
    found = work.session.scalars(query).one_or_none()
    if found is not None:
        return found
    made = GuideReport(
        guide_id=work.actor.id,
        guide_name=f"{work.actor.unit_name} {work.actor.name}".strip(),
        unit_code=work.actor.unit_code,
        half_on=half,
        text=prefilled(work, work.actor.id, half),
        stage=ReportStage.DRAFT,
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


def write(work: Work, id_: int, version: int | None, text: str, *, hand_in: bool = False) -> GuideReport:
    """Keep what the guide wrote, and hand it in where that is asked. Raises NotFound, NotAllowed, Conflict, Invalid."""
    found = own(work, id_)
    demand_author(work, found)
    if version != found.version:
        raise Conflict("这份报告刚刚改过，请刷新后再写。", code="stale")
    if not rules.REPORT_LEAST <= len(text) <= rules.REPORT_MOST:
        raise Invalid(
            errors={"text": [f"请写 {rules.REPORT_LEAST} 到 {rules.REPORT_MOST} 字，现在 {len(text)} 字。"]}
        )
    found.text = text
    if hand_in:
        found.stage, found.handed_in_at = ReportStage.HANDED_IN, work.now
        holders = known.of(work.session).holders
        heads = holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, found.unit_code, Post.HEAD)
        heads |= holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, found.unit_code, Post.DEPUTY)
        words = f"{work.actor.name}交了{rules.half_text(found.half_on)}指导员工作报告，请看。"
        key = f"guide_report:{found.id}"
        notices.enqueue(work, heads - {work.actor.id}, NoticeKind.NEWS, words, key=key, link=found.link)
    work.session.flush()
    return found


def demand_author(work: Work, report: GuideReport) -> None:
    """Refuse whoever may not write on a report now. Raises NotAllowed, Conflict."""
    if report.guide_id != work.actor.id:
        raise NotAllowed("报告由指导员本人写，派出单位只看。")
    if report.stage is not ReportStage.DRAFT:
        raise Conflict("报告已经交了，不能再改。要补充的，写在下一份里。", code="wrong_state")


def printed(work: Work, report: GuideReport) -> bytes:
    """Return a report as .docx, in the county's own template where it has one."""
    template = papers.template(work.session, layouts.KIND) or layouts.default()
    unit = known.of(work.session).directory.unit_name(report.unit_code)
    values = {
        "标题": f"{rules.half_text(report.half_on)}党建工作指导员工作报告",
        "指导员": report.guide_name,
        "派出单位": unit,
        "时段": rules.half_text(report.half_on),
        "正文": report.text,
        "日期": day_text(local(report.handed_in_at or work.now).date(), year=0),
    }
    return filling.fill(template, values)


# Prefilling


def prefilled(work: Work, guide: int, half: date) -> str:
    """Return what the log says of a half year: duties, problems and what became of them, policies delivered.

    Tickets are named by number alone, and confidential ones not at all: the sending unit need not see them.
    """
    end = rules.half_end(half)
    return "\n".join(
        (
            "一、走访",
            *_duties(work, guide, half, end),
            "二、问题和办理",
            *_problems(work, guide, half, end),
            "三、送政策",
            *_policies(work, guide, half, end),
            "四、体会和打算",
            "（请补充）",
        )
    )


def _within(guide: int, half: date, end: date) -> ColumnElement[bool]:
    return and_(GuideVisit.guide_id == guide, GuideVisit.on >= half, GuideVisit.on < end)


def _duties(work: Work, guide: int, half: date, end: date) -> list[str]:
    rows = work.session.execute(
        select(VisitDuty.standing, func.count())
        .where(VisitDuty.guide_id == guide, VisitDuty.month_on >= half, VisitDuty.month_on < end)
        .group_by(VisitDuty.standing)
    )
    found = rules.figures((row[0], row[1]) for row in rows)
    codes = work.session.scalars(
        select(GuideVisit.enterprise_code).where(_within(guide, half, end)).distinct().limit(LISTED)
    ).all()
    names = "、".join(queries.names(work.session, codes).values())
    said = [
        f"按月走访落实 {found.words}（{Standing.WAIVED.label} {found.waived}，{Standing.MISSED.label} {found.missed}）。"
    ]
    return [*said, f"走访过的企业：{names}。"] if names else [*said, "这半年没有走访记录。"]


def _problems(work: Work, guide: int, half: date, end: date) -> list[str]:
    rows = work.session.execute(
        select(Ticket.number, Ticket.state)
        .join(VisitTicket, VisitTicket.ticket_id == Ticket.id)
        .join(GuideVisit, GuideVisit.id == VisitTicket.visit_id)
        .where(_within(guide, half, end), Ticket.confidential.is_(False), tickets.visible(work.actor))
        .order_by(Ticket.id)
        .limit(1000)
    ).all()
    if not rows:
        return ["走访时没有报诉求。"]
    counted = Counter(row[1].label for row in rows)
    said = "，".join(f"{label} {count} 件" for label, count in counted.items())
    numbers = "、".join(row[0] for row in rows[:LISTED])
    return [
        f"走访时报诉求 {len(rows)} 件：{said}。",
        f"编号：{numbers}{'等' if len(rows) > LISTED else ''}。",
    ]


def _policies(work: Work, guide: int, half: date, end: date) -> list[str]:
    rows = work.session.execute(
        select(VisitPolicy.title, VisitPolicy.source, func.count())
        .join(GuideVisit, GuideVisit.id == VisitPolicy.visit_id)
        .where(_within(guide, half, end))
        .group_by(VisitPolicy.title, VisitPolicy.source)
        .order_by(VisitPolicy.title, VisitPolicy.source)
        .limit(LISTED)
    ).all()
    return [f"{title}{f'（{source}）' if source else ''}：{count} 次" for title, source, count in rows] or [
        "没有记送政策。"
    ]
