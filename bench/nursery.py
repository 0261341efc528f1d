"""Processes that start in an instant: forked from one that has read everything, since killed ones come by hundreds."""

import multiprocessing
import os
from multiprocessing.process import BaseProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")


def warm() -> None:
    """Say what the process reads from which the others are forked."""
    _CONTEXT.set_forkserver_preload(
        ["chainhub.scheduler", "chainhub.web.logs", "bench.measures", "bench.delivered"]
    )


def scheduler(url: str, log: Path, gateway: str = "") -> BaseProcess:
    """Start what `chainhub scheduler run` runs. With `gateway` it sends what leaves the house there."""
    process = _CONTEXT.Process(target=_schedule, args=(url, str(log), gateway), daemon=True)
    process.start()
    return process


def _schedule(url: str, log: str, gateway: str) -> None:
    from bench import delivered
    from chainhub import scheduler as schedule
    from chainhub.web import engine, logs

    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    logs.configure("WARNING")
    opened = engine.opened(url)
    if gateway:
        delivered.equip(opened, gateway)
    schedule.run(opened)
