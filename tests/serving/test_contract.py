"""The contract, the examples and the OpenAPI document say the same."""

import json
import re
from typing import Any

import pytest
from pydantic import TypeAdapter

from serving import docs_page, openapi
from serving.contract import ScoreRequest
from serving.operations import OPERATIONS, Operation
from serving.problems import KINDS
from serving.recommend_contract import RecommendRequest

ANSWERING = [operation for operation in OPERATIONS if operation.answer is not str]


def roundtrip(kind: Any, content: object) -> object:
    """What is left of ``content`` when it is read and written as a ``kind``: all of it, if it conforms."""
    adapter = TypeAdapter(kind)
    return adapter.dump_python(adapter.validate_python(content), mode="json")


@pytest.mark.parametrize("operation", ANSWERING, ids=lambda operation: operation.name)
def test_example_answers_conform(operation: Operation) -> None:
    assert roundtrip(operation.answer, operation.example) == operation.example


@pytest.mark.parametrize("kind", [ScoreRequest, RecommendRequest])
def test_example_requests_conform(kind: type[ScoreRequest | RecommendRequest]) -> None:
    for example in kind.model_json_schema()["examples"]:
        assert kind.model_validate_json(json.dumps(example)).model_dump(mode="json", exclude_unset=True) == example


def test_every_route_is_described() -> None:
    paths = openapi.document()["paths"]
    assert {(path, method) for path, methods in paths.items() for method in methods} == {
        (operation.path, operation.method.lower()) for operation in OPERATIONS
    }


def test_every_reference_leads_somewhere() -> None:
    document = openapi.document()
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert referred == set(document["components"]["schemas"])


def test_every_refusal_is_described() -> None:
    for operation in OPERATIONS:
        responses = openapi.document()["paths"][operation.path][operation.method.lower()]["responses"]
        for code in operation.errors:
            assert code in responses[str(KINDS[code].status)]["description"]


def test_page_shows_every_route_and_code_and_loads_nothing() -> None:
    page = docs_page.page()
    for operation in OPERATIONS:
        assert f"{operation.method} {operation.path}" in page
    for code in KINDS:
        assert f'id="{code}"' in page
    assert not re.search(r"<script|<link|<img|@import|https?:", page)


def test_page_shows_the_fields_of_a_line() -> None:
    assert "history[].purchased_at" in docs_page.page()
