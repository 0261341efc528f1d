"""The paper and its annex: the shape that leaders know, charts that can be edited, no personal data."""

import zipfile
from io import BytesIO

import pytest
from docx import Document
from lxml import etree

from chainhub.core import clock
from chainhub.documents import sheets
from chainhub.statistics.reports import presenting
from tests import people
from tests.people import work_of
from tests.statistics.staging import NOW, county

pytestmark = pytest.mark.slow
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture
def report(session, published):
    county(session)
    return published()


def _document(session, report):
    return presenting.document(work_of(session, people.CLERK, NOW), report)


def test_it_has_the_parts_in_the_order_that_leaders_know(session, report):
    paper = Document(BytesIO(_document(session, report)))
    heads = [one.text for one in paper.paragraphs if one.style.name == "Heading 1"]

    assert heads == [
        "一、总体情况",
        "二、分类情况",
        "三、各单位办理情况",
        "四、回访评价情况",
        "五、热点与重复反映",
        "六、长期跟踪清单",
        "七、典型案例",
    ]
    assert paper.paragraphs[0].text == "装备制造链2026年3月运行情况月报"
    units = next(one for one in paper.tables if one.rows[0].cells[0].text == "单位")
    assert [one.text for one in units.rows[0].cells] == [
        "单位", "派单数", "按时", "逾期", "未办结", "按时办结率", "满意率",
    ]  # fmt: skip


def test_its_charts_are_native_carry_their_values_and_a_workbook_to_edit(session, report):
    with zipfile.ZipFile(BytesIO(_document(session, report))) as packed:
        names = packed.namelist()
        charts = [one for one in names if one.startswith("word/charts/chart")]
        tree = etree.fromstring(packed.read("word/charts/chart1.xml"))
        cached = [one.text for one in tree.iter(f"{_C}v")]
        book = packed.read("word/embeddings/Microsoft_Excel_Sheet1.xlsx")
        relations = packed.read("word/charts/_rels/chart1.xml.rels").decode()

    assert len(charts) >= 2
    assert "提出" in cached
    assert "销号" in cached
    assert tree.find(f"{_C}externalData") is not None
    assert "../embeddings/Microsoft_Excel_Sheet1.xlsx" in relations
    assert sheets.read(book)[0].rows[0][1:] == ["提出", "销号"]


def test_the_same_report_gives_the_same_bytes(session, report):
    assert _document(session, report) == _document(session, report)
    work = work_of(session, people.CLERK, NOW)
    assert presenting.annex(work, report) == presenting.annex(work, report)


def test_the_annex_lists_the_tickets_behind_each_figure_by_number_and_nobody_by_name(session, report):
    book = sheets.read(presenting.annex(work_of(session, people.CLERK, NOW), report))
    by_name = {one.name: one for one in book}
    numbers = {row[1] for row in by_name["数到的诉求"].rows[1:]}

    assert {"总量与同比环比", "各单位", "回访评价", "全部指标", "数到的诉求", "说明"} <= by_name.keys()
    assert all(one.startswith("EQ-2026-") for one in numbers)
    said = "".join(str(cell) for one in book for row in one.rows for cell in row)
    assert "陶见禾" not in said
    assert report.hash in said


def test_a_reader_finds_no_number_of_a_ticket_that_is_not_his_to_see(session, report, monkeypatch):
    """A complaint about a unit counts, and its number stands in no file that somebody of that unit takes away."""
    from dataclasses import replace

    monkeypatch.setattr(clock, "now", lambda: NOW)
    work = work_of(session, people.CLERK, NOW)
    nobody = replace(work, actor=replace(work.actor, grants=()))

    listed = presenting.numbers(nobody, presenting.content_of(work, report))

    assert listed == {}
