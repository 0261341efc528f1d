"""What a field around a session may hold, said once: form and schema are made from it. Pure."""

from dataclasses import dataclass
from enum import Enum

from chainhub.core.words import Labelled
from chainhub.rotations.around.rules import BODY_MOST, NAME_MOST
from chainhub.rotations.around.terms import Answer, Grade, Ready, Side

_LIST_MOST = 12000  # characters of a list of 200 people


class Shape(Enum):
    """What sort of thing a field holds."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    CODE = "code"  # one of a list that the county has
    CODES = "codes"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its label, its bounds (characters, or the highest number), what helps, whether it must be given."""

    name: str
    label: str
    shape: Shape
    most: int = 0
    hint: str = ""
    needed: bool = True
    words: type[Labelled] | None = None


class Form(Enum):
    """What is asked for together. The name of the schema comes from it."""

    INVITE = "invite"
    ANSWER = "answer"
    ARRIVE = "arrive"
    LIST = "list"
    NEWS = "news"
    RETURN = "return"
    DECIDE = "decide"
    DONE = "done"
    RATE = "rate"
    CHECK = "check"


_PEOPLE_HINT = "一行一位，先写姓名再写单位，中间空一格：王小明 某某齿轮"
FIELDS: dict[Form, tuple[Field, ...]] = {
    Form.INVITE: (
        Field("firms", "成员企业", Shape.CODES, needed=False),
        Field("leaders", "领导", Shape.CODES, needed=False),
        Field("guests", "别的来宾", Shape.TEXT, 4000, _PEOPLE_HINT, needed=False),
        Field("units", "单位", Shape.CODES, needed=False),
    ),
    Form.ANSWER: (
        Field("answer", "来不来", Shape.CHOICE, words=Answer),
        Field("people", "来几位", Shape.NUMBER, 50, "不来就空着", needed=False),
        Field("names", "来的是谁", Shape.LINE, 200, "派人参加的请写姓名和职务", needed=False),
    ),
    Form.ARRIVE: (
        Field("name", "您的姓名", Shape.LINE, NAME_MOST),
        Field("body", "您的单位", Shape.LINE, BODY_MOST, "企业或者单位的名称"),
    ),
    Form.LIST: (Field("people", "纸上签了到的", Shape.TEXT, _LIST_MOST, _PEOPLE_HINT),),
    Form.NEWS: (
        Field("title", "标题", Shape.LINE, 60),
        Field("text", "正文", Shape.TEXT, 4000, "写事实，不写客套；涉及企业没公开的事，先问企业"),
    ),
    Form.RETURN: (Field("why", "为什么退回", Shape.LINE, 200, "传的人会看到"),),
    Form.DECIDE: (
        Field("unit", "哪个单位", Shape.CODE),
        Field("what", "办什么", Shape.LINE, 200),
        Field("due_on", "哪天以前", Shape.DAY),
    ),
    Form.DONE: (Field("note", "办得怎样", Shape.LINE, 200),),
    Form.RATE: (
        *(Field(side.value, side.label, Shape.CHOICE, words=Grade) for side in Side),
        Field("comment", "想说的话", Shape.LINE, 200, "不写名字；承办企业和产业链党委会看到", needed=False),
    ),
    Form.CHECK: (Field("done", "办好了的", Shape.CHOICES, words=Ready, needed=False),),
}
