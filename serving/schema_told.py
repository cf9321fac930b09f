"""What the service expects and knows, told from the requests' models, the catalogue of features and the champions."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from regulars import currency
from regulars.artefact import Task
from regulars.features import contract
from regulars.features.table import FAMILIES
from serving.contract import Line
from serving.purchase_contract import Purchase
from serving.recommend_contract import Item
from serving.release import Release
from serving.schema_contract import FeatureTold, FieldTold, SchemaAnswer, TableTold, TaskTold

QUESTIONS: Mapping[Task, str] = {
    "churn": "How likely is it that the customer does not buy within the horizon?",
    "timing": "When does the customer buy next?",
    "recommend": "What does the customer buy next?",
    "replenish": "When does the customer buy an item again?",
    "spend": "How much does the customer spend within the horizon?",
}
"""What each task asks."""

_TABLES: Mapping[str, tuple[type[BaseModel], list[str]]] = {
    "purchases": (Purchase, ["POST /v1/purchases"]),
    "history": (Line, ["POST /v1/score: history", "POST /v1/recommend: history"]),
    "items": (Item, ["POST /v1/recommend: items"]),
}


def answer(release: Release, as_of: dt.date, request_id: str) -> SchemaAnswer:
    """Return what the service expects and knows."""
    return {
        **release.answer(tuple(release.models), as_of, request_id, []),
        "currency": release.currency,
        "currency_decimals": currency.decimals(release.currency),
        "tables": tables(),
        "features": known_features(),
        "tasks": _tasks(release),
    }


@cache
def tables() -> list[TableTold]:
    """Return the tables that the service takes."""
    return [{"name": name, "sent_with": routes, "fields": _fields(kind)} for name, (kind, routes) in _TABLES.items()]


@cache
def known_features() -> list[FeatureTold]:
    """Return every feature, as its docstring tells of it."""
    return [
        {"name": f.name, "unit": f.unit, "range": f.range.text, "meaning": f.meaning, "family": f.family}
        for family in FAMILIES
        for f in contract.columns(family)
    ]


def _tasks(release: Release) -> list[TaskTold]:
    metas = [fitted.meta for fitted in release.champions.by_task.values()]
    return [
        {
            "task": meta.task,
            "question": QUESTIONS[meta.task],
            "horizon_days": meta.horizon_days,
            "training_cut": meta.as_of,
        }
        for meta in metas
    ]


def _fields(kind: type[BaseModel]) -> list[FieldTold]:
    schema = kind.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "type": _type(told), "required": name in required, "meaning": told.get("description", "")}
        for name, told in schema["properties"].items()
    ]


def _type(told: Mapping[str, Any]) -> str:
    """Return the types that a field may have in JSON, the most telling words for each."""
    options = told.get("anyOf", [told])
    return " or ".join(str(option.get("format", option["type"])) for option in options)
