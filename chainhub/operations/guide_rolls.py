"""Rows of the lists of guides and of assignments, each through its use case. Nothing is ever taken away."""

from sqlalchemy import select

from chainhub.assignments import kinds, limits
from chainhub.assignments.models import Assignment, Guide
from chainhub.assignments.rules import REFUSE_ABOVE
from chainhub.assignments.service import assigning, registering
from chainhub.assignments.service.assigning import New
from chainhub.assignments.service.registering import Profile
from chainhub.assignments.terms import StartReason
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county.directory.models import Enterprise
from chainhub.county.people import queries as people
from chainhub.county.people.models import User
from chainhub.operations.ledger import squeeze
from chainhub.operations.ledger_rows import BadRow, Row


def guide(work: Work, row: Row, chains: dict[str, str]) -> bool | None:
    """Enter one guide: True a new one, False changed, None as it was. What the row leaves empty stays. Raises BadRow."""
    user = _person(work, row)
    there = work.session.get(Guide, user.id)
    before = _profile(there) if there is not None else Profile()
    industries = []
    for one in row.text("产业链").replace("，", "、").replace(",", "、").split("、"):
        if one.strip() and squeeze(one) not in chains:
            row.say("产业链", f"里的“{one[:40]}”没有这一条")
        elif one.strip():
            industries.append(chains[squeeze(one)])
    said = row.text("最多带几家")
    if said and (not said.isascii() or not said.isdigit() or int(said) > REFUSE_ABOVE):
        row.say("最多带几家", f"请写 0 到 {REFUSE_ABOVE}")
    _end_if_wrong(row)
    new = Profile(
        tuple(industries) or before.industries,
        tuple(limits.skills_of(row.text("专长", 100))) or before.skills,
        row.text("乡镇街道", limits.TOWN_MOST) or before.town,
        int(said) if said else before.capacity,
        row.text("党内职务", limits.POST_MOST) or before.party_post,
    )
    if there is not None and new == before:
        return None
    registering.save_guide(work, user.id, new)
    return there is None


def _profile(row: Guide) -> Profile:
    return Profile(tuple(row.industries), tuple(row.skills), row.town, row.capacity, row.party_post)


def assignment(work: Work, row: Row) -> bool | None:
    """Enter one assignment of a guide: True a new one, None where it runs already. Raises BadRow, Conflict."""
    user, code = _person(work, row), row.text("企业编码", 60)
    if work.session.get(Enterprise, code) is None:
        row.say("企业编码", f"写的是“{code[:40]}”，没有这家企业")
    if work.session.get(Guide, user.id) is None:
        row.say("登录名", "还没有登记成指导员，请先导入指导员名册")
    from_at = row.moment("选派日期", work.now)
    _end_if_wrong(row)
    there = select(Assignment.id).where(
        Assignment.kind == kinds.GUIDE,
        Assignment.enterprise_code == code,
        Assignment.user_id == user.id,
        Assignment.ended_on.is_(None),
    )
    if work.session.scalar(there) is not None:
        return None
    from_on = from_at.astimezone(SHANGHAI).date() if from_at else None
    assigning.begin(
        work, New(kinds.GUIDE, code, user.id, reason=StartReason.IMPORTED, from_on=from_on), tell=False
    )
    return True


def _person(work: Work, row: Row) -> User:
    said = row.text("登录名", 40)
    user = people.user_by_name(work.session, said.lower())
    if user is None:
        raise BadRow(f"“登录名”写的是“{said[:40]}”，没有这个账号，请先导入人员名单。")
    return user


def _end_if_wrong(row: Row) -> None:
    if row.wrong:
        raise BadRow("；".join(f"“{column}”{words}" for column, words in row.wrong.items()) + "。")
