"""推算选派方案 of a large county: computed outside of any transaction, with progress, and kept at the end."""

from chainhub.assignments.service import proposing
from chainhub.operations.errands import running, service
from chainhub.operations.errands.running import Run
from chainhub.operations.errands.service import Made

_STAGES = {"找人选": (0, 40), "求最优": (40, 60), "写明理由": (60, 100)}
"""Of each scenario, in hundredths: where a stage begins and where it ends."""
_LAST = "写明理由"


def plan(run: Run) -> Made:
    """Make both scenarios. Raises NotAllowed, Conflict, TakenOver."""
    with run.reading() as work:
        actor = work.actor
    with run.open_work() as opened:
        chains, facts = proposing.prepare(running.in_name_of(opened, actor), run.task.given["chains"])
    both = proposing.draw(facts, Progress(run))
    with run.open_work() as opened:
        service.beat(opened, run.task, 99, 100)  # cancelled by now: nothing is kept
        first, _ = proposing.keep(running.in_name_of(opened, actor), chains, both)
        link = first.link
    return Made(count=len(facts.firms), report={"link": link})


class Progress:
    """What a long computation says of itself, as hundredths of both scenarios; each is said once."""

    def __init__(self, run: Run) -> None:
        self._run, self._shown, self._stage, self._round = run, -1, "", 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take word of a stage; what comes after the last one is of the other scenario. Raises TakenOver."""
        if self._stage == _LAST and stage != _LAST:
            self._round = 1
        self._stage = stage
        begins, ends = _STAGES[stage]
        here = begins + (ends - begins) * done // (total or 1)
        shown = min(99, (100 * self._round + here) // 2)
        if shown > self._shown:
            self._shown = shown
            self._run.say(shown, 100)
