"""What leaves the house in a simulated county: who has chosen a way, a post office with bad days, and what must hold.

The post office stands in for every server outside, so a simulation never sends anything, whatever the settings say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from chainhub.core.actor import ADMINISTRATORS
from chainhub.core.media import Medium
from chainhub.county import known, state
from chainhub.county.people.reaches import ReachRow
from chainhub.notices import manners, outfit
from chainhub.notices.manners import Fate, Message
from chainhub.notices.models import Notice
from chainhub.notices.outfit import Outfit
from chainhub.notices.outgoing import MediumState, Outgoing
from chainhub.notices.senders.sending import Sender, TryLater, Unreachable
from chainhub.operations.simulating.county import County
from chainhub.operations.simulating.habits import chance_of
from chainhub.operations.simulating.looking import Look
from chainhub.operations.simulating.truths import hold
from chainhub.tickets import queries

SHARE = 0.3  # of the people who have chosen to be told outside
_ADDRESS = {Medium.EMAIL: "{}@county.invalid", Medium.WECHAT: "sim_{}", Medium.DINGTALK: ""}
"""By which ways: one with a cap of its own, one that speaks into a group."""
_BUSY, _SILENT, _DROPPED = (
    0.05,
    0.03,
    0.02,
)  # chances that a server asks for patience, is away, takes and never says so
_SECRET = "only for the length of a simulation"  # noqa: S105


@dataclass(slots=True)
class PostOffice:
    """Every server outside. What it took it knows by the id of the message; what came twice unmarked is a fault."""

    seed: int
    taken: Counter[str] = field(default_factory=Counter)
    unmarked: Counter[str] = field(default_factory=Counter)

    def send(self, message: Message) -> str:
        """Take a message, or fail by the chance of this person and moment. Raises TryLater, Unreachable."""
        drawn = chance_of(
            self.seed, "post", message.username, message.medium, message.at.isoformat()
        ).random()
        if drawn < _BUSY:
            raise TryLater("请晚点再发")
        if drawn < _BUSY + _SILENT:
            raise Unreachable("没有应答")
        self.taken[message.id] += 1
        self.unmarked[message.id] += not message.repeated
        if drawn < _BUSY + _SILENT + _DROPPED:
            raise Unreachable("收下以后断了", perhaps=True)
        return "收下了"

    @property
    def doubled(self) -> list[str]:
        """What arrived more than once without saying so."""
        return [name for name, count in self.unmarked.items() if count > 1]


@contextmanager
def opened(engine: Engine, county: County, seed: int, begin: datetime) -> Iterator[PostOffice]:
    """Let some people have chosen ways, and a post office stand outside, for as long as a county is played."""
    with Session(engine) as session:
        before = outfit.outfit_of(session)
    office = PostOffice(seed)
    senders: dict[Medium, Sender] = dict.fromkeys(_ADDRESS, office)
    with Session(engine) as session, session.begin():
        for username, actor in county.accounts.items():
            chance = chance_of(seed, "ways", username)
            if actor.id is None or chance.random() > SHARE or actor.roles & ADMINISTRATORS:
                continue
            for medium in chance.sample(sorted(_ADDRESS), chance.choice((1, 1, 2))):
                address = _ADDRESS[medium].format(username)
                row = ReachRow(
                    user_id=actor.id, medium=medium, address=address, is_on=True, verified_at=begin
                )
                session.add(row)
        state.touch(session)
    outfit.equip(engine, Outfit(senders, _SECRET, "https://county.invalid"))
    try:
        yield office
    finally:
        outfit.equip(engine, before)


# What must hold at the end of a day (features B 46–51, 78–83; complaints 4 to 13 of other systems)


def every_notice_has_its_rows(look: Look) -> None:
    """A row per recipient and way, written with the notice (decision 0018)."""
    reaches = known.of(look.session).reaches
    told = look.session.execute(
        select(Notice.user_id, Notice.key).where(Notice.id > look.memory.notice)
    ).all()
    since = look.memory.outgoing
    rows = look.session.execute(
        select(Outgoing.user_id, Outgoing.key, Outgoing.medium).where(Outgoing.id > since)
    )
    written = {(row.user_id, row.key, row.medium) for row in rows}
    for one in told:
        for medium in reaches.media(one.user_id):
            hold(
                (one.user_id, one.key, medium) in written,
                one.key,
                "does not go to",
                one.user_id,
                "by",
                medium,
            )


def nothing_goes_out_at_night(look: Look) -> None:
    """What is not urgent goes out in working time alone (domain 3)."""
    if look.memory.calendar != look.calendar.version:
        return  # by the calendar that held then
    for row in _sent_today(look):
        fits = row.at_once or (row.sent_at is not None and look.calendar.is_working_moment(row.sent_at))
        hold(fits, row.key, "went out at", row.sent_at)


def nothing_is_left_or_given_up(look: Look) -> None:
    """Whatever could go when the timetable last ran has gone, and a server with bad days loses nothing."""
    resting = {
        one.medium
        for one in look.session.scalars(select(MediumState))
        if one.paused_until is not None and one.paused_until > look.swept
    }
    unsettled = select(Outgoing).where(Outgoing.fate.in_((Fate.WAITING, Fate.SENDING, Fate.DEAD)))
    for row in look.session.scalars(unsettled):
        hold(row.fate is not Fate.DEAD, row.key, "was given up:", row.said)
        waits = row.look_at < look.swept and row.created_at < look.swept and row.medium not in resting
        hold(not waits, row.key, "by", row.medium, "should have gone at", row.look_at, row.said)


def nobody_gets_too_many(look: Look) -> None:
    """No more messages an hour than the cap, twice as many where some are urgent (features B 79)."""
    by_person: defaultdict[tuple[int, Medium], dict[int, datetime]] = defaultdict(dict)
    for row in _sent_today(look):
        if row.parcel is not None and row.sent_at is not None:
            by_person[row.user_id, row.medium][row.parcel] = row.sent_at
    for (person, medium), parcels in by_person.items():
        moments = sorted(parcels.values())
        most = 2 * manners.cap_of(medium)
        for first, last in zip(moments, moments[most:], strict=False):
            hold(
                last - first >= manners.HOUR,
                person,
                "got more than",
                most,
                "by",
                medium,
                "within an hour of",
                first,
            )


def the_ended_are_silent_outside(look: Look) -> None:
    """What has ended has nothing waiting from before its end, but for what outlives it (domain 3)."""
    ended = {one.link: one for one in look.fresh if one.ended_at is not None and not one.is_open}
    clocks = {one.id for one in look.clocks}
    waits = Outgoing.link.in_(sorted(ended)), Outgoing.fate.in_((Fate.WAITING, Fate.SENDING))
    for row in look.session.scalars(select(Outgoing).where(*waits)):
        sort, _, rest = row.key.partition(":")
        silent = sort == queries.OWNER or (sort == "clock" and int(rest.partition(":")[0]) not in clocks)
        end = ended[row.link].ended_at
        hold(not silent or (end is not None and row.created_at >= end), row.key, "would speak after the end")


def _sent_today(look: Look) -> list[Outgoing]:
    """Return what was noted as sent since the last look; codes count apart, and nobody asks for one here."""
    since = look.memory.at
    sent = select(Outgoing).where(Outgoing.sent_at.is_not(None))
    return list(look.session.scalars(sent if since is None else sent.where(Outgoing.sent_at > since)))


INVARIANTS = (
    every_notice_has_its_rows,
    nothing_goes_out_at_night,
    nothing_is_left_or_given_up,
    nobody_gets_too_many,
    the_ended_are_silent_outside,
)

__all__ = ["INVARIANTS", "PostOffice", "opened"]
