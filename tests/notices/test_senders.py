"""The senders on the wire, against doubles of their servers: signatures, words, and what each failure means."""

import base64
import email
import email.policy
import hashlib
import hmac
import re
import socket
import ssl
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller

import chainhub
from chainhub.core.media import Medium
from chainhub.notices.manners import Line, Message
from chainhub.notices.rules import NoticeKind
from chainhub.notices.senders import calling, robots, sms, webhooks, wechat
from chainhub.notices.senders.mail import Mail
from chainhub.notices.senders.sending import Refused, TryLater, Unreachable
from tests.notices.wire import STAGES, http_server, mail_server
from tests.people import NOW

pytestmark = pytest.mark.slow

WAIT = 0.5  # seconds a server may take here
TICKET = "https://chainhub.example.cn/tickets/EQ-2026-00001"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def message(
    medium=Medium.EMAIL, *, address="yan@example.cn", code="", repeated=False, texts=("请您评价办得怎么样。",)
):
    return Message(
        id="chainhub-42",
        medium=medium,
        address=address,
        person="陶见禾",
        username="oa",
        kinds=tuple(NoticeKind.TASK for _ in texts),
        lines=tuple(Line(one, TICKET) for one in texts),
        home="https://chainhub.example.cn",
        at=NOW,
        notices=(7, 8),
        repeated=repeated,
        code=code,
    )


def _mail(port, security="none", **given):
    return Mail("127.0.0.1", port, security, "", "", "chainhub@example.cn", "产业链党委", WAIT, **given)


# E-mail


class _Box:
    """A handler of aiosmtpd that keeps what it is given."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # aiosmtpd asks for this name
        self.letters.append(envelope)
        return "250 OK"


def test_a_letter_arrives_at_a_kept_mail_server_as_it_should():
    box = _Box()
    # A port that is free is asked for first: the controller's own check connects to the port it was given.
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        said = _mail(port).send(message(repeated=True))
    finally:
        controller.stop()

    assert said == "邮件服务器收下了"
    envelope = box.letters[0]
    assert envelope.rcpt_tos == ["yan@example.cn"]
    letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert letter["Subject"] == "请您评价办得怎么样。"
    assert letter["Message-ID"] == "<chainhub-42@example.cn>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-ChainHub-Notices"] == "7,8"
    assert letter["X-ChainHub-Repeated"] == "maybe"
    assert letter["From"].addresses[0].display_name == "产业链党委"
    assert TICKET in letter.get_content()


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("does", "means"),
    [
        ("hang", Unreachable),
        ("drop", Unreachable),
        ("421 going down", Unreachable),
        ("451 busy", TryLater),
        ("550 no", Refused),
    ],
)
def test_a_mail_server_that_fails_at_any_stage_is_understood(stage, does, means):
    with mail_server(stage, does) as box, pytest.raises((Refused, TryLater, Unreachable)) as error:
        _mail(box.port).send(message())

    if stage in {"connect", "EHLO"} and means is not Refused:
        assert isinstance(error.value, (Unreachable, TryLater))
    else:
        assert isinstance(error.value, means), error.value
    if does in {"hang", "drop"} and stage == "dot":
        assert error.value.perhaps  # it took the letter and never said so
        assert len(box.letters) == 1
    if does in {"hang", "drop"}:
        assert str(error.value).startswith(
            "邮件服务器没有应答" if does == "hang" else ("邮件服务器", "和邮件")
        )
    assert not re.search("[A-Z][a-z]+[A-Z]", str(error.value))  # no name of a class
    assert "yan@example.cn" not in str(error.value)


@pytest.mark.parametrize("does", ["hang", "drop", "421 closing", "500 what?"])
def test_a_server_that_took_a_letter_has_it_however_it_says_goodbye(does):
    with mail_server("QUIT", does) as box:
        assert _mail(box.port).send(message()) == "邮件服务器收下了"

    assert len(box.letters) == 1


def test_nothing_of_ours_reads_mail_so_no_answer_of_ours_can_be_acted_on():
    """Never act on our own messages: what is not read cannot begin a loop (decision 0018)."""
    package = Path(chainhub.__file__).parent
    readers = re.compile(r"^\s*(?:import|from) (?:imaplib|poplib|mailbox|imap_tools|imapclient)\b", re.M)

    assert [one.name for one in package.rglob("*.py") if readers.search(one.read_text("utf-8"))] == []


def test_no_server_at_all_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    with pytest.raises(Unreachable):
        _mail(port).send(message())


def test_a_server_that_cannot_encrypt_gets_nothing_where_encryption_is_set():
    with mail_server() as box, pytest.raises(Unreachable, match="STARTTLS"):
        _mail(box.port, "starttls").send(message())
    assert box.letters == []


def test_a_server_whose_certificate_nobody_knows_gets_nothing():
    with mail_server() as box, pytest.raises(Unreachable):
        _mail(box.port, "ssl", context=ssl.create_default_context()).send(message())
    assert box.letters == []


@pytest.mark.parametrize(("status", "means"), [(500, Unreachable), (429, TryLater), (404, Refused)])
def test_a_server_that_says_no_and_then_hangs_is_judged_by_its_status(status, means):
    with http_server((status, "hang", {})) as server, pytest.raises(means, match=f"HTTP {status}"):
        calling.judge(calling.post(server.url, b"{}", {}, WAIT))


# Robots


def test_signatures_are_those_of_the_services_own_pages():
    """Reckoned with other means: openssl for 钉钉, the description's own sentence for 飞书."""
    secret, stamp = "SEC000000000000000000000", 1577262236757
    said = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    assert robots.dingtalk_signature(secret, stamp) == base64.b64encode(said).decode()

    empty = hmac.new(f"1599360473\n{secret}".encode(), digestmod=hashlib.sha256).digest()
    assert robots.feishu_signature(secret, 1599360473) == base64.b64encode(empty).decode()


def test_dingtalk_is_signed_in_its_address_once_quoted():
    with http_server((200, {"errcode": 0, "errmsg": "ok"}, {})) as server:
        sender = robots.DingTalk(f"{server.url}/robot/send?access_token=t", "SEC+/=", WAIT)
        assert sender.send(message(Medium.DINGTALK, address="13900002076")) == "机器人收下了"

    heard = server.heard[0]
    asked = parse_qs(urlsplit(heard.path).query)
    stamp = int(asked["timestamp"][0])
    assert stamp == int(NOW.timestamp() * 1000)
    assert asked["sign"] == [robots.dingtalk_signature("SEC+/=", stamp)]
    assert heard.json["at"] == {"atMobiles": ["13900002076"]}
    assert "陶见禾：该您办 1 条" in heard.json["text"]["content"]
    assert "评价" not in heard.json["text"]["content"]


def test_feishu_is_signed_in_its_body():
    with http_server((200, {"code": 0, "msg": "success"}, {})) as server:
        robots.Feishu(f"{server.url}/hook", "secret", WAIT).send(message(Medium.FEISHU, address=""))

    body = server.heard[0].json
    assert body["sign"] == robots.feishu_signature("secret", int(body["timestamp"]))
    assert body["msg_type"] == "text"


def test_wecom_mentions_the_telephone():
    with http_server((200, {"errcode": 0}, {})) as server:
        robots.WeCom(f"{server.url}/send?key=k", WAIT).send(message(Medium.WECOM, address="13900002076"))

    assert server.heard[0].json["text"]["mentioned_mobile_list"] == ["13900002076"]


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ((200, {"errcode": 45009, "errmsg": "api freq out of limit"}, {}), TryLater),
        ((200, {"errcode": 93000, "errmsg": "invalid webhook url"}, {}), Unreachable),
        ((200, {"errcode": 40035, "errmsg": "bad"}, {}), Refused),
        ((502, b"<html>", {}), Unreachable),
        ((200, b"<html>", {}), TryLater),
        ((404, b"", {}), Refused),
        ((302, b"", {"Location": "http://127.0.0.1:9/"}), Refused),
        ("drop", Unreachable),
        ("hang", Unreachable),
    ],
)
def test_what_a_robots_service_answers_is_understood_and_names_no_key(answer, means):
    with http_server(answer) as server, pytest.raises(means) as error:
        robots.WeCom(f"{server.url}/send?key=very-secret", WAIT).send(message(Medium.WECOM))

    assert "very-secret" not in str(error.value)
    assert len(server.heard) == 1


# SMS


TEMPLATE = {"to": "{phone}", "params": ["{text}", {"n": 1}], "id": "{id}", "code": "{code}"}


def test_the_gateway_is_sent_its_template_signed():
    with http_server((200, {"result": {"code": 0}}, {})) as server:
        sender = sms.Sms(f"{server.url}/sms", TEMPLATE, "key", "result.code=0", WAIT)
        sender.send(message(Medium.SMS, address="13900002076", texts=('说“{id}”和 "引号"',)))

    heard = server.heard[0]
    assert heard.json == {
        "to": "13900002076",
        "params": [f'说“{{id}}”和 "引号" {TICKET}', {"n": 1}],
        "id": "chainhub-42",
        "code": "",
    }
    stamp = int(heard.headers["X-Timestamp"])
    said = hmac.new(b"key", f"{stamp}.".encode() + heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["X-Signature"] == said
    assert heard.headers["Idempotency-Key"] == "chainhub-42"


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        ((200, {"code": "1008"}, {}), Refused),
        ((200, {"other": 1}, {}), TryLater),
        ((429, {}, {"Retry-After": "90"}), TryLater),
        ((401, {}, {}), Refused),
        ((503, {}, {}), Unreachable),
    ],
)
def test_what_the_gateway_answers_is_understood(answer, means):
    with http_server(answer) as server, pytest.raises(means) as error:
        sms.Sms(server.url, TEMPLATE, "", "code=0", WAIT).send(message(Medium.SMS))
    if answer[0] == 429:
        assert error.value.after.total_seconds() == 90


# Webhooks


def test_a_webhook_is_signed_as_its_receivers_library_would_check():
    with http_server((204, b"", {})) as server:
        sender = webhooks.Webhook({"oa": f"{server.url}/in"}, WEBHOOK_SECRET, WAIT)
        assert "收下了" in sender.send(message(Medium.WEBHOOK, address="", repeated=True))

    heard = server.heard[0]
    lower = {name.lower(): value for name, value in heard.headers.items()}
    signed = f"{lower['webhook-id']}.{lower['webhook-timestamp']}.".encode() + heard.body
    key = base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert lower["webhook-signature"] == f"v1,{expected}"
    assert lower["webhook-id"] == "chainhub-42"
    assert heard.json["data"] == {
        "account": "oa",
        "notices": [7, 8],
        "repeated": True,
        "lines": [{"kind": "task", "text": "请您评价办得怎么样。", "url": TICKET}],
    }


def test_the_signature_of_the_specifications_own_example():
    body = b'{"test": 2432232314}'
    found = webhooks.signature(WEBHOOK_SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "means"), [(410, Refused), (302, Unreachable), (400, Refused), (500, Unreachable)]
)
def test_what_a_system_answers_is_understood(status, means):
    with http_server((status, b"", {})) as server, pytest.raises(means):
        webhooks.Webhook({"oa": server.url}, WEBHOOK_SECRET, WAIT).send(message(Medium.WEBHOOK))


def test_an_account_without_an_address_is_refused():
    with pytest.raises(Refused, match="CHAINHUB_WEBHOOKS"):
        webhooks.Webhook({}, WEBHOOK_SECRET, WAIT).send(message(Medium.WEBHOOK))


# The WeChat service account


def _token(value, status=200):
    return (status, {"access_token": value, "expires_in": 7200}, {})


TAKEN = (200, {"errcode": 0, "errmsg": "ok", "msgid": 1}, {})


def _wechat(server):
    fields = {"thing1": "{subject}", "time2": "{time}", "name3": "{name}"}
    return wechat.WeChat("wx1", "very-secret", "tpl", fields, WAIT, server.url)


def test_a_template_message_carries_its_fields_and_the_token_is_fetched_once():
    long = "请您评价办得怎么样，联系您了没有，问题解决了没有，满意不满意。"
    with http_server(_token("T1"), TAKEN) as server:
        sender = _wechat(server)
        for _ in range(3):
            sender.send(message(Medium.WECHAT, address="oYan", texts=(long,)))

    assert [urlsplit(one.path).path for one in server.heard] == [
        "/cgi-bin/token",
        *["/cgi-bin/message/template/send"] * 3,
    ]
    body = server.heard[1].json
    assert (body["touser"], body["template_id"], body["url"]) == ("oYan", "tpl", TICKET)
    assert len(body["data"]["thing1"]["value"]) == 20
    assert body["data"]["time2"]["value"] == "2026-03-02 09:20"
    assert body["data"]["name3"]["value"] == "陶见禾"
    assert body["client_msg_id"] == "chainhub-42"


@pytest.mark.parametrize("code", [40001, 42001])
def test_a_token_that_does_not_hold_is_renewed_once(code):
    stale = (200, {"errcode": code, "errmsg": "invalid credential"}, {})
    with http_server(_token("T1"), stale, _token("T2"), TAKEN) as server:
        assert _wechat(server).send(message(Medium.WECHAT)) == "微信收下了"
    assert "access_token=T2" in server.heard[-1].path

    with http_server(_token("T1"), stale, _token("T2"), stale) as server:
        with pytest.raises(Unreachable, match="换过一次也不认"):
            _wechat(server).send(message(Medium.WECHAT))
        assert len(server.heard) == 4


@pytest.mark.parametrize(
    ("code", "means"),
    [(43004, Refused), (40003, Refused), (45009, TryLater), (-1, Unreachable), (47003, Refused)],
)
def test_what_wechat_answers_is_understood(code, means):
    with (
        http_server(_token("T1"), (200, {"errcode": code, "errmsg": "m"}, {})) as server,
        pytest.raises(means) as error,
    ):
        _wechat(server).send(message(Medium.WECHAT))
    assert "very-secret" not in str(error.value)


def test_without_a_token_the_medium_rests():
    with (
        http_server((200, {"errcode": 40164, "errmsg": "invalid ip"}, {})) as server,
        pytest.raises(Unreachable),
    ):
        _wechat(server).send(message(Medium.WECHAT))


def test_a_token_is_fetched_anew_before_it_ends():
    with http_server(_token("T1"), TAKEN, _token("T2"), TAKEN) as server:
        sender = _wechat(server)
        sender.send(message(Medium.WECHAT))
        sender._token.until = NOW.timestamp()
        sender.send(message(Medium.WECHAT))

    assert "access_token=T2" in server.heard[-1].path
