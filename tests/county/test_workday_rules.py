"""Reading a State Council notice: what is taken, and what is refused with the row that is wrong."""

import io
import json
from datetime import date

import pytest
import xlsxwriter

from chainhub.core.worktime import Calendar
from chainhub.county.workdays import reading, rules
from chainhub.county.workdays.rules import BadNotice, DayChange, Notice, NoticeDay
from tests.beside import beside
from tests.people import china

THIS_YEAR = 2026
HEADER = ["日期", "名称", "是否放假"]


def _json(days, year=2027):
    listed = [{"name": name, "date": on, "isOffDay": off} for on, name, off in days]
    return json.dumps({"year": year, "days": listed}, ensure_ascii=False)


def _table(*rows):
    return rules.parse_table([HEADER, *rows], THIS_YEAR)


def _said(call):
    with pytest.raises(BadNotice) as refused:
        call()
    return refused.value.said


@pytest.mark.parametrize(
    ("year", "off", "makeup"),
    [
        (2019, 24, 7),
        (2020, 30, 7),
        (2021, 31, 7),
        (2022, 31, 7),
        (2023, 27, 7),
        (2024, 28, 8),
        (2025, 28, 5),
        (2026, 33, 6),
    ],
)
def test_the_notices_of_past_years_are_read(year, off, makeup):
    notice = reading.read(beside(f"data/holidays/{year}.json").read_bytes(), THIS_YEAR)

    assert notice.year == year
    assert sum(day.is_off for day in notice.days) == off
    assert sum(not day.is_off for day in notice.days) == makeup


def test_a_notice_may_speak_of_the_neighbouring_years():
    days = [("2026-12-31", "元旦", True), ("2027-01-01", "元旦", True), ("2028-01-31", "春节", True)]

    notice = rules.parse_json(_json(days), THIS_YEAR)

    assert notice.year == 2027
    assert [day.on for day in notice.days] == [date(2026, 12, 31), date(2027, 1, 1), date(2028, 1, 31)]


@pytest.mark.parametrize("on", ["2026-11-30", "2028-02-01", "2020-01-01"])
def test_a_day_further_away_is_a_slip_of_the_pen(on):
    said = _said(
        lambda: rules.parse_json(_json([("2027-01-01", "元旦", True), (on, "元旦", True)]), THIS_YEAR)
    )

    assert said == [f"第 2 天：{on} 离 2027 年太远，一份通知最多提到前后各一个月。"]


@pytest.mark.parametrize("year", [2018, 2029, 1999, 22026])
def test_an_implausible_year_is_refused(year):
    days = [(f"{min(year, 9999)}-01-01", "元旦", True)]

    assert "年份" in _said(lambda: rules.parse_json(_json(days, year), THIS_YEAR))[0]


def test_a_day_stands_once():
    said = _said(
        lambda: _table(["2027-01-01", "元旦", "是"], ["2027-01-02", "元旦", "是"], ["2027/1/1", "元旦", "否"])
    )

    assert said == ["第 4 行：2027-01-01 在第 2 行已经写过，一天只能有一行。"]


def test_names_are_kept_as_they_are_written():
    notice = _table(["2027-10-01", " 国庆节、中秋节 ", "是"])

    assert notice.days == (NoticeDay(date(2027, 10, 1), "国庆节、中秋节", True),)


@pytest.mark.parametrize(
    "written",
    [
        "2027-01-01",
        "2027/1/1",
        "2027.01.01",
        "2027年1月1日",
        " 2027-1-1 ",
        date(2027, 1, 1),
        china(2027, 1, 1).replace(tzinfo=None),
        "2027-01-01 00:00:00",
    ],
)
def test_a_date_is_read_however_offices_write_it(written):
    assert _table([written, "元旦", "是"]).days[0].on == date(2027, 1, 1)


@pytest.mark.parametrize("off", ["是", "放假", "休", True, "TRUE", "1", 1, 1.0, "Yes"])
def test_a_day_off_is_read_however_it_is_written(off):
    assert _table(["2027-01-01", "元旦", off]).days[0].is_off


@pytest.mark.parametrize("off", ["否", "补班", "上班", False, "false", 0, 0.0, "No"])
def test_a_day_worked_is_read_however_it_is_written(off):
    assert not _table(["2027-01-02", "元旦", off]).days[0].is_off


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["", "元旦", "是"], "第 2 行：没有写日期。"),
        (["2027-02-30", "春节", "是"], "第 2 行：日期“2027-02-30”看不懂，请写成 2026-01-01。"),
        (["元旦那天", "元旦", "是"], "第 2 行：日期“元旦那天”看不懂，请写成 2026-01-01。"),
        (["27-1-1", "元旦", "是"], "第 2 行：日期“27-1-1”看不懂，请写成 2026-01-01。"),
        (["2027-01-01", "", "是"], "第 2 行：没有写名称，如“春节”。"),
        (["2027-01-01", "节" * 41, "是"], "第 2 行：名称超过 40 个字。"),
        (["2027-01-01", "元旦", ""], "第 2 行：没有写“是否放假”。"),
        (["2027-01-01", "元旦", "也许"], "第 2 行：“是否放假”要写“是”或“否”，现在是“也许”。"),
        (["2027-01-01"], "第 2 行：没有写名称，如“春节”。"),
    ],
)
def test_a_wrong_row_is_named_with_what_is_wrong(row, said):
    assert _said(lambda: _table(row)) == [said]


def test_every_wrong_row_is_named_up_to_ten():
    said = _said(lambda: _table(*[["?", "元旦", "是"]] * 14))

    assert len(said) == 11
    assert said[-1] == "还有 4 处，请先改好上面这些。"


def test_empty_rows_and_further_columns_do_no_harm():
    rows = [[], ["备注", "名称", "日期", "是否放假"], ["", "", "", ""], ["x", "元旦", "2027-01-01", "是"]]

    assert rules.parse_table(rows, THIS_YEAR).days[0].name == "元旦"


def test_a_missing_column_is_named():
    said = _said(lambda: rules.parse_table([["日期", "节日"], ["2027-01-01", "元旦"]], THIS_YEAR))

    assert said == ["第一行要有“日期”“名称”“是否放假”三列，现在缺：名称、是否放假。"]


def test_the_year_of_a_table_is_that_of_most_days():
    assert (
        _table(["2026-12-31", "元旦", "是"], ["2027-01-01", "元旦", "是"], ["2027-01-02", "元旦", "是"]).year
        == 2027
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"year": 2027}',
        '{"days": []}',
        '{"year": "2027", "days": []}',
        '{"year": true, "days": []}',
        '{"year": 2027, "days": []}',
        '{"year": 2027, "days": [1]}',
        '{"year": 2027, "days": [{}]}',
        '{"year": 2027, "days": {"a": 1}}',
    ],
)
def test_what_is_no_notice_is_refused(text):
    assert _said(lambda: reading.read(text.encode(), THIS_YEAR))


def test_a_csv_is_read_in_both_encodings_of_chinese_offices():
    text = "日期,名称,是否放假\n2027-01-01,元旦,是\n2027-01-03,元旦,否\n"

    read = {reading.read(text.encode(encoding), THIS_YEAR) for encoding in ("utf-8", "utf-8-sig", "gb18030")}

    assert len(read) == 1


def test_an_xlsx_is_read_with_real_dates():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_datetime(
        1, 0, china(2027, 1, 1).replace(tzinfo=None), book.add_format({"num_format": "yyyy-mm-dd"})
    )
    sheet.write_row(1, 1, ["元旦", "是"])
    sheet.write_row(2, 0, ["2027-01-03", "元旦", "否"])
    book.close()

    notice = reading.read(buffer.getvalue(), THIS_YEAR)

    assert notice.days == (
        NoticeDay(date(2027, 1, 1), "元旦", True),
        NoticeDay(date(2027, 1, 3), "元旦", False),
    )


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"PK\x03\x04broken", b"\xff\xfe\x00\x01\x81", b"x" * (1024 * 1024 + 1)]
)
def test_a_broken_file_is_refused_in_words(content):
    assert _said(lambda: reading.read(content, THIS_YEAR))


def test_the_same_notice_has_the_same_digest_however_it_is_written():
    days = [("2027-01-03", "元旦", False), ("2027-01-01", "元旦", True)]
    as_json = rules.parse_json(_json(days), THIS_YEAR)
    as_table = _table(["2027/1/1", "元旦", "放假"], ["2027/1/3", "元旦", "补班"])

    assert as_json == as_table
    assert as_json.digest == as_table.digest
    assert rules.parse_json(as_json.canonical, THIS_YEAR) == as_json


def _calendar(worked, known=(2026,)):
    return Calendar(worked=worked, known_years=known)


def test_only_days_that_differ_are_changes():
    notice = Notice(
        2026,
        (
            NoticeDay(date(2026, 1, 1), "元旦", True),  # a Thursday
            NoticeDay(date(2026, 1, 3), "元旦", True),  # a Saturday: off anyway
            NoticeDay(date(2026, 1, 4), "元旦", False),  # a Sunday
            NoticeDay(date(2026, 1, 5), "元旦", False),  # a Monday that had been given off
        ),
    )

    found = rules.changes(notice, _calendar({date(2026, 1, 5): False}))

    assert found == [
        DayChange(date(2026, 1, 1), "元旦", "工作日", "放假"),
        DayChange(date(2026, 1, 4), "元旦", "周末", "补班"),
        DayChange(date(2026, 1, 5), "元旦", "放假", "上班"),
    ]


@pytest.mark.parametrize(
    ("today", "known", "missing"),
    [
        (date(2026, 10, 31), {2026}, None),
        (date(2026, 11, 1), {2026}, 2027),
        (date(2026, 12, 31), {2026}, 2027),
        (date(2026, 11, 1), {2026, 2027}, None),
        (date(2027, 1, 1), {2026}, 2027),
        (date(2027, 6, 1), {2026, 2027}, None),
        (date(2026, 11, 1), set(), 2026),
    ],
)
def test_from_november_on_the_next_year_is_missed(today, known, missing):
    assert rules.missing_year(_calendar({}, known), today) == missing


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], ""),
        ([date(2026, 1, 4)], "1月4日"),
        ([date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)], "1月1日至3日"),
        ([date(2025, 1, 31), date(2025, 2, 1)], "1月31日至2月1日"),
        ([date(2026, 5, 5), date(2026, 6, 19)], "5月5日、6月19日"),
    ],
)
def test_days_are_said_as_stretches(days, said):
    assert rules.spans(days) == said
