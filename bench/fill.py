"""A database of N tickets in minutes: lives taken from a simulated county, then cloned row by row in bulk.

A clone has its own ids, number, texts, hashes, clocks, notices, messages and search entry; who did what and when is its
template's. Rows are written as the driver stores them, so nothing is translated twice.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import config
from bench import families, lives, sinks
from bench.families import BELONGS, TABLES, Called, Family, Row, Stock
from bench.texts import Texts
from chainhub.audit.rules import GENESIS, link
from chainhub.core.worktime import SHANGHAI
from chainhub.county.people import passwords
from chainhub.operations import schema, seed
from chainhub.tickets.service.submitting import number_text
from chainhub.web import engine as engines

PASSWORD = "bench-password"
CHUNK = 2000  # tickets written at once
_JITTER = 3  # days by which clones of one template lie apart
Say = Callable[[str], str]  # what is said of a template, as it is said of a clone


def found(url: str, now: datetime, password_hash: str) -> Engine:
    """Return an engine on a fresh, migrated database with the model county and its people."""
    made = engines.opened(url)
    schema.upgrade(made)
    with Session(made) as session, session.begin():
        seed.seed_model(session, config.county, password_hash, now=now - timedelta(days=lives.DAYS + 60))
    return made


def stock(folder: Path, count: int, now: datetime, password_hash: str) -> Stock:
    """Play the templates in a SQLite file of their own and read them back as stored."""
    path = folder / "templates.db"
    engine = found(f"sqlite:///{path}", now, password_hash)
    refused = lives.play(engine, count, now)
    stocked = families.read(path, engine, refused)
    engine.dispose()
    return stocked


def fill(url: str, stocked: Stock, texts: Texts, count: int, now: datetime, password_hash: str) -> None:
    """Fill a fresh database with so many tickets."""
    found(url, now, password_hash).dispose()
    sink = sinks.opened(url)
    cloner = _Cloner(stocked, texts.take(count))
    for family in _order(stocked, count):
        cloner.clone(family)
        if len(cloner.findable) >= CHUNK:
            _hand_over(sink, stocked, cloner)
    cloner.about_the_county()
    _hand_over(sink, stocked, cloner)
    series = [[*key, last] for key, last in cloner.series.items()]
    sink.write("number_series", ["prefix", "year", "last"], series)
    sink.write("medium_state", *stocked.media)
    sink.done()


def _hand_over(sink: sinks.Sink, stocked: Stock, cloner: "_Cloner") -> None:
    for table in TABLES:
        sink.write(table, stocked.columns[table], cloner.batch[table])
    sink.index(cloner.findable)
    cloner.batch.clear()
    cloner.findable.clear()


def _order(stocked: Stock, count: int) -> Iterator[Family]:
    """Yield families for so many tickets roughly by their day, those of one week in a mix.

    As many are open, and of these in hand, as a benchmark needs; of each sort all lives come as often as each other.
    """
    rng = random.Random(5)
    of_open = [one for one in stocked.families if one.is_open]
    in_hand = [one for one in of_open if one.is_in_hand]
    waiting = [one for one in of_open if not one.is_in_hand]
    ended = [one for one in stocked.families if not one.is_open]
    chosen: list[Family] = []
    for pool, share in (
        (in_hand, lives.OPEN_SHARE * lives.IN_HAND_SHARE),
        (waiting, lives.OPEN_SHARE),  # with those before
    ):
        wanted = round(count * share) - sum(len(one.tickets) for one in chosen)
        chosen += _drawn(rng, pool, wanted if pool else 0)
    chosen += _drawn(rng, ended or of_open, count - sum(len(one.tickets) for one in chosen))
    chosen.sort(key=lambda one: one.created_at + timedelta(days=rng.uniform(-_JITTER, _JITTER)))
    return iter(chosen)


def _drawn(rng: random.Random, pool: Sequence[Family], count: int) -> Iterator[Family]:
    """Yield families of so many tickets in all, round after round; where the last is too large, smaller ones."""
    while count:
        fitting = [one for one in pool if len(one.tickets) <= count]
        if not fitting:
            raise LookupError(f"no family is small enough for the last {count} tickets")
        for one in rng.sample(fitting, len(fitting)):
            if len(one.tickets) <= count:
                count -= len(one.tickets)
                yield one


class _Cloner:
    """Makes the rows of one more family after the other."""

    def __init__(self, stocked: Stock, texts: Iterator[tuple[str, str]]) -> None:
        self.stocked, self.texts = stocked, texts
        self.batch: defaultdict[str, list[Row]] = defaultdict(list)
        self.findable: list[tuple[int, Sequence[str]]] = []
        self.series: Counter[tuple[str, int]] = Counter()
        self._last: Counter[str] = Counter()
        self._parcels: dict[int, int] = {}
        self._at = {
            table: {name: place for place, name in enumerate(names)}
            for table, names in stocked.columns.items()
        }

    def clone(self, family: Family) -> None:
        """Add a clone's rows to the batch, and what is findable of it."""
        fresh = {one.id: self._anew(one) for one in family.tickets}
        ids = {
            table: {row[self._at[table]["id"]]: self._next(table) for row in family.rows[table]}
            for table in TABLES
        }
        for was in family.tickets:
            number, title, content = fresh[was.id]
            firm = self.stocked.names[was.enterprise]
            self.findable.append((ids["ticket"][was.id], (number, firm, title, content)))
        names = {
            old: new
            for one in family.tickets
            for old, new in (
                (one.about, f"{fresh[one.id][0]}《{fresh[one.id][1]}》"),
                (one.number, fresh[one.id][0]),
            )
        }

        def said(text: str) -> str:
            return family.called.sub(lambda found: names[found[0]], text)

        for table in TABLES:
            for row in family.rows[table]:
                self.batch[table].append(self._row(table, row, ids, said))
        at = self._at["ticket"]
        for was, row in zip(family.tickets, self.batch["ticket"][-len(family.tickets) :], strict=True):
            row[at["number"]], row[at["title"]], row[at["content"]] = fresh[was.id]
        self._tie(family, fresh, ids, said)

    def about_the_county(self) -> None:
        """Add what is about no ticket: once, as it was."""
        nothing: Mapping[str, Mapping[int, int]] = defaultdict(dict)
        for table, rows in self.stocked.rest.items():
            for row in rows:
                ids = {**nothing, table: {row[self._at[table]["id"]]: self._next(table)}}
                self.batch[table].append(self._row(table, row, ids, str))

    def _anew(self, was: Called) -> tuple[str, str, str]:
        """Return number, title and content of a clone."""
        title, content = next(self.texts)
        prefix, year = self.stocked.prefixes[was.chain], was.created_at.astimezone(SHANGHAI).year
        self.series[prefix, year] += 1
        return number_text(prefix, year, self.series[prefix, year]), title, content

    def _row(
        self,
        table: str,
        was: Row,
        ids: Mapping[str, Mapping[int, int]],
        said: Say,
    ) -> Row:
        """Return a row with its own ids, and its words about the clone."""
        at, row = self._at[table], list(was)
        row[at["id"]] = ids[table][was[at["id"]]]
        for column, of in BELONGS[table].items():
            if row[at[column]] is not None:
                row[at[column]] = ids[of][row[at[column]]]
        for column in families.words_of(table):
            row[at[column]] = said(row[at[column]])
        if table == "clock":
            of = families.OF_CLOCKS[row[at["owner_kind"]]]
            row[at["owner_id"]] = ids[of][row[at["owner_id"]]]
            row[at["about"]] = row[at["about"]][:120]
        elif table in {"notice", "outgoing"}:
            row[at["key"]] = _key(row[at["key"]], ids)
            row[at["text"]] = row[at["text"]][:400]
        elif table == "supervision":
            row[at["key"]] = _drafted(row[at["key"]], ids)
        if table == "outgoing" and row[at["parcel"]] is not None:
            # A message stays one message, of all the clones of its rows: nobody gets more of them an hour than they did.
            row[at["parcel"]] = self._parcels.setdefault(row[at["parcel"]], row[at["id"]])
        return row

    def _tie(
        self,
        family: Family,
        fresh: Mapping[int, tuple[str, str, str]],
        ids: Mapping[str, Mapping[int, int]],
        say: Say,
    ) -> None:
        """Tie the histories anew, each line to the one before: its words and its ticket are the clone's."""
        at = self._at["ticket_event"]
        cloned = self.batch["ticket_event"][-len(family.rows["ticket_event"]) :]
        before = dict.fromkeys(fresh, GENESIS)
        for was, row in zip(family.rows["ticket_event"], cloned, strict=True):
            payload = family.payloads[was[at["id"]]]
            of = payload["ticket"]
            own = {"title": fresh[of][1], "content": fresh[of][2]} if payload["seq"] == 1 else {}
            data = {**_renamed(payload["data"], say), **own}
            row[at["data"]] = json.dumps(data)
            row[at["prev_hash"]] = before[of]
            said: dict[str, Any] = {**payload, "ticket": ids["ticket"][of], "data": data}
            before[of] = row[at["hash"]] = link(before[of], said)

    def _next(self, table: str) -> int:
        self._last[table] += 1
        return self._last[table]


def _renamed(given: Any, say: Say) -> Any:
    """Return what was given in a line of history with every name of a clone in it."""
    if isinstance(given, str):
        return say(given)
    if isinstance(given, dict):
        return {name: _renamed(one, say) for name, one in given.items()}
    return [_renamed(one, say) for one in given] if isinstance(given, list) else given


def _key(key: str, ids: Mapping[str, Mapping[int, int]]) -> str:
    named = families.named_by(key)
    if named is None:
        return key
    table, id_, rest = named
    if (merged := families.merged_in(key)) is not None:
        rest = rest.removesuffix(str(merged)) + str(ids["ticket"][merged])
    return f"{key.partition(':')[0]}:{ids[table][id_]}:{rest}"


def _drafted(key: str | None, ids: Mapping[str, Mapping[int, int]]) -> str | None:
    """Return the key under which a rule drafts a 督办 once: by its ticket, or by the word that was not answered."""
    if key is None:
        return None
    first, _, rest = key.partition(":")
    if first == "instruction":
        return f"instruction:{ids['instruction'][int(rest)]}"
    return f"{ids['ticket'][int(first)]}:{rest}"


def password_hash() -> str:
    """Return the hash of the one password of everybody; argon2 is slow on purpose, so once per run."""
    return passwords.hashed(PASSWORD)
