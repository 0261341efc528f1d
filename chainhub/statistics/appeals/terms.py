"""The words of 考核申诉."""

from chainhub.core.words import Labelled

REASON_LEAST, REASON_MOST = 2, 500
"""Characters of why, on both sides."""


class Verdict(Labelled):
    """What became of an appeal."""

    ASKED = "asked", "等决定"
    UPHELD = "upheld", "申诉成立"
    REJECTED = "rejected", "申诉不成立"
