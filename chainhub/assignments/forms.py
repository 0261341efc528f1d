"""HTML forms of guides: shape only. Bounds are those of `limits` and `rules`."""

from datetime import date
from typing import Any

from wtforms import (
    DateField,
    Field,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from chainhub.assignments import limits, rules
from chainhub.assignments.kinds import Kind
from chainhub.assignments.limits import NAMED_MOST, Choices, Find, Listed
from chainhub.assignments.service.assigning import NOTE_MOST
from chainhub.assignments.terms import BY_HAND, Ratio
from chainhub.core.errors import Invalid
from chainhub.core.typed import clean
from chainhub.web.chinese import ChineseForm, Filled

NEEDED = "这一项要填。"


class SeveralField(SelectMultipleField):
    """Several of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class WholeField(IntegerField):
    """A whole number; what is none is refused in words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("请填一个整数。") from None


class FoundField(StringField):
    """One of many, looked for by some words of its name: its data is the value that was found."""

    data: str | None

    def __init__(self, *given: Any, find: Find, **named: Any) -> None:
        super().__init__(*given, **named)
        self.find = find
        self.said = ""

    def _value(self) -> str:
        return self.said or str(self.data or "")

    def pre_validate(self, form: Any) -> None:
        """Refuse words that nobody or several are called by, and name those."""
        self.said = (self.data or "").strip()
        if not self.said:
            return
        found = self.find(self.said[:100])
        if not found:
            raise ValidationError("没有找到，请换几个字，或者写全名、编码。")
        if len(found) > 1:
            named = "、".join(label for _, label in found[:NAMED_MOST])
            more = "等，还有更多" if len(found) > NAMED_MOST else ""
            raise ValidationError(f"有好几个：{named}{more}。请写全。")
        self.data = found[0][0]


class DayField(DateField):
    """A day as a browser sends it; what is none is refused in words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("请写日期，如 2026-10-27。") from None

    def pre_validate(self, form: Any) -> None:
        """Refuse a day on which nobody plans anything."""
        if isinstance(self.data, date) and not 2000 <= self.data.year <= 2100:
            raise ValidationError("请写 2000 年到 2100 年的日期。")


class Most:
    """A text of so many characters at most, refused in words that say what to do."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Any, field: Field) -> None:
        """Refuse what is too long."""
        length = len(field.data or "")
        if length > self.most:
            raise ValidationError(f"最多 {self.most} 字，现在 {length} 字，请删掉 {length - self.most} 字。")


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


def _line(label: str, most: int, hint: str = "", *, needed: bool = False) -> StringField:
    must: list[Any] = [Filled(NEEDED)] if needed else [Optional()]
    return StringField(label, [*must, Most(most)], filters=[_trim], description=hint)


def _select(label: str, choices: Choices, *, needed: bool = True, hint: str = "") -> Field:
    if callable(choices):
        must_be: list[Any] = [Filled(NEEDED)] if needed else [Optional()]
        hint = hint or "写名字里的几个字就行"
        return FoundField(label, [*must_be, Most(100)], filters=[_trim], description=hint, find=choices)
    listed = [
        SelectChoice(value=code, label=name) for code, name in (("", "请选" if needed else "不选"), *choices)
    ]
    must: list[Any] = [Filled(NEEDED)] if needed else [Optional()]
    return SelectField(label, must, choices=listed, description=hint)


def profile(chains: Listed, *, new: bool) -> type[ChineseForm]:
    """Return the form of what is known of a guide; for a new one it asks who."""
    fields: dict[str, Any] = {}
    if new:
        fields["username"] = _line("谁", 40, "登录名，或者姓名。账号由系统管理员先开好", needed=True)
    fields["industries"] = SeveralField(
        "懂哪些产业链", [Optional()], choices=[SelectChoice(value=code, label=name) for code, name in chains]
    )
    fields["skills"] = _line("专长", 100, "用顿号分开，如：数控、环保、财务")
    fields["town"] = _line("在哪个乡镇街道", limits.TOWN_MOST)
    fields["capacity"] = WholeField(
        "最多带几家",
        [Filled(NEEDED), NumberRange(0, rules.REFUSE_ABOVE, f"请填 0 到 {rules.REFUSE_ABOVE}。")],
        default=rules.REFUSE_ABOVE,
        description=f"过 {rules.WARN_ABOVE} 家会提醒，最多 {rules.REFUSE_ABOVE} 家",
    )
    fields["party_post"] = _line("党内职务", limits.POST_MOST)
    return type("GuideForm", (ChineseForm,), fields)


class ReductionForm(ChineseForm):
    """Less for some time."""

    less = WholeField(
        "少带几家", [Filled(NEEDED), NumberRange(1, rules.REFUSE_ABOVE, f"请填 1 到 {rules.REFUSE_ABOVE}。")]
    )
    why = StringField(
        "为什么", [Filled(NEEDED), Most(limits.WHY_MOST)], filters=[_trim], description="如：脱产学习"
    )
    from_on = DayField("从哪天", [Filled(NEEDED)])
    back_on = DayField("哪天回来", [Filled(NEEDED)], description="这一天起又能带满")


class LeaveForm(ChineseForm):
    """A guide leaves the post."""

    on = DayField("从哪天起不再担任", [Filled(NEEDED)])
    note = StringField(
        "为什么", [Filled(NEEDED), Most(NOTE_MOST)], filters=[_trim], description="如：工作调动"
    )


class NeedForm(ChineseForm):
    """What an enterprise asks for, and how much work it is."""

    weight = WholeField(
        "工作量",
        [Optional(), NumberRange(1, rules.WEIGHT_MOST, f"请填 1 到 {rules.WEIGHT_MOST}。")],
        description="1 到 3；不填就按规模和有没有党组织来算",
    )
    skills = StringField(
        "想要懂什么的", [Optional(), Most(100)], filters=[_trim], description="用顿号分开，如：环保、安全"
    )


def wishes(choices: Choices) -> type[ChineseForm]:
    """Return the form of up to three wishes, the first one first."""
    fields: dict[str, Any] = {
        f"wish{place}": _select(f"第 {place} 志愿", choices, needed=False)
        for place in range(1, rules.WISHES_MOST + 1)
    }
    return type("WishForm", (ChineseForm,), fields)


def conflict(units: Listed) -> type[ChineseForm]:
    """Return the form of a conflict."""
    return type(
        "ConflictForm",
        (ChineseForm,),
        {
            "unit": _select("哪个单位", units),
            "why": _line("管它什么", limits.WHY_MOST, "如：发它的排污许可", needed=True),
        },
    )


class WaiverForm(ChineseForm):
    """Why a conflict is waived."""

    why = StringField("为什么可以不回避", [Filled(NEEDED), Most(limits.WAIVER_MOST)], filters=[_trim])


def pair(guides: Choices) -> type[ChineseForm]:
    """Return the form of a pair that is ruled out or locked."""
    return type(
        "PairForm",
        (ChineseForm,),
        {
            "guide": _select("哪名指导员", guides),
            "tie": _select("怎么定", (("ban", "不配给这家"), ("pin", "就配给这家（锁定）"))),
            "why": _line("为什么", limits.WHY_MOST),
        },
    )


def end() -> type[ChineseForm]:
    """Return the form of an ending: a reason and a word."""
    return type(
        "EndForm",
        (ChineseForm,),
        {
            "reason": _select("为什么结束", [(one.value, one.label) for one in BY_HAND]),
            "note": _line("说明", NOTE_MOST, "会留在历史里", needed=True),
        },
    )


def of_kind(kind: Kind, firms: Choices) -> type[ChineseForm]:
    """Return the form of one more assignment of a kind: what the kind asks for, and no more."""
    fields: dict[str, Any] = {"enterprise": _select("哪家企业", firms)}
    if kind.of_person:
        fields["person"] = _line("企业的哪一位", limits.PERSON_MOST, needed=True)
    if kind.slots:
        fields["slot"] = _select("哪一种", [(one, one) for one in kind.slots])
    fields["helper"] = _line(
        kind.holder, limits.HELPER_MOST, "单位和姓名；有账号的写登录名，会收到通知", needed=True
    )
    return type("KindForm", (ChineseForm,), fields)


class KeptKindForm(ChineseForm):
    """What a kind of assignment is from now on."""

    label = StringField("叫什么", [Filled(NEEDED), Most(limits.KIND_MOST)], filters=[_trim])
    holder = StringField(
        "由谁来，叫什么",
        [Filled(NEEDED), Most(limits.KIND_MOST)],
        filters=[_trim],
        description="如：联系领导",
    )
    ratio = SelectField("比例", choices=[SelectChoice(value=one.value, label=one.label) for one in Ratio])
    slots = StringField(
        "分哪几种", [Optional(), Most(200)], filters=[_trim], description="只有“每种各一名”要填，用顿号分开"
    )
    term_months = WholeField(
        "一期几个月",
        [Optional(), NumberRange(1, limits.TERM_MOST, f"请填 1 到 {limits.TERM_MOST}。")],
        description="不填就是不定期限",
    )
    duties = TextAreaField("职责", [Optional(), Most(500)], filters=[_trim], description="一行一条")
    note = StringField("说明", [Optional(), Most(limits.NOTE_OF_KIND_MOST)], filters=[_trim])

    def stand(self, kind: Kind) -> None:
        """Show a kind as it is."""
        self.label.data, self.holder.data, self.ratio.data = kind.label, kind.holder, kind.ratio.value
        self.slots.data, self.duties.data = "、".join(kind.slots), "\n".join(kind.duties)
        self.term_months.data, self.note.data = kind.term_months, kind.note


def put(form: ChineseForm, refusal: Invalid) -> None:
    """Put what the service refused beside the fields of a form; the rest stands above."""
    for name, said in refusal.errors.items():
        field = (
            form[name] if name in form else next((one for one in form if one.name.startswith("wish")), None)
        )
        if field is not None:
            field.errors = [*field.errors, *said]
        else:
            form.form_errors.extend(said)
