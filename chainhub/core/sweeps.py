"""How work that happens by itself is done: find ids, handle them in batches, let one bad row sink nobody."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from chainhub.core.work import Work

BATCH = 200
COUNTED = 1000  # of what waits; nobody needs to know it more closely
log = logging.getLogger(__name__)

Find = Callable[[Work, int], Sequence[int]]
OpenWork = Callable[[], AbstractContextManager[Work]]


Watch = Callable[[int], bool]
"""Told before each batch how many are done; says whether this run may go on."""


@dataclass(frozen=True, slots=True)
class InSteps:
    """A handle that opens its own units of work, one for each step: for what no transaction may stand open around.

    It may tell its outcomes apart, by words of its own: not all that was handled came out the same.
    """

    do: Callable[[OpenWork, Sequence[int]], Mapping[str, int] | None]


Handle = Callable[[Work, Sequence[int]], None] | InSteps


@dataclass(frozen=True, slots=True)
class Swept:
    """What one run did: ids handled, ids that failed, how many wait still (counted up to a thousand)."""

    done: int
    failed: tuple[int, ...]
    left: int = 0
    cut: bool = False  # it was told to stop before everything was tried
    outcomes: Mapping[str, int] = field(default_factory=dict)  # of what was handled, where the handle tells


def run(
    find: Find,
    handle: Handle,
    open_work: OpenWork,
    *,
    name: str,
    batch: int = BATCH,
    most: int = 100_000,
    watch: Watch = lambda _done: True,
) -> Swept:
    """Find and handle until nothing is left to do, or until `watch` says that it is enough. A batch is a transaction.

    A batch that fails is tried again one by one; an id that fails alone is logged and left for the next run.
    So is an id that is found again after it was handled: somebody else holds its row just now.
    """
    done: set[int] = set()
    failed: list[int] = []
    held: set[int] = set()
    told: Counter[str] = Counter()
    while True:
        with open_work() as work:
            found = find(work, batch + len(failed) + len(held))
        again = done.intersection(found)
        held |= again
        done -= again
        ids = [one for one in found if one not in held and one not in failed]
        if ids:
            if len(done) >= most or not watch(len(done)):
                left = _waiting(find, open_work)
                return Swept(len(done), tuple(failed), left, cut=True, outcomes=dict(told))
            lost = _handle(handle, open_work, ids, name, told)
            failed.extend(lost)
            done.update(one for one in ids if one not in lost)
        elif not again:
            return Swept(len(done), tuple(failed), len(found), outcomes=dict(told))


def _waiting(find: Find, open_work: OpenWork) -> int:
    with open_work() as work:
        return len(find(work, COUNTED))


def _handle(
    handle: Handle, open_work: OpenWork, ids: Sequence[int], name: str, told: Counter[str]
) -> list[int]:
    """Handle a batch, or what of it can be handled; return the ids that fail even alone."""
    try:
        told.update(_do(handle, open_work, ids))
    except Exception:  # the one place that may: a batch is retried one by one, so that nobody is sunk
        log.exception("batch failed, trying one by one", extra={"job": name, "ids": len(ids)})
        return [one for one in ids if not _handled_alone(handle, open_work, one, name, told)]
    return []


def _handled_alone(handle: Handle, open_work: OpenWork, one: int, name: str, told: Counter[str]) -> bool:
    try:
        told.update(_do(handle, open_work, [one]))
    except Exception:
        log.exception("handling failed", extra={"job": name, "id": one})
        return False
    return True


def _do(handle: Handle, open_work: OpenWork, ids: Sequence[int]) -> Mapping[str, int]:
    if isinstance(handle, InSteps):
        return handle.do(open_work, ids) or {}
    with open_work() as work:
        handle(work, ids)
    return {}
