"""One HTTP request to a server of the settings: no proxies, no redirects, bounded in time and size, keys never named."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from chainhub.core import clock
from chainhub.notices.senders.sending import Refused, TryLater, Unreachable

_ANSWER_MOST = 64 * 1024  # bytes
_CHUNK = 8 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A message goes where the settings say and nowhere else."""

    def redirect_request(self, *given: Any, **named: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the answer. Raises TryLater where it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise TryLater(f"对方的回答看不懂（HTTP {self.status}，不是 JSON）") from error
        if not isinstance(found, dict):
            raise TryLater(f"对方的回答看不懂（HTTP {self.status}，不是 JSON 对象）")
        return found


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
    """Send a body and return the answer, whatever its status. Raises Unreachable. `timeout` is in seconds, for the whole."""
    return _call(urllib.request.Request(url, body, dict(headers), method="POST"), timeout)  # noqa: S310  # see the settings


def get(url: str, timeout: float) -> Answer:
    """Fetch an address and return the answer, whatever its status. Raises Unreachable."""
    return _call(urllib.request.Request(url), timeout)  # noqa: S310  # the same


def _call(request: urllib.request.Request, timeout: float) -> Answer:
    until = clock.monotonic() + timeout
    try:
        with _OPENER.open(request, timeout=timeout) as response:
            return Answer(response.status, _body(response, until), dict(response.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _what_it_said(error, until), dict(error.headers))
    except urllib.error.URLError as error:
        raise Unreachable(f"连不上：{plain(error.reason)}") from error
    except TimeoutError as error:
        raise Unreachable(f"{timeout:.0f} 秒没有应答", perhaps=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"说到一半断了：{plain(error)}", perhaps=True) from error


def _what_it_said(error: urllib.error.HTTPError, until: float) -> bytes:
    """Return the body of a refusal; its status says enough where the body never comes."""
    try:
        return _body(error, until)
    except (OSError, http.client.HTTPException):
        return b""


def _body(response: Any, until: float) -> bytes:
    found = bytearray()
    while chunk := response.read1(_CHUNK):
        found += chunk
        if len(found) > _ANSWER_MOST:
            break
        if clock.monotonic() > until:
            raise TimeoutError
    return bytes(found)


def plain(error: object) -> str:
    """Return what went wrong without the address, in which a key may stand."""
    if isinstance(error, TimeoutError):
        return "没有应答"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__ if isinstance(error, BaseException) else str(error)[:80]


def judge(answer: Answer) -> None:
    """Let a success pass. Raises Refused, TryLater or Unreachable by the status of the answer."""
    if 200 <= answer.status < 300:
        return
    said = f"HTTP {answer.status}"
    if answer.status in {401, 403}:
        raise Refused(f"{said}：对方不认我们的密钥，请检查设置")
    if answer.status == 429:
        raise TryLater(f"{said}：对方说太快了", _after(answer))
    if answer.status >= 500 or answer.status in {408, 425}:
        raise Unreachable(f"{said}：对方出错了")
    raise Refused(f"{said}：对方不收")


def _after(answer: Answer) -> timedelta | None:
    named = {name.lower(): value for name, value in answer.headers.items()}.get("retry-after", "")
    return timedelta(seconds=min(int(named), 6 * 3600)) if named.isdigit() else None
