"""What speaks for a challenger, by reports made by hand: one test a branch."""

import datetime as dt
import re
from typing import Any

import numpy as np
import polars as pl
import pytest

from regulars import config
from regulars.artefact import Fitted, Meta
from regulars.contest import COHERENT_WITHIN, checks
from regulars.contest.decision import losers, weigh
from regulars.estimators.churn import RecencyRate
from tests.promotion.made import entry

AHEAD, LEVEL, BEHIND = entry(0.05, 0.03, 0.07), entry(0.01, -0.01, 0.03, 2), entry(-0.05, -0.07, -0.03, 0)


def report(task: str = "churn", **values: dict[str, list[float | None]]) -> dict[str, Any]:
    """Candidate -> metric -> its value at each snapshot."""
    told = {name: {metric: {"snapshots": each} for metric, each in own.items()} for name, own in values.items()}
    return {"task": task, "candidates": {name: {"metrics": metrics} for name, metrics in told.items()}}


@pytest.mark.parametrize(("lead", "simple", "passed", "said"), [
    (AHEAD, False, True, r"ahead of old on auc by \+0.0500 \[\+0.0300, \+0.0700\], in 3 of 3 snapshots"),
    (BEHIND, True, False, "behind old on auc: -0.0500"),
    (LEVEL, True, True, "not ahead of old on auc beyond doubt .*, nor behind, and simpler"),
    (LEVEL, False, False, "not ahead of old on auc beyond doubt .* in 2 of 3 snapshots.*, and not simpler"),
    (entry(0.05, 0.03, 0.07, 1), False, False, "in 1 of 3 snapshots.*, and not simpler"),
    (entry(0.05, 0.03, 0.07, 1), True, True, "nor behind, and simpler"),
    (entry(0.05, None, None), True, False, "auc has no value to compare with old"),
])  # fmt: skip
def test_better_or_level_and_simpler(lead: Any, simple: bool, passed: bool, said: str) -> None:
    found = checks.better(lead, "old", simpler=simple)
    assert found.passed is passed
    assert re.search(said, found.said), found.said


def test_a_slice_that_counts_has_a_veto() -> None:
    fine = entry(0.05, 0.03, 0.07, few=(0.0, -0.01, 0.01))
    assert checks.slices(fine, "old").passed is True
    bad = entry(0.05, 0.03, 0.07, few=(-0.1, -0.2, -0.05), many=(0.1, 0.0, 0.2))
    found = checks.slices(bad, "old")
    assert (found.passed, "few" in found.said, "many" in found.said) == (False, True, False)
    bad["slices"]["few"]["counts"] = False
    assert checks.slices(bad, "old").passed is True
    bad["slices"]["many"]["counts"] = False
    assert checks.slices(bad, "old").passed is None


@pytest.mark.parametrize(("task", "metric", "mine", "theirs", "passed"), [
    ("churn", "ece", [0.04, 0.06], [0.01, 0.01], True),
    ("churn", "ece", [0.05, 0.07], [0.01, 0.01], False),
    ("churn", "ece", [0.05, 0.07], [0.06, 0.06], True),
    ("timing", "ece", [0.20, None], [0.01, 0.01], False),
    ("timing", "ece", [None, None], [0.01, 0.01], None),
    ("spend", "aggregate_error", [0.3, -0.3], [0.0, 0.0], False),
    ("spend", "aggregate_error", [0.09, -0.09], [0.0, 0.0], True),
    ("replenish", "coverage_80", [0.86, 0.74], [0.8, 0.8], False),
    ("replenish", "coverage_80", [0.84, 0.76], [0.8, 0.8], True),
    ("recommend", "ndcg_at_10", [0.2, 0.2], [0.1, 0.1], None),
])  # fmt: skip
def test_calibrated(task: str, metric: str, mine: Any, theirs: Any, passed: bool | None) -> None:
    found = report(task, new={metric: mine}, old={metric: theirs})
    assert checks.calibrated(found, "new", "old").passed is passed


def test_what_is_worse_calibrated_than_allowed_says_where_the_champion_is() -> None:
    found = report(new={"ece": [0.08]}, old={"ece": [0.07]})
    told = "ece is off by 0.080 in the mean over the snapshots, and 0.070 is allowed, which is where old is"
    assert checks.calibrated(found, "new", "old") == checks.Check("calibrated", False, told)


@pytest.mark.parametrize(("one", "other", "order", "simpler"), [
    ("churn_recency", "churn_hazard", ["churn_recency", "churn_hazard"], True),
    ("churn_recency", "churn_hazard", ["churn_hazard", "churn_recency"], False),
    ("churn_btyd", "churn_hazard", ["churn_btyd"], True),
    ("churn_hazard", "churn_btyd", ["churn_hazard"], False),
    ("churn_lightgbm", "churn_hazard", ["churn_lightgbm"], False),
    ("churn_recency", "churn_btyd", [], True),
    ("churn_recency", "gone from models/", [], False),
])  # fmt: skip
def test_simpler_is_earlier_in_the_experiment_or_a_rule(one: str, other: str, order: list[str], simpler: bool) -> None:
    assert checks.simpler(config.read_model(one), other, order) is simpler


class Curve:
    """Says the same of everybody."""

    def __init__(self, away: float) -> None:
        self.away = away

    def survival(self, features: pl.DataFrame) -> Any:
        return np.full((features.height, 3), self.away)


@pytest.mark.parametrize(("gap", "passed"), [(COHERENT_WITHIN - 0.01, True), (COHERENT_WITHIN + 0.01, False)])
def test_churn_and_timing_must_say_the_same(gap: float, passed: bool) -> None:
    """The champion of churn says .5 of everybody."""
    asked = pl.DataFrame({"recency": [1, 5, 9, 20]})
    found = checks.coherent(timing(0.5 + gap), champion(), asked)
    assert (found.passed, f"by {gap:.3f}" in found.said, "4 customers" in found.said) == (passed, True, True)


def test_what_cannot_be_compared_stands_in_nobodys_way() -> None:
    asked = pl.DataFrame({"recency": [1]})
    nobody = checks.coherent(timing(0.9), None, asked)
    assert (nobody.passed, nobody.said) == (None, "there is no champion of churn to agree with")
    for name, value in (("as_of", dt.date(2024, 2, 1)), ("fingerprint", "other"), ("horizon_days", 4)):
        found = checks.coherent(timing(0.9, **{name: value}), champion(), asked)
        assert found.passed is None, name


def test_one_failed_check_refuses() -> None:
    good, bad, open_ = (checks.Check("better", passed, f"it is {passed}") for passed in (True, False, None))
    assert weigh("churn", "new", "old", [good, open_], {}).verb == "promote"
    refused = weigh("churn", "new", "old", [good, bad, open_], {})
    assert refused.refused
    assert refused.why == "old stays, as new is not good enough: it is False"
    assert weigh("churn", "new", None, [open_], {"why": "it won"}).why == "it won"


def test_the_losers_with_what_they_lack() -> None:
    found = {
        "format": 2, "experiment": "x", "metric": "auc", "candidates": {"a": {}, "b": {}}, "pairs": {"a": {"b": {
            **BEHIND, "by_snapshot": [], "over_snapshots": {"mean": 0.0, "sd": 0.0, "low": 0.0, "high": 0.0}}}},
    }  # fmt: skip
    assert losers(found, "b") == {"a": "-0.0500 [-0.0700, -0.0300], in 0 of 3 snapshots on auc"}
    assert losers({"candidates": {"a": {}}}, "a") == {}


def meta(task: str, **changes: Any) -> Meta:
    told = {
        "task": task, "model": f"{task}_made", "kind": "RecencyRate", "source": "baseline", "horizon_days": 3,
        "as_of": dt.date(2024, 1, 1), "fingerprint": "f", "seed": 0,
    }  # fmt: skip
    return Meta.model_validate(told | changes)


def timing(away: float, **changes: Any) -> Fitted:
    return Fitted(meta("timing", **changes), Curve(away))


def champion() -> Fitted:
    """A champion of churn that says .5 of everybody."""
    rows = pl.DataFrame({"recency": [1, 1, 9, 9]})
    rate = RecencyRate(n_bins=1).fit(rows, np.array([3, 1, 3, 1]), np.array([False, True, False, True]))
    return Fitted(meta("churn"), rate)
