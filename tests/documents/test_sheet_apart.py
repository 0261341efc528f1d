"""A large table is written by another process: the same file, and whatever breaks on either side is told."""

import tempfile
import zipfile
from datetime import date
from multiprocessing import Pipe

import pytest

from chainhub.documents import sheet_apart, sheet_writing, sheets
from chainhub.documents.sheet_writing import Table
from tests.people import china

pytestmark = pytest.mark.slow  # each starts a process

ROW = ("砚禾齿轮", 3, 1.5, True, date(2026, 3, 2), china(2026, 3, 2, 9, 30), None, "")


def _tables(count: int) -> list[Table]:
    return [
        Table("台账", tuple("一二三四五六七八"), (ROW for _ in range(count)), (20, 8)),
        Table("空的", ("没有",), ()),
        Table("说明", ("这份表", "说明"), [("筛选", "全部")]),
    ]


@pytest.mark.parametrize("count", [0, 1, 250, 251, 600])
def test_the_file_is_what_one_process_alone_would_write(count, tmp_path):
    apart, alone = tmp_path / "apart.xlsx", tmp_path / "alone.xlsx"

    counted = sheet_apart.write(apart, _tables(count))

    assert counted == sheet_writing.write_several(alone, _tables(count)) == [count, 0, 1]
    with zipfile.ZipFile(apart) as one, zipfile.ZipFile(alone) as other:
        assert one.namelist() == other.namelist()
        for part in one.namelist():
            if part != "docProps/core.xml":  # says when it was made
                assert one.read(part) == other.read(part)
    assert len(sheets.read(apart.read_bytes())[0].rows) == count + 1


def test_what_breaks_where_the_rows_come_from_goes_on_to_the_caller(tmp_path, monkeypatch):
    target = tmp_path / "broken.xlsx"

    def _rows():
        yield from [ROW] * 600
        raise KeyError("gone")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyError, match="gone"):
        sheet_apart.write(target, [Table("台账", ("一",), _rows())])

    assert list(tmp_path.iterdir()) == []


def test_what_breaks_in_the_other_process_is_told_in_its_words(tmp_path):
    with pytest.raises(RuntimeError, match="no such folder|No such file"):
        sheet_apart.write(tmp_path / "no such folder" / "x.xlsx", _tables(100_000))


def test_a_cell_that_is_none_breaks_it_in_words_and_not_by_waiting(tmp_path):
    with pytest.raises(RuntimeError, match="ended with 1"):
        sheet_apart.write(tmp_path / "x.xlsx", [Table("台账", ("一",), ([object] for _ in range(100_000)))])


def test_a_table_that_breaks_off_leaves_no_file(tmp_path, monkeypatch):
    """As where the process that reads is ended from outside."""
    target = tmp_path / "half.xlsx"
    receiver, sender = Pipe(duplex=False)
    with sender:
        sender.send(("head", ("台账", ("一",), ())))
        sender.send(("rows", [("半",)]))
    pipe = str(receiver.fileno())
    receiver._handle = None  # the other side's from here on

    monkeypatch.setattr(tempfile, "tempdir", None)
    assert sheet_apart.main(str(target), pipe, str(tmp_path)) == 1
    assert list(tmp_path.iterdir()) == []
