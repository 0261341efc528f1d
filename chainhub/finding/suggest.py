"""A guess at what a text is about, from lists of words. Pure; only ever a suggestion for a person to take or leave."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from chainhub.finding.rules import runs

READ_MOST = 2000  # characters of a text that are looked at
Words = Mapping[str, Collection[str]]
"""By code, what people write who mean it."""


def from_labels(labels: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Return the words of each code where nobody wrote any: the pairs of its labels that no other code shares."""
    pairs = {
        code: {a + b for text in texts for run in runs(text.replace("与", " ")) for a, b in pairwise(run)}
        for code, texts in labels.items()
    }
    shared = Counter(pair for found in pairs.values() for pair in found)
    return {code: frozenset(pair for pair in found if shared[pair] == 1) for code, found in pairs.items()}


def guess(text: str, words: Words) -> str | None:
    """Return the code that a text speaks of more clearly than of any other, or None: no guess beats a wrong one.

    A word counts once, and the longer it is the more: “危化品车” says more than “运输”.
    """
    plain = "\n".join(runs(text[:READ_MOST]))
    weights = {code: sum(len(word) - 1 for word in listed if word in plain) for code, listed in words.items()}
    ranked = sorted(weights.items(), key=lambda pair: -pair[1])
    if not ranked or ranked[0][1] < 1:
        return None
    if len(ranked) > 1 and ranked[1][1] == ranked[0][1]:
        return None
    return ranked[0][0]
