"""What an operator would check before calling somebody. “!” begins what is wrong, “?” what may be."""

from datetime import datetime

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chainhub.core.actor import THE_CLOCK
from chainhub.core.settings import Settings
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.notices.manners import Fate, Purpose
from chainhub.notices.outgoing import MediumState, Outgoing
from chainhub.operations.background import queries as background
from chainhub.operations.background import rules as running
from chainhub.operations.schema import HEAD
from chainhub.reminders.models import Clock
from chainhub.statistics import service as statistics
from chainhub.statistics.reports.service import checking as monthly
from chainhub.tickets.models import Ticket


def examine(engine: Engine, now: datetime) -> list[tuple[str, str]]:
    """Return what was looked at and what was found; what is wrong begins with “!”."""
    try:
        with Session(engine) as session:
            return [
                ("数据库", f"{engine.dialect.name}，有应答"),
                ("结构", _schema(session)),
                ("定时任务", _scheduler(session, now)),
                ("工作日历", _calendar(session, now)),
                ("积压", _backlog(session, now)),
                ("时限", _clocks(session)),
                ("对外发送", _outgoing(session, now)),
                ("统计", _statistics(session, now)),
                ("月报", reports(session, now)),
            ]
    except SQLAlchemyError as error:
        return [("数据库", f"! 没有应答或没有建好：{type(error).__name__}。请先运行 chainhub db upgrade。")]


def examine_settings(settings: Settings) -> list[tuple[str, str]]:
    """Return what looks odd about the settings of an installation in service."""
    if settings.demo or settings.trusted_proxies or not settings.cookie_secure:
        return []
    said = (
        "? 只走 HTTPS，却没有说前面有几层反向代理：访客的地址认不准，输错密码按代理的地址算。"
        "前面有代理的，请设置 CHAINHUB_TRUSTED_PROXIES（一层写 1）。"
    )
    return [("反向代理", said)]


def _schema(session: Session) -> str:
    at = session.scalar(text("SELECT version_num FROM alembic_version"))
    return f"{at}，最新" if at == HEAD else f"! 在 {at}，应为 {HEAD}；请运行 chainhub db upgrade。"


def _scheduler(session: Session, now: datetime) -> str:
    found = background.processes(session)
    if not found:
        return "! 从没见过；请运行 chainhub scheduler run。"
    said = "；".join(
        f"{one.host}:{one.pid} {one.role.label}，{running.lasting(abs((now - one.seen_at).total_seconds()))}前还在"
        for one in found
    )
    return (
        said if background.leads(session, now) else f"! 没有进程在跑，请运行 chainhub scheduler run。{said}"
    )


def _calendar(session: Session, now: datetime) -> str:
    today = now.astimezone(SHANGHAI).date()
    return (
        "今年有数据"
        if known.of(session).calendar.is_known(today)
        else f"! {today.year} 年没有通知，时限都是暂定"
    )


def _backlog(session: Session, now: datetime) -> str:
    waiting = select(func.count()).where(Clock.stopped_at.is_(None), Clock.look_again_at <= now)
    return f"{session.scalar(waiting) or 0} 个时钟等着提醒"


def _outgoing(session: Session, now: datetime) -> str:
    """Say what rests, and how many messages failed and ask for somebody."""
    resting = session.scalars(
        select(MediumState).where(MediumState.paused_until > now).order_by(MediumState.medium)
    ).all()
    said = [f"{one.medium.label}歇着：{one.said}" for one in resting]
    failed = session.scalar(
        select(func.count()).where(Outgoing.fate == Fate.DEAD, Outgoing.purpose != Purpose.CODE)
    )
    if failed:
        said.append(f"{failed} 条没发成，请看 chainhub notices failed")
    return f"? {'；'.join(said)}" if said else "没有失败的"


LOOKED_AT = 2000  # tickets whose figures are proven, the newest; `chainhub statistics verify` proves all
BEHIND_MOST = 5000  # lines of history beyond the figures: more makes every page of figures slow


def _statistics(session: Session, now: datetime) -> str:
    """Compare the figures that are kept with the history."""
    found = statistics.check(Work(session, THE_CLOCK, now, known.of(session).calendar), LOOKED_AT)
    if found.wrong:
        more = f"等 {len(found.wrong)} 处" if len(found.wrong) > 1 else ""
        return f"! {found.wrong[0]}{more}。请运行 chainhub statistics rebuild。"
    if found.behind > BEHIND_MOST:
        return f"? 有 {found.behind} 条以上的历史还没汇总，统计页会慢。请看定时任务“汇总统计”。"
    return f"核对了最近 {found.tickets} 件，和历史一致"


REPORTS = 200  # published reports whose hashes are proven, the newest; `chainhub report verify` proves their figures


def reports(session: Session, now: datetime) -> str:
    """Compare published reports with their hashes, and those with the log of deeds."""
    count, wrong = monthly.sound(Work(session, THE_CLOCK, now, known.of(session).calendar), REPORTS)
    if wrong:
        more = f"等 {len(wrong)} 处" if len(wrong) > 1 else ""
        return f"! {wrong[0]}{more}。请从备份找回，并看审计日志。"
    return f"核对了 {count} 份，和发布时一致" if count else "还没有发布过的"


def _clocks(session: Session) -> str:
    """Every ended ticket has no running clock."""
    stray = session.scalar(
        select(func.count())
        .select_from(Clock)
        .join(Ticket, Ticket.id == Clock.owner_id)
        .where(Clock.owner_kind == "ticket", Clock.stopped_at.is_(None), Ticket.is_open.is_(False))
    )
    return f"! {stray} 个时钟在已办完的诉求上还在走" if stray else "办完的诉求都停了钟"
