"""What somebody looks for, as the address of the list says it: the one reading of it, and how it is said in words.

Page, background export and file share it, so that a file has what the list showed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from chainhub.core.words import Labelled
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.tickets import ageing, desk, mine, terms
from chainhub.tickets.ageing import Age
from chainhub.tickets.clockwork import ClockKind
from chainhub.tickets.listing import Colour, Filter, Order, Undecided
from chainhub.tickets.mine import FLAG_WORDS, Flag
from chainhub.tickets.workflow import ENDS, State

Args = Mapping[str, Sequence[str]]
Word = TypeVar("Word", bound=Labelled)
KNOWN = (
    "q",
    "state",
    "chain",
    "unit",
    "co_unit",
    "category",
    "kind",
    "undecided",
    "channel",
    "urgency",
    "light",
    "due",
    "late",
    "open",
    "ended",
    "unhappy",
    "flag",
    "order",
    "enterprise",
    "task",
    "referred",
    "route",
)
Q_MOST = 40  # characters of a search
_VALUE_MOST = 60  # characters of any other word of an address
_SEVERAL_MOST = 30
LIGHTS = {"red": "逾期", "yellow": "快到期", "green": "正常", "grey": "停着", "blue": "已办完"}
_TASK_STATES: dict[str, tuple[State, ...]] = {
    ClockKind.INTAKE.value: (State.SUBMITTED,),
    ClockKind.DISPATCH.value: (State.ACCEPTED,),
    ClockKind.RULING.value: (State.DISPUTED,),
    ClockKind.REVIEW.value: (State.RESOLVED,),
    ClockKind.ACKNOWLEDGE.value: (State.DISPATCHED,),
    ClockKind.UNIT.value: (State.HANDLING,),
    ClockKind.REWORK.value: (State.HANDLING,),
    ClockKind.CLOSING.value: (State.CONFIRMED,),
    ClockKind.CALLBACK.value: (State.REVIEWED,),
    ClockKind.EVALUATION.value: (State.REVIEWED,),
    ClockKind.SUPPLY.value: (State.INFO_REQUESTED,),
    ClockKind.SUPPLY_HANDLING.value: (State.AWAITING_INFO,),
}


def kept(args: Args) -> dict[str, list[str]]:
    """Return of an address what this list knows, short enough to be stored."""
    found = {}
    for one in KNOWN:
        values = [value[:_VALUE_MOST] for value in list(args.get(one, ()))[:_SEVERAL_MOST] if value]
        if values:
            found[one] = values
    return found


def read(work: Work, args: Args) -> tuple[Filter, Order]:
    """Return the filter and the order that an address means to this actor now. What it does not know it leaves out."""
    task, due = _first(args, "task"), _first(args, "due")
    extra = desk.unhappy(work.now) if _first(args, "unhappy") else ()
    extra = (*extra, *(mine.flagged(work.actor, one) for one in _flags(args)))
    if age := _one(Age, _first(args, "late")):
        extra = (*extra, ageing.is_of(work.calendar, work.now, age))
    states = tuple(State(one) for one in args.get("state", ()) if one in set(State))
    if _first(args, "ended"):
        states = tuple(sorted(ENDS))
    if task in _TASK_STATES:
        states = _TASK_STATES[task]
    before = None
    if due == "7":
        day = work.calendar.add_workdays(work.now.date(), 7)
        before = work.calendar.end_of_day(day)
    light = _first(args, "light")
    return Filter(
        states=states,
        chain=_first(args, "chain"),
        unit=_first(args, "unit"),
        co_unit=_first(args, "co_unit"),
        enterprise=_first(args, "enterprise"),
        category=_first(args, "category"),
        kind=_one(terms.Kind, _first(args, "kind")),
        undecided=_one(Undecided, _first(args, "undecided")),
        channel=_one(terms.Channel, _first(args, "channel")),
        urgency=_one(terms.Urgency, _first(args, "urgency")),
        open_only=bool(_first(args, "open")),
        light=Colour(light) if light in set(Colour) else None,
        q=_first(args, "q").strip()[:Q_MOST],
        due_before=before,
        referred=bool(_first(args, "referred")),
        route=_one(terms.Route, _first(args, "route")),
        extra=extra,
    ), Order.DUE if _first(args, "order") == "due" or task or before else Order.NEWEST


def words(work: Work, args: Args) -> str:
    """Return in words what an address looks for; “全部” where it narrows nothing."""
    return "；".join(f"{one.label}：{one.value}" for one in told(work, args)) or "全部"


class Told(NamedTuple):
    """One thing that an address looks for: its name there, and how people call it."""

    name: str
    label: str
    value: str


YES = "是"


def told(work: Work, args: Args) -> list[Told]:
    """Return everything that an address looks for, in words."""
    directory = known.of(work.session).directory
    task = _TASK_STATES.get(_first(args, "task"), ())
    chain = directory.chains.get(_first(args, "chain"))
    kind, urgency = _one(terms.Kind, _first(args, "kind")), _one(terms.Urgency, _first(args, "urgency"))
    channel = _one(terms.Channel, _first(args, "channel"))
    undecided = _one(Undecided, _first(args, "undecided"))
    route, age = _one(terms.Route, _first(args, "route")), _one(Age, _first(args, "late"))
    states = (
        [] if _first(args, "ended") else [State(one) for one in args.get("state", ()) if one in set(State)]
    )
    said = (
        Told("q", "搜索", _first(args, "q").strip()[:Q_MOST]),
        Told("task", "办到哪", _labels(task)) if task else Told("state", "办到哪", _labels(states)),
        Told("chain", "产业链", chain.name if chain else _first(args, "chain")),
        Told("unit", "主办单位", _unit(work, _first(args, "unit"))),
        Told("co_unit", "协办单位", _unit(work, _first(args, "co_unit"))),
        Told("enterprise", "企业", _firm(work, _first(args, "enterprise"))),
        Told(
            "category", "类别", directory.category_label(_first(args, "category")) or _first(args, "category")
        ),
        Told("kind", "性质", kind.label if kind else ""),
        Told("undecided", "还没定", f"没定{undecided.label}" if undecided else ""),
        Told("channel", "渠道", channel.label if channel else ""),
        Told("urgency", "紧急程度", urgency.label if urgency else ""),
        Told("light", "灯", LIGHTS.get(_first(args, "light"), "")),
        Told("late", "逾期多久", age.label if age else ""),
        Told("flag", "标记", "、".join(FLAG_WORDS[one] for one in _flags(args))),
        Told("due", "到期", "7 个工作日内到期" if _first(args, "due") == "7" else ""),
        Told("route", "走哪条路", route.label if route else ""),
        Told("referred", "来源", "上级转办" if _first(args, "referred") else ""),
        Told("open", "没办完", YES if _first(args, "open") else ""),
        Told("ended", "已办完", YES if _first(args, "ended") else ""),
        Told("unhappy", "企业不满意", YES if _first(args, "unhappy") else ""),
    )
    return [one for one in said if one.value]


def _labels(states: Sequence[State]) -> str:
    return "、".join(one.label for one in states)


def _firm(work: Work, code: str) -> str:
    """Return the name of an enterprise to the staff; whoever is not reads the code that stands in the address."""
    found = work.session.get(Enterprise, code) if code and work.actor.roles & set(mine.STAFF) else None
    return found.name if found else code


def _unit(work: Work, code: str) -> str:
    found = known.of(work.session).directory.units.get(code)
    return found.name if found else code


def _first(args: Args, name: str) -> str:
    return next(iter(args.get(name, ())), "")


def _flags(args: Args) -> list[Flag]:
    return [Flag(one) for one in args.get("flag", ()) if one in set(Flag)]


def _one(kind: type[Word], value: str) -> Word | None:
    return kind(value) if value and value in set(kind) else None
