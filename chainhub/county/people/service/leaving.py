"""Leaves (AB角): recorded by oneself or by the system administrator, cancelled by the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from chainhub.audit import service as audit
from chainhub.core.actor import ADMINISTRATORS, Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import state
from chainhub.county.people import queries
from chainhub.county.people.absences import DAYS_MOST, LENT
from chainhub.county.people.leaves import Leave
from chainhub.county.people.models import GrantRow, User

SHOWN = 50
REASON_MOST = 100


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, both days included, and why."""

    from_on: date
    until_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One leave as a list shows it."""

    leave: Leave
    person: str
    substitute: str


def may_record_for_others(work: Work) -> bool:
    """Say whether this actor records leaves of others."""
    return work.actor.id is None or Role.SYSADMIN in work.actor.roles


def listed(work: Work) -> Sequence[Listed]:
    """Return the newest leaves that concern this actor; to the system administrator everybody's."""
    person, other = aliased(User), aliased(User)
    query = (
        select(Leave, person.name, other.name)
        .join(person, person.id == Leave.person_id)
        .join(other, other.id == Leave.substitute_id)
        .where(Leave.cancelled_at.is_(None))
        .order_by(Leave.id.desc())
        .limit(SHOWN)
    )
    if not may_record_for_others(work):
        query = query.where(or_(Leave.person_id == work.actor.id, Leave.substitute_id == work.actor.id))
    return [Listed(*row) for row in work.session.execute(query)]


def record(work: Work, person: str, substitute: str, span: Span) -> Leave:
    """Record a leave. `person` and `substitute` are account names or names. Raises NotAllowed, Invalid, Conflict."""
    away = _person(work, person, "person")
    if away.id != work.actor.id and not may_record_for_others(work):
        raise NotAllowed("别人的请假由本人或者系统管理员来记。")
    stands_in = _person(work, substitute, "substitute")
    for user in sorted({away, stands_in}, key=lambda one: one.id):
        work.session.refresh(user, with_for_update=True)  # two leaves at once must see each other
    _check(work, away, stands_in, span)
    made = Leave(
        person_id=away.id,
        substitute_id=stands_in.id,
        from_on=span.from_on,
        until_on=span.until_on,
        reason=span.reason,
        recorded_by=work.actor.name,
        recorded_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    _note(work, "record_leave", away, {"substitute": stands_in.username, **_days(made)})
    return made


def cancel(work: Work, leave_id: int) -> Leave:
    """Cancel a leave: from now on nobody stands in. Raises NotFound, Conflict."""
    found = work.session.get(Leave, leave_id) if 0 < leave_id < 2**31 else None
    if found is None or not (found.person_id == work.actor.id or may_record_for_others(work)):
        raise NotFound("没有这条请假，或者不归您取消。")
    if found.cancelled_at is not None:
        raise Conflict("这条请假已经取消了。")
    if _is_over(work, found):
        raise Conflict("这次请假已经过完了，记录留着，不用取消。")
    found.cancelled_at = work.now
    work.session.flush()
    _note(work, "cancel_leave", work.session.get_one(User, found.person_id), _days(found))
    return found


def may_cancel(work: Work, leave: Leave) -> bool:
    """Say whether this actor may cancel a leave: one that is over stays as it was."""
    own = leave.person_id == work.actor.id or may_record_for_others(work)
    return own and not _is_over(work, leave)


def _is_over(work: Work, leave: Leave) -> bool:
    return leave.until_on < work.now.astimezone(SHANGHAI).date()


COLLEAGUES_MOST = 100


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the same unit who may stand in, by name and title."""

    name: str
    title: str


def colleagues(work: Work) -> Sequence[Colleague]:
    """Return who of the actor's own unit may stand in, by name; one query, and none where there is no unit."""
    if work.actor.unit_code is None:
        return ()
    rows = work.session.execute(
        select(User.name, User.title)
        .where(User.unit_code == work.actor.unit_code, User.id != work.actor.id, _may_lend())
        .order_by(User.id)
        .limit(COLLEAGUES_MOST)
    )
    return [Colleague(*row) for row in rows]


def _may_lend() -> ColumnElement[bool]:
    held = select(GrantRow.user_id).where(GrantRow.role.in_(LENT), GrantRow.ended_at.is_(None))
    return and_(User.is_active, User.id.in_(held))


def _person(work: Work, said: str, field: str) -> User:
    """Return whom an account name or a name means; of one name the person of the actor's unit goes first."""
    typed = said.strip()
    found = queries.user_by_name(work.session, typed.lower())
    if found is not None and found.is_active:
        return found
    named = work.session.scalars(select(User).where(User.name == typed, _may_lend()).limit(20)).all()
    near = [one for one in named if one.unit_code is not None and one.unit_code == work.actor.unit_code]
    if len(near or named) > 1:
        raise Invalid(errors={field: [f"有几位叫{typed}，请写登录名。"]})
    if not named:
        raise Invalid(errors={field: ["没有这个人，请写全名，或者写登录名。"]})
    return (near or named)[0]


def _check(work: Work, away: User, stands_in: User, span: Span) -> None:
    errors: dict[str, list[str]] = {}
    today = work.now.astimezone(SHANGHAI).date()
    if span.until_on < span.from_on or span.until_on < today:
        errors["until_on"] = ["最后一天要在第一天以后，也不能已经过去。"]
    elif (span.until_on - span.from_on).days > DAYS_MOST:
        errors["until_on"] = ["最长一年。更长的请办工作交接。"]
    if len(span.reason) > REASON_MOST:
        errors["reason"] = [f"最多 {REASON_MOST} 字。"]
    roles = {role: _roles(work, one) for one, role in ((away, "person"), (stands_in, "substitute"))}
    if not roles["person"] & LENT:
        errors["person"] = ["这个人没有要人代办的事。"]
    if away.id == stands_in.id:
        errors["substitute"] = ["不能由自己代。"]
    elif roles["substitute"] & (ADMINISTRATORS | {Role.ENTERPRISE}) or not roles["substitute"] & LENT:
        errors["substitute"] = ["代办的要是办事的工作人员，不能是管理员或者企业。"]
    if errors:
        raise Invalid(errors=errors)
    running = work.session.scalars(
        select(Leave).where(
            Leave.cancelled_at.is_(None),
            Leave.person_id.in_((away.id, stands_in.id)),
            Leave.from_on <= span.until_on,
            Leave.until_on >= span.from_on,
        )
    ).all()
    if any(one.person_id == away.id for one in running):
        raise Conflict("这几天已经记了请假，请先取消原来的再记。")
    if running:
        raise Invalid(errors={"substitute": [f"{stands_in.name}这几天也请假，请换一个人。"]})


def _roles(work: Work, user: User) -> frozenset[Role]:
    held = select(GrantRow.role).where(GrantRow.user_id == user.id, GrantRow.ended_at.is_(None))
    return frozenset(work.session.scalars(held))


def _days(leave: Leave) -> dict[str, object]:
    return {"from": leave.from_on.isoformat(), "until": leave.until_on.isoformat()}


def _note(work: Work, action: str, user: User, data: dict[str, object]) -> None:
    audit.record(work, action, f"{user.username} {user.name}", data)
    state.touch(work.session)
