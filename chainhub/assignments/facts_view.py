"""Making what the pages of one guide and of one enterprise show."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from chainhub.assignments import kinds, line_queries, presenting, queries
from chainhub.assignments.line_queries import GuideLine
from chainhub.assignments.models import Assignment, Conflict, Guide, GuideReduction, Need, PairRule, Wish
from chainhub.assignments.rules import WARN_ABOVE, capacity, weight
from chainhub.assignments.service.leaving import CHECKLIST
from chainhub.assignments.terms import Side
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.models import User
from chainhub.county.people.service import caring
from chainhub.tickets.rules import mask_phone


def guide_rows(work: Work, found: Sequence[GuideLine]) -> list[dict[str, Any]]:
    """Return guides as rows of a list."""
    chains = known.of(work.session).directory.chains
    return [
        {
            "name": one.name,
            "url": f"/guides/people/{one.guide.user_id}",
            "unit": one.unit,
            "knows": "、".join(
                [*(chains[code].short for code in one.guide.industries if code in chains), *one.guide.skills]
            ),
            "town": one.guide.town,
            "phone": mask_phone(one.phone),
            "firms": one.firms,
            "capacity": one.guide.capacity,
            "over": one.firms > WARN_ABOVE,
            "reduced": one.reduced,
        }
        for one in found
    ]


def guide_page(work: Work, guide: Guide) -> dict[str, Any]:
    """Return one guide: what is known, the enterprises now, less for some time, wishes."""
    db, today = work.session, local(work.now).date()
    user = db.get_one(User, guide.user_id)
    directory = known.of(db).directory
    less = db.scalars(
        select(GuideReduction)
        .where(
            GuideReduction.user_id == guide.user_id,
            GuideReduction.cancelled_at.is_(None),
            GuideReduction.back_on > today,
        )
        .order_by(GuideReduction.from_on)
        .limit(20)
    ).all()
    lines = line_queries.lines(db, queries.every_chain(work), guide=guide.user_id).items
    wished = db.execute(
        select(Wish.rank, Enterprise.short)
        .join(Enterprise, Enterprise.code == Wish.enterprise_code)
        .where(Wish.side == Side.GUIDE, Wish.user_id == guide.user_id)
        .order_by(Wish.rank)
    ).all()
    now = [one.less for one in less if one.from_on <= today]
    return {
        "id": guide.user_id,
        "name": user.name,
        "line": f"{directory.unit_name(user.unit_code)} {guide.party_post or user.title}".strip(),
        "facts": [
            (
                "懂哪些产业链",
                "、".join(directory.chains[one].name for one in guide.industries if one in directory.chains),
            ),
            ("专长", "、".join(guide.skills)),
            ("乡镇街道", guide.town),
            ("电话", mask_phone(user.phone)),
            (
                "最多带",
                f"{capacity(guide.capacity, now)} 家" + (f"（平时 {guide.capacity} 家）" if now else ""),
            ),
            ("想带", "、".join(f"{rank}. {short}" for rank, short in wished)),
        ],
        "firms": [presenting.line(work, one) for one in lines],
        "less": [
            (
                one.id,
                f"{one.why}：{queries.day_text(one.from_on)}起少带 {one.less} 家，{queries.day_text(one.back_on)}回来",
            )
            for one in less
        ],
        "left": queries.day_text(guide.left_on) if guide.left_on else "",
        "checklist": CHECKLIST if guide.left_on else (),
        "keeps": presenting.is_decider(work),
    }


def firm_page(work: Work, firm: Enterprise, before: int | None) -> dict[str, Any]:
    """Return one enterprise: its guide, what is asked for, what is ruled, and every assignment it has had."""
    db = work.session
    (now,) = line_queries.lines(db, (firm.chain_code,), codes=(firm.code,)).items
    need = db.get(Need, firm.code)
    units = known.of(db).directory
    every = queries.all_kinds(work)
    rows = line_queries.history(db, firm.code, before=before, limit=queries.PAGE + 1)
    wished = db.execute(
        select(Wish.rank, User.name)
        .join(User, User.id == Wish.user_id)
        .where(Wish.side == Side.FIRM, Wish.enterprise_code == firm.code)
        .order_by(Wish.rank)
    ).all()
    conflicts = db.scalars(
        select(Conflict)
        .where(Conflict.enterprise_code == firm.code)
        .order_by(Conflict.id)
        .limit(queries.PAGE)
    ).all()
    tied = db.execute(
        select(PairRule, User.name)
        .join(User, User.id == PairRule.user_id)
        .where(PairRule.enterprise_code == firm.code, PairRule.lifted_at.is_(None))
        .order_by(PairRule.id)
        .limit(queries.PAGE)
    ).all()
    said = weight(firm.scale, organised=firm.has_party_org, said=need.weight if need else None)
    return {
        "code": firm.code,
        "name": firm.short,
        "line": f"{units.chains[firm.chain_code].name}，{firm.town}",
        "now": presenting.line(work, now),
        "now_id": now.assignment_id,
        "facts": [
            ("工作量", f"{said}" + ("（人工定的）" if need and need.weight else "（按规模和党组织算的）")),
            ("想要懂什么的", "、".join(need.skills) if need else ""),
            ("想要谁", "、".join(f"{rank}. {name}" for rank, name in wished)),
        ],
        "conflicts": [
            (
                one.id,
                f"{units.unit_name(one.unit_code)}：{one.why}",
                f"{one.waived_by}：{one.waived_why}" if one.waived_at else "",
            )
            for one in conflicts
        ],
        "ties": [
            (row.id, f"{name}：{row.tie.label}" + (f"（{row.why}）" if row.why else "")) for row, name in tied
        ],
        "history": [_past(row, name, every) for row, name in rows[: queries.PAGE]],
        "next_url": f"/guides/firms/{firm.code}?before={rows[queries.PAGE - 1][0].id}"
        if len(rows) > queries.PAGE
        else "",
        "first_url": f"/guides/firms/{firm.code}" if before is not None else "",
        "keeps": caring.decides(work, firm.chain_code),
    }


def _past(row: Assignment, name: str, every: Any) -> dict[str, str]:
    kind = every.get(row.kind)
    ended = ""
    if row.ended_on is not None and row.end_reason is not None:
        note = f"：{row.end_note}" if row.end_note else ""
        ended = f"{queries.day_text(row.ended_on)}结束，{row.end_reason.label}{note}。{row.ended_by}"
    return {
        "what": f"{kind.label if kind else row.kind} {name}"
        + ("" if row.lead or row.kind != kinds.GUIDE else "（协助）"),
        "from": f"{queries.day_text(row.started_on)}开始，{row.start_reason.label}。{row.started_by}",
        "ended": ended,
        "until": f"选派期到{queries.day_text(row.until_on)}" if row.until_on and not row.ended_on else "",
    }
