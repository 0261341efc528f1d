"""The groups as pages show them: plain values, in words. A line of the list and of a leader's page names no enterprise."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.tickets.common import service as common
from chainhub.tickets.rules import local_date_text
from chainhub.tickets.topics import queries, service
from chainhub.tickets.topics.models import Topic
from chainhub.tickets.topics.queries import Seen

OFFERED_MOST = 60  # tickets that one tap puts into a common issue: an address has to hold their numbers
_DAYS = 20  # workdays that a common issue is offered until


@dataclass(frozen=True, slots=True)
class TopicView:
    """One group: what it is about, how many, why they stand together."""

    url: str
    title: str
    number: int
    line: str  # enterprises, open ones, since when
    words: str
    category: str
    common: str


@dataclass(frozen=True, slots=True)
class OutView:
    """A ticket that a person has taken out of a group."""

    number: str
    title: str
    url: str
    line: str


def view(work: Work, one: Seen) -> TopicView:
    """Return one group in words."""
    year = work.now.astimezone(SHANGHAI).year
    first, last = (local_date_text(at, year=year) for at in (one.first_at, one.last_at))
    said = [
        f"{one.firms} 家企业",
        f"还有 {one.open} 件在办" if one.open else "都办完了",
        first if first == last else f"{first}—{last}",
    ]
    return TopicView(
        f"/topics/{one.id}",
        one.title,
        one.tickets,
        "，".join(said),
        "、".join(one.words),
        known.of(work.session).directory.category_label(one.category),
        f"{one.common} 件列进了共性问题" if one.common else "",
    )


def offers(work: Work, topic: Topic, words: str) -> list[tuple[str, str]]:
    """Return what a common issue over a group is opened by, and where: one for each chain with two tickets to put in."""
    found = queries.joinable(work, topic, OFFERED_MOST)
    directory = known.of(work.session).directory
    due = work.calendar.add_workdays(work.now.astimezone(SHANGHAI).date(), _DAYS)
    title = f"几家企业都提到：{words}" if words else "几家企业都提到同一件事"
    listed = []
    for chain, times in sorted(Counter(chain for chain, _ in found).items()):
        if times < 2 or not common.may_open(work.actor, chain):
            continue
        asked = [("pick", number) for one, number in found if one == chain]
        asked += [("title", title[:60]), ("due_on", due.isoformat())]
        where = f"（{directory.chains[chain].short}）" if len({one for one, _ in found}) > 1 else ""
        listed.append((f"把 {times} 件列成共性问题{where}", f"/common/new?{urlencode(asked)}"))
    return listed


def taken_out(work: Work, topic: Topic) -> list[OutView]:
    """Return what somebody has taken out of a group."""
    return [
        OutView(
            number, title, f"/tickets/{number}", f"{by} {local_date_text(at, year=work.now.year)} 说不是一类"
        )
        for number, title, by, at in queries.taken_out(work, topic)
    ]


def hottest(work: Work, most: int = 3) -> tuple[TopicView, ...]:
    """Return the largest groups of the last 30 days for a leader's page."""
    found, _ = queries.page(work, begin=queries.since(work, ""), limit=most)
    return tuple(view(work, one) for one in found)


def may_sort_any(work: Work) -> bool:
    """Say whether this reader may say of some tickets what they belong to."""
    chains = known.of(work.session).directory.chains
    return any(service.may_sort(work.actor, chain) for chain in chains)
