"""The list of tickets, its filters and its search."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import listing, mine, presenting, sought, terms
from chainhub.tickets.ageing import Age
from chainhub.tickets.common import service as common
from chainhub.tickets.inspections import rules as inspections
from chainhub.tickets.mine import FLAG_WORDS, STAFF
from chainhub.tickets.showing import FilterView, ListPage
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.workflow import State
from chainhub.web import doors

_LIST = "/tickets"


@bp.get("/tickets")
@doors.signed_in(*PEOPLE)
def index() -> ResponseReturnValue:
    with doors.reading() as work:
        wanted, order = sought.read(work, request.args.to_dict(flat=False))
        found = listing.page(work, wanted, order=order, cursor=request.args.get("cursor", ""))
        directory = known.of(work.session).directory
        page = ListPage(
            title=f"搜“{wanted.q}”" if wanted.q else "诉求",
            count=f"{listing.total(work, wanted, found)} 件",
            query=wanted.q,
            filters=_filters(work),
            rows=tuple(
                presenting.row(item.ticket, item.enterprise, work.now, work.calendar, directory)
                for item in found.items
            ),
            clear_url=url_for(".index") if _chosen() else "",
            next_url=_with(cursor=found.next_cursor) if found.next_cursor else "",
            first_url=_with(cursor=None) if request.args.get("cursor") else "",
            empty=f"没有找到“{wanted.q}”。" if wanted.q else "还没有这样的诉求。",
            empty_hint="换个词试试，两个字就能搜。"
            if wanted.q
            else "换个条件看看，或者清除筛选。"
            if _chosen()
            else "",
        )
        pools = common.may_open(work.actor)
        return render_template(
            "tickets/list.html",
            page=page,
            pool_url=url_for(".open_common") if pools else "",
            take_away=_take_away(work),
        )


def _take_away(work: Work) -> list[tuple[str, str]]:
    """Return where this list leads as a file, with its filters; the room above is known by its addresses."""
    if not work.actor.roles & set(STAFF):
        return []
    query = urlencode({name: values for name, values in _kept().items() if name != "cursor"}, doseq=True)
    found = [("导出台账", f"/errands/export?{query}".rstrip("?"))]
    if inspections.may_make(work.actor):
        found.append(("迎检", f"/inspections/new?{query}".rstrip("?")))
    return found


_KNOWN_ARGS = sought.KNOWN


def _chosen() -> bool:
    return any(request.args.get(name) for name in _KNOWN_ARGS if name != "order")


def _filters(work: Work) -> tuple[FilterView, ...]:
    """Return what this list can be narrowed by, and whatever else an address narrows it by: seen, it can be taken off."""
    told = {one.name: one for one in sought.told(work, request.args.to_dict(flat=False))}
    offered = _offered(work)
    known_here = {one.name for one in offered} | {"q"}
    alone = [_Offer(one.label, name) for name, one in told.items() if name not in known_here]
    return tuple(_filter_view(one, told.get(one.name)) for one in (*offered, *alone))


class _Offer(NamedTuple):
    """One filter: its label, its name in an address, and what it offers to choose from."""

    label: str
    name: str
    options: Sequence[tuple[str, str]] = ()


def _offered(work: Work) -> list[_Offer]:
    directory = known.of(work.session).directory
    tops = [(one.code, one.label) for one in directory.categories.values() if one.parent is None]
    units = [(one.code, one.short) for one in directory.units.values() if one.handles]
    shown = [
        _Offer("办到哪", "state", [(one.value, one.label) for one in State]),
        _Offer("灯", "light", list(sought.LIGHTS.items())),
        _Offer("类别", "category", tops),
        _Offer("性质", "kind", [(one.value, one.label) for one in terms.Kind]),
        _Offer("标记", "flag", _flags(work)),
        _Offer("到期", "due", [("7", "7 个工作日内到期")]),
        _Offer("逾期多久", "late", [(one.value, one.label) for one in Age]),
    ]
    if Role.ENTERPRISE not in work.actor.roles:
        shown[3:3] = [_Offer("主办单位", "unit", units), _Offer("协办单位", "co_unit", units)]
        shown.append(_Offer("走哪条路", "route", [(one.value, one.label) for one in terms.Route]))
        shown.append(_Offer("来源", "referred", [("1", "上级转办")]))
        if len(_chains(work)) > 1:
            shown.insert(0, _Offer("产业链", "chain", _chains(work)))
    return shown


def _flags(work: Work) -> list[tuple[str, str]]:
    return [(one.value, words) for one, words in FLAG_WORDS.items() if mine.may_read(work.actor, one)]


def _chains(work: Work) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in known.of(work.session).directory.chains.values()]


def _filter_view(offer: _Offer, told: sought.Told | None) -> FilterView:
    kept = _kept()
    kept.pop("cursor", None)
    clear = _address({other: values for other, values in kept.items() if other != offer.name})
    options = tuple((text, _address({**kept, offer.name: [value]})) for value, text in offer.options)
    return FilterView(offer.label, _chosen_words(offer, told) if told else "", clear, options)


def _chosen_words(offer: _Offer, told: sought.Told) -> str:
    """Return what is chosen as briefly as it was offered, else as it is told."""
    now = request.args.getlist(offer.name)
    words = "、".join(text for value, text in offer.options if value in now)
    return words or (told.label if told.value == sought.YES else told.value)


def _with(**changes: str | None) -> str:
    """Return this list's address with some arguments changed; None takes one away."""
    kept = _kept()
    for name, value in changes.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = [value]
    return _address(kept)


def _kept() -> dict[str, list[str]]:
    return {name: request.args.getlist(name) for name in (*_KNOWN_ARGS, "cursor") if name in request.args}


def _address(arguments: Mapping[str, Sequence[str]]) -> str:
    """Return the list's address with these arguments. By `url_for`, the eighty of a page take a third of its time."""
    query = urlencode(arguments, doseq=True)
    return f"{_LIST}?{query}" if query else _LIST
