"""A 台账 that was brought: looked at first, written once it is confirmed, whole or not at all."""

from typing import Any

from chainhub.core.errors import Invalid
from chainhub.county import known
from chainhub.operations import importing
from chainhub.operations.errands import rules, service
from chainhub.operations.errands.running import Run
from chainhub.operations.errands.service import Made
from chainhub.operations.importing import Order, Report
from chainhub.tickets.service.importing import Draft

_STEP = 1000  # rows between two signs of life


def bring(run: Run) -> Made:
    """Look at the rows, or write them. Raises NotAllowed, Invalid, TakenOver."""
    task = run.task
    content = run.storage.read(task.source_as) if task.source_as else None
    if content is None:
        raise Invalid("传上来的文件不在了，请重新传一次。")
    with run.reading() as work:
        service.demand_import(work)
        mine, actor = service.chains(work), work.actor
        names = {code: one.name for code, one in known.of(work.session).directory.chains.items()}

    def _refusal(draft: Draft) -> str:
        if draft.chain in mine:
            return ""
        return f"“企业”在{names[draft.chain]}，请交给那条链的党委来导入。"

    def _say(done: int, total: int) -> None:
        if done % _STEP == 0 or done == total:
            run.say(done, total)

    previews = task.given["phase"] == "preview"
    order = Order(
        run.open_work,
        task.file_name,
        content,
        actor,
        previews,
        _say,
        _refusal,
        task.given.get("import_id"),
        lambda work, import_id: service.begin_writing(work, task, import_id),
    )
    report = importing.carry_out(order)
    return Made(count=report.total, report=_told(report), asks=previews and report.done > 0)


def _told(report: Report) -> dict[str, Any]:
    return {
        "total": report.total,
        "done": report.done,
        "skipped": report.skipped,
        "failed": report.failed,
        "notes": report.notes,
        "failures": [[number, words] for number, words in report.failures[: rules.FAILURES_SHOWN]],
    }
