"""The pages of returns: the matrix of a period, and the list that each of its numbers opens."""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.tickets.returns import queries, rules
from chainhub.tickets.returns.queries import Found, Period
from chainhub.tickets.returns.rules import Return, Tally, Unclear, Verdict
from chainhub.tickets.rules import local_date_text
from chainhub.tickets.views.door import bp
from chainhub.web import doors

READERS = (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON)
"""Who sees returns together; each sees those of the tickets that they may see."""
_NONE = "类别待定"
_FILTERS = ("unit", "category", "to", "verdict")


@dataclass(frozen=True, slots=True)
class CountView:
    """Some returns as a number that opens their list: “3 次，成立 2”."""

    words: str
    rate: str
    url: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row of the matrix: a unit, its cell in each category (None: nothing), all of it."""

    unit: str
    cells: tuple[CountView | None, ...]
    total: CountView


@bp.get("/returns")
@doors.signed_in(*READERS)
def returns() -> ResponseReturnValue:
    with doors.reading() as work:
        within = queries.period(work, *_days())
        found = queries.returns(work, within)
        directory = known.of(work.session).directory
        by_category = rules.tallies(found.returns, lambda one: one.category)
        by_unit = rules.tallies(found.returns, lambda one: one.unit)
        cells = rules.tallies(found.returns, lambda one: (one.unit, one.category))
        moved = [one for one in found.returns if one.to]
        by_pair = rules.tallies(moved, lambda one: (one.unit, one.to))
        return render_template(
            "tickets/returns.html",
            within=within,
            total=_count(rules.tally(found.returns), within),
            cut=found.cut,
            most=queries.MOST,
            categories=[_label(directory, code) for code in by_category],
            rows=[
                UnitRow(
                    directory.unit_name(unit),
                    tuple(
                        _count(cells[unit, code], within, unit=unit, category=code or "none")
                        if (unit, code) in cells
                        else None
                        for code in by_category
                    ),
                    _count(whole, within, unit=unit),
                )
                for unit, whole in by_unit.items()
            ],
            sums=[_count(one, within, category=code or "none") for code, one in by_category.items()],
            pairs=[
                (
                    directory.unit_name(unit),
                    directory.unit_name(to),
                    _count(one, within, unit=unit, to=to),
                )
                for (unit, to), one in list(by_pair.items())[:30]
            ],
            unclear=[
                (_unclear(one, directory), url_for(".responsibilities", category=one.category))
                for one in rules.unclear(found.returns, queries.leads(work, within))
            ],
        )


def _days() -> tuple[date | None, date | None]:
    return _day(request.args.get("from", "")), _day(request.args.get("to_day", ""))


def _day(said: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", said, re.ASCII):
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _label(directory: Directory, code: str) -> str:
    return directory.category_label(code) or _NONE


def _count(one: Tally, within: Period, **narrow: str) -> CountView:
    rate = "—" if one.rate is None else f"{one.rate}%"
    query = {"from": within.first.isoformat(), "to_day": within.last.isoformat(), **narrow}
    words = f"{one.n} 次" + (f"，成立 {one.upheld}" if one.upheld else "")
    return CountView(words, rate, f"{url_for('.returned')}?{urlencode(query)}")


def _unclear(one: Unclear, directory: Directory) -> str:
    said = []
    if one.upheld >= rules.UNCLEAR_UPHELD:
        said.append(f"有 {one.upheld} 次退单成立")
    if one.is_dispersed:
        most = directory.unit_name(one.most)
        said.append(
            f"派过的 {one.dispatched} 件分给了 {one.units} 个单位，最多的{most}也只有 {one.most_n} 件"
        )
    return f"“{_label(directory, one.category)}”{'，'.join(said)}。清单上这一类写得不清楚。"


@bp.get("/returns/list")
@doors.signed_in(*READERS)
def returned() -> ResponseReturnValue:
    """List the returns that one number counts."""
    with doors.reading() as work:
        within = queries.period(work, *_days())
        found = queries.returns(work, within)
        directory = known.of(work.session).directory
        wanted = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
        listed = narrowed(found, wanted)
        below = doors.before()
        left = [one for one in listed if below is None or one.id < below]
        shown, more = left[: queries.PAGE], len(left) > queries.PAGE
        kept = {"from": within.first.isoformat(), "to_day": within.last.isoformat(), **wanted}
        here = url_for(".returned")
        return render_template(
            "tickets/returned.html",
            within=within,
            narrow=[_words(name, value, directory) for name, value in wanted.items()],
            count=len(listed),
            rows=[
                {
                    "number": found.titles[one.ticket][0],
                    "title": found.titles[one.ticket][1],
                    "unit": directory.unit_name(one.unit),
                    "to": directory.unit_name(one.to),
                    "category": _label(directory, one.category),
                    "reason": one.reason.label,
                    "note": one.note,
                    "verdict": one.verdict.label,
                    "is_part": one.is_part,
                    "when": local_date_text(one.at, year=work.now.year),
                }
                for one in shown
            ],
            back_url=f"{url_for('.returns')}?{urlencode({'from': kept['from'], 'to_day': kept['to_day']})}",
            next_url=f"{here}?{urlencode({**kept, 'before': str(shown[-1].id)})}" if more else "",
            first_url=f"{here}?{urlencode(kept)}" if below is not None else "",
        )


def narrowed(found: Found, wanted: dict[str, str]) -> list[Return]:
    """Return the returns that some filters leave, the newest first; `category=none` is those without one."""
    listed = sorted(found.returns, key=lambda one: -one.id)
    for name, value in wanted.items():
        said = "" if (name, value) == ("category", "none") else value
        listed = [one for one in listed if str(getattr(one, name)) == said]
    return listed


def _words(name: str, value: str, directory: Directory) -> str:
    if name == "category":
        return _label(directory, value)
    if name == "verdict":
        return Verdict(value).label if value in set(Verdict) else value
    return f"{'改派到' if name == 'to' else ''}{directory.unit_name(value)}"
