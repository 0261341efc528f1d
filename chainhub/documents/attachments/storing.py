"""Where the files lie: a folder outside the web root, or a bucket. Each under a chance name, never under a person's."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import uuid4

import fsspec
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)
S3 = "s3://"
_OPTION = "chainhub_storage"
_PIECE = 1024 * 1024  # bytes held at once


class StorageMissing(RuntimeError):
    """The library that reaches a bucket is not installed; the message says what to do."""


class Storage:
    """The files of all attachments."""

    def __init__(self, files: DirFileSystem) -> None:
        self._files = files

    def read(self, stored_as: str) -> bytes | None:
        """Return a file's content, or None if it is not there any more."""
        try:
            content: bytes = self._files.cat_file(stored_as)
        except FileNotFoundError:
            log.error("attachment missing", extra={"stored_as": stored_as})
            return None
        return content

    def digest(self, stored_as: str) -> str | None:
        """Return the SHA-256 of a file, or None if it is not there; read in pieces."""
        running = hashlib.sha256()
        try:
            with self.reading(stored_as) as stream:
                while piece := stream.read(_PIECE):
                    running.update(piece)
        except FileNotFoundError:
            return None
        return running.hexdigest()

    @contextmanager
    def reading(self, stored_as: str) -> Iterator[IO[bytes]]:
        """Open a file to be read in pieces. Raises FileNotFoundError."""
        with self._files.open(stored_as, "rb") as stream:
            yield stream

    @contextmanager
    def writing(self, stored_as: str) -> Iterator[IO[bytes]]:
        """Open a file to be written in pieces under a name that is known: that of a row, or from `place`."""
        self._files.makedirs(stored_as.rpartition("/")[0], exist_ok=True)
        with self._files.open(stored_as, "wb") as stream:
            yield stream

    def keep(self, stored_as: str, source: IO[bytes]) -> tuple[int, str]:
        """Store what a stream holds, in pieces, under a name from `place`; return its size and its SHA-256."""
        running, size = hashlib.sha256(), 0
        with self.writing(stored_as) as target:
            while piece := source.read(_PIECE):
                target.write(piece)
                running.update(piece)
                size += len(piece)
        return size, running.hexdigest()

    def pieces(self, stored_as: str) -> Iterator[bytes]:
        """Yield a file in pieces. Raises FileNotFoundError with the first."""
        with self.reading(stored_as) as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def remove(self, stored_as: str) -> None:
        """Remove a file, where it is."""
        if self._files.exists(stored_as):
            self._files.rm_file(stored_as)

    @contextmanager
    def keeping(self) -> Iterator["Shelf"]:
        """Give out a shelf whose files are taken back unless what they belong to was saved."""
        shelf, saved = Shelf(self._files), False
        try:
            yield shelf
            saved = True
        finally:
            if not saved:
                shelf.clear()


class Shelf:
    """The files that one step puts down."""

    def __init__(self, files: DirFileSystem) -> None:
        self._files = files
        self._put: list[str] = []

    def put(self, content: bytes) -> str:
        """Store a file under a chance name and return that name."""
        found = place()
        self._files.makedirs(found.partition("/")[0], exist_ok=True)
        self._put.append(found)
        self._files.pipe_file(found, content)
        return found

    def clear(self) -> None:
        """Take back what was put down."""
        for place in self._put:
            if self._files.exists(place):
                self._files.rm_file(place)
        self._put.clear()


def place() -> str:
    """Return a chance name, under which nothing lies yet."""
    name = uuid4().hex
    return f"{name[:2]}/{name}"


def equip(bind: Engine | Connection, storage: Storage) -> None:
    """Hang the storage on the engine of a process, so that what the scheduler does finds it without a setting."""
    if isinstance(bind, Engine):
        bind.update_execution_options(**{_OPTION: storage})
    else:
        bind.execution_options(**{_OPTION: storage})


def storage_of(session: Session) -> Storage:
    """Return where this process keeps files. Raises StorageMissing where nobody has said."""
    found = session.get_bind().get_execution_options().get(_OPTION)
    if not isinstance(found, Storage):
        raise StorageMissing("this process was opened without a storage")
    return found


def opened(address: str, folder: Path) -> Storage:
    """Return the storage at `s3://bucket/prefix`, or else in a folder that only this program reads.

    Raises StorageMissing.
    """
    if not address:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Storage(DirFileSystem(path=str(folder), fs=LocalFileSystem()))
    try:
        bucket = fsspec.filesystem("s3")
    except ImportError as error:
        raise StorageMissing(
            "CHAINHUB_STORAGE names a bucket, but s3fs is not installed; install chainhub[s3]"
        ) from error
    return Storage(DirFileSystem(path=address.removeprefix(S3).rstrip("/"), fs=bucket))
