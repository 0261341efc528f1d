"""What the pages of the responsibility list show, as plain values."""

from dataclasses import dataclass

from chainhub.county.directory.rules import Directory
from chainhub.county.responsibilities.models import Responsibility


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the list, in words."""

    id: int
    unit: str
    unit_code: str
    category: str
    share: str
    share_code: str
    belongs: str
    beyond: str
    keywords: str
    basis: str
    span: str  # only where it is not simply in force
    edit_url: str


def line_view(row: Responsibility, directory: Directory, *, may_change: bool) -> LineView:
    """Return a line as the page shows it."""
    label = directory.category_label(row.category_code)
    above = directory.categories[row.category_code].parent
    span = f"{row.from_on} 起" + (f"，{row.until_on} 止" if row.until_on else "")
    return LineView(
        row.id,
        directory.unit_name(row.unit_code),
        row.unit_code,
        f"{directory.category_label(above)}：{label}" if above else label,
        row.share.label,
        row.share.value,
        row.belongs,
        row.beyond,
        row.keywords,
        row.basis,
        span,
        f"/responsibilities/{row.id}/edit" if may_change else "",
    )
