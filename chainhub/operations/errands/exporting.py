"""The 台账 of what a list shows, as a file: made in the name of who asked, of what they see at that moment."""

from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from chainhub.audit import service as audit
from chainhub.core.actor import Actor
from chainhub.core.errors import NotAllowed
from chainhub.core.limits import local
from chainhub.operations import ledger_export
from chainhub.operations.errands import rules, running
from chainhub.operations.errands.running import Run
from chainhub.operations.errands.service import Made
from chainhub.operations.ledger_export import Wanted
from chainhub.tickets import listing, sought
from chainhub.tickets.mine import STAFF
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import reading

_STEP = 1000  # rows between two signs of life


def export(run: Run) -> Made:
    """Write the ledger, and log that it was taken. Raises NotAllowed, Invalid where it has too many rows, TakenOver."""
    given, reason = run.task.given, str(run.task.given.get("reason", ""))
    with run.reading() as opened, NamedTemporaryFile(suffix=".xlsx") as file:
        held, actor = rules.written(opened.actor.grants), as_staff(opened.actor)
        work, path = replace(opened, actor=actor), Path(file.name)
        wanted, _ = sought.read(work, given["args"])

        def _in_full(ticket: Ticket) -> bool:
            return bool(reason) and reading.may_see_phone(work, ticket)

        def _say(done: int, total: int) -> None:
            if done % _STEP == 0 or done == total:
                run.say(done, total)

        ledger = Wanted(
            (*listing.conditions(work, wanted), Ticket.confidential.is_(False)),
            _in_full,
            ledger_export.about(work, sought.words(work, given["args"]), personal(reason)),
            _say,
            rules.EXPORT_MOST,
        )
        count = ledger_export.write_some(work.session, path, work.now, ledger)
        made = run.keep(path, f"台账-{local(work.now):%Y%m%d-%H%M}.xlsx", count, held)
    with run.open_work() as work:
        data = {"rows": count, "text": run.task.about, "reason": reason, "sha256": made.sha256}
        audit.record(running.in_name_of(work, actor), "export_ledger", f"台账 {run.task.id}", data)
    return made


def as_staff(actor: Actor) -> Actor:
    """Return somebody as one of the staff alone: a ledger is no paper for the enterprise's side. Raises NotAllowed."""
    found = tuple(one for one in actor.grants if one.role in STAFF)
    if not found:
        raise NotAllowed("您现在没有导出台账的授权，没有导出。")
    return replace(actor, grants=found)


def personal(reason: str) -> str:
    """Return what the second sheet says of numbers: whole where one handles, for a reason, else masked."""
    return f"经办的诉求写全，其余脱敏；理由：{reason}，已记录" if reason else "电话和证件号码已脱敏"
