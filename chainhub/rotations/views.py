"""The page of a chain's rotation: the order of turns and who is expected when."""

from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role, ScopeKind
from chainhub.core.work import Work
from chainhub.core.worktime import SHANGHAI
from chainhub.county import known
from chainhub.county.directory import queries as directory
from chainhub.county.directory.models import Enterprise
from chainhub.rotations import rules
from chainhub.rotations.days import Rhythm
from chainhub.rotations.rules import Member, Rota
from chainhub.web import doors

_RHYTHM = Rhythm(date(2026, 1, 1))
bp = Blueprint("rotations", __name__, template_folder="templates")
_PEOPLE = (
    Role.ENTERPRISE,
    Role.GUIDE,
    Role.COMMITTEE,
    Role.TASK_FORCE,
    Role.DEPARTMENT,
    Role.LEADER,
    Role.LIAISON,
    Role.CALLER,
)


@bp.get("/rotations")
@doors.signed_in(*_PEOPLE)
def index() -> ResponseReturnValue:
    with doors.reading() as work:
        chains = known.of(work.session).directory.chains
        wanted = request.args.get("chain", "")
        current = wanted if wanted in chains else _own_chain(work) or next(iter(chains))
        firms = directory.enterprises(work.session, chains=frozenset({current}))
        rota = Rota(_RHYTHM, tuple(Member(one.code, one.short, one.position) for one in firms))
        today = work.now.astimezone(SHANGHAI).date()
        found = rules.places(rota, today, work.calendar)
        names = {one.code: one.short for one in firms}
        seats = [
            (one.place, names[one.code], 0, "", _status(one.place, one.on.year if one.on else today.year))
            for one in found.values()
        ]
        tabs = [(one.name, url_for(".index", chain=one.code), one.code == current) for one in chains.values()]
        line = f"按{chains[current].name}成员加入的先后轮，每 2 个月一家，办完一场才轮到下一家。"
        return render_template("rotations/index.html", chains=tabs, seats=seats, next_line=line)


def _status(place: int, year: int) -> str:
    return "轮到" if place == 1 else f"第 {place} 位，约{year}年"


def _own_chain(work: Work) -> str:
    actor = work.actor
    for role in (Role.COMMITTEE, Role.TASK_FORCE, Role.LEADER):
        for code in sorted(actor.refs(role, ScopeKind.CHAIN)):
            return code
    code = actor.enterprise_code or next(iter(sorted(actor.refs(Role.GUIDE, ScopeKind.ENTERPRISE))), "")
    firm = work.session.get(Enterprise, code) if code else None
    return firm.chain_code if firm else ""
