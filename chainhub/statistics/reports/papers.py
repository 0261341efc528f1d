"""A report as .docx in the shape that leaders know, with native charts, and its annex as .xlsx."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from chainhub.documents import sheet_writing
from chainhub.documents.papers import filling, making
from chainhub.documents.papers.charts import Chart
from chainhub.documents.papers.making import (
    CAPTION,
    HEAD,
    NUMBER,
    SEAL,
    SIGNATURE,
    SMALL,
    TITLE,
    Grid,
    Para,
    Row,
)
from chainhub.documents.papers.rules import plain
from chainhub.documents.sheet_writing import Table
from chainhub.statistics.presenting import how
from chainhub.statistics.reports import tables
from chainhub.statistics.reports.tables import Bars, Content, ReportTable
from chainhub.statistics.rules import Mark
from chainhub.statistics.terms import Measure

_NUMERALS = "一二三四五六七八九"
_ONCE = datetime(1980, 1, 1, tzinfo=UTC)
UNNAMED = "（不便列出）"


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands around the figures of a paper."""

    title: str
    stage: str  # 草稿, 已发布, 已签发
    number: str  # of a 通报; else empty
    day: str  # until when it holds, as people read it
    signed_by: str
    signed_on: str
    hash: str


def document(content: Content, cover: Cover) -> bytes:
    """Return the .docx. The same report gives the same bytes."""
    return making.make([_plainly(one) for one in _layout(content, cover)])


def _plainly(one: Para | Grid | Chart) -> Para | Grid | Chart:
    return Para(plain(one.text), one.style) if isinstance(one, Para) else one


def _layout(content: Content, cover: Cover) -> Iterator[Para | Grid | Chart]:
    yield Para(cover.title, TITLE)
    if cover.number:
        yield Para(f"编号 {cover.number}", NUMBER)
    else:
        yield Para(f"（{cover.stage}，签发以前不作通报）", NUMBER)
    place = iter(_NUMERALS)
    for heading, name, shown in _parts(content):
        words = [line for line in str(content["text"].get(name, "")).splitlines() if line.strip()]
        if not words and not shown:
            continue
        yield Para(f"{next(place)}、{heading}", HEAD)
        yield from (Para(line) for line in words)
        yield from shown
    yield Para(_made_of(content, cover), SMALL)
    if cover.signed_by:
        yield Para("（印章位置）", SEAL)
        yield Para(cover.signed_by, SIGNATURE)
        yield Para(cover.signed_on, SIGNATURE)


def _parts(content: Content) -> Iterator[tuple[str, str, list[Para | Grid | Chart]]]:
    chains = [*_table(tables.chains(content))] if not content["chain"] else []
    yield (
        "总体情况",
        "overall",
        [
            *_table(tables.totals(content)),
            *_chart(tables.months_bars(content)),
            *_table(tables.times(content)),
        ],
    )
    yield (
        "分类情况",
        "kinds",
        [
            *_table(tables.categories(content)),
            *_chart(tables.categories_bars(content)),
            *_table(tables.sorts(content)),
        ],
    )
    yield (
        "各单位办理情况",
        "units",
        [*_table(tables.units(content)), *_chart(tables.units_bars(content)), *chains],
    )
    yield "回访评价情况", "callbacks", [*_table(tables.answers(content))]
    yield "热点与重复反映", "hot", [*_table(tables.again(content))]
    yield "长期跟踪清单", "carried", [*_table(tables.carried(content))]
    yield "典型案例", "cases", []
    yield "下一步", "next", []


def _table(one: ReportTable) -> Iterator[Para | Grid | Chart]:
    """Yield a table with its heading; one without rows is left out, its words say so."""
    if not one.rows:
        return
    yield Para(one.title, CAPTION)
    head = Row([plain(cell) for cell in one.columns], head=True, figures=one.texts)
    rows = [Row([plain(cell) for cell in row], labels=False, figures=one.texts) for row in one.rows]
    yield Grid(one.widths, [head, *rows])


def _chart(one: Bars | None) -> Iterator[Para | Grid | Chart]:
    if one is not None:
        yield Chart(one.title, one.labels, one.series, one.lying, one.percent)


def _made_of(content: Content, cover: Cover) -> str:
    said = (
        f"说明：数字由系统按办理历史计算，截至{cover.day}；保密的诉求不在内，不计入考核的 "
        f"{content['figures']['excluded']['month']['n']} 件不在任何比率里。月里只写件数和几分之几，"
        "比率用近 12 个月；评价用每件诉求的第一次，没接通、没评价的不算满意。"
    )
    return f"{said}摘要（SHA-256）：{cover.hash}" if cover.hash else said


# The annex


def annex(content: Content, cover: Cover, numbers: Mapping[int, str]) -> bytes:
    """Return the .xlsx: every table, every formula, and the tickets behind each figure by number alone.

    `numbers` are those that the reader may see; a ticket whose number is not among them counts without one.
    """
    made = BytesIO()
    shown = [
        Table(one.title, one.columns, one.rows, [max(10, width) for width in one.widths])
        for one in tables.all_tables(content)
    ]
    listed = [_formulas(content), _counted(content, numbers), _about(content, cover)]
    sheet_writing.write_several(made, [*shown, *listed], created=_ONCE)
    return filling.steady(made.getvalue())


def _formulas(content: Content) -> Table:
    rows = [
        (
            one["label"],
            *(str(content["figures"][code][span]["text"]) for span, _ in tables.SPANS),
            one["formula"],
        )
        for code, one in content["formulas"].items()
    ]
    head = ("指标", *(label for _, label in tables.SPANS), "怎么算")
    return Table("全部指标", head, rows, (28, 12, 12, 12, 12, 80))


def _counted(content: Content, numbers: Mapping[int, str]) -> Table:
    units = content["names"]["unit"]

    def rows() -> Iterator[Sequence[str]]:
        for name, some in content["counted"].items():
            measure = Measure(name)
            for ticket, unit, value in some:
                number = numbers.get(ticket, UNNAMED)
                yield measure.label, number, units.get(unit, unit), how(Mark(measure, 0, unit, value))

    return Table("数到的诉求", ("数的是什么", "诉求编号", "单位", "怎么算的"), rows(), (24, 20, 24, 20))


def _about(content: Content, cover: Cover) -> Table:
    rows: list[Sequence[Any]] = [
        ("名称", cover.title),
        ("状态", cover.stage),
        ("编号", cover.number),
        ("截至", cover.day),
        ("签发", cover.signed_by),
        ("摘要（SHA-256）", cover.hash),
        ("版次", str(content.get("edition", ""))),
        ("更正的原因", str(content.get("why", ""))),
        ("代替的那一版的摘要", str(content.get("replaces") or "")),
        ("最后一条历史", str(content.get("as_of", {}).get("line", ""))),
    ]
    return Table("说明", ("", "内容"), rows, (24, 80))
