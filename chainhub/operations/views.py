"""Doors for machines: is the process up, is it ready, what does it count."""

import hmac
import ipaddress
from datetime import datetime

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import column, func, literal, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chainhub.core import clock
from chainhub.core.errors import NotAllowed
from chainhub.core.media import Medium
from chainhub.core.settings import Settings
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.notices import outgoing_queries
from chainhub.notices.manners import Fate
from chainhub.operations.background import queries as background
from chainhub.operations.background import rules as running
from chainhub.operations.background.rules import Standing
from chainhub.operations.schema import HEAD
from chainhub.reminders.models import Clock
from chainhub.tickets.models import Ticket
from chainhub.web import doors
from chainhub.web.engine import SchemaBehind

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
@doors.public
def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
@doors.public
def readyz() -> ResponseReturnValue:
    """Say whether database, migrations, scheduler and workday data are as they should be, and who schedules.

    Anybody may ask, so machines are not named here.
    """
    checks = _checks()
    ready = all(said == "ok" for said in checks.values() if not said.startswith("warning"))
    found: dict[str, object] = {"ready": ready, "checks": checks}
    if "scheduler" in checks:
        now = clock.now()
        found["schedulers"] = [
            {"role": one.role.value, "seen_seconds_ago": round((now - one.seen_at).total_seconds())}
            for one in background.processes(doors.session())
        ]
    return found, 200 if ready else 503


def _checks() -> dict[str, str]:
    session = doors.session()
    try:
        session.execute(select(literal(1)))
    except SQLAlchemyError:
        return {"database": "no answer"}
    found = {"database": "ok"}
    try:
        at = session.scalar(select(column("version_num")).select_from(table("alembic_version")))
        found["migrations"] = "ok" if at == HEAD else f"at {at}, wanted {HEAD}"
        if at is None or at < HEAD:  # what else would be asked may not be there yet
            found["migrations"] += f": {SchemaBehind.sentence}"
            return found
        found["scheduler"] = _scheduler()
        year = clock.now().astimezone(SHANGHAI).year
        known_year = known.of(session).calendar.is_known(clock.now().astimezone(SHANGHAI).date())
        found["workdays"] = "ok" if known_year else f"warning: no notice for {year}, dates are provisional"
    except SQLAlchemyError:
        found["migrations"] = f"not migrated: {SchemaBehind.sentence}"
    return found


def _scheduler() -> str:
    seen = background.last_beat(doors.session())
    if seen is None:
        return "never seen"
    now = clock.now()
    return "ok" if running.is_alive(seen, now) else f"last seen {int((now - seen).total_seconds())} s ago"


@bp.get("/metrics")
@doors.public
def metrics() -> ResponseReturnValue:
    """Say in Prometheus' words how much is open and due, who schedules, and how the last runs went."""
    _admit_metrics()
    session = doors.session()
    registry = CollectorRegistry()
    now = clock.now()
    backlog = select(func.count()).where(Clock.stopped_at.is_(None), Clock.look_again_at <= now)
    Gauge("chainhub_clocks_waiting", "Clocks whose moment has come", registry=registry).set(
        session.scalar(backlog) or 0
    )
    states = Gauge("chainhub_tickets_open", "Open tickets by state", ["state"], registry=registry)
    for state, number in session.execute(
        select(Ticket.state, func.count()).where(Ticket.is_open).group_by(Ticket.state)
    ):
        states.labels(state.value).set(number)
    _schedulers(registry, session, now)
    _runs(registry, session)
    _outgoing(registry, session)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _outgoing(registry: CollectorRegistry, session: Session) -> None:
    rows = Gauge(
        "chainhub_outgoing",
        "Messages that wait to leave the house or were given up",
        ["medium", "fate"],
        registry=registry,
    )
    for fate in (Fate.WAITING, Fate.DEAD):
        found = outgoing_queries.counts(session, fate)
        for medium in Medium:
            rows.labels(medium.value, fate.value).set(found.get(medium, 0))


def _schedulers(registry: CollectorRegistry, session: Session, now: datetime) -> None:
    beat = background.last_beat(session)
    age = (now - beat).total_seconds() if beat else -1
    Gauge("chainhub_scheduler_beat_age_seconds", "Seconds since the scheduler's beat", registry=registry).set(
        age
    )
    found = background.processes(session)
    alive = Gauge("chainhub_scheduler_processes", "Living schedulers by role", ["role"], registry=registry)
    for role in Standing:
        alive.labels(role.value).set(
            sum(one.role is role and running.is_alive(one.seen_at, now) for one in found)
        )
    seen = Gauge(
        "chainhub_scheduler_seen_timestamp_seconds",
        "When a scheduler was seen last",
        ["host", "pid", "role"],
        registry=registry,
    )
    for one in found:
        seen.labels(one.host, str(one.pid), one.role.value).set(one.seen_at.timestamp())


_OF_RUNS = {
    "last_start_timestamp_seconds": "When the last run of a job began",
    "last_duration_seconds": "How long the last run of a job took",
    "last_handled": "What the last run of a job handled",
    "last_failed": "What the last run of a job could not handle",
    "backlog": "What the last run of a job left, counted up to a thousand",
    "last_missed": "Runs that were missed before the last run of a job",
}


def _runs(registry: CollectorRegistry, session: Session) -> None:
    gauges = {
        name: Gauge(f"chainhub_job_{name}", said, ["job"], registry=registry)
        for name, said in _OF_RUNS.items()
    }
    for job, run in background.last_runs(session).items():
        took = (run.ended_at - run.started_at).total_seconds() if run.ended_at else -1
        figures = (run.started_at.timestamp(), took, run.done, run.failed, run.backlog, run.missed)
        for gauge, figure in zip(gauges.values(), figures, strict=True):
            gauge.labels(job).set(figure)


def _came_by_proxy() -> bool:
    """Say whether a proxy on this machine speaks for somebody else: loopback is then no proof of being here."""
    return any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))


def _admit_metrics() -> None:
    settings: Settings = current_app.extensions["chainhub_settings"]
    if settings.metrics_token:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {settings.metrics_token}".encode()):
            raise NotAllowed("请带上 /metrics 的口令。")
    elif _came_by_proxy() or not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104  # an address compared, not bound
        raise NotAllowed("/metrics 只对本机开放，或者设置 CHAINHUB_METRICS_TOKEN。")
