"""Who is responsible for what (权责清单): an entry of the list, and what the list says of a matter. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chainhub.core.actor import Actor, Post, Role
from chainhub.core.words import Labelled

READ_MOST = 2000  # characters of a matter that are looked at
WORDS_MOST = 12  # keywords of an entry
WORD_MOST = 12  # characters of a keyword
TEXT_MOST = 500  # characters of a basis, of what belongs and of what does not


class Share(Labelled):
    """As what a unit is responsible."""

    LEAD = "lead", "主办"
    CO = "co", "协办"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list: this unit leads or helps with this category, from a day until a day (half-open)."""

    id: int
    unit: str
    category: str
    share: Share
    basis: str = ""  # the law, or the text that set the unit up (三定)
    belongs: str = ""
    beyond: str = ""  # what does not belong to it
    keywords: Sequence[str] = ()
    place: int = 1  # within its category
    from_on: date | None = None
    until_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the line is in force on a day."""
        return (self.from_on is None or self.from_on <= day) and (
            self.until_on is None or day < self.until_on
        )


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked about: its category with the one above it (None: not set, or the first level), its words, a day."""

    category: str | None
    above: str | None
    text: str
    on: date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit that the list names for a matter: by which line, and which of its keywords the matter holds."""

    entry: Entry
    words: tuple[str, ...]


def suggest(entries: Iterable[Entry], below: frozenset[str], matter: Matter) -> list[Suggestion]:
    """Return whom the list names for a matter, the likeliest first, each unit once as lead and once as helper.

    A line of the matter's own category or of the one above it counts; a line of a category `below` it, or of any
    category while none is set, counts where the matter holds one of its keywords. More characters of keywords say
    more, then the nearer category, then the order of the list.
    """
    plain = _plain(matter.text[:READ_MOST])
    ranked: list[tuple[tuple[int, int, int, int], Suggestion]] = []
    for entry in entries:
        if not entry.holds_on(matter.on):
            continue
        words = tuple(word for word in entry.keywords if _plain(word) in plain)
        near = _nearness(entry.category, below, matter)
        if near is None or (near > 1 and not words):
            continue
        told = sum(len(word) - 1 for word in words)
        ranked.append(((-told, near, entry.place, entry.id), Suggestion(entry, words)))
    found: dict[tuple[str, Share], Suggestion] = {}
    for _, one in sorted(ranked, key=lambda pair: pair[0]):
        found.setdefault((one.entry.unit, one.entry.share), one)
    return list(found.values())


def _plain(text: str) -> str:
    """Return a text in one width and one case, what is no letter, ideograph or digit as a line's end."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one if one.isalnum() else "\n" for one in folded)


def _nearness(category: str, below: frozenset[str], matter: Matter) -> int | None:
    if matter.category is None:
        return 2
    if category == matter.category:
        return 0
    if category == matter.above:
        return 1
    return 2 if category in below else None


def lead(entries: Iterable[Entry], below: frozenset[str], matter: Matter) -> str | None:
    """Return the unit that the list would have lead a matter, or None where it names none."""
    found = (one.entry.unit for one in suggest(entries, below, matter) if one.entry.share is Share.LEAD)
    return next(found, None)


_EDITORS = frozenset({Role.COMMITTEE, Role.TASK_FORCE})


def may_try(actor: Actor) -> bool:
    """Say whether somebody may try a line on real tickets: anybody of a task force or a committee."""
    return actor.id is None or bool(actor.roles & _EDITORS)


def may_change(actor: Actor) -> bool:
    """Say whether somebody keeps the list: who answers for a task force or a committee (decision), or the operator."""
    if actor.id is None:
        return True
    return any(one.role in _EDITORS and one.post in {Post.HEAD, Post.DEPUTY} for one in actor.grants)


def keywords_of(text: str) -> tuple[str, ...]:
    """Return the keywords that somebody wrote with commas, 顿号 or blanks between them, each once."""
    split = text
    for mark in "、，,;；\n\t":
        split = split.replace(mark, " ")
    return tuple(dict.fromkeys(split.split()))
