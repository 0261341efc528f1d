"""Processes that start in an instant: forked from one that has read everything, since killed ones come by hundreds."""

import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")


def warm() -> None:
    """Say what the process reads from which the others are forked."""
    _CONTEXT.set_forkserver_preload(["chainhub.scheduler", "chainhub.web.logs", "bench.measures"])


def scheduler(url: str, log: Path) -> BaseProcess:
    """Start what `chainhub scheduler run` runs."""
    process = _CONTEXT.Process(target=_schedule, args=(url, str(log)), daemon=True)
    process.start()
    return process


def _schedule(url: str, log: str) -> None:
    from chainhub import scheduler as schedule
    from chainhub.web import engine, logs

    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    logs.configure("WARNING")
    schedule.run(engine.opened(url))
