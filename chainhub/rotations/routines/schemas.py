"""What the JSON door of recurring work takes and answers; bounds are those of `fields.py`."""

from typing import Any

from marshmallow import fields as mm

from chainhub.rotations.routines import fields
from chainhub.rotations.routines.papers import RoutinePaper
from chainhub.rotations.routines.service.planning import PEOPLE_MOST
from chainhub.rotations.routines.workflow import Action, Change, Kind
from chainhub.rotations.schemas import VERSION_MOST, PageQuery, of_spec
from chainhub.rotations.workflow import State
from chainhub.web.shapes import Choice, Command, Query, Shape, Whole, YesNo, next_cursor


def _field(name: str, *, required: bool) -> mm.Field[Any]:
    return of_spec(fields.FIELDS[name], required=required, most=PEOPLE_MOST)


def _command(name: str, made: dict[str, mm.Field[Any]], said: str) -> type[Command]:
    return type(name, (Command,), {**made, "__doc__": said, "__module__": __name__, "__qualname__": name})


def _asking(names: tuple[str, ...]) -> dict[str, mm.Field[Any]]:
    return {name: _field(name, required=name not in fields.OPTIONAL) for name in names}


PlanBody = _command(
    "PlanRoutineBody", {"kind": Choice(Kind, required=True), **_asking(fields.PLAN)}, "New recurring work."
)


def for_change(change: Change) -> type[Command]:
    """Return what a change takes: its fields, and `save` where it is to be kept."""
    made = _asking(fields.OF_CHANGE[change])
    made["save"] = YesNo(about="true 才保存；不写只看影响，什么都不变")
    return _command(f"{change.value.title()}RoutineBody", made, change.label)


def for_action(action: Action) -> type[Command]:
    """Return what an action takes: the version that was seen, and its fields."""
    made = _asking(fields.OF_ACTION[action])
    made["version"] = Whole(1, VERSION_MOST, required=True, about="看到的这一次的 version")
    return _command(f"{action.value.title().replace('_', '')}OccasionBody", made, action.label)


PrepareBody = _command(
    "PrepareOccasionBody",
    {
        **_asking(fields.PREPARE),
        "version": Whole(1, VERSION_MOST, required=True, about="看到的这一次的 version"),
    },
    "What notice and minutes say beside the day; what is left out is empty.",
)


class OccasionPaperBody(Command):
    """Which paper is to get its number."""

    kind = Choice(
        RoutinePaper, required=True, about="，".join(f"{one.value} {one.label}" for one in RoutinePaper)
    )


class OccasionPaperShape(Shape):
    """The number of a paper."""

    number = mm.String(required=True)
    url = mm.String(required=True)


class YearQuery(Query):
    """Which year."""

    year = Whole(2000, 2200, strict=False, about="不写就是今年")


class OccasionsQuery(PageQuery):
    """Which occasions."""

    state = Choice(State)


class RoutineShape(Shape):
    """Recurring work with its rule and who is responsible."""

    id = mm.Integer(required=True)
    kind = mm.Enum(Kind, by_value=mm.String, required=True)
    title = mm.String(required=True)
    chain = mm.String(required=True, allow_none=True, metadata={"description": "null 是全县的"})
    body = mm.String(
        required=True, metadata={"description": "负责单位，如 department:social_work_department"}
    )
    people = mm.List(mm.String(), required=True, metadata={"description": "具体的人的登录名"})
    months = mm.Integer(required=True)
    month = mm.Integer(required=True)
    week = mm.Integer(required=True)
    weekday = mm.Integer(required=True, metadata={"description": "1 是周一"})
    starts = mm.String(required=True)
    lead_days = mm.Integer(required=True)
    ended_on = mm.Date(required=True, allow_none=True)


class RoutinePage(Shape):
    """The recurring work that the caller reads."""

    items = mm.List(mm.Nested(RoutineShape), required=True)


class OccasionShape(Shape):
    """One occasion."""

    id = mm.Integer(required=True)
    routine = mm.Integer(required=True)
    period_on = mm.Date(required=True, metadata={"description": "这一次所在周期的第一天"})
    on = mm.Date(required=True, allow_none=True, metadata={"description": "改期待定时是 null"})
    provisional = mm.Boolean(required=True)
    pinned = mm.Boolean(required=True)
    state = mm.Enum(State, by_value=mm.String, required=True)
    missed = mm.Boolean(required=True, metadata={"description": "日子过了没办"})
    version = mm.Integer(required=True)
    why = mm.List(mm.String(), required=True)
    note = mm.String(required=True)
    address = mm.String(required=True)
    done_on = mm.Date(required=True, allow_none=True)
    venue = mm.String(required=True)
    topics = mm.String(required=True, metadata={"description": "议题，一行一条"})
    attending = mm.String(required=True, metadata={"description": "请谁参加"})
    actions = mm.List(mm.Enum(Action, by_value=mm.String), required=True)


class OccasionPage(Shape):
    """Some occasions, the first one first."""

    items = mm.List(mm.Nested(OccasionShape), required=True)
    next_cursor = next_cursor()


class OccasionYear(Shape):
    """A year's occasions, by day."""

    items = mm.List(mm.Nested(OccasionShape), required=True)


class RoutineEffectShape(Shape):
    """The whole effect of a change: days that fall away, days that are new."""

    saved = mm.Boolean(required=True)
    before = mm.List(mm.Date(), required=True)
    after = mm.List(mm.Date(), required=True)


class RoutineEventShape(Shape):
    """One change."""

    id = mm.Integer(required=True)
    at = mm.AwareDateTime(required=True)
    by = mm.String(required=True)
    action = mm.String(required=True)
    what = mm.String(required=True)
    why = mm.String(required=True)
    occasion = mm.Integer(required=True, allow_none=True)
    before = mm.List(mm.String(), required=True)
    after = mm.List(mm.String(), required=True)


class RoutineEventPage(Shape):
    """Some changes, the newest first."""

    items = mm.List(mm.Nested(RoutineEventShape), required=True)
    next_cursor = next_cursor()
