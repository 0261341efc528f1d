"""The county's WeChat service account: template messages, with an access token that is fetched once and renewed once."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson

from chainhub.core.worktime import SHANGHAI
from chainhub.notices import manners
from chainhub.notices.manners import Message
from chainhub.notices.senders import calling
from chainhub.notices.senders.sending import Refused, TryLater, Unreachable

API = "https://api.weixin.qq.com"
_STALE = frozenset({40001, 40014, 42001})  # the token does not hold (any more): fetch another, once
_GONE = {43004: "这个人没有关注服务号，或者取消了关注", 40003: "openid 不对"}
_TOO_FAST = frozenset({45009, 45011})
_EARLY = 300  # seconds before its end a token is fetched anew
_FIELD_MOST = 20  # characters of a `thing` field; the service refuses more


@dataclass(slots=True)
class _Token:
    """The access token of this process."""

    value: str = ""
    until: float = 0.0  # seconds since 1970
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class WeChat:
    """The service account: its id and key, the template, what stands in the template's fields."""

    app_id: str
    secret: str
    template: str
    fields: Mapping[str, str]  # {"thing1": "{subject}", "time2": "{time}"}
    timeout: float
    api: str = API
    _token: _Token = field(default_factory=_Token)

    def send(self, message: Message) -> str:
        """Send a template message. Raises Refused, TryLater, Unreachable."""
        now = message.at.timestamp()
        found = self._send(message, self._access(now))
        if found.get("errcode") in _STALE:
            found = self._send(message, self._access(now, instead_of=self._token.value))
        return _took(found)

    def _send(self, message: Message, token: str) -> dict[str, Any]:
        url = f"{self.api}/cgi-bin/message/template/send?{urlencode({'access_token': token})}"
        places = {
            "subject": manners.subject(message),
            "count": str(len(message.lines)),
            "time": f"{message.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            "name": message.person,
        }
        body: dict[str, Any] = {
            "touser": message.address,
            "template_id": self.template,
            "client_msg_id": message.id[:32],  # the service drops what it had before under this id
            "data": {name: {"value": _fit(name, said, places)} for name, said in self.fields.items()},
        }
        url_on = message.lines[0].url if len(message.lines) == 1 else message.home
        if url_on:
            body["url"] = url_on
        answer = calling.post(url, orjson.dumps(body), {"Content-Type": "application/json"}, self.timeout)
        calling.judge(answer)
        return answer.json()

    def _access(self, now: float, *, instead_of: str = "") -> str:
        """Return the token that holds, or fetch one; whoever comes second takes what the first has fetched."""
        with self._token.lock:
            held = self._token.value
            if held and held != instead_of and now < self._token.until:
                return held
            asked = {"grant_type": "client_credential", "appid": self.app_id, "secret": self.secret}
            answer = calling.get(f"{self.api}/cgi-bin/token?{urlencode(asked)}", self.timeout)
            calling.judge(answer)
            found = answer.json()
            token = found.get("access_token")
            if not isinstance(token, str) or not token:
                raise Unreachable(f"服务号没有给令牌，请检查 AppID、密钥和 IP 白名单：{found.get('errcode')}")
            self._token.value = token
            self._token.until = now + max(int(found.get("expires_in", 7200)) - _EARLY, 60)
            return token


def _fit(name: str, said: str, places: Mapping[str, str]) -> str:
    for place, value in places.items():
        said = said.replace(f"{{{place}}}", value)
    most = _FIELD_MOST if name.startswith("thing") else 200
    return said if len(said) <= most else f"{said[: most - 1]}…"


def _took(found: Mapping[str, Any]) -> str:
    code = found.get("errcode", 0)
    if code == 0:
        return "微信收下了"
    said = f"{code} {str(found.get('errmsg', ''))[:120]}"
    if code in _GONE:
        raise Refused(f"{_GONE[code]}：{said}")
    if code in _TOO_FAST:
        raise TryLater(f"微信说太快了：{said}")
    if code in _STALE:
        raise Unreachable(f"微信不认令牌，换过一次也不认：{said}")
    if code == -1:
        raise Unreachable(f"微信忙：{said}")
    raise Refused(f"微信不收：{said}")
