"""迎检资料包: what is in it, that nothing leaves its folder, that it is masked, and that its digests are true."""

import hashlib
import re
import zipfile
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import update

from chainhub.core.errors import NotFound
from chainhub.county.people.models import GrantRow
from chainhub.documents.attachments import storing
from chainhub.documents.attachments.models import Attachment
from chainhub.operations.errands import packing, rules, service
from chainhub.operations.errands.rules import Stage
from chainhub.tickets import queries
from chainhub.tickets.inspections import service as inspections
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.tickets.service import papers
from chainhub.tickets.workflow import Action, State
from tests import builders, files, people
from tests.operations.errand_kit import equipped, rows_of, seen, turn
from tests.people import NOW, work_of

PHONE = "13900002076"
CONTENT = f"请找陶见禾，电话{PHONE}，新厂房等电。"
slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("合同.pdf", "01-合同.pdf"),
        ("../../etc/passwd", "01-_.._etc_passwd"),
        ("..\\..\\windows\\x.docx", "01-_.._windows_x.docx"),
        ("con.pdf", "01-_con.pdf"),
        ("\u202efdp.合同.exe", "01-fdp.合同.exe"),
        ("", "01-附件"),
        ("...", "01-附件"),
        ("字" * 200 + ".pdf", f"01-{'字' * 60}.pdf"),
        ("a\x00b\n.pdf", "01-ab.pdf"),
    ],
)
def test_a_name_stays_in_its_folder(name, said):
    found = packing.safe_name(name, 1)

    assert found == said
    assert not re.search(r"[/\\\x00-\x1f]", found)
    assert not found.startswith(".")


@pytest.fixture
def storage(connection, tmp_path):
    return equipped(connection, tmp_path)


@pytest.fixture
def packed(session, storage, opened):
    """The pack of some tickets, as the scheduler has made it."""

    def _packed(*tickets) -> zipfile.ZipFile:
        id_ = _asked(session, *tickets)
        turn(opened)
        found = seen(session, id_)
        assert found.stage is Stage.READY, found.said
        return zipfile.ZipFile(BytesIO(storage.read(found.stored_as)))

    return _packed


def _asked(session, *tickets) -> int:
    work = work_of(session, people.CLOSER)
    numbers = "\n".join(one.number for one in tickets)
    one = inspections.make(work, inspections.Asked("县委第三巡察组", "专项巡察", 7, numbers))
    id_ = service.ask_pack(work, one).id
    session.commit()
    return id_


def _attach(session, storage, ticket, name, *, internal=False, content=files.PDF) -> Attachment:
    place = storing.place()
    storage.keep(place, BytesIO(content))
    made = Attachment(
        owner_kind=queries.OWNER,
        owner_id=ticket.id,
        name=name,
        kind="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=place,
        internal=internal,
        by_name="砚禾齿轮 陶见禾",
        at=NOW,
    )
    session.add(made)
    session.flush()
    return made


@slow
def test_it_has_ledger_papers_evidence_minutes_and_history_and_its_digests_are_true(session, storage, packed):
    ticket = builders.a_ticket(session, State.CONSULTING, content=CONTENT)
    later = NOW.replace(hour=11)
    minutes = {"minutes": f"会上定了，找{PHONE}。"}
    builders.move(session, ticket, people.CLERK, Action.CONCLUDE, later, **minutes)
    papers.issue(work_of(session, people.CLERK, later), ticket.number, PaperKind.MINUTES)
    _attach(session, storage, ticket, "合同.pdf")
    _attach(session, storage, ticket, "内部.pdf", internal=True)

    pack = packed(ticket)

    names = pack.namelist()
    folder = f"诉求/{ticket.number}"
    assert {"台账.xlsx", "目录.html", "校验清单.sha256", f"{folder}/经过.html"} <= set(names)
    assert f"{folder}/附件/01-合同.pdf" in names
    assert not any("内部" in name for name in names)
    assert any("办理单" in name for name in names)
    assert any("会商纪要" in name for name in names)
    sums = dict(reversed(line.split("  ", 1)) for line in pack.read("校验清单.sha256").decode().splitlines())
    assert set(sums) == set(names) - {"校验清单.sha256"}
    assert all(hashlib.sha256(pack.read(name)).hexdigest() == said for name, said in sums.items())
    index = pack.read("目录.html").decode()
    linked = re.findall(r'href="([^"]+)"', index)
    assert set(linked) == set(sums) - {"目录.html"}


@slow
def test_nobody_of_the_enterprise_can_be_read_out_of_what_was_written_for_it(session, packed):
    ticket = builders.a_ticket(session, State.CLOSED, content=CONTENT, title=f"回电{PHONE}")

    pack = packed(ticket)

    written = ""
    for name in pack.namelist():
        content = pack.read(name)
        if name.endswith(".docx"):
            document = Document(BytesIO(content))
            written += "".join(one.text for one in document.paragraphs)
            written += "".join(c.text for t in document.tables for row in t.rows for c in row.cells)
        elif name.endswith(".xlsx"):
            written += str(rows_of(content))
        else:
            written += content.decode()
        written += name
    assert PHONE not in written
    assert "陶见禾" not in written
    assert "139****2076" in written


@slow
def test_markup_in_a_text_is_a_text(session, packed):
    ticket = builders.submitted(session, content="<script>alert(1)</script>，十个字以上", title="<b>粗</b>")

    pack = packed(ticket)

    for name in ("目录.html", f"诉求/{ticket.number}/经过.html"):
        assert "<script" not in pack.read(name).decode()
        assert "<b>" not in pack.read(name).decode()


@slow
def test_evidence_that_is_gone_is_named_and_keeps_nothing_else_out(session, storage, packed):
    ticket = builders.submitted(session)
    gone = _attach(session, storage, ticket, "丢了.pdf")
    _attach(session, storage, ticket, "在.pdf")
    storage.remove(gone.stored_as)

    pack = packed(ticket)

    assert "丢了.pdf（文件不在了" in pack.read("目录.html").decode()
    assert any(name.endswith("02-在.pdf") for name in pack.namelist())


@slow
def test_too_much_evidence_is_refused_in_words(session, storage, opened, monkeypatch):
    monkeypatch.setattr(rules, "PACK_BYTES_MOST", 10)
    ticket = builders.submitted(session)
    _attach(session, storage, ticket, "合同.pdf")
    id_ = _asked(session, ticket)

    turn(opened)

    assert (seen(session, id_).stage, "少选" in seen(session, id_).said) == (Stage.FAILED, True)


@slow
def test_what_has_become_confidential_since_is_left_out(session, storage, opened):
    shown, secret = builders.submitted(session), builders.submitted(session, content="配方的事情，很要紧。")
    id_ = _asked(session, shown, secret)
    secret.confidential = True
    session.commit()

    turn(opened)

    content = storage.read(seen(session, id_).stored_as)
    names = zipfile.ZipFile(BytesIO(content)).namelist()
    assert [secret.number in "".join(names), shown.number in "".join(names)] == [False, True]


@slow
def test_who_is_no_secretary_any_more_gets_no_pack(session, storage, opened):
    id_ = _asked(session, builders.submitted(session))
    ended = update(GrantRow).where(GrantRow.user_id == work_of(session, people.CLOSER).actor.id)
    session.execute(ended.values(ended_at=NOW))
    session.commit()

    turn(opened)

    assert seen(session, id_).stage is Stage.FAILED
    with pytest.raises(NotFound):
        service.own(work_of(session, people.CLERK), id_)
