"""Every candidate against every other, in the report and turned round."""

from typing import Any

import numpy as np
import pytest

from regulars import report
from regulars.errors import ConfigError, MissingError
from regulars.ledger import Ledger
from tests.report.made import churn, outcome

RULE, SIMPLE, COMPLEX = "churn_recency", "churn_btyd", "churn_hazard"
RNG = np.random.default_rng(5)
CHURNED = RNG.random(400) < 0.4
SURE, UNSURE, LOST = (np.clip(0.5 + by * (CHURNED - 0.5) + RNG.normal(0, 0.2, 400), 0, 1) for by in (0.9, 0.3, 0.0))


@pytest.fixture(scope="module")
def found(small_ledger: Ledger) -> report.Report:
    """The report of three candidates over three snapshots, in two slices."""
    answers = {
        RULE: churn(CHURNED, LOST, UNSURE, LOST),
        SIMPLE: churn(CHURNED, UNSURE, UNSURE, UNSURE),
        COMPLEX: churn(CHURNED, SURE, LOST, SURE),
    }
    return report.build(outcome("churn", "auc", answers, slice_of=np.arange(400) % 2 + 1), small_ledger)


def test_there_is_a_pair_for_every_two_candidates_and_no_more(found: report.Report) -> None:
    assert {one: list(others) for one, others in found["pairs"].items()} == {RULE: [SIMPLE, COMPLEX], SIMPLE: [COMPLEX]}


def test_a_lead_turned_twice_is_the_lead(found: report.Report) -> None:
    forth, back = report.versus(found, RULE, COMPLEX), report.versus(found, COMPLEX, RULE)
    assert back["better_by"] == -forth["better_by"] > 0
    assert (back["low"], back["high"]) == (-forth["high"], -forth["low"])
    assert (forth["snapshots_won"], back["snapshots_won"], back["snapshots"]) == (1, 2, 3)
    assert (forth["behind"], forth["beyond_doubt"], back["behind"], back["beyond_doubt"]) == (True, False, False, True)
    assert back["over_snapshots"]["mean"] == -forth["over_snapshots"]["mean"]
    assert back["over_snapshots"]["sd"] == forth["over_snapshots"]["sd"]
    assert [each["value"] for each in back["by_snapshot"]] == [-each["value"] for each in forth["by_snapshot"]]
    for label, each in back["slices"].items():
        other = forth["slices"][label]
        if each["low"] is None:
            assert other["low"] is None
            continue
        assert (each["low"], each["high"]) == (-other["high"], -other["low"])
        assert each["behind"] == (each["high"] < 0)
        assert other["behind"] == (other["high"] < 0)


def test_pairs_agree_with_what_the_report_says_of_baseline_and_winner(found: report.Report) -> None:
    winner = found["winner"]
    assert (set(found["against_baseline"]), set(found["winner_against"])) == (
        {SIMPLE, COMPLEX},
        set(found["candidates"]) - {winner},
    )
    for name, lead in found["against_baseline"].items():
        assert {key: report.versus(found, name, RULE)[key] for key in lead} == lead
    for name, lead in found["winner_against"].items():
        assert {key: report.versus(found, winner, name)[key] for key in lead} == lead


def test_slices_of_a_pair_have_a_say_where_they_count(found: report.Report) -> None:
    slices = report.versus(found, COMPLEX, SIMPLE)["slices"]
    assert {label: each["counts"] for label, each in slices.items()} == {
        label: each["counts"] for label, each in found["candidates"][SIMPLE]["slices"].items()
    }
    assert slices["one purchase"] == {"better_by": None, "low": None, "high": None, "behind": False, "counts": False}


def test_other_metrics_have_leads_too_where_they_point_one_way(found: report.Report) -> None:
    forth, back = (report.versus(found, *names)["metrics"] for names in ((SIMPLE, COMPLEX), (COMPLEX, SIMPLE)))
    assert set(forth) == set(back) == {"brier"}
    values = [found["candidates"][name]["intervals"]["brier"]["value"] for name in (SIMPLE, COMPLEX)]
    assert forth["brier"]["better_by"] == pytest.approx(values[1] - values[0], abs=3e-6)
    assert (back["brier"]["low"], back["brier"]["high"]) == (-forth["brier"]["high"], -forth["brier"]["low"])
    assert back["brier"]["behind"] == (back["brier"]["high"] < 0)


def test_zero_has_no_sign(small_ledger: Ledger) -> None:
    same = {RULE: churn(CHURNED, SURE), SIMPLE: churn(CHURNED, SURE)}
    told = report.versus(report.build(outcome("churn", "auc", same), small_ledger), SIMPLE, RULE)
    assert [str(told[end]) for end in ("better_by", "low", "high")] == ["0.0"] * 3
    assert (told["snapshots_won"], told["beyond_doubt"], told["behind"]) == (0, False, False)


@pytest.mark.parametrize(
    ("names", "error", "said"),
    [
        (
            (RULE, "churn_hazart"),
            MissingError,
            r"made-up has no candidate 'churn_hazart' \(did you mean 'churn_hazard'",
        ),
        ((RULE, RULE), ConfigError, "churn_recency cannot be compared with itself; name two candidates"),
    ],
)
def test_what_cannot_be_compared(
    found: report.Report, names: tuple[str, str], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        report.versus(found, *names)


def test_an_older_report_is_refused(found: report.Report) -> None:
    old: dict[str, Any] = {key: value for key, value in found.items() if key not in ("format", "pairs")}
    with pytest.raises(ConfigError) as caught:
        report.versus(old, RULE, SIMPLE)
    assert str(caught.value) == (
        "the report of experiments/made-up is of an older version of regulars; "
        "run it again: regulars run experiments/made-up"
    )
