"""The checklists of the categories: kept by the administrator, dated, audited, and in force at once."""

import pytest

from chainhub.core.errors import Invalid, NotAllowed, NotFound
from chainhub.tickets.service import checklist_keeping as keeping
from chainhub.tickets.service.checklist_keeping import Entry
from chainhub.tickets.workflow import State
from tests import people
from tests.api.calling import V1
from tests.builders import a_ticket
from tests.people import china, work_of

LIST = [Entry("到现场看过", True), Entry("写明责任人", False)]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("必做：到现场看过\n写明责任人\n", LIST),
        ("必做 到现场看过\n\n  写明责任人 ", LIST),
        ("必做到位", [Entry("必做到位", False)]),
        (" \n", []),
    ],
)
def test_a_list_is_written_a_line_each(text, entries):
    assert keeping.read(text) == entries
    assert keeping.read(keeping.written(entries)) == entries


@pytest.mark.slow
def test_a_change_is_dated_and_what_stays_keeps_its_ticks(stage, session):
    ticket = a_ticket(session, State.HANDLING, category="safety")
    session.commit()
    stage.later(china(2026, 3, 2, 11))
    unit = stage(people.POWER)
    unit.send(f"{ticket.link}/checklist", ticket.link, item="site", done="y").reads("1 / 3")

    admin = stage("xitong").go("/").reads("办理清单")
    admin.go("/admin/checklists").reads("安全生产", "到现场看过", "必做")
    admin.go("/admin/checklists/safety/edit").reads("必做：到现场看过")
    admin.refused(422, "/admin/checklists/safety/edit", items="到现场看过\n到现场看过").reads(
        "写了两遍", "有 1 处要改"
    )
    admin.send("/admin/checklists/safety/edit", items="必做：到现场看过\n必做：拍照留存").reads(
        "照新的办", "拍照留存"
    )

    unit.go(ticket.link).reads("1 / 2", "拍照留存")
    done = {"outcome": "solved", "reply": "整改好了。"}
    unit.refused(422, f"{ticket.link}/act/resolve", **done).reads("“拍照留存”必须做完")
    stage("shenji").go("/admin/audit").reads("改办理清单", "安全生产")
    admin.send("/admin/checklists/safety/edit", items="").reads("照新的办")
    unit.go(ticket.link).reads_nothing_of("办理清单")


@pytest.mark.slow
def test_other_categories_keep_theirs_and_one_of_the_second_level_may_have_its_own(session):
    work = work_of(session, "xitong")
    before = {one.code: one for one in keeping.of_all(work)}
    keeping.keep(work, "safety_inspection", LIST)

    now = {one.code: one for one in keeping.of_all(work)}

    assert {**before, "safety_inspection": now["safety_inspection"]} == now
    assert now["safety_inspection"].label.startswith("安全生产：")


@pytest.mark.slow
def test_what_makes_no_list_is_refused_and_nobody_else_keeps_one(session, stage):
    work = work_of(session, "xitong")
    for entries in (
        [Entry(str(one), False) for one in range(21)],
        [Entry("长" * 41, False)],
        [Entry("", True)],
    ):
        with pytest.raises(Invalid):
            keeping.keep(work, "safety", entries)
    with pytest.raises(NotFound):
        keeping.keep(work, "nowhere", LIST)
    for username in (people.POWER, people.CLERK, people.OWNER, "anquan", "shenji"):
        with pytest.raises(NotAllowed):
            keeping.keep(work_of(session, username), "safety", LIST)
        stage(username).shut("/admin/checklists", 403)
        stage(username).shut("/admin/checklists/safety/edit", 403)


@pytest.mark.slow
def test_by_program(client, session):
    from chainhub.county.people import queries, service

    heads = {}
    for name in ("xitong", people.CLERK):
        token = service.issue_token(work_of(session, name), queries.user_by_name(session, name), "试验")
        heads[name] = {"Authorization": f"Bearer {token}"}
    session.commit()
    body = {"items": [{"label": "到现场看过", "must": True}, {"label": "写明责任人"}]}

    assert client.post(f"{V1}/checklists/tech", headers=heads[people.CLERK], json=body).status_code == 403
    assert client.post(f"{V1}/checklists/nowhere", headers=heads["xitong"], json=body).status_code == 404
    assert client.post(f"{V1}/checklists/tech", headers=heads["xitong"], json={}).status_code == 422
    made = client.post(f"{V1}/checklists/tech", headers=heads["xitong"], json=body)
    assert made.json["items"] == [
        {"label": "到现场看过", "must": True},
        {"label": "写明责任人", "must": False},
    ]
    listed = client.get(f"{V1}/checklists", headers=heads["xitong"]).json["items"]
    assert "tech" in {one["category"] for one in listed}
