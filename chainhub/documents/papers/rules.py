"""How a place in a template is written, how a paper is numbered and called. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PLACE = re.compile(r"\{\{\s*+([^{}]{0,200}?)\s*\}\}")
"""A place: `{{ 编号 }}`; in a line that is repeated `{{ 事项.单位 }}`. No expression, no loop, no condition: what
an administrator uploads and what people write can never be executed, because there is nothing that executes."""
STRANGE = re.compile(r"\{%.{0,200}?%\}|\{#.{0,200}?#\}|\{[{%#].{0,20}")
"""What template languages write besides, or a place that was not ended; here it is a mistake."""
SIZE_MOST = 1024 * 1024  # bytes of a template
UNZIPPED_MOST = 20 * 1024 * 1024  # bytes
TEXT_MOST = 2 * 1024 * 1024  # bytes of a template's text: some 8,000 rows
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOT_A_NAME = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]')

Line = Mapping[str, str]
Values = Mapping[str, "str | Sequence[Line]"]
"""What stands in the places: a text each, or for a group the lines that are repeated."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places a template may have: plain ones, and groups with the places of their lines."""

    plain: frozenset[str]
    groups: Mapping[str, frozenset[str]]

    def knows(self, name: str) -> bool:
        """Say whether a template may have this place."""
        group, dot, field = name.partition(".")
        return field in self.groups.get(group, ()) if dot else name in self.plain


def places_of(sample: Values) -> Places:
    """Return the places that these values fill."""
    groups = {
        name: frozenset(field for line in value for field in line)
        for name, value in sample.items()
        if not isinstance(value, str)
    }
    return Places(frozenset(name for name, value in sample.items() if isinstance(value, str)), groups)


def plain(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def number_text(year: int, serial: int) -> str:
    """Write a paper's number: 2026-0001 (domain, section 7). It is no 发文字号."""
    return f"{year}-{serial:04d}"


def file_name(label: str, number: str, title: str) -> str:
    """Return under which name a paper is saved: 交办单2026-0001（新厂房专线增容）.docx."""
    short = _NOT_A_NAME.sub("", title).strip()[:40].strip(" .")
    return f"{label}{number}（{short}）.docx" if short else f"{label}{number}.docx"
