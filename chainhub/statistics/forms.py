"""Forms of 考核: weights, an appeal, the decision on one. Shape only; bounds stand where the rules do."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from wtforms import FileField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.fields import Field

from chainhub.core.errors import Invalid
from chainhub.core.typed import clean
from chainhub.statistics.appeals.terms import REASON_MOST
from chainhub.statistics.figures import FIGURES, Weights, number_text
from chainhub.statistics.scoring import RATES, Scale
from chainhub.statistics.weighing import WHY_MOST, Change
from chainhub.web.chinese import ChineseForm, Filled

_NEEDED = "这一项要填。"
HARD = "hard_"  # before the name of a factor of difficulty
_FACTOR = re.compile(r"\d(\.\d{1,2})?", re.ASCII)


def _trim(value: str | None) -> str | None:
    return clean(value) if value else value


class AppealForm(ChineseForm):
    """Why a case should not count."""

    reason = TextAreaField(
        "为什么不该算",
        description=f"写清事实和依据，最多 {REASON_MOST} 字。只给看得到这件诉求的工作人员看。",
        validators=[Filled(_NEEDED)],
        filters=[_trim],
    )
    file = FileField("附件", description="可以不传。证明材料，只给工作人员看。")


class ProofForm(ChineseForm):
    """What proves an appeal, added while nobody has decided."""

    file = FileField("附件", description="只给工作人员看。")


class DecisionForm(ChineseForm):
    """The committee's word on an appeal."""

    decision = RadioField(
        "这件申诉",
        choices=[
            SelectChoice(value="uphold", label="成立，不再算进这个指标"),
            SelectChoice(value="reject", label="不成立，照算"),
        ],
        validators=[Filled("请选一项。")],
    )
    note = TextAreaField(
        "理由",
        description="成立不成立都写明，列在申诉清单里。",
        validators=[Filled(_NEEDED)],
        filters=[_trim],
    )


def for_weights(difficulties: Sequence[tuple[str, str]]) -> type[ChineseForm]:
    """Return the form of a change of the weights; a factor for each kind and category."""
    made: dict[str, Field] = {}
    for code in RATES:
        made[code] = StringField(
            f"{FIGURES[code].label}（%）",
            validators=[Filled(_NEEDED)],
            filters=[_trim],
            render_kw={"inputmode": "numeric", "maxlength": 3},
        )
    made["from_on"] = StringField(
        "从哪天起",
        description="这一天或以后开头的月份照新的算，以前的月份不变。",
        validators=[Filled(_NEEDED)],
        render_kw={"type": "date"},
    )
    made["why"] = TextAreaField(
        "为什么改",
        description=f"会议、文件或理由，最多 {WHY_MOST} 字，列在权重的清单里。",
        validators=[Filled(_NEEDED)],
        filters=[_trim],
    )
    for key, words in difficulties:
        made[HARD + key.replace(":", "-")] = StringField(
            words, filters=[_trim], render_kw={"inputmode": "decimal", "maxlength": 4}
        )
    return type("WeightsForm", (ChineseForm,), made)


def fill(form: ChineseForm, scale: Scale) -> None:
    """Let a form begin with what holds."""
    for code in RATES:
        form[code].data = str(getattr(scale.weights, code))
    set_ = {HARD + key.replace(":", "-"): one for key, one in (scale.difficulty or {}).items()}
    for field in form:
        if field.name.startswith(HARD):
            field.data = number_text(set_.get(field.name, Fraction(1)))


def change(form: ChineseForm, difficulties: Sequence[tuple[str, str]]) -> Change:
    """Read a change from a form whose fields are there. Raises Invalid, by field."""
    said = {code: str(form[code].data or "") for code in RATES}
    hard = {key: str(form[HARD + key.replace(":", "-")].data or "1") for key, _ in difficulties}
    return read(said, str(form["from_on"].data or ""), str(form["why"].data or ""), hard)


def read(weights: Mapping[str, str], from_on: str, why: str, difficulty: Mapping[str, str]) -> Change:
    """Read a change from what was written. Raises Invalid, by field."""
    wrong: dict[str, list[str]] = {}
    for code, written in weights.items():
        if not (written.isascii() and written.isdigit() and len(written) <= 3):
            wrong[code] = ["请写 0 到 100 的整数。"]
    for key, written in difficulty.items():
        if not _FACTOR.fullmatch(written):
            wrong[HARD + key.replace(":", "-")] = ["请写 0.5 到 3 的数，如 1.5。"]
    try:
        day = date.fromisoformat(from_on)
    except ValueError:
        wrong["from_on"] = ["日子要写成 2026-12-01 这样。"]
    if wrong:
        raise Invalid(errors=wrong)
    parts = Weights(**{code: int(written) for code, written in weights.items()})
    return Change(parts, day, why, {key: Fraction(written) for key, written in difficulty.items()})
