"""Files where they belong, told to the end: what they are by content, what is taken off, who opens them."""

import hashlib
from io import BytesIO

import pytest
from PIL import Image

from chainhub.tickets.workflow import State
from tests import files, people
from tests.builders import a_ticket
from tests.people import china

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

ELEVEN = china(2026, 3, 2, 11)


def _file(content: bytes, name: str):
    return (BytesIO(content), name)


def _content(reader, path: str):
    return reader.client.get(path)


def test_a_photo_from_a_phone_goes_along_without_the_place_where_it_was_taken(stage, session):
    stage.later(ELEVEN)
    owner = stage(people.OWNER)
    told = {"once": "p1", "content": "车间屋顶漏雨，照片里圈出来了。"}

    # What calls itself a photo and is none is refused by name; what was typed stays.
    wrong = _file(b"<html><script>alert(1)</script></html>", "屋顶.jpg")
    owner.refused(422, "/tickets/new", **told, photos=wrong).reads(
        "“屋顶.jpg”不是能收的文件", told["content"]
    )
    owner.send("/tickets/new", **told, photos=_file(files.from_a_phone(), "C:\\我的\\屋顶.jpg"))
    page = "/tickets/" + owner.reads("已收到").link(r"EQ-2026-\d{5}")

    # The clerk opens it: upright, without EXIF, under its own name, and nothing in it can run.
    clerk = stage(people.CLERK).go(page).reads("屋顶.jpg").reads_nothing_of("我的\\")
    where = clerk.link(r"/tickets/[\w-]+/attachments/\d+")
    answer = _content(clerk, where)
    picture = Image.open(BytesIO(answer.data))
    assert (picture.size, dict(picture.getexif())) == ((40, 60), {})
    assert files.PLACE.encode() not in answer.data
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"

    # The history keeps its digest; who does not see the matter does not see the photo, signed in or not.
    listed = session.connection().exec_driver_sql("SELECT sha256 FROM attachment").scalars().all()
    assert listed == [hashlib.sha256(answer.data).hexdigest()]
    clerk.in_order("经过", "上传附件", "报送")
    for username in (people.STRANGER, people.POWER, "xitong"):
        assert _content(stage(username), where).status_code in {403, 404}
    assert _content(stage.visitor(), where).status_code == 303


def test_what_is_for_the_staff_stays_with_them_until_the_end(stage, session):
    ticket = a_ticket(session, State.HANDLING)
    session.commit()
    stage.later(ELEVEN)
    page, add = ticket.link, f"{ticket.link}/attachments"
    unit = stage(people.POWER)

    # A macro, an old Word file, a zip in a docx's clothes, an empty one: each is said by name, nothing is stored.
    for content, name, words in (
        (files.docx(**{"word/vbaProject.bin": "x"}), "方案.docx", "里面有宏"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 512, "方案.doc", "旧版的 Word 或 Excel"),
        (files.zipped(a="b"), "方案.docx", "不是能收的文件"),
        (b"", "方案.pdf", "是空的"),
    ):
        unit.refused(422, add, page, file=_file(content, name)).reads(f"“{name}”", words)
    unit.go(page).reads_nothing_of("方案.doc")

    # Two at once: one for the firm, and one for the staff alone.
    unit.send(add, page, file=_file(files.docx(), "方案.docx")).reads("附件", "方案.docx")
    unit.send(add, page, file=_file(files.PDF, "内部测算.exe"), internal="y").reads(
        "内部测算.pdf", "企业看不到"
    )
    inner = unit.link(r"/tickets/[\w-]+/attachments/\d+(?=\"[^>]*>内部测算)")
    for username in (people.OWNER, people.GUIDE):
        reader = stage(username).go(page).reads("方案.docx").reads_nothing_of("内部测算")
        reader.shut(inner)
    saved = _content(stage(people.CLERK), inner)
    assert saved.headers["Content-Disposition"].startswith("attachment")
    stage(people.CLERK).go(f"{page}/print").reads("内部测算.pdf")
    stage(people.OWNER).go(f"{page}/print").reads("方案.docx").reads_nothing_of("内部测算")

    # Once it has ended, nothing is added, and what is there stays to be read.
    stage(people.OWNER).send(f"{page}/act/withdraw", note="自己解决了").reads("已撤回")
    stage(people.OWNER).refused(409, add, "/", file=_file(files.PDF, "再补.pdf"))
    stage(people.OWNER).go(page).reads("方案.docx").reads_nothing_of('name="file"')


def test_files_of_a_confidential_matter_are_seen_by_those_who_handle_it(stage, session):
    ticket = a_ticket(session, State.HANDLING, confidential=True)
    session.commit()
    stage.later(ELEVEN)
    owner = stage(people.OWNER)
    owner.send(f"{ticket.link}/attachments", ticket.link, file=_file(files.PDF, "配方.pdf"))
    where = owner.link(r"/tickets/[\w-]+/attachments/\d+")

    for username in (people.POWER, people.CLERK):
        assert _content(stage(username), where).data == files.PDF
    for username in (people.CHIEF, people.PRINCIPAL, people.LIAISON, people.CALLER, people.TRANSPORT):
        stage(username).shut(where)
