"""The paper of guides: which places the half-year report has, and how it looks unless a county has its own template."""

from collections.abc import Mapping
from functools import lru_cache

from chainhub.documents.papers import making
from chainhub.documents.papers.making import SEAL, SIGNATURE, TITLE, Para

KIND = "guide_report"
LABEL = "半年工作报告"
SAMPLE: Mapping[str, str] = {
    "标题": "2026年上半年党建工作指导员工作报告",
    "指导员": "县某某局 某某",
    "派出单位": "县某某局",
    "时段": "2026年上半年",
    "正文": "一、走访\n按月走访落实 17/18。\n二、问题和办理\n走访时报诉求 5 件：已销号 4 件，办理中 1 件。",
    "日期": "2026年7月3日",
}
"""The places of its template, each with an example. Names are invented."""


@lru_cache
def default() -> bytes:
    """Return the default template, built by code."""
    return making.make(
        (
            Para("{{标题}}", TITLE),
            Para("派出单位：{{派出单位}}"),
            Para("指导员：{{指导员}}"),
            Para("{{正文}}"),
            Para("（签名处）", SEAL),
            Para("{{指导员}}", SIGNATURE),
            Para("{{日期}}", SIGNATURE),
        )
    )
