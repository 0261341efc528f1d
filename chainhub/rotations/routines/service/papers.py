"""The papers of one occasion: notice and minutes. A number is given once; what stands there is what is so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from chainhub.audit import service as audit
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.documents.papers import filling
from chainhub.documents.papers import service as kept
from chainhub.documents.papers.models import Paper
from chainhub.documents.papers.rules import Values, file_name
from chainhub.documents.papers.service import Draft, Owner
from chainhub.rotations import days
from chainhub.rotations.routines import papers, queries
from chainhub.rotations.routines.models import Occasion, OccasionPack, Routine
from chainhub.rotations.routines.papers import SHORT, RoutinePaper
from chainhub.rotations.routines.service import acting
from chainhub.rotations.workflow import State

K = RoutinePaper
OWNER = "occasion"
_FITS = {
    K.NOTICE: frozenset({State.PLANNED}),
    K.MINUTES: frozenset({State.HELD, State.WRITTEN_UP}),
}
_ADVICE = {K.NOTICE: "办以前、定了日子才出通知。", K.MINUTES: "记了办完才出纪要。"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the papers of an occasion say beside its day: where, about what, and who comes; each may be empty."""

    venue: str = ""
    topics: str = ""
    attending: str = ""


def prepared(db: Db, ids: Sequence[int]) -> Mapping[int, Prepared]:
    """Return what was prepared, by occasion; empty where nothing was."""
    rows = db.scalars(select(OccasionPack).where(OccasionPack.occasion_id.in_(ids)))
    found = {one.occasion_id: Prepared(one.venue, one.topics, one.attending) for one in rows}
    return {id_: found.get(id_, Prepared()) for id_ in ids}


def may_prepare(work: Work, one: Occasion, routine: Routine) -> bool:
    """Say whether this actor prepares an occasion now: who plans it or is responsible, until it is called off."""
    return one.stage is not State.CANCELLED and acting.sees_to(work, routine)


def demand_preparer(work: Work, id_: int) -> tuple[Occasion, Routine]:
    """Return an occasion that this actor prepares. Raises NotFound, NotAllowed, Conflict where it is called off."""
    one = queries.own_occasion(work, id_)
    routine = work.session.get_one(Routine, one.routine_id)
    if not acting.sees_to(work, routine):
        raise NotAllowed("通知和纪要由负责的单位或者安排的单位来备，请找他们。")
    if one.stage is State.CANCELLED:
        raise Conflict("这一次已经取消了，不用备。", code="wrong_state")
    return one, routine


def prepare(work: Work, id_: int, version: int | None, given: Mapping[str, Any]) -> Occasion:
    """Keep where, about what, and who comes; what is left out is empty. Raises as `demand_preparer`, Conflict if stale."""
    one, _ = demand_preparer(work, id_)
    if version is not None and version != one.version:
        raise Conflict("这一次刚刚有了变化，请刷新后再操作。", code="stale")
    pack = work.session.get(OccasionPack, id_)
    if pack is None:
        pack = OccasionPack(occasion_id=id_)
        work.session.add(pack)
    pack.venue = str(given.get("venue") or "")
    pack.topics = str(given.get("topics") or "")
    pack.attending = str(given.get("attending") or "")
    one.sequence += 1  # the place stands in calendars
    one.changed_at = work.now
    work.session.flush()
    return one


def issued(db: Db, one: Occasion) -> dict[RoutinePaper, Paper]:
    """Return the papers of an occasion that have their number, by kind."""
    found = kept.of(db, Owner(OWNER, one.id))
    return {RoutinePaper(paper.kind): paper for paper in found if paper.kind in set(RoutinePaper)}


def may_issue(work: Work, one: Occasion, routine: Routine, kind: RoutinePaper) -> bool:
    """Say whether this actor gives a paper its number now."""
    return acting.sees_to(work, routine) and one.stage in _FITS[kind] and one.on is not None


def issue(work: Work, id_: int, kind: RoutinePaper) -> Paper:
    """Give a paper its number, or return the one that has it. Raises NotFound, NotAllowed, Conflict."""
    one, routine = demand_preparer(work, id_)
    # Held until the end: of two who issue the same paper at once, the slower finds the number of the faster.
    work.session.execute(select(Occasion.id).where(Occasion.id == id_).with_for_update())
    found = issued(work.session, one).get(kind)
    if found is not None:
        return found
    if not may_issue(work, one, routine, kind):
        raise Conflict(f"这一次现在是“{one.stage.label}”，{_ADVICE[kind]}", code="wrong_state")
    made = kept.issue(work, Owner(OWNER, id_), Draft(kind.value, "", routine.title, {}))
    audit.record(work, "issue_paper", f"occasion {id_}", {"paper": kind.label, "number": made.number})
    return made


def title(routine: Routine, kind: RoutinePaper) -> str:
    """Return what a paper is called: 联席会议通知."""
    return f"{routine.title}{SHORT[kind]}"


def download(work: Work, id_: int, kind: RoutinePaper) -> tuple[str, bytes]:
    """Return a paper as a file: its name and the .docx. Raises NotFound, also where it has no number yet."""
    one = queries.own_occasion(work, id_)
    routine = work.session.get_one(Routine, one.routine_id)
    paper = issued(work.session, one).get(kind)
    if paper is None:
        raise NotFound(f"这一次还没有出{SHORT[kind]}。")
    template = kept.template(work.session, kind.value) or papers.default(kind)
    values = {**_values(work, one, routine, kind), "编号": paper.number}
    return file_name(title(routine, kind), paper.number, period(routine, one)), filling.fill(template, values)


def period(routine: Routine, one: Occasion) -> str:
    """Return for which period an occasion is: 2026年1—6月."""
    beat = queries.rhythm(routine)
    return f"{one.period_on.year}年{days.label(beat, days.period_of(beat, one.period_on))}"


def _values(work: Work, one: Occasion, routine: Routine, kind: RoutinePaper) -> Values:
    said, today = prepared(work.session, [one.id])[one.id], local(work.now).date()
    body = queries.body_name(work.session, routine)
    common = {
        "签发单位": body,
        "签发日期": f"{today.year}年{today.month}月{today.day}日",
        "名称": routine.title,
        "期次": period(routine, one),
        "时间": f"{days.text(one.on)} {routine.starts}" if one.on else "日子待定",
        "地点": said.venue or "另行通知",
        "负责单位": body,
    }
    if kind is K.NOTICE:
        topics = _lines(said.topics) or ["另行通知"]
        listed = [{"内容": line} for line in topics]
        return {**common, "主送": said.attending or "各有关单位", "事项": listed}
    told = [{"段落": line} for line in _lines(one.note)]
    return {**common, "参加单位": said.attending or "各有关单位", "内容": told}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
