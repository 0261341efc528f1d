"""The forms of a common issue."""

from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from chainhub.core.actor import Post
from chainhub.core.typed import clean
from chainhub.county.directory.rules import Directory
from chainhub.tickets import fields
from chainhub.tickets.fields import Field as Spec
from chainhub.tickets.fields import Shape
from chainhub.tickets.forms import ActForm, Choices, DayField, Length, options
from chainhub.tickets.workflow import Action
from chainhub.web.chinese import Filled

TITLE = Spec("title", "是什么问题", Shape.LINE, fields.TITLE_MOST, 2)
NOTE = fields.field(Action.PROGRESS, "note")
_NEEDED = "这一项要填。"


def for_new(directory: Directory, joinable: Choices) -> type[ActForm]:
    """Return the form that opens an issue over tickets that were picked, or puts them to one that is there."""
    tops = [(one.code, one.label) for one in directory.categories.values() if one.parent is None]
    made: dict[str, Any] = {}
    if joinable:
        made["into"] = SelectField(
            "列到哪里",
            description="列到已有的，下面就不用填",
            choices=options([("", "新列一个"), *joinable]),
        )
    made |= {
        "title": StringField(TITLE.label, validators=[Length(TITLE)], filters=[_trim]),
        "category": SelectField("类别", choices=options([("", "请选"), *tops])),
        "post": RadioField(
            "专班里谁牵头",
            choices=options([(one.value, one.label) for one in Post]),
            default=Post.DEPUTY.value,
        ),
        "due_on": DayField("哪一天以前办完", render_kw={"type": "date"}),
        "progress": TextAreaField(
            "打算怎么办", description="企业看得到", validators=[Optional(), Length(NOTE)], filters=[_trim]
        ),
    }
    return type("CommonIssueForm", (ActForm,), made)


def for_note(label: str) -> type[ActForm]:
    """Return the form of one text: how it goes, or what came of it."""
    made: dict[str, Any] = {
        "note": TextAreaField(label, validators=[Filled(_NEEDED), Length(NOTE)], filters=[_trim])
    }
    return type("CommonNoteForm", (ActForm,), made)


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value
