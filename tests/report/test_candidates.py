"""What a report says of a candidate by itself: configuration, calibration, the top of its list."""

import numpy as np
import polars as pl
import pytest

from regulars import config, report
from regulars.config import Variant
from regulars.ledger import Ledger
from regulars.report import top
from regulars.report.calibration import calibration
from tests.report.made import churn, outcome

N = 40
CHURNED = np.arange(N) < 4
"""Four of forty leave, and the model knows three of them."""
RISK = np.where(np.arange(N) < 3, 0.9, 0.2)
SPENT = np.where(np.arange(N) == 3, 700, 100)
FEATURES = pl.DataFrame({"customer_id": [f"C{number}" for number in range(N)], "spend_365": SPENT})


def test_the_top_of_a_list_by_hand() -> None:
    caught = top.share_held([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], np.arange(10, 0, -1), 0.1)
    assert caught(np.ones(10)) == 0.5
    # The first customer drawn twice fills two of the eleven places that a tenth has 1.1 of.
    assert caught(np.array([2.0, *[1.0] * 9])) == pytest.approx(1.1 / 3)
    assert np.isnan(caught(np.array([0.0, 0.0, *[1.0] * 8])))


def test_rows_that_tie_count_in_proportion_whatever_their_order() -> None:
    amounts, scores = np.array([1.0, 0, 0, 0]), np.array([0.5, 0.5, 0.5, 0.1])
    held = top.share_held(amounts, scores, 0.25)(np.ones(4))
    assert held == pytest.approx(1 / 3)
    assert top.share_held(amounts[::-1], scores[::-1], 0.25)(np.ones(4)) == pytest.approx(held)


def test_a_report_has_what_the_top_holds_of_churners_and_of_their_money(small_ledger: Ledger) -> None:
    made = outcome("churn", "brier", {"churn_recency": churn(CHURNED, RISK, RISK)}, features=FEATURES)
    told = report.build(made, small_ledger)["candidates"]["churn_recency"]["top"]
    assert [each["share"] for each in told] == [0.05, 0.1, 0.2, 0.5]
    # 5% are two customers; 10% are four, the fourth any of the 37 that tie.
    assert told[0]["churners"] == 0.5
    assert told[1]["churners"] == pytest.approx((3 + 1 / 37) / 4, abs=1e-6)
    assert told[1]["money"] == pytest.approx((300 + 700 / 37) / 1000, abs=1e-6)
    assert told[1]["churners_low"] <= told[1]["churners"] <= told[1]["churners_high"]
    assert "churners_low" not in told[0]


def test_without_what_was_spent_there_is_no_money_and_without_churners_nothing_is_held(small_ledger: Ledger) -> None:
    made = outcome("churn", "brier", {"churn_recency": churn(np.zeros(N), RISK)})
    [first, *_] = report.build(made, small_ledger)["candidates"]["churn_recency"]["top"]
    assert first == {"share": 0.05, "churners": None}


def test_spend_has_the_money_and_no_calibration(small_ledger: Ledger) -> None:
    answer = {"spent": np.arange(N) * 1.0, "expected": np.arange(N) * 2.0, "coverage_80": np.ones(N)}
    made = outcome("spend", "spearman", {"spend_pace": [answer]})
    told = report.build(made, small_ledger)["candidates"]["spend_pace"]
    assert told["calibration"] is None
    assert told["top"][3]["money"] == pytest.approx(sum(range(20, 40)) / sum(range(40)), abs=1e-6)
    assert "churners" not in told["top"][3]


def test_calibration_bins_by_hand(small_ledger: Ledger) -> None:
    made = outcome("churn", "brier", {"churn_recency": churn(CHURNED, RISK, RISK)})
    told = report.build(made, small_ledger)["candidates"]["churn_recency"]["calibration"]
    assert told == {
        "event": "no purchase within 90 days",
        "bins": [{"said": 0.2, "seen": round(1 / 37, 6), "rows": 74}, {"said": 0.9, "seen": 1.0, "rows": 6}],
    }


@pytest.mark.parametrize(("days", "event"), [((7, 30), "bought again in 30 days"), ((7,), "bought again in 7 days")])
def test_replenishment_is_calibrated_on_the_longest_days_that_were_asked(days: tuple[int, ...], event: str) -> None:
    values = {
        f"{what}_{day}": CHURNED * 0.5 if what == "within" else CHURNED for day in days for what in ("back", "within")
    }
    made = outcome("replenish", "crps", {"replenish_own_gap": [{**values}]})
    told = calibration("replenish", 42, made.verdicts)
    assert told
    assert told["event"] == event
    assert [each["rows"] for each in told["bins"]] == [36, 4]


def test_a_variant_is_told_with_its_model_and_what_it_changes(small_ledger: Ledger) -> None:
    made = outcome("churn", "brier", {"churn_recency": churn(CHURNED, RISK), "slow": churn(CHURNED, RISK)})
    variant = Variant(of="churn_lightgbm", parameters={"rounds": 7}, training={"n_snapshots": 3})
    made.experiment = made.experiment.model_copy(update={"variants": {"slow": variant}})
    found = report.build(made, small_ledger)
    told = found["candidates"]["slow"]
    assert (told["kind"], told["of"], told["training"]) == ("LightGBMChurn", "churn_lightgbm", {"n_snapshots": 3})
    assert told["parameters"] == {**config.read_model("churn_lightgbm").parameters, "rounds": 7}
    assert "of" not in found["candidates"]["churn_recency"]
    assert found["baselines"] == ["churn_recency"]
