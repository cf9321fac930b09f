"""What the pictures need of a report and its verdicts, by an outcome made by hand."""

import io
from typing import Any

import numpy as np
import polars as pl

from regulars import report
from regulars.judging.exam import PAIR_SLICES
from regulars.ledger import Ledger
from regulars.recording import Pictures
from tests.report.made import churn, outcome

N = 40
ODD = np.arange(N) % 2 == 1


def pairs(within: float, low: float) -> list[dict[str, Any]]:
    """Return what a replenishment candidate keeps a row, at two snapshots."""
    each = {
        "crps": np.full(N, 1.0 + low), "auc_7": np.zeros(N), "coverage_80": np.full(N, 0.8), "back_7": ODD,
        "within_7": np.where(ODD, within, 0.1), "pit_low": np.full(N, low), "pit_high": np.full(N, low + 0.1),
    }  # fmt: skip
    return [each, each]


def test_replenishment_has_calibration_and_pit(small_ledger: Ledger) -> None:
    answers = {"replenish_own_gap": pairs(0.2, 0.5), "replenish_bg_nbd": pairs(0.4, 0.0)}
    made = outcome("replenish", "crps", answers, slice_names=PAIR_SLICES)
    found = report.build(made, small_ledger)
    pictures = Pictures(made, found, "EUR").all()
    assert set(pictures) == {"crps.png", "slices.png", "leads.png", "calibration_7.png", "pit.png"}
    heights = [list(patch.get_data().values) for patch in pictures["pit.png"].axes[0].patches]
    assert [np.argmax(each) for each in heights] == [5, 0]
    rows = [label.get_text() for label in pictures["leads.png"].axes[0].get_yticklabels()]
    assert rows == ["2024-01-01", "2024-02-01", "mean, over customers", "mean, over snapshots"]


def test_where_nobody_left_there_is_no_lift_to_draw(small_ledger: Ledger) -> None:
    """Nor an AUC: the table and the pictures have gaps, and the baseline stays."""
    features = pl.DataFrame({"customer_id": [f"C{number}" for number in range(N)], "spend_365": [100] * N})
    nobody = np.zeros(N)
    made = outcome(
        "churn", "auc", {"churn_recency": churn(nobody, nobody), "churn_hazard": churn(nobody, nobody)},
        features=features,
    )  # fmt: skip
    found = report.build(made, small_ledger)
    assert found["winner"] == "churn_recency"
    assert found["candidates"]["churn_hazard"]["intervals"]["auc"] == {"value": None, "low": None, "high": None}
    pictures = Pictures(made, found, "EUR").all()
    assert set(pictures) == {"auc.png", "slices.png", "leads.png", "calibration.png"}
    for figure in pictures.values():
        figure.savefig(io.BytesIO(), format="png")
