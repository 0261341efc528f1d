"""The month's ranking, its dated weights, one's own place: in a county in which three units can be compared."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.core import clock
from chainhub.core.errors import Invalid, NotAllowed
from chainhub.statistics import placing, ranking, weighing
from chainhub.statistics.figures import Weights
from chainhub.statistics.terms import Cut, Month
from chainhub.statistics.weighing import Change
from chainhub.tickets.terms import DissatisfiedReason, Kind, Outcome, Satisfaction
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.api.calling import given, refused
from tests.api.conftest import caller, hands
from tests.builders import a_ticket, move
from tests.people import china, work_of
from tests.web_client import said, token_of

__all__ = ["caller", "hands"]
pytestmark = pytest.mark.slow

A, S = Action, State
BEGUN = china(2026, 3, 10, 9)
NOW = china(2026, 4, 16, 15)
MARCH, APRIL, MAY = Month(2026, 3), Month(2026, 4), Month(2026, 5)
WHY = "县委专题会议定的"


def _rated(session, unit, handler, happy, unhappy, kind=Kind.HELP):
    """Let a unit have so many tickets answered well and so many not."""
    for place in range(happy + unhappy):
        at = BEGUN + timedelta(minutes=place)
        ticket = a_ticket(session, S.ACCEPTED, at=at, kind=kind, title=f"{unit} {place}")
        move(session, ticket, people.DISPATCHER, A.DISPATCH, at + timedelta(minutes=20), lead_unit=unit)
        move(session, ticket, handler, A.ACKNOWLEDGE, at + timedelta(minutes=30))
        done = {"outcome": Outcome.SOLVED, "reply": "办好了"}
        move(session, ticket, handler, A.RESOLVE, at + timedelta(minutes=40), **done)
        move(session, ticket, people.REVIEWER, A.PASS_REVIEW, at + timedelta(minutes=50))
        answered = at + timedelta(days=1)
        if place < happy:
            word = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
            move(session, ticket, people.OWNER, A.CONFIRM, answered, **word)
        else:
            reason = {"reason_code": DissatisfiedReason.NOT_SOLVED, "note": "还没好"}
            move(session, ticket, people.OWNER, A.REOPEN, answered, contacted=True, solved=False, **reason)


@pytest.fixture
def compared(session, monkeypatch):
    """供电公司 5 of 5, 交通运输局 4 of 6; the clock stands on 16 April."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    _rated(session, people.POWER_UNIT, people.POWER, 5, 0)
    _rated(session, people.TRANSPORT_UNIT, people.TRANSPORT, 4, 2, Kind.PROBLEM)
    session.commit()


def _standings(session, month=APRIL, who=people.CHIEF, cut=Cut.UNIT):
    found = ranking.ranking(work_of(session, who, NOW), month, cut)
    return {one.key: one for one in found.standings}


@pytest.mark.usefixtures("compared")
def test_units_are_ranked_by_the_twelve_months_that_end_with_the_month(session):
    found = _standings(session)

    assert (found[people.POWER_UNIT].rank, found[people.POWER_UNIT].score) == (1, 1)
    assert found[people.TRANSPORT_UNIT].rank == 2
    assert _standings(session, Month(2026, 2)) == {}  # before anything was counted
    assert _standings(session, MARCH)[people.TRANSPORT_UNIT].n == 6


@pytest.mark.usefixtures("compared")
def test_weights_hold_for_months_that_begin_with_their_day_and_the_past_stays(session):
    admin = work_of(session, "xitong", NOW)
    before = {month: _standings(session, month)[people.TRANSPORT_UNIT].score for month in (MARCH, APRIL)}

    weighing.keep(admin, Change(Weights(0, 100, 0), china(2026, 4, 20).date(), WHY, {}))

    after = {month: _standings(session, month)[people.TRANSPORT_UNIT].score for month in (MARCH, APRIL)}
    assert after == before
    work = work_of(session, people.CHIEF, china(2026, 5, 20, 9))
    assert weighing.of(work, MAY).weights == Weights(0, 100, 0)
    assert weighing.of(work, APRIL).weights == Weights()
    rows = weighing.listed(work)
    assert [(one.from_on, one.why) for one in rows] == [(china(2026, 4, 20).date(), WHY), (None, "")]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "change_weights")).one()
    assert entry.data["why"] == WHY


@pytest.mark.parametrize(
    ("parts", "day", "why", "hard", "field"),
    [
        ((10, 50, 41), "2026-05-01", WHY, {}, "contacted"),
        ((110, -50, 40), "2026-05-01", WHY, {}, "contacted"),
        ((10, 50, 40), "2026-04-16", WHY, {}, "from_on"),  # today has begun
        ((10, 50, 40), "2026-03-01", WHY, {}, "from_on"),
        ((10, 50, 40), "2026-05-01", "", {}, "why"),
        ((10, 50, 40), "2026-05-01", WHY, {"kind:problem": 4}, "difficulty"),
        ((10, 50, 40), "2026-05-01", WHY, {"kind:nothing": 2}, "difficulty"),
    ],
)
def test_weights_that_cannot_be_are_refused(session, parts, day, why, hard, field):
    change = Change(Weights(*parts), china(*map(int, day.split("-"))).date(), why, hard)

    with pytest.raises(Invalid) as refusal:
        weighing.keep(work_of(session, "xitong", NOW), change)

    assert list(refusal.value.errors) == [field]


def test_only_who_keeps_the_settings_changes_them(session):
    change = Change(Weights(20, 40, 40), china(2026, 5, 1).date(), WHY, {})

    for who in (people.CLERK, people.CHIEF, people.POWER, "anquan", "shenji", people.OWNER):
        with pytest.raises(NotAllowed):
            weighing.keep(work_of(session, who, NOW), change)


@pytest.mark.usefixtures("compared")
def test_difficulty_is_shown_beside_and_ranks_nobody(session):
    change = Change(Weights(), china(2026, 4, 20).date(), WHY, {"kind:problem": 2, "kind:help": 1})
    weighing.keep(work_of(session, "xitong", NOW), change)
    work = work_of(session, people.CHIEF, china(2026, 5, 20, 9))

    found = ranking.ranking(work, MAY, Cut.UNIT)

    assert [one.rank for one in found.standings] == [1, 2]
    assert found.weighted[people.TRANSPORT_UNIT] == found.standings[1].score  # all of one kind
    assert "难度加权" in ranking.page(work, MAY, Cut.UNIT).ranked[0].weighted


@pytest.mark.usefixtures("compared")
def test_a_unit_and_a_chain_each_read_their_place_and_what_would_raise_it(session):
    unit = placing.places(work_of(session, people.TRANSPORT, NOW))[0]
    chain = placing.places(work_of(session, people.CLERK, NOW))[0]

    assert unit.lines[0].endswith("在能排的 2 个单位里排第 2。")
    assert any("今后" in one and "全部满意" in one for one in unit.hints)
    assert chain.lines[0].endswith("在能排的 1 条产业链里排第 1。")
    assert chain.lines[1].startswith("近 12 个月按时接单 ")
    assert placing.places(work_of(session, people.CHIEF, NOW)) == []


@pytest.mark.usefixtures("compared")
def test_what_is_overdue_is_named_to_be_done_first(session):
    late = a_ticket(session, S.HANDLING, at=BEGUN, kind=Kind.HELP, title="超时的")

    place = placing.places(work_of(session, people.POWER, NOW))[0]

    assert place.first == ((late.number, f"/tickets/{late.number}"),)
    assert place.hints[0].startswith("1 件超过时限还没办")


# Doors


@pytest.mark.usefixtures("compared")
@pytest.mark.parametrize(
    "who", [people.CHIEF, people.PRINCIPAL, people.CLERK, people.DISPATCHER, people.POWER]
)
@pytest.mark.parametrize("of", ["unit", "chain"])
def test_whoever_is_compared_reads_the_ranking_but_opens_only_their_own_lists(as_, who, of):
    client = as_(who)
    answer = client.get(f"/statistics/ranking?of={of}&month=2026-04")

    assert answer.status_code == 200
    page = html.document_fromstring(answer.get_data(as_text=True))
    for link in {one.get("href") for one in page.xpath("//a[contains(@class, 'stat-door')]")}:
        assert client.get(link).status_code == 200, link
    words = said(answer)
    assert "批示、走访、签到的次数不算分，个人不排名" in words
    assert "红黑榜" not in words


@pytest.mark.usefixtures("compared")
def test_every_door_of_the_ranking_opens_exactly_what_it_counts(as_):
    page = html.document_fromstring(as_(people.PRINCIPAL).get("/statistics/ranking").get_data(as_text=True))
    doors = page.xpath("//table//a[contains(@class, 'stat-door')]")

    assert len(doors) == 8
    for door in doors:
        n = int(door.getparent().text_content().rsplit("/", 1)[1])
        assert f"：{n} 件次" in said(as_(people.PRINCIPAL).get(door.get("href")))


def test_nobody_else_reads_it_and_wrong_addresses_are_refused(as_):
    for who in (people.OWNER, people.GUIDE, people.CALLER, "xitong", "shenji"):
        assert as_(who).get("/statistics/ranking").status_code == 403
    for wrong in ("?month=2026-13", "?month=2031-01", "?of=person", "?of=enterprise"):
        assert as_(people.CHIEF).get(f"/statistics/ranking{wrong}").status_code == 422


@pytest.mark.usefixtures("compared")
def test_the_administrator_changes_the_weights_on_a_page(as_):
    admin, path = as_("xitong"), "/admin/weights"
    data = {"csrf_token": token_of(admin, path), "contacted": "20", "solved": "40", "satisfied": "41"}
    data |= {"from_on": "2026-05-01", "why": WHY, "hard_kind-problem": "1.5"}

    assert "现在加起来是 101" in said(admin.post(path, data=data))
    assert "请写 0.5 到 3 的数" in said(admin.post(path, data=data | {"hard_kind-problem": "很难"}))
    assert admin.post(path, data=data | {"satisfied": "40"}).status_code == 303

    for who in ("xitong", people.CHIEF, people.POWER, people.CLERK):
        words = said(as_(who).get("/statistics/weights"))
        assert "2026年5月1日起" in words
        assert WHY in words
        assert "还没开始" in words
    assert as_(people.CLERK).get(path).status_code == 403
    assert as_(people.OWNER).get("/statistics/weights").status_code == 403


@pytest.mark.usefixtures("compared")
def test_a_program_reads_the_ranking_and_sets_the_weights(caller):
    found = given(caller(people.POWER).get("/stats/ranking?of=unit&month=2026-04"))

    assert [(one["key"], one["rank"]) for one in found["items"]] == [
        (people.POWER_UNIT, 1),
        (people.TRANSPORT_UNIT, 2),
    ]
    body = {"contacted": 20, "solved": 40, "satisfied": 40, "from_on": "2026-05-01", "why": WHY}
    refused(caller(people.CLERK).post("/stats/weights", json=body), 403)
    refused(caller("xitong").post("/stats/weights", json=body | {"solved": 50}), 422)
    given(caller("xitong").post("/stats/weights", json=body), 201)
    assert given(caller(people.CLERK).get("/stats/weights"))["items"][0]["contacted"] == 20
    refused(caller(people.OWNER).get("/stats/ranking"), 403)


@pytest.mark.usefixtures("compared")
def test_a_program_sets_how_hard_a_case_is_and_a_later_change_of_weights_keeps_it(caller):
    body = {"contacted": 20, "solved": 30, "satisfied": 50, "from_on": "2026-06-01", "why": "县委常委会定的"}
    keeper = caller("xitong")

    hard = given(keeper.post("/stats/weights", json=body | {"difficulty": {"kind:problem": 1.5}}), 201)
    assert hard["difficulty"] == {"kind:problem": 1.5}
    later = given(keeper.post("/stats/weights", json=body | {"from_on": "2026-07-01"}), 201)
    assert later["difficulty"] == {"kind:problem": 1.5}
    gone = body | {"from_on": "2026-08-01", "difficulty": {}}
    assert given(keeper.post("/stats/weights", json=gone), 201)["difficulty"] == {}
    for strange in (
        {"kind:problem": 9},
        {"kind:none": 1.5},
        {"kind:problem": "难"},
        [1],
        {"kind:problem": True},
    ):
        said = refused(keeper.post("/stats/weights", json=body | {"difficulty": strange}), 422)
        assert "difficulty" in said["errors"]
