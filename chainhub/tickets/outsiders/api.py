"""The JSON door of questions to outside parties. To answer one is a page alone: who answers has no token."""

from typing import Any

from flask import Response

from chainhub.core.work import Work
from chainhub.tickets import queries
from chainhub.tickets.models import Ticket
from chainhub.tickets.outsiders import schemas, service
from chainhub.tickets.outsiders.models import OutsideQuestion
from chainhub.tickets.outsiders.views import address
from chainhub.tickets.schemas import FeedbackBody
from chainhub.web import api, doors

room = api.Room("outside_questions", __name__, "问外单位")
_QUESTION, _NOTE = schemas.QuestionBody(), FeedbackBody()
_DAYS = 3  # workdays, where nothing is said


@room.get("/tickets/<string:number>/outside-questions", schemas.QuestionPage)
@doors.signed_in()
def outside_questions(number: str) -> Response:
    """一件诉求问过哪些外单位，早的在前；企业一方看不到"""
    with doors.reading() as work:
        ticket = queries.own(work, number)
        found = [_shape(work, ticket, one) for one in service.readable(work, ticket)]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/outside-questions",
    {201: schemas.QuestionShape},
    api.Taken(body=schemas.QuestionBody),
)
@doors.signed_in()
def ask_outside(number: str) -> Response:
    """问一个外单位：对方凭链接作答，不用登录"""
    sent = api.body()
    with doors.work() as work:
        ticket, _ = service.demand(work, number)
        given = {"days": _DAYS, **api.load(_QUESTION, sent)}
        found = _shape(work, ticket, service.ask(work, number, service.Question(**given)))
    return api.answer(found, 201)


@room.post("/outside-questions/<int:id_>/link", {200: schemas.OutsideLink})
@doors.signed_in()
def outside_question_link(id_: int) -> Response:
    """取作答的链接。谁取过，日志里记着"""
    with doors.work() as work:
        found = service.hand_out(work, id_)
        said = {"url": address(found), "until": api.moment(found.due_at)}
    return api.answer(said)


@room.post("/outside-questions/<int:id_>/revoke", {200: schemas.QuestionShape}, api.Taken(body=FeedbackBody))
@doors.signed_in()
def revoke_outside_question(id_: int) -> Response:
    """撤回提问，链接就不能用了"""
    sent = api.body()
    with doors.work() as work:
        ticket, _, _ = service.demand_waiting(work, id_)
        found = _shape(work, ticket, service.revoke(work, id_, api.load(_NOTE, sent)["note"]))
    return api.answer(found)


def _shape(work: Work, ticket: Ticket, one: OutsideQuestion) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": service.standing(work, one).value,
        "party_unit": one.party_unit,
        "party_name": one.party_name,
        "contact": one.contact,
        "question": one.question,
        "shown": one.shown,
        "asked_by": one.asked_by,
        "asked_at": api.moment(one.asked_at),
        "due_at": api.moment(one.due_at),
        "answered_by": one.answered_by,
        "answered_at": api.moment(one.answered_at),
        "answer": one.answer,
        "revoked_by": one.revoked_by,
        "revoked_at": api.moment(one.revoked_at),
        "may_manage": service.may_manage(work, ticket, one),
    }
