"""Who lays tickets before an inspection, how many, for how long. Pure; spans in days of 24 hours."""

import re
from datetime import datetime, timedelta

from chainhub.core.actor import Actor, Post, Role, ScopeKind
from chainhub.tickets.fields import Field, Shape

DAYS_MOST = 30
DAYS_USUAL = 7
TICKETS_MOST = 300
ACCOUNTS_MOST = 5  # of one inspection at a time
SECRETARIES = (Post.HEAD, Post.DEPUTY)
"""Of a chain's committee: the secretary and the deputy who stands in for that post (decision)."""
WHOSE = "迎检由产业链党委的书记或副书记来办。请告诉他们要看哪些诉求。"
BODY = Field("body", "谁来检查", Shape.LINE, 60, 2, hint="比如：县委第三巡察组")
REASON = Field("reason", "事由", Shape.LINE, 200, 4, hint="比如：2026 年优化营商环境专项巡察，文号写上")
NAME = Field("name", "给谁用", Shape.LINE, 40, 2, hint="写清楚是谁；一个人一个账号")
_NUMBER = re.compile(r"[A-Z]{2,4}-[0-9]{4}-[0-9]{5,9}")


def chains(actor: Actor) -> frozenset[str]:
    """Return the chains whose tickets this actor may lay before an inspection."""
    return frozenset(
        one.ref
        for one in actor.grants
        if one.role is Role.COMMITTEE and one.scope is ScopeKind.CHAIN and one.post in SECRETARIES
    )


def may_make(actor: Actor) -> bool:
    """Say whether somebody is a committee's secretary."""
    return bool(chains(actor))


def numbers(typed: str) -> list[str]:
    """Return the numbers of tickets in what was typed or pasted, each once, in their order."""
    return list(dict.fromkeys(_NUMBER.findall(typed.upper())))


def strange(typed: str) -> list[str]:
    """Return what was typed between numbers and is none."""
    left = _NUMBER.sub(" ", typed.upper())
    return [one for one in re.split(r"[\s,，、;；]+", left) if one]


def until(now: datetime, days: int) -> datetime:
    """Return when something made now for so many days is over."""
    return now + timedelta(days=days)


def days_error(days: int) -> str:
    """Say what is wrong with a number of days."""
    return "" if 1 <= days <= DAYS_MOST else f"在 1 到 {DAYS_MOST} 天之间。"
