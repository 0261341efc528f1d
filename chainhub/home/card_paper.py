"""调研参阅卡 as a Word file: the same that stands on the page, as far as its reader may see it."""

from collections.abc import Sequence
from functools import lru_cache

from chainhub.core.work import Work
from chainhub.documents.papers import filling, making
from chainhub.documents.papers.making import HEAD, SMALL, TITLE, Grid, Para, Row
from chainhub.documents.papers.rules import Line, Values, file_name
from chainhub.home import card as cards

LABEL = "调研参阅卡"


@lru_cache
def _layout() -> bytes:
    return making.make(
        (
            Para("{{名称}}调研参阅卡", TITLE),
            Para("{{产业链}}", SMALL),
            Grid((24, 76), (Row(("项目", "内容"), head=True), Row(("{{概况.项目}}", "{{概况.内容}}")))),
            Para("诉求和结果", HEAD),
            Para("{{总数}}"),
            Grid(
                (16, 20, 38, 26),
                (
                    Row(("时间", "编号", "事项", "现在"), head=True),
                    Row(("{{诉求.时间}}", "{{诉求.编号}}", "{{诉求.事项}}", "{{诉求.现在}}"), labels=False),
                ),
            ),
            Para("轮值承办", HEAD),
            Para("{{承办.内容}}"),
            Para("送过的政策", HEAD),
            Para("{{政策.内容}}"),
            Para("最近走访", HEAD),
            Para("{{走访.内容}}"),
            Para("产业链党委协同平台　{{日期}}　保密诉求不在内", SMALL),
        )
    )


def paper(work: Work, code: str) -> tuple[str, bytes]:
    """Return the card of a firm as a file: its name and the .docx. Raises NotFound where this actor reads none of it."""
    card = cards.card(work, code)
    facts = [
        *card.facts,
        ("接待", "、".join(card.receivers) or "请先和企业联系"),
        ("指导员", "、".join(card.guides) or "还没有"),
    ]
    past = [
        {
            "时间": one.day,
            "编号": one.number,
            "事项": one.title,
            "现在": f"{one.state}，{one.result}" if one.result else one.state,
        }
        for one in card.past
    ]
    values: Values = {
        "名称": card.name,
        "产业链": card.chain,
        "概况": [{"项目": label, "内容": value} for label, value in facts],
        "总数": f"{card.count}。",
        "诉求": past,
        "承办": _lines(card.salons, "还没有承办，也还没排到。"),
        "政策": _lines(card.policies, "没有记录。"),
        "走访": _lines(card.visits, "没有记录。"),
        "日期": card.day,
    }
    return file_name(LABEL, "", card.name), filling.fill(_layout(), values)


def _lines(some: Sequence[str], nothing: str) -> Sequence[Line]:
    return [{"内容": one} for one in some or (nothing,)]
