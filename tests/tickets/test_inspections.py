"""迎检: who lays tickets before an inspection, what whoever inspects sees, and that it ends."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.routing import AnyConverter, IntegerConverter

from chainhub.audit.models import AuditEntry
from chainhub.core import clock
from chainhub.core.actor import Role
from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as accounts
from chainhub.county.people import service as people_service
from chainhub.county.people.models import GrantRow, User
from chainhub.county.people.service import Accounts
from chainhub.tickets import listing
from chainhub.tickets.inspections import jobs, rules, service, showing
from chainhub.tickets.inspections.models import InspectionAccount
from chainhub.tickets.inspections.service import Asked
from chainhub.tickets.workflow import State
from chainhub.web import doors
from tests import builders, people
from tests.people import NOW, work_of
from tests.web_client import sign_in, token_of

PHONE = "13900002076"
BODY = {"body": "县委第三巡察组", "reason": "优化营商环境专项巡察", "days": 7}
slow = pytest.mark.slow


def _made(session, *tickets, username=people.CLOSER, at=NOW, **given):
    asked = Asked(**{**BODY, "numbers": "\n".join(one.number for one in tickets), **given})
    return service.make(work_of(session, username, at), asked)


def _inspector(session, one, at=NOW, name="李检查") -> tuple[Work, User, str]:
    user, once = service.open_account(work_of(session, people.CLOSER, at), one.id, name)
    actor = accounts.account(session, user.id).actor
    return Work(session, actor, at, known.of(session).calendar), user, once


def test_numbers_are_read_from_what_is_pasted_and_nothing_else_is_taken():
    typed = "EQ-2026-00017，eq-2026-00018\nEQ-2026-00017"

    assert rules.numbers(typed) == ["EQ-2026-00017", "EQ-2026-00018"]
    assert rules.strange(typed) == []
    assert rules.strange("EQ-2026-00017 全部") == ["全部"]


@slow
@pytest.mark.parametrize("username", people.EVERYBODY)
def test_only_a_secretary_lays_tickets_before_an_inspection(session, username):
    ticket = builders.submitted(session)

    if username == people.CLOSER:  # deputy of the committee
        assert _made(session, ticket, username=username).tickets == 1
        return
    with pytest.raises(NotAllowed):
        _made(session, ticket, username=username)


@slow
def test_no_ticket_of_another_chain_none_that_is_confidential_none_that_is_not_there(session):
    secret = builders.submitted(session, confidential=True)
    other = builders.submitted(session, username="q_jietan_biaochu")
    ticket = builders.submitted(session)

    for bad in (secret, other):
        with pytest.raises(Invalid) as refused:
            _made(session, ticket, bad)
        assert bad.number in refused.value.errors["numbers"][0]
    with pytest.raises(Invalid):
        _made(session, numbers="EQ-2026-99999")
    with pytest.raises(Invalid):
        _made(session, ticket, days=31)
    with pytest.raises(Invalid):
        _made(session, ticket, body="", reason="")


@slow
def test_a_filter_chooses_what_the_list_shows_and_it_stays_chosen(session):
    shown = builders.submitted(session)
    builders.a_ticket(session, State.HANDLING)
    one = _made(session, args={"state": ["submitted"]})

    builders.submitted(session, content="后来又报的一件事情。")

    assert list(service.ticket_ids(work_of(session, people.CLOSER), one)) == [shown.id]
    assert one.chosen_by == "办到哪：待接单"


@slow
def test_too_many_are_refused(session, monkeypatch):
    monkeypatch.setattr(rules, "TICKETS_MOST", 1)
    builders.submitted(session)
    builders.submitted(session, content="第二件要办的事情。")

    with pytest.raises(Invalid):
        _made(session, args={})


@slow
def test_an_inspector_sees_what_was_chosen_and_nothing_else_and_each_look_is_logged(session):
    chosen, other = builders.a_ticket(session, State.HANDLING), builders.submitted(session)
    work, user, _ = _inspector(session, _made(session, chosen))

    assert service.look(work, chosen.number) is chosen
    with pytest.raises(NotFound):
        service.look(work, other.number)
    assert [one.ticket.id for one in service.look_through(work, "").items] == [chosen.id]
    assert listing.count(work, listing.Filter()) == 1
    logged = session.scalars(select(AuditEntry.about).where(AuditEntry.action == "inspect")).all()
    assert logged == [chosen.number, "清单，1 件"]
    assert session.get(InspectionAccount, user.id).opened_by.endswith("闻述之")


@slow
def test_what_has_become_confidential_is_not_shown_any_more(session):
    chosen = builders.submitted(session)
    work, _, _ = _inspector(session, _made(session, chosen))
    chosen.confidential = True
    session.flush()

    with pytest.raises(NotFound):
        service.look(work, chosen.number)


@slow
def test_everything_an_inspector_reads_is_masked(session):
    content = f"请找陶见禾，电话 {PHONE}，身份证370830199001011234"
    ticket = builders.a_ticket(session, State.CLOSED, content=content, title=f"回电{PHONE}")
    work, _, _ = _inspector(session, _made(session, ticket))

    said = str(showing.view(work, ticket))

    assert PHONE not in said
    assert "19900101" not in said
    assert "陶见禾" not in said
    assert "陶**" in said
    assert "宋以宁" in said  # who accepted it is an officer: that is what an inspection asks about


@slow
def test_an_account_ends_by_itself_though_no_job_has_run(session):
    one = _made(session, builders.submitted(session))
    _, user, once = _inspector(session, one)
    there = Accounts(lambda: one.until - timedelta(seconds=1))
    gone = Accounts(lambda: one.until)

    assert there.by_session(session, user.id, "sid") is not None
    assert gone.by_session(session, user.id, "sid") is None
    for at, works in ((NOW, True), (one.until, False)):
        tried = people_service.authenticate(session, user.username, once, "10.0.0.1", at)
        assert (tried.account is not None) is works


@slow
def test_the_job_ends_accounts_whose_time_is_over(session):
    one = _made(session, builders.submitted(session))
    _, user, _ = _inspector(session, one)
    epoch = user.epoch

    assert list(jobs.find_over(work_of(session, "clock", one.until - timedelta(seconds=1)), 9)) == []
    late = work_of(session, "clock", one.until)
    jobs.end_over(late, jobs.find_over(late, 9))

    assert (user.is_active, user.epoch, one.ended_at) == (False, epoch + 1, one.until)
    assert accounts.account(session, user.id).actor.grants == ()
    assert list(jobs.find_over(late, 9)) == []


@slow
@pytest.mark.parametrize("username", [people.CLOSER, "xitong"])
def test_it_is_ended_by_hand_at_once(session, username):
    one = _made(session, builders.submitted(session))
    _, user, _ = _inspector(session, one)

    service.end(work_of(session, username), one.id)

    assert not user.is_active
    with pytest.raises(Conflict):
        service.end(work_of(session, username), one.id)
    with pytest.raises(Conflict):
        service.open_account(work_of(session, people.CLOSER), one.id, "王又来")


@slow
def test_one_account_is_ended_and_the_others_stay(session):
    one = _made(session, builders.submitted(session))
    (_, first, _), (_, second, _) = (_inspector(session, one, name=name) for name in ("李检查", "王检查"))

    service.end_account(work_of(session, people.CLOSER), one.id, first.id)

    assert (first.is_active, second.is_active) == (False, True)
    with pytest.raises(NotFound):
        service.end_account(work_of(session, people.CLOSER), one.id, work_of(session, people.CLERK).actor.id)


@slow
def test_a_button_pressed_twice_opens_one_account_for_a_person(session):
    one = _made(session, builders.submitted(session))
    _inspector(session, one)

    with pytest.raises(Conflict, match="已经给李检查开过账号"):
        _inspector(session, one)


@slow
@pytest.mark.parametrize("username", [people.CLERK, "dw_textile_deputy", people.CHIEF, people.OWNER])
def test_somebody_elses_inspection_is_not_there(session, username):
    one = _made(session, builders.submitted(session))
    if accounts.user_by_name(session, username) is None:
        username = session.scalar(_deputy_of("textile"))

    with pytest.raises(NotFound):
        service.own(work_of(session, username), one.id)
    with pytest.raises(NotFound):
        service.end(work_of(session, username), one.id)


def _deputy_of(chain: str):
    return (
        select(User.username)
        .join(GrantRow, GrantRow.user_id == User.id)
        .where(GrantRow.role == Role.COMMITTEE, GrantRow.ref == chain, GrantRow.post == "deputy")
        .limit(1)
    )


@slow
def test_nobody_becomes_an_inspector_otherwise_and_an_inspector_nothing_else(session):
    one = _made(session, builders.submitted(session))
    _, user, _ = _inspector(session, one)
    keeper, admin = work_of(session, "anquan"), work_of(session, "xitong")
    grant = accounts.account(session, user.id).actor.grants[0]

    with pytest.raises(Invalid):
        people_service.add_grant(keeper, session.get_one(User, keeper.actor.id + 1), grant)
    with pytest.raises((Conflict, Invalid)):
        people_service.add_grant(keeper, user, people.actor(session, people.CLERK).grants[0])
    with pytest.raises(NotAllowed):
        people_service.reset_password(admin, user)
    service.end(admin, one.id)
    with pytest.raises(Conflict):
        people_service.enable(admin, user)


# Through HTTP


@pytest.fixture
def inspecting(session, app):
    """An inspector's own client, signed in, with the password changed; and the ticket that was chosen."""
    ticket = builders.a_ticket(session, State.HANDLING, content=f"请打{PHONE}，事情很急。")
    one = _made(session, ticket, at=clock.now())
    _, user, once = _inspector(session, one, clock.now())
    session.commit()
    client = app.test_client()
    assert sign_in(client, user.username, once).status_code == 303
    assert client.get("/inspected").location.endswith("/password")
    new = "yige-xin-mima-2026"
    data = {"csrf_token": token_of(client, "/password"), "old": once, "new": new, "again": new}
    assert client.post("/password", data=data).status_code == 303
    return client, ticket, one, user


@slow
def test_an_inspector_comes_through_no_door_but_their_own(app, inspecting):
    client, ticket, _, _ = inspecting
    opens = set()
    token = token_of(client, "/password")
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        addresses = [
            (rule, method, adapter.build(rule.endpoint, _filled(rule, ticket.number), method=method))
            for rule in app.url_map.iter_rules()
            for method in sorted(rule.methods & {"GET", "POST"})
            if rule.endpoint not in {"static", "people.sign_out", "people.sign_in"}
        ]
    for rule, method, path in addresses:
        answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert PHONE not in answer.get_data(as_text=True), path
        if answer.status_code < 400:
            opens.add(rule.endpoint)

    with app.app_context():
        own = {name for name in opens if not doors.guard_of(name).public}
    assert own == {"home.index", "people.password", "tickets.inspected", "tickets.inspected_one"}


def _filled(rule, number):
    values = {}
    for name, converter in rule._converters.items():
        if isinstance(converter, IntegerConverter):
            values[name] = 1
        elif isinstance(converter, AnyConverter):
            values[name] = sorted(converter.items)[0] if hasattr(converter, "items") else "yes"
        else:
            values[name] = {"number": number, "action": "accept"}.get(name, "x")
    return values


@slow
def test_ending_it_ends_the_session_at_once(session, inspecting):
    client, ticket, one, _ = inspecting
    page = client.get(f"/inspected/{ticket.number}")
    assert page.status_code == 200
    assert "已脱敏" not in page.get_data(as_text=True)
    assert "139****2076" in page.get_data(as_text=True)

    service.end(work_of(session, people.CLOSER), one.id)
    session.commit()

    answer = client.get(f"/inspected/{ticket.number}")
    assert (answer.status_code, "/sign-in" in answer.location) == (303, True)


@slow
def test_a_secretary_makes_one_on_the_page_and_reads_the_password_once(session, as_):
    ticket = builders.submitted(session)
    session.commit()
    client = as_(people.CLOSER)
    given = {
        **BODY,
        "days": "7",
        "numbers": ticket.number,
        "csrf_token": token_of(client, "/inspections/new"),
    }

    made = client.post("/inspections/new", data=given)
    assert made.status_code == 303
    path = made.location
    token = token_of(client, path)
    once = client.post(f"{path}/accounts", data={"name": "李检查", "csrf_token": token})

    assert 'id="once"' in once.get_data(as_text=True)
    assert "李检查" in client.get(path).get_data(as_text=True)
    assert client.post("/inspections/new", data={**given, "numbers": "乱写"}).status_code == 422
    assert as_(people.CLERK).get(path).status_code == 404
    assert as_(people.DISPATCHER).get(path).status_code == 403
    assert session.scalar(select(func.count(InspectionAccount.user_id))) == 1


@slow
def test_an_inspector_gets_no_token(app, inspecting):
    _, _, _, user = inspecting
    given = {"username": user.username, "password": "yige-xin-mima-2026", "name": "探一探"}

    answer = app.test_client().post("/api/v1/tokens", json=given)

    assert answer.status_code == 403
