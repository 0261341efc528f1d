"""The files of a backup: every attachment beside the tables, by the name under which it is stored.

What the table `attachment` of the backup says is what must lie there: a file is copied, checked and put back by the
digest of its row. One that is gone or altered already when the backup is made is named in the manifest and said aloud;
it never keeps the rest from being saved. Files go through in pieces, so that none is held whole in memory.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from sqlalchemy import Connection, inspect, select
from sqlalchemy import column as col
from sqlalchemy import table as tbl

from chainhub.core.errors import Invalid
from chainhub.documents.attachments.storing import Storage

TABLE = "attachment"
_PLACE = "files/"
_PIECE = 1024 * 1024  # bytes held at once
_ROWS = tbl(TABLE, col("id"), col("stored_as"), col("sha256"))


@dataclass(frozen=True, slots=True)
class Files:
    """What a manifest says of the files: how many there are, how large, and which could not be saved."""

    count: int = 0
    size: int = 0  # bytes
    missing: list[str] = field(default_factory=list)  # by the name under which they should be stored


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file that a row of the table names, and the digest by which it is known."""

    stored_as: str
    sha256: str


def of_rows(connection: Connection) -> Iterator[Wanted]:
    """Yield what the rows of a database name, the oldest first; nothing in one that is older than attachments."""
    if not inspect(connection).has_table(TABLE):
        return
    rows = connection.execute(select(_ROWS).order_by(_ROWS.c.id).execution_options(yield_per=1000))
    for row in rows:
        yield Wanted(row.stored_as, row.sha256)


def write(archive: zipfile.ZipFile, storage: Storage, wanted: Iterator[Wanted]) -> Files:
    """Copy files into a backup. What is missing or altered is named, and left out."""
    count, size, missing = 0, 0, []
    for one in wanted:
        if storage.digest(one.stored_as) != one.sha256:
            missing.append(one.stored_as)
            continue
        with storage.reading(one.stored_as) as source, _into(archive, one.stored_as) as target:
            size += _copy(source, target.write)
        count += 1
    return Files(count, size, missing)


def _into(archive: zipfile.ZipFile, stored_as: str) -> IO[bytes]:
    # Pictures and papers are packed already: to press them again costs time and saves nothing.
    return archive.open(zipfile.ZipInfo(f"{_PLACE}{stored_as}"), "w", force_zip64=True)


def check(archive: zipfile.ZipFile, files: Files, wanted: Iterator[Wanted]) -> None:
    """Compare every file of a backup with the row that names it. Raises Invalid, KeyError for one that is not there."""
    missing, count, size = set(files.missing), 0, 0
    for one in wanted:
        if one.stored_as in missing:
            continue
        running = hashlib.sha256()
        with archive.open(f"{_PLACE}{one.stored_as}") as stream:
            size += _copy(stream, running.update)
        if running.hexdigest() != one.sha256:
            raise Invalid("备份里有附件和清单对不上，没有还原。请换一份备份。")
        count += 1
    if (count, size) != (files.count, files.size):
        raise Invalid("备份里的附件数和清单对不上，没有还原。请换一份备份。")


@contextmanager
def put_first(
    archive: zipfile.ZipFile, storage: Storage, files: Files, wanted: Iterator[Wanted]
) -> Iterator[None]:
    """Put files where their rows will look for them; take them back where the rows are not written after all.

    Names are given by chance, so a file that is there already under a name is the same one, or was altered and is put
    right.
    """
    missing, made, saved = set(files.missing), list[str](), False
    try:
        for one in wanted:
            there = storage.digest(one.stored_as)
            if one.stored_as in missing or there == one.sha256:
                continue
            if there is None:
                made.append(one.stored_as)
            with archive.open(f"{_PLACE}{one.stored_as}") as source, storage.writing(one.stored_as) as target:
                _copy(source, target.write)
        yield
        saved = True
    finally:
        for stored_as in () if saved else made:
            storage.remove(stored_as)


def _copy(source: IO[bytes], take: Callable[[bytes], object]) -> int:
    size = 0
    while piece := source.read(_PIECE):
        take(piece)
        size += len(piece)
    return size
