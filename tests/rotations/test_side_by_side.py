"""One chain rotates several things side by side; a period whose every day is taken is named."""

from datetime import date, timedelta

import pytest
import vobject
from sqlalchemy import select

from chainhub.core import clock
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.county.people import service as accounts
from chainhub.county.people.models import User
from chainhub.notices.models import Notice
from chainhub.rotations import jobs, queries, rules, troubles
from chainhub.rotations.days import Bar, Rhythm
from chainhub.rotations.models import Rotation
from chainhub.rotations.rules import Member, Rota
from chainhub.rotations.service import holding, roster, subscribing, warning
from chainhub.rotations.service.roster import Asked
from chainhub.rotations.service.subscribing import What
from chainhub.rotations.troubles import Sort
from chainhub.rotations.workflow import Action, Change
from tests import people
from tests.api.calling import Caller, given, refused
from tests.people import NOW, work_of
from tests.rotations.staging import CHAIN, moved, opened, salons
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

TODAY = NOW.date()
PARTY_DAY = "主题党日"
MONTHLY = Rhythm(date(2026, 3, 1), 1, 1)  # wants the third Friday, as the salon does
SPRING = (date(2026, 5, 1), date(2026, 6, 30))  # one whole period of the salon


@pytest.fixture(autouse=True)
def hands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def beside(session) -> Rotation:
    """主题党日 of the same chain, every month."""
    return roster.open_rotation(work_of(session, people.CLERK), CHAIN, MONTHLY, name=PARTY_DAY)


def days_of(session, rotation) -> set[date]:
    return {one.on for one in salons(session, rotation) if one.on}


def close(session, rotation, from_on, until_on):
    asked = Asked(Change.CLOSED, "全县防汛", from_on=from_on, until_on=until_on)
    return roster.change(work_of(session, people.CLERK), rotation.id, asked)


def test_two_rotations_of_a_chain_share_no_day_and_keep_their_own_turns(session):
    salon = opened(session)
    stood = days_of(session, salon)

    party = beside(session)
    for ahead in range(3):
        at = NOW + timedelta(days=ahead)
        jobs.lay_anew(work_of(session, "clock", at), [salon.id, party.id])

    assert days_of(session, salon) == stood  # the newcomer gives way
    assert not days_of(session, party) & stood
    clashing = [one for one in salons(session, party) if any("办红色沙龙" in why for why in one.why)]
    assert clashing
    assert len(days_of(session, party)) > 1.5 * len(stood)
    rows = queries.of_chain(work_of(session, people.CLERK), CHAIN)
    assert [one.name for one in rows] == ["红色沙龙", PARTY_DAY]


def test_a_name_is_there_once_and_only_the_committee_opens(session):
    opened(session)
    with pytest.raises(Conflict, match="已经有“红色沙龙”"):
        opened(session)
    beside(session)
    for who, refusal in ((people.CHIEF, NotAllowed), (people.OWNER, NotAllowed), (people.STRANGER, NotFound)):
        with pytest.raises(refusal):
            roster.open_rotation(work_of(session, who), CHAIN, MONTHLY, name="党建联建")


def test_a_day_is_refused_that_another_rotation_of_the_chain_has(session):
    salon, party = opened(session), beside(session)
    taken = salons(session, salon)[0].on

    row, asked = salons(session, party)[3], {"on": taken, "why": "想放一起"}

    with pytest.raises(Invalid) as refusal:
        holding.act(work_of(session, people.CLERK), row.id, Action.PIN, None, asked)

    assert "办红色沙龙" in refusal.value.errors["on"][0]


def test_two_announced_sessions_of_a_chain_on_a_day_are_named(session):
    salon, party = opened(session), beside(session)
    one = moved(session, salons(session, salon)[0], Action.ANNOUNCE)
    two = moved(session, salons(session, party)[0], Action.ANNOUNCE)
    two.on = one.on
    session.flush()

    (found,) = warning.found(work_of(session, people.CLERK), party)

    assert (found.sort, found.session) == (Sort.CLASH, two.id)
    assert "办红色沙龙" in found.words


def test_whoever_is_told_hears_which_session_it_is(session):
    party = beside(session)
    texts = session.scalars(select(Notice.text).where(Notice.link == party.link)).all()

    assert texts
    assert all("主题党日" in text and "红色沙龙" not in text for text in texts)


def test_calendars_have_both_and_one_alone(session, app):
    salon, party = opened(session), beside(session)
    _, secret = subscribing.give_out(work_of(session, people.OWNER), What.CHAIN, CHAIN)
    session.commit()
    client = app.test_client()

    def names(path: str) -> set[str]:
        calendar = vobject.readOne(client.get(path).get_data(as_text=True))
        return {event.summary.value.partition("：")[0] for event in calendar.vevent_list}

    chain = "装备制造链"
    assert names(f"/calendars/{secret}.ics") == {f"{chain}红色沙龙", f"{chain}主题党日"}
    assert names(f"/rotations/{salon.id}.ics?key={secret}") == {f"{chain}红色沙龙"}
    assert names(f"/rotations/{party.id}.ics?key={secret}") == {f"{chain}主题党日"}


# Pages


def test_the_year_offers_both_and_says_the_right_word_everywhere(session, as_):
    opened(session)
    party = beside(session)
    moved(session, salons(session, party)[0], Action.ANNOUNCE)
    session.commit()
    clerk = as_(people.CLERK)

    assert "红色沙龙 2026 年" in said(clerk.get(f"/rotations?chain={CHAIN}"))
    assert clerk.get(f"/rotations?chain={CHAIN}&rotation=999999").status_code == 200
    text = said(clerk.get(party.link))
    assert "主题党日 2026 年" in text
    assert "每 1 个月一期" in text
    row = salons(session, party)[0]
    for page in (f"/salons/{row.id}", f"/salons/{row.id}/act/cancel", f"/salons/{row.id}/problem"):
        shown = said(clerk.get(page))
        assert "主题党日" in shown, page
        assert "红色沙龙" not in shown, page
    assert "主题党日" in said(as_(people.OWNER).get(f"/rotations?chain={CHAIN}"))


def test_the_committee_opens_another_by_its_form(session, as_):
    opened(session)
    session.commit()
    clerk, page = as_(people.CLERK), f"/rotations/new?chain={CHAIN}"
    form = {"months": "1", "month": "1", "week": "2", "weekday": "4", "starts": "15:00"}
    assert 'value="主题党日"' in clerk.get(page).get_data(as_text=True)
    token = token_of(clerk, page)

    twice = clerk.post(page, data={"csrf_token": token, "name": "红色沙龙", **form})
    wrong = clerk.post(page, data={"csrf_token": token_of(clerk, page), "name": "", **form})
    made = clerk.post(page, data={"csrf_token": token_of(clerk, page), "name": PARTY_DAY, **form})

    assert (twice.status_code, wrong.status_code, made.status_code) == (409, 422, 303)
    assert "主题党日 2026 年" in said(clerk.get(made.location))
    for who, status in ((people.OWNER, 403), (people.CHIEF, 403)):
        assert as_(who).get(page).status_code == status
    assert clerk.get("/rotations/new?chain=textile").status_code in {403, 404}


def test_another_is_opened_by_the_api(session, app):
    opened(session)
    work = work_of(session, people.CLERK)
    token = accounts.issue_token(work, session.get_one(User, work.actor.id), "rotations")
    session.commit()
    clerk = Caller(app.test_client(), token)
    body = {"chain": CHAIN, "name": PARTY_DAY, "months": 1}

    made = given(clerk.post("/rotations", json=body), 201)

    assert (made["name"], made["months"], made["month"]) == (PARTY_DAY, 1, 1)
    refused(clerk.post("/rotations", json=body), 409, "wrong_state")
    refused(clerk.post("/rotations", json={"chain": CHAIN, "name": "长" * 13}), 422)
    names = [one["name"] for one in given(clerk.get("/rotations"))["items"] if one["chain"] == CHAIN]
    assert names == ["红色沙龙", PARTY_DAY]


# A period without a day


MEMBERS = (Member("a", "甲", 1), Member("b", "乙", 2))


@pytest.mark.parametrize(
    ("bars", "taken", "periods"),
    [
        ((), {}, []),
        ((Bar(*SPRING, "防汛"),), {}, [1]),
        ((Bar(SPRING[0], date(2026, 6, 29), "防汛"),), {}, []),  # one day is left
        ((Bar(SPRING[0], date(2026, 6, 29), "防汛"),), {SPRING[1]: "纺织链办红色沙龙"}, [1]),
        ((Bar(*SPRING, "停产", "a"),), {}, []),  # of one firm alone
    ],
)
def test_a_period_whose_days_are_all_taken_is_found(bars, taken, periods, calendar):
    rota = Rota(Rhythm(date(2026, 3, 1)), MEMBERS, bars, taken=taken)
    plan = rules.plan(rota, TODAY, calendar)

    found = rules.without_day(rota, plan, TODAY, calendar)

    assert [period for period, _ in found] == periods
    assert {one.period for one in plan}.isdisjoint(periods)


def test_a_period_that_is_merely_too_near_is_none(calendar):
    rota = Rota(Rhythm(date(2026, 3, 1)), MEMBERS)
    late = date(2026, 4, 27)
    plan = rules.plan(rota, late, calendar)

    assert plan[0].period == 1  # too late for the running one, and nobody was promised it
    assert rules.without_day(rota, plan, late, calendar) == ()


def test_what_takes_a_period_is_said_in_words(calendar):
    rota = Rota(Rhythm(date(2026, 3, 1)), MEMBERS, (Bar(*SPRING, "防汛"),))

    (found,) = troubles.without_day(rota, rules.plan(rota, TODAY, calendar), TODAY, calendar)

    assert found.session is None
    assert found.period_on == SPRING[0]
    assert "2026年5—6月这一期没有能办的日子" in found.words
    assert "防汛" in found.words


def test_a_closed_period_is_shown_before_it_is_saved_and_told_once(session, as_):
    rotation = opened(session)
    session.commit()
    clerk, page = as_(people.CLERK), f"/rotations/{rotation.id}/change/closed"
    form = {"from_on": f"{SPRING[0]}", "until_on": f"{SPRING[1]}", "why": "全县防汛"}

    shown = said(clerk.post(page, data={"csrf_token": token_of(clerk, page), **form}))
    assert "5—6月这一期没有能办的日子" in shown
    close(session, rotation, *SPRING)
    jobs.lay_anew(work_of(session, "clock", NOW + timedelta(days=1)), [rotation.id])
    session.commit()

    assert "5—6月这一期没有能办的日子" in said(clerk.get("/rotations"))
    assert "没有能办的日子" not in said(as_(people.OWNER).get("/rotations"))
    clerk_id = work_of(session, people.CLERK).actor.id
    texts = session.scalars(select(Notice.text).where(Notice.user_id == clerk_id)).all()
    assert sum("没有能办的日子" in text for text in texts) == 1


def test_a_closed_period_by_the_api(session, app):
    rotation = opened(session)
    work = work_of(session, people.CLERK)
    token = accounts.issue_token(work, session.get_one(User, work.actor.id), "rotations")
    session.commit()
    clerk, path = Caller(app.test_client(), token), f"/rotations/{rotation.id}"
    body = {"from_on": f"{SPRING[0]}", "until_on": f"{SPRING[1]}", "why": "全县防汛", "save": True}

    effect = given(clerk.post(f"{path}/changes/closed", json=body))

    assert [one["period_on"] for one in effect["without_day"]] == [f"{SPRING[0]}"]
    (item,) = given(clerk.get(f"{path}/troubles"))["items"]
    assert (item["session"], item["sort"], item["period_on"]) == (None, "no_day", f"{SPRING[0]}")
