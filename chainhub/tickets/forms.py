"""HTML forms of the moves, made from `fields.py`: shape and bounds stand there, not here."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Self

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from chainhub.core.typed import clean
from chainhub.core.words import Labelled
from chainhub.core.worktime import SHANGHAI
from chainhub.county.directory.rules import Directory
from chainhub.tickets import fields, terms
from chainhub.tickets.fields import Field as Spec
from chainhub.tickets.fields import Shape
from chainhub.tickets.workflow import Action, Move
from chainhub.web.chinese import ChineseForm, Filled

Choices = list[tuple[str, str]]
ITEMS_SHOWN, ITEMS_MOST = 4, 20


class ActForm(ChineseForm):
    """The base of every move's form: the version that the page has seen travels with it."""

    version = HiddenField()
    about: tuple[str, str] = ("", "")  # verbatim words that the form is about, and a line on whose they are

    def over(self, words: str, line: str = "") -> Self:
        """Let the words that are answered, signed or published stand above the fields."""
        self.about = (words, line)
        return self

    def given(self) -> dict[str, Any]:
        """Return what was given, as the service takes it."""
        return {
            name: _value(field)
            for name, field in self._fields.items()
            if name not in {"version", "csrf_token", "once"} and _value(field) is not None
        }


def _value(field: Field) -> Any:
    read: Callable[[Any], Any] | None = getattr(field, "read", None)
    if field.data is None or field.data == "":
        return None
    return read(field.data) if read else field.data


def for_move(
    row: Move,
    directory: Directory,
    *,
    enterprises: Sequence[tuple[str, str]] = (),
    persons: Sequence[tuple[str, str]] = (),
    skip: frozenset[str] = frozenset(),
) -> type[ActForm]:
    """Return the form class of a row of the table: its fields, the required first.

    `enterprises` and `persons` are what the directory cannot know: whom this actor may file for, who is of the unit.
    """
    made: dict[str, Any] = {}
    for name in row.fields:
        spec = fields.field(row.action, name)
        if name in skip:
            continue
        listed = list(persons if spec.shape is Shape.PERSON else enterprises)
        made[name] = _field(spec, directory, listed, required=name in row.needs)
    return type("MoveForm", (ActForm,), made)


def _field(spec: Spec, directory: Directory, named: Choices, *, required: bool) -> Field:
    say = {"label": spec.label, "description": spec.hint}
    if spec.shape is Shape.YES_NO:
        if spec.name == "confidential":
            return BooleanField(**say)
        return RadioField(
            **say,
            choices=options(_ANSWERS.get(spec.name, [("yes", "是"), ("no", "不是")])),
            validators=[_demand(required)],
            coerce=_yes_no,
        )
    if spec.shape is Shape.CHOICE and spec.choices is not None:
        kind = spec.choices
        listed = [(one.value, one.label) for one in kind]
        made = RadioField if len(listed) <= 6 else SelectField
        if made is SelectField and not required:
            listed = [("", "拿不准，由工作人员选"), *listed]
        return made(**say, choices=options(listed), validators=[_demand(required)], coerce=_member(kind))
    if spec.shape in {Shape.UNIT, Shape.CATEGORY, Shape.ENTERPRISE, Shape.PERSON}:
        listed = _codes(spec, directory, named, required=required)
        return SelectField(**say, choices=options(listed), validators=[_demand(required)])
    if spec.shape is Shape.CODES:
        listed = _unit_boxes(directory)
        return SeveralField(**say, choices=options(listed), validators=[_demand(required)])
    if spec.shape is Shape.ITEMS:
        return ItemsField(FormField(_item(directory)), **say, min_entries=ITEMS_SHOWN, max_entries=ITEMS_MOST)
    if spec.shape is Shape.DAY:
        return DayField(**say, validators=[_demand(required)], render_kw={"type": "date"})
    checks = [_demand(required), Length(spec)]
    if spec.shape is Shape.MOMENT:
        return MomentField(**say, validators=[Optional()], render_kw={"type": "datetime-local"})
    kind_of = TextAreaField if spec.shape is Shape.TEXT else StringField
    return kind_of(**say, validators=checks, filters=[_trim])


def options(listed: Choices) -> list[SelectChoice]:
    """Return (value, label) pairs as the form library wants them."""
    return [SelectChoice(value=value, label=label) for value, label in listed]


def _codes(spec: Spec, directory: Directory, named: Choices, *, required: bool) -> Choices:
    if spec.shape is Shape.UNIT:
        listed = [(unit.code, unit.name) for unit in directory.units.values() if unit.handles]
    elif spec.shape is Shape.PERSON:
        return [("", "不选人"), *named]
    elif spec.shape is Shape.ENTERPRISE:
        listed = named
    else:
        listed = [(one.code, one.label) for one in directory.categories.values() if one.parent is None]
    if spec.name == "complained_unit":
        return [("", "没有"), *listed]
    empty = "请选" if required or spec.shape is Shape.ENTERPRISE else "拿不准，由工作人员选"
    return [("", empty), *listed]


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


def _yes_no(value: Any) -> bool | None:
    return {"yes": True, "no": False, True: True, False: False}.get(value)


def _member(kind: type[Labelled]) -> Callable[[Any], Labelled | str]:
    def read(value: Any) -> Labelled | str:
        return kind(value) if value in {one.value for one in kind} else str(value or "")

    return read


def _demand(required: bool) -> Any:
    return Filled("这一项要填。") if required else Optional()


_ANSWERS: dict[str, Choices] = {
    "contacted": [("yes", "联系了"), ("no", "没联系")],
    "solved": [("yes", "解决了"), ("no", "没解决")],
    "clear": [("yes", "清楚"), ("no", "没说清楚")],
}


class Length:
    """Checks a text against its field's bounds, in words that say what to do."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __call__(self, form: Form, field: Field) -> None:
        length = len(field.data or "")
        if length > self.spec.most:
            raise ValidationError(
                f"最多 {self.spec.most} 字，现在 {length} 字，请删掉 {length - self.spec.most} 字。"
            )
        if 0 < length < self.spec.least:
            raise ValidationError(f"太短了，请写到 {self.spec.least} 个字以上。")
        if "\x00" in (field.data or ""):
            raise ValidationError("里面有不能保存的字符，请删掉再提交。")


def for_request(kind: terms.RequestKind, directory: Directory) -> type[ActForm]:
    """Return the form in which somebody asks for something."""
    reason = fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {}
    if kind is terms.RequestKind.CARRY_OVER:
        made["reason_code"] = _field(
            fields.field(Action.CARRY_OVER, "reason_code"), directory, [], required=True
        )
    if kind in _ASKS_FOR_A_DAY:
        made["until"] = DayField(
            _ASKS_FOR_A_DAY[kind], validators=[_demand(True)], render_kw={"type": "date"}
        )
    made["reason"] = TextAreaField(
        "会商什么" if kind is terms.RequestKind.CONSULTATION else "为什么",
        validators=[_demand(True), Length(reason)],
        filters=[_trim],
    )
    if kind is terms.RequestKind.CONSULTATION:
        listed = _unit_boxes(directory)
        made["units"] = SeveralField("请哪些单位", choices=options(listed), validators=[Optional()])
    return type("RequestForm", (ActForm,), made)


def for_instruction(units: Choices, *, transcribes: bool, speaks: bool) -> type[ActForm]:
    """Return the form of an instruction: whoever only writes it down says whose it is."""
    text = fields.field(Action.PROGRESS, "note")
    whose = fields.field(Action.ASSIGN, "office")
    made: dict[str, Any] = {}
    if transcribes:
        made["on_behalf_of"] = StringField(
            "哪位领导的批示",
            description="职务和姓名；您本人批示就空着" if speaks else "代录要写：职务和姓名",
            validators=[_demand(not speaks), Length(whose)],
            filters=[_trim],
        )
    made["text"] = TextAreaField(
        "批示原文", description="一字不改", validators=[_demand(True), Length(text)], filters=[_trim]
    )
    made["unit"] = SelectField(
        "批给哪个单位", choices=options([("", "请选"), *units]), validators=[_demand(True)]
    )
    made["due_on"] = DayField("哪一天以前回复", validators=[_demand(True)], render_kw={"type": "date"})
    return type("InstructionForm", (ActForm,), made)


def for_supervision() -> type[ActForm]:
    """Return the form in which somebody asks for a supervision."""
    note = fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {
        "note": TextAreaField("为什么要督办", validators=[_demand(True), Length(note)], filters=[_trim]),
        "level": RadioField("几级", choices=options(LEVELS), default="1"),
    }
    return type("SupervisionForm", (ActForm,), made)


def for_signature(level: int) -> type[ActForm]:
    """Return the form in which a draft is signed."""
    note = fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {
        "level": RadioField("几级", choices=options(LEVELS), default=str(level)),
        "note": TextAreaField("签发意见", validators=[Optional(), Length(note)], filters=[_trim]),
    }
    return type("SignatureForm", (ActForm,), made)


def for_answer(label: str) -> type[ActForm]:
    """Return the form in which a unit says what was done."""
    note = fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {
        "note": TextAreaField(label, validators=[_demand(True), Length(note)], filters=[_trim])
    }
    return type("AnswerForm", (ActForm,), made)


def for_whistle(directory: Directory, *, chooses: bool) -> type[ActForm]:
    """Return the form of a whistle: whoever calls the units chooses them, a firm says why alone."""
    note = fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {
        "reason": TextAreaField(
            "为什么要几个单位一起来", validators=[_demand(True), Length(note)], filters=[_trim]
        )
    }
    if chooses:
        made["units"] = _several_units(directory)
    return type("WhistleForm", (ActForm,), made)


def for_whistle_confirmation(directory: Directory) -> type[ActForm]:
    """Return the form in which a firm's whistle is confirmed."""
    note = fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {
        "units": _several_units(directory),
        "note": TextAreaField("要说的话", validators=[Optional(), Length(note)], filters=[_trim]),
    }
    return type("WhistleConfirmationForm", (ActForm,), made)


def _several_units(directory: Directory) -> Field:
    listed = _unit_boxes(directory)
    return SeveralField("叫哪些单位", choices=options(listed), validators=[_demand(True)])


def for_referral() -> type[ActForm]:
    """Return the form in which what a superior sent is noted: the same fields as where it is filed, all demanded."""
    source, number, due_on = (fields.field(Action.SUBMIT, f"superior_{one}") for one in REFERRED)
    made: dict[str, Any] = {
        name: StringField(
            spec.label,
            description=spec.hint.removeprefix("上级转办才填，"),
            validators=[_demand(True), Length(spec)],
            filters=[_trim],
        )
        for name, spec in (("source", source), ("number", number))
    }
    made["due_on"] = DayField(due_on.label, validators=[_demand(True)], render_kw={"type": "date"})
    return type("ReferralForm", (ActForm,), made)


REFERRED = ("source", "number", "due_on")
"""What is noted of what a superior sent; where a ticket is filed each stands behind `superior_`."""


def for_reply_up() -> type[ActForm]:
    """Return the form in which the reply to a superior is noted."""
    note = fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {
        "reply": TextAreaField("怎么回复的", validators=[_demand(True), Length(note)], filters=[_trim]),
        "replied_on": DayField(
            "哪一天回复的", description="不填就是今天", validators=[Optional()], render_kw={"type": "date"}
        ),
    }
    return type("ReplyUpForm", (ActForm,), made)


def for_report() -> type[ActForm]:
    """Return the form in which a unit reports in."""
    people, note = fields.field(Action.ASSIGN, "office"), fields.field(Action.PROGRESS, "note")
    made: dict[str, Any] = {
        "people": StringField(
            "谁来", description="姓名和人数", validators=[_demand(True), Length(people)], filters=[_trim]
        ),
        "at": MomentField(
            "几点到",
            description="不填就是现在",
            validators=[Optional()],
            render_kw={"type": "datetime-local"},
        ),
        "note": TextAreaField("要说的话", validators=[Optional(), Length(note)], filters=[_trim]),
    }
    return type("ReportForm", (ActForm,), made)


def for_link(*, one: bool) -> type[ActForm]:
    """Return the form behind an answer link: the questions of the kind, and why, for who is not satisfied."""
    asked = ("clear",) if one else ("contacted", "solved", "satisfaction")
    made: dict[str, Any] = {}
    for name in asked:
        spec = fields.field(Action.CONFIRM, name)
        made[name] = _unfolded(spec)
    made["reason_code"] = _unfolded(
        replace(fields.field(Action.REOPEN, "reason_code"), hint=_WHY_AGAIN[one]), optional=True
    )
    made["note"] = TextAreaField(
        "想说的话",
        description=_WHAT_IS_MISSING[one],
        validators=[Optional(), Length(fields.field(Action.REOPEN, "note"))],
        filters=[_trim],
    )
    return type("LinkForm", (ActForm,), made)


_WHY_AGAIN = {True: "选了“没说清楚”就要选，答复清楚就不用选", False: "选了“不满意”就要选，别的不用选"}
_WHAT_IS_MISSING = {
    True: "选了“没说清楚”就要写还差什么；答复清楚，可以不写",
    False: "选了“不满意”就要写还差什么；别的，可以不写",
}
"""What the form of a link says of why, by whether it asks one question alone: what is demanded is not called optional."""


def _unfolded(spec: Spec, *, optional: bool = False) -> Field:
    """Return one question of a link, all its answers in sight."""
    say = {"label": spec.label, "description": spec.hint}
    check = [Optional() if optional else Filled("请选一项。")]
    if spec.choices is None:
        return RadioField(**say, choices=options(_ANSWERS[spec.name]), validators=check, coerce=_yes_no)
    listed = [(one.value, one.label) for one in spec.choices]
    return RadioField(**say, choices=options(listed), validators=check, coerce=_member(spec.choices))


LEVELS: Choices = [("1", "一级"), ("2", "二级"), ("3", "三级")]


_ASKS_FOR_A_DAY = {
    terms.RequestKind.EXTENSION: "延到哪一天",
    terms.RequestKind.CARRY_OVER: "哪一天再定",
}


def _unit_boxes(directory: Directory) -> list[tuple[str, str]]:
    """Return the units that handle tickets by their short names: two dozen boxes have to stand on a phone."""
    return [(unit.code, unit.short) for unit in directory.units.values() if unit.handles]


class SeveralField(SelectMultipleField):
    """Some of a list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(StringField):
    """A day, as a browser writes it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, without the space around it."""
        super().process_formdata([one.strip() for one in valuelist])

    def read(self, value: str) -> date:
        """Return the day."""
        day = date.fromisoformat(value)
        if not 2000 <= day.year <= 2100:
            raise ValueError(value)
        return day

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no day."""
        if self.data:
            try:
                self.read(self.data)
            except ValueError as error:
                raise ValidationError("日期写得不对，请写成 2026-10-27。") from error


class ItemsField(FieldList):
    """Several units, each with what it is to do and by when; lines without a unit are left out."""

    def read(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        """Return the lines that name a unit."""
        found = []
        for line in lines:
            if line.get("unit"):
                due = line.get("due_on")
                found.append(
                    {
                        "unit": line["unit"],
                        "text": line.get("text") or "",
                        "due_on": date.fromisoformat(due) if due else None,
                    }
                )
        return found or None


def _item(directory: Directory) -> type[Form]:
    listed = [("", "不派"), *((unit.code, unit.name) for unit in directory.units.values() if unit.handles)]
    made: dict[str, Any] = {
        "unit": SelectField("单位", choices=options(listed), validators=[Optional()]),
        "text": StringField(
            "做什么", filters=[_trim], validators=[Optional(), Length(fields.field(Action.PROGRESS, "note"))]
        ),
        "due_on": DayField("哪天前", render_kw={"type": "date"}, validators=[Optional()]),
    }
    return type("ItemForm", (Form,), made)


class MomentField(StringField):
    """A moment in the county's local time, as a browser writes it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, without the space around it."""
        super().process_formdata([one.strip() for one in valuelist])

    def read(self, value: str) -> datetime:
        """Return the aware instant."""
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None or not 2000 <= at.year <= 2100:
            raise ValueError(value)
        return at.replace(tzinfo=SHANGHAI).astimezone(UTC)

    def pre_validate(self, form: Form) -> None:
        """Refuse what is no moment."""
        if self.data:
            try:
                self.read(self.data)
            except (ValueError, OverflowError) as error:
                raise ValidationError("时间写得不对，请写成 2026-10-27 09:30。") from error
