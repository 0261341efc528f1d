"""Checking the settings of what goes out. Fails loudly, and never says a key."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from chainhub.core.outgoing_settings import OutgoingSettings

Fail = Callable[[str], Exception]
_ADDRESS = re.compile(r"[^@\s<>]+@[A-Za-z0-9.-]+")
_HERE = {"localhost", "127.0.0.1", "::1"}
_SECURITIES = ("starttls", "ssl", "none")


def load(raw: Mapping[str, str], fail: Fail) -> OutgoingSettings:
    """Return the settings of what goes out; what is wrong is raised as `fail` makes it of a sentence."""
    found = OutgoingSettings(
        public_url=_url(raw, "public_url", fail).rstrip("/"),
        send_timeout=float(_number(raw, "send_timeout", 1, 60, fail)),
        smtp_host=raw["smtp_host"],
        smtp_port=_number(raw, "smtp_port", 0, 65535, fail),
        smtp_security=_one_of(raw, "smtp_security", _SECURITIES, fail),
        smtp_user=raw["smtp_user"],
        smtp_password=raw["smtp_password"],
        smtp_from=raw["smtp_from"],
        smtp_name=raw["smtp_name"],
        sms_url=_url(raw, "sms_url", fail),
        sms_body=_object(raw, "sms_body", fail),
        sms_secret=raw["sms_secret"],
        sms_ok=raw["sms_ok"],
        wecom_url=_url(raw, "wecom_url", fail),
        dingtalk_url=_url(raw, "dingtalk_url", fail),
        dingtalk_secret=raw["dingtalk_secret"],
        feishu_url=_url(raw, "feishu_url", fail),
        feishu_secret=raw["feishu_secret"],
        webhooks=_webhooks(raw, fail),
        webhook_secret=raw["webhook_secret"],
        wechat_app_id=raw["wechat_app_id"],
        wechat_secret=raw["wechat_secret"],
        wechat_template=raw["wechat_template"],
        wechat_fields=_texts(raw, "wechat_fields", fail),
        wechat_api=_url(raw, "wechat_api", fail).rstrip("/"),
    )
    _demand_whole(found, fail)
    return found


def _demand_whole(found: OutgoingSettings, fail: Fail) -> None:
    if found.smtp_host and not _ADDRESS.fullmatch(found.smtp_from):
        raise fail(
            "CHAINHUB_SMTP_FROM must be the address that letters come from, such as chainhub@example.cn"
        )
    if found.smtp_password and found.smtp_security == "none" and found.smtp_host not in _HERE:
        raise fail("CHAINHUB_SMTP_SECURITY=none would send the password in the clear; use starttls or ssl")
    if found.sms_ok and "=" not in found.sms_ok:
        raise fail("CHAINHUB_SMS_OK names a field and what it is, such as code=0")
    if found.webhooks:
        _demand_webhook_secret(found.webhook_secret, fail)
    if found.wechat_app_id and not (found.wechat_secret and found.wechat_template):
        raise fail("CHAINHUB_WECHAT_APP_ID needs CHAINHUB_WECHAT_SECRET and CHAINHUB_WECHAT_TEMPLATE")


def _demand_webhook_secret(secret: str, fail: Fail) -> None:
    words = "CHAINHUB_WEBHOOK_SECRET must be whsec_ and at least 24 bytes in base64"
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise fail(words) from error
    if len(key) < 24:
        raise fail(words)


def _url(raw: Mapping[str, str], name: str, fail: Fail) -> str:
    return _checked(raw[name], f"CHAINHUB_{name.upper()}", fail)


def _checked(given: str, name: str, fail: Fail) -> str:
    if not given:
        return ""
    parts = urlsplit(given)
    if not parts.hostname or parts.scheme not in {"https", "http"} or not given.isprintable():
        raise fail(f"{name} must be an address such as https://chainhub.example.cn")  # never the value: a key
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise fail(f"{name} must begin with https://; http is for this machine alone")
    return given


def _webhooks(raw: Mapping[str, str], fail: Fail) -> Mapping[str, str]:
    found = {}
    for one in filter(None, (part.strip() for part in raw["webhooks"].split(","))):
        account, _, url = one.partition("=")
        if not account.strip() or not url:
            raise fail("CHAINHUB_WEBHOOKS takes account=https://… with commas between")
        found[account.strip()] = _checked(url.strip(), "CHAINHUB_WEBHOOKS", fail)
    return found


def _object(raw: Mapping[str, str], name: str, fail: Fail) -> Mapping[str, Any]:
    try:
        found = json.loads(raw[name] or "{}")
    except json.JSONDecodeError as error:
        raise fail(f"CHAINHUB_{name.upper()} must be a JSON object") from error
    if not isinstance(found, dict):
        raise fail(f"CHAINHUB_{name.upper()} must be a JSON object")
    return found


def _texts(raw: Mapping[str, str], name: str, fail: Fail) -> Mapping[str, str]:
    found = _object(raw, name, fail)
    if not all(isinstance(value, str) for value in found.values()):
        raise fail(f"CHAINHUB_{name.upper()} must be a JSON object of texts")
    return found


def _number(raw: Mapping[str, str], name: str, least: int, most: int, fail: Fail) -> int:
    if not raw[name].isdigit() or not least <= int(raw[name]) <= most:
        raise fail(f"CHAINHUB_{name.upper()} must be a whole number from {least} to {most}")
    return int(raw[name])


def _one_of(raw: Mapping[str, str], name: str, allowed: tuple[str, ...], fail: Fail) -> str:
    if raw[name] not in allowed:
        raise fail(f"CHAINHUB_{name.upper()} must be one of {', '.join(allowed)}")
    return raw[name]
