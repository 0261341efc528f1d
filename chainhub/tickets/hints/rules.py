"""What is suggested, from which confidence on, and when a suggestion was followed. Pure."""

from datetime import timedelta

from chainhub.core.words import Labelled
from chainhub.county.directory.rules import Directory

SHOWN = 0.5  # confidence from which on a hint is shown: it is right more often than not
SECOND = 0.2  # from which on the second likeliest is named beside it
LEARNT_FOR = timedelta(minutes=30)  # after a try in which there is nothing to learn anew
HISTORY_MOST = 20_000  # tickets that are learnt from, the newest: what one run costs has a bound
KEPT = 2  # models of each sort whose files are kept: the one that counts, and the one before
WEEK_DAYS = 7  # the age at which a model is made anew


class What(Labelled):
    """What is suggested."""

    CATEGORY = "category", "类别"
    UNIT = "unit", "主办单位"


def first_level(directory: Directory, code: str | None) -> str:
    """Return the first-level category of a code, or an empty string for none: what is suggested is of the first level."""
    return (directory.above(code) or [""])[-1]


def is_useful(figures: dict[str, float]) -> bool:
    """Say whether a model tells better than always naming the commonest, and is right more often than not."""
    return figures["accuracy"] > max(figures["baseline"], SHOWN)


def was_taken(directory: Directory, what: What, said: str, chosen: str) -> bool:
    """Say whether what was chosen is what was suggested; a category below the suggested one is."""
    if what is What.CATEGORY:
        return bool(chosen) and first_level(directory, chosen) == said
    return chosen == said
