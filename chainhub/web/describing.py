"""From an OpenAPI description to what the browsable page shows. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Data = Mapping[str, Any]
_METHODS = ("get", "post")


@dataclass(frozen=True, slots=True)
class FieldView:
    """One thing that is given or answered."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """One operation: what it takes, what it answers, how it may refuse."""

    anchor: str
    method: str
    path: str
    summary: str
    public: bool
    parameters: tuple[FieldView, ...]
    sent_as: str  # JSON, or multipart/form-data
    body: tuple[FieldView, ...]
    answer: str  # the name of the shape
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DescriptionPage:
    """The whole page: its words, and the operations under their feature."""

    title: str
    version: str
    about: str
    groups: tuple[tuple[str, tuple[OperationView, ...]], ...]
    shapes: tuple[tuple[str, tuple[FieldView, ...]], ...]  # what is answered, each told once
    statuses: tuple[tuple[str, str], ...]


def page(spec: Data) -> DescriptionPage:
    """Return what the page shows of a description."""
    listed = list(_operations(spec))
    groups = tuple(
        (tag["name"], tuple(view for label, view in listed if label == tag["name"])) for tag in spec["tags"]
    )
    info = spec["info"]
    shapes = tuple(
        (name, _fields(spec, schema))
        for name, schema in sorted(spec["components"]["schemas"].items())
        if not name.endswith("Body")
    )
    statuses = {
        status: said["description"] for item in spec["paths"].values() for status, said in _answers(item)
    }
    return DescriptionPage(
        info["title"], info["version"], info["description"], groups, shapes, tuple(sorted(statuses.items()))
    )


def _answers(item: Data) -> Iterator[tuple[str, Data]]:
    for method in _METHODS:
        yield from item.get(method, {}).get("responses", {}).items()


def _operations(spec: Data) -> Iterator[tuple[str, OperationView]]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield item[method]["tags"][0], _operation(spec, path, method, item)


def _operation(spec: Data, path: str, method: str, item: Data) -> OperationView:
    said = item[method]
    parameters = [_resolved(spec, one) for one in (*item.get("parameters", ()), *said.get("parameters", ()))]
    success = next(one for status, one in said["responses"].items() if status.startswith("2"))
    return OperationView(
        anchor=f"{method}-{path.strip('/').replace('/', '-').translate({ord('{'): None, ord('}'): None})}",
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        public=said.get("security") == [],
        parameters=tuple(
            FieldView(
                one["name"],
                _kind(spec, one["schema"]),
                one.get("required", False),
                one.get("description", ""),
            )
            for one in parameters
        ),
        sent_as=_sent_as(said),
        body=_fields(spec, _schema(said["requestBody"])) if "requestBody" in said else (),
        answer=_kind(spec, _schema(success)),
        statuses=tuple(said["responses"]),
    )


def _sent_as(said: Data) -> str:
    kinds = list(said.get("requestBody", {}).get("content", ()))
    return "JSON" if kinds in ([], ["application/json"]) else ", ".join(kinds)


def _schema(holder: Data) -> Data:
    contents: Sequence[Data] = list(holder["content"].values())
    schema: Data = contents[0]["schema"]
    return schema


def _fields(spec: Data, unresolved: Data) -> tuple[FieldView, ...]:
    schema = _resolved(spec, unresolved)
    needed = schema.get("required", ())
    return tuple(
        FieldView(name, _kind(spec, one), name in needed, one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    )


def _kind(spec: Data, schema: Data) -> str:
    """Say in a word or two what a value is: text up to so many characters, one of these, a list of those."""
    if "enum" in schema:
        words = [str(one) for one in schema["enum"] if one is not None]
        return "string" if words[0] in schema.get("description", "") else " | ".join(words)
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "items" in schema:
        return f"[{_kind(spec, schema['items'])}]"
    kind = schema.get("type", "object")
    word = kind if isinstance(kind, str) else next(one for one in kind if one != "null")
    if "format" in schema:
        return str(schema["format"])
    return f"{word} ≤ {schema['maxLength']}" if "maxLength" in schema else word


def _resolved(spec: Data, schema: Data) -> Data:
    if "$ref" not in schema:
        return schema
    found: Any = spec
    for part in str(schema["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)
