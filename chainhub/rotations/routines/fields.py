"""What a field of recurring work may hold, said once: form and schema are made from it. Pure."""

from chainhub.rotations.fields import FIELDS as OF_SALONS
from chainhub.rotations.fields import Field, Shape
from chainhub.rotations.routines.workflow import Action, Change

LEAD_MOST = 15
_ALL = (
    Field("kind", "哪一类", Shape.FIRM),
    Field("title", "叫什么", Shape.LINE, 60, "不填就用类别的名字"),
    Field("chain", "哪里的", Shape.FIRM),
    Field("body", "谁负责", Shape.FIRM, hint="到日子前提醒它的经办人，也由它记办完"),
    Field("people", "具体是谁", Shape.FIRMS, hint="不选就提醒单位的经办人"),
    Field(
        "lead_days",
        "提前几个工作日提醒",
        Shape.NUMBER,
        LEAD_MOST,
        "15、7、1 个工作日前各提醒一次，从这里填的那天起",
    ),
    Field("note", "办得怎样", Shape.TEXT, 2000, "议定的事写清单位和日期"),
    Field("address", "材料在哪里", Shape.LINE, 500, "网址，没有就不填"),
    Field("venue", "在哪里", Shape.LINE, 100),
    Field("topics", "议题、事项", Shape.TEXT, 2000, "一行一条"),
    Field("attending", "请谁参加", Shape.LINE, 500, "写单位，如 各成员单位"),
    Field("from_on", "从哪天起不办", Shape.DAY),
    Field("why", "为什么", Shape.LINE, 200, "会写进变更记录，日子变了负责的人也会看到"),
)
_RHYTHM = ("months", "month", "week", "weekday", "starts")
FIELDS = {one.name: one for one in _ALL} | {name: OF_SALONS[name] for name in (*_RHYTHM, "on")}

A, C = Action, Change
PLAN = ("title", "chain", "body", *_RHYTHM, "lead_days")
PREPARE = ("venue", "topics", "attending")
"""What notice and minutes say beside the day."""
OF_ACTION: dict[Action, tuple[str, ...]] = {
    A.HOLD: ("note", "address"),
    A.WRITE_UP: ("note", "address"),
    A.PIN: ("on", "why"),
    A.POSTPONE: ("why",),
    A.RESCHEDULE: ("on", "why"),
    A.CANCEL: ("why",),
}
OF_CHANGE: dict[Change, tuple[str, ...]] = {
    C.RHYTHM: (*_RHYTHM, "lead_days", "why"),
    C.BODY: ("body", "why"),
    C.PEOPLE: ("people", "why"),
    C.END: ("from_on", "why"),
}
OPTIONAL = frozenset({"title", "chain", "address", "people", *PREPARE})
"""What may be left empty wherever it is asked for; no chain is the whole county."""
