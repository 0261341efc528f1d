"""Attaching files: looked at and made harmless first, then stored with one row each."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from io import SEEK_END
from typing import IO

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.core.work import Work
from chainhub.documents.attachments import imaging, recognizing, rules
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.rules import OF_MIME, FileKind
from chainhub.documents.attachments.storing import Shelf, Storage

log = logging.getLogger(__name__)
FIELD = "file"  # under which name a refusal speaks
_OF = (
    select(Attachment)
    .where(Attachment.owner_kind == bindparam("kind"), Attachment.owner_id == bindparam("id"))
    .order_by(Attachment.id)
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it; nothing of it is believed."""

    name: str
    stream: IO[bytes]


@dataclass(frozen=True, slots=True)
class Sound:
    """A file that was looked at: its cleaned name, its kind, and what is to be stored."""

    name: str
    kind: FileKind
    content: bytes


@dataclass(frozen=True, slots=True)
class Owner:
    """What files belong to."""

    kind: str
    id: int


def examine(uploads: Sequence[Upload]) -> list[Sound]:
    """Return what is to be stored of what was sent. Raises Invalid with a sentence for every file that is not taken.

    It may take seconds, so it is done before a transaction that writes is opened.
    """
    if not uploads:
        raise Invalid(errors={FIELD: ["请先选文件。"]})
    if len(uploads) > rules.STEP_MOST:
        raise Invalid(
            errors={FIELD: [f"一次最多传 {rules.STEP_MOST} 个，您选了 {len(uploads)} 个，请分几次传。"]}
        )
    found, wrong = [], []
    for one in uploads:
        try:
            found.append(_examined(one))
        except Invalid as refusal:
            wrong.append(f"“{rules.shown_name(one.name)}”{refusal.title}")
    if wrong:
        raise Invalid(errors={FIELD: wrong})
    return found


def _examined(upload: Upload) -> Sound:
    size = upload.stream.seek(0, SEEK_END)
    upload.stream.seek(0)
    if not size:
        raise Invalid("是空的，请重新选一个。")
    if size > rules.SIZE_MOST:
        most = rules.SIZE_MOST // 1024 // 1024
        raise Invalid(f"有 {rules.size_text(size)}，一个文件最多 {most} MB，请压缩或者分开再传。")
    content = upload.stream.read()
    kind = recognizing.recognize(content)
    return Sound(
        rules.clean_name(upload.name, kind), kind, imaging.redraw(content, kind) if kind.is_image else content
    )


def add(
    work: Work, shelf: Shelf, owner: Owner, files: Sequence[Sound], *, internal: bool, event_seq: int | None
) -> list[Attachment]:
    """Store files and note them. Raises Conflict where their owner has too many already."""
    held = select(func.count()).where(Attachment.owner_kind == owner.kind, Attachment.owner_id == owner.id)
    if (work.session.scalar(held) or 0) + len(files) > rules.OWNER_MOST:
        raise Conflict(
            f"这里最多放 {rules.OWNER_MOST} 个附件，放不下了。请挑要紧的传。", code="forbidden_now"
        )
    made = [
        Attachment(
            owner_kind=owner.kind,
            owner_id=owner.id,
            name=one.name,
            kind=one.kind.mime,
            size=len(one.content),
            sha256=hashlib.sha256(one.content).hexdigest(),
            stored_as=shelf.put(one.content),
            internal=internal,
            by_id=work.actor.id,
            by_name=f"{work.actor.unit_name} {work.actor.name}".strip(),
            at=work.now,
            event_seq=event_seq,
        )
        for one in files
    ]
    work.session.add_all(made)
    work.session.flush()
    return made


def pass_on(session: Session, before: Owner, after: Owner) -> None:
    """Give everything that was attached to one thing to another."""
    session.execute(
        update(Attachment)
        .where(Attachment.owner_kind == before.kind, Attachment.owner_id == before.id)
        .values(owner_kind=after.kind, owner_id=after.id)
    )


def of(session: Session, owner: Owner, *, with_internal: bool) -> list[Attachment]:
    """Return what was attached, the oldest first; the internal ones only to whom they are meant for."""
    found = session.scalars(_OF, {"kind": owner.kind, "id": owner.id}).all()
    return [one for one in found if with_internal or not one.internal]


def find(session: Session, owner: Owner, id_: int, *, with_internal: bool) -> Attachment:
    """Return one attachment of this owner. Raises NotFound for any other, and for one that is not to be seen."""
    found = session.get(Attachment, id_) if 0 < id_ < 2**31 else None
    if found is None or (found.owner_kind, found.owner_id) != (owner.kind, owner.id):
        raise NotFound(_GONE)
    if found.internal and not with_internal:
        raise NotFound(_GONE)
    return found


_GONE = "没有这个附件，或者您看不到它。"


def read(storage: Storage, attachment: Attachment) -> bytes:
    """Return a file as it was stored. Raises NotFound where it is gone or was altered."""
    content = storage.read(attachment.stored_as)
    if content is None:
        raise NotFound("这个附件的文件不在了，请告诉系统管理员。")
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        log.error("attachment altered", extra={"attachment": attachment.id})
        raise NotFound("这个附件的文件和当初存的不一样，不能打开，请告诉系统管理员。")
    return content


def is_image(attachment: Attachment) -> bool:
    """Say whether it is a picture, which may be shown in the browser."""
    return OF_MIME[attachment.kind].is_image
