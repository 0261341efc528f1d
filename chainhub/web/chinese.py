"""The base of every form: what the form library says by itself, it says in Chinese."""

from flask_wtf import FlaskForm

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
        def get_translations(self, form: object) -> _Chinese:
            return _Chinese()
