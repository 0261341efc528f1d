"""Writing a large .xlsx in a process of its own, while this one goes on reading what comes into it.

Two cores work instead of one, and the process that reads never holds the file. Run as a program this module is the other
process: it takes tables from a pipe and writes them as `sheet_writing` does.
"""

import os
import signal
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

from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]  # ships no types

from chainhub.documents.sheet_writing import Given, Table, write_several

_Row = tuple[Given, ...]  # a call in it is one of a module's functions, by its name
_SOME = 250  # rows handed over at once
_ALONE = ("-P",)  # nothing is loaded from the folder in which it happens to stand
_CANNOT_WRITE = 2
"""How the other process ends where the system does not let it write; it says the error's number."""
_HEAD, _ROWS, _END = "head", "rows", "end"


def write(target: Path, tables: Sequence[Table]) -> list[int]:
    """Write tables into a file, as `write_several` does; return how many rows each has.

    What breaks where the rows come from ends the other process, and goes on to the caller. Raises OSError where that one
    cannot write, RuntimeError with what it said where it breaks otherwise.
    """
    with TemporaryDirectory(prefix="chainhub-sheet-") as room:  # what is left unfinished goes with it
        return _write(target, tables, room)


def _write(target: Path, tables: Sequence[Table], room: str) -> list[int]:
    receiver, sender = Pipe(duplex=False)
    with sender:
        with receiver:
            pipe = receiver.fileno()
            there = subprocess.Popen(
                [sys.executable, *_ALONE, "-m", __name__, str(target), str(pipe), room],
                pass_fds=[pipe],
                start_new_session=True,  # a signal to stop is this process's to follow, when its work is done
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        counts: list[int] | None = None
        try:
            counts = _hand_over(sender, tables)
        except BrokenPipeError:  # it is gone; its own words say why
            counts = []
        finally:
            if counts is None:  # what should come into it broke
                there.kill()
                there.communicate()
    said = there.communicate()[1]
    if there.returncode == _CANNOT_WRITE:
        number = int(said.partition("errno=")[2].split()[0])
        raise OSError(number, os.strerror(number), str(target))
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
    written = False
    try:
        with Connection(int(pipe), writable=False) as receiver:
            write_several(Path(target), _Incoming(receiver).tables())
        written = True
    except (OSError, XlsxWriterException) as error:
        cause = error if isinstance(error, OSError) else error.__context__
        if not isinstance(cause, OSError) or not cause.errno:
            raise
        sys.stderr.write(f"errno={cause.errno}\n")
        return _CANNOT_WRITE
    finally:
        if not written:
            Path(target).unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)  # the end of the pipe ends it
    sys.exit(main(*sys.argv[1:]))
