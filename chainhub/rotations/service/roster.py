"""Changing who is in a rotation and when it is held. Each change is shown whole before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, update

from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.rotations import days, queries, rules
from chainhub.rotations.around.rules import is_clock
from chainhub.rotations.days import Bar, Rhythm
from chainhub.rotations.models import Rotation, RotationBar, RotationMember
from chainhub.rotations.rules import Member, Rota
from chainhub.rotations.service import laying
from chainhub.rotations.service.laying import Deed, Effect
from chainhub.rotations.workflow import USUAL_NAME, Change

SPAN_DAYS_MOST = 1100
"""The longest leave that is entered at once, in days; a longer one is entered again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One change as it was asked for; what it does not need stays empty."""

    change: Change
    why: str = ""
    enterprise: str = ""
    from_on: date | None = None
    until_on: date | None = None
    bar: int | None = None
    rhythm: Rhythm | None = None
    starts: str = ""
    at_once: int = 1
    volunteers_only: bool = False


def open_rotation(
    work: Work, chain: str, beat: Rhythm, *, starts: str = "14:00", name: str = USUAL_NAME
) -> Rotation:
    """Let a chain begin to rotate, its enterprises in the order in which they joined it.

    A chain may have several rotations side by side, each with its own name, turns and days; no two of their sessions
    fall on one day. Raises NotFound, NotAllowed, Conflict where one of this name runs already or there are too many,
    Invalid where the chain has no enterprise.
    """
    standing = queries.of_chain(work, chain)
    today = local(work.now).date()
    rotation = Rotation(
        chain_code=chain,
        name=name,
        anchor_on=beat.anchor_on,
        months=beat.months,
        month=beat.month,
        week=beat.week,
        weekday=beat.weekday,
        starts=starts,
        laid_on=today,
        calendar_version=work.calendar.version,
    )
    laying.demand_keeper(work, rotation)
    _demand_name(name, standing)
    demand_rhythm(beat)
    firms = work.session.scalars(
        select(Enterprise.code)
        .where(Enterprise.chain_code == chain)
        .order_by(Enterprise.position, Enterprise.code)
        .limit(queries.MEMBERS_MOST)
    ).all()
    if not firms:
        raise Invalid("这条产业链还没有企业，请先导入企业名录，再开轮值。")
    work.session.add(rotation)
    work.session.flush()
    work.session.add_all(
        RotationMember(rotation_id=rotation.id, enterprise_code=code, seat=seat, joined_on=today)
        for seat, code in enumerate(firms, start=1)
    )
    work.session.flush()
    facts = queries.rota(work, rotation)
    laying.lay(work, rotation, facts, facts, Deed("开轮值", f"{len(firms)} 家企业轮流承办", "开始轮值"))
    return rotation


def _demand_name(name: str, standing: Sequence[Rotation]) -> None:
    if any(one.name == name for one in standing):
        raise Conflict(f"这条产业链已经有“{name}”了，请刷新看看，或者另起一个名字。", code="wrong_state")
    if len(standing) >= queries.ROTATIONS_MOST:
        raise Conflict(f"一条产业链最多 {queries.ROTATIONS_MOST} 种轮值。", code="forbidden_now")


def preview(work: Work, id_: int, asked: Asked) -> Effect:
    """Return the whole effect of a change, changing nothing. Raises as `change`."""
    rotation, before, after = _proposed(work, id_, asked)
    found = laying.effect(work, before, after)
    work.session.expire(rotation)
    return found


def change(work: Work, id_: int, asked: Asked) -> Effect:
    """Change a roster. Raises NotFound, NotAllowed, Invalid, Conflict where the change is there already."""
    rotation, before, after = _proposed(work, id_, asked)
    _write(work, rotation, asked, after)
    work.session.flush()
    return laying.lay(
        work, rotation, before, after, Deed(asked.change.label, _what(work, asked, after), asked.why)
    )


def _proposed(work: Work, id_: int, asked: Asked) -> tuple[Rotation, Rota, Rota]:
    rotation = queries.own(work, id_)
    laying.demand_keeper(work, rotation)
    before = queries.rota(work, rotation)
    return rotation, before, _after(work, rotation, before, asked)


def _after(work: Work, rotation: Rotation, before: Rota, asked: Asked) -> Rota:
    today = local(work.now).date()
    if asked.change is Change.JOIN:
        return _joined(work, rotation, before, asked.enterprise, today)
    if asked.change is Change.RHYTHM:
        return _other_rhythm(before, asked, today)
    if asked.change is Change.CLOSED:
        return replace(before, bars=(*before.bars, _span(asked)))
    if asked.change is Change.LIFT:
        return _lifted(work, rotation, before, asked)
    member = next((one for one in before.members if one.code == asked.enterprise), None)
    if member is None or not member.is_in(today):
        raise Invalid(errors={"enterprise": ["这家企业不在轮值里，请从名单里选。"]})
    if asked.change is Change.AWAY:
        return replace(before, bars=(*before.bars, _span(asked)))
    if asked.change is Change.FORGIVE:
        member_after = _let_off(before, member, today)
        return replace(
            before, members=tuple(member_after if one is member else one for one in before.members)
        )
    changed = {
        Change.LEAVE: replace(member, left_on=asked.from_on or today),
        Change.WILLING: replace(member, willing=True),
        Change.UNWILLING: replace(member, willing=False),
    }[asked.change]
    if asked.change is Change.LEAVE and (asked.from_on or today) < today:
        raise Invalid(errors={"from_on": ["退出的日子不能早于今天：办过的不改。"]})
    return replace(before, members=tuple(changed if one is member else one for one in before.members))


def _let_off(before: Rota, member: Member, today: date) -> Member:
    """Return a member that owes nothing any more: the rounds that it missed count as its own."""
    owed = rules.owed(before, today).get(member.code, 0)
    if not owed:
        raise Invalid(errors={"enterprise": ["这家企业没有欠着的，不用免。"]})
    return replace(member, credit=member.credit + owed)


def _joined(work: Work, rotation: Rotation, before: Rota, code: str, today: date) -> Rota:
    firm = work.session.get(Enterprise, code) if code else None
    if firm is None or firm.chain_code != rotation.chain_code:
        raise Invalid(errors={"enterprise": ["请选这条产业链的一家企业。"]})
    was = next((one for one in before.members if one.code == code), None)
    if was is not None and was.left_on is None:
        raise Conflict("这家企业已经在轮值里了，请刷新看看。", code="wrong_state")
    newcomer = rules.joining(before, code, firm.short, today)
    if was is not None:  # back again: what it held before counts no more than a newcomer's
        held = rules.through(before, today)[code] - was.credit
        newcomer = replace(newcomer, credit=newcomer.credit - held)
    others = tuple(one for one in before.members if one.code != code)
    return replace(before, members=(*others, newcomer))


def _other_rhythm(before: Rota, asked: Asked, today: date) -> Rota:
    beat = asked.rhythm or before.rhythm
    demand_rhythm(beat)
    if not 1 <= asked.at_once <= rules.HOSTS_MOST:
        raise Invalid(errors={"at_once": [f"一期最多 {rules.HOSTS_MOST} 家联合承办。"]})
    kept = tuple(
        replace(one, period=days.period_of(beat, one.on or days.begins_on(before.rhythm, one.period)))
        for one in before.sessions
        if one.pinned or rules.is_fixed(one, today)
    )
    return replace(
        before, rhythm=beat, sessions=kept, at_once=asked.at_once, volunteers_only=asked.volunteers_only
    )


def demand_rhythm(beat: Rhythm) -> None:
    """Refuse a rhythm that no month knows. Raises Invalid."""
    errors = {}
    if not 1 <= beat.months <= 12:
        errors["months"] = ["请填 1 到 12 个月一期。"]
    if not 1 <= beat.month <= max(beat.months, 1):
        errors["month"] = ["第几个月不能超过一期的月数。"]
    if not 1 <= beat.week <= days.LAST_WEEK:
        errors["week"] = ["请填第 1 到第 5 个，5 是最后一个。"]
    if not 0 <= beat.weekday <= 6:
        errors["weekday"] = ["请选星期几。"]
    if errors:
        raise Invalid(errors=errors)


def demand_starts(said: str) -> str:
    """Return an hour of Shanghai's clock, as 14:00. Raises Invalid."""
    if not is_clock(said):
        raise Invalid(errors={"starts": ["请写成 14:00。"]})
    return said


def _span(asked: Asked) -> Bar:
    if asked.from_on is None or asked.until_on is None:
        raise Invalid(errors={"from_on": ["请填从哪天到哪天。"]})
    length = (asked.until_on - asked.from_on).days
    if length < 0:
        raise Invalid(errors={"until_on": ["最后一天不能早于第一天。"]})
    if length > SPAN_DAYS_MOST:
        raise Invalid(errors={"until_on": ["一次最多填三年，到时再续。"]})
    if not asked.why:
        raise Invalid(errors={"why": ["请写为什么。"]})
    return Bar(
        asked.from_on, asked.until_on, asked.why, asked.enterprise if asked.change is Change.AWAY else ""
    )


def _lifted(work: Work, rotation: Rotation, before: Rota, asked: Asked) -> Rota:
    rows = queries.bars(work.session, rotation)
    if asked.bar not in {one.id for one in rows}:
        raise NotFound("没有这一条缓办，请刷新看看。")
    left = tuple(
        Bar(one.from_on, one.until_on, one.why, one.enterprise_code or "")
        for one in rows
        if one.id != asked.bar
    )
    return replace(before, bars=left)


def _write(work: Work, rotation: Rotation, asked: Asked, after: Rota) -> None:
    if asked.change in {Change.AWAY, Change.CLOSED}:
        span = after.bars[-1]
        work.session.add(
            RotationBar(
                rotation_id=rotation.id,
                enterprise_code=span.code or None,
                from_on=span.from_on,
                until_on=span.until_on,
                why=span.why,
            )
        )
    elif asked.change is Change.LIFT:
        work.session.execute(
            update(RotationBar)
            .where(RotationBar.id == asked.bar, RotationBar.rotation_id == rotation.id)
            .values(lifted_at=work.now)
        )
    elif asked.change is Change.RHYTHM:
        beat = after.rhythm
        rotation.anchor_on, rotation.months, rotation.month = beat.anchor_on, beat.months, beat.month
        rotation.week, rotation.weekday = beat.week, beat.weekday
        rotation.starts = asked.starts or rotation.starts
        rotation.at_once, rotation.volunteers_only = after.at_once, after.volunteers_only
    else:
        _keep_member(work, rotation, next(one for one in after.members if one.code == asked.enterprise))


def _keep_member(work: Work, rotation: Rotation, member: rules.Member) -> None:
    row = work.session.scalars(
        select(RotationMember).where(
            RotationMember.rotation_id == rotation.id, RotationMember.enterprise_code == member.code
        )
    ).one_or_none()
    if row is None:
        row = RotationMember(rotation_id=rotation.id, enterprise_code=member.code)
        work.session.add(row)
    row.seat, row.credit, row.joined_on = member.seat, member.credit, member.joined_on
    row.left_on, row.willing = member.left_on, member.willing


def _what(work: Work, asked: Asked, after: Rota) -> str:
    names = {one.code: one.name for one in after.members}
    who = names.get(asked.enterprise, "")
    if asked.change is Change.RHYTHM:
        beat = after.rhythm
        joint = f"，{after.at_once} 家联合承办" if after.at_once > 1 else ""
        return f"每 {beat.months} 个月一期{joint}"
    if asked.change in {Change.AWAY, Change.CLOSED} and asked.from_on and asked.until_on:
        who = who or known.of(work.session).name
        return f"{who}：{days.text(asked.from_on)}至{days.text(asked.until_on)}"
    return who or asked.change.label
