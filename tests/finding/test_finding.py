"""Every two-character Chinese word is found, nothing else is, on both databases."""

import itertools
import random

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select
from sqlalchemy.orm import Session

from chainhub.finding import rules, service

TEXTS = (
    "新厂房 10 千伏专线增容，等电投产。",
    "焊工证能不能在厂里集中考？满20人就送考到厂。",
    "ＣＮＣ数控车床操作工招不到人，工资开到8000元。",
    "喷漆线要等园区规划环评；夜间装卸噪声怎么算达标",
    "外地主机厂拖着加工款不给，两次发函没有回音。",
    "𠮷野的“液压件”出口检测要跑外市……",
)
_things = Table("thing", MetaData(), Column("id", Integer))


def _found(session: Session, query: str) -> set[int]:
    ids = Table("search_ids", MetaData(), Column("id", Integer, primary_key=True))
    condition = service.matches(session, "ticket", query, ids.c.id)
    return set(session.scalars(select(ids.c.id).where(condition)))


@pytest.fixture
def indexed(session: Session) -> Session:
    ids = Table("search_ids", MetaData(), Column("id", Integer, primary_key=True))
    ids.create(session.connection())
    session.execute(ids.insert(), [{"id": place} for place in range(len(TEXTS))])
    service.index_many(session, "ticket", [(place, (text,)) for place, text in enumerate(TEXTS)])
    return session


def _holds(text: str, query: str) -> bool:
    """The slow and obvious reference: every run of the query stands in some run of the text."""
    found = list(rules.runs(text))
    return all(any(run in one for one in found) for run in rules.runs(query))


def test_every_pair_of_neighbours_is_found_and_nothing_else(indexed):
    pairs = {a + b for text in TEXTS for run in rules.runs(text) for a, b in itertools.pairwise(run)}

    for pair in sorted(pairs):
        assert _found(indexed, pair) == {i for i, text in enumerate(TEXTS) if _holds(text, pair)}, pair


@pytest.mark.parametrize(
    "query",
    [
        "增容",
        "10千伏",
        "千伏专线增容",
        "cnc",
        "CNC数控",
        "８０００",
        "集中考",
        "噪声 达标",
        "工",
        "𠮷野",
        "液压件出口",
        "函",
        "元",
    ],
)
def test_longer_words_mixed_widths_and_single_characters_are_found(indexed, query):
    assert _found(indexed, query) == {i for i, text in enumerate(TEXTS) if _holds(text, query)}


@pytest.mark.parametrize(
    "query", ["没有这个词", "投产焊工", "，。", "", "'); DROP TABLE ticket; --", '" OR 1', "a'b\\"]
)
def test_what_is_nowhere_is_not_found_and_breaks_nothing(indexed, query):
    assert _found(indexed, query) == {
        i for i, text in enumerate(TEXTS) if list(rules.runs(query)) and _holds(text, query)
    }


def test_neighbours_across_a_comma_are_not_a_word(indexed):
    assert not _found(indexed, "容等")


def test_what_was_taken_out_is_not_found(indexed):
    service.remove(indexed, "ticket", 0, (TEXTS[0],))

    assert not _found(indexed, "千伏")


def test_random_pieces_of_a_long_text_are_found(indexed):
    rng = random.Random(3)
    long = "".join(rng.choice("企业园区用电增容厂房规划环评招工贷款，。 ab12") for _ in range(12_000))
    service.index(indexed, "ticket", 99, (long,))
    indexed.execute(Table("search_ids", MetaData(), Column("id", Integer)).insert(), [{"id": 99}])

    for _ in range(50):
        start = rng.randrange(len(long) - 8)
        piece = long[start : start + rng.randint(2, 8)]
        if list(rules.runs(piece)):
            assert 99 in _found(indexed, piece), piece
