"""上级转办 noted where the ticket is filed: by page and by program, whole or not at all, by the committee alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Invalid
from chainhub.tickets.beside_models import Referral
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import submitting
from chainhub.tickets.terms import Channel
from tests import people
from tests.builders import submitted
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

DUE = (NOW + timedelta(days=7)).date()
PAPER = {"superior_source": "12345", "superior_number": "JN202603020017", "superior_due_on": DUE}


def _file(session, who=people.CLERK, **given):
    return submitted(session, username=who, enterprise=people.FIRM, channel=Channel.SUPERIOR, **given)


def test_number_limit_and_source_are_kept_with_a_watch(session):
    ticket = _file(session, **PAPER)

    found = session.scalars(select(Referral).where(Referral.ticket_id == ticket.id)).one()
    assert (found.source, found.number, found.due_on) == ("12345", "JN202603020017", DUE)
    assert ticket.original_number == "JN202603020017"
    assert ticket.superior_due_at == found.due_at
    assert ticket.channel is Channel.SUPERIOR


@pytest.mark.parametrize("left_out", sorted(PAPER))
def test_a_part_of_it_is_refused_by_name(session, left_out):
    with pytest.raises(Invalid) as refused:
        _file(session, **{name: value for name, value in PAPER.items() if name != left_out})

    assert set(refused.value.errors) == {left_out}


@pytest.mark.parametrize(
    ("given", "field"),
    [({"superior_due_on": NOW.date()}, "superior_due_on"), ({"channel": Channel.PHONE}, "channel")],
)
def test_what_does_not_fit_is_refused_by_name(session, given, field):
    asked = {
        "title": "路灯",
        "content": "厂门口路灯不亮",
        "enterprise": people.FIRM,
        "channel": Channel.SUPERIOR,
    }
    with pytest.raises(Invalid) as refused:
        submitting.submit(work_of(session, people.CLERK), {**asked, **PAPER, **given})

    assert field in refused.value.errors


@pytest.mark.parametrize("who", [people.OWNER, people.GUIDE])
def test_others_note_none(session, as_, who):
    with pytest.raises(Invalid) as refused:
        _file(session, who, **PAPER)
    assert set(refused.value.errors) == {"superior_source"}
    assert "产业链党委" in refused.value.errors["superior_source"][0]
    assert "superior_number" not in as_(who).get("/tickets/new").get_data(as_text=True)


def test_on_the_page_what_was_typed_stays_until_it_is_whole(as_, session):
    clerk = as_(people.CLERK)
    due = (clock.now() + timedelta(days=10)).date().isoformat()
    given = {
        "csrf_token": token_of(clerk, "/tickets/new"),
        "enterprise": people.FIRM,
        "content": "厂门口路灯不亮，12345 转来的。",
        "channel": "superior",
        "superior_source": "12345",
        "superior_due_on": due,
    }
    wrong = clerk.post("/tickets/new", data=given)
    assert wrong.status_code == 422
    assert "上级转办要写全" in said(wrong)
    assert f'value="{due}"' in wrong.get_data(as_text=True)

    assert clerk.post("/tickets/new", data={**given, "superior_number": "JN17"}).status_code == 303

    ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
    page = said(clerk.get(f"/tickets/{ticket.number}"))
    assert "JN17" in page
    assert "回复上级" in page
    assert "JN17" not in said(as_(people.OWNER).get(f"/tickets/{ticket.number}"))
