"""Every number opens exactly what it counts: each door of every page, walked to its end and counted."""

import re
from datetime import timedelta
from html import unescape

import pytest
from lxml import html
from sqlalchemy import func, select

from chainhub.core import clock
from chainhub.core.worktime import SHANGHAI
from chainhub.statistics import leading, service, stories
from chainhub.statistics.figures import FIGURES
from chainhub.tickets.models import TicketEvent
from tests import people
from tests.api.calling import given
from tests.api.conftest import caller  # noqa: F401  # a fixture
from tests.builders import as_clock
from tests.people import work_of
from tests.statistics.staging import NOW, county

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def present(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def told(session):
    """The county told, and half of its history folded: half of each list is kept, half is beyond the watermark."""
    county(session)
    lines = stories.last_line(session)
    first = session.scalar(select(func.min(TicketEvent.id)))
    service.fold(as_clock(session, NOW), (first + lines) // 2)
    session.commit()


@pytest.mark.usefixtures("told")
def test_every_number_of_the_whole_page_opens_exactly_the_cases_that_it_counts(as_, monkeypatch):
    monkeypatch.setattr("chainhub.statistics.cases.page.__defaults__", ("", 3))  # many pages of a few
    client = as_(people.CHIEF)
    text = client.get("/statistics").get_data(as_text=True)
    doors = _doors(text)

    assert {re.search(r"figure=(\w+)", one)[1] for one, _ in doors} == FIGURES.keys(), (
        "something is not counted"
    )
    for url, row in doors:
        n = _n(row)
        assert _walked(client, url) == n, url


def _doors(text: str) -> list[tuple[str, str]]:
    """Return every door of the figures with the words of its row."""
    return [one for one in _all_doors(text) if one[0].startswith("/statistics/cases")]


def _all_doors(text: str) -> list[tuple[str, str]]:
    page = html.document_fromstring(text)
    return [
        (one.get("href"), " ".join(row.text_content().split()))
        for row in page.xpath("//table//tr")
        for one in row.xpath(".//a[contains(@class, 'stat-door')]")
    ]


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("who", "narrowed"),
    [
        (people.PRINCIPAL, ""),
        (people.CHIEF, ""),
        (people.CLERK, ""),
        (people.POWER, ""),
        (people.PRINCIPAL, "chain=equipment"),
        (people.PRINCIPAL, f"cut=unit&key={people.POWER_UNIT}"),
        (people.PRINCIPAL, "cut=kind&key=problem"),
        (people.PRINCIPAL, "cut=channel&key=web"),
        (people.PRINCIPAL, "cut=category&key=energy"),
        (people.PRINCIPAL, "cut=kind&key=none"),
    ],
)
def test_what_stands_now_opens_as_many_tickets(as_, who, narrowed, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=40))
    client = as_(who)
    text = client.get(f"/statistics?{narrowed}").get_data(as_text=True)
    doors = [one for one in _all_doors(text) if one[0].startswith("/tickets?")]

    assert [line for _, line in doors if line.startswith("没办完")], doors
    assert [url for url, _ in doors if "light=red" in url or "late=" in url], doors
    for url, line in doors:
        listed = client.get(url).get_data(as_text=True)
        assert len(set(re.findall(r'href="(/tickets/[A-Z]+-[^"/?]+)"', listed))) == _n(line), (url, line)


@pytest.mark.usefixtures("told")
def test_a_program_reads_what_stands_now(caller, monkeypatch):  # noqa: F811
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=40))
    client = caller(people.PRINCIPAL)

    found = given(client.get("/stats/closure"))["now"]
    listed = given(client.get("/tickets?light=red"))["items"]

    assert found["late"] == len(listed) == sum(found["late_for"].values()) > 0
    assert given(client.get("/stats/closure?by=unit"))["now"] is None
    assert given(client.get("/stats/closure?cut=enterprise&key=none"))["now"] is None


@pytest.mark.usefixtures("told")
def test_a_program_lists_by_channel_what_is_still_open(caller, monkeypatch):  # noqa: F811
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=40))
    client = caller(people.PRINCIPAL)

    counted = given(client.get("/stats/closure?cut=channel&key=web"))["now"]
    listed = given(client.get("/tickets?open=true&channel=web"))["items"]
    everything = given(client.get("/tickets?channel=web"))["items"]

    assert counted["open"] == len(listed) > 0
    assert {one["number"] for one in listed} < {one["number"] for one in everything}
    assert given(client.get("/tickets?channel=phone"))["items"] == []
    assert client.get("/tickets?channel=pigeon").status_code == 422


def _n(row: str) -> int:
    """Return of how many a row says that it is: “÷ 36”, “n = 4”, or the number itself."""
    for pattern in (r" = \S+ ÷ (\d+)", r"n = (\d+)", r"(\d+)，看是哪些"):
        found = re.search(pattern, row)
        if found:
            return int(found[1])
    raise AssertionError(row)


def _walked(client, url: str) -> int:
    """Count the cases of a list over all of its pages; its own total says the same."""
    seen, total = 0, None
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, url
        page = html.document_fromstring(answer.get_data(as_text=True))
        said = int(re.search(r"：(\d+) 件次", page.text_content())[1])
        assert total in (None, said)
        total = said
        seen += len(page.xpath("//tr[@class='row']"))
        following = page.xpath("//a[@rel='next']/@href")
        url = unescape(following[0]) if following else ""
    assert seen == total
    return seen


@pytest.mark.usefixtures("told")
def test_every_number_of_every_cut_opens_as_many_cases(as_):
    client, walked = as_(people.PRINCIPAL), 0
    for by in ("chain", "unit", "category", "kind", "enterprise", "channel", "month", "quarter", "year"):
        page = html.document_fromstring(client.get(f"/statistics?by={by}").get_data(as_text=True))
        for cell in page.xpath("//div[contains(@class, 'matrix')]//td[.//a]"):
            url, said = cell.xpath(".//a/@href")[0], " ".join(cell.text_content().split())
            found = (
                re.search(r"/(\d+)$", said) or re.search(r"(\d+) 次$", said) or re.fullmatch(r"(\d+)", said)
            )
            assert _walked(client, url) == int(found[1]), (url, said)
            walked += 1
    assert walked > 60


@pytest.mark.usefixtures("told")
def test_every_row_of_every_cut_leads_to_all_of_its_figures_and_they_to_their_cases(as_):
    client, walked = as_(people.PRINCIPAL), 0
    for by in ("chain", "unit", "category", "kind", "enterprise", "channel", "quarter"):
        page = html.document_fromstring(client.get(f"/statistics?by={by}").get_data(as_text=True))
        row = page.xpath("//div[contains(@class, 'matrix')]//tbody/tr/th/a")[0]
        told = client.get(row.get("href"))
        assert told.status_code == 200, row.get("href")
        for url, line in _doors(told.get_data(as_text=True)):
            assert _walked(client, url) == _n(line), (by, url, line)
            walked += 1
    assert walked > 100


@pytest.mark.usefixtures("told")
def test_in_a_short_span_nobody_is_told_in_per_cent(as_):
    """A month of a county is small (domain, section 4): counts and k of n alone, and no 综合."""
    client = as_(people.PRINCIPAL)
    month = NOW.astimezone(SHANGHAI).strftime("%Y-%m")
    pages = [client.get(f"/?span={span}").get_data(as_text=True) for span in ("month", "quarter")]
    pages.append(client.get(f"/statistics?from={month}&to={month}").get_data(as_text=True))
    pages.append(
        client.get(f"/statistics/cases?figure=handling_on_time&from={month}&to={month}").get_data(
            as_text=True
        )
    )
    for text in pages:
        words = html.document_fromstring(text).xpath("string(//main)")
        assert not re.search(r"\d%", words), re.search(r".{30}\d%.{10}", words)
        assert "综合 = " not in words


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("span", ["", "quarter", "month"])
def test_every_figure_of_a_leaders_page_opens_as_many_cases(as_, span):
    client = as_(people.PRINCIPAL)
    page = html.document_fromstring(client.get(f"/?span={span}").get_data(as_text=True))
    walked = 0
    doors = "//main//a[starts-with(@href, '/statistics/cases') or starts-with(@href, '/statistics/open')]"
    assert page.xpath("//main//a[starts-with(@href, '/statistics/open')]")
    for door in page.xpath(doors):
        said = " ".join(door.text_content().split())
        found = re.search(r"(?<![\d.])[\d.]+/(\d+)$", said) or re.match(r"(?:企业不满意 )?(\d+)", said)
        assert _walked(client, door.get("href")) == int(found[1]), (door.get("href"), said)
        walked += 1
    assert walked > 10


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("who", [people.PRINCIPAL, people.CHIEF, people.CLERK])
def test_what_was_open_at_the_end_of_a_month_is_walked_page_by_page(as_, session, who, monkeypatch):
    monkeypatch.setattr("chainhub.statistics.backlog.page.__defaults__", ("", 3))
    client, work = as_(who), work_of(session, who, NOW)
    figures = leading.leader(work, "")

    for one in figures.backlog:
        assert _walked(client, one.open_url) == one.open, one.label
    assert figures.backlog[-1].open > 3
    assert client.get("/statistics/open").status_code == 200
    assert client.get("/statistics/open?month=2099-01").status_code == 422
    assert client.get("/statistics/open?month=morgen").status_code == 422
    assert client.get("/statistics/open?cursor=x").status_code == 422
    for other in (people.POWER, people.OWNER):
        assert as_(other).get("/statistics/open").status_code == 403


@pytest.mark.usefixtures("told")
def test_the_lists_by_part_add_up_and_name_what_is_in_the_numerator(as_):
    client = as_(people.CHIEF)
    kept = _walked(client, "/statistics/cases?figure=handling_on_time&part=yes")
    missed = _walked(client, "/statistics/cases?figure=handling_on_time&part=no")

    assert kept + missed == _walked(client, "/statistics/cases?figure=handling_on_time")
    assert missed > 0
    assert "超时，还没办完" in client.get("/statistics/cases?figure=handling_on_time&part=no").get_data(
        as_text=True
    )


@pytest.mark.usefixtures("told")
def test_what_is_excluded_is_listed_with_reason_and_approver(as_):
    text = as_(people.CHIEF).get("/statistics/cases?figure=excluded").get_data(as_text=True)

    assert "洪水断路，去不了现场" in text
    assert "批准：" in text


@pytest.mark.usefixtures("told")
def test_the_api_counts_and_lists_the_same(caller):  # noqa: F811
    program = caller(people.PRINCIPAL)
    answer = given(program.get("/stats/closure"))["rows"][0]["figures"]
    for code in FIGURES:
        listed = given(program.get(f"/stats/cases?figure={code}&limit=200"))
        assert listed["total"] == len(listed["items"]) == answer[code]["n"], code
