"""The QR code of an enterprise: who may print it, and where whoever reads it arrives."""

import re

import pytest
from sqlalchemy import select

from chainhub.core.errors import NotAllowed, NotFound
from chainhub.county.directory.models import Enterprise
from chainhub.documents import qr
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import coding as codes
from chainhub.tickets.views import coding
from tests import people
from tests.people import FIRM, work_of
from tests.web_client import PASSWORD, said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

CHAIN = "equipment"


@pytest.mark.parametrize(
    ("username", "prints", "reports"),
    [
        (people.OWNER, True, True),
        (people.GUIDE, True, True),
        (people.CLERK, True, True),
        (people.DISPATCHER, True, False),
        (people.POWER, False, False),
        (people.CHIEF, False, False),
        (people.CALLER, False, False),
        (people.STRANGER, False, False),
        ("xitong", False, False),
    ],
)
def test_a_code_is_for_who_may_report_by_it_and_for_the_task_force(session, username, prints, reports):
    work = work_of(session, username)

    assert codes.may_report(work, FIRM) is reports
    if prints:
        assert codes.firm(work, FIRM).code == FIRM
    else:
        with pytest.raises(NotFound):
            codes.firm(work, FIRM)
    assert not codes.may_report(work, "e_nobody")
    assert not codes.may_report(work, "\x00")


def test_the_sheet_of_a_chain_is_for_its_committee_and_task_force(session):
    for username in (people.CLERK, people.DISPATCHER):
        assert codes.firms(work_of(session, username), CHAIN, after="", limit=3)
    for username in (people.OWNER, people.GUIDE, people.CHIEF, "xitong"):
        with pytest.raises(NotAllowed):
            codes.firms(work_of(session, username), CHAIN, after="", limit=3)
    with pytest.raises(NotAllowed):
        codes.firms(work_of(session, people.CLERK), "textile", after="", limit=3)
    with pytest.raises(NotFound):
        codes.firms(work_of(session, people.CLERK), "shipbuilding", after="", limit=3)


def test_the_page_draws_the_code_of_the_address_it_names(as_):
    page = as_(people.OWNER).get(f"/enterprises/{FIRM}/qr")

    assert page.status_code == 200
    address = f"http://localhost/report/{FIRM}"
    assert address in said(page)
    assert qr.drawn(address) in page.get_data(as_text=True)
    assert as_(people.STRANGER).get(f"/enterprises/{FIRM}/qr").status_code == 404
    assert as_(people.POWER).get(f"/enterprises/{FIRM}/qr").status_code == 403


def test_the_sheet_goes_on_page_by_page_until_every_enterprise_was_there(as_, session, monkeypatch):
    monkeypatch.setattr(coding, "SHEET", 10)
    client, path, seen = as_(people.CLERK), f"/chains/{CHAIN}/qr", []
    while path:
        page = client.get(path).get_data(as_text=True)
        seen += re.findall(r"<strong>([^<]+)</strong>", page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        path = more[1].replace("&amp;", "&") if more else ""

    wanted = select(Enterprise.short).where(Enterprise.chain_code == CHAIN).order_by(Enterprise.code)
    assert seen == list(session.scalars(wanted))
    assert as_("dangwei").get("/chains/textile/qr").status_code == 403
    assert as_(people.OWNER).get(f"/chains/{CHAIN}/qr").status_code == 403


def test_who_has_no_account_is_told_what_to_do_and_nothing_of_the_enterprise(client, session):
    name = session.get(Enterprise, FIRM).short

    for code in (FIRM, "e_nobody"):
        page = client.get(f"/report/{code}")
        assert page.status_code == 200
        assert "没有账号？" in said(page)
        assert "指导员" in said(page)
        assert name not in said(page)
        assert f"/sign-in?next=/report/{code}" in page.get_data(as_text=True)


def test_after_signing_in_the_form_has_the_enterprise_chosen(as_):
    answer = as_(people.CLERK).get(f"/report/{FIRM}")
    assert answer.status_code == 303
    assert answer.location == f"/tickets/new?enterprise={FIRM}"
    form = as_(people.CLERK).get(answer.location).get_data(as_text=True)
    assert re.search(rf'<option selected value="{FIRM}">', form)

    assert as_(people.OWNER).get(f"/report/{FIRM}").location == f"/tickets/new?enterprise={FIRM}"
    assert as_(people.OWNER).get(f"/tickets/new?enterprise={FIRM}").status_code == 200


@pytest.mark.parametrize("username", [people.STRANGER, people.POWER, people.CHIEF, "xitong", "shenji"])
def test_somebody_elses_account_is_told_so(as_, username):
    answer = as_(username).get(f"/report/{FIRM}")

    assert answer.status_code == 403
    assert "您现在的账号不能替它报" in said(answer)


def test_an_enterprise_that_is_not_theirs_is_not_chosen_in_the_form(as_):
    form = as_(people.CLERK).get("/tickets/new?enterprise=e_nobody").get_data(as_text=True)

    assert 'value="e_nobody"' not in form
    assert not re.search(r'<option selected value="e_', form)


def test_from_the_code_on_the_wall_to_a_number(client, session):
    """A stranger reads the code, signs in, finds the enterprise chosen, and gets a receipt."""
    page = client.get(f"/report/{FIRM}").get_data(as_text=True)
    door = re.search(r'href="(/sign-in[^"]+)"', page)[1].replace("&amp;", "&")
    data = {"username": people.GUIDE, "password": PASSWORD, "csrf_token": token_of(client, door)}
    answer = client.post(door, data=data, follow_redirects=True)
    assert answer.request.full_path == f"/tickets/new?enterprise={FIRM}"
    form = answer.get_data(as_text=True)
    assert f'<option selected value="{FIRM}">' in form

    given = {
        "csrf_token": token_of(client, "/tickets/new"),
        "enterprise": FIRM,
        "content": "厂门口公交站牌挡视线，大货车出门看不见左边来车。",
        "contact_phone": "13800001234",
    }
    answer = client.post(answer.request.full_path, data=given)

    assert answer.status_code == 303, said(answer)
    number = answer.location.split("/")[2]
    assert session.scalar(select(Ticket.enterprise_code).where(Ticket.number == number)) == FIRM
