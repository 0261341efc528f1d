"""A large table is written by another process: the same file, and whatever breaks on either side is told."""

import os
import signal
import struct
import tempfile
import zipfile
from datetime import date
from functools import partial
from multiprocessing import Pipe

import psutil
import pytest

from chainhub.documents import sheet_apart, sheet_writing, sheets
from chainhub.documents.sheet_writing import Table
from chainhub.tickets import masking
from tests.people import china

pytestmark = pytest.mark.slow  # each starts a process

CALL = partial(masking.text, "打 13812345678 找陶师傅", ("陶师傅",))  # the other process loads what it names
ROW = (CALL, 3, 1.5, True, date(2026, 3, 2), china(2026, 3, 2, 9, 30), None, "")


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


def test_where_it_cannot_be_written_the_systems_own_error_is_raised(tmp_path):
    with pytest.raises(FileNotFoundError) as refused:
        sheet_apart.write(tmp_path / "no such folder" / "x.xlsx", _tables(100_000))

    assert refused.value.filename == str(tmp_path / "no such folder" / "x.xlsx")


def test_a_full_disk_is_said_to_be_one(tmp_path):
    target = tmp_path / "full.xlsx"
    target.symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left on device"):
        sheet_apart.write(target, _tables(10))


def test_it_is_not_led_astray_by_files_where_it_is_started(tmp_path, monkeypatch):
    (tmp_path / "zipfile.py").write_text("raise SystemExit('led astray')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert sheet_apart.write(tmp_path / "x.xlsx", _tables(3)) == [3, 0, 1]


def test_a_signal_to_stop_does_not_end_it_before_its_work(tmp_path):
    """Ctrl-C, or the end of a service, goes to the whole group: the one that reads decides when both stop."""
    me = psutil.Process()

    def _rows():
        yield from (
            (f"{number:0100}",) for number in range(5000)
        )  # more than a pipe holds: it is at work by then
        for child in me.children():
            if "chainhub.documents.sheet_apart" in child.cmdline():
                child.send_signal(signal.SIGTERM)
                assert os.getpgid(child.pid) != os.getpgid(0)
        yield from [ROW] * 600

    assert sheet_apart.write(tmp_path / "x.xlsx", [Table("台账", ("一",), _rows())]) == [5600]


def test_a_cell_that_is_none_breaks_it_in_words_and_not_by_waiting(tmp_path):
    with pytest.raises(RuntimeError, match="ended with 1"):
        sheet_apart.write(tmp_path / "x.xlsx", [Table("台账", ("一",), ([object] for _ in range(100_000)))])


@pytest.mark.parametrize("torn", [False, True])
def test_a_table_that_breaks_off_leaves_no_file(torn, tmp_path, monkeypatch):
    """As where the process that reads is ended from outside, between two messages or within one."""
    target = tmp_path / "half.xlsx"
    receiver, sender = Pipe(duplex=False)
    with sender:
        sender.send(("head", ("台账", ("一",), ())))
        sender.send(("rows", [("半",)]))
        if torn:
            os.write(sender.fileno(), struct.pack("!i", 1000) + b"only a few")
    pipe = os.dup(receiver.fileno())  # the other side's from here on
    receiver.close()

    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(OSError if torn else EOFError):
        sheet_apart.main(str(target), str(pipe), str(tmp_path))

    assert list(tmp_path.iterdir()) == []
