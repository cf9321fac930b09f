"""The model from code that MLflow loads: a script of this package around a folder of text and arrays.

``mlflow.pyfunc.load_model("models:/regulars-churn@champion").predict(feature_table)`` answers as batch
and service do, without any stored Python object.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from regulars import artefact
from regulars.tracking.answering import answer
from regulars.tracking.client import PythonModel, mlflow


class RegularsModel(PythonModel):
    """A fitted model of any task behind MLflow's interface."""

    def load_context(self, context: Any) -> None:
        """Read the fitted model that was logged with this script."""
        self.fitted = artefact.read(Path(context.artifacts["fitted"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Answer a table of customers; see :func:`regulars.tracking.answering.answer`."""
        del context  # the model was read once, when it was loaded
        return answer(self.fitted, model_input, params)


mlflow.models.set_model(RegularsModel())
