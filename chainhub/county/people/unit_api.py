"""The JSON door of what a unit has switched on."""

from flask import Response
from marshmallow import fields as mm

from chainhub.county.people.service import units as service
from chainhub.web import api, doors
from chainhub.web.shapes import Command, Shape, YesNo

room = api.Room("units", __name__, "单位")


class SwitchBody(Command):
    """On or off."""

    on = YesNo(required=True, about="true 开，false 关")


class SwitchShape(Shape):
    """What a unit has switched on."""

    code = mm.String(required=True)
    endorses = mm.Boolean(required=True, metadata={"description": "审签：办结要等本单位分管或主要负责人"})


_BODY = SwitchBody()


@room.post("/units/<string:code>/endorses", {200: SwitchShape}, api.Taken(body=SwitchBody))
@doors.signed_in()
def switch_endorsement(code: str) -> Response:
    """开、关一个单位的审签；由系统管理员来管"""
    sent = api.body()
    with doors.work() as work:
        service.demand_keeper(work)
        service.find(work, code)
        unit = service.set_endorses(work, code, on=api.load(_BODY, sent)["on"])
        found = {"code": unit.code, "endorses": unit.endorses}
    return api.answer(found)
