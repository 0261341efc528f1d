"""A guess at a category: clear or none; and how often it is right on the invented matters of the demonstration."""

import pytest

import config
from chainhub.finding import suggest
from chainhub.finding.suggest import guess

WORDS = {
    "energy": ["停电", "增容", "变压器"],
    "logistics": ["公交", "站牌", "大货车"],
    "labour": ["招工", "工人"],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("厂门口公交站牌挡视线，大货车出门看不见。", "logistics"),
        ("变压器带不动，想增容。", "energy"),
        ("停电以后工人没处去，大货车也堵着，站牌边上全是人。", "logistics"),  # more of it, and longer words
        ("停电，停电，又停电；公交也停了。", None),  # a word counts once: one against one is no guess
        ("停电，公交。", None),
        ("有件事想问问。", None),
        ("", None),
        ("\x00\u200b😀", None),
        ("ＷＩＦＩ", None),
    ],
)
def test_a_guess_is_what_a_text_speaks_of_most_clearly(text, expected):
    assert guess(text, WORDS) == expected


def test_words_are_found_in_any_width_and_case():
    assert guess("厂里ＷｉＦｉ连不上", {"other": ["wifi"]}) == "other"


def test_what_stands_far_down_in_a_long_text_is_not_read():
    assert guess("字" * suggest.READ_MOST + "停电", WORDS) is None


def test_there_is_no_guess_without_words():
    assert guess("停电", {}) is None
    assert guess("停电", {"energy": []}) is None


def test_labels_give_words_where_nobody_wrote_any_and_shared_pairs_say_nothing():
    found = suggest.from_labels({"tax_fee": ["税费", "留抵与出口退税"], "market": ["市场开拓", "出口与外贸"]})

    assert "留抵" in found["tax_fee"]
    assert "退税" in found["tax_fee"]
    assert "出口" not in found["tax_fee"] | found["market"]
    assert not {"抵与", "与出"} & found["tax_fee"]
    assert guess("外贸单子少了", found) == "market"


def test_most_guesses_on_the_invented_matters_are_right():
    """150 matters that nobody wrote the words after: where there is a guess, five in six are right."""
    words = {one["code"]: one["words"] for one in config.county("county")["categories"]}
    stories = config.county("stories")["stories"]
    guesses = [(guess(f"{one['title']}。{one['content']}", words), one["category"]) for one in stories]
    made = [(said, true) for said, true in guesses if said]

    assert len(made) >= len(stories) * 0.6
    assert sum(said == true for said, true in made) >= len(made) * 5 / 6


def test_every_category_has_words_and_no_word_stands_under_two():
    categories = config.county("county")["categories"]
    listed = [word for one in categories for word in one["words"]]

    assert all(one["words"] for one in categories)
    assert all(len(word) >= 2 for word in listed)
    assert sorted(listed) == sorted(set(listed))
