"""What the journeys play on: a served county on SQLite, and a person with a real browser in it."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy.orm import Session

import config
from chainhub.core import clock
from chainhub.operations import schema, seed
from chainhub.web import engine as engines

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "chainhub-demo"
PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
NUMBER = re.compile(r"[A-Z]{2}-\d{4}-\d{5}")
_SLOWEST = 15_000  # milliseconds that a page may take on a busy machine
_START = 90  # seconds that the server may take to answer


def seeded(url: str, password_hash: str) -> None:
    """A county without a history in an empty database."""
    engine = engines.opened(url)
    schema.upgrade(engine)
    with Session(engine) as session, session.begin():
        seed.seed_model(session, config.county, password_hash, now=clock.now() - timedelta(days=200))
    engine.dispose()


class County:
    """A county under an address: its folder, its database, the process that serves it."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.folder = folder
        self.database_url = database_url or f"sqlite:///{folder / 'chainhub.db'}"
        self.engine = engines.opened(self.database_url)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Serve, and wait until the process says that it is up."""
        self._log = (self.folder / "server.log").open("w", encoding="utf-8")
        command = [sys.executable, "-m", "chainhub", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._env(), stdout=self._log, stderr=self._log
        )
        until = time.monotonic() + _START
        while not self._answers():
            assert self._process.poll() is None, f"the server ended:\n{self.log()}"
            assert time.monotonic() < until, f"the server did not answer in {_START} s:\n{self.log()}"
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the process that `start` began, and no other."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._log.close()
        self.engine.dispose()

    def log(self) -> str:
        """What the server has written."""
        return (self.folder / "server.log").read_text(encoding="utf-8")

    def tick(self, at: datetime) -> str:
        """Run the whole timetable once, as if it were this moment: what the scheduler's process would do."""
        command = [sys.executable, "-m", "chainhub", "scheduler", "once", "all", "--at", at.isoformat()]
        done = subprocess.run(command, cwd=ROOT, env=self._env(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def history(self) -> Iterator[Session]:
        """A session in which the past is made, through the services; committed at the end."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def _env(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("CHAINHUB_")}
        return {
            **env,
            "CHAINHUB_INSTANCE": str(self.folder),
            "CHAINHUB_DATABASE_URL": self.database_url,
            "CHAINHUB_LOG_LEVEL": "WARNING",
        }

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Album:
    """Where the pictures of a journey go, numbered in the order in which they were taken; nowhere without a folder."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._count = 0

    def keep(self, page: Page, name: str) -> None:
        """Take a picture of the whole page."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        page.screenshot(
            path=self.folder / f"{self._count:02}-{name}.png", full_page=True, animations="disabled"
        )


class Somebody:
    """One person with one browser of their own, who knows only what the page says."""

    def __init__(
        self, context: BrowserContext, county: County, username: str, album: Album, *, device: str
    ) -> None:
        self.context = context
        self.county = county
        self.username = username
        self.album = album
        self.device = device
        self.page: Page = context.new_page()
        self.page.set_default_timeout(_SLOWEST)
        self.accidents: list[str] = []
        self.page.on("pageerror", lambda error: self.accidents.append(f"script: {error}"))
        self.page.on("response", self._notice)

    def _notice(self, response) -> None:
        if response.status >= 500:
            self.accidents.append(f"{response.status} {response.url}")

    def sign_in(self, password: str = PASSWORD) -> "Somebody":
        """Sign in through the page, as the person would."""
        self.go("/sign-in")
        self.page.get_by_label("登录名").fill(self.username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.press("登录")
        return self

    def go(self, path: str) -> "Somebody":
        """Open an address of the county."""
        self.page.goto(self.county.url + path)
        return self

    def press(self, name: str) -> "Somebody":
        """Press the one visible link, button or fold of this name."""
        self.offer(name).first.click()
        self.page.wait_for_load_state()
        return self

    def offer(self, name: str) -> Locator:
        """What can be pressed and bears exactly this name, where this screen shows it."""
        words = re.compile(rf"^\s*{re.escape(name)}\s*$")
        pressable = self.page.locator("a, button, summary").filter(has_text=words)
        return pressable.locator("visible=true")

    def fill(self, **given: str) -> "Somebody":
        """Fill fields by what they are called in the form: text, choice or round button."""
        for name, value in given.items():
            field = self.page.locator(f"#form [name={name}]")
            kind = field.first.evaluate("one => one.tagName + ':' + one.type")
            if kind == "INPUT:radio":
                self.page.locator(f"#form [name={name}][value={value}]").check()
            elif kind.startswith("SELECT"):
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def act(self, number: str, label: str, **given: str) -> "Somebody":
        """Open a ticket, press a verb (behind 更多 on a phone, if need be), fill the form and send it."""
        self.go(f"/tickets/{number}")
        if not self.offer(label).count():
            self.press("更多")
        self.press(label)
        self.sees("h1", label)
        self.fill(**given).shot(f"{self.username}-{label}")
        self.page.locator("#form .btn-primary").click()
        self.page.wait_for_url(f"**/tickets/{number}")
        self.shot(f"{self.username}-{label}-done")
        return self

    def sees(self, where: str, words: str | re.Pattern) -> "Somebody":
        """Assert that a place of the page says these words."""
        expect(self.page.locator(where).locator("visible=true").first).to_contain_text(
            words, timeout=_SLOWEST
        )
        return self

    def reads(self, *words: str) -> "Somebody":
        """Assert that the page says all of these."""
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one, timeout=_SLOWEST)
        return self

    def reads_nothing_of(self, *words: str) -> "Somebody":
        """Assert that the whole document, hidden parts too, says none of these."""
        content = self.page.content()
        for one in words:
            assert one not in content, f"{self.username} should not read “{one}”"
        return self

    def text(self) -> str:
        """The words of the page's main part."""
        return self.page.locator("main").inner_text()

    def shot(self, name: str) -> "Somebody":
        """Keep a picture of this step."""
        self.album.keep(self.page, f"{name}-{self.device}")
        return self

    def number(self) -> str:
        """The first ticket number that the page shows."""
        found = NUMBER.search(self.text())
        assert found, self.text()[:500]
        return found[0]


class Troupe:
    """Everybody of one journey: a person is called by device and name, and has one browser."""

    def __init__(self, browser: Browser, county: County, album: Album) -> None:
        self._browser = browser
        self._county = county
        self._album = album
        self._people: dict[tuple, Somebody] = {}
        self.trouble_is_the_story = False  # a journey that breaks something expects answers of 5xx

    def __call__(
        self, username: str, device: str = "desktop", *, signed_in: bool = True, **options
    ) -> Somebody:
        key = (username, device, *sorted(options.items()))
        if key not in self._people:
            size = PHONE if device == "phone" else DESKTOP
            context = self._browser.new_context(
                locale="zh-CN", timezone_id="Asia/Shanghai", **{**size, **options}
            )
            self._people[key] = Somebody(context, self._county, username, self._album, device=device)
            if signed_in:
                self._people[key].sign_in()
        return self._people[key]

    def leave(self) -> list[str]:
        """Close every browser; return the accidents that anybody saw."""
        for somebody in self._people.values():
            somebody.context.close()
        if self.trouble_is_the_story:
            return []
        return [one for somebody in self._people.values() for one in somebody.accidents]
