r"""The group robots of 企业微信, 钉钉 and 飞书: one POST each, signed where the service signs.

Signatures by the services' own pages: 钉钉 signs `timestamp(ms)\nsecret` with the secret and puts it into the address;
飞书 signs nothing with `timestamp(s)\nsecret` as the key and puts it into the body; 企业微信 has its key in the address.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

import orjson

from chainhub.notices import manners
from chainhub.notices.manners import Message
from chainhub.notices.senders import calling
from chainhub.notices.senders.sending import Refused, TryLater, Unreachable

_JSON = {"Content-Type": "application/json; charset=utf-8"}


def dingtalk_signature(secret: str, milliseconds: int) -> str:
    """Return 钉钉's signature, not yet quoted for an address."""
    said = f"{milliseconds}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()


def feishu_signature(secret: str, seconds: int) -> str:
    """Return 飞书's signature."""
    key = f"{seconds}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


@dataclass(frozen=True, slots=True)
class WeCom:
    """A robot in a group of 企业微信."""

    url: str
    timeout: float

    def send(self, message: Message) -> str:
        """Speak in the group. Raises Refused, TryLater, Unreachable."""
        text: dict[str, Any] = {"content": manners.nudge(message)}
        if message.address:
            text["mentioned_mobile_list"] = [message.address]
        answer = calling.post(self.url, _body({"msgtype": "text", "text": text}), _JSON, self.timeout)
        return _took(answer, "errcode", "errmsg", full={45009}, wrong={93000, 40001, 40058})


@dataclass(frozen=True, slots=True)
class DingTalk:
    """A robot in a group of 钉钉."""

    url: str
    secret: str
    timeout: float

    def send(self, message: Message) -> str:
        """Speak in the group. Raises Refused, TryLater, Unreachable."""
        mobiles = [message.address] if message.address else []
        said = manners.nudge(message) + "".join(f" @{one}" for one in mobiles)
        body = {"msgtype": "text", "text": {"content": said}, "at": {"atMobiles": mobiles}}
        answer = calling.post(self._address(message.at), _body(body), _JSON, self.timeout)
        return _took(answer, "errcode", "errmsg", full={130101, 660026}, wrong={310000, 300001})

    def _address(self, at: datetime) -> str:
        if not self.secret:
            return self.url
        stamp = int(at.timestamp() * 1000)
        sign = quote_plus(dingtalk_signature(self.secret, stamp))  # quoted once: twice is refused
        return f"{self.url}{'&' if '?' in self.url else '?'}timestamp={stamp}&sign={sign}"


@dataclass(frozen=True, slots=True)
class Feishu:
    """A robot in a group of 飞书."""

    url: str
    secret: str
    timeout: float

    def send(self, message: Message) -> str:
        """Speak in the group. Raises Refused, TryLater, Unreachable."""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": manners.nudge(message)}}
        if self.secret:
            stamp = int(message.at.timestamp())
            body |= {"timestamp": str(stamp), "sign": feishu_signature(self.secret, stamp)}
        answer = calling.post(self.url, _body(body), _JSON, self.timeout)
        return _took(answer, "code", "msg", full={9499, 11232}, wrong={19021, 19022, 19024})


def _body(said: Any) -> bytes:
    return orjson.dumps(said)


def _took(answer: calling.Answer, code: str, words: str, *, full: set[int], wrong: set[int]) -> str:
    """Return that the service took it. All three answer 200 and say in the body what was wrong."""
    calling.judge(answer)
    found = answer.json()
    number = found.get(code, found.get("StatusCode", 0))
    if number == 0:
        return "机器人收下了"
    said = f"{number} {str(found.get(words, ''))[:120]}"
    if number in full:
        raise TryLater(f"机器人说太快了：{said}")
    if number in wrong:
        raise Unreachable(f"机器人不认签名、密钥或来处，请检查设置：{said}")
    raise Refused(f"机器人不收：{said}")
