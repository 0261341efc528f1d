"""What may be asked of an outside party, and where a question stands. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime

from chainhub.core.words import Labelled
from chainhub.tickets.fields import LINE_MOST, NOTE_MOST, Field, Shape

DAYS = (1, 2, 3, 5, 10)
"""Workdays until the answer is due, and with it the end of the address (decision of the project)."""
OPEN_MOST = 10  # questions of one ticket that wait at a time
EVER_MOST = 50  # of one ticket, over all its life: the list on its page has an end
FIELDS = (
    Field("party_unit", "哪个单位", Shape.LINE, LINE_MOST, 2, hint="如某某银行汶上支行、某某设计院"),
    Field("party_name", "找谁答", Shape.LINE, 20),
    Field("contact", "怎么找到他", Shape.LINE, LINE_MOST, hint="电话或者微信，只给工作人员看"),
    Field("question", "问什么", Shape.TEXT, NOTE_MOST, 2),
    Field(
        "shown",
        "给他看的情况",
        Shape.TEXT,
        NOTE_MOST,
        2,
        hint="他只看得到这里写的，不写就只看到问题。别写企业电话",
    ),
)
ANSWERED_BY = Field("answered_by", "您是哪位", Shape.LINE, 20)
ANSWER = Field("answer", "您的答复", Shape.TEXT, NOTE_MOST, 2)


class Standing(Labelled):
    """Where a question to an outside party stands."""

    WAITING = "waiting", "等答复"
    ANSWERED = "answered", "已答复"
    EXPIRED = "expired", "过期没答"
    REVOKED = "revoked", "已撤回"


def standing(
    now: datetime, due_at: datetime, answered_at: datetime | None, revoked_at: datetime | None
) -> Standing:
    """Return where a question stands: it can be answered before its due date, and until it is taken back."""
    if answered_at is not None:
        return Standing.ANSWERED
    if revoked_at is not None:
        return Standing.REVOKED
    return Standing.WAITING if now < due_at else Standing.EXPIRED


def tells_phone(texts: Iterable[str], phones: Iterable[str]) -> bool:
    """Say whether one of some texts holds one of some telephone numbers, however it is spaced."""
    wanted = [digits for phone in phones if len(digits := _digits(phone)) >= 7]
    return any(one in _digits(text) for text in texts for one in wanted)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def names(said: str, unit: str) -> bool:
    """Say whether what was typed names a unit: one holds the other, spaces aside."""
    typed, known = re.sub(r"\s", "", said), re.sub(r"\s", "", unit)
    return bool(typed) and bool(known) and (known in typed or typed in known)
