"""The JSON door of what stands beside a ticket: the paper of a 批示, photos of a 随手转办, who else is looking, checklists."""

from flask import Response
from marshmallow import fields as mm

from chainhub.documents.attachments.models import Attachment
from chainhub.tickets import representing, schemas, uploads
from chainhub.tickets.service import checklist_keeping, passing, presence, scanning
from chainhub.tickets.service.checklist_keeping import Entry, Listed
from chainhub.web import api, doors, shapes

room = api.Room("beside", __name__, "批示原件、转办照片、谁也在看、办理清单")


class PassedOnFile(shapes.Shape):
    """One file of what waits for the enterprise's tap; it goes along with the ticket."""

    id = mm.Integer(required=True)
    name = mm.String(required=True)
    type = mm.String(required=True)
    size = mm.Integer(required=True, metadata={"description": "字节"})
    sha256 = mm.String(required=True)


class PassedOnFiles(shapes.Shape):
    """What was just added."""

    items = mm.List(mm.Nested(PassedOnFile), required=True)


class Looking(shapes.Shape):
    """Who else of the staff has the ticket open; a hint, never a lock."""

    words = mm.String(required=True, metadata={"description": "如“韩砚也在看”；没有别人就是空的"})


class EntryShape(shapes.Command):
    """One thing to be done before a matter of a category is resolved."""

    label = shapes.Line(checklist_keeping.LABEL_MOST, required=True, about="做什么")
    must = shapes.YesNo(about="必做，没有例外")


class ChecklistBody(shapes.Command):
    """The whole list of a category; an empty one takes it away."""

    items_ = shapes.Several(mm.Nested(EntryShape), required=True, data_key="items")


class CategoryChecklist(shapes.Shape):
    """The list of one category."""

    category = mm.String(required=True)
    label = mm.String(required=True)
    items_ = mm.List(mm.Nested(EntryShape), required=True, data_key="items")


class ChecklistPage(shapes.Shape):
    """The list of every category that has one."""

    items = mm.List(mm.Nested(CategoryChecklist), required=True)


_CHECKLIST = ChecklistBody()


@room.get("/checklists", ChecklistPage)
@doors.signed_in(*checklist_keeping.KEEPERS)
def checklists() -> Response:
    """每个类别的办理清单"""
    with doors.reading() as work:
        return api.answer({"items": [_list(one) for one in checklist_keeping.of_all(work)]})


@room.post("/checklists/<string:category>", {200: CategoryChecklist}, api.Taken(body=ChecklistBody))
@doors.signed_in(*checklist_keeping.KEEPERS)
def keep_checklist(category: str) -> Response:
    """改一个类别的办理清单，从现在起照新的办；空的就是不要"""
    sent = api.body()
    with doors.work() as work:
        checklist_keeping.of(work, category)
        given = api.load(_CHECKLIST, sent)["items_"]
        entries = [Entry(one["label"], bool(one.get("must"))) for one in given]
        found = _list(checklist_keeping.keep(work, category, entries))
    return api.answer(found)


def _list(one: Listed) -> dict[str, object]:
    items = [{"label": each.label, "must": each.must} for each in one.entries]
    return {"category": one.code, "label": one.label, "items": items}


@room.post("/instructions/<int:id_>/scan", {201: schemas.AttachmentPage}, api.Taken(form=schemas.FilesBody))
@doors.signed_in()
@doors.body_most(uploads.BODY_MOST)
def scan(id_: int) -> Response:
    """上传手写批示的照片或扫描件，只给工作人员看；由作出或者代录的人来传"""
    with doors.reading() as work:
        scanning.demand(work, id_)
    files = uploads.files_alone()
    with uploads.storage().keeping() as shelf, doors.work() as work:
        ticket, made = scanning.attach(work, shelf, id_, files)
        found = [representing.attachment(ticket, one) for one in made]
    return api.answer({"items": found}, 201)


@room.post("/pass-on/<int:id_>/attachments", {201: PassedOnFiles}, api.Taken(form=schemas.FilesBody))
@doors.signed_in(*passing.MAKERS)
@doors.body_most(uploads.BODY_MOST)
def photograph(id_: int) -> Response:
    """给随手转办的一件加照片，企业确认以后跟着诉求走；由转办的人来传"""
    with doors.reading() as work:
        passing.demand_own(work, id_)
    files = uploads.files_alone()
    with uploads.storage().keeping() as shelf, doors.work() as work:
        found = [_file(one) for one in passing.attach(work, shelf, id_, files)]
    return api.answer({"items": found}, 201)


@room.post("/tickets/<string:number>/looking", {200: Looking})
@doors.signed_in()
def looking(number: str) -> Response:
    """告诉别人我也在看，并且问还有谁在看；企业一方看不到，也不被看到"""
    with doors.work() as work:
        words = presence.beat(work, number)
    return api.answer({"words": words})


def _file(one: Attachment) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "type": one.kind, "size": one.size, "sha256": one.sha256}
