"""Numbers of people in free text: none can be read, however its groups are parted, and other numbers stay."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainhub.tickets import masking


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("请打13800001234联系", "请打138****1234联系"),
        ("138 0000 1234", "138****1234"),
        ("138-0000-1234", "138****1234"),
        ("138　00001234", "138****1234"),
        ("1380000 1234", "138****1234"),
        ("１３８００００１２３４", "１３８****１２３４"),
        ("0537-7210000", "****0000"),
        ("05377210000", "****0000"),
        ("证件370830199001011234", "证件370830********1234"),
        ("37083019900101123X", "370830********123X"),
    ],
)
def test_a_number_of_a_person_cannot_be_read(said, shown):
    assert masking.text(said) == shown


@pytest.mark.parametrize(
    "said", ["2026年3月2日", "合同 20260302-17", "付了 1500000 元", "2026-03-02 09:30", "100 mm"]
)
def test_other_numbers_stay(said):
    assert masking.text(said) == said


def test_names_are_shortened_where_they_are_given():
    assert masking.text("陶明远说，找陶明远", ["陶明远"]) == "陶**说，找陶**"


@example("１３８-００００-１２３４")
@given(
    st.lists(st.sampled_from([*"0123456789", "１", "０", " ", "-", "　", "X", "厂"]), max_size=40).map(
        "".join
    )
)
def test_looking_first_whether_there_is_any_number_misses_none(said):
    """Against the three patterns one after the other, on every text."""
    masked = said
    for pattern, shown in (
        (masking._IDENTITY, r"\1********\2"),
        (masking._MOBILE, r"\1****\2"),
        (masking._LANDLINE, r"****\1"),
    ):
        masked = re.sub(pattern, shown, masked)

    assert masking.text(said) == masked
