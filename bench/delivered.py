"""What leaves the house while processes are killed: a system of the county that is told by webhook, and what must hold.

At least once, and what may have come before is marked (decision 0018): the double remembers everything it heard, with the
id of the message and its mark. Everybody has chosen this one way, so that every notice has its row in the outbox.
"""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from chainhub.core.media import Medium
from chainhub.county import known, state
from chainhub.county.people.models import User
from chainhub.county.people.reaches import ReachRow
from chainhub.notices import manners, outfit
from chainhub.notices.manners import Fate
from chainhub.notices.models import Notice
from chainhub.notices.outfit import Outfit
from chainhub.notices.outgoing import Outgoing
from chainhub.notices.senders.webhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the double alone
THINKS = 0.03  # seconds until the double says that it took a message: time to be killed in
LEASE = timedelta(seconds=4)  # a trial has no five minutes to wait for a claim that died
_TIMEOUT = 4.0  # seconds
_PENDING = (Fate.WAITING, Fate.SENDING)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it arrived: the ids of the notices it told of, and whether it said that it may have come before."""

    notices: tuple[int, ...]
    repeated: bool


@dataclass(slots=True)
class Gateway:
    """The double: where it is, and what it heard by the id of the message."""

    url: str
    heard: defaultdict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Open the double for as long as a trial lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
            with made.lock:
                made.heard[self.headers["webhook-id"]].append(Heard(tuple(said["notices"]), said["repeated"]))
            time.sleep(THINKS)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:  # whoever asked was killed
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Gateway(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reach_everybody(engine: Engine, at: datetime) -> None:
    """Let every account have chosen to be told by webhook, and by nothing else."""
    with Session(engine) as session, session.begin():
        session.execute(delete(ReachRow))
        for user_id in session.scalars(select(User.id).where(User.is_active)):
            session.add(ReachRow(user_id=user_id, medium=Medium.WEBHOOK, is_on=True, verified_at=at))
        state.touch(session)


class _Everywhere(Mapping[str, str]):
    """The one address for whichever account: a process that begins may have no database to ask just then."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __getitem__(self, _account: str) -> str:
        return self.url

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def equip(engine: Engine, url: str) -> None:
    """Let a process send to the double; without caps, so that all of it goes out while the trial lasts."""
    senders = {Medium.WEBHOOK: Webhook(_Everywhere(url), SECRET, _TIMEOUT)}
    outfit.equip(engine, Outfit(senders, SECRET, ""))
    manners.CAPS = {Medium.WEBHOOK: 1_000_000}
    manners.LEASE = LEASE


def settled(engine: Engine, begun: datetime) -> bool:
    """Say whether nothing waits any more that goes out at any hour; the rest may wait for working time."""
    waits = (Outgoing.created_at >= begun, Outgoing.at_once, Outgoing.fate.in_(_PENDING))
    with Session(engine) as session:
        return session.scalar(select(Outgoing.id).where(*waits).limit(1)) is None


def faults(engine: Engine, double: Gateway, begun: datetime) -> Iterator[str]:
    """Yield what was lost, doubled without a mark, or never noted.

    That nothing waits for ever `settled` has shown; what waits now has come since then.
    """
    with Session(engine) as session:
        reached = frozenset(known.of(session).reaches.people())
        rows = session.scalars(select(Outgoing).where(Outgoing.created_at >= begun)).all()
        notices = session.execute(
            select(Notice.id, Notice.user_id, Notice.key).where(Notice.created_at >= begun)
        ).all()
    with double.lock:
        heard = {name: tuple(messages) for name, messages in double.heard.items()}
    written = {(one.user_id, one.key) for one in rows}
    for one in notices:
        if one.user_id in reached and (one.user_id, one.key) not in written:
            yield f"notice {one.id} has no row in the outbox"
    ids = {(one.user_id, one.key): one.id for one in notices}
    for row in rows:
        name, notice = f"chainhub-{row.parcel}", ids.get((row.user_id, row.key))
        if row.fate is Fate.DEAD:
            yield f"row {row.id} was given up: {row.said}"
        elif row.fate is Fate.SENT and not _has(heard.get(name, ()), notice):
            yield f"row {row.id} was noted as sent in {name} and never arrived"
    yield from _of_messages(heard, {f"chainhub-{row.parcel}" for row in rows if row.parcel is not None})


def _has(messages: tuple[Heard, ...], notice: int | None) -> bool:
    """Say whether a message arrived, with what a notice says; a receipt has none."""
    return any(notice is None or notice in one.notices for one in messages)


def _of_messages(heard: Mapping[str, tuple[Heard, ...]], sent: set[str]) -> Iterator[str]:
    under: defaultdict[int, set[str]] = defaultdict(set)
    for name, messages in heard.items():
        if name not in sent:
            yield f"{name} arrived and stands in no row"
        unmarked = sum(not one.repeated for one in messages)
        if unmarked > 1:
            yield f"{name} arrived {len(messages)} times, {unmarked} of them without a mark"
        first = set(messages[0].notices)
        if any(
            not first.issuperset(one.notices) for one in messages
        ):  # less it may: what is done is let go of
            yield f"{name} came again with more than it had: {Counter(one.notices for one in messages)}"
        for one in messages:
            for notice in one.notices:
                under[notice].add(name)
    for notice, names in under.items():
        if len(names) > 1:
            yield f"notice {notice} went in several messages: {sorted(names)}"


def told(double: Gateway | None) -> str:
    """Return how much arrived, for the report of a run."""
    if double is None:
        return "nothing goes out"
    with double.lock:
        again = sum(len(messages) - 1 for messages in double.heard.values())
        return f"{len(double.heard)} messages arrived, {again} of them again, each marked"
