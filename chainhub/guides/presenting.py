"""Making what the pages of guides show."""

from collections.abc import Mapping, Sequence
from datetime import date

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.guides import queries, rules
from chainhub.guides.models import GuideVisit, VisitChange
from chainhub.guides.queries import DutyLine
from chainhub.guides.rules import Figures
from chainhub.guides.showing import COLOURS, CoverageRow, DutyView, VisitView
from chainhub.tickets.rules import day_text, moment_text

NAMES = {
    "on": "日期",
    "kind": "做了什么事",
    "met": "见了谁",
    "done": "情况",
    "note": "内部备注",
    "policies": "送的政策",
}


def visits(work: Work, rows: Sequence[GuideVisit]) -> list[VisitView]:
    """Return visits as this actor reads them; the staff's note and tickets of others are left out."""
    ids = [one.id for one in rows]
    firms = queries.names(work.session, {one.enterprise_code for one in rows})
    delivered = queries.policies(work.session, ids)
    raised = queries.raised(work, ids)
    year = local(work.now).year
    return [
        VisitView(
            id=one.id,
            url=one.link,
            day=day_text(one.on, year=year),
            firm=firms.get(one.enterprise_code, ""),
            kind=one.kind.label,
            guide=one.guide_name,
            met=one.met,
            done=one.done,
            note=one.note if queries.reads_note(work.actor, one) else "",
            policies=[f"{p.title}（{p.source}）" if p.source else p.title for p in delivered.get(one.id, ())],
            tickets=[(t.link, t.title, t.state.label) for t in raised.get(one.id, ())],
        )
        for one in rows
    ]


def changes(work: Work, visit: GuideVisit, rows: Sequence[VisitChange]) -> list[tuple[str, list[str]]]:
    """Return corrections: who when why, and what each field said before and says since."""
    internal = queries.reads_note(work.actor, visit)
    found = []
    for one in rows:
        lines = [
            f"{NAMES[name]}：{one.before.get(name) or '（空）'} → {one.after.get(name) or '（空）'}"
            for name in NAMES
            if name in one.after and (internal or name != "note")
        ]
        head = f"{moment_text(one.at, year=local(work.now).year)} {one.by}：{one.why if internal else '更正'}"
        found.append((head, lines))
    return found


def duties(work: Work, lines: Sequence[DutyLine]) -> list[DutyView]:
    """Return the months of firms with their guides."""
    guides = queries.people(work.session, {one.guide_id for one in lines if one.guide_id is not None})
    cared = work.actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE)
    current = rules.month_of(local(work.now).date())
    return [
        DutyView(
            one.name,
            one.enterprise,
            guides.get(one.guide_id or 0, ""),
            one.standing.label,
            COLOURS[one.standing],
            f"/visits/{one.visit_id}" if one.visit_id else "",
            may_log=one.enterprise in cared and one.month == current,
        )
        for one in lines
    ]


def _row(name: str, found: Figures) -> CoverageRow:
    said = [
        str(n) if found.n else "—" for n in (found.kept, found.waived, found.due, found.missed, found.gap)
    ]
    return CoverageRow(name, found.words, found.n, *said)


def together(found: Sequence[Figures]) -> Figures:
    """Return the sum of figures."""
    return Figures(
        sum(one.kept for one in found),
        sum(one.waived for one in found),
        sum(one.missed for one in found),
        sum(one.due for one in found),
        sum(one.gap for one in found),
    )


def by_chain(
    work: Work, counted: Mapping[tuple[str, int | None], Figures]
) -> tuple[CoverageRow, list[CoverageRow], list[CoverageRow]]:
    """Return the figures of all, of each chain, and of each guide in the order of names; no order by figures."""
    chains = known.of(work.session).directory.chains
    of_chain = [
        _row(fact.name, together([one for (code, _), one in counted.items() if code == fact.code]))
        for fact in chains.values()
        if any(code == fact.code for code, _ in counted)
    ]
    ids = sorted({guide for _, guide in counted if guide is not None})[: queries.PAGE_MOST]
    named = queries.people(work.session, ids)
    of_guide = [
        _row(named.get(id_, ""), together([one for (_, guide), one in counted.items() if guide == id_]))
        for id_ in sorted(ids, key=lambda id_: named.get(id_, ""))
    ]
    return _row("合计", together(list(counted.values()))), of_chain, of_guide


def month_links(month: date, today: date) -> tuple[str, str]:
    """Return how the months before and after are written in addresses; none lies ahead of this one."""
    after = rules.next_month(month)
    return (
        rules.month_before(month).strftime("%Y-%m"),
        after.strftime("%Y-%m") if after <= rules.month_of(today) else "",
    )
