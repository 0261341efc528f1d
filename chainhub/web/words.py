"""Filters for templates: a date or a ticket's number is never broken across two lines."""

import re

from flask import Flask
from markupsafe import Markup, escape

_WHOLE = re.compile(
    r"(?:→ )?(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:（周.）)?(?: ?\d{1,2}:\d{2})?|[A-Z]{2}-\d{4}-\d{5}"
)


def dates(text: object) -> Markup:
    """Return a text with its dates and numbers each held together."""
    return Markup(_WHOLE.sub(lambda found: f'<span class="nb">{found[0]}</span>', str(escape(text))))  # noqa: S704  # escaped first


def register(app: Flask) -> None:
    """Make the filters known to every template."""
    app.jinja_env.filters["dates"] = dates
