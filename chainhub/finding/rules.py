"""Chinese words without a dictionary: a text as its pairs of neighbouring characters. Pure.

Every character of a run of letters, ideographs and digits starts a pair; the last one stands alone, so that
two runs never look like neighbours and a single character can be found by its prefix.
"""

import re
import unicodedata
from itertools import pairwise

_RUN = re.compile(r"[^\W_]+")  # what str.isalnum says of every character
QUERY_MOST = 40  # characters of a search that are looked at


def runs(text: str) -> list[str]:
    """Return the runs of letters, ideographs and digits of a text, in one width and one case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _RUN.findall(plain)


def grams(*texts: str) -> list[str]:
    """Return what is indexed of some texts, in their order."""
    found: list[str] = []
    for text in texts:
        for run in runs(text):
            found.extend([run[place : place + 2] for place in range(len(run))])
    return found


def phrases(query: str) -> list[list[str]]:
    """Return what must be found: for each run of the query its pairs in order; one character stands alone."""
    return [[a + b for a, b in pairwise(run)] or [run] for run in runs(query[:QUERY_MOST])]
