"""What ``GET /v1/schema`` answers, beside what every route has."""

import datetime as dt
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from serving.contract import Answer


class FieldTold(TypedDict):
    """One field of a table that the service takes."""

    name: str
    type: Annotated[str, Field(description="in JSON; text that must have a form names it, such as date-time")]
    required: bool
    meaning: str


class TableTold(TypedDict):
    """A table that the service takes, row by row."""

    name: str
    sent_with: Annotated[list[str], Field(description="the routes and fields in which its rows are sent")]
    fields: list[FieldTold]


class FeatureTold(TypedDict):
    """What models are told about a customer, and reasons speak of."""

    name: str
    unit: str
    range: Annotated[str, Field(description="where it is defined; 'any' is any number")]
    meaning: str
    family: Annotated[str, Field(description="what it is computed with")]


class TaskTold(TypedDict):
    """A question that a champion answers."""

    task: str
    question: str
    horizon_days: Annotated[int, Field(description="how far the answer looks ahead of as_of")]
    training_cut: Annotated[dt.date, Field(description="no as_of before it is answered")]


class SchemaAnswer(Answer):
    """What the service expects and knows."""

    currency: Annotated[str, Field(description="ISO 4217; of every amount, sent or answered")]
    currency_decimals: Annotated[int, Field(description="an amount has no more")]
    tables: list[TableTold]
    features: list[FeatureTold]
    tasks: list[TaskTold]
