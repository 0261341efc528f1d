"""What is meant while a unit has it: receipt, work, requests, words from above, meetings, waiting. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from chainhub.core.actor import Post, Role
from chainhub.operations.simulating.intents import DAY, Beside, Chance, Intent, Matter, Plan, by, soon
from chainhub.tickets.terms import (
    CarryOverReason,
    Kind,
    Outcome,
    RequestKind,
    ReturnReason,
    Route,
    Urgency,
)
from chainhub.tickets.workflow import Action

R, A, B = Role, Action, Beside


def dispatched(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if not matter.right and not matter.final and by(chance, 0.85):
        yield Intent(chance.uniform(20, 400), R.DEPARTMENT, A.RETURN, _returned(chance), Post.CONTACT)
        return
    if matter.right and not matter.final and by(chance, 0.02):  # a return that will not stand
        yield Intent(chance.uniform(20, 200), R.DEPARTMENT, A.RETURN, _returned(chance), Post.CONTACT)
        return
    if by(chance, matter.temper.diligence):
        yield Intent(chance.uniform(8, 230), R.DEPARTMENT, A.ACKNOWLEDGE, {}, Post.CONTACT)


def _returned(chance: Chance) -> dict[str, Any]:
    return {
        "reason_code": chance.choices(tuple(ReturnReason), (2, 2, 5, 1))[0],
        "note": "这件事不在我单位职责里，请改派给主管单位。",
    }


def disputed(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    upheld = not matter.right or by(chance, 0.1)
    action = A.UPHOLD_RETURN if upheld else A.REJECT_RETURN
    note = {"note": "退得对，改派。" if upheld else "三定写得清楚，是本单位的事。"}
    after = soon(chance)
    yield Intent(after, R.TASK_FORCE, action, note, Post.DEPUTY)
    yield Intent(after + DAY, R.TASK_FORCE, action, note, Post.HEAD)


_DAYS: Mapping[Kind | None, int] = {Kind.INQUIRY: 1, Kind.PROBLEM: 15}


def span_of(matter: Matter, chance: Chance) -> float:
    """Return how many working minutes a unit takes for a matter: by its limit and by how the unit is."""
    days: float = _DAYS.get(matter.kind, 5)
    if matter.urgency is Urgency.URGENT:
        days = 1
    elif matter.urgency is Urgency.COMPLEX:
        days *= 2
    if matter.reopened:
        days = max(3, days / 2)
    return float(days * DAY * max(0.1, matter.temper.pace * chance.uniform(0.4, 1.3)))


def handling(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    span = span_of(matter, chance)
    if not matter.right and not matter.final and not matter.reopened and by(chance, 0.5):
        yield Intent(chance.uniform(10, 200), R.DEPARTMENT, A.RETURN, _returned(chance), Post.CONTACT)
    if by(chance, matter.temper.diligence):
        yield Intent(
            chance.uniform(15, 260), R.DEPARTMENT, A.CONTACT, {"person": matter.contact}, Post.CONTACT
        )
    if by(chance, 0.15):
        office = {"office": chance.choice(("业务科", "综合科", "办公室", "现场服务队"))}
        yield Intent(chance.uniform(5, 60), R.DEPARTMENT, A.ASSIGN, office, Post.DEPUTY)
    lines = matter.story.progress if not matter.reopened else ("按企业说的又去了一趟，重新定了做法。",)
    for place, line in enumerate(lines, start=1):
        if by(chance, matter.temper.diligence):
            when = span * place / (len(lines) + 1)
            yield Intent(when, R.DEPARTMENT, A.PROGRESS, {"note": line}, Post.CONTACT)
    if by(chance, 0.04):
        yield Intent(
            span * chance.random(),
            R.DEPARTMENT,
            B.NOTE,
            {"note": "等另一家单位回函，先记一笔。"},
            Post.CONTACT,
        )
    if matter.lapsed and by(chance, 0.4):
        missing = {"note": "平面图一直没有补来，补齐了可以接着办。"}
        yield Intent(chance.uniform(100, 600), R.DEPARTMENT, A.CLOSE_INCOMPLETE, missing, Post.CONTACT)
    elif matter.asked < 2 and by(chance, 0.09):
        yield Intent(
            span * 0.3, R.DEPARTMENT, A.ASK_INFO, {"note": "请补一份平面图，标出位置。"}, Post.CONTACT
        )
    yield from _requested(matter, chance, span, today)
    yield from _from_above(matter, chance, today)
    yield from _resolved(matter, chance, span)


def _requested(matter: Matter, chance: Chance, span: float, today: date) -> Plan:
    """Plan what a unit asks for that sees that it will not do in time."""
    choice = chance.random()
    if choice < 0.10 and matter.kind is not Kind.INQUIRY:
        asked = {
            "kind": RequestKind.EXTENSION,
            "reason": "设备要从外地调，来不及。",
            "days": chance.randrange(1, 11),
        }
        yield Intent(span * chance.uniform(0.2, 0.9), R.DEPARTMENT, B.ASK, asked, Post.CONTACT)
    elif choice < 0.13:
        waits: dict[str, Any] = {
            "kind": RequestKind.CARRY_OVER,
            "reason": "要等上级规划批复，短时间办不了。",
            "reason_code": chance.choice(tuple(CarryOverReason)),
            "until": today + timedelta(days=chance.randrange(12, 29)),
        }
        yield Intent(span * chance.uniform(0.1, 0.6), R.DEPARTMENT, B.ASK, waits, Post.CONTACT)
    elif choice < 0.17:
        meets = {
            "kind": RequestKind.CONSULTATION,
            "reason": "几家单位说法不一，要当面定。",
            "units": matter.units[:2],
        }
        yield Intent(span * chance.uniform(0.1, 0.6), R.DEPARTMENT, B.ASK, meets, Post.CONTACT)
    elif choice < 0.18:
        out = {"kind": RequestKind.EXCLUSION, "reason": "线路由外省管，县里办不了。"}
        yield Intent(span * chance.uniform(0.1, 0.9), R.DEPARTMENT, B.ASK, out, Post.CONTACT)


def _from_above(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan leaders' words, whistles, supervision by hand, papers from superiors."""
    if by(chance, 0.05 if matter.route is not Route.KEY else 0.4):
        said = {"text": chance.choice(_WORDS), "days": chance.randrange(2, 12)}
        who, does = chance.choice(((R.LEADER, B.INSTRUCT), (R.LIAISON, B.TRANSCRIBE)))
        yield Intent(chance.uniform(60, 1200), who, does, said)
    if by(chance, 0.04):
        blows = {"reason": "路面要挖开，几家要当面一起定。", "units": matter.units[:2]}
        who = chance.choice((R.COMMITTEE, R.ENTERPRISE))
        yield Intent(chance.uniform(30, 900), who, B.WHISTLE, blows, at_any_hour=who is R.ENTERPRISE)
    if by(chance, 0.02):
        yield Intent(
            chance.uniform(200, 1500),
            R.TASK_FORCE,
            B.PROPOSE,
            {"note": "企业催了三次，没有动静。"},
            Post.HEAD,
        )
    if by(chance, 0.02):
        paper = {"source": "12345", "days": chance.randrange(4, 15)}
        yield Intent(chance.uniform(20, 500), R.COMMITTEE, B.REFER, paper, Post.CONTACT)
    if by(chance, 0.02):
        waits = {
            "reason_code": chance.choice(tuple(CarryOverReason)),
            "note": "规划要到下个月才批，挂账跟踪。",
            "review_on": today + timedelta(days=chance.randrange(10, 29)),
        }
        yield Intent(chance.uniform(200, 2000), R.COMMITTEE, A.CARRY_OVER, waits, Post.DEPUTY)


_WORDS = (
    "请主办单位主要负责同志过问，把时间表报我。",
    "此事关系企业投产，请抓紧办，办好回复。",
    "请会同有关单位到现场看一次，当场定。",
)


def _resolved(matter: Matter, chance: Chance, span: float) -> Plan:
    story = matter.story
    bad = by(chance, 0.12)
    reply = "此事已转有关方面，请等通知。" if bad else story.reply
    done: dict[str, Any] = {
        "outcome": story.outcome if not bad else Outcome.EXPLAINED,
        "reply": f"又去了一趟。{reply}" if matter.reopened and not bad else reply,
        "word_by": matter.contact if story.category == "arrears" else None,
    }
    yield Intent(span, R.DEPARTMENT, A.RESOLVE, done, Post.CONTACT)
    # Not in at that hour, or a part still open: again later, then with a reason.
    late = {**done, "override_reason": "协办的部分不影响结果，先答复企业。"}
    yield Intent(span + DAY, R.DEPARTMENT, A.RESOLVE, late, Post.CONTACT)
    yield Intent(span + 4 * DAY, R.DEPARTMENT, A.RESOLVE, late, Post.DEPUTY)


def awaiting_info(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if by(chance, 0.72):
        yield Intent(
            chance.uniform(60, 6 * 1440),
            R.ENTERPRISE,
            A.SUPPLY_INFO,
            {"note": "图补好了。"},
            at_any_hour=True,
        )


def consulting(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    after = chance.uniform(0.3, 5.5) * DAY
    if matter.twice and by(chance, 0.6):
        reasons = {"reasons": "该办的都办了，剩下的要等省里明年的政策，已当面说明。"}
        yield Intent(after, R.COMMITTEE, A.DETERMINE, reasons, Post.DEPUTY)
    said: dict[str, Any] = {"minutes": "到会单位一致同意分两步走：先保通行，再整段翻修。"}
    others = [one for one in matter.units if one != matter.lead]
    if others and matter.lead and by(chance, 0.5):
        due = today + timedelta(days=chance.randrange(9, 15))
        said["decisions"] = [{"unit": others[0], "text": "按会上定的办好自己的一段。", "due_on": due}]
    yield Intent(after + 5, R.COMMITTEE, A.CONCLUDE, said, Post.CONTACT)
    yield Intent(after + 2 * DAY, R.COMMITTEE, A.CONCLUDE, {"minutes": "按会上定的办。"}, Post.DEPUTY)


def carried_over(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    after = chance.uniform(8, 24) * DAY
    if matter.waits < 3 and by(chance, 0.25):
        again = {
            "reason_code": CarryOverReason.SUPERIOR,
            "note": "上级还没有批，再等半个月。",
            "review_on": today + timedelta(days=29),
        }
        yield Intent(min(after, 12 * DAY), R.LEADER, A.CARRY_OVER, again)
    yield Intent(after, R.COMMITTEE, A.RESUME, {"note": "批复下来了，接着办。"}, Post.CONTACT)


def endorsing(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if by(chance, 0.12):
        yield Intent(
            chance.uniform(10, 200),
            R.DEPARTMENT,
            A.REFUSE_ENDORSE,
            {"note": "写清楚什么时候做完。"},
            Post.DEPUTY,
        )
    after = chance.uniform(15, 500)
    yield Intent(after, R.DEPARTMENT, A.ENDORSE, {}, Post.DEPUTY)
    yield Intent(after + 2 * DAY, R.DEPARTMENT, A.ENDORSE, {}, Post.HEAD)
