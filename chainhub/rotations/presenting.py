"""Turning rotations into what pages show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.rotations import days, queries, rules
from chainhub.rotations.models import Rotation, RotationEvent, Salon, SalonHost, SalonSwap
from chainhub.rotations.rules import Fairness, Place, Rota
from chainhub.rotations.service import swapping
from chainhub.rotations.service.laying import Effect
from chainhub.rotations.showing import AgendaView, EventView, MovedView, SeatView, SessionView, SwapView
from chainhub.rotations.workflow import Part, State

_COLOURS = {
    State.PLANNED: "grey",
    State.ANNOUNCED: "green",
    State.HELD: "yellow",
    State.WRITTEN_UP: "yellow",
    State.CLOSED: "blue",
    State.POSTPONED: "yellow",
    State.CANCELLED: "grey",
}
_DONE = {State.CLOSED, State.CANCELLED}


def day(on: date) -> str:
    """Return a day of this year in words: 10月30日."""
    return f"{on.month}月{on.day}日"


def year_of(work: Work, rotation: Rotation, year: int, names: Mapping[str, str]) -> list[SessionView]:
    """Return the sessions whose period begins in a year, the first one first."""
    beat, today = queries.rhythm(rotation), local(work.now).date()
    rows = [one for one in queries.salons(work.session, rotation) if one.period_on.year == year]
    hosting = queries.hosts(work.session, rows)
    coming = [
        one for one in rows if one.stage in {State.PLANNED, State.ANNOUNCED} and (one.on or today) >= today
    ]
    next_id = min(coming, key=lambda one: one.on or today).id if coming else None
    return [
        SessionView(
            one.link,
            days.label(beat, days.period_of(beat, one.period_on)),
            day(one.on) if one.on else "日子待定",
            f"周{'一二三四五六日'[one.on.weekday()]}" if one.on else "",
            hosted_by(hosting.get(one.id, ()), names),
            one.stage.label,
            _COLOURS[one.stage],
            _note(work, one, today),
            one.id == next_id,
        )
        for one in rows
    ]


def hosted_by(hosting: Sequence[SalonHost], names: Mapping[str, str]) -> str:
    """Return the hosts of a session in words."""
    return "、".join(names.get(one.enterprise_code, one.enterprise_code) for one in hosting) or "承办企业待定"


def agenda(salon: Salon) -> list[AgendaView]:
    """Return the four parts in the order of their times; what has none stands in the order of the rule, behind."""
    said = {name: str(value) for name, value in salon.agenda.items()}
    found = [
        AgendaView(
            part.label,
            said.get(f"{part.value}_at", ""),
            said.get(f"{part.value}_by", ""),
            said.get(part.value, ""),
        )
        for part in Part
    ]
    return sorted(found, key=lambda one: one.at or "99:99")


def _note(work: Work, one: Salon, today: date) -> str:
    said = "暂定，待放假通知核定" if one.provisional else ""
    if one.stage in {State.PLANNED, State.ANNOUNCED} and one.on:
        left = work.calendar.workdays_between(today, one.on)
        if one.on < today:
            return "日子过了，请记办成、改期或取消"
        soon = "就是今天" if one.on == today else f"还有 {left} 个工作日"
        return said or (soon if left <= 60 else one.theme)
    return one.theme if one.stage not in _DONE or one.theme else ""


def seats(work: Work, rotation: Rotation, rota: Rota, *, staff: bool, mine: frozenset[str]) -> list[SeatView]:
    """Return the members in the order of their coming turns: place, times, last, waiting, and when."""
    today = local(work.now).date()
    stand = rules.places(rota, today, work.calendar)
    had = {one.code: one for one in rules.fairness(rota, today)}
    swapping_now = {
        code
        for swap in queries.open_swaps(work.session, rotation)
        for code in (swap.enterprise_code, swap.other_code)
    }
    within = rules.turns(rota.sessions, today)
    members = [one for one in rota.members if one.is_in(today)]
    members.sort(key=lambda one: (stand[one.code].place if one.code in stand else 10**6, one.seat))
    found = []
    for member in members:
        away = next((bar for bar in rota.bars if bar.code == member.code and bar.covers(today)), None)
        place = stand.get(member.code)
        note = _why_waiting(away, staff=staff or member.code in mine)
        mark = "away" if away else "swap" if member.code in swapping_now else "wait"
        if place is not None and place.place == 1:
            mark = "next"
        found.append(_seat(member.name, had[member.code], place, within.get(member.code), mark, note))
    return found


def strip(work: Work, rota: Rota, found: Sequence[SeatView]) -> list[tuple[str, str]]:
    """Return the round as it goes: who has held in it first, then the others in their order; name and mark."""
    today = local(work.now).date()
    running = rules.running_round(rota, today)
    done = rules.through(held_alone(rota), today)
    had = {one.code: one.last_on for one in rules.fairness(rota, today)}
    over = [one for one in rota.members if one.is_in(today) and done[one.code] >= running]
    over.sort(key=lambda one: had[one.code] or today)
    names = {one.name for one in over}
    return [(one.name, "held") for one in over] + [
        (one.name, one.mark) for one in found if one.name not in names
    ]


def _why_waiting(away: days.Bar | None, *, staff: bool) -> str:
    if away is None:
        return ""
    return f"缓办，要补{f'：{away.why}，到{days.text(away.until_on)}' if staff else ''}"


def _seat(
    name: str, had: Fairness, place: Place | None, on: Sequence[date] | None, mark: str, note: str
) -> SeatView:
    if place is None or place.on is None:
        when = "还排不到"
    elif on:
        when = days.text(on[0])
    else:
        when = f"约{place.on.year}年"
    return SeatView(
        place.place if place else 0,
        name,
        f"{had.times} 次",
        f"{had.last_on.year}年{had.last_on.month}月" if had.last_on else "",
        f"{had.waited_months} 个月" + ("，超过一轮" if had.overdue else ""),
        when,
        mark,
        note,
    )


def own_places(rota: Rota, work: Work, names: Mapping[str, str], mine: Collection[str]) -> list[str]:
    """Return the places of one's own enterprises, each by its name where somebody looks after several."""
    called = "您家" if len(mine) == 1 and work.actor.enterprise_code in mine else ""
    return [own_place(rota, work, code, called or names[code]) for code in sorted(mine)]


def own_place(rota: Rota, work: Work, code: str, called: str = "您家") -> str:
    """Return an enterprise's place in one sentence: 第9位，约2027年."""
    today = local(work.now).date()
    place = rules.places(rota, today, work.calendar).get(code)
    if place is None or place.on is None:
        return f"{called}现在不在轮值的次序里，请问产业链党委。"
    on = rules.turns(rota.sessions, today).get(code)
    if on:
        return f"{called}排第{place.place}位，{days.text(on[0])}承办。"
    return f"{called}排第{place.place}位，约{place.on.year}年承办。"


def round_line(work: Work, rota: Rota) -> str:
    """Return how far the round that runs has come."""
    today = local(work.now).date()
    running = rules.running_round(rota, today)
    done = rules.through(held_alone(rota), today)
    members = [one for one in rota.members if one.is_in(today)]
    held = sum(done[one.code] >= running for one in members)
    return f"第 {running} 轮，已办 {held} 家，共 {len(members)} 家"


def held_alone(rota: Rota) -> Rota:
    """Return a rotation with what was held alone: what is only promised is not done yet."""
    return replace(rota, sessions=tuple(one for one in rota.sessions if one.state in rules.HELD))


def swaps(work: Work, rotation: Rotation, names: Mapping[str, str]) -> list[SwapView]:
    """Return the swaps that wait for an answer."""
    found = queries.open_swaps(work.session, rotation)
    by_id = {one.id: one for one in queries.salons(work.session, rotation)}
    return [_swap(work, rotation, one, by_id, names) for one in found]


def _swap(
    work: Work, rotation: Rotation, one: SalonSwap, by_id: Mapping[int, Salon], names: Mapping[str, str]
) -> SwapView:
    def said(salon_id: int, code: str) -> str:
        salon = by_id.get(salon_id)
        return f"{names.get(code, code)} {days.text(salon.on) if salon and salon.on else '日子待定'}"

    line = f"{said(one.salon_id, one.enterprise_code)} 换 {said(one.other_salon_id, one.other_code)}"
    return SwapView(
        one.id,
        line,
        one.why,
        f"{one.asked_by} {day(local(one.asked_at).date())}提出",
        swapping.acts_for(work, rotation, one.other_code),
        swapping.acts_for(work, rotation, one.enterprise_code),
    )


def event(one: RotationEvent, names: Mapping[str, str]) -> EventView:
    """Return one change in words."""
    at = local(one.at)
    return EventView(
        f"{one.action}：{one.what}" if one.what else one.action,
        one.why,
        tuple(_line(said, names) for said in one.before[:12]),
        tuple(_line(said, names) for said in one.after[:12]),
        f"{one.by} {at.year}年{at.month}月{at.day}日 {at:%H:%M}",
    )


def _line(said: Sequence[str], names: Mapping[str, str]) -> str:
    on, *codes = said
    when = days.text(date.fromisoformat(on)) if on else "日子待定"
    return f"{when} {'、'.join(names.get(code, code) for code in codes) or '承办企业待定'}"


def moved(effect: Effect, names: Mapping[str, str]) -> list[MovedView]:
    """Return whose turn a change moves, each before and after."""
    return [
        MovedView(
            names.get(one.code, one.code),
            "、".join(days.text(on) for on in one.before) or "近两年没有排",
            "、".join(days.text(on) for on in one.after) or "近两年没有排",
        )
        for one in effect.moved
    ]


def coming(effect: Effect, names: Mapping[str, str]) -> list[str]:
    """Return the sessions that follow after a change, in words."""
    return [
        f"{days.text(one.on) if one.on else '日子待定'} {'、'.join(names.get(code, code) for code in one.codes) or '承办企业待定'}"
        for one in effect.after
        if rules.counts(one)
    ]
