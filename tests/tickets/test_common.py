"""Common issues: opened over tickets, told to those concerned, concluded without closing anything."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.directory.models import Enterprise
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.tickets import queries as tickets
from chainhub.tickets.common import queries, service
from chainhub.tickets.common.service import NewIssue
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.asking import statements
from tests.builders import a_ticket, submitted
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

DUE = date(2026, 4, 1)
OPENERS = {people.CLERK, people.CLOSER, people.DISPATCHER, people.REVIEWER}
READERS = OPENERS | {
    people.OWNER,
    people.GUIDE,
    people.POWER,
    people.POWER_DEPUTY,
    people.CALLER,
    people.CHIEF,
    people.PRINCIPAL,
    people.LIAISON,
}


def _issue(session, *picked, who=people.DISPATCHER, at=NOW, due_on=DUE):
    new = NewIssue("园区专线容量不够", "energy", due_on, tuple(one.number for one in picked))
    return service.open_issue(work_of(session, who, at), new)


@pytest.fixture
def neighbour(session) -> str:
    """The owner of another enterprise of the same chain."""
    from chainhub.county.people.models import GrantRow, User

    firm = select(Enterprise.code).where(Enterprise.chain_code == "equipment", Enterprise.code != people.FIRM)
    query = select(User.username).join(GrantRow).where(GrantRow.role == "enterprise", GrantRow.ref.in_(firm))
    return session.scalar(query.order_by(User.id).limit(1))


def test_the_day_is_said_as_people_read_it(session):
    issue = _issue(session, submitted(session))

    words = session.scalars(select(Notice.text).where(Notice.key == f"common:{issue.id}:open")).all()
    assert words
    assert "4月1日 前办完" in words[0]
    assert "2026-04-01" not in words[0]


def test_it_links_many_tickets_and_says_so_in_the_history_of_each(session):
    first, second = submitted(session), a_ticket(session, State.HANDLING)
    state = second.state

    issue = _issue(session, first, second)

    assert [tickets.last_event(session, one.id).action for one in (first, second)] == [Action.COMMON_JOIN] * 2
    assert second.state is state
    assert verify.verify(session).ok
    (one,) = queries.page(work_of(session, people.CLERK))[0]
    assert (one.issue.id, one.tickets, one.firms) == (issue.id, 2, 1)
    told = session.scalars(select(Notice).where(Notice.key == f"common:{issue.id}:open")).all()
    assert {one.user_id for one in told} == {people.actor(session, people.REVIEWER).id}


def test_a_conclusion_is_written_to_each_and_closes_none(session):
    first, second = submitted(session), a_ticket(session, State.HANDLING)
    issue = _issue(session, first, second)
    later = NOW + timedelta(days=1)

    service.conclude(work_of(session, people.REVIEWER, later), issue.id, "4 月起扩容，先错峰。")

    assert (first.state, second.state) == (State.SUBMITTED, State.HANDLING)
    line = tickets.last_event(session, second.id)
    assert (line.action, line.data["note"]) == (Action.COMMON_CLOSE, "4 月起扩容，先错峰。")
    assert verify.verify(session).ok
    told = set(session.scalars(select(Notice.user_id).where(Notice.key == f"common:{issue.id}:close")))
    assert {people.actor(session, one).id for one in (people.OWNER, people.POWER)} <= told
    with pytest.raises(Conflict):
        service.report(work_of(session, people.REVIEWER, later), issue.id, "再说一句")


def test_what_does_not_belong_is_refused(session):
    first = submitted(session)
    issue = _issue(session, first)
    chemical = submitted(session, username="q_jietan_biaochu")
    clerk = work_of(session, people.CLERK)

    complaint = submitted(session, kind=Kind.COMPLAINT, complained_unit=people.TRANSPORT_UNIT)
    secret = submitted(session, confidential=True)

    for number in (first.number, secret.number, complaint.number, chemical.number, "x\x00", ""):
        with pytest.raises(Invalid):
            service.add_tickets(clerk, issue.id, [number])
    with pytest.raises(Invalid):
        _issue(session, submitted(session), due_on=NOW.date())
    with pytest.raises(NotFound):
        service.remove_ticket(clerk, issue.id, submitted(session).number)
    service.remove_ticket(clerk, issue.id, first.number)
    assert tickets.last_event(session, first.id).action is Action.COMMON_LEAVE
    with pytest.raises(NotAllowed):  # the committee opens, the task force concludes
        service.conclude(clerk, issue.id, "好了")


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_reads_one_and_who_opens_one(as_, session, username):
    at = clock.now() - timedelta(hours=2)
    issue = _issue(
        session, a_ticket(session, State.HANDLING, at), at=at, due_on=at.date() + timedelta(days=20)
    )
    session.commit()
    client = as_(username)
    admin = username in {"xitong", "anquan", "shenji"}

    said_ = client.get(f"/common/{issue.id}").status_code
    assert said_ == (200 if username in READERS else 403 if admin else 404)
    assert client.get("/common/new").status_code == (200 if username in OPENERS else 403)
    if username not in OPENERS:
        with pytest.raises(NotAllowed):
            _issue(session, submitted(session), who=username)


def test_a_neighbour_reads_it_says_the_same_once_and_sees_nobodys_tickets(as_, session, neighbour):
    at = clock.now() - timedelta(hours=2)
    ticket = a_ticket(session, State.HANDLING, at, title="只有我家才知道的事")
    issue = _issue(session, ticket, at=at, due_on=at.date() + timedelta(days=20))
    session.commit()
    client = as_(neighbour)
    path = f"/common/{issue.id}"

    page = client.get(path)
    assert "您家也遇到吗" in said(page)
    assert ticket.number not in said(page)
    assert "只有我家才知道的事" not in said(page)
    token = token_of(client, path)
    assert client.post(f"{path}/echo", data={"csrf_token": token}).status_code == 303
    assert client.post(f"{path}/echo", data={"csrf_token": token}).status_code == 409
    assert "2 家企业遇到" in said(client.get(path))
    assert "已经记着您家了" in said(as_(people.OWNER).get(path))
    assert as_(people.STRANGER).get(path).status_code == 404


def test_tickets_are_ticked_in_the_list_and_become_an_issue(as_, session):
    at = clock.now() - timedelta(hours=2)
    first, second = submitted(session, at), submitted(session, at)
    session.commit()
    client = as_(people.DISPATCHER)

    assert 'form="pool"' in client.get("/tickets?q=增容").get_data(as_text=True)
    assert 'form="pool"' not in as_(people.OWNER).get("/tickets").get_data(as_text=True)
    path = f"/common/new?pick={first.number}&pick={second.number}"
    form = client.get(path).get_data(as_text=True)
    assert first.number in form
    assert re.search(r'<option selected value="energy">', form)
    typed = {
        "csrf_token": token_of(client, path),
        "pick": [first.number, second.number],
        "title": "园区专线容量不够",
        "category": "energy",
        "post": "deputy",
        "due_on": (at.date() + timedelta(days=20)).isoformat(),
    }
    wrong = client.post("/common/new", data={**typed, "title": "", "due_on": ""})
    assert (wrong.status_code, "有 2 处要改" in said(wrong)) == (422, True)
    made = client.post("/common/new", data=typed)
    assert made.status_code == 303
    page = said(client.get(f"/tickets/{second.number}"))
    assert "属于共性问题" in page
    assert "园区专线容量不够" in page
    third = submitted(session, at)
    session.commit()
    joined = client.post(
        "/common/new", data={**typed, "pick": third.number, "into": made.location.rsplit("/", 1)[1]}
    )
    assert joined.location == made.location
    assert "3 件诉求" in said(client.get(made.location))
    again = client.post(
        f"{made.location}/add", data={"csrf_token": typed["csrf_token"], "tickets": third.number}
    )
    assert (again.status_code, "已经列进共性问题了" in said(again)) == (422, True)
    done = client.post(
        f"{made.location}/close", data={"csrf_token": typed["csrf_token"], "note": "4 月扩容。"}
    )
    assert done.status_code == 303
    assert "结论：4 月扩容。" in said(as_(people.OWNER).get(f"/tickets/{first.number}"))
    assert client.get("/common/new?pick=%01x").status_code == 200
    assert client.get("/common/new?pick=%00x").status_code == 422  # as everywhere: no database keeps it


def test_the_list_turns_its_pages_in_as_many_queries_for_many_as_for_few(session):
    for _ in range(5):
        _issue(session, submitted(session))
    work = work_of(session, people.CLERK)
    with statements(session.get_bind()) as asked:
        first, after = queries.page(work, limit=3)

    second, end = queries.page(work, before=after, limit=3)

    assert len(asked) == 3
    assert [len(first), len(second), end] == [3, 2, None]
    assert {one.issue.id for one in first} & {one.issue.id for one in second} == set()


def test_two_hundred_tickets_are_noted_without_a_query_for_each(session):
    picked = [submitted(session) for _ in range(6)]
    session.flush()
    with statements(session.get_bind()) as asked:
        _issue(session, *picked)

    assert len([one for one in asked if one.startswith("SELECT ticket_event")]) == 1


def test_by_program(client, session, neighbour):
    from chainhub.county.people import queries as people_
    from chainhub.county.people import service as accounts

    at = clock.now() - timedelta(hours=2)
    first, second = submitted(session, at), submitted(session, at)
    heads = {}
    for name in (people.DISPATCHER, people.CLERK, people.OWNER, people.STRANGER, neighbour):
        token = accounts.issue_token(
            work_of(session, name, clock.now()), people_.user_by_name(session, name), "试验"
        )
        heads[name] = {"Authorization": f"Bearer {token}"}
    session.commit()
    body = {
        "title": "园区专线容量不够",
        "category": "energy",
        "due_on": (at.date() + timedelta(days=20)).isoformat(),
        "tickets": [first.number],
    }

    def post(who, path, sent=None):
        return client.post(f"{V1}/common-issues{path}", headers=heads[who], json=sent)

    assert post(people.OWNER, "", body).status_code == 403
    assert post(people.DISPATCHER, "", {**body, "tickets": []}).status_code == 422
    made = post(people.DISPATCHER, "", body)
    assert (made.status_code, made.json["tickets"], made.json["open"]) == (201, 1, True)
    here = f"/{made.json['id']}"
    assert post(people.CLERK, f"{here}/tickets", {"tickets": [second.number]}).json["tickets"] == 2
    assert post(people.CLERK, f"{here}/progress", {"note": "在算容量"}).status_code == 403
    assert post(people.DISPATCHER, f"{here}/progress", {"note": "在算容量"}).json["progress"] == "在算容量"
    assert post(neighbour, f"{here}/echo").json["enterprises"] == 2
    assert post(people.STRANGER, f"{here}/echo").status_code == 404
    assert post(people.CLERK, f"{here}/tickets/{second.number}/leave").json["tickets"] == 1
    seen = client.get(f"{V1}/common-issues{here}/tickets", headers=heads[neighbour])
    assert seen.json["items"] == []
    closed = post(people.DISPATCHER, f"{here}/close", {"note": "4 月扩容。"})
    assert closed.json["open"] is False
    assert post(people.DISPATCHER, f"{here}/close", {"note": "再来"}).status_code == 409
    listed = client.get(f"{V1}/common-issues?state=closed", headers=heads[people.OWNER]).json
    assert [one["id"] for one in listed["items"]] == [made.json["id"]]
    assert client.get(f"{V1}/common-issues?state=open", headers=heads[people.OWNER]).json["items"] == []
