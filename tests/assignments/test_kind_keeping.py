"""The kinds of assignment are kept on a page: dated, logged, by the system administrator alone."""

import pytest
from sqlalchemy import select

from chainhub.assignments import queries
from chainhub.assignments.kinds import DEFAULT, GUIDE, of, written
from chainhub.assignments.service import assigning, kind_keeping
from chainhub.assignments.service.assigning import New
from chainhub.assignments.terms import Ratio
from chainhub.audit.models import AuditEntry
from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from tests import people
from tests.api.calling import Caller, given, refused
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

CADRE = {
    "label": "驻企干部",
    "holder": "驻企干部",
    "ratio": "one_lead",
    "term_months": 12,
    "duties": "宣传员\n服务员",
}
MENTORS = {"label": "双导师", "holder": "导师", "ratio": "one_of_each", "slots": "思想导师、技术导师"}


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def _keep(session, code, body, who="xitong"):
    return kind_keeping.keep(work_of(session, who), code, kind_keeping.read(body))


def test_a_kind_as_it_is_written_is_read_back():
    said_ = {one.code: written(one) for one in DEFAULT if one.code != GUIDE}

    assert of(said_) == {one.code: one for one in DEFAULT}


def test_a_change_holds_from_now_on_and_is_logged(session):
    _keep(session, "cadre", CADRE)

    kinds = queries.all_kinds(work_of(session, people.CLERK))
    assert (kinds["cadre"].term_months, kinds["cadre"].duties) == (12, ("宣传员", "服务员"))
    assert set(kinds) == {one.code for one in DEFAULT}
    assert kinds["mentors"] == DEFAULT[-1]
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.action == "change_assignment_kind"
    assert (entry.data["before"]["term_months"], entry.data["after"]["term_months"]) == (24, 12)
    new = New("cadre", people.FIRM, helper="县某某局 某某")
    row = assigning.begin(work_of(session, people.CLERK), new)
    assert row.until_on.year == NOW.year + 1


def test_two_changes_at_one_moment_are_both_kept(session):
    _keep(session, "cadre", CADRE)
    _keep(session, "pairing", {"label": "共建", "holder": "单位", "ratio": "one_to_one"})

    kinds = queries.all_kinds(work_of(session, people.CLERK))
    assert (kinds["cadre"].term_months, kinds["pairing"].label) == (12, "共建")


@pytest.mark.parametrize(
    ("code", "body", "field"),
    [
        ("cadre", {**CADRE, "label": ""}, "label"),
        ("cadre", {**CADRE, "slots": "甲、乙"}, "slots"),
        ("mentors", {**MENTORS, "slots": "思想导师"}, "slots"),
        ("cadre", {**CADRE, "duties": "、".join(f"第{n}项" for n in range(21))}, "duties"),
        ("cadre", {**CADRE, "duties": "长" * 21}, "duties"),
    ],
)
def test_what_makes_no_kind_is_refused_at_its_field(session, code, body, field):
    with pytest.raises(Invalid) as refusal:
        _keep(session, code, body)

    assert field in refusal.value.errors


def test_a_slot_that_somebody_holds_is_not_taken_away(session):
    new = New("mentors", people.FIRM, helper="某某", person="某工", slot="业务导师")
    assigning.begin(work_of(session, people.CLERK), new)

    with pytest.raises(Conflict, match="还有正在任的业务导师"):
        _keep(session, "mentors", MENTORS)


def test_who_may_not_and_what_is_fixed(session):
    for who in (people.CLERK, people.CHIEF, people.LIAISON, people.OWNER):
        with pytest.raises(NotAllowed):
            _keep(session, "cadre", CADRE, who)
    for code in (GUIDE, "moon"):
        with pytest.raises(NotFound):
            _keep(session, code, CADRE)


def test_the_page_shows_asks_keeps_and_refuses(as_):
    admin, page = as_("xitong"), "/admin/assignment-kinds"
    assert "结对的种类" in said(admin.get("/"))
    text = said(admin.get(page))
    assert "驻企干部" in text
    assert "党建工作指导员和授权连着" in text
    form = f"{page}/cadre"
    assert "政策宣传员" in said(admin.get(form))

    wrong = admin.post(form, data={"csrf_token": token_of(admin, form), **CADRE, "slots": "甲、乙"})
    kept = admin.post(form, data={"csrf_token": token_of(admin, form), **CADRE})

    assert wrong.status_code == 422
    assert "只有“每种各一名”才分种" in said(wrong)
    assert kept.status_code == 303
    assert "一期 12 个月" in said(admin.get(page))
    assert admin.get(f"{page}/guide").status_code == 404
    for who in (people.CLERK, people.OWNER):
        assert as_(who).get(page).status_code == 403
        assert as_(who).get(form).status_code == 403


def test_the_same_by_the_api(session, app):
    def program(username: str) -> Caller:
        work = work_of(session, username)
        token = accounts.issue_token(work, session.get_one(User, work.actor.id), "kinds")
        session.commit()
        return Caller(app.test_client(), token)

    made = given(program("xitong").post("/guides/kinds/cadre", json=CADRE))

    assert (made["term_months"], made["ratio"], made["duties"]) == (
        12,
        Ratio.ONE_LEAD.value,
        ["宣传员", "服务员"],
    )
    refused(program(people.CLERK).post("/guides/kinds/cadre", json=CADRE), 403)
    refused(program("xitong").post("/guides/kinds/guide", json=CADRE), 404)
    refused(program("xitong").post("/guides/kinds/cadre", json={**CADRE, "ratio": "many"}), 422)
