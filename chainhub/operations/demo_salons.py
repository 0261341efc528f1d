"""红色沙龙 of the demonstration: every chain rotates since last year, what is over was held, the next is prepared."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import Post, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.operations.simulating.county import County
from chainhub.rotations import queries
from chainhub.rotations.around import queries as around
from chainhub.rotations.around.service import arriving, checking, deciding, inviting, standing
from chainhub.rotations.around.terms import Answer, Ready
from chainhub.rotations.days import Rhythm
from chainhub.rotations.models import Salon
from chainhub.rotations.service import holding, roster, swapping
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.workflow import Action, Change, State

CHAIN = "equipment"  # of the demonstration accounts
MONTHS = 10
_MINUTES = "到场的企业都发了言。政策由主管单位当场解答，没答完的报成诉求，下一期开场先说办得怎样。"
_THEMES = ("看车间，讲用电", "看研发，讲技改", "看质检，讲标准", "看物流，讲安全")
_PERIODS = {"chemical": 1}
"""A chain whose salons are held every month: the same engine with another period."""
_PARTY_DAY = "主题党日"
_WEEKS = {"equipment": 3, "textile": 2, "chemical": 4}


def show(session: Session, county: County, now: datetime) -> None:
    """Let every chain have rotated for some months, through the services, each step at its time."""
    begun = now - timedelta(days=30 * MONTHS)
    for chain in known.of(session).directory.chains:
        clerks = county.holding(Role.COMMITTEE, ScopeKind.CHAIN, chain, Post.CONTACT)
        if not clerks:
            continue
        clerk = clerks[0]
        january = begun.astimezone(SHANGHAI).date().replace(month=1, day=1)
        months = _PERIODS.get(chain, 2)
        beat = Rhythm(january, months, months, week=_WEEKS.get(chain, 3))
        rotation = roster.open_rotation(county.as_(session, clerk, begun), chain, beat)
        for place in range(12):
            row = session.scalars(
                select(Salon)
                .where(Salon.rotation_id == rotation.id, Salon.stage == State.PLANNED)
                .order_by(Salon.on)
                .limit(1)
            ).one()
            if row.on is None or row.on >= now.astimezone(SHANGHAI).date():
                break
            _held(session, county, clerk, row, place)
        if chain == CHAIN:
            _today(session, county, clerk, rotation.id, now)
            # Beside the salon every month one firm's organisation leads (seed 004): its own turns, its own days.
            monthly = Rhythm(now.astimezone(SHANGHAI).date().replace(day=1), 1, 1, week=3)
            roster.open_rotation(county.as_(session, clerk, now), chain, monthly, name=_PARTY_DAY)
        if chain == _WITH_A_GAP:
            _gap(session, county, clerk, rotation.id, now)


_WITH_A_GAP = "textile"


def _gap(session: Session, county: County, clerk: str, rotation_id: int, now: datetime) -> None:
    """Let the host of an announced session have to stop its works on that day: somebody has to see to it."""
    work = county.as_(session, clerk, now)
    rotation = queries.own(work, rotation_id)
    today = now.astimezone(SHANGHAI).date()
    coming = [one for one in queries.salons(session, rotation) if one.on and one.on > today]
    row = next(one for one in coming if one.stage is State.PLANNED)
    holding.act(work, row.id, Action.ANNOUNCE, None, {})
    host = queries.hosts(session, [row])[row.id][0].enterprise_code
    roster.change(work, rotation.id, Asked(Change.AWAY, "锅炉检修停产", host, today, row.on))


def _held(session: Session, county: County, clerk: str, row: Salon, place: int) -> None:
    on = row.on or date.min
    steps: tuple[tuple[int, Action, dict[str, Any]], ...] = (
        (-12, Action.PREPARE, {"theme": _THEMES[place % len(_THEMES)], "venue": "承办企业会议室"}),
        (-10, Action.ANNOUNCE, {}),
        (0, Action.HOLD, {}),
        (1, Action.WRITE_UP, {"minutes": _MINUTES}),
        (2, Action.CLOSE, {}),
    )
    for ahead, action, given in steps:
        day = datetime.combine(on + timedelta(days=ahead), time(17), SHANGHAI)
        holding.act(county.as_(session, clerk, day), row.id, action, None, given)
        if action is Action.HOLD:
            _was_held(county.as_(session, clerk, day), row, day)


def _was_held(work: Work, row: Salon, day: datetime) -> None:
    """Let a list from paper be typed in, and one thing be decided."""
    arriving.take_list(work, row.id, "某甲 某某商会\n某乙 县供电公司\n某丙 交通运输局")
    given = {
        "unit": "power_supply",
        "what": "把增容排期告诉提了的企业",
        "due_on": day.date() + timedelta(days=20),
    }
    made = deciding.note(work, row.id, given)
    if len(row.theme) % 2:
        deciding.done(work, made.id, "逐家打了电话")


_PACK = {
    "theme": "看新线，讲用电",
    "venue": "二车间会议室",
    "visit_at": "14:00",
    "visit_by": "车间主任",
    "visit": "新线和质检室，走安全通道，戴安全帽",
    "policy_at": "14:40",
    "policy_by": "县供电公司",
    "policy": "用电和技改政策",
    "talk_at": "15:20",
    "talk": "用工和夜班交通",
    "training_at": "16:10",
    "training_by": "产业链党委",
    "training": "车间班组里的党员责任区",
    "policies": "关于支持制造业用电的若干措施（某政发〔2026〕3号）\n技术改造项目管理办法",
}


def _around(session: Session, county: County, clerk: str, row: Salon, now: datetime) -> None:
    """Let the next session be announced, everybody invited, some have answered, and the host be preparing."""
    work = county.as_(session, clerk, now)
    holding.act(work, row.id, Action.ANNOUNCE, None, {})
    listed = inviting.choices(work, standing.at(work, row.id))
    firms, leaders = ([code for code, _ in some] for some in (listed.firms, listed.leaders))
    guests = "某某 县制造业商会"
    inviting.invite(
        work, row.id, {"firms": firms, "leaders": leaders, "units": ["power_supply"], "guests": guests}
    )
    said = ({"answer": Answer.COMING, "people": 2}, {"answer": Answer.ABSENT}, _SENDING)
    for place, one in enumerate(around.invitations(session, row, limit=9).items):
        inviting.answer(work, one.id, said[place % len(said)])
    checking.tick(work, row.id, [Ready.THEME, Ready.VENUE, Ready.PLAIN])


_SENDING = {"answer": Answer.SENDING, "people": 1, "names": "生产副总"}


def _today(session: Session, county: County, clerk: str, rotation_id: int, now: datetime) -> None:
    """Let the next session be prepared, one enterprise be away, and one ask for a swap."""
    work = county.as_(session, clerk, now)
    rotation = queries.own(work, rotation_id)
    today = now.astimezone(SHANGHAI).date()
    coming = [one for one in queries.salons(session, rotation) if one.on and one.on > today]
    coming = [one for one in coming if one.stage is State.PLANNED]
    hosting = queries.hosts(session, coming)
    holding.act(work, coming[0].id, Action.PREPARE, None, _PACK)
    _around(session, county, clerk, coming[0], now)
    last = hosting[coming[-1].id][0].enterprise_code
    until = today + timedelta(days=90)
    roster.change(work, rotation.id, Asked(Change.AWAY, "停产检修", last, today, until))
    one, other = coming[1], coming[2]
    asks, asked = hosting[one.id][0].enterprise_code, hosting[other.id][0].enterprise_code
    swapping.ask(work, one.id, asks, other.id, asked, "那个月设备大修，车间停产")
