"""The same thing done by two at the same moment: one effect, and the other is told in a sentence. On both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import config
from chainhub.core.errors import Refusal
from chainhub.core.work import Work
from chainhub.county.people.leaves import Leave
from chainhub.county.people.service import leaving
from chainhub.operations import schema, seed
from chainhub.tickets.beside_models import ReportIn, Whistle
from chainhub.tickets.common import service as common
from chainhub.tickets.common.models import CommonEcho, CommonIssue
from chainhub.tickets.everyday import ChecklistTick
from chainhub.tickets.models import Instruction, Part, Request, Supervision, Ticket, TicketEvent
from chainhub.tickets.service import (
    checklists,
    instructions,
    moving,
    passing,
    requests,
    supervisions,
    whistles,
)
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import RequestKind, Satisfaction
from chainhub.tickets.workflow import Action, State
from chainhub.web import engine
from chainhub.web.presses import Press, _written
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.conftest import PASSWORD
from tests.people import NOW, work_of

pytestmark = pytest.mark.slow
LATER = NOW.replace(hour=11)
DUE = date(2026, 3, 13)


@pytest.fixture(scope="module")
def county(database_url, tmp_path_factory):
    """A county of its own that remembers what is committed: threads do not share a transaction."""
    import uuid

    from sqlalchemy import create_engine, text

    from chainhub.web import engine as engines

    if database_url.startswith("sqlite"):
        url, drop = f"sqlite:///{tmp_path_factory.mktemp('once') / 'once.db'}", None
    else:
        suite = create_engine(database_url, isolation_level="AUTOCOMMIT")
        name = f"chainhub_{uuid.uuid4().hex[:8]}"
        with suite.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url, drop = suite.url.set(database=name).render_as_string(hide_password=False), (suite, name)
    made = engines.opened(url)
    schema.upgrade(made)
    with Session(made) as session, session.begin():
        seed.seed_model(session, config.county, PASSWORD, now=NOW)
    yield made
    made.dispose()
    if drop:
        with drop[0].connect() as connection:
            connection.execute(text(f"DROP DATABASE {drop[1]} WITH (FORCE)"))
        drop[0].dispose()


def _twice(county, username: str, do: Callable[[Work], object]) -> list[str]:
    """Do something in two transactions at once; return how each ended."""
    ready = Barrier(2)

    def _one(_place: int) -> str:
        with Session(county) as session:
            ready.wait(20)
            engine.writing(session)
            try:
                do(work_of(session, username, LATER))
                session.commit()
            except Refusal as refusal:
                return refusal.title
            except (StaleDataError, IntegrityError):  # as `doors.work` turns them into a Conflict
                return "刚刚有了新的进展"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_one, range(2)))


def _count(county, model, *where) -> int:
    with Session(county) as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def _made(county, make: Callable[[Session], object]) -> object:
    with Session(county, expire_on_commit=False) as session:
        made = make(session)
        session.commit()
        return made


def _one_effect(said: list[str]) -> None:
    assert said.count("done") == 1, said
    other = next(one for one in said if one != "done")
    assert any("\u4e00" <= char <= "\u9fff" for char in other), said


def test_a_request(county):
    ticket = _made(county, lambda session: a_ticket(session, State.HANDLING))
    asked = requests.Asked(RequestKind.CONSULTATION, "请会商")

    _one_effect(_twice(county, people.POWER, lambda work: requests.ask(work, ticket.number, asked)))
    assert _count(county, Request, Request.ticket_id == ticket.id) == 1


def test_its_decision(county):
    def _make(session):
        ticket = a_ticket(session, State.HANDLING)
        asked = requests.Asked(RequestKind.CONSULTATION, "请会商")
        return requests.ask(work_of(session, people.POWER, LATER), ticket.number, asked)

    made = _made(county, _make)

    _one_effect(_twice(county, people.CLERK, lambda work: requests.decide(work, made.id, approve=True)))
    granted = TicketEvent.action.in_((Action.GRANT, Action.CONVENE))
    assert _count(county, TicketEvent, TicketEvent.ticket_id == made.ticket_id, granted) == 2


def test_a_whistle_and_who_reports_in(county):
    ticket = _made(county, lambda session: a_ticket(session, State.HANDLING))

    said = _twice(
        county, people.CLERK, lambda work: whistles.blow(work, ticket.number, "都来", [people.POWER_UNIT])
    )
    _one_effect(said)
    assert _count(county, Whistle, Whistle.ticket_id == ticket.id) == 1
    report = whistles.Report("韩砚等 2 人")
    _one_effect(_twice(county, people.POWER, lambda work: whistles.report_in(work, ticket.number, report)))
    assert _count(county, ReportIn, ReportIn.ticket_id == ticket.id) == 1


def test_a_supervision_its_signature_and_its_answer(county):
    ticket = _made(county, lambda session: a_ticket(session, State.HANDLING))

    _one_effect(_twice(county, people.CLERK, lambda work: supervisions.propose(work, ticket.number, "拖了")))
    assert _count(county, Supervision, Supervision.ticket_id == ticket.id) == 1
    with Session(county) as session:
        id_ = session.scalar(select(Supervision.id).where(Supervision.ticket_id == ticket.id))
    _one_effect(_twice(county, people.CHIEF, lambda work: supervisions.sign(work, id_, level=1)))
    _one_effect(_twice(county, people.POWER_DEPUTY, lambda work: supervisions.answer(work, id_, "办了")))


def test_the_answer_to_an_instruction(county):
    def _make(session):
        ticket = a_ticket(session, State.HANDLING)
        word = instructions.Word("请办好。", people.POWER_UNIT, DUE)
        return instructions.give(work_of(session, people.CHIEF, LATER), ticket.number, word)

    made = _made(county, _make)

    _one_effect(_twice(county, people.POWER, lambda work: instructions.answer(work, made.id, "办了")))
    assert _count(county, Instruction, Instruction.answered_at.is_not(None)) == 1


def test_a_part_that_is_handed_in(county):
    def _make(session):
        ticket = a_ticket(session, State.ACCEPTED)
        parts = {"lead_unit": people.POWER_UNIT, "co_units": [{"unit": people.TRANSPORT_UNIT, "text": "路"}]}
        move(session, ticket, people.DISPATCHER, Action.DISPATCH, LATER, **parts)
        return move(session, ticket, people.POWER, Action.ACKNOWLEDGE, LATER)

    ticket = _made(county, _make)
    step = Step(Action.HAND_IN, ticket.version, {"note": "路面修好了"})

    _one_effect(_twice(county, people.TRANSPORT, lambda work: moving.move(work, ticket.number, step)))
    assert _count(county, Part, Part.handed_in_at.is_not(None)) == 1


def test_an_evaluation(county):
    ticket = _made(county, lambda session: a_ticket(session, State.REVIEWED))
    given = {"contacted": True, "solved": True, "satisfaction": Satisfaction.SATISFIED}
    step = Step(Action.CONFIRM, ticket.version, given)

    _one_effect(_twice(county, people.OWNER, lambda work: moving.move(work, ticket.number, step)))


def test_a_merge_and_two_that_merge_into_each_other(county):
    first, second = _made(county, lambda session: (submitted(session), submitted(session)))
    step = Step(Action.MERGE, first.version, {"into": second.number})

    _one_effect(_twice(county, people.CLERK, lambda work: moving.move(work, first.number, step)))
    with Session(county) as session:
        assert session.get_one(Ticket, second.id).merged_into_id is None


def test_a_common_issue_and_who_has_the_same(county):
    ticket = _made(county, submitted)
    new = common.NewIssue("园区专线容量不够", "energy", DUE, (ticket.number,))

    _one_effect(_twice(county, people.DISPATCHER, lambda work: common.open_issue(work, new)))
    assert _count(county, CommonIssue) == 1
    with Session(county) as session:
        id_ = session.scalar(select(CommonIssue.id))
    said = _twice(county, people.OWNER, lambda work: common.echo(work, id_))
    assert said.count("done") <= 1
    assert _count(county, CommonEcho) <= 1


def test_a_leave(county):
    days = leaving.Span(DUE, DUE + timedelta(days=1))

    said = _twice(county, people.CLERK, lambda work: leaving.record(work, people.CLERK, people.CLOSER, days))

    _one_effect(said)
    assert _count(county, Leave) == 1


def test_a_tick_of_a_checklist(county):
    ticket = _made(county, lambda session: a_ticket(session, State.HANDLING, category="safety"))

    _twice(county, people.POWER, lambda work: checklists.tick(work, ticket.number, "site", done=True))
    assert _count(county, ChecklistTick, ChecklistTick.ticket_id == ticket.id) == 1


def test_what_was_passed_on_and_is_confirmed(county):
    word = passing.Word(people.FIRM, "锅炉漏水", "锅炉漏水，请看。")
    made = _made(county, lambda session: passing.write(work_of(session, people.GUIDE, LATER), word))
    before = _count(county, Ticket)

    _twice(county, people.OWNER, lambda work: passing.confirm(work, made.id))
    assert _count(county, Ticket) == before + 1


def test_one_press_of_two_forms_that_are_the_same(county):
    """What `doors.work` asks first: of two at once, one is the first."""
    ready = Barrier(2)

    def _press(_place: int) -> bool:
        with Session(county) as session:
            ready.wait(20)
            engine.writing(session)
            first = _written(session, Press(key="k" * 64, digest="d", at=LATER))
            session.commit()
            return first

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(_press, range(2))) == [False, True]
