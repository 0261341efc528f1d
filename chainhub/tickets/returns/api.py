"""The JSON door of returns."""

from flask import Response

from chainhub.tickets.returns import queries, rules, schemas
from chainhub.tickets.returns.views import READERS, narrowed
from chainhub.web import api, doors

room = api.Room("returns", __name__, "退单")
_PERIOD, _FIND = schemas.PeriodQuery(), schemas.ReturnQuery()


@room.get("/returns/matrix", schemas.MatrixShape, api.Taken(query=schemas.PeriodQuery))
@doors.signed_in(*READERS)
def returns_matrix() -> Response:
    """退单矩阵：哪个单位、哪一类、成立几次，退到了哪里，清单哪里不清楚"""
    wanted = api.query(_PERIOD)
    with doors.reading() as work:
        within = queries.period(work, wanted.get("from_day"), wanted.get("to_day"))
        found = queries.returns(work, within)
        unclear = rules.unclear(found.returns, queries.leads(work, within))
    cells = rules.tallies(found.returns, lambda one: (one.unit, one.category))
    pairs = rules.tallies([one for one in found.returns if one.to], lambda one: (one.unit, one.to))
    return api.answer(
        {
            "from_day": within.first,
            "to_day": within.last,
            "cells": [
                {
                    "unit": unit,
                    "category": category,
                    "n": one.n,
                    "upheld": one.upheld,
                    "rejected": one.rejected,
                    "rate": one.rate,
                }
                for (unit, category), one in cells.items()
            ],
            "pairs": [{"unit": unit, "to": to, "n": one.n} for (unit, to), one in pairs.items()],
            "unclear": [
                {
                    "category": one.category,
                    "upheld": one.upheld,
                    "dispatched": one.dispatched,
                    "units": one.units,
                    "is_dispersed": one.is_dispersed,
                }
                for one in unclear
            ],
            "cut": found.cut,
        }
    )


@room.get("/returns", schemas.ReturnPage, api.Taken(query=schemas.ReturnQuery))
@doors.signed_in(*READERS)
def returns() -> Response:
    """退单，一次一条，新的在前"""
    wanted = api.query(_FIND)
    below = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
    limit = wanted.get("limit", queries.PAGE)
    with doors.reading() as work:
        found = queries.returns(work, queries.period(work, wanted.get("from_day"), wanted.get("to_day")))
    narrow: dict[str, str] = {
        name: str(wanted[name]) for name in ("unit", "category", "to", "verdict") if name in wanted
    }
    left = [one for one in narrowed(found, narrow) if below is None or one.id < below]
    items = [
        {
            "number": found.titles[one.ticket][0],
            "title": found.titles[one.ticket][1],
            "unit": one.unit,
            "to": one.to,
            "category": one.category,
            "reason_code": one.reason,
            "note": one.note,
            "verdict": one.verdict,
            "is_part": one.is_part,
            "at": api.moment(one.at),
        }
        for one in left[:limit]
    ]
    after = api.write_cursor(left[limit - 1].id) if len(left) > limit else None
    return api.answer({"items": items, "next_cursor": after})
