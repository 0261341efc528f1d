"""AB角: while somebody is away, who stands in has their tasks and notices, under their own name and marked 代."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.actor import Grant, Post, Role, ScopeKind
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries
from chainhub.county.people.service import add_grant, leaving
from chainhub.notices.models import Notice
from chainhub.tickets import desk
from chainhub.tickets import queries as tickets
from chainhub.tickets.service import moving
from chainhub.tickets.service.moving import Step
from chainhub.tickets.terms import ReturnReason
from chainhub.tickets.workflow import Action, State
from tests import people
from tests.builders import a_ticket, move
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

SPAN = leaving.Span(date(2026, 3, 2), date(2026, 3, 4), "培训")
TOMORROW = NOW + timedelta(days=1)


def _lent(session, username, at=TOMORROW):
    work = work_of(session, username, at)
    return Work(session, known.standing_in(session, work.actor, at), at, work.calendar)


def _away(session, who=people.POWER, substitute=people.TRANSPORT, span=SPAN):
    made = leaving.record(work_of(session, who), who, substitute, span)
    known.forget(session)
    return made


def test_the_substitute_sees_and_does_what_the_absent_person_would(session):
    ticket = a_ticket(session, State.DISPATCHED)
    with pytest.raises(NotFound):
        tickets.own(_lent(session, people.TRANSPORT), ticket.number)
    _away(session)

    moving.move(_lent(session, people.TRANSPORT), ticket.number, Step(Action.ACKNOWLEDGE, ticket.version))

    event = tickets.last_event(session, ticket.id)
    user = queries.user_by_name(session, people.TRANSPORT)
    assert (event.actor_id, event.actor_name) == (user.id, f"{user.name}（代韩砚）")
    assert ticket.number in [
        row.number for group in desk.desk(_lent(session, people.TRANSPORT)).groups for row in group.rows
    ]
    assert not tickets.events(session, ticket.id)[1].actor_name.endswith("）")


def test_before_and_after_nobody_stands_in(session):
    _away(session)
    for day in (date(2026, 3, 1), date(2026, 3, 5)):
        at = NOW.replace(month=day.month, day=day.day)
        assert not [one for one in _lent(session, people.TRANSPORT, at).actor.grants if one.lent_by]
    assert [one for one in _lent(session, people.TRANSPORT).actor.grants if one.lent_by == "韩砚"]


def test_notices_reach_the_substitute_too(session):
    _away(session)
    ticket = a_ticket(session, State.ACCEPTED)
    move(session, ticket, people.DISPATCHER, Action.DISPATCH, TOMORROW, lead_unit=people.POWER_UNIT)

    def told(username):
        user = queries.user_by_name(session, username)
        return session.scalars(select(Notice.text).where(Notice.user_id == user.id)).all()

    assert any("请签收" in text for text in told(people.POWER))
    assert any(text.startswith("（代韩砚）") and "请签收" in text for text in told(people.TRANSPORT))
    assert not any("代" in text for text in told(people.OWNER))


def test_separated_duties_hold_for_the_substitute_as_a_person(session):
    ticket = a_ticket(session, State.RESOLVED)  # resolved by POWER
    leaving.record(work_of(session, people.REVIEWER), people.REVIEWER, people.POWER, SPAN)
    known.forget(session)

    with pytest.raises(Conflict):
        moving.move(_lent(session, people.POWER), ticket.number, Step(Action.PASS_REVIEW, ticket.version))


def test_who_stands_in_for_the_dispatcher_does_not_rule_on_the_return(session):
    ticket = a_ticket(session, State.DISPUTED)
    _away(session, people.DISPATCHER, people.CLERK)
    for action in (Action.UPHOLD_RETURN, Action.REJECT_RETURN):
        with pytest.raises(Conflict, match="另一位"):
            moving.move(
                _lent(session, people.CLERK), ticket.number, Step(action, ticket.version, {"note": "定"})
            )
    move(session, ticket, people.REVIEWER, Action.REJECT_RETURN, TOMORROW, note="归你们")


def test_what_was_dispatched_in_somebodys_place_they_do_not_rule_on_either(session):
    ticket = a_ticket(session, State.ACCEPTED)
    _away(session, people.DISPATCHER, people.CLERK)
    given = {"lead_unit": people.POWER_UNIT}
    moving.move(_lent(session, people.CLERK), ticket.number, Step(Action.DISPATCH, ticket.version, given))
    reason = {"reason_code": ReturnReason.FUNCTION, "note": "不归我们"}
    move(session, ticket, people.POWER, Action.RETURN, TOMORROW, **reason)

    with pytest.raises(Conflict, match="另一位"):
        move(session, ticket, people.DISPATCHER, Action.UPHOLD_RETURN, TOMORROW, note="定")


def test_who_stands_in_for_the_reviewer_does_not_close_in_their_place(session):
    """One of the four duties by the absent person, the next by the substitute in their place: both are one post's."""
    ticket = a_ticket(session, State.CONFIRMED)  # reviewed by REVIEWER
    user = queries.user_by_name(session, people.REVIEWER)
    add_grant(
        work_of(session, "anquan"),
        user,
        Grant(Role.COMMITTEE, ScopeKind.CHAIN, "equipment", Post.CONTACT),
    )
    _away(session, people.REVIEWER, people.TRANSPORT)
    with pytest.raises(Conflict, match="审核"):
        moving.move(_lent(session, people.TRANSPORT), ticket.number, Step(Action.CLOSE, ticket.version))


def test_who_may_in_their_own_right_is_not_held_by_what_the_absent_person_did(session):
    ticket = a_ticket(session, State.DISPUTED)
    _away(session, people.DISPATCHER, people.REVIEWER)
    step = Step(Action.REJECT_RETURN, ticket.version, {"note": "归你们"})
    assert moving.move(_lent(session, people.REVIEWER), ticket.number, step).state is State.DISPATCHED


def test_a_leaders_word_is_not_lent(session):
    with pytest.raises(Invalid):
        leaving.record(work_of(session, people.CHIEF), people.CHIEF, people.POWER, SPAN)


@pytest.mark.parametrize(
    ("substitute", "span", "field"),
    [
        (people.POWER, SPAN, "substitute"),
        (people.OWNER, SPAN, "substitute"),
        ("xitong", SPAN, "substitute"),
        ("nobody", SPAN, "substitute"),
        (people.TRANSPORT, leaving.Span(date(2026, 3, 4), date(2026, 3, 3)), "until_on"),
        (people.TRANSPORT, leaving.Span(date(2026, 2, 1), date(2026, 2, 2)), "until_on"),
        (people.TRANSPORT, leaving.Span(date(2026, 3, 4), date(2028, 3, 3)), "until_on"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(session, substitute, span, field):
    with pytest.raises(Invalid) as refusal:
        leaving.record(work_of(session, people.POWER), people.POWER, substitute, span)

    assert field in refusal.value.errors


def test_two_at_once_and_a_substitute_who_is_away_are_refused(session):
    made = _away(session)
    with pytest.raises(Conflict):
        _away(session)
    with pytest.raises(Invalid):
        leaving.record(work_of(session, people.CLERK), people.CLERK, people.POWER, SPAN)
    leaving.cancel(work_of(session, people.POWER), made.id)
    with pytest.raises(Conflict):
        leaving.cancel(work_of(session, people.POWER), made.id)
    _away(session)


def test_a_leave_that_is_over_stays_as_it_was(session, as_, monkeypatch):
    made = _away(session)
    last, after = NOW + timedelta(days=2), NOW + timedelta(days=3)
    assert leaving.may_cancel(work_of(session, people.POWER, last), made)
    assert not leaving.may_cancel(work_of(session, people.POWER, after), made)

    with pytest.raises(Conflict, match="过完"):
        leaving.cancel(work_of(session, people.POWER, after), made.id)
    session.commit()
    monkeypatch.setattr(clock, "now", lambda: after)
    page = said(as_(people.POWER).get("/leave"))
    assert "2026年3月2日到2026年3月4日" in page.replace(" ", "")
    assert "取消" not in page


def test_others_are_recorded_by_the_administrator_alone(session):
    with pytest.raises(NotAllowed):
        leaving.record(work_of(session, people.TRANSPORT), people.POWER, people.TRANSPORT, SPAN)
    made = leaving.record(work_of(session, "xitong"), people.POWER, people.TRANSPORT, SPAN)
    with pytest.raises(NotFound):
        leaving.cancel(work_of(session, people.CLERK), made.id)


def test_through_the_pages_the_substitute_comes_in_and_goes(as_, session):
    ticket = a_ticket(session, State.DISPATCHED)
    session.commit()
    client, other = as_(people.POWER), as_(people.TRANSPORT)
    assert other.get(f"/tickets/{ticket.number}").status_code == 404
    today = clock.now().date() + timedelta(days=0)
    given = {
        "csrf_token": token_of(client, "/leave"),
        "from_on": (today - timedelta(days=1)).isoformat(),
        "until_on": (today + timedelta(days=2)).isoformat(),
        "substitute": people.TRANSPORT,
    }
    bad = client.post("/leave", data={**given, "from_on": "昨天"})
    assert bad.status_code == 422
    assert people.TRANSPORT in bad.get_data(as_text=True)
    assert client.post("/leave", data=given).status_code == 303
    assert "代办" in said(client.get("/leave"))
    assert other.get(f"/tickets/{ticket.number}").status_code == 200
    row = leaving.listed(work_of(session, people.POWER))[0]
    assert client.post(f"/leave/{row.leave.id}/cancel", data=given).status_code == 303
    assert other.get(f"/tickets/{ticket.number}").status_code == 404


def test_a_substitute_is_chosen_by_name_and_what_was_typed_stays(as_, session):
    deputy = queries.user_by_name(session, people.POWER_DEPUTY)
    client, today = as_(people.POWER), clock.now().date()
    page = client.get("/leave").get_data(as_text=True)
    assert f'<option value="{deputy.name}">' in page
    assert queries.user_by_name(session, people.TRANSPORT).name not in page, "another unit's are typed"
    given = {"from_on": today.isoformat(), "until_on": (today + timedelta(days=2)).isoformat()}
    token = {"csrf_token": token_of(client, "/leave")}
    wrong = client.post("/leave", data={**given, **token, "substitute": "没有这人"})
    assert wrong.status_code == 422
    assert 'value="没有这人"' in wrong.get_data(as_text=True)

    assert client.post("/leave", data={**given, **token, "substitute": deputy.name}).status_code == 303

    assert leaving.listed(work_of(session, people.POWER))[0].leave.substitute_id == deputy.id


def test_of_one_name_the_colleague_goes_first_and_else_nobody_is_guessed(session):
    deputy, other = (queries.user_by_name(session, one) for one in (people.POWER_DEPUTY, people.TRANSPORT))
    other.name = deputy.name
    session.flush()

    with pytest.raises(Invalid) as refused:
        leaving.record(work_of(session, people.CLERK), people.CLERK, deputy.name, SPAN)
    made = leaving.record(work_of(session, people.POWER), people.POWER, deputy.name, SPAN)

    assert "登录名" in refused.value.errors["substitute"][0]
    assert made.substitute_id == deputy.id


@pytest.mark.parametrize("username", [people.OWNER, people.CHIEF, "anquan", "shenji"])
def test_the_page_is_for_those_whose_work_is_lent(as_, username):
    assert as_(username).get("/leave").status_code == 403
