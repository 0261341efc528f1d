"""Learning from the county's own history, and noting whether people followed what was suggested."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from chainhub.core.actor import Role
from chainhub.core.clock import monotonic
from chainhub.core.errors import NotAllowed
from chainhub.core.sweeps import OpenWork
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.finding import shelf, topics, training
from chainhub.finding.topics import Matter
from chainhub.finding.training import Example
from chainhub.tickets.hints import queries, rules
from chainhub.tickets.hints.models import HintModel, HintTaken
from chainhub.tickets.hints.rules import What
from chainhub.tickets.models import Ticket
from chainhub.tickets.workflow import State


def demand_keeper(work: Work) -> None:
    """Refuse whoever does not look after the installation: NotAllowed."""
    if Role.SYSADMIN not in work.actor.roles:
        raise NotAllowed("分类建议的情况给系统管理员看。")


def may_train(work: Work) -> bool:
    """Say whether a model can be made and kept here: scikit-learn is installed and there is a folder for it."""
    return training.is_installed() and shelf.folder_of(work.session) is not None


def is_untrained(work: Work) -> bool:
    """Say whether something is to be learnt that was not tried in the last hours: a job that has run leaves nothing."""
    made = [one.made_at for one in queries.newest(work).values()]
    return may_train(work) and (len(made) < len(What) or min(made) <= work.now - rules.LEARNT_FOR)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What one try came to: a model's digest, or none."""

    what: What
    digest: str
    tickets: int
    counts: Mapping[str, int]
    few: Mapping[str, int]
    figures: Mapping[str, Any]


def train(open_work: OpenWork) -> list[Learnt]:
    """Learn anew, each sort by itself: read, learn with no transaction open, write down what came of it."""
    return [_train(open_work, what) for what in What]


def _train(open_work: OpenWork, what: What) -> Learnt:
    began = monotonic()
    with open_work() as work:
        folder = shelf.folder_of(work.session)
        told = _history(work, what)
    grouped = topics.copies([Matter(place, title, content) for place, (title, content, _) in enumerate(told)])
    examples = [
        Example(title, content, label, group)
        for (title, content, label), group in zip(told, grouped, strict=True)
    ]
    kept, counts, few = training.enough(examples)
    digest, figures = "", {}
    if folder is not None and len(counts) > 1 and training.is_installed():
        model, judged = training.train(kept)
        figures = asdict(judged)
        if rules.is_useful(figures):
            digest = shelf.keep(folder, model)
    found = Learnt(what, digest, len(kept), counts, few, figures)
    with open_work() as work:
        _write(work, found, int((monotonic() - began) * 1000))
        if folder is not None:
            shelf.forget_others(folder, queries.kept_digests(work))
    return found


def _history(work: Work, what: What) -> list[tuple[str, str, str]]:
    """Return title, content and label of what was closed, the newest; nothing confidential and no complaint."""
    column = Ticket.category_code if what is What.CATEGORY else Ticket.lead_unit_code
    rows = work.session.execute(
        select(Ticket.title, Ticket.content, column)
        .where(
            Ticket.state == State.CLOSED,
            Ticket.confidential.is_(False),
            Ticket.complained_unit_code.is_(None),
            column.is_not(None),
        )
        .order_by(Ticket.id.desc())
        .limit(rules.HISTORY_MOST)
    )
    directory = known.of(work.session).directory
    told = [(title, content, code) for title, content, code in rows if code is not None]
    if what is What.UNIT:
        return told
    return [(title, content, rules.first_level(directory, code)) for title, content, code in told]


def _write(work: Work, found: Learnt, took_ms: int) -> None:
    work.session.add(
        HintModel(
            what=found.what,
            made_at=work.now,
            digest=found.digest,
            tickets=found.tickets,
            counts=dict(found.counts),
            few=dict(found.few),
            figures=dict(found.figures),
            took_ms=took_ms,
        )
    )
    work.session.flush()


def record(work: Work, ticket: Ticket, shown: Sequence[str], chosen: Mapping[What, str]) -> None:
    """Note what was decided after hints were shown. What names no hint of ours is passed over: it decides nothing.

    `shown` is what `queries.Hint.mark` wrote into the form; `chosen` has the code for each sort, empty if left open.
    """
    directory = known.of(work.session).directory
    for mark in shown[: len(What)]:
        read = queries.read_mark(mark)
        if read is None or read.what not in chosen:
            continue
        model = work.session.get(HintModel, read.model_id)
        codes = directory.categories if read.what is What.CATEGORY else directory.units
        if model is None or model.what is not read.what or read.code not in codes:
            continue
        code = chosen[read.what]
        row = work.session.get(HintTaken, (ticket.id, read.what))
        if row is None:
            row = HintTaken(ticket_id=ticket.id, what=read.what)
            work.session.add(row)
        row.model_id, row.said, row.percent = model.id, read.code, read.percent
        row.chosen, row.at = code, work.now
        row.was_taken = rules.was_taken(directory, read.what, read.code, code)
    work.session.flush()


def last_tries(work: Work) -> dict[What, datetime]:
    """Return when each sort was learnt last."""
    return {what: row.made_at for what, row in queries.newest(work).items()}
