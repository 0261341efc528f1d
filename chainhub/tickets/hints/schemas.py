"""What the JSON door of hints answers."""

from marshmallow import fields as mm

from chainhub.tickets.hints.rules import What
from chainhub.tickets.resembling_schemas import SolvedShape
from chainhub.web.shapes import Shape


class OtherShape(Shape):
    """The next likeliest."""

    code = mm.String(required=True)
    label = mm.String(required=True)
    confidence = mm.Float(required=True)


class HintShape(Shape):
    """What a matter most likely is."""

    code = mm.String(required=True)
    label = mm.String(required=True)
    confidence = mm.Float(required=True, metadata={"description": "0 到 1；不到 0.5 的不说"})
    second = mm.Nested(OtherShape, required=True, allow_none=True)
    tickets = mm.Integer(required=True, metadata={"description": "从几件已销号的诉求里学的"})


class HintsShape(Shape):
    """What the past says of a matter; null where it is not sure, or where nothing was learnt."""

    category = mm.Nested(HintShape, required=True, allow_none=True)
    unit = mm.Nested(HintShape, required=True, allow_none=True)
    closed = mm.List(
        mm.Nested(SolvedShape), required=True, metadata={"description": "像这件的、已经销号的，最多三件"}
    )


class HintModelShape(Shape):
    """What was learnt of one sort, and how it fares."""

    what = mm.Enum(What, by_value=mm.String, required=True)
    works = mm.Boolean(required=True)
    made_at = mm.AwareDateTime(required=True)
    tickets = mm.Integer(required=True)
    counts = mm.Dict(keys=mm.String(), values=mm.Integer(), required=True)
    few = mm.Dict(
        keys=mm.String(), values=mm.Integer(), required=True, metadata={"description": "件数太少、不会建议的"}
    )
    macro_f1 = mm.Float(required=True, allow_none=True)
    accuracy = mm.Float(required=True, allow_none=True)
    top2 = mm.Float(required=True, allow_none=True)
    baseline = mm.Float(required=True, allow_none=True)
    shown = mm.Integer(required=True, metadata={"description": "近 90 天看着建议定了几件"})
    taken = mm.Integer(required=True)


class HintModelPage(Shape):
    """Each sort of hint for which somebody tried to learn."""

    can_train = mm.Boolean(required=True, metadata={"description": "这台服务器装了 scikit-learn"})
    items = mm.List(mm.Nested(HintModelShape), required=True)
