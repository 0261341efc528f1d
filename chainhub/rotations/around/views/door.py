"""The blueprint of what surrounds a session, and what its doors share."""

from flask import Blueprint, Response, current_app, make_response, render_template

from chainhub.core.actor import Role
from chainhub.core.settings import Settings
from chainhub.documents.attachments import rules
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.storing import Storage
from chainhub.documents.papers.rules import DOCX
from chainhub.rotations import days, queries
from chainhub.rotations.around.service.standing import Place

bp = Blueprint("around", __name__, template_folder="../../templates")
PEOPLE = queries.PEOPLE
HOSTS = (Role.COMMITTEE, Role.ENTERPRISE)
_POLICY = "sandbox; default-src 'none'"  # whatever a file turns out to be, it runs nothing and loads nothing


def storage() -> Storage:
    """Return where this application keeps its files."""
    found: Storage = current_app.extensions["chainhub_storage"]
    return found


def secret() -> str:
    """Return the key that addresses are signed with."""
    settings: Settings = current_app.extensions["chainhub_settings"]
    return settings.secret_key


def day_of(place: Place) -> str:
    """Return a session's day in words."""
    return days.text(place.salon.on) if place.salon.on else "日子待定"


def asked(place: Place, form: object, words: dict[str, object], status: int = 200) -> Response:
    """Return the page that asks for one form: `words` say what it is about."""
    page = render_template(
        "rotations/around/ask.html",
        form=form,
        day=day_of(place),
        word=place.rotation.name,
        **{"back_url": place.salon.link, "lead": "", "button": "记下", **words},
    )
    return make_response(page, status)


def docx(name: str, content: bytes) -> Response:
    """Return a paper to save."""
    return _file(content, DOCX, name, inline=False)


def file(found: Attachment) -> Response:
    """Return a file: a picture to look at, everything else to save. Raises NotFound."""
    return _file(
        attachments.read(storage(), found), found.kind, found.name, inline=attachments.is_image(found)
    )


def _file(content: bytes, kind: str, name: str, *, inline: bool) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = rules.disposition(name, inline=inline)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
