"""本月同类问题: made by a job, counted for each reader from what they see, corrected by a person, made a common issue in one tap."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.county.directory.models import Enterprise
from chainhub.tickets.models import Ticket
from chainhub.tickets.terms import Kind
from chainhub.tickets.topics import jobs, queries, rules, service, showing
from chainhub.tickets.topics.models import Topic, TopicApart, TopicState, TopicTicket
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket, as_clock, move, submitted
from tests.finding.test_topics import SALT, WIRE
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

LATER = NOW + timedelta(hours=1)
TEXTILE = "dw_textile"


@pytest.fixture
def firms(session) -> list[str]:
    """Three more enterprises of the chain."""
    return list(
        session.scalars(
            select(Enterprise.code)
            .where(Enterprise.chain_code == "equipment", Enterprise.code != people.FIRM)
            .order_by(Enterprise.code)
            .limit(3)
        )
    )


def _file(session, said, firm, at=NOW, **given) -> Ticket:
    title, content = said
    return submitted(session, at, people.CLERK, title=title, content=content, enterprise=firm, **given)


@pytest.fixture
def wire(session, firms) -> list[Ticket]:
    """The same matter of three enterprises, and something else twice."""
    found = [_file(session, text, firm) for text, firm in zip(WIRE, firms, strict=True)]
    for text, firm in zip(SALT, firms, strict=False):
        _file(session, text, firm)
    return found


def _make(session, at=LATER) -> None:
    @contextmanager
    def _open():
        yield as_clock(session, at)
        session.flush()

    jobs.group.do(_open, [1])


def _seen(session, username=people.CLERK, at=LATER, span=""):
    work = work_of(session, username, at)
    return queries.page(work, begin=queries.since(work, span))[0]


def test_what_several_say_is_one_group_with_the_words_that_say_why(session, wire):
    _make(session)

    first, second = _seen(session)

    assert (first.tickets, first.firms, first.open) == (3, 3, 3)
    assert "高压线" in first.words
    assert first.title in {one.title for one in wire}
    assert (second.tickets, second.words[0]) == (2, "融雪盐") or "盐" in "".join(second.words)


def test_each_reader_is_told_what_they_see_alone(session, wire):
    _make(session)
    for one in wire[:2]:
        move(session, one, people.CLERK, Action.ACCEPT, LATER, contacted_person="陶见禾")
        move(session, one, people.DISPATCHER, Action.DISPATCH, LATER, lead_unit=people.POWER_UNIT)

    assert [one.tickets for one in _seen(session, people.POWER)] == [2]
    assert [one.tickets for one in _seen(session, people.CHIEF)] == [3, 2]
    assert _seen(session, people.TRANSPORT) == []
    assert _seen(session, TEXTILE) == []
    group = session.scalar(select(TopicTicket.topic_id).where(TopicTicket.ticket_id == wire[0].id))
    with pytest.raises(NotFound):
        queries.own(work_of(session, people.TRANSPORT, LATER), group)
    assert queries.seen(work_of(session, people.POWER, LATER), group).tickets == 2
    for who in (people.OWNER, people.GUIDE, people.CALLER):
        with pytest.raises(NotAllowed):
            queries.own(work_of(session, who, LATER), group)


def test_a_word_that_a_reader_sees_once_explains_nothing_to_them(session, wire):
    _make(session)
    topic = session.scalar(select(TopicTicket.topic_id).where(TopicTicket.ticket_id == wire[0].id))
    for row in session.scalars(select(TopicTicket).where(TopicTicket.topic_id == topic)):
        row.words = ["高压线"] if row.ticket_id == wire[2].id else []
    session.get_one(Topic, topic).words = ["高压线"]
    session.flush()

    assert queries.seen(work_of(session, people.CLERK, LATER), topic).words == ()


def test_what_is_confidential_a_complaint_or_withdrawn_is_in_no_group(session, wire, firms):
    hidden = _file(session, WIRE[0], firms[0], confidential=True)
    about = {"kind": Kind.COMPLAINT, "complained_unit": people.TRANSPORT_UNIT}
    complaint = _file(session, WIRE[1], firms[1], **about)
    a_ticket(session, State.WITHDRAWN, title=WIRE[2][0], content=WIRE[2][1])
    _make(session)

    assert [one.tickets for one in _seen(session)] == [3, 2]
    wire[0].confidential = True  # afterwards
    session.flush()
    assert [one.tickets for one in _seen(session)] == [2, 2]
    assert {hidden.id, complaint.id}.isdisjoint(session.scalars(select(TopicTicket.ticket_id)))


def test_only_what_is_recent_is_grouped_and_this_month_can_be_looked_at_alone(session, firms):
    _file(session, WIRE[0], firms[0], NOW - timedelta(days=40))
    for text, firm in zip(WIRE[1:], firms, strict=False):
        _file(session, text, firm, NOW - timedelta(days=4))  # 26 February
    _make(session)

    assert [one.tickets for one in _seen(session)] == [2]
    assert _seen(session, span="month") == []
    assert _seen(session, at=NOW + timedelta(days=27)) == []  # they have grown old without any job


def test_what_is_not_one_sort_stays_apart_until_that_is_taken_back(session, wire):
    _make(session)
    work = work_of(session, people.CLERK, LATER)
    group = _seen(session)[0].id
    service.set_apart(work, group, wire[2].number)

    assert _seen(session)[0].tickets == 2
    _make(session)
    assert session.get(TopicTicket, wire[2].id) is None
    assert [one.number for one in showing.taken_out(work, session.get_one(Topic, group))] == [wire[2].number]
    with pytest.raises(Conflict):
        service.set_apart(work, group, wire[2].number)
    service.put_back(work, group, wire[2].number)
    assert session.scalars(select(TopicApart)).all() == []
    _make(session)
    assert _seen(session)[0].tickets == 3
    with pytest.raises(Conflict):
        service.put_back(work, group, wire[2].number)


def test_only_the_committee_and_the_task_force_of_the_chain_say_what_belongs(session, wire):
    _make(session)
    group = _seen(session)[0].id
    for who in (people.CHIEF, people.LIAISON):
        with pytest.raises(NotAllowed):
            service.set_apart(work_of(session, who, LATER), group, wire[0].number)
    with pytest.raises(NotFound):
        service.set_apart(work_of(session, TEXTILE, LATER), group, wire[0].number)
    service.set_apart(work_of(session, people.DISPATCHER, LATER), group, wire[0].number)


def test_a_group_keeps_its_number_while_most_of_it_stays_and_no_number_comes_back(session, wire, firms):
    _make(session)
    wires, salts = (one.id for one in _seen(session))
    more = _file(session, ("高压线下不敢吊装", "厂房上面架了高压线，吊车不敢吊装，请改到绿化带。"), firms[0])
    _make(session)
    assert session.get_one(TopicTicket, more.id).topic_id == wires
    for one in session.scalars(select(Ticket).where(Ticket.title.in_([text[0] for text in SALT]))):
        one.confidential = True
    session.flush()
    _make(session)
    assert session.get(Topic, salts) is None
    for text, firm in zip(SALT, firms, strict=False):
        _file(session, text, firm)
    _make(session)
    assert {one.id for one in _seen(session)} & {wires, salts} == {wires}


def test_it_is_made_anew_when_something_is_new_and_rests_in_between(session, wire, firms):
    assert jobs.find_ungrouped(as_clock(session, LATER), 10) == [1]
    _make(session)
    assert jobs.find_ungrouped(as_clock(session, LATER + timedelta(hours=2)), 10) == []  # nothing is new
    _file(session, SALT[0], firms[2], LATER)
    assert jobs.find_ungrouped(as_clock(session, LATER + timedelta(minutes=5)), 10) == []
    assert jobs.find_ungrouped(as_clock(session, LATER + timedelta(minutes=11)), 10) == [1]
    session.get_one(TopicState, 1).took_ms = 20_000
    session.flush()
    assert jobs.find_ungrouped(as_clock(session, LATER + timedelta(minutes=11)), 10) == []
    assert jobs.find_ungrouped(as_clock(session, LATER + timedelta(minutes=70)), 10) == [1]
    assert jobs.find_ungrouped(as_clock(session, LATER + timedelta(days=1)), 10) == [1]


def test_a_word_textwhile_it_is_worked_out_is_not_lost(session, wire):
    _make(session)
    group = _seen(session)[0].id
    opened = []

    @contextmanager
    def _open():
        if opened:  # between reading and writing
            service.set_apart(work_of(session, people.CLERK, LATER), group, wire[2].number)
        opened.append(1)
        yield as_clock(session, LATER)
        session.flush()

    jobs.group.do(_open, [1])

    assert session.get(TopicTicket, wire[2].id) is None
    assert session.get_one(TopicState, 1).is_stale


def test_pages_follow_each_other_and_nothing_is_left_out(session, wire):
    _make(session)
    work = work_of(session, people.CLERK, LATER)
    begin = rules.window(LATER)

    first, rest = queries.page(work, begin=begin, limit=1)
    second, end = queries.page(
        work, begin=begin, after=queries.read_after(queries.write_after(rest)), limit=1
    )

    assert [one.tickets for one in (*first, *second)] == [3, 2]
    assert end is None


def test_the_pages_show_count_and_put_right_what_stands_together(as_, session, firms):
    at = clock.now() - timedelta(hours=2)
    wire = [_file(session, text, firm, at) for text, firm in zip(WIRE, firms, strict=True)]
    _make(session, clock.now())
    session.commit()
    client = as_(people.CLERK)

    listed = said(client.get("/topics"))
    group = _seen(session, at=clock.now())[0].id
    shown = client.get(f"/topics/{group}")

    assert "3 件" in listed
    assert "高压线" in listed
    assert "本月同类问题" in said(client.get("/common"))
    assert "为什么放在一起" in said(shown)
    assert "把 3 件列成共性问题" in said(shown)
    given = {"csrf_token": token_of(client, f"/topics/{group}"), "number": wire[2].number}
    assert client.post(f"/topics/{group}/apart", data=given).status_code == 303
    assert "说过不是一类的" in said(client.get(f"/topics/{group}"))
    given["csrf_token"] = token_of(client, f"/topics/{group}")
    assert client.post(f"/topics/{group}/back", data=given).status_code == 303
    assert "说过不是一类的" not in said(client.get(f"/topics/{group}"))
    assert as_(people.OWNER).get("/topics").status_code == 403
    assert as_(people.TRANSPORT).get(f"/topics/{group}").status_code == 404
    assert "还没有说同一类事的诉求" in said(as_(people.TRANSPORT).get("/topics"))
    assert as_(people.CHIEF).get(f"/topics/{group}").status_code == 200
    assert client.get("/topics?after=x").status_code == 422


def test_one_tap_leads_to_a_common_issue_that_is_filled_in(as_, session, firms):
    at = clock.now() - timedelta(hours=2)
    for text, firm in zip(WIRE, firms, strict=True):
        _file(session, text, firm, at)
    _make(session, clock.now())
    session.commit()
    work = work_of(session, people.DISPATCHER, clock.now())
    topic = session.scalars(select(Topic)).first()
    ((words, url),) = showing.offers(work, topic, "高压线")
    client = as_(people.DISPATCHER)

    page = client.get(url).get_data(as_text=True)
    assert 'value="几家企业都提到：高压线"' in page
    given = {
        "csrf_token": token_of(client, url),
        "pick": [number for _, number in queries.joinable(work, topic, 10)],
        "title": "几家企业都提到：高压线",
        "category": "energy",
        "post": "deputy",
        "due_on": (clock.now() + timedelta(days=20)).date().isoformat(),
    }
    assert client.post("/common/new", data=given).status_code == 303
    assert showing.offers(work, topic, "高压线") == []
    assert "3 件列进了共性问题" in said(client.get(f"/topics/{topic.id}"))
    assert client.get("/common/new?pick=x&due_on=never&title=").status_code == 200


def test_programs_read_the_same(app, session, firms):
    from chainhub.county.people import service as accounts
    from chainhub.county.people.models import User

    at = clock.now() - timedelta(hours=2)
    wire = [_file(session, text, firm, at) for text, firm in zip(WIRE, firms, strict=True)]
    _make(session, clock.now())

    def _headers(username):
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "topics")
        session.commit()
        return {"Authorization": f"Bearer {token}"}

    client, clerk = app.test_client(), _headers(people.CLERK)
    (one,) = client.get(f"{V1}/topics?span=days", headers=clerk).json["items"]
    assert (one["tickets"], one["enterprises"]) == (3, 3)
    assert "高压线" in one["words"]
    where = f"{V1}/topics/{one['id']}"
    assert client.get(where, headers=clerk).json == one
    listed = client.get(f"{where}/tickets", headers=clerk).json["items"]
    assert {item["number"] for item in listed} == {ticket.number for ticket in wire}
    given = {"number": wire[0].number}
    done = client.post(f"{where}/apart", headers=clerk, json=given)
    assert done.json["topic"]["tickets"] == 2
    assert client.post(f"{where}/apart", headers=clerk, json=given).status_code == 409
    assert client.post(f"{where}/back", headers=clerk, json=given).status_code == 200
    assert client.post(f"{where}/back", headers=clerk, json={}).status_code == 422
    chief = _headers(people.CHIEF)
    assert client.post(f"{where}/apart", headers=chief, json=given).status_code == 403
    assert client.get(f"{V1}/topics", headers=_headers(people.OWNER)).status_code == 403
    assert client.get(where, headers=_headers(TEXTILE)).status_code == 404
