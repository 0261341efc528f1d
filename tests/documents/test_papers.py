"""Papers as Word files: what somebody wrote stays text, a template is looked at first, a number is given once."""

import threading
import zipfile
from io import BytesIO
from xml.dom import minidom

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from chainhub.core.errors import Invalid, NotAllowed
from chainhub.documents.papers import filling, making, rules, service
from chainhub.documents.papers.making import Grid, Para, Row
from chainhub.documents.papers.models import Paper
from chainhub.documents.papers.service import Draft, Owner
from chainhub.operations import schema, seed
from chainhub.tickets.papers import kinds, layouts
from chainhub.tickets.papers.kinds import PaperKind
from chainhub.web import engine
from tests import people
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

OWNER = Owner("test", 7)
SAMPLE = {"编号": "2026-0001", "内容": "样子", "意见": "", "事项": [{"单位": "甲", "做什么": "修路"}]}
TEMPLATE = making.make(
    (
        Para("编号：{{编号}}"),
        Para("{{ 内容 }}"),
        Para("意见：{{意见}}"),
        Para("{{事项.单位}}负责{{事项.做什么}}"),
        Grid((1, 3), (Row(("内容", "{{内容}}")), Row(("{{事项.单位}}", "{{事项.做什么}}")))),
    )
)


def texts(content: bytes) -> list[str]:
    """The paragraphs of a document, in order, as a reader of XML understands them."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        tree = minidom.parseString(archive.read("word/document.xml"))
    return [
        "".join("".join(t.data for t in one.childNodes) for one in paragraph.getElementsByTagName("w:t"))
        for paragraph in tree.getElementsByTagName("w:p")
    ]


def _with(content: bytes, name: str, data: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        target.writestr(name, data)
    return made.getvalue()


def _document(body: str) -> bytes:
    with zipfile.ZipFile(BytesIO(TEMPLATE)) as archive:
        whole = archive.read("word/document.xml").decode()
    start, end = whole.index("<w:body>") + 8, whole.index("<w:sectPr")
    return _with(TEMPLATE, "word/document.xml", (whole[:start] + body + whole[end:]).encode())


# Filling


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("{{编号}}", "{{编号}}"),
        ("{% for x in y %}", "{% for x in y %}"),
        ("</w:t></w:r></w:p><w:p>", "</w:t></w:r></w:p><w:p>"),
        ("<w:p> & ]]> &lt;", "<w:p> & ]]> &lt;"),
        ("{_{ 编号 }_} {_% a %_}", "{_{ 编号 }_} {_% a %_}"),
        ("铃\x07铛\x00\x0b\ufffe\ud800", "铃铛"),
        ("厂门口🏭路面", "厂门口🏭路面"),
        ("长" * 100_000, "长" * 100_000),
    ],
    ids=["expression", "place", "loop", "escapes", "markup", "entities", "control", "emoji", "long"],
)
def test_what_somebody_wrote_stays_text(written, read):
    made = filling.fill(TEMPLATE, {**SAMPLE, "内容": written})
    again = filling.fill(TEMPLATE, {**SAMPLE, "事项": [{"单位": written, "做什么": "修路"}]})

    assert texts(made)[1] == read
    assert texts(again)[2] == f"{read}负责修路"


def test_lines_become_paragraphs_and_empty_ones_are_left_out():
    made = filling.fill(TEMPLATE, {**SAMPLE, "内容": "第一段\r\n\r\n第二段\n"})

    assert texts(made)[:4] == ["编号：2026-0001", "第一段", "第二段", "甲负责修路"]


def test_a_line_of_a_group_is_repeated_and_without_lines_it_goes():
    two = [{"单位": "甲", "做什么": "修路"}, {"单位": "乙", "做什么": "供电"}]

    assert texts(filling.fill(TEMPLATE, {**SAMPLE, "事项": two}))[2:4] == ["甲负责修路", "乙负责供电"]
    assert texts(filling.fill(TEMPLATE, {**SAMPLE, "事项": two}))[6:] == ["甲", "修路", "乙", "供电"]
    assert texts(filling.fill(TEMPLATE, {**SAMPLE, "事项": []})) == [
        "编号：2026-0001",
        "样子",
        "内容",
        "样子",
    ]


def test_a_place_that_word_cut_into_runs_is_found():
    cut = _document(
        "<w:p><w:r><w:t>编号{</w:t></w:r><w:r><w:t>{编</w:t></w:r><w:r><w:t>号}}号</w:t></w:r></w:p>"
    )

    assert texts(filling.fill(cut, SAMPLE)) == ["编号2026-0001号"]


def test_the_same_facts_give_the_same_bytes():
    assert filling.fill(TEMPLATE, SAMPLE) == filling.fill(TEMPLATE, SAMPLE)


def test_ten_thousand_lines_are_no_trouble():
    made = texts(filling.fill(TEMPLATE, {**SAMPLE, "内容": "行\n" * 10_000}))

    assert made[1] == "行"
    assert len(made) < 3000


# The defaults


@pytest.mark.parametrize("kind", PaperKind)
def test_every_paper_has_a_default_of_the_official_form_that_its_sample_fills(kind):
    template = layouts.default(kind)

    service.check("默认.docx", template, kinds.SAMPLES[kind])
    made = filling.fill(template, kinds.SAMPLES[kind])
    assert "编号：2026-0001" in texts(made)
    assert not [one for one in texts(made) if "{{" in one]
    with zipfile.ZipFile(BytesIO(template)) as archive:
        document = archive.read("word/document.xml").decode()
        styles = archive.read("word/styles.xml").decode()
    assert '<w:pgSz w:w="11906" w:h="16838"/>' in document  # A4
    assert 'w:top="2098" w:right="1474" w:bottom="1984" w:left="1588"' in document  # 37, 26, 35, 28 mm
    assert "方正小标宋简体" in styles
    assert "仿宋_GB2312" in styles
    assert 'w:line="560" w:lineRule="exact"' in styles  # 28 points
    assert kind is PaperKind.CASE_SHEET or "（盖章处）" in document


def test_a_number_is_the_year_and_four_digits():
    assert [rules.number_text(2026, one) for one in (1, 17, 12345)] == [
        "2026-0001",
        "2026-0017",
        "2026-12345",
    ]


def test_a_file_is_named_so_that_a_reader_finds_it_again():
    assert (
        rules.file_name("交办单", "2026-0001", '新厂房/增容:"急"') == "交办单2026-0001（新厂房增容急）.docx"
    )
    assert rules.file_name("办理单", "2026-0002", "../") == "办理单2026-0002.docx"


# What is taken as a template

_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="http://192.0.2.1/x" '
    'TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "是空的"),
        (b"not a document", "不是能收的文件"),
        (_document("<w:p><w:r><w:t>{{ 编号 }}{{ 7*7 }}{{密码}}</w:t></w:r></w:p>"), "7*7、密码"),
        (_document("<w:p><w:r><w:t>{% for a in b %}</w:t></w:r></w:p>"), "{% for a in b %}"),
        (_document("<w:p><w:r><w:t>{{ ''.__class__.__mro__ }}</w:t></w:r></w:p>"), "__class__"),
        (_document("<w:p><w:r><w:t>{{ 编号</w:t></w:r></w:p>"), "{{ 编号"),
        (_document("<w:p><w:r><w:t>" + "{% " * 100_000 + "</w:t></w:r></w:p>"), "不认识的占位"),
        (_document('<w:p w:rsidR="{{ 7*7 }}"/>'), "只能写在正文"),
        (_document("<w:p>"), "打不开"),
        (_with(TEMPLATE, "word/vbaProject.bin", b"x"), "宏"),
        (_with(TEMPLATE, "word/embeddings/a.bin", b"x"), "嵌了别的文件"),
        (
            _with(
                TEMPLATE, "word/_rels/settings.xml.rels", _RELATION.format(kind="attachedTemplate").encode()
            ),
            "连着外面",
        ),
        (
            _with(
                TEMPLATE,
                "word/document.xml",
                b'<!DOCTYPE a [<!ENTITY b "c">]><w:document xmlns:w="x">&b;</w:document>',
            ),
            "打不开",
        ),
        (
            _document(
                "<w:p><w:r><w:instrText> DDE</w:instrText></w:r><w:r><w:instrText>AUTO c</w:instrText></w:r></w:p>"
            ),
            "取外部内容的域",
        ),
        (_document('<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;a&quot; "/></w:p>'), "取外部内容的域"),
        (_with(TEMPLATE, "docProps/app.xml", b"<a>{{ x }}</a>"), "只能写在正文"),
        (filling.steady(_document("<w:p/>" * 400_000)), "文字太多"),
        (_with(TEMPLATE, "word/media/a.png", bytes(range(256)) * 5000), "模板最多"),
    ],
    ids=[
        "empty",
        "text",
        "places",
        "loop",
        "attack",
        "open",
        "slow",
        "attribute",
        "broken",
        "macro",
        "embedded",
        "tied",
        "entities",
        "dde",
        "include",
        "properties",
        "bomb",
        "large",
    ],
)
def test_what_is_no_template_is_refused_in_words(content, said):
    with pytest.raises(Invalid) as refused:
        service.check("督办单.docx", content, SAMPLE)

    (words,) = refused.value.errors["file"]
    assert "督办单.docx" in words
    assert said in words


@pytest.mark.parametrize(
    "written",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ 9**9**9 }}",
        "{% for a in range(9) %}{% endfor %}",
        "{{ 编号|upper }}",
    ],
)
def test_a_template_that_was_never_looked_at_can_do_no_more_than_name_places(written):
    with pytest.raises(Invalid):
        filling.fill(_document(f"<w:p><w:r><w:t>{written}</w:t></w:r></w:p>"), SAMPLE)


def test_a_link_that_a_reader_taps_is_no_tie():
    linked = _with(TEMPLATE, "word/_rels/footer1.xml.rels", _RELATION.format(kind="hyperlink").encode())

    service.check("交办单.docx", linked, SAMPLE)


def test_a_template_replaces_the_default_until_it_is_put_back(session):
    work = work_of(session, "xitong")

    service.keep(work, "minutes", "县里的.docx", TEMPLATE, SAMPLE)
    assert service.template(session, "minutes") == TEMPLATE
    assert service.kept(session)["minutes"].name == "县里的.docx"
    assert service.put_back(work, "minutes")
    assert service.template(session, "minutes") is None
    assert not service.put_back(work, "minutes")


@pytest.mark.parametrize("username", ["anquan", "shenji", people.CLERK, people.OWNER])
def test_only_the_system_administrator_replaces_a_template(session, username):
    with pytest.raises(NotAllowed):
        service.keep(work_of(session, username), "minutes", "县里的.docx", TEMPLATE, SAMPLE)
    with pytest.raises(NotAllowed):
        service.put_back(work_of(session, username), "minutes")


# Numbers


def test_each_sort_is_numbered_by_itself_anew_every_year(session):
    def _number(kind: str, subject: str, at=NOW) -> str:
        return service.issue(work_of(session, people.CLERK, at), OWNER, Draft(kind, subject, "事", {})).number

    assert [_number("minutes", "a"), _number("minutes", "b")] == ["2026-0001", "2026-0002"]
    assert _number("closure_form", "a") == "2026-0001"
    assert _number("minutes", "c", china(2027, 1, 1, 0, 5)) == "2027-0001"
    assert _number("minutes", "d", china(2026, 12, 31, 23, 55)) == "2026-0003"


def test_many_at_once_get_numbers_without_a_gap_or_a_double(empty):
    schema.upgrade(empty)
    with Session(empty) as session, session.begin():
        seed.seed_model(session, config.county, "no password", now=NOW)

    def _issue(of: int) -> None:
        for each in range(5):
            with Session(empty) as session:
                engine.writing(session)
                service.issue(
                    work_of(session, people.CLERK), Owner("test", of), Draft("minutes", str(each), "事", {})
                )
                session.commit()

    threads = [threading.Thread(target=_issue, args=(one,)) for one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    with Session(empty) as session:
        assert sorted(session.scalars(select(Paper.serial))) == list(range(1, 21))
