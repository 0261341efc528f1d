"""What is meant once there is an answer: review, the word of the firm, striking off, and whether it comes back. Pure."""

from datetime import date
from typing import Any

from chainhub.core.actor import Post, Role
from chainhub.operations.simulating.intents import DAY, Beside, Chance, Intent, Matter, Plan, by, soon
from chainhub.tickets.terms import (
    ONE_QUESTION,
    DissatisfiedReason,
    Satisfaction,
)
from chainhub.tickets.workflow import Action

R, A, B = Role, Action, Beside


def resolved(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    after = soon(chance) * 2
    if by(chance, 0.09):
        back = {"note": "答复里没写什么时候做完，请补上。"}
        yield Intent(after, R.TASK_FORCE, A.SEND_BACK, back, Post.DEPUTY)
    yield Intent(after + 1, R.TASK_FORCE, A.PASS_REVIEW, {}, Post.DEPUTY)
    yield Intent(after + DAY, R.TASK_FORCE, A.PASS_REVIEW, {}, Post.HEAD)
    yield Intent(after + 2 * DAY, R.TASK_FORCE, A.PASS_REVIEW, {}, Post.CONTACT)


def reviewed(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    does, given = _judged(matter, chance)
    if by(chance, 0.8):
        yield Intent(chance.uniform(20, 5 * 1440), R.ENTERPRISE, does, given, at_any_hour=True)
        return
    # Silent: a call-back after five workdays. Some do not answer that either; two calls in vain, and it ends not rated.
    for place in range(3):
        day = 5.2 + place * 1.3
        if by(chance, 0.5):
            for later in range(3):  # not in at that hour: again on the next days
                yield Intent((day + later) * DAY, R.CALLER, does, given)
            return
        unheard = {"note": chance.choice(("打了一次，没人接。", "关机，换个时间再打。"))}
        yield Intent(day * DAY, R.CALLER, A.CALL_FAILED, unheard)


def _judged(matter: Matter, chance: Chance) -> tuple[Action, dict[str, Any]]:
    """Return what the firm says of an answer, and what follows: 评价, 重办 or 提级协调."""
    one = matter.kind in ONE_QUESTION
    content = 0.93 if matter.judges.pace < 1 else 0.78
    if by(chance, content if not matter.reopened else 0.75):
        said = Satisfaction.MOSTLY if matter.reopened or by(chance, 0.22) else Satisfaction.SATISFIED
        return A.CONFIRM, {"clear": True} if one else {
            "contacted": True,
            "solved": True,
            "satisfaction": said,
        }
    if not matter.reopened and by(chance, 0.12):  # says so, and leaves it at that
        if one:
            return A.CONFIRM, {"clear": False}
        return A.CONFIRM, {"contacted": True, "solved": False, "satisfaction": Satisfaction.DISSATISFIED}
    codes = tuple(DissatisfiedReason)
    said_no: dict[str, Any] = {
        "reason_code": DissatisfiedReason.UNCLEAR if one else chance.choices(codes, (1, 2, 2, 4, 1, 1))[0],
        "note": matter.story.unhappy or "还是老样子，没有解决。",
        **({"clear": False} if one else {"contacted": by(chance, 0.8), "solved": False}),
    }
    return (A.ESCALATE if matter.reopened else A.REOPEN), said_no


def confirmed(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    after = chance.uniform(20, 2.3 * DAY)
    yield Intent(after, R.COMMITTEE, A.CLOSE, {}, Post.DEPUTY)
    yield Intent(after + DAY, R.COMMITTEE, A.CLOSE, {}, Post.CONTACT)
    yield Intent(after + 2 * DAY, R.COMMITTEE, A.CLOSE, {}, Post.HEAD)


def closed(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if by(chance, 0.04):
        back = {"note": "又出现了，和上次一样。"}
        yield Intent(chance.uniform(10, 60) * 1440, R.ENTERPRISE, A.RECHECK, back, at_any_hour=True)
    elif by(chance, 0.3):
        yield Intent(chance.uniform(28, 33) * 1440, R.ENTERPRISE, A.RECHECK_FINE, {}, at_any_hour=True)


def merged(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if by(chance, 0.12):
        apart = {"note": "细看不是一件事，分开办。"}
        yield Intent(chance.uniform(60, 2 * DAY), R.COMMITTEE, A.UNMERGE, apart, Post.CONTACT)
