"""Named people and fixed days, so that a permission test reads like a story. All of them stand in the model county."""

from datetime import datetime

from sqlalchemy.orm import Session

from chainhub.core.actor import THE_CLOCK, Actor
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.people import queries

OWNER = "qiye"  # 陶见禾 of 砚禾齿轮
GUIDE = "zhidaoyuan"  # looks after 砚禾齿轮 and two others
CLERK = "dangwei"  # 宋以宁, accepts
CLOSER = "dangwei2"  # 闻述之, strikes off
DISPATCHER = "zhuanban"  # 卢景和, dispatches
REVIEWER = "zhuanban2"  # reviews, rules on returns
POWER = "bumen"  # 韩砚 of 县供电公司
POWER_DEPUTY = "fenguan"
TRANSPORT = "bumen2"  # of 交通运输局
CALLER = "huifang"
CHIEF = "lingdao"  # chain chief of equipment
PRINCIPAL = "xianzhang"
LIAISON = "lianluo"
STRANGER = "q_chunyu_shengwu"  # an enterprise of another chain
EVERYBODY = (
    OWNER,
    GUIDE,
    CLERK,
    CLOSER,
    DISPATCHER,
    REVIEWER,
    POWER,
    POWER_DEPUTY,
    TRANSPORT,
    CALLER,
    CHIEF,
    PRINCIPAL,
    LIAISON,
    "xitong",
    "anquan",
    "shenji",
)
POWER_UNIT = "power_supply"
TRANSPORT_UNIT = "transport"
FIRM = "e_yanhe_chilun"


def china(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment in Shanghai's time."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


NOW = china(2026, 3, 2, 9, 20)  # a Monday


def actor(session: Session, username: str) -> Actor:
    """Somebody of the model county, with their grants."""
    if username == "clock":
        return THE_CLOCK
    user = queries.user_by_name(session, username)
    account = queries.account(session, user.id)
    return account.actor


def work_of(session: Session, username: str, at: datetime = NOW) -> Work:
    """A unit of work of somebody at a moment."""
    return Work(session, actor(session, username), at, known.of(session).calendar)
