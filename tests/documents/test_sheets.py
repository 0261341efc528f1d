"""Tables in and out: what is no sound .xlsx is refused in a sentence, and nothing written can act as a formula."""

import zipfile
import zlib
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from chainhub.core.errors import Invalid
from chainhub.core.worktime import SHANGHAI
from chainhub.documents import sheet_writing, sheets
from chainhub.documents.sheet_rows import TEXT_MOST, Rows
from tests.people import china


def _workbook(fill) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made) as book:
        fill(book)
    return made.getvalue()


def _repacked(content: bytes, **changed: bytes | None) -> bytes:
    """The same archive with some parts replaced, or left out."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = changed.get(part.filename.rsplit("/", 1)[-1].replace(".", "_"), old.read(part))
            if data is not None:
                new.writestr(part.filename, data)
    return made.getvalue()


def _table(*rows) -> bytes:
    made = BytesIO()
    sheet_writing.write(made, "台账", ("企业", "内容"), rows)
    return made.getvalue()


def _refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        sheets.read(content)
    return refused.value.title


def test_what_is_written_is_read_again():
    made = BytesIO()
    row = ("砚禾齿轮", 3, True, date(2026, 3, 2), china(2026, 3, 2, 9, 30), None, "最后")

    count = sheet_writing.write(made, "台账", tuple("一二三四五六七"), [row, row])

    (sheet,) = sheets.read(made.getvalue())
    assert (count, sheet.name, sheet.first) == (2, "台账", 1)
    assert list(sheet.numbered())[2] == (
        3,
        ["砚禾齿轮", 3, True, date(2026, 3, 2), china(2026, 3, 2, 9, 30).replace(tzinfo=None), "", "最后"],
    )


@pytest.mark.parametrize("text", ["=1+1", "+8613900000000", "-5", "@SUM(A1)", "\t=1", "＝1+1"])
def test_a_text_that_looks_like_a_formula_is_neutralised_and_comes_back(text):
    content = _table((text, "内容"))

    (sheet,) = sheets.read(content)
    written = sheet.rows[1][0]

    assert written == f"'{text}"
    assert sheet_writing.plain(written) == text
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["", "'", "'那家'", "3月2日", "1=1"])
def test_other_texts_stay_as_they_are(text):
    assert sheet_writing.neutral(text) == text
    assert sheet_writing.plain(text) == text


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            ["<", "&", '"', "_x0041_", "_x", "\x00", "\x1f", "\ufffe", " ", "\n", "\t", "齿轮", "😀"]
        ),
        max_size=6,
    ).map("".join),
).filter(lambda text: not (text.startswith("<r>") and text.endswith("</r>")))
_CELLS = st.one_of(
    st.none(),
    st.just(""),
    _TEXTS,
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), timezones=st.sampled_from([None, UTC, SHANGHAI])),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=9999)),
)


def _sheet_of_xlsxwriter(rows) -> bytes:
    """The same cells in the library's own way, cell by cell: slow, and known to be right."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"remove_timezone": True, "constant_memory": True}) as book:
        shapes = _shapes(book)
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "头", shapes[date])
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        sheet.write_string(number, place, cell)
                elif isinstance(cell, bool):
                    sheet.write_boolean(number, place, cell)
                elif isinstance(cell, (int, float)):
                    sheet.write_number(number, place, cell)
                elif cell is not None:
                    sheet.write_datetime(number, place, cell, shapes.get(type(cell)))
    return _xml(made)


def _sheet_of_rows(rows) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"remove_timezone": True, "constant_memory": True}) as book:
        shapes = _shapes(book)
        sheet = book.add_worksheet(None, Rows)
        sheet.write_string(0, 0, "头", shapes[date])
        for number, row in enumerate(rows, start=1):
            sheet.add_cells(number, row, shapes)
    return _xml(made)


def _shapes(book):
    return {
        one: book.add_format({"num_format": f"yyyy-mm-dd{' hh:mm' * (one is datetime)}"})
        for one in (date, datetime)
    }


def _xml(made: BytesIO) -> bytes:
    with zipfile.ZipFile(made) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


@example([["长" * (TEXT_MOST + 3), "😀" * TEXT_MOST, "x" + "😀" * TEXT_MOST]])
@example([[], [None, ""], ["", 1, None]])
@example([["", "b"], [datetime(1900, 2, 28, 23, 59), date(1900, 3, 1), datetime(1900, 1, 1)]])
@example([["a"] * 100])
@given(st.lists(st.lists(_CELLS, max_size=6), max_size=4))
def test_a_row_written_whole_is_what_the_library_makes_of_its_cells(rows):
    assert _sheet_of_rows(rows) == _sheet_of_xlsxwriter(rows)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_refused_before_it_is_written(number):
    with pytest.raises(ValueError, match="no place"):
        _table(("砚禾齿轮", number))


@pytest.mark.parametrize("text", ["<r></r>", "<r><t>粗</t></r>", "<r></x></r>"])
def test_a_text_that_looks_like_rich_text_is_a_text_and_breaks_no_file(text):
    (sheet,) = sheets.read(_table(("砚禾齿轮", text)))

    assert sheet.rows[1] == ["砚禾齿轮", text]


def test_a_cell_may_be_a_call_that_makes_it_and_is_neutralised_like_any_other():
    (made,) = sheets.read(_table(("甲厂", partial("".join, ("=1", "+2")))))
    (given_,) = sheets.read(_table(("甲厂", "=1+2")))

    assert made.rows == given_.rows
    assert made.rows[1] == ["甲厂", "'=1+2"]


def test_it_is_packed_fast():
    """The library has no setting for it: an eighth more bytes in a third of the time."""
    with zipfile.ZipFile(
        BytesIO(_table(*(("甲厂", f"第 {n} 行，话{n * 7919 % 1000}") for n in range(500))))
    ) as made:
        (sheet,) = [one for one in made.infolist() if one.filename.endswith("sheet1.xml")]
        packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        assert len(packer.compress(made.read(sheet)) + packer.flush()) == sheet.compress_size


def test_a_header_is_neutralised_too():
    made = BytesIO()

    sheet_writing.write(made, "台账", ("=1+1",))

    assert sheets.read(made.getvalue())[0].rows[0] == ["'=1+1"]


def test_rows_keep_the_numbers_they_have_on_the_screen():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write(3, 2, "企业")
        sheet.write(6, 2, "砚禾齿轮")

    (sheet,) = sheets.read(_workbook(fill))

    assert [number for number, _ in sheet.numbered()] == [4, 7]


def test_hidden_and_empty_sheets_are_not_read():
    def fill(book):
        book.add_worksheet("空")
        book.add_worksheet("看得到").write(0, 0, "有")
        hidden = book.add_worksheet("藏起来")
        hidden.write(0, 0, "没有")
        hidden.hide()

    assert [one.name for one in sheets.read(_workbook(fill))] == ["看得到"]


@pytest.mark.slow  # seconds, and nothing that daily work touches
def test_formatting_far_below_the_table_does_no_harm():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write(0, 0, "企业")
        sheet.write_blank(1_000_000, 100, None, book.add_format({"bold": True}))

    assert sheets.read(_workbook(fill))[0].rows == [["企业"]]


@pytest.mark.slow  # seconds, and nothing that daily work touches
def test_one_filled_cell_far_away_is_refused_before_memory_is_spent():
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write(0, 0, "企业")
        sheet.write(1_000_000, 16_000, "远")

    assert "太大" in _refusal(_workbook(fill))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        ("企业,内容\n砚禾,电".encode(), "不是 .xlsx"),
        (b"PK\x03\x04 and then nothing of the kind", "坏了"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "旧版 .xls"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "加了密码"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(content, words):
    assert words in _refusal(content)


def test_a_truncated_file_is_refused():
    content = _table(("砚禾齿轮", "内容"))

    assert "坏了" in _refusal(content[: len(content) // 2])


def test_a_file_with_a_flipped_byte_is_refused():
    content = bytearray(_table(*[(f"企业{n}", "内容" * n) for n in range(50)]))
    with zipfile.ZipFile(BytesIO(bytes(content))) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    content[part.header_offset + 200] ^= 0xFF

    assert "坏了" in _refusal(bytes(content))


def test_broken_xml_in_a_sound_archive_is_refused():
    assert "坏了" in _refusal(_repacked(_table(("a", "b")), workbook_xml=b"<workbook><sheets>"))


def test_another_kind_of_office_file_is_refused():
    assert "不是 .xlsx" in _refusal(_repacked(_table(("a", "b")), workbook_xml=None))


@pytest.mark.slow  # seconds, and nothing that daily work touches
def test_a_file_that_unzips_to_too_much_is_refused_before_it_is_opened():
    bomb = b"\0" * (sheets.UNZIPPED_MOST + 1)

    assert "超过 200 MB" in _refusal(_repacked(_table(("a", "b")), app_xml=bomb))


def test_a_table_without_any_cell_is_refused():
    assert "是空的" in _refusal(_workbook(lambda book: book.add_worksheet()))
