"""What a report must hold before anything reads it."""

from collections.abc import Callable
from typing import Any

import pytest

from regulars import report
from regulars.errors import ConfigError, DataError
from regulars.ledger import Ledger
from regulars.report import Report
from tests.comparing.made import source


def test_a_report_as_it_is_written_passes(small_ledger: Ledger) -> None:
    found = source(small_ledger).report
    report.check(found)
    damaged = {**found, "data": {}}
    with pytest.raises(DataError):
        report.check(damaged)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda found: found["pairs"]["churn_recency"]["churn_btyd"].pop("metrics"),
            "pairs.churn_recency.churn_btyd.metrics (field required)",
        ),
        (lambda found: found["pairs"]["churn_btyd"].clear(), "pairs.churn_btyd.churn_hazard (missing)"),
        (
            lambda found: found["candidates"]["churn_btyd"]["intervals"].pop("auc"),
            "candidates.churn_btyd.intervals.auc (missing)",
        ),
        (lambda found: found.update(winner="nobody"), "winner (no candidate)"),
        (
            lambda found: found["snapshots"][0].update(rows="many"),
            "snapshots.0.rows (input should be a valid integer, unable to parse string as an integer)",
        ),
    ],
)
def test_what_is_damaged_is_named(damage: Callable[[Report], Any], said: str, small_ledger: Ledger) -> None:
    found = source(small_ledger).report
    damage(found)
    with pytest.raises(DataError) as caught:
        report.check(found, "experiments/made-up", "a/report.json")
    assert str(caught.value) == f"a/report.json is damaged: {said}; run it again: regulars run experiments/made-up"


def test_an_older_format_is_told_first() -> None:
    with pytest.raises(ConfigError, match=r"run it again: regulars run experiments/old$"):
        report.check({"experiment": "old"})
