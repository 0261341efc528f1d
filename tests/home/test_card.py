"""调研参阅卡: one firm on one page, for leader, liaison, committee and guide; nothing of what they may not see."""

from io import BytesIO

import pytest
from docx import Document

from chainhub.core import clock
from chainhub.home import card
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.guides.logging import logged
from tests.people import NOW, work_of
from tests.rotations.staging import opened
from tests.web_client import said

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

PAGE = f"/enterprises/{people.FIRM}/card"
SECRET = "丙戌号配方外泄"


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def firm(session):
    a_ticket(session, State.CLOSED, title="厂门口电缆走向")
    a_ticket(session, State.HANDLING, title=SECRET, confidential=True)
    logged(session)
    opened(session)
    session.commit()


@pytest.mark.parametrize(
    ("username", "status"),
    [
        (people.GUIDE, 200),
        (people.CLERK, 200),
        (people.CHIEF, 200),
        (people.PRINCIPAL, 200),
        (people.LIAISON, 200),
        ("dw_textile", 404),
        ("g_wen_yicheng", 404),
        (people.OWNER, 403),
        (people.POWER, 403),
        (people.CALLER, 403),
    ],
)
def test_who_reads_the_card(as_, firm, username, status):
    assert as_(username).get(PAGE).status_code == status


def test_the_same_comes_as_a_word_file_for_the_same_readers(as_, firm):
    answer = as_(people.CHIEF).get(f"{PAGE}.docx")
    document = Document(BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(one.text for one in document.paragraphs), *cells])

    for words in ("陶见禾", "裴时雨", "厂门口电缆走向", "保密诉求不在内"):
        assert words in text
    assert SECRET not in text
    assert "{{" not in text
    assert "下载 Word" in said(as_(people.CHIEF).get(PAGE))
    for who, status in ((people.GUIDE, 200), ("dw_textile", 404), (people.OWNER, 403)):
        assert as_(who).get(f"{PAGE}.docx").status_code == status


def test_it_says_what_several_rooms_know(as_, firm):
    text = said(as_(people.CHIEF).get(PAGE))

    for words in (
        "陶见禾",
        "裴时雨",
        "厂门口电缆走向",
        "已销号，已解决",
        "技术改造补贴办法（汶政发〔2026〕3号）",
        "最近走访",
    ):
        assert words in text, words
    assert "想换岗" not in text


@pytest.mark.parametrize("username", [people.GUIDE, people.CHIEF, people.LIAISON, people.CLERK])
def test_a_confidential_ticket_stands_on_no_card(as_, firm, username):
    text = said(as_(username).get(PAGE))

    assert SECRET not in text
    assert "共 1 件，已销号 1 件" in text


def test_an_empty_firm_teaches(session):
    found = card.card(work_of(session, people.CLERK), "e_lichuan_zhoutao")

    assert found.count == "没有提过诉求"
    assert (found.past, found.policies, found.visits) == ([], [], [])
