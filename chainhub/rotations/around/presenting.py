"""Turning what surrounds a session into what its pages show."""

from collections.abc import Sequence
from dataclasses import dataclass

from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.rules import size_text
from chainhub.rotations import presenting, queries
from chainhub.rotations.around import queries as around
from chainhub.rotations.around.models import SalonArrival, SalonFile, SalonInvitation, SalonNews
from chainhub.rotations.around.papers.kinds import NUMBERED, SalonPaper, called
from chainhub.rotations.around.rules import Policy
from chainhub.rotations.around.service import deciding, inviting, looking_back, papers, rating, releasing
from chainhub.rotations.around.service.looking_back import Before, DecisionFacts
from chainhub.rotations.around.service.rating import Results
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.around.terms import Answer, Ready, Review, Via
from chainhub.rotations.models import Salon
from chainhub.rotations.service import packing
from chainhub.rotations.showing import AgendaView
from chainhub.rotations.workflow import OPEN, State

_COLOURS = {Answer.COMING: "green", Answer.SENDING: "green", Answer.ABSENT: "grey"}
_REVIEWS = {Review.DRAFT: "grey", Review.WAITING: "yellow", Review.RELEASED: "green", Review.RETURNED: "grey"}
_PHOTOS = 6  # released files that the page of a session shows itself


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation in a list: who, what they answered, where it is answered."""

    name: str
    kind: str
    colour: str
    words: str
    line: str
    url: str


@dataclass(frozen=True, slots=True)
class ArrivalView:
    """Somebody who was there."""

    name: str
    body: str
    line: str
    strike_url: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A photo or slide: its state, and where it is released or returned."""

    name: str
    url: str
    line: str
    colour: str
    words: str
    said: str
    is_picture: bool
    release_url: str
    return_url: str


@dataclass(frozen=True, slots=True)
class NewsView:
    """The news: what it says and how it stands."""

    title: str
    lines: Sequence[str]
    line: str
    colour: str
    words: str
    said: str
    may_release: bool
    may_return: bool


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper: where it is fetched, or given its number."""

    label: str
    number: str
    url: str
    issue_url: str


@dataclass(frozen=True, slots=True)
class AroundView:
    """All that the page of a session shows of what surrounds it."""

    venue: str
    agenda: Sequence[AgendaView]
    policies: Sequence[Policy]
    checklist: Sequence[tuple[Ready, bool]]
    before: Before | None
    mine: Sequence[InvitationView]
    answers: str
    arrived: int
    prepares: bool
    decisions: Sequence[tuple[DecisionFacts, bool]]
    may_decide: bool
    papers: Sequence[PaperView]
    news: NewsView | None
    files: Sequence[FileView]
    waiting: int
    may_rate: bool
    results: Results | None


def beside(work: Work, place: Place) -> AroundView:
    """Return it as this actor may read it."""
    db, salon = work.session, place.salon
    pack = packing.of(db, [salon.id])[salon.id]
    done = packing.ready(pack)
    told = place.prepares or queries.is_staff(work.actor)
    found = releasing.news(work, place)
    files, _ = around.files(db, salon, every=False, limit=_PHOTOS)
    listed = looking_back.decisions(work, salon)
    return AroundView(
        papers.venue(work, salon),
        presenting.agenda(salon),
        packing.policies(pack),
        [(one, one in done) for one in Ready] if place.prepares and salon.stage in OPEN else (),
        looking_back.before(work, salon),
        [invitation(one, salon) for one in inviting.mine(work, salon)],
        tally(around.tally(db, salon)) if told else "",
        around.arrived(db, salon) if told else 0,
        place.prepares,
        [(one, not one.is_done and deciding.may_finish(work, place, one.unit_code)) for one in listed],
        place.keeps and salon.stage in {State.HELD, State.WRITTEN_UP},
        _papers(work, place),
        news(found, place) if found and found.review is Review.RELEASED else None,
        [file(place, one, attachment) for one, attachment in files],
        _waiting(work, place, found),
        rating.may_rate(work, place),
        rating.results(work, place) if place.prepares and salon.stage in _RATED else None,
    )


_RATED = frozenset({State.HELD, State.WRITTEN_UP, State.CLOSED})


def _waiting(work: Work, place: Place, found: SalonNews | None) -> int:
    if not place.keeps:
        return 0
    return around.waiting(work.session, place.salon) + (found is not None and found.review is Review.WAITING)


def _papers(work: Work, place: Place) -> list[PaperView]:
    there = papers.issued(work, place.salon)
    link = place.salon.link
    found = [
        PaperView(
            called(kind, place.rotation.name),
            there[kind].number if kind in there else "",
            f"{link}/{kind.value}.docx" if kind in there else "",
            f"{link}/{kind.value}/issue" if kind not in there and papers.may_issue(place, kind) else "",
        )
        for kind in NUMBERED
    ]
    if place.prepares and place.salon.stage in {State.ANNOUNCED, State.HELD}:
        sheet = SalonPaper.SHEET
        found.append(PaperView(called(sheet, place.rotation.name), "", f"{link}/{sheet.value}.docx", ""))
    return [one for one in found if one.url or one.issue_url]


def may_invite(salon: Salon) -> bool:
    """Say whether anybody is invited now."""
    return salon.stage is State.ANNOUNCED


def invitation(one: SalonInvitation, salon: Salon) -> InvitationView:
    """Return an invitation in words; an answer for a day that no more holds is asked for again."""
    holds = one.answer is not None and one.answered_for == salon.on
    words, colour, line = "还没答复", "yellow", ""
    if one.answer is not None and holds:
        words, colour = one.answer.label, _COLOURS[one.answer]
        at = local(one.answered_at) if one.answered_at else None
        when = f"{one.answered_by} {at.month}月{at.day}日答复" if at else ""
        line = "，".join(said for said in (f"{one.people} 人" if one.people else "", one.names, when) if said)
    elif one.answer is not None:
        words, line = "日子改了，要再答复", f"原来答复：{one.answer.label}"
    name = f"{one.name}（{one.body}）" if one.body else one.name
    url = f"/invitations/{one.id}/answer" if may_invite(salon) else ""
    return InvitationView(name, one.kind.label, colour, words, line, url)


def tally(found: around.Tally) -> str:
    """Return how an invitation was answered, in one line."""
    if not found.asked:
        return "还没有请人"
    said = "，".join(f"{answer.label} {n} 家" for answer, n in found.by_answer.items() if n)
    silent = f"{found.silent} 家还没答复" if found.silent else "都答复了"
    return f"请了 {found.asked} 家：" + "，".join(
        one for one in (said, f"共 {found.people} 人", silent) if one
    )


def arrival(one: SalonArrival) -> ArrivalView:
    """Return who was there, in words."""
    at = local(one.at)
    line = f"{one.via.label} {at:%H:%M}" if one.via is Via.CODE else f"{one.via.label}，{one.by}录"
    return ArrivalView(one.name, one.body, line, f"/salons/{one.salon_id}/arrivals/{one.id}/strike")


def file(place: Place, one: SalonFile, attachment: Attachment) -> FileView:
    """Return a file with what may be done with it."""
    link = f"{place.salon.link}/files/{one.attachment_id}"
    at = local(attachment.at)
    return FileView(
        attachment.name,
        link,
        f"{attachment.by_name} {at.month}月{at.day}日传，{size_text(attachment.size)}",
        _REVIEWS[one.review],
        one.review.label,
        one.said,
        attachment.kind.startswith("image/"),
        f"{link}/release" if place.keeps and one.review in {Review.WAITING, Review.RETURNED} else "",
        f"{link}/return" if place.keeps and one.review in {Review.WAITING, Review.RELEASED} else "",
    )


def news(found: SalonNews, place: Place | None = None) -> NewsView:
    """Return the news with what may be done with it."""
    at, keeps = local(found.written_at), place is not None and place.keeps
    return NewsView(
        found.title,
        found.text.splitlines(),
        f"{found.written_by} {at.month}月{at.day}日写",
        _REVIEWS[found.review],
        found.review.label,
        found.said,
        keeps and found.review in {Review.WAITING, Review.RETURNED},
        keeps and found.review in {Review.WAITING, Review.RELEASED},
    )


def may_upload(place: Place) -> bool:
    """Say whether this actor adds files now."""
    return place.prepares and place.salon.stage in {State.ANNOUNCED, State.HELD, State.WRITTEN_UP}


def may_write_news(place: Place, found: SalonNews | None) -> bool:
    """Say whether this actor writes the news now."""
    open_ = found is None or found.review is not Review.RELEASED
    return place.prepares and open_ and place.salon.stage in _RATED | {State.ANNOUNCED}
