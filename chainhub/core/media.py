"""By which ways a message reaches a person. (渠道 `Channel` is how a matter came in; these are how word goes out.) Pure."""

from chainhub.core.words import Labelled


class Medium(Labelled):
    """A way out of the house, beside the inbox that everybody has."""

    EMAIL = "email", "邮件"
    SMS = "sms", "短信"
    WECHAT = "wechat", "微信服务号"
    WECOM = "wecom", "企业微信群"
    DINGTALK = "dingtalk", "钉钉群"
    FEISHU = "feishu", "飞书群"
    WEBHOOK = "webhook", "其他系统"


ROBOTS = frozenset({Medium.WECOM, Medium.DINGTALK, Medium.FEISHU})
"""They speak into a group: they name whom it is for and how many, and never what it is about."""
PROVEN = frozenset({Medium.EMAIL, Medium.SMS, Medium.WECHAT})
"""They have an address of the person's own, used once a code that was sent there came back."""
