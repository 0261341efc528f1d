"""The JSON door of rotations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response

from chainhub.core.actor import Role
from chainhub.core.errors import NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.rotations import fields, queries, rules, schemas
from chainhub.rotations.days import Rhythm
from chainhub.rotations.models import Rotation, Salon, SalonSwap
from chainhub.rotations.rules import Place
from chainhub.rotations.service import holding, laying, packing, problems, roster, swapping, warning
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.workflow import USUAL_NAME, Action, Change, SwapState
from chainhub.web import api, doors

room = api.Room("rotations", __name__, "红色沙龙轮值")
_PAGE, _SESSIONS = schemas.PageQuery(), schemas.SessionsQuery()
_OPEN, _SWAP, _PROBLEM = schemas.OpenBody(), schemas.SwapBody(), schemas.ProblemBody()


@room.get("/rotations", schemas.RotationPage)
@doors.signed_in()
def rotations() -> Response:
    """看得到的轮值；一条产业链可以有几种，如红色沙龙和主题党日"""
    with doors.reading() as work:
        return api.answer({"items": [_rotation(work, one) for one in queries.all_of(work)]})


@room.post("/rotations", {201: schemas.RotationShape}, api.Taken(body=schemas.OpenBody))
@doors.signed_in()
def open_rotation() -> Response:
    """开始轮值：按企业入链的先后；不写规则就是红色沙龙，每两个月一家。一条产业链可以有几种，各轮各的"""
    sent = api.body()
    with doors.work() as work:
        if Role.COMMITTEE not in work.actor.roles:
            raise NotAllowed("轮值由产业链党委来开。")
        given = api.load(_OPEN, sent)
        beat = _opening(local(work.now).date().replace(month=1, day=1), given)
        starts = roster.demand_starts(given.get("starts", "14:00"))
        name = given.get("name", USUAL_NAME)
        found = roster.open_rotation(work, given["chain"], beat, starts=starts, name=name)
        answer = _rotation(work, found)
    return api.answer(answer, 201)


def _opening(january: date, given: dict[str, Any]) -> Rhythm:
    """Return the rhythm that is asked for; what is left out is that of 红色沙龙, within a period of so many months."""
    usual = Rhythm(january)
    months = given.get("months", usual.months)
    return Rhythm(
        january,
        months,
        given.get("month", min(usual.month, months)),
        given.get("week", usual.week),
        given.get("weekday", usual.weekday + 1) - 1,
    )


@room.get("/rotations/<int:id_>/sessions", schemas.SessionPage, api.Taken(query=schemas.SessionsQuery))
@doors.signed_in()
def rotation_sessions(id_: int) -> Response:
    """一个轮值的各期，先办的在前"""
    with doors.reading() as work:
        rotation = queries.own(work, id_)
        wanted = api.query(_SESSIONS)
        page = queries.page(
            work.session,
            rotation,
            state=wanted.get("state"),
            after=api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else "",
            limit=wanted.get("limit", queries.PAGE),
        )
        more = api.write_cursor(page.after) if page.after else None
        return api.answer({"items": _sessions(work, page.items), "next_cursor": more})


@room.get("/rotations/<int:id_>/members", schemas.MemberPage)
@doors.signed_in()
def rotation_members(id_: int) -> Response:
    """轮到谁了：次序、承办过几次、等了多久"""
    with doors.reading() as work:
        rotation = queries.own(work, id_)
        return api.answer({"items": _members(work, rotation)})


@room.get("/rotations/<int:id_>/troubles", schemas.TroublePage)
@doors.signed_in()
def rotation_troubles(id_: int) -> Response:
    """要有人来定的：两期撞了日子，通知过的承办企业退出了，或者一期里没有能办的日子"""
    with doors.reading() as work:
        found = warning.found(work, queries.own(work, id_))
        items = [
            {
                "session": one.session,
                "period_on": one.period_on,
                "on": one.on,
                "sort": one.sort,
                "words": one.words,
            }
            for one in found
        ]
        return api.answer({"items": items})


@room.get("/rotations/<int:id_>/events", schemas.RotationEventPage, api.Taken(query=schemas.PageQuery))
@doors.signed_in()
def rotation_events(id_: int) -> Response:
    """变更记录：谁改的、为什么、前后怎样，新的在前；企业和指导员看不到"""
    with doors.reading() as work:
        rotation = queries.own(work, id_)
        if not queries.is_staff(work.actor):
            raise NotFound("没有这个变更记录。")
        wanted = api.query(_PAGE)
        below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
        page = queries.events(work.session, rotation, before=below, limit=wanted.get("limit", queries.PAGE))
        items = [
            {
                "id": one.id,
                "at": api.moment(one.at),
                "by": one.by,
                "action": one.action,
                "what": one.what,
                "why": one.why,
                "session": one.salon_id,
                "before": one.before,
                "after": one.after,
            }
            for one in page.items
        ]
    return api.answer({"items": items, "next_cursor": api.write_cursor(page.after) if page.after else None})


def _change_door(wanted: Change) -> None:
    """Hang one change as an operation of its own, so that its fields are described."""
    schema = schemas.for_change(wanted)

    def change_rotation(id_: int) -> Response:
        sent = api.body()
        with doors.work() as work:
            rotation = queries.own(work, id_)
            laying.demand_keeper(work, rotation)
            given = api.load(schema(), sent)
            asked = _asked(rotation, wanted, given)
            save = bool(given.get("save"))
            found = roster.change(work, id_, asked) if save else roster.preview(work, id_, asked)
            moved = [
                {"enterprise": one.code, "before": list(one.before), "after": list(one.after)}
                for one in found.moved
            ]
            without = [{"period_on": one.period_on, "words": one.words} for one in found.without_day]
        return api.answer({"saved": save, "moved": moved, "without_day": without})

    change_rotation.__name__ = f"{wanted.value}_rotation"
    change_rotation.__doc__ = f"{wanted.label}：先看全部影响，save 为 true 才保存"
    rule = f"/rotations/<int:id_>/changes/{wanted.value}"
    room.post(rule, {200: schemas.EffectShape}, api.Taken(body=schema))(doors.signed_in()(change_rotation))


for _change in Change:
    _change_door(_change)


def _asked(rotation: Rotation, wanted: Change, given: dict[str, Any]) -> Asked:
    rhythm = None
    if wanted is Change.RHYTHM:
        rhythm = Rhythm(
            rotation.anchor_on, given["months"], given["month"], given["week"], given["weekday"] - 1
        )
        roster.demand_starts(given["starts"])
    return Asked(
        wanted,
        given["why"],
        given.get("enterprise", ""),
        given.get("from_on"),
        given.get("until_on"),
        given.get("bar"),
        rhythm,
        given.get("starts", ""),
        given.get("at_once", 1),
        bool(given.get("volunteers_only")),
    )


@room.get("/sessions/<int:id_>", schemas.SessionShape)
@doors.signed_in()
def session(id_: int) -> Response:
    """一期红色沙龙"""
    with doors.reading() as work:
        return api.answer(_sessions(work, [queries.own_salon(work, id_)])[0])


def _action_door(wanted: Action) -> None:
    """Hang one action as an operation of its own, so that its fields are described."""
    schema = schemas.for_action(wanted)

    def act_on_session(id_: int) -> Response:
        sent = api.body()
        with doors.work() as work:
            found = queries.own_salon(work, id_)
            holding.permit(work, found, wanted, sent.version)
            given = api.load(schema(), sent)
            holding.act(work, id_, wanted, given["version"], given)
            answer = _sessions(work, [found])[0]
        return api.answer(answer)

    act_on_session.__name__ = f"{wanted.value}_session"
    act_on_session.__doc__ = f"{wanted.label}一期红色沙龙"
    rule = f"/sessions/<int:id_>/actions/{wanted.value}"
    room.post(rule, {200: schemas.SessionShape}, api.Taken(body=schema))(doors.signed_in()(act_on_session))


for _action in Action:
    _action_door(_action)


@room.post("/sessions/<int:id_>/tickets", {201: schemas.RaisedShape}, api.Taken(body=schemas.ProblemBody))
@doors.signed_in()
def raise_at_session(id_: int) -> Response:
    """现场提的问题当场报成诉求，和这一期连着"""
    sent = api.body()
    with doors.work() as work:
        found = queries.own_salon(work, id_)
        laying.demand_keeper(work, work.session.get_one(Rotation, found.rotation_id))
        ticket = problems.raise_one(work, id_, api.load(_PROBLEM, sent))
        answer = {"number": ticket.number}
    return api.answer(answer, 201)


@room.get("/rotations/<int:id_>/swaps", schemas.SwapPage)
@doors.signed_in()
def rotation_swaps(id_: int) -> Response:
    """等答复的换期"""
    with doors.reading() as work:
        rotation = queries.own(work, id_)
        return api.answer({"items": [_swap(one) for one in queries.open_swaps(work.session, rotation)]})


@room.post("/sessions/<int:id_>/swaps", {201: schemas.SwapShape}, api.Taken(body=schemas.SwapBody))
@doors.signed_in()
def ask_swap(id_: int) -> Response:
    """提出换期；对方同意了才换"""
    sent = api.body()
    with doors.work() as work:
        queries.own_salon(work, id_)
        given = api.load(_SWAP, sent)
        found = swapping.ask(
            work, id_, given["enterprise"], given["other_session"], given["other"], given["why"]
        )
        answer = _swap(found)
    return api.answer(answer, 201)


@room.post("/swaps/<int:id_>/accept", {200: schemas.SwapShape})
@doors.signed_in()
def accept_swap(id_: int) -> Response:
    """同意换期"""
    return _answered(id_, SwapState.ACCEPTED)


@room.post("/swaps/<int:id_>/refuse", {200: schemas.SwapShape})
@doors.signed_in()
def refuse_swap(id_: int) -> Response:
    """不同意换期"""
    return _answered(id_, SwapState.REFUSED)


@room.post("/swaps/<int:id_>/withdraw", {200: schemas.SwapShape})
@doors.signed_in()
def withdraw_swap(id_: int) -> Response:
    """撤回换期"""
    return _answered(id_, SwapState.WITHDRAWN)


def _answered(id_: int, verdict: SwapState) -> Response:
    with doors.work() as work:
        answer = _swap(swapping.answer(work, id_, verdict))
    return api.answer(answer)


def _rotation(work: Work, one: Rotation) -> dict[str, Any]:
    return {
        "id": one.id,
        "chain": one.chain_code,
        "name": one.name,
        **{name: getattr(one, name) for name in fields.RHYTHM},
        "weekday": one.weekday + 1,
        "round": rules.running_round(queries.rota(work, one), local(work.now).date()),
    }


def _sessions(work: Work, rows: Sequence[Salon]) -> list[dict[str, Any]]:
    hosting = queries.hosts(work.session, rows)
    packs = packing.of(work.session, [one.id for one in rows])
    staff = queries.is_staff(work.actor)
    return [
        {
            "id": one.id,
            "rotation": one.rotation_id,
            "period_on": one.period_on,
            "on": one.on,
            "provisional": one.provisional,
            "pinned": one.pinned,
            "state": one.stage,
            "version": one.version,
            "hosts": [
                {
                    "enterprise": host.enterprise_code,
                    "round": host.round,
                    "why": host.why if staff else "",
                    "bound": host.bound,
                }
                for host in hosting.get(one.id, ())
            ],
            "why": one.why,
            "skipped": one.skipped if staff else [],
            "theme": one.theme,
            "venue": one.venue,
            "venue_of": packs[one.id].venue_of,
            "agenda": one.agenda,
            "policies": packs[one.id].policies,
            "ready": packs[one.id].ready,
            "minutes": one.minutes,
            "actions": holding.offered_of(
                work, one, frozenset(host.enterprise_code for host in hosting.get(one.id, ()))
            ),
        }
        for one in rows
    ]


def _members(work: Work, rotation: Rotation) -> list[dict[str, Any]]:
    rota, today = queries.rota(work, rotation), local(work.now).date()
    stand = rules.places(rota, today, work.calendar)
    within = rules.turns(rota.sessions, today)
    left_out = {one.code for one in rota.members if not one.is_in(today)}
    found = [
        {
            "enterprise": one.code,
            "place": stand[one.code].place if one.code in stand else None,
            "on": within[one.code][0] if one.code in within else None,
            "year": _year(stand.get(one.code)),
            "held": one.times,
            "last_on": one.last_on,
            "waited_months": one.waited_months,
            "overdue": one.overdue,
        }
        for one in rules.fairness(rota, today)
        if one.code not in left_out
    ]
    return sorted(found, key=lambda one: one["place"] or len(found) + 1)


def _year(place: Place | None) -> int | None:
    return place.on.year if place and place.on else None


def _swap(one: SalonSwap) -> dict[str, Any]:
    return {
        "id": one.id,
        "session": one.salon_id,
        "enterprise": one.enterprise_code,
        "other_session": one.other_salon_id,
        "other": one.other_code,
        "why": one.why,
        "state": one.swap_state,
        "asked_by": one.asked_by,
    }
