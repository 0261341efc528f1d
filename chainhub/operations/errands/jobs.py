"""Errands by themselves: those that wait are done one after the other, and files go when their time is over."""

from collections.abc import Sequence

from chainhub.core.sweeps import BATCH, InSteps, OpenWork
from chainhub.core.work import Work
from chainhub.documents.attachments import storing
from chainhub.operations.errands import queries, running, service
from chainhub.operations.errands.bringing import bring
from chainhub.operations.errands.exporting import export
from chainhub.operations.errands.packing import pack
from chainhub.operations.errands.planning import plan
from chainhub.operations.errands.rules import ErrandKind

_KINDS = {
    ErrandKind.EXPORT: export,
    ErrandKind.IMPORT: bring,
    ErrandKind.PACK: pack,
    ErrandKind.PROPOSAL: plan,
}


def find_waiting(work: Work, limit: int) -> Sequence[int]:
    """Return the errands that wait; of a batch the first alone, so that others have their turn in between."""
    return queries.to_do(work.session, work.now, max(1, limit - BATCH + 1))


def _carry_out(open_work: OpenWork, ids: Sequence[int]) -> None:
    running.carry_out(open_work, ids, _KINDS)


carry_out = InSteps(_carry_out)


def find_outlived(work: Work, limit: int) -> Sequence[int]:
    """Return errands whose files have waited long enough."""
    return queries.outlived(work.session, work.now, limit)


def forget_files(work: Work, ids: Sequence[int]) -> None:
    """Take those files away."""
    service.forget(work, ids, storing.storage_of(work.session))
