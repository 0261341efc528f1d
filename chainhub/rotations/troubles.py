"""What a plan cannot put right by itself: two sessions of one leader on a day, and a host that is gone. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from chainhub.core.almanac import Almanac
from chainhub.core.words import Labelled
from chainhub.rotations import days, rules
from chainhub.rotations.rules import Member, Rota, Session
from chainhub.rotations.workflow import State


class Sort(Labelled):
    """What is wrong."""

    CLASH = "clash", "撞期"
    GAP = "gap", "没人承办"
    NO_DAY = "no_day", "没有日子"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One session, or one period without any, that somebody has to see to: what is so, and what to do now."""

    session: int | None  # the id of its row; none for a period without a session
    on: date | None
    sort: Sort
    words: str
    code: str = ""  # of the enterprise that is gone
    period_on: date | None = None  # the first day of a period without a session


def found(rota: Rota, today: date) -> tuple[Trouble, ...]:
    """Return what somebody has to see to, by day. What is only planned moves by itself and is not named.

    But for a planned session that was pinned, and the next one that has no host at all.
    """
    coming = [
        one
        for one in rota.sessions
        if one.state in _COMING and (one.on is None or one.on >= today) and one.id is not None
    ]
    coming.sort(key=lambda one: one.on or date.max)
    return (*_clashes(rota, coming), *_gaps(rota, coming, today))


def without_day(
    rota: Rota, sessions: Sequence[Session], today: date, almanac: Almanac
) -> tuple[Trouble, ...]:
    """Return the periods that have no session since every day of theirs is taken, the next one first."""
    return tuple(
        Trouble(None, None, Sort.NO_DAY, _no_day_words(rota, period, why), period_on=begins)
        for period, why in rules.without_day(rota, sessions, today, almanac)
        for begins in (days.begins_on(rota.rhythm, period),)
    )


def _no_day_words(rota: Rota, period: int, why: Sequence[str]) -> str:
    year = days.begins_on(rota.rhythm, period).year
    more = f"等 {len(why)} 条" if len(why) > _WHY_MOST else ""
    return (
        f"{year}年{days.label(rota.rhythm, period)}这一期没有能办的日子："
        f"{'；'.join(why[:_WHY_MOST])}{more}。要办就取消或者缩短不办的日子，不办就不用管，谁的次序都不受影响。"
    )


_WHY_MOST = 3
"""What takes a period's days: named up to so many; more nobody reads."""
_COMING = frozenset({State.PLANNED, State.ANNOUNCED, State.POSTPONED})


def _clashes(rota: Rota, coming: list[Session]) -> Iterator[Trouble]:
    for one in coming:
        stays = one.state is State.ANNOUNCED or (one.state is State.PLANNED and one.pinned)
        if stays and one.on is not None and one.on in rota.taken:
            words = f"{days.text(one.on)}撞期：那天{rota.taken[one.on]}，领导两边都要到，请改期一边。"
            yield Trouble(one.id, one.on, Sort.CLASH, words)


def _gaps(rota: Rota, coming: list[Session], today: date) -> Iterator[Trouble]:
    members = {one.code: one for one in rota.members}
    hostless = True  # the next one without a host is named; those behind it follow from the same
    for one in coming:
        day = days.text(one.on) if one.on else "改期待定的一期"
        if not one.hosts and hostless and rota.at_once:
            hostless = False
            words = f"{day}还没有承办企业：没有一家轮得到，请定承办企业或者改名单。"
            yield Trouble(one.id, one.on, Sort.GAP, words)
        if one.state is State.PLANNED:
            continue
        for code in one.codes:
            why = _gone(rota, members.get(code), one.on or today)
            if why:
                name = members[code].name if code in members else code
                words = f"{day}由{name}承办，它{why}，请另定承办企业、改期或取消。"
                yield Trouble(one.id, one.on, Sort.GAP, words, code)


def _gone(rota: Rota, member: Member | None, on: date) -> str:
    """Return why a host cannot be there on a day, or nothing."""
    if member is None or not member.is_in(on):
        return "那时已经退出轮值"
    return next(
        (f"那天缓办（{bar.why}）" for bar in rota.bars if bar.code == member.code and bar.covers(on)), ""
    )
