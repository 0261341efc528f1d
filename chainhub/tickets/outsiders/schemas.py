"""What the JSON door of questions to outside parties takes and answers."""

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.tickets.outsiders import rules
from chainhub.tickets.outsiders.rules import Standing
from chainhub.web.shapes import Command, Line, Shape, Text, Whole

_SPEC = {one.name: one for one in rules.FIELDS}


def _line(name: str, *, required: bool) -> Line:
    spec = _SPEC[name]
    return Line(spec.most, spec.least, required=required, about=spec.label)


def _text(name: str, *, required: bool) -> Text:
    spec = _SPEC[name]
    return Text(spec.most, spec.least, required=required, about=spec.hint or spec.label)


class QuestionBody(Command):
    """A question to an outside party; it reads `question` and `shown`, and nothing else of the ticket."""

    party_unit = _line("party_unit", required=True)
    party_name = _line("party_name", required=True)
    contact = _line("contact", required=False)
    question = _text("question", required=True)
    shown = _text("shown", required=False)
    days = Whole(
        min(rules.DAYS), max(rules.DAYS), about=f"几个工作日里答：{'、'.join(map(str, rules.DAYS))}，默认 3"
    )


class QuestionShape(Shape):
    """A question to an outside party, and what came of it."""

    id = mm.Integer(required=True)
    state = mm.String(required=True, validate=validate.OneOf([one.value for one in Standing]))
    party_unit = mm.String(required=True)
    party_name = mm.String(required=True)
    contact = mm.String(required=True)
    question = mm.String(required=True)
    shown = mm.String(required=True)
    asked_by = mm.String(required=True)
    asked_at = mm.AwareDateTime(required=True)
    due_at = mm.AwareDateTime(required=True, metadata={"description": "到这时候链接就不能用了"})
    answered_by = mm.String(required=True)
    answered_at = mm.AwareDateTime(required=True, allow_none=True)
    answer = mm.String(required=True)
    revoked_by = mm.String(required=True)
    revoked_at = mm.AwareDateTime(required=True, allow_none=True)
    may_manage = mm.Boolean(required=True, metadata={"description": "可以取链接、撤回"})


class QuestionPage(Shape):
    """What was asked about one ticket, the oldest first."""

    items = mm.List(mm.Nested(QuestionShape), required=True)


class OutsideLink(Shape):
    """The address under which the party answers."""

    url = mm.String(required=True)
    until = mm.AwareDateTime(required=True)
