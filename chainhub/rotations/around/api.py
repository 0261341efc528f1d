"""The JSON door around a session."""

from typing import Any

from flask import Response, request

from chainhub.core.errors import Invalid, NotFound
from chainhub.core.work import Work
from chainhub.documents.attachments import rules as files
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments.models import Attachment
from chainhub.documents.attachments.service import FIELD, Upload
from chainhub.documents.papers.rules import DOCX
from chainhub.rotations.around import queries, schemas
from chainhub.rotations.around.models import SalonDecision, SalonFile, SalonInvitation, SalonNews
from chainhub.rotations.around.papers.kinds import SalonPaper
from chainhub.rotations.around.service import (
    arriving,
    checking,
    deciding,
    inviting,
    looking_back,
    papers,
    rating,
    releasing,
    standing,
)
from chainhub.rotations.around.terms import Grade, Ready, Review
from chainhub.rotations.around.views import door
from chainhub.web import api, doors

room = api.Room("around", __name__, "红色沙龙的一期前后")
_AFTER = schemas.SessionAfterQuery()
_AFTER_TAKEN = api.Taken(query=schemas.SessionAfterQuery)


def _page() -> tuple[int, int]:
    wanted = api.query(_AFTER)
    after = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else 0
    return after, wanted.get("limit", queries.PAGE)


def _more(after: int | None) -> str | None:
    return api.write_cursor(after) if after else None


@room.post("/sessions/<int:id_>/checklist", {200: schemas.CheckBody}, api.Taken(body=schemas.CheckBody))
@doors.signed_in()
def check_session(id_: int) -> Response:
    """备办清单：写全部办好了的"""
    sent = api.body()
    with doors.work() as work:
        standing.demand_host(standing.at(work, id_))
        done: list[Ready] = api.load(schemas.CheckBody(), sent).get("done", [])
        checking.tick(work, id_, done)
    return api.answer({"done": [one for one in Ready if one in done]})


# Inviting


@room.get("/sessions/<int:id_>/invitations", schemas.InvitationPage, _AFTER_TAKEN)
@doors.signed_in()
def session_invitations(id_: int) -> Response:
    """请了谁、怎么答复的；承办企业和产业链党委看全部，别人看自己的"""
    with doors.reading() as work:
        place = standing.at(work, id_)
        after, limit = _page()
        if not place.prepares:
            own = [_invitation(one) for one in inviting.mine(work, place.salon)]
            return api.answer({"items": own, "next_cursor": None})
        page = queries.invitations(work.session, place.salon, after=after, limit=limit)
        return api.answer(
            {"items": [_invitation(one) for one in page.items], "next_cursor": _more(page.after)}
        )


@room.post("/sessions/<int:id_>/invitations", {201: schemas.InvitedShape}, api.Taken(body=schemas.InviteBody))
@doors.signed_in()
def invite_to_session(id_: int) -> Response:
    """请人；请过的不再通知"""
    sent = api.body()
    with doors.work() as work:
        inviting.permit_invite(work, id_)
        count = inviting.invite(work, id_, api.load(schemas.InviteBody(), sent))
    return api.answer({"count": count}, 201)


@room.post("/sessions/<int:id_>/remind", {200: schemas.InvitedShape})
@doors.signed_in()
def remind_session(id_: int) -> Response:
    """催没答复的，一天一次"""
    with doors.work() as work:
        count = inviting.remind(work, id_)
    return api.answer({"count": count})


@room.post(
    "/invitations/<int:id_>/answer", {200: schemas.InvitationShape}, api.Taken(body=schemas.AnswerBody)
)
@doors.signed_in()
def answer_invitation(id_: int) -> Response:
    """答复一份邀请"""
    sent = api.body()
    with doors.work() as work:
        inviting.permit(work, id_)
        answer = _invitation(inviting.answer(work, id_, api.load(schemas.AnswerBody(), sent)))
    return api.answer(answer)


def _invitation(one: SalonInvitation) -> dict[str, Any]:
    names = ("id", "kind", "ref", "name", "body", "answer", "answered_for", "people", "names")
    return {name: getattr(one, name) for name in names}


# Signing in


@room.get("/sessions/<int:id_>/arrivals", schemas.ArrivalPage, _AFTER_TAKEN)
@doors.signed_in()
def session_arrivals(id_: int) -> Response:
    """谁到了；给承办企业和产业链党委"""
    with doors.reading() as work:
        place = standing.at(work, id_)
        standing.demand_seen(place)
        after, limit = _page()
        page = queries.arrivals(work.session, place.salon, after=after, limit=limit)
        items = [
            {"id": one.id, "name": one.name, "body": one.body, "via": one.via, "at": api.moment(one.at)}
            for one in page.items
        ]
    return api.answer({"items": items, "next_cursor": _more(page.after)})


@room.post("/sessions/<int:id_>/arrivals", {200: schemas.ListedPage}, api.Taken(body=schemas.ListBody))
@doors.signed_in()
def take_arrivals(id_: int) -> Response:
    """把纸上的签到录进来，每行说结果"""
    sent = api.body()
    with doors.work() as work:
        standing.demand_host(standing.at(work, id_))
        rows = arriving.take_list(work, id_, api.load(schemas.ListBody(), sent)["people"])
    names = ("line", "name", "body", "taken", "said")
    return api.answer({"items": [{name: getattr(one, name) for name in names} for one in rows]})


# Photos, slides, news


@room.get("/sessions/<int:id_>/files", schemas.SessionFilePage, _AFTER_TAKEN)
@doors.signed_in()
def session_files(id_: int) -> Response:
    """照片和课件；没发布的只有承办企业和产业链党委看得到"""
    with doors.reading() as work:
        place = standing.at(work, id_)
        after, limit = _page()
        found, more = queries.files(work.session, place.salon, every=place.prepares, after=after, limit=limit)
        return api.answer({"items": [_file(*one) for one in found], "next_cursor": _more(more)})


@room.post(
    "/sessions/<int:id_>/files", {201: schemas.SessionFilePage}, api.Taken(form=schemas.SessionFilesBody)
)
@doors.signed_in()
@doors.body_most(files.BODY_MOST)
def upload_to_session(id_: int) -> Response:
    """传照片和课件；审核以后别人才看得到"""
    with doors.reading() as work:
        releasing.demand_upload(work, id_)
    if request.mimetype != api.MULTIPART or (set(request.form) | set(request.files)) - {FIELD}:
        raise Invalid(errors={FIELD: [f"请用 {api.MULTIPART} 提交，只放文件，放在 {FIELD} 里。"]})
    sent = [Upload(one.filename, one.stream) for one in request.files.getlist(FIELD) if one.filename]
    sound = attachments.examine(sent)
    with door.storage().keeping() as shelf, doors.work() as work:
        made = releasing.upload(work, shelf, id_, sound)
        items = [_file(work.session.get_one(SalonFile, one.id), one) for one in made]
    return api.answer({"items": items, "next_cursor": None}, 201)


@room.download("/sessions/<int:id_>/files/<int:file>", tuple(one.mime for one in files.KINDS))
@doors.signed_in()
def session_file(id_: int, file: int) -> Response:
    """下载一个照片或者课件"""
    with doors.reading() as work:
        return door.file(releasing.find_file(work, id_, file)[2])


@room.post("/sessions/<int:id_>/files/<int:file>/release", {200: schemas.SessionFileShape})
@doors.signed_in()
def release_session_file(id_: int, file: int) -> Response:
    """发布一个照片或者课件"""
    with doors.work() as work:
        answer = _decided(work, id_, file, Review.RELEASED, "")
    return api.answer(answer)


@room.post(
    "/sessions/<int:id_>/files/<int:file>/return",
    {200: schemas.SessionFileShape},
    api.Taken(body=schemas.ReturnBody),
)
@doors.signed_in()
def return_session_file(id_: int, file: int) -> Response:
    """退回，或者撤下发布过的"""
    sent = api.body()
    with doors.work() as work:
        standing.demand_keeper(releasing.find_file(work, id_, file)[0])
        why = api.load(schemas.ReturnBody(), sent)["why"]
        answer = _decided(work, id_, file, Review.RETURNED, why)
    return api.answer(answer)


def _decided(work: Work, id_: int, file: int, verdict: Review, why: str) -> dict[str, Any]:
    found = releasing.decide_file(work, id_, file, verdict, why)
    return _file(found, work.session.get_one(Attachment, file))


def _file(one: SalonFile, attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "name": attachment.name,
        "type": attachment.kind,
        "size": attachment.size,
        "review": one.review,
        "said": one.said,
    }


@room.get("/sessions/<int:id_>/news", schemas.SessionNewsShape)
@doors.signed_in()
def session_news(id_: int) -> Response:
    """新闻稿；没发布的只有承办企业和产业链党委看得到"""
    with doors.reading() as work:
        found = releasing.news(work, standing.at(work, id_))
        if found is None:
            raise NotFound("这一期还没有新闻稿，或者还没有发布。")
        return api.answer(_news(found))


@room.post("/sessions/<int:id_>/news", {200: schemas.SessionNewsShape}, api.Taken(body=schemas.NewsBody))
@doors.signed_in()
def write_session_news(id_: int) -> Response:
    """写新闻稿：存草稿，或者送审"""
    sent = api.body()
    with doors.work() as work:
        releasing.permit_news(work, id_, None)
        given = api.load(schemas.NewsBody(), sent)
        answer = _news(releasing.write_news(work, id_, given, send=bool(given.get("send"))))
    return api.answer(answer)


@room.post("/sessions/<int:id_>/news/release", {200: schemas.SessionNewsShape})
@doors.signed_in()
def release_session_news(id_: int) -> Response:
    """发布新闻稿"""
    with doors.work() as work:
        answer = _news(releasing.decide_news(work, id_, Review.RELEASED))
    return api.answer(answer)


@room.post(
    "/sessions/<int:id_>/news/return", {200: schemas.SessionNewsShape}, api.Taken(body=schemas.ReturnBody)
)
@doors.signed_in()
def return_session_news(id_: int) -> Response:
    """退回新闻稿，或者撤下"""
    sent = api.body()
    with doors.work() as work:
        standing.demand_keeper(standing.at(work, id_))
        why = api.load(schemas.ReturnBody(), sent)["why"]
        answer = _news(releasing.decide_news(work, id_, Review.RETURNED, why))
    return api.answer(answer)


def _news(found: SalonNews) -> dict[str, Any]:
    return {"title": found.title, "text": found.text, "review": found.review, "said": found.said}


# Decisions, papers, ratings


@room.get("/sessions/<int:id_>/decisions", schemas.SessionDecisionPage)
@doors.signed_in()
def session_decisions(id_: int) -> Response:
    """议定事项，和上期问题办理情况"""
    with doors.reading() as work:
        place = standing.at(work, id_)
        before = looking_back.before(work, place.salon)
        rows = deciding.of(work, place.salon)
        return api.answer(
            {"items": [_decision(one) for one in rows], "before": before.raised if before else ""}
        )


@room.post(
    "/sessions/<int:id_>/decisions", {201: schemas.SessionDecisionShape}, api.Taken(body=schemas.DecideBody)
)
@doors.signed_in()
def decide_at_session(id_: int) -> Response:
    """记一条议定事项"""
    sent = api.body()
    with doors.work() as work:
        deciding.permit(work, id_)
        answer = _decision(deciding.note(work, id_, api.load(schemas.DecideBody(), sent)))
    return api.answer(answer, 201)


@room.post("/decisions/<int:id_>/done", {200: schemas.SessionDecisionShape}, api.Taken(body=schemas.DoneBody))
@doors.signed_in()
def finish_decision(id_: int) -> Response:
    """记议定事项办好了"""
    sent = api.body()
    with doors.work() as work:
        deciding.permit_done(work, id_)
        answer = _decision(deciding.done(work, id_, api.load(schemas.DoneBody(), sent)["note"]))
    return api.answer(answer)


def _decision(one: SalonDecision) -> dict[str, Any]:
    return {
        "id": one.id,
        "unit": one.unit_code,
        "what": one.what,
        "due_on": one.due_on,
        "done_at": api.moment(one.done_at),
        "note": one.done_note,
    }


@room.post(
    "/sessions/<int:id_>/papers", {201: schemas.SessionPaperShape}, api.Taken(body=schemas.SessionPaperBody)
)
@doors.signed_in()
def issue_session_paper(id_: int) -> Response:
    """给邀请函或者会议纪要编号；编过的还是那个号"""
    sent = api.body()
    with doors.work() as work:
        standing.demand_host(standing.at(work, id_))
        kind: SalonPaper = api.load(schemas.SessionPaperBody(), sent)["kind"]
        number = papers.issue(work, id_, kind).number
    return api.answer({"number": number, "url": f"{api.PREFIX}/sessions/{id_}/{kind.value}.docx"}, 201)


@room.download(f"/sessions/<int:id_>/<any({','.join(SalonPaper)}):kind>.docx", (DOCX,))
@doors.signed_in()
def session_paper(id_: int, kind: str) -> Response:
    """下载邀请函、签到表或者会议纪要"""
    with doors.reading() as work:
        return door.docx(*papers.download(work, id_, SalonPaper(kind)))


@room.post("/sessions/<int:id_>/ratings", {201: schemas.RatedShape}, api.Taken(body=schemas.RateBody))
@doors.signed_in()
def rate_session(id_: int) -> Response:
    """到场签到的人评这一期，一人一次"""
    sent = api.body()
    with doors.work() as work:
        rating.permit(work, id_)
        rating.rate(work, id_, api.load(schemas.RateBody(), sent))
    return api.answer({"session": id_}, 201)


@room.get("/sessions/<int:id_>/ratings", schemas.SessionRatingsShape)
@doors.signed_in()
def session_ratings(id_: int) -> Response:
    """到场的人怎么评；给承办企业和产业链党委"""
    with doors.reading() as work:
        found = rating.results(work, standing.at(work, id_))
    items = [
        {"side": one.side, "n": one.n, **{grade.value: one.counts[grade] for grade in Grade}}
        for one in found.verdicts
    ]
    return api.answer({"items": items, "comments": list(found.comments)})
