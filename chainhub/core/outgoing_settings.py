"""The settings of what goes out of the house, in the one table of settings; and the frozen value they make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

OUTGOING: tuple[tuple[str, str, str], ...] = (
    (
        "public_url",
        "",
        "Under which address visitors reach it, such as `https://chainhub.example.cn`: links in messages begin with it. "
        "Empty: messages carry no links",
    ),
    ("send_timeout", "8", "Seconds that a mail server, gateway or robot may take to answer"),
    ("smtp_host", "", "Mail server; empty: no e-mail"),
    ("smtp_port", "0", "Its port; 0: 587, 465 or 25, as its security has it"),
    (
        "smtp_security",
        "starttls",
        "`starttls`, `ssl`, or `none` for a server in the same network that cannot encrypt",
    ),
    ("smtp_user", "", "Account at the mail server; empty: none is needed"),
    ("smtp_password", "", "Its password (secret)"),
    ("smtp_from", "", "Address that letters come from"),
    ("smtp_name", "产业链党委协同平台", "Name before that address"),
    ("sms_url", "", "The SMS gateway; empty: no text messages, and no sign-in by code"),
    (
        "sms_body",
        '{"mobile": "{phone}", "content": "{text}", "id": "{id}"}',
        "What the gateway is sent, as JSON; `{phone}`, `{text}`, `{code}`, `{id}` and `{timestamp}` are filled in",
    ),
    (
        "sms_secret",
        "",
        "Signs what the gateway is sent (secret): `X-Signature` is the HMAC-SHA256 of `timestamp.body`; empty: unsigned",
    ),
    ("sms_ok", "", "By which field of its answer the gateway says yes, such as `code=0`; empty: by HTTP 2xx"),
    ("wecom_url", "", "Address of the robot in a group of 企业微信, its key included (secret)"),
    ("dingtalk_url", "", "Address of the robot in a group of 钉钉, its token included (secret)"),
    ("dingtalk_secret", "", "The robot's 加签 secret, `SEC…` (secret)"),
    ("feishu_url", "", "Address of the robot in a group of 飞书 (secret)"),
    ("feishu_secret", "", "The robot's 签名校验 secret (secret)"),
    (
        "webhooks",
        "",
        "Other systems, `account=https://…` with commas between: what an account is told is told to its address, too",
    ),
    ("webhook_secret", "", "Signs those calls by Standard Webhooks, `whsec_…` (secret)"),
    ("wechat_app_id", "", "AppID of the county's WeChat service account; empty: none"),
    ("wechat_secret", "", "Its AppSecret (secret)"),
    ("wechat_template", "", "Id of the message template"),
    (
        "wechat_fields",
        '{"thing1": "{subject}", "time2": "{time}"}',
        "What stands in the template's fields, as JSON; `{subject}`, `{count}`, `{time}` and `{name}` are filled in",
    ),
    ("wechat_api", "https://api.weixin.qq.com", "Address of WeChat's interface, or of a proxy towards it"),
)
"""Name, default, meaning."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, repr=False)
class OutgoingSettings:
    """Where and how messages go out, checked. It is never printed: it holds keys."""

    public_url: str = ""
    send_timeout: float = 8.0
    smtp_host: str = ""
    smtp_port: int = 0
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    smtp_name: str = ""
    sms_url: str = ""
    sms_body: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    sms_secret: str = ""
    sms_ok: str = ""
    wecom_url: str = ""
    dingtalk_url: str = ""
    dingtalk_secret: str = ""
    feishu_url: str = ""
    feishu_secret: str = ""
    webhooks: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    webhook_secret: str = ""
    wechat_app_id: str = ""
    wechat_secret: str = ""
    wechat_template: str = ""
    wechat_fields: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    wechat_api: str = ""
