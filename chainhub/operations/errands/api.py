"""The JSON door of errands: a ledger out and in, the pack of an inspection; how far they are, and their files."""

from typing import Any

from flask import Response, request

from chainhub.core.errors import Invalid
from chainhub.documents.papers.rules import XLSX
from chainhub.operations.errands import queries, schemas, service, views
from chainhub.operations.errands.models import Errand
from chainhub.operations.errands.rules import ErrandKind
from chainhub.tickets.inspections import service as inspections
from chainhub.web import api, doors

room = api.Room("errands", __name__, "导出、导入与资料包")
_EXPORT, _PACK, _PAGE = schemas.ExportBody(), schemas.PackBody(), schemas.ErrandQuery()


@room.get("/errands", schemas.ErrandPage, api.Taken(query=schemas.ErrandQuery))
@doors.signed_in()
def errands() -> Response:
    """我要的导出、导入和资料包，新的在前"""
    wanted = api.query(_PAGE)
    before = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
    with doors.reading() as work:
        found, after = queries.page(
            work.session, work.actor.id or 0, before=before, limit=wanted.get("limit", queries.PAGE)
        )
        items = [_shape(one) for one in found]
    return api.answer({"items": items, "next_cursor": api.write_cursor(after) if after else None})


@room.get("/errands/<int:id_>", schemas.ErrandShape)
@doors.signed_in()
def errand(id_: int) -> Response:
    """一项做到哪了"""
    with doors.reading() as work:
        return api.answer(_shape(service.own(work, id_)))


@room.post("/errands/exports", {201: schemas.ErrandShape}, api.Taken(body=schemas.ExportBody))
@doors.signed_in()
def ask_export() -> Response:
    """导出台账：在后台做，做好了来取一次"""
    sent = api.body()
    with doors.work() as work:
        service.demand_export(work)
        given = api.load(_EXPORT, sent)
        found = _shape(service.ask_export(work, schemas.args_of(given), given.get("reason", "")))
    return api.answer(found, 201)


@room.post("/errands/imports", {201: schemas.ErrandShape}, api.Taken(form=schemas.LedgerBody))
@doors.signed_in()
@doors.body_most(views.BODY_MOST)
def ask_import() -> Response:
    """导入台账：先看会怎样，确认了才写入"""
    with doors.reading() as work:
        service.demand_import(work)
    if request.mimetype != api.MULTIPART:
        raise Invalid(errors={"file": [f"请用 {api.MULTIPART} 提交，文件放在 file 里。"]})
    if unknown := sorted((set(request.form) | set(request.files)) - {"file"}):
        raise Invalid(errors={name: ["没有这一项，请删掉。"] for name in unknown})
    return api.answer(_shape(views.brought()), 201)


@room.post("/errands/packs", {201: schemas.ErrandShape}, api.Taken(body=schemas.PackBody))
@doors.signed_in()
def ask_pack() -> Response:
    """做一次迎检的资料包"""
    sent = api.body()
    with doors.work() as work:
        inspections.demand_maker(work)
        one = inspections.own(work, api.load(_PACK, sent)["inspection"])
        found = _shape(service.ask_pack(work, one))
    return api.answer(found, 201)


@room.post("/errands/proposals", {201: schemas.ErrandShape})
@doors.signed_in()
def ask_proposal() -> Response:
    """推算选派方案，本党委的全部产业链；企业多的时候在后台算，做到哪了看这一项"""
    with doors.work() as work:
        found = _shape(service.ask_proposal(work))
    return api.answer(found, 201)


@room.post("/errands/<int:id_>/confirm", {200: schemas.ErrandShape})
@doors.signed_in()
def confirm_errand(id_: int) -> Response:
    """确认导入：看过了，写入"""
    with doors.work() as work:
        found = _shape(service.confirm(work, id_))
    return api.answer(found)


@room.post("/errands/<int:id_>/cancel", {200: schemas.ErrandShape})
@doors.signed_in()
def cancel_errand(id_: int) -> Response:
    """不做了"""
    with doors.work() as work:
        found = _shape(service.cancel(work, id_))
    return api.answer(found)


@room.download("/errands/<int:id_>/file", (XLSX, views.ZIP))
@doors.signed_in()
def errand_file(id_: int) -> Response:
    """下载做好的文件：只有要的人，只能一次（断了十分钟内可以再来）"""
    return views.handed_out(id_)


def _shape(one: Errand) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "stage": one.stage.value,
        "about": one.about,
        "asked_at": api.moment(one.asked_at),
        "done": one.done,
        "total": one.total,
        "ended_at": api.moment(one.ended_at),
        "expires_at": api.moment(one.expires_at),
        "file_name": one.file_name,
        "size": one.size,
        "sha256": one.sha256,
        "said": one.said,
        "report": _report(one),
        "result": (one.report or {}).get("link"),
    }


def _report(one: Errand) -> dict[str, Any] | None:
    if not one.report or one.kind is not ErrandKind.IMPORT:
        return None
    failures = [{"row": row, "why": why} for row, why in one.report["failures"]]
    return {**one.report, "failures": failures}
