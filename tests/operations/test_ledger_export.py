"""The ledger goes out under the headers under which it comes in again: export, then import, changes nothing."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from chainhub.core.actor import THE_CLOCK, Actor, Grant, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents import sheets
from chainhub.operations import importing, ledger, ledger_export, schema, seed
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import requests, supervisions
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import Channel, Kind, Outcome, RequestKind, ReturnReason
from chainhub.tickets.workflow import ENDS, Action, State
from tests import builders, people
from tests.people import NOW

pytestmark = pytest.mark.slow

OPERATOR = Actor(id=None, username="operator", name="命令行")
OFFICE = replace(OPERATOR, grants=(Grant(Role.LIAISON, ScopeKind.COUNTY),))
FORMULA = '=HYPERLINK("http://example.invalid","看这里")，十个字以上'
LATER = NOW + timedelta(days=30)


@pytest.fixture
def export(connection):
    """The file as it is written, and the rows that are in it, by header."""

    def _export(**said):
        made = BytesIO()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            work = Work(session, OFFICE, NOW, known.of(session).calendar)
            exported = ledger_export.write(work, made, ledger_export.Chosen(**said))
        sheet, about = sheets.read(made.getvalue())
        assert about.name == ledger_export.ABOUT
        head, *rows = sheet.rows
        return exported, made.getvalue(), [dict(zip(head, row, strict=True)) for row in rows]

    return _export


@pytest.fixture
def some(session):
    """One ticket in each state that can be reached."""
    found = {
        state: builders.a_ticket(session, state, title=f"到{state.label}的一件")
        for state in builders.REACHABLE
    }
    session.commit()
    return found


def test_the_headers_stand_in_the_order_of_the_ledger(export, some):
    _, _, rows = export()

    assert tuple(rows[0])[: len(ledger.COLUMNS)] == ledger.COLUMNS
    assert [row["序号"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) > len(some)  # what is merged is merged into another
    assert [row["诉求编号"] for row in rows] == sorted(row["诉求编号"] for row in rows)


def test_a_row_says_who_did_what_when(export, some):
    _, _, rows = export()

    row = next(one for one in rows if one["标题"] == "到已销号的一件")
    assert (row["产业链"], row["企业"], row["主办"]) == ("装备制造", "汶上砚禾齿轮有限公司", "县供电公司")
    assert (row["类别"], row["性质"], row["紧急程度"], row["渠道"]) == ("用能", "难题", "普通", "网页")
    assert row["电话(脱敏)"] == "139****2076"
    assert row["接单人/时间"] == "宋以宁 2026-03-02 09:25"
    assert row["派单人/时间"].startswith("卢景和 2026-03-02")
    assert row["结果"] == "已解决"
    assert row["评价(响应/解决/满意)"] == "是/是/满意"
    assert row["销号时间/审批人"].endswith("闻述之")
    assert row["备注"] == "已销号"


def test_every_end_has_its_moment_and_what_runs_has_none(export, some):
    _, _, rows = export()

    ended = {row["标题"]: row["销号时间/审批人"] for row in rows if row["销号时间/审批人"]}
    assert set(ended) == {f"到{state.label}的一件" for state in ENDS}
    assert ended["到不予受理的一件"].endswith("不予受理")


def test_confidential_matters_stay_here_unless_asked_for(export, session):
    builders.submitted(session)
    builders.submitted(session, confidential=True, title="保密的一件")
    session.commit()

    exported, content, rows = export()
    assert (exported.rows, exported.left_out) == (1, 1)
    assert "保密的一件" not in str(rows)

    exported, _, rows = export(with_confidential=True)
    assert (exported.rows, exported.left_out) == (2, 0)
    assert "保密的一件" in str(rows)


def test_what_looks_like_a_formula_is_neutralised_and_comes_back_as_it_was(export, session, opened):
    builders.submitted(session, content=FORMULA, title="+1", contact_person="-陶")
    session.commit()

    _, content, (row,) = export()

    assert (row["内容"], row["标题"], row["联系人"]) == (f"'{FORMULA}", "'+1", "'-陶")
    assert _draft(opened, content).content == FORMULA


def _draft(opened, content):
    table = importing.read_table(content)
    with opened() as work:
        reader = importing.Reader(importing._names(work.session), work.now)
    return reader.draft(*(lambda number, row: (number, table.cells(row)))(*table.rows[0]))


def test_taken_in_again_where_it_came_from_it_makes_no_doubles(export, some, opening, session):
    _, content, rows = export()

    report = importing.run(
        opening(LATER), "台账.xlsx", content, OPERATOR, dry_run=False, say=lambda done, total: None
    )

    assert (report.done, report.skipped, report.failures) == (0, len(rows), [])
    assert session.scalar(select(func.count(Ticket.id))) == len(rows)


def test_taken_in_by_another_county_it_says_the_same(export, some, session, empty):
    _, content, rows = export()
    schema.upgrade(empty)
    with Session(empty) as there, there.begin():
        seed.seed_model(there, config.county, "!", now=NOW)

    @contextmanager
    def elsewhere():
        with Session(empty) as there, there.begin():
            yield Work(there, THE_CLOCK, LATER, known.of(there).calendar)

    report = importing.run(
        elsewhere, "台账.xlsx", content, OPERATOR, dry_run=False, say=lambda done, total: None
    )

    assert (report.done, report.skipped, report.failures) == (len(rows), 0, [])
    with Session(empty) as there:
        copies = {one.title: one for one in there.scalars(select(Ticket))}
        contents = dict(there.execute(select(Ticket.title, Ticket.content)).all())
        for state, ticket in some.items():
            copy = copies[ticket.title]
            finished = state in {State.RESOLVED, State.REVIEWED, State.CONFIRMED} or not ticket.is_open
            assert copy.state is (State.CLOSED if finished else State.SUBMITTED), state
            assert copy.created_at == ticket.created_at.replace(microsecond=0)
            assert (copy.enterprise_code, copy.category_code, copy.kind, copy.urgency) == (
                people.FIRM,
                "energy",
                Kind.PROBLEM,
                ticket.urgency,
            )
            assert contents[ticket.title] == ticket.content
            assert copy.channel is Channel.IMPORT
            if ticket.resolved_at and state is not State.ENDORSING:  # what awaits 审签 is not resolved yet
                assert (copy.outcome, copy.lead_unit_code) == (Outcome.SOLVED, people.POWER_UNIT)
                assert copy.resolved_at == ticket.resolved_at.replace(microsecond=0)


def test_progress_and_a_category_of_the_second_level_are_told(export, session):
    ticket = builders.a_ticket(session, State.HANDLING, category="energy_power")
    for hour in (14, 15):
        builders.move(
            session, ticket, people.POWER, Action.PROGRESS, NOW.replace(hour=hour), note=f"{hour}点去看过"
        )
    session.commit()

    _, _, (row,) = export()

    assert row["进展"] == "03-02 14点去看过\n03-02 15点去看过"
    assert row["类别"] == "用能/用电与增容"


def test_lead_and_co_work_extensions_consultations_and_supervisions_have_their_columns(export, session):
    """Who helped is told apart from who leads; both dates stand side by side; a returned part is nobody's help."""
    ticket = builders.a_ticket(session, State.ACCEPTED)
    sent = [{"unit": one, "text": "配合"} for one in (people.TRANSPORT_UNIT, "finance_bureau")]
    at = NOW + timedelta(minutes=20)
    builders.move(
        session, ticket, people.DISPATCHER, Action.DISPATCH, at, lead_unit=people.POWER_UNIT, co_units=sent
    )
    builders.move(session, ticket, people.POWER, Action.ACKNOWLEDGE, at + timedelta(minutes=1))
    later = at + timedelta(minutes=30)
    builders.move(session, ticket, people.TRANSPORT, Action.ACKNOWLEDGE, later)
    builders.move(session, ticket, people.TRANSPORT, Action.PROGRESS, later, note="路口看过了")
    due = ticket.due_at
    until = (due + timedelta(days=4)).date()
    asked = requests.ask(
        people.work_of(session, people.POWER, later),
        ticket.number,
        Asked(RequestKind.EXTENSION, "等设备", until=until),
    )
    requests.decide(people.work_of(session, people.REVIEWER, later), asked.id, approve=True)
    draft = supervisions.propose(people.work_of(session, people.CLERK, later), ticket.number, "催了三次")
    supervisions.sign(people.work_of(session, people.LIAISON, later), draft.id)
    builders.move(
        session, ticket, people.CLERK, Action.CONVENE, later, question="走哪边", units=[people.POWER_UNIT]
    )
    session.commit()

    _, _, (row,) = export()

    assert (row["主办"], row["协办"]) == ("县供电公司", "交通运输局、财政局")
    assert row["签收时间"] == (at + timedelta(minutes=1)).replace(tzinfo=None)  # the lead's, not a co-unit's
    assert row["进展"] == "03-02 交通运输局：路口看过了"
    assert row["延期至"].date() == until
    assert row["办理时限"].date() == due.date()
    assert row["会商"] == "2026-03-02 10:10 启动会商"
    assert row["督办次数"] == 1


def test_a_part_that_was_rightly_returned_is_nobodys_help(export, session):
    ticket = builders.a_ticket(session, State.ACCEPTED)
    sent = [{"unit": people.TRANSPORT_UNIT, "text": "配合"}]
    builders.move(
        session, ticket, people.DISPATCHER, Action.DISPATCH, NOW, lead_unit=people.POWER_UNIT, co_units=sent
    )
    builders.move(
        session, ticket, people.TRANSPORT, Action.RETURN, NOW, reason_code=ReturnReason.AREA, note="园区的路"
    )
    builders.move(
        session, ticket, people.REVIEWER, Action.UPHOLD_RETURN, NOW, note="对", unit=people.TRANSPORT_UNIT
    )
    session.commit()

    _, _, (row,) = export()

    assert not row["协办"]


def test_rows_are_fetched_in_pieces(export, some, monkeypatch):
    monkeypatch.setattr(ledger_export, "_CHUNK", 3)

    exported, _, rows = export()

    assert exported.rows == len(rows) == len(some) + 1
    assert len({row["诉求编号"] for row in rows}) == len(rows)
