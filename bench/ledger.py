"""A ledger out and in by the scheduler: seconds, and memory of the process that does it.

    python -m bench.ledger --rows 100000 --database sqlite [--in 20000] [--keep FOLDER]

The database is filled as for the other measures; the ledger is asked for by the county's leader, who sees every ticket that
is not confidential, and made by a process of its own, as the scheduler is one. What comes in is as many rows of another
county, brought by a chain's committee: first looked at, then written.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench import fill, texts
from bench.reliability import _database
from chainhub.core import clock
from chainhub.core.work import Work
from chainhub.county import known
from chainhub.county.people import queries as people
from chainhub.documents import sheet_writing
from chainhub.documents.attachments import storing
from chainhub.operations import ledger
from chainhub.operations.errands import service
from chainhub.operations.errands.models import Errand
from chainhub.web import engine as engines

TEMPLATES = 400
LEADER, CLERK = "xianzhang", "dangwei"
FIRM = "汶上砚禾齿轮有限公司"


def main() -> int:
    """Measure, and print a row of a table for each thing that was done."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--in", dest="brought", type=int, default=0, help="rows to bring in as well")
    parser.add_argument("--database", default="sqlite")
    options = parser.parse_args()
    for name in [one for one in os.environ if one.startswith("CHAINHUB_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="chledger", dir="/tmp") as name:
        folder, now, password = Path(name), clock.now(), fill.password_hash()
        with _database(options.database, folder) as (url, _):
            stocked = fill.stock(folder, TEMPLATES, now, password)
            fill.fill(url, stocked, texts.load(options.rows), options.rows, now, password)
            _measure(url, folder / "files", options.database, options.brought)
    return 0


def _measure(url: str, files: Path, database: str, brought: int) -> None:
    engine, storage = engines.opened(url), storing.opened("", files)
    print(
        "| database | what | rows | seconds | processor seconds | memory, MB | of it before it began | file, MB |"
    )
    _ask(engine, LEADER, lambda work: service.ask_export(work, {}))
    _say(database, "台账 out", engine, url, files)
    if not brought:
        return
    content, place = _other_county(brought), storing.place()
    storage.keep(place, BytesIO(content))
    id_ = _ask(engine, CLERK, lambda work: service.ask_import(work, "台账.xlsx", place, brought))
    _say(database, "台账 in, looked at", engine, url, files)
    _ask(engine, CLERK, lambda work: service.confirm(work, id_))
    _say(database, "台账 in, written", engine, url, files)


def _ask(engine: Engine, username: str, ask) -> int:  # type: ignore[no-untyped-def]  # a lambda of Work
    with Session(engine) as session, session.begin():
        user = people.user_by_name(session, username)
        account = people.account(session, user.id) if user else None
        if account is None:
            raise RuntimeError(f"{username} is not there")
        made = ask(Work(session, account.actor, clock.now(), known.of(session).calendar))
        return int(made.id)


def _say(database: str, what: str, engine: Engine, url: str, files: Path) -> None:
    command = [sys.executable, "-m", "bench.errand", url, str(files)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # a file beside this one
    said = json.loads(done.stdout)
    with Session(engine) as session:
        found = session.get_one(Errand, said["id"])
        if found.said:
            raise RuntimeError(found.said)
        size = found.size / 1024**2
        print(
            f"| {database} | {what} | {found.total:,} | {said['seconds']:.1f} | {said['worked']:.1f} | {said['peak']:.0f} "
            f"| {said['before']:.0f} | {size:.1f} |",
            flush=True,
        )


def _other_county(rows: int) -> bytes:
    """Return a ledger as another county would write it: half of it finished long ago."""
    made, columns = BytesIO(), ledger.COLUMNS
    begun = datetime(2025, 3, 3, 9, 0)  # noqa: DTZ001  # as a sheet holds it: in the county's time

    def _row(number: int) -> list[object]:
        said: dict[str, object] = {
            "企业": FIRM,
            "内容": f"第 {number} 件：厂门口的路坏了三个月，大车进不来，请派人来看看怎么修。",
            "原编号": f"老-{number:05}",
            "提出日期": begun,
        }
        if number % 2:
            said |= {"结果": "已解决", "办结时间": begun, "销号时间/审批人": "2025-03-20 16:00 某某"}
        return [said.get(one) for one in columns]

    sheet_writing.write(made, "台账", columns, (_row(number) for number in range(rows)))  # type: ignore[arg-type]
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main())
