"""A server under measurement: started as the product starts it, its processor time read, stopped by its own pid."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

import psutil

ROOT = Path(__file__).resolve().parents[1]
_START_MOST = 60.0  # seconds
# What `chainhub serve` gives to gunicorn, but for the application and the address.
GUNICORN = ("--config", "python:chainhub.serving", "--workers", "2", "--threads", "4")


def free_port() -> int:
    """Return a free port of the loopback."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def cpu_seconds(roots: Iterable[psutil.Process]) -> float:
    """Return the processor time of some processes and all their descendants, those that have ended included."""
    total = 0.0
    for root in roots:
        for process in (root, *root.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


class Server:
    """A gunicorn of our own on the loopback; a context manager that always stops what it started."""

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        port: int,
        log: Path,
        start_most: float = _START_MOST,
    ) -> None:
        self.arguments, self.port, self.log, self.start_most = arguments, port, log, start_most
        self.environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}

    def __enter__(self) -> "Server":
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *self.arguments], cwd=ROOT, env=self.environment, stdout=out, stderr=out
            )
        self.watched = psutil.Process(self.process.pid)
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + self.start_most
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(
                    f"the server ended at once: {self.log.read_text(errors='replace')[-2000:]}"
                )
            with socket.socket() as one:
                one.settimeout(0.5)
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the server did not answer within {self.start_most:.0f} s")

    def cpu(self) -> float:
        """Return the processor seconds of master and workers so far."""
        return cpu_seconds([self.watched])

    def memory(self) -> int:
        """Return the resident bytes of master and workers."""
        return sum(one.memory_info().rss for one in (self.watched, *self.watched.children(recursive=True)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=15)


def chainhub(url: str, folder: Path) -> Server:
    """Return ChainHub as `chainhub serve` serves it, on this database."""
    port = free_port()
    environment = {
        "CHAINHUB_DATABASE_URL": url,
        "CHAINHUB_INSTANCE": str(folder),
        "CHAINHUB_SECRET_KEY": "only for the length of one measurement",
        "CHAINHUB_LOG_LEVEL": "INFO",
    }
    return Server(
        ["-m", "chainhub", "serve", "--port", str(port)], environment, port, folder / "chainhub.log"
    )


def hello(folder: Path) -> Server:
    """Return the bare page under the same settings."""
    port = free_port()
    arguments = ["-m", "gunicorn", "bench.hello:app", "--bind", f"127.0.0.1:{port}", *GUNICORN]
    return Server(arguments, {}, port, folder / "hello.log")
