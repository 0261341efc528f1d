"""A state machine of the whole loop: hypothesis chooses who does what and when, and shrinks what breaks a promise.

Beside the moves of the table, which `test_random_walk.py` walks until each was met, people here ask and decide, instruct
and answer, sign, blow and report in. After every step the county is asked all that the simulated one is asked
(`operations/simulating/watching.py`), each truth computed from history and facts and not by the rules that made it so.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.errors import Conflict, Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.notices.models import Notice
from chainhub.operations import verify
from chainhub.operations.simulating import truths, watching
from chainhub.operations.simulating.looking import Look, Memory
from chainhub.tickets import queries
from chainhub.tickets.beside_models import Whistle
from chainhub.tickets.copies import service as copies
from chainhub.tickets.copies.models import TicketCopy
from chainhub.tickets.models import Instruction, Request, Supervision, Ticket
from chainhub.tickets.onsite import service as onsite
from chainhub.tickets.outsiders import service as outsiders
from chainhub.tickets.outsiders.models import OutsideQuestion
from chainhub.tickets.service import instructions, requests, supervisions, whistles
from chainhub.tickets.service.answering import NOBODY
from chainhub.tickets.service.instructions import Word
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.service.whistles import Report
from chainhub.tickets.terms import CarryOverReason, RequestKind, RequestState, Urgency
from chainhub.tickets.workflow import OPEN, State
from tests import people
from tests.builders import REACHABLE, a_ticket
from tests.people import SHANGHAI, china
from tests.reminders.passing import run_timetable
from tests.tickets.test_random_walk import LEAPS, WALKERS, Walk

pytestmark = pytest.mark.slow

CHANCES = st.randoms(use_true_random=False)
UNITS = (people.POWER_UNIT, people.TRANSPORT_UNIT)
EXAMPLES, STEPS = 8, 20
STANDING = tuple(state for state in REACHABLE if state in OPEN)
QUESTIONS_MOST = 3  # to the outside, so that an example is not one long list of them
KINDS_LEAST = 6  # of deeds beside the table, met in all examples together
Offer = tuple[str, Callable[[], object]]


class Loop(RuleBasedStateMachine):
    """A county in which hypothesis rules; what a step does is undone with its example."""

    session: ClassVar[Session]
    met: ClassVar[set[str]]  # over all examples; decides nothing

    @initialize(
        hour=st.integers(0, 23),
        begun=st.sampled_from(STANDING),
        urgency=st.sampled_from(Urgency),
        confidential=st.booleans(),
        endorsed=st.booleans(),
    )
    def begin(self, hour: int, begun: State, urgency: Urgency, confidential: bool, endorsed: bool) -> None:
        """Begin in the September of 2026, with holidays and make-up days ahead, and a ticket that stands somewhere."""
        self.county = self.session.begin_nested()
        self.walk = Walk(self.session, seed=int(endorsed))
        self.walk.now = china(2026, 9, 14, hour)
        self.swept = self.walk.now
        self.done: Counter[str] = Counter()
        self.heard, self.saw = 0, {}
        self.sweeps: set[datetime] = set()
        self.memory = Memory(calendar=known.of(self.session).calendar.version)
        a_ticket(self.session, begun, self.walk.now, urgency=urgency, confidential=confidential)
        self.walk.ids = list(self.session.scalars(select(Ticket.id)))
        self.walk.now += timedelta(hours=1)

    def teardown(self) -> None:
        if hasattr(self, "county"):
            try:
                self.session.flush()
                assert verify.verify(self.session).ok
            finally:
                self.county.rollback()

    # What happens

    @rule(leap=st.sampled_from(LEAPS), swept=st.booleans())
    def time_passes(self, leap: timedelta, swept: bool) -> None:
        self.walk.now += leap
        if not swept:
            return
        self.sweeps.add(self.walk.now)
        ran = run_timetable(self.session, self.walk.now)
        assert not [name for name, one in ran.items() if one.failed]
        if known.of(self.session).calendar.is_working_moment(self.walk.now):
            self.swept = self.walk.now

    @rule(chance=CHANCES)
    def somebody_files(self, chance: random.Random) -> None:
        self.walk.chance = chance
        if sum(one.is_open for one in self.walk.tickets) < 3:
            self.walk.file()

    @rule(chance=CHANCES)
    def somebody_moves_a_ticket(self, chance: random.Random) -> None:
        self.walk.chance = chance
        self.walk.go_on()

    @rule(chance=CHANCES)
    def somebody_tries_what_is_not_theirs(self, chance: random.Random) -> None:
        self.walk.chance = chance
        self.walk.trespass()

    @rule(chance=CHANCES)
    def somebody_sees_to_what_stands_beside(self, chance: random.Random) -> None:
        """Do one of the things that a page offers beside the table's moves, rather one that was seldom done."""
        ticket = chance.choice(self.walk.tickets)
        offers = [one for name in WALKERS for one in self._beside(name, ticket)]
        if not offers:
            return
        names = sorted({name for name, _ in offers})
        seldom = min(names, key=lambda one: self.done[one] + chance.random())
        self.done[seldom] += 1
        self.met.add(seldom)
        deed = chance.choice([deed for name, deed in offers if name == seldom])
        with self.session.begin_nested():
            deed()

    def _beside(self, username: str, ticket: Ticket) -> Iterator[Offer]:
        work = self.walk.work(username)
        if self.session.scalar(select(Ticket.id).where(Ticket.id == ticket.id, queries.visible(work.actor))):
            yield from self._requests(work, ticket)
            yield from self._words(work, ticket)
            yield from self._whistles(work, ticket)
            yield from self._annexes(work, ticket)

    def _requests(self, work: Work, ticket: Ticket) -> Iterator[Offer]:
        for kind in requests.may_ask(work, ticket):
            due_on = (ticket.due_at or work.now).astimezone(SHANGHAI).date()
            until = (
                work.calendar.add_workdays(due_on, 3)
                if kind is RequestKind.EXTENSION
                else work.now.astimezone(SHANGHAI).date() + timedelta(days=20)
            )
            asked = Asked(kind, "厂家排产要到下月", until, CarryOverReason.PLANNING, (people.TRANSPORT_UNIT,))
            yield f"ask {kind}", partial(requests.ask, work, ticket.number, asked)
        for one in self._of(Request, ticket):
            if requests.may_decide(work, ticket, one):
                for approve in (True, False):
                    deed = partial(self._decide, work, ticket, one, approve)
                    yield f"decide {one.kind} {approve}", deed

    def _decide(self, work: Work, ticket: Ticket, one: Request, approve: bool) -> None:
        """Decide; what was true when it was asked may be so no more, and then a sentence says it."""
        try:
            with self.session.begin_nested():
                requests.decide(work, one.id, approve=approve, note="看过了")
        except (Conflict, Invalid):
            assert approve
            assert self.session.get_one(Request, one.id).state is RequestState.PENDING

    def _words(self, work: Work, ticket: Ticket) -> Iterator[Offer]:
        if instructions.may_give(work, ticket) and ticket.lead_unit_code:
            due_on = work.now.astimezone(SHANGHAI).date() + timedelta(days=6)
            behalf = "县领导" if work.actor.username == people.LIAISON else ""
            word = Word("这个月办好，不能再等。", ticket.lead_unit_code, due_on, behalf)
            yield "instruct", partial(instructions.give, work, ticket.number, word)
        for given in self._of(Instruction, ticket):
            if given.answered_at is None and instructions.may_answer(work, ticket, given):
                yield "answer an instruction", partial(instructions.answer, work, given.id, "到现场看过了")
        if supervisions.may_draft(work, ticket):
            yield "draft", partial(supervisions.propose, work, ticket.number, "拖得太久")
        for drafted in self._of(Supervision, ticket):
            if supervisions.may_sign(work, ticket, drafted):
                yield "sign", partial(supervisions.sign, work, drafted.id)
                yield "drop", partial(supervisions.drop, work, drafted.id, "当面催过了")
            if supervisions.may_answer(work, ticket, drafted):
                yield "answer a supervision", partial(supervisions.answer, work, drafted.id, "加了人手")

    def _whistles(self, work: Work, ticket: Ticket) -> Iterator[Offer]:
        if whistles.may_blow(work, ticket):
            units = UNITS if work.actor.username != people.OWNER else ()
            yield "blow", partial(whistles.blow, work, ticket.number, "路口挖断了水管", units)
        if whistles.mine(work, ticket) is not None:
            yield "report in", partial(whistles.report_in, work, ticket.number, Report("两个人"))
        for blown in self._of(Whistle, ticket):
            if whistles.may_decide(work, ticket, blown):
                yield "confirm a whistle", partial(whistles.confirm, work, blown.id, UNITS)
                yield "refuse a whistle", partial(whistles.refuse, work, blown.id, "一家就能办")
            if whistles.may_end(work, ticket, blown):
                yield "end a whistle", partial(whistles.end, work, blown.id, "分了工")

    def _annexes(self, work: Work, ticket: Ticket) -> Iterator[Offer]:
        """Yield what widens who reads or knows of a ticket: copies, questions to the outside, visits."""
        if copies.may_copy(work, ticket):
            yield "copy", partial(self._copy, work, ticket)
            for sent in self._of(TicketCopy, ticket):
                if sent.withdrawn_at is None:
                    yield "withdraw a copy", partial(copies.withdraw, work, sent.id)
        questions = self._of(OutsideQuestion, ticket)
        if outsiders.may_ask(work, ticket) and len(questions) < QUESTIONS_MOST:
            asked = outsiders.Question("云岭银行汶上支行", "顾知微", "抵押登记要几天？", 1)
            yield "ask outside", partial(outsiders.ask, work, ticket.number, asked)
        for question in questions:
            if outsiders.may_manage(work, ticket, question):
                answered = partial(outsiders.answer, replace(work, actor=NOBODY), question.id)
                yield "answer from outside", partial(answered, "顾知微", "五天")
                yield "take a question back", partial(outsiders.revoke, work, question.id, "问错人了")
        if onsite.may_record(work, ticket):
            seen = onsite.Seen("韩砚等 2 人", "基础浇好了")
            yield "visit", partial(onsite.record, work, None, ticket.number, seen)

    def _copy(self, work: Work, ticket: Ticket) -> None:
        """Send a copy; who reads it already, or is of the unit complained of, is refused in a sentence."""
        try:
            with self.session.begin_nested():
                copies.copy(work, ticket.number, people.TRANSPORT)
        except Invalid as refused:
            truths.hold("person" in refused.errors, refused.errors)

    def _of(self, model: Any, ticket: Ticket) -> Sequence[Any]:
        return self.session.scalars(
            select(model).where(model.ticket_id == ticket.id).order_by(model.id)
        ).all()

    # What must hold

    def _clocks_follow_from_events(self) -> None:
        """No clock starts, pauses, runs on or stops but by a line of the history, or by the scheduler that ran then."""
        for ticket in self.walk.tickets:
            moments = self.sweeps | {event.at for event in queries.events(self.session, ticket.id)}
            for clock in queries.clocks(self.session, ticket.id):
                edges = [datetime.fromisoformat(one) for pause in clock.pauses for one in pause[:2] if one]
                turns = {one for one in (clock.started_at, clock.stopped_at, *edges) if one is not None}
                assert turns <= moments, (ticket.number, clock.kind, sorted(turns - moments))

    def _nobody_hears_what_they_may_not_see(self) -> None:
        """A confidential ticket is told to those alone who see it, or saw it before the step (domain, section 2)."""
        addressed = watching.addressed(self.session)
        by_link = {one.link: one for one in self.walk.tickets if one.confidential}
        actors = {who.id: who for who in self.walk.actors.values()}
        may = {
            link: {id_ for id_, who in actors.items() if truths.sees(who, one, addressed[one.id])}
            for link, one in by_link.items()
        }
        for notice in self.session.scalars(select(Notice).where(Notice.id > self.heard).order_by(Notice.id)):
            self.heard = notice.id
            if notice.link in may and notice.user_id in actors:
                allowed = may[notice.link] | self.saw.get(notice.link, set())
                assert notice.user_id in allowed, (actors[notice.user_id].username, notice.text)
        self.saw = may

    @invariant()
    def every_promise_holds(self) -> None:
        self._clocks_follow_from_events()
        self._nobody_hears_what_they_may_not_see()
        look = Look.at(self.session, self.walk.now, self.swept, 0, self.walk.actors, self.memory)
        watching.check(look)


def test_no_order_of_deeds_breaks_a_promise(session):
    """Hypothesis looks for an order of deeds that breaks one, and shrinks what it finds; the choice is the same each time."""
    Loop.session, Loop.met = session, set()

    run_state_machine_as_test(
        Loop,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=tuple(HealthCheck),
        ),
    )

    assert len(Loop.met) >= KINDS_LEAST, Loop.met
