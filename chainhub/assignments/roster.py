"""选派名册: the list of who looks after which enterprise, as .xlsx and .docx."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

from chainhub.assignments import line_queries, queries
from chainhub.assignments.line_queries import Line
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents import sheet_writing
from chainhub.documents.papers import making
from chainhub.documents.papers.making import Grid, Para, Row
from chainhub.tickets.rules import mask_phone

HEADERS = (
    "序号",
    "产业链",
    "企业编码",
    "企业",
    "乡镇街道",
    "指导员",
    "登录名",
    "单位",
    "电话(脱敏)",
    "选派日期",
    "期满日期",
)
_WIDTHS = (6, 12, 22, 20, 14, 12, 20, 22, 16, 12, 12)
_PAPER = ("序号", "产业链", "企业", "指导员", "单位", "选派期")
_MOST = 5_000  # lines of one paper; the sheet has no such bound


def lines(work: Work) -> Iterator[Line]:
    """Yield every enterprise of this actor's chains with its guide, page by page, by chain and code."""
    for chain in queries.chains(work):
        after = ""
        while True:
            page = line_queries.lines(work.session, (chain,), after=after, limit=queries.PAGE_MOST)
            yield from page.items
            if not page.after:
                break
            after = page.after


def sheet(work: Work) -> bytes:
    """Return the roster as .xlsx. Telephones are masked."""
    target, directory = BytesIO(), known.of(work.session).directory
    rows = (
        (
            number,
            directory.chains[one.chain].name,
            one.code,
            one.name,
            one.town,
            one.guide,
            one.username,
            directory.unit_name(one.unit),
            mask_phone(one.phone),
            one.started_on,
            one.until_on,
        )
        for number, one in enumerate(lines(work), start=1)
    )
    sheet_writing.write(target, "选派名册", HEADERS, rows, widths=_WIDTHS)
    return target.getvalue()


def paper(work: Work) -> bytes:
    """Return the roster as .docx, to print and sign."""
    directory, today = known.of(work.session).directory, local(work.now).date()
    rows = [Row(_PAPER, labels=False, head=True)]
    bare = 0
    for number, one in enumerate(lines(work), start=1):
        if number > _MOST:
            break
        bare += one.assignment_id is None
        until = f"{_short(one.started_on)}—{_short(one.until_on)}" if one.started_on else ""
        cells = (
            str(number),
            directory.chains[one.chain].short,
            one.name,
            one.guide or "（空缺）",
            directory.unit_name(one.unit),
            until,
        )
        rows.append(Row(cells, labels=False))
    county = known.of(work.session).name
    return making.make(
        (
            Para(f"{county}党建工作指导员选派名册", making.TITLE),
            Para(
                f"共 {len(rows) - 1} 家企业，{len(rows) - 1 - bare} 家有指导员。{queries.day_text(today)}。",
                making.BODY,
            ),
            Grid((1, 2, 3, 2, 4, 4), tuple(rows)),
        )
    )


def _short(on: date | None) -> str:
    return f"{on.year}.{on.month}.{on.day}" if on else ""
