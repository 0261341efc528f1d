"""Making a .docx from a layout: the default templates are built by code, so that no binary lies in the repository.

The page is that of Chinese official papers (after GB/T 9704-2012): A4; margins 37, 35, 28 and 26 mm; title 小标宋 二号;
text 仿宋 三号 at a fixed pitch of 28 points, its first line indented by two characters; heads 黑体; page number
“— 1 —” on the outer side. There is a place for the seal, and no red head, 发文字号 or seal: those are the county's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, Twips

from chainhub.documents.papers import charts, filling
from chainhub.documents.papers.charts import Chart

TITLE, NUMBER, BODY, HEAD, ADDRESSEE, SIGNATURE, SEAL, CELL, LABEL, SMALL, CAPTION, FIGURE = (
    "Title",
    "编号",
    "Normal",
    "Heading 1",
    "主送",
    "署名",
    "印章位置",
    "表格文字",
    "表格标签",
    "小字",
    "表题",
    "表格数字",
)
"""The styles of a paper. An administrator changes them in Word like any others."""

_SONG, _FANG, _KAI, _HEI = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体"
_ALTERNATIVES = ((_SONG, "宋体"), (_FANG, "仿宋"), (_KAI, "楷体"), (_HEI, "SimHei"))
"""Which font Word and WPS take where the official one is not installed."""
_TEXT_WIDTH = 8844  # twentieths of a point: 156 mm between the margins
_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")


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
    figures: int | None = None  # from this cell on they are figures: in the middle, and the row is lower


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with lines: the widths of its columns in parts of the whole."""

    widths: Sequence[int]
    rows: Sequence[Row]


Layout = Sequence[Para | Grid | Chart]


def make(layout: Layout) -> bytes:
    """Return a .docx of this layout. The same layout gives the same bytes."""
    paper = Document()
    _clear(paper)
    _styles(paper)
    _page(paper)
    drawn = 0
    for one in layout:
        if isinstance(one, Para):
            paper.add_paragraph(one.text, style=one.style)
        elif isinstance(one, Chart):
            drawn += 1
            charts.put(paper, one, drawn)
        else:
            _grid(paper, one)
    made = BytesIO()
    paper.save(made)
    return filling.steady(made.getvalue())


def _clear(paper: Any) -> None:
    """Take out of the library's own template what says something of its own: styles, fonts, picture, author."""
    for style in list(paper.styles):
        style.delete()
    defaults = paper.styles.element.find(qn("w:docDefaults"))
    paper.styles.element.remove(defaults)
    for holder, unwanted in (
        (paper.part, ("fontTable", "customXml", "stylesWithEffects")),
        (paper.part.package, ("thumbnail",)),
    ):
        for id_, relation in list(holder.rels.items()):
            if relation.reltype.endswith(unwanted):
                del holder.rels[id_]
    fonts = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, _fonts(), paper.part.package)
    paper.part.relate_to(fonts, RELATIONSHIP_TYPE.FONT_TABLE)
    paper.core_properties.author = paper.core_properties.comments = ""


def _fonts() -> bytes:
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in _ALTERNATIVES
    )
    return f"<w:fonts {nsdecls('w')}>{listed}</w:fonts>".encode()


# Styles


def _styles(paper: Any) -> None:
    both, right, centre, left = (
        getattr(WD_ALIGN_PARAGRAPH, one) for one in ("JUSTIFY", "RIGHT", "CENTER", "LEFT")
    )
    body = _style(paper, BODY, (_FANG, 16), both, indent=2)
    body.element.set(qn("w:default"), "1")
    body.paragraph_format.widow_control = False
    title = _style(paper, TITLE, (_SONG, 22), centre, pitch=32, after=10)
    head = _style(paper, HEAD, (_HEI, 16), both, indent=2)
    signature = _style(paper, SIGNATURE, (_FANG, 16), right)
    seal = _style(paper, SEAL, (_KAI, 12), right, before=28)
    _style(paper, NUMBER, (_FANG, 14), right)
    _style(paper, ADDRESSEE, (_FANG, 16), both, after=6)
    _style(paper, CELL, (_FANG, 12), left, pitch=21)
    _style(paper, LABEL, (_HEI, 12), centre, pitch=21)
    _style(paper, SMALL, (_KAI, 12), both, pitch=20, before=6)
    _style(paper, FIGURE, (_FANG, 12), centre, pitch=21)
    caption = _style(paper, CAPTION, (_HEI, 12), centre, pitch=24, before=8)
    for one in (title, head, seal, caption):
        one.paragraph_format.keep_with_next = True
    signature.paragraph_format.keep_together = True
    for one in (signature, seal):  # four characters from the edge
        one.paragraph_format.right_indent = Twips(1280)
        one.element.pPr.ind.set(qn("w:rightChars"), "400")
    head.element.pPr.append(_tag("w:outlineLvl", val=0))


def _style(
    paper: Any,
    name: str,
    font: tuple[str, int],
    align: WD_ALIGN_PARAGRAPH,
    *,
    pitch: int = 28,
    before: int = 0,
    after: int = 0,
    indent: int = 0,
) -> Any:
    """Make a style: its font and size in points, its fixed pitch, the space around it in points, its indent in characters."""
    style = paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name in {BODY, TITLE, HEAD})
    style.quick_style = True
    if name != BODY:
        style.base_style = paper.styles[BODY]
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), Pt(pitch)
    shape.first_line_indent = Pt(font[1] * indent)
    style.element.pPr.ind.set(qn("w:firstLineChars"), str(indent * 100))
    shape.alignment = align
    style.font.size = Pt(font[1])
    _letters(style, font[0], "Times New Roman")
    return style


def _letters(one: Any, east: str, west: str) -> None:
    """Set the fonts of a style or a run, that of Chinese characters apart."""
    one.font.name = west
    one.element.rPr.rFonts.set(qn("w:eastAsia"), east)


# The page


def _page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Twips(11906), Twips(16838)
    section.top_margin, section.right_margin = Twips(2098), Twips(1474)
    section.bottom_margin, section.left_margin = Twips(1984), Twips(1588)
    section.header_distance, section.footer_distance = Twips(851), Twips(1587)
    paper.settings.odd_and_even_pages_header_footer = True
    _footer(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _footer(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _footer(footer: Any, side: WD_ALIGN_PARAGRAPH) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.style = BODY
    shape = paragraph.paragraph_format
    shape.alignment, shape.first_line_indent, shape.line_spacing = side, Pt(0), Pt(20)
    edge = "right" if side == WD_ALIGN_PARAGRAPH.RIGHT else "left"
    setattr(shape, f"{edge}_indent", Pt(14))
    paragraph._p.pPr.ind.set(qn("w:firstLineChars"), "0")
    for text in ("— ", "", " —"):
        run = paragraph.add_run(text)
        run.font.size = Pt(14)
        _letters(run, "宋体", "宋体")
        if not text:
            run._r.addnext(field := _tag("w:fldSimple", instr=" PAGE "))
            field.append(run._r)
            run.text = "1"


# Tables


def _grid(paper: Any, one: Grid) -> None:
    whole = sum(one.widths)
    widths = [_TEXT_WIDTH * each // whole for each in one.widths]
    table = paper.add_table(rows=0, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Twips(width)
    edges = (_tag(f"w:{side}", val="single", sz=6, space=0, color="auto") for side in _EDGES)
    room = (_tag(f"w:{side}", w=85, type="dxa") for side in ("left", "right"))
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(_tag("w:tblBorders", *edges))
    layout.addnext(_tag("w:tblCellMar", *room))
    for row in one.rows:
        _row(table, row, widths)


def _row(table: Any, row: Row, widths: Sequence[int]) -> None:
    made = table.add_row()
    # A row longer than a page must be free to go on over it, or Word cuts the rest off.
    height = 1701 if row.tall else 567 if row.figures is None else 425  # 3 cm, 1 cm, 7.5 mm
    made.height_rule, made.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Twips(height)
    if row.head:
        made._tr.get_or_add_trPr().append(_tag("w:tblHeader"))
    cells, column = made.cells, 0
    for place, (text, span) in enumerate(zip(row.cells, row.spans or [1] * len(row.cells), strict=True)):
        cell = cells[column].merge(cells[column + span - 1])
        cell.width = Twips(sum(widths[column : column + span]))
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        style = LABEL if row.head or (row.labels and place % 2 == 0) else CELL
        if row.figures is not None and place >= row.figures and not row.head:
            style = FIGURE
        first, *more = text.split("\n")
        cell.paragraphs[0].add_run(first)
        cell.paragraphs[0].style = style
        for line in more:
            cell.add_paragraph(line, style=style)
        column += span


def _tag(name: str, *inside: Any, **attributes: object) -> Any:
    made = OxmlElement(name, {qn(f"w:{key}"): str(value) for key, value in attributes.items()})
    made.extend(inside)
    return made
