"""What page and API say of an errand, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chainhub.core.work import Work
from chainhub.documents.attachments.rules import size_text
from chainhub.operations.background import queries as background
from chainhub.operations.errands import queries, rules, service
from chainhub.operations.errands.models import Errand
from chainhub.operations.errands.rules import ErrandKind, Stage
from chainhub.tickets.rules import moment_text

_COLOURS = {
    Stage.WAITING: "grey",
    Stage.RUNNING: "grey",
    Stage.ASKING: "yellow",
    Stage.READY: "green",
    Stage.FAILED: "red",
    Stage.CANCELLED: "blue",
    Stage.EXPIRED: "blue",
}


@dataclass(frozen=True, slots=True)
class Light:
    """A light with its word."""

    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class ErrandView:
    """One errand as its page shows it; an address that is empty is nobody's to press now."""

    id: int
    url: str
    kind: str
    about: str
    light: Light
    when: str
    line: str
    percent: int
    is_undone: bool
    notes: Sequence[str]
    failures: Sequence[tuple[int, str]]
    more_failures: int
    file: str
    confirm_url: str = ""
    cancel_url: str = ""
    fetch_url: str = ""
    result_url: str = ""  # where in the county stands what came of it


def errand(work: Work, one: Errand) -> ErrandView:
    """Return an errand as whoever asked for it sees it."""
    undone = one.stage in rules.UNDONE
    report = one.report or {}
    failures = [(number, words) for number, words in report.get("failures", ())]
    fetchable = one.stage is Stage.READY and bool(one.stored_as)
    return ErrandView(
        id=one.id,
        url=one.link,
        kind=one.kind.label,
        about=one.about,
        light=Light(_COLOURS[one.stage], one.stage.label),
        when=moment_text(one.asked_at, year=work.now.year),
        line=_line(work, one),
        percent=rules.percent(one.done, one.total),
        is_undone=undone,
        notes=report.get("notes", ()),
        failures=failures,
        more_failures=int(report.get("failed", 0)) - len(failures),
        file=f"{one.file_name}，{size_text(one.size)}" if fetchable else "",
        confirm_url=f"{one.link}/confirm" if one.stage is Stage.ASKING else "",
        cancel_url=f"{one.link}/cancel" if service.may_cancel(one) else "",
        fetch_url=f"{one.link}/fetch" if fetchable else "",
        result_url=report.get("link", ""),
    )


def _line(work: Work, one: Errand) -> str:
    if one.stage is Stage.WAITING:
        return _waiting(work, one)
    if one.stage is Stage.RUNNING:
        if rules.is_silent(one.beat_at, work.now):
            return "好一会儿没有动静了，过几分钟会自动接着做。"
        if one.kind is ErrandKind.PROPOSAL:
            return f"算到 {rules.percent(one.done, one.total)}%"
        return f"{one.done} / {one.total}" if one.total else "正在准备"
    if one.stage is Stage.FAILED:
        return one.said
    if one.kind is ErrandKind.IMPORT:
        return _imported(one)
    if one.kind is ErrandKind.PROPOSAL and one.stage is Stage.READY:
        return f"{one.done} 家企业，两套方案都算好了；确认以前什么都不会改动。"
    if one.stage is Stage.READY and one.expires_at is not None:
        said = f"请在 {moment_text(one.expires_at, year=work.now.year)} 前下载，过后自动清掉。"
        return f"已经开始下载。断了的话，{said}" if one.fetched_at else f"{said}只能下载一次。"
    return one.said


def _waiting(work: Work, one: Errand) -> str:
    if not background.leads(work.session, work.now):
        return "没有进程在跑定时任务，所以还没开始。请告诉系统管理员。"
    ahead = queries.before(work.session, one.id)
    return f"前面还有 {ahead} 项，一项一项做。" if ahead else "几秒内就开始。"


def _imported(one: Errand) -> str:
    report = one.report or {}
    counts = f"新的 {report.get('done', 0)} 件，已经有的 {report.get('skipped', 0)} 件，不能导入的 {report.get('failed', 0)} 行"
    if one.stage is Stage.ASKING:
        return f"还没有写入。{counts}。"
    if one.stage is Stage.READY:
        return f"{counts}。" + ("" if report.get("done") else "没有新的，没有写入。")
    return one.said


def until(at: datetime | None, now: datetime) -> str:
    """Return a moment as people read it; empty for none."""
    return moment_text(at, year=now.year) if at else ""
