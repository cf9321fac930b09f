"""The documentation page: the OpenAPI document as plain HTML, with no script and nothing from elsewhere."""

import json
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from serving.openapi import document
from serving.problems import KINDS

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing but its own style."""

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { border: 1px solid #8884; border-radius: 6px; padding: .8rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem 0 0; border-bottom: 1px solid #8883; }
h2 { margin-top: 3rem; }
"""


@cache
def page() -> str:
    """Return the page."""
    described = document()
    routes = "".join(
        _route(method, path, operation, described)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    )
    info = described["info"]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{title}</h1><p>{escape(info['description'])} "
        f'For programs: <a href="/openapi.json">openapi.json</a>.</p>{routes}{_codes()}</body></html>'
    )


def _route(method: str, path: str, operation: dict[str, Any], described: dict[str, Any]) -> str:
    parts = [f'<h2 id="{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></h2>']
    parts.append(f"<p><strong>{escape(operation['summary'])}.</strong> {escape(operation['description'])}</p>")
    if "requestBody" in operation:
        body = operation["requestBody"]["content"]["application/json"]
        parts.append(_fields(body["schema"], described))
        parts.append(_example("Request", body["example"]))
    answer = next(iter(_success(operation["responses"])["content"].values()))
    parts.append(_example("Answer", answer["example"]))
    return "".join(parts)


def _success(responses: dict[str, Any]) -> dict[str, Any]:
    return next(response for status, response in responses.items() if status.startswith("2"))


def _fields(schema: dict[str, Any], described: dict[str, Any]) -> str:
    """Return the fields of a request as a table, those of its parts included."""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(kind)}<td>{escape(meaning)}</tr>"
        for name, kind, meaning in _rows(schema, described, prefix="")
    )
    return f"<table><tr><th>field</th><th>type</th><th>meaning</th></tr>{rows}</table>"


def _rows(schema: dict[str, Any], described: dict[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    fields = _resolved(schema, described)
    if "items" in fields:
        yield from _rows(fields["items"], described, prefix="[].")
        return
    for name, field in fields["properties"].items():
        options = [option for option in field.get("anyOf", [field]) if option.get("type") != "null"]
        kinds = dict.fromkeys(_kind(option) for option in options)
        needed = "" if name in fields.get("required", ()) else ", optional"
        yield prefix + name, " or ".join(kinds) + needed, field.get("description", "")
        for option in options:
            if "$ref" in option.get("items", {}):
                yield from _rows(option["items"], described, prefix=f"{prefix}{name}[].")


def _resolved(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    name = schema["$ref"].rsplit("/", 1)[1]
    resolved: dict[str, Any] = described["components"]["schemas"][name]
    return resolved


def _kind(option: dict[str, Any]) -> str:
    if "enum" in option:
        return " | ".join(option["enum"])
    if option.get("type") == "array":
        return "list of " + ("lines" if "$ref" in option["items"] else _kind(option["items"]))
    return str(option.get("format") or option.get("type", "value"))


def _example(title: str, example: Any) -> str:
    text = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
    return f"<h3>{title}</h3><pre>{escape(text)}</pre>"


def _codes() -> str:
    rows = "".join(
        f'<tr id="{code}"><td><code>{code}</code><td>{kind.status}<td>{escape(kind.title)}</tr>'
        for code, kind in KINDS.items()
    )
    return f"<h2>Errors</h2><table><tr><th>code</th><th>status</th><th>meaning</th></tr>{rows}</table>"
