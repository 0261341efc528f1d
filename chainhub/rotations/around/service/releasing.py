"""Photos, slides and news of a session: others than host and committee see them once the committee has released them."""

from collections.abc import Mapping, Sequence
from typing import Any

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import Conflict, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.service import Owner, Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.rotations import queries
from chainhub.rotations.around.models import SalonFile, SalonNews
from chainhub.rotations.around.service import standing
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.around.terms import Review
from chainhub.rotations.workflow import State

OWNER = "salon"
_OPEN = frozenset({State.ANNOUNCED, State.HELD, State.WRITTEN_UP})
_SHOWN = _OPEN | {State.CLOSED}
_DECIDES = {
    Review.RELEASED: frozenset({Review.WAITING, Review.RETURNED}),
    Review.RETURNED: frozenset({Review.WAITING, Review.RELEASED}),
}
"""From where something is released, and returned: what was released may be taken down again."""


# Files


def demand_upload(work: Work, id_: int) -> Place:
    """Return the session to which this actor may add files. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_host(place)
    standing.demand_stage(place, _OPEN, "不能再传照片和课件。")
    return place


def upload(work: Work, shelf: Shelf, id_: int, files: Sequence[Sound]) -> list[Attachment]:
    """Add files that were looked at; they wait for the committee. Raises NotFound, NotAllowed, Conflict."""
    place = demand_upload(work, id_)
    made = attachments.add(work, shelf, Owner(OWNER, id_), files, internal=False, event_seq=None)
    for one in made:
        work.session.add(SalonFile(attachment_id=one.id, salon_id=id_, review=Review.WAITING))
    work.session.flush()
    _ask(work, place, f"{len(made)} 个照片、课件等您审核", f"salon:{id_}:files:{made[0].id}")
    return made


def find_file(work: Work, id_: int, attachment_id: int) -> tuple[Place, SalonFile, Attachment]:
    """Return one file of a session that this actor may see. Raises NotFound."""
    place = standing.at(work, id_)
    file = work.session.get(SalonFile, attachment_id) if attachment_id < 2**31 else None
    if file is None or file.salon_id != id_ or not (place.prepares or file.review is Review.RELEASED):
        raise NotFound("没有这个文件，或者还没有发布。")
    return place, file, work.session.get_one(Attachment, attachment_id)


def decide_file(work: Work, id_: int, attachment_id: int, verdict: Review, why: str = "") -> SalonFile:
    """Release a file, or return it with the reason. Raises NotFound, NotAllowed, Conflict."""
    place, file, attachment = find_file(work, id_, attachment_id)
    standing.demand_keeper(place)
    _demand(file.review, verdict)
    file.review, file.said = verdict, why
    file.decided_by, file.decided_at = standing.who(work), work.now
    work.session.flush()
    if verdict is Review.RETURNED and attachment.by_id is not None:
        words = f"{place.rotation.name}的“{attachment.name}”退回了：{why}"
        key = f"salon:{id_}:file:{attachment_id}:{work.now.isoformat()}"
        notices.enqueue(
            work, [attachment.by_id], NoticeKind.NEWS, words, key=key, link=f"{place.salon.link}/files"
        )
    return file


def _demand(stands: Review, verdict: Review) -> None:
    if stands not in _DECIDES[verdict]:
        raise Conflict(f"现在是“{stands.label}”，不能再{_VERB[verdict]}。请刷新看看。", code="wrong_state")


_VERB = {Review.RELEASED: "发布", Review.RETURNED: "退回"}


def _ask(work: Work, place: Place, what: str, key: str) -> None:
    people = known.of(work.session).holders.ids(
        Role.COMMITTEE, ScopeKind.CHAIN, place.rotation.chain_code
    ) - {work.actor.id or 0}
    notices.enqueue(
        work,
        people,
        NoticeKind.TASK,
        f"{place.rotation.name}：{what}。",
        key=key,
        link=f"{place.salon.link}/files",
    )


# News


def news(work: Work, place: Place) -> SalonNews | None:
    """Return the news of a session that this actor may read, or None."""
    found = work.session.get(SalonNews, place.salon.id)
    shown = found is not None and (place.prepares or found.review is Review.RELEASED)
    return found if shown else None


def permit_news(work: Work, id_: int, version: int | None) -> tuple[Place, SalonNews | None]:
    """Return the session whose news this actor may write now. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_host(place)
    standing.demand_stage(place, _SHOWN, "办了再写新闻稿。")
    found = work.session.get(SalonNews, id_)
    if found is not None and version is not None and version != found.version:
        raise Conflict("新闻稿刚刚有人改过，请刷新后再改。", code="stale")
    if found is not None and found.review is Review.RELEASED:
        raise Conflict("新闻稿已经发布，要改请产业链党委先撤下。", code="wrong_state")
    return place, found


def write_news(
    work: Work, id_: int, given: Mapping[str, Any], *, send: bool, version: int | None = None
) -> SalonNews:
    """Keep the news as a draft, or send it to the committee. Raises NotFound, NotAllowed, Conflict."""
    place, found = permit_news(work, id_, version)
    if found is None:
        found = SalonNews(salon_id=id_, version=1)
        work.session.add(found)
    found.title, found.text = str(given["title"]), str(given["text"])
    found.review = Review.WAITING if send else Review.DRAFT
    found.said = ""
    found.written_by, found.written_at = standing.who(work), work.now
    work.session.flush()
    if send:
        _ask(work, place, "新闻稿等您审核", f"salon:{id_}:news:{found.version}")
    return found


def decide_news(work: Work, id_: int, verdict: Review, why: str = "") -> SalonNews:
    """Release the news, or return it with the reason. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    standing.demand_keeper(place)
    found = work.session.get(SalonNews, id_)
    if found is None:
        raise NotFound("这一期还没有新闻稿。")
    _demand(found.review, verdict)
    found.review, found.said = verdict, why
    found.decided_by, found.decided_at = standing.who(work), work.now
    work.session.flush()
    if verdict is Review.RELEASED:
        _tell_members(work, place, found)
    return found


def _tell_members(work: Work, place: Place, found: SalonNews) -> None:
    holders, today = known.of(work.session).holders, local(work.now).date()
    people: set[int] = set()
    for member in queries.members(work.session, place.rotation):
        if member.is_in(today):
            people |= holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, member.code)
    key = f"salon:{place.salon.id}:news:out"
    words = f"{place.rotation.name}：{found.title}"
    notices.enqueue(work, people, NoticeKind.NEWS, words, key=key, link=place.salon.link)
