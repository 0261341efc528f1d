"""Links from a home page to one's own lists, with how much stands there."""

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.work import Work
from chainhub.tickets import festival, mine
from chainhub.tickets.copies.service import READERS
from chainhub.tickets.showing import DoorView


def doors(work: Work, counted: mine.Counts | None = None) -> tuple[DoorView, ...]:
    """Return the links that concern this actor; what waits for a decision is marked, what is empty is resting.

    `counted`: what stands in their lists, where it was counted already.
    """
    found = counted or mine.counts(work)
    signs = bool(work.actor.roles & {Role.COMMITTEE, Role.LEADER, Role.LIAISON})
    listed = (
        ("待我决定的申请", found.requests, "/mine/requests", True),
        ("批示等回复", found.instructions, "/mine/instructions", False),
        ("督办待签发" if signs else "督办等反馈", found.supervisions, "/mine/supervisions", False),
        ("长期跟踪", found.waits, "/mine/waits", False),
    )
    kept = (DoorView("常用答复", "", "/replies", resting=True),) if Role.COMMITTEE in work.actor.roles else ()
    shown = tuple(
        DoorView(
            label,
            f"{mine.COUNT_MOST - 1}+" if number >= mine.COUNT_MOST else str(number),
            url,
            decides and number > 0,
            resting=number == 0,
        )
        for label, number, url, decides in listed
        if number is not None
    )
    stands = festival.now(work) if work.actor.roles & set(mine.STAFF) else None
    clearing = (
        (DoorView("节前清零", f"还有 {stands.left} 个工作日", "/before-festival", pressing=True),)
        if stands is not None and stands.in_time
        else ()
    )
    led = sorted(work.actor.refs(Role.TASK_FORCE, ScopeKind.CHAIN))
    printed = (DoorView("企业二维码", "", f"/chains/{led[0]}/qr", resting=True),) if len(led) == 1 else ()
    copied = (
        (DoorView("抄送给我的", "", "/mine/copies", resting=True),) if work.actor.roles & set(READERS) else ()
    )
    return (*clearing, *shown, *kept, *copied, *printed)
