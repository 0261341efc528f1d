"""Doors for machines: is the process up, is it ready, what does it count."""

import hmac
import ipaddress

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from chainhub.core import clock
from chainhub.core.errors import NotAllowed
from chainhub.core.settings import Settings
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.operations.models import HEARTBEAT, JobRun
from chainhub.operations.schema import HEAD
from chainhub.reminders.models import Clock
from chainhub.tickets.models import Ticket
from chainhub.web import doors
from chainhub.web.engine import SchemaBehind

bp = Blueprint("operations", __name__)
HEARTBEAT_LATE = 90  # seconds without a beat before the scheduler counts as down


@bp.get("/healthz")
@doors.public
def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
@doors.public
def readyz() -> ResponseReturnValue:
    """Say whether database, migrations, scheduler and workday data are as they should be."""
    checks = _checks()
    ready = all(said == "ok" for said in checks.values() if not said.startswith("warning"))
    return {"ready": ready, "checks": checks}, 200 if ready else 503


def _checks() -> dict[str, str]:
    session = doors.session()
    try:
        session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"database": "no answer"}
    found = {"database": "ok"}
    try:
        at = session.scalar(text("SELECT version_num FROM alembic_version"))
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
    beat = doors.session().get(JobRun, HEARTBEAT)
    if beat is None:
        return "never seen"
    late = (clock.now() - beat.started_at).total_seconds()
    return "ok" if late < HEARTBEAT_LATE else f"last seen {int(late)} s ago"


@bp.get("/metrics")
@doors.public
def metrics() -> ResponseReturnValue:
    """Say in Prometheus' words how much is open and due, and how old the scheduler's beat is."""
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
    beat = session.get(JobRun, HEARTBEAT)
    age = (now - beat.started_at).total_seconds() if beat else -1
    Gauge("chainhub_scheduler_beat_age_seconds", "Seconds since the scheduler's beat", registry=registry).set(
        age
    )
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


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
