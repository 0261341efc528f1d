"""Charts in a .docx: native ones, which Word, WPS and LibreOffice draw and people may edit; no picture, no font of ours.

XlsxWriter makes the chart, with the values in it, and the small workbook behind it; python-docx knows no charts, so the
two parts are put into its package here. Libraries that draw pictures (matplotlib) need a Chinese font on the server.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm, Pt
from lxml import etree

from chainhub.documents.papers.rules import plain

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "数据"
_FONT = "仿宋_GB2312"
_COLOURS = (
    "#8C8C8C",
    "#B3261E",
    "#C9A227",
    "#2F6B9A",
)  # grey and the red of the house; one series alone is blue
_WIDTH = 154  # mm, within the margins
_SILENT = ("showCatName", "showSerName", "showPercent", "showBubbleSize")
_ONCE = datetime(1980, 1, 1, tzinfo=UTC)  # the same facts, the same bytes


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: columns side by side, or bars that lie. `percent` writes values as whole per cent, up to a hundred."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    lying: bool = False
    percent: bool = False

    @property
    def height(self) -> int:
        """Millimetres: room for each bar that lies."""
        return 26 + 9 * max(len(self.labels), 3) if self.lying else 66

    @property
    def words(self) -> str:
        """What it shows, for whom it is read to."""
        told = (
            f"{name}：{'，'.join(f'{label} {value:g}' for label, value in zip(self.labels, values, strict=True))}"
            for name, values in self.series
        )
        return f"{self.title}。{'；'.join(told)}"


def put(paper: Any, chart: Chart, place: int) -> None:
    """Add a chart to a document as its `place`-th, counted from 1, in a paragraph of its own."""
    package = paper.part.package
    book = Part(
        PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{place}.xlsx"),
        CONTENT_TYPE.SML_SHEET,
        _book(chart, drawn=False),
        package,
    )
    part = Part(PackURI(f"/word/charts/chart{place}.xml"), CONTENT_TYPE.DML_CHART, _drawing(chart), package)
    assert part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE) == "rId1"  # as `_drawing` names it
    name = paper.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    paragraph = paper.add_paragraph()
    shape = paragraph.paragraph_format
    shape.alignment, shape.first_line_indent, shape.line_spacing = WD_ALIGN_PARAGRAPH.CENTER, Pt(0), 1.0
    paragraph.add_run()._r.append(_frame(chart, name, place))


def _frame(chart: Chart, relation: str, place: int) -> Any:
    frame = parse_xml(
        f'<w:drawing xmlns:w="{_W}" xmlns:wp="{_WP}" xmlns:a="{_A}" xmlns:c="{_C}" xmlns:r="{_R}">'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{Mm(_WIDTH)}" cy="{Mm(chart.height)}"/>'
        f'<wp:docPr id="{1000 + place}" name="图 {place}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_C}"><c:chart r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )
    frame.find(f".//{{{_WP}}}docPr").set("descr", plain(chart.words))
    return frame


def _drawing(chart: Chart) -> bytes:
    """Return the chart part: as XlsxWriter wrote it, tied to the workbook beside it, Chinese in a Chinese font."""
    with zipfile.ZipFile(BytesIO(_book(chart, drawn=True))) as packed:
        tree = etree.fromstring(packed.read("xl/charts/chart1.xml"))
    for latin in tree.iter(f"{{{_A}}}latin"):
        east = etree.Element(f"{{{_A}}}ea", typeface=_FONT)
        latin.addnext(east)
    for value in list(
        tree.iter(f"{{{_C}}}showVal")
    ):  # what is not said there is taken for yes outside of Excel
        value.addprevious(etree.Element(f"{{{_C}}}showLegendKey", val="0"))
        for place, name in enumerate(_SILENT):
            value.getparent().insert(
                value.getparent().index(value) + 1 + place, etree.Element(f"{{{_C}}}{name}", val="0")
            )
    data = etree.Element(f"{{{_C}}}externalData", {f"{{{_R}}}id": "rId1"})
    etree.SubElement(data, f"{{{_C}}}autoUpdate", val="0")
    settings = tree.find(f"{{{_C}}}printSettings")
    settings.addprevious(data)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _book(chart: Chart, *, drawn: bool) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _ONCE.replace(tzinfo=None)})
        sheet = book.add_worksheet(_SHEET)
        for row, label in enumerate(chart.labels, start=1):
            sheet.write_string(row, 0, plain(label))
        for column, (name, values) in enumerate(chart.series, start=1):
            sheet.write_string(0, column, plain(name))
            for row, value in enumerate(values, start=1):
                sheet.write_number(row, column, value)
        if drawn:
            sheet.insert_chart("F2", _made(book, chart))
    return made.getvalue()


def _values(chart: Chart) -> list[float]:
    return [value for _, values in chart.series for value in values]


def _made(book: Any, chart: Chart) -> Any:
    font = {"name": _FONT, "size": 10, "color": "#333333"}
    made = book.add_chart({"type": "bar" if chart.lying else "column"})
    for place, (_, values) in enumerate(chart.series, start=1):
        made.add_series(
            {
                "name": [_SHEET, 0, place],
                "categories": [_SHEET, 1, 0, len(values), 0],
                "values": [_SHEET, 1, place, len(values), place],
                "fill": {"color": _COLOURS[place - 1 if len(chart.series) > 1 else -1]},
                "gap": 60,
                "data_labels": {"value": True, "font": font, "num_format": '0"%"' if chart.percent else "0"},
            }
        )
    made.set_title(
        {"name": plain(chart.title), "name_font": {**font, "size": 12, "bold": False}, "overlay": False}
    )
    names = {
        "num_font": font,
        "line": {"color": "#BBBBBB"},
        "major_tick_mark": "none",
        "reverse": chart.lying,
    }
    scale = {
        "num_font": font,
        "major_gridlines": {"visible": True, "line": {"color": "#E4E4E4"}},
        "line": {"none": True},
        "min": 0,
        "visible": not chart.lying,
        "major_unit": 20 if chart.percent else max(1, -(-max(_values(chart), default=0) // 5)),
        **({"max": 100} if chart.percent else {}),
    }
    # Of bars that lie the vertical axis names, and XlsxWriter calls it y.
    (made.set_y_axis if chart.lying else made.set_x_axis)(names)
    (made.set_x_axis if chart.lying else made.set_y_axis)(scale)
    made.set_legend({"position": "bottom", "font": font} if len(chart.series) > 1 else {"none": True})
    return made
