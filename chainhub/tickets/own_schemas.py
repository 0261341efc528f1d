"""What the JSON door of everyday help takes and answers: own lists, and what makes a day's work lighter."""

from marshmallow import fields as mm

from chainhub.tickets import mine
from chainhub.tickets.mine import Which
from chainhub.tickets.schemas import InstructionShape, ListedTicket, RequestShape, SupervisionShape
from chainhub.web import shapes
from chainhub.web.shapes import Choice, Query


class PlaceQuery(Query):
    """Which page."""

    cursor = shapes.cursor()
    limit = shapes.page_limit(mine.PAGE, mine.PAGE_MOST)


class WhichQuery(PlaceQuery):
    """Which half of a list, and which page."""

    state = Choice(Which, about="open 等回复，answered 已回复，draft 督办待签发；不写是等着的")


class MyRequest(shapes.Shape):
    """A request that waits for the caller, with its ticket."""

    ticket = mm.Nested(ListedTicket, required=True)
    request = mm.Nested(RequestShape, required=True)


class MyRequestPage(shapes.Shape):
    """Requests that wait for the caller's decision: 延期 first."""

    items = mm.List(mm.Nested(MyRequest), required=True)
    next_cursor = shapes.next_cursor()


class Wait(shapes.Shape):
    """A ticket that is followed for long, and when that is decided anew."""

    ticket = mm.Nested(ListedTicket, required=True)
    review_on = mm.Date(required=True)
    waits = mm.Integer(required=True, metadata={"description": "第几次挂账"})
    due = mm.Boolean(required=True, metadata={"description": "到了复查日"})


class WaitPage(shapes.Shape):
    """What is followed for long, the first review on top."""

    items = mm.List(mm.Nested(Wait), required=True)
    next_cursor = shapes.next_cursor()


class MyInstruction(shapes.Shape):
    """An instruction that concerns the caller, with its ticket."""

    ticket = mm.Nested(ListedTicket, required=True)
    instruction = mm.Nested(InstructionShape, required=True)


class MyInstructionPage(shapes.Shape):
    """Instructions that the caller gave, or that were given to the caller's unit."""

    items = mm.List(mm.Nested(MyInstruction), required=True)
    next_cursor = shapes.next_cursor()


class MySupervision(shapes.Shape):
    """A supervision that concerns the caller, with its ticket."""

    ticket = mm.Nested(ListedTicket, required=True)
    supervision = mm.Nested(SupervisionShape, required=True)


class MySupervisionPage(shapes.Shape):
    """Supervisions that concern the caller."""

    items = mm.List(mm.Nested(MySupervision), required=True)
    next_cursor = shapes.next_cursor()
