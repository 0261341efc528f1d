"""上级转办 on pages: to note what came down, to note what was replied."""

from flask.typing import ResponseReturnValue

from chainhub.core.work import Work
from chainhub.tickets import forms, queries
from chainhub.tickets.service import referrals
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.leading import Made, beside_page
from chainhub.web import doors


@bp.route("/tickets/<number>/referral", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def refer(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket = queries.own(work, number)
        referrals.demand_to_record(work, ticket)
        return ticket, forms.for_referral()()

    def _do(work: Work, form: forms.ActForm) -> str:
        referrals.record(work, number, referrals.Paper(**form.given()))
        return "登记了，到期前会提醒。"

    return beside_page("登记上级转办", "上级期限写在我们的时限旁边，到期前提醒产业链党委。", _make, _do)


@bp.route("/tickets/<number>/referral/reply", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def reply_up(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, _, _ = referrals.demand_to_reply(work, number)
        return ticket, forms.for_reply_up()()

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        referrals.reply(work, number, given["reply"], given.get("replied_on"))
        return "记下了，上级期限不再提醒。"

    return beside_page("回复上级", "记下怎么回复的、哪一天回复的。", _make, _do)
