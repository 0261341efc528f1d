"""A client that keeps its connection, signs in through the form, and counts; four of them make a rate."""

import http.client
import json
import multiprocessing
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
API = "/api/v1"


class Refused(Exception):
    """An answer that a measurement cannot use."""


@dataclass(slots=True)
class Client:
    """One browser or program on one kept connection."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request and return status and body; a connection that the server closed is opened anew."""
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, path, body, sent)
                answer = self.connection.getresponse()
                content = answer.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection = None
                if attempt == 2:
                    raise
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, content

    def get(self, path: str) -> bytes:
        """Return a page. Raises Refused if it is none."""
        status, content = self.ask("GET", path)
        if status != 200:
            raise Refused(f"GET {path}: {status}")
        return content

    def sign_in(self, username: str, password: str) -> None:
        """Sign in through the form."""
        token = _TOKEN.search(self.get("/sign-in").decode())
        data = {"username": username, "password": password, "csrf_token": token[1] if token else ""}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self.ask("POST", "/sign-in", urlencode(data).encode(), form)
        if status != 303:
            raise Refused(f"sign-in of {username}: {status}")

    def post(self, path: str, body: dict[str, Any], token: str, key: str = "") -> dict[str, Any]:
        """Post JSON as the holder of a token and return what came back. Raises Refused unless it was done."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        if key:
            headers["Idempotency-Key"] = key
        status, content = self.ask("POST", API + path, json.dumps(body).encode(), headers)
        if status not in (200, 201):
            raise Refused(f"POST {path}: {status} {content[:300].decode(errors='replace')}")
        found: dict[str, Any] = json.loads(content)
        return found


@dataclass(frozen=True, slots=True)
class Rate:
    """What several clients got done together."""

    per_second: float
    done: int
    latencies: Sequence[float]
    refusals: Sequence[str]


Job = Callable[[Client, Any, int], None]  # one request: the client, what it was given, the how-manieth


def together(port: int, job: Job, given: Sequence[Any], seconds: float, warm: int = 5) -> Rate:
    """Let one process per element of `given` send requests for so many seconds; refusals are counted, not hidden."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(given))
    answers = context.Queue()
    processes = [
        context.Process(target=_client, args=(port, job, one, seconds, warm, barrier, answers), daemon=True)
        for one in given
    ]
    for process in processes:
        process.start()
    try:
        found = [answers.get(timeout=seconds + 120) for _ in processes]
    finally:
        for process in processes:
            process.join(timeout=10)
            if process.is_alive():
                process.terminate()
    latencies = [one for times, _, _ in found for one in times]
    refusals = [one for _, said, _ in found for one in said]
    took = max(elapsed for _, _, elapsed in found)
    return Rate(len(latencies) / took, len(latencies), latencies, refusals)


def _client(port: int, job: Job, given: Any, seconds: float, warm: int, barrier: Any, answers: Any) -> None:
    client, times, refusals = Client(port), [], []
    for place in range(warm):
        _once(job, client, given, place, refusals)
    barrier.wait(timeout=60)
    begun = time.perf_counter()
    place = warm
    while time.perf_counter() - begun < seconds and len(refusals) < 20:
        at = time.perf_counter()
        if _once(job, client, given, place, refusals):
            times.append(time.perf_counter() - at)
        place += 1
    answers.put((times, refusals[:5], time.perf_counter() - begun))


def _once(job: Job, client: Client, given: Any, place: int, refusals: list[str]) -> bool:
    try:
        job(client, given, place)
    except Refused as refused:
        refusals.append(str(refused))
        return False
    return True


# What a client does over and over


def say_hello(client: Client, given: Any, place: int) -> None:
    client.get("/")


@dataclass(frozen=True, slots=True)
class Filer:
    """An enterprise that files: its token, and the texts it files."""

    name: str
    token: str
    texts: Sequence[tuple[str, str]]


def file_one(client: Client, given: Filer, place: int) -> None:
    title, content = given.texts[place % len(given.texts)]
    body = {"title": title, "content": content, "kind": "help", "category": "energy"}
    client.post("/tickets", body, given.token, key=f"{given.name}-{place}")


@dataclass(slots=True)
class Handling:
    """A ticket in hand: whose unit, whose review, and the version that was seen last."""

    number: str
    version: int
    unit_token: str
    reviewer_token: str


_ROUND = (
    ("progress", {"note": "今天又到现场看过，管线已经改好，明天上午试运行。"}),
    ("resolve", {"outcome": "solved", "reply": "已经办好，请看现场照片和说明。"}),
    ("send_back", {"note": "答复里没写什么时候做完，请补上。"}),
)


def move_one(client: Client, given: list[Handling], place: int) -> None:
    """Report progress, resolve, send back: each ticket goes this round, one move a request, the next ticket after."""
    ticket = given[(place // len(_ROUND)) % len(given)]
    action, said = _ROUND[place % len(_ROUND)]
    token = ticket.reviewer_token if action == "send_back" else ticket.unit_token
    answer = client.post(
        f"/tickets/{ticket.number}/actions/{action}", {**said, "version": ticket.version}, token
    )
    ticket.version = int(answer["version"])
