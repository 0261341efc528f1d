"""The JSON door of the directory: chains, units, enterprises."""

from flask import Response

from chainhub.core.errors import Invalid
from chainhub.county.directory import queries, schemas
from chainhub.county.directory.rules import Directory
from chainhub.web import api, doors

room = api.Room("directory", __name__, "名录")
_UNITS = schemas.UnitQuery()
_ENTERPRISES = schemas.EnterpriseQuery()


@room.get("/chains", schemas.ChainPage)
@doors.signed_in()
def chains() -> Response:
    """产业链"""
    with doors.reading() as work:
        found = queries.directory(work.session).chains.values()
    items = [{"code": one.code, "name": one.name, "short": one.short} for one in found]
    return api.answer({"items": items, "next_cursor": None})


@room.get("/units", schemas.UnitPage, api.Taken(query=schemas.UnitQuery))
@doors.signed_in()
def units() -> Response:
    """单位：党委、专班、要素保障组、部门"""
    wanted = api.query(_UNITS)
    with doors.reading() as work:
        directory = queries.directory(work.session)
    _demand_chain(directory, wanted.get("chain"))
    items = [
        {
            "code": one.code,
            "name": one.name,
            "short": one.short,
            "kind": one.kind,
            "chain": one.chain,
            "handles": one.handles,
        }
        for one in directory.units.values()
        if one.chain == wanted.get("chain", one.chain) and one.kind == wanted.get("kind", one.kind)
    ]
    return api.answer({"items": items, "next_cursor": None})


@room.get("/enterprises", schemas.EnterprisePage, api.Taken(query=schemas.EnterpriseQuery))
@doors.signed_in()
def enterprises() -> Response:
    """企业：看得到的那些，按编码排"""
    wanted = api.query(_ENTERPRISES)
    limit = wanted.get("limit", schemas.PAGE)
    behind = api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else ""
    with doors.reading() as work:
        found = queries.enterprises_for(
            work.session,
            work.actor,
            chain=wanted.get("chain", ""),
            q=wanted.get("q", ""),
            after=behind,
            limit=limit + 1,
        )
        items = [
            {
                "code": one.code,
                "name": one.name,
                "short": one.short,
                "chain": one.chain_code,
                "town": one.town,
                "is_anchor": one.is_anchor,
            }
            for one in found[:limit]
        ]
        after = api.write_cursor(found[limit - 1].code) if len(found) > limit else None
    return api.answer({"items": items, "next_cursor": after})


def _demand_chain(directory: Directory, code: str | None) -> None:
    if code is not None and code not in directory.chains:
        raise Invalid(errors={"chain": ["没有这条产业链，请从 /chains 里选。"]})
