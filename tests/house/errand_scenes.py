"""Of the county under attack: a ledger that is ready, one that waits to be confirmed, an inspection with its account."""

from io import BytesIO

from sqlalchemy.orm import Session

from chainhub.documents import sheet_writing
from chainhub.documents.attachments.storing import Storage
from chainhub.operations import ledger
from chainhub.operations.errands import rules
from chainhub.operations.errands.models import Errand
from chainhub.operations.errands.rules import ErrandKind, Stage
from chainhub.tickets.inspections import service as inspections
from tests import people
from tests.builders import submitted
from tests.people import NOW, work_of

LATER = NOW.replace(hour=10)
READY = "no/ready-ledger"  # where it lies


def pages(session: Session) -> list[tuple[str, str]]:
    """Make them; return the pages that have forms. The first errand, and the first inspection, is for programs."""
    asking = _errand(session, ErrandKind.IMPORT, Stage.ASKING, given={"phase": "preview", "rows": 1})
    ready = _errand(session, ErrandKind.EXPORT, Stage.READY, stored_as=READY, file_name="台账.xlsx", size=4)
    closer = work_of(session, people.CLOSER, LATER)
    asked = inspections.Asked("县委第三巡察组", "专项巡察", 7, submitted(session).number)
    one = inspections.make(closer, asked)
    inspections.open_account(closer, one.id, "李检查")
    return [
        (people.CLERK, "/errands/export"),
        (people.CLERK, "/errands/import"),
        (people.CLERK, f"/errands/{asking.id}"),
        (people.CLERK, f"/errands/{ready.id}"),
        (people.CLOSER, "/inspections/new"),
        (people.CLOSER, one.link),
        ("xitong", "/inspections"),
    ]


def _errand(session: Session, kind: ErrandKind, stage: Stage, **given) -> Errand:
    clerk = people.actor(session, people.CLERK)
    said = {"given": {}, "about": "台账", **given}
    made = Errand(
        kind=kind,
        stage=stage,
        asked_by_id=clerk.id,
        asked_at=LATER,
        held=rules.written(clerk.grants),
        report={},
        expires_at=LATER + rules.KEPT,
        **said,
    )
    session.add(made)
    session.flush()
    return made


def lay(storage: Storage) -> None:
    """Lay the file of the one that is ready where its row says."""
    storage.keep(READY, BytesIO(b"PK\x05\x06"))


def brought() -> bytes:
    """A ledger as somebody would bring it."""
    made = BytesIO()
    row = {"企业": "汶上砚禾齿轮有限公司", "内容": "厂门口的路坏了三个月，车进不来。"}
    sheet_writing.write(made, "台账", ledger.COLUMNS, [[row.get(one) for one in ledger.COLUMNS]])
    return made.getvalue()
