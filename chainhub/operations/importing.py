"""Importing a 台账: a file in, tickets and a report out. Every row is done, skipped or failed, and none stops another."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from chainhub.audit import service as audit
from chainhub.core.actor import Actor, Role, ScopeKind
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.documents import sheet_rows, sheet_writing, sheets
from chainhub.notices import service as notices
from chainhub.notices.rules import NoticeKind
from chainhub.operations import ledger
from chainhub.operations.ledger import Table
from chainhub.operations.ledger_rows import BadRow, Firm, Names, Reader
from chainhub.tickets.service import importing
from chainhub.tickets.service.importing import Draft, Stored

ROWS_MOST = 20_000
BATCH = 500  # rows of one transaction: long enough to be fast, short enough to let others write in between
_WORDS_MOST = 20  # different unknown words that a report lists
_WIDTHS = {"内容": 60, "企业": 28, "进展": 30, "结果": 30, "备注": 20, "序号": 6, "灯": 6}

OpenWork = Callable[[], AbstractContextManager[Work]]
Say = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What became of a file: in = done + skipped + failed, each failure with its row and its reason."""

    total: int = 0
    done: int = 0
    skipped: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    opened: Counter[str] = field(default_factory=Counter)  # by chain
    finished: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        """How many rows could not be taken."""
        return len(self.failures)

    def lines(self) -> list[str]:
        """Return the report as a terminal shows it: counts, notes, one line a failure."""
        head = f"done {self.done}, skipped {self.skipped}, failed {self.failed}"
        return [head, *self.notes, *(f"第 {number} 行：{words}" for number, words in self.failures)]

    def add(self, stored: Stored) -> None:
        """Count what one batch has come to."""
        self.done += stored.done
        self.skipped += stored.skipped
        self.opened += stored.opened
        self.finished += stored.finished

    def balance(self) -> None:
        """Raise the alarm if a row has got lost on the way."""
        if self.total != self.done + self.skipped + self.failed:
            raise RuntimeError(f"{self.total} rows in, {self.done} + {self.skipped} + {self.failed} out")


def run(
    work: OpenWork, file_name: str, content: bytes, operator: Actor, *, dry_run: bool, say: Say
) -> Report:
    """Import a ledger, or with `dry_run` only say what would come of it. Raises Invalid for the file as a whole."""
    return carry_out(Order(work, file_name, content, operator, dry_run, say))


def _all_may(_draft: Draft) -> str:
    return ""


def _unnoted(_work: Work, _import_id: int) -> None:
    """Note the id of an import nowhere."""


@dataclass(frozen=True, slots=True)
class Order:
    """An import as it is asked for: how work is opened, what is read, in whose name, and whom it tells how far it is.

    `refusal` says why the operator may not import a row; an empty text where they may. An import that broke off is
    taken up again under its `import_id`; `begun` is told that id in the transaction in which a new one begins.
    """

    work: OpenWork
    file_name: str
    content: bytes
    operator: Actor
    dry_run: bool
    say: Say
    refusal: Callable[[Draft], str] = _all_may
    import_id: int | None = None
    begun: Callable[[Work, int], None] = _unnoted


def carry_out(order: Order) -> Report:
    """Do what `run` does, as it is ordered. Raises Invalid for the file as a whole."""
    table = read_table(order.content)
    report = Report(total=len(table.rows))
    with acting_as(order.work, order.operator) as opened:
        reader = Reader(_names(opened.session), opened.now)
    drafts = list(_drafts(table, reader, report, order.refusal))
    if order.dry_run:
        _try(order.work, order.operator, drafts, report, order.say)
    else:
        _write(order, drafts, report)
    report.failures.sort()
    report.notes = [*_outcome(report, dry_run=order.dry_run), *file_notes(table), *_word_notes(reader)]
    report.balance()
    return report


@contextmanager
def acting_as(work: OpenWork, operator: Actor) -> Iterator[Work]:
    """Open a unit of work in the operator's name."""
    with work() as opened:
        yield replace(opened, actor=operator)


# The file


def read_table(content: bytes, form: ledger.Form = ledger.LEDGER, most: int = ROWS_MOST) -> Table:
    """Return the rows of a file, or refuse it in one sentence."""
    found = ledger.table(sheets.read(content), form)
    if found.missing:
        missing = "、".join(f"“{column}”" for column in found.missing)
        raise Invalid(f"表头里缺少{missing}这一列，没有导入。请补上表头再试。")
    if found.twice:
        twice = "、".join(f"“{column}”" for column in found.twice)
        raise Invalid(f"表头里有两个{twice}，不知道该用哪一列，没有导入。请改掉一个再试。")
    if not found.rows:
        raise Invalid("表头下面一行内容也没有，没有导入。")
    if len(found.rows) > most:
        raise Invalid(
            f"这份{form.name}有 {len(found.rows)} 行，一次最多导入 {most} 行，没有导入。请分成几份再试。"
        )
    return found


def _names(session: Session) -> Names:
    columns = (Enterprise.code, Enterprise.name, Enterprise.short, Enterprise.chain_code, Enterprise.contact)
    rows = session.execute(select(*columns, Enterprise.phone).order_by(Enterprise.code))
    return Names.of(known.of(session).directory, [Firm(*row) for row in rows])


def _drafts(table: Table, reader: Reader, report: Report, refusal: Callable[[Draft], str]) -> Iterator[Draft]:
    """Yield the rows that are good; note why the others are not."""
    for number, row in table.rows:
        try:
            draft = reader.draft(number, table.cells(row))
        except BadRow as bad:
            report.failures.append((number, str(bad)))
            continue
        if why := refusal(draft):
            report.failures.append((number, why))
        else:
            yield draft


# Writing, or trying


def _batches(drafts: Sequence[Draft]) -> Iterator[Sequence[Draft]]:
    for start in range(0, len(drafts), BATCH):
        yield drafts[start : start + BATCH]


def _try(work: OpenWork, operator: Actor, drafts: Sequence[Draft], report: Report, say: Say) -> None:
    """Count what would be written and what is there already; write nothing."""
    seen: set[tuple[str, str]] = set()
    for batch in _batches(drafts):
        with acting_as(work, operator) as opened:
            seen |= importing.known_already(opened, batch)
        stored = Stored()
        for draft in batch:
            if draft.identity in seen:
                stored.skipped += 1
            else:
                (stored.finished if draft.finished else stored.opened)[draft.chain] += 1
            seen.add(draft.identity)
        report.add(stored)
        say(report.done + report.skipped + report.failed, report.total)


def _write(order: Order, drafts: Sequence[Draft], report: Report) -> None:
    work, operator, file_name = order.work, order.operator, order.file_name
    digest = hashlib.sha256(order.content).hexdigest()
    import_id = order.import_id
    if import_id is None:
        with acting_as(work, operator) as opened:
            import_id = importing.begin(opened, file_name, digest, report.failed)
            order.begun(opened, import_id)
    for batch in _batches(drafts):
        _store(work, operator, import_id, batch, report)
        order.say(report.done + report.skipped + report.failed, report.total)
    with acting_as(work, operator) as opened:
        if order.import_id is not None:
            _count_again(opened, import_id, report)
        importing.note_failed(opened, import_id, report.failed)
        counts = {"done": report.done, "skipped": report.skipped, "failed": report.failed}
        audit.record(opened, "import_tickets", file_name, {"import": import_id, "digest": digest, **counts})
        for chain in sorted(report.opened.keys() | report.finished.keys()):
            words = _committee_words(report.opened[chain], report.finished[chain])
            _tell(opened, chain, words, f"import:{import_id}:{chain}")


def _store(work: OpenWork, operator: Actor, import_id: int, batch: Sequence[Draft], report: Report) -> None:
    """Write a batch; where the database refuses it, row by row, so that one bad row sinks nobody."""
    try:
        with acting_as(work, operator) as opened:
            stored = importing.store(opened, import_id, batch)
    except (DataError, IntegrityError):
        if len(batch) > 1:
            for draft in batch:
                _store(work, operator, import_id, [draft], report)
        else:
            report.failures.append((batch[0].row, "数据库没有收下这一行，请检查里面有没有特殊字符。"))
        return
    report.add(stored)


def _count_again(work: Work, import_id: int, report: Report) -> None:
    """Count an import that was taken up again as one: what its earlier runs wrote was found to be there already."""
    written = importing.written(work, import_id)
    report.opened, report.finished = written.opened, written.finished
    report.skipped -= written.done - report.done
    report.done = written.done


def abandon(work: OpenWork, file_name: str, import_id: int, operator: Actor) -> int:
    """Take back what an import has written that cannot be brought to its end; return how many tickets that were."""
    report = Report()
    taken = _take_back(work, operator, import_id)
    _finish_undo(work, operator, file_name, import_id, taken, report)
    return report.done


def _tell(work: Work, chain: str, words: str, key: str) -> None:
    """Tell a chain's committee once for the whole file, never once a ticket."""
    committee = known.of(work.session).holders.ids(Role.COMMITTEE, ScopeKind.CHAIN, chain)
    notices.enqueue(
        work, committee - {work.actor.id}, NoticeKind.ADMIN, words, key=key, link=f"/tickets?chain={chain}"
    )


def _committee_words(opened: int, finished: int) -> str:
    return f"导入了 {opened + finished} 件诉求：{_parts(opened, finished)}。"


def _parts(opened: int, finished: int) -> str:
    parts = [f"{opened} 件待接单，时限从导入时算"] if opened else []
    return "；".join([*parts, f"{finished} 件是已办完的历史，没有时限"] if finished else parts)


# The report's notes


def _outcome(report: Report, *, dry_run: bool) -> list[str]:
    head = ["这是试运行，什么都没有写入。"] if dry_run else []
    if not report.done:
        return head
    verb = "会导入" if dry_run else "已导入"
    return [*head, f"{verb} {report.done} 件：{_parts(report.opened.total(), report.finished.total())}。"]


def file_notes(table: Table) -> list[str]:
    """Return what is to be said of columns that nobody knows."""
    if not table.unknown:
        return []
    return [f"工作表“{table.sheet}”里这些列不认识，没有读：{'、'.join(table.unknown[:_WORDS_MOST])}。"]


def _word_notes(reader: Reader) -> list[str]:
    found = []
    if reader.left_out:
        columns = "、".join(column for column in ledger.COLUMNS if column in reader.left_out)
        found.append(f"这些列有内容但不导入，请留好原文件：{columns}。")
    words = reader.unknown.most_common()
    found.extend(
        f"“{column}”有 {number} 行写的是“{said}”，不认识，没有采用，原文记在经过里。"
        for (column, said), number in words[:_WORDS_MOST]
    )
    if len(words) > _WORDS_MOST:
        found.append(f"不认识的写法还有 {len(words) - _WORDS_MOST} 种，没有列出。")
    return found


# Taking back


def undo(work: OpenWork, file_name: str, content: bytes, operator: Actor) -> Report:
    """Withdraw what an import of this very file has made and nobody has touched since. Raises Invalid.

    Nothing is deleted: numbers are never given out again, and history is sealed.
    """
    digest = hashlib.sha256(content).hexdigest()
    with acting_as(work, operator) as opened:
        imports = importing.imports_of(opened, digest)
    if not imports:
        raise Invalid(
            "没有找到这份文件的导入记录，或者已经撤销过。请用当时导入的那一份原文件，一个字都没改过的。"
        )
    report = Report()
    for import_id in imports:
        taken = _take_back(work, operator, import_id)
        _finish_undo(work, operator, file_name, import_id, taken, report)
    report.balance()
    return report


def _take_back(work: OpenWork, operator: Actor, import_id: int) -> Counter[str]:
    """Withdraw what nobody has touched, batch by batch; return how many by chain."""
    taken: Counter[str] = Counter()
    while True:
        with acting_as(work, operator) as opened:
            some = importing.take_back(opened, import_id, BATCH)
        if not some:
            return taken
        taken += some


def _finish_undo(
    work: OpenWork, operator: Actor, file_name: str, import_id: int, taken: Counter[str], report: Report
) -> None:
    with acting_as(work, operator) as opened:
        stay = importing.touched(opened, import_id)
        importing.mark_undone(opened, import_id)
        counts = {"import": import_id, "done": taken.total(), "skipped": len(stay)}
        audit.record(opened, "undo_import", file_name, counts)
        for chain, number in sorted(taken.items()):
            _tell(opened, chain, f"撤销了一次导入：{number} 件诉求已撤回。", f"undo:{import_id}:{chain}")
    report.done += taken.total()
    report.skipped += len(stay)
    report.total += taken.total() + len(stay)
    if stay:
        report.notes.append(f"有 {len(stay)} 件已经有人办过，没有撤：{'、'.join(stay)}。")


# The template


def template(path: Path, rows: Iterable[Sequence[sheet_rows.Cell | None]] = ()) -> int:
    """Write a ledger with the headers in their order, empty or with rows; return how many rows it has."""
    widths = [_WIDTHS.get(column, 14) for column in ledger.COLUMNS]
    return sheet_writing.write(path, "台账", ledger.COLUMNS, rows, widths=widths)
