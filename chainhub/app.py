"""The application: one factory that hangs every door."""

import logging
from collections.abc import Sequence

import orjson
from flask import Flask, Response
from flask.json.provider import JSONProvider
from flask_wtf import CSRFProtect
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from chainhub import __version__
from chainhub.assignments import api as assignments_api
from chainhub.assignments import four_api
from chainhub.assignments import views as assignments
from chainhub.audit import views as audit
from chainhub.core import clock
from chainhub.core.actor import Actor
from chainhub.core.settings import Settings
from chainhub.county import known
from chainhub.county.directory import api as directory_api
from chainhub.county.people import api as people_api
from chainhub.county.people import hands, unit_api, unit_views
from chainhub.county.people import leave_views as leave
from chainhub.county.people import views as people
from chainhub.county.people.service import Accounts
from chainhub.county.state import CountyState
from chainhub.county.workdays import views as workdays
from chainhub.documents.attachments import storing
from chainhub.finding import shelf
from chainhub.guides import api as guides_api
from chainhub.guides import report_api as guide_report_api
from chainhub.guides import report_views as guide_reports
from chainhub.guides import views as guides
from chainhub.home import navigation
from chainhub.home import views as home
from chainhub.notices import api as outgoing_api
from chainhub.notices import code_views, office_views, outfit, way_views
from chainhub.notices import queries as notices
from chainhub.notices import views as inbox
from chainhub.operations import schema, verify
from chainhub.operations import views as operations
from chainhub.operations.background import api as background_api
from chainhub.operations.background import views as background
from chainhub.operations.errands import api as errands_api
from chainhub.operations.errands import views as errands
from chainhub.rotations import api as rotations_api
from chainhub.rotations import calendar_api
from chainhub.rotations import calendar_views as calendars
from chainhub.rotations import salon_views as salons
from chainhub.rotations import views as rotations
from chainhub.rotations.around import api as around_api
from chainhub.rotations.around import views as around
from chainhub.rotations.around.views import templates as salon_papers
from chainhub.rotations.routines import api as routines_api
from chainhub.rotations.routines import paper_views as occasion_papers
from chainhub.rotations.routines import views as routines
from chainhub.statistics import api as statistics_api
from chainhub.statistics import assess_api
from chainhub.statistics import assess_views as assessment
from chainhub.statistics import views as statistics
from chainhub.statistics.reports import api as reports_api
from chainhub.statistics.reports import views as reports
from chainhub.tickets import api as tickets_api
from chainhub.tickets import beside_api, own_api, resembling_api
from chainhub.tickets import views as tickets
from chainhub.tickets.common import api as common_api
from chainhub.tickets.copies import api as copies_api
from chainhub.tickets.hints import api as hints_api
from chainhub.tickets.inspections import api as inspections_api
from chainhub.tickets.onsite import api as onsite_api
from chainhub.tickets.outsiders import api as outsiders_api
from chainhub.tickets.responsible import api as responsible_api
from chainhub.tickets.returns import api as returns_api
from chainhub.tickets.service.releasing import OpenWork
from chainhub.tickets.successes import api as successes_api
from chainhub.tickets.topics import api as topics_api
from chainhub.tickets.views.templates import PAPERS_BESIDE
from chainhub.timetable import LINES
from chainhub.web import api, database, doors, engine, errors, frame, logs, presses, security, signing, words
from chainhub.web.database import db

csrf = CSRFProtect()
log = logging.getLogger(__name__)
BODY_MOST = 4 * 1024 * 1024  # bytes, but where files are taken: 100,000 characters are refused in words


class OrjsonProvider(JSONProvider):
    """JSON as programs want it: UTF-8, ISO times, fast."""

    def dumps(self, obj: object, **kwargs: object) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: object) -> object:
        return orjson.loads(s)


def create_app(settings: Settings) -> Flask:
    """Return the application for these settings. Reads no environment and no clock."""
    app = Flask("chainhub.web", static_folder="static", template_folder="templates")
    app.json = OrjsonProvider(app)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine.options(settings.database_url),
        MAX_CONTENT_LENGTH=BODY_MOST,
        MAX_FORM_MEMORY_SIZE=BODY_MOST,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch still submits
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
    )
    _furnish(app, settings)
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    logs.configure(settings.log_level)
    database.register(app)
    with app.app_context():
        engine.prepare(db.engine)
        engine.watch(db.engine, schema.is_behind)
        outfit.equip(db.engine, outfit.made(settings))
        storing.equip(db.engine, app.extensions["chainhub_storage"])
        shelf.equip(db.engine, settings.instance / shelf.FOLDER)
    signing.register(
        app, settings, Accounts(lambda: clock.now(), known.standing_in, notices.UNREAD)
    )  # asked at each request, like every door
    app.before_request(doors.widen)  # before the form is read for its token
    csrf.init_app(app)
    app.before_request(doors.demand_storable)  # after it: a form that is not ours is not read for more
    security.register(app, https=settings.cookie_secure, hosts=settings.hosts)
    errors.register(app)
    app.register_error_handler(engine.SchemaBehind, _schema_behind)
    words.register(app)
    presses.register(app, doors.session)
    frame.register(app, _frame, _county, __version__)
    _doors(app)
    if not settings.demo:
        _refuse_demonstration(app)
    return app


def _furnish(app: Flask, settings: Settings) -> None:
    """Give the doors what they ask for by name: a room's door knows nothing of the rooms above its own."""
    app.extensions["chainhub_settings"] = settings
    app.extensions["chainhub_storage"] = storing.opened(settings.storage, settings.instance / "attachments")
    app.extensions["chainhub_calendar"] = lambda session: known.of(session).calendar
    app.extensions["chainhub_verify"] = _verify
    app.extensions[hands.EXTENSION] = OpenWork()
    app.extensions[background.LINES] = LINES
    app.extensions[PAPERS_BESIDE] = (salon_papers.rows,)
    app.jinja_env.globals["code_sign_in"] = bool(settings.outgoing.sms_url)


def _schema_behind(error: engine.SchemaBehind) -> Response:
    log.error("schema behind", extra={"wanted": schema.HEAD})
    db.session.rollback()  # the page has a frame, which asks the database what it still can tell
    if errors.wants_json():
        return errors.problem(503, error.sentence, "schema_behind", headers={"Retry-After": "60"})
    return errors.page(503, "系统正在升级，请过几分钟再试", f"您的操作没有保存。管理员请看：{error.sentence}")


def _verify(session: Session) -> tuple[bool, list[str]]:
    verdict = verify.verify(session)
    return verdict.ok, verdict.lines()


def _refuse_demonstration(app: Flask) -> None:
    """Refuse to start production over a database whose accounts everybody knows. An empty one is no such database."""
    with app.app_context():
        if inspect(db.engine).has_table(CountyState.__tablename__) and _county()[1]:
            raise RuntimeError(
                "this database holds the demonstration accounts; production does not start with them"
            )
        db.session.remove()


def _frame(actor: Actor) -> tuple[str, bool, Sequence[frame.NavItem]]:
    facts = known.of(doors.session())
    return facts.name, facts.demo, navigation.items(actor)


def _county() -> tuple[str, bool]:
    row = doors.session().execute(select(CountyState.name, CountyState.demo)).first()
    return (row.name, row.demo) if row else ("", False)


_ROOMS = (
    people_api.room,
    directory_api.room,
    unit_api.room,
    tickets_api.room,
    responsible_api.room,
    returns_api.room,
    resembling_api.room,
    own_api.room,
    beside_api.room,
    common_api.room,
    copies_api.room,
    successes_api.room,
    onsite_api.room,
    outsiders_api.room,
    topics_api.room,
    hints_api.room,
    rotations_api.room,
    statistics_api.room,
    reports_api.room,
    assess_api.room,
    around_api.room,
    routines_api.room,
    calendar_api.room,
    assignments_api.room,
    four_api.room,
    guides_api.room,
    guide_report_api.room,
    outgoing_api.room,
    background_api.room,
    errands_api.room,
    inspections_api.room,
)


def _doors(app: Flask) -> None:
    for door in (
        home,
        people,
        unit_views,
        leave,
        workdays,
        audit,
        inbox,
        tickets,
        rotations,
        statistics,
        reports,
        assessment,
        guides,
        operations,
    ):
        app.register_blueprint(door.bp)
    for beside in (way_views, office_views, code_views, background, errands, calendars, guide_reports):
        app.register_blueprint(beside.bp)
    for taking_turns in (salons, around, salon_papers, routines, occasion_papers, assignments):
        app.register_blueprint(taking_turns.bp)
    api.register(app, csrf, _ROOMS, __version__)
