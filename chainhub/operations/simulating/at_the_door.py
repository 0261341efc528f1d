"""What is meant from the report to the dispatch: the committee, the firm, the task force. Pure."""

from datetime import date
from typing import Any

from chainhub.core.actor import Post, Role
from chainhub.operations.simulating.intents import DAY, Beside, Chance, Intent, Matter, Plan, by, soon
from chainhub.tickets.terms import (
    DeclineReason,
    Kind,
    RequestKind,
    Route,
    Urgency,
)
from chainhub.tickets.workflow import Action

R, A, B = Role, Action, Beside


def submitted(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    after = soon(chance) if matter.urgency is not Urgency.URGENT else chance.uniform(3, 45)
    if by(chance, 0.3):
        yield Intent(after / 2, R.COMMITTEE, A.CONTACT, {"person": matter.contact}, Post.CONTACT)
    if (matter.unclassified and by(chance, 0.6)) or by(chance, 0.02):
        right = {"note": "问过企业，按实际情况改。", **_classified(matter)}
        yield Intent(after * 0.8, R.COMMITTEE, A.RECLASSIFY, right, Post.CONTACT)
    if by(chance, 0.015):
        yield Intent(
            chance.uniform(5, 900),
            R.ENTERPRISE,
            A.WITHDRAW,
            {"note": "我们自己解决了，不麻烦了。"},
            at_any_hour=True,
        )
    choice = chance.random()
    if choice < 0.05:
        yield Intent(
            after, R.COMMITTEE, A.REQUEST_INFO, {"note": "请把设备型号和合同日期补上，好找对口单位。"}
        )
    elif choice < 0.08:
        yield Intent(after, R.COMMITTEE, A.DECLINE, _declined(chance), Post.CONTACT)
    elif choice < 0.12:
        yield Intent(after, R.COMMITTEE, A.MERGE, {"note": "说的是同一件事，一起办。"}, Post.CONTACT)
        yield Intent(after + 30, R.COMMITTEE, A.ACCEPT, _accepted(matter, chance), Post.CONTACT)
    elif matter.kind is Kind.INQUIRY and by(chance, 0.35):
        yield Intent(
            after, R.COMMITTEE, A.ANSWER, {"reply": matter.story.reply}, chance.choice((None, Post.DEPUTY))
        )
    else:
        yield Intent(after, R.COMMITTEE, A.ACCEPT, _accepted(matter, chance), Post.CONTACT)
    # Whoever is left with it in the end: the first may have been barred, or nobody came.
    yield Intent(after + 2 * DAY, R.COMMITTEE, A.ACCEPT, _accepted(matter, chance), Post.DEPUTY)
    if by(chance, 0.05) and matter.urgency is Urgency.NORMAL:
        yield Intent(chance.uniform(20, 600), R.ENTERPRISE, B.ASK, _asked(R.ENTERPRISE), at_any_hour=True)


def _asked(_: Role) -> dict[str, Any]:
    return {"kind": RequestKind.EXPEDITE, "reason": "明天就要用，等不了按部就班。"}


def _classified(matter: Matter) -> dict[str, Any]:
    given: dict[str, Any] = {"category": matter.story.category}
    if matter.kind is None:
        given["kind"] = matter.story.kind
    elif not matter.no_category:
        given["urgency"] = (
            Urgency.COMPLEX if matter.urgency is not Urgency.COMPLEX and matter.kind is Kind.PROBLEM else None
        )
    return given


def _declined(chance: Chance) -> dict[str, Any]:
    if by(chance, 0.5):
        return {
            "reason_code": DeclineReason.IN_COURT,
            "note": "这件事法院已经立案，请按诉讼程序走；法律咨询可以找司法局。",
        }
    return {
        "reason_code": DeclineReason.NOT_COUNTY,
        "note": "这件事归省里管，县里没有权限，请拨省里的服务热线。",
    }


def _accepted(matter: Matter, chance: Chance) -> dict[str, Any]:
    given: dict[str, Any] = {"note": matter.story.contact_note or None}
    if by(chance, 0.85):
        given["contacted_person"] = matter.contact
    if matter.kind is Kind.INQUIRY and matter.has_guide and not matter.confidential and by(chance, 0.15):
        given["route"] = Route.DAILY
    elif matter.kind is Kind.PROBLEM:
        route = chance.choices((Route.SPECIAL, Route.KEY, Route.HARD, None), (50, 20, 8, 22))[0]
        given["route"] = None if matter.confidential and route is Route.KEY else route
    return given


def info_requested(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if by(chance, 0.8):
        said = {"note": "型号和合同日期补在这里了，麻烦看一下。"}
        yield Intent(chance.uniform(30, 5 * 1440), R.ENTERPRISE, A.SUPPLY_INFO, said, at_any_hour=True)
    elif by(chance, 0.2):
        yield Intent(
            chance.uniform(100, 4000),
            R.ENTERPRISE,
            A.WITHDRAW,
            {"note": "材料找不到，先不报了。"},
            at_any_hour=True,
        )
    missing = {"note": "还缺设备型号和合同日期，补齐了随时接着办。"}
    yield Intent(chance.uniform(5.3, 7) * DAY, R.COMMITTEE, A.CLOSE_INCOMPLETE, missing, Post.CONTACT)


def incomplete(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if by(chance, 0.4):
        yield Intent(
            chance.uniform(1, 20) * 1440,
            R.ENTERPRISE,
            A.RESTART,
            {"note": "材料补齐了，请接着办。"},
            at_any_hour=True,
        )


def declined(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if by(chance, 0.4):
        yield Intent(
            chance.uniform(60, 3 * 1440),
            R.ENTERPRISE,
            A.APPEAL,
            {"note": "没有立案，只是调解过一次，请再看看。"},
            at_any_hour=True,
        )


def accepted(matter: Matter, chance: Chance, today: date) -> Plan:
    """Plan for a ticket in this state."""
    if matter.unclassified and by(chance, 0.7):
        given = {"note": "性质没定，按内容定下来。", **_classified(matter)}
        yield Intent(chance.uniform(5, 40), R.TASK_FORCE, A.RECLASSIFY, given, Post.CONTACT)
    if matter.route is Route.DAILY:
        yield Intent(chance.uniform(20, 500), R.GUIDE, A.ANSWER, {"reply": matter.story.reply})
    if matter.route is Route.HARD:
        met = {
            "question": f"{matter.story.title}，由谁牵头、分几步。",
            "units": list(matter.units[:2]) or [matter.story.unit],
        }
        yield Intent(chance.uniform(40, 300), R.COMMITTEE, A.CONVENE, met, Post.DEPUTY)
    after = soon(chance) if matter.route in {None, Route.KEY, Route.SPECIAL} else chance.uniform(2, 3) * DAY
    unit = matter.story.unit if by(chance, 0.9) or not matter.units else chance.choice(matter.units)
    given = {"lead_unit": unit, "note": "请先打电话问清楚再办。"}
    others = [one for one in matter.units if one != unit]
    if others and by(chance, 0.15):
        count = chance.choice((1, 1, 2))
        given["co_units"] = [
            {"unit": one, "text": "配合把现场的事办好。"}
            for one in chance.sample(others, min(count, len(others)))
        ]
    yield Intent(after, R.TASK_FORCE, A.DISPATCH, given, Post.CONTACT)
    yield Intent(after + DAY, R.TASK_FORCE, A.DISPATCH, given, Post.HEAD)
    if by(chance, 0.01):
        yield Intent(
            chance.uniform(30, 2000),
            R.ENTERPRISE,
            A.WITHDRAW,
            {"note": "换了办法，不用了。"},
            at_any_hour=True,
        )
