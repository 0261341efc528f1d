"""A played county read back as templates: each ticket with every row that is about it, as the driver stores them.

Tickets that were merged stay together: they are one family. Which column names whose id, and which key begins with it,
stands in one table here; a table of the model that tells of tickets and is missing is found by `tests/test_bench_fill.py`.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from chainhub.county.directory.models import Chain, Enterprise
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.service import history
from chainhub.tickets.workflow import State

Row = list[Any]

BELONGS: Mapping[str, Mapping[str, str]] = {
    "ticket": {"merged_into_id": "ticket"},
    "part": {"ticket_id": "ticket"},
    "request": {"ticket_id": "ticket"},
    "instruction": {"ticket_id": "ticket"},
    "supervision": {"ticket_id": "ticket", "instruction_id": "instruction"},
    "whistle": {"ticket_id": "ticket"},
    "report_in": {"ticket_id": "ticket", "whistle_id": "whistle"},
    "referral": {"ticket_id": "ticket"},
    "checklist_tick": {"ticket_id": "ticket"},
    "ticket_event": {"ticket_id": "ticket"},
    "clock": {},
    "said": {"clock_id": "clock"},
    "notice": {},
    "outgoing": {},
}
"""What is cloned, in this order: a table, and of its columns those that name rows of another."""
TABLES = tuple(BELONGS)
KEYS = {
    "ticket": "ticket",
    "clock": "clock",
    "moved": "clock",
    "request": "request",
    "instruction": "instruction",
    "supervision": "supervision",
    "whistle": "whistle",
}
"""How the key of a notice begins, and whose id stands behind it."""
OF_CLOCKS = {
    "ticket": "ticket",
    "report": "ticket",
    "request": "request",
    "instruction": "instruction",
    "supervision": "supervision",
    "referral": "referral",
}
"""Whose id a clock's owner is, by the kind of owner."""
OF_OTHER_ROOMS = {"salon", "occasion", "visit"}
"""Owners of clocks that are about no ticket: left out, with all that was said of them. Their rooms begin afresh."""
_MERGED = re.compile(r":merged:(\d+)$")
_WORDS = {  # columns in which a ticket is called by number or title
    "clock": ("about", "link"),
    "notice": ("text", "link"),
    "outgoing": ("text", "link"),
}


@dataclass(frozen=True, slots=True)
class Called:
    """How a ticket of a family is called: what is replaced in every text that names it."""

    id: int
    number: str
    title: str
    chain: str
    enterprise: str
    created_at: datetime
    is_open: bool
    is_in_hand: bool  # 办理中

    @property
    def about(self) -> str:
        """What notices call it."""
        return f"{self.number}《{self.title}》"


@dataclass
class Family:
    """Tickets that are told of together, and all their rows by table."""

    tickets: Sequence[Called]
    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    payloads: dict[int, dict[str, Any]] = field(default_factory=dict)  # event → what its hash is taken over

    @cached_property
    def called(self) -> re.Pattern[str]:
        """Whatever calls one of them: number and title, or the number alone."""
        names = (name for one in self.tickets for name in (one.about, one.number))
        return re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))

    @property
    def created_at(self) -> datetime:
        """When the first of them was reported."""
        return min(one.created_at for one in self.tickets)

    @property
    def is_open(self) -> bool:
        """Whether any of them is open."""
        return any(one.is_open for one in self.tickets)

    @property
    def is_in_hand(self) -> bool:
        """Whether a unit handles any of them."""
        return any(one.is_in_hand for one in self.tickets)


@dataclass(frozen=True, slots=True)
class Stock:
    """All families, with the columns of each table in their order, and what is about no ticket."""

    columns: Mapping[str, list[str]]
    families: Sequence[Family]
    rest: Mapping[str, list[Row]]  # notices and messages about the county itself
    media: tuple[list[str], list[Row]]  # how each way out fares
    prefixes: Mapping[str, str]  # chain → prefix of its numbers
    names: Mapping[str, str]  # enterprise → name
    refused: int

    @property
    def count(self) -> int:
        """How many tickets they hold."""
        return sum(len(one.tickets) for one in self.families)


def words_of(table: str) -> Sequence[str]:
    """Return the columns of a table in which tickets are called by number or title."""
    return _WORDS.get(table, ())


def named_by(key: str) -> tuple[str, int, str] | None:
    """Return table and id that a key begins with, and how the key goes on; None if it is about no ticket."""
    kind, _, rest = key.partition(":")
    id_, _, rest = rest.partition(":")
    return (KEYS[kind], int(id_), rest) if kind in KEYS else None


def merged_in(key: str) -> int | None:
    """Return the ticket at the end of a key that tells of what was merged into another."""
    found = _MERGED.search(key)
    return int(found[1]) if found else None


def read(path: Path, engine: Engine, refused: int) -> Stock:
    """Read a played county from its SQLite file."""
    with Session(engine) as session:
        payloads = {one.id: history.payload(one) for one in session.scalars(select(TicketEvent))}
        prefixes = dict(session.execute(select(Chain.code, Chain.prefix)).all())
        names = dict(session.execute(select(Enterprise.code, Enterprise.name)).all())
    with closing(sqlite3.connect(path)) as database:
        found = {table: _read(database, table) for table in TABLES}
        media = _read(database, "medium_state", "medium")
    columns = {table: names_ for table, (names_, _) in found.items()}
    at = {table: {name: place for place, name in enumerate(listed)} for table, listed in columns.items()}
    owner = _owners(found, at)
    families = _families(found["ticket"][1], at["ticket"], payloads)
    by_ticket = {one.id: family for family in families for one in family.tickets}
    rest: defaultdict[str, list[Row]] = defaultdict(list)
    beside = _of_other_rooms(found, at)
    for table, (_, rows) in found.items():
        for row in rows:
            if row[at[table]["id"]] in beside[table]:
                continue
            ticket = owner[table].get(row[at[table]["id"]])
            (rest[table] if ticket is None else by_ticket[ticket].rows[table]).append(row)
            if table == "ticket_event" and ticket is not None:
                by_ticket[ticket].payloads[row[0]] = payloads[row[0]]
    if strange := sorted(set(rest) - {"notice", "outgoing"}):
        raise LookupError(f"rows of nobody in {strange}")
    return Stock(columns, families, rest, media, prefixes, names, refused)


def _read(database: sqlite3.Connection, table: str, key: str = "id") -> tuple[list[str], list[Row]]:
    cursor = database.execute(f"SELECT * FROM {table} ORDER BY {key}")
    return [one[0] for one in cursor.description], [list(row) for row in cursor]


def _owners(
    found: Mapping[str, tuple[list[str], list[Row]]], at: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[int, int]]:
    """Return for each row of each table the ticket that it is about."""
    owner: dict[str, dict[int, int]] = {}
    for table, (_, rows) in found.items():
        here, places = owner.setdefault(table, {}), at[table]
        for row in rows:
            id_ = row[places["id"]]
            if table == "ticket":
                ticket: int | None = id_
            elif table == "clock":
                of = OF_CLOCKS.get(row[places["owner_kind"]], "")
                ticket = owner.get(of, {}).get(row[places["owner_id"]])
            elif table in {"notice", "outgoing"}:
                named = named_by(row[places["key"]])
                ticket = owner[named[0]].get(named[1]) if named else None
            else:
                column, of = next(iter(BELONGS[table].items()))
                ticket = owner[of].get(row[places[column]])
            if ticket is not None:
                here[id_] = ticket
    return owner


def _of_other_rooms(
    found: Mapping[str, tuple[list[str], list[Row]]], at: Mapping[str, Mapping[str, int]]
) -> Mapping[str, Collection[int]]:
    """Return the clocks of other rooms by their ids, and all that was said of them."""
    left: dict[str, set[int]] = {table: set() for table in found}
    clock, said = at["clock"], at["said"]
    left["clock"] = {
        row[clock["id"]] for row in found["clock"][1] if row[clock["owner_kind"]] in OF_OTHER_ROOMS
    }
    left["said"] = {row[said["id"]] for row in found["said"][1] if row[said["clock_id"]] in left["clock"]}
    for table in ("notice", "outgoing"):
        for row in found[table][1]:
            named = named_by(row[at[table]["key"]])
            if named and named[0] == "clock" and named[1] in left["clock"]:
                left[table].add(row[at[table]["id"]])
    return left


def _families(
    tickets: Sequence[Row], at: Mapping[str, int], payloads: Mapping[int, dict[str, Any]]
) -> list[Family]:
    """Put together what was ever merged: the one names the other in its history."""
    ids = {row[at["number"]]: row[at["id"]] for row in tickets}
    head = {id_: id_ for id_ in ids.values()}

    def top(id_: int) -> int:
        while head[id_] != id_:
            id_ = head[id_]
        return id_

    for said in payloads.values():
        if into := ids.get(said["data"].get("into")):
            head[top(said["ticket"])] = top(into)
    grouped: defaultdict[int, list[Called]] = defaultdict(list)
    for row in tickets:
        created = datetime.fromisoformat(row[at["created_at"]]).replace(tzinfo=UTC)
        called = Called(
            row[at["id"]],
            row[at["number"]],
            row[at["title"]],
            row[at["chain_code"]],
            row[at["enterprise_code"]],
            created,
            bool(row[at["is_open"]]),
            row[at["state"]] == State.HANDLING,
        )
        grouped[top(called.id)].append(called)
    return [Family(members) for _, members in sorted(grouped.items())]
