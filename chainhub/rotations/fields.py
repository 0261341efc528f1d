"""What a field may hold, said once: form and schema are made from it. Pure."""

from dataclasses import dataclass
from enum import Enum

from chainhub.rotations.workflow import Action, Change, Part
from chainhub.tickets.fields import CONTENT_MOST, TITLE_MOST


class Shape(Enum):
    """What sort of thing a field holds."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    FIRM = "firm"
    FIRMS = "firms"
    NUMBER = "number"
    CLOCK = "clock"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its label, what helps, and its bounds: characters of a text, the highest of a number."""

    name: str
    label: str
    shape: Shape
    most: int = 0
    hint: str = ""
    least: int = 1
    words: tuple[str, ...] = ()  # what the numbers from 1 on are called, where people choose among words


_ALL = (
    Field("on", "哪一天", Shape.DAY),
    Field("why", "为什么", Shape.LINE, 200, "会写进变更记录，日子变了的企业也会看到"),
    Field("hosts", "哪几家承办", Shape.FIRMS, hint="一家，或者两三家联合承办"),
    Field("theme", "主题", Shape.LINE, 60),
    Field("venue", "在哪里", Shape.LINE, 100),
    Field("venue_of", "借用谁的场地", Shape.LINE, 60, "用自己的场地就空着"),
    Field("visit", "内容", Shape.LINE, 200, "路线和安全提示"),
    Field("policy", "内容", Shape.LINE, 200, "讲什么政策"),
    Field("talk", "内容", Shape.LINE, 200, "议题"),
    Field("training", "内容", Shape.LINE, 200, "讲什么"),
    *(Field(f"{part.value}_at", "几点", Shape.CLOCK, 5) for part in Part),
    *(Field(f"{part.value}_by", "谁来讲", Shape.LINE, 60) for part in Part),
    Field("policies", "要讲的政策", Shape.TEXT, 2000, "一行一条，文号写在后面的括号里"),
    Field("minutes", "纪要", Shape.TEXT, 8000, "议定的事写清单位和日期"),
    Field("title", "一句话说是什么事", Shape.LINE, TITLE_MOST),
    Field("content", "什么问题", Shape.TEXT, CONTENT_MOST, "照原话写，当场就成一件诉求"),
    Field("enterprise", "哪家企业", Shape.FIRM),
    Field("from_on", "从哪天", Shape.DAY),
    Field("until_on", "到哪天", Shape.DAY, hint="最后一天也算"),
    Field("name", "叫什么", Shape.LINE, 12, "如 主题党日；一条产业链里不能重名"),
    Field("months", "几个月一期", Shape.NUMBER, 12),
    Field("month", "在一期的第几个月", Shape.NUMBER, 12),
    Field("week", "第几个", Shape.NUMBER, 5, words=("第一个", "第二个", "第三个", "第四个", "最后一个")),
    Field("weekday", "星期几", Shape.NUMBER, 7, words=tuple(f"周{one}" for one in "一二三四五六日")),
    Field("starts", "几点开始", Shape.CLOCK, 5, "如 14:00"),
    Field("at_once", "几家联合承办", Shape.NUMBER, 3),
    Field("volunteers_only", "只由报名的企业承办", Shape.YES_NO),
)
FIELDS = {one.name: one for one in _ALL}

A, C = Action, Change
PARTS = tuple(part.value for part in Part)
AGENDA = tuple(f"{part}{word}" for part in PARTS for word in ("_at", "_by", ""))
"""What the agenda holds of each part: when, by whom, what."""
OF_ACTION: dict[Action, tuple[str, ...]] = {
    A.PIN: ("on", "why"),
    A.ASSIGN: ("hosts", "why"),
    A.PREPARE: ("theme", "venue", "venue_of", *AGENDA, "policies"),
    A.POSTPONE: ("why",),
    A.RESCHEDULE: ("on", "why"),
    A.CANCEL: ("why",),
    A.WRITE_UP: ("minutes",),
    A.ANNOUNCE: (),
    A.HOLD: (),
    A.CLOSE: (),
}
RHYTHM = ("months", "month", "week", "weekday", "starts", "at_once", "volunteers_only")
OPENING = ("name", "months", "month", "week", "weekday", "starts")
"""What is asked of a rotation before it begins."""
OF_CHANGE: dict[Change, tuple[str, ...]] = {
    C.JOIN: ("enterprise", "why"),
    C.LEAVE: ("enterprise", "from_on", "why"),
    C.AWAY: ("enterprise", "from_on", "until_on", "why"),
    C.CLOSED: ("from_on", "until_on", "why"),
    C.LIFT: ("why",),
    C.FORGIVE: ("enterprise", "why"),
    C.WILLING: ("enterprise", "why"),
    C.UNWILLING: ("enterprise", "why"),
    C.RHYTHM: (*RHYTHM, "why"),
}
OPTIONAL = frozenset({"theme", "venue", "venue_of", *AGENDA, "policies", "volunteers_only"})
"""What may be left empty wherever it is asked for."""
