"""吹哨报到 on pages: to blow, to confirm or not, to report in, to end."""

from flask.typing import ResponseReturnValue

from chainhub.core.actor import Role
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.tickets import forms, queries
from chainhub.tickets.service import whistles
from chainhub.tickets.views.door import PEOPLE, bp
from chainhub.tickets.views.leading import Made, beside_page
from chainhub.web import doors


@bp.route("/tickets/<number>/whistle", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def whistle(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket = queries.own(work, number)
        chooses = whistles.demand_to_blow(work, ticket) is Role.COMMITTEE
        return ticket, forms.for_whistle(known.of(work.session).directory, chooses=chooses)()

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        made = whistles.blow(work, number, given["reason"], given.get("units", ()))
        return "吹哨了，已经告诉各单位。" if made.decided_at else "吹哨了，等产业链党委确认。"

    return beside_page("吹哨", "产业链党委确认后，叫到的单位 2 小时内报到：谁来、几点到。", _make, _do)


@bp.route("/whistles/<int:id_>/confirm", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def confirm_whistle(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found = whistles.demand_to_decide(work, id_)
        form = forms.for_whistle_confirmation(known.of(work.session).directory)()
        return ticket, form.over(found.reason)

    def _do(work: Work, form: forms.ActForm) -> str:
        given = form.given()
        whistles.confirm(work, id_, given["units"], given.get("note", ""))
        return "确认了，已经告诉各单位。"

    return beside_page("确认吹哨", "叫到的单位 2 小时内报到：谁来、几点到。", _make, _do)


@bp.route("/whistles/<int:id_>/refuse", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def refuse_whistle(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, found = whistles.demand_to_decide(work, id_)
        return ticket, forms.for_answer("为什么不吹哨")().over(found.reason)

    def _do(work: Work, form: forms.ActForm) -> str:
        whistles.refuse(work, id_, form.given()["note"])
        return "没有吹哨，已经告诉企业。"

    return beside_page("不吹哨", "企业看得到，写明现在怎么办。", _make, _do)


@bp.route("/tickets/<number>/report-in", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def report_in(number: str) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, _ = whistles.demand_to_report(work, number)
        return ticket, forms.for_report()()

    def _do(work: Work, form: forms.ActForm) -> str:
        whistles.report_in(work, number, whistles.Report(**form.given()))
        return "报到了。"

    return beside_page("报到", "报到会告诉吹哨的人。", _make, _do)


@bp.route("/whistles/<int:id_>/end", methods=["GET", "POST"])
@doors.signed_in(*PEOPLE)
def end_whistle(id_: int) -> ResponseReturnValue:
    def _make(work: Work) -> Made:
        ticket, _, _ = whistles.demand_to_end(work, id_)
        return ticket, forms.for_answer("来得怎么样")()

    def _do(work: Work, form: forms.ActForm) -> str:
        whistles.end(work, id_, form.given()["note"])
        return "解哨了。"

    return beside_page("解哨", "单位都到了，或者不用再来了。还没报到的会告诉他们。", _make, _do)
