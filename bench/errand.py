"""One errand done by a process that has loaded what the scheduler loads, and nothing else: seconds and memory of it.

    python -m bench.errand URL FILES

Started by `bench.ledger`. Prints what it measured as JSON.
"""

import json
import sys
import time
from pathlib import Path

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
    before, begun, worked = _peak(), time.perf_counter(), time.process_time()
    scheduler.run_job(engine, _JOB)
    took = {"seconds": time.perf_counter() - begun, "worked": time.process_time() - worked}
    print(json.dumps({"id": id_, "peak": _peak(), "before": before, **took}))
    return 0


def _peak() -> float:
    """Return how large this process has been, in MB. Not `ru_maxrss`, which inherits the size of who started it."""
    said = Path("/proc/self/status").read_text(encoding="ascii")
    return int(said.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
