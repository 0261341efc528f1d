"""What a page asks once more before it takes an answer."""

from collections.abc import Mapping
from typing import Any

from chainhub.tickets.terms import Satisfaction
from chainhub.tickets.workflow import Action

_NO = {"contacted": "没联系", "solved": "没解决"}


def doubt(action: Action, given: Mapping[str, Any]) -> str:
    """Return the question about answers that hardly go together, or an empty string. It may well be meant so."""
    if action is not Action.CONFIRM or given.get("satisfaction") is not Satisfaction.SATISFIED:
        return ""
    said = "".join(f"“{words}”" for name, words in _NO.items() if given.get(name) is False)
    return f"您选了{said}，又选了“{Satisfaction.SATISFIED.label}”，确定吗？" if said else ""
