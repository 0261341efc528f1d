"""本月同类问题 of the demonstration: what several enterprises have just reported, in words of their own, and the groups of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.actor import THE_CLOCK, Role, ScopeKind
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.operations.simulating.county import County
from chainhub.tickets.service import submitting
from chainhub.tickets.topics import service

CHAIN = "equipment"  # of the demonstration accounts
JOBS = ("topics", "hints")  # left out of the played past: what they make of it is made here, once
_TOLD = (
    (
        "夜里跳闸，炉子停了",
        "园区二期夜里又跳闸，中频炉停了半个多小时，一炉料废了。这个月第三回了，请查查线路。",
    ),
    ("二期晚上老跳闸", "我们在园区二期，晚上一开炉就跳闸，线路像是带不动，数控机床的程序也丢过两回。"),
    ("跳闸把变频器烧了", "昨天夜里园区二期线路跳闸，来电一冲把变频器烧了，请供电的来看看线路。"),
    ("大货车在桥头掉不了头", "北环桥头装了隔离墩，大货车掉不了头，要多绕八公里，司机都不愿来拉货。"),
    ("桥头隔离墩挡大货车", "北环桥头的隔离墩能不能往后挪两米，我们的大货车掉头回回蹭上。"),
)
FILED = len(_TOLD)


def show(session: Session, county: County, now: datetime) -> None:
    """File the same two matters by several enterprises of the demonstration's chain, and group what is recent."""
    firms = session.scalars(
        select(Enterprise.code).where(Enterprise.chain_code == CHAIN).order_by(Enterprise.code).limit(FILED)
    ).all()
    for firm, (title, content) in zip(firms, _TOLD, strict=True):
        owner = county.holding(Role.ENTERPRISE, ScopeKind.ENTERPRISE, firm)[0]
        submitting.submit(county.as_(session, owner, now), {"title": title, "content": content})

    @contextmanager
    def _open() -> Iterator[Work]:
        yield Work(session, THE_CLOCK, now, county.calendar)
        session.flush()

    service.renew(_open)
