"""The forms of a question to an outside party, made from the fields of `rules.py`."""

from typing import Any

from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from chainhub.core.typed import clean
from chainhub.tickets.fields import Field as Spec
from chainhub.tickets.fields import Shape
from chainhub.tickets.forms import ActForm, Length, options
from chainhub.tickets.outsiders import rules
from chainhub.web.chinese import Filled

_MAY_BE_EMPTY = frozenset({"contact", "shown"})


def for_question() -> type[ActForm]:
    """Return the form in which an outside party is asked."""
    made: dict[str, Any] = {one.name: _field(one) for one in rules.FIELDS}
    listed = [(str(days), f"{days} 个工作日") for days in rules.DAYS]
    made["days"] = SelectField("几天里答", choices=options(listed), default="3", coerce=_whole)
    return type("OutsideQuestionForm", (ActForm,), made)


def for_answer() -> type[ActForm]:
    """Return the form behind the address."""
    made: dict[str, Any] = {one.name: _field(one) for one in (rules.ANSWER, rules.ANSWERED_BY)}
    return type("OutsideAnswerForm", (ActForm,), made)


def _field(spec: Spec) -> Field:
    needed = Optional() if spec.name in _MAY_BE_EMPTY else Filled("这一项要填。")
    kind = TextAreaField if spec.shape is Shape.TEXT else StringField
    return kind(spec.label, description=spec.hint, validators=[needed, Length(spec)], filters=[_trim])


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


def _whole(value: Any) -> int | str:
    return int(value) if str(value).isascii() and str(value).isdigit() and len(str(value)) < 4 else str(value)
