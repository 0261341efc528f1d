"""Templates of papers on the administrator's page: fetched, replaced once they were looked at, put back."""

import zipfile
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from chainhub.audit.models import AuditEntry
from chainhub.documents.attachments import storing
from chainhub.documents.papers import making
from chainhub.documents.papers import service as kept
from chainhub.documents.papers.making import Para
from chainhub.documents.papers.models import PaperTemplate
from chainhub.operations import backup, schema, seed
from chainhub.tickets.papers import layouts
from chainhub.tickets.papers.kinds import SAMPLES, PaperKind
from tests import people
from tests.people import NOW, work_of
from tests.web_client import said, token_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ADMIN = "xitong"
PATH = "/admin/papers/minutes"
OWN = making.make((Para("汶上县会商纪要 {{编号}}"), Para("{{会商内容}}")))


def _send(client, content: bytes, path: str = PATH, name: str = "本县纪要.docx"):
    data = {"csrf_token": token_of(client, PATH), "file": (BytesIO(content), name)}
    return client.post(path, data=data, content_type="multipart/form-data")


def _body(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read("word/document.xml").decode()


def test_a_template_is_fetched_replaced_and_put_back_on_the_page(as_, session):
    client = as_(ADMIN)
    assert client.get(f"{PATH}/template.docx").data == layouts.default(PaperKind.MINUTES)

    assert _send(client, OWN).status_code == 303
    assert "会商纪要从现在起用新模板。" in said(client.get(PATH))
    assert "本县纪要.docx" in said(client.get("/admin/papers"))
    assert client.get(f"{PATH}/template.docx").data == OWN
    assert "汶上县会商纪要 2026-0001" in _body(client.get(f"{PATH}/sample.docx").data)
    assert client.get(f"{PATH}/default.docx").data == layouts.default(PaperKind.MINUTES)

    assert client.post(f"{PATH}/reset", data={"csrf_token": token_of(client, PATH)}).status_code == 303
    assert client.get(f"{PATH}/template.docx").data == layouts.default(PaperKind.MINUTES)
    deeds = session.scalars(select(AuditEntry.action).where(AuditEntry.about == "minutes")).all()
    assert deeds == ["replace_paper_template", "reset_paper_template"]


def test_an_unknown_place_is_named_and_nothing_is_replaced(as_, session):
    client = as_(ADMIN)

    answer = _send(client, making.make((Para("{{编号}} {{主持人}} {{ 7*7 }}"),)))

    assert answer.status_code == 422
    assert "里有不认识的占位：主持人、7*7。请照下面的占位表改了再传。" in said(answer)
    assert session.get(PaperTemplate, "minutes") is None


@pytest.mark.parametrize("content", [b"", b"plain text"], ids=["empty", "text"])
def test_what_is_no_document_is_refused_in_words(as_, content):
    answer = _send(as_(ADMIN), content)

    assert answer.status_code == 422
    assert "本县纪要.docx" in said(answer)


def test_without_a_file_the_page_asks_for_one(as_):
    client = as_(ADMIN)

    answer = client.post(PATH, data={"csrf_token": token_of(client, PATH)})

    assert answer.status_code == 422
    assert "请先选一个 docx 文件。" in said(answer)


@pytest.mark.parametrize("username", [people.CLERK, people.OWNER, people.PRINCIPAL, "anquan", "shenji"])
def test_templates_are_for_the_system_administrator_alone(as_, username):
    client = as_(username)
    token = token_of(client, "/password")

    for path in (
        "/admin/papers",
        PATH,
        f"{PATH}/template.docx",
        f"{PATH}/default.docx",
        f"{PATH}/sample.docx",
    ):
        assert client.get(path).status_code == 403, path
    assert client.post(PATH, data={"csrf_token": token}).status_code == 403
    assert client.post(f"{PATH}/reset", data={"csrf_token": token}).status_code == 403


def test_there_is_no_template_of_what_is_no_paper(as_):
    assert as_(ADMIN).get("/admin/papers/love_letter").status_code == 404


def test_a_backup_brings_templates_and_numbers_back(empty, tmp_path):
    schema.upgrade(empty)
    with Session(empty) as session, session.begin():
        seed.seed_model(session, config.county, "no password", now=NOW)
        kept.keep(work_of(session, ADMIN), "minutes", "本县纪要.docx", OWN, SAMPLES[PaperKind.MINUTES])
        kept.issue(
            work_of(session, people.CLERK), kept.Owner("test", 7), kept.Draft("minutes", "", "事", {"a": "b"})
        )
    storage = storing.opened("", tmp_path / "files")
    backup.write(empty, storage, tmp_path / "county.zip", NOW, lambda _done, _all: None)
    with Session(empty) as session, session.begin():
        kept.put_back(work_of(session, ADMIN), "minutes")

    backup.restore(empty, storage, tmp_path / "county.zip", NOW, lambda _done, _all: None, force=True)

    with Session(empty) as session, session.begin():
        assert kept.template(session, "minutes") == OWN
        (paper,) = kept.of(session, kept.Owner("test", 7))
        assert (paper.number, paper.facts) == ("2026-0001", {"a": "b"})
        again = kept.issue(
            work_of(session, people.CLERK), kept.Owner("test", 8), kept.Draft("minutes", "", "事", {})
        )
        assert again.number == "2026-0002"
