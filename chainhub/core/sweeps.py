"""How work that happens by itself is done: find ids, handle them in batches, let one bad row sink nobody."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from chainhub.core.work import Work

BATCH = 200
log = logging.getLogger(__name__)

Find = Callable[[Work, int], Sequence[int]]
Handle = Callable[[Work, Sequence[int]], None]
OpenWork = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Swept:
    """What one run did: ids handled, ids that failed."""

    done: int
    failed: tuple[int, ...]


def run(
    find: Find, handle: Handle, open_work: OpenWork, *, name: str, batch: int = BATCH, most: int = 100_000
) -> Swept:
    """Find and handle until nothing is left to do. Each batch is one transaction.

    A batch that fails is tried again one by one; an id that fails alone is logged, left for the next run and
    not asked for again in this one.
    """
    done = 0
    failed: list[int] = []
    while done < most:
        with open_work() as work:
            ids = [one for one in find(work, batch + len(failed)) if one not in failed]
            if not ids:
                return Swept(done, tuple(failed))
        try:
            with open_work() as work:
                handle(work, ids)
            done += len(ids)
        except Exception:  # the one place that may: a batch is retried one by one, so that nobody is sunk
            log.exception("batch failed, trying one by one", extra={"job": name, "ids": len(ids)})
            for one in ids:
                try:
                    with open_work() as work:
                        handle(work, [one])
                    done += 1
                except Exception:
                    log.exception("handling failed", extra={"job": name, "id": one})
                    failed.append(one)
    return Swept(done, tuple(failed))
