"""Likely the same matter: pairs written by hand, and public messages where they lie beside the checkout."""

import csv
import json

import pytest

from chainhub.finding.likeness import ALIKE, NEAR, features, likeness, phrases, ranked
from tests.beside import beside

SAME = [
    (
        ("新厂房 10 千伏专线增容", "新厂房设备到了，10千伏专线增容申请交上去三周没有准信。"),
        ("专线增容没有消息", "我们新厂房的10千伏专线增容，交了申请三周了还没有准信，设备开不了机。"),
    ),
    (
        ("公交站牌挡视线", "厂门口公交站牌挡住左边视线，大货车出门看不见来车。"),
        ("", "厂门口的公交站牌挡视线，大货车出来看不见左边来车，太危险。"),
    ),
    (
        ("园区西路压坏了", "园区西路被重车压坏，一下雨进不了料。"),
        ("西路坏了进不了料", "园区西路让重车压坏了，下雨天车进不来，料送不到。"),
    ),
    (
        ("ＡＢ 型蒸汽管漏", "ab型蒸汽管道漏汽，车间压力不够。"),
        ("蒸汽管道漏汽", "AB型蒸汽管道漏汽，压力上不去。"),
    ),
]
OTHER = [
    (("新厂房 10 千伏专线增容", "新厂房设备到了，10千伏专线增容申请交上去三周没有准信。"), ("电费算得不对", "上个月的电费比平时多出三成，想请人来看看表。")),
    (("招不到缝纫工", "招工一个月只来了两个人，希望帮忙协调解决，尽快办理。"), ("续贷批不下来", "贷款下周到期，续贷还没批，希望帮忙协调解决，尽快办理。")),
    (("危化品车停车场满了没处停", "晚上回来停车场满了，只能停路边。"), ("危化品车白天没有路可走", "白天限行，危化品车进不了城。")),
    (("停电了", "停电"), ("新厂房停电", "新厂房昨天停电两次，设备坏了一台，损失不小。")),  # too short to say
    (("", ""), ("", "")),
]  # fmt: skip


def _like(one, other) -> float:
    return likeness(features(*one), features(*other))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_matter_in_other_words_is_alike(one, other):
    assert _like(one, other) >= ALIKE
    assert _like(one, other) == _like(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_matter_is_not_alike_whatever_polite_words_it_shares(one, other):
    assert _like(one, other) < ALIKE


def test_the_likest_comes_first_and_what_is_not_like_is_left_out():
    own = features(*SAME[0][0])
    others = [(1, features(*OTHER[0][1])), (2, features(*SAME[0][1])), (3, features(*SAME[0][0]))]

    assert [id_ for id_, _ in ranked(own, others)] == [3, 2]
    assert ranked(own, others)[0][1] == pytest.approx(1)
    assert NEAR < ALIKE


def test_phrases_to_look_up_are_few_leave_fillers_out_and_spread_over_the_text():
    found = phrases("", "希望尽快解决，" + "甲乙丙丁戊己庚辛壬癸" * 30)

    assert 0 < len(found) <= 24
    assert all(len(pairs) == 3 for pairs in found)
    assert phrases("", "短句") == []


@pytest.mark.slow
def test_on_public_messages_most_of_what_is_shown_is_the_same_matter():
    """Of up to three shown, at least four in five are of the same hand-checked cluster (measured: 88 %)."""
    with beside("data/appeals/topics.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {int(row["留言编号"]): row for row in csv.DictReader(file)}
    clusters = json.loads(beside("data/appeals/topic_clusters.json").read_text(encoding="utf-8"))["clusters"]
    cluster_of = {int(id_): name for name, ids in clusters.items() for id_ in ids if int(id_) in rows}
    said = {id_: features(row["留言主题"].strip(), row["留言详情"].strip()) for id_, row in rows.items()}

    right = shown = found = 0
    for id_, name in cluster_of.items():
        best = ranked(said[id_], ((other, one) for other, one in said.items() if other != id_))[:3]
        hits = sum(cluster_of.get(other) == name for other, _ in best)
        right, shown, found = right + hits, shown + len(best), found + bool(hits)

    assert right / shown > 0.8
    assert found / len(cluster_of) > 0.6
