"""A complaint never goes to the unit complained of, and nobody of that unit is told of it (domain, section 2).

That nobody of it sees the ticket stands in `queries.visible`, where everything about seeing stands; that nobody of it is
told, in `notices.service`, to which every notice of a ticket says from whom it is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets.models import Ticket
from chainhub.tickets.service import parts
from chainhub.tickets.terms import Kind


def demand_others(work: Work, ticket: Ticket, codes: Iterable[str | None], name: str) -> None:
    """Refuse what would reach the unit complained of. `name` is the field that is to blame. Raises Invalid."""
    if ticket.complained_unit_code is not None and ticket.complained_unit_code in codes:
        unit = known.of(work.session).directory.unit_name(ticket.complained_unit_code)
        said = f"投诉的就是{unit}，不能交给它，也不能让它知道，请换一个单位。"
        raise Invalid(said, {name: [said]})


def kept_from(session: Session, links: Sequence[str]) -> dict[str, str]:
    """Return by the links of some tickets of which unit nobody is told, where there is one. One query."""
    numbers = [link.rpartition("/")[2] for link in links]
    rows = session.execute(
        select(Ticket.number, Ticket.complained_unit_code).where(
            Ticket.number.in_(numbers), Ticket.complained_unit_code.is_not(None)
        )
    )
    units = {number: str(unit) for number, unit in rows}
    return {link: units[number] for link, number in zip(links, numbers, strict=True) if number in units}


def named(work: Work, given: Mapping[str, Any], kind: Kind | None) -> tuple[str | None, Kind | None]:
    """Return the unit complained of and the kind that goes with it. Raises Invalid where they do not go together."""
    code = given.get("complained_unit") or None
    if code is None:
        return None, kind
    unit = known.of(work.session).directory.units.get(code)
    if unit is None or not unit.handles:
        said = "没有这个办理单位。投诉产业链党委或者专班的，请拨 12345。"
        raise Invalid(errors={"complained_unit": [said]})
    if kind not in {None, Kind.COMPLAINT}:
        raise Invalid(errors={"complained_unit": ["写了投诉哪个单位，性质就要选“投诉”。"]})
    return code, Kind.COMPLAINT


def demand_not_at_work(work: Work, ticket: Ticket, code: str) -> None:
    """Refuse to name a unit that has the ticket in hand: it must be taken from it first. Raises Invalid."""
    at_work = {ticket.lead_unit_code, ticket.responsible_unit_code}
    at_work |= {part.unit_code for part in parts.still_open(work, ticket)}
    if code in at_work:
        unit = known.of(work.session).directory.unit_name(code)
        said = f"{unit}正在办这件诉求，请专班先改派别的单位，再写投诉的是它。"
        raise Invalid(errors={"complained_unit": [said]})
