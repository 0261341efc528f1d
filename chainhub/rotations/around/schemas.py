"""What the JSON door around a session takes and answers; bounds are those of `fields.py`."""

from typing import Any

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.rotations.around import fields
from chainhub.rotations.around.fields import Form
from chainhub.rotations.around.fields import Shape as Kind
from chainhub.rotations.around.papers.kinds import NUMBERED, SalonPaper
from chainhub.rotations.around.queries import PAGE, PAGE_MOST
from chainhub.rotations.around.rules import PEOPLE_MOST
from chainhub.rotations.around.terms import Answer, Party, Review, Side, Via
from chainhub.web.shapes import (
    CODE_MOST,
    Choice,
    Command,
    Day,
    Line,
    Query,
    Several,
    Shape,
    Text,
    Whole,
    YesNo,
    cursor,
    next_cursor,
    page_limit,
)


def _field(spec: fields.Field) -> mm.Field[Any]:
    about = "，".join(one for one in (spec.label, spec.hint) if one)
    if spec.shape is Kind.DAY:
        return Day(required=spec.needed, about=about)
    if spec.shape is Kind.NUMBER:
        return Whole(0, spec.most, required=spec.needed, about=about)
    if spec.shape is Kind.CODE:
        return Line(CODE_MOST, required=spec.needed, about=about)
    if spec.shape is Kind.CODES:
        some = validate.Length(max=PEOPLE_MOST, error=f"最多 {PEOPLE_MOST} 个。")
        return Several(Line(CODE_MOST, required=True), required=spec.needed, validate=some)
    if spec.words is not None and spec.shape is Kind.CHOICES:
        return Several(Choice(spec.words, required=True), required=spec.needed)
    if spec.words is not None:
        return Choice(spec.words, required=spec.needed, about=about)
    kind = Text if spec.shape is Kind.TEXT else Line
    return kind(spec.most, required=spec.needed, about=about)


def body(asks: Form, said: str, **more: mm.Field[Any]) -> type[Command]:
    """Return what a form takes as JSON."""
    made: dict[str, Any] = {spec.name: _field(spec) for spec in fields.FIELDS[asks]}
    name = f"Session{asks.value.title()}Body"
    return type(
        name, (Command,), {**made, **more, "__doc__": said, "__module__": __name__, "__qualname__": name}
    )


InviteBody = body(Form.INVITE, "Whom to invite.")
AnswerBody = body(Form.ANSWER, "An answer to an invitation.")
ListBody = body(Form.LIST, "Who signed on paper, one a line.")
NewsBody = body(Form.NEWS, "The news of a session.", send=YesNo(about="true 送审，不写存草稿"))
ReturnBody = body(Form.RETURN, "Why something is returned.")
DecideBody = body(Form.DECIDE, "One thing that was decided.")
DoneBody = body(Form.DONE, "How a decision was carried out.")
RateBody = body(Form.RATE, "What somebody who was there thinks.")
CheckBody = body(Form.CHECK, "What of the checklist is done.")


class SessionFilesBody(Command):
    """Photos and slides."""

    file = mm.Raw(
        required=True,
        metadata={"type": "string", "format": "binary", "description": "文件；可以写几个 file，最多 10 个"},
    )


class SessionPaperBody(Command):
    """Which paper is to get its number."""

    kind = Choice(
        SalonPaper,
        required=True,
        about="，".join(f"{one.value} {one.label}" for one in NUMBERED),
        among=validate.OneOf(NUMBERED, error="请选邀请函或者会议纪要。"),
    )


class SessionAfterQuery(Query):
    """Which page."""

    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class InvitationShape(Shape):
    """An invited party and its answer."""

    id = mm.Integer(required=True)
    kind = mm.Enum(Party, by_value=mm.String, required=True)
    ref = mm.String(required=True, metadata={"description": "企业、单位的代码，领导的账号 id；来宾是空的"})
    name = mm.String(required=True)
    body = mm.String(required=True)
    answer = mm.Enum(Answer, by_value=mm.String, required=True, allow_none=True)
    answered_for = mm.Date(
        required=True, allow_none=True, metadata={"description": "按哪一天答复的，改了日子要再答复"}
    )
    people = mm.Integer(required=True)
    names = mm.String(required=True)


class InvitationPage(Shape):
    """Some invitations."""

    items = mm.List(mm.Nested(InvitationShape), required=True)
    next_cursor = next_cursor()


class InvitedShape(Shape):
    """How many were newly invited, or reminded."""

    count = mm.Integer(required=True)


class ArrivalShape(Shape):
    """Somebody who was there."""

    id = mm.Integer(required=True)
    name = mm.String(required=True)
    body = mm.String(required=True)
    via = mm.Enum(Via, by_value=mm.String, required=True)
    at = mm.AwareDateTime(required=True)


class ArrivalPage(Shape):
    """Some who were there."""

    items = mm.List(mm.Nested(ArrivalShape), required=True)
    next_cursor = next_cursor()


class ListedShape(Shape):
    """What became of one line."""

    line = mm.Integer(required=True)
    name = mm.String(required=True)
    body = mm.String(required=True)
    taken = mm.Boolean(required=True)
    said = mm.String(required=True)


class ListedPage(Shape):
    """What became of every line."""

    items = mm.List(mm.Nested(ListedShape), required=True)


class SessionFileShape(Shape):
    """A photo or slide."""

    id = mm.Integer(required=True)
    name = mm.String(required=True)
    type = mm.String(required=True)
    size = mm.Integer(required=True, metadata={"description": "字节"})
    review = mm.Enum(Review, by_value=mm.String, required=True)
    said = mm.String(required=True, metadata={"description": "退回的原因"})


class SessionFilePage(Shape):
    """Some files."""

    items = mm.List(mm.Nested(SessionFileShape), required=True)
    next_cursor = next_cursor()


class SessionNewsShape(Shape):
    """The news of a session."""

    title = mm.String(required=True)
    text = mm.String(required=True)
    review = mm.Enum(Review, by_value=mm.String, required=True)
    said = mm.String(required=True)


class SessionDecisionShape(Shape):
    """What was decided."""

    id = mm.Integer(required=True)
    unit = mm.String(required=True)
    what = mm.String(required=True)
    due_on = mm.Date(required=True)
    done_at = mm.AwareDateTime(required=True, allow_none=True)
    note = mm.String(required=True)


class SessionDecisionPage(Shape):
    """What was decided at a session; and how the session before stands."""

    items = mm.List(mm.Nested(SessionDecisionShape), required=True)
    before = mm.String(required=True, metadata={"description": "上期问题办理情况，一句话"})


class VerdictShape(Shape):
    """How one side was rated."""

    side = mm.Enum(Side, by_value=mm.String, required=True)
    good = mm.Integer(required=True)
    fair = mm.Integer(required=True)
    poor = mm.Integer(required=True)
    n = mm.Integer(required=True)


class SessionRatingsShape(Shape):
    """How a session was rated."""

    items = mm.List(mm.Nested(VerdictShape), required=True)
    comments = mm.List(mm.String(), required=True)


class RatedShape(Shape):
    """That it was noted."""

    session = mm.Integer(required=True)


class SessionPaperShape(Shape):
    """The number of a paper."""

    number = mm.String(required=True)
    url = mm.String(required=True)
