"""What this process sends with: the senders that the settings name, the key of addresses, where the platform is.

It hangs on the engine, beside the database whose outbox it empties: entry points put it there once, so that no service
and no job reads a setting, and two applications in one process do not share it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from chainhub.core.media import Medium
from chainhub.core.settings import Settings
from chainhub.notices.senders.folder import Folder
from chainhub.notices.senders.mail import PORTS, Mail
from chainhub.notices.senders.robots import DingTalk, Feishu, WeCom
from chainhub.notices.senders.sending import Sender
from chainhub.notices.senders.sms import Sms
from chainhub.notices.senders.webhooks import Webhook
from chainhub.notices.senders.wechat import WeChat

_OPTION = "chainhub_outfit"


@dataclass(frozen=True, slots=True, repr=False)
class Outfit:
    """Senders by medium, the application's key, the address of the platform without a slash at its end."""

    senders: Mapping[Medium, Sender] = field(default_factory=lambda: MappingProxyType({}))
    secret: str = ""
    home: str = ""

    def has(self, medium: Medium) -> bool:
        """Say whether a medium can send here."""
        return medium in self.senders


NOTHING = Outfit()


def made(settings: Settings) -> Outfit:
    """Return the outfit that some settings make. A demonstration without a mail server writes its letters to files."""
    found: dict[Medium, Sender] = {}
    given, wait = settings.outgoing, settings.outgoing.send_timeout
    if settings.demo:
        found[Medium.EMAIL] = Folder(settings.instance / "outbox")
    if given.smtp_host:
        found[Medium.EMAIL] = Mail(
            given.smtp_host,
            given.smtp_port or PORTS[given.smtp_security],
            given.smtp_security,
            given.smtp_user,
            given.smtp_password,
            given.smtp_from,
            given.smtp_name,
            wait,
        )
    if given.sms_url:
        found[Medium.SMS] = Sms(given.sms_url, given.sms_body, given.sms_secret, given.sms_ok, wait)
    if given.wechat_app_id:
        found[Medium.WECHAT] = WeChat(
            given.wechat_app_id,
            given.wechat_secret,
            given.wechat_template,
            given.wechat_fields,
            wait,
            given.wechat_api,
        )
    if given.wecom_url:
        found[Medium.WECOM] = WeCom(given.wecom_url, wait)
    if given.dingtalk_url:
        found[Medium.DINGTALK] = DingTalk(given.dingtalk_url, given.dingtalk_secret, wait)
    if given.feishu_url:
        found[Medium.FEISHU] = Feishu(given.feishu_url, given.feishu_secret, wait)
    if given.webhooks:
        found[Medium.WEBHOOK] = Webhook(given.webhooks, given.webhook_secret, wait)
    return Outfit(MappingProxyType(found), settings.secret_key, given.public_url)


def equip(bind: Engine | Connection, outfit: Outfit) -> None:
    """Hang an outfit on the engine whose outbox this process empties."""
    if isinstance(bind, Engine):
        bind.update_execution_options(**{_OPTION: outfit})
    else:
        bind.execution_options(**{_OPTION: outfit})


def outfit_of(session: Session) -> Outfit:
    """Return what this process sends with; nothing where nobody has equipped it."""
    found = session.get_bind().get_execution_options().get(_OPTION)
    return found if isinstance(found, Outfit) else NOTHING
