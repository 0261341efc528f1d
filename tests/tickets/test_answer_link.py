"""One tap without signing in: what a link opens, who hands it out, what no scanner can do."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from chainhub.audit.models import AuditEntry
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people.models import SignInFailure
from chainhub.documents import qr
from chainhub.operations import verify
from chainhub.tickets import answer_tokens, queries
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.service import answering
from chainhub.tickets.service.answering import Dead
from chainhub.tickets.terms import DissatisfiedReason, Kind, Satisfaction
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

A, S = Action, State
NOON = NOW.replace(hour=11)
SECRET = "a secret of at least thirty-two characters"
ALL_FINE = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
UNHAPPY = {
    "contacted": True,
    "solved": False,
    "satisfaction": Satisfaction.DISSATISFIED,
    "reason_code": DissatisfiedReason.NOT_SOLVED,
    "note": "一合闸就跳",
}
TAP = {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied"}
_LINK = re.compile(r"http://localhost(/answer/[\w.\-]+)")


def _handed_out(session, ticket, who=people.CALLER, at=NOON):
    return answering.hand_out(work_of(session, who, at), ticket.number)[0]


def _answer(session, found, given=ALL_FINE, at=NOON):
    calendar = known.of(session).calendar
    return answering.answer(Work(session, answering.NOBODY, at, calendar), found, given)


def test_an_answer_by_link_is_the_enterprises_own_and_says_how_it_came(session):
    ticket = a_ticket(session, S.REVIEWED)
    found = _handed_out(session, ticket)

    _answer(session, found)

    assert (ticket.state, ticket.satisfaction) == (S.CONFIRMED, Satisfaction.SATISFIED)
    line = queries.last_event(session, ticket.id)
    assert (line.action, line.role, line.actor_name, line.body) == (A.CONFIRM, "requester", "陶见禾", "企业")
    assert line.data["via"] == "link"
    assert line.data["shown_by"]
    assert verify.verify(session).ok


def test_it_opens_once(session):
    ticket = a_ticket(session, S.REVIEWED)
    first, second = _handed_out(session, ticket), _handed_out(session, ticket, people.GUIDE)
    _answer(session, first)

    for found in (first, second):
        with pytest.raises(Dead, match="已经评价过了"):
            _answer(session, found)


def test_dissatisfied_by_link_has_it_done_again_and_then_goes_up(session):
    ticket = a_ticket(session, S.REVIEWED)
    found = _handed_out(session, ticket)
    with pytest.raises(Invalid) as refused:
        _answer(session, found, {**UNHAPPY, "note": None, "reason_code": None})
    assert set(refused.value.errors) == {"reason_code", "note"}

    _answer(session, found, UNHAPPY)

    assert (ticket.state, ticket.round, ticket.dissatisfied) == (S.HANDLING, 2, 1)
    with pytest.raises(Dead):  # the round it was for has ended
        _answer(session, found)
    later = NOON + timedelta(hours=1)
    move(session, ticket, people.POWER, A.RESOLVE, later, outcome="solved", reply="换了空开")
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, later)
    with pytest.raises(Dead):
        _answer(session, found, at=later)
    _answer(session, _handed_out(session, ticket, at=later), UNHAPPY, at=later)
    assert (ticket.state, ticket.escalated) == (S.CONSULTING, True)


def test_one_question_for_who_only_asked(session):
    ticket = a_ticket(session, S.REVIEWED, kind=Kind.INQUIRY)

    _answer(session, _handed_out(session, ticket), {"clear": True})

    assert (ticket.state, ticket.satisfaction) == (S.CONFIRMED, None)


def test_it_expires(session):
    ticket = a_ticket(session, S.REVIEWED)
    found = _handed_out(session, ticket)

    with pytest.raises(Dead, match="过期"):
        _answer(session, found, at=NOON + answering.LINK_DAYS)


def test_it_dies_with_the_account_and_opens_no_other_ticket(session):
    ticket, other = a_ticket(session, S.REVIEWED), a_ticket(session, S.REVIEWED)
    found = _handed_out(session, ticket)
    stranger = people.actor(session, people.STRANGER).id

    for wrong in (
        replace(found, user_id=stranger),
        replace(found, user_id=10**6),
        replace(found, ticket_id=10**6),
    ):
        with pytest.raises(Dead):
            _answer(session, wrong)
    assert other.state is S.REVIEWED


@pytest.mark.parametrize(
    "who", [people.POWER, people.DISPATCHER, people.REVIEWER, people.CHIEF, people.OWNER, people.LIAISON]
)
def test_who_handles_it_never_holds_the_enterprises_answer(session, who):
    ticket = a_ticket(session, S.REVIEWED)

    with pytest.raises(NotAllowed):
        _handed_out(session, ticket, who)


def test_who_answered_it_directly_does_not_hand_out_the_link(session):
    ticket = a_ticket(session, S.SUBMITTED, kind=Kind.INQUIRY)
    move(session, ticket, people.CLERK, A.ANSWER, reply="按企业所得税法，可以加计扣除。")

    with pytest.raises(Conflict, match="没有经手"):
        _handed_out(session, ticket, people.CLERK)
    assert _handed_out(session, ticket, people.CLOSER)
    with pytest.raises(NotFound):
        _handed_out(session, ticket, people.STRANGER)


def test_there_is_a_link_only_while_an_answer_is_awaited_and_the_log_knows_who_had_it(session):
    waiting = a_ticket(session, S.REVIEWED)
    with pytest.raises(Conflict, match="等企业评价"):
        _handed_out(session, a_ticket(session, S.CONFIRMED))

    _handed_out(session, waiting)

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "answer_link")).one()
    assert (entry.who, entry.about, entry.data) == (people.CALLER, waiting.number, {"for": people.OWNER})


def test_what_was_tampered_with_opens_nothing(session):
    found = _handed_out(session, a_ticket(session, S.REVIEWED))
    token = answer_tokens.write(SECRET, found)

    assert answer_tokens.read(SECRET, token) == found
    other = answer_tokens.write(SECRET, replace(found, ticket_id=found.ticket_id + 1))
    mixed = other.rpartition(".")[0] + "." + token.rpartition(".")[2]
    for wrong in (
        "",
        "x",
        token[:-1],
        token + "A",
        mixed,
        token.swapcase(),
        answer_tokens.write("k" * 40, found),
    ):
        with pytest.raises(Dead):
            answer_tokens.read(SECRET, wrong)


# Through HTTP


@pytest.fixture
def link(as_, session) -> tuple[Ticket, str]:
    """A ticket that waits for an answer, and its address, as a caller's page shows it."""
    ticket = a_ticket(session, S.REVIEWED)
    session.commit()
    client = as_(people.CALLER)
    path = f"/tickets/{ticket.number}/answer-link"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))[1]
    page = client.post(path, data={"csrf_token": token}).get_data(as_text=True)
    return ticket, _LINK.search(page)[1]


def _csrf(client, path) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))[1]


def test_scanners_and_previews_answer_nothing(app, client, link, session):
    ticket, path = link
    for method, headers in (
        ("HEAD", {}),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; SafeLinks)"}),
        ("GET", {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"}),
        ("OPTIONS", {}),
        ("GET", {}),
    ):
        assert app.test_client().open(path, method=method, headers=headers).status_code == 200
    assert client.post(path, data=TAP).status_code == 400  # without the page's own token
    assert client.put(path).status_code == 405
    session.expire_all()
    assert (ticket.state, ticket.version) == (S.REVIEWED, ticket.version)

    page = client.get(path).get_data(as_text=True)
    assert "增容办好了" in page
    done = client.post(path, data={**TAP, "csrf_token": _csrf(client, path)}, follow_redirects=True)
    assert "记下了，谢谢您" in done.get_data(as_text=True)
    session.expire_all()
    assert ticket.state is S.CONFIRMED
    again = client.get(path)
    assert again.status_code == 410
    assert "已经评价过了" in again.get_data(as_text=True)
    story = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)).all()
    assert [one.action for one in story].count(A.CONFIRM) == 1


def test_what_was_not_chosen_is_asked_for_and_what_was_typed_is_kept(client, link, session):
    ticket, path = link
    said = {"contacted": "yes", "solved": "no", "satisfaction": "dissatisfied", "note": "一合闸就跳"}

    wrong = client.post(path, data={**said, "csrf_token": _csrf(client, path)})
    assert wrong.status_code == 422
    assert "一合闸就跳" in wrong.get_data(as_text=True)
    right = {**said, "reason_code": "not_solved", "csrf_token": _csrf(client, path)}
    assert client.post(path, data=right).status_code == 303
    session.expire_all()
    assert ticket.round == 2


def test_what_is_demanded_is_not_called_optional(client, link):
    _, path = link
    page = client.get(path).get_data(as_text=True)

    assert "选了“不满意”就要选" in page
    assert "选了“不满意”就要写还差什么" in page
    assert "可以不填" not in page
    assert "可以不选" not in page


def test_tries_that_come_to_nothing_are_counted(client, link):
    _, path = link
    token = _csrf(client, path)
    said = [client.post("/answer/made-up", data={"csrf_token": token}).status_code for _ in range(31)]

    assert said[:30] == [410] * 30
    assert said[30] == 429
    assert client.post(path, data={**TAP, "csrf_token": token}).status_code == 429


def test_who_stands_beside_reads_the_link_from_the_page_as_a_code(as_, session):
    ticket = a_ticket(session, S.REVIEWED)
    session.commit()
    client, path = as_(people.CLOSER), f"/tickets/{ticket.number}/answer-link"
    asked = client.get(path).get_data(as_text=True)
    page = client.post(path, data={"csrf_token": _csrf(client, path)}).get_data(as_text=True)

    assert 'aria-label="评价链接的二维码"' not in asked  # to have it is a deed
    assert 'aria-label="评价链接的二维码"' in page
    assert qr.drawn(_LINK.search(page)[0]) in page


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_comes_to_the_page_of_the_link(as_, session, username):
    ticket = a_ticket(session, S.REVIEWED)
    session.commit()
    path = f"/tickets/{ticket.number}/answer-link"
    client = as_(username)
    status = client.post(path, data={"csrf_token": _csrf(client, "/password")}).status_code

    assert status == (200 if username in {people.CALLER, people.CLERK, people.CLOSER, people.GUIDE} else 403)


def test_a_confidential_matter_is_not_told_behind_a_link(as_, client, session):
    ticket = a_ticket(session, S.REVIEWED, confidential=True, title="配方被人抄了")
    session.commit()
    clerk = as_(people.CLOSER)
    path = f"/tickets/{ticket.number}/answer-link"
    url = _LINK.search(clerk.post(path, data={"csrf_token": _csrf(clerk, path)}).get_data(as_text=True))[1]

    page = client.get(url).get_data(as_text=True)

    assert "配方被人抄了" not in page
    assert "增容办好了" not in page


def test_two_taps_at_once_are_one_answer(engine):
    """On both databases: one is recorded, the other is told so; nothing is written twice."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        ticket = a_ticket(session, S.REVIEWED)
        found = _handed_out(session, ticket)

    def _tap(_: int) -> str:
        from sqlalchemy.orm.exc import StaleDataError

        from chainhub.web import engine as engines

        with Session(engine) as session:
            engines.writing(session)
            try:
                _answer(session, found)
                session.commit()
            except (Dead, Conflict, StaleDataError):
                session.rollback()
                return "late"
            return "done"

    try:
        with ThreadPoolExecutor(4) as pool:
            said = sorted(pool.map(_tap, range(4)))
        with Session(engine) as session:
            lines = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)).all()
        assert said == ["done", "late", "late", "late"]
        assert [one.action for one in lines].count(A.CONFIRM) == 1
    finally:
        with Session(engine) as session, session.begin():
            _wipe(session, ticket.id)


def _wipe(session: Session, ticket_id: int) -> None:
    from chainhub.core.db import Base

    number = session.get_one(Ticket, ticket_id).number
    for table in reversed(Base.metadata.sorted_tables):
        if table.name == "said":
            continue
        if "ticket_id" in table.c:
            session.execute(delete(table).where(table.c.ticket_id == ticket_id))
        elif "owner_kind" in table.c and "owner_id" in table.c:
            session.execute(
                delete(table).where(table.c.owner_id == ticket_id, table.c.owner_kind == "ticket")
            )
        elif table.name in {"notice", "number_series"}:
            session.execute(delete(table))
    session.execute(delete(AuditEntry).where(AuditEntry.about == number))
    session.execute(delete(Ticket).where(Ticket.id == ticket_id))
    session.execute(delete(SignInFailure))
