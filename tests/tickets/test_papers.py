"""文书 of a ticket: which fit when, who issues and reads them, and that a paper printed again is the same."""

import threading
import zipfile
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote
from xml.dom import minidom

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from chainhub.audit.models import AuditEntry
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.worktime import Workdays
from chainhub.documents.papers import making
from chainhub.documents.papers import service as kept
from chainhub.documents.papers.making import Para
from chainhub.documents.papers.models import Paper
from chainhub.operations import schema, seed
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.papers import kinds
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import instructions, papers, requests, supervisions
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import RequestKind
from chainhub.tickets.workflow import Action, State
from chainhub.web import engine
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

K = PaperKind
LATER = NOW + timedelta(hours=2)


def _texts(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        tree = minidom.parseString(archive.read("word/document.xml"))
    return "\n".join(
        "".join("".join(t.data for t in one.childNodes) for one in paragraph.getElementsByTagName("w:t"))
        for paragraph in tree.getElementsByTagName("w:p")
    )


def _listed(session, ticket: Ticket, username: str, at=LATER) -> dict[PaperKind, bool]:
    found = papers.readable(work_of(session, username, at), ticket)
    return {one.kind: one.may_issue for one in found}


def _issued(session, ticket: Ticket, username: str, kind: PaperKind, at=LATER) -> tuple[Paper, str]:
    work = work_of(session, username, at)
    paper = papers.issue(work, ticket.number, kind)
    return paper, _texts(papers.download(work, ticket, paper.id)[1])


def _signed(session, ticket: Ticket, signer: str):
    draft = supervisions.propose(work_of(session, people.CLERK, LATER), ticket.number, "企业催了两次")
    return supervisions.sign(work_of(session, signer, LATER), draft.id, note="请说明原因")


# Which fit


def test_an_assignment_slip_fits_once_it_is_dispatched(session):
    before, after = a_ticket(session, State.ACCEPTED), a_ticket(session, State.DISPATCHED)

    assert K.ASSIGNMENT_SLIP not in _listed(session, before, people.DISPATCHER)
    assert _listed(session, after, people.DISPATCHER)[K.ASSIGNMENT_SLIP]
    paper, text = _issued(session, after, people.DISPATCHER, K.ASSIGNMENT_SLIP)
    assert paper.number == "2026-0001"
    assert "编号：2026-0001" in text
    assert "企业诉求交办单" in text
    assert "10千伏专线增容申请交上去三周没有准信" in text
    assert "2026年3月23日 17:30" in text


def test_co_units_stand_on_the_slip_each_with_its_task(session):
    ticket = a_ticket(session, State.ACCEPTED)
    told = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面", "due_on": (NOW + timedelta(days=10)).date()}]
    move(
        session,
        ticket,
        people.DISPATCHER,
        Action.DISPATCH,
        LATER,
        lead_unit=people.POWER_UNIT,
        co_units=told,
        note="尽快勘察",
    )

    _, text = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)

    assert "恢复路面\n2026年3月12日前" in text
    assert "尽快勘察" in text


def test_a_reminder_fits_when_it_is_nearly_or_over_due_and_each_light_is_one_paper(session):
    ticket = a_ticket(session, State.HANDLING)
    nearly, over = ticket.due_at - timedelta(hours=4), ticket.due_at + timedelta(days=3)

    assert K.REMINDER_SLIP not in _listed(session, ticket, people.CLERK)
    first, early = _issued(session, ticket, people.CLERK, K.REMINDER_SLIP, nearly)
    second, late = _issued(session, ticket, people.CLERK, K.REMINDER_SLIP, over)
    assert (first.number, second.number) == ("2026-0001", "2026-0002")
    assert "逾期" in late
    assert "逾期" not in early


def test_who_signed_decides_whether_it_is_an_order_or_a_letter(session):
    order, letter = a_ticket(session, State.HANDLING), a_ticket(session, State.HANDLING)
    _signed(session, order, people.LIAISON)
    _signed(session, letter, people.CLERK)

    assert _listed(session, order, people.LIAISON)[K.SUPERVISION_ORDER]
    assert K.REMINDER_LETTER not in _listed(session, order, people.CLERK)
    assert "督办单" in _issued(session, order, people.LIAISON, K.SUPERVISION_ORDER)[1]
    assert "提醒函" in _issued(session, letter, people.CLERK, K.REMINDER_LETTER)[1]
    assert K.SUPERVISION_ORDER not in _listed(session, letter, people.LIAISON)


def test_a_draft_that_nobody_signed_is_no_paper(session):
    ticket = a_ticket(session, State.HANDLING)
    supervisions.propose(work_of(session, people.CLERK, LATER), ticket.number, "企业催了两次")

    assert K.SUPERVISION_ORDER not in _listed(session, ticket, people.LIAISON)
    assert K.REMINDER_LETTER not in _listed(session, ticket, people.CLERK)


@pytest.mark.parametrize(("approve", "word"), [(True, "已同意"), (False, "不同意")])
def test_an_extension_has_its_form_once_it_is_decided(session, approve, word):
    ticket = a_ticket(session, State.HANDLING)
    asked = requests.ask(
        work_of(session, people.POWER, LATER),
        ticket.number,
        Asked(RequestKind.EXTENSION, "厂家排产要到下月", until=(ticket.due_at + timedelta(days=3)).date()),
    )
    assert K.EXTENSION_FORM not in _listed(session, ticket, people.DISPATCHER)

    requests.decide(work_of(session, people.REVIEWER, LATER), asked.id, approve=approve, note="写明了")

    _, text = _issued(session, ticket, people.DISPATCHER, K.EXTENSION_FORM)
    assert word in text
    assert "厂家排产要到下月" in text
    assert "2026年3月23日 17:30" in text


def test_a_consultation_has_minutes_once_it_is_concluded(session):
    ticket = a_ticket(session, State.CONSULTING)
    assert K.MINUTES not in _listed(session, ticket, people.CLERK)
    day = (NOW + timedelta(days=8)).date()
    decided = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面", "due_on": day}]
    move(
        session,
        ticket,
        people.CLERK,
        Action.CONCLUDE,
        LATER,
        minutes="第一，走绿化带。\n第二，路面恢复。",
        decisions=decided,
    )

    _, text = _issued(session, ticket, people.CLERK, K.MINUTES)

    assert "第一，走绿化带。\n第二，路面恢复。" in text
    assert "走路面还是走绿化带" in text
    assert "恢复路面（2026年3月10日前）" in text


def test_a_closure_form_comes_after_the_closing_and_the_enterprise_may_have_it_then(session):
    ticket = a_ticket(session, State.CONFIRMED)
    assert K.CLOSURE_FORM not in _listed(session, ticket, people.CLERK)
    move(session, ticket, people.CLOSER, Action.CLOSE, LATER)
    assert _listed(session, ticket, people.OWNER) == {}

    paper, text = _issued(session, ticket, people.CLOSER, K.CLOSURE_FORM)

    assert _listed(session, ticket, people.OWNER) == {K.CLOSURE_FORM: False}
    name, content = papers.download(work_of(session, people.OWNER, LATER), ticket, paper.id)
    assert _texts(content) == text
    assert name == "销号单2026-0001（新厂房 10 千伏专线增容）.docx"
    assert "联系了，解决了，满意" in text


# The same paper again


def test_a_paper_issued_again_keeps_its_number_and_its_words(session):
    ticket = a_ticket(session, State.DISPATCHED)
    paper, text = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)
    move(session, ticket, people.POWER, Action.ACKNOWLEDGE, LATER)
    move(session, ticket, people.CLERK, Action.RECLASSIFY, LATER, note="改类别", category="land")

    again, later = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP, LATER + timedelta(days=300))

    assert again is paper
    assert later == text
    assert len(session.scalars(select(Paper)).all()) == 1


def test_dispatched_again_it_is_another_slip_and_the_first_is_kept(session):
    ticket = a_ticket(session, State.DISPUTED)
    first, _ = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)
    move(session, ticket, people.REVIEWER, Action.UPHOLD_RETURN, LATER, note="派错了")
    move(session, ticket, people.DISPATCHER, Action.DISPATCH, LATER, lead_unit=people.TRANSPORT_UNIT)

    second, text = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)

    assert (first.number, second.number) == ("2026-0001", "2026-0002")
    assert "交通运输局" in text
    assert "供电公司" in _texts(papers.download(work_of(session, people.CLERK, LATER), ticket, first.id)[1])


def test_the_case_sheet_keeps_its_number_and_says_what_is_so_to_each_reader(session):
    ticket = a_ticket(session, State.HANDLING)
    paper, before = _issued(session, ticket, people.POWER, K.CASE_SHEET)
    move(session, ticket, people.POWER, Action.PROGRESS, LATER, note="现场勘查完了")

    again, after = _issued(session, ticket, people.CLERK, K.CASE_SHEET)

    assert again is paper
    assert "现场勘查完了" in after
    assert "现场勘查完了" not in before


def test_an_enterprises_remark_is_not_on_the_units_case_sheet(session):
    ticket = a_ticket(session, State.REVIEWED)
    at = LATER + timedelta(hours=1)
    given = {"contacted": True, "solved": False, "reason_code": "not_solved", "note": "原话只给党委"}
    move(session, ticket, people.OWNER, Action.REOPEN, at, **given)

    assert "原话只给党委" in _issued(session, ticket, people.CLERK, K.CASE_SHEET, at)[1]
    assert "原话只给党委" not in _issued(session, ticket, people.POWER, K.CASE_SHEET, at)[1]


def test_issuing_stands_in_the_log_of_deeds(session):
    ticket = a_ticket(session, State.DISPATCHED)

    _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)
    _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)

    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue_paper"))
    assert (entry.who, entry.about) == (people.DISPATCHER, ticket.number)
    assert entry.data == {"paper": "交办单", "number": "2026-0001"}


def test_the_countys_own_template_is_used_from_then_on(session):
    ticket = a_ticket(session, State.DISPATCHED)
    paper, _ = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)
    own = making.make((Para("本县交办单 {{编号}} 给{{主送}}"),))
    kept.keep(
        work_of(session, "xitong"),
        K.ASSIGNMENT_SLIP.value,
        "本县.docx",
        own,
        kinds.SAMPLES[K.ASSIGNMENT_SLIP],
    )

    _, text = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)

    assert text.startswith(f"本县交办单 {paper.number} 给")


# Who


@pytest.mark.parametrize(
    ("username", "kinds_"),
    [
        (people.OWNER, set()),
        (people.GUIDE, set()),
        (people.CLERK, {K.CASE_SHEET}),
        (people.DISPATCHER, {K.ASSIGNMENT_SLIP, K.CASE_SHEET}),
        (people.POWER, {K.CASE_SHEET}),
        (people.CHIEF, {K.CASE_SHEET}),
        (people.PRINCIPAL, {K.CASE_SHEET}),
        (people.LIAISON, {K.CASE_SHEET}),
    ],
)
def test_everybody_is_offered_what_is_theirs_to_issue(session, username, kinds_):
    ticket = a_ticket(session, State.HANDLING)

    assert set(_listed(session, ticket, username)) == kinds_


def test_the_enterprise_neither_issues_nor_fetches_what_the_staff_write(session):
    ticket = a_ticket(session, State.HANDLING)
    paper, _ = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)

    for username in (people.OWNER, people.GUIDE):
        work = work_of(session, username, LATER)
        with pytest.raises(NotAllowed):
            papers.issue(work, ticket.number, K.ASSIGNMENT_SLIP)
        with pytest.raises(NotAllowed):
            papers.issue(work, ticket.number, K.CASE_SHEET)
        with pytest.raises(NotFound):
            papers.download(work, ticket, paper.id)


def test_what_does_not_fit_now_is_refused_in_words(session):
    ticket = a_ticket(session, State.HANDLING)

    with pytest.raises(Conflict, match="没有可出的销号单"):
        papers.issue(work_of(session, people.CLERK, LATER), ticket.number, K.CLOSURE_FORM)
    with pytest.raises(NotAllowed, match="不由您来出"):
        papers.issue(work_of(session, people.POWER, LATER), ticket.number, K.ASSIGNMENT_SLIP)


def test_papers_of_a_confidential_ticket_are_for_those_who_handle_it(session):
    ticket = a_ticket(session, State.HANDLING, confidential=True)
    paper, _ = _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP)

    assert papers.download(work_of(session, people.POWER, LATER), ticket, paper.id)
    for username in (
        people.CHIEF,
        people.PRINCIPAL,
        people.LIAISON,
        people.CALLER,
        people.STRANGER,
        "xitong",
    ):
        with pytest.raises(NotFound):
            papers.issue(work_of(session, username, LATER), ticket.number, K.CASE_SHEET)
        with pytest.raises(NotFound):
            queries.own(work_of(session, username, LATER), ticket.number)


def test_a_unit_that_is_only_supervised_has_the_order_and_no_other_paper(session):
    ticket = a_ticket(session, State.HANDLING)
    day = work_of(session, people.CHIEF, LATER).calendar.due(LATER, Workdays(1)).at
    word = instructions.Word(text="请修好路口。", unit=people.TRANSPORT_UNIT, due_on=day.date())
    told = instructions.give(work_of(session, people.CHIEF, LATER), ticket.number, word)
    late = day + timedelta(days=3)
    draft = supervisions.draft_for_instruction(work_of(session, "clock", late), ticket, told)
    assert _listed(session, ticket, people.TRANSPORT, late) == {}

    supervisions.sign(work_of(session, people.LIAISON, late), draft.id)
    order, text = _issued(session, ticket, people.LIAISON, K.SUPERVISION_ORDER, late)
    _issued(session, ticket, people.DISPATCHER, K.ASSIGNMENT_SLIP, late)

    assert _listed(session, ticket, people.TRANSPORT, late) == {K.SUPERVISION_ORDER: False}
    assert _texts(papers.download(work_of(session, people.TRANSPORT, late), ticket, order.id)[1]) == text


def test_a_paper_of_another_ticket_is_not_here(session):
    mine, other = a_ticket(session, State.HANDLING), a_ticket(session, State.HANDLING)
    paper, _ = _issued(session, other, people.DISPATCHER, K.ASSIGNMENT_SLIP)

    with pytest.raises(NotFound):
        papers.download(work_of(session, people.DISPATCHER, LATER), mine, paper.id)


def test_two_who_issue_the_same_paper_at_once_get_one_number(empty):
    schema.upgrade(empty)
    with Session(empty, expire_on_commit=False) as session, session.begin():
        seed.seed_model(session, config.county, "no password", now=NOW)
        number = a_ticket(session, State.DISPATCHED).number
    got: list[str] = []

    def _issue() -> None:
        with Session(empty) as session:
            engine.writing(session)
            work = work_of(session, people.DISPATCHER, LATER)
            got.append(papers.issue(work, number, K.ASSIGNMENT_SLIP).number)
            session.commit()

    threads = [threading.Thread(target=_issue) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert got == ["2026-0001"] * 4


# Pages


@pytest.fixture
def dispatched(session) -> Ticket:
    made = a_ticket(session, State.DISPATCHED)
    session.commit()
    return made


def test_a_clerk_issues_a_paper_on_the_page_and_fetches_it(as_, dispatched):
    client, path = as_(people.DISPATCHER), f"/tickets/{dispatched.number}"
    page = client.get(path).get_data(as_text=True)
    assert "编号出单" in page

    token = token_of(client, path)
    answer = client.post(f"{path}/papers", data={"csrf_token": token, "kind": "assignment_slip"})
    assert answer.status_code == 303
    page = client.get(path)
    assert "交办单 2026-0001 编好了，可以下载。" in said(page)
    file = client.get(f"{path}/papers/{_one_id(page)}")
    assert file.status_code == 200
    assert file.mimetype.endswith("wordprocessingml.document")
    assert (
        quote("交办单2026-0001（新厂房 10 千伏专线增容）.docx", safe="")
        in file.headers["Content-Disposition"]
    )
    assert "编号：2026-0001" in _texts(file.data)


def _one_id(page) -> str:
    return page.get_data(as_text=True).split("/papers/")[1].split('"')[0]


def test_a_paper_is_refused_at_the_door_in_words(as_, dispatched):
    path = f"/tickets/{dispatched.number}"
    for username, kind, status in (
        (people.DISPATCHER, "nonsense", 404),
        (people.POWER, "assignment_slip", 403),
        (people.OWNER, "case_sheet", 403),
        (people.CLERK, "minutes", 409),
        (people.STRANGER, "case_sheet", 404),
    ):
        client = as_(username)
        token = token_of(client, "/password")
        answer = client.post(f"{path}/papers", data={"csrf_token": token, "kind": kind})
        assert answer.status_code == status, (username, kind)


def test_the_enterprise_sees_no_papers_on_its_page(as_, dispatched):
    assert "文书" not in as_(people.OWNER).get(f"/tickets/{dispatched.number}").get_data(as_text=True)


def test_a_ticket_prints_as_one_sheet_that_says_what_its_reader_may_know(as_, session):
    ticket = a_ticket(session, State.DISPUTED)
    session.commit()
    path = f"/tickets/{ticket.number}/print"

    for username in (people.CLERK, people.OWNER):
        answer = as_(username).get(path)
        assert answer.status_code == 200
        words = said(answer)
        assert ticket.number in words
        assert ticket.content in words
        assert "138" not in words or "****" in words
        assert ("不归我们" in words) is (username == people.CLERK)
        assert "<nav" not in answer.get_data(as_text=True)
    assert as_(people.STRANGER).get(path).status_code == 404
    assert as_("xitong").get(path).status_code == 403
