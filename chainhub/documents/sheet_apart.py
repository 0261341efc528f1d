"""Writing a large .xlsx in a process of its own, while this one goes on reading what comes into it.

Two cores work instead of one, and the process that reads never holds the file. Run as a program this module is the other
process: it takes tables from a pipe and writes them as `sheet_writing` does.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chainhub.documents.sheet_rows import Cell
from chainhub.documents.sheet_writing import Table, write_several

_Row = tuple[Cell | None, ...]
_SOME = 250  # rows handed over at once
_HEAD, _ROWS, _END = "head", "rows", "end"


def write(target: Path, tables: Sequence[Table]) -> list[int]:
    """Write tables into a file, as `write_several` does; return how many rows each has.

    What breaks where the rows come from ends the other process, and goes on to the caller. Raises RuntimeError, with what
    the other process said, where that one breaks.
    """
    with TemporaryDirectory(
        prefix="chainhub-sheet-"
    ) as room:  # what the other one leaves unfinished goes with it
        return _write(target, tables, room)


def _write(target: Path, tables: Sequence[Table], room: str) -> list[int]:
    receiver, sender = Pipe(duplex=False)
    with sender:
        with receiver:
            pipe = receiver.fileno()
            there = subprocess.Popen(  # this very module
                [sys.executable, "-m", __name__, str(target), str(pipe), room],
                pass_fds=[pipe],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        try:
            counts = _hand_over(sender, tables)
        except BrokenPipeError:  # it is gone; its own words say why
            counts = []
        except BaseException:
            there.kill()
            there.communicate()
            raise
    said = there.communicate()[1]
    if there.returncode or len(counts) != len(tables):
        raise RuntimeError(f"the process that writes a table ended with {there.returncode}: {said[-2000:]}")
    return counts


def _hand_over(sender: Connection, tables: Sequence[Table]) -> list[int]:
    counts = []
    for table in tables:
        sender.send((_HEAD, (table.name, tuple(table.headers), tuple(table.widths))))
        count, rows = 0, iter(table.rows)
        while some := [tuple(row) for row in islice(rows, _SOME)]:
            sender.send((_ROWS, some))
            count += len(some)
        counts.append(count)
    sender.send((_END, None))
    return counts


# The other process


class _Incoming:
    """The tables that come through a pipe, each with its rows as they come. Raises EOFError where the other end is gone."""

    def __init__(self, receiver: Connection) -> None:
        self._receiver = receiver
        self._kind: str = _END
        self._given: Any = None

    def tables(self) -> Iterator[Table]:
        self._next()
        while self._kind == _HEAD:
            name, headers, widths = self._given
            yield Table(name, headers, self._rows(), widths)

    def _rows(self) -> Iterator[_Row]:
        self._next()
        while self._kind == _ROWS:
            yield from self._given
            self._next()

    def _next(self) -> None:
        self._kind, self._given = self._receiver.recv()


def main(target: str, pipe: str, room: str) -> int:
    """Write what comes through a pipe, unfinished parts in a folder. What breaks off is no table, and leaves no file."""
    tempfile.tempdir = room
    with Connection(int(pipe), writable=False) as receiver:
        try:
            write_several(Path(target), _Incoming(receiver).tables())
        except EOFError:
            Path(target).unlink(missing_ok=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
