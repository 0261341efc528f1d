"""我的名次: where a unit or a chain stands among those that can be compared, and what would raise it (提升建议)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.work import Work
from chainhub.reminders.models import Clock
from chainhub.statistics import presenting, raising, reach, scoring
from chainhub.statistics.figures import RANKED_N, Result
from chainhub.statistics.rank_showing import Place
from chainhub.statistics.ranking import Ranking, ranking
from chainhub.statistics.reach import Narrow
from chainhub.statistics.scoring import RATES, Standing
from chainhub.statistics.showing import Choice
from chainhub.statistics.terms import Cut, Measure, month_of, rolling
from chainhub.tickets import queries as tickets
from chainhub.tickets.clockwork import UNIT_CLOCKS
from chainhub.tickets.models import Ticket

_CODE, _INTAKE = scoring.ON_TIME, "intake_on_time"
_FIRST = 3  # overdue tickets that are named
_LOOKED_AT = 200  # overdue limits among which they are found
_NOUN = {Cut.UNIT: "个单位", Cut.CHAIN: "条产业链"}


@dataclass
class _Hand:
    """What a body has in hand now."""

    in_time: int = 0
    late: list[tuple[datetime, str]] = field(default_factory=list)


def places(work: Work) -> Sequence[Place]:
    """Return where each of the actor's units and chains stands in the whole county, by the rolling twelve months.

    A unit's people read of their unit, a committee of its chains; whoever reads the whole county has no place in it.
    """
    reached, month = reach.of(work), month_of(work.now)
    units = sorted(work.actor.refs(Role.DEPARTMENT, ScopeKind.UNIT)) if reached.is_of_units else []
    chains = sorted(work.actor.refs(Role.COMMITTEE, ScopeKind.CHAIN))
    found: list[Place] = []
    if units:
        ranked = ranking(work, month, Cut.UNIT)
        hands = _of_units(work, units)
        found += [_place(work, ranked, unit, hands[unit], (_CODE,)) for unit in units]
    if chains:
        ranked = ranking(work, month, Cut.CHAIN, frozenset({Measure.INTAKE}))
        hands = _of_chains(work, chains)
        found += [_place(work, ranked, chain, hands[chain], (_INTAKE, _CODE)) for chain in chains]
    return found


def _place(work: Work, found: Ranking, key: str, hand: _Hand, timed: Sequence[str]) -> Place:
    one = next((row for row in found.standings if row.key == key), None)
    name = reach.key_label(work, found.cut, key)
    results = one.results if one else {code: _none(of_all) for code, of_all in found.whole.items()}
    said = [_score_line(found, one)]
    said += [_timed_line(found, key, code, results[code]) for code in timed]
    narrow, span = Narrow(found.cut, key), rolling(found.month)
    behind = [
        Choice(f"没{words}的", presenting.case_url(code, span, narrow, "no"), current=False)
        for code, words in (
            (_INTAKE, "按时接单"),
            (_CODE, "按时办结"),
            ("solved", "解决"),
            ("satisfied", "满意"),
        )
        if (code in timed or code in RATES) and results[code].n - results[code].top > 0
    ]
    return Place(
        name,
        tuple(said),
        one.label.label if one and one.label else "",
        tuple(one.reasons) if one else (),
        tuple(_hints(found, results, hand, timed)),
        tuple((number, f"/tickets/{number}") for _, number in hand.late[:_FIRST]),
        tuple(behind),
    )


def _none(one: Result) -> Result:
    return type(one)(one.figure, 0, one.top * 0, None)


def _score_line(found: Ranking, one: Standing | None) -> str:
    among = sum(row.rank is not None for row in found.standings)
    if one is None or not one.n:
        return "近 12 个月还没有企业评价齐的，综合记作“—”，不排名。"
    if one.rank is None or one.score is None:
        return f"{scoring.too_few(one.results)}。"
    return f"综合 {scoring.points(one.score)} 分，在能排的 {among} {_NOUN[found.cut]}里排第 {one.rank}。"


def _timed_line(found: Ranking, key: str, code: str, result: Result) -> str:
    """Say where it stands by a rate of time limits."""
    words = result.figure.label.removesuffix("率")
    if not result.n:
        return f"近 12 个月还没有应{words.removeprefix('按时')}的，记作“—”。"
    if not result.is_ranked:
        return f"近 12 个月应{words.removeprefix('按时')} {result.n} 件次，不足 {RANKED_N} 件次，不计率、不排名。"
    rated = {
        row.key: value
        for row in found.standings
        if (value := row.results[code].value) is not None and row.results[code].is_ranked
    }
    rank = scoring.ranks(rated)[key]
    return (
        f"近 12 个月{words} {result.share}，{result.text}，"
        f"在能排的 {len(rated)} {_NOUN[found.cut]}里排第 {rank}。"
    )


def _hints(found: Ranking, results: Mapping[str, Result], hand: _Hand, timed: Sequence[str]) -> Iterable[str]:
    """Say what would raise the figures: what is overdue, what can still be kept, how many good ones in a row."""
    if hand.late:
        many = f"{_LOOKED_AT} 件以上" if len(hand.late) >= _LOOKED_AT else f"{len(hand.late)} 件"
        yield f"{many}超过时限还没办，先办到期最早的："
    result = results[_CODE]
    if hand.in_time and found.cut is Cut.UNIT:
        kept, n = int(result.top) + hand.in_time, result.n + hand.in_time
        yield f"手上还有 {hand.in_time} 件没到期，都按时办完是 {kept}/{n}（{round(100 * kept / n)}%）。"
    if found.cut is Cut.UNIT and (missed := result.n - int(result.top)):
        yield f"有 {missed} 件次超了时限；申请延期要在到期前一个工作日，批了才算按时。"
    for code in (*RATES, *(one for one in timed if one != _CODE or found.cut is Cut.CHAIN)):
        if said := raising.advice(results[code], found.whole.get(code)):
            yield said
    if not hand.late and not hand.in_time and all(one.n == one.top for one in results.values()):
        yield "没有超时的，也没有在办的。"


def _of_units(work: Work, units: Sequence[str]) -> dict[str, _Hand]:
    """Return what each unit has in hand: its own limits that run; what is confidential stands in no figure."""
    hands = {unit: _Hand() for unit in units}
    mine = (
        Clock.owner_kind == tickets.OWNER,
        Clock.kind.in_(sorted(one.value for one in UNIT_CLOCKS)),
        Clock.holder_ref.in_(units),
        Clock.stopped_at.is_(None),
        Ticket.confidential.is_(False),
        Ticket.excluded.is_(False),
    )
    counted = (
        select(Clock.holder_ref, func.count())
        .join(Ticket, Ticket.id == Clock.owner_id)
        .where(*mine, Clock.due_at > work.now)
        .group_by(Clock.holder_ref)
    )
    for unit, n in work.session.execute(counted):
        hands[unit].in_time = n
    overdue = (
        select(Clock.holder_ref, Clock.due_at, Ticket.number)
        .join(Ticket, Ticket.id == Clock.owner_id)
        .where(*mine, Clock.due_at <= work.now, tickets.visible(work.actor))
        .order_by(Clock.due_at, Clock.id)
        .limit(_LOOKED_AT)
    )
    for unit, due_at, number in work.session.execute(overdue):
        hands[unit].late.append((due_at, number))
    return hands


def _of_chains(work: Work, chains: Sequence[str]) -> dict[str, _Hand]:
    """Return what is overdue in each chain, whoever's it is."""
    hands = {chain: _Hand() for chain in chains}
    overdue = (
        select(Ticket.chain_code, Ticket.due_at, Ticket.number)
        .where(
            Ticket.chain_code.in_(chains),
            Ticket.is_open,
            Ticket.due_at <= work.now,
            Ticket.confidential.is_(False),
            Ticket.excluded.is_(False),
            tickets.visible(work.actor),
        )
        .order_by(Ticket.due_at, Ticket.id)
        .limit(_LOOKED_AT)
    )
    for chain, due_at, number in work.session.execute(overdue):
        if due_at is not None:
            hands[chain].late.append((due_at, number))
    return hands
