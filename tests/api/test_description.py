"""The description for programs and the page for people say what is so."""

import re

import marshmallow as mm
import pytest

from chainhub.tickets import fields, schemas
from chainhub.web import shapes
from tests.api.calling import V1, given

EVERYWHERE = {"401", "403", "404", "409", "422", "429"}


@pytest.fixture
def described(client):
    return given(client.get(f"{V1}/openapi.json"))


def _operations(described):
    return [
        (path, method, item[method])
        for path, item in described["paths"].items()
        for method in ("get", "post")
        if method in item
    ]


def test_it_is_openapi_3_1_and_public(described):
    assert described["openapi"] == "3.1.0"
    assert described["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    assert described["security"] == [{"bearer": []}]


def test_every_address_is_described(app, described):
    there = {
        re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api_")
    }

    assert set(described["paths"]) == there
    assert f"{V1}/tickets/{{number}}/actions/uphold_return" in there


def test_every_operation_says_how_it_may_refuse(described):
    for path, method, operation in _operations(described):
        answers = operation["responses"]
        assert set(answers) >= EVERYWHERE, path
        assert {"200", "201"} & set(answers), path
        for status in EVERYWHERE:
            (content,) = answers[status]["content"].items()
            assert content == (
                "application/problem+json",
                {"schema": {"$ref": "#/components/schemas/Problem"}},
            )
        assert operation["summary"], (path, method)


def test_yes_and_no_are_understood_as_an_address_says_them(described):
    """An address holds text alone: what a body takes as true would be refused there."""
    asked = {
        one["name"]
        for _, _, operation in _operations(described)
        for one in operation.get("parameters", ())
        if one["in"] == "query" and "boolean" in one["schema"]["type"]
    }
    loaded = {
        name: [field.deserialize(said) for said in ("true", "false")]
        for query in _below(shapes.Query)
        for name, field in query().fields.items()
        if isinstance(field, mm.fields.Boolean)
    }

    assert asked == set(loaded) >= {"open", "referred", "bare", "gaps"}
    assert list(loaded.values()) == [[True, False]] * len(loaded)


def _below(kind):
    return [one for below in kind.__subclasses__() for one in (below, *_below(below))]


def test_only_getting_a_token_needs_none(described):
    free = {path for path, _, operation in _operations(described) if operation.get("security") == []}

    assert free == {f"{V1}/tokens"}


def test_names_of_operations_are_unique(described):
    names = [operation["operationId"] for _, _, operation in _operations(described)]

    assert len(names) == len(set(names))


def test_the_body_of_every_action_has_the_limits_of_its_fields(described):
    for action in schemas.ACTIONS:
        operation = described["paths"][f"{V1}/tickets/{{number}}/actions/{action.value}"]["post"]
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        body = described["components"]["schemas"][name]

        assert "version" in body["required"], action
        assert body["additionalProperties"] is False, action
        assert set(body["properties"]) == {"version", *schemas.fields_of(action)}
        for field in schemas.fields_of(action):
            _agrees(body["properties"][field], fields.field(action, field))


def _agrees(said, spec):
    if spec.shape in {fields.Shape.TEXT, fields.Shape.LINE}:
        assert (said["minLength"], said["maxLength"]) == (spec.least, spec.most)
    if spec.choices is not None:
        assert {one for one in said["enum"] if one} == {one.value for one in spec.choices}


def test_the_page_needs_no_script_and_nothing_from_elsewhere(client):
    response = client.get(f"{V1}/")

    assert response.status_code == 200
    assert "接口说明" in response.text
    assert "/api/v1/tickets/{number}/actions/dispatch" in response.text
    assert "启动会商" in response.text
    main = response.text.split("<main", 1)[1].split("</main>", 1)[0]
    assert "<script" not in main
    assert " style=" not in main
    assert "//" not in re.sub(r"<code>.*?</code>", "", main)
