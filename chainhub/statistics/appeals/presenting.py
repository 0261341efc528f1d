"""What the pages of appeals and weights say, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chainhub.core.work import Work
from chainhub.county import known
from chainhub.statistics.appeals.models import Appeal
from chainhub.statistics.appeals.queries import Line
from chainhub.statistics.appeals.service import about_of
from chainhub.statistics.appeals.terms import Verdict
from chainhub.statistics.figures import Weights, number_text
from chainhub.statistics.rank_showing import ScaleRow
from chainhub.statistics.ranking import weights_text
from chainhub.statistics.scoring import Scale
from chainhub.statistics.terms import Month, month_of
from chainhub.statistics.weighing import difficulties
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import moment_text

_COLOURS = {Verdict.ASKED: "yellow", Verdict.UPHELD: "blue", Verdict.REJECTED: "grey"}
UNSEEN = "这一件您打不开：它不归您单位办。"


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal as a line of the list. Without the ticket there is no more than that it is, of whom, and its end."""

    url: str
    title: str
    second: str
    about: str
    colour: str
    standing: str
    when: str
    decision: str = ""


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal with the words on both sides."""

    number: str
    title: str
    link: str
    about: str
    unit: str
    colour: str
    standing: str
    asked: str
    reason: str
    files: str
    due: str
    decided: str
    decision: str


def _standing(work: Work, one: Appeal) -> tuple[str, str]:
    if one.standing is Verdict.ASKED and one.due_at <= work.now:
        return "red", "过期没决定"
    return _COLOURS[one.standing], one.standing.label


def row(work: Work, one: Line) -> AppealRow:
    """Return an appeal as a line of the list."""
    found = one.appeal
    unit = known.of(work.session).directory.unit_name(found.unit_code)
    colour, words = _standing(work, found)
    at = found.decided_at or found.asked_at
    when = f"{moment_text(at)} {'决定' if found.decided_at else '提出'}"
    if not one.is_seen:
        return AppealRow("", "", UNSEEN, f"{unit}，{about_of(found).words}", colour, words, when)
    said = f"{one.number}，{one.enterprise}。{found.reason}"
    return AppealRow(
        f"/statistics/appeals/{found.id}",
        one.title,
        said,
        f"{unit}，{about_of(found).words}",
        colour,
        words,
        when,
        f"{found.decided_by}：{found.decision}" if found.decision else "",
    )


def detail(work: Work, ticket: Ticket, found: Appeal) -> AppealView:
    """Return an appeal with the words on both sides."""
    colour, words = _standing(work, found)
    decided = ""
    if found.decided_at is not None:
        decided = f"{found.decided_by} {moment_text(found.decided_at)} 决定"
    return AppealView(
        ticket.number,
        ticket.title,
        ticket.link,
        about_of(found).words,
        known.of(work.session).directory.unit_name(found.unit_code),
        colour,
        words,
        f"{found.asked_by} {moment_text(found.asked_at)} 提出",
        found.reason,
        f"附件 {found.files} 个，在诉求的附件里" if found.files else "",
        "" if decided else f"请产业链党委在 {moment_text(found.due_at)} 前决定",
        decided,
        found.decision,
    )


def scales(work: Work, found: Sequence[Scale]) -> list[ScaleRow]:
    """Return the changes of the weights, what begins last on top."""
    first = _first(month_of(work.now))
    begun = [one for one in found if one.from_on is None or one.from_on <= first]
    words = dict(difficulties(work))
    rows = []
    for one in found:
        day = one.from_on
        later = day is not None and day > first
        standing = "现在用的" if begun and one is begun[0] else "还没开始" if later else "以前用的"
        hard = "，".join(
            f"{words.get(name, name)} × {number_text(factor)}"
            for name, factor in (one.difficulty or {}).items()
            if factor != 1
        )
        since = f"{day.year}年{day.month}月{day.day}日起" if day else "开始就是"
        rows.append(ScaleRow(since, weights_text(Scale(one.weights)), hard, one.by, one.why, standing))
    return rows or [ScaleRow("开始就是", weights_text(Scale(Weights())), "", "", "", "现在用的")]


def _first(month: Month) -> date:
    return date(month.year, month.month, 1)
