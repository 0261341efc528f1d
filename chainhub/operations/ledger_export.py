"""The 台账 as a file to take away: one row a ticket, under the headers that `import tickets` reads again."""

import os
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Engine, String, case, false, func, select, type_coerce
from sqlalchemy.orm import Session, load_only

from chainhub.audit import service as audit
from chainhub.core.actor import Actor, Role
from chainhub.core.db import read_rows
from chainhub.core.errors import Invalid
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.county.directory.rules import Directory
from chainhub.documents import sheet_apart, sheet_writing
from chainhub.documents.sheet_rows import Cell
from chainhub.documents.sheet_writing import Given
from chainhub.operations import ledger, ledger_beside, snapshot
from chainhub.operations.ledger_beside import Beside
from chainhub.tickets import listing, masking, presenting, rules, sought
from chainhub.tickets.models import Ticket, TicketEvent
from chainhub.tickets.workflow import BEFORE_RESOLVED, ENDS, Action, Party, State

_CHUNK = 250  # tickets held at once
APART_FROM = 2000  # tickets; a smaller ledger is written sooner than another process has begun
_ROWS_MOST = 1_048_575  # of a sheet, a bound of the format
_WIDTHS = {"内容": 60, "企业": 28, "进展": 30, "结果": 10, "备注": 20, "序号": 6, "灯": 10, ledger.TITLE: 30}
_TOLD = (
    Action.ACCEPT,
    Action.ANSWER,
    Action.DISPATCH,
    Action.ACKNOWLEDGE,
    Action.PROGRESS,
    Action.CONFIRM,
    Action.CALL_FAILED,
    Action.CLOSE,
    Action.CONVENE,
    Action.ESCALATE,
    Action.UPHOLD_RETURN,
)
COLUMNS = (*ledger.COLUMNS, ledger.TITLE)
ABOUT = "说明"  # the sheet that says what the other one is
_ABOUT_WIDTHS = (16, 80)


class Line(NamedTuple):
    """What the ledger needs of a line of history. Without the mapper: a hundred thousand tickets have a million of them."""

    action: str  # an Action by its value
    seq: int
    round: int
    moves_nothing: bool
    role: str
    actor_name: str
    body: str
    at: datetime
    data: Mapping[str, Any] | None  # of the actions whose data a cell is made of


Events = Mapping[str, Sequence[Line]]
_WITH_DATA = (Action.PROGRESS, Action.CONFIRM, Action.ACKNOWLEDGE, Action.UPHOLD_RETURN)
_LINES = select(
    TicketEvent.ticket_id,
    type_coerce(TicketEvent.action, String),
    TicketEvent.seq,
    TicketEvent.round,
    func.coalesce(TicketEvent.source == TicketEvent.target, false()),
    TicketEvent.role,
    TicketEvent.actor_name,
    TicketEvent.body,
    TicketEvent.at,
    case((TicketEvent.action.in_(_WITH_DATA), TicketEvent.data)),
).order_by(TicketEvent.ticket_id, TicketEvent.seq)


_SHOWN = (
    Ticket.id,
    Ticket.number,
    Ticket.title,
    Ticket.content,
    Ticket.chain_code,
    Ticket.enterprise_code,
    Ticket.category_code,
    Ticket.kind,
    Ticket.urgency,
    Ticket.channel,
    Ticket.confidential,
    Ticket.original_number,
    Ticket.contact_person,
    Ticket.contact_phone,
    Ticket.state,
    Ticket.round,
    Ticket.reopened,
    Ticket.excluded,
    Ticket.outcome,
    Ticket.satisfaction,
    Ticket.lead_unit_code,
    Ticket.responsible_unit_code,
    Ticket.co_units,
    Ticket.filed_by_id,
    Ticket.hands,
    Ticket.dissatisfied,
    Ticket.info_lapsed,
    Ticket.waits,
    Ticket.route,
    Ticket.route_taken,
    Ticket.extension_pending,
    Ticket.review_on,
    Ticket.due_at,
    Ticket.yellow_at,
    Ticket.due_provisional,
    Ticket.promise_due_at,
    Ticket.created_at,
    Ticket.updated_at,
    Ticket.resolved_at,
    Ticket.closed_at,
)
"""What a row is made of, and what says who handles it. Reading anything else is an error, not a hidden query a ticket."""
_WHOLE = select(Ticket, Enterprise.name.label("enterprise")).options(load_only(*_SHOWN, raiseload=True))
_COLUMNS = select(*_SHOWN, Enterprise.name.label("enterprise"))


def _nobodys(_ticket: Ticket) -> bool:
    return False


def _everybodys(_ticket: Ticket) -> bool:
    return True


def _unsaid(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets a ledger has, of which of them the personal data stand in full, and whom it tells how far it is."""

    where: tuple[ColumnElement[bool], ...] = (Ticket.confidential.is_(False),)
    in_full: Callable[[Ticket], bool] = _nobodys
    about: Sequence[tuple[str, str]] = ()
    say: Callable[[int, int], None] = _unsaid
    most: int = _ROWS_MOST
    names: bool = True  # whether people of the enterprises are named; numbers are masked either way


@dataclass(frozen=True, slots=True)
class Exported:
    """How many tickets the file has, and how many confidential ones it has not."""

    rows: int
    left_out: int = 0


def write_some(session: Session, target: Path | BytesIO, now: datetime, wanted: Wanted) -> int:
    """Write what is wanted, the oldest first; return how many rows there are. Raises Invalid where they are too many.

    Personal data are masked but where `in_full` says otherwise.
    """
    ids = array("q", session.scalars(select(Ticket.id).where(*wanted.where).order_by(Ticket.id)))
    if len(ids) > wanted.most:
        advice = "请用 chainhub backup 备份" if wanted.most == _ROWS_MOST else "请加上筛选，分成几份导出"
        raise Invalid(f"有 {len(ids)} 件诉求，一张表最多放 {wanted.most} 行，没有导出。{advice}。")
    wanted.say(0, len(ids))
    widths = [_WIDTHS.get(column, 14) for column in COLUMNS]
    tables = [sheet_writing.Table("台账", COLUMNS, _rows(session, now, ids, wanted), widths)]
    if wanted.about:
        tables.append(sheet_writing.Table(ABOUT, ("这份表", "说明"), wanted.about, _ABOUT_WIDTHS))
    if isinstance(target, Path) and len(ids) > APART_FROM:
        return sheet_apart.write(target, tables)[0]
    return sheet_writing.write_several(target, tables)[0]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the console asks for: a filter as the address of the list says it, and whether numbers stand in full, and why."""

    args: sought.Args = field(default_factory=dict)
    reason: str = ""  # one of masking.REASONS: numbers stand in full, and it is logged
    with_confidential: bool = False


EVERYTHING = Chosen()


def write(work: Work, target: Path | BytesIO, chosen: Chosen = EVERYTHING) -> Exported:
    """Write what is chosen, the oldest first, whoever may see it. Raises Invalid where it is more than a sheet holds."""
    narrowed, _ = sought.read(work, chosen.args)
    where = listing.matching(work, narrowed)
    confidential = select(func.count(Ticket.id)).where(Ticket.confidential, *where)
    left_out = 0 if chosen.with_confidential else work.session.scalar(confidential) or 0
    if not chosen.with_confidential:
        where.append(Ticket.confidential.is_(False))
    wanted = Wanted(
        tuple(where),
        _everybodys if chosen.reason else _nobodys,
        about(
            work,
            sought.words(work, chosen.args),
            _PERSONAL[bool(chosen.reason)].format(chosen.reason),
            chosen.with_confidential,
        ),
    )
    return Exported(write_some(work.session, target, work.now, wanted), left_out)


_PERSONAL = {False: "电话和证件号码已脱敏", True: "写全；理由：{}，已记录"}


def about(work: Work, words: str, personal: str, confidential: bool = False) -> list[tuple[str, str]]:
    """Return what the second sheet says of the first: which tickets, as of when, by whom, with whose data."""
    said = f"{work.actor.unit_name} {work.actor.name}".strip()
    return [
        ("筛选", words),
        ("截至", rules.moment_text(work.now, year=0)),
        ("导出人", said),
        ("个人信息", personal),
        ("保密诉求", "也在里面" if confidential else "不在里面"),
        ("导回来", "这份表可以原样从“导入台账”读回来；系统里已经有的会跳过。"),
    ]


def to_file(
    engine: Engine, target: Path, now: datetime, operator: Actor, chosen: Chosen = EVERYTHING
) -> Exported:
    """Write the ledger of one moment into a new file, its owner's alone, and note in the audit log that it was taken."""
    unfinished = target.with_name(f"{target.name}.part")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with snapshot.of(engine) as session:
            work = Work(session, operator, now, known.of(session).calendar)
            exported, words = write(work, unfinished, chosen), sought.words(work, chosen.args)
        with Session(engine) as session, session.begin():
            work = Work(session, operator, now, known.of(session).calendar)
            said = {"rows": exported.rows, "confidential": chosen.with_confidential}
            audit.record(work, "export_ledger", target.name, {**said, "text": words, "reason": chosen.reason})
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return exported


def _rows(session: Session, now: datetime, ids: Sequence[int], wanted: Wanted) -> Iterator[Sequence[Given]]:
    facts = known.of(session)
    for first in range(0, len(ids), _CHUNK):
        some = ids[first : first + _CHUNK]
        found = _tickets(session, some, whole=wanted.in_full is not _nobodys)
        events, beside = _events(session, some), ledger_beside.of(session, some)
        for place, (ticket, enterprise) in enumerate(found, start=first + 1):
            row = _row(ticket, enterprise, events[ticket.id], facts.directory)
            light = presenting.light(ticket, now, facts.calendar).words
            row |= _beside(beside.get(ticket.id, Beside()), events[ticket.id], facts.directory)
            row |= {"序号": place, "灯": light}
            row |= _in_full(ticket) if wanted.in_full(ticket) else _masked(ticket, row, names=wanted.names)
            yield [row.get(column) for column in COLUMNS]
        session.expunge_all()
        wanted.say(min(first + _CHUNK, len(ids)), len(ids))


def _tickets(session: Session, ids: Sequence[int], *, whole: bool) -> Iterator[tuple[Ticket, str]]:
    """Yield tickets with their enterprises' names, in the order of their ids.

    `whole`: as the mapper makes them, for who asks more of them than their columns. A row of the columns does for the
    rest, in two thirds of the time.
    """
    beside = (Enterprise, Enterprise.code == Ticket.enterprise_code)
    if whole:
        query = _WHOLE.join(*beside).where(Ticket.id.in_(ids)).order_by(Ticket.id)
        yield from ((ticket, name) for ticket, name in session.execute(query).all())
    else:
        columns = _COLUMNS.join(*beside).where(Ticket.id.in_(ids)).order_by(Ticket.id)
        yield from ((cast("Ticket", row), row.enterprise) for row in read_rows(session, columns).all())


_TOLD_FREELY = ("内容", "进展", ledger.TITLE)
"""What somebody has written in words of their own: a telephone number may stand anywhere in it."""


def _masked(ticket: Ticket, row: Mapping[str, Given], *, names: bool) -> dict[str, Given]:
    """Return the personal data of a row as everybody may read them; whoever writes the row looks for them in its texts."""
    hidden = () if names else (ticket.contact_person,)
    found: dict[str, Given] = {
        "联系人": ticket.contact_person if names else masking.name(ticket.contact_person),
        "电话(脱敏)": rules.mask_phone(ticket.contact_phone),
    }
    for column in _TOLD_FREELY:
        said = row.get(column)
        if isinstance(said, str) and said:
            found[column] = partial(masking.text, said, hidden)
    return found


def _in_full(ticket: Ticket) -> dict[str, Given]:
    return {"联系人": ticket.contact_person, "电话(脱敏)": ticket.contact_phone}


def _events(session: Session, ids: Sequence[int]) -> Mapping[int, Events]:
    found: defaultdict[int, defaultdict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    query = _LINES.where(TicketEvent.ticket_id.in_(ids), TicketEvent.action.in_(_TOLD))
    for ticket_id, *told in session.execute(query):
        line = Line._make(told)
        found[ticket_id][line.action].append(line)
    return found


def _row(ticket: Ticket, enterprise: str, events: Events, directory: Directory) -> dict[str, Given]:
    resolved = _moment(ticket.resolved_at) if ticket.state not in BEFORE_RESOLVED else None  # not sent back
    ended = ticket.closed_at is not None or ticket.state in ENDS
    unit = directory.units.get(ticket.lead_unit_code or "")
    calls = [
        one
        for action in (Action.CALL_FAILED, Action.CONFIRM)
        for one in events[action]
        if one.role == Role.CALLER.value
    ]
    return {
        "诉求编号": ticket.number,
        "产业链": directory.chains[ticket.chain_code].short,
        "企业": enterprise,
        "渠道": ticket.channel.label,
        "原编号": ticket.original_number,
        "提出日期": _moment(ticket.created_at),
        "类别": _category(directory, ticket.category_code),
        "性质": ticket.kind.label if ticket.kind else None,
        "紧急程度": ticket.urgency.label,
        "内容": ticket.content,
        "接单人/时间": _who_when([*events[Action.ACCEPT], *events[Action.ANSWER]]),
        "派单人/时间": _who_when(events[Action.DISPATCH]),
        "主办": unit.name if unit else None,
        "签收时间": _when([one for one in events[Action.ACKNOWLEDGE] if not _of_a_part(one)]),
        "办理时限": _moment(ticket.promise_due_at or ticket.due_at),
        "进展": "\n".join(_progress(one) for one in events[Action.PROGRESS]),
        "结果": ticket.outcome.label if ticket.outcome and (resolved or ended) else None,
        "办结时间": resolved,
        "评价(响应/解决/满意)": _rating(ticket, events[Action.CONFIRM]),
        "回访人/时间": _who_when(calls),
        "销号时间/审批人": _end(ticket, events[Action.CLOSE]) if ended else None,
        "备注": ticket.state.label
        + (f"，重办 {ticket.reopened} 次" if ticket.reopened else "")
        + ("，不计入考核" if ticket.excluded else ""),
        ledger.TITLE: ticket.title,
    }


def _beside(beside: Beside, events: Events, directory: Directory) -> dict[str, Cell | None]:
    """Return who helped, until when it was extended, when it was conferred on, how often it was supervised."""
    returned = {_data(one).get("unit") for one in events[Action.UPHOLD_RETURN] if _of_a_part(one)}
    helped = [one for one in beside.helped if not (one in beside.released and one in returned)]
    conferred = sorted((*events[Action.CONVENE], *events[Action.ESCALATE]), key=lambda one: one.seq)
    return {
        "协办": "、".join(directory.units[one].name for one in helped) or None,
        "延期至": _moment(beside.extended_to),
        "会商": "\n".join(f"{_written(one.at)} {Action(one.action).label}" for one in conferred) or None,
        "督办次数": beside.supervised or None,
    }


def _of_a_part(event: Line) -> bool:
    """Say whether a line is about a co-unit's part: it moves nothing and says whose it is."""
    return event.moves_nothing and bool(_data(event).get("unit"))


def _data(event: Line) -> Mapping[str, Any]:
    return event.data or {}


def _moment(at: datetime | None) -> datetime | None:
    here = local(at) if at else None
    return here.replace(microsecond=0) if here and here.microsecond else here


def _written(at: datetime) -> str:
    return local(at).isoformat(" ", "minutes")[: len("2026-03-02 09:30")]


def _who_when(events: Sequence[Line]) -> str | None:
    return f"{events[-1].actor_name} {_written(events[-1].at)}" if events else None


def _when(events: Sequence[Line]) -> datetime | None:
    return _moment(events[-1].at) if events else None


def _progress(event: Line) -> str:
    whose = f"{event.body}：" if event.role == Party.CO_UNIT.value else ""
    return f"{local(event.at):%m-%d} {whose}{_data(event).get('note', '')}"


def _category(directory: Directory, code: str | None) -> str | None:
    """Return a category by its label, one of the second level with the one above it, as an import knows them."""
    category = directory.categories.get(code or "")
    if category is None:
        return None
    above = directory.category_label(category.parent)
    return f"{above}/{category.label}" if above else category.label


_YES_NO = {True: "是", False: "否", None: "–"}


def _rating(ticket: Ticket, events: Sequence[Line]) -> str | None:
    """Return the three answers; what was opened again since is not rated."""
    if not events or events[-1].round != ticket.round:
        return None
    said = _data(events[-1])
    if "clear" in said:
        return f"答复清楚：{_YES_NO[said['clear']]}"
    satisfied = ticket.satisfaction.label if ticket.satisfaction else "–"
    return f"{_YES_NO[said.get('contacted')]}/{_YES_NO[said.get('solved')]}/{satisfied}"


def _end(ticket: Ticket, closings: Sequence[Line]) -> str:
    """Return when it ended and who struck it off; any other end in its own words. An import reads the moment."""
    at = _written(ticket.closed_at or ticket.updated_at)
    if ticket.state is not State.CLOSED:
        return f"{at} {ticket.state.label}"
    return f"{at} {closings[-1].actor_name}" if closings else at
