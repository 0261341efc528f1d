"""随手转办: what a pasted chat or a voice note's text says: which enterprise, what, whom to call. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.tickets.rules import title_from

_PHONE = re.compile(r"(?<!\d)(1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?!\d)|(?<!\d)(0\d{2,3}-\d{7,8})(?!\d)")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文陶卫闻"
)
_PERSON = (
    re.compile(r"(?:联系人|联系|找)[:： ]*([一-龥]{2,3})(?=[,，。;； 、(（]|\s|1[3-9]|电话|手机|$)"),
    re.compile(rf"([{_SURNAMES}](?:总|厂长|经理|主任|师傅|工))"),
    re.compile(rf"([{_SURNAMES}][一-龥]{{1,2}})[,，:： ]*(?:电话|手机)?[:： ]*(?=1[3-9]\d)"),
)
_NOISE = (
    re.compile(r"^\s*\[(?:语音|图片|表情|视频|动画表情|文件|位置)\]\s*", re.MULTILINE),
    re.compile(
        r"^\s*(?:\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?\s*)?(?:上午|下午|晚上)?\d{1,2}:\d{2}(?::\d{2})?\s*$",
        re.MULTILINE,
    ),
    re.compile(
        r"^\s*[^\s，。,.]{1,12}\s+(?:\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?\s*)?(?:上午|下午|晚上)?\d{1,2}:\d{2}(?::\d{2})?\s*$",
        re.MULTILINE,
    ),
    re.compile(r"^\s*[-—·]{3,}.*$", re.MULTILINE),
)
_GREETING = re.compile(r"^(?:领导|您好|你好|各位|在吗|麻烦|请问|@\S+|[，,。！!？? ])+")


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise that a text may mean: its code and what it is called."""

    code: str
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Extract:
    """What a text seems to say. Everything is a guess that somebody looks at; empty where nothing is clear."""

    enterprise: str
    title: str
    content: str
    person: str
    phone: str


def extract(text: str, firms: Sequence[Firm]) -> Extract:
    """Return what a pasted text seems to say, among the enterprises that may be meant."""
    content = _clean(text)
    phone = _PHONE.search(content)
    return Extract(
        _firm(text, firms),
        title_from(_GREETING.sub("", content) or content) if content else "",
        content,
        next((found[1] for one in _PERSON if (found := one.search(content))), ""),
        re.sub(r"[ ]", "", phone[0]) if phone else "",
    )


def _clean(text: str) -> str:
    for noise in _NOISE:
        text = noise.sub("", text)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _firm(text: str, firms: Sequence[Firm]) -> str:
    """Return the one enterprise that is named; the longest name wins, and two that are equally long mean none."""
    found = [(len(name), one.code) for one in firms for name in one.names if len(name) > 1 and name in text]
    if not found:
        return ""
    longest = max(length for length, _ in found)
    codes = {code for length, code in found if length == longest}
    return codes.pop() if len(codes) == 1 else ""
