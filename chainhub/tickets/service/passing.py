"""随手转办: staff write down what a firm said; the firm confirms it with one tap, and it is a ticket of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.service import Owner, Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.tickets import fields, rules
from chainhub.tickets.everyday import PassedOn
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import attaching, submitting
from chainhub.tickets.terms import Channel

OWNER = "passed_on"  # owner_kind of its photos
MAKERS = (Role.GUIDE, Role.COMMITTEE)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody heard: of which firm, what, whom to call."""

    enterprise: str
    title: str
    content: str
    category: str | None = None
    contact_person: str = ""
    contact_phone: str = ""


def write(work: Work, word: Word, shelf: Shelf | None = None, photos: Sequence[Sound] = ()) -> PassedOn:
    """Write down what a firm said and ask it to confirm. Raises Invalid."""
    firm = next((one for one in submitting.may_file_for(work) if one.code == word.enterprise), None)
    errors = _errors(work, word)
    if firm is None:
        errors["enterprise"] = ["请选是哪家企业的事。"]
    if errors:
        raise Invalid(errors=errors)
    made = PassedOn(
        enterprise_code=word.enterprise,
        title=word.title or rules.title_from(word.content),
        content=word.content,
        category_code=word.category,
        contact_person=word.contact_person,
        contact_phone=word.contact_phone,
        made_by_id=work.actor.id,
        made_by=f"{work.actor.unit_name} {work.actor.name}".strip(),
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    if photos and shelf is not None:
        attachments.add(work, shelf, Owner(OWNER, made.id), photos, internal=False, event_seq=None)
    who = known.of(work.session).holders.ids(Role.ENTERPRISE, ScopeKind.ENTERPRISE, word.enterprise)
    words = f"{work.actor.name}替您记了一件事：“{made.title}”。对就点一下报送，不对可以改。"
    notices.enqueue(work, who, NoticeKind.TASK, words, key=f"passed_on:{made.id}", link="/")
    return made


def demand_own(work: Work, id_: int) -> PassedOn:
    """Return what this actor wrote down and the firm has not settled yet. Raises NotFound, Conflict."""
    found = work.session.get(PassedOn, id_) if 0 < id_ < 2**31 else None
    if found is None or found.made_by_id != work.actor.id:
        raise NotFound("没有这件转办，或者不是您转办的。")
    if found.settled_at is not None:
        raise Conflict("企业已经点过了。要加附件，请加在诉求里。", code="wrong_state")
    return found


def attach(work: Work, shelf: Shelf, id_: int, photos: Sequence[Sound]) -> Sequence[Attachment]:
    """Add photos to what waits for the firm's tap; they go along with it. Raises NotFound, Conflict."""
    found = demand_own(work, id_)
    owner = Owner(OWNER, found.id)
    return attachments.add(work, shelf, owner, photos, internal=False, event_seq=None)


def _errors(work: Work, word: Word) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not 2 <= len(word.content) <= fields.CONTENT_MOST:
        errors["content"] = [f"请写 2 到 {fields.CONTENT_MOST} 字。"]
    if len(word.title) > fields.TITLE_MOST:
        errors["title"] = [f"最多 {fields.TITLE_MOST} 字。"]
    if len(word.contact_person) > 20:
        errors["contact_person"] = ["最多 20 字。"]
    if word.contact_phone and not rules.is_phone(word.contact_phone):
        errors["contact_phone"] = ["号码不完整或者写错了，请写全 7 到 15 位数字。"]
    if word.category is not None and word.category not in known.of(work.session).directory.categories:
        errors["category"] = ["没有这个类别，请从名单里选。"]
    return errors


def waiting(work: Work) -> Sequence[PassedOn]:
    """Return what waits for this enterprise's tap, the oldest first."""
    own = sorted(work.actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE))
    if not own:
        return ()
    return work.session.scalars(
        select(PassedOn)
        .where(PassedOn.enterprise_code.in_(own), PassedOn.settled_at.is_(None))
        .order_by(PassedOn.id)
        .limit(SHOWN)
    ).all()


def made(work: Work) -> Sequence[PassedOn]:
    """Return what this actor has written down lately, the newest first."""
    return work.session.scalars(
        select(PassedOn).where(PassedOn.made_by_id == work.actor.id).order_by(PassedOn.id.desc()).limit(SHOWN)
    ).all()


def find(work: Work, id_: int) -> PassedOn:
    """Return what waits for this enterprise. Raises NotFound for any other, Conflict where it has been settled."""
    found = work.session.get(PassedOn, id_) if 0 < id_ < 2**31 else None
    if found is None or not _is_theirs(work.actor, found):
        raise NotFound("没有这件事，或者不是您的。")
    if found.settled_at is not None and found.ticket_id is None:
        raise Conflict("您说过这不是您的事。真有事，请点“说一件事”。")
    return found


def _is_theirs(actor: Actor, one: PassedOn) -> bool:
    return one.enterprise_code in actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE)


def confirm(work: Work, id_: int, content: str = "") -> Ticket:
    """File it in the enterprise's own name, corrected where it says so; twice is once. Raises NotFound, Invalid, Conflict."""
    found = find(work, id_)
    if found.ticket_id is not None:
        return work.session.get_one(Ticket, found.ticket_id)
    given = {
        "title": found.title if not content or content == found.content else rules.title_from(content),
        "content": content or found.content,
        "enterprise": found.enterprise_code,
        "category": found.category_code,
        "channel": Channel.WECHAT_GROUP,
        "contact_person": found.contact_person,
        "contact_phone": found.contact_phone,
    }
    errors = _errors(work, Word(found.enterprise_code, found.title, given["content"] or ""))
    if errors:
        raise Invalid(errors=errors)
    said = {name: value for name, value in given.items() if value}
    filed = submitting.submit(work, said, key=f"passed_on:{found.id}")
    found.settled_at, found.ticket_id = work.now, filed.ticket.id
    attachments.pass_on(work.session, Owner(OWNER, found.id), attaching.owner(filed.ticket))
    words = f"{filed.ticket.about}：企业确认了您转办的这件，已经报送。"
    key = f"passed_on:{found.id}:confirmed"
    notices.enqueue(work, [found.made_by_id], NoticeKind.NEWS, words, key=key, link=filed.ticket.link)
    return filed.ticket


def decline(work: Work, id_: int) -> None:
    """Say that it is none of theirs. Raises NotFound, Conflict."""
    found = find(work, id_)
    if found.ticket_id is not None:
        raise Conflict("这件已经报送了。不办了，请在诉求里撤回。")
    found.settled_at = work.now
    words = f"企业说您转办的“{found.title}”不是他们的事，请再问一下。"
    key = f"passed_on:{found.id}:declined"
    notices.enqueue(work, [found.made_by_id], NoticeKind.NEWS, words, key=key, link="/pass-on")
