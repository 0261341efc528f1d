"""The form of one line of the responsibility list."""

from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length as Most
from wtforms.validators import NumberRange, Optional

from chainhub.core.typed import clean
from chainhub.county.directory.rules import Directory
from chainhub.county.responsibilities.rules import TEXT_MOST, Share, keywords_of
from chainhub.county.responsibilities.service import Line
from chainhub.tickets.forms import DayField, options
from chainhub.web.chinese import ChineseForm, Filled

_NEEDED = "这一项要填。"


class LineForm(ChineseForm):
    """What a line says; `previewed` is the sum of what was shown in the preview."""

    previewed = HiddenField()

    def line(self) -> Line:
        """Return the line that was typed. Only after `validate`."""
        until = self.until_on.data
        return Line(
            category=self.category.data,
            unit=self.unit.data,
            share=Share(self.share.data),
            from_on=self.from_on.read(self.from_on.data),
            until_on=self.until_on.read(until) if until else None,
            basis=self.basis.data or "",
            belongs=self.belongs.data or "",
            beyond=self.beyond.data or "",
            keywords=keywords_of(self.keywords.data or ""),
            place=self.place.data or 1,
        )


def form_for(directory: Directory) -> type[LineForm]:
    """Return the form class with the county's categories and units to choose from."""
    categories = [("", "请选")]
    for one in directory.categories.values():
        above = f"{directory.category_label(one.parent)}：" if one.parent else ""
        categories.append((one.code, f"{above}{one.label}"))
    units = [("", "请选"), *((one.code, one.name) for one in directory.units.values() if one.handles)]
    needed = Filled(_NEEDED)
    short = Most(max=TEXT_MOST, message=f"最多 {TEXT_MOST} 字。")

    def _long(label: str, hint: str = "") -> TextAreaField:
        return TextAreaField(label, description=hint, validators=[Optional(), short], filters=[_trim])

    made: dict[str, Any] = {
        "category": SelectField("类别", choices=options(categories), validators=[needed]),
        "unit": SelectField("单位", choices=options(units), validators=[needed]),
        "share": RadioField(
            "主办还是协办",
            choices=options([(one.value, one.label) for one in Share]),
            validators=[Filled("请选一项。")],
        ),
        "belongs": _long("哪些归它", "一句话，写给派单的人看"),
        "beyond": _long("哪些不归它", "不归它的归谁，也写上"),
        "keywords": StringField(
            "关键词",
            description="企业会怎么说，用顿号隔开：增容、专线",
            validators=[Optional()],
            filters=[_trim],
        ),
        "basis": _long("依据", "法规或者三定"),
        "place": IntegerField(
            "排在第几",
            default=1,
            description="同一类别里，1 在最前",
            validators=[NumberRange(1, 99, "请写 1 到 99 之间的整数。")],
        ),
        "from_on": DayField("从哪天起", validators=[needed], render_kw={"type": "date"}),
        "until_on": DayField(
            "到哪天止",
            description="这一天起不再用；一直用就空着",
            validators=[Optional()],
            render_kw={"type": "date"},
        ),
    }
    return type("CountyLineForm", (LineForm,), made)


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value
