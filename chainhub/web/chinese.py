"""The base of every form: what the form library says by itself, it says in Chinese."""

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, Form
from wtforms.validators import InputRequired, StopValidation

from chainhub.core.typed import clean

_PICK = "请从列出的里面选一个。"
_SAYS = {"Not a valid choice.": _PICK, "Invalid Choice: could not coerce.": _PICK}


class _Chinese:
    """The few sentences of WTForms that a form of ours can let out."""

    def gettext(self, text: str) -> str:
        return _SAYS.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many


class ChineseForm(FlaskForm):
    """A form with CSRF protection that speaks Chinese."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: object, formdata: object) -> object:
            """Read forms alone: what somebody sends as JSON to a page is no form."""
            return None if request.is_json else super().wrap_formdata(form, formdata)

        def get_translations(self, form: object) -> _Chinese:
            return _Chinese()


class Filled(InputRequired):
    """Demands something that can be seen: spaces alone are nothing."""

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse what is empty, and what would be once it is trimmed."""
        super().__call__(form, field)
        if all(isinstance(one, str) and not clean(one) for one in field.raw_data):
            raise StopValidation(self.message or "")
