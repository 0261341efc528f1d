"""HTML forms of rotations, made from `fields.py`: shape only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from chainhub.core.errors import Invalid
from chainhub.core.typed import clean
from chainhub.rotations import fields
from chainhub.rotations.fields import Shape
from chainhub.web.chinese import ChineseForm, Filled

_NEEDED = "这一项要填。"
Firms = Sequence[tuple[str, str]]


class SeveralField(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(StringField):
    """A day as a date field of a browser sends it."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no day, or lies where nobody plans."""
        if self.data and self.day is None:
            raise ValidationError("请写日期，如 2026-10-27。")

    @property
    def day(self) -> date | None:
        try:
            found = date.fromisoformat(self.data or "")
        except ValueError:
            return None
        return found if 2000 <= found.year <= 2100 else None


class WholeField(IntegerField):
    """A whole number; what is none is refused in words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("请填一个整数。") from None


class BaseForm(ChineseForm):
    """The base: the version that the page has seen travels with it."""

    asks: Collection[str] = fields.FIELDS
    version = HiddenField()

    def given(self) -> dict[str, Any]:
        """Return what was given, as the service takes it."""
        found = {}
        for name, field in self._fields.items():
            if name in self.asks:
                found[name] = field.day if isinstance(field, DayField) else field.data
        return {name: value for name, value in found.items() if value not in (None, "", [])}


class Length:
    """A text's length, refused in words that say how much to leave out."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Any, field: Field) -> None:
        length = len(field.data or "")
        if length > self.most:
            raise ValidationError(f"最多 {self.most} 字，现在 {length} 字，请删掉 {length - self.most} 字。")


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


def for_fields(names: Sequence[str], firms: Firms = ()) -> type[BaseForm]:
    """Return the form that asks for these fields, in their order."""
    return type("RotationForm", (BaseForm,), {name: _field(fields.FIELDS[name], firms) for name in names})


def for_specs(
    specs: Sequence[fields.Field], optional: Collection[str], listed: Mapping[str, Firms]
) -> type[BaseForm]:
    """Return the form that asks for described fields, each choice among what is `listed` for it."""
    made: dict[str, Any] = {
        one.name: _field(one, listed.get(one.name, ()), optional=one.name in optional) for one in specs
    }
    return type("DescribedForm", (BaseForm,), {**made, "asks": frozenset(made)})


def _field(spec: fields.Field, firms: Firms, *, optional: bool | None = None) -> Field:
    if optional is None:
        optional = spec.name in fields.OPTIONAL
    say: dict[str, Any] = {"label": spec.label, "description": spec.hint}
    need: list[Any] = [Optional()] if optional else [Filled(_NEEDED)]
    listed = [SelectChoice(value=code, label=name) for code, name in firms]
    if spec.shape is Shape.FIRM:
        choices = [SelectChoice(value="", label="请选"), *listed]
        return SelectField(**say, choices=choices, validators=need)
    if spec.shape is Shape.FIRMS:
        return SeveralField(**say, choices=listed, validators=need)
    if spec.shape is Shape.DAY:
        return DayField(**say, validators=need, render_kw={"type": "date"})
    if spec.words:
        numbered = [SelectChoice(value=place, label=word) for place, word in enumerate(spec.words, start=1)]
        return SelectField(**say, choices=numbered, validators=need, coerce=int)
    if spec.shape is Shape.NUMBER:
        bounds = NumberRange(1, spec.most, f"请填 1 到 {spec.most}。")
        return WholeField(**say, validators=[*need, bounds])
    if spec.shape is Shape.YES_NO:
        return BooleanField(**say)
    if spec.shape is Shape.CLOCK:
        return StringField(**say, validators=need, render_kw={"type": "time"})
    kind = TextAreaField if spec.shape is Shape.TEXT else StringField
    return kind(**say, validators=[*need, Length(spec.most)], filters=[_trim])


def number(said: str) -> int | None:
    """Return a number that an address or a hidden field says, or None for nonsense."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def put(form: BaseForm, refusal: Invalid) -> None:
    """Put what was refused to the fields that it is about."""
    for name, said in refusal.errors.items():
        if name in form:
            form[name].errors = list(said)
    if not any(name in form for name in refusal.errors):
        form.form_errors.append(refusal.title)
