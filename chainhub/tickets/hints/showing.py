"""What a page says of the past: the hint with its confidence, and closed matters that were like it. It decides nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.finding import shelf, training
from chainhub.tickets import resembling, rules
from chainhub.tickets.hints import queries, service
from chainhub.tickets.hints.models import HintModel
from chainhub.tickets.hints.queries import Followed, Hint
from chainhub.tickets.hints.rules import What
from chainhub.tickets.models import Ticket
from chainhub.tickets.resembling import Solved, Text
from chainhub.tickets.workflow import Action


@dataclass(frozen=True, slots=True)
class HintView:
    """One hint: what it names, how sure, what else it may be; and the mark that a form carries."""

    label: str
    code: str
    name: str
    sure: str
    second: str
    mark: str
    may_fill: bool = False


@dataclass(frozen=True, slots=True)
class PastView:
    """One closed matter: where it stands, how it was dealt with, by whom and when."""

    title: str
    url: str
    line: str
    result: str


@dataclass(frozen=True, slots=True)
class PastCard:
    """What a clerk is told of the past when taking a ticket in or sending it on."""

    hints: tuple[HintView, ...]
    closed: tuple[PastView, ...]
    basis: str  # what the hints were learnt from


_ASKED: dict[Action, tuple[What, ...]] = {
    Action.ACCEPT: (What.CATEGORY, What.UNIT),
    Action.RECLASSIFY: (What.CATEGORY,),
    Action.DISPATCH: (What.CATEGORY, What.UNIT),
}
DECIDED: dict[Action, What] = {
    Action.ACCEPT: What.CATEGORY,
    Action.RECLASSIFY: What.CATEGORY,
    Action.DISPATCH: What.UNIT,
}
"""Which sort of hint is decided upon by which action."""


def of_ticket(work: Work, ticket: Ticket, wanted: Collection[What]) -> dict[What, Hint]:
    """Return what a ticket most likely is. A complaint's unit is not named."""
    return queries.hints(work, ticket.title, ticket.content, wanted, without_unit=ticket.complained_unit_code)


def card(work: Work, ticket: Ticket, action: Action) -> PastCard | None:
    """Return what a page of an action says of the past; None for other actions, and where there is nothing to say."""
    if action not in _ASKED:
        return None
    found = of_ticket(work, ticket, _ASKED[action])
    closed = closed_alike(work, Text(ticket.enterprise_code, ticket.title, ticket.content, ticket.id))
    if not found and not closed:
        return None
    hints = tuple(
        _view(hint, may_fill=what is What.UNIT and action is Action.DISPATCH)
        for what in _ASKED[action]
        if (hint := found.get(what)) is not None
    )
    tickets = max((hint.tickets for hint in found.values()), default=0)
    return PastCard(hints, closed, f"按本县 {tickets} 件已销号的诉求估的，您来定。" if hints else "")


def typed(work: Work, title: str, content: str) -> HintView | None:
    """Return what category a matter that is being typed most likely is."""
    hint = queries.hints(work, title, content, (What.CATEGORY,)).get(What.CATEGORY)
    return _view(hint) if hint is not None else None


def closed_alike(work: Work, said: Text) -> tuple[PastView, ...]:
    """Return the likest closed matters that this reader may see."""
    return tuple(_past(work, one) for one in resembling.closed_alike(work, said))


def _view(hint: Hint, *, may_fill: bool = False) -> HintView:
    second = f"其次 {hint.second[1]}，{hint.second[2]}%" if hint.second else ""
    return HintView(
        hint.what.label, hint.code, hint.label, f"把握 {hint.percent}%", second, hint.mark, may_fill
    )


def _past(work: Work, one: Solved) -> PastView:
    day = (
        rules.local_date_text(one.closed_at, year=work.now.astimezone(SHANGHAI).year) if one.closed_at else ""
    )
    line = f"{one.unit or '产业链党委'}办" + (f"，{day} 销号" if day else "")
    return PastView(one.title, f"/tickets/{one.number}", line, one.result)


# The administrator's page


@dataclass(frozen=True, slots=True)
class ModelView:
    """One sort of hint: does it work, what was learnt, how well it tells, and is it followed."""

    label: str
    colour: str
    state: str
    why: str
    made: str
    learnt: str
    figures: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, int, str], ...]  # label, tickets, F1
    few: str
    followed: str


@dataclass(frozen=True, slots=True)
class TryView:
    """One try to learn."""

    what: str
    made: str
    tickets: int
    came: str


def models(work: Work) -> tuple[ModelView, ...]:
    """Return each sort of hint for its keeper."""
    service.demand_keeper(work)
    newest, followed = queries.newest(work), queries.followed(work)
    return tuple(_model(work, what, newest.get(what), followed[what]) for what in What)


def tries(work: Work) -> tuple[TryView, ...]:
    """Return the last tries, the newest first."""
    return tuple(
        TryView(one.what.label, _day(one.made_at), one.tickets, "学成了" if one.digest else _why_not(one))
        for one in queries.tries(work)
    )


def _day(at: datetime) -> str:
    return rules.moment_text(at)


def _model(work: Work, what: What, row: HintModel | None, followed: Followed) -> ModelView:
    folder = shelf.folder_of(work.session)
    there = bool(
        row is not None and row.digest and folder is not None and shelf.fetch(folder, row.digest) is not None
    )
    if there:
        colour, state, why = "green", "在用", ""
    elif row is None:
        colour, state = "grey", "还没学"
        why = "每周日 03:40 学一次；也可以在“定时任务”里现在跑一次。"
    elif row.digest:
        colour, state = "yellow", "文件不在"
        why = "模型文件不在了，或者被改过，不用它。再学一次就有了。"
    else:
        colour, state, why = "grey", "没有建议", _why_not(row)
    if not training.is_installed():
        why += "这台服务器没有装 scikit-learn，学不了；装上 chainhub[ml] 就行。"
    return ModelView(
        what.label,
        colour,
        state,
        why,
        _day(row.made_at) if row is not None else "",
        f"{row.tickets} 件已销号的诉求，{len(row.counts)} 种{what.label}，用了 {row.took_ms / 1000:.1f} 秒"
        if row is not None
        else "",
        _figures(row.figures) if row is not None and row.figures else (),
        _labels(work, what, row) if row is not None else (),
        _few(work, what, row) if row is not None else "",
        _followed(followed),
    )


def _why_not(row: HintModel) -> str:
    if not row.figures:
        return f"历史太少：至少要有两种各满 {training.LEAST} 件已销号的（几乎一样的算一件），现在有 {len(row.counts)} 种。"
    return f"自测不过关：猜对 {_share(row.figures['accuracy'])}，没有比只猜最多的一种好到能用。"


def _share(value: float) -> str:
    return f"{value * 100:.1f}%"


def _figures(given: dict[str, float]) -> tuple[tuple[str, str], ...]:
    return (
        ("宏平均 F1", f"{given['macro_f1']:.3f}"),
        ("第一个就对", _share(given["accuracy"])),
        ("前两个里有", _share(given["top2"])),
        ("只猜最多的一种", _share(given["baseline"])),
        ("把握和实际差", _share(given["calibration"])),
    )


def _label_of(work: Work, what: What, code: str) -> str:
    directory = known.of(work.session).directory
    return (directory.category_label(code) if what is What.CATEGORY else directory.unit_name(code)) or code


def _labels(work: Work, what: What, row: HintModel) -> tuple[tuple[str, int, str], ...]:
    f1 = {label: value for label, _, value in row.figures.get("by_label", ())}
    listed = sorted(row.counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(
        (_label_of(work, what, code), times, f"{f1[code]:.3f}" if code in f1 else "—")
        for code, times in listed
    )


def _few(work: Work, what: What, row: HintModel) -> str:
    listed = sorted(row.few.items(), key=lambda one: (-one[1], one[0]))
    said = "，".join(f"{_label_of(work, what, code)} {times} 件" for code, times in listed)
    return f"不满 {training.LEAST} 件、不会建议的：{said}" if said else ""


def _followed(one: Followed) -> str:
    if not one.shown:
        return "近 90 天还没有人看着建议定过。"
    share = f"{one.taken / one.shown * 100:.0f}%"
    return (
        f"近 90 天看着建议定了 {one.shown} 件：照着定 {one.taken} 件（{share}），"
        f"另定 {one.otherwise} 件，没定 {one.left} 件。"
    )
