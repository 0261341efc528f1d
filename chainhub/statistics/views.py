"""The pages of statistics: every figure with its formula, cut along what one asks, and the list behind each."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.statistics import backlog, board, cases, now, periods, placing, presenting, queries, reach
from chainhub.statistics.figures import FIGURES
from chainhub.statistics.presenting import ALL_MEASURES
from chainhub.statistics.reach import BOARD_READERS, READERS, Narrow
from chainhub.statistics.showing import Choice, FigureLine
from chainhub.statistics.terms import Cut, Span, month_of
from chainhub.web import doors

bp = Blueprint("statistics", __name__, template_folder="templates")
_TIMES = {
    "month": ("按月", periods.months),
    "quarter": ("按季", periods.quarters),
    "year": ("按年", periods.years),
}
_CUTS = (Cut.ALL, Cut.CHAIN, Cut.UNIT, Cut.CATEGORY, Cut.KIND, Cut.CHANNEL, Cut.ENTERPRISE)
_PARTS = {"yes": "分子里的", "no": "不在分子里的"}


@bp.get("/statistics")
@doors.signed_in(*READERS)
def index() -> ResponseReturnValue:
    """Show the figures of what the reader may read."""
    with doors.reading() as work:
        span, by, narrow = _span(work), request.args.get("by", Cut.ALL.value), _narrow()
        reached = reach.of(work)
        if by in _TIMES or by == Cut.ALL.value:
            asked = reach.question(work, span, ALL_MEASURES, narrow)
        else:
            asked = reach.question(work, span, ALL_MEASURES, Narrow(_cut(by), "", narrow.chain))
        found = queries.counts(work, asked)
        said = {
            "scope": _scope(work, reached, narrow),
            "when": presenting.span_text(span, local(work.now).date()),
            "span": span,
            "by": by,
            "spans": _spans(work, span, by, narrow),
            "cuts": _cuts(span, by, narrow, reached),
            "chains": _chains(work, span, by, narrow, reached),
            "columns": [FIGURES[code] for code in presenting.columns(_columns_of(by, reached, narrow))],
            "kept": {"by": by, **_kept(narrow)},
        }
        if by in _TIMES:
            rows = presenting.time_rows(found, _TIMES[by][1](span), _shown(reached, narrow))
            return render_template("statistics/cut.html", rows=rows, **said)
        if by != Cut.ALL.value:
            rows = presenting.rows(work, found, span, Narrow(_cut(by), "", narrow.chain))
            return render_template("statistics/cut.html", rows=rows, **said)
        return render_template(
            "statistics/index.html",
            groups=[
                *_now(work, _shown(reached, narrow)),
                *presenting.groups(found, span, _shown(reached, narrow)),
            ],
            places=placing.places(work),
            composite=presenting.composite_line(work, found, span),
            board_url="" if reached.is_of_units else url_for(".wall"),
            **said,
        )


def _now(work: Work, narrow: Narrow) -> list[tuple[str, list[FigureLine]]]:
    found = now.lines(work, narrow)
    return [("此刻", found)] if found else []


def _columns_of(by: str, reached: reach.Reach, narrow: Narrow) -> Cut:
    """Return along which cut the columns are chosen: of a unit's months as of units."""
    return Cut(by) if by in set(Cut) else _shown(reached, narrow).cut


def _shown(reached: reach.Reach, narrow: Narrow) -> Narrow:
    """Return what the lists behind the figures are narrowed to: a unit's own where there is one."""
    if reached.is_of_units and not narrow.key and len(reached.units) == 1:
        return Narrow(Cut.UNIT, next(iter(reached.units)), narrow.chain)
    return narrow


@bp.get("/statistics/cases")
@doors.signed_in(*READERS)
def listed() -> ResponseReturnValue:
    """List exactly what a figure counts."""
    with doors.reading() as work:
        span, narrow = _span(work), _narrow()
        # An address that names no figure shows the first; one that names a wrong one is refused.
        code, part = request.args.get("figure", next(iter(FIGURES))), request.args.get("part", "")
        if code not in FIGURES:
            raise Invalid(errors={"figure": ["没有这个指标，请从统计页重新选。"]})
        figure = FIGURES[code]
        asked = reach.question(work, span, frozenset({figure.measure}), narrow)
        wanted = cases.wanted(code, part, asked)
        found = cases.page(work, wanted, request.args.get("cursor", ""))
        here = presenting.case_url(code, span, narrow, wanted.part)
        return render_template(
            "statistics/cases.html",
            figure=figure,
            part=_PARTS.get(wanted.part, ""),
            scope=_scope(work, reach.of(work), narrow),
            when=presenting.span_text(span, local(work.now).date()),
            total=found.total,
            worked=""
            if wanted.part
            else presenting.worked(queries.counts(work, asked).result(code), span, narrow),
            rows=presenting.case_lines(work, found.rows, code),
            parts=_parts(figure.hits, code, span, narrow, wanted.part),
            next_url=f"{here}&cursor={found.next_cursor}" if found.next_cursor else "",
            first_url=here if request.args.get("cursor") else "",
            back_url=f"{url_for('.index')}?{urlencode({'from': span.first.written, 'to': span.last.written})}",
        )


@bp.get("/statistics/open")
@doors.signed_in(*BOARD_READERS)
def left_open() -> ResponseReturnValue:
    """List what was open at the end of a month."""
    with doors.reading() as work:
        said, this = request.args.get("month", ""), month_of(work.now)
        month = periods.read(said) if said else this
        if month is None or month > this:
            raise Invalid(errors={"month": ["月份要写成 2026-11 这样，最晚是本月。"]})
        found = backlog.page(work, month, request.args.get("cursor", ""))
        here = f"{url_for('.left_open')}?month={month.written}"
        return render_template(
            "statistics/cases.html",
            figure={"label": "没办完"},
            part="此刻" if month == this else f"{month.text}末",
            scope=_scope(work, reach.of(work), Narrow()),
            when="此刻" if month == this else f"{month.text}末",
            total=found.total,
            worked="到那时为止进入在办的次数，减去办完离开的次数；保密的不在内",
            rows=presenting.case_lines(work, found.rows, "entered"),
            parts=[],
            next_url=f"{here}&cursor={found.next_cursor}" if found.next_cursor else "",
            first_url=here if request.args.get("cursor") else "",
            back_url=url_for(".index"),
        )


def _parts(hits: tuple[int, ...], code: str, span: Span, narrow: Narrow, part: str) -> list[Choice]:
    if not hits:
        return []
    named = {"": "全部", **_PARTS}
    return [
        Choice(words, presenting.case_url(code, span, narrow, one), one == part)
        for one, words in named.items()
    ]


@bp.get("/board")
@doors.signed_in(*BOARD_READERS)
def wall() -> ResponseReturnValue:
    """Show the board for a hall, which fetches itself anew each minute; for visitors without what is overdue."""
    with doors.reading() as work:
        return render_template(
            "statistics/board.html", board=board.board(work, visit=request.args.get("visit") == "1")
        )


# What the address says


def _span(work: Work) -> Span:
    return periods.span(request.args.get("from", ""), request.args.get("to", ""), month_of(work.now))


def _cut(said: str) -> Cut:
    if said not in set(Cut):
        raise Invalid(errors={"by": ["不能按这个看，请从统计页重新选。"]})
    return Cut(said)


def _narrow() -> Narrow:
    args = request.args
    return Narrow(_cut(args.get("cut") or Cut.ALL.value), args.get("key", ""), args.get("chain", ""))


def _kept(narrow: Narrow) -> dict[str, str]:
    said = {"cut": narrow.cut.value if narrow.key else "", "key": narrow.key, "chain": narrow.chain}
    return {name: value for name, value in said.items() if value}


def _url(span: Span, by: str, narrow: Narrow) -> str:
    said = {"from": span.first.written, "to": span.last.written, "by": by, **_kept(narrow)}
    return f"{url_for('statistics.index')}?{urlencode(said)}"


def _spans(work: Work, span: Span, by: str, narrow: Narrow) -> list[Choice]:
    return [
        Choice(name, _url(one, by, narrow), one == span) for name, one in periods.usual(month_of(work.now))
    ]


def _cuts(span: Span, by: str, narrow: Narrow, reached: reach.Reach) -> list[Choice]:
    listed = [(cut.value, cut.label) for cut in _CUTS]
    if reached.is_of_units:
        listed = [(Cut.ALL.value, Cut.ALL.label)]
    elif reached.chains is not None and len(reached.chains) < 2:
        listed = [one for one in listed if one[0] != Cut.CHAIN.value]
    listed += [(name, words) for name, (words, _) in _TIMES.items()]
    return [Choice(words, _url(span, name, narrow), name == by) for name, words in listed]


def _chains(work: Work, span: Span, by: str, narrow: Narrow, reached: reach.Reach) -> list[Choice]:
    directory = known.of(work.session).directory
    codes = [one for one in directory.chains if reached.chains is None or one in reached.chains]
    if reached.is_of_units or len(codes) < 2 or by == Cut.CHAIN.value:
        return []
    named = [("", "各条链"), *((code, directory.chains[code].short) for code in codes)]
    return [
        Choice(words, _url(span, by, Narrow(narrow.cut, narrow.key, code)), code == narrow.chain)
        for code, words in named
    ]


def _scope(work: Work, reached: reach.Reach, narrow: Narrow) -> str:
    directory = known.of(work.session).directory
    if reached.is_of_units:
        whose = "、".join(directory.unit_name(code) for code in sorted(reached.units))
    elif reached.chains is None or narrow.chain:
        whose = "" if narrow.chain else known.of(work.session).name
    else:
        whose = "、".join(directory.chains[code].name for code in sorted(reached.chains))
    return "，".join(one for one in (whose, presenting.name_of(work, narrow)) if one)
