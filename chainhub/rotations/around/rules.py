"""How what is typed around a session is read, and how ratings are summed up. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chainhub.rotations.around.terms import Grade, Side

NAME_MOST, BODY_MOST = 40, 60
POLICIES_MOST = 20
LINES_MOST = 200  # of a list that is typed in at once
PEOPLE_MOST = 500  # invited to one session, or signed in at it
REMIND_DAYS = 3  # workdays before the day, from when whoever has not answered is reminded (decision)
_NUMBER = re.compile(r"^(?P<title>.+?)\s*[（(](?P<number>[^（）()]{2,60})[)）]$")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、;；|｜]+")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy to be presented: its title, and its source number where one is given."""

    title: str
    number: str = ""


def policies(text: str) -> list[Policy]:
    """Read policies, one a line, the number in brackets at its end: 关于…的意见（某政发〔2026〕3号）."""
    found = []
    for line in _lines(text):
        said = _NUMBER.match(line)
        found.append(Policy(said["title"], said["number"]) if said else Policy(line))
    return found


def policies_text(found: Iterable[Policy]) -> str:
    """Write policies as they are typed."""
    return "\n".join(f"{one.title}（{one.number}）" if one.number else one.title for one in found)


def is_clock(said: str) -> bool:
    """Say whether something is a time of the day as it is written: 14:00."""
    return _CLOCK.fullmatch(said) is not None


@dataclass(frozen=True, slots=True)
class Typed:
    """One line of a list of people: which line, name and body; `wrong` says why it is not taken."""

    line: int
    name: str
    body: str
    wrong: str = ""


def people(text: str) -> list[Typed]:
    """Read people, one a line: the name first, then where they come from: 王小明 某某齿轮."""
    return [_person(place, line) for place, line in enumerate(_lines(text), start=1)]


def _person(place: int, line: str) -> Typed:
    name, *rest = _BETWEEN.split(line, maxsplit=1)
    body = rest[0].strip() if rest else ""
    if not name or not body:
        return Typed(place, line[:NAME_MOST], "", "请写成“姓名 单位”，中间空一格。")
    if len(name) > NAME_MOST or len(body) > BODY_MOST:
        return Typed(
            place, name[:NAME_MOST], body[:BODY_MOST], f"姓名最多 {NAME_MOST} 字，单位最多 {BODY_MOST} 字。"
        )
    return Typed(place, name, body)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def person_key(name: str, body: str) -> str:
    """Return what makes a person one and the same: name and body without spaces, width and case."""
    said = unicodedata.normalize("NFKC", f"{body}|{name}")
    return re.sub(r"\s+", "", said).casefold()[:120]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one side of a session was rated: how many each, and how many answered."""

    side: Side
    counts: Mapping[Grade, int]
    n: int

    @property
    def words(self) -> str:
        """In words with its n; a dash where nobody answered."""
        if not self.n:
            return "—"
        said = "，".join(f"{grade.label} {self.counts[grade]}" for grade in Grade)
        return f"{said}（n={self.n}）"


def verdicts(given: Sequence[Mapping[Side, Grade]]) -> list[Verdict]:
    """Sum ratings up, side by side in their order."""
    return [
        Verdict(side, {grade: sum(one[side] is grade for one in given) for grade in Grade}, len(given))
        for side in Side
    ]
