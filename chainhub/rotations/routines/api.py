"""The JSON door of recurring work."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Response

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county.people import queries as people
from chainhub.documents.papers.rules import DOCX
from chainhub.rotations.around.views import door
from chainhub.rotations.days import Rhythm
from chainhub.rotations.queries import PAGE
from chainhub.rotations.routines import queries, schemas
from chainhub.rotations.routines.models import Occasion, Routine
from chainhub.rotations.routines.papers import RoutinePaper
from chainhub.rotations.routines.service import acting, laying, papers, planning
from chainhub.rotations.routines.service.planning import Asked, Plan
from chainhub.rotations.routines.workflow import Action, Change, is_missed
from chainhub.rotations.schemas import PageQuery
from chainhub.web import api, doors

room = api.Room("routines", __name__, "例行工作")
_PREPARE, _PAPER = schemas.PrepareBody(), schemas.OccasionPaperBody()
_PAGE, _OCCASIONS, _YEAR, _PLAN = (
    PageQuery(),
    schemas.OccasionsQuery(),
    schemas.YearQuery(),
    schemas.PlanBody(),
)


@room.get("/routines", schemas.RoutinePage)
@doors.signed_in()
def routines() -> Response:
    """例行工作：联席会议、调研、述职、摸底排查；企业和指导员看不到"""
    with doors.reading() as work:
        return api.answer({"items": _routines(work, queries.all_of(work))})


@room.post("/routines", {201: schemas.RoutineShape}, api.Taken(body=schemas.PlanBody))
@doors.signed_in()
def plan_routine() -> Response:
    """新建一项例行工作，近两年的日子随即排好"""
    sent = api.body()
    with doors.work() as work:
        planning.demand_planner(work)
        given = api.load(_PLAN, sent)
        plan = Plan(
            given["kind"],
            given["body"],
            _rhythm(given, local(work.now).date().replace(month=1, day=1)),
            given["starts"],
            given["lead_days"],
            given.get("title", ""),
            given.get("chain", ""),
        )
        answer = _routines(work, [planning.plan(work, plan)])[0]
    return api.answer(answer, 201)


def _rhythm(given: dict[str, Any], anchor_on: date) -> Rhythm:
    return Rhythm(anchor_on, given["months"], given["month"], given["week"], given["weekday"] - 1)


@room.get("/routines/occasions", schemas.OccasionYear, api.Taken(query=schemas.YearQuery))
@doors.signed_in()
def routine_year() -> Response:
    """一年的例行工作，按日子"""
    with doors.reading() as work:
        year = api.query(_YEAR).get("year", local(work.now).year)
        return api.answer({"items": _occasions(work, queries.of_year(work, year))})


@room.get("/routines/missed", schemas.OccasionYear)
@doors.signed_in()
def routine_missed() -> Response:
    """日子过了还没办的"""
    with doors.reading() as work:
        return api.answer({"items": _occasions(work, queries.missed(work))})


@room.get("/routines/<int:id_>", schemas.RoutineShape)
@doors.signed_in()
def routine(id_: int) -> Response:
    """一项例行工作"""
    with doors.reading() as work:
        return api.answer(_routines(work, [queries.own(work, id_)])[0])


@room.get("/routines/<int:id_>/occasions", schemas.OccasionPage, api.Taken(query=schemas.OccasionsQuery))
@doors.signed_in()
def routine_occasions(id_: int) -> Response:
    """一项例行工作的每一次，先办的在前"""
    with doors.reading() as work:
        found = queries.own(work, id_)
        wanted = api.query(_OCCASIONS)
        page = queries.page(
            work.session,
            found,
            state=wanted.get("state"),
            after=api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else "",
            limit=wanted.get("limit", PAGE),
        )
        more = api.write_cursor(page.after) if page.after else None
        items = _occasions(work, [(one, found) for one in page.items])
    return api.answer({"items": items, "next_cursor": more})


@room.get("/routines/<int:id_>/events", schemas.RoutineEventPage, api.Taken(query=PageQuery))
@doors.signed_in()
def routine_events(id_: int) -> Response:
    """变更记录：谁改的、为什么、前后怎样，新的在前"""
    with doors.reading() as work:
        found = queries.own(work, id_)
        wanted = api.query(_PAGE)
        below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
        page = queries.events(work.session, found, before=below, limit=wanted.get("limit", PAGE))
        items = [
            {
                "id": one.id,
                "at": api.moment(one.at),
                **{name: getattr(one, name) for name in ("by", "action", "what", "why", "before", "after")},
                "occasion": one.occasion_id,
            }
            for one in page.items
        ]
    return api.answer({"items": items, "next_cursor": api.write_cursor(page.after) if page.after else None})


def _change_door(wanted: Change) -> None:
    """Hang one change as an operation of its own, so that its fields are described."""
    schema = schemas.for_change(wanted)

    def change_routine(id_: int) -> Response:
        sent = api.body()
        with doors.work() as work:
            found = queries.own(work, id_)
            laying.demand_keeper(work, found)
            given = api.load(schema(), sent)
            asked = Asked(
                wanted,
                given["why"],
                _rhythm(given, found.anchor_on) if wanted is Change.RHYTHM else None,
                given.get("starts", ""),
                given.get("lead_days", 0),
                given.get("body", ""),
                given.get("people", ()),
                given.get("from_on"),
            )
            save = bool(given.get("save"))
            effect = planning.change(work, id_, asked) if save else planning.preview(work, id_, asked)
        return api.answer({"saved": save, "before": list(effect.before), "after": list(effect.after)})

    change_routine.__name__ = f"{wanted.value}_routine"
    change_routine.__doc__ = f"{wanted.label}：先看全部影响，save 为 true 才保存"
    rule = f"/routines/<int:id_>/changes/{wanted.value}"
    room.post(rule, {200: schemas.RoutineEffectShape}, api.Taken(body=schema))(
        doors.signed_in()(change_routine)
    )


for _change in Change:
    _change_door(_change)


@room.get("/occasions/<int:id_>", schemas.OccasionShape)
@doors.signed_in()
def occasion(id_: int) -> Response:
    """例行工作的一次"""
    with doors.reading() as work:
        found = queries.own_occasion(work, id_)
        return api.answer(_occasion(work, found, work.session.get_one(Routine, found.routine_id)))


def _action_door(wanted: Action) -> None:
    """Hang one action as an operation of its own, so that its fields are described."""
    schema = schemas.for_action(wanted)

    def act_on_occasion(id_: int) -> Response:
        sent = api.body()
        with doors.work() as work:
            found = queries.own_occasion(work, id_)
            acting.permit(work, found, wanted, sent.version)
            given = api.load(schema(), sent)
            acting.act(work, id_, wanted, given["version"], given)
            answer = _occasion(work, found, work.session.get_one(Routine, found.routine_id))
        return api.answer(answer)

    act_on_occasion.__name__ = f"{wanted.value}_occasion"
    act_on_occasion.__doc__ = f"{wanted.label}：例行工作的一次"
    rule = f"/occasions/<int:id_>/actions/{wanted.value}"
    room.post(rule, {200: schemas.OccasionShape}, api.Taken(body=schema))(doors.signed_in()(act_on_occasion))


for _action in Action:
    _action_door(_action)


@room.post("/occasions/<int:id_>/pack", {200: schemas.OccasionShape}, api.Taken(body=schemas.PrepareBody))
@doors.signed_in()
def prepare_occasion(id_: int) -> Response:
    """备通知和纪要：地点、议题、请谁参加；不写的就空着"""
    sent = api.body()
    with doors.work() as work:
        papers.demand_preparer(work, id_)
        given = api.load(_PREPARE, sent)
        found = papers.prepare(work, id_, given["version"], given)
        answer = _occasion(work, found, work.session.get_one(Routine, found.routine_id))
    return api.answer(answer)


@room.post(
    "/occasions/<int:id_>/papers",
    {201: schemas.OccasionPaperShape},
    api.Taken(body=schemas.OccasionPaperBody),
)
@doors.signed_in()
def issue_occasion_paper(id_: int) -> Response:
    """给通知或者纪要编号；编过的还是那个号"""
    sent = api.body()
    with doors.work() as work:
        papers.demand_preparer(work, id_)
        kind: RoutinePaper = api.load(_PAPER, sent)["kind"]
        number = papers.issue(work, id_, kind).number
    return api.answer({"number": number, "url": f"{api.PREFIX}/occasions/{id_}/{kind.value}.docx"}, 201)


@room.download(f"/occasions/<int:id_>/<any({','.join(RoutinePaper)}):kind>.docx", (DOCX,))
@doors.signed_in()
def occasion_paper(id_: int, kind: str) -> Response:
    """下载通知或者纪要"""
    with doors.reading() as work:
        return door.docx(*papers.download(work, id_, RoutinePaper(kind)))


_RULE: Sequence[str] = ("months", "month", "week", "starts", "lead_days")


def _routines(work: Work, rows: Sequence[Routine]) -> list[dict[str, Any]]:
    named = {one.id: queries.named(work.session, one) for one in rows}
    names = people.usernames(work.session, sorted(frozenset().union(*named.values())))
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "title": one.title,
            "chain": one.chain_code,
            "body": f"{one.body.value}:{one.body_ref}",
            "people": sorted(names[id_] for id_ in named[one.id]),
            **{name: getattr(one, name) for name in _RULE},
            "weekday": one.weekday + 1,
            "ended_on": one.ended_on,
        }
        for one in rows
    ]


_PLAIN = ("id", "period_on", "on", "provisional", "pinned", "version", "why", "note", "address", "done_on")


def _occasion(work: Work, one: Occasion, routine: Routine) -> dict[str, Any]:
    return _occasions(work, [(one, routine)])[0]


def _occasions(work: Work, rows: Sequence[tuple[Occasion, Routine]]) -> list[dict[str, Any]]:
    said = papers.prepared(work.session, [one.id for one, _ in rows])
    return [
        {
            **{name: getattr(one, name) for name in _PLAIN},
            **asdict(said[one.id]),
            "routine": routine.id,
            "state": one.stage,
            "missed": is_missed(one.stage, one.on, local(work.now).date()),
            "actions": acting.offered(work, one, routine),
        }
        for one, routine in rows
    ]
