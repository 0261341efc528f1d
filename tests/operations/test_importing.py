"""A ledger becomes tickets: every row is done, skipped or failed with its reason, and the whole can be taken back."""

from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chainhub.audit.models import AuditEntry
from chainhub.core.actor import THE_CLOCK, Actor
from chainhub.core.errors import Invalid
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.directory.models import Enterprise
from chainhub.documents import sheet_writing, sheets
from chainhub.notices.models import Notice
from chainhub.operations import importing, ledger, verify
from chainhub.reminders.models import Clock
from chainhub.tickets import listing, queries
from chainhub.tickets.models import Ticket, TicketEvent, TicketImport
from chainhub.tickets.service import submitting
from chainhub.tickets.terms import Channel, Kind, Outcome, Urgency
from chainhub.tickets.workflow import Action, State
from tests import builders, people
from tests.people import NOW, china, work_of

pytestmark = pytest.mark.slow  # thorough rather than quick: left to the whole suite


OPERATOR = Actor(id=None, username="operator", name="命令行")
OPEN = {
    "企业": "砚禾齿轮",
    "内容": "厂门口的路灯坏了三盏。下夜班的工人摸黑走，请修一下。",
    "原编号": "2025-0101",
    "提出日期": date(2025, 12, 30),
    "类别": "生活配套",
    "性质": "求助",
    "紧急程度": "普通",
    "联系人": "陶见禾",
    "电话(脱敏)": "139****2076",
    "渠道": "电话",
    "主办": "县供电公司",
    "备注": "催过两次，态度急",
}
FINISHED = OPEN | {
    "内容": "车间扩建要增容，申请交了没有回音。",
    "原编号": "2025-0102",
    "结果": "已解决",
    "办结时间": china(2026, 1, 20, 16, 30),
    "销号时间/审批人": "2026-01-23 闻述之",
    "评价(响应/解决/满意)": "是/是/满意",
}


def _file(*rows: dict, headers=None, above=()) -> bytes:
    """A ledger with these rows; the headers are those that the rows use, unless said otherwise."""
    used = headers or list(dict.fromkeys(column for row in rows for column in row))
    made = BytesIO()
    lines = [*above, used, *([row.get(column) for column in used] for row in rows)]
    sheet_writing.write(made, "台账", lines[0], lines[1:])
    return made.getvalue()


def _many(count: int, **said) -> bytes:
    return _file(*({**OPEN, "原编号": f"n{n}", **said} for n in range(count)))


@pytest.fixture
def work(connection):
    """What the command line hands in: each call is a unit of work of the clock, committed at its end."""

    @contextmanager
    def opened():
        with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
            yield Work(session, THE_CLOCK, NOW, known.of(session).calendar)

    return opened


@pytest.fixture
def take_in(work):
    """Import a file, or try to."""

    def _run(content: bytes, *, dry_run: bool = False):
        return importing.run(
            work, "台账.xlsx", content, OPERATOR, dry_run=dry_run, say=lambda done, total: None
        )

    return _run


def _counts(report) -> tuple[int, int, int]:
    return report.done, report.skipped, report.failed


def _only(session) -> Ticket:
    return session.scalars(select(Ticket)).one()


def _found(session, q: str) -> list[str]:
    leader = work_of(session, people.PRINCIPAL)
    return [item.ticket.number for item in listing.page(leader, listing.Filter(q=q)).items]


# What a row becomes


def test_an_open_row_becomes_a_ticket_that_waits_to_be_accepted(take_in, session):
    report = take_in(_file(OPEN))

    ticket = _only(session)
    assert _counts(report) == (1, 0, 0)
    assert (ticket.state, ticket.is_open, ticket.channel) == (State.SUBMITTED, True, Channel.IMPORT)
    assert (ticket.number, ticket.enterprise_code, ticket.chain_code) == (
        "EQ-2026-00001",
        people.FIRM,
        "equipment",
    )
    assert (ticket.kind, ticket.urgency, ticket.category_code) == (Kind.HELP, Urgency.NORMAL, "amenities")
    assert ticket.title == "厂门口的路灯坏了三盏"
    assert ticket.original_number == "2025-0101"
    assert ticket.lead_unit_code is None  # dispatched anew


def test_an_open_row_keeps_its_date_and_its_clocks_start_now(take_in, session):
    take_in(_file(OPEN))

    ticket = _only(session)
    clocks = session.scalars(select(Clock).order_by(Clock.id)).all()
    assert ticket.created_at == china(2025, 12, 30)
    assert [(one.kind, one.started_at, one.owner_id) for one in clocks] == [
        ("first_call", NOW, ticket.id),
        ("intake", NOW, ticket.id),
    ]
    assert clocks[0].about == ticket.about
    assert ticket.due_at == china(2026, 3, 2, 14, 50)  # four working hours from Monday 09:20, noon left out


def test_the_clocks_are_those_of_a_ticket_filed_by_hand(take_in, session):
    take_in(_file(OPEN))
    by_hand = builders.submitted(session, kind=Kind.HELP, category="amenities")

    imported, filed = (
        [{**_plain(one), "owner_id": 0, "about": "", "link": ""} for one in queries.clocks(session, id_)]
        for id_ in (_imported(session).id, by_hand.id)
    )
    assert imported == filed


def _plain(clock: Clock) -> dict:
    return {
        column.key: getattr(clock, column.key) for column in Clock.__table__.columns if column.key != "id"
    }


def _imported(session) -> Ticket:
    return session.scalars(select(Ticket).where(Ticket.import_id.is_not(None))).one()


def test_the_history_says_when_it_happened_and_when_it_was_written_down(take_in, session):
    take_in(_file(OPEN))

    event = session.scalars(select(TicketEvent)).one()
    assert (event.action, event.source, event.target, event.seq) == (Action.SUBMIT, None, State.SUBMITTED, 1)
    assert (event.at, event.recorded_at) == (china(2025, 12, 30), NOW)
    assert (event.actor_name, event.body) == ("命令行", "台账导入")
    assert event.data["ledger"]["主办"] == "县供电公司"


def test_words_of_the_staff_to_each_other_are_left_out_and_said_so(take_in, session):
    report = take_in(_file(OPEN))

    event = session.scalars(select(TicketEvent)).one()
    assert "态度急" not in str(event.data)
    assert "这些列有内容但不导入，请留好原文件：备注。" in report.lines()


def test_a_masked_phone_gives_way_to_the_enterprises_own(take_in, session):
    take_in(_file(OPEN, OPEN | {"原编号": "2", "电话(脱敏)": "0537-7210000、13900001111"}))

    phones = session.scalars(select(Ticket.contact_phone).order_by(Ticket.id)).all()
    assert phones == ["13900002076", "0537-7210000"]


def test_a_finished_row_becomes_history_without_clocks_or_ratings(take_in, session):
    report = take_in(_file(FINISHED))

    ticket = _only(session)
    event = session.scalars(select(TicketEvent)).one()
    assert (ticket.state, ticket.is_open, ticket.due_at) == (State.CLOSED, False, None)
    assert ticket.resolved_at == china(2026, 1, 20, 16, 30)
    assert ticket.closed_at == ticket.first_closed_at == china(2026, 1, 23)
    assert (ticket.outcome, ticket.lead_unit_code) == (Outcome.SOLVED, people.POWER_UNIT)
    assert (ticket.satisfaction, ticket.answered_at) == (None, None)
    assert event.target is State.CLOSED
    assert event.data["ledger"]["评价(响应/解决/满意)"] == "是/是/满意"
    assert session.scalar(select(func.count(Clock.id))) == 0
    assert report.lines()[1] == "已导入 1 件：1 件是已办完的历史，没有时限。"


def test_a_row_resolved_but_not_struck_off_is_history_too(take_in, session):
    take_in(_file(FINISHED | {"销号时间/审批人": None}))

    assert _only(session).closed_at == china(2026, 1, 20, 16, 30)


def test_a_title_column_wins_over_the_first_sentence(take_in, session):
    take_in(_file(OPEN | {"标题": "路灯"}, OPEN | {"原编号": "2", "标题": "长" * 80}))

    titles = session.scalars(select(Ticket.title).order_by(Ticket.id)).all()
    assert titles == ["路灯", "长" * 59 + "…"]


def test_numbers_and_dates_in_any_usual_spelling_are_read(take_in, session):
    days = [
        "2025-12-30",
        "2025/12/30",
        "2025.12.30",
        "2025年12月30日",
        "2025-12-30 00:00:00",
        china(2025, 12, 30),
    ]

    take_in(_file(*(OPEN | {"原编号": 100 + n, "提出日期": day} for n, day in enumerate(days))))

    rows = session.execute(select(Ticket.original_number, Ticket.created_at).order_by(Ticket.id)).all()
    assert rows == [(str(100 + n), china(2025, 12, 30)) for n in range(len(days))]


# The table


def test_headers_are_found_by_name_in_any_order_below_a_heading(take_in, session):
    headers = ["内容", "备注", "原编号", "企业", "提出日期"]

    report = take_in(_file(OPEN, headers=headers, above=[["汶上县企业诉求台账（2025年）"], [None]]))

    assert _counts(report) == (1, 0, 0)
    assert _only(session).original_number == "2025-0101"


def test_headers_may_be_wide_spaced_or_without_their_brackets(take_in, session):
    row = {
        "企 业": "砚禾齿轮",
        "内容": "路灯坏了。",
        "电话": "13900001111",
        "销号时间": "2026-01-05",
        "评价（响应/解决/满意）": "满意",
    }

    take_in(_file(row))

    ticket = _only(session)
    assert (ticket.contact_phone, ticket.state) == ("13900001111", State.CLOSED)


def test_unknown_columns_are_ignored_and_named(take_in):
    report = take_in(_file(OPEN | {"办公室电话": "1", "序": "2"}))

    assert "工作表“台账”里这些列不认识，没有读：办公室电话、序。" in report.lines()


def test_the_template_has_the_columns_in_their_order_and_is_refused_while_empty(tmp_path, take_in):
    importing.template(tmp_path / "台账.xlsx")

    content = (tmp_path / "台账.xlsx").read_bytes()
    assert tuple(sheets.read(content)[0].rows[0]) == ledger.COLUMNS
    with pytest.raises(Invalid, match="一行内容也没有"):
        take_in(content)


def test_the_columns_are_those_that_people_know():
    assert " ".join(ledger.COLUMNS) == (
        "序号 诉求编号 产业链 企业 联系人 电话(脱敏) 渠道 原编号 提出日期 类别 性质 紧急程度 内容 接单人/时间 派单人/时间 "
        "主办 协办 签收时间 办理时限 延期至 进展 结果 办结时间 会商 督办次数 评价(响应/解决/满意) 回访人/时间 "
        "销号时间/审批人 灯 备注"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (_file({"单位": "砚禾齿轮", "事项": "路灯"}), "缺少“企业”、“内容”"),
        (_file({"企业": "砚禾齿轮", "事项": "路灯"}), "缺少“内容”这一列"),
        ("企业,内容".encode(), "不是 .xlsx"),
        (b"", "空的"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused_in_a_sentence(take_in, session, content, words):
    with pytest.raises(Invalid, match=words):
        take_in(content)
    assert session.scalar(select(func.count(TicketImport.id))) == 0


def test_a_column_that_is_there_twice_is_refused(take_in):
    made = BytesIO()
    sheet_writing.write(made, "台账", ("企业", "内容", "内容"), [("砚禾齿轮", "甲事", "乙事")])

    with pytest.raises(Invalid, match="有两个“内容”"):
        take_in(made.getvalue())


def test_more_than_twenty_thousand_rows_are_refused(take_in, session):
    made = BytesIO()
    sheet_writing.write(made, "台账", ("企业", "内容"), (("砚禾齿轮", f"第 {n} 件事") for n in range(20_001)))

    with pytest.raises(Invalid, match="有 20001 行，一次最多导入 20000 行"):
        take_in(made.getvalue())
    assert session.scalar(select(func.count(Ticket.id))) == 0


# Rows that fail


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"企业": "没有这家公司"}, "“企业”写的“没有这家公司”不在企业名单里，请核对名称。"),
        ({"企业": None}, "“企业”没有写（合并的单元格请先拆开）。"),
        ({"内容": None}, "“内容”没有写。"),
        ({"内容": "灯"}, "“内容”太短，看不出是什么事。"),
        ({"内容": "长" * 20_001}, "“内容”超过 20000 个字（现在 20001 个），请缩短。"),
        ({"产业链": "纺织服装"}, "“产业链”与企业对不上：砚禾齿轮在装备制造链。"),
        (
            {"提出日期": "去年冬天"},
            "“提出日期”写的是“去年冬天”，看不懂；请写成 2026-03-02 或 2026-03-02 09:30。",
        ),
        ({"提出日期": 45000}, "“提出日期”写的是“45000”，看不懂；请写成 2026-03-02 或 2026-03-02 09:30。"),
        (
            {"提出日期": "2025-02-30"},
            "“提出日期”写的是“2025-02-30”，看不懂；请写成 2026-03-02 或 2026-03-02 09:30。",
        ),
        ({"提出日期": date(2026, 3, 3)}, "“提出日期”是将来的日子（2026-03-03）。"),
        ({"办结时间": date(2025, 12, 1)}, "“办结时间”（2025-12-01）早于“提出日期”（2025-12-30）。"),
        (
            {"结果": "已解决"},
            "“结果”写了，却没有办结时间和销号时间：办完的请补上时间，没办完的请写到“进展”里。",
        ),
        (
            {"原编号": 12345678901234567890},
            "“原编号”被表格改成了数字，后几位已经丢了；请把这一列设成文本，重新填一遍。",
        ),
        ({"原编号": "号" * 61}, "“原编号”超过 60 个字（现在 61 个），请缩短。"),
        ({"联系人": "名" * 21}, "“联系人”超过 20 个字（现在 21 个），请缩短。"),
    ],
)
def test_a_bad_row_fails_with_its_reason_and_stops_no_other(take_in, session, said, words):
    report = take_in(_file(OPEN | {"原编号": "好的"}, OPEN | {"产业链": None} | said, FINISHED))

    assert _counts(report) == (2, 0, 1)
    assert report.failures == [(3, words)]
    assert report.lines()[-1] == f"第 3 行：{words}"
    assert session.scalar(select(func.count(Ticket.id))) == 2


def test_everything_that_is_wrong_with_a_row_is_said_at_once(take_in):
    report = take_in(_file({"企业": "没有这家", "内容": "灯", "提出日期": "？"}))

    assert report.failures[0][1].count("；") >= 2


def test_a_short_name_that_two_enterprises_have_is_not_guessed(take_in, session):
    session.add(Enterprise(code="e_twin", name="汶上砚禾齿轮二厂", short="砚禾齿轮", chain_code="textile"))
    session.commit()

    report = take_in(_file(OPEN, OPEN | {"原编号": "2", "企业": "汶上砚禾齿轮有限公司"}))

    assert report.failures == [(2, "“企业”写的“砚禾齿轮”有好几家都叫，请写全称。")]
    assert report.done == 1


def test_an_enterprise_is_known_by_code_full_name_or_short_name(take_in, session):
    names = [people.FIRM, "汶上砚禾齿轮有限公司", " 砚禾 齿轮 "]

    take_in(_file(*(OPEN | {"原编号": str(n), "企业": name} for n, name in enumerate(names))))

    assert session.scalars(select(Ticket.enterprise_code)).all() == [people.FIRM] * 3


def test_words_that_are_not_known_are_left_to_the_staff_and_counted(take_in, session):
    report = take_in(
        _file(*(OPEN | {"原编号": str(n), "类别": "城乡建设", "性质": "表扬"} for n in range(3)))
    )

    assert session.execute(select(Ticket.category_code, Ticket.kind)).all() == [(None, None)] * 3
    assert "“类别”有 3 行写的是“城乡建设”，不认识，没有采用，原文记在经过里。" in report.lines()
    assert session.scalars(select(TicketEvent)).first().data["ledger"]["类别"] == "城乡建设"


def test_what_the_database_refuses_fails_alone(take_in, session, monkeypatch):
    original = importing.importing.store

    def refuses(work, import_id, drafts):
        if any(one.original_number == "坏" for one in drafts):
            work.session.execute(Ticket.__table__.insert(), {"id": 1, "number": None})  # breaks a constraint
        return original(work, import_id, drafts)

    monkeypatch.setattr(importing.importing, "store", refuses)

    report = take_in(_file(OPEN, OPEN | {"原编号": "坏"}, FINISHED))

    assert _counts(report) == (2, 0, 1)
    assert report.failures[0][0] == 3
    assert session.scalars(select(TicketImport)).one().failed == 1


# Formulas


def test_a_cell_that_looks_like_a_formula_is_text_here_and_again_when_written(take_in, session):
    text = '=HYPERLINK("http://example.invalid","看这里")'

    take_in(_file(OPEN | {"内容": text, "联系人": "+8613900001111"}))

    ticket = _only(session)
    assert ticket.content == text
    assert ticket.contact_person == "+8613900001111"
    again = BytesIO()
    sheet_writing.write(again, "台账", ("内容",), [(ticket.content,)])
    assert sheets.read(again.getvalue())[0].rows[1] == [f"'{text}"]


def test_characters_that_no_database_keeps_are_dropped(take_in, session):
    take_in(_file(OPEN | {"内容": "路灯\x0b坏了\r\n三盏"}))

    assert _only(session).content == "路灯坏了\n三盏"


# Again


def test_the_same_file_again_is_skipped_row_by_row(take_in, session):
    content = _file(OPEN, FINISHED)
    take_in(content)

    report = take_in(content)

    assert _counts(report) == (0, 2, 0)
    assert session.scalar(select(func.count(Ticket.id))) == 2


def test_a_mended_file_brings_in_only_what_is_new(take_in):
    take_in(_file(OPEN, FINISHED | {"企业": "写错了"}))

    report = take_in(_file(OPEN, FINISHED))

    assert _counts(report) == (1, 1, 0)


def test_one_number_at_two_enterprises_is_two_matters(take_in):
    report = take_in(_file(OPEN, OPEN | {"企业": "云杼机电"}))

    assert _counts(report) == (2, 0, 0)


def test_a_row_without_a_number_is_known_again_by_what_it_says(take_in):
    row = OPEN | {"原编号": None}

    report = take_in(_file(row, row, row | {"内容": "另一件事，水压不够。"}))

    assert _counts(report) == (2, 1, 0)


def test_a_ledger_of_our_own_tickets_makes_no_doubles(take_in, session):
    ticket = builders.submitted(session)
    session.commit()

    report = take_in(_file(OPEN | {"原编号": "12345-1", "诉求编号": ticket.number}))

    assert _counts(report) == (0, 1, 0)


def test_numbers_go_on_where_they_were_and_are_never_given_out_twice(take_in, work, session):
    first = builders.submitted(session).number
    session.commit()
    content = _many(3)
    take_in(content)
    importing.undo(work, "台账.xlsx", content, OPERATOR)
    take_in(content)

    numbers = session.scalars(select(Ticket.number).order_by(Ticket.id)).all()
    assert numbers == [first, *(f"EQ-2026-{n:05d}" for n in range(2, 8))]


def test_a_batch_of_numbers_follows_on(session):
    work = work_of(session, people.CLERK)

    assert submitting.next_numbers(work, "EQ", 3) == ["EQ-2026-00001", "EQ-2026-00002", "EQ-2026-00003"]
    assert submitting.next_numbers(work, "EQ", 1) == ["EQ-2026-00004"]
    assert submitting.next_numbers(work, "EQ", 0) == []


# Trying


def test_a_dry_run_says_the_same_and_writes_nothing(take_in, session):
    content = _file(OPEN, FINISHED, OPEN, FINISHED | {"原编号": "3", "企业": "没有这家"})

    tried = take_in(content, dry_run=True)

    assert session.scalar(select(func.count(Ticket.id))) == 0
    assert session.scalar(select(func.count(TicketImport.id))) == 0
    assert session.scalar(select(func.count(Notice.id))) == 0
    done = take_in(content)
    assert _counts(tried) == _counts(done) == (2, 1, 1)
    assert tried.failures == done.failures
    assert tried.lines()[1] == "这是试运行，什么都没有写入。"


# What is left behind


def test_the_import_is_noted_and_audited(take_in, session):
    take_in(_file(OPEN, OPEN, OPEN | {"企业": "没有这家"}))

    noted = session.scalars(select(TicketImport)).one()
    entry = session.scalars(select(AuditEntry)).one()
    assert (noted.done, noted.skipped, noted.failed) == (1, 1, 1)
    assert (noted.file_name, noted.imported_by) == ("台账.xlsx", "operator")
    assert (entry.action, entry.who, entry.data["done"]) == ("import_tickets", "operator", 1)
    assert _only(session).import_id == noted.id


def test_each_committee_is_told_once(take_in, session):
    take_in(_many(5))

    words = session.scalars(select(Notice.text)).all()
    assert set(words) == {"导入了 5 件诉求：5 件待接单，时限从导入时算。"}
    assert len(words) == len(known.of(session).holders.ids("committee", "chain", "equipment"))


def test_history_holds_together_after_import_and_undo(take_in, work, session):
    content = _file(OPEN, FINISHED)
    take_in(content)
    assert verify.verify(session).ok

    importing.undo(work, "台账.xlsx", content, OPERATOR)

    verdict = verify.verify(session)
    assert verdict.ok, verdict.faults
    assert verdict.events == 4


def test_imported_tickets_are_found_by_content_enterprise_and_both_numbers(take_in, session):
    take_in(_file(OPEN, FINISHED))

    assert _found(session, "路灯") == ["EQ-2026-00001"]
    assert _found(session, "增容") == ["EQ-2026-00002"]
    assert _found(session, "2025-0102") == ["EQ-2026-00002"]
    assert _found(session, "EQ-2026-00001") == ["EQ-2026-00001"]
    assert len(_found(session, "砚禾")) == 2


def test_an_imported_ticket_goes_its_way_like_any_other(take_in, session):
    take_in(_file(OPEN))
    ticket = _only(session)

    for who, action, said in builders.PATH[State.CLOSED]:
        builders.move(session, ticket, who, action, NOW + timedelta(minutes=ticket.version), **said)

    assert ticket.state is State.CLOSED
    assert verify.verify(session).ok


def test_progress_is_said_batch_by_batch(work):
    said = []

    importing.run(
        work,
        "a.xlsx",
        _many(1100),
        OPERATOR,
        dry_run=False,
        say=lambda done, total: said.append((done, total)),
    )

    assert said == [(500, 1100), (1000, 1100), (1100, 1100)]


# Taking back


def test_undo_withdraws_what_nobody_has_touched(take_in, work, session):
    content = _file(OPEN, FINISHED)
    take_in(content)

    report = importing.undo(work, "台账.xlsx", content, OPERATOR)

    tickets = session.scalars(select(Ticket)).all()
    assert _counts(report) == (2, 0, 0)
    assert {one.state for one in tickets} == {State.WITHDRAWN}
    assert not any(one.is_open or one.due_at or one.closed_at or one.resolved_at for one in tickets)
    assert session.scalar(select(func.count(Clock.id)).where(Clock.stopped_at.is_(None))) == 0
    assert session.scalar(select(func.count(Clock.id)).where(Clock.look_again_at.is_not(None))) == 0
    assert _found(session, "路灯") == []
    assert session.scalars(select(TicketImport)).one().undone_at == NOW
    assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
        "import_tickets",
        "undo_import",
    ]


def test_undo_adds_a_line_to_the_history(take_in, work, session):
    content = _file(FINISHED)
    take_in(content)

    importing.undo(work, "台账.xlsx", content, OPERATOR)

    last = session.scalars(select(TicketEvent).where(TicketEvent.seq == 2)).one()
    assert (last.action, last.source, last.target) == (Action.WITHDRAW, State.CLOSED, State.WITHDRAWN)
    assert last.data == {"note": "撤销导入"}


def test_undo_keeps_what_was_touched_and_names_it(take_in, work, session):
    content = _file(OPEN, FINISHED)
    take_in(content)
    ticket = session.scalars(select(Ticket).where(Ticket.is_open)).one()
    builders.move(session, ticket, people.CLERK, Action.ACCEPT)
    session.commit()

    report = importing.undo(work, "台账.xlsx", content, OPERATOR)

    assert _counts(report) == (1, 1, 0)
    assert report.lines() == ["done 1, skipped 1, failed 0", "有 1 件已经有人办过，没有撤：EQ-2026-00001。"]
    session.refresh(ticket)
    assert ticket.state is State.ACCEPTED
    assert _found(session, "路灯") == [ticket.number]


def test_the_same_file_may_be_imported_again_after_an_undo(take_in, work, session):
    content = _file(OPEN, FINISHED)
    take_in(content)
    importing.undo(work, "台账.xlsx", content, OPERATOR)

    report = take_in(content)

    assert _counts(report) == (2, 0, 0)
    assert _found(session, "路灯") == ["EQ-2026-00003"]
    assert _counts(take_in(content)) == (0, 2, 0)


def test_what_undo_had_to_keep_is_not_imported_twice(take_in, work, session):
    content = _file(OPEN, FINISHED)
    take_in(content)
    ticket = session.scalars(select(Ticket).where(Ticket.is_open)).one()
    builders.move(session, ticket, people.CLERK, Action.ACCEPT)
    session.commit()
    importing.undo(work, "台账.xlsx", content, OPERATOR)

    assert _counts(take_in(content)) == (1, 1, 0)


def test_undo_of_a_file_that_was_never_imported_is_refused(take_in, work):
    content = _file(OPEN)
    with pytest.raises(Invalid, match="没有找到这份文件的导入记录"):
        importing.undo(work, "台账.xlsx", content, OPERATOR)

    take_in(content)
    importing.undo(work, "台账.xlsx", content, OPERATOR)

    with pytest.raises(Invalid, match="已经撤销过"):
        importing.undo(work, "台账.xlsx", content, OPERATOR)
