"""Where a unit stands among those that can be compared, and what would raise it."""

from collections.abc import Sequence

from sqlalchemy import func, select

from chainhub.core.work import Work
from chainhub.county import known
from chainhub.reminders.models import Clock
from chainhub.statistics import presenting, queries, reach
from chainhub.statistics.figures import RANKED_N, Result, ranked
from chainhub.statistics.queries import Question
from chainhub.statistics.reach import Narrow
from chainhub.statistics.showing import Place
from chainhub.statistics.terms import Cut, Measure
from chainhub.tickets import queries as tickets
from chainhub.tickets.clockwork import UNIT_CLOCKS
from chainhub.tickets.models import Ticket

_CODE = "handling_on_time"


def places(work: Work) -> Sequence[Place]:
    """Return where each of the actor's units stands by 按时办结率 of the rolling twelve months, in the whole county."""
    span = queries.now_rolling(work)
    found = queries.counts(work, Question(span, frozenset({Measure.HANDLING}), Cut.UNIT))
    order = [key for key, _ in ranked((key, found.result(_CODE, key)) for key in found.keys)]
    return [_place(work, unit, found.result(_CODE, unit), order) for unit in sorted(reach.of(work).units)]


def _place(work: Work, unit: str, result: Result, order: Sequence[str]) -> Place:
    name = known.of(work.session).directory.unit_name(unit)
    if unit in order:
        line = (
            f"近 12 个月按时办结 {result.share}，{result.text}，"
            f"在能排的 {len(order)} 个单位里排第 {order.index(unit) + 1}。"
        )
    elif result.n:
        line = f"近 12 个月应办结 {result.n} 件次，不足 {RANKED_N} 件次，不计率、不排名。"
    else:
        line = "近 12 个月还没有应办结的，记作“—”。"
    span = queries.now_rolling(work)
    late_url = presenting.case_url(_CODE, span, Narrow(Cut.UNIT, unit), "no")
    return Place(name, line, tuple(_hints(work, unit, result)), late_url if _missed(result) else "")


def _missed(result: Result) -> int:
    return result.n - int(result.top)


def _hints(work: Work, unit: str, result: Result) -> list[str]:
    """Say what would raise the rate: what runs and can still be kept, and what was lost to what."""
    running = _running(work, unit)
    said = []
    if running:
        kept, n = int(result.top) + running, result.n + running
        said.append(f"手上还有 {running} 件没到期，都按时办完是 {kept}/{n}（{round(100 * kept / n)}%）。")
    if missed := _missed(result):
        said.append(f"有 {missed} 件次超了时限；申请延期要在到期前一个工作日，批了才算按时。")
    if not said:
        said.append("没有超时的，也没有在办的。")
    return said


def _running(work: Work, unit: str) -> int:
    """Count the unit's limits that run and are not broken; what is confidential stands in no figure."""
    found = (
        select(func.count())
        .select_from(Clock)
        .join(Ticket, Ticket.id == Clock.owner_id)
        .where(
            Clock.owner_kind == tickets.OWNER,
            Clock.kind.in_(sorted(one.value for one in UNIT_CLOCKS)),
            Clock.holder_ref == unit,
            Clock.stopped_at.is_(None),
            Clock.due_at > work.now,
            Ticket.confidential.is_(False),
            Ticket.excluded.is_(False),
        )
    )
    return work.session.scalar(found) or 0
