"""Nobody leaves a post in silence: what hangs on a person is said first, asked for, or goes back to the post."""

import pytest
from sqlalchemy import select

from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.county import known
from chainhub.county.people import queries
from chainhub.county.people.models import GrantRow
from chainhub.county.people.service import add_grant, end_grant
from chainhub.operations import verify
from chainhub.tickets.service.releasing import OpenWork
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = china(2026, 3, 2, 11)


@pytest.fixture
def assigned(session, stage):
    ticket = a_ticket(session, State.HANDLING, title="分给韩砚的")
    move(session, ticket, people.POWER, Action.ASSIGN, NOW, person=people.POWER)
    session.commit()
    stage.later(ELEVEN)
    return ticket


def _user(session, username):
    return queries.user_by_name(session, username)


def _grant(session, username):
    query = select(GrantRow).where(
        GrantRow.user_id == _user(session, username).id, GrantRow.ended_at.is_(None)
    )
    return session.scalars(query).first()


def _left(session, username, grant=None):
    return OpenWork().left(work_of(session, "anquan"), _user(session, username), grant)


def test_what_hangs_on_a_person_is_said_without_a_word_of_the_ticket(session, assigned):
    a_ticket(session, State.DISPATCHED)  # waits for the post, which others hold

    left = _left(session, people.POWER)

    assert left.lines == ["分给韩砚本人还在办的有 1 件。"]
    assert any("洪叙舟" in one for one in left.others)
    assert _left(session, people.POWER_DEPUTY) is None
    assert _left(session, people.CHIEF) is None  # a leader's work is nobody's task
    assert _left(session, people.OWNER) is None


def test_who_holds_a_post_alone_leaves_it_empty(session):
    ticket = a_ticket(session, State.ACCEPTED, confidential=True)
    move(session, ticket, people.DISPATCHER, Action.DISPATCH, lead_unit=people.TRANSPORT_UNIT)

    mine = _grant(session, people.TRANSPORT)
    for row in session.scalars(select(GrantRow).where(GrantRow.ref == people.TRANSPORT_UNIT)).all():
        if row.user_id != mine.user_id:
            end_grant(work_of(session, "anquan"), row.id)
    known.forget(session)

    left = _left(session, people.TRANSPORT, mine)

    (line,) = left.lines  # the confidential one is not counted, and yet not forgotten
    assert "交通运输局" in line
    assert "等着办的诉求会没有人接" in line


def test_the_page_asks_first_and_leads_to_the_handover(stage, session, assigned):
    admin, path = stage("xitong"), f"/admin/accounts/{_user(session, people.POWER).id}/disable"
    admin.refused(409, path, "/admin/accounts").reads(
        "先交接，再停用账号", "分给韩砚本人还在办的有 1 件", "工作交接单", "洪叙舟"
    )
    admin.reads_nothing_of(assigned.number, assigned.title)
    stage(people.POWER).go("/").reads("分给韩砚的")  # still there

    admin.send(path, "/admin/accounts", then="ask").reads("已请")
    for username in (people.POWER, people.POWER_DEPUTY):
        reader = stage(username).go("/inbox").reads("韩砚要离开岗位", "办工作交接")
    reader.go("/handovers?person=bumen").reads("分给韩砚的")
    reader.send("/handovers", person=people.POWER, successor=people.POWER_DEPUTY)

    admin.send(path, "/admin/accounts").reads("已停用“韩砚”的账号")
    assert stage.fresh(assigned).assigned_to_id == _user(session, people.POWER_DEPUTY).id


def test_what_cannot_wait_goes_back_to_the_post_with_a_line_and_a_word(stage, session, assigned):
    watcher = stage("anquan")
    path = f"/admin/grants/{_grant(session, people.POWER).id}/end"
    watcher.refused(409, path, "/admin/grants").reads("先交接，再结束授权", "等不得的")
    watcher.send(path, "/admin/grants", then="anyway").reads("原来分给他的 1 件回到单位岗位上")

    assert stage.fresh(assigned).assigned_to_id is None
    deputy = stage(people.POWER_DEPUTY)
    deputy.go("/inbox").reads("韩砚离开岗位，没有交接，请重新分办")
    deputy.go(assigned.link).reads("韩砚离开岗位，没有交接，回到县供电公司岗位上")
    stage(people.OWNER).go(assigned.link).reads_nothing_of("离开岗位")
    assert verify.verify(session).ok


def test_a_post_that_is_held_twice_is_not_left(session, assigned):
    grant = Grant(Role.DEPARTMENT, ScopeKind.UNIT, people.POWER_UNIT, Post.HEAD)
    add_grant(work_of(session, "anquan"), _user(session, people.POWER), grant)
    known.forget(session)

    assert _left(session, people.POWER, _grant(session, people.POWER)) is None
    assert _left(session, people.POWER) is not None


def test_nobody_else_comes_to_ask(stage, session, assigned):
    path = f"/admin/accounts/{_user(session, people.POWER).id}/disable"
    for username in (people.POWER_DEPUTY, people.CLERK, "anquan", "shenji"):
        stage(username).refused(403, path, "/password", then="anyway")
