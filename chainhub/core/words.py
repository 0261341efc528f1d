"""String enums whose members carry the stored value and the word that people read."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A string enum with a Chinese label: `ACCEPT = "accept", "接单"`.

    The value is what is stored and what the API says; the label is what a page says.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:  # looked up by value alone
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
