"""Text messages through the county's HTTP gateway: a JSON body from a template of the settings, signed by HMAC."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from chainhub.notices import manners
from chainhub.notices.manners import Message
from chainhub.notices.senders import calling
from chainhub.notices.senders.sending import Refused, TryLater

PLACES = ("phone", "text", "code", "id", "timestamp")
"""What a template may name in braces."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the HMAC-SHA256, in hexadecimal, of `timestamp.body`."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def filled(template: Any, places: Mapping[str, str]) -> Any:
    """Return a template of JSON with its places filled in; whatever is filled in stays a text, so it breaks nothing."""
    if isinstance(template, Mapping):
        return {name: filled(value, places) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(one, places) for one in template]
    if not isinstance(template, str):
        return template
    whole = template
    for name in PLACES:
        whole = whole.replace(f"{{{name}}}", f"\x00{name}\x00")
    parts = whole.split("\x00")
    return "".join(places.get(part, "") if place % 2 else part for place, part in enumerate(parts))


@dataclass(frozen=True, slots=True)
class Sms:
    """The gateway: where, what it wants to hear, by which field it says yes."""

    url: str
    template: Mapping[str, Any]
    secret: str
    ok: str  # `code=0`: the field of the answer that says yes, and what it then is; empty: any 2xx
    timeout: float

    def send(self, message: Message) -> str:
        """Hand a text message to the gateway. Raises Refused, TryLater, Unreachable."""
        stamp = int(message.at.timestamp())
        places = {
            "phone": message.address,
            "text": manners.brief(message),
            "code": message.code,
            "id": message.id,
            "timestamp": str(stamp),
        }
        body = orjson.dumps(filled(self.template, places))
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.id}
        if self.secret:
            headers |= {"X-Timestamp": str(stamp), "X-Signature": signature(self.secret, stamp, body)}
        answer = calling.post(self.url, body, headers, self.timeout)
        calling.judge(answer)
        if not self.ok:
            return f"短信网关收下了（HTTP {answer.status}）"
        return self._said_yes(answer)

    def _said_yes(self, answer: calling.Answer) -> str:
        path, _, wanted = self.ok.partition("=")
        found: Any = answer.json()
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if str(found) == wanted:
            return f"短信网关收下了（{path} 是 {wanted}）"
        if found is None:
            raise TryLater(f"短信网关的回答里没有 {path}")
        raise Refused(f"短信网关不收：{path} 是 {str(found)[:60]}")
