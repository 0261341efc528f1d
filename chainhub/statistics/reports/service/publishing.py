"""A report's way: drafted from the figures, worded, published and frozen, signed by another person. No way leads back."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.papers import service as papers
from chainhub.documents.papers.service import Draft, Owner
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.statistics import service as statistics
from chainhub.statistics.reports import content, reading, rules, wishes
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.terms import (
    SECTIONS,
    TEXT_MOST,
    WHY_LEAST,
    WHY_MOST,
    MonthlyStage,
    Period,
)
from chainhub.statistics.terms import Month, month_of

OWNER, BULLETIN = "stat_report", "bulletin"  # whose paper a 通报 is, and its sort in the series of numbers
_ONLY_MAKERS = "月报由本产业链党委起草和发布，全县的由县里的联络员起草和发布。"
_ONLY_SIGNERS = "通报由链长签发，全县的由县主要领导签发。"


def last_month(today: date) -> Month:
    """Return the newest month of which a report can be made: the one that is over."""
    return month_of(today).plus(-1)


def demand_maker(work: Work, chain: str) -> None:
    """Refuse whoever drafts no reports of this scope. Raises NotAllowed, NotFound."""
    if not any(reading.makes(work.actor, one) for one in reading.scopes(work)):
        raise NotAllowed(_ONLY_MAKERS)
    if not reading.makes(work.actor, chain):
        raise NotFound("没有这条产业链的月报，或者您看不到它。")


# Drafting


def draft(work: Work, period: Period, why: str = "") -> StatReport:
    """Begin a report, worded from its figures; a draft that is there is found. After a published one: a new edition.

    Raises NotAllowed, NotFound, Invalid, Conflict.
    """
    demand_maker(work, period.chain)
    return begin(work, period, why)


def begin(work: Work, period: Period, why: str = "") -> StatReport:
    """Do the same without asking who: for the clock. Raises Invalid, Conflict."""
    reading.demand_period(work, period)
    _demand_over(work, period)
    newest = _newest(work, period)
    if newest is not None and newest.stage is MonthlyStage.DRAFT:
        return newest
    if newest is not None and not WHY_LEAST <= len(why) <= WHY_MOST:
        raise Invalid(
            errors={
                "why": [
                    f"这个月已经发布过，发布了的不能改。要更正，请写明为什么（{WHY_LEAST} 到 {WHY_MOST} 字），出新的一版。"
                ]
            }
        )
    made = StatReport(
        month=period.month.code,
        chain=period.chain,
        edition=newest.edition + 1 if newest else 1,
        replaces_id=newest.id if newest else None,
        why=why if newest else "",
        stage=MonthlyStage.DRAFT,
        text=reading.first_words(work, period),
        made_by_id=work.actor.id,
        made_by=_who(work),
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


def _newest(work: Work, period: Period) -> StatReport | None:
    query = select(StatReport).where(StatReport.month == period.month.code, StatReport.chain == period.chain)
    return work.session.scalars(query.order_by(StatReport.edition.desc()).limit(1)).first()


def _demand_over(work: Work, period: Period) -> None:
    today = local(work.now).date()
    if not rules.is_over(period.month, today):
        raise Invalid(errors={"month": [f"{period.month.text}还没有过完，过完了再做月报。"]})


def write(work: Work, id_: int, version: int | None, text: Mapping[str, str]) -> StatReport:
    """Keep the words of a draft. Raises NotFound, NotAllowed, Conflict, Invalid."""
    found = demand_draft(work, id_)
    _demand_fresh(found, version)
    wrong = {
        one.name: [f"最多 {TEXT_MOST} 字，现在 {len(text[one.name])} 字，请删短一些。"]
        for one in SECTIONS
        if len(text.get(one.name, "")) > TEXT_MOST
    }
    if wrong:
        raise Invalid(errors=wrong)
    found.text = {one.name: text.get(one.name, found.text.get(one.name, "")) for one in SECTIONS}
    work.session.flush()
    return found


def demand_draft(work: Work, id_: int) -> StatReport:
    """Return a draft that this actor may word and publish. Raises NotFound, NotAllowed, Conflict."""
    found = reading.find(work, id_)
    if not reading.makes(work.actor, found.chain):
        raise NotAllowed(_ONLY_MAKERS)
    if found.stage is not MonthlyStage.DRAFT:
        raise Conflict("这份月报已经发布，不能再改。要更正，请出新的一版。", code="wrong_state")
    return found


def _demand_fresh(found: StatReport, version: int | None) -> None:
    if version != found.version:
        raise Conflict("这份月报刚刚改过，请刷新看过再办。", code="stale")


def _who(work: Work) -> str:
    return f"{work.actor.unit_name} {work.actor.name}".strip()


# Publishing and signing


def publish(work: Work, id_: int, version: int | None) -> StatReport:
    """Freeze figures, lists and words under a hash that names the last line of history. Raises as `write`.

    Nobody writes history meanwhile, so that whoever recomputes finds the same. Raises Conflict where somebody does.
    """
    found = demand_draft(work, id_)
    _demand_fresh(found, version)
    line = statistics.hold(work)
    if line is None:
        raise Conflict("正有人在办诉求，数还在变。请过一分钟再发布。", code="busy")
    said = content.frozen(work, found.period, line, found.text)
    said |= {"edition": found.edition, "why": found.why, "replaces": _replaced(work, found)}
    said["published_by"] = _who(work)
    found.content = rules.canonical(said)
    found.hash = rules.digest(found.content)
    found.stage = MonthlyStage.PUBLISHED
    found.published_by_id, found.published_by, found.published_at = work.actor.id, _who(work), work.now
    work.session.flush()
    audit.record(work, "publish_report", reading.title(work, found), {"report": found.id, "hash": found.hash})
    words = f"{reading.title(work, found)}发布了，请看过以后签发。签发以前只是月报，签发以后才是通报。"
    _tell(work, _signers(work, found.chain), NoticeKind.TASK, words, f"report:{found.id}:published", found)
    return found


def _replaced(work: Work, found: StatReport) -> str | None:
    """Return the hash of the edition that this one corrects."""
    query = select(StatReport.hash).where(StatReport.id == found.replaces_id)
    return work.session.scalar(query) if found.replaces_id else None


def demand_signable(work: Work, id_: int) -> StatReport:
    """Return a report that this actor signs now. Raises NotFound, NotAllowed, Conflict."""
    found = reading.find(work, id_)
    if not reading.signs(work.actor, found.chain):
        raise NotAllowed(_ONLY_SIGNERS)
    if found.stage is MonthlyStage.DRAFT:
        raise Conflict("这份还是草稿，发布以后才能签发。", code="wrong_state")
    if found.stage is MonthlyStage.SIGNED:
        raise Conflict(f"这份已经由{found.signed_by}签发了，不用再签。", code="wrong_state")
    if found.published_by_id in reading.hands(work.actor):
        raise Conflict("发布和签发要两个人，您发布的请另一位领导签。", code="separated_duties")
    newer = select(StatReport.id).where(StatReport.replaces_id == found.id)
    published = newer.where(StatReport.stage != MonthlyStage.DRAFT)
    if work.session.scalar(published) is not None:
        raise Conflict("这份已经有更正的新版，请签新的一版。", code="wrong_state")
    return found


def sign(work: Work, id_: int, version: int | None) -> StatReport:
    """Sign a published report: from here on it is a 通报, with a number. Raises NotFound, NotAllowed, Conflict."""
    found = demand_signable(work, id_)
    _demand_fresh(found, version)
    if not rules.is_whole(found.content, found.hash):
        raise Conflict("这份月报的内容和发布时的摘要对不上，不能签。请找系统管理员。", code="altered")
    paper = papers.issue(
        work,
        Owner(OWNER, found.id),
        Draft(BULLETIN, "", reading.title(work, found)[:200], {"hash": found.hash}),
    )
    found.number = paper.number
    found.stage = MonthlyStage.SIGNED
    found.signed_by_id, found.signed_by, found.signed_at = work.actor.id, _signature(work), work.now
    work.session.flush()
    audit.record(work, "sign_report", reading.title(work, found), {"report": found.id, "hash": found.hash})
    words = f"{reading.title(work, found)}由{found.signed_by}签发了，可以印发。"
    told = {found.published_by_id} if found.published_by_id else set()
    _tell(work, told, NoticeKind.NEWS, words, f"report:{found.id}:signed", found)
    if wishes.of(work).monthly:
        others = wishes.readers(work, found.chain) - told
        words = f"{reading.title(work, found)}由{found.signed_by}签发了，点开看。"
        _tell(work, others, NoticeKind.NEWS, words, f"report:{found.id}:signed", found)
    return found


def _signature(work: Work) -> str:
    """Return a leader as papers print them: post and name (domain, section 1)."""
    return f"{work.actor.title} {work.actor.name}".strip()


def _signers(work: Work, chain: str) -> frozenset[int]:
    holders = known.of(work.session).holders
    if chain:
        return holders.ids(Role.LEADER, ScopeKind.CHAIN, chain)
    return holders.ids(Role.LEADER, ScopeKind.COUNTY)


def _tell(
    work: Work, who: frozenset[int] | set[int], kind: NoticeKind, words: str, key: str, found: StatReport
) -> None:
    notices.enqueue(work, who - {work.actor.id or 0}, kind, words, key=key, link=found.link)
