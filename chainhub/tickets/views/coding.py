"""QR codes of enterprises: one to hang up, a sheet of a chain's, and where whoever reads one arrives."""

from dataclasses import dataclass
from functools import lru_cache

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from chainhub.core.actor import Role
from chainhub.core.errors import NotAllowed, NotSignedIn
from chainhub.county.directory.models import Enterprise
from chainhub.documents import qr
from chainhub.tickets.service import coding
from chainhub.tickets.views.door import bp
from chainhub.web import doors

SHEET = 24  # codes of a page of the sheet: three of paper
_CODE_MOST = 60


@dataclass(frozen=True, slots=True)
class CodeView:
    """A code as it is drawn: the enterprise, the address, the drawing."""

    name: str
    address: str
    drawing: Markup


@lru_cache(maxsize=512)
def _drawn(address: str) -> Markup:
    return Markup(qr.drawn(address))  # noqa: S704  # squares alone: the address is not written into it


def _view(firm: Enterprise, name: str) -> CodeView:
    address = url_for(".report", code=firm.code, _external=True)
    return CodeView(name, address, _drawn(address))


@bp.get("/enterprises/<code>/qr")
@doors.signed_in(Role.ENTERPRISE, Role.GUIDE, Role.COMMITTEE, Role.TASK_FORCE)
def enterprise_code(code: str) -> ResponseReturnValue:
    with doors.reading() as work:
        firm = coding.firm(work, code)
        return render_template("tickets/code.html", code=_view(firm, firm.name), back_url="/")


@bp.get("/chains/<code>/qr")
@doors.signed_in(Role.COMMITTEE, Role.TASK_FORCE)
def chain_codes(code: str) -> ResponseReturnValue:
    after = request.args.get("after", "")[:_CODE_MOST]
    with doors.reading() as work:
        chain = coding.chain(work, code)
        found = coding.firms(work, code, after=after, limit=SHEET + 1)
        codes = [_view(firm, firm.short) for firm in found[:SHEET]]
    more = url_for(".chain_codes", code=code, after=found[SHEET - 1].code) if len(found) > SHEET else ""
    first = url_for(".chain_codes", code=code) if after else ""
    return render_template(
        "tickets/codes.html", chain=chain.name, codes=codes, next_url=more, first_url=first, back_url="/"
    )


@bp.get("/report/<code>")
@doors.public
def report(code: str) -> ResponseReturnValue:
    """Lead whoever read a code to the form. A stranger is told what to do and nothing of the enterprise."""
    try:
        doors.actor()
    except NotSignedIn:
        here = url_for(".report", code=code)
        return render_template("tickets/report.html", sign_in_url=url_for("people.sign_in", next=here))
    with doors.reading() as work:
        if not coding.may_report(work, code):
            raise NotAllowed(_NOT_YOURS)
    return redirect(url_for(".submit", enterprise=code), code=303)


_NOT_YOURS = (
    "这个二维码是给一家企业用的，您现在的账号不能替它报。"
    "您是这家企业的，请退出以后用企业的账号登录；报自己的事，请从首页进。"
)
