"""Two processes that send at the same moment, and a mail server that dies in the middle: on real transactions."""

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, delete, select, text
from sqlalchemy.orm import Session

import config
from chainhub import scheduler
from chainhub.core import sweeps
from chainhub.core.media import Medium
from chainhub.county.people.models import User
from chainhub.county.people.reaches import ReachRow
from chainhub.notices import delivering, manners, outfit, service
from chainhub.notices.manners import Fate
from chainhub.notices.models import Notice
from chainhub.notices.outfit import Outfit
from chainhub.notices.outgoing import MediumState, Outgoing
from chainhub.notices.rules import NoticeKind
from chainhub.notices.senders.mail import Mail
from chainhub.operations import schema, seed
from chainhub.web import engine as engines
from tests import people
from tests.conftest import _HASH
from tests.notices.doubles import DELIVER, HOME, SECRET, reached
from tests.notices.wire import mail_server
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow

MANY = 12
WAIT = 0.4


@pytest.fixture(scope="module")
def town(database_url, tmp_path_factory):
    """A seeded county of its own, made once for this file: real transactions cannot be undone after a test."""
    if database_url.startswith("sqlite"):
        made = engines.opened(f"sqlite:///{tmp_path_factory.mktemp('town') / 'town.db'}")
        name, suite = "", None
    else:
        suite = create_engine(database_url, isolation_level="AUTOCOMMIT")
        name = f"chainhub_{uuid.uuid4().hex[:8]}"
        with suite.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        made = engines.opened(suite.url.set(database=name).render_as_string(hide_password=False))
    schema.upgrade(made)
    with Session(made) as session, session.begin():
        seed.seed_model(session, config.county, _HASH, now=NOW)
    yield made
    made.dispose()
    if suite is not None:
        with suite.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        suite.dispose()


@pytest.fixture
def county(town):
    """Twelve people read their mail, each told one thing; nothing else waits."""
    with Session(town) as session, session.begin():
        for model in (Outgoing, Notice, ReachRow, MediumState):
            session.execute(delete(model))
        names = session.scalars(select(User.username).order_by(User.id).limit(MANY)).all()
        ids = [reached(session, name, Medium.EMAIL) for name in names]
        work = work_of(session, people.CLERK)
        service.enqueue(work, ids, NoticeKind.TASK, "请您看一下。", key="k", urgent=True)
    return town


def _deliver(county, at=NOW):
    return sweeps.run(DELIVER.find, DELIVER.handle, lambda: scheduler.work(county, at), name="deliver")


def _fates(county):
    with Session(county) as session:
        return Counter(session.scalars(select(Outgoing.fate)))


class Slow:
    """A sender that waits until several are sending, so that they really meet."""

    def __init__(self, parties):
        self.ids = []
        self.barrier = threading.Barrier(parties)
        self.lock = threading.Lock()
        self.first = threading.local()

    def send(self, message):
        if not getattr(self.first, "met", False):
            self.first.met = True
            try:
                self.barrier.wait(timeout=2)
            except threading.BrokenBarrierError:
                self.met_nobody = True
        with self.lock:
            self.ids.append(message.id)
        return "收下了"


def test_two_senders_at_once_send_each_message_once(county):
    slow = Slow(2)
    outfit.equip(county, Outfit({Medium.EMAIL: slow}, SECRET, HOME))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: _deliver(county), range(3)))

    assert len(slow.ids) == MANY
    assert len(set(slow.ids)) == MANY
    assert _fates(county) == {Fate.SENT: MANY}


@pytest.mark.parametrize(
    ("stage", "does"), [("connect", "hang"), ("DATA", "drop"), ("RCPT", "451 busy"), ("dot", "drop")]
)
def test_a_mail_server_that_fails_loses_nothing_and_what_may_have_come_twice_says_so(county, stage, does):
    with mail_server(stage, does) as box:
        sender = Mail("127.0.0.1", box.port, "none", "", "", "c@example.cn", "", WAIT)
        outfit.equip(county, Outfit({Medium.EMAIL: sender}, SECRET, HOME))
        _deliver(county)
        assert _fates(county) == {Fate.WAITING: MANY}
        taken_in_the_dark = len(box.letters)

        box.stage = ""
        box.release.set()
        at = NOW
        for _ in range(4):
            at += timedelta(minutes=10)
            _deliver(county, at)

    assert _fates(county) == {Fate.SENT: MANY}
    assert len(box.letters) == MANY + taken_in_the_dark
    with Session(county) as session:
        rows = session.scalars(select(Outgoing)).all()
    assert sum(row.repeated for row in rows) >= taken_in_the_dark
    assert taken_in_the_dark == (1 if stage == "dot" else 0)
    if taken_in_the_dark:
        ids = [line for one in box.letters for line in one.splitlines() if line.startswith(b"Message-ID")]
        assert Counter(ids).most_common(1)[0][1] == 2  # the same id, for the receiver to know it by


def test_nothing_is_written_while_a_server_hangs(county):
    """Whoever files a ticket does not wait for a mail server: no transaction is open while it is asked."""
    with mail_server("connect", "hang") as box:
        sender = Mail("127.0.0.1", box.port, "none", "", "", "c@example.cn", "", 3)
        asked = threading.Event()

        class Watched:
            def send(self, message):
                asked.set()
                return sender.send(message)

        outfit.equip(county, Outfit({Medium.EMAIL: Watched()}, SECRET, HOME))
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(_deliver, county)
            assert asked.wait(10)
            with Session(county) as session, session.begin():
                service.enqueue(work_of(session, people.CLERK), [1], NoticeKind.NEWS, "别等", key="other")
            assert not sending.done()
            box.release.set()

    with Session(county) as session:
        assert len(session.scalars(select(Outgoing.id)).all()) == MANY + 1


def test_a_process_that_dies_over_its_claim_is_followed_by_another(county):
    before = Slow(1)
    outfit.equip(county, Outfit({Medium.EMAIL: before}, SECRET, HOME))
    with scheduler.work(county, NOW) as work:  # claimed, and here it ends
        delivering.claim(work, delivering.find(work, 200), outfit.outfit_of(work.session))
    assert _fates(county) == {Fate.SENDING: MANY}

    _deliver(county, NOW + manners.LEASE - timedelta(seconds=1))
    assert before.ids == []
    _deliver(county, NOW + manners.LEASE)

    assert len(set(before.ids)) == len(before.ids) == MANY
    assert _fates(county) == {Fate.SENT: MANY}
    with Session(county) as session:
        assert all(session.scalars(select(Outgoing.repeated)))
