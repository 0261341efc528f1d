"""The marshmallow fields that every JSON body and address is made of: strict, trimmed, refused in Chinese."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from chainhub.core.typed import clean
from chainhub.core.words import Labelled
from chainhub.core.worktime import SHANGHAI

REQUIRED = "这一项要填。"
CODE_MOST = 60  # characters of a code of the directory
CURSOR_MOST = 300  # characters; those we give out are far shorter
_YEARS = range(1990, 2201)  # what lies outside is a slip of the hand, and may overflow between zones
_SAYS = {"required": REQUIRED, "null": REQUIRED, "validator_failed": "这一项不对。"}
_LINE_END = re.compile(r"\s*[\r\n\u2028\u2029]+\s*")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Shape(Schema):
    """What is answered: every field stands there, and no other."""

    class Meta:
        unknown = RAISE


class Command(Schema):
    """What is sent: fields that are not known are refused, what is left empty is left out."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "没有这一项，请删掉。", "type": "请写成一个 JSON 对象。"}

    @post_load
    def _leave_out(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value is not None}


class Query(Command):
    """What stands in an address: nothing there is null."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Document no field as null."""
        field_obj.allow_none = False


class Bounds(validate.Length):
    """A text's length, refused in words that say what to do; documented as minLength and maxLength."""

    def __call__(self, value: Any) -> Any:
        """Refuse what is too short or too long; an empty optional field is neither."""
        length = len(value or "")
        if self.max is not None and length > self.max:
            raise ValidationError(f"最多 {self.max} 字，现在 {length} 字，请删掉 {length - self.max} 字。")
        if self.min is not None and 0 < length < self.min:
            raise ValidationError(f"太短了，请写到 {self.min} 个字以上。")
        return value


class Text(fields.String):
    """A text, trimmed. An empty one counts as not given."""

    default_error_messages = {
        **_SAYS,
        "invalid": "请写成文字（放在引号里）。",
        "invalid_utf8": "编码要用 UTF-8。",
    }

    def __init__(self, most: int, least: int = 1, *, required: bool = False, about: str = "") -> None:
        super().__init__(
            required=required,
            allow_none=not required,
            validate=Bounds(min=least, max=most),
            metadata={"description": about} if about else {},
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = self.trimmed(super()._deserialize(value, attr, data, **kwargs))
        if "\x00" in text or _SURROGATE.search(text):
            raise ValidationError("里面有不能保存的字符，请删掉再提交。")
        if not text and self.required:
            raise ValidationError(REQUIRED)
        return text or None

    def trimmed(self, text: str) -> str:
        """Return the text as it is kept."""
        return clean(text)


class Line(Text):
    """A text of one line."""

    def trimmed(self, text: str) -> str:
        """Return the text as it is kept, in one line."""
        return _LINE_END.sub(" ", clean(text))


class Secret(Text):
    """A password: taken as it is."""

    def trimmed(self, text: str) -> str:
        """Return the text untouched."""
        return text


class Choice(fields.Enum[Any]):
    """One of the words of an enum, by its value."""

    default_error_messages = {**_SAYS, "unknown": "请选其中一个：{choices}。"}

    def __init__(
        self,
        kind: type[Enum],
        *,
        required: bool = False,
        about: str = "",
        among: validate.OneOf | None = None,
    ) -> None:
        super().__init__(
            kind,
            by_value=fields.String,
            required=required,
            allow_none=not required,
            validate=among,
            metadata={"description": about or _words(kind)},
        )
        if among is not None:
            self.choices_text = ", ".join(one.value for one in among.choices)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        if not isinstance(value, str):
            raise self.make_error("unknown", choices=self.choices_text)
        return super()._deserialize(value, attr, data, **kwargs)


def _words(kind: type[Enum]) -> str:
    return "，".join(f"{one.value} {one.label}" for one in kind if isinstance(one, Labelled))


class YesNo(fields.Boolean):
    """True or false, and nothing that looks like it."""

    default_error_messages = {**_SAYS, "invalid": "请写 true 或 false。"}

    def __init__(self, *, required: bool = False, about: str = "") -> None:
        super().__init__(
            required=required, allow_none=not required, metadata={"description": about} if about else {}
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if value is True or value is False:
            return bool(value)
        raise self.make_error("invalid", input=value)


class Said(fields.Boolean):
    """Yes or no as an address says it: `true` or `false`, and nothing that looks like it."""

    default_error_messages = YesNo.default_error_messages

    def __init__(self, about: str) -> None:
        super().__init__(truthy={"true"}, falsy={"false"}, metadata={"description": about})


class Moment(fields.AwareDateTime):
    """An instant with its offset, RFC 3339; kept in Shanghai's time."""

    default_error_messages = {
        **_SAYS,
        "invalid": "时间要带时区，如 2026-10-27T09:30:00+08:00。",
        "invalid_awareness": "时间要带时区，如 2026-10-27T09:30:00+08:00。",
    }

    def __init__(self, *, required: bool = False, about: str = "") -> None:
        super().__init__(
            required=required, allow_none=not required, metadata={"description": about} if about else {}
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value)
        found = super()._deserialize(value, attr, data, **kwargs)
        if found.year not in _YEARS:
            raise ValidationError("年份不对，请检查。")
        return found.astimezone(SHANGHAI)


class Before(Moment):
    """An instant in an address: a space for the plus sign that was lost there, and a bare day for its first moment."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            try:
                day = date.fromisoformat(value)
            except ValueError as error:
                raise self.make_error("invalid", input=value) from error
            value = datetime.combine(day, time(), SHANGHAI).isoformat()
        plus = re.sub(r" (\d{2}:?\d{2})$", r"+\1", value)
        return super()._deserialize(plus, attr, data, **kwargs)


class Day(fields.Date):
    """A day of the calendar."""

    default_error_messages = {**_SAYS, "invalid": "日期要写成 2026-10-27。"}

    def __init__(self, *, required: bool = False, about: str = "") -> None:
        super().__init__(
            required=required, allow_none=not required, metadata={"description": about} if about else {}
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value)
        found = super()._deserialize(value, attr, data, **kwargs)
        if found.year not in _YEARS:
            raise ValidationError("年份不对，请检查。")
        return found


class Several(fields.List[Any]):
    """A list of things of one shape."""

    default_error_messages = {**_SAYS, "invalid": "请写成一个列表，放在 [ ] 里。"}

    def __init__(
        self,
        inner: fields.Field[Any],
        *,
        required: bool = False,
        validate: Any = None,
        data_key: str | None = None,
        about: str = "",
    ) -> None:
        super().__init__(
            inner,
            required=required,
            allow_none=not required,
            validate=validate,
            data_key=data_key,
            metadata={"description": about} if about else {},
        )


class Choices(Several):
    """Some of the words of an enum, by their values, none asked for more often than there are words."""

    def __init__(self, kind: type[Enum], *, about: str = "可以写几个") -> None:
        super().__init__(
            Choice(kind, required=True),
            validate=validate.Length(max=len(kind), error=f"最多写 {len(kind)} 个。"),
            about=about,
        )


class Whole(fields.Integer):
    """A whole number within bounds; in a body no text that looks like one."""

    default_error_messages = {**_SAYS, "invalid": "请写一个整数。", "too_large": "这个数太大了。"}

    def __init__(
        self, least: int, most: int, *, required: bool = False, strict: bool = True, about: str = ""
    ) -> None:
        super().__init__(
            required=required,
            strict=strict,
            validate=validate.Range(least, most, error=f"请写 {least} 到 {most} 之间的整数。"),
            metadata={"description": about} if about else {},
        )


def page_limit(usual: int, most: int) -> Whole:
    """Return the field for how many items a page holds."""
    return Whole(1, most, strict=False, about=f"一页几条，默认 {usual}")


def cursor() -> Line:
    """Return the field for the place after which a page begins."""
    return Line(CURSOR_MOST, about="上一页的 next_cursor")


def next_cursor() -> fields.String:
    """Return the field that names the next page."""
    return fields.String(
        required=True, allow_none=True, metadata={"description": "下一页的位置；没有了是 null"}
    )
