"""“发一条测试”: one message past the outbox, and what came back in words. Nothing is kept of it but a line of the log."""

from dataclasses import dataclass

from chainhub.audit import service as audit
from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.media import PROVEN, Medium
from chainhub.core.work import Work
from chainhub.county.people import reaching
from chainhub.notices import outbox
from chainhub.notices.manners import Line, Message
from chainhub.notices.outfit import outfit_of
from chainhub.notices.rules import NoticeKind
from chainhub.notices.senders.sending import Refused, Sender, TryLater, Unreachable

WORDS = "这是一条测试。收到它，就说明这种方式通了。"


@dataclass(frozen=True, slots=True)
class Trial:
    """A message that is ready to be tried, outside of any transaction."""

    sender: Sender
    message: Message


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it: whether the other side took it, and in words what it said."""

    ok: bool
    said: str


def medium_of(named: str) -> Medium:
    """Return the medium that somebody names, by its value or its word. Raises NotFound."""
    for one in Medium:
        if named in {one.value, one.label}:
            return one
    raise NotFound(f"没有叫“{named}”的方式；有：{'、'.join(one.value for one in Medium)}。")


def prepared(work: Work, medium: Medium, to: str) -> Trial:
    """Return a test that may be sent. Raises NotAllowed, Invalid for an address, Conflict where it is not set up."""
    outbox.demand_keeper(work)
    outfit = outfit_of(work.session)
    sender = outfit.senders.get(medium)
    if sender is None:
        raise Conflict(
            f"{medium.label}还没有设置。请在服务器上写好设置（见 docs/settings.md）再重启。", code="not_set"
        )
    address = reaching.address_of(medium, to)
    if medium in PROVEN and not address:
        raise Invalid(errors={"to": [f"请填发到哪里：{medium.label}要有地址。"]})
    errors = reaching.address_errors(medium, address)
    if errors:
        raise Invalid(errors={"to": errors})
    message = Message(
        id=f"chainhub-test-{int(work.now.timestamp())}",
        medium=medium,
        address=address if medium is not Medium.WEBHOOK else "",
        person=work.actor.name,
        username=address if medium is Medium.WEBHOOK else work.actor.username,
        kinds=(NoticeKind.ADMIN,),
        lines=(Line(WORDS, outfit.home),),
        home=outfit.home,
        at=work.now,
    )
    return Trial(sender, message)


def run(trial: Trial) -> Tried:
    """Send it. No transaction may be open: the other side may be slow."""
    try:
        return Tried(True, trial.sender.send(trial.message))
    except (Refused, TryLater, Unreachable) as error:
        return Tried(False, str(error))


def note(work: Work, trial: Trial, tried: Tried) -> None:
    """Keep in the log who tried what, the address masked, and what came of it."""
    one = trial.message
    about = f"{one.medium.label} {reaching.masked(one.medium, one.address)}".strip()
    audit.record(work, "test_medium", about, {"text": ("通了：" if tried.ok else "没通：") + tried.said})
