"""Files through both front doors: reading what was sent, and sending what was stored so that it can do no harm."""

from flask import Response, current_app, request

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.documents.attachments import rules, service
from chainhub.documents.attachments.service import FIELD, Sound, Upload
from chainhub.documents.attachments.storing import Storage
from chainhub.documents.papers.rules import DOCX, XLSX
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import attaching
from chainhub.web.api import MULTIPART

BODY_MOST = rules.BODY_MOST
KINDS = tuple(one.mime for one in rules.KINDS)
_POLICY = "sandbox; default-src 'none'"  # whatever a file turns out to be, it runs nothing and loads nothing


def storage() -> Storage:
    """Return where this application keeps its files."""
    found: Storage = current_app.extensions["chainhub_storage"]
    return found


def sent(field: str = FIELD) -> list[Upload]:
    """Return the files that came in a field; one that nobody chose is none."""
    return [Upload(one.filename, one.stream) for one in request.files.getlist(field) if one.filename]


def examined(field: str = FIELD) -> list[Sound]:
    """Return the files that came in, looked at. Raises Invalid, as the service says it."""
    return service.examine(sent(field))


def files_alone() -> list[Sound]:
    """Return the files that a program sent, looked at. Raises Invalid for what is no form with files alone."""
    if request.mimetype != MULTIPART:
        raise Invalid(errors={FIELD: [f"请用 {MULTIPART} 提交，文件放在 {FIELD} 里。"]})
    unknown = (set(request.form) | set(request.files)) - {FIELD}
    if unknown:
        raise Invalid(errors={name: ["没有这一项，请删掉。"] for name in sorted(unknown)})
    return examined()


def docx(name: str, content: bytes) -> Response:
    """Return a paper to save."""
    return _saved(name, content, DOCX)


def xlsx(name: str, content: bytes) -> Response:
    """Return a spreadsheet to save."""
    return _saved(name, content, XLSX)


def _saved(name: str, content: bytes, kind: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = rules.disposition(name, inline=False)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def download(work: Work, ticket: Ticket, id_: int) -> Response:
    """Return one attachment: a picture to look at, everything else to save. Raises NotFound."""
    found = attaching.find(work, ticket, id_)
    response = Response(service.read(storage(), found), mimetype=found.kind)
    response.headers["Content-Disposition"] = rules.disposition(found.name, inline=service.is_image(found))
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
