"""What is known before a proposal: guides, less capacity for some time, wishes, conflicts, locked and ruled out pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, delete, select

from chainhub.assignments import limits, queries, rules
from chainhub.assignments.models import Conflict as UnitConflict
from chainhub.assignments.models import Guide, GuideReduction, Need, PairRule, Wish
from chainhub.assignments.service import assigning
from chainhub.assignments.terms import Side, Tie
from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import queries as people
from chainhub.county.people.models import User
from chainhub.county.people.rules import excluded
from chainhub.county.people.service import caring


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a guide beside the account."""

    industries: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    town: str = ""
    capacity: int = rules.REFUSE_ABOVE
    party_post: str = ""


def demand_registrar(work: Work) -> None:
    """Refuse whoever keeps no list of guides: NotAllowed."""
    if work.actor.id is not None and Role.COMMITTEE not in work.actor.roles:
        raise NotAllowed("指导员名册由产业链党委来登记。")


def save_guide(work: Work, user_id: int, said: Profile) -> Guide:
    """Register a guide, or change what is known of one. Raises NotAllowed, NotFound, Invalid, Conflict."""
    demand_registrar(work)
    user = work.session.get(User, user_id) if user_id < 2**31 else None
    if user is None or user.enterprise_code is not None:
        raise NotFound("没有这个账号，或者它是企业的账号。请先请系统管理员开账号。")
    errors = _profile_errors(work, said)
    if errors:
        raise Invalid(errors=errors)
    row = work.session.get(Guide, user_id, with_for_update=True)
    if row is None:
        roles = {one.role for one in user.grants if one.ended_at is None}
        why = excluded(roles, Role.GUIDE)
        if why:
            raise Conflict(why, code="separated_duties")
        row = Guide(user_id=user_id, since_on=local(work.now).date())
        work.session.add(row)
    row.industries, row.skills = list(said.industries), list(said.skills)
    row.town, row.capacity, row.party_post = said.town, said.capacity, said.party_post
    row.left_on = None
    work.session.flush()
    audit.record(work, "save_guide", f"{user.username} {user.name}", {"capacity": said.capacity})
    return row


def add_guide(work: Work, username: str, said: Profile) -> Guide:
    """Register a guide by account name or by the person's name. Raises Invalid where nobody or several are meant."""
    demand_registrar(work)
    found = people.named(work.session, username)
    if len(found) != 1:
        words = "没有这个登录名或姓名，请核对。" if not found else "有几个人叫这个名字，请写登录名。"
        raise Invalid(errors={"username": [words]})
    return save_guide(work, found[0].id, said)


def _profile_errors(work: Work, said: Profile) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if wrong := limits.skill_errors(list(said.skills)):
        errors["skills"] = wrong
    if set(said.industries) - known.of(work.session).directory.chains.keys():
        errors["industries"] = ["没有这条产业链，请重选。"]
    if not 0 <= said.capacity <= rules.REFUSE_ABOVE:
        errors["capacity"] = [f"请填 0 到 {rules.REFUSE_ABOVE}。"]
    return errors


# Less for some time


def reduce(work: Work, guide_id: int, less: int, why: str, span: tuple[date, date]) -> GuideReduction:
    """Let a guide have fewer enterprises until the day of return. Raises NotAllowed, NotFound, Invalid."""
    demand_registrar(work)
    guide = queries.own_guide(work, guide_id)
    from_on, back_on = span
    errors: dict[str, list[str]] = {}
    if not 1 <= less <= rules.REFUSE_ABOVE:
        errors["less"] = [f"请填 1 到 {rules.REFUSE_ABOVE}。"]
    if not why.strip():
        errors["why"] = ["请写一句为什么，如：脱产学习。"]
    if back_on <= from_on or back_on <= local(work.now).date():
        errors["back_on"] = ["回来的日子要在开始以后，也不能已经过去。"]
    elif (back_on - from_on).days > limits.DAYS_MOST:
        errors["back_on"] = ["最长两年。更长的请办离任。"]
    if errors:
        raise Invalid(errors=errors)
    made = GuideReduction(user_id=guide.user_id, less=less, why=why.strip(), from_on=from_on, back_on=back_on)
    work.session.add(made)
    work.session.flush()
    _record(work, "reduce_guide", guide, {"less": less, "why": made.why, "back": back_on.isoformat()})
    return made


def cancel_reduction(work: Work, reduction_id: int) -> GuideReduction:
    """Take a reduction back. Raises NotAllowed, NotFound, Conflict."""
    demand_registrar(work)
    row = work.session.get(GuideReduction, reduction_id) if reduction_id < 2**31 else None
    if row is None:
        raise NotFound("没有这一条，请回到指导员的页面再找。")
    guide = queries.own_guide(work, row.user_id)
    if row.cancelled_at is not None or row.back_on <= local(work.now).date():
        raise Conflict("这一条已经过去或者取消了，不用再动。")
    row.cancelled_at = work.now
    work.session.flush()
    _record(work, "restore_guide", guide, {"why": row.why})
    return row


# Enterprises


def set_need(work: Work, code: str, weight: int | None, skills: Sequence[str]) -> Need:
    """Say how much work an enterprise is (1 to 3; None: by its size) and which skills it asks for."""
    firm = queries.own_firm(work, code)
    caring.demand_decider(work, firm)
    errors: dict[str, list[str]] = {}
    if weight is not None and not 1 <= weight <= rules.WEIGHT_MOST:
        errors["weight"] = [f"请填 1 到 {rules.WEIGHT_MOST}，或者不填。"]
    if wrong := limits.skill_errors(list(skills)):
        errors["skills"] = wrong
    if errors:
        raise Invalid(errors=errors)
    row = work.session.get(Need, code)
    if row is None:
        row = Need(enterprise_code=code)
        work.session.add(row)
    row.weight, row.skills = weight, list(skills)
    work.session.flush()
    audit.record(work, "guide_need", f"{firm.code} {firm.short}", {"weight": weight, "skills": list(skills)})
    return row


def wish_of_firm(work: Work, code: str, guides: Sequence[int]) -> None:
    """Set whom an enterprise would like, the first wish first; by itself or by the committee."""
    firm = work.session.get(Enterprise, code) if len(code) <= 60 else None
    own = work.actor.holds(Role.ENTERPRISE, enterprise=code)
    if firm is None or not (own or firm.chain_code in queries.chains(work)):
        raise NotFound("没有这家企业，请从“指导员”一页进入。")
    if not own:
        caring.demand_decider(work, firm)
    there = {guide.user_id for guide, _ in work.session.execute(_these(work, guides))}
    _demand_wishes(guides, there, "指导员")
    _rewrite(work, Side.FIRM, [(code, id_) for id_ in guides], Wish.enterprise_code == code)
    audit.record(work, "guide_wish", f"{firm.code} {firm.short}", {"guides": list(guides)})


def wish_of_guide(work: Work, guide_id: int, codes: Sequence[str]) -> None:
    """Set which enterprises a guide would like, the first wish first; by the guide or by a committee."""
    guide = work.session.get(Guide, guide_id) if guide_id < 2**31 else None
    if guide is None or not (work.actor.id == guide_id or queries.chains(work)):
        raise NotFound("没有这名指导员，请从“指导员”一页进入。")
    if work.actor.id != guide_id:
        demand_registrar(work)
    there = set(work.session.scalars(select(Enterprise.code).where(Enterprise.code.in_(list(codes)))))
    _demand_wishes(codes, there, "企业")
    _rewrite(work, Side.GUIDE, [(code, guide_id) for code in codes], Wish.user_id == guide_id)
    _record(work, "guide_wish", guide, {"enterprises": list(codes)})


def _these(work: Work, ids: Sequence[int]) -> Select[Guide, User]:
    return queries.standing(local(work.now).date()).where(Guide.user_id.in_(list(ids)))


def _demand_wishes(wanted: Sequence[int] | Sequence[str], there: set[int] | set[str], word: str) -> None:
    if len(wanted) > rules.WISHES_MOST or len(set(wanted)) != len(wanted):
        raise Invalid(errors={"wishes": [f"最多 {rules.WISHES_MOST} 个志愿，每个不一样。"]})
    if any(one not in there for one in wanted):
        raise Invalid(errors={"wishes": [f"有的{word}不在名单里，请重选。"]})


def _rewrite(work: Work, side: Side, pairs: Sequence[tuple[str, int]], whose: ColumnElement[bool]) -> None:
    work.session.execute(delete(Wish).where(Wish.side == side, whose))
    for rank, (code, id_) in enumerate(pairs, start=1):
        work.session.add(Wish(side=side, enterprise_code=code, user_id=id_, rank=rank))
    work.session.flush()


# Conflicts and pairs


def add_conflict(work: Work, unit: str, code: str, why: str) -> UnitConflict:
    """Note that a unit licenses or fines an enterprise. Raises NotFound, NotAllowed, Invalid, Conflict."""
    firm = queries.own_firm(work, code)
    caring.demand_decider(work, firm)
    errors: dict[str, list[str]] = {}
    if unit not in known.of(work.session).directory.units:
        errors["unit"] = ["没有这个单位，请从名单里选。"]
    if not why.strip() or len(why) > limits.WHY_MOST:
        errors["why"] = [f"请写一句为什么，{limits.WHY_MOST} 字以内，如：发它的排污许可。"]
    if errors:
        raise Invalid(errors=errors)
    there = select(UnitConflict.id).where(
        UnitConflict.unit_code == unit, UnitConflict.enterprise_code == code
    )
    if work.session.scalar(there) is not None:
        raise Conflict("这一条回避已经登记过了。")
    made = UnitConflict(unit_code=unit, enterprise_code=code, why=why.strip())
    work.session.add(made)
    work.session.flush()
    audit.record(work, "guide_conflict", f"{firm.code} {firm.short}", {"unit": unit, "why": made.why})
    return made


def waive(work: Work, conflict_id: int, why: str, *, on: bool = True) -> UnitConflict:
    """Waive a conflict with a reason, or take the waiver back. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = work.session.get(UnitConflict, conflict_id) if conflict_id < 2**31 else None
    if row is None:
        raise NotFound("没有这一条回避，请从“指导员”一页进入。")
    firm = queries.own_firm(work, row.enterprise_code)
    caring.demand_decider(work, firm)
    if (row.waived_at is not None) is on:
        raise Conflict("这一条回避已经是这样了，没有改动。")
    if on and (not why.strip() or len(why) > limits.WAIVER_MOST):
        raise Invalid(errors={"why": [f"不回避要写明理由，{limits.WAIVER_MOST} 字以内。"]})
    row.waived_at = work.now if on else None
    row.waived_why, row.waived_by = (why.strip(), assigning.who(work)) if on else ("", "")
    work.session.flush()
    audit.record(
        work, "waive_conflict", f"{firm.code} {firm.short}", {"unit": row.unit_code, "on": on, "why": why}
    )
    return row


def tie(work: Work, code: str, guide_id: int, tie_: Tie, why: str) -> PairRule:
    """Lock a pair, or rule it out. One enterprise has one lock at most. Raises NotFound, NotAllowed, Conflict."""
    firm = queries.own_firm(work, code)
    caring.demand_decider(work, firm)
    queries.own_guide(work, guide_id)
    standing = work.session.scalars(
        select(PairRule).where(PairRule.enterprise_code == code, PairRule.lifted_at.is_(None)).limit(50)
    ).all()
    if any(one.user_id == guide_id and one.tie is tie_ for one in standing):
        raise Conflict(f"这一对已经{tie_.label}了。")
    for one in standing:
        if one.user_id == guide_id or (tie_ is Tie.PIN and one.tie is Tie.PIN):
            one.lifted_at = work.now
    work.session.flush()
    made = PairRule(
        tie=tie_,
        enterprise_code=code,
        user_id=guide_id,
        why=why.strip()[: limits.WHY_MOST],
        made_by=assigning.who(work),
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    audit.record(
        work, "guide_pair", f"{firm.code} {firm.short}", {"tie": tie_.value, "guide": guide_id, "why": why}
    )
    return made


def lift(work: Work, rule_id: int) -> PairRule:
    """Take back that a pair is locked or ruled out. Raises NotFound, NotAllowed, Conflict."""
    row = work.session.get(PairRule, rule_id) if rule_id < 2**31 else None
    if row is None:
        raise NotFound("没有这一条，请从“指导员”一页进入。")
    firm = queries.own_firm(work, row.enterprise_code)
    caring.demand_decider(work, firm)
    if row.lifted_at is not None:
        raise Conflict("这一条已经解开了。")
    row.lifted_at = work.now
    work.session.flush()
    audit.record(work, "lift_pair", f"{firm.code} {firm.short}", {"tie": row.tie.value, "guide": row.user_id})
    return row


def _record(work: Work, action: str, guide: Guide, data: dict[str, object]) -> None:
    user = work.session.get_one(User, guide.user_id)
    audit.record(work, action, f"{user.username} {user.name}", data)
