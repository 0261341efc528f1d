"""What a case may say and where it stands. Pure."""

import re
from collections.abc import Iterable

from chainhub.core.words import Labelled
from chainhub.tickets.fields import NOTE_MOST, Field, Shape

TITLE = Field("title", "案例标题", Shape.LINE, 60, 2)
TEXT = Field(
    "text", "怎么办成的", Shape.TEXT, NOTE_MOST, 5, hint="别写企业名称、人名和电话，写名称由企业自己定"
)


class CaseState(Labelled):
    """Where a case stands. Each step is another person's: who drafts, the enterprise, who publishes."""

    ASKED = "asked", "等企业同意"
    REFUSED = "refused", "企业不同意"
    AGREED = "agreed", "等审核发布"
    REJECTED = "rejected", "没有发布"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "企业收回了同意"


LIVE = frozenset({CaseState.ASKED, CaseState.AGREED, CaseState.PUBLISHED})
"""States in which a ticket has its case: there is no second one beside it."""


def telling(text: str, names: Iterable[str]) -> str:
    """Return the first of some names or numbers that a text holds, spaces aside, or an empty string."""
    plain = re.sub(r"\s", "", text)
    wanted = (re.sub(r"\s", "", one) for one in names)
    return next((one for one in wanted if len(one) >= 2 and one in plain), "")
