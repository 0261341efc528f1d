"""What the JSON door of guides takes and answers; bounds are those of `limits` and `rules`."""

from marshmallow import fields as mm
from marshmallow import validate

from chainhub.assignments import limits, rules
from chainhub.assignments.queries import PAGE, PAGE_MOST
from chainhub.assignments.service.assigning import NOTE_MOST
from chainhub.assignments.terms import EndReason, Ratio, Tie
from chainhub.web.shapes import (
    CODE_MOST,
    Choice,
    Command,
    Day,
    Line,
    Query,
    Said,
    Several,
    Shape,
    Text,
    Whole,
    YesNo,
    cursor,
    next_cursor,
    page_limit,
)

ID_MOST = 2**31 - 1


class PageQuery(Query):
    """Which page."""

    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)


class AssignmentQuery(PageQuery):
    """Which enterprises."""

    chain = Line(CODE_MOST, about="产业链编码")
    bare = Said(about="true：只看还没有指导员的")


class ProposeBody(Command):
    """For which chains; none means all of one's own."""

    chains = Several(Line(CODE_MOST))


class ConfirmGuidesBody(Command):
    """The version that was seen, and which enterprises; none means all."""

    version = Whole(1, ID_MOST, required=True, about="看到的方案的 version")
    enterprises = Several(Line(CODE_MOST))


class LockPairBody(Command):
    """Which pair of a proposal."""

    enterprise = Line(CODE_MOST, required=True)
    on = YesNo(about="false 解开；不写是锁定")


class GuideBody(Command):
    """What is known of a guide."""

    username = Line(60, required=True)
    industries = Several(Line(CODE_MOST))
    skills = Several(Line(limits.SKILL_MOST), validate=validate.Length(0, limits.SKILLS_MOST))
    town = Line(limits.TOWN_MOST)
    capacity = Whole(0, rules.REFUSE_ABOVE, about="最多带几家")
    party_post = Line(limits.POST_MOST)


class GuideReductionBody(Command):
    """Less for some time."""

    less = Whole(1, rules.REFUSE_ABOVE, required=True)
    why = Line(limits.WHY_MOST, required=True)
    from_on = Day(required=True)
    back_on = Day(required=True, about="这一天起又能带满")


class NeedBody(Command):
    """What an enterprise asks for, and how much work it is."""

    weight = Whole(1, rules.WEIGHT_MOST, about="1 到 3；不写就按规模和党组织算")
    skills = Several(Line(limits.SKILL_MOST), validate=validate.Length(0, limits.SKILLS_MOST))


class FirmWishBody(Command):
    """Whom an enterprise would like."""

    guides = Several(
        Whole(1, ID_MOST),
        required=True,
        validate=validate.Length(0, rules.WISHES_MOST, error="最多 3 个志愿。"),
    )


class GuideWishBody(Command):
    """Which enterprises a guide would like."""

    enterprises = Several(
        Line(CODE_MOST),
        required=True,
        validate=validate.Length(0, rules.WISHES_MOST, error="最多 3 个志愿。"),
    )


class ConflictBody(Command):
    """Which unit licenses or fines an enterprise."""

    unit = Line(CODE_MOST, required=True)
    why = Line(limits.WHY_MOST, required=True)


class WaiverBody(Command):
    """Whether a conflict is waived, and why."""

    on = YesNo(about="false：还是要回避；不写是不回避")
    why = Line(limits.WAIVER_MOST)


class GuidePairBody(Command):
    """A pair that is locked or ruled out."""

    guide = Whole(1, ID_MOST, required=True)
    tie = Choice(Tie, required=True)
    why = Line(limits.WHY_MOST)


class BeginAssignmentBody(Command):
    """An assignment of any kind."""

    kind = Line(40, required=True)
    enterprise = Line(CODE_MOST, required=True)
    guide = Whole(1, ID_MOST, about="有账号的人的 id")
    helper = Line(limits.HELPER_MOST, about="没有账号的，写单位和姓名")
    person = Line(limits.PERSON_MOST, about="企业的哪一位，双导师要写")
    slot = Line(20, about="哪一种，双导师要写")
    from_on = Day()
    until_on = Day()


class EndAssignmentBody(Command):
    """Why an assignment ends."""

    reason = Choice(EndReason, required=True)
    note = Line(NOTE_MOST, required=True)


class GuideShape(Shape):
    """A guide."""

    id = mm.Integer(required=True)
    name = mm.String(required=True)
    unit = mm.String(required=True)
    industries = mm.List(mm.String(), required=True)
    skills = mm.List(mm.String(), required=True)
    town = mm.String(required=True)
    capacity = mm.Integer(required=True)
    party_post = mm.String(required=True)
    enterprises = mm.Integer(required=True, metadata={"description": "现在带几家"})
    phone = mm.String(required=True, metadata={"description": "脱敏"})


class GuidePage(Shape):
    """Some guides."""

    items = mm.List(mm.Nested(GuideShape), required=True)
    next_cursor = next_cursor()


class CareShape(Shape):
    """An enterprise and its guide."""

    enterprise = mm.String(required=True)
    name = mm.String(required=True)
    chain = mm.String(required=True)
    assignment = mm.Integer(required=True, allow_none=True)
    guide = mm.Integer(required=True, allow_none=True)
    guide_name = mm.String(required=True)
    phone = mm.String(required=True, metadata={"description": "企业看自己的指导员是全的，别人看是脱敏的"})
    started_on = mm.Date(required=True, allow_none=True)
    until_on = mm.Date(required=True, allow_none=True)


class CarePage(Shape):
    """Some enterprises with their guides."""

    items = mm.List(mm.Nested(CareShape), required=True)
    next_cursor = next_cursor()


class ProposedShape(Shape):
    """One pair of a proposal."""

    enterprise = mm.String(required=True)
    guide = mm.Integer(required=True)
    before = mm.Integer(required=True, allow_none=True)
    changed = mm.Boolean(required=True)
    tags = mm.List(mm.String(), required=True)
    why = mm.String(required=True)
    parts = mm.Dict(keys=mm.String(), values=mm.Integer(), required=True)
    points = mm.Integer(required=True)
    other = mm.String(required=True)
    confirmed = mm.Boolean(required=True)


class UnmetShape(Shape):
    """What could not be met."""

    what = mm.String(required=True)
    why = mm.String(required=True)
    enterprise = mm.String(required=True)


class ProposalShape(Shape):
    """A proposal: nothing has changed before it is confirmed."""

    id = mm.Integer(required=True)
    version = mm.Integer(required=True)
    profile = mm.String(required=True)
    state = mm.String(required=True)
    chains = mm.List(mm.String(), required=True)
    made_at = mm.DateTime(required=True)
    other_scenario = mm.Integer(required=True, allow_none=True)
    pairs = mm.List(mm.Nested(ProposedShape), required=True)
    next_cursor = next_cursor()
    unmet = mm.List(mm.Nested(UnmetShape), required=True)


class ConfirmedShape(Shape):
    """What a confirmation has done."""

    changed = mm.Integer(required=True)
    state = mm.String(required=True)


class AssignmentKindShape(Shape):
    """A kind of assignment."""

    code = mm.String(required=True)
    label = mm.String(required=True)
    ratio = mm.String(required=True)
    holder = mm.String(required=True)
    of_person = mm.Boolean(required=True)
    term_months = mm.Integer(required=True, allow_none=True)
    slots = mm.List(mm.String(), required=True)
    duties = mm.List(mm.String(), required=True)
    note = mm.String(required=True)


class KeepKindBody(Command):
    """What a kind of assignment is from now on."""

    label = Line(limits.KIND_MOST, required=True)
    holder = Line(limits.KIND_MOST, required=True, about="由谁来，叫什么")
    ratio = Choice(Ratio, required=True)
    term_months = Whole(1, limits.TERM_MOST, about="一期几个月；不写就是不定期限")
    slots = Line(200, about="只有 one_of_each 要写，用顿号分开")
    duties = Text(500, about="职责，一行一条")
    note = Line(limits.NOTE_OF_KIND_MOST)


class FourQuery(PageQuery):
    """Which enterprises."""

    gaps = Said(about="true：只看还缺的")


class FourShape(Shape):
    """An enterprise and who stands for each of the four; nobody is an empty text."""

    enterprise = mm.String(required=True)
    who = mm.Dict(keys=mm.String(), values=mm.String(), required=True)
    lacking = mm.Integer(required=True)


class FourPage(Shape):
    """Some enterprises, and for how many of all the four are there."""

    full = mm.Integer(required=True)
    every = mm.Integer(required=True)
    items = mm.List(mm.Nested(FourShape), required=True)
    next_cursor = next_cursor()


class AssignmentKindPage(Shape):
    """All kinds."""

    items = mm.List(mm.Nested(AssignmentKindShape), required=True)
    next_cursor = next_cursor()


class GuideDoneShape(Shape):
    """That it is done, and the id of what was made or changed."""

    id = mm.Integer(required=True)
