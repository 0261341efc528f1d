"""Reading what was learnt: the hint for a text, and how the models fare. One query for a hint; the model is read once."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from chainhub.core.work import Work
from chainhub.county import known
from chainhub.finding import shelf
from chainhub.finding.learned import Likely
from chainhub.tickets.hints import rules
from chainhub.tickets.hints.models import HintModel, HintTaken
from chainhub.tickets.hints.rules import What

LISTED = 10  # tries to learn that the administrator is shown
COUNTED = timedelta(days=90)  # over which it is told how often hints were followed


@dataclass(frozen=True, slots=True)
class Hint:
    """What a matter most likely is: a code with its label, how sure, and the next likeliest."""

    what: What
    code: str
    label: str
    percent: int
    second: tuple[str, str, int] | None  # code, label, percent
    model_id: int
    tickets: int  # the model was learnt from

    @property
    def mark(self) -> str:
        """What a form carries of it, so that it is known afterwards what was shown."""
        return f"{self.what.value}:{self.model_id}:{self.percent}:{self.code}"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a form carried of a hint."""

    what: What
    model_id: int
    percent: int
    code: str


def read_mark(said: str) -> Mark | None:
    """Return what `Hint.mark` wrote, or None for anything else."""
    found = re.fullmatch(r"(category|unit):([1-9][0-9]{0,8}):(100|[0-9]{1,2}):([a-z0-9_]{1,60})", said)
    if found is None:
        return None
    return Mark(What(found[1]), int(found[2]), int(found[3]), found[4])


def newest(work: Work) -> dict[What, HintModel]:
    """Return the newest try of each sort."""
    last = select(func.max(HintModel.id)).group_by(HintModel.what)
    return {one.what: one for one in work.session.scalars(select(HintModel).where(HintModel.id.in_(last)))}


def kept_digests(work: Work) -> set[str]:
    """Return the digests of the models whose files are kept: the newest of each sort, and the one before."""
    found: set[str] = set()
    for what in What:
        rows = (
            select(HintModel.digest)
            .where(HintModel.what == what, HintModel.digest != "")
            .order_by(HintModel.id.desc())
            .limit(rules.KEPT)
        )
        found |= set(work.session.scalars(rows))
    return found


def hints(
    work: Work, title: str, content: str, wanted: Collection[What], *, without_unit: str | None = None
) -> dict[What, Hint]:
    """Return what a matter most likely is, where a model is sure enough of it. One query, none where there is no folder.

    `without_unit` is a unit that is not named: the one complained of.
    """
    folder = shelf.folder_of(work.session)
    if folder is None or not wanted or not content:
        return {}
    found = {}
    for what, row in newest(work).items():
        model = shelf.fetch(folder, row.digest) if what in wanted and row.digest else None
        if model is None:
            continue
        likely = model.likely(title, content)
        hint = _hint(work, what, row, [one for one in likely if one.code != without_unit])
        if hint is not None:
            found[what] = hint
    return found


def _hint(work: Work, what: What, row: HintModel, likely: Sequence[Likely]) -> Hint | None:
    directory = known.of(work.session).directory
    labels: Mapping[str, str] = (
        {code: one.label for code, one in directory.categories.items()}
        if what is What.CATEGORY
        else {code: one.short for code, one in directory.units.items() if one.handles}
    )
    if not likely or likely[0].code not in labels or likely[0].confidence < rules.SHOWN:
        return None  # it may well be none of those that were learnt
    first, rest = likely[0], [one for one in likely[1:2] if one.code in labels]
    second = next(
        ((one.code, labels[one.code], _percent(one)) for one in rest if one.confidence >= rules.SECOND), None
    )
    return Hint(what, first.code, labels[first.code], _percent(first), second, row.id, row.tickets)


def _percent(one: Likely) -> int:
    return min(99, round(one.confidence * 100))  # it is never certain


@dataclass(frozen=True, slots=True)
class Followed:
    """How often a sort of hint was shown and decided upon, followed, decided otherwise, and left open."""

    shown: int
    taken: int
    otherwise: int
    left: int


def followed(work: Work) -> dict[What, Followed]:
    """Return how often hints were followed in the last 90 days, by sort."""
    rows = work.session.execute(
        select(
            HintTaken.what,
            func.count(),
            func.count().filter(HintTaken.was_taken),
            func.count().filter(HintTaken.chosen == ""),
        )
        .where(HintTaken.at >= work.now - COUNTED)
        .group_by(HintTaken.what)
    )
    found = {what: Followed(0, 0, 0, 0) for what in What}
    for what, shown, taken, left in rows:
        found[what] = Followed(shown, taken, shown - taken - left, left)
    return found


def tries(work: Work) -> Sequence[HintModel]:
    """Return the last tries to learn, the newest first."""
    return work.session.scalars(select(HintModel).order_by(HintModel.id.desc()).limit(LISTED)).all()
