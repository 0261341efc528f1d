"""Standard replies: which of them fit a form, and what their placeholders become. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from chainhub.tickets.workflow import Action

PLACES: Mapping[str, str] = {
    "编号": "诉求编号",
    "标题": "诉求标题",
    "企业": "企业简称",
    "单位": "主办单位",
    "到期": "到期的日子",
}
"""What a standard reply may leave open: the word between { and }, and what it becomes."""

FIELDS: Mapping[Action, str] = {
    Action.ACCEPT: "note",
    Action.ANSWER: "reply",
    Action.DECLINE: "note",
    Action.REQUEST_INFO: "note",
    Action.ASK_INFO: "note",
    Action.DISPATCH: "note",
    Action.RETURN: "note",
    Action.PROGRESS: "note",
    Action.HAND_IN: "note",
    Action.RESOLVE: "reply",
    Action.SEND_BACK: "note",
    Action.CARRY_OVER: "note",
    Action.RESUME: "note",
    Action.CLOSE_INCOMPLETE: "note",
    Action.CLOSE: "note",
}
"""For which verbs there are standard replies, and into which field of the form they go."""

_PLACE = re.compile(r"\{([^{}]*)\}")


class Reply(Protocol):
    """What the rules need to know of a standard reply."""

    action: Action
    category_code: str | None


R = TypeVar("R", bound=Reply)


def unknown_places(text: str) -> list[str]:
    """Return what stands between braces and is no placeholder."""
    return [f"{{{word}}}" for word in _PLACE.findall(text) if word not in PLACES]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the facts of a ticket in; one that is not known yet becomes a line to be filled by hand."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]) or "＿＿", text)


def fitting(replies: Iterable[R], action: Action, categories: Sequence[str]) -> list[R]:
    """Return the replies for a verb and a category: those of the category first, then its parent's, then everybody's.

    `categories` is the ticket's category and what stands above it, the nearest first.
    """
    places = {code: place for place, code in enumerate(categories)}
    found = [one for one in replies if one.action is action and (one.category_code or "") in {"", *places}]
    return sorted(found, key=lambda one: places.get(one.category_code or "", len(places)))


def joined(typed: str, text: str) -> str:
    """Return what was typed with a reply put behind it: what somebody wrote is never taken away."""
    return f"{typed.rstrip()}\n{text}" if typed.strip() else text
