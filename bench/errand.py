"""One errand done by a process that has loaded what the scheduler loads, and nothing else: seconds and memory of it
and of what it starts.

    python -m bench.errand URL FILES

Started by `bench.ledger`. Prints what it measured as JSON.
"""

import contextlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Self

import psutil
from sqlalchemy.orm import Session

from chainhub import scheduler
from chainhub.county import known
from chainhub.documents.attachments import storing
from chainhub.operations.errands.models import Errand
from chainhub.timetable import TIMETABLE
from chainhub.web import engine as engines

_JOB = next(one for one in TIMETABLE if one.name == "errands")


def main(url: str, files: str) -> int:
    """Do what waits, as the scheduler would, and say how long it took and how large this process became."""
    engine = engines.opened(url)
    storing.equip(engine, storing.opened("", Path(files)))
    with Session(engine) as session:
        id_ = session.query(Errand.id).order_by(Errand.id.desc()).limit(1).scalar()
        known.of(session)
    scheduler.set_aside()
    before, begun, worked = _peak(), time.perf_counter(), _worked()
    with Children() as children:
        scheduler.run_job(engine, _JOB)
    took = {"seconds": time.perf_counter() - begun, "worked": _worked() - worked}
    print(json.dumps({"id": id_, "peak": _peak() + children.peak, "before": before, **took}))
    return 0


class Children:
    """Looks twenty times a second how large the processes are that this one has started."""

    def __init__(self) -> None:
        self._sizes: dict[int, float] = {}
        self._done = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    @property
    def peak(self) -> float:
        """The largest that each has been, added up, in MB."""
        return sum(self._sizes.values())

    def _look(self) -> None:
        me = psutil.Process()
        while not self._done.wait(0.05):
            for one in me.children(recursive=True):
                with contextlib.suppress(OSError, IndexError, psutil.Error):  # it has just ended
                    self._sizes[one.pid] = max(self._sizes.get(one.pid, 0), _peak(one.pid))

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._looking.join()


def _worked() -> float:
    """Return the processor seconds of this process and of those that it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _peak(process: int | str = "self") -> float:
    """Return how large a process has been, in MB. Not `ru_maxrss`, which begins with the size of who started it."""
    said = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    return int(said.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
