"""The words of monthly reports: how far one is, what it is about, the parts of its text, their bounds. Pure."""

from dataclasses import dataclass

from chainhub.core.words import Labelled
from chainhub.statistics.terms import Month, Span, rolling

TEXT_MOST = 4000  # characters of one part of the text
WHY_LEAST, WHY_MOST = 4, 200  # characters of why a new edition is made


class MonthlyStage(Labelled):
    """How far a monthly report is. Only a draft changes; only a signed one is a 通报."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    SIGNED = "signed", "已签发"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the text, which people word: its name in the content, its heading, what belongs there."""

    name: str
    label: str
    hint: str


SECTIONS = (
    Section("overall", "总体情况", "总量、同比环比，一眼看懂的几句话"),
    Section("kinds", "分类情况", "哪类事多，哪类在变"),
    Section("units", "各单位办理情况", "按时的、逾期的；只说事实，不排黑榜"),
    Section("callbacks", "回访评价情况", "企业怎么说"),
    Section("hot", "热点与重复反映", "集中的、反复的"),
    Section("carried", "长期跟踪", "挂账的事，等什么，什么时候再看"),
    Section("cases", "典型案例", "企业同意公开的案例，或者另写"),
    Section("next", "下一步", "可以不写"),
)
"""The parts of the text, in the order in which leaders know them."""


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: a month of one chain, or of the whole county where `chain` is empty."""

    month: Month
    chain: str = ""

    @property
    def alone(self) -> Span:
        """The month."""
        return Span(self.month, self.month)

    @property
    def before(self) -> Span:
        """The month before it (环比)."""
        return Span(self.month.plus(-1), self.month.plus(-1))

    @property
    def year_ago(self) -> Span:
        """The same month a year before (同比)."""
        return Span(self.month.plus(-12), self.month.plus(-12))

    @property
    def rolling(self) -> Span:
        """The twelve months that end with it: rates and ranking take these (domain, section 4)."""
        return rolling(self.month)

    @property
    def whole(self) -> Span:
        """Everything that is asked: thirteen months."""
        return Span(self.month.plus(-12), self.month)
