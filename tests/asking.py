"""What is asked of the database while something is done: the statements, in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def statements(bind: Engine | Connection) -> Iterator[list[str]]:
    """Give a list that grows by each statement sent within."""
    asked: list[str] = []

    def _note(*said: Any) -> None:
        asked.append(said[2])

    event.listen(bind, "before_cursor_execute", _note)
    try:
        yield asked
    finally:
        event.remove(bind, "before_cursor_execute", _note)
