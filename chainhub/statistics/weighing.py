"""The weights of 综合, dated: each change is a row of the county's rulebook with who and why, and the past never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, NotAllowed
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known, state
from chainhub.county.rulebook.models import RuleText
from chainhub.county.rulebook.rules import DatedText
from chainhub.statistics.figures import Weights
from chainhub.statistics.reach import READERS
from chainhub.statistics.scoring import Scale
from chainhub.statistics.terms import Month
from chainhub.tickets.terms import Kind

NAME = "weights"  # of the rule text
KEEPERS = (Role.SYSADMIN,)
"""Who keeps the county's settings (domain, section 1); everybody whose figures they weigh may read them."""
MAY_READ = (*READERS, *KEEPERS)
WHY_LEAST, WHY_MOST = 4, 200
DIFFICULTY_LEAST, DIFFICULTY_MOST = Fraction(1, 2), Fraction(3)
SHOWN = 50  # changes that are listed
_KEYS = {"contacted": "responded", "solved": "solved", "satisfied": "satisfied"}


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody sets: three weights in per cent, from which day, why; how hard a case is where it is not 1."""

    weights: Weights
    from_on: date
    why: str
    difficulty: Mapping[str, Fraction]


def of(work: Work, month: Month) -> Scale:
    """Return the weights of a month's ranking: those in force on its first day."""
    rows = known.of(work.session).book.texts.get(NAME, ())
    begins = _begin(date(month.year, month.month, 1))
    held = [one for one in rows if one.from_at <= begins]
    return _scale(held[-1]) if held else Scale(Weights())


def latest(work: Work) -> Scale:
    """Return the weights that hold in the end, when every change has begun: what a next change begins with."""
    rows = known.of(work.session).book.texts.get(NAME, ())
    return _scale(rows[-1]) if rows else Scale(Weights())


def listed(work: Work) -> list[Scale]:
    """Return every change, the one that begins last on top, at most `SHOWN`. Raises NotAllowed."""
    if not work.actor.roles & set(MAY_READ):
        raise NotAllowed("考核权重给领导、产业链党委、专班、办理单位和系统管理员看。")
    rows = known.of(work.session).book.texts.get(NAME, ())
    return [_scale(one) for one in reversed(rows)][:SHOWN]


def keep(work: Work, change: Change) -> Scale:
    """Set the weights from a day to come. Raises NotAllowed, Invalid.

    What begins on the same day as an earlier change takes its place; what is in force already stays as it is.
    """
    # Without an account acts the operator at the server's console.
    if work.actor.id is not None and not work.actor.roles & set(KEEPERS):
        raise NotAllowed("考核权重由系统管理员来改。")
    if wrong := _wrong(work, change):
        raise Invalid(errors=wrong)
    state.touch(work.session)
    value = {
        **{_KEYS[name]: getattr(change.weights, name) / 100 for name in _KEYS},
        "difficulty": {name: str(one) for name, one in sorted(change.difficulty.items()) if one != 1},
        "by": f"{work.actor.unit_name} {work.actor.name}".strip(),
        "why": change.why,
    }
    row = RuleText(name=NAME, value=value, from_at=_begin(change.from_on))
    work.session.add(row)
    work.session.flush()
    known.forget(work.session)
    audit.record(work, "change_weights", change.from_on.isoformat(), value)
    return _scale(DatedText(row.from_at, value))


def difficulties(work: Work) -> list[tuple[str, str]]:
    """Return (key, words) of everything that may be set as harder or easier: kinds, then categories of the first level."""
    directory = known.of(work.session).directory
    kinds = [(f"kind:{one.value}", f"性质：{one.label}") for one in Kind]
    tops = [
        (f"category:{one.code}", f"类别：{one.label}")
        for one in directory.categories.values()
        if not one.parent
    ]
    return [*kinds, *tops]


def _wrong(work: Work, change: Change) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    parts = [getattr(change.weights, name) for name in _KEYS]
    if any(not 0 <= one <= 100 for one in parts):
        found["contacted"] = ["每一项写 0 到 100 的整数。"]
    elif sum(parts) != 100:
        found["contacted"] = [f"三项要加到 100，现在加起来是 {sum(parts)}，请改。"]
    today = work.now.astimezone(SHANGHAI).date()
    if not today < change.from_on <= date(today.year + 5, 12, 31):
        found["from_on"] = ["从明天起的哪一天都行，最晚五年以后；已经过去的不能改。"]
    if not WHY_LEAST <= len(change.why) <= WHY_MOST:
        found["why"] = [f"请写明为什么改，{WHY_LEAST} 到 {WHY_MOST} 字。"]
    keys = {name for name, _ in difficulties(work)}
    if not set(change.difficulty) <= keys or any(
        not DIFFICULTY_LEAST <= one <= DIFFICULTY_MOST for one in change.difficulty.values()
    ):
        found["difficulty"] = ["难度写 0.5 到 3 的数，一行一个；不写就是 1。"]
    return found


def _scale(row: DatedText) -> Scale:
    value: Mapping[str, Any] = row.value
    weights = Weights(**{name: round(float(value.get(key, 0)) * 100) for name, key in _KEYS.items()})
    set_ = {name: Fraction(one) for name, one in value.get("difficulty", {}).items()}
    from_on = row.from_at.astimezone(SHANGHAI).date() if "by" in value else None  # nobody set it: since ever
    return Scale(weights, from_on, value.get("by", ""), value.get("why", ""), set_)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=SHANGHAI)
