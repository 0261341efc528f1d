"""What tests of errands share: a storage on the connection of the test, and the scheduler's turn."""

from chainhub.core import sweeps
from chainhub.documents import sheets
from chainhub.documents.attachments import storing
from chainhub.operations.errands import jobs
from chainhub.operations.errands.models import Errand


def equipped(connection, folder) -> storing.Storage:
    """Hang a storage in a folder on the connection of a test."""
    made = storing.opened("", folder / "files")
    storing.equip(connection, made)
    return made


def turn(opened) -> sweeps.Swept:
    """Let the scheduler do what waits."""
    return sweeps.run(jobs.find_waiting, jobs.carry_out, opened, name="errands")


def forget(opened) -> sweeps.Swept:
    """Let the scheduler take away what has outlived its time."""
    return sweeps.run(jobs.find_outlived, jobs.forget_files, opened, name="forget_files")


def seen(session, id_: int) -> Errand:
    """An errand as it stands in the database now."""
    session.expire_all()
    return session.get_one(Errand, id_)


def rows_of(content: bytes) -> list[dict]:
    """The rows of a ledger by their headers."""
    head, *rows = sheets.read(content)[0].rows
    return [dict(zip(head, row, strict=True)) for row in rows]
