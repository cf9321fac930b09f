"""Whether a forecast of 30% comes true in 30% of cases: what was said and what was seen, bin by bin."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from regulars.artefact import Task
from regulars.evaluation.classification import calibration_table
from regulars.judging import Verdict

_AWAY = ("churned", "probability", None)
_COLUMNS: Mapping[Task, Sequence[tuple[str, str, int | None]]] = {
    "churn": [_AWAY],
    "timing": [_AWAY],
    "replenish": [("back_30", "within_30", 30), ("back_7", "within_7", 7)],
}
"""Outcome, forecast, and the days of the forecast (None: the horizon); the first that the verdicts have is taken."""


def calibration(task: Task, horizon_days: int, verdicts: Sequence[Verdict]) -> dict[str, Any] | None:
    """Return ten equal-width bins of the forecast, all snapshots together (one verdict each).

    Returns:
        ``event`` in words, and ``bins`` that hold a row: ``said`` (mean forecast), ``seen`` (share that came true),
        ``rows``. None for tasks that forecast no probability.
    """
    for outcome, forecast, within in _COLUMNS.get(task, ()):
        if all(forecast in verdict.values for verdict in verdicts):
            happened, said = (
                np.concatenate([verdict.values[name] for verdict in verdicts]) for name in (outcome, forecast)
            )
            return {
                "event": f"no purchase within {horizon_days} days"
                if within is None
                else f"bought again in {within} days",
                "bins": [
                    {"said": said, "seen": seen, "rows": int(rows)}
                    for said, seen, rows in calibration_table(happened, np.clip(said, 0.0, 1.0)).iter_rows()
                ],
            }
    return None
