"""The service's description is OpenAPI 3.1, and what it shows conforms to it."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

from serving import openapi
from serving.operations import OPERATIONS, Operation
from serving.schema_told import known_features, tables

DOCUMENT = openapi.document()


def shown(operation: Operation) -> list[tuple[Any, Any]]:
    """Every example of a route, with its schema."""
    told = DOCUMENT["paths"][operation.path][operation.method.lower()]
    contents = [told["responses"][str(operation.status)]["content"]]
    contents += [told["requestBody"]["content"]] if "requestBody" in told else []
    return [(media["schema"], media["example"]) for content in contents for media in content.values()]


def test_the_document_is_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_route_shows_what_is_asked_and_answered(operation: Operation) -> None:
    examples = shown(operation)
    assert len(examples) == 1 + (operation.request is not None)
    for schema, example in examples:
        whole = {**schema, "components": DOCUMENT["components"]}
        assert list(Draft202012Validator(whole).iter_errors(example)) == []


def test_a_wrong_example_would_be_noticed() -> None:
    schema, example = shown(OPERATIONS[0])[0]
    whole = {**schema, "components": DOCUMENT["components"]}
    assert list(Draft202012Validator(whole).iter_errors({**example, "as_of": 7}))


def test_every_field_that_is_taken_says_what_it_means() -> None:
    told = {table["name"]: table["fields"] for table in tables()}
    assert set(told) >= {"purchases", "history", "items"}
    assert {field["name"]: field["type"] for field in told["purchases"]}["purchased_at"] == "date-time"
    required = {field["name"] for field in told["purchases"] if field["required"]}
    assert required == {"customer_id", "order_id", "item_id", "purchased_at", "amount"}
    assert [field["name"] for fields in told.values() for field in fields if not field["meaning"]] == []


def test_every_feature_is_told() -> None:
    from regulars import features

    assert tuple(feature["name"] for feature in known_features()) == features.NAMES
    assert all(feature["meaning"] and feature["unit"] for feature in known_features())
