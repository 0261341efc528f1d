"""Programs that call the JSON door in somebody's name, and the one shape of every refusal."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

V1 = "/api/v1"
BODY = {"title": "新厂房增容", "content": "新厂房设备到了，等电。", "kind": "problem", "category": "energy"}


@dataclass
class Hands:
    """The hands of the clock."""

    at: datetime


@dataclass
class Caller:
    """Somebody's program: their token on every request."""

    client: FlaskClient
    token: str
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(f"{V1}{path}", headers=self.headers, **options)

    def post(self, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        return self.client.post(f"{V1}{path}", headers={**self.headers, **(headers or {})}, **options)

    def submit(self, key: str = "", **given: Any) -> TestResponse:
        headers = {"Idempotency-Key": key} if key else {}
        return self.post("/tickets", headers=headers, json={**BODY, **given})

    def act(self, number: str, action: str, version: int, **given: Any) -> TestResponse:
        return self.post(f"/tickets/{number}/actions/{action}", json={"version": version, **given})


def refused(response: TestResponse, status: int, code: str = "") -> dict[str, Any]:
    """Assert that this is a refusal in the one shape (RFC 9457) and return it."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    body = response.json
    assert set(body) == {"type", "status", "title", "code", "errors"}
    assert body["status"] == status
    assert any("\u4e00" <= char <= "\u9fff" for char in body["title"]), body["title"]
    assert all(isinstance(said, list) and said for said in body["errors"].values())
    assert not code or body["code"] == code, body
    return body


def given(response: TestResponse, status: int = 200) -> dict[str, Any]:
    """Assert that this worked and return what was answered."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    return response.json
