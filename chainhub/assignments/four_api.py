"""The JSON door of 四个一."""

from flask import Response

from chainhub.assignments import four, schemas
from chainhub.assignments.queries import PAGE
from chainhub.web import api, doors

room = api.Room("four", __name__, "四个一")
_QUERY = schemas.FourQuery()


@room.get("/guides/four", schemas.FourPage, api.Taken(query=schemas.FourQuery))
@doors.signed_in()
def four_each() -> Response:
    """四个一：每家企业的联系领导、指导员、结对单位、党务工作者，还缺哪些"""
    with doors.reading() as work:
        full, every = four.counts(work)
        wanted = api.query(_QUERY)
        page = four.lines(
            work,
            gaps=bool(wanted.get("gaps")),
            after=api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else "",
            limit=wanted.get("limit", PAGE),
        )
        kinds = [one.code for one in four.kinds(work)]
        items = [
            {"enterprise": one.code, "who": dict(zip(kinds, one.who, strict=True)), "lacking": one.lacking}
            for one in page.items
        ]
        more = api.write_cursor(page.after) if page.after else None
    return api.answer({"full": full, "every": every, "items": items, "next_cursor": more})
