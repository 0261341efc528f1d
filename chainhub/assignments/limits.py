"""What a field of guides and assignments may hold: form and schema are made from it. Pure."""

from collections.abc import Callable, Sequence

SKILLS_MOST, SKILL_MOST = 8, 12
TOWN_MOST = 40
POST_MOST = 60
WHY_MOST = 60
WAIVER_MOST = 200
HELPER_MOST = 120
PERSON_MOST = 40
KIND_MOST = 12  # of what a kind and who helps are called
SLOTS_MOST, DUTIES_MOST, DUTY_MOST = 6, 20, 20
NOTE_OF_KIND_MOST = 100
TERM_MOST = 120  # months of one term
DAYS_MOST = 366 * 2  # of one reduction
LISTED_MOST = 200
"""Choices that a list shows; more of them nobody reads."""
NAMED_MOST = 5
"""Of what a search finds, as many are named and one more is looked for, to say that there are others."""
Listed = Sequence[tuple[str, str]]
Find = Callable[[str], Listed]
Choices = Listed | Find
"""Values with their words, or a function that finds them: what was meant exactly alone, else some that hold the words."""


def skills_of(text: str) -> list[str]:
    """Return the skills that a line names, separated as people do, each once."""
    for mark in "，,；;/ \u3000\n":
        text = text.replace(mark, "、")
    return list(dict.fromkeys(one.strip() for one in text.split("、") if one.strip()))


def skill_errors(skills: list[str]) -> list[str]:
    """Say what is wrong with a list of skills; an empty list means that it will do."""
    if len(skills) > SKILLS_MOST:
        return [f"最多 {SKILLS_MOST} 项，现在 {len(skills)} 项。"]
    if any(len(one) > SKILL_MOST for one in skills):
        return [f"每一项最多 {SKILL_MOST} 字，请写短一点，用顿号分开。"]
    return []
