"""The administrator's page of the calendar."""

import html
import io
import re
import zipfile

import pytest
import xlsxwriter

from tests.county.test_workday_import import LATE, _content

SYSADMIN = "xitong"


@pytest.fixture
def signed_in(browser, moment):
    moment.at = LATE
    browser.sign_in(SYSADMIN)
    return browser


def _send(browser, content, name="2027.json", **given):
    data = {"file": (io.BytesIO(content), name), **given}
    return browser.post("/admin/workdays", data, page="/admin/workdays", content_type="multipart/form-data")


def test_every_year_says_where_it_comes_from(signed_in):
    shown = signed_in.get("/admin/workdays").text

    assert "2019 年" in shown
    assert "程序库" in shown
    assert "暂定" in shown
    assert "248 天" in shown


def test_in_november_the_page_says_that_the_next_year_is_missing(signed_in, moment):
    assert "2027 年的放假通知还没有导入" in signed_in.get("/admin/workdays").text

    moment.at = LATE.replace(month=10)
    signed_in.sign_in(SYSADMIN)
    assert "还没有导入" not in signed_in.get("/admin/workdays").text


def test_a_file_is_looked_at_first_and_then_confirmed(signed_in):
    seen = _send(signed_in, _content(), dry_run="1")
    assert seen.status_code == 200
    assert "有 5 天不同" in seen.text
    assert "暂定" in signed_in.get("/admin/workdays").text

    token = html.unescape(re.search(r'name="token" value="([^"]+)"', seen.text)[1])
    answer = signed_in.post("/admin/workdays", {"token": token}, page="/admin/workdays")

    assert (answer.status_code, answer.location) == (303, "/admin/workdays")
    shown = signed_in.get("/admin/workdays").text
    assert "已导入 2027 年放假通知" in shown
    assert "还没有导入" not in shown


def test_without_a_look_a_file_is_imported_at_once_and_once(signed_in):
    assert _send(signed_in, _content()).status_code == 303
    assert _send(signed_in, _content()).status_code == 303

    assert "没有改动" in signed_in.get("/admin/workdays").text


def _far_apart() -> bytes:
    """A table of two cells that would be held in memory as 17 thousand million."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "日期")
        sheet.write(1_048_575, 16_383, "是")
    return into.getvalue()


def _bomb() -> bytes:
    """A small file that is large once it is unpacked."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (21 * 1024 * 1024))
    return into.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("日期,名称,是否放假\n2027-13-01,元旦,是\n".encode(), "看不懂，请写成"),
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf", "文件是空的"),
        (b"\xef\xbb\xbf\r\n \r\n", "文件是空的"),
        ("日期,名称,是否放假\n".encode() + b"x" * 200_000, "表格看不懂"),
        (b"PK\x03\x04 no zip", "表格打不开"),
        (_far_apart(), "这个表格太大"),
        (_bomb(), "解压后有"),
        (
            b'{"year": 2040, "days": [{"name": "x", "date": "2040-01-01", "isOffDay": true}]}',
            "年份 2040 不对",
        ),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(signed_in, content, word):
    answer = _send(signed_in, content)

    assert answer.status_code == 422
    assert word in answer.text


def test_no_file_at_all_is_said(signed_in):
    answer = signed_in.post("/admin/workdays", page="/admin/workdays")

    assert answer.status_code == 422
    assert "请选一个文件" in answer.text


def test_a_confirmation_that_was_tampered_with_is_read_like_a_file(signed_in):
    answer = signed_in.post("/admin/workdays", {"token": "{}"}, page="/admin/workdays")

    assert answer.status_code == 422
