"""A report of two candidates, as a report file says it, and what people read in it."""

import datetime as dt
import math
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from regulars.briefing import Shop, standings
from regulars.errors import MissingError
from regulars.evaluation.intervals import Interval
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Tracker


def _candidate(value: float, snapshots: list[float | None], low: float | None, high: float | None) -> dict[str, Any]:
    return {
        "metrics": {"crps": {"mean": value, "snapshots": snapshots}},
        "intervals": {"crps": {"value": value, "low": low, "high": high}},
        "slices": {"one purchase": {"rows": 3, "crps": None}, "5 or more": {"rows": 7, "crps": value}},
    }


REPORT: dict[str, Any] = {
    "experiment": "timing-009-made-up",
    "task": "timing",
    "question": "Is the model better?",
    "metric": "crps",
    "higher_is_better": False,
    "baseline": "rule",
    "winner": "model",
    "why": "better than rule on crps by 2.0000 [1.0000, 3.0000], in 2 of 2 snapshots",
    "candidates": {
        "rule": _candidate(9.0, [8.0, 10.0], 8.5, 9.5),
        "model": _candidate(7.0, [6.0, None], None, None),
    },
    "against_baseline": {"model": {"better_by": 2.0, "low": 1.0, "high": 3.0, "snapshots_won": 2, "snapshots": 2}},
    "snapshots": [{"as_of": "2024-01-01", "customers": 1200}, {"as_of": "2024-02-01", "customers": 1100}],
}


def test_candidates_are_listed_best_first() -> None:
    found = standings.candidates(REPORT)
    assert found["model"].to_list() == ["model", "rule"]
    assert found["crps"].to_list() == [7.0, 9.0]
    assert found["better_by"].to_list() == [2.0, None]
    assert found["snapshots_won"].to_list() == ["2 of 2", None]
    assert found["winner"].to_list() == [True, False]


def test_intervals_for_the_plots() -> None:
    found = standings.intervals(REPORT)
    assert found["rule"] == Interval(9.0, 8.5, 9.5)
    assert math.isnan(found["model"].low)
    assert standings.leads(REPORT) == {"model": Interval(2.0, 1.0, 3.0)}
    assert standings.values(REPORT) == {"rule": {"crps": 9.0}, "model": {"crps": 7.0}}


def test_snapshots_for_the_plots() -> None:
    assert standings.by_snapshot(REPORT) == {"rule": [8.0, 10.0], "model": [6.0, None]}
    assert standings.as_ofs(REPORT) == [dt.date(2024, 1, 1), dt.date(2024, 2, 1)]
    assert "lower is better" in standings.title(REPORT)


def test_slices_side_by_side() -> None:
    assert standings.slices(REPORT).rows(named=True) == [
        {"slice": "one purchase", "rows": 3, "rule": None, "model": None},
        {"slice": "5 or more", "rows": 7, "rule": 9.0, "model": 7.0},
    ]


def test_a_claim_names_its_experiment() -> None:
    said = standings.claim(REPORT)
    assert said == (
        "Is the model better? Yes: model is better than rule on crps by 2.0000 [1.0000, 3.0000], in 2 of 2 snapshots. "
        "Judged at 2 snapshots from 2024-01-01 to 2024-02-01 with at least 1,100 customers each, "
        "in experiments/timing-009-made-up."
    )
    assert standings.claims(REPORT, REPORT) == f"- {said}\n- {said}"


def test_a_claim_that_is_not_proven_says_so() -> None:
    undecided = deepcopy(REPORT) | {"winner": "rule", "why": "no candidate beats it on crps with 95% confidence"}
    said = standings.claim(undecided)
    assert "Not proven: rule stays, as no candidate beats it on crps with 95% confidence." in said


def test_a_home_before_and_after_its_first_experiment(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BENTOML_HOME", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "to be taken back")
    shop = Shop(Home(tmp_path), ledger, dt.date(2024, 4, 1))
    with pytest.raises(MissingError, match="train one with: regulars train"):
        shop.scores  # noqa: B018
    with pytest.raises(MissingError, match="run one with: regulars run experiments/"):
        shop.report("timing")
    with pytest.raises(MissingError, match="run one with: regulars run experiments/"):
        standings.experiments(shop)
    assert standings.champions(shop).is_empty()
    tags = {"regulars.winner": "model", "regulars.key": "k", "regulars.fingerprint": ledger.fingerprint}
    with Tracker(shop.home).experiment("timing", "timing-009-made-up", tags) as parent:
        parent.json("report.json", REPORT)
    (row,) = standings.experiments(shop).rows(named=True)
    assert (row["experiment"], row["task"], row["winner"]) == ("timing-009-made-up", "timing", "model")
    assert row["same_data"]
    assert shop.report("timing") == REPORT
