"""What of the API can be aimed at: every operation that writes, by whom, at which address, with which body.

The operations are those of the description, so that a new one is tried by itself.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from sqlalchemy import func, select

from chainhub.assignments.models import Guide
from chainhub.rotations.models import Salon
from chainhub.rotations.routines.models import Occasion
from chainhub.tickets.inspections.models import InspectionAccount
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import TABLE, Action, State
from tests import people
from tests.api.calling import V1
from tests.builders import SOON
from tests.house.scenes import WHO
from tests.house.siege import Siege
from tests.people import NOW

SAYS = {
    "title": "厂门口的路",
    "content": "厂门口的路坏了三个月。",
    "text": "砚禾齿轮说锅炉漏水，请派人看。",
    "kind": "help",
    "category": "energy",
    "enterprise": people.FIRM,
    "unit": people.POWER_UNIT,
    "lead_unit": people.POWER_UNIT,
    "units": [people.POWER_UNIT],
    "due_on": SOON.isoformat(),
    "until": "2026-03-25",
    "review_on": SOON.isoformat(),
    "person": people.POWER,
    "people": "韩砚等 2 人",
    "username": people.OWNER,
    "password": "chainhub-demo",
    "name": "试验",
    "party_unit": "云岭银行汶上支行",
    "party_name": "顾知微",
    "successor": people.POWER_DEPUTY,
    "substitute": people.CLOSER,
    "from_on": "2026-03-09",
    "until_on": "2026-03-10",
    "raised_on": "2026-02-25",
    "solved_on": "2026-02-26",
    "action": "answer",
    "label": "已办",
    "outcome": "solved",
    "share": "co",
    "on": True,
    "done": True,
    "agrees": True,
    "publish": True,
    "item": "site",
    "level": 1,
    "source": "12345",
    "hosts": [people.FIRM],
    "other_session": 2,
    "months": 2,
    "month": 2,
    "week": 3,
    "weekday": 5,
    "starts": "14:00",
    "at_once": 1,
    "bar": 1,
    "chain": "equipment",
    "guide": 2,
    "guides": [2],
    "less": 1,
    "back_on": "2026-06-01",
    "tie": "pin",
    "reason": "wish",
    "lead_days": 7,
    "note": "开了会",
}


@dataclass(frozen=True)
class Call:
    """One operation: who calls it where, what it takes."""

    username: str
    path: str
    operation: str
    schema: dict
    version: int = 0  # of the ticket that it is about

    def body(self) -> dict:
        """Return a body as somebody would send it: what is required, each by its name."""
        wanted = [*self.schema.get("required", []), *self.given]
        return {name: deepcopy(self._said(name)) for name in dict.fromkeys(wanted)}

    def _said(self, name: str) -> object:
        if name == "version":
            return self.version
        chosen = self.schema["properties"][name].get("enum", [])
        return self.given.get(name, SAYS.get(name, next((one for one in chosen if one), "写明情况")))

    @property
    def given(self) -> dict:
        """What this operation takes otherwise than others do."""
        return _THERE.get(self.operation, {})


_UNHAPPY = {"contacted": True, "solved": False}
_THERE: dict[str, dict] = {
    "submit": {"enterprise": people.FIRM},
    "backfill": {"enterprise": people.FIRM},
    "ask": {"kind": "consultation"},
    "copy_ticket": {"person": people.TRANSPORT},
    "issue_paper": {"kind": "case_sheet"},
    "invite_to_session": {"units": [people.POWER_UNIT]},
    "take_arrivals": {"people": "李小测 某某商会"},
    "issue_session_paper": {"kind": "salon_invitation"},
    "pin_session": {"on": SOON.isoformat()},
    "reschedule_session": {"on": SOON.isoformat()},
    "act_reclassify": {"category": "safety"},
    "act_assign": {"person": people.POWER_DEPUTY},
    "act_confirm": {"contacted": True, "solved": True, "satisfaction": "satisfied"},
    "act_reopen": _UNHAPPY,
    "act_escalate": _UNHAPPY,
    "keep_checklist": {"items": [{"label": "到过现场"}]},
    "issue_occasion_paper": {"kind": "routine_notice"},
    "plan_routine": {"kind": "meeting", "body": f"department:{people.POWER_UNIT}", "month": 1, "months": 1},
    "body_routine": {"body": f"department:{people.POWER_UNIT}"},
    "rhythm_routine": {"month": 1, "months": 1},
    "pin_occasion": {"on": SOON.isoformat()},
    "reschedule_occasion": {"on": SOON.isoformat()},
    "make_calendar": {"what": "person"},
    "propose_address": {"address": "lin@example.cn"},
    "confirm_address": {"code": "000000"},
    "save_guide": {"username": people.GUIDE},
    "wish_of_guide": {"enterprises": [people.FIRM]},
    "waive_conflict": {"why": "已向企业说明"},
    "begin_assignment": {"kind": "contact_point", "helper": "县委组织部"},
    "begin_report": {"half": NOW.date().replace(month=1, day=1).isoformat()},
    "give_grade": {"guide": 2, "year": NOW.year, "grade": "competent"},
    "log_visit": {"on": NOW.date().isoformat(), "kind": "talk", "done": "看了新厂房。"},
    "correct_visit": {"on": NOW.date().isoformat(), "kind": "talk", "done": "看了新厂房。"},
    "draft_month": {"month": "2026-02", "chain": "equipment"},
    "make_inspection": {"body": "县委第三巡察组", "days": 7, "numbers": "EQ-2026-00001"},
    "ask_pack": {"inspection": 1},
    "ask_export": {"reason": ""},
    "set_topic_apart": {"number": "EQ-2026-00001"},
    "put_topic_back": {"number": "EQ-2026-00001"},
    "set_weights": {"contacted": 10, "solved": 50, "satisfied": 40, "from_on": SOON.isoformat()},
    "appeal_against_figure": {"figure": "satisfied", "month": NOW.strftime("%Y-%m")},
    "decide_appeal": {"uphold": True},
    "schedule_reports": {"weekly": True},
    "test_outgoing": {"to": "lin@example.cn", "medium": "email"},
}


def every_call(siege: Siege) -> Iterator[Call]:
    """Give every operation that writes, at a ticket or a thing of this county."""
    described = siege.app.test_client().get(f"{V1}/openapi.json").json
    schemas = described["components"]["schemas"]
    guide = siege.connection.scalar(select(func.min(Guide.user_id)))
    inspector = siege.connection.scalar(select(func.min(InspectionAccount.user_id)))
    versions = dict(siege.connection.execute(select(Ticket.number, Ticket.version)).all())
    occasions = dict(siege.connection.execute(select(Occasion.id, Occasion.version)).all())
    salons = dict(siege.connection.execute(select(Salon.id, Salon.version)).all())
    for path, operations in described["paths"].items():
        if "post" not in operations:
            continue
        said = operations["post"]
        content = said.get("requestBody", {}).get("content", {}).get("application/json")
        named = content["schema"]["$ref"].rsplit("/", 1)[1] if content else ""
        username, number = _who(siege, path)
        where = path
        for part, value in {**_parts(path, guide, inspector), "number": number}.items():
            where = where.replace(f"{{{part}}}", value)
        assert "{" not in where, f"{where}: say in PARTS what may stand there"
        of_salon = path.startswith((f"{V1}/sessions", "/sessions"))
        version = salons.get(1, 0) if of_salon else versions.get(number, 0)
        if path.startswith((f"{V1}/occasions", "/occasions")):
            version = occasions.get(1, 0)
        of_one = ("/guides/visits", "/guides/reports", "/stats/reports")
        if path.removeprefix(V1).startswith(of_one):
            version = 2 if path.endswith(_OF_PUBLISHED) else 1
        yield Call(username, where, said["operationId"], schemas.get(named, {}), version)


_OF_PUBLISHED = "/stats/reports/{id_}/sign"  # the first month is drafted, the second one published


def _parts(path: str, guide: int, inspector: int) -> dict[str, str]:
    """Return what stands in an address: of guides, an enterprise's code and a guide's id."""
    if path.endswith(_OF_PUBLISHED):
        return PARTS | {"id_": "2"}
    if "/guides/enterprises/" in path:
        return PARTS | {"code": people.FIRM}
    if "/inspections/" in path:
        return PARTS | {"user_id": str(inspector)}
    if "/guides/kinds/" in path:
        return PARTS | {"code": "cadre"}
    return PARTS | {"id_": str(guide)} if "/guides/{id_}/" in path else PARTS


PARTS = {
    "id_": "1",
    "file": "1",
    "request": "1",
    "code": people.POWER_UNIT,
    "category": "safety",
    "medium": "email",
    "name": "reminders",
    "user_id": "1",
}
"""What stands in an address beside the number of a ticket."""


BY = {
    "ask": people.POWER,
    "site-visits": people.POWER,
    "copies": people.POWER,
    "consent": people.OWNER,
    "decide": people.CLOSER,
    "pass-on": people.GUIDE,
    "attach": people.OWNER,
    "checklist": people.POWER,
    "report-in": people.POWER,
    "instructions": people.CHIEF,
    "supervisions": people.CLERK,
    "requests": people.POWER,
    "handovers": people.POWER,
    "responsibilities": people.REVIEWER,
    "units": "xitong",
    "approve": people.CLERK,
    "reject": people.CLERK,
    "sign": people.CHIEF,
    "drop": people.CHIEF,
    "answer": people.POWER_DEPUTY,
    "progress": people.DISPATCHER,
    "close": people.DISPATCHER,
    "media": people.OWNER,
    "outgoing": "xitong",
    "jobs": "xitong",
    "inspections": people.CLOSER,
    "packs": people.CLOSER,
    "checklists": "xitong",
    "weights": "xitong",
    "schedule": people.LIAISON,
}


_VISITING = {"visits", "reports", "grades", "waive", "ask"}
"""How addresses of what guides do end, beside those of who guides whom."""


def _who(siege: Siege, path: str) -> tuple[str, str]:
    """Return who may make a call, and the number of a ticket at which it can be made."""
    words = path.removeprefix(V1).strip("/").split("/")
    if words[0] in {"routines", "occasions"}:
        return people.LIAISON, siege.scene.busy
    if words[:2] == ["guides", "kinds"]:
        return "xitong", siege.scene.busy
    if words[0] in {"rotations", "sessions", "swaps", "calendars", "invitations", "decisions"}:
        return people.CLERK, siege.scene.busy
    if (
        words[0] == "guides"
        and words[-1] not in _VISITING
        and words[1:2] != ["visits"]
        and words[1:2] != ["reports"]
    ):
        return people.CLERK, siege.scene.busy
    if words[0] == "guides" and words[1] == "grades":
        return "d_science_technology_head", siege.scene.busy
    if words[0] == "guides":
        return people.OWNER if "months" in words else people.GUIDE, siege.scene.busy
    if "actions" in words:
        action = Action(words[-1])
        listed = [row for row in TABLE if row.action is action]
        row = next((row for row in listed if row.source in siege.scene.numbers), listed[0])
        users = [name for part in sorted(row.who, key=str) for name in WHO.get(part, ())]
        special = siege.scene.special.get(action)
        return users[-1] if users else people.CLERK, special[0] if special else siege.scene.numbers[
            row.source
        ]
    if words[-1] == "assessment":
        return people.POWER, siege.scene.special[Action.ASSESS_ASK][0]
    if words[:2] == ["stats", "appeals"] and words[-1] == "files":
        return people.POWER, siege.scene.busy
    if words[-1] == "leave":
        return people.DISPATCHER, siege.scene.numbers[State.SUBMITTED]
    mine = next((BY[word] for word in reversed(words) if word in BY), people.CLERK)
    if words[-1] in {"echo", "confirm"} and words[0] not in {"whistles", "errands"}:
        mine = people.OWNER
    return mine, siege.scene.busy
