"""The eight papers, told to the end: each from the page of its ticket, by a county's own template, and the print view."""

import re
import zipfile
from io import BytesIO
from xml.dom import minidom

import pytest

from chainhub.documents.papers import making
from chainhub.documents.papers.making import Para
from chainhub.tickets.workflow import State
from tests import people
from tests.builders import a_ticket
from tests.people import china

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

_PAPER = r"/tickets/[\w-]+/papers/\d+"
ELEVEN = china(2026, 3, 2, 11)


def _words(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        tree = minidom.parseString(archive.read("word/document.xml"))
    return "\n".join(
        "".join(one.firstChild.data for one in line.getElementsByTagName("w:t") if one.firstChild)
        for line in tree.getElementsByTagName("w:p")
    )


def _issue(reader, page: str, kind: str) -> tuple[str, str]:
    """Press 编号出单 of a paper on the ticket's page: the address of the paper, and its words."""
    reader.go(page)
    subject = reader.link(rf'name="kind" value="{kind}"><input type="hidden" name="subject" value="[^"]*"')
    before = set(re.findall(_PAPER, reader.page))
    reader.send(f"{page}/papers", page, kind=kind, subject=subject.rsplit('"', 2)[1])
    (made,) = set(re.findall(_PAPER, reader.page)) - before
    answer = reader.client.get(made)
    assert answer.mimetype.endswith("wordprocessingml.document"), answer.mimetype
    return made, _words(answer.data)


def test_a_matter_gets_every_paper_on_its_way(stage, session):
    ticket = a_ticket(session, State.ACCEPTED, title="专线要过路口")
    session.commit()
    stage.later(ELEVEN)
    page = ticket.link
    dispatcher, clerk, unit = stage(people.DISPATCHER), stage(people.CLERK), stage(people.POWER)
    dispatcher.go(page).reads_nothing_of('value="assignment_slip"')

    # 交办单: once it is dispatched, by who dispatched it.
    dispatcher.send(f"{page}/act/dispatch", lead_unit=people.POWER_UNIT, note="尽快勘察")
    _, words = _issue(dispatcher, page, "assignment_slip")
    assert "编号：2026-0001" in words
    assert "县供电公司" in words
    assert "尽快勘察" in words
    unit.send(f"{page}/act/acknowledge")

    # 会商纪要: what was agreed, when it is concluded.
    clerk.send(f"{page}/act/convene", question="走路面还是走绿化带", units=[people.TRANSPORT_UNIT])
    clerk.send(f"{page}/act/conclude", minutes="走北侧绿化带。")
    _, words = _issue(clerk, page, "minutes")
    assert "走路面还是走绿化带" in words
    assert "走北侧绿化带。" in words

    # 延期审批单: the day it was, the day it is, who granted it.
    unit.send(f"{page}/ask/extension", reason="厂家排产要到下月", until="2026-03-27")
    dispatcher.go(page)
    dispatcher.send(dispatcher.link(r"/requests/\d+/approve"), page, note="同意")
    _, words = _issue(dispatcher, page, "extension_form")
    assert "厂家排产要到下月" in words
    assert "2026年3月27日" in words
    assert "2026年3月23日" in words

    # 督办单 of the county's office, 提醒函 of the committee: each when somebody has signed.
    for signer, kind, title in (
        (people.LIAISON, "supervision_order", "督办单"),
        (people.CLOSER, "reminder_letter", "提醒函"),
    ):
        clerk.send(f"{page}/supervise", note="企业催了两次")
        reader = stage(signer).go(page).reads_nothing_of(f'value="{kind}"')
        reader.send(reader.link(r"/supervisions/\d+/sign"), level="1", note="请说明原因")
        _, words = _issue(reader, page, kind)
        assert title in words
        assert "请说明原因" in words
        unit.go(page)
        unit.send(unit.link(r"/supervisions/\d+/answer"), note="明天送电")

    # 催办单: when it is nearly due.
    clerk.go(page).reads_nothing_of('value="reminder_slip"')
    stage.later(china(2026, 3, 27, 9))
    _, words = _issue(stage(people.CLERK), page, "reminder_slip")
    assert "县供电公司" in words

    # 销号单: after the closing; the enterprise has this one, too.
    stage(people.POWER).send(
        f"{page}/act/resolve", outcome="solved", reply="电接好了。", override_reason="不用协办"
    )
    stage(people.REVIEWER).send(f"{page}/act/pass_review")
    said = {"contacted": "yes", "solved": "yes", "satisfaction": "satisfied"}
    stage(people.OWNER).send(f"{page}/act/confirm", **said)
    stage(people.CLOSER).send(f"{page}/act/close")
    path, words = _issue(stage(people.CLOSER), page, "closure_form")
    assert "电接好了。" in words
    assert "联系了，解决了，满意" in words
    owner = stage(people.OWNER).go(page).reads("文书", "销号单", "2026-")
    owner.reads_nothing_of("交办单", "督办单", "提醒函", "催办单")
    assert _words(owner.client.get(path).data) == words

    # 办理单: the whole of it, for the staff; nobody else comes to it.
    path, words = _issue(stage(people.CLERK), page, "case_sheet")
    for one in ("尽快勘察", "走北侧绿化带。", "电接好了。"):
        assert one in words
    owner.shut(path)
    stage(people.STRANGER).shut(path)

    # The page lists all eight with their numbers, each once; every word of it is in the print view.
    clerk = stage(people.CLERK).go(page)
    clerk.reads("交办单", "会商纪要", "延期审批单", "督办单", "提醒函", "催办单", "销号单", "办理单")
    clerk.go(f"{page}/print").reads(ticket.number, "专线要过路口", "督办", "申请", "走北侧绿化带。", "打印于")
    clerk.reads_nothing_of("您现在可以", 'name="file"', "act/close")
    owner.go(f"{page}/print").reads("专线要过路口", "电接好了。").reads_nothing_of("企业催了两次", "明天送电")


def test_a_county_puts_its_own_template_in_place_and_takes_it_back(stage, session):
    ticket = a_ticket(session, State.DISPATCHED)
    session.commit()
    stage.later(ELEVEN)
    admin, path = stage("xitong"), "/admin/papers/assignment_slip"
    admin.go("/admin/papers").reads("交办单", "默认的版式", "办理单")

    # One with a place that nobody knows is refused by its name, and the default goes on.
    wrong = making.make((Para("{{编号}} {{县长}}"),))
    admin.refused(422, path, file=(BytesIO(wrong), "错.docx")).reads("不认识的占位：县长")
    own = making.make((Para("汶上县交办单 {{编号}}"), Para("{{主送}}：请办。")))
    admin.send(path, file=(BytesIO(own), "本县交办单.docx")).reads("从现在起用新模板", "本县交办单.docx")

    _, words = _issue(stage(people.DISPATCHER), ticket.link, "assignment_slip")
    assert words == "汶上县交办单 2026-0001\n县供电公司：请办。"

    # Taken back, the same paper keeps its number and has the default layout again.
    admin.send(f"{path}/reset", path).reads("恢复默认的版式了")
    reader = stage(people.DISPATCHER).go(ticket.link)
    words = _words(reader.client.get(reader.link(r"/tickets/[\w-]+/papers/\d+")).data)
    assert "编号：2026-0001" in words
    assert "企业诉求交办单" in words
    stage("shenji").go("/admin/audit").reads("本县交办单.docx")
    stage(people.CLERK).shut(path, 403)
