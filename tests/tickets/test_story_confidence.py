"""Confidential tickets, complaints, what is pointed elsewhere, and the masked number, told through the pages."""

import re

import pytest
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.tickets.models import Ticket
from tests import people
from tests.people import POWER_UNIT, TRANSPORT_UNIT

pytestmark = pytest.mark.slow

SECRET = "配方外泄"
CLOSED_TO = (people.GUIDE, people.CHIEF, people.PRINCIPAL, people.LIAISON, people.CALLER, people.TRANSPORT)


def test_what_is_confidential_is_seen_by_those_who_handle_it_and_nowhere_else(story):
    number = story.accepted(content=f"{SECRET}，请保密处理。", confidential="y")
    link = f"/tickets/{number}"
    story(people.DISPATCHER).does(number, "dispatch", lead_unit=POWER_UNIT)
    story(people.POWER).does(number, "acknowledge")

    for who in (people.OWNER, people.CLERK, people.DISPATCHER, people.POWER):
        story(who).reads(link, SECRET, "保密")
    for who in CLOSED_TO:
        person = story(who)
        person.finds_nothing(link)
        person.reads_nothing_of("/", SECRET, number).not_told(SECRET, number)
        person.reads_nothing_of(f"/tickets?q={SECRET}", number).reads_nothing_of(f"/tickets?q={number}", link)
    story(people.STRANGER).finds_nothing(link)

    # Addressed to nobody who may not see it: the key route and the leader's decision are closed to it.
    other = story(people.OWNER).files(
        content="另一件保密的事。", confidential="y", kind="help", category="legal"
    )
    story(people.CLERK).is_refused(
        f"/tickets/{other}/act/accept", "保密的诉求指导员和链长看不到", contacted_person="陶见禾", route="key"
    )

    # Counts hold it apart: the leader's figures are the same with it and without it.
    before = _figures(story(people.CHIEF).page("/"))
    story(people.OWNER).files(content="再一件保密的事。", confidential="y", kind="help", category="legal")
    assert _figures(story(people.CHIEF).page("/")) == before


def _figures(page: str) -> list[str]:
    """The numbers that a reader sees; the key of a form is another one each time."""
    return re.findall(r"\d+", re.sub(r"<[^>]+>", " ", page.partition("哪里卡住了")[2]))


def test_a_complaint_never_reaches_the_unit_complained_of(story):
    number = story.accepted(
        content="窗口的人三次让我白跑。",
        kind="complaint",
        category="approval",
        complained_unit=TRANSPORT_UNIT,
    )
    link = f"/tickets/{number}"
    dispatcher, accused = story(people.DISPATCHER), story(people.TRANSPORT)

    # It is not even offered; whoever writes it into the form by hand reads why it does not go.
    offered = (
        dispatcher.page(f"{link}/act/dispatch").partition('name="lead_unit"')[2].partition("</select>")[0]
    )
    assert TRANSPORT_UNIT not in offered
    co = {"co_units-0-unit": TRANSPORT_UNIT, "co_units-0-text": "配合说明情况"}
    dispatcher.is_refused(f"{link}/act/dispatch", "投诉的就是交通运输局", lead_unit=POWER_UNIT, **co)
    dispatcher.does(number, "dispatch", lead_unit=POWER_UNIT)
    story(people.POWER).does(number, "acknowledge")
    clerk = story(people.CLERK)
    clerk.is_refused(
        f"{link}/act/convene", "投诉的就是交通运输局", question="怎么整改作风？", units=[TRANSPORT_UNIT]
    )
    clerk.is_refused(
        f"{link}/whistle", "投诉的就是交通运输局", reason="都来说说这件事。", units=[TRANSPORT_UNIT]
    )

    accused.finds_nothing(link).reads_nothing_of("/tickets?q=白跑", number).not_told(number, "白跑")
    story(people.POWER).reads(link, "投诉交通运输局")


def test_corruption_and_emergencies_are_pointed_elsewhere_and_nothing_is_kept_of_who_goes_there(
    story, session
):
    owner = story(people.OWNER)
    typed = "办证的科长收红包，不给就不办。"

    # While it is typed he reads where to turn. It is a question and no deed: nothing is stored.
    said = owner.tries("/tickets/new/guess", form="/tickets/new", content=typed)
    assert "12388" in said
    assert "data-pointed" in said  # by this the page leaves no draft on the device
    assert "119" in owner.tries("/tickets/new/guess", form="/tickets/new", content="车间着火了，有人受伤。")
    assert "12388" not in owner.tries("/tickets/new/guess", form="/tickets/new", content="路灯不亮。")
    assert session.scalars(select(Ticket.id)).all() == []
    assert not [one for one in session.scalars(select(AuditEntry)) if "红包" in str(one.data)]

    # The form says it before anything is typed, too. Who files all the same reads it again on the receipt.
    owner.reads("/tickets/new", "12388", "119")
    number = owner.files(content=typed, kind="complaint", category="approval")
    owner.reads(f"/tickets/{number}/receipt", "12388")


def test_the_whole_number_is_shown_for_a_reason_that_the_log_keeps(story, session):
    number = story.handled(contact_phone="13905372076")
    link = f"/tickets/{number}"
    for who in (people.CLERK, people.POWER, people.DISPATCHER, people.CHIEF):
        story(who).reads(link, "139****2076").reads_nothing_of(link, "13905372076")

    unit = story(people.POWER)
    unit.is_refused(f"{link}/phone", "请先选为什么要看号码", form=link)
    assert "13905372076" in unit.tries(f"{link}/phone", form=link, reason="联系企业")

    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert number in entry.about
    assert "联系企业" in str(entry.data)
    assert "13905372076" not in str(entry.data)
    story("shenji").reads("/admin/audit", number)
    story(people.CHIEF).is_refused(f"{link}/phone", form=link, status=403, reason="联系企业")
