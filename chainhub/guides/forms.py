"""Reading a visit from a form: shape only; what it may say stands in `rules.py`."""

from collections.abc import Sequence
from datetime import date

from werkzeug.datastructures import MultiDict

from chainhub.core.typed import clean
from chainhub.guides.rules import Draft, Policy, VisitKind

POLICY_ROWS = 3  # in the form; programs may send more


def text(form: MultiDict[str, str], name: str) -> str:
    """Return what was typed, trimmed."""
    return clean(form.get(name, ""))


def line(form: MultiDict[str, str], name: str) -> str:
    """Return what was typed in a field of one line."""
    return " ".join(text(form, name).split())


def day(said: str) -> date | None:
    """Return a day as a browser's date field sends it, or None for nonsense."""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def kind(said: str) -> VisitKind | None:
    """Return what a visit was for, or None for nonsense."""
    return next((one for one in VisitKind if one.value == said), None)


def policies(titles: Sequence[str], sources: Sequence[str]) -> tuple[Policy, ...]:
    """Return what was delivered: rows in which anything stands."""
    padded = [*sources, *[""] * (len(titles) - len(sources))]
    rows = [
        (" ".join(clean(a).split()), " ".join(clean(b).split())) for a, b in zip(titles, padded, strict=False)
    ]
    return tuple(Policy(title, source) for title, source in rows if title or source)


def draft(form: MultiDict[str, str]) -> Draft:
    """Return a visit as it was filled in."""
    return Draft(
        enterprise=line(form, "enterprise"),
        on=day(line(form, "on")),
        kind=kind(line(form, "kind")),
        met=line(form, "met"),
        done=text(form, "done"),
        policies=policies(form.getlist("policy_title"), form.getlist("policy_source")),
        note=text(form, "note"),
        problem=text(form, "problem"),
        key=line(form, "once"),
    )


def number(said: str) -> int | None:
    """Return a number that an address or a hidden field says, or None for nonsense."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
