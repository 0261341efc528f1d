"""提升建议: what would raise a rate, computed. Pure."""

import math
from collections.abc import Mapping
from fractions import Fraction

from chainhub.statistics.figures import Better, Result, number_text

_GOALS = (Fraction(80, 100), Fraction(90, 100), Fraction(95, 100))
MOST = 30  # good cases in a row that are still worth saying
DONE: Mapping[str, str] = {
    "contacted": "全部联系到",
    "solved": "全部解决",
    "satisfied": "全部满意",
    "handling_on_time": "全部按时办结",
    "intake_on_time": "全部按时接单",
}
"""The figures on which something is advised, and what is to be done to the cases to come."""


def in_a_row(result: Result, goal: Fraction) -> int | None:
    """Return how many good cases in a row raise a rate to a goal; None where none do, 0 where it is there."""
    if result.value is None or result.figure.better is not Better.HIGH:
        return None
    if result.value >= goal:
        return 0
    if goal >= 1:
        return None  # what was missed once stays missed until its month has passed
    return math.ceil((goal * result.n - result.top) / (1 - goal))


def advice(result: Result, whole: Result | None = None) -> str:
    """Say what would raise a rate to the next goal: what all together have, or 80, 90, 95 %. Empty where nothing would.

    `whole` is the rate of all together.
    """
    if result.value is None or result.figure.code not in DONE:
        return ""
    goals = {goal for goal in _GOALS if goal > result.value}
    if whole is not None and whole.value is not None and whole.value > result.value:
        goals.add(whole.value)
    for goal in sorted(goals):
        more = in_a_row(result, goal)
        if more is not None and 0 < more <= MOST:
            after = Result(
                result.figure, result.n + more, result.top + more, (result.top + more) / (result.n + more)
            )
            return (
                f"{result.figure.label}现在 {result.text}（{result.share}）："
                f"今后 {more} 件{DONE[result.figure.code]}，可到 {after.text}"
                f"（{number_text(after.top)}/{after.n}）。"
            )
    return ""
