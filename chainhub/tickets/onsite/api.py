"""The JSON door of site visits: fields and photos in one form."""

from typing import Any

from flask import Response, request

from chainhub.core.errors import Invalid
from chainhub.documents.attachments.service import FIELD
from chainhub.tickets import queries, uploads
from chainhub.tickets.onsite import schemas, service
from chainhub.tickets.onsite.models import SiteVisit
from chainhub.web import api, doors

room = api.Room("site_visits", __name__, "走访核查")
_VISIT = schemas.VisitBody()


@room.get("/tickets/<string:number>/site-visits", schemas.VisitPage)
@doors.signed_in()
def site_visits(number: str) -> Response:
    """一件诉求的走访核查，早的在前"""
    with doors.reading() as work:
        found = [_shape(one) for one in service.of(work, queries.own(work, number))]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/site-visits",
    {201: schemas.VisitShape},
    api.Taken(form=schemas.VisitBody),
)
@doors.signed_in()
@doors.body_most(uploads.BODY_MOST)
def record_site_visit(number: str) -> Response:
    """记一次走访核查，照片一起传；企业也看得到"""
    with doors.reading() as work:
        service.demand(work, number)
    if request.mimetype != api.MULTIPART:
        raise Invalid(errors={FIELD: [f"请用 {api.MULTIPART} 提交，照片放在 {FIELD} 里。"]})
    given = api.load(_VISIT, api.Body(request.form.to_dict()))
    files = uploads.examined() if uploads.sent() else []
    with uploads.storage().keeping() as shelf, doors.work() as work:
        made = service.record(work, shelf, number, service.Seen(**given), files)
        found = _shape(made)
    return api.answer(found, 201)


def _shape(one: SiteVisit) -> dict[str, Any]:
    return {
        "id": one.id,
        "visited_at": api.moment(one.visited_at),
        "people": one.people,
        "met": one.met,
        "result": one.result,
        "photos": one.photos,
        "by": one.by_name,
        "recorded_at": api.moment(one.recorded_at),
    }
