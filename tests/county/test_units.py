"""审签 is switched by the system administrator, on the page, by program and by the operator; where somebody can endorse."""

import pytest
from sqlalchemy import select

from chainhub.audit.models import AuditEntry
from chainhub.core.actor import Actor
from chainhub.core.errors import Conflict, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Unit
from chainhub.county.people.models import GrantRow
from chainhub.county.people.service import accounts, tokens, units
from tests import people
from tests.people import NOW, POWER_UNIT, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


def _deed(session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()


def test_it_is_switched_on_and_off_and_recorded(session):
    admin = work_of(session, "xitong")
    stamp = known.of(session).stamp

    units.set_endorses(admin, POWER_UNIT, on=True)

    known.forget(session)
    assert known.of(session).directory.does_endorse(POWER_UNIT)
    assert known.of(session).stamp != stamp
    assert (_deed(session).action, _deed(session).data) == ("unit_endorses", {"after": "开审签"})
    with pytest.raises(Conflict):
        units.set_endorses(admin, POWER_UNIT, on=True)
    assert units.set_endorses(admin, POWER_UNIT, on=False).endorses is False


def test_it_is_not_switched_on_where_nobody_could_endorse(session):
    for row in session.scalars(select(GrantRow).where(GrantRow.ref == POWER_UNIT)):
        row.ended_at = NOW if row.post != "contact" else None
    session.flush()

    with pytest.raises(Conflict):
        units.set_endorses(work_of(session, "xitong"), POWER_UNIT, on=True)


@pytest.mark.parametrize("code", ["nichts", "group_energy", "x\x00"])
def test_a_unit_that_handles_nothing_is_not_there(session, code):
    with pytest.raises(NotFound):
        units.set_endorses(work_of(session, "xitong"), code, on=True)


@pytest.mark.parametrize("username", people.EVERYBODY)
def test_who_switches(as_, session, username):
    client = as_(username)

    assert client.get("/admin/units").status_code == (200 if username == "xitong" else 403)
    if username != "xitong":
        with pytest.raises(NotAllowed):
            units.set_endorses(work_of(session, username), POWER_UNIT, on=True)


def test_the_operator_switches(session):
    operator = Work(session, Actor(None, "operator", "命令行"), NOW, known.of(session).calendar)

    assert units.set_endorses(operator, POWER_UNIT, on=True).endorses


def test_the_page_and_the_program(as_, client, session):
    admin = as_("xitong")
    path = "/admin/units"
    token = token_of(admin, path)

    assert admin.post(f"{path}/{POWER_UNIT}/on", data={"csrf_token": token}).status_code == 303
    assert "县供电公司的审签开了" in said(admin.get(path))
    assert admin.post(f"{path}/{POWER_UNIT}/on", data={"csrf_token": token}).status_code == 409
    assert session.get(Unit, POWER_UNIT, populate_existing=True).endorses
    heads = {}
    for name in ("xitong", people.POWER):
        issued = tokens.issue_token(
            work_of(session, name), accounts.find(work_of(session, name), name), "试验"
        )
        heads[name] = {"Authorization": f"Bearer {issued}"}
    session.commit()
    there = f"/api/v1/units/{POWER_UNIT}/endorses"
    answer = client.post(there, headers=heads["xitong"], json={"on": False})
    assert answer.json == {"code": POWER_UNIT, "endorses": False}
    assert client.post(there, headers=heads["xitong"], json={}).status_code == 422
    assert client.post(there, headers=heads[people.POWER], json={"on": True}).status_code == 403
    gone = client.post("/api/v1/units/nichts/endorses", headers=heads["xitong"], json={"on": True})
    assert gone.status_code == 404
