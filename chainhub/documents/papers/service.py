"""Numbering papers, and keeping the templates that an administrator puts in place of the defaults."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from docx.oxml.ns import qn
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, undefer
from sqlalchemy.sql.dml import ReturningInsert

from chainhub.audit import service as audit
from chainhub.core.actor import Role
from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.documents.attachments import recognizing
from chainhub.documents.attachments.rules import shown_name, size_text
from chainhub.documents.papers import filling
from chainhub.documents.papers.models import Paper, PaperSeries, PaperTemplate
from chainhub.documents.papers.rules import SIZE_MOST, TEXT_MOST, UNZIPPED_MOST, Values, places_of

FIELD = "file"  # under which name a refusal speaks
_FETCHING = ("DDE", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "LINK ")
MOST = 200  # papers of one owner that are listed
_OF = (
    select(Paper)
    .where(Paper.owner_kind == bindparam("owner_kind"), Paper.owner_id == bindparam("owner_id"))
    .order_by(Paper.id.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Owner:
    """What papers are about."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper before it has a number: its kind, which of its kind, what it is about, and what it says."""

    kind: str
    subject: str
    title: str
    facts: Mapping[str, object]


# Papers


def of(session: Session, owner: Owner) -> Sequence[Paper]:
    """Return the papers that were issued about something, the newest first."""
    return session.scalars(_OF, {"owner_kind": owner.kind, "owner_id": owner.id}).all()


def find(session: Session, owner: Owner, id_: int) -> Paper:
    """Return one of them. Raises NotFound."""
    found = session.get(Paper, id_) if 0 < id_ < 2**31 else None
    if found is None or (found.owner_kind, found.owner_id) != (owner.kind, owner.id):
        raise NotFound("没有这份文书，或者您看不到它。")
    return found


def issue(work: Work, owner: Owner, draft: Draft) -> Paper:
    """Give a paper its number. The caller holds what it is about, so that nobody else issues the same one meanwhile."""
    year = work.now.astimezone(SHANGHAI).year
    said = {"kind": draft.kind, "year": year, "last": 1}
    serial = work.session.scalar(_numbering(work.session.get_bind().dialect.name), said)
    if serial is None:
        raise RuntimeError(f"the series {draft.kind} {year} gave no number")
    made = Paper(
        kind=draft.kind,
        year=year,
        serial=serial,
        owner_kind=owner.kind,
        owner_id=owner.id,
        subject=draft.subject,
        title=draft.title,
        facts=dict(draft.facts),
        issued_by_id=work.actor.id,
        issued_by=f"{work.actor.unit_name} {work.actor.name}".strip(),
        issued_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


@lru_cache
def _numbering(dialect: str) -> ReturningInsert[int]:
    added = postgresql.insert(PaperSeries) if dialect == "postgresql" else sqlite.insert(PaperSeries)
    return added.on_conflict_do_update(
        index_elements=["kind", "year"], set_={"last": PaperSeries.last + added.excluded.last}
    ).returning(PaperSeries.last)


# Templates


def kept(session: Session) -> Mapping[str, PaperTemplate]:
    """Return the templates that replace a default, by kind; without their content."""
    return {one.kind: one for one in session.scalars(select(PaperTemplate))}


def template(session: Session, kind: str) -> bytes | None:
    """Return the template that replaces the default of a kind, or None where none does."""
    found = session.get(PaperTemplate, kind, options=[undefer(PaperTemplate.content)])
    return base64.b64decode(found.content) if found is not None else None


def check(name: str, content: bytes, sample: Values) -> None:
    """Look whether something may be a template: a sound .docx of known places, without macros or ties to elsewhere.

    Raises Invalid, and names in its sentence what is wrong.
    """
    called = f"“{shown_name(name)}”"
    if not content:
        raise _wrong(f"{called}是空的，请重新选一个。")
    if len(content) > SIZE_MOST:
        raise _wrong(
            f"{called}有 {size_text(len(content))}，模板最多 {size_text(SIZE_MOST)}。请删掉里面的图片再传。"
        )
    try:
        if recognizing.recognize(content).label != "docx":
            raise Invalid("不是 docx。请在 Word 或 WPS 里另存为 docx 再传。")
        _demand_plain(content)
        strange = [one for one in filling.named(content) if not places_of(sample).knows(one)]
        if strange:
            raise Invalid(f"里有不认识的占位：{'、'.join(strange[:10])}。请照下面的占位表改了再传。")
        filling.fill(content, sample)
    except Invalid as refusal:
        raise _wrong(f"{called}{refusal.title}") from refusal


def _wrong(said: str) -> Invalid:
    return Invalid("这个模板不能用。", {FIELD: [said]})


def _demand_plain(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(one.file_size for one in parts) > UNZIPPED_MOST:
            raise Invalid("解压后太大。请删掉里面的图片再传。")
        if any(one.file_size > TEXT_MOST for one in parts if one.filename.endswith((".xml", ".rels"))):
            raise Invalid("里面的文字太多。模板只留版式和占位，请删掉别的再传。")
        if any(
            "/embeddings/" in f"/{one.filename}" or "/activex/" in f"/{one.filename.lower()}" for one in parts
        ):
            raise Invalid("里面嵌了别的文件或者控件，不能收。请删掉再传。")
        if any(_fetches(archive.read(one)) for one in parts if one.filename.endswith(".xml")):
            raise Invalid("里面有取外部内容的域（DDE、INCLUDETEXT 之类），不能收。请删掉再传。")
        for one in parts:
            if one.filename.endswith(".rels") and _ties(archive.read(one)):
                raise Invalid("连着外面的文件或者网址，不能收。请断开链接再传。")


def _fetches(part: bytes) -> bool:
    """Say whether a part has a field that starts a program or brings in a file when it is updated."""
    if b"instr" not in part:  # most have no fields, and a tree of each would cost more than it tells
        return False
    tree = filling.parsed(part)
    said = [one.get(qn("w:instr"), "") for one in tree.iter(qn("w:fldSimple"))]
    said.append("".join(one.text or "" for one in tree.iter(qn("w:instrText"))))
    return any(word in " ".join(said).upper() for word in _FETCHING)


def _ties(relations: bytes) -> bool:
    """Say whether a part draws something from elsewhere when it is opened. A link that a reader taps does not."""
    tree = filling.parsed(relations)
    return any(
        one.get("Type", "").endswith("/aFChunk")
        or (one.get("TargetMode") == "External" and not one.get("Type", "").endswith("/hyperlink"))
        for one in tree.iter()
    )


def demand_keeper(work: Work) -> None:
    """Refuse everybody but who keeps the settings. Raises NotAllowed."""
    # Without an account acts the operator at the server's console.
    if work.actor.id is not None and Role.SYSADMIN not in work.actor.roles:
        raise NotAllowed("文书模板由系统管理员换。")


def keep(work: Work, kind: str, name: str, content: bytes, sample: Values) -> PaperTemplate:
    """Put a template in place of the default. Papers that are printed from now on use it. Raises NotAllowed, Invalid."""
    demand_keeper(work)
    check(name, content, sample)
    found = work.session.get(PaperTemplate, kind)
    if found is None:
        found = PaperTemplate(kind=kind)
        work.session.add(found)
    found.name = shown_name(name)
    found.content = base64.b64encode(content).decode("ascii")
    found.size = len(content)
    found.sha256 = hashlib.sha256(content).hexdigest()
    found.by_id = work.actor.id
    found.by_name = f"{work.actor.unit_name} {work.actor.name}".strip()
    found.at = work.now
    work.session.flush()
    audit.record(work, "replace_paper_template", kind, {"name": found.name, "sha256": found.sha256})
    return found


def put_back(work: Work, kind: str) -> bool:
    """Take a template away, so that the default holds again; say whether there was one. Raises NotAllowed."""
    demand_keeper(work)
    found = work.session.get(PaperTemplate, kind)
    if found is None:
        return False
    work.session.delete(found)
    work.session.flush()
    audit.record(work, "reset_paper_template", kind, {"name": found.name, "sha256": found.sha256})
    return True
