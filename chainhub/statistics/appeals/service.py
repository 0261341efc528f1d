"""Appealing against a counted case, and deciding on it: two persons, two reasons, a line of the ticket's history each.

An appeal that is upheld takes the case out of that figure alone, at that unit's door, in the month in which it counted;
`statistics.rules.judge` reads that from the history. To take a ticket out of every figure is 不计入考核, which the
chain's leader decides (`tickets.service.requests`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import Limit, Workdays
from chainhub.county import known
from chainhub.county.rulebook.rules import ANY
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.service import Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.statistics import rules as figures_rules
from chainhub.statistics import stories
from chainhub.statistics.appeals import queries, rules
from chainhub.statistics.appeals.models import Appeal
from chainhub.statistics.appeals.terms import REASON_LEAST, REASON_MOST, Verdict
from chainhub.statistics.figures import FIGURES, Figure
from chainhub.statistics.terms import Month, month_of
from chainhub.tickets import queries as tickets
from chainhub.tickets import rules as ticket_rules
from chainhub.tickets.models import Ticket
from chainhub.tickets.rules import moment_text
from chainhub.tickets.service import attaching, beside
from chainhub.tickets.workflow import Action

APPEAL_LIMIT, DECISION_LIMIT = "assessment_appeal", "assessment_decision"
_USUAL = {APPEAL_LIMIT: Workdays(10), DECISION_LIMIT: Workdays(5)}  # where a county's table has no row
_OTHERWISE = "没有这个申诉，或者您看不到它。"


@dataclass(frozen=True, slots=True)
class Against:
    """What is appealed against: a figure, at which unit's door, in which month."""

    figure: Figure
    unit: str
    month: Month

    @property
    def words(self) -> str:
        """As people read it: 按时办结率，2026年3月."""
        return f"{self.figure.label}，{self.month.text}"


def against(work: Work, number: str, code: str, unit: str, month: Month | None) -> Against:
    """Read what is appealed against; without a unit, the actor's own where there is one.

    Raises NotFound, NotAllowed, Invalid: of a ticket that is somebody else's nothing is said but that.
    """
    tickets.own(work, number)
    if code not in rules.APPEALABLE:
        raise Invalid(errors={"figure": ["这个指标不能申诉，请从指标的清单里点“申诉”。"]})
    if month is None or month > month_of(work.now):
        raise Invalid(errors={"month": ["月份要写成 2026-10 这样，不能是以后的。"]})
    own = sorted(work.actor.refs(Role.DEPARTMENT, ScopeKind.UNIT))
    unit = unit or (own[0] if len(own) == 1 else "")
    if not unit or not work.actor.holds(Role.DEPARTMENT, unit=unit):
        raise NotAllowed("考核申诉由算到的那个单位自己提。")
    return Against(FIGURES[code], unit, month)


def limit_of(work: Work, clock: str) -> Limit:
    """Return a limit of appeals from the county's table."""
    found = known.of(work.session).book.limit_or_none(clock, ANY, "normal", work.now)
    return found or _USUAL[clock]


def demand(work: Work, number: str, about: Against) -> Ticket:
    """Return the ticket about which this may be asked now. Raises NotFound, Conflict."""
    ticket = tickets.own(work, number)
    key = (ticket.id, about.figure.measure.value, about.unit, about.month.code)
    made = queries.of_tickets(work, [ticket.id]).get(key)
    if made is not None:
        raise Conflict(
            f"这一件的{about.words}已经申诉过，现在是“{made.standing.label}”，一件只申诉一次。",
            code="forbidden_now",
        )
    when = queries.published(work, [about.month.code]).get(about.month.code)
    until = rules.open_until(about.month, limit_of(work, APPEAL_LIMIT), work.calendar, when)
    if work.now >= until:
        raise Conflict(
            f"{about.month.text}的到 {moment_text(until)} 为止可以申诉，已经过了。", code="forbidden_now"
        )
    if not rules.counted(_marks(work, ticket), about.figure, about.unit, about.month.code):
        raise Conflict(
            f"这件诉求没有拉低您单位{about.month.text}的{about.figure.label}，不用申诉。", code="wrong_state"
        )
    return ticket


def _marks(work: Work, ticket: Ticket) -> list[figures_rules.Mark]:
    judged = [
        mark
        for story in stories.stories(work, [ticket.id])
        for mark in figures_rules.judge(story, work.calendar)
    ]
    return judged + [one.mark for one in stories.late(work) if one.case.ticket == ticket.id]


def ask(
    work: Work,
    number: str,
    about: Against,
    reason: str,
    shelf: Shelf | None = None,
    files: Sequence[Sound] = (),
) -> Appeal:
    """Appeal against a case. Raises NotFound, Conflict, Invalid."""
    ticket = demand(work, number, about)
    _demand_words("reason", reason)
    due = work.calendar.due(work.now, limit_of(work, DECISION_LIMIT)).at
    made = Appeal(
        ticket_id=ticket.id,
        chain_code=ticket.chain_code,
        unit_code=about.unit,
        figure=about.figure.code,
        measure=about.figure.measure.value,
        month=about.month.code,
        reason=reason,
        files=len(files),
        standing=Verdict.ASKED,
        asked_by_id=work.actor.id,
        asked_by=_who(work, about.unit),
        asked_at=work.now,
        due_at=due,
        speaks_at=rules.speaks_next(due, work.now, work.calendar),
        decided_at=None,
    )
    work.session.add(made)
    kept = []
    if shelf is not None and files:
        line = ticket.version + 1  # the line that `_note` writes below
        kept = attachments.add(work, shelf, attaching.owner(ticket), files, internal=True, event_seq=line)
    listed = [{"id": one.id, "name": one.name, "size": one.size, "sha256": one.sha256} for one in kept]
    _note(work, ticket, Action.ASSESS_ASK, made, reason, {"files": listed or None})
    words = f"{ticket.about}：{made.asked_by}申诉{about.words}，请在 {moment_text(made.due_at)} 前决定。"
    _tell(work, ticket, _deciders(work, made), made, words)
    return made


def may_add(work: Work, appeal: Appeal) -> bool:
    """Say whether this actor may still add what proves an appeal: of its unit, until somebody has decided."""
    return appeal.standing is Verdict.ASKED and work.actor.holds(Role.DEPARTMENT, unit=appeal.unit_code)


def demand_addition(work: Work, id_: int) -> tuple[Ticket, Appeal]:
    """Return an appeal to which this actor may add files now. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    if not work.actor.holds(Role.DEPARTMENT, unit=found.unit_code):
        raise NotAllowed("证明材料由提申诉的单位来补。")
    if not may_add(work, found):
        raise Conflict(f"这个申诉已经是“{found.standing.label}”，不再收材料。", code="wrong_state")
    return ticket, found


def add_files(
    work: Work, shelf: Shelf, id_: int, files: Sequence[Sound]
) -> tuple[Ticket, Sequence[Attachment]]:
    """Add what proves an appeal; return its ticket and what was added. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, found = demand_addition(work, id_)
    unit = known.of(work.session).directory.unit_name(found.unit_code)
    made = attaching.attach_proof(work, shelf, ticket, files, unit)
    found.files += len(made)
    work.session.flush()
    return ticket, made


def _deciders(work: Work, appeal: Appeal) -> frozenset[int]:
    return known.of(work.session).holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, appeal.chain_code)


def _who(work: Work, unit: str) -> str:
    return f"{known.of(work.session).directory.unit_name(unit)} {work.actor.name}".strip()


def find(work: Work, id_: int) -> tuple[Ticket, Appeal]:
    """Return an appeal and its ticket. Raises NotFound where the actor may not see the ticket."""
    found = work.session.get(Appeal, id_) if 0 < id_ < 2**31 else None
    ticket = tickets.own_under(work, found.ticket_id if found else None, _OTHERWISE)
    if found is None:
        raise NotFound(_OTHERWISE)
    return ticket, found


def may_decide(work: Work, appeal: Appeal) -> bool:
    """Say whether this actor may be asked for a decision: of the chain's committee, and another person."""
    own = {work.actor.id} | {one.lent_by_id for one in work.actor.grants if one.lent_by_id is not None}
    of_chain = work.actor.holds(Role.COMMITTEE, chain=appeal.chain_code)
    return of_chain and appeal.standing is Verdict.ASKED and appeal.asked_by_id not in own


def demand_decision(work: Work, id_: int) -> tuple[Ticket, Appeal]:
    """Return an appeal on which this actor decides now. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    if not work.actor.holds(Role.COMMITTEE, chain=ticket.chain_code):
        raise NotAllowed("考核申诉由这条链的产业链党委决定。")
    if found.standing is not Verdict.ASKED:
        raise Conflict(f"这个申诉已经是“{found.standing.label}”，决定过的不再改。", code="wrong_state")
    facts = tickets.facts(work.session, ticket)
    if found.asked_by_id in ticket_rules.one_hand(work.actor, facts):
        raise Conflict(
            "这是您自己提的申诉（代人提、由人代您提的也算），要由别人来决定。", code="forbidden_now"
        )
    return ticket, found


def decide(work: Work, id_: int, *, uphold: bool, note: str) -> Appeal:
    """Decide on an appeal, with the reason. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, found = demand_decision(work, id_)
    _demand_words("note", note)
    found.standing = Verdict.UPHELD if uphold else Verdict.REJECTED
    found.decided_by_id = work.actor.id
    found.decided_by = f"{work.actor.unit_name} {work.actor.name}".strip()
    found.decided_at = work.now
    found.decision = note
    found.speaks_at = None
    _note(work, ticket, Action.ASSESS_UPHOLD if uphold else Action.ASSESS_REJECT, found, note, {})
    said = "这一件不再算进这个指标" if uphold else "照算"
    words = f"{ticket.about}：{about_of(found).words}的考核申诉，{found.standing.label}，{said}。{note}"
    unit = known.of(work.session).holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, found.unit_code)
    told = unit | ({found.asked_by_id} if found.asked_by_id else set())
    _tell(work, ticket, told, found, words)
    return found


def about_of(found: Appeal) -> Against:
    """Return what an appeal is against."""
    return Against(FIGURES[found.figure], found.unit_code, Month(*divmod(found.month, 100)))


def _demand_words(field: str, words: str) -> None:
    if not REASON_LEAST <= len(words) <= REASON_MOST:
        raise Invalid(
            errors={field: [f"请写明理由，{REASON_LEAST} 到 {REASON_MOST} 字，现在 {len(words)} 字。"]}
        )


def _note(
    work: Work, ticket: Ticket, action: Action, found: Appeal, words: str, more: dict[str, object]
) -> None:
    said = {
        "figure": found.figure,
        "measure": found.measure,
        "unit": found.unit_code,
        "month": found.month,
        "about": about_of(found).words,
        "note": words,
        **more,
    }
    asks = action is Action.ASSESS_ASK
    body = known.of(work.session).directory.unit_name(found.unit_code) if asks else None
    beside.note(work, ticket, action, said, Role.DEPARTMENT if asks else Role.COMMITTEE, body)
    work.session.flush()


def _tell(work: Work, ticket: Ticket, who: set[int] | frozenset[int], found: Appeal, words: str) -> None:
    asked = found.standing is Verdict.ASKED
    notices.enqueue(
        work,
        who - {work.actor.id or 0},
        NoticeKind.TASK if asked else NoticeKind.NEWS,
        words,
        key=f"appeal:{found.id}:{found.standing.value}",
        link=f"/statistics/appeals/{found.id}",
        kept_from=ticket.complained_unit_code,
    )


# By itself


def speaking(work: Work, limit: int) -> Sequence[int]:
    """Return appeals that nobody has decided and of which it is time to remind."""
    query = select(Appeal.id).where(Appeal.speaks_at <= work.now).order_by(Appeal.speaks_at, Appeal.id)
    return work.session.scalars(query.limit(limit)).all()


def remind(work: Work, ids: Sequence[int]) -> None:
    """Remind the committee on the day of the decision, and once it has passed; then whoever asked hears of it too."""
    for id_ in ids:
        found = work.session.get_one(Appeal, id_)
        if found.speaks_at is None or found.speaks_at > work.now:
            continue
        ticket = work.session.get_one(Ticket, found.ticket_id)
        late = found.due_at <= work.now
        when = "的决定过期了，请尽快决定。" if late else f"要在 {moment_text(found.due_at)} 前决定。"
        told = _deciders(work, found) | ({found.asked_by_id} if late and found.asked_by_id else frozenset())
        notices.enqueue(
            work,
            told,
            NoticeKind.OVERDUE if late else NoticeKind.REMINDER,
            f"{ticket.about}：{found.asked_by}申诉{about_of(found).words}，{when}",
            key=f"appeal:{found.id}:{'late' if late else 'today'}",
            link=f"/statistics/appeals/{found.id}",
            kept_from=ticket.complained_unit_code,
        )
        found.speaks_at = rules.speaks_next(found.due_at, work.now, work.calendar)
