"""Doubles of what stands outside: senders that remember, people who have chosen a way."""

from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from chainhub.core import sweeps
from chainhub.core.media import Medium
from chainhub.county import known
from chainhub.county.people.queries import user_by_name
from chainhub.county.people.reaches import ReachRow
from chainhub.county.state import touch
from chainhub.notices import outfit
from chainhub.notices.manners import Message
from chainhub.notices.outfit import Outfit
from chainhub.timetable import TIMETABLE
from tests.people import NOW, work_of

SECRET = "not a secret, only a test of 32 characters"
HOME = "https://chainhub.example.cn"
ADDRESS = {Medium.EMAIL: "yan@example.cn", Medium.SMS: "13900002076", Medium.WECHAT: "oYan_0123456789"}


@dataclass
class Post:
    """A sender that remembers what it was given; `fails` are raised first, one for each message."""

    sent: list[Message] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def send(self, message: Message) -> str:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append(message)
        return "收下了"

    @property
    def words(self) -> list[list[str]]:
        """The lines of each message."""
        return [[line.text for line in one.lines] for one in self.sent]


def reached(session: Session, username: str, *media: Medium, on: bool = True) -> int:
    """Let somebody be reached by some ways; returns their id."""
    user = user_by_name(session, username)
    for medium in media:
        session.add(
            ReachRow(
                user_id=user.id,
                medium=medium,
                address=ADDRESS.get(medium, ""),
                is_on=on,
                verified_at=NOW,
            )
        )
    touch(session)
    session.flush()
    known.forget(session)
    return user.id


def equipped(session: Session, **senders: Post) -> Outfit:
    """Hang an outfit on the database of a test: `equipped(session, email=Post())`."""
    made = Outfit({Medium(name): one for name, one in senders.items()}, SECRET, HOME)
    outfit.equip(session.get_bind(), made)
    return made


DELIVER = next(job for job in TIMETABLE if job.name == "deliver")


def delivered(session: Session, at) -> sweeps.Swept:
    """Run the job of the outbox at a moment, each of its steps a transaction of its own."""

    @contextmanager
    def open_work():
        with session.begin_nested():
            yield work_of(session, "clock", at)

    return sweeps.run(DELIVER.find, DELIVER.handle, open_work, name="deliver")
