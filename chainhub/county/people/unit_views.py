"""The page of the units that handle tickets, and what each has switched on."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role, ScopeKind
from chainhub.county.directory import queries as directory
from chainhub.county.people import queries
from chainhub.county.people.service import units as service
from chainhub.web import doors, presses

bp = Blueprint("units", __name__, template_folder="../templates")


@bp.get("/admin/units")
@doors.signed_in(Role.SYSADMIN)
def units() -> ResponseReturnValue:
    """List the units in the county's order."""
    with doors.reading() as work:
        holders = queries.holders(work.session)
        rows = [
            {
                "code": one.code,
                "name": one.name,
                "endorses": one.endorses,
                "signers": sum(
                    len(holders.ids(Role.DEPARTMENT, ScopeKind.UNIT, one.code, post))
                    for post in service.SIGNERS
                ),
            }
            for one in directory.directory(work.session).units.values()
            if one.handles
        ]
        return render_template("county/units.html", units=rows)


@bp.post("/admin/units/<code>/<any(on, off):word>")
@doors.signed_in(Role.SYSADMIN)
@presses.harmless_twice
def endorse(code: str, word: str) -> ResponseReturnValue:
    """Switch 审签 of a unit on or off."""
    with doors.work() as work:
        unit = service.set_endorses(work, code, on=word == "on")
        flash(f"{unit.short}的审签{'开' if unit.endorses else '关'}了。")
    return redirect(url_for(".units"), code=303)
