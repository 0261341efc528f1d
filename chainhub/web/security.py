"""Under which names the house answers, and what every answer carries: its headers, redirects that stay here."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError

from chainhub.web import errors

_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HERE = ("localhost", "127.0.0.1", "[::1]")  # by which an operator and a watchdog ask on the machine itself
_NOT_OUR_NAME = "这里不用这个网址，请用县里公布的网址打开。"


def register(app: Flask, *, https: bool, hosts: Sequence[str]) -> None:
    """Add the headers; HSTS only where HTTPS is certain. With names given, answer to no other."""
    if hosts:
        app.config["TRUSTED_HOSTS"] = [*hosts, *_HERE]
    app.register_error_handler(SecurityError, _foreign)

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        if "Location" in headers:
            headers["Location"] = _here(headers["Location"])
        return response


def _foreign(_error: SecurityError) -> Response:
    """Answer a request under a foreign name in one sentence: no page can be drawn, since no address can be built."""
    if errors.wants_json():
        return errors.problem(400, _NOT_OUR_NAME, "foreign_host")
    return Response(f"{_NOT_OUR_NAME}\n", 400, content_type="text/plain; charset=utf-8")


def _here(location: str) -> str:
    """Return an address as a path of this site. The router writes the name that the visitor's request gave."""
    parts = urlsplit(location)
    path = "/" + parts.path.lstrip("/\\")
    return (
        path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    )
