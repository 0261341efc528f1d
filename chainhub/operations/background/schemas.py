"""What the JSON door of background work takes and answers."""

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.operations.background.queries import PAGE
from chainhub.operations.background.rules import Standing
from chainhub.web.shapes import Query, Shape, cursor, next_cursor, page_limit


def _outcomes() -> mm.Dict:
    said = "“对外发送”办到的各是什么结果：sent 发出了、waiting 等着发、dead 没发成、cancelled 不用发了；别的任务是空的"
    return mm.Dict(keys=mm.String(), values=mm.Integer(), required=True, metadata={"description": said})


class SchedulerShape(Shape):
    """A process of the scheduler."""

    host = mm.String(required=True)
    pid = mm.Integer(required=True)
    role = mm.String(required=True, validate=validate.OneOf([one.value for one in Standing]))
    since = mm.DateTime(required=True)
    seen_at = mm.DateTime(required=True)
    alive = mm.Boolean(required=True)


class JobShape(Shape):
    """A job of the timetable with its last run."""

    name = mm.String(required=True)
    label = mm.String(required=True)
    often = mm.String(required=True)
    started_at = mm.DateTime(required=True, allow_none=True)
    ended_at = mm.DateTime(required=True, allow_none=True)
    done = mm.Integer(required=True)
    failed = mm.Integer(required=True)
    outcomes = _outcomes()
    backlog = mm.Integer(required=True, metadata={"description": "剩下的，数到 1000 为止"})
    missed = mm.Integer(required=True, metadata={"description": "到现在为止该跑没跑的次数"})
    next_at = mm.DateTime(required=True, allow_none=True)
    error = mm.String(required=True)
    asked_by = mm.String(required=True, metadata={"description": "谁要求现在跑、还没跑；没有就是空的"})


class BoardShape(Shape):
    """Who schedules, and every job."""

    alive = mm.Boolean(required=True)
    schedulers = mm.List(mm.Nested(SchedulerShape), required=True)
    items = mm.List(mm.Nested(JobShape), required=True)


class AskedShape(Shape):
    """A run that was asked for."""

    name = mm.String(required=True)
    new = mm.Boolean(required=True, metadata={"description": "false：已经有人要求过，不会跑两遍"})
    alive = mm.Boolean(required=True, metadata={"description": "有没有进程在跑定时任务"})


class RunShape(Shape):
    """A run that was worth a line."""

    started_at = mm.DateTime(required=True)
    ended_at = mm.DateTime(required=True, allow_none=True)
    done = mm.Integer(required=True)
    failed = mm.Integer(required=True)
    outcomes = _outcomes()
    backlog = mm.Integer(required=True)
    missed = mm.Integer(required=True)
    asked_by = mm.String(required=True)
    process = mm.String(required=True)
    error = mm.String(required=True)


class RunPage(Shape):
    """Runs of a job, newest first."""

    items = mm.List(mm.Nested(RunShape), required=True)
    next_cursor = next_cursor()


class RunQuery(Query):
    """Which page of them."""

    cursor = cursor()
    limit = page_limit(PAGE, 200)
