"""The blueprint that every door of this room hangs on, and who may come to it."""

import re

from flask import Blueprint
from werkzeug.routing import BaseConverter, ValidationError

from chainhub.core.actor import Role
from chainhub.tickets.workflow import Action

bp = Blueprint("tickets", "chainhub.tickets", template_folder="templates")
PEOPLE = (
    Role.ENTERPRISE,
    Role.GUIDE,
    Role.COMMITTEE,
    Role.TASK_FORCE,
    Role.DEPARTMENT,
    Role.LEADER,
    Role.LIAISON,
    Role.CALLER,
)
"""Who may see tickets at all; the three administrators may not."""


class ActionConverter(BaseConverter):
    """An action in an address; anything else is a page that does not exist."""

    def to_python(self, value: str) -> Action:
        try:
            return Action(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: Action | str) -> str:
        return Action(value).value


@bp.record_once
def _converter(state: object) -> None:
    state.app.url_map.converters["action"] = ActionConverter  # type: ignore[attr-defined]  # Flask's BlueprintSetupState


def version_of(text: str) -> int:
    """Return the version a form carries; what is none is a page nobody has seen."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1
