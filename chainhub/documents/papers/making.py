"""Making a .docx from a layout: the default templates are built by code, so that no binary lies in the repository.

The page is that of Chinese official papers (after GB/T 9704-2012): A4; margins 37, 35, 28 and 26 mm; title 小标宋 二号;
text 仿宋 三号 at a fixed pitch of 28 points, its first line indented by two characters; heads 黑体; page number
“— 1 —” on the outer side. There is a place for the seal, and no red head, 发文字号 or seal: those are the county's own.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

TITLE, NUMBER, BODY, HEAD, ADDRESSEE, SIGNATURE, SEAL, CELL, LABEL, SMALL = (
    "Title",
    "PaperNumber",
    "Normal",
    "Heading1",
    "Addressee",
    "Signature",
    "Seal",
    "Cell",
    "Label",
    "Small",
)
"""The styles of a paper. An administrator changes them in Word like any others."""

_SONG, _FANG, _KAI, _HEI = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"
_ALTERNATIVES = ((_SONG, "宋体"), (_FANG, "仿宋"), (_KAI, "楷体"), (_HEI, "SimHei"))
"""Which font Word and WPS take where the official one is not installed."""
_TEXT_WIDTH = 8844  # twentieths of a point: 156 mm between the margins


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph: its text with places, and its style."""

    text: str
    style: str = BODY


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: cells in order. Cells at even places are labels; `spans` says over how many columns each goes."""

    cells: Sequence[str]
    spans: Sequence[int] = ()
    labels: bool = True
    tall: bool = False  # room to write: 3 cm at least
    head: bool = False  # the names of the columns, on every page that the table goes over


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with lines: the widths of its columns in parts of the whole."""

    widths: Sequence[int]
    rows: Sequence[Row]


Layout = Sequence[Para | Grid]


def make(layout: Layout) -> bytes:
    """Return a .docx of this layout. The same layout gives the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in _parts(layout).items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()


def _parts(layout: Layout) -> dict[str, str]:
    return {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations({"rId1": (f"{_R}/officeDocument", "word/document.xml")}),
        "word/document.xml": _document(layout),
        "word/styles.xml": _styles(),
        "word/fontTable.xml": _fonts(),
        "word/settings.xml": _settings(),
        "word/footer1.xml": _footer("right"),
        "word/footer2.xml": _footer("left"),
        "word/_rels/document.xml.rels": _relations(
            {
                "rId1": (f"{_R}/styles", "styles.xml"),
                "rId2": (f"{_R}/fontTable", "fontTable.xml"),
                "rId3": (f"{_R}/settings", "settings.xml"),
                "rId4": (f"{_R}/footer", "footer1.xml"),
                "rId5": (f"{_R}/footer", "footer2.xml"),
            }
        ),
    }


def _types() -> str:
    overrides = {
        "document": "document.main",
        "styles": "styles",
        "fontTable": "fontTable",
        "settings": "settings",
        "footer1": "footer",
        "footer2": "footer",
    }
    listed = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in overrides.items()
    )
    rels = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{rels}{xml}{listed}</Types>'


def _relations(found: dict[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{kind}" Target="{target}"/>' for id_, (kind, target) in found.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _document(layout: Layout) -> str:
    body = "".join(_para(one) if isinstance(one, Para) else _grid(one) for one in layout)
    section = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" w:footer="1587" w:gutter="0"/>'
        "</w:sectPr>"
    )
    return f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{body}{section}</w:body></w:document>'


def _para(one: Para) -> str:
    style = f'<w:pPr><w:pStyle w:val="{one.style}"/></w:pPr>' if one.style != BODY else ""
    return f'<w:p>{style}<w:r><w:t xml:space="preserve">{escape(one.text)}</w:t></w:r></w:p>'


def _grid(one: Grid) -> str:
    whole = sum(one.widths)
    widths = [_TEXT_WIDTH * each // whole for each in one.widths]
    columns = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="6" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    head = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{edges}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
    )
    return f"<w:tbl>{head}{''.join(_row(row, widths) for row in one.rows)}</w:tbl>"


def _row(row: Row, widths: Sequence[int]) -> str:
    spans = row.spans or [1] * len(row.cells)
    cells, column = [], 0
    for place, (text, span) in enumerate(zip(row.cells, spans, strict=True)):
        width = sum(widths[column : column + span])
        column += span
        style = LABEL if row.head or (row.labels and place % 2 == 0) else CELL
        spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}<w:vAlign w:val="center"/></w:tcPr>'
            + "".join(_para(Para(line, style)) for line in text.split("\n"))
            + "</w:tc>"
        )
    height = 1701 if row.tall else 567  # 3 cm, 1 cm
    # A row longer than a page must be free to go on over it, or Word cuts the rest off.
    again = "<w:tblHeader/>" if row.head else ""
    return f'<w:tr><w:trPr><w:trHeight w:val="{height}" w:hRule="atLeast"/>{again}</w:trPr>{"".join(cells)}</w:tr>'


def _font(east: str, half_points: int) -> str:
    return (
        f'<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{east}" w:cs="Times New Roman"/>'
        f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr>'
    )


def _style(id_: str, name: str, paragraph: str, font: str = "", *, default: bool = False) -> str:
    of = ' w:default="1"' if default else ""
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    return (
        f'<w:style w:type="paragraph"{of} w:styleId="{id_}"><w:name w:val="{name}"/>{based}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr>{font}</w:style>"
    )


def _pitch(twips: int, before: int = 0, after: int = 0) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{twips}" w:lineRule="exact"/>'


_NO_INDENT = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'


def _styles() -> str:
    flush = '<w:jc w:val="both"/>'
    listed = (
        _style(
            BODY,
            "Normal",
            f'<w:widowControl w:val="0"/>{_pitch(560)}<w:ind w:firstLineChars="200" w:firstLine="640"/>{flush}',
            _font(_FANG, 32),
            default=True,
        ),
        _style(
            TITLE,
            "Title",
            f'<w:keepNext/>{_pitch(640, 0, 120)}{_NO_INDENT}<w:jc w:val="center"/>',
            _font(_SONG, 44),
        ),
        _style(NUMBER, "编号", f'{_pitch(560)}{_NO_INDENT}<w:jc w:val="right"/>', _font(_FANG, 28)),
        _style(HEAD, "heading 1", f'<w:keepNext/>{_pitch(560)}<w:outlineLvl w:val="0"/>', _font(_HEI, 32)),
        _style(ADDRESSEE, "主送", f"{_pitch(560, 120)}{_NO_INDENT}{flush}"),
        _style(
            SIGNATURE,
            "署名",
            f'<w:keepLines/>{_pitch(560)}<w:ind w:rightChars="400" w:right="1280" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="right"/>',
        ),
        _style(
            SEAL,
            "印章位置",
            f'<w:keepNext/>{_pitch(560, 560)}<w:ind w:rightChars="400" w:right="1280" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="right"/>',
            _font(_KAI, 24),
        ),
        _style(CELL, "表格文字", f'{_pitch(420)}{_NO_INDENT}<w:jc w:val="left"/>', _font(_FANG, 24)),
        _style(LABEL, "表格标签", f'{_pitch(420)}{_NO_INDENT}<w:jc w:val="center"/>', _font(_HEI, 24)),
        _style(SMALL, "小字", f"{_pitch(400)}{_NO_INDENT}{flush}", _font(_KAI, 24)),
    )
    return f'{_HEAD}<w:styles xmlns:w="{_W}">{"".join(listed)}</w:styles>'


def _fonts() -> str:
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in _ALTERNATIVES
    )
    return f'{_HEAD}<w:fonts xmlns:w="{_W}">{listed}</w:fonts>'


def _settings() -> str:
    compatible = (
        '<w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    return f'{_HEAD}<w:settings xmlns:w="{_W}"><w:evenAndOddHeaders/>{compatible}</w:settings>'


def _footer(side: str) -> str:
    font = '<w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr>'
    edge = f'w:{side}Chars="100" w:{side}="280"'
    page = "".join(
        f"<w:r>{font}{inner}</w:r>"
        for inner in (
            '<w:t xml:space="preserve">— </w:t>',
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
            '<w:t xml:space="preserve"> —</w:t>',
        )
    )
    return (
        f'{_HEAD}<w:ftr xmlns:w="{_W}"><w:p><w:pPr>{_pitch(400)}<w:ind {edge} w:firstLineChars="0" w:firstLine="0"/>'
        f'<w:jc w:val="{side}"/></w:pPr>{page}</w:p></w:ftr>'
    )
