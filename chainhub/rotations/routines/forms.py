"""HTML forms of recurring work, made from `fields.py`: shape only."""

from collections.abc import Collection, Mapping, Sequence

from chainhub.rotations import forms
from chainhub.rotations.forms import BaseForm, Firms
from chainhub.rotations.routines import fields


def for_fields(
    names: Sequence[str], listed: Mapping[str, Firms], needed: Collection[str] = ()
) -> type[BaseForm]:
    """Return the form that asks for these fields; what is `needed` may not be left empty here."""
    return forms.for_specs([fields.FIELDS[name] for name in names], fields.OPTIONAL - set(needed), listed)
