"""The model from code that MLflow loads: a script of this package around a folder of text and arrays.

``mlflow.pyfunc.load_model("models:/regulars-churn@champion").predict(feature_table)`` answers as batch
and service do, without any stored Python object.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from regulars import artefact
from regulars.tracking.client import PythonModel, mlflow


class RegularsModel(PythonModel):
    """A fitted model of any task behind MLflow's interface."""

    def load_context(self, context: Any) -> None:
        """Read the fitted model that was logged with this script."""
        self.fitted = artefact.read(Path(context.artifacts["fitted"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Answer a feature table (churn, timing), or transactions of the customers wanted (recommend).

        Returns:
            churn: ``churn_probability`` a row; timing: ``S_1 .. S_H``; recommend: the ranked items, where
            ``params`` may hold ``as_of`` (ISO day; default the training cut) and ``k`` (default 20).
        """
        del context  # the model was read once, when it was loaded
        frame, meta, estimator = pl.from_pandas(model_input), self.fitted.meta, self.fitted.estimator
        if meta.task == "churn":
            return pd.DataFrame({"churn_probability": estimator.predict(frame)})
        if meta.task == "timing":
            return pd.DataFrame(estimator.survival(frame), columns=[f"S_{t}" for t in range(1, meta.horizon_days + 1)])
        asked = params or {}
        as_of = dt.date.fromisoformat(asked["as_of"]) if "as_of" in asked else meta.as_of
        offers: pd.DataFrame = estimator.recommend(frame, as_of, int(asked.get("k", 20))).to_pandas()
        return offers


mlflow.models.set_model(RegularsModel())
