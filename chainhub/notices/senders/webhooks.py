"""Signed calls to other systems of the county, in the form of Standard Webhooks (webhook-id, -timestamp, -signature).

Its signature is one HMAC; the standard library gives it byte for byte as the package does (deps), so none is taken.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from chainhub.core.worktime import SHANGHAI
from chainhub.notices.manners import Message
from chainhub.notices.senders import calling
from chainhub.notices.senders.sending import Refused, Unreachable

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """Return the key that a `whsec_…` secret writes in base64. Raises ValueError for what is none."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is whsec_ and base64") from error


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`: version 1 over `id.timestamp.body`."""
    said = f"{id_}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key_of(secret), said, hashlib.sha256).digest()).decode()}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Systems that are told what an account of theirs is told, each at its address."""

    urls: Mapping[str, str]  # by account name
    secret: str
    timeout: float

    def send(self, message: Message) -> str:
        """Call the system behind an account. Raises Refused, TryLater, Unreachable."""
        url = self.urls.get(message.username)
        if url is None:
            raise Refused(f"设置里没有 {message.username} 这个账号的地址（CHAINHUB_WEBHOOKS）")
        body, stamp = self.body(message), int(message.at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(self.secret, message.id, stamp, body),
        }
        answer = calling.post(url, body, headers, self.timeout)
        if answer.status == 410:
            raise Refused("HTTP 410：对方说不用再发了，请在设置里去掉这个地址")
        if 300 <= answer.status < 400:
            raise Unreachable(f"HTTP {answer.status}：对方换了地址，请改设置")
        calling.judge(answer)
        return f"对方收下了（HTTP {answer.status}）"

    @staticmethod
    def body(message: Message) -> bytes:
        """Return what is told: the account, the notices by id, each line with its kind and its address."""
        lines = [
            {"kind": kind.value, "text": line.text, "url": line.url}
            for kind, line in zip(message.kinds, message.lines, strict=True)
        ]
        return orjson.dumps(
            {
                "type": "notices",
                "timestamp": message.at.astimezone(SHANGHAI).isoformat(),
                "data": {
                    "account": message.username,
                    "notices": list(message.notices),
                    "repeated": message.repeated,
                    "lines": lines,
                },
            }
        )
