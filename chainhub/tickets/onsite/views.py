"""Recording a site visit on a page, with photos from the phone."""

from collections.abc import Sequence

from flask.typing import ResponseReturnValue

from chainhub.core.work import Work
from chainhub.documents.attachments.service import Sound
from chainhub.documents.attachments.storing import Shelf
from chainhub.tickets import forms, uploads
from chainhub.tickets.models import Ticket
from chainhub.tickets.onsite import service
from chainhub.tickets.onsite.forms import for_visit
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.leading import Made, beside_page
from chainhub.web import doors


@bp.route("/tickets/<number>/visit", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
@doors.body_most(uploads.BODY_MOST)
def visit(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        return service.demand(work, number)[0], for_visit()()

    def _do(work: Work, ticket: Ticket, form: forms.ActForm, shelf: Shelf, files: Sequence[Sound]) -> str:
        service.record(work, shelf, ticket.number, service.Seen(**form.given()), files)
        return "走访记下了。"

    line = "企业也看得到。照片和“附件”里的一样，办结要有照片、附件的类别，这里传的就算。"
    return beside_page(
        "走访核查", line, _make, keeps=_do, scan="现场照片", scan_hint="企业也看得到，和诉求的附件放在一起。"
    )
