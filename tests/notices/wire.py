"""Servers beside a test: one that speaks HTTP and remembers, one that speaks SMTP and dies where it is told to."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Http:
    """An HTTP server: what it heard, and what it will answer, the last answer again and again."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answers: list = field(
        default_factory=lambda: [(200, {}, {})]
    )  # (status, body, headers), or "hang", "drop"; a body may be "hang" as well
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def http_server(*answers) -> Iterator[Http]:
    made = Http(answers=list(answers) or [(200, {}, {})])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.heard.append(Heard(self.command, self.path, dict(self.headers), body))
            answer = made.next()
            if answer == "hang":
                made.release.wait(20)
                return
            if answer == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, said, headers = answer
            if said == "hang":
                self.send_response(status)
                self.send_header("Content-Length", "100")
                self.end_headers()
                made.release.wait(20)
                return
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815  # the library asks for these names

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


STAGES = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "dot")


@dataclass
class Mailbox:
    """A mail server that follows a script: at one stage it refuses, hangs or hangs up; else it takes the letter."""

    port: int = 0
    stage: str = ""
    does: str = ""  # "hang", "drop", or an answer such as "451 busy"
    letters: list[bytes] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


class _HungUp(Exception):
    """The script says that the connection ends here."""


@contextmanager
def mail_server(stage: str = "", does: str = "") -> Iterator[Mailbox]:
    made = Mailbox(stage=stage, does=does)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    made.port = listening.getsockname()[1]
    over = threading.Event()

    def act(talk, at: str, usual: bytes) -> None:
        if made.stage != at:
            talk.sendall(usual)
            return
        if made.does == "hang":
            made.release.wait(20)
            raise _HungUp
        if made.does == "drop":
            raise _HungUp
        talk.sendall(made.does.encode() + b"\r\n")

    def converse(talk) -> None:
        lines = talk.makefile("rb")
        act(talk, "connect", b"220 double\r\n")
        while line := lines.readline():
            verb = line[:4].strip().upper().decode("latin-1")
            if verb in {"EHLO", "HELO"}:
                act(talk, "EHLO", b"250 double\r\n")
            elif verb in {"MAIL", "RCPT"}:
                act(talk, verb, b"250 fine\r\n")
            elif verb == "DATA":
                act(talk, "DATA", b"354 go on\r\n")
                if made.stage == "DATA":
                    continue
                letter = b""
                while (part := lines.readline()) not in {b".\r\n", b""}:
                    letter += part
                if made.stage != "dot" or made.does in {"hang", "drop"}:
                    made.letters.append(letter)  # it has it, and perhaps never says so
                act(talk, "dot", b"250 taken\r\n")
            elif verb == "QUIT":
                act(talk, "QUIT", b"221 bye\r\n")
                return
            else:
                talk.sendall(b"250 fine\r\n")

    def serve() -> None:
        while not over.is_set():
            try:
                talk, _ = listening.accept()
            except TimeoutError:
                continue
            with talk:
                talk.settimeout(20)
                try:
                    converse(talk)
                except (OSError, _HungUp):
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield made
    finally:
        over.set()
        made.release.set()
        thread.join()
        listening.close()
