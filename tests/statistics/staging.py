"""A county in which every figure has something to count, told through the real services."""

from datetime import timedelta

from chainhub.statistics.appeals import service as appeals
from chainhub.statistics.terms import Month
from chainhub.tickets.service import requests, submitting
from chainhub.tickets.service.requests import Asked
from chainhub.tickets.terms import DissatisfiedReason, Kind, Outcome, RequestKind, Satisfaction
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move, submitted
from tests.people import china, work_of

A, S = Action, State
NOW = china(2026, 4, 16, 15)
BEGUN = china(2026, 3, 10, 9)
DONE = {"outcome": Outcome.SOLVED, "reply": "办好了"}
UNHAPPY = {"contacted": True, "solved": False, "reason_code": DissatisfiedReason.NOT_SOLVED, "note": "还跳闸"}
HAPPY = {"contacted": True, "solved": True}


def county(session) -> None:
    """Tell it; the present is `NOW`."""
    _closed(session, Satisfaction.SATISFIED)
    came_back = _closed(session, Satisfaction.MOSTLY)
    move(session, came_back, people.OWNER, A.RECHECK, BEGUN + timedelta(days=20), note="又跳闸")
    _reopened(session)
    _extended(session)
    _returned(session)
    _excluded(session)
    _carried(session)
    _ended(session)
    _clear(session)
    _with_parts(session)
    sent_back = a_ticket(session, S.RESOLVED, at=BEGUN, title="审核退回的")
    move(session, sent_back, people.REVIEWER, A.SEND_BACK, BEGUN + timedelta(hours=4), note="没写清楚")
    late = a_ticket(session, S.HANDLING, at=BEGUN, kind=Kind.HELP, title="超时还没办完的")
    a_ticket(session, S.HANDLING, at=BEGUN, kind=Kind.HELP, title="保密的", confidential=True)
    _backfilled(session)
    _appealed(session, late, came_back)
    session.flush()


def _closed(session, satisfaction):
    ticket = a_ticket(session, S.REVIEWED, at=BEGUN, title="销了号的")
    at = BEGUN + timedelta(days=1)
    move(session, ticket, people.OWNER, A.CONFIRM, at, **HAPPY, satisfaction=satisfaction)
    return move(session, ticket, people.CLOSER, A.CLOSE, at + timedelta(hours=1))


def _reopened(session):
    ticket = a_ticket(session, S.REVIEWED, at=BEGUN, title="重办的")
    at = BEGUN + timedelta(days=2)
    move(session, ticket, people.OWNER, A.REOPEN, at, **UNHAPPY)
    move(session, ticket, people.POWER, A.RESOLVE, at + timedelta(hours=1), **DONE)
    move(session, ticket, people.REVIEWER, A.PASS_REVIEW, at + timedelta(hours=2))
    move(
        session,
        ticket,
        people.OWNER,
        A.CONFIRM,
        at + timedelta(hours=3),
        **HAPPY,
        satisfaction=Satisfaction.SATISFIED,
    )


def _extended(session):
    ticket = a_ticket(session, S.HANDLING, at=BEGUN, kind=Kind.HELP, title="延了期的")
    asked = requests.ask(
        work_of(session, people.POWER, china(2026, 3, 12, 9)),
        ticket.number,
        Asked(RequestKind.EXTENSION, "等变压器", until=china(2026, 3, 24).date()),
    )
    requests.decide(work_of(session, people.DISPATCHER, china(2026, 3, 12, 10)), asked.id, approve=True)
    move(session, ticket, people.POWER, A.RESOLVE, china(2026, 3, 23, 10), **DONE)


def _returned(session):
    upheld = a_ticket(session, S.DISPUTED, at=BEGUN, title="退单成立的")
    move(session, upheld, people.REVIEWER, A.UPHOLD_RETURN, BEGUN + timedelta(hours=1), note="归交通")
    move(
        session,
        upheld,
        people.REVIEWER,
        A.DISPATCH,
        BEGUN + timedelta(hours=2),
        lead_unit=people.TRANSPORT_UNIT,
    )
    rejected = a_ticket(session, S.DISPUTED, at=BEGUN, title="退单不成立的")
    move(session, rejected, people.REVIEWER, A.REJECT_RETURN, BEGUN + timedelta(hours=1), note="就归你们")


def _excluded(session):
    ticket = a_ticket(session, S.HANDLING, at=BEGUN, kind=Kind.HELP, title="洪水断路的")
    at = china(2026, 4, 2, 10)
    asked = requests.ask(
        work_of(session, people.POWER, at),
        ticket.number,
        Asked(RequestKind.EXCLUSION, "洪水断路，去不了现场"),
    )
    requests.decide(work_of(session, people.CHIEF, at), asked.id, approve=True)


def _carried(session):
    ticket = a_ticket(session, S.CARRIED_OVER, at=BEGUN, title="挂过账的")
    move(session, ticket, people.CLERK, A.RESUME, BEGUN + timedelta(days=3), note="批了")
    move(session, ticket, people.POWER, A.RESOLVE, BEGUN + timedelta(days=3, hours=1), **DONE)


def _ended(session):
    for state in (S.DECLINED, S.INCOMPLETE, S.WITHDRAWN):
        a_ticket(session, state, at=BEGUN, title="没办成的")
    kept, other = submitted(session, BEGUN, title="并进来的"), submitted(session, BEGUN, title="一样的")
    move(session, other, people.CLERK, A.MERGE, BEGUN + timedelta(hours=1), into=kept.number)


def _clear(session):
    for clear in (True, False):
        ticket = submitted(session, BEGUN, kind=Kind.INQUIRY, title="问一句")
        move(session, ticket, people.CLERK, A.ANSWER, BEGUN + timedelta(hours=1), reply="可以网上办")
        at = BEGUN + timedelta(hours=2)
        if clear:
            move(session, ticket, people.OWNER, A.CONFIRM, at, clear=True)
        else:
            reason = DissatisfiedReason.UNCLEAR
            move(session, ticket, people.OWNER, A.REOPEN, at, clear=False, reason_code=reason, note="没看懂")


def _with_parts(session):
    ticket = a_ticket(session, S.ACCEPTED, at=BEGUN, title="有协办的")
    co = [{"unit": people.TRANSPORT_UNIT, "text": "恢复路面"}]
    at = BEGUN + timedelta(hours=1)
    move(session, ticket, people.DISPATCHER, A.DISPATCH, at, lead_unit=people.POWER_UNIT, co_units=co)
    move(session, ticket, people.TRANSPORT, A.HAND_IN, at + timedelta(hours=1), note="路面恢复了")
    again = a_ticket(session, S.ACCEPTED, at=BEGUN, title="协办退了的")
    move(session, again, people.DISPATCHER, A.DISPATCH, at, lead_unit=people.POWER_UNIT, co_units=co)
    move(
        session,
        again,
        people.TRANSPORT,
        A.RETURN,
        at + timedelta(hours=1),
        reason_code="area",
        note="不归我们",
    )
    move(
        session,
        again,
        people.REVIEWER,
        A.REJECT_RETURN,
        at + timedelta(hours=2),
        note="就归你们",
        unit=people.TRANSPORT_UNIT,
    )


def _appealed(session, late, came_back):
    """Let one appeal be upheld, about a limit that runs late; one be rejected, one wait."""
    at = china(2026, 4, 8, 10)
    upheld = appeal(session, late, "handling_on_time", at)
    decided(session, upheld, at, uphold=True)
    rejected = appeal(session, came_back, "came_back", at)
    decided(session, rejected, at, uphold=False)
    appeal(session, came_back, "satisfied", at)


def appeal(session, ticket, code, at, *, who=people.POWER, month=Month(2026, 3), **more):
    """Appeal against a case of 供电公司."""
    work = work_of(session, who, at)
    about = appeals.against(work, ticket.number, code, "", month)
    return appeals.ask(work, ticket.number, about, "当天停电检修，企业自己要求改期。", **more)


def decided(session, appeal, at, *, uphold, who=people.CLERK):
    """Decide on an appeal for the committee."""
    return appeals.decide(
        work_of(session, who, at), appeal.id, uphold=uphold, note="有停电通知为证，情况属实。"
    )


def _backfilled(session):
    submitting.backfill(
        work_of(session, people.CLERK, BEGUN),
        {
            "enterprise": people.FIRM,
            "title": "现场解决的",
            "content": "门口的路灯修好了",
            "reply": "修好了",
            "raised_on": china(2026, 2, 27).date(),
            "solved_on": china(2026, 3, 2).date(),
        },
    )
