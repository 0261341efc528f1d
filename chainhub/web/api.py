"""The JSON door's frame: reading what was sent, answering, and the description that documents every operation.

Features hang their operations on a `Room`; errors are answered in `errors.py`, in the one shape.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint as SmorestBlueprint
from flask_wtf import CSRFProtect
from marshmallow import RAISE, Schema, ValidationError, fields
from werkzeug.exceptions import UnsupportedMediaType

from chainhub.core.errors import Invalid
from chainhub.core.worktime import SHANGHAI
from chainhub.web import describing, doors, presses

PREFIX = "/api/v1"
JSON = "application/json"
MULTIPART = "multipart/form-data"
PROBLEM_JSON = "application/problem+json"
_DESCRIPTION = "chainhub_openapi"
_ABOUT = (
    "企业诉求、企业名录与机构的接口。先用 `POST /api/v1/tokens` 换一个令牌，之后每次请求都带上 "
    "`Authorization: Bearer <令牌>`。时间是带时区的 RFC 3339（亚洲/上海）。出错时一律返回 "
    "`application/problem+json`：`title` 是给人看的话，`code` 给程序判断，`errors` 逐项说明。"
    "检查的先后是 401、404、403、409、422。"
)
View = TypeVar("View", bound=Callable[..., Response])


class Problem(Schema):
    """Every error, in the one shape (RFC 9457)."""

    class Meta:
        unknown = RAISE

    type = fields.String(required=True)
    status = fields.Integer(required=True)
    title = fields.String(required=True, metadata={"description": "给人看的一句话：怎么了，该怎么办"})
    code = fields.String(required=True, metadata={"description": "给程序判断的代码，不会变"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "逐项说明哪里要改；没有就是空的"},
    )


_PROBLEMS: Mapping[int, str] = {
    401: "没有令牌，或者令牌不对",
    403: "看得到，但不归您办",
    404: "没有，或者不是您的",
    409: "刚刚有了变化、现在的状态不能这样办，或者要由别人来办",
    413: "内容太大",
    415: "格式不对，请用 JSON",
    422: "填的内容有几处要改",
    429: "太快了，请按 Retry-After 等一会儿",
    503: "数据库没有应答，什么都没有保存",
}
_WITH_BODY = frozenset({413, 415})


# Reading


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent, read but not judged: whether the thing is there and the move allowed comes first."""

    given: Mapping[str, Any]
    refusal: Exception | None = None

    @property
    def version(self) -> int | None:
        """The version that the caller has seen, if what stands there is one."""
        found = self.given.get("version")
        return found if type(found) is int else None


def body() -> Body:
    """Read the JSON object that was sent. What is wrong with it is kept for `load` to raise."""
    if not request.is_json:
        return Body({}, UnsupportedMediaType())
    try:
        found = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        return Body({}, Invalid("这不是一段正确的 JSON，请检查括号、引号和编码（UTF-8）。", code="malformed"))
    if not isinstance(found, dict):
        return Body({}, Invalid("请提交一个 JSON 对象，写在 { } 里。", code="malformed"))
    return Body(found)


def load(schema: Schema, sent: Body) -> dict[str, Any]:
    """Return what was sent as the schema reads it. Raises Invalid, or that it was no JSON."""
    if sent.refusal is not None:
        raise sent.refusal
    return _loaded(schema, sent.given)


def query(schema: Schema) -> dict[str, Any]:
    """Return what stands in the address, as the schema reads it; what is left empty counts as not said."""
    listed = {name for name, field in schema.load_fields.items() if isinstance(field, fields.List)}
    said = {name: [one for one in values if one] for name, values in request.args.lists()}
    return _loaded(schema, {name: v if name in listed else v[-1] for name, v in said.items() if v})


def _loaded(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        raise Invalid(errors=_by_field(error.messages_dict)) from error
    return found


def _by_field(messages: Mapping[Any, Any], above: str = "") -> dict[str, list[str]]:
    """Flatten nested messages: {"decisions": {0: {"unit": […]}}} becomes {"decisions.0.unit": […]}.

    What is wrong with a plain item of a list is said of the list.
    """
    found: dict[str, list[str]] = {}
    for name, said in messages.items():
        path = f"{above}.{name}" if above else str(name)
        if isinstance(said, Mapping):
            found.update(_by_field(said, path))
        else:
            found.setdefault(above if isinstance(name, int) else path, []).extend(str(one) for one in said)
    return found


def write_cursor(after: str | int) -> str:
    """Return the place of a last item, as callers hand it back."""
    return base64.urlsafe_b64encode(orjson.dumps([after])).decode().rstrip("=")


_Place = TypeVar("_Place", str, int)


def read_cursor(cursor: str, kind: type[_Place]) -> _Place:
    """Return the place that a cursor names. Raises Invalid for one that was never given out."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        (place,) = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _bad_cursor() from error
    if type(place) is not kind or not _is_storable(place):
        raise _bad_cursor()
    return place


def _is_storable(place: str | int) -> bool:
    return "\x00" not in place if isinstance(place, str) else 0 <= place < 2**31


def _bad_cursor() -> Invalid:
    return Invalid(errors={"cursor": ["翻页的位置不对，请从第一页重新开始。"]})


# Answering


def answer(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    response = Response(orjson.dumps(data), status, mimetype=JSON)
    if headers:
        response.headers.update(headers)
    return response


def moment(at: datetime | None) -> datetime | None:
    """Return an instant as the API writes it: with the offset of Shanghai."""
    return None if at is None else at.astimezone(SHANGHAI)


# Describing


@dataclass(frozen=True, slots=True)
class Taken:
    """What an operation takes: a schema of the address, a schema of the body, headers, or files."""

    query: type[Schema] | None = None
    body: type[Schema] | None = None
    headers: tuple[Mapping[str, Any], ...] = ()
    form: type[Schema] | None = None  # a body with files in it


_NOTHING = Taken()
KEY_HEADER: Mapping[str, Any] = {
    "name": presses.HEADER,
    "description": "同一个键再提交同样的内容，不会再办一次：409 already_done；内容不同是 422",
    "schema": {"type": "string", "maxLength": presses.KEY_MOST},
}
Gives = type[Schema] | tuple[str, ...]
"""What a success answers: a shape, or a file of one of these content types."""
_BINARY = {"type": "string", "format": "binary"}


class Room:
    """The operations of one feature, documented as they are hung."""

    def __init__(self, name: str, import_name: str, label: str) -> None:
        self.label = label
        self.blueprint = SmorestBlueprint(f"api_{name}", import_name, url_prefix=PREFIX)

    def get(self, rule: str, gives: type[Schema], taken: Taken = _NOTHING) -> Callable[[View], View]:
        """Hang an operation that reads."""
        return self._hang("GET", rule, {200: gives}, taken, public=False)

    def post(
        self, rule: str, gives: Mapping[int, type[Schema]], taken: Taken = _NOTHING, *, public: bool = False
    ) -> Callable[[View], View]:
        """Hang an operation that writes; `gives` names what each success answers. It may come with a key."""
        keyed = taken if public or taken.headers else replace(taken, headers=(KEY_HEADER,))
        return self._hang("POST", rule, gives, keyed, public=public)

    def download(self, rule: str, kinds: tuple[str, ...], taken: Taken = _NOTHING) -> Callable[[View], View]:
        """Hang an operation that answers a file of one of these content types."""
        return self._hang("GET", rule, {200: kinds}, taken, public=False)

    def _hang(
        self, method: str, rule: str, gives: Mapping[int, Gives], taken: Taken, *, public: bool
    ) -> Callable[[View], View]:
        def hung(view: View) -> View:
            name = view.__name__
            said = _operation(gives, taken, public=public)
            documented = SmorestBlueprint.doc(operationId=name, **said)(view)
            self.blueprint.add_url_rule(rule, name, documented, methods=[method], tags=[self.label])
            return view

        return hung


def _operation(gives: Mapping[int, Gives], taken: Taken, *, public: bool) -> dict[str, Any]:
    words = {200: "好了", 201: "新建好了"}
    answers: dict[str, Any] = {
        str(status): {"description": words[status], "content": _content(given)}
        for status, given in gives.items()
    }
    for status, word in _PROBLEMS.items():
        if status in _WITH_BODY and taken.body is None and (taken.form is None or status == 415):
            continue
        answers[str(status)] = {"description": word, "content": {PROBLEM_JSON: {"schema": Problem}}}
    answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "过多少秒再试"}}
    parameters: list[Any] = [{"in": "query", "schema": taken.query}] if taken.query else []
    parameters.extend({"in": "header", **dict(header)} for header in taken.headers)
    operation: dict[str, Any] = {"responses": answers, "parameters": parameters}
    if taken.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": taken.body}}}
    if taken.form is not None:
        operation["requestBody"] = {"required": True, "content": {MULTIPART: {"schema": taken.form}}}
    if public:
        operation["security"] = []
    return operation


def _content(given: Gives) -> dict[str, Any]:
    if isinstance(given, tuple):
        return {mime: {"schema": dict(_BINARY)} for mime in given}
    return {JSON: {"schema": given}}


class _Api(SmorestApi):  # type: ignore[misc]  # its base has no types
    """flask-smorest for routing and description alone."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to `errors.py`: the library's own handler drops `Allow` on 405 and answers another shape."""

    def _register_etag_headers(self) -> None:
        """Document no ETag: versions stand in the bodies."""

    def _register_pagination_header(self) -> None:
        """Document no X-Pagination: pages are found by cursor."""

    def _register_responses(self) -> None:
        """Document problems operation by operation, not as the library's default errors."""


def register(app: Flask, csrf: CSRFProtect, rooms: Sequence[Room], version: str) -> None:
    """Hang the operations and the page that describes them. Programs bring a token, so they need no CSRF."""
    for room in rooms:
        csrf.exempt(room.blueprint)
        app.register_blueprint(room.blueprint)
    app.register_blueprint(_pages)
    app.extensions[_DESCRIPTION] = lru_cache(maxsize=1)(lambda: _describe(app, rooms, version))


def _describe(app: Flask, rooms: Sequence[Room], version: str) -> dict[str, Any]:
    """Make the description. It takes a third of a second, so it is made when somebody first asks for it."""
    api = _Api(
        app,
        spec_kwargs={
            "title": "产业链党委协同平台",
            "version": version,
            "openapi_version": "3.1.0",
            "info": {"description": _ABOUT},
            "security": [{"bearer": []}],
            "tags": [{"name": room.label} for room in rooms],
        },
    )
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    for room in rooms:
        name = room.blueprint.name
        room.blueprint.register_views_in_doc(api, app, api.spec, name=name, parameters=None)
    found: dict[str, Any] = api.spec.to_dict()
    return found


def description() -> dict[str, Any]:
    """Return the OpenAPI description of this application."""
    found: dict[str, Any] = current_app.extensions[_DESCRIPTION]()
    return found


_pages = Blueprint("api", __name__, url_prefix=PREFIX)


@_pages.get("/openapi.json")
@doors.public
def openapi() -> Response:
    """Answer the description for programs."""
    return answer(description())


@_pages.get("/")
@doors.public
def index() -> Response:
    """Show the description to people."""
    return Response(render_template("api.html", page=describing.page(description())), mimetype="text/html")
