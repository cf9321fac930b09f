"""The OpenAPI 3.1 document, made from the contract and the table of routes."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

import regulars
from serving.contract import ProblemAnswer
from serving.fields import Day, Id
from serving.operations import ALWAYS, GUARDED, JSON, OPERATIONS, Operation
from serving.problems import KINDS, MEDIA_TYPE

TITLE = "regulars"
ABOUT = (
    "When will each customer be back, who is slipping away, and what to offer them. Money is a decimal "
    "in the shop's currency, days are ISO 8601, and every error is a problem document with a code."
)

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a key of: regulars keys add NAME"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "the same key"},
}
"""How a key is sent; programs on the service's own machine need none, unless it is told to ask them, too."""


@cache
def document() -> dict[str, Any]:
    """Return the whole document."""
    adapters = [(_key(kind), mode, TypeAdapter(kind)) for kind, mode in _types()]
    references, schemas = TypeAdapter.json_schemas(adapters, ref_template="#/components/schemas/{model}")
    named = {key: reference for (key, _), reference in references.items()}
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": regulars.__version__, "description": ABOUT},
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": SCHEMES},
    }


def _types() -> Iterable[tuple[Any, JsonSchemaMode]]:
    for operation in OPERATIONS:
        if operation.request is not None:
            yield operation.request, "validation"
    for kind in dict.fromkeys(operation.answer for operation in OPERATIONS if operation.answer is not str):
        yield kind, "serialization"
    yield ProblemAnswer, "serialization"


def _key(kind: Any) -> str:
    return str(kind.__name__)


def _operation(operation: Operation, named: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "string"} if operation.answer is str else named[_key(operation.answer)]
    content = {operation.media: {"schema": schema, "example": operation.example}}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "responses": {str(operation.status): {"description": operation.summary, "content": content}}
        | _refusals(operation, named),
    }
    if operation.scope is not None:
        described["security"] = [{"bearer": [operation.scope]}, {"header": [operation.scope]}, {}]
    if operation.request is not None:
        example = operation.request.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]
        body = {"schema": named[_key(operation.request)], "example": example}
        described["requestBody"] = {"required": True, "content": {JSON: body}}
    if "{customer_id}" in operation.path:
        described["parameters"] = [
            {"name": "customer_id", "in": "path", "required": True, "schema": TypeAdapter(Id).json_schema()},
            {"name": "as_of", "in": "query", "required": False, "schema": TypeAdapter(Day).json_schema()},
        ]
    return described


def _refusals(operation: Operation, named: dict[str, Any]) -> dict[str, Any]:
    """Return the error answers by status, each naming its codes."""
    by_status: dict[str, list[str]] = {}
    guarded = () if operation.scope is None else GUARDED
    for code in (*operation.errors, *guarded, *ALWAYS):
        by_status.setdefault(str(KINDS[code].status), []).append(code)
    problem = {MEDIA_TYPE: {"schema": named[_key(ProblemAnswer)]}}
    return {
        status: {"description": ", ".join(codes), "content": problem} for status, codes in sorted(by_status.items())
    }
