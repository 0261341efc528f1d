"""迎检资料包: the ledger, papers, evidence and history of chosen tickets as one zip, with an index to click through and a
SHA-256 of every file. Everything that is written here is masked; evidence is as it was brought, since no picture can be.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.orm import undefer

from chainhub.audit import service as audit
from chainhub.core.errors import Invalid, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.storing import Storage
from chainhub.operations import ledger_export
from chainhub.operations.errands import rules, running
from chainhub.operations.errands.running import Run
from chainhub.operations.errands.service import Made
from chainhub.operations.ledger_export import Wanted
from chainhub.tickets import queries
from chainhub.tickets import rules as ticket_rules
from chainhub.tickets.inspections import service as inspections
from chainhub.tickets.inspections import showing
from chainhub.tickets.inspections.models import Inspection
from chainhub.tickets.inspections.showing import InspectedView
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import papers

INDEX, LEDGER, SUMS = "目录.html", "台账.xlsx", "校验清单.sha256"
_NAME_MOST = 60  # characters of a file in the pack, before its ending
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_pages = Environment(
    loader=PackageLoader("chainhub.operations.errands", "templates/pack"),
    autoescape=True,
    undefined=StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a pack: where it lies in it, what it is called, its digest; without one it could not be put in."""

    path: str
    name: str
    sha256: str = ""
    size: int = 0


@dataclass(slots=True)
class Folder:
    """What a pack has of one ticket."""

    view: InspectedView
    entries: list[Entry] = field(default_factory=list)


class Pack:
    """A zip that is being written: it remembers the digest of everything that went in."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.entries: list[Entry] = []
        self.evidence = 0  # bytes

    def put(self, path: str, name: str, content: bytes) -> Entry:
        """Put a file in; return it as the index names it."""
        self._archive.writestr(path, content)
        made = Entry(path, name, hashlib.sha256(content).hexdigest(), len(content))
        self.entries.append(made)
        return made


def safe_name(name: str, place: int) -> str:
    """Return a name that stays in its folder on every system and shows what it is: 01-合同.pdf. Pure."""
    plain = _NOT_IN_NAMES.sub("", name.replace("/", "_").replace("\\", "_")).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        stem, dot, ending = plain, "", ""
    stem = stem.strip(" .")[:_NAME_MOST] or "附件"
    stem = f"_{stem}" if _RESERVED.fullmatch(stem) else stem
    return f"{place:02}-{stem}{dot}{ending}"


def pack(run: Run) -> Made:
    """Write the pack. Raises NotFound where the inspection is no longer this person's, Invalid, TakenOver."""
    with run.reading() as asker, NamedTemporaryFile(suffix=".zip") as file:
        one = inspections.own(asker, int(run.task.given["inspection"]))
        ids, reader = inspections.ticket_ids(asker, one), inspections.reader(one)
        work, path = replace(asker, actor=reader), Path(file.name)
        if not ids:
            raise Invalid("选出来的诉求都不能看了，没有可做的资料包。")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            made = Pack(archive)
            _ledger(work, made, one, ids)
            folders = list(_folders(run, work, made, ids))
            page = _index(asker, one, made, folders)
            made.put(INDEX, INDEX, page)
            sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in made.entries)
            archive.writestr(SUMS, sums)
        name = f"迎检资料包-{one.id}-{local(asker.now):%Y%m%d-%H%M}.zip"
        kept = run.keep(path, name, len(ids), rules.written(asker.actor.grants))
        actor = asker.actor
    with run.open_work() as opened:
        data = {"tickets": len(ids), "files": len(made.entries), "sha256": kept.sha256}
        audit.record(running.in_name_of(opened, actor), "make_pack", f"迎检 {one.id} {one.body}", data)
    return kept


def _ledger(work: Work, made: Pack, one: Inspection, ids: Sequence[int]) -> None:
    about = [("迎检", one.body), ("事由", one.reason), ("选的是", one.chosen_by), ("个人信息", "已脱敏")]
    with NamedTemporaryFile(suffix=".xlsx") as file:
        path = Path(file.name)
        ledger_export.write_some(
            work.session, path, work.now, Wanted((Ticket.id.in_(ids),), about=about, names=False)
        )
        made.put(LEDGER, LEDGER, path.read_bytes())


def _folders(run: Run, work: Work, made: Pack, ids: Sequence[int]) -> Iterator[Folder]:
    for done, id_ in enumerate(ids):
        run.say(done, len(ids))
        ticket = work.session.get_one(Ticket, id_, options=[undefer(Ticket.content)])
        found = Folder(showing.view(work, ticket))
        mask = showing.mask_of(ticket, queries.events(work.session, ticket.id))
        where = f"诉求/{ticket.number}"
        page = _pages.get_template("ticket.jinja").render(view=found.view)
        found.entries.append(made.put(f"{where}/经过.html", "经过", page.encode()))
        for place, (name, content) in enumerate(papers.copies(work, ticket, mask), start=1):
            called = mask(name)
            found.entries.append(made.put(f"{where}/文书/{safe_name(called, place)}", called, content))
        for place, one in enumerate(showing.evidence(work, ticket), start=1):
            found.entries.append(
                _evidence(run.storage, made, one, f"{where}/附件/{safe_name(one.name, place)}")
            )
        work.session.expunge_all()
        yield found


def _evidence(storage: Storage, made: Pack, one: Attachment, path: str) -> Entry:
    """Put one file of evidence in; one that is gone or altered is named, and keeps nothing else out."""
    made.evidence += one.size
    if made.evidence > rules.PACK_BYTES_MOST:
        most = rules.PACK_BYTES_MOST // 1024**2
        raise Invalid(f"附件加起来超过 {most} MB，一个包装不下。请少选几件，分几个包来做。")
    try:
        content = attachments.read(storage, one)
    except NotFound:
        return Entry("", f"{one.name}（文件不在了，或者和当初存的不一样）")
    return made.put(path, one.name, content)


def _index(work: Work, one: Inspection, made: Pack, folders: Sequence[Folder]) -> bytes:
    said = {
        "one": one,
        "now": ticket_rules.moment_text(work.now, year=0),
        "by": f"{work.actor.unit_name} {work.actor.name}".strip(),
        "chain": inspections.chain_name(work, one),
        "ledger": made.entries[0],
        "folders": folders,
        "sums": SUMS,
    }
    return _pages.get_template("index.jinja").render(**said).encode()
