"""The settings of what goes out: checked at the start, never said aloud; which senders they make."""

import base64
import email
import email.policy
import json

import pytest

import config
from chainhub.core.media import Medium
from chainhub.core.settings import SETTINGS
from chainhub.notices import outfit
from chainhub.notices.senders.folder import Folder
from tests.notices.test_senders import message

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
ALL = {
    "SMTP_HOST": "mail.example.cn",
    "SMTP_FROM": "chainhub@example.cn",
    "SMTP_PASSWORD": "a-key-of-mail",
    "SMS_URL": "https://sms.example.cn/send",
    "SMS_SECRET": "a-key-of-sms",
    "WECOM_URL": "https://wecom.example.cn/send?key=a-key-of-wecom",
    "DINGTALK_URL": "https://ding.example.cn/send?access_token=a-key-of-ding",
    "FEISHU_URL": "https://feishu.example.cn/hook/a-key-of-feishu",
    "WEBHOOKS": "oa=https://oa.example.cn/in, hotline=https://hotline.example.cn/in",
    "WEBHOOK_SECRET": SECRET,
    "WECHAT_APP_ID": "wx1",
    "WECHAT_SECRET": "a-key-of-wechat",
    "WECHAT_TEMPLATE": "tpl",
}


def _load(tmp_path, **said):
    named = {f"CHAINHUB_{name}": value for name, value in said.items()}
    return config.load({"CHAINHUB_INSTANCE": str(tmp_path), **named})


def test_everything_that_is_set_can_send(tmp_path):
    made = outfit.made(_load(tmp_path, **ALL, PUBLIC_URL="https://c.example.cn/"))

    assert set(made.senders) == set(Medium)
    assert made.home == "https://c.example.cn"
    assert made.senders[Medium.EMAIL].port == 587
    assert made.senders[Medium.WEBHOOK].urls == {
        "oa": "https://oa.example.cn/in",
        "hotline": "https://hotline.example.cn/in",
    }


def test_no_key_is_printed_by_accident(tmp_path):
    settings = _load(tmp_path, **ALL)

    assert "a-key" not in repr(settings)
    assert "a-key" not in repr(settings.outgoing)
    assert "a-key" not in repr(outfit.made(settings))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"SMS_URL": "http://sms.example.cn/a-key"}, "https"),
        ({"WECOM_URL": "ftp://a-key"}, "WECOM_URL"),
        ({"SMTP_HOST": "mail.example.cn"}, "SMTP_FROM"),
        ({**ALL, "SMTP_SECURITY": "none"}, "in the clear"),
        ({"SMTP_SECURITY": "plain"}, "one of"),
        ({"SMTP_PORT": "many"}, "whole number"),
        ({"SMS_BODY": "{a-key"}, "JSON"),
        ({"SMS_BODY": "[]"}, "JSON object"),
        ({"SMS_OK": "yes"}, "code=0"),
        ({"WEBHOOKS": "oa"}, "account="),
        ({"WEBHOOKS": "oa=https://oa.example.cn", "WEBHOOK_SECRET": "a-key"}, "whsec_"),
        ({"WECHAT_APP_ID": "wx1"}, "WECHAT_SECRET"),
        ({"WECHAT_FIELDS": '{"thing1": 1}'}, "texts"),
    ],
)
def test_what_is_wrong_is_said_without_saying_a_key(tmp_path, said, words):
    with pytest.raises(config.SettingsError, match=words) as error:
        _load(tmp_path, **said)
    assert "a-key" not in str(error.value)


def test_the_machine_itself_may_be_spoken_to_in_the_clear(tmp_path):
    assert _load(tmp_path, SMS_URL="http://127.0.0.1:9000/").outgoing.sms_url


def test_a_demonstration_without_a_mail_server_writes_its_letters(tmp_path):
    sender = outfit.made(_load(tmp_path)).senders[Medium.EMAIL]
    assert isinstance(sender, Folder)

    assert "outbox/chainhub-42.eml" in sender.send(message())

    written = (tmp_path / "outbox" / "chainhub-42.eml").read_bytes()
    letter = email.message_from_bytes(written, policy=email.policy.default)
    assert letter["Subject"] == "请您评价办得怎么样。"


def test_in_service_nothing_is_written_to_files(tmp_path):
    settings = _load(tmp_path, MODE="production", SECRET_KEY="x" * 32)

    assert outfit.made(settings).senders == {}


def test_the_defaults_written_as_json_are_json():
    for one in SETTINGS:
        if one.default.startswith("{"):
            assert json.loads(one.default)
