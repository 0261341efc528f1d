"""What category a matter may be: a suggestion for the owner and the clerk. It is stored only if one of them picks it."""

from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.rules import Directory
from chainhub.county.rulebook import queries as rulebook
from chainhub.finding import suggest
from chainhub.tickets.showing import GuessView


def category(work: Work, text: str, *, picked: str = "") -> GuessView | None:
    """Return the first-level category that a text speaks of most clearly, or None."""
    directory = known.of(work.session).directory
    labels = _labels(directory)
    written = rulebook.category_words(work.session, work.now)
    words = {
        code: written.get(code) or derived for code, derived in suggest.from_labels(labels).items()
    }  # a county that wrote no words of its own still has its labels
    code = suggest.guess(text, words)
    return GuessView(code, directory.category_label(code), code == picked) if code else None


def _labels(directory: Directory) -> dict[str, list[str]]:
    found = {one.code: [one.label] for one in directory.categories.values() if one.parent is None}
    for one in directory.categories.values():
        if one.parent in found:
            found[one.parent].append(one.label)
    return found


_ELSEWHERE = ("着火、泄漏、有人受伤，请先拨 119、120。", "涉及腐败问题请拨 12388，本系统不受理。")
"""For a county whose rulebook says nothing of it."""


def elsewhere(work: Work) -> tuple[str, ...]:
    """Return where the form points whoever has come to the wrong place, in the county's words and numbers."""
    notices = known.of(work.session).book.text("elsewhere", work.now).get("notices", ())
    return tuple(one["say"] for one in notices) or _ELSEWHERE


def pointed(work: Work, text: str) -> tuple[str, ...]:
    """Return which of these notices the words of a matter call for. It is said before and after, and blocks nothing."""
    notices = known.of(work.session).book.text("elsewhere", work.now).get("notices", ())
    return tuple(one["say"] for one in notices if any(word in text for word in one["words"]))
