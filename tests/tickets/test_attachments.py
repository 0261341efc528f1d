"""Files of a ticket through the pages: who may, who may not see, and what is said about a wrong one."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.core.errors import NotAllowed, NotFound
from chainhub.county.people import queries
from chainhub.county.people.models import User
from chainhub.county.state import touch
from chainhub.documents.attachments.models import Attachment
from chainhub.notices.models import Notice
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.service import attaching
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.builders import a_ticket
from tests.people import work_of
from tests.web_client import act, said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

CONTENT = "厂门口公交站牌挡视线，大货车出门看不见左边来车。"
NEW = "/tickets/new"
ADDS = (
    people.OWNER,
    people.GUIDE,
    people.CLERK,
    people.CLOSER,
    people.DISPATCHER,
    people.REVIEWER,
    people.POWER,
    people.POWER_DEPUTY,
)
READS = (people.CHIEF, people.PRINCIPAL, people.LIAISON)
SEES_NOTHING = (people.STRANGER, people.TRANSPORT, people.CALLER)
STAFF = (people.CLERK, people.DISPATCHER, people.POWER, people.CHIEF)


@pytest.fixture
def ticket(session) -> Ticket:
    made = a_ticket(session, State.HANDLING)
    session.commit()
    return made


def _file(content: bytes = files.PDF, name: str = "增容申请.pdf"):
    return (BytesIO(content), name)


def _upload(client, number: str, *sent, **fields):
    data = {"csrf_token": token_of(client, f"/tickets/{number}"), "file": list(sent or [_file()]), **fields}
    return client.post(f"/tickets/{number}/attachments", data=data)


# The service


def test_a_co_unit_attaches_in_its_own_name(session):
    from tests.builders import move

    ticket = a_ticket(session, State.ACCEPTED)
    co = [{"unit": people.TRANSPORT_UNIT}]
    move(session, ticket, people.DISPATCHER, Action.DISPATCH, lead_unit=people.POWER_UNIT, co_units=co)
    work = work_of(session, people.TRANSPORT)

    attaching.attach(work, _Nowhere(), ticket.number, [])

    event = session.scalars(select(TicketEvent).order_by(TicketEvent.id.desc())).first()
    assert (event.action, event.role, event.body) == (Action.ATTACH, "co_unit", work.actor.unit_name)


class _Nowhere:
    """A shelf for nothing."""


def _told(session, ticket) -> set[tuple[str, str]]:
    rows = session.execute(
        select(User.username, Notice.text)
        .join(Notice, Notice.user_id == User.id)
        .where(Notice.key == f"ticket:{ticket.id}:{ticket.version}:file")
    )
    return {(username, text.partition("：")[2]) for username, text in rows}


def test_the_other_side_is_told_of_a_file_and_nobody_of_one_for_the_staff(as_, session, ticket):
    _upload(as_(people.OWNER), ticket.number)
    session.expire_all()
    assert (people.POWER, "企业新传了附件：增容申请.pdf。") in _told(session, ticket)
    assert people.OWNER not in {who for who, _ in _told(session, ticket)}
    assert "企业新传了附件" in said(as_(people.POWER).get("/inbox"))

    _upload(as_(people.POWER), ticket.number, _file(name="停电方案.pdf"))
    session.expire_all()
    assert (people.OWNER, "经办的单位新传了附件：停电方案.pdf。") in _told(session, ticket)

    _upload(as_(people.POWER), ticket.number, _file(name="内部测算.pdf"), internal="y")
    session.expire_all()
    assert _told(session, ticket) == set()
    assert "内部测算" not in said(as_(people.OWNER).get("/inbox"))


def test_before_it_is_dispatched_the_committee_is_told_and_never_a_unit_complained_of(as_, session):
    about = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    made = a_ticket(session, State.ACCEPTED, **about)
    clerk = queries.user_by_name(session, people.CLERK)
    session.commit()
    _upload(as_(people.OWNER), made.number)
    session.expire_all()
    assert people.CLERK in {who for who, _ in _told(session, made)}

    clerk.unit_code = people.TRANSPORT_UNIT  # works at the unit complained of
    touch(session)
    session.commit()
    _upload(as_(people.OWNER), made.number)
    session.expire_all()
    assert people.CLERK not in {who for who, _ in _told(session, made)}


def test_the_service_refuses_by_itself(session, ticket):
    with pytest.raises(NotAllowed):
        attaching.demand(work_of(session, people.CHIEF), ticket.number)
    with pytest.raises(NotFound):
        attaching.demand(work_of(session, people.STRANGER), ticket.number)


def test_a_page_takes_no_large_body_but_where_files_are_taken(as_, ticket):
    client = as_(people.POWER)
    token = token_of(client, f"/tickets/{ticket.number}")
    form = files.form(csrf_token=token, file=(b"0" * (5 * 1024 * 1024), "a.pdf"))

    assert client.post(f"/tickets/{ticket.number}/act/progress", **form).status_code == 413


# By page


def test_the_card_shows_it_and_the_link_opens_it(as_, ticket):
    client = as_(people.POWER)

    answer = _upload(client, ticket.number, _file(), _file(files.docx(), "方案.docx"))

    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "2 个附件传上去了" in page
    assert "上传附件" in page
    link = re.search(rf'href="(/tickets/{ticket.number}/attachments/\d+)"[^>]*>增容申请.pdf', page)[1]
    assert client.get(link).data == files.PDF
    assert as_(people.OWNER).get(link).status_code == 200
    assert as_(people.STRANGER).get(link).status_code == 404


def test_internal_ones_are_on_the_pages_of_the_staff_alone(as_, ticket):
    path = f"/tickets/{ticket.number}"
    assert (
        _upload(as_(people.POWER), ticket.number, _file(name="内部核算.pdf"), internal="y").status_code == 303
    )

    page = as_(people.CLERK).get(path).get_data(as_text=True)
    assert "内部核算.pdf" in page
    assert "企业看不到" in page
    link = re.search(r'href="(/tickets/[^"]+/attachments/\d+)"', page)[1]
    for username in (people.OWNER, people.GUIDE):
        seen = as_(username).get(path).get_data(as_text=True)
        assert "内部核算" not in seen
        assert "只给工作人员看" not in seen
        assert as_(username).get(link).status_code == 404


def test_a_wrong_file_is_said_on_the_page_and_nothing_is_stored(as_, session, ticket):
    answer = _upload(as_(people.OWNER), ticket.number, _file(b"MZ", "照片.jpg"))

    assert answer.status_code == 422
    assert "“照片.jpg”不是能收的文件。能收的是照片（jpg、png、webp）、pdf、docx、xlsx，请换一个。" in said(
        answer
    )
    assert session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize("username", READS)
def test_who_only_reads_is_offered_no_form_and_refused(as_, ticket, username):
    client = as_(username)

    assert 'name="file"' not in client.get(f"/tickets/{ticket.number}").get_data(as_text=True)
    data = {"csrf_token": token_of(client, "/password"), "file": _file()}
    assert client.post(f"/tickets/{ticket.number}/attachments", data=data).status_code == 403


def test_an_old_page_is_overtaken_by_a_file(as_, ticket):
    client = as_(people.POWER)
    assert _upload(as_(people.OWNER), ticket.number).status_code == 303

    answer = act(client, ticket.number, "progress", version=ticket.version, note="写好的一段")

    assert answer.status_code == 409
    assert "写好的一段" in answer.get_data(as_text=True)


# Filing with photos


def _file_it(client, *photos, **fields):
    data = {"csrf_token": token_of(client, NEW), "once": "a1", "content": CONTENT, "photos": list(photos)}
    return client.post(NEW, data=data | fields)


def test_the_owner_files_with_photos(as_, session):
    client = as_(people.OWNER)
    assert 'type="file"' in client.get(NEW).get_data(as_text=True)

    answer = _file_it(client, _file(files.from_a_phone(), "一.jpg"), _file(files.picture("PNG"), "二.png"))

    assert answer.status_code == 303
    number = re.search(r"EQ-\d{4}-\d{5}", answer.location)[0]
    found = session.scalars(select(Attachment).order_by(Attachment.id)).all()
    assert [one.name for one in found] == ["一.jpg", "二.png"]
    assert "二.png" in as_(people.CLERK).get(f"/tickets/{number}").get_data(as_text=True)


def test_a_double_click_attaches_once(as_, session):
    client = as_(people.OWNER)

    for _ in range(2):
        assert _file_it(client, _file(files.picture(), "一.jpg")).status_code == 303

    assert len(session.scalars(select(Attachment)).all()) == 1
    assert len(session.scalars(select(Ticket)).all()) == 1


def test_a_wrong_photo_keeps_what_was_typed_and_files_nothing(as_, session):
    answer = _file_it(as_(people.OWNER), _file(b"<html></html>", "照片.jpg"), contact_phone="13800138000")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert CONTENT in page
    assert "13800138000" in page
    assert "“照片.jpg”不是能收的文件" in page
    assert session.scalars(select(Ticket)).all() == []


def test_photos_that_a_form_cannot_keep_are_asked_for_again(as_):
    answer = _file_it(as_(people.OWNER), _file(files.picture(), "一.jpg"), content="")

    assert answer.status_code == 422
    assert "刚才选的照片没有留住，请再选一次" in said(answer)


def test_a_guide_files_with_a_photo(as_, session):
    answer = _file_it(as_(people.GUIDE), _file(files.picture(), "一.jpg"), enterprise=people.FIRM)

    assert answer.status_code == 303
    assert len(session.scalars(select(Attachment)).all()) == 1
