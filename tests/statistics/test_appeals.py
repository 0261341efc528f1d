"""考核申诉: a unit names a case and a figure, another person of the committee decides, the figure follows the history."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county import known
from chainhub.county.people import service as granting
from chainhub.county.people.models import User
from chainhub.county.rulebook.models import TimeLimit
from chainhub.county.state import touch
from chainhub.notices.models import Notice
from chainhub.statistics.appeals import queries, rules, service
from chainhub.statistics.appeals.terms import Verdict
from chainhub.statistics.figures import FIGURES, Better
from chainhub.statistics.reports.models import StatReport
from chainhub.statistics.reports.terms import MonthlyStage
from chainhub.statistics.terms import Cut, Month
from chainhub.tickets.models import TicketEvent
from chainhub.tickets.terms import DissatisfiedReason, Kind, Outcome
from chainhub.tickets.workflow import Action, State
from tests import files, people
from tests.api.calling import given, refused
from tests.api.conftest import caller, hands
from tests.builders import a_ticket, move
from tests.people import china, work_of
from tests.statistics.staging import appeal, decided
from tests.web_client import said, token_of

__all__ = ["caller", "hands"]
pytestmark = pytest.mark.slow

A, S = Action, State
BEGUN = china(2026, 3, 10, 9)
AT = china(2026, 4, 8, 10)
MARCH = Month(2026, 3)
WHY = "停电检修是企业自己要求改期的。"


@pytest.fixture
def late(session):
    """A limit of 供电公司 that ran out on 17 March and runs still."""
    return a_ticket(session, S.HANDLING, at=BEGUN, kind=Kind.HELP, title="超时的一件")


@pytest.fixture
def unhappy(session):
    """A case in which the enterprise had it done again: not satisfied, not solved, reopened."""
    ticket = a_ticket(session, S.REVIEWED, at=BEGUN, title="不满意的一件")
    given_ = {
        "contacted": True,
        "solved": False,
        "reason_code": DissatisfiedReason.NOT_SOLVED,
        "note": "还跳",
    }
    return move(session, ticket, people.OWNER, A.REOPEN, BEGUN + timedelta(days=1), **given_)


def test_a_limit_that_runs_late_leaves_the_figure_and_stays_out_when_it_is_done(session, late, figure):
    assert figure(AT, "handling_on_time", cut=Cut.UNIT, key=people.POWER_UNIT).share == "0/1"

    decided(session, appeal(session, late, "handling_on_time", AT), AT, uphold=True)

    assert figure(AT, "handling_on_time", cut=Cut.UNIT, key=people.POWER_UNIT).n == 0
    assert figure(AT, "handling_on_time_plain").n == 0  # counts the same cases
    assert figure(AT, "exempted", month=Month(2026, 4)).n == 1
    after = AT + timedelta(hours=1)
    move(session, late, people.POWER, A.RESOLVE, after, outcome=Outcome.SOLVED, reply="办好了")
    assert figure(after, "handling_on_time").n == 0
    assert figure(after, "days_mean").n == 1  # another figure counts it all the same


def test_only_the_figure_that_was_named_loses_the_case(session, unhappy, figure):
    decided(session, appeal(session, unhappy, "satisfied", AT), AT, uphold=True)

    assert figure(AT, "satisfied").n == 0
    assert figure(AT, "solved").share == "0/1"
    assert figure(AT, "last_satisfied").share == "0/1"
    assert figure(AT, "reopened").text == "100%"


def test_what_did_not_count_against_the_unit_stays_in_the_figure(session, unhappy, figure):
    """The first round was done in time on 10 March; the second ran out on 23 March, and runs."""
    assert figure(AT, "handling_on_time", month=MARCH).share == "1/2"

    decided(session, appeal(session, unhappy, "handling_on_time", AT), AT, uphold=True)

    assert figure(AT, "handling_on_time", month=MARCH).share == "1/1"


def test_one_that_is_rejected_or_waits_changes_nothing(session, late, unhappy, figure):
    decided(session, appeal(session, late, "handling_on_time", AT), AT, uphold=False)
    appeal(session, unhappy, "satisfied", AT)

    assert figure(AT, "handling_on_time", month=MARCH).share == "1/3"
    assert figure(AT, "satisfied").share == "0/1"
    assert figure(AT, "exempted").n == 0


def test_both_sides_are_told_and_each_step_is_a_line_of_history(session, late):
    made = appeal(session, late, "handling_on_time", AT)
    decided(session, made, AT, uphold=True)

    told = {
        (row.user_id, row.text.split("：", 1)[1][:9])
        for row in session.scalars(select(Notice).where(Notice.key.startswith("appeal:")))
    }
    names = {name: work_of(session, name).actor.id for name in (people.POWER, people.CLERK, people.CLOSER)}
    assert {user for user, _ in told} >= set(names.values())
    lines = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == late.id).order_by(TicketEvent.seq.desc()).limit(2)
    ).all()
    assert [one.action for one in lines] == [A.ASSESS_UPHOLD, A.ASSESS_ASK]
    assert lines[0].data["about"] == "按时办结率，2026年3月"
    assert lines[0].source is lines[0].target is S.HANDLING


def test_it_is_said_on_the_last_day_and_once_it_has_passed(session, late):
    made = appeal(session, late, "handling_on_time", AT)
    assert made.due_at == china(2026, 4, 15, 17, 30)

    def reminded(at):
        work = work_of(session, people.CLERK, at)
        service.remind(work, service.speaking(work, 100))
        rows = session.scalars(
            select(Notice).where(Notice.key.in_([f"appeal:{made.id}:today", f"appeal:{made.id}:late"]))
        )
        return sorted({(row.key.rsplit(":", 1)[1], row.user_id) for row in rows})

    clerk, unit = (work_of(session, name).actor.id for name in (people.CLERK, people.POWER))
    assert reminded(china(2026, 4, 15, 8)) == []
    for at in (china(2026, 4, 15, 9), china(2026, 4, 15, 17)):
        found = reminded(at)
        assert ("today", clerk) in found
        assert {key for key, _ in found} == {"today"}
        assert ("today", unit) not in found
    for at in (china(2026, 4, 15, 17, 30), china(2026, 4, 20, 9)):
        found = reminded(at)
        assert {("late", clerk), ("late", unit)} <= set(found)
    assert service.speaking(work_of(session, people.CLERK, china(2027, 1, 1)), 100) == []


def test_nobody_is_reminded_of_what_is_decided(session, late):
    decided(session, appeal(session, late, "handling_on_time", AT), AT, uphold=False)

    assert service.speaking(work_of(session, people.CLERK, china(2027, 1, 1)), 100) == []


def test_who_asked_does_not_decide_nor_anybody_but_the_committee(session, late):
    made = appeal(session, late, "handling_on_time", AT)

    for who in (people.POWER, people.CHIEF, people.DISPATCHER):
        with pytest.raises(NotAllowed):
            decided(session, made, AT, uphold=True, who=who)
    with pytest.raises(NotFound):
        decided(session, made, AT, uphold=True, who=people.STRANGER)
    decided(session, made, AT, uphold=False)
    with pytest.raises(Conflict, match="决定过的不再改"):
        decided(session, made, AT, uphold=True, who=people.CLOSER)


def test_a_case_is_appealed_once_and_only_where_it_counts(session, late):
    appeal(session, late, "handling_on_time", AT)

    with pytest.raises(Conflict, match="一件只申诉一次"):
        appeal(session, late, "handling_on_time", AT, who=people.POWER_DEPUTY)
    with pytest.raises(Conflict, match="没有拉低"):
        appeal(session, late, "satisfied", AT)
    for beside in ("last_satisfied", "handling_on_time_plain", "raised"):
        with pytest.raises(Invalid):
            appeal(session, late, beside, AT)
    with pytest.raises(NotAllowed):
        appeal(session, late, "handling_on_time", AT, who=people.CLERK)
    with pytest.raises(NotFound):
        appeal(session, late, "handling_on_time", AT, who=people.TRANSPORT)


def test_after_its_day_it_is_too_late_and_the_county_sets_the_day(session, late):
    """10 workdays after March: 1 April is the first, 4–6 April are off; the tenth is 15 April."""
    last = china(2026, 4, 15, 17, 29)
    until = rules.open_until(
        MARCH,
        service.limit_of(work_of(session, people.POWER, AT), service.APPEAL_LIMIT),
        known.of(session).calendar,
    )
    assert until == china(2026, 4, 15, 17, 30)
    with pytest.raises(Conflict, match="4月15日"):
        appeal(session, late, "handling_on_time", last + timedelta(minutes=1))

    session.add(TimeLimit(clock=service.APPEAL_LIMIT, matter="any", urgency="normal", code="3d", from_at=AT))
    touch(session)
    session.flush()
    known.forget(session)

    with pytest.raises(Conflict, match="已经过了"):
        appeal(session, late, "handling_on_time", AT)


def test_a_month_that_was_published_later_is_open_from_its_publication(session, late):
    """Published on 14 April, a Tuesday: the tenth workday after it is 28 April."""
    at = china(2026, 4, 14, 10)
    words = {
        "stage": MonthlyStage.PUBLISHED,
        "text": {},
        "made_by": "办公室",
        "made_at": at,
        "published_at": at,
    }
    session.add(StatReport(month=MARCH.code, chain="", edition=1, **words))
    session.flush()

    with pytest.raises(Conflict, match="4月28日"):
        appeal(session, late, "handling_on_time", china(2026, 4, 28, 17, 30))
    assert appeal(session, late, "handling_on_time", china(2026, 4, 28, 17, 29)).standing is Verdict.ASKED


def test_a_reason_is_demanded_on_both_sides(session, late):
    work = work_of(session, people.POWER, AT)
    about = service.against(work, late.number, "handling_on_time", "", MARCH)

    with pytest.raises(Invalid):
        service.ask(work, late.number, about, "冤")
    made = service.ask(work, late.number, about, WHY)
    with pytest.raises(Invalid):
        service.decide(work_of(session, people.CLERK, AT), made.id, uphold=True, note="")


def test_everybody_who_reads_figures_reads_the_list_but_not_which_ticket(session, late):
    decided(session, appeal(session, late, "handling_on_time", AT), AT, uphold=True)

    lines, more = queries.page(work_of(session, people.TRANSPORT, AT), None)
    assert ([one.number for one in lines], more) == ([""], None)
    lines, _ = queries.page(work_of(session, people.CHIEF, AT), Verdict.UPHELD)
    assert [one.number for one in lines] == [late.number]
    assert queries.page(work_of(session, people.CHIEF, AT), Verdict.ASKED)[0] == []


@pytest.mark.parametrize("code", rules.APPEALABLE)
def test_what_may_be_appealed_against_compares_units(code):
    figure = FIGURES[code]

    assert figure.better is not Better.NEITHER
    outcomes = {0, 1, 2} if figure.weights else {0, 3}
    assert {figure.weighs_down(one) for one in outcomes} == {True, False}


# Doors


@pytest.fixture
def present(monkeypatch, session, late):
    monkeypatch.setattr(clock, "now", lambda: AT)
    session.commit()


@pytest.mark.usefixtures("present")
def test_a_unit_appeals_from_the_list_and_the_committee_decides(as_, late):
    unit, where = as_(people.POWER), "/statistics/cases?figure=handling_on_time"
    page = unit.get(where).get_data(as_text=True)
    path = (
        f"/tickets/{late.number}/assessment?figure=handling_on_time&amp;unit=power_supply&amp;month=2026-03"
    )
    assert path in page
    path = path.replace("&amp;", "&")
    assert "按时办结率，2026年3月" in said(unit.get(path))

    bare = unit.post(path, data={"csrf_token": token_of(unit, path), "reason": " "})
    assert bare.status_code == 422
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
    bad = {"csrf_token": token_of(unit, path), "reason": WHY, "file": (BytesIO(png), "通知.exe")}
    assert unit.post(path, data=bad, content_type="multipart/form-data").status_code == 422
    proof = (BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"), "停电通知.pdf")
    data = {"csrf_token": token_of(unit, path), "reason": WHY, "file": proof}
    answer = unit.post(path, data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    one = answer.location
    assert "附件 1 个" in said(unit.get(one))
    assert "考核申诉：等决定" in said(unit.get(where))
    assert unit.get(path).status_code == 409

    committee = as_(people.CLERK)
    assert "您来决定" in said(committee.get(one))
    token = token_of(committee, one)
    empty = committee.post(f"{one}/decide", data={"csrf_token": token, "decision": "uphold", "note": ""})
    assert empty.status_code == 422
    decision = {"csrf_token": token, "decision": "uphold", "note": "有停电通知为证。"}
    assert committee.post(f"{one}/decide", data=decision).status_code == 303
    listed = said(as_(people.CHIEF).get("/statistics/appeals?standing=upheld"))
    assert "申诉成立" in listed
    assert "有停电通知为证" in listed
    excluded = said(as_(people.CHIEF).get("/statistics/cases?figure=exempted"))
    assert "办结这一项不计入" in excluded
    assert "有停电通知为证" in excluded


@pytest.mark.usefixtures("present")
def test_who_may_not_is_refused_at_the_door(as_, late):
    path = f"/tickets/{late.number}/assessment?figure=handling_on_time&month=2026-03"

    assert as_(people.TRANSPORT).get(path).status_code == 404
    for who in (people.CLERK, people.OWNER, people.CALLER, "xitong"):
        assert as_(who).get(path).status_code == 403
    for who in (people.OWNER, people.GUIDE, people.CALLER, "xitong", "shenji"):
        assert as_(who).get("/statistics/appeals").status_code == 403
    assert as_(people.POWER).get("/statistics/appeals/999").status_code == 404


@pytest.mark.usefixtures("present")
def test_a_program_does_the_same(caller, late):
    unit, committee = caller(people.POWER), caller(people.CLERK)
    body = {"figure": "handling_on_time", "month": "2026-03", "reason": WHY}

    made = given(unit.post(f"/tickets/{late.number}/assessment", json=body), 201)

    assert (made["standing"], made["unit"]) == ("asked", people.POWER_UNIT)
    refused(unit.post(f"/tickets/{late.number}/assessment", json=body), 409, "forbidden_now")
    refused(caller(people.TRANSPORT).post(f"/tickets/{late.number}/assessment", json=body), 404)
    word = {"uphold": True, "note": "有停电通知为证。"}
    refused(unit.post(f"/stats/appeals/{made['id']}/decide", json=word), 403)
    found = given(committee.post(f"/stats/appeals/{made['id']}/decide", json=word))
    assert (found["standing"], found["decision"]) == ("upheld", "有停电通知为证。")
    others = given(caller(people.TRANSPORT).get("/stats/appeals?standing=upheld"))["items"]
    assert [(one["ticket"], one["reason"], one["unit"]) for one in others] == [
        (None, None, people.POWER_UNIT)
    ]


@pytest.mark.usefixtures("present")
def test_proof_is_added_until_somebody_decides(as_, caller, session, late):
    unit, program, clerk = as_(people.POWER), caller(people.POWER), caller(people.CLERK)
    body = {"figure": "handling_on_time", "month": "2026-03", "reason": WHY}
    made = given(program.post(f"/tickets/{late.number}/assessment", json=body), 201)
    path, page = f"/stats/appeals/{made['id']}/files", f"/statistics/appeals/{made['id']}"

    (first,) = given(program.post(path, **files.form(file=(files.PDF, "停电通知.pdf"))), 201)["items"]
    assert (first["name"], first["internal"]) == ("停电通知.pdf", True)
    refused(program.post(path, json={}), 422)
    refused(program.post(path, **files.form(file=(b"MZ", "a.jpg"))), 422)
    refused(program.post(path, **files.form(file=(files.PDF, "a.pdf"), note="x")), 422)
    refused(clerk.post(path, **files.form(file=(files.PDF, "a.pdf"))), 403)
    refused(caller(people.TRANSPORT).post(path, **files.form(file=(files.PDF, "a.pdf"))), 404)

    def form(name, content=files.PDF):
        return {"csrf_token": token_of(unit, page), "file": (BytesIO(content), name)}

    assert "补证明材料" in said(unit.get(page))
    assert "补证明材料" not in said(as_(people.CLERK).get(page))
    nothing = unit.post(f"{page}/files", data={"csrf_token": token_of(unit, page)})
    assert nothing.status_code == 422
    assert unit.post(f"{page}/files", data=form("坏.exe", b"MZ")).status_code == 422
    assert unit.post(f"{page}/files", data=form("第二份.pdf")).status_code == 303
    assert "附件 2 个" in said(unit.get(page))
    line = session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == late.id).order_by(TicketEvent.seq.desc())
    ).first()
    assert (line.action, line.data["internal"], line.body) == (Action.ATTACH, True, "县供电公司")

    word = {"uphold": True, "note": "有停电通知为证。"}
    given(clerk.post(f"/stats/appeals/{made['id']}/decide", json=word))
    refused(program.post(path, **files.form(file=(files.PDF, "晚了.pdf"))), 409, "wrong_state")
    assert unit.post(f"{page}/files", data=form("晚了.pdf")).status_code == 409
    assert "补证明材料" not in said(unit.get(page))


@pytest.mark.usefixtures("present")
def test_who_has_both_forms_gets_both_back_whichever_is_refused(as_, caller, session, late):
    clerk = session.scalars(select(User).where(User.username == people.CLERK)).one()
    of_unit = Grant(Role.DEPARTMENT, ScopeKind.UNIT, people.POWER_UNIT, Post.CONTACT)
    granting.add_grant(work_of(session, "anquan"), clerk, of_unit)
    session.commit()
    body = {"figure": "handling_on_time", "month": "2026-03", "reason": WHY}
    made = given(caller(people.POWER).post(f"/tickets/{late.number}/assessment", json=body), 201)
    page, both = f"/statistics/appeals/{made['id']}", as_(people.CLERK)
    token = {"csrf_token": token_of(both, page)}

    for path, sent in (("files", {}), ("decide", {"note": "写到一半"})):
        answer = both.post(f"{page}/{path}", data=token | sent)
        assert answer.status_code == 422, path
        words = said(answer)
        assert "补证明材料" in words
        assert "您来决定" in words
        assert "1 处要改" in words
    assert "写到一半" in words


@pytest.mark.usefixtures("present")
def test_the_committee_sees_on_its_desk_that_an_appeal_waits(as_, session, late):
    assert "考核申诉待决定" not in said(as_(people.CLERK).get("/"))
    appeal(session, late, "handling_on_time", AT)
    session.commit()

    assert "考核申诉待决定" in said(as_(people.CLERK).get("/"))
    assert "我的名次" in said(as_(people.POWER).get("/"))
