"""A question to a model and the columns of its answer, for MLflow's pages; about an invented customer.

No line of a real person gets into a stored model: Anna is the customer of our documentation.
"""

import datetime as dt
import warnings
from typing import Any, NamedTuple

import pandas as pd
import polars as pl

from regulars import features
from regulars.artefact import Fitted
from regulars.features import example as invented
from regulars.tracking.answering import OF_TRANSACTIONS, answer, settings
from regulars.tracking.client import mlflow
from regulars.windows import Snapshot

N_LINES = 5
"""Most rows of an example."""


class Example(NamedTuple):
    """What ``log_model`` takes beside the model."""

    signature: Any
    """MLflow's ``ModelSignature``: columns and types of question and answer, and the settings with their defaults."""
    input_example: pd.DataFrame
    """A question of at most five rows."""


def example(fitted: Fitted) -> Example:
    """Return the signature of a fitted model, with a question that it can answer."""
    asked, told = question(fitted), settings(fitted)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Hint: Inferred schema contains integer")  # counts are never missing
        signature = mlflow.models.infer_signature(asked, answer(fitted, asked), params=told or None)
    return Example(signature, asked)


def question(fitted: Fitted) -> pd.DataFrame:
    """Return Anna as the model is asked about her: a row of features, or her last lines before the training cut."""
    if fitted.meta.task not in OF_TRANSACTIONS:
        return features.table(invented.ANNA, invented.SIDE, [Snapshot(invented.AS_OF)]).to_pandas()
    later: dt.timedelta = fitted.meta.as_of - invented.AS_OF
    return invented.ANNA.tail(N_LINES).with_columns(pl.col("purchased_at") + later).to_pandas()
