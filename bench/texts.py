"""The texts that tickets are made of: real messages where they are at hand, else the model county's own stories."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import config
from chainhub.tickets.fields import CONTENT_MOST, TITLE_MOST

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "appeals" / "labelled.csv"
WORDS = {
    "common": ("问题", "我们"),
    "rare": ("充电桩", "无人值守", "变压器", "增容"),
    "absent": ("量子飞船", "翡翠矿"),
}
"""Candidates: the first that is in many texts, in few, in none."""

_PLACES = ("东平路", "工业园二期", "河西片区", "老厂区", "新区三号路", "南货场", "北大门", "物流园")
_TIMES = ("上个月", "这个星期", "去年年底", "春节以后", "昨天下午", "最近半年", "开工以来")
_ENDS = ("请帮忙协调。", "希望有个准信。", "请给个说法。", "盼复。", "请派人来看一看。")


@dataclass(frozen=True, slots=True)
class Texts:
    """Titles and contents, what they are, and which words are common, rare and absent among them."""

    source: str
    pairs: Sequence[tuple[str, str]]
    words: dict[str, str]

    def take(self, count: int) -> Iterator[tuple[str, str]]:
        """Yield so many texts; from the second round on each differs from the one it repeats."""
        for place in range(count):
            round_, which = divmod(place, len(self.pairs))
            title, content = self.pairs[which]
            if round_:
                title, content = _varied(title, content, place, round_)
            yield title, content


def _varied(title: str, content: str, place: int, round_: int) -> tuple[str, str]:
    where = _PLACES[place % len(_PLACES)]
    said = f"{_TIMES[place % len(_TIMES)]}在{where}又遇到一次，第 {place} 号记录。{_ENDS[place % len(_ENDS)]}"
    return f"{title[: TITLE_MOST - 6]}（{round_ + 1}）", f"{content[: CONTENT_MOST - 80]}{said}"


def load(size: int, real: Path = REAL) -> Texts:
    """Return the texts for a county of so many tickets."""
    if real.exists():
        with real.open(encoding="utf-8-sig", newline="") as file:
            pairs = [_clean(row["留言主题"], row["留言详情"]) for row in csv.DictReader(file)]
        source = f"{len(pairs)} real messages to governments, repeated with variation"
    else:
        stories = config.county("stories")["stories"]
        pairs = [_clean(one["title"], one["content"] + "".join(one["progress"])) for one in stories]
        source = f"{len(pairs)} invented stories of the model county, repeated with variation"
    pairs = [pair for pair in pairs if all(pair)]
    return Texts(source, pairs, _words(pairs[:size]))


def _clean(title: str, content: str) -> tuple[str, str]:
    return " ".join(title.split())[:TITLE_MOST], content.strip().replace("\0", "")[:CONTENT_MOST]


def _words(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the commonest candidate, the rarest that is there at all, and one that is not."""
    everything = [title + content for title, content in pairs]

    def hits(word: str) -> int:
        return sum(word in text for text in everything)

    common = max(WORDS["common"], key=hits)
    there = [word for word in (*WORDS["rare"], "地铁", "土地证", "执照", "工资") if hits(word)]
    rare = min(there, key=hits, default=pairs[0][0][:4])
    absent = next((word for word in WORDS["absent"] if not hits(word)), "量子飞船翡翠矿")
    return {"common": common, "rare": rare, "absent": absent}
