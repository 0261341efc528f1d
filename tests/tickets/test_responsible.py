"""The responsibility list at work: at dispatch, on its own page, by program, and a look at tickets before a change."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Actor
from chainhub.core.errors import Invalid, NotAllowed
from chainhub.county.responsibilities import queries as listed
from chainhub.county.responsibilities import service
from chainhub.county.responsibilities.models import Responsibility
from chainhub.county.responsibilities.rules import Share
from chainhub.county.responsibilities.service import Line
from chainhub.documents import sheet_writing
from chainhub.operations import rolls
from chainhub.tickets.responsible import rerouting, suggesting
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket, submitted
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

WATER = Line(
    "energy_power", "water_company", Share.LEAD, date(2026, 1, 1), keywords=("10千伏专线增容",), place=1
)
KEEPERS = {people.REVIEWER, people.CLOSER}  # deputies of task force and committee
TRIES = KEEPERS | {people.DISPATCHER, people.CLERK}
STAFF = set(people.EVERYBODY) - {people.OWNER}


def test_the_model_county_has_a_lead_for_every_category(session):
    from chainhub.county import known

    leads = set(
        session.scalars(select(Responsibility.category_code).where(Responsibility.share == Share.LEAD))
    )

    assert leads == set(known.of(session).directory.categories)


def test_the_list_names_lead_and_helpers_with_a_reason(session):
    ticket = a_ticket(session, State.ACCEPTED, category="energy")

    named = suggesting.for_ticket(work_of(session, people.DISPATCHER), ticket)

    assert (named[0].unit, named[0].share) == (people.POWER_UNIT, Share.LEAD)
    assert "写到“增容”“专线”" in named[0].reason
    assert ("development_reform", Share.CO) in {(one.unit, one.share) for one in named}


def test_any_two_characters_find_a_line_and_pages_hold_together(session):
    assert "logistics_bus" in {one.category_code for one in listed.page(session, listed.Wanted("站牌")).items}
    assert not listed.page(session, listed.Wanted("没有这样的词")).items
    assert not listed.page(session, listed.Wanted("50%")).items
    seen, after = [], ()
    while True:
        page = listed.page(session, listed.Wanted(), after=after, limit=7)
        seen += [one.id for one in page.items]
        if page.after is None:
            break
        after = listed.place(page.after)
    assert len(seen) == len(set(seen)) == len(session.scalars(select(Responsibility.id)).all())


def test_a_change_is_tried_on_tickets_that_were_dispatched(session):
    a_ticket(session, State.HANDLING, category="energy_power")
    a_ticket(session, State.ACCEPTED, category="energy_power")  # never dispatched: nothing to compare
    keeper = work_of(session, people.REVIEWER)

    found = rerouting.preview(keeper, WATER, None)

    assert (found.looked_at, found.elsewhere, found.elsewhere_now) == (1, 1, 0)
    assert (found.shown[0].went_to, found.shown[0].would_go, found.shown[0].is_new) == (
        "县供电公司",
        "水务公司",
        True,
    )
    assert rerouting.preview(keeper, replace(WATER, keywords=("自来水",), place=9), None).elsewhere == 0


def test_the_look_shows_no_ticket_of_another_chain(session):
    a_ticket(session, State.HANDLING, category="energy_power")
    other = replace(work_of(session, people.REVIEWER), actor=_of_another_chain(session))

    assert rerouting.preview(other, WATER, None).looked_at == 0


def _of_another_chain(session) -> Actor:
    actor = people.actor(session, people.REVIEWER)
    return replace(actor, grants=tuple(replace(one, ref="textile") for one in actor.grants))


def test_a_change_stands_in_the_audit_log_with_before_and_after(session):
    keeper = work_of(session, people.REVIEWER)
    row = service.add(keeper, WATER)

    service.change(keeper, row.id, replace(WATER, until_on=date(2026, 6, 1)))

    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.who) == ("change_responsibility", people.REVIEWER)
    assert entry.data == {"before": {"until_on": None}, "after": {"until_on": "2026-06-01"}}
    with pytest.raises(Invalid):
        service.change(keeper, row.id, replace(WATER, until_on=date(2026, 6, 1)))


@pytest.mark.parametrize(
    "line",
    [
        replace(WATER, unit="group_energy"),
        replace(WATER, category="nichts"),
        replace(WATER, until_on=date(2025, 1, 1)),
        replace(WATER, keywords=("电",)),
        replace(WATER, unit="power_supply", from_on=date(2025, 1, 1)),  # stands there already
    ],
)
def test_a_line_that_cannot_be_is_refused(session, line):
    with pytest.raises(Invalid):
        service.add(work_of(session, people.REVIEWER), line)


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_reads_and_who_changes(as_, session, username):
    client = as_(username)

    assert client.get("/responsibilities?q=站牌").status_code == (200 if username in STAFF else 403)
    assert client.get("/responsibilities/new").status_code == (200 if username in TRIES else 403)
    if username not in KEEPERS:
        with pytest.raises(NotAllowed):
            service.add(work_of(session, username), WATER)


def test_a_dispatcher_looks_up_the_list_and_one_tap_fills_the_form(as_, session):
    number = a_ticket(session, State.ACCEPTED, category="energy").number
    session.commit()
    client = as_(people.DISPATCHER)
    path = f"/tickets/{number}/act/dispatch"

    page = client.get(f"{path}?look=站牌").get_data(as_text=True)
    assert "县供电公司（清单上主办）" not in re.findall(r"<option selected[^>]*>([^<]*)", page)
    assert "公交与班车" in page
    assert "清单上归谁" in page
    typed = {"csrf_token": token_of(client, path), "version": "2", "note": "请快些", "fill": "transport"}
    filled = client.post(path, data=typed).get_data(as_text=True)

    assert re.search(r'<option selected value="transport">', filled)
    assert "请快些" in filled
    assert "待派单" in said(client.get(f"/tickets/{number}"))  # nothing was dispatched
    helped = client.post(path, data={**typed, "fill_co": "public_security"} | {"lead_unit": "transport"})
    assert 'name="co_units-0-unit"' in helped.get_data(as_text=True)
    piece = client.get("/responsibilities/lookup?look=站牌").get_data(as_text=True)
    assert "<html" not in piece
    assert 'form="form"' in piece


def test_a_line_is_kept_only_after_it_was_looked_at(as_, session):
    a_ticket(session, State.HANDLING, category="energy_power")
    session.commit()
    client = as_(people.REVIEWER)
    typed = {
        "csrf_token": token_of(client, "/responsibilities/new"),
        "category": "energy_power",
        "unit": "water_company",
        "share": "lead",
        "keywords": "专线增容、10千伏",
        "place": "1",
        "from_on": "2026-01-01",
    }

    looked = client.post("/responsibilities/new", data=typed).get_data(as_text=True)
    assert "会派给别的单位" in looked
    sum_ = re.search(r'name="previewed"[^>]*value="([0-9a-f]{16})"', looked)[1]
    other = client.post("/responsibilities/new", data={**typed, "previewed": sum_, "place": "2"})
    assert other.status_code == 200  # it is not what was looked at: looked at again
    kept = client.post("/responsibilities/new", data={**typed, "previewed": sum_})

    assert kept.status_code == 303
    row = session.scalars(select(Responsibility).order_by(Responsibility.id.desc())).first()
    assert (row.unit_code, row.keywords) == ("water_company", "专线增容、10千伏")
    wrong = client.post(f"/responsibilities/{row.id}/edit", data={**typed, "unit": ""})
    assert (wrong.status_code, "这一项要填" in said(wrong)) == (422, True)
    assert client.get("/responsibilities/999999/edit").status_code == 404


def test_a_clerk_tries_a_line_and_keeps_none(as_):
    client = as_(people.CLERK)
    typed = {
        "csrf_token": token_of(client, "/responsibilities/new"),
        "category": "energy_power",
        "unit": "water_company",
        "share": "lead",
        "place": "1",
        "from_on": "2026-01-01",
    }

    looked = client.post("/responsibilities/new", data=typed).get_data(as_text=True)
    assert "就这样存" not in looked
    sum_ = re.search(r'name="previewed"[^>]*value="([0-9a-f]{16})"', looked)[1]
    assert client.post("/responsibilities/new", data={**typed, "previewed": sum_}).status_code == 403


def test_the_list_comes_in_by_file_with_a_trial_and_a_line_for_each_bad_row(opened_here, session):
    rows = [
        {"类别": "用电与增容", "单位": "县供电公司", "分工": "主办", "关键词": "增容、双回路"},
        {"类别": "用电与增容", "单位": "水务公司", "分工": "协办", "起": "2026-05-01"},
        {"类别": "没有这一类", "单位": "县供电公司", "分工": "主办"},
        {"类别": "用水", "单位": "水务公司", "分工": "主办"},
    ]
    used = ["类别", "单位", "分工", "关键词", "起"]
    made = BytesIO()
    sheet_writing.write(made, "权责清单", used, [[row.get(column) for column in used] for row in rows])
    operator = Actor(id=None, username="operator", name="命令行")

    def run(*, dry_run):
        return rolls.run(
            opened_here,
            rolls.Kind.RESPONSIBILITIES,
            ("清单.xlsx", made.getvalue()),
            operator,
            dry_run=dry_run,
            say=lambda done, total: None,
        )

    tried = run(dry_run=True)
    session.expire_all()
    assert (tried.done, tried.skipped, tried.failed) == (2, 1, 1)
    assert "双回路" not in "".join(session.scalars(select(Responsibility.keywords)))
    done = run(dry_run=False)
    session.expire_all()
    assert (done.done, done.skipped, done.failed) == (2, 1, 1)
    assert "没有这一个" in done.failures[0][1]
    again = run(dry_run=False)
    assert (again.done, again.skipped, again.failed) == (0, 3, 1)


@pytest.fixture
def opened_here(connection):
    from contextlib import contextmanager

    from sqlalchemy.orm import Session

    from chainhub.core.actor import THE_CLOCK
    from chainhub.core.work import Work
    from chainhub.county import known

    @contextmanager
    def _opened():
        with Session(connection, join_transaction_mode="create_savepoint") as made, made.begin():
            yield Work(made, THE_CLOCK, NOW, known.of(made).calendar)

    return _opened


def test_an_unset_category_is_asked_by_its_words_alone(session):
    ticket = submitted(session, category=None, title="天然气气压不够", content="天然气气压一到晚上就不够。")

    named = suggesting.for_ticket(work_of(session, people.DISPATCHER), ticket)

    assert [one.unit for one in named] == ["gas_company"]
