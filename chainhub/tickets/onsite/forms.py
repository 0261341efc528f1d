"""The form of a site visit, made from the fields of `rules.py`."""

from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from chainhub.core.typed import clean
from chainhub.tickets.forms import ActForm, Length, MomentField
from chainhub.tickets.onsite import rules
from chainhub.web.chinese import Filled


def for_visit() -> type[ActForm]:
    """Return the form."""
    needed = Filled("这一项要填。")
    made: dict[str, Any] = {
        "people": StringField(
            rules.PEOPLE.label,
            description=rules.PEOPLE.hint,
            validators=[needed, Length(rules.PEOPLE)],
            filters=[_trim],
        ),
        "visited_at": MomentField(
            rules.AT.label,
            description=rules.AT.hint,
            validators=[Optional()],
            render_kw={"type": "datetime-local"},
        ),
        "met": StringField(rules.MET.label, validators=[Optional(), Length(rules.MET)], filters=[_trim]),
        "result": TextAreaField(
            rules.RESULT.label,
            description=rules.RESULT.hint,
            validators=[needed, Length(rules.RESULT)],
            filters=[_trim],
        ),
    }
    return type("SiteVisitForm", (ActForm,), made)


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value
