"""The JSON door of guides and assignments."""

from typing import Any

from flask import Response

from chainhub.assignments import line_queries, proposal_queries, queries, schemas
from chainhub.assignments.kinds import GUIDE, Kind, written
from chainhub.assignments.line_queries import Line
from chainhub.assignments.models import Guide, Proposal, ProposalPair
from chainhub.assignments.service import assigning, kind_keeping, proposing, registering
from chainhub.assignments.service.assigning import New
from chainhub.assignments.service.registering import Profile
from chainhub.core.actor import Role, ScopeKind
from chainhub.core.errors import NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county.directory.models import Enterprise
from chainhub.county.people.service import caring
from chainhub.tickets.rules import mask_phone
from chainhub.web import api, doors

room = api.Room("guides", __name__, "指导员")
_LINES, _PAGE = schemas.AssignmentQuery(), schemas.PageQuery()
_DONE = {200: schemas.GuideDoneShape}


# Reading


@room.get("/guides", schemas.GuidePage, api.Taken(query=schemas.PageQuery))
@doors.signed_in()
def guides() -> Response:
    """指导员名册，电话脱敏"""
    with doors.reading() as work:
        _demand_staff(work)
        wanted = api.query(_PAGE)
        after = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else 0
        found, more = line_queries.guides(work, after=after, limit=wanted.get("limit", queries.PAGE))
        items = [
            {
                "id": one.guide.user_id,
                "name": one.name,
                "unit": one.unit,
                "industries": one.guide.industries,
                "skills": one.guide.skills,
                "town": one.guide.town,
                "capacity": one.guide.capacity,
                "party_post": one.guide.party_post,
                "enterprises": one.firms,
                "phone": mask_phone(one.phone),
            }
            for one in found
        ]
    return api.answer({"items": items, "next_cursor": api.write_cursor(more) if more else None})


@room.get("/guides/assignments", schemas.CarePage, api.Taken(query=schemas.AssignmentQuery))
@doors.signed_in()
def guide_assignments() -> Response:
    """谁带哪家企业：干部看自己的产业链，企业看自己家的，指导员看自己带的"""
    with doors.reading() as work:
        wanted = api.query(_LINES)
        readable = queries.chains(work)
        own = None if readable else _own(work)
        chains = readable or queries.every_chain(work)
        if "chain" in wanted:
            chains = tuple(one for one in chains if one == wanted["chain"])
        page = line_queries.lines(
            work.session,
            chains,
            bare=bool(wanted.get("bare")),
            codes=own,
            after=api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else "",
            limit=wanted.get("limit", queries.PAGE),
        )
        items = [_care(work, one) for one in page.items]
    return api.answer({"items": items, "next_cursor": api.write_cursor(page.after) if page.after else None})


def _own(work: Work) -> frozenset[str]:
    return work.actor.refs(Role.ENTERPRISE, ScopeKind.ENTERPRISE) | queries.cared_for(work.actor)


def _care(work: Work, one: Line) -> dict[str, Any]:
    own = work.actor.holds(Role.ENTERPRISE, enterprise=one.code)
    return {
        "enterprise": one.code,
        "name": one.name,
        "chain": one.chain,
        "assignment": one.assignment_id,
        "guide": one.guide_id,
        "guide_name": one.guide,
        "phone": one.phone if own else mask_phone(one.phone),
        "started_on": one.started_on,
        "until_on": one.until_on,
    }


def _demand_staff(work: Work) -> None:
    if not queries.chains(work):
        raise NotAllowed("指导员名册由产业链党委、专班和领导来看。")


@room.get("/guides/kinds", schemas.AssignmentKindPage)
@doors.signed_in()
def assignment_kinds() -> Response:
    """有哪几种结对，各按什么比例"""
    with doors.reading() as work:
        items = [_kind(one) for one in queries.all_kinds(work).values()]
    return api.answer({"items": items, "next_cursor": None})


@room.post(
    "/guides/kinds/<string:code>", {200: schemas.AssignmentKindShape}, api.Taken(body=schemas.KeepKindBody)
)
@doors.signed_in()
def keep_assignment_kind(code: str) -> Response:
    """改一种结对：比例、期限、职责，从现在起照新的办；由系统管理员改"""
    sent = api.body()
    with doors.work() as work:
        kind_keeping.of(work, code)
        given = kind_keeping.read(api.load(schemas.KeepKindBody(), sent))
        answer = _kind(kind_keeping.keep(work, code, given))
    return api.answer(answer)


def _kind(one: Kind) -> dict[str, Any]:
    return {"code": one.code, **written(one)}


# Proposals


@room.post("/guides/proposals", {201: schemas.ProposalShape}, api.Taken(body=schemas.ProposeBody))
@doors.signed_in()
def propose_guides() -> Response:
    """推算选派方案：两个方案一起给，确认以前什么都不变"""
    sent = api.body()
    with doors.work() as work:
        if not queries.decided(work):
            raise NotAllowed("选派方案由本产业链的党委来推算。")
        first, _ = proposing.propose(work, api.load(schemas.ProposeBody(), sent).get("chains", ()))
        answer = _proposal(work, first, "")
    return api.answer(answer, 201)


@room.get("/guides/proposals/<int:id_>", schemas.ProposalShape, api.Taken(query=schemas.PageQuery))
@doors.signed_in()
def guide_proposal(id_: int) -> Response:
    """一个选派方案：每一对和为什么，没能满足的和为什么"""
    with doors.reading() as work:
        found = proposal_queries.own_proposal(work, id_)
        wanted = api.query(_PAGE)
        after = api.read_cursor(wanted["cursor"], str) if "cursor" in wanted else ""
        return api.answer(_proposal(work, found, after, wanted.get("limit", queries.PAGE_MOST)))


@room.post("/guides/proposals/<int:id_>/lock", _DONE, api.Taken(body=schemas.LockPairBody))
@doors.signed_in()
def lock_pair(id_: int) -> Response:
    """锁定方案里的一对，重新推算时不动"""
    sent = api.body()
    with doors.work() as work:
        proposal_queries.own_proposal(work, id_)
        given = api.load(schemas.LockPairBody(), sent)
        proposing.lock(work, id_, given["enterprise"], on=given.get("on", True))
    return api.answer({"id": id_})


@room.post(
    "/guides/proposals/<int:id_>/confirm",
    {200: schemas.ConfirmedShape},
    api.Taken(body=schemas.ConfirmGuidesBody),
)
@doors.signed_in()
def confirm_guides(id_: int) -> Response:
    """确认方案，全部或者一部分：换指导员，授权跟着换，双方收到通知"""
    sent = api.body()
    with doors.work() as work:
        found = proposal_queries.own_proposal(work, id_)
        given = api.load(schemas.ConfirmGuidesBody(), sent)
        changed = proposing.confirm(work, id_, given["version"], given.get("enterprises"))
        answer = {"changed": changed, "state": found.stage.value}
    return api.answer(answer)


def _proposal(work: Work, found: Proposal, after: str, limit: int = queries.PAGE_MOST) -> dict[str, Any]:
    rows = proposal_queries.pairs(work.session, found, after=after, limit=limit + 1)
    shown = rows[:limit]
    twin = proposal_queries.twin(work.session, found)
    return {
        "id": found.id,
        "version": found.version,
        "profile": found.profile.value,
        "state": found.stage.value,
        "chains": found.chains,
        "made_at": api.moment(found.made_at),
        "other_scenario": twin.id if twin else None,
        "pairs": [_pair(one) for one in shown],
        "next_cursor": api.write_cursor(shown[-1].enterprise_code) if len(rows) > limit else None,
        "unmet": [
            {"what": one[0], "why": one[1], "enterprise": one[2]} for one in found.unmet[: queries.PAGE_MOST]
        ],
    }


def _pair(one: ProposalPair) -> dict[str, Any]:
    return {
        "enterprise": one.enterprise_code,
        "guide": one.user_id,
        "before": one.before_id,
        "changed": one.changed,
        "tags": one.tags,
        "why": one.sentence,
        "parts": dict(one.parts),
        "points": one.points,
        "other": one.other,
        "confirmed": one.confirmed_at is not None,
    }


# What is known


@room.post("/guides", {201: schemas.GuideDoneShape}, api.Taken(body=schemas.GuideBody))
@doors.signed_in()
def save_guide() -> Response:
    """登记指导员，或者改他的情况"""
    sent = api.body()
    with doors.work() as work:
        registering.demand_registrar(work)
        given = api.load(schemas.GuideBody(), sent)
        said = Profile(
            tuple(given.get("industries", ())),
            tuple(given.get("skills", ())),
            given.get("town", ""),
            given.get("capacity", 5),
            given.get("party_post", ""),
        )
        made = registering.add_guide(work, given["username"], said)
        answer = {"id": made.user_id}
    return api.answer(answer, 201)


@room.post("/guides/<int:id_>/reductions", _DONE, api.Taken(body=schemas.GuideReductionBody))
@doors.signed_in()
def reduce_guide(id_: int) -> Response:
    """一段时间少带：请假、学习、兼别的任务"""
    sent = api.body()
    with doors.work() as work:
        queries.own_guide(work, id_)
        registering.demand_registrar(work)
        given = api.load(schemas.GuideReductionBody(), sent)
        made = registering.reduce(
            work, id_, given["less"], given["why"], (given["from_on"], given["back_on"])
        )
        answer = {"id": made.id}
    return api.answer(answer)


@room.post("/guides/<int:id_>/wishes", _DONE, api.Taken(body=schemas.GuideWishBody))
@doors.signed_in()
def wish_of_guide(id_: int) -> Response:
    """指导员想带哪几家，先写的先照顾"""
    sent = api.body()
    with doors.work() as work:
        if work.session.get(Guide, id_ if id_ < 2**31 else 0) is None or work.actor.id != id_:
            queries.own_guide(work, id_)
            registering.demand_registrar(work)
        registering.wish_of_guide(work, id_, api.load(schemas.GuideWishBody(), sent)["enterprises"])
    return api.answer({"id": id_})


def _firm(work: Work, code: str) -> Enterprise:
    """Return an enterprise for which this actor decides. Raises NotFound, NotAllowed."""
    found = queries.own_firm(work, code)
    caring.demand_decider(work, found)
    return found


@room.post("/guides/enterprises/<code>/need", _DONE, api.Taken(body=schemas.NeedBody))
@doors.signed_in()
def set_need(code: str) -> Response:
    """企业的工作量和想要的专长"""
    sent = api.body()
    with doors.work() as work:
        _firm(work, code)
        given = api.load(schemas.NeedBody(), sent)
        registering.set_need(work, code, given.get("weight"), given.get("skills", ()))
    return api.answer({"id": 0})


@room.post("/guides/enterprises/<code>/wishes", _DONE, api.Taken(body=schemas.FirmWishBody))
@doors.signed_in()
def wish_of_enterprise(code: str) -> Response:
    """企业想要哪名指导员，先写的先照顾"""
    sent = api.body()
    with doors.work() as work:
        if not work.actor.holds(Role.ENTERPRISE, enterprise=code):
            _firm(work, code)
        registering.wish_of_firm(work, code, api.load(schemas.FirmWishBody(), sent)["guides"])
    return api.answer({"id": 0})


@room.post("/guides/enterprises/<code>/conflicts", _DONE, api.Taken(body=schemas.ConflictBody))
@doors.signed_in()
def add_conflict(code: str) -> Response:
    """登记要回避的单位"""
    sent = api.body()
    with doors.work() as work:
        _firm(work, code)
        given = api.load(schemas.ConflictBody(), sent)
        answer = {"id": registering.add_conflict(work, given["unit"], code, given["why"]).id}
    return api.answer(answer)


@room.post("/guides/conflicts/<int:id_>/waiver", _DONE, api.Taken(body=schemas.WaiverBody))
@doors.signed_in()
def waive_conflict(id_: int) -> Response:
    """可以不回避，要写理由；或者还是要回避"""
    sent = api.body()
    with doors.work() as work:
        _firm(work, queries.own_conflict(work, id_).enterprise_code)
        given = api.load(schemas.WaiverBody(), sent)
        registering.waive(work, id_, given.get("why", ""), on=given.get("on", True))
    return api.answer({"id": id_})


@room.post("/guides/enterprises/<code>/pairs", _DONE, api.Taken(body=schemas.GuidePairBody))
@doors.signed_in()
def tie_pair(code: str) -> Response:
    """锁定一对，或者定下不配"""
    sent = api.body()
    with doors.work() as work:
        _firm(work, code)
        given = api.load(schemas.GuidePairBody(), sent)
        answer = {"id": registering.tie(work, code, given["guide"], given["tie"], given.get("why", "")).id}
    return api.answer(answer)


# Assignments


@room.post("/guides/assignments", {201: schemas.GuideDoneShape}, api.Taken(body=schemas.BeginAssignmentBody))
@doors.signed_in()
def begin_assignment() -> Response:
    """登记一对，任何一种结对；比例由规则来管"""
    sent = api.body()
    with doors.work() as work:
        if not queries.decided(work):
            raise NotAllowed("谁来带哪家企业，由本产业链的党委来定。")
        given = api.load(schemas.BeginAssignmentBody(), sent)
        _firm(work, given["enterprise"])
        new = New(
            given["kind"],
            given["enterprise"],
            given.get("guide"),
            given.get("helper", ""),
            given.get("person", ""),
            given.get("slot", ""),
            from_on=given.get("from_on"),
            until_on=given.get("until_on"),
        )
        if new.kind == GUIDE and new.user_id is not None:
            queries.own_guide(work, new.user_id)
        answer = {"id": assigning.begin(work, new).id}
    return api.answer(answer, 201)


@room.post("/guides/assignments/<int:id_>/end", _DONE, api.Taken(body=schemas.EndAssignmentBody))
@doors.signed_in()
def end_assignment(id_: int) -> Response:
    """结束一段，写明原因；历史不改"""
    sent = api.body()
    with doors.work() as work:
        row = assigning.own(work, id_)
        firm = work.session.get(Enterprise, row.enterprise_code)
        if firm is None:
            raise NotFound("没有这一条选派。")
        caring.demand_decider(work, firm)
        given = api.load(schemas.EndAssignmentBody(), sent)
        assigning.end_by_hand(work, id_, given["reason"], given["note"])
    return api.answer({"id": id_})
