"""How like two texts are: the pairs of characters that both hold, common phrases of any request left out. Pure.

Only ever a hint to a person. Measured on 2,163 public messages with hand-checked clusters (`tests/finding/
test_likeness.py` says where they are and what came out).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chainhub.finding.rules import runs

READ_MOST = 600  # characters of a text that are compared
ALIKE = 0.28  # from which on two texts are shown as likely the same matter
NEAR = 0.1  # from which on one is shown as a similar matter, where the category is the same
PHRASES_MOST = 24  # that candidates are looked up by
PHRASE = 4  # characters of such a phrase: three pairs in a row, rare enough for an index of 100,000 texts
LEAST = 6  # pairs that a text must have to be compared at all

_FILLER = (
    "我们 你们 他们 企业 公司 厂里 我厂 希望 解决 问题 帮忙 帮助 尽快 现在 已经 一直 没有 不能 可以 可能 怎么 什么 "
    "时候 请问 请帮 协调 有关 相关 部门 单位 领导 您好 你好 谢谢 反映 情况 要求 申请 需要 因为 所以 但是 如果 还是 "
    "这个 那个 一个 两个 今年 去年 每天 昨天 今天 一下 能不能 是不是 有没有 到底 答复 办理 处理 给予 支持 影响 生产"
)
FILLER_PAIRS = frozenset(a + b for word in _FILLER.split() for a, b in pairwise(word))


@dataclass(frozen=True, slots=True)
class Features:
    """What of a text is compared: the pairs of its title and of the whole."""

    title: frozenset[str]
    whole: frozenset[str]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(
        a + b for run in runs(text[:READ_MOST]) for a, b in pairwise(run) if a + b not in FILLER_PAIRS
    )


def features(title: str, content: str) -> Features:
    """Return what of a matter is compared."""
    return Features(_pairs(title), _pairs(f"{title}\n{content}"))


def likeness(one: Features, other: Features) -> float:
    """Return how like two matters are, from 0 to 1: what they share of their pairs; a short one may stand within a long one."""
    if min(len(one.whole), len(other.whole)) < LEAST:
        return 0.0
    said = _shared(one.whole, other.whole)
    titled = _shared(one.title, other.title) if min(len(one.title), len(other.title)) >= 3 else said
    return 0.7 * said + 0.3 * titled


def _shared(one: Collection[str], other: Collection[str]) -> float:
    both = len(frozenset(one) & frozenset(other))
    if not both:
        return 0.0
    dice = 2 * both / (len(one) + len(other))
    within = both / min(len(one), len(other))
    return 0.6 * dice + 0.4 * within


def ranked(
    own: Features, others: Iterable[tuple[int, Features]], least: float = ALIKE
) -> list[tuple[int, float]]:
    """Return the ids of those that are like it, the likest first, with how like each is."""
    found = [(id_, likeness(own, other)) for id_, other in others]
    return sorted((pair for pair in found if pair[1] >= least), key=lambda pair: (-pair[1], -pair[0]))


def phrases(title: str, content: str) -> Sequence[Sequence[str]]:
    """Return phrases of a matter to look candidates up by, as pairs in a row: of its title first, fillers left out."""
    found: dict[str, list[str]] = {}
    for text in (title, content[:READ_MOST]):
        for run in runs(text):
            for at in range(len(run) - PHRASE + 1):
                pairs = [a + b for a, b in pairwise(run[at : at + PHRASE])]
                if not any(pair in FILLER_PAIRS for pair in pairs):
                    found.setdefault(run[at : at + PHRASE], pairs)
    listed = list(found.values())
    step = max(1, -(-len(listed) // PHRASES_MOST))  # spread over the whole text
    return listed[::step][:PHRASES_MOST]
