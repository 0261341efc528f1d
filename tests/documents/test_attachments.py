"""What a file is, its content says; what a picture hides is gone; nothing lies under a name that somebody gave."""

import struct
import sys
import zlib
from io import BytesIO

import fsspec
import pytest
from fsspec.implementations.dirfs import DirFileSystem
from PIL import Image

import config
from chainhub.core.errors import Conflict, Invalid, NotFound
from chainhub.documents.attachments import rules, service, storing
from chainhub.documents.attachments.rules import KINDS
from chainhub.documents.attachments.service import Owner
from tests import files, people
from tests.files import upload
from tests.people import work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

OWNER = Owner("test", 7)
KIND = {one.label: one for one in KINDS}


def _one(content: bytes, name: str = "文件.bin"):
    (found,) = service.examine([upload(content, name)])
    return found


def _refusal(content: bytes, name: str = "文件.bin") -> str:
    with pytest.raises(Invalid) as refused:
        service.examine([upload(content, name)])
    (said,) = refused.value.errors["file"]
    return said


# What it is


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (files.picture("JPEG"), "jpg"),
        (files.picture("PNG"), "png"),
        (files.picture("WEBP"), "webp"),
        (files.PDF, "pdf"),
        (files.docx(), "docx"),
        (files.xlsx(), "xlsx"),
    ],
    ids=["jpg", "png", "webp", "pdf", "docx", "xlsx"],
)
@pytest.mark.parametrize("name", ["文件.exe", "文件.html", "文件.jpg", "文件"])
def test_content_beats_the_name(content, label, name):
    found = _one(content, name)

    assert found.kind is KIND[label]
    assert found.name.endswith(KIND[label].endings[0])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"MZ\x90\x00" + b"\x00" * 200, "不是能收的文件"),
        (b"<html><script>alert(1)</script></html>", "不是能收的文件"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不是能收的文件"),
        (b"just words", "不是能收的文件"),
        (b"GIF89a" + b"\x00" * 40, "不是能收的文件"),
        (files.zipped(**{"a.txt": "x"}), "不是能收的文件"),
        (files.docx(types=""), "不是能收的文件"),
        (files.docx(types="application/xml"), "不是能收的文件"),
        (files.docx(**{"word/vbaProject.bin": "x"}), "宏"),
        (files.docx(types="application/vnd.ms-word.document.macroEnabled.main+xml"), "宏"),
        (files.docx()[:-40], "坏了"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "旧版"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"%PDF-1.4\n1 0 obj", "不完整"),
        (b"", "是空的"),
    ],
)
@pytest.mark.parametrize("name", ["照片.jpg", "合同.docx"])
def test_what_is_not_taken_is_refused_in_words_whatever_its_name(content, word, name):
    said = _refusal(content, name)

    assert said.startswith(f"“{name}”")
    assert word in said
    assert said.endswith("。")


def test_a_page_before_a_zip_is_no_document():
    assert "不是能收的文件" in _refusal(b"<html><script>x()</script></html>" + files.docx(), "a.docx")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_was_hung_on_a_picture_is_gone(kind):
    tail = b"<script>alert(1)</script>" + files.zipped(**{"evil.js": "x"})

    found = _one(files.picture(kind) + tail)

    assert b"<script>" not in found.content
    assert b"PK\x03\x04" not in found.content


def test_a_script_in_the_comment_of_a_picture_is_gone():
    assert b"alert" not in _one(files.picture(comment=b"*/=1;alert(1)/*")).content


# Pictures


def test_the_place_and_the_device_are_gone_and_the_picture_stands_upright():
    sent = files.from_a_phone()
    assert files.PLACE.encode() in sent

    kept = _one(sent, "IMG_0001.JPG")

    assert files.PLACE.encode() not in kept.content
    assert b"Phone" not in kept.content
    with Image.open(BytesIO(kept.content)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == (40, 60)
        assert "comment" not in picture.info
        assert picture.getpixel((20, 5))[0] > 150  # what was left is above now


def test_words_in_a_png_are_gone():
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Location", files.PLACE)

    kept = _one(files.picture("PNG", pnginfo=words))

    assert files.PLACE.encode() not in kept.content


@pytest.mark.parametrize(
    ("size", "after"), [((4800, 1200), (2400, 600)), ((600, 3000), (480, 2400)), ((300, 200), (300, 200))]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_longest_edge_is_bounded(kind, size, after):
    with Image.open(BytesIO(_one(files.picture(kind, size)).content)) as picture:
        assert picture.size == after


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_sort_of_colour_is_taken(kind, mode):
    with Image.open(BytesIO(_one(files.picture(kind, mode=mode)).content)) as picture:
        assert picture.size == (60, 40)


def _bomb(width: int, height: int) -> bytes:
    """A png of a few hundred bytes that says it is enormous."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(9000, 8000), (10_000, 10_000), (50_000, 50_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_not_unpacked(size):
    said = _refusal(_bomb(*size), "小图.png")

    assert "尺寸太大" in said or "坏了" in said


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_broken_picture_is_refused_in_words(kind):
    whole = files.picture(kind, (400, 300))

    for length in (12, 40, len(whole) // 2):
        said = _refusal(whole[:length], "照片.jpg")
        assert "坏了" in said or "不是能收的文件" in said


# Size, number, names


def test_one_that_is_too_large_is_refused_with_its_size():
    said = _refusal(b"%PDF-1.4\n" + b"0" * (rules.SIZE_MOST + 1) + b"%%EOF", "大.pdf")

    assert "20.0 MB" in said
    assert "最多 20 MB" in said


def test_ten_at_once_are_enough():
    with pytest.raises(Invalid) as refused:
        service.examine([upload(files.PDF)] * 11)

    assert "一次最多传 10 个，您选了 11 个" in refused.value.errors["file"][0]


def test_none_is_none():
    with pytest.raises(Invalid):
        service.examine([])


def test_every_wrong_one_of_several_is_named():
    with pytest.raises(Invalid) as refused:
        service.examine([upload(b"x", "一.exe"), upload(files.PDF, "二.pdf"), upload(b"", "三.pdf")])

    assert [said[:5] for said in refused.value.errors["file"]] == ["“一.ex", "“三.pd"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("报告.pdf", "报告.pdf"),
        ("报告.PDF", "报告.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\王\\报告.pdf", "报告.pdf"),
        ("/", "附件.pdf"),
        ("", "附件.pdf"),
        (".pdf", "附件.pdf"),
        ("...", "附件.pdf"),
        ("报告.pdf.exe", "报告.pdf"),
        ("报告.exe", "报告.pdf"),
        ("第3.2条说明", "第3.2条说明.pdf"),
        ('a"b<c>:|?*.pdf', "abc.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("gpj.\u202ehtml", "gpj.pdf"),
        ("一" * 300 + ".pdf", "一" * 80 + ".pdf"),
        ("a\x00b\ud800.pdf", "ab.pdf"),
    ],
)
def test_a_name_loses_its_path_and_gets_the_ending_of_what_it_is(given, kept):
    assert rules.clean_name(given, KIND["pdf"]) == kept


def test_a_name_in_chinese_goes_into_a_header_and_stays_one_line():
    said = rules.disposition("增容 申请.pdf", inline=False)

    assert said == (
        "attachment; filename=\"attachment.pdf\"; filename*=UTF-8''%E5%A2%9E%E5%AE%B9%20%E7%94%B3%E8%AF%B7.pdf"
    )
    assert said.isascii()


# Storing


@pytest.fixture
def storage(tmp_path):
    return storing.opened("", tmp_path / "attachments")


def _added(session, storage, *contents, internal=False):
    with storage.keeping() as shelf:
        sound = service.examine([upload(one, "../名字.pdf") for one in contents])
        work = work_of(session, people.POWER)
        return service.add(work, shelf, OWNER, sound, internal=internal, event_seq=3)


def test_what_was_stored_comes_back_and_lies_under_no_name_of_a_person(session, storage, tmp_path):
    (made,) = _added(session, storage, files.PDF)

    assert service.read(storage, made) == files.PDF
    assert (made.name, made.kind, made.size, made.event_seq) == (
        "名字.pdf",
        "application/pdf",
        len(files.PDF),
        3,
    )
    (kept,) = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert kept.relative_to(tmp_path / "attachments").as_posix() == made.stored_as
    assert "名字" not in str(kept)
    assert (tmp_path / "attachments").stat().st_mode & 0o077 == 0


def test_what_was_not_saved_leaves_no_file(session, storage, tmp_path):
    def put_and_fail():
        with storage.keeping() as shelf:
            shelf.put(b"x")
            raise ValueError("not saved")

    with pytest.raises(ValueError, match="not saved"):
        put_and_fail()

    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_one_that_is_gone_or_was_altered_is_not_given_out(session, storage, tmp_path):
    gone, altered = _added(session, storage, files.PDF, files.docx())
    (tmp_path / "attachments" / altered.stored_as).write_bytes(b"something else")
    (tmp_path / "attachments" / gone.stored_as).unlink()

    for one in (gone, altered):
        with pytest.raises(NotFound):
            service.read(storage, one)


def test_internal_ones_are_found_by_whom_they_are_meant_for(session, storage):
    (open_,) = _added(session, storage, files.PDF)
    (internal,) = _added(session, storage, files.PDF, internal=True)

    assert service.of(session, OWNER, with_internal=True) == [open_, internal]
    assert service.of(session, OWNER, with_internal=False) == [open_]
    assert service.find(session, OWNER, internal.id, with_internal=True) is internal
    for owner, id_ in ((OWNER, internal.id), (Owner("test", 8), open_.id), (OWNER, 0), (OWNER, 2**40)):
        with pytest.raises(NotFound):
            service.find(session, owner, id_, with_internal=False)


def test_a_bucket_and_prefix_hold_what_a_folder_does(session):
    bucket = fsspec.filesystem("memory", skip_instance_cache=True)
    (made,) = _added(session, storing.Storage(DirFileSystem(path="/bucket/prefix", fs=bucket)), files.PDF)

    assert bucket.cat_file(f"/bucket/prefix/{made.stored_as}") == files.PDF


def test_there_is_an_end_to_it(session, storage, monkeypatch):
    monkeypatch.setattr(rules, "OWNER_MOST", 2)
    _added(session, storage, files.PDF, files.PDF)

    with pytest.raises(Conflict, match="最多放 2 个附件"):
        _added(session, storage, files.PDF)


def test_a_bucket_without_its_library_is_said_to_be_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(storing.StorageMissing, match=r"chainhub\[s3\]"):
        storing.opened("s3://bucket/prefix", tmp_path)


@pytest.mark.parametrize("said", ["", "s3://chainhub", "s3://chain-hub/files", "s3://chainhub/a/b/"])
def test_the_setting_names_a_bucket_or_nothing(tmp_path, said):
    loaded = config.load({"CHAINHUB_INSTANCE": str(tmp_path), "CHAINHUB_STORAGE": said})

    assert loaded.storage == said


@pytest.mark.parametrize(
    "said", ["/srv/files", "s3://", "s3://ab", "s3://Bucket", "s3://bucket/../x y", "gs://b"]
)
def test_a_setting_that_names_neither_stops_the_start(tmp_path, said):
    with pytest.raises(config.SettingsError, match="CHAINHUB_STORAGE"):
        config.load({"CHAINHUB_INSTANCE": str(tmp_path), "CHAINHUB_STORAGE": said})
