"""Asking for errands, confirming, cancelling and fetching them; and what their run writes down. Never commits.

A run is known by its `runner`: whatever it writes it writes only as long as no other run has taken its place, so a run
that was believed dead and lives on does no harm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.engine import CursorResult

from chainhub.assignments.service import proposing
from chainhub.audit import service as audit
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import storing
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.operations.errands import queries, rules
from chainhub.operations.errands.models import Errand
from chainhub.operations.errands.rules import ErrandKind, Stage
from chainhub.tickets import masking, sought
from chainhub.tickets.inspections.models import Inspection
from chainhub.tickets.mine import STAFF

HANDLERS = (Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT)
"""Of the staff who may need whole numbers, of the tickets that they handle."""
_GONE = "没有这一项，或者不是您要的。请从“导出与导入”里选。"


class TakenOver(Exception):
    """Another run has taken this one's place, or nobody wants it any more: it stops and writes nothing."""


# Asking


def may_export(work: Work) -> bool:
    """Say whether this actor may take a ledger along."""
    return bool(work.actor.roles & set(STAFF))


def may_import(work: Work) -> bool:
    """Say whether this actor may bring a ledger: the committee of a chain, for its own enterprises."""
    return Role.COMMITTEE in work.actor.roles


def may_have_numbers(work: Work) -> bool:
    """Say whether this actor may have whole telephone numbers in a file, with a reason."""
    return bool(work.actor.roles & set(HANDLERS))


def demand_export(work: Work) -> None:
    """Refuse whoever may not take a ledger along: NotAllowed."""
    if not may_export(work):
        raise NotAllowed("台账由党委、专班、职能部门和领导导出。您自己的诉求请在列表里看。")


def demand_import(work: Work) -> None:
    """Refuse whoever may not bring a ledger: NotAllowed."""
    if not may_import(work):
        raise NotAllowed("台账由产业链党委导入。请把表交给企业所在产业链的党委。")


def ask_export(work: Work, args: sought.Args, reason: str = "") -> Errand:
    """Ask for the ledger of what a list shows. With a reason the numbers of what one handles stand in full, and it is
    logged. Raises NotAllowed, Invalid, Conflict.
    """
    demand_export(work)
    if reason and reason not in masking.REASONS:
        raise Invalid(errors={"reason": ["请从列出的理由里选一个；不选就是脱敏的。"]})
    if reason and not may_have_numbers(work):
        raise NotAllowed("完整号码只给经办诉求的人。请不选理由，导出脱敏的台账。")
    _demand_few(work)
    found = sought.kept(args)
    made = _made(work, ErrandKind.EXPORT, sought.words(work, found), {"args": found, "reason": reason})
    if reason:
        audit.record(work, "show_phone", f"台账 {made.id}", {"reason": reason, "text": made.about})
    return made


def ask_import(work: Work, file_name: str, stored_as: str, rows: int) -> Errand:
    """Ask for a look at a ledger that was brought, before anything is written. Raises NotAllowed, Conflict."""
    demand_import(work)
    _demand_few(work)
    made = _made(work, ErrandKind.IMPORT, f"{file_name}，{rows} 行", {"phase": "preview", "rows": rows})
    made.file_name, made.source_as, made.total = file_name[-120:], stored_as, rows
    work.session.flush()
    return made


def ask_pack(work: Work, inspection: Inspection) -> Errand:
    """Ask for the pack of an inspection that this actor may have; whoever calls has asked that. Raises Conflict."""
    _demand_few(work)
    about = f"{inspection.body}，{inspection.tickets} 件"
    made = _made(work, ErrandKind.PACK, about, {"inspection": inspection.id})
    made.total = inspection.tickets
    audit.record(work, "ask_pack", f"迎检 {inspection.id} {inspection.body}", {"number": made.id})
    return made


def ask_proposal(work: Work) -> Errand:
    """Ask for both scenarios of who looks after whom, for all chains of this committee. Raises NotAllowed, Conflict."""
    chains = proposing.demand_decided(work)
    _demand_few(work)
    names = known.of(work.session).directory.chains
    return _made(
        work, ErrandKind.PROPOSAL, "、".join(names[one].name for one in chains), {"chains": list(chains)}
    )


def _demand_few(work: Work) -> None:
    if work.actor.id is None or queries.undone(work.session, work.actor.id) >= rules.RUNNING_MOST:
        raise Conflict(f"您已经有 {rules.RUNNING_MOST} 项在做，请等做好一项再来。", code="forbidden_now")


def _made(work: Work, kind: ErrandKind, about: str, given: dict[str, Any]) -> Errand:
    made = Errand(
        kind=kind,
        stage=Stage.WAITING,
        asked_by_id=work.actor.id,
        asked_at=work.now,
        about=about[:400],
        given=given,
        held=[],
        report={},
    )
    work.session.add(made)
    work.session.flush()
    return made


# What whoever asked does with it


def own(work: Work, id_: int) -> Errand:
    """Return an errand of this actor. Raises NotFound."""
    found = queries.own(work.session, work.actor.id or 0, id_)
    if found is None:
        raise NotFound(_GONE)
    return found


def confirm(work: Work, id_: int) -> Errand:
    """Let an import be written after its preview. Raises NotFound, NotAllowed, Conflict."""
    found = own(work, id_)
    demand_import(work)
    if found.stage is not Stage.ASKING:
        raise Conflict(f"这一项现在是“{found.stage.label}”，没有什么要确认。", code="wrong_state")
    found.stage, found.tries, found.done = Stage.WAITING, 0, 0
    found.given = {**found.given, "phase": "write"}
    found.expires_at = found.ended_at = None
    work.session.flush()
    return found


def may_cancel(one: Errand) -> bool:
    """Say whether an errand can be let go of: nothing of it is written yet."""
    return one.stage in {*rules.UNDONE, Stage.ASKING} and not one.given.get("import_id")


def cancel(work: Work, id_: int) -> Errand:
    """Let go of an errand; its run stops at its next step. Raises NotFound, Conflict."""
    found = own(work, id_)
    if found.stage not in {*rules.UNDONE, Stage.ASKING}:
        raise Conflict(f"这一项现在是“{found.stage.label}”，不用取消。", code="wrong_state")
    if not may_cancel(found):
        raise Conflict("已经在写入，停不下来。请等它写完。", code="forbidden_now")
    found.stage, found.ended_at, found.runner = Stage.CANCELLED, work.now, ""
    found.expires_at = work.now  # its files go with the next sweep
    work.session.flush()
    return found


def fetch(work: Work, id_: int) -> Errand:
    """Return an errand whose file is about to be handed out: once, to who asked, who may still have it.

    Raises NotFound, NotAllowed, Conflict.
    """
    found = own(work, id_)
    if found.stage is Stage.EXPIRED or (
        found.stage is Stage.READY and (found.expires_at is None or found.expires_at <= work.now)
    ):
        raise Conflict("这个文件已经下载过，或者放得太久，清掉了。请重新导出。", code="gone")
    if found.stage is not Stage.READY or not found.stored_as:
        raise Conflict(f"这一项现在是“{found.stage.label}”，没有可下载的文件。", code="wrong_state")
    if not rules.still_covers(found.held, work.actor.grants):
        raise NotAllowed("导出以后您的授权变了，这个文件不能再下载。请按现在的授权重新导出。")
    if found.fetched_at is None and found.expires_at is not None:
        found.fetched_at = work.now
        found.expires_at = rules.expiry(work.now, found.expires_at)
    audit.record(work, "fetch_errand", f"{found.kind.label} {found.id}", {"name": found.file_name})
    work.session.flush()
    return found


# What a run writes down


@dataclass(frozen=True, slots=True)
class Task:
    """An errand as its run was given it."""

    id: int
    kind: ErrandKind
    runner: str
    asked_by_id: int
    about: str
    given: Mapping[str, Any]
    file_name: str
    source_as: str
    stored_as: str
    left_behind: str  # what an earlier run may have stored
    tries: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What a run has come to: a file, or a report."""

    file_name: str = ""
    size: int = 0
    sha256: str = ""
    count: int = 0
    held: Sequence[Sequence[str]] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    asks: bool = False  # it waits to be confirmed


def claim(work: Work, id_: int, runner: str) -> Task | None:
    """Take an errand that waits, or whose run is silent; None where somebody else was faster."""
    found = work.session.get(Errand, id_)
    if found is None:
        return None
    left, stored_as = found.stored_as, "" if found.kind in rules.WITHOUT_FILE else storing.place()
    silent = or_(Errand.beat_at.is_(None), Errand.beat_at <= work.now - rules.SILENT)
    free = or_(Errand.stage == Stage.WAITING, and_(Errand.stage == Stage.RUNNING, silent))
    values = {
        "stage": Stage.RUNNING,
        "runner": runner,
        "tries": Errand.tries + 1,
        "beat_at": work.now,
        "started_at": work.now,
        "done": 0,
        "stored_as": stored_as,
    }
    if not _changed(work, update(Errand).where(Errand.id == id_, free).values(values)):
        return None
    work.session.refresh(found)
    return Task(
        found.id,
        found.kind,
        runner,
        found.asked_by_id,
        found.about,
        found.given,
        found.file_name,
        found.source_as,
        stored_as,
        left,
        found.tries,
        work.now,
    )


def _changed(work: Work, statement: Any) -> bool:
    done = work.session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(done, CursorResult) and done.rowcount == 1


def _write(work: Work, task: Task, values: Mapping[str, Any]) -> Errand:
    """Change the row of a run. Raises TakenOver where it is no longer this run's."""
    mine = and_(Errand.id == task.id, Errand.runner == task.runner, Errand.stage == Stage.RUNNING)
    if not _changed(work, update(Errand).where(mine).values(dict(values))):
        raise TakenOver(task.id)
    found = work.session.get_one(Errand, task.id)
    work.session.refresh(found)
    return found


def beat(work: Work, task: Task, done: int, total: int) -> None:
    """Leave a sign of life, and say how far it is. Raises TakenOver."""
    _write(work, task, {"beat_at": work.now, "done": done, "total": total})


def begin_writing(work: Work, task: Task, import_id: int) -> None:
    """Note under which id an import writes, so that it is taken up again under the same. Raises TakenOver."""
    _write(work, task, {"given": {**task.given, "import_id": import_id}, "beat_at": work.now})


def finish(work: Work, task: Task, made: Made) -> None:
    """Note what came of a run, and tell who asked. Raises TakenOver."""
    stage = Stage.ASKING if made.asks else Stage.READY
    ends = {"stage": stage, "ended_at": work.now, "done": made.count, "total": made.count}
    values = {**ends, "held": list(made.held), "report": dict(made.report)}
    values["expires_at"] = work.now + rules.KEPT
    if made.file_name:
        values |= {"file_name": made.file_name, "size": made.size, "sha256": made.sha256}
    found = _write(work, task, values)
    words = "看过了，等您确认" if made.asks else "做好了"
    _tell(work, found, f"{found.kind.label}{words}：{found.about}。")


def broke(work: Work, task: Task) -> None:
    """Note that a run broke off: it is taken up again at once."""
    _write(work, task, {"stage": Stage.WAITING, "runner": "", "beat_at": None})


def fail(work: Work, task: Task, why: str) -> None:
    """Note that an errand has come to nothing, and why; tell who asked. Raises TakenOver."""
    values = {"stage": Stage.FAILED, "ended_at": work.now, "said": why[:400], "expires_at": work.now}
    found = _write(work, task, values)
    _tell(work, found, f"{found.kind.label}没做成：{why}")


def _tell(work: Work, one: Errand, words: str) -> None:
    key = f"errand:{one.id}:{one.stage.value}:{one.given.get('phase', '')}"
    notices.enqueue(work, [one.asked_by_id], NoticeKind.ADMIN, words, key=key, link=one.link)


def forget(work: Work, ids: Sequence[int], storage: storing.Storage) -> None:
    """Take away the files whose time is over; the rows stay and say so."""
    for one in (work.session.get_one(Errand, id_) for id_ in ids):
        for stored_as in (one.stored_as, one.source_as):
            if stored_as:
                storage.remove(stored_as)
        if one.stage is Stage.READY and one.stored_as:
            one.stage = Stage.EXPIRED
        elif one.stage is Stage.ASKING:
            one.stage, one.said = Stage.CANCELLED, "一直没有确认，没有写入。"
        one.stored_as = one.source_as = ""
        one.expires_at = None
    work.session.flush()


def chains(work: Work) -> frozenset[str]:
    """Return the chains for which this actor may bring a ledger."""
    return work.actor.refs(Role.COMMITTEE, ScopeKind.CHAIN)
