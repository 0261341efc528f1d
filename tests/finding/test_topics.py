"""Texts about the same matter stand together, say why, and stay apart where a person has said so."""

import random

import pytest

from chainhub.finding import topics
from chainhub.finding.topics import Matter
from tests.beside import beside
from tests.finding.words import some

WIRE = [
    ("110千伏高压线离厂房太近", "架设110千伏高压线，离我们新厂房只有八米，吊车作业太危险。"),
    ("高压线离宿舍近", "园区北面架高压线，离职工宿舍太近，大家担心，能不能改到绿化带。"),
    ("请把高压线改到绿化带", "新架的高压线从车间顶上过，请改到绿化带去。"),
]
SALT = [
    ("路上撒的盐腐蚀设备", "冬天融雪盐撒得多，叉车底盘腐蚀，能不能少撒融雪盐。"),
    ("融雪盐腐蚀叉车", "厂门口融雪盐太多，叉车腐蚀坏了两台。"),
]


def _matters(*texts) -> list[Matter]:
    return [Matter(place, title, content) for place, (title, content) in enumerate(texts, start=1)]


@pytest.fixture
def county() -> list[Matter]:
    """Three about one thing, two about another, and a crowd about nothing in common."""
    others = [one for sort in ("labour", "traffic") for one in some(sort, 12)]
    return _matters(*WIRE, *SALT, *others)


def _found(matters, *args) -> list[set[int]]:
    return [{member.id for member in one.members} for one in topics.topics(matters, *args)]


def test_texts_about_one_matter_stand_together_with_the_words_that_say_why(county):
    found = topics.topics(county)
    wire = next(one for one in found if {member.id for member in one.members} == {1, 2, 3})

    assert "高压线" in wire.words
    assert all("高压线" in member.words for member in wire.members)
    assert {4, 5} in _found(county)
    assert [one.score for one in wire.members] == sorted((one.score for one in wire.members), reverse=True)


def test_nothing_stands_in_two_groups_and_none_stands_alone(county):
    found = _found(county)

    assert sum(map(len, found)) == len(set().union(*found))
    assert min(map(len, found)) >= 2


def test_the_order_of_the_texts_does_not_matter(county):
    mixed = list(county)
    random.Random(3).shuffle(mixed)

    assert {1, 2, 3} in _found(mixed)
    assert {4, 5} in _found(mixed)


def test_what_a_person_has_set_apart_stays_apart_whatever_stands_between(county):
    apart = [(3, 1), (3, 2)]

    for group in _found(county, apart):
        assert not (3 in group and {1, 2} & group)
    assert {1, 2} in _found(county, apart)
    assert {1, 2, 3} in _found(county, [(3, 999)])  # of what is not there


def test_a_name_explains_nothing(county):
    named = topics.topics(county, (), ["县高压线缆有限公司"])

    assert all("高压线" not in one.words for one in named)


def test_what_says_nearly_the_same_is_marked(county):
    again = Matter(99, WIRE[0][0], WIRE[0][1].replace("八米", "九米"))
    found = next(one for one in topics.topics([*county, again]) if 99 in {m.id for m in one.members})

    assert {one.id for one in found.members if one.is_twin} == {1, 99}
    places = topics.copies([*county, again])
    assert places[-1] == 0
    assert places[:3] == [0, 1, 2]


def test_a_flood_of_one_matter_is_one_group(county):
    flood = [
        Matter(1000 + place, f"融雪盐腐蚀叉车第{place}次", f"{SALT[1][1]}第{place}次说，{said}")
        for place, (said, _) in enumerate(some("energy", 40))
    ]

    largest = topics.topics([*county, *flood])[0]

    assert len(largest.members) >= len(flood)


@pytest.mark.parametrize("given", [[], [Matter(1, "一件", "停电")], [Matter(1, "", ""), Matter(2, "", "")]])
def test_too_little_is_no_group(given):
    assert topics.topics(given) == []
    assert topics.copies(given) == list(range(len(given)))


@pytest.mark.slow
def test_the_groups_that_a_person_checked_are_found():
    from bench.topics import judged, read

    matters, truth = read(beside("data/appeals/topics.csv").parent)
    judgement = judged(topics.topics(matters), truth)

    assert judgement["B3 F1"] >= 0.85
    assert judgement["pair recall"] >= 0.9
    assert judgement["pair precision"] >= 0.6  # strictly: what nobody checked counts as foreign
