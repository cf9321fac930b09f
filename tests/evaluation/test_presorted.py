"""What is prepared once says the same as what checks and sorts each time."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.evaluation import classification, presorted, spend
from regulars.evaluation.intervals import Metric

ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.35, 0.9, 1.0]), st.integers(0, 3)),
    min_size=1,
    max_size=40,
).filter(lambda rows: any(weight for *_, weight in rows))
MONEY = st.lists(st.tuples(st.integers(-5, 30), st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=40).filter(
    lambda rows: any(weight for *_, weight in rows)
)
Reference = Callable[..., float]


@pytest.mark.parametrize(
    ("make", "reference"), [(presorted.auc, classification.auc), (presorted.ece, classification.ece)]
)
@given(rows=ROWS)
def test_probabilities(make: Callable[..., Metric], reference: Reference, rows: list[tuple[bool, float, int]]) -> None:
    churned, probability, weights = (np.array(column) for column in zip(*rows, strict=True))
    found = make(churned, probability)(weights.astype(np.float64))
    assert found == pytest.approx(reference(churned, probability, weights), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(("make", "reference"), [(presorted.spearman, spend.spearman), (presorted.gini, spend.gini)])
@given(rows=MONEY)
def test_money(make: Callable[..., Metric], reference: Reference, rows: list[tuple[int, int, int]]) -> None:
    spent, expected, weights = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    found = make(spent, expected)(weights)
    assert found == pytest.approx(reference(spent, expected, weights), abs=1e-9, nan_ok=True)


def test_many_rows_agree_to_the_last_digits() -> None:
    rng = np.random.default_rng(7)
    score = rng.random(20_000).round(3)
    churned, weights = rng.random(20_000) < score, rng.integers(0, 4, 20_000).astype(np.float64)
    found = presorted.auc(churned, score)(weights)
    assert found == pytest.approx(classification.auc(churned, score, weights), abs=1e-12)


@pytest.mark.parametrize("make", [presorted.auc, presorted.ece, presorted.spearman, presorted.gini])
def test_nothing_that_counts_has_no_value(make: Callable[..., Metric]) -> None:
    assert math.isnan(make([1, 0], [0.2, 0.4])(np.zeros(2)))
