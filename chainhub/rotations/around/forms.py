"""HTML forms around a session, made from `fields.py`: shape only."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange, Optional

from chainhub.core.errors import Invalid
from chainhub.core.typed import clean
from chainhub.rotations.around import fields
from chainhub.rotations.around.fields import Form, Shape
from chainhub.rotations.forms import DayField, Length, SeveralField, WholeField
from chainhub.web.chinese import ChineseForm, Filled

_NEEDED = "这一项要填。"
Listed = Mapping[str, Sequence[tuple[str, str]]]
"""What the county has to choose from, by the name of the field."""


class BaseForm(ChineseForm):
    """The base of all of them."""

    asks: Form
    version = HiddenField()

    def given(self) -> dict[str, Any]:
        """Return what was given, as the service takes it."""
        found: dict[str, Any] = {}
        for spec in fields.FIELDS[self.asks]:
            field = self[spec.name]
            found[spec.name] = _value(spec, field)
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def put(self, refusal: Invalid) -> None:
        """Put what was refused to the fields that it is about."""
        for name, said in refusal.errors.items():
            if name in self:
                self[name].errors = list(said)
        if not any(name in self for name in refusal.errors):
            self.form_errors.append(refusal.title)


def _value(spec: fields.Field, field: Field) -> Any:
    if isinstance(field, DayField):
        return field.day
    if spec.words is None or not field.data:
        return field.data
    if spec.shape is Shape.CHOICES:
        return [spec.words(one) for one in field.data]
    return spec.words(field.data)


def made(asks: Form, listed: Listed | None = None) -> BaseForm:
    """Return the form that asks for something, filled with what was sent."""
    parts = {spec.name: _field(spec, (listed or {}).get(spec.name, ())) for spec in fields.FIELDS[asks]}
    found: BaseForm = type("AroundForm", (BaseForm,), {"asks": asks, **parts})()
    return found


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


def _field(spec: fields.Field, listed: Sequence[tuple[str, str]]) -> Field:
    say: dict[str, Any] = {"label": spec.label, "description": spec.hint}
    need: list[Any] = [Filled(_NEEDED)] if spec.needed else [Optional()]
    if spec.words is not None:
        listed = [(one.value, one.label) for one in spec.words]
    choices = [SelectChoice(value=code, label=name) for code, name in listed]
    if spec.shape in {Shape.CODES, Shape.CHOICES}:
        return SeveralField(**say, choices=choices)
    if spec.shape is Shape.CODE:
        return SelectField(**say, choices=[SelectChoice(value="", label="请选"), *choices], validators=need)
    if spec.shape is Shape.CHOICE:
        return RadioField(**say, choices=choices, validators=need)
    if spec.shape is Shape.DAY:
        return DayField(**say, validators=need, render_kw={"type": "date"})
    if spec.shape is Shape.NUMBER:
        return WholeField(**say, validators=[*need, NumberRange(0, spec.most, f"请填 0 到 {spec.most}。")])
    kind = TextAreaField if spec.shape is Shape.TEXT else StringField
    return kind(**say, validators=[*need, Length(spec.most)], filters=[_trim])
