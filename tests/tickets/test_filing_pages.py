"""Three questions, and a guess at the category that only the owner's tap makes true."""

import re

import pytest
from sqlalchemy import select

from chainhub.county.rulebook.models import RuleText
from chainhub.tickets.models import Ticket
from tests import people
from tests.web_client import said, token_of

CONTENT = "厂门口公交站牌挡视线，大货车出门看不见左边来车。"
NEW = "/tickets/new"


@pytest.fixture
def owner(as_):
    return as_(people.OWNER)


def _ask(client, **given):
    return client.post(f"{NEW}/guess", data={"csrf_token": token_of(client, NEW)} | given)


def _file(client, session, **given) -> Ticket:
    data = {"csrf_token": token_of(client, NEW), "once": "a1", "content": CONTENT} | given
    answer = client.post(NEW, data=data)
    assert answer.status_code == 303, said(answer)
    number = re.search(r"EQ-\d{4}-\d{5}", answer.location)[0]
    return session.scalar(select(Ticket).where(Ticket.number == number))


def test_what_was_typed_brings_a_category_to_tap(owner):
    answer = _ask(owner, content=CONTENT)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "归到：物流交通" in said(answer)
    assert 'name="guess" value="logistics"' in page
    assert "checked" not in page
    assert "<html" not in page


def test_asking_for_a_guess_changes_nothing(owner, session):
    _ask(owner, content=CONTENT)

    assert session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    "given", [{}, {"content": ""}, {"content": "您好"}, {"content": CONTENT, "category": "energy"}]
)
def test_there_is_no_guess_without_words_or_beside_a_choice(owner, given):
    answer = _ask(owner, **given)

    assert answer.status_code == 200
    assert said(answer).strip() == ""


def test_a_long_text_is_guessed_at_by_its_beginning(owner):
    assert "物流交通" in said(_ask(owner, content=CONTENT + "字" * 200_000))


@pytest.mark.parametrize("username", [people.POWER, people.CALLER, people.CHIEF])
def test_who_files_nothing_is_told_nothing(as_, username):
    client = as_(username)
    data = {"csrf_token": token_of(client, "/password"), "content": CONTENT}

    assert client.post(f"{NEW}/guess", data=data).status_code == 403


def test_a_guess_that_was_not_tapped_is_not_stored(owner, session):
    assert _file(owner, session).category_code is None


def test_a_tap_is_a_choice(owner, session):
    assert _file(owner, session, guess="logistics").category_code == "logistics"


def test_what_was_chosen_from_the_list_outweighs_the_tap(owner, session):
    assert _file(owner, session, guess="logistics", category="land").category_code == "land"


def test_a_tap_on_what_is_no_category_is_none(owner, session):
    assert _file(owner, session, guess="moon").category_code is None


def test_a_form_that_comes_back_brings_the_guess_and_the_tap(owner):
    data = {"csrf_token": token_of(owner, NEW), "once": "a1", "content": CONTENT, "guess": "logistics"}

    page = owner.post(NEW, data=data | {"contact_phone": "138"}).get_data(as_text=True)

    assert re.search(r'name="guess" value="logistics" checked', page)


def test_a_county_without_words_of_its_own_guesses_by_its_labels(owner, session):
    session.delete(session.scalar(select(RuleText).where(RuleText.name == "category_words")))
    session.commit()

    assert "生活配套" in said(_ask(owner, content="宿舍不够住，食堂也小。"))
