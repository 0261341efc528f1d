"""One run of an errand, in the scheduler: taken by compare-and-set, with signs of life, ended in one of three ways.

It is done; it is refused for a reason that trying again does not change; or it breaks off, and is taken up again, three
times at most. A process that dies without a word is noticed by its silence.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from chainhub.core.actor import Actor
from chainhub.core.errors import Invalid, NotAllowed, Refusal
from chainhub.core.sweeps import OpenWork
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as people
from chainhub.documents.attachments import storing
from chainhub.documents.attachments.storing import Storage
from chainhub.operations import importing, snapshot
from chainhub.operations.errands import rules, service
from chainhub.operations.errands.rules import ErrandKind
from chainhub.operations.errands.service import Made, TakenOver, Task

log = logging.getLogger(__name__)
_GIVEN_UP = f"试了 {rules.TRIES_MOST} 次都中断了。请过一会儿再试；还不行，请告诉系统管理员。"
_TAKEN_BACK = "已经写进去的 {} 件撤回了，没有留下半份。"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is given: how it opens work, what it is to do, where files lie."""

    open_work: OpenWork
    task: Task
    storage: Storage
    bind: Engine | Connection

    def say(self, done: int, total: int) -> None:
        """Leave a sign of life, and say how far it is. Raises TakenOver."""
        with self.open_work() as work:
            service.beat(work, self.task, done, total)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Open one view of the database for a long look, in the name of who asked. Raises NotAllowed."""
        with _snapshot(self.bind) as session:
            actor = _asker(session, self.task)
            yield Work(session, actor, self.task.now, known.of(session).calendar)

    def keep(self, path: Path, file_name: str, count: int, held: Sequence[Sequence[str]]) -> Made:
        """Store a file that was made."""
        with path.open("rb") as source:
            size, sha256 = self.storage.keep(self.task.stored_as, source)
        return Made(file_name, size, sha256, count, held)


def _snapshot(bind: Engine | Connection) -> AbstractContextManager[Session]:
    if isinstance(bind, Engine):
        return snapshot.of(bind)
    return Session(
        bind, join_transaction_mode="rollback_only"
    )  # of somebody else's transaction: it only reads


def _asker(session: Session, task: Task) -> Actor:
    """Return who asked, with what they hold today. Raises NotAllowed for whose account is closed."""
    account = people.account(session, task.asked_by_id)
    if account is None or not account.opens(task.now):
        raise NotAllowed("要这一项的账号已经停用。")
    return known.standing_in(session, account.actor, task.now)


Do = Callable[[Run], Made]


def carry_out(open_work: OpenWork, ids: Sequence[int], kinds: Mapping[ErrandKind, Do]) -> None:
    """Do errands one after the other."""
    for id_ in ids:
        with open_work() as work:
            task = service.claim(work, id_, uuid4().hex)
            bind, storage = work.session.get_bind(), storing.storage_of(work.session)
        if task is not None:
            _one(Run(open_work, task, storage, bind), kinds)


def _one(run: Run, kinds: Mapping[ErrandKind, Do]) -> None:
    task = run.task
    if task.left_behind:
        run.storage.remove(task.left_behind)
    if task.tries > rules.TRIES_MOST:
        _give_up(run)
        return
    ended = False
    try:
        made = kinds[task.kind](run)
        with run.open_work() as work:
            service.finish(work, task, made)
        ended = True
    except Refusal as refusal:
        _refuse(run, refusal)
        ended = True
    except TakenOver:
        log.warning("an errand was taken over or cancelled", extra={"errand": task.id})
        if task.stored_as:
            run.storage.remove(task.stored_as)
        ended = True
    finally:
        if not ended:
            log.error("an errand broke off", extra={"errand": task.id, "tries": task.tries})
            with run.open_work() as work:
                service.broke(work, task)


def _refuse(run: Run, refusal: Refusal) -> None:
    said = [refusal.title]
    if isinstance(refusal, Invalid):
        said += [word for words in refusal.errors.values() for word in words]
    with run.open_work() as work:
        service.fail(work, run.task, "".join(said))


def _give_up(run: Run) -> None:
    """Say that it failed for good; of an import take back what was written, so that nothing is half done."""
    words, import_id = _GIVEN_UP, run.task.given.get("import_id")
    if import_id:
        with run.open_work() as work:
            operator = _asker(work.session, run.task)
        taken = importing.abandon(run.open_work, run.task.file_name, import_id, operator)
        words += _TAKEN_BACK.format(taken)
    with run.open_work() as work:
        service.fail(work, run.task, words)


def in_name_of(work: Work, actor: Actor) -> Work:
    """Return a unit of work in somebody's name, for the lines that say who did it."""
    return replace(work, actor=actor)
