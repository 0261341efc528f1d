"""Form, JSON schema and table say the same about every field: two front doors, one house."""

import marshmallow as mm
import pytest
import wtforms
from wtforms.validators import InputRequired

from chainhub.core.actor import Role
from chainhub.county import known
from chainhub.tickets import fields, forms, schemas
from chainhub.tickets.fields import Shape
from chainhub.tickets.workflow import TABLE, Action, Move
from chainhub.web import shapes

BY_HAND = [row for row in TABLE if row.who - {Role.CLOCK}]
_IN_JSON = {
    Shape.TEXT: shapes.Text,
    Shape.LINE: shapes.Line,
    Shape.NUMBER: shapes.Line,
    Shape.CODES: shapes.Several,
    Shape.ITEMS: shapes.Several,
    Shape.CHOICE: shapes.Choice,
    Shape.YES_NO: shapes.YesNo,
    Shape.MOMENT: shapes.Moment,
    Shape.DAY: shapes.Day,
}


def _called(row: Move) -> str:
    return f"{row.action.value}-from-{row.source.value if row.source else 'nothing'}"


@pytest.fixture
def form_of(app, session):
    """The form of a row, as its door builds it."""

    def _form(row: Move):
        with app.test_request_context():
            return forms.for_move(
                row, known.of(session).directory, enterprises=[("e_yanhe_chilun", "砚禾齿轮")]
            )()

    return _form


@pytest.mark.parametrize("row", BY_HAND, ids=_called)
def test_the_form_asks_for_what_the_row_names(form_of, row):
    form = form_of(row)
    asked = [name for name in form._fields if name not in {"version", "csrf_token"}]

    assert asked == list(row.fields)
    for name in asked:
        spec, field = fields.field(row.action, name), form[name]
        assert field.label.text == spec.label
        assert any(isinstance(one, InputRequired) for one in field.validators) == (name in row.needs), name
        assert _form_bounds(field) == _bounds(spec), name
        assert _form_words(field, spec) == _words(spec), name


@pytest.mark.parametrize("row", BY_HAND, ids=_called)
def test_the_json_schema_takes_what_the_row_names(row):
    schema = schemas.for_action(row.action)()

    for name in row.fields:
        spec, field = fields.field(row.action, name), schema.fields[name]
        assert isinstance(field, _IN_JSON.get(spec.shape, mm.fields.Field)), name
        if _bounds(spec):  # a code has no bounds of its own: it stands in a list or it does not
            assert _json_bounds(field) == _bounds(spec), name
        assert _json_words(field) == _words(spec), name


@pytest.mark.parametrize("action", schemas.ACTIONS, ids=lambda one: one.value)
def test_the_json_schema_takes_nothing_else_and_demands_what_every_row_demands(action):
    listed = [row for row in TABLE if row.action is action]
    schema = schemas.for_action(action)()

    assert set(schema.fields) == {"version"} | {name for row in listed for name in row.fields}
    demanded = {name for name, field in schema.fields.items() if field.required}
    assert demanded == {"version"} | set.intersection(*(set(row.needs) for row in listed))


@pytest.mark.parametrize("row", TABLE, ids=_called)
def test_every_field_of_the_table_is_described_once(row):
    names = row.fields

    assert len(set(names)) == len(names)
    for name in names:
        assert fields.field(row.action, name).label


def test_both_doors_refuse_the_same_text_in_the_same_words(app, session):
    note = fields.field(Action.PROGRESS, "note")
    too_long = "字" * (note.most + 1)
    row = next(row for row in TABLE if row.action is Action.PROGRESS)

    with app.test_request_context(method="POST", data={"note": too_long, "version": "1"}):
        form = forms.for_move(row, known.of(session).directory)(meta={"csrf": False})
        form.validate()
    said = schemas.for_action(Action.PROGRESS)().validate({"note": too_long, "version": 1})

    assert [str(one) for one in form.note.errors] == said["note"]


def _bounds(spec: fields.Field) -> tuple[int, int] | None:
    return (spec.least, spec.most) if spec.shape in {Shape.TEXT, Shape.LINE, Shape.NUMBER} else None


def _words(spec: fields.Field) -> set[str] | None:
    return {one.value for one in spec.choices} if spec.shape is Shape.CHOICE else None


def _form_bounds(field: wtforms.Field) -> tuple[int, int] | None:
    found = [one.spec for one in field.validators if isinstance(one, forms.Length)]
    return (found[0].least, found[0].most) if found else None


def _form_words(field: wtforms.Field, spec: fields.Field) -> set[str] | None:
    if spec.shape is not Shape.CHOICE:
        return None
    return {one.value for one in field.choices} - {""}


def _json_bounds(field: mm.fields.Field) -> tuple[int, int] | None:
    found = [one for one in field.validators if isinstance(one, shapes.Bounds)]
    return (found[0].min, found[0].max) if found else None


def _json_words(field: mm.fields.Field) -> set[str] | None:
    return {one.value for one in field.enum} if isinstance(field, shapes.Choice) else None
