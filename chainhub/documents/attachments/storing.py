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

log = logging.getLogger(__name__)
S3 = "s3://"
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
        """Open a file to be written in pieces under a name that is known: for a restore alone."""
        self._files.makedirs(stored_as.rpartition("/")[0], exist_ok=True)
        with self._files.open(stored_as, "wb") as stream:
            yield stream

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
        name = uuid4().hex
        place = f"{name[:2]}/{name}"
        self._files.makedirs(name[:2], exist_ok=True)
        self._put.append(place)
        self._files.pipe_file(place, content)
        return place

    def clear(self) -> None:
        """Take back what was put down."""
        for place in self._put:
            if self._files.exists(place):
                self._files.rm_file(place)
        self._put.clear()


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
