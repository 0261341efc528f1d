"""A case's way: the committee drafts it, the enterprise agrees to its words, another person publishes it.

Its words name nobody, whatever the enterprise agrees to: the name stands beside them where it says so, and goes with
its consent. Consent is taken back at any time, and the case is gone from the list with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import queries
from chainhub.tickets import rules as tickets
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import beside
from chainhub.tickets.successes import rules
from chainhub.tickets.successes.models import SuccessCase
from chainhub.tickets.successes.rules import LIVE, CaseState
from chainhub.tickets.terms import Satisfaction
from chainhub.tickets.workflow import Action, Party, State, Who

PAGE = 20
_OTHERWISE = "没有这个案例，或者您看不到它。"
_HAPPY = frozenset({Satisfaction.SATISFIED, Satisfaction.MOSTLY})


@dataclass(frozen=True, slots=True)
class Published:
    """A case as everybody reads it: the enterprise's name is empty unless it agreed to that."""

    case: SuccessCase
    category: str
    enterprise: str


def of(work: Work, ticket: Ticket) -> Sequence[SuccessCase]:
    """Return a ticket's cases, the oldest first; one without costs no query."""
    if not ticket.annexed:
        return ()
    mine = SuccessCase.ticket_id == ticket.id
    return work.session.scalars(select(SuccessCase).where(mine).order_by(SuccessCase.id)).all()


def _standing(work: Work, ticket: Ticket) -> frozenset[Who]:
    return tickets.parties(work.actor, queries.facts(work.session, ticket))


def readable(work: Work, ticket: Ticket) -> Sequence[SuccessCase]:
    """Return those this actor may read on the ticket: for the committee and the enterprise itself."""
    return of(work, ticket) if _standing(work, ticket) & {Role.COMMITTEE, Party.REQUESTER} else ()


# Drafting


def may_draft(work: Work, ticket: Ticket) -> bool:
    """Say whether this actor may draft a case from this ticket now."""
    fits = ticket.state is State.CLOSED and ticket.satisfaction in _HAPPY
    fits = fits and not ticket.confidential and ticket.complained_unit_code is None
    if not fits or Role.COMMITTEE not in _standing(work, ticket):
        return False
    return not any(one.stage in LIVE for one in of(work, ticket))


def demand_draft(work: Work, number: str) -> Ticket:
    """Return the ticket from which a case may be drafted now. Raises NotFound, NotAllowed, Conflict."""
    ticket = queries.own(work, number)
    if Role.COMMITTEE not in _standing(work, ticket):
        raise NotAllowed("典型案例由产业链党委来写。")
    if ticket.confidential or ticket.complained_unit_code is not None:
        raise Conflict("保密的诉求和投诉不能写成案例。", code="forbidden_now")
    if ticket.state is not State.CLOSED or ticket.satisfaction not in _HAPPY:
        raise Conflict("销号了、企业满意的，才能写成案例。", code="wrong_state")
    if any(one.stage in LIVE for one in of(work, ticket)):
        raise Conflict("这件诉求已经有案例了，等企业和审核的人答复。", code="forbidden_now")
    return ticket


def draft(work: Work, number: str, title: str, text: str) -> SuccessCase:
    """Draft a case and ask the enterprise. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket = demand_draft(work, number)
    firm = work.session.get_one(Enterprise, ticket.enterprise_code)
    names = (
        firm.name,
        firm.short,
        firm.contact,
        firm.phone,
        ticket.contact_person,
        ticket.contact_phone,
        ticket.number,
    )
    for field, said in (("title", title), ("text", text)):
        if found := rules.telling(said, names):
            raise Invalid(errors={field: [f"里面写了“{found}”，会认出是哪家，请删掉或者换个说法。"]})
    made = SuccessCase(
        ticket_id=ticket.id,
        stage=CaseState.ASKED,
        title=title,
        text=text,
        drafted_by_id=work.actor.id,
        drafted_by=_who(work),
        drafted_at=work.now,
    )
    work.session.add(made)
    ticket.annexed += 1
    work.session.flush()
    beside.note(work, ticket, Action.CASE_DRAFT, {"note": title}, Role.COMMITTEE)
    to = known.of(work.session).holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, ticket.enterprise_code)
    words = f"{ticket.about}：想把这件事写成典型案例，请看看写得行不行，同不同意由您定。"
    _tell(work, ticket, to, words, f"case:{made.id}:asked", NoticeKind.TASK)
    return made


def _who(work: Work) -> str:
    return f"{work.actor.unit_name} {work.actor.name}".strip()


# The enterprise's word


def find(work: Work, id_: int) -> tuple[Ticket, SuccessCase]:
    """Return a case and its ticket. Raises NotFound where the actor may not read it there."""
    found = work.session.get(SuccessCase, id_) if 0 < id_ < 2**31 else None
    ticket = queries.own_under(work, found.ticket_id if found else None, _OTHERWISE)
    if found is None or not readable(work, ticket):
        raise NotFound(_OTHERWISE)
    return ticket, found


def may_answer(work: Work, ticket: Ticket, found: SuccessCase) -> bool:
    """Say whether this actor agrees for the enterprise, or does not, now; once agreed, it may take that back."""
    return found.stage in LIVE and Party.REQUESTER in _standing(work, ticket)


def demand_answer(work: Work, id_: int) -> tuple[Ticket, SuccessCase]:
    """Return a case to which the enterprise may have its say now. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    if Party.REQUESTER not in _standing(work, ticket):
        raise NotAllowed("同不同意由企业自己定。")
    if found.stage not in LIVE:
        raise Conflict(f"这个案例已经是“{found.stage.label}”，不用再答复。", code="wrong_state")
    return ticket, found


def answer(work: Work, id_: int, *, agrees: bool, named: bool = False) -> SuccessCase:
    """Let the enterprise agree, refuse, or take its consent back. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = demand_answer(work, id_)
    if agrees and found.stage is not CaseState.ASKED:
        raise Conflict("您已经同意过了。不想再登的，可以收回同意。", code="wrong_state")
    if agrees:
        found.stage, found.named = CaseState.AGREED, named
    else:
        asked = found.stage is CaseState.ASKED
        found.stage, found.named = (CaseState.REFUSED if asked else CaseState.WITHDRAWN), False
    found.answered_by, found.answered_at = work.actor.name, work.now
    beside.note(work, ticket, Action.CASE_ANSWER, {"note": found.stage.label}, Party.REQUESTER)
    to = known.of(work.session).holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, ticket.chain_code)
    words = f"{ticket.about}：典型案例《{found.title}》，{found.stage.label}。"
    _tell(work, ticket, to, words, f"case:{found.id}:{found.stage.value}", NoticeKind.NEWS)
    return found


# Publishing


def may_publish(work: Work, ticket: Ticket, found: SuccessCase) -> bool:
    """Say whether this actor publishes a case, or does not, now: another person than who drafted it."""
    agreed = found.stage is CaseState.AGREED and Role.COMMITTEE in _standing(work, ticket)
    return agreed and not _drafted(work, ticket, found)


def _drafted(work: Work, ticket: Ticket, found: SuccessCase) -> bool:
    return found.drafted_by_id in tickets.one_hand(work.actor, queries.facts(work.session, ticket))


def demand_publish(work: Work, id_: int) -> tuple[Ticket, SuccessCase]:
    """Return a case on which this actor may decide now. Raises NotFound, NotAllowed, Conflict."""
    ticket, found = find(work, id_)
    if Role.COMMITTEE not in _standing(work, ticket):
        raise NotAllowed("典型案例由产业链党委审核发布。")
    if found.stage is not CaseState.AGREED:
        raise Conflict(f"这个案例现在是“{found.stage.label}”，企业同意了才能发布。", code="wrong_state")
    if _drafted(work, ticket, found):
        raise Conflict("这个案例是您写的，要由产业链党委的另一位同志审核发布。", code="forbidden_now")
    return ticket, found


def decide(work: Work, id_: int, *, publish: bool, note: str = "") -> SuccessCase:
    """Publish a case, or decide against it. Raises NotFound, NotAllowed, Conflict, Invalid."""
    ticket, found = demand_publish(work, id_)
    if not publish and not note:
        raise Invalid(errors={"note": ["不发布的，请写明为什么。"]})
    found.stage = CaseState.PUBLISHED if publish else CaseState.REJECTED
    found.decided_by, found.decided_at, found.decision = _who(work), work.now, note
    said = f"{found.stage.label}。{note}" if note else f"{found.stage.label}。"
    beside.note(work, ticket, Action.CASE_DECIDE, {"note": said}, Role.COMMITTEE)
    return found


def _tell(work: Work, ticket: Ticket, who: frozenset[int], words: str, key: str, kind: NoticeKind) -> None:
    others = who - {work.actor.id}
    about = ticket.complained_unit_code
    notices.enqueue(work, others, kind, words, key=key, link=ticket.link, kept_from=about)


# Reading what is published


def published(
    work: Work, *, before: int | None = None, limit: int = PAGE
) -> tuple[list[Published], int | None]:
    """Return what is published, the newest first, and the place after it (None: there is no more)."""
    query = (
        select(SuccessCase, Ticket.category_code, Enterprise.short)
        .join(Ticket, Ticket.id == SuccessCase.ticket_id)
        .join(Enterprise, Enterprise.code == Ticket.enterprise_code)
        .where(SuccessCase.stage == CaseState.PUBLISHED, Ticket.confidential.is_(False))
        .where(Ticket.complained_unit_code.is_(None))
        .order_by(SuccessCase.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(SuccessCase.id < before)
    directory = known.of(work.session).directory
    found = [
        Published(case, directory.category_label(category), short if case.named else "")
        for case, category, short in work.session.execute(query)
    ]
    return found[:limit], found[limit - 1].case.id if len(found) > limit else None
