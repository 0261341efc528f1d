"""What the JSON door of errands takes and answers."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields as mm

from chainhub.operations.errands import rules
from chainhub.operations.errands.queries import PAGE, PAGE_MOST
from chainhub.operations.errands.rules import ErrandKind, Stage
from chainhub.tickets import masking, sought, terms
from chainhub.tickets.listing import Colour, Undecided
from chainhub.tickets.mine import Flag
from chainhub.tickets.workflow import State
from chainhub.web.shapes import (
    CODE_MOST,
    Choice,
    Choices,
    Command,
    Line,
    Query,
    Shape,
    Whole,
    YesNo,
    cursor,
    next_cursor,
    page_limit,
)


class SoughtBody(Command):
    """Which tickets: the same words as the list of tickets takes. Nothing at all means everything one sees."""

    q = Line(sought.Q_MOST, about="编号、企业、标题、内容里的字")
    state = Choices(State)
    chain = Line(CODE_MOST, about="产业链编码")
    unit = Line(CODE_MOST, about="主办单位编码")
    co_unit = Line(CODE_MOST, about="协办单位编码")
    enterprise = Line(CODE_MOST, about="企业编码")
    category = Line(CODE_MOST, about="类别编码，含下一级")
    kind = Choice(terms.Kind)
    undecided = Choice(Undecided, about="还没定的：category 类别，kind 性质")
    channel = Choice(terms.Channel)
    urgency = Choice(terms.Urgency)
    open = YesNo(about="true：只看没办完的")
    light = Choice(Colour, about="灯：green 正常，yellow 快到期，red 逾期，grey 等待，blue 已了结")
    flag = Choices(Flag)
    route = Choice(terms.Route)
    referred = YesNo(about="true：只看上级转办的")
    ended = YesNo(about="true：只看已办完的")
    unhappy = YesNo(about="true：只看企业不满意的")


class ExportBody(SoughtBody):
    """A ledger to take along."""

    reason = Line(20, about=f"要经办诉求的完整号码才写，会记入日志：{'、'.join(masking.REASONS)}")


def args_of(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what was sent as the address of the list would say it."""
    found: dict[str, list[str]] = {}
    for name in sought.KNOWN:
        said = given.get(name)
        if said in (None, False):
            continue
        values = said if isinstance(said, list) else [said]
        found[name] = ["1" if one is True else str(getattr(one, "value", one)) for one in values]
    return found


class LedgerBody(Command):
    """A ledger that is brought."""

    file = mm.Raw(
        required=True,
        metadata={"type": "string", "format": "binary", "description": "台账 .xlsx，最多 20,000 行、20 MB"},
    )


class PackBody(Command):
    """Of which inspection."""

    inspection = Whole(1, 2**31 - 1, required=True, about="迎检的 id")


class LedgerFailure(Shape):
    """A row that could not be taken."""

    row = mm.Integer(required=True, metadata={"description": "在表里第几行"})
    why = mm.String(required=True)


class LedgerReport(Shape):
    """What became of the rows: total = done + skipped + failed."""

    total = mm.Integer(required=True)
    done = mm.Integer(required=True, metadata={"description": "写了的；还没确认时是会写的"})
    skipped = mm.Integer(required=True, metadata={"description": "已经有的"})
    failed = mm.Integer(required=True)
    notes = mm.List(mm.String(), required=True)
    failures = mm.List(
        mm.Nested(LedgerFailure), required=True, metadata={"description": f"最多 {rules.FAILURES_SHOWN} 行"}
    )


class ErrandShape(Shape):
    """Something that was asked for and the scheduler does."""

    id = mm.Integer(required=True)
    kind = mm.Enum(ErrandKind, by_value=True, required=True)
    stage = mm.Enum(Stage, by_value=True, required=True)
    about = mm.String(required=True)
    asked_at = mm.DateTime(required=True)
    done = mm.Integer(required=True)
    total = mm.Integer(required=True)
    ended_at = mm.DateTime(required=True, allow_none=True)
    expires_at = mm.DateTime(required=True, allow_none=True, metadata={"description": "文件放到什么时候"})
    file_name = mm.String(required=True)
    size = mm.Integer(required=True, metadata={"description": "字节"})
    sha256 = mm.String(required=True)
    said = mm.String(required=True, metadata={"description": "没做成的原因"})
    report = mm.Nested(LedgerReport, required=True, allow_none=True, metadata={"description": "导入的结果"})
    result = mm.String(
        required=True, allow_none=True, metadata={"description": "选派方案在哪一页；别的都是 null"}
    )


class ErrandPage(Shape):
    """One's own errands, the newest first."""

    items = mm.List(mm.Nested(ErrandShape), required=True)
    next_cursor = next_cursor()


class ErrandQuery(Query):
    """Which page."""

    cursor = cursor()
    limit = page_limit(PAGE, PAGE_MOST)
