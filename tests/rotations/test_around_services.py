"""Around a session: pack, invitations, signing in, releasing, decisions, papers, ratings. Who may, and what it leaves."""

from datetime import timedelta
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import func, select

from chainhub.core.errors import Conflict, Invalid, NotAllowed, NotFound
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.attachments import service as attachments
from chainhub.documents.attachments import storing
from chainhub.documents.attachments.service import Upload
from chainhub.notices.models import Notice
from chainhub.rotations import jobs, queries
from chainhub.rotations.around import queries as around
from chainhub.rotations.around.models import SalonArrival, SalonInvitation, SalonPack
from chainhub.rotations.around.papers.kinds import SalonPaper
from chainhub.rotations.around.service import (
    arriving,
    checking,
    deciding,
    inviting,
    looking_back,
    papers,
    rating,
    releasing,
    standing,
)
from chainhub.rotations.around.terms import Answer, Grade, Party, Ready, Review, Via
from chainhub.rotations.service import packing, problems
from chainhub.rotations.workflow import Action
from tests import files, people
from tests.people import NOW, china, work_of
from tests.rotations.staging import hosts, moved, opened, owner_of, salons

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite

GOOD = {"theme": Grade.GOOD, "talk": Grade.GOOD, "problems": Grade.FAIR}


@pytest.fixture
def salon(session):
    """The first session of the chain, announced."""
    return moved(session, salons(session, opened(session))[0], Action.ANNOUNCE)


@pytest.fixture
def host(session, salon):
    return owner_of(session, hosts(session, salon)[0])


@pytest.fixture
def member(session, salon):
    """An enterprise of the chain that does not host this session."""
    return owner_of(
        session, hosts(session, salons(session, queries.own(_clerk(session), salon.rotation_id))[3])[0]
    )


def _clerk(session, at=NOW):
    return work_of(session, people.CLERK, at)


def _day(salon, hour=14):
    return china(salon.on.year, salon.on.month, salon.on.day, hour)


def _held(session, salon):
    return moved(session, salon, Action.HOLD, at=_day(salon, 17))


def _stranger(session, at):
    return Work(session, arriving.NOBODY, at, known.of(session).calendar)


# Pack


def test_a_pack_keeps_agenda_speakers_and_policies(session, salon, host):
    given = {
        "theme": "看新线",
        "venue": "二楼会议室",
        "venue_of": "开发区",
        "visit_at": "14:00",
        "visit_by": "车间主任",
        "visit": "新线",
        "policies": "关于用电的若干措施（某政发〔2026〕3号）",
    }
    moved(session, salon, Action.PREPARE, **given)

    assert (salon.agenda["visit_at"], salon.agenda["visit_by"], salon.agenda["visit"]) == (
        "14:00",
        "车间主任",
        "新线",
    )
    pack = packing.of(session, [salon.id])[salon.id]
    assert packing.policies(pack)[0].number == "某政发〔2026〕3号"
    assert papers.venue(_clerk(session), salon) == "二楼会议室（借用开发区的场地）"
    with pytest.raises(Invalid):
        moved(session, salon, Action.PREPARE, visit_at="25:00")


def test_the_checklist_is_for_host_and_committee(session, salon, host, member):
    checking.tick(work_of(session, host), salon.id, [Ready.PLAIN, Ready.THEME])

    assert packing.ready(packing.of(session, [salon.id])[salon.id]) == {Ready.THEME, Ready.PLAIN}
    for who, refusal in ((member, NotAllowed), (people.CHIEF, NotAllowed), (people.STRANGER, NotFound)):
        with pytest.raises(refusal):
            checking.tick(work_of(session, who), salon.id, [])


def test_a_pack_goes_with_a_plan_that_is_taken_back(session):
    from chainhub.rotations.service import roster
    from chainhub.rotations.service.roster import Asked
    from chainhub.rotations.workflow import Change

    rotation = opened(session)
    first, *_ = salons(session, rotation)
    checking.tick(_clerk(session), first.id, [Ready.THEME])
    whole = Asked(Change.CLOSED, "防汛", "", first.period_on, first.period_on + timedelta(days=61))
    roster.change(_clerk(session), rotation.id, whole)

    assert session.scalar(select(func.count()).select_from(SalonPack)) == 0


# Inviting


def _invited(session, salon, who=people.CLERK, **more):
    choices = inviting.choices(_clerk(session), standing.at(_clerk(session), salon.id))
    given = {
        "firms": [code for code, _ in choices.firms],
        "leaders": [code for code, _ in choices.leaders],
        "units": [people.POWER_UNIT],
        "guests": "王小测 某某商会",
        **more,
    }
    return inviting.invite(work_of(session, who), salon.id, given)


def _told(session, salon, what="invited"):
    rows = session.scalars(select(Notice.user_id).where(Notice.key == f"salon:{salon.id}:{what}")).all()
    assert len(rows) == len(set(rows))
    return set(rows)


def test_everybody_but_the_host_is_invited_once_with_one_notice_each(session, salon, host, member):
    new = _invited(session, salon)
    told = _told(session, salon)

    assert new == around.tally(session, salon).asked
    assert people.actor(session, host).id not in told
    assert {people.actor(session, one).id for one in (member, people.CHIEF, people.POWER)} <= told
    assert _invited(session, salon, host) == 0
    assert _told(session, salon) == told
    assert {one.kind for one in session.scalars(select(SalonInvitation))} == set(Party)


def test_who_may_invite_and_when(session, salon, member):
    for who, refusal in ((member, NotAllowed), (people.CHIEF, NotAllowed), (people.STRANGER, NotFound)):
        with pytest.raises(refusal):
            _invited(session, salon, who)
    with pytest.raises(Invalid) as wrong:
        _invited(session, salon, firms=["e_nobody"], guests="没有单位")
    assert set(wrong.value.errors) == {"firms", "guests"}
    with pytest.raises(Invalid):
        inviting.invite(_clerk(session), salon.id, {})
    planned = salons(session, queries.own(_clerk(session), salon.rotation_id))[1]
    with pytest.raises(Conflict):
        _invited(session, planned)


def _own(session, salon, who):
    return inviting.mine(work_of(session, who), salon)[0]


def test_each_party_answers_for_itself_and_the_host_reads_the_counts(session, salon, host, member):
    _invited(session, salon)
    mine = _own(session, salon, member)
    answer = {"answer": Answer.SENDING, "people": 2, "names": "陶见禾等"}
    inviting.answer(work_of(session, member), mine.id, answer)
    power = _own(session, salon, people.POWER)
    inviting.answer(work_of(session, people.POWER), power.id, {"answer": Answer.ABSENT, "people": 3})
    chief = _own(session, salon, people.CHIEF)
    inviting.answer(work_of(session, people.CHIEF), chief.id, {"answer": Answer.COMING})
    guest = session.scalars(select(SalonInvitation).where(SalonInvitation.kind == Party.GUEST)).one()
    inviting.answer(work_of(session, host), guest.id, {"answer": Answer.COMING, "people": 1})

    found = around.tally(session, salon)
    assert found.by_answer == {Answer.COMING: 2, Answer.SENDING: 1, Answer.ABSENT: 1}
    assert (found.people, found.silent) == (4, found.asked - 4)
    with pytest.raises(NotFound):
        inviting.answer(work_of(session, people.POWER), mine.id, answer)
    with pytest.raises(Invalid):
        inviting.answer(work_of(session, member), mine.id, {"answer": Answer.SENDING})


def test_an_answer_counts_for_the_day_it_was_given_for(session, salon, member):
    _invited(session, salon)
    mine = _own(session, salon, member)
    inviting.answer(work_of(session, member), mine.id, {"answer": Answer.COMING})
    moved(session, salon, Action.POSTPONE, why="防汛")
    with pytest.raises(Conflict):
        inviting.answer(work_of(session, member), mine.id, {"answer": Answer.COMING})
    moved(session, salon, Action.RESCHEDULE, on=salon.period_on + timedelta(days=58), why="定了")

    assert around.tally(session, salon).people == 0
    inviting.answer(work_of(session, member), mine.id, {"answer": Answer.COMING})
    assert around.tally(session, salon).people == 1


def test_whoever_is_silent_is_reminded_by_hand_and_by_the_clock_once(session, salon, host, member):
    _invited(session, salon)
    inviting.answer(work_of(session, member), _own(session, salon, member).id, {"answer": Answer.COMING})
    inviting.remind(work_of(session, host), salon.id)
    inviting.remind(work_of(session, host), salon.id)
    today = f"answer:{NOW.date().isoformat()}"
    assert people.actor(session, member).id not in _told(session, salon, today)
    assert people.actor(session, people.CHIEF).id in _told(session, salon, today)

    early = work_of(session, "clock", _day(salon, 9) - timedelta(days=14))
    assert jobs.find_silent(early, 10) == []
    late = work_of(session, "clock", _day(salon, 9) - timedelta(days=1))
    assert jobs.find_silent(late, 10) == [salon.id]
    jobs.remind_silent(late, [salon.id])
    session.flush()
    assert jobs.find_silent(late, 10) == []
    assert people.actor(session, people.CHIEF).id in _told(session, salon, f"answer:for:{salon.on}")


# Signing in


def test_an_account_signs_in_with_one_tap_and_once(session, salon):
    found = arriving.the_pass(salon)
    made = arriving.sign_in(work_of(session, people.OWNER, _day(salon)), found, {})

    assert (made.body, made.enterprise_code, made.via) == ("砚禾齿轮", people.FIRM, Via.CODE)
    with pytest.raises(Conflict):
        arriving.sign_in(work_of(session, people.OWNER, _day(salon)), found, {})
    name = {"name": made.name, "body": "砚禾齿轮"}
    with pytest.raises(Conflict):  # the same person, without signing in
        arriving.sign_in(_stranger(session, _day(salon)), found, name)


def test_the_code_is_good_on_its_day_alone(session, salon):
    found = arriving.the_pass(salon)
    given = {"name": "王小测", "body": "某某商会"}
    with pytest.raises(Conflict):
        arriving.sign_in(_stranger(session, _day(salon) - timedelta(days=1)), found, given)
    with pytest.raises(Conflict):
        arriving.sign_in(_stranger(session, _day(salon) + timedelta(days=1)), found, given)
    moved(session, salon, Action.POSTPONE, why="防汛")
    with pytest.raises(arriving.Void):
        arriving.sign_in(_stranger(session, china(2026, 4, 17, 14)), found, given)


def test_a_paper_list_is_taken_line_by_line(session, salon, host, member):
    firm = "砚禾齿轮"
    arriving.sign_in(work_of(session, people.OWNER, _day(salon)), arriving.the_pass(salon), {})
    name = people.actor(session, people.OWNER).name
    text = f"{name} {firm}\n王小测 某某商会\n王小测，某某 商会\n没写单位"

    rows = arriving.take_list(work_of(session, host, _day(salon)), salon.id, text)

    assert [one.taken for one in rows] == [False, True, False, False]
    assert around.arrived(session, salon) == 2
    with pytest.raises(Conflict):
        arriving.take_list(work_of(session, host), salon.id, text)  # not the day yet
    with pytest.raises(NotAllowed):
        arriving.take_list(work_of(session, member, _day(salon)), salon.id, text)
    with pytest.raises(Invalid):
        arriving.take_list(work_of(session, host, _day(salon)), salon.id, "王 商会\n" * 201)
    wrong = session.scalars(select(SalonArrival.id).where(SalonArrival.name == "王小测")).one()
    arriving.strike_out(work_of(session, host, _day(salon)), salon.id, wrong)
    assert around.arrived(session, salon) == 1


# Photos, slides, news


def _uploaded(session, salon, who, tmp_path):
    storage = storing.opened("", tmp_path)
    sound = attachments.examine([Upload("现场.jpg", BytesIO(files.from_a_phone()))])
    with storage.keeping() as shelf:
        made = releasing.upload(work_of(session, who), shelf, salon.id, sound)[0]
    return made, attachments.read(storage, made)


def test_others_see_a_photo_once_the_committee_has_released_it(session, salon, host, member, tmp_path):
    made, content = _uploaded(session, salon, host, tmp_path)
    assert files.PLACE.encode() not in content

    with pytest.raises(NotFound):
        releasing.find_file(work_of(session, member), salon.id, made.id)
    with pytest.raises(NotAllowed):
        releasing.decide_file(work_of(session, host), salon.id, made.id, Review.RELEASED)
    releasing.decide_file(_clerk(session), salon.id, made.id, Review.RELEASED)
    assert releasing.find_file(work_of(session, member), salon.id, made.id)
    with pytest.raises(NotFound):
        releasing.find_file(work_of(session, people.STRANGER), salon.id, made.id)
    with pytest.raises(Conflict):
        releasing.decide_file(_clerk(session), salon.id, made.id, Review.RELEASED)
    releasing.decide_file(_clerk(session), salon.id, made.id, Review.RETURNED, "有客户的图纸")
    with pytest.raises(NotFound):
        releasing.find_file(work_of(session, member), salon.id, made.id)
    with pytest.raises(NotAllowed):
        _uploaded(session, salon, member, tmp_path)


def test_news_goes_from_draft_to_review_to_everybody(session, salon, host, member):
    def news(who):
        return releasing.news(work_of(session, who), standing.at(work_of(session, who), salon.id))

    given = {"title": "到车间里谈用电", "text": "十八家企业看了新线。"}
    releasing.write_news(work_of(session, host), salon.id, given, send=False)
    with pytest.raises(Conflict):
        releasing.decide_news(_clerk(session), salon.id, Review.RELEASED)
    releasing.write_news(work_of(session, host), salon.id, given, send=True)
    assert news(member) is None
    with pytest.raises(NotAllowed):
        releasing.decide_news(work_of(session, host), salon.id, Review.RELEASED)
    releasing.decide_news(_clerk(session), salon.id, Review.RELEASED)

    assert news(member).title == given["title"]
    assert people.actor(session, member).id in _told(session, salon, "news:out")
    with pytest.raises(Conflict):
        releasing.write_news(work_of(session, host), salon.id, given, send=True)
    with pytest.raises(NotAllowed):
        releasing.write_news(work_of(session, member), salon.id, given, send=True)


# Decisions, papers, the session before


def test_a_decision_is_told_to_its_unit_and_followed(session, salon, member):
    due = salon.on + timedelta(days=10)
    given = {"unit": people.POWER_UNIT, "what": "排出增容的日子", "due_on": due}
    with pytest.raises(Conflict):
        deciding.note(_clerk(session), salon.id, given)
    _held(session, salon)
    made = deciding.note(_clerk(session, _day(salon, 18)), salon.id, given)
    told = select(Notice.user_id).where(Notice.key == f"salon-decision:{made.id}")
    assert people.actor(session, people.POWER).id in set(session.scalars(told))
    for bad in ({"unit": "nobody"}, {"due_on": salon.on - timedelta(days=1)}):
        with pytest.raises(Invalid):
            deciding.note(_clerk(session, _day(salon, 18)), salon.id, {**given, **bad})
    late = _clerk(session, _day(salon, 9) + timedelta(days=20))
    assert looking_back.decisions(late, salon)[0].stands == "过期没办"

    with pytest.raises(NotAllowed):
        deciding.done(work_of(session, member, _day(salon, 18)), made.id, "办了")
    with pytest.raises(NotAllowed):
        deciding.done(work_of(session, people.TRANSPORT, _day(salon, 18)), made.id, "办了")
    deciding.done(work_of(session, people.POWER, _day(salon, 18)), made.id, "排在五月")
    assert looking_back.decisions(late, salon)[0].is_done
    with pytest.raises(Conflict):
        deciding.done(_clerk(session, _day(salon, 19)), made.id, "办了")


def _text(content):
    paper = Document(BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])


def test_the_next_session_opens_with_what_became_of_this_one(session, salon):
    rotation = queries.own(_clerk(session), salon.rotation_id)
    asked = {"enterprise": people.FIRM, "title": "厂门口的路", "content": "厂门口的路坏了三个月。"}
    problems.raise_one(_clerk(session, _day(salon)), salon.id, asked)
    hidden = problems.raise_one(_clerk(session, _day(salon)), salon.id, {**asked, "title": "配方"})
    hidden.confidential = True
    _held(session, salon)
    given = {"unit": people.POWER_UNIT, "what": "排出增容的日子", "due_on": salon.on}
    deciding.note(_clerk(session, _day(salon, 18)), salon.id, given)
    following = salons(session, rotation)[1]

    found = looking_back.before(work_of(session, people.STRANGER, _day(salon, 18)), following)
    assert found.raised == "上期提了 1 件：正在办 1 件。"
    assert looking_back.before(_clerk(session), salon) is None

    after = _day(salon, 18) + timedelta(days=10)
    moved(session, following, Action.ANNOUNCE, at=after)
    moved(session, following, Action.PREPARE, at=after, theme="讲标准", visit_at="14:00", visit="质检室")
    paper = papers.issue(_clerk(session, after), following.id, SalonPaper.INVITATION)
    name, content = papers.download(
        work_of(session, people.OWNER, after), following.id, SalonPaper.INVITATION
    )
    said = _text(content)
    assert paper.number in name
    for words in ("讲标准", "质检室", "上期提了 1 件", "排出增容的日子", "不宴请", "装备制造产业链党委"):
        assert words in said
    assert "厂门口的路" not in said
    assert papers.issue(_clerk(session, after), following.id, SalonPaper.INVITATION).number == paper.number


def test_what_is_still_open_of_earlier_sessions_is_not_forgotten(session, salon):
    rotation = queries.own(_clerk(session), salon.rotation_id)
    second, third = salons(session, rotation)[1:3]
    _held(session, salon)
    for what in ("排出日子", "修好路"):
        given = {"unit": people.POWER_UNIT, "what": what, "due_on": salon.on}
        made = deciding.note(_clerk(session, _day(salon, 18)), salon.id, given)
    deciding.done(_clerk(session, _day(salon, 18)), made.id, "修好了")
    later = _day(second, 17)
    moved(session, second, Action.ANNOUNCE, Action.HOLD, at=later)

    def listed(of):
        return [one.what for one in looking_back.before(_clerk(session, later), of).decisions]

    assert listed(second) == ["排出日子", "修好路"]
    assert listed(third) == ["排出日子"]


def test_who_may_have_which_paper(session, salon, host, member):
    with pytest.raises(NotFound):
        papers.download(work_of(session, member), salon.id, SalonPaper.INVITATION)
    with pytest.raises(NotAllowed):
        papers.issue(work_of(session, member), salon.id, SalonPaper.INVITATION)
    with pytest.raises(Conflict):
        papers.issue(_clerk(session), salon.id, SalonPaper.MINUTES)
    _invited(session, salon)
    sheet = _text(papers.download(work_of(session, host), salon.id, SalonPaper.SHEET)[1])
    assert "某某商会" in sheet
    with pytest.raises(NotFound):
        papers.download(work_of(session, member), salon.id, SalonPaper.SHEET)

    arriving.sign_in(work_of(session, people.OWNER, _day(salon)), arriving.the_pass(salon), {})
    _held(session, salon)
    moved(session, salon, Action.WRITE_UP, at=_day(salon, 18), minutes="用电的事谈透了。")
    with pytest.raises(NotAllowed):
        papers.issue(work_of(session, host, _day(salon, 18)), salon.id, SalonPaper.MINUTES)
    papers.issue(_clerk(session, _day(salon, 18)), salon.id, SalonPaper.MINUTES)
    said = _text(papers.download(work_of(session, member), salon.id, SalonPaper.MINUTES)[1])
    assert "用电的事谈透了" in said
    assert "砚禾齿轮，共 1 人" in said


# Ratings


def test_who_was_there_rates_once_and_host_and_committee_read_it(session, salon, host, member):
    found, there = arriving.the_pass(salon), member
    for who in (member, host):
        arriving.sign_in(work_of(session, who, _day(salon)), found, {})
    with pytest.raises(Conflict):
        rating.rate(work_of(session, there, _day(salon)), salon.id, GOOD)
    _held(session, salon)
    rating.rate(work_of(session, there, _day(salon, 18)), salon.id, {**GOOD, "comment": "下次早点开"})
    with pytest.raises(Conflict):
        rating.rate(work_of(session, there, _day(salon, 18)), salon.id, GOOD)
    with pytest.raises(NotAllowed):
        rating.rate(work_of(session, host, _day(salon, 18)), salon.id, GOOD)
    with pytest.raises(NotAllowed):
        rating.rate(work_of(session, people.CHIEF, _day(salon, 18)), salon.id, GOOD)

    def results(who):
        return rating.results(work_of(session, who), standing.at(work_of(session, who), salon.id))

    assert [one.words for one in results(host).verdicts][2] == "好 0，一般 1，不好 0（n=1）"
    assert results(people.CLERK).comments == ["下次早点开"]
    with pytest.raises(NotFound):
        results(there)
