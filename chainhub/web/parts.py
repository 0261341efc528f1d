"""Parts of a page that follow from their facts alone: they are drawn once, and again when the facts are others."""

from collections.abc import Hashable
from functools import lru_cache

from flask import current_app
from jinja2.environment import TemplateModule

_KEPT = 64  # a leader's page is some 40 KB of text


@lru_cache(maxsize=_KEPT)
def drawn(template: str, facts: Hashable) -> TemplateModule:
    """Return what a template sets, each name with its text, from `facts` alone.

    It knows neither the request nor who reads it: nothing may stand in it that another reader of the same facts must not
    see, and no address that depends on where the application is mounted. Facts that are equal are drawn alike.
    """
    return current_app.jinja_env.get_template(template).make_module({"facts": facts})
