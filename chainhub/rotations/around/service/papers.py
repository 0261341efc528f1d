"""The papers of a session: invitation, sign-in sheet, minutes. A number is given once; what stands there is what is so."""

from collections.abc import Sequence

from sqlalchemy import select

from chainhub.audit import service as audit
from chainhub.core.errors import Conflict, NotFound
from chainhub.core.limits import local
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.documents.papers import filling
from chainhub.documents.papers import service as kept
from chainhub.documents.papers.models import Paper
from chainhub.documents.papers.rules import Line, Values, file_name
from chainhub.documents.papers.service import Draft, Owner
from chainhub.rotations import days, presenting, queries
from chainhub.rotations.around import queries as around
from chainhub.rotations.around.papers import layouts
from chainhub.rotations.around.papers.kinds import NUMBERED, SalonPaper, called
from chainhub.rotations.around.service import looking_back, standing
from chainhub.rotations.around.service.standing import Place
from chainhub.rotations.around.terms import Party
from chainhub.rotations.models import Salon
from chainhub.rotations.service import packing
from chainhub.rotations.workflow import State

K = SalonPaper
OWNER = "salon"
_BLANK_LINES = 12  # of a sheet, for whoever comes unasked
_FITS = {
    K.INVITATION: frozenset({State.ANNOUNCED}),
    K.MINUTES: frozenset({State.WRITTEN_UP, State.CLOSED}),
}
_ADVICE = {
    K.INVITATION: "发了通知、定了日子才出邀请函。",
    K.MINUTES: "写了纪要才出会议纪要。",
}


def issued(work: Work, salon: Salon) -> dict[SalonPaper, Paper]:
    """Return the papers of a session that have their number, by kind."""
    return {
        SalonPaper(one.kind): one
        for one in kept.of(work.session, Owner(OWNER, salon.id))
        if one.kind in set(SalonPaper)
    }


def may_issue(place: Place, kind: SalonPaper) -> bool:
    """Say whether this actor gives a paper its number now."""
    who = place.prepares if kind is K.INVITATION else place.keeps
    return who and kind in NUMBERED and place.salon.stage in _FITS[kind]


def issue(work: Work, id_: int, kind: SalonPaper) -> Paper:
    """Give a paper its number, or return the one that has it. Raises NotFound, NotAllowed, Conflict."""
    place = standing.at(work, id_)
    if kind not in NUMBERED:
        raise NotFound("签到表不编号，直接下载就行。")
    (standing.demand_host if kind is K.INVITATION else standing.demand_keeper)(place)
    # Held until the end: of two who issue the same paper at once, the slower finds the number of the faster.
    work.session.execute(select(Salon.id).where(Salon.id == id_).with_for_update())
    found = issued(work, place.salon).get(kind)
    if found is not None:
        return found
    if not may_issue(place, kind):
        raise Conflict(f"这一期现在是“{place.salon.stage.label}”，{_ADVICE[kind]}", code="wrong_state")
    made = kept.issue(
        work, Owner(OWNER, id_), Draft(kind.value, "", place.salon.theme or place.rotation.name, {})
    )
    audit.record(work, "issue_paper", f"salon {id_}", {"paper": kind.label, "number": made.number})
    return made


def title(work: Work, id_: int, kind: SalonPaper) -> str:
    """Return what a paper of a session is called: 红色沙龙邀请函. Raises NotFound."""
    return called(kind, standing.at(work, id_).rotation.name)


def download(work: Work, id_: int, kind: SalonPaper) -> tuple[str, bytes]:
    """Return a paper as a file: its name and the .docx. A sheet is for host and committee. Raises NotFound."""
    place = standing.at(work, id_)
    if kind is K.SHEET:
        standing.demand_seen(place)
        number, about = "", place.salon.theme
    else:
        paper = issued(work, place.salon).get(kind)
        if paper is None:
            raise NotFound(f"这一期还没有出{kind.label}。")
        number, about = paper.number, place.salon.theme or paper.title
    template = kept.template(work.session, kind.value) or layouts.default(kind)
    made = filling.fill(template, {**_values(work, place, kind), "编号": number})
    return file_name(called(kind, place.rotation.name), number, about), made


def _values(work: Work, place: Place, kind: SalonPaper) -> Values:
    if kind is K.SHEET:
        return {**_common(work, place), "名单": _sheet(work, place)}
    if kind is K.MINUTES:
        return {**_common(work, place), **_before(work, place), **_minutes(work, place)}
    pack = packing.of(work.session, [place.salon.id])[place.salon.id]
    return {
        **_common(work, place),
        **_before(work, place),
        "主送": "各成员企业、有关单位",
        "议程": _agenda(place.salon),
        "政策": [
            {"名称": one.title, "文号": f"（{one.number}）" if one.number else ""}
            for one in packing.policies(pack)
        ],
    }


def _common(work: Work, place: Place) -> dict[str, str]:
    salon, directory = place.salon, known.of(work.session).directory
    chain = directory.chains[place.rotation.chain_code]
    body = next(
        (
            one.name
            for one in directory.units.values()
            if one.kind == "chain_committee" and one.chain == chain.code
        ),
        chain.name,
    )
    names = queries.names(work.session, place.hosts)
    today = local(work.now).date()
    return {
        "签发单位": body,
        "签发日期": f"{today.year}年{today.month}月{today.day}日",
        "产业链": chain.name,
        "活动": place.rotation.name,
        "时间": f"{days.text(salon.on)} {place.rotation.starts}" if salon.on else "日子待定",
        "地点": venue(work, salon) or "另行通知",
        "主题": salon.theme,
        "承办企业": "、".join(names.get(code, code) for code in place.hosts),
    }


def venue(work: Work, salon: Salon) -> str:
    """Return where a session is held, and whose place that is where it is borrowed."""
    of_whom = packing.of(work.session, [salon.id])[salon.id].venue_of
    return f"{salon.venue}（借用{of_whom}的场地）" if of_whom and salon.venue else salon.venue or of_whom


def _agenda(salon: Salon) -> list[Line]:
    return [
        {"时间": one.at, "环节": one.label, "内容": one.what, "主讲": one.by}
        for one in presenting.agenda(salon)
    ]


def _before(work: Work, place: Place) -> Values:
    found = looking_back.before(work, place.salon)
    if found is None:
        return {"上期日期": "", "上期问题": "这是第一期，没有上期的问题。", "上期议定": []}
    listed = [
        {"单位": one.unit, "事项": one.what, "期限": one.due, "情况": one.stands} for one in found.decisions
    ]
    return {"上期日期": found.day, "上期问题": f"{found.day}：{found.raised}", "上期议定": listed}


def _minutes(work: Work, place: Place) -> Values:
    bodies, n = around.bodies(work.session, place.salon)
    raised = around.raised_count(work.session, place.salon)
    said = (
        f"现场提的问题 {raised} 件，都已报成诉求，办理情况下一期开场通报。" if raised else "现场没有提问题。"
    )
    return {
        "参加人数": str(n),
        "参加单位": "、".join(bodies),
        "内容": place.salon.minutes,
        "议定": [
            {"单位": one.unit, "事项": one.what, "期限": one.due}
            for one in looking_back.decisions(work, place.salon)
        ],
        "提出问题": said,
    }


def _sheet(work: Work, place: Place) -> Sequence[Line]:
    asked = [
        ("", one.name) if one.kind in {Party.ENTERPRISE, Party.UNIT} else (one.name, one.body)
        for one in around.expected(work.session, place.salon)
    ]
    lines = [*asked, *[("", "")] * _BLANK_LINES]
    return [
        {"序号": str(place_), "姓名": name, "单位": body, "签名": ""}
        for place_, (name, body) in enumerate(lines, start=1)
    ]
