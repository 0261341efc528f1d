"""The words of the navigation for a person: at most six, the current one underlined. Pure."""

from chainhub.core.actor import GUESTS, Actor, Role
from chainhub.web.frame import NavItem

MOST = 6  # words, or none of them is read
STATISTICS = NavItem("统计", "/statistics", ("/statistics",))
_RUNNING = (("定时任务", "/admin/jobs"), ("对外发送", "/admin/outgoing"))
"""What the system administrator looks after from day to day: two pages under one word."""
VISITS = NavItem("走访", "/visits", ("/visits", "/guide-reports", "/guide-grades"))
GUIDES = NavItem("指导员", "/guides", ("/guides",))


def items(actor: Actor) -> list[NavItem]:
    """Return the navigation of an actor, by what their roles may open."""
    roles = actor.roles
    if roles & GUESTS:
        return [NavItem("选出来的诉求", "/inspected", ("/inspected",))]
    if Role.SYSADMIN in roles:
        return [
            NavItem("首页", "/", ()),
            NavItem("账号", "/admin/accounts", ("/admin/accounts",)),
            NavItem("单位", "/admin/units", ("/admin/units",)),
            NavItem("工作日历", "/admin/workdays", ("/admin/workdays",)),
            NavItem("文书模板", "/admin/papers", ("/admin/papers",)),
            NavItem("运行", _RUNNING[0][1], tuple(url for _, url in _RUNNING), _RUNNING),
        ]
    if Role.SECADMIN in roles:
        return [NavItem("首页", "/", ()), NavItem("授权", "/admin/grants", ("/admin/grants",))]
    if Role.AUDITOR in roles:
        return [NavItem("首页", "/", ()), NavItem("审计日志", "/admin/audit", ("/admin/audit",))]
    first = "今天"
    if Role.ENTERPRISE in roles:
        first = "我的事"
    elif roles & {Role.LEADER, Role.LIAISON}:
        first = "哪里卡住了"
    found = [NavItem(first, "/", ()), NavItem("诉求", "/tickets", ("/tickets",))]
    if roles & {Role.GUIDE, Role.COMMITTEE}:
        found.append(NavItem("替企业报", "/tickets/new", ("/tickets/new",)))
    found.append(
        NavItem("轮值", "/rotations", ("/rotations", "/salons", "/calendars", "/routines", "/occasions"))
    )
    if roles & {Role.ENTERPRISE, Role.GUIDE}:
        found += [GUIDES, VISITS] if Role.GUIDE not in roles else [VISITS]
    found.append(NavItem("共性问题", "/common", ("/common", "/topics")))
    return found + _of_staff(roles, MOST - len(found))


def _of_staff(roles: frozenset[Role], room: int) -> list[NavItem]:
    """Return the words of those who work for the county; what finds no room is a link of the home page."""
    found = []
    if roles & {Role.COMMITTEE, Role.TASK_FORCE, Role.DEPARTMENT, Role.LEADER, Role.LIAISON}:
        found += [NavItem("权责清单", "/responsibilities", ("/responsibilities",)), STATISTICS]
    if roles & {Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER, Role.LIAISON}:
        found.append(GUIDES)
    return found[:room]
