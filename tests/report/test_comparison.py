"""Leads, slices and their say, by answers made by hand."""

import numpy as np
import pytest

from regulars.config import read_model
from regulars.report import rule
from regulars.report.comparison import FEWEST_CUSTOMERS, Comparison, is_baseline
from regulars.report.draws import Key
from tests.report.made import churn, outcome

RULE, SIMPLE, COMPLEX = "churn_recency", "churn_lightgbm", "churn_hazard"
CHURNED = np.tile([True, False], 150)
GOOD, FAIR, BAD = (np.where(CHURNED, 0.5 + by, 0.5 - by) for by in (0.4, 0.2, 0.0))
HALVES = np.arange(300) % 4 // 2
"""Two slices, both with both outcomes."""


def test_a_lead_is_paired_and_points_upwards_for_any_metric() -> None:
    found = Comparison(outcome("churn", "brier", {RULE: churn(CHURNED, FAIR, BAD), SIMPLE: churn(CHURNED, GOOD, GOOD)}))
    lead = found.lead(SIMPLE, RULE)
    # Every customer pays .09 or .25 with the one, .01 with the other: no resample can tell otherwise.
    assert [each.value for each in lead.by_snapshot] == pytest.approx([0.08, 0.24])
    assert [lead.interval.low, lead.interval.value, lead.interval.high] == pytest.approx([0.16] * 3)
    assert (lead.snapshots_won, lead.snapshots, lead.beyond_doubt, lead.behind) == (2, 2, True, False)
    assert found.lead(RULE, SIMPLE).behind
    assert lead.sd == pytest.approx(0.16 / np.sqrt(2.0))
    assert np.isnan(lead.over_snapshots.low)


def test_a_snapshot_without_both_outcomes_has_no_auc() -> None:
    made = outcome("churn", "auc", {RULE: churn(CHURNED, BAD, BAD), SIMPLE: churn(CHURNED, GOOD, GOOD)})
    for verdict in made.verdicts[:2]:
        verdict.values["churned"][:] = True
    found = Comparison(made)
    lead = found.lead(SIMPLE, RULE)
    assert (lead.snapshots, lead.snapshots_won) == (1, 1)
    assert lead.interval.value == pytest.approx(0.5)


def test_the_mean_over_seeds_is_what_counts() -> None:
    made = outcome("churn", "auc", {RULE: churn(CHURNED, BAD), SIMPLE: churn(CHURNED, GOOD)})
    other = outcome("churn", "auc", {RULE: churn(CHURNED, BAD), SIMPLE: churn(CHURNED, 1.0 - GOOD)}).of(SIMPLE)[0]
    made.verdicts.append(other)
    assert Comparison(made).draws[Key("auc", SIMPLE)].interval().value == pytest.approx(0.5)


def test_a_slice_with_few_rows_has_no_say() -> None:
    answers = {RULE: churn(CHURNED, FAIR), SIMPLE: churn(CHURNED, GOOD)}
    slice_of = np.where(np.arange(300) < FEWEST_CUSTOMERS, 0, 1)
    found = Comparison(outcome("churn", "auc", answers, slice_of=slice_of))
    assert [found.customers(number) for number in range(3)] == [FEWEST_CUSTOMERS, 300 - FEWEST_CUSTOMERS, 0]
    assert [found.counts(number) for number in range(3)] == [True, False, False]
    assert set(found.against_baselines(SIMPLE)) == {"one purchase"}


def test_a_slice_of_one_outcome_has_no_auc_and_no_say() -> None:
    answers = {RULE: churn(CHURNED[:1].repeat(300), FAIR), SIMPLE: churn(CHURNED[:1].repeat(300), GOOD)}
    found = Comparison(outcome("churn", "auc", answers))
    assert (found.customers(2), found.counts(2)) == (300, False)
    assert found.against_baselines(SIMPLE) == {}


def test_the_baselines_are_the_rules_and_the_one_by_name() -> None:
    assert [is_baseline(read_model(name)) for name in (RULE, "churn_btyd", SIMPLE)] == [True, True, False]
    answers = {name: churn(CHURNED, FAIR) for name in (SIMPLE, RULE, "churn_btyd", COMPLEX)}
    assert Comparison(outcome("churn", "auc", answers)).baselines == (SIMPLE, RULE, "churn_btyd")


def test_in_each_slice_the_best_baseline_there_is_met() -> None:
    first = HALVES == 0
    answers = {
        RULE: churn(CHURNED, np.where(first, FAIR, BAD)),
        "churn_btyd": churn(CHURNED, np.where(first, BAD, FAIR)),
        SIMPLE: churn(CHURNED, np.where(first, GOOD, BAD)),
    }
    found = Comparison(outcome("churn", "brier", {**answers}, slice_of=HALVES))
    # 150 customers a slice are too few, however often they are asked about; 300 are enough.
    assert found.against_baselines(SIMPLE) == {}
    again = {name: each * 2 for name, each in answers.items()}
    assert Comparison(outcome("churn", "brier", again, slice_of=HALVES)).against_baselines(SIMPLE) == {}
    twice = {name: churn(np.tile(CHURNED, 2), np.tile(each[0]["probability"], 2)) for name, each in answers.items()}
    found = Comparison(outcome("churn", "brier", twice, slice_of=np.tile(HALVES, 2)))
    against = found.against_baselines(SIMPLE)
    assert {label: baseline for label, (baseline, _) in against.items()} == {
        "one purchase": RULE,
        "2-4 purchases": "churn_btyd",
    }
    assert [lead.behind for _, lead in against.values()] == [False, True]
    standing = rule.standings(found)[-1]
    assert (standing.name, standing.lead.beyond_doubt, standing.eligible) == (SIMPLE, True, False)
    assert "significantly worse than churn_btyd among '2-4 purchases'" in standing.vetoes[0]
