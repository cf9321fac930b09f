"""How a fitted model of any task answers a table, as MLflow's interface wants it: pandas in, pandas out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import polars as pl

from regulars.artefact import Fitted

OF_TRANSACTIONS = ("recommend", "replenish")
"""Tasks that are asked with purchases; the others are asked with a feature table."""


def settings(fitted: Fitted) -> dict[str, Any]:
    """Return what else a question may say, with what holds where it does not: ``as_of`` as an ISO day, ``k`` items."""
    if fitted.meta.task not in OF_TRANSACTIONS:
        return {}
    return {"as_of": fitted.meta.as_of.isoformat()} | ({"k": 20} if fitted.meta.task == "recommend" else {})


def answer(fitted: Fitted, table: pd.DataFrame, asked: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Return what a model says of the customers in ``table``.

    Args:
        fitted: the model.
        table: a feature table (churn, timing, spend); all transactions of the customers (recommend, replenish).
        asked: what differs from :func:`settings`.

    Returns:
        churn: ``churn_probability`` a row; timing: ``S_1 .. S_H`` a row; spend: ``expected_spend`` a row, in minor
        units; recommend: the ranked items; replenish: the pairs of customer and unit, with ``S_1 .. S_H``.
    """
    frame, task, estimator = pl.from_pandas(table), fitted.meta.task, fitted.estimator
    if task == "churn":
        return pd.DataFrame({"churn_probability": estimator.predict(frame)})
    if task == "timing":
        return _curves(estimator.survival(frame))
    if task == "spend":
        return pd.DataFrame({"expected_spend": estimator.predict(frame)})
    told = {**settings(fitted), **(asked or {})}
    as_of = dt.date.fromisoformat(str(told["as_of"]))
    if task == "recommend":
        offers: pd.DataFrame = estimator.recommend(frame, as_of, int(told["k"])).to_pandas()
        return offers
    found = estimator.forecast(frame, as_of)
    pairs: pd.DataFrame = found.pairs.to_pandas()
    return pairs.join(_curves(found.survival))


def _curves(survival: Any) -> pd.DataFrame:
    """Return survival curves (rows, H) as columns ``S_1 .. S_H``."""
    return pd.DataFrame(survival, columns=[f"S_{day}" for day in range(1, survival.shape[1] + 1)])
