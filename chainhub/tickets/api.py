"""The JSON door of tickets: filing, finding, reading, and one address for every action of the table."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments.service import FIELD
from chainhub.documents.papers.rules import DOCX
from chainhub.tickets import ageing, deadlines, listing, mine, queries, representing, rules, schemas, uploads
from chainhub.tickets.beside_models import Whistle
from chainhub.tickets.listing import Filter, Order
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import answering, attaching, moving, submitting
from chainhub.tickets.service import answers as answers_of
from chainhub.tickets.service import instructions as instructing
from chainhub.tickets.service import papers as papering
from chainhub.tickets.service import referrals as referring
from chainhub.tickets.service import requests as asking
from chainhub.tickets.service import supervisions as supervising
from chainhub.tickets.service import whistles as whistling
from chainhub.tickets.terms import Channel
from chainhub.tickets.views.answering import address as link_address
from chainhub.tickets.workflow import Action, State
from chainhub.web import api, doors, presses

room = api.Room("tickets", __name__, "诉求")
NUMBER_MOST = 20
_SUBMIT = schemas.for_action(Action.SUBMIT)
_BACKFILL = schemas.for_action(Action.BACKFILL)
_BACKFILL_BODY = _BACKFILL()
_INSTRUCTION_BODY, _FEEDBACK_BODY = schemas.InstructionBody(), schemas.FeedbackBody()
_SUPERVISION_BODY, _SIGNATURE_BODY = schemas.SupervisionBody(), schemas.SignatureBody()
_REQUEST_BODY, _DECISION_BODY = schemas.RequestBody(), schemas.DecisionBody()
_PAPER_BODY = schemas.PaperBody()
_WHISTLE_BODY, _CONFIRMATION_BODY = schemas.WhistleBody(), schemas.WhistleConfirmation()
_REPORT_BODY, _REFERRAL_BODY, _REPLY_BODY = (
    schemas.ReportBody(),
    schemas.ReferralBody(),
    schemas.ReplyUpBody(),
)
_SUBMIT_BODY, _FIND, _EVENTS = _SUBMIT(), schemas.TicketQuery(), schemas.EventQuery()
_KEY_HEADER = {
    "name": presses.HEADER,
    "description": "同一个键再提交同样的内容，得到的是同一件诉求；内容不同是 422",
    "schema": {"type": "string", "maxLength": presses.KEY_MOST},
}


@room.post(
    "/tickets", {201: schemas.Ticket, 200: schemas.Ticket}, api.Taken(body=_SUBMIT, headers=(_KEY_HEADER,))
)
@doors.signed_in()
@presses.harmless_twice
def submit() -> Response:
    """报送诉求"""
    if not submitting.may_submit(doors.actor()):
        raise NotAllowed("报送诉求的是企业、指导员和产业链党委。请用企业账号报，或者请指导员替您报。")
    given = api.load(_SUBMIT_BODY, api.body())
    referred = any(given.get(name) for name in referring.FILED.values())
    given.setdefault("channel", Channel.SUPERIOR if referred else Channel.API)
    key = presses.key_of_call()
    with doors.work() as work:
        filed = submitting.submit(work, given, key=key)
        found = representing.ticket(work, filed.ticket, filed.clocks)
    where = {"Location": f"{api.PREFIX}/tickets/{found['number']}"}
    return api.answer(found, 201 if filed.new else 200, where)


@room.post("/tickets/backfill", {201: schemas.Ticket}, api.Taken(body=_BACKFILL))
@doors.signed_in()
def backfill() -> Response:
    """现场办结补录：当场解决了的，补记下来，等企业评价"""
    if not submitting.may_backfill(doors.actor()):
        raise NotAllowed("现场办结补录由产业链党委和指导员来做。")
    given = api.load(_BACKFILL_BODY, api.body())
    with doors.work() as work:
        filed = submitting.backfill(work, given)
        found = representing.ticket(work, filed.ticket, filed.clocks)
    return api.answer(found, 201, {"Location": f"{api.PREFIX}/tickets/{found['number']}"})


@room.get("/tickets", schemas.TicketPage, api.Taken(query=schemas.TicketQuery))
@doors.signed_in()
def find() -> Response:
    """找诉求：看得到的那些"""
    wanted = api.query(_FIND)
    with doors.reading() as work:
        page = listing.page(
            work,
            _filter(work, wanted),
            order=wanted.get("order", Order.NEWEST),
            cursor=wanted.get("cursor", ""),
            limit=wanted.get("limit", listing.PAGE),
        )
        items = [representing.item(one, work.now) for one in page.items]
    return api.answer({"items": items, "next_cursor": page.next_cursor or None})


def _filter(work: Work, wanted: dict[str, Any]) -> Filter:
    directory = known.of(work.session).directory
    errors = {
        name: ["没有这个编码，请核对。"]
        for name, codes in (
            ("chain", directory.chains),
            ("unit", directory.units),
            ("co_unit", directory.units),
            ("category", directory.categories),
        )
        if name in wanted and wanted[name] not in codes
    }
    if errors:
        raise Invalid(errors=errors)
    return Filter(
        states=tuple(wanted.get("state", ())),
        chain=wanted.get("chain", ""),
        unit=wanted.get("unit", ""),
        co_unit=wanted.get("co_unit", ""),
        enterprise=wanted.get("enterprise", ""),
        category=wanted.get("category", ""),
        kind=wanted.get("kind"),
        undecided=wanted.get("undecided"),
        channel=wanted.get("channel"),
        urgency=wanted.get("urgency"),
        open_only=bool(wanted.get("open")),
        light=wanted.get("light"),
        q=wanted.get("q", ""),
        due_before=wanted.get("due_before"),
        referred=bool(wanted.get("referred")),
        route=wanted.get("route"),
        extra=(
            *(mine.flagged(work.actor, one) for one in wanted.get("flag", ())),
            *([ageing.is_of(work.calendar, work.now, wanted["late"])] if "late" in wanted else ()),
        ),
    )


@room.get("/tickets/<string:number>", schemas.Ticket)
@doors.signed_in()
def show(number: str) -> Response:
    """一件诉求：现在怎样，有哪些时限，您能做什么"""
    with doors.reading() as work:
        ticket = _own(work, number)
        found = representing.ticket(work, ticket, queries.clocks(work.session, ticket.id))
    return api.answer(found)


@room.get("/tickets/<string:number>/events", schemas.EventPage, api.Taken(query=schemas.EventQuery))
@doors.signed_in()
def events(number: str) -> Response:
    """一件诉求的经过，新的在前"""
    with doors.reading() as work:
        ticket = _own(work, number)
        wanted = api.query(_EVENTS)
        limit = wanted.get("limit", listing.PAGE)
        before = api.read_cursor(wanted["cursor"], int) if "cursor" in wanted else None
        found = queries.events(work.session, ticket.id, before=before, limit=limit + 1)
        standing = rules.parties(work.actor, queries.facts(work.session, ticket))
        drafts: frozenset[int] = frozenset()
        if rules.from_outside(standing) and any(one.target is State.ENDORSING for one in found):
            drafts = rules.unendorsed(queries.events(work.session, ticket.id))
        items = [
            representing.event(one, standing)
            for one in found[:limit]
            if not rules.hidden(one.action, standing) and one.seq not in drafts
        ]
        after = api.write_cursor(found[limit - 1].seq) if len(found) > limit else None
    return api.answer({"items": items, "next_cursor": after})


@room.get("/tickets/<string:number>/deadline", schemas.Deadline)
@doors.signed_in()
def deadline(number: str) -> Response:
    """什么时候到期，一天一天说明为什么"""
    with doors.reading() as work:
        ticket = _own(work, number)
        running = queries.running_clocks(work.session, [ticket.id])
        found = representing.deadline(deadlines.explain(work, ticket, running))
    return api.answer(found)


@room.get("/tickets/<string:number>/requests", schemas.RequestPage)
@doors.signed_in()
def requests(number: str) -> Response:
    """一件诉求的申请：延期、挂账、会商、加急、不计入考核"""
    with doors.reading() as work:
        ticket = _own(work, number)
        found = [representing.request(work, ticket, one) for one in asking.readable(work, ticket)]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/requests", {201: schemas.RequestShape}, api.Taken(body=schemas.RequestBody)
)
@doors.signed_in()
def ask(number: str) -> Response:
    """申请：由别人在一个工作日内来批"""
    sent = api.body()
    with doors.work() as work:
        ticket = _own(work, number)
        given = api.load(_REQUEST_BODY, sent)
        asked = asking.ask(work, ticket.number, asking.Asked(**given))
        found = representing.request(work, ticket, asked)
    return api.answer(found, 201)


def _decide(id_: int, *, approve: bool) -> Response:
    sent = api.body()
    with doors.work() as work:
        asking.find(work, id_)
        given = api.load(_DECISION_BODY, sent)
        decided = asking.decide(work, id_, approve=approve, note=given.get("note", ""))
        ticket, _ = asking.find(work, id_)
        found = representing.request(work, ticket, decided)
    return api.answer(found)


@room.post(
    "/requests/<int:request>/approve", {200: schemas.RequestShape}, api.Taken(body=schemas.DecisionBody)
)
@doors.signed_in()
def approve(request: int) -> Response:
    """同意申请：申请的事随即办成"""
    return _decide(request, approve=True)


@room.post(
    "/requests/<int:request>/reject", {200: schemas.RequestShape}, api.Taken(body=schemas.DecisionBody)
)
@doors.signed_in()
def reject(request: int) -> Response:
    """不同意申请：原来的时限照旧"""
    return _decide(request, approve=False)


@room.get("/tickets/<string:number>/attachments", schemas.AttachmentPage)
@doors.signed_in()
def attachments(number: str) -> Response:
    """一件诉求的附件，早的在前"""
    with doors.reading() as work:
        ticket = _own(work, number)
        found = [representing.attachment(ticket, one) for one in attaching.readable(work, ticket)]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/attachments",
    {201: schemas.AttachmentPage},
    api.Taken(form=schemas.AttachmentBody),
)
@doors.signed_in()
@doors.body_most(uploads.BODY_MOST)
def attach(number: str) -> Response:
    """上传附件：照片（jpg、png、webp）、pdf、docx、xlsx，一个最多 20 MB"""
    with doors.reading() as work:
        attaching.demand(work, _number(number))
    internal = _internal()
    files = uploads.examined()  # before the transaction that writes: nobody waits for a large photo
    with uploads.storage().keeping() as shelf, doors.work() as work:
        made = attaching.attach(work, shelf, number, files, internal=internal)
        ticket = _own(work, number)
        found = [representing.attachment(ticket, one) for one in made]
    return api.answer({"items": found}, 201)


def _internal() -> bool:
    """Return whether what was sent is for the staff alone. Raises Invalid for what is no form with files."""
    if request.mimetype != api.MULTIPART:
        raise Invalid(errors={FIELD: [f"请用 {api.MULTIPART} 提交，文件放在 {FIELD} 里。"]})
    unknown = (set(request.form) | set(request.files)) - {FIELD, "internal"}
    errors = {name: ["没有这一项，请删掉。"] for name in sorted(unknown)}
    said = request.form.get("internal", "false")
    if said not in {"true", "false"}:
        errors["internal"] = ["请写 true 或 false。"]
    if errors:
        raise Invalid(errors=errors)
    return said == "true"


@room.download("/tickets/<string:number>/attachments/<int:id_>", uploads.KINDS)
@doors.signed_in()
def attachment(number: str, id_: int) -> Response:
    """下载一个附件"""
    with doors.reading() as work:
        return uploads.download(work, _own(work, number), id_)


@room.get("/tickets/<string:number>/papers", schemas.PaperPage)
@doors.signed_in()
def papers(number: str) -> Response:
    """一件诉求的文书：出过的，和现在可以出的"""
    with doors.reading() as work:
        ticket = _own(work, number)
        found = [representing.paper(ticket, one) for one in papering.readable(work, ticket)]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/papers",
    {201: schemas.PaperShape},
    api.Taken(body=schemas.PaperBody),
)
@doors.signed_in()
def issue_paper(number: str) -> Response:
    """出文书：第一次出时给编号，再出还是那个编号"""
    sent = api.body()
    with doors.work() as work:
        ticket = _own(work, number)
        given = api.load(_PAPER_BODY, sent)
        made = papering.issue(work, ticket.number, given["kind"], given.get("subject") or "")
        found = next(one for one in papering.readable(work, ticket) if one.paper is made)
        said = representing.paper(ticket, found)
    return api.answer(said, 201)


@room.download("/tickets/<string:number>/papers/<int:id_>", (DOCX,))
@doors.signed_in()
def paper(number: str, id_: int) -> Response:
    """下载一份文书（docx）"""
    with doors.reading() as work:
        name, content = papering.download(work, _own(work, number), id_)
        return uploads.docx(name, content)


@room.get("/tickets/<string:number>/answer-link", schemas.AnswerLink)
@doors.signed_in()
def answer_link(number: str) -> Response:
    """评价链接：企业不用登录就能评价。谁取过，日志里记着"""
    with doors.work() as work:
        found, person = answering.hand_out(work, _number(number))
    until = datetime.fromtimestamp(found.until, UTC)
    return api.answer({"url": link_address(found), "person": person, "until": api.moment(until)})


@room.get("/tickets/<string:number>/answers", schemas.AnswerPage)
@doors.signed_in()
def answers(number: str) -> Response:
    """历次评价和没打通的回访，早的在前"""
    with doors.reading() as work:
        ticket = _own(work, number)
        standing = rules.parties(work.actor, queries.facts(work.session, ticket))
        found = [representing.answer(one, standing) for one in answers_of.of(work, ticket)]
    return api.answer({"items": found})


@room.get("/tickets/<string:number>/referral", schemas.ReferralShape)
@doors.signed_in()
def referral(number: str) -> Response:
    """上级转办：原编号、上级期限、回复"""
    with doors.reading() as work:
        ticket = _own(work, number)
        found = referring.of(work, ticket)
        if found is None:
            raise NotFound("这件诉求没有登记上级转办，或者您看不到它。")
        said = representing.referral(work, ticket, found)
    return api.answer(said)


@room.post(
    "/tickets/<string:number>/referral", {200: schemas.ReferralShape}, api.Taken(body=schemas.ReferralBody)
)
@doors.signed_in()
def refer(number: str) -> Response:
    """登记上级转办，或者改登记错的"""
    sent = api.body()
    with doors.work() as work:
        ticket = _own(work, number)
        referring.demand_to_record(work, ticket)
        given = api.load(_REFERRAL_BODY, sent)
        made = referring.record(work, ticket.number, referring.Paper(**given))
        found = representing.referral(work, ticket, made)
    return api.answer(found)


@room.post(
    "/tickets/<string:number>/referral/reply",
    {200: schemas.ReferralShape},
    api.Taken(body=schemas.ReplyUpBody),
)
@doors.signed_in()
def reply_up(number: str) -> Response:
    """回复上级：诉求了结以后也可以"""
    sent = api.body()
    with doors.work() as work:
        ticket, _, _ = referring.demand_to_reply(work, _number(number))
        given = api.load(_REPLY_BODY, sent)
        made = referring.reply(work, ticket.number, given["reply"], given.get("replied_on"))
        found = representing.referral(work, ticket, made)
    return api.answer(found)


def _whistle(work: Work, ticket: Ticket, one: Whistle) -> dict[str, Any]:
    return representing.whistle(work, ticket, one, whistling.reports(work, ticket))


@room.get("/tickets/<string:number>/whistles", schemas.WhistlePage)
@doors.signed_in()
def whistles(number: str) -> Response:
    """一件诉求的吹哨，谁报到了，早的在前"""
    with doors.reading() as work:
        ticket = _own(work, number)
        rows = whistling.reports(work, ticket)
        found = [representing.whistle(work, ticket, one, rows) for one in whistling.of(work, ticket)]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/whistle", {201: schemas.WhistleShape}, api.Taken(body=schemas.WhistleBody)
)
@doors.signed_in()
def whistle(number: str) -> Response:
    """吹哨：企业提出，等产业链党委确认；产业链党委直接叫几个单位"""
    sent = api.body()
    with doors.work() as work:
        ticket = _own(work, number)
        whistling.demand_to_blow(work, ticket)
        given = api.load(_WHISTLE_BODY, sent)
        made = whistling.blow(work, ticket.number, given["reason"], given.get("units", ()))
        found = _whistle(work, ticket, made)
    return api.answer(found, 201)


@room.post(
    "/whistles/<int:id_>/confirm", {200: schemas.WhistleShape}, api.Taken(body=schemas.WhistleConfirmation)
)
@doors.signed_in()
def confirm_whistle(id_: int) -> Response:
    """确认企业吹的哨，叫哪些单位"""
    sent = api.body()
    with doors.work() as work:
        ticket, _ = whistling.demand_to_decide(work, id_)
        given = api.load(_CONFIRMATION_BODY, sent)
        made = whistling.confirm(work, id_, given["units"], given.get("note", ""))
        found = _whistle(work, ticket, made)
    return api.answer(found)


@room.post("/whistles/<int:id_>/refuse", {200: schemas.WhistleShape}, api.Taken(body=schemas.FeedbackBody))
@doors.signed_in()
def refuse_whistle(id_: int) -> Response:
    """不吹哨，写明为什么"""
    sent = api.body()
    with doors.work() as work:
        ticket, _ = whistling.demand_to_decide(work, id_)
        given = api.load(_FEEDBACK_BODY, sent)
        found = _whistle(work, ticket, whistling.refuse(work, id_, given["note"]))
    return api.answer(found)


@room.post("/whistles/<int:id_>/end", {200: schemas.WhistleShape}, api.Taken(body=schemas.FeedbackBody))
@doors.signed_in()
def end_whistle(id_: int) -> Response:
    """解哨：都到了，或者不用再来了"""
    sent = api.body()
    with doors.work() as work:
        ticket, _, _ = whistling.demand_to_end(work, id_)
        given = api.load(_FEEDBACK_BODY, sent)
        found = _whistle(work, ticket, whistling.end(work, id_, given["note"]))
    return api.answer(found)


@room.post(
    "/tickets/<string:number>/report-in", {200: schemas.WhistlePage}, api.Taken(body=schemas.ReportBody)
)
@doors.signed_in()
def report_in(number: str) -> Response:
    """报到：谁来，几点到"""
    sent = api.body()
    with doors.work() as work:
        ticket, _ = whistling.demand_to_report(work, _number(number))
        given = api.load(_REPORT_BODY, sent)
        whistling.report_in(work, ticket.number, whistling.Report(**given))
        found = [_whistle(work, ticket, one) for one in whistling.of(work, ticket)]
    return api.answer({"items": found})


@room.get("/tickets/<string:number>/instructions", schemas.InstructionPage)
@doors.signed_in()
def instructions(number: str) -> Response:
    """一件诉求的批示，先批的在前"""
    with doors.reading() as work:
        ticket = _own(work, number)
        found = [representing.instruction(work, ticket, one) for one in instructing.readable(work, ticket)]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/instructions",
    {201: schemas.InstructionShape},
    api.Taken(body=schemas.InstructionBody),
)
@doors.signed_in()
def instruct(number: str) -> Response:
    """批示：领导作出，或者联络员照原话代录"""
    sent = api.body()
    with doors.work() as work:
        ticket = _own(work, number)
        instructing.demand(work, ticket)
        given = api.load(_INSTRUCTION_BODY, sent)
        made = instructing.give(work, ticket.number, instructing.Word(**given))
        found = representing.instruction(work, ticket, made)
    return api.answer(found, 201)


@room.post(
    "/instructions/<int:id_>/answer", {200: schemas.InstructionShape}, api.Taken(body=schemas.FeedbackBody)
)
@doors.signed_in()
def answer_instruction(id_: int) -> Response:
    """回复批示：办了什么"""
    sent = api.body()
    with doors.work() as work:
        ticket, _, _ = instructing.demand_answer(work, id_)
        given = api.load(_FEEDBACK_BODY, sent)
        found = representing.instruction(work, ticket, instructing.answer(work, id_, given["note"]))
    return api.answer(found)


@room.get("/tickets/<string:number>/supervisions", schemas.SupervisionPage)
@doors.signed_in()
def supervisions(number: str) -> Response:
    """一件诉求的督办和提醒函；草稿只给提请和签发的人看"""
    with doors.reading() as work:
        ticket = _own(work, number)
        found = [representing.supervision(work, ticket, one) for one in supervising.readable(work, ticket)]
    return api.answer({"items": found})


@room.post(
    "/tickets/<string:number>/supervisions",
    {201: schemas.SupervisionShape},
    api.Taken(body=schemas.SupervisionBody),
)
@doors.signed_in()
def supervise(number: str) -> Response:
    """提请督办：拟一份草稿，等人签发"""
    sent = api.body()
    with doors.work() as work:
        ticket = _own(work, number)
        supervising.demand_draft(work, ticket)
        given = api.load(_SUPERVISION_BODY, sent)
        made = supervising.propose(work, ticket.number, given["note"], given.get("level", 1))
        found = representing.supervision(work, ticket, made)
    return api.answer(found, 201)


@room.post(
    "/supervisions/<int:id_>/sign", {200: schemas.SupervisionShape}, api.Taken(body=schemas.SignatureBody)
)
@doors.signed_in()
def sign_supervision(id_: int) -> Response:
    """签发督办：单位要在两个工作日内反馈。产业链党委签的是提醒函"""
    sent = api.body()
    with doors.work() as work:
        ticket, _, _ = supervising.demand_signer(work, id_)
        given = api.load(_SIGNATURE_BODY, sent)
        signed = supervising.sign(work, id_, level=given.get("level"), note=given.get("note", ""))
        found = representing.supervision(work, ticket, signed)
    return api.answer(found)


@room.post(
    "/supervisions/<int:id_>/drop", {200: schemas.SupervisionShape}, api.Taken(body=schemas.FeedbackBody)
)
@doors.signed_in()
def drop_supervision(id_: int) -> Response:
    """不签发督办，写明为什么"""
    sent = api.body()
    with doors.work() as work:
        ticket, _, _ = supervising.demand_signer(work, id_)
        given = api.load(_FEEDBACK_BODY, sent)
        found = representing.supervision(work, ticket, supervising.drop(work, id_, given["note"]))
    return api.answer(found)


@room.post(
    "/supervisions/<int:id_>/answer", {200: schemas.SupervisionShape}, api.Taken(body=schemas.FeedbackBody)
)
@doors.signed_in()
def answer_supervision(id_: int) -> Response:
    """反馈督办：办了什么"""
    sent = api.body()
    with doors.work() as work:
        ticket, _, _ = supervising.demand_answer(work, id_)
        given = api.load(_FEEDBACK_BODY, sent)
        found = representing.supervision(work, ticket, supervising.answer(work, id_, given["note"]))
    return api.answer(found)


def _own(work: Work, number: str) -> Ticket:
    return queries.own(work, _number(number))


def _number(number: str) -> str:
    """Return a number that a database can be asked for. Raises NotFound for any other: there is no such ticket."""
    if len(number) > NUMBER_MOST or not number.isprintable():
        raise NotFound("没有这件诉求，或者您看不到它。请核对编号。")
    return number


def _door(action: Action) -> Callable[..., Response]:
    """Return the view of one action: may they, then what did they give, then do it."""
    body = schemas.for_action(action)()

    def act(number: str) -> Response:
        sent = api.body()
        with doors.work() as work:
            permit = moving.permit(work, _number(number), action, sent.version)
            given = api.load(body, sent)
            del given["version"]
            errors = schemas.unknown_codes(action, given, known.of(work.session).directory)
            if errors:
                raise Invalid(errors=errors)
            moved = moving.carry(work, permit, given)
            found = representing.ticket(work, moved.ticket, moved.clocks)
        return api.answer(found)

    act.__name__ = f"act_{action.value}"
    act.__doc__ = action.label
    return act


for _action in schemas.ACTIONS:
    room.post(
        f"/tickets/<string:number>/actions/{_action.value}",
        {200: schemas.Ticket},
        api.Taken(body=schemas.for_action(_action)),
    )(doors.signed_in()(_door(_action)))
