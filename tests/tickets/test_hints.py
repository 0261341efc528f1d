"""Hints of category and unit: learnt from closed tickets, shown with confidence, deciding nothing, and missed by nobody."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock, sweeps
from chainhub.core.errors import NotAllowed
from chainhub.finding import shelf, training
from chainhub.tickets import resembling
from chainhub.tickets.hints import jobs, queries, rules, service, showing
from chainhub.tickets.hints.models import HintModel, HintTaken
from chainhub.tickets.hints.rules import What
from chainhub.tickets.models import Ticket
from chainhub.tickets.resembling import Text
from chainhub.tickets.terms import Kind
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket, as_clock, move, submitted
from tests.finding.words import some
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # it loads scikit-learn

LATER = NOW + timedelta(days=20)
LEARNT = {"energy": people.POWER_UNIT, "traffic": people.TRANSPORT_UNIT}
CATEGORY = {"energy": "energy", "traffic": "logistics"}
POWER_CUT = ("变压器容量不够", "变压器容量不够，线路老化跳闸，增容排队太久，停电没有通知。")


@pytest.fixture
def folder(connection, tmp_path):
    """Where models lie."""
    shelf.equip(connection, tmp_path / "models")
    return tmp_path / "models"


def _history(session, each: int = 24, **besides) -> None:
    """So many closed tickets of two sorts, each dealt with by its unit."""
    for sort, unit in LEARNT.items():
        for title, content in some(sort, each):
            one = submitted(session, title=title, content=content, category=CATEGORY[sort], **besides)
            one.state, one.is_open, one.lead_unit_code = State.CLOSED, False, unit
            one.closed_at = NOW
    session.flush()


def _learn(session, at=LATER):
    @contextmanager
    def _open():
        yield as_clock(session, at)
        session.flush()

    return service.train(_open)


@pytest.fixture
def learnt(session, folder):
    """A county that has learnt two categories and two units."""
    _history(session)
    return _learn(session)


def _hints(session, username=people.CLERK, wanted=tuple(What), text=POWER_CUT, **given):
    return queries.hints(work_of(session, username, LATER), *text, wanted, **given)


def test_a_matter_is_told_as_the_past_has_it_with_how_sure_that_is(session, learnt):
    found = _hints(session)

    assert found[What.CATEGORY].code == "energy"
    assert found[What.UNIT].code == people.POWER_UNIT
    assert 50 <= found[What.UNIT].percent <= 99
    assert found[What.UNIT].tickets == 48
    assert _hints(session, text=("ΩΩ", "ЖЖ")) == {}
    assert set(_hints(session, wanted=(What.UNIT,))) == {What.UNIT}


def test_the_unit_complained_of_is_not_named(session, learnt):
    found = _hints(session, without_unit=people.POWER_UNIT)

    assert found.get(What.UNIT) is None or found[What.UNIT].code != people.POWER_UNIT


def test_what_is_confidential_a_complaint_or_open_is_not_learnt_from(session, folder):
    _history(session, confidential=True)
    _history(session, kind=Kind.COMPLAINT, complained_unit=people.TRANSPORT_UNIT)
    for title, content in some("energy", 30):
        submitted(session, title=title, content=content)

    assert [(one.tickets, one.digest) for one in _learn(session)] == [(0, ""), (0, "")]


def test_too_little_history_gives_no_hint_and_its_keeper_is_told(session, folder):
    _history(session, training.LEAST - 1)
    _learn(session)
    shown = showing.models(work_of(session, "xitong", LATER))

    assert _hints(session) == {}
    assert all(one.why.startswith("历史太少") for one in shown)
    assert "交通运输局 19 件" in shown[1].few
    assert not folder.exists()


def test_near_copies_count_once(session, folder):
    title, content = POWER_CUT
    for place in range(30):
        one = submitted(session, title=title, content=f"{content}第{place}次说。")
        one.state, one.is_open, one.lead_unit_code = State.CLOSED, False, people.POWER_UNIT
    session.flush()

    assert [dict(one.counts) for one in _learn(session)] == [{}, {}]


def test_a_newer_try_replaces_the_one_before_and_old_files_go(session, learnt, folder):
    first = queries.newest(work_of(session, people.CLERK))[What.UNIT].digest
    for place in range(3):
        for title, content in some("energy", 2, seed=50 + place):
            one = submitted(session, title=title, content=content)
            one.state, one.is_open, one.lead_unit_code = State.CLOSED, False, people.POWER_UNIT
        _learn(session, LATER + timedelta(days=7 * place))

    assert len(list(folder.iterdir())) <= 4  # the one that counts and the one before, of two sorts
    assert shelf.fetch(folder, first) is None
    assert _hints(session)[What.UNIT].code == people.POWER_UNIT


def test_a_model_that_was_altered_or_is_gone_is_not_asked_and_its_keeper_is_told(session, learnt, folder):
    for file in folder.iterdir():
        file.write_bytes(b"something else")
    shelf._read.cache_clear()

    assert _hints(session) == {}
    assert {one.state for one in showing.models(work_of(session, "xitong", LATER))} == {"文件不在"}


def test_the_job_leaves_nothing_behind_once_it_has_learnt(session, connection, tmp_path):
    shelf.equip(connection, tmp_path / "models")

    @contextmanager
    def opened():
        with session.begin_nested():
            yield as_clock(session, NOW)

    swept = sweeps.run(jobs.find_untrained, jobs.learn, opened, name="hints")

    assert (swept.done, swept.left, swept.failed) == (1, 0, ())
    assert jobs.find_untrained(as_clock(session, NOW + rules.LEARNT_FOR), 10) == [1]


def test_no_model_is_made_where_it_could_not_be_kept_or_scikit_learn_is_not_there(
    session, connection, tmp_path, monkeypatch
):
    assert jobs.find_untrained(as_clock(session, NOW), 10) == []  # no folder
    shelf.equip(connection, tmp_path / "models")
    assert jobs.find_untrained(as_clock(session, NOW), 10) == [1]
    monkeypatch.setattr(training, "find_spec", lambda name: None)
    assert jobs.find_untrained(as_clock(session, NOW), 10) == []
    _history(session, 21)
    assert [one.digest for one in _learn(session)] == ["", ""]
    assert "chainhub[ml]" in showing.models(work_of(session, "xitong", LATER))[0].why


def test_what_closed_matters_came_to_is_told_to_those_who_may_see_them(session):
    mine = a_ticket(session, State.CLOSED)
    a_ticket(session, State.CLOSED, confidential=True)
    asked = Text("", mine.title, mine.content)

    def _told(username):
        return [one.number for one in resembling.closed_alike(work_of(session, username, LATER), asked)]

    assert _told(people.CLERK) == [mine.number]
    assert _told(people.OWNER) == [mine.number]
    assert _told(people.STRANGER) == []
    (one,) = showing.closed_alike(work_of(session, people.CLERK, LATER), asked)
    assert one.result == "增容办好了"
    assert one.line.startswith("县供电公司办")


def test_whether_people_follow_is_noted_once_a_ticket_and_sort(session, learnt):
    ticket = submitted(session, title=POWER_CUT[0], content=POWER_CUT[1])
    work = work_of(session, people.DISPATCHER, LATER)
    mark = _hints(session)[What.UNIT].mark

    service.record(work, ticket, [mark], {What.UNIT: people.TRANSPORT_UNIT})
    assert queries.followed(work)[What.UNIT] == queries.Followed(1, 0, 1, 0)
    service.record(work, ticket, [mark], {What.UNIT: people.POWER_UNIT})
    assert queries.followed(work)[What.UNIT] == queries.Followed(1, 1, 0, 0)
    below = _hints(session)[What.CATEGORY].mark
    service.record(work, ticket, [below], {What.CATEGORY: ""})
    assert queries.followed(work)[What.CATEGORY] == queries.Followed(1, 0, 0, 1)
    other = work_of(session, "xitong", LATER)
    assert "另定 0 件，没定 1 件" in showing.models(other)[0].followed


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "unit:1:50",
        "unit:999999:50:power_supply",
        "unit:0:50:power_supply",
        "nothing:1:50:power_supply",
        "unit:1:101:power_supply",
        "unit:1:50:nowhere",
        "unit:1:50:'; DROP TABLE ticket",
    ],
)
def test_a_mark_that_is_none_of_ours_is_passed_over(session, mark):
    ticket = submitted(session)

    service.record(work_of(session, people.CLERK), ticket, [mark], {What.UNIT: people.POWER_UNIT})

    assert session.scalars(select(HintTaken)).all() == []


def test_the_pages_show_the_hint_decide_nothing_and_note_what_was_decided(as_, session, learnt):
    at = clock.now() - timedelta(hours=1)
    ticket = submitted(session, at, title=POWER_CUT[0], content=POWER_CUT[1], category=None)
    session.commit()
    clerk, where = as_(people.CLERK), f"/tickets/{ticket.number}/act"

    page = clerk.get(f"{where}/accept")
    assert "以往怎么办的" in said(page)
    assert "类别多半是" in said(page)
    mark = queries.hints(work_of(session, people.CLERK), *POWER_CUT, tuple(What))[What.CATEGORY].mark
    assert mark in page.get_data(as_text=True)
    given = {"csrf_token": token_of(clerk, f"{where}/accept"), "version": "1", "hinted": [mark, "x"]}
    assert clerk.post(f"{where}/accept", data=given).status_code == 303
    session.expire_all()
    assert session.get_one(Ticket, ticket.id).category_code is None  # a hint decides nothing
    row = session.get_one(HintTaken, (ticket.id, What.CATEGORY))
    assert (row.said, row.chosen, row.was_taken) == ("energy", "", False)

    office = as_(people.DISPATCHER)
    page = office.get(f"{where}/dispatch")
    assert "填到主办" in said(page)
    version = str(session.get_one(Ticket, ticket.id).version)
    given = {"csrf_token": token_of(office, f"{where}/dispatch"), "version": version}
    filled = office.post(f"{where}/dispatch", data={**given, "fill": people.POWER_UNIT})
    assert filled.status_code == 200
    mark = queries.hints(work_of(session, people.DISPATCHER), *POWER_CUT, (What.UNIT,))[What.UNIT].mark
    sent = {**given, "hinted": mark, "lead_unit": people.POWER_UNIT}
    sent["csrf_token"] = token_of(office, f"{where}/dispatch")
    assert office.post(f"{where}/dispatch", data=sent).status_code == 303
    session.expire_all()
    assert session.get_one(HintTaken, (ticket.id, What.UNIT)).was_taken


def test_the_owner_is_told_while_typing_and_a_tap_is_taken(as_, session, learnt):
    session.commit()
    client = as_(people.OWNER)
    token = token_of(client, "/tickets/new")
    typed = {"csrf_token": token, "content": POWER_CUT[1]}

    shown = said(client.post("/tickets/new/guess", data=typed))
    mark = queries.hints(work_of(session, people.OWNER), "", POWER_CUT[1], (What.CATEGORY,))[
        What.CATEGORY
    ].mark
    sent = {**typed, "hinted": mark, "guess": "energy", "contact_phone": "13800000000"}
    assert client.post("/tickets/new", data=sent).status_code == 303

    assert "归到" in shown
    row = session.scalars(select(HintTaken)).one()
    assert row.was_taken
    assert session.get_one(Ticket, row.ticket_id).category_code == "energy"


def test_two_taps_that_say_different_things_are_left_to_the_staff(as_, session):
    client = as_(people.OWNER)
    typed = {"csrf_token": token_of(client, "/tickets/new"), "content": POWER_CUT[1]}
    sent = {**typed, "guess": ["energy", "logistics"], "contact_phone": "13800000000"}

    assert client.post("/tickets/new", data=sent).status_code == 303
    assert session.scalars(select(Ticket).order_by(Ticket.id.desc())).first().category_code is None


def test_without_anything_learnt_the_pages_simply_have_no_hint(as_, session):
    ticket = submitted(session, clock.now() - timedelta(hours=1), title=POWER_CUT[0], content=POWER_CUT[1])
    session.commit()

    page = as_(people.CLERK).get(f"/tickets/{ticket.number}/act/accept")

    assert page.status_code == 200
    assert "多半是" not in said(page)
    assert "还没学" in said(as_("xitong").get("/admin/hints"))


def test_only_the_system_administrator_reads_how_the_models_fare(as_, session, learnt):
    session.commit()

    page = said(as_("xitong").get("/admin/hints"))

    assert "宏平均 F1" in page
    assert "在用" in page
    for who in (people.CLERK, people.OWNER, people.PRINCIPAL, "anquan", "shenji"):
        assert as_(who).get("/admin/hints").status_code == 403
    with pytest.raises(NotAllowed):
        showing.models(work_of(session, people.CLERK))


def test_programs_are_told_the_same(app, session, learnt):
    from chainhub.county.people import service as accounts
    from chainhub.county.people.models import User

    at = clock.now() - timedelta(hours=1)
    ticket = submitted(session, at, title=POWER_CUT[0], content=POWER_CUT[1])

    def _headers(username):
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "hints")
        session.commit()
        return {"Authorization": f"Bearer {token}"}

    client = app.test_client()
    where = f"{V1}/tickets/{ticket.number}/hints"
    told = client.get(where, headers=_headers(people.CLERK)).json
    assert told["category"]["code"] == "energy"
    assert told["unit"]["code"] == people.POWER_UNIT
    assert client.get(where, headers=_headers(people.OWNER)).status_code == 403
    assert client.get(where, headers=_headers(people.STRANGER)).status_code == 404
    typed = client.post(
        f"{V1}/tickets/hints", headers=_headers(people.OWNER), json={"content": POWER_CUT[1]}
    ).json
    assert (typed["category"]["code"], typed["unit"]) == ("energy", None)
    models = client.get(f"{V1}/hint-models", headers=_headers("xitong")).json
    assert [one["what"] for one in models["items"]] == ["category", "unit"]
    assert models["can_train"] is True
    assert client.get(f"{V1}/hint-models", headers=_headers(people.CLERK)).status_code == 403
    assert session.scalars(select(HintModel)).first().digest


def test_a_ticket_that_goes_on_is_not_held_up_by_a_hint(session, learnt):
    ticket = submitted(session, title=POWER_CUT[0], content=POWER_CUT[1])
    move(session, ticket, people.CLERK, Action.ACCEPT, contacted_person="陶见禾")

    assert showing.card(work_of(session, people.POWER, LATER), ticket, Action.PROGRESS) is None
