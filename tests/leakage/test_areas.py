"""AUCs by ranks are those of the evaluation, and their intervals those of a bootstrap."""

import numpy as np
import pytest

from regulars.evaluation import classification, intervals
from regulars.leakage import areas


@pytest.mark.parametrize("digits", [0, 1, 6])
def test_the_area_is_the_auc_with_ties_or_without(digits: int) -> None:
    rng = np.random.default_rng(1)
    churned = rng.random(200) < 0.3
    score = np.round(np.clip(churned * 0.2 + rng.random(200) * 0.8, 0, 1), digits)
    found = areas.area(churned, score)
    assert found.value == pytest.approx(classification.auc(churned, score))
    assert found.flipped().value == pytest.approx(classification.auc(churned, 1 - score))
    assert found.gone.mean() == pytest.approx(found.back.mean())


def test_the_interval_of_a_difference_is_that_of_the_bootstrap() -> None:
    rng = np.random.default_rng(2)
    churned = rng.random(600) < 0.25
    one, other = (1 / (1 + np.exp(-(churned * effect + rng.normal(size=600)))) for effect in (1.5, 1.0))
    lead = areas.lead(areas.area(churned, one), areas.area(churned, other), 0.95)
    resampled = intervals.paired_difference(
        lambda weights: classification.auc(churned, one, weights),
        lambda weights: classification.auc(churned, other, weights),
        np.arange(600), rng, n_resamples=400,
    )  # fmt: skip
    assert lead.value == pytest.approx(resampled.value)
    assert (lead.low, lead.high) == pytest.approx((resampled.low, resampled.high), abs=0.01)


def test_a_raised_area_lies_between_itself_and_one() -> None:
    churned = np.array([True, False, True, False, False])
    found = areas.area(churned, [0.9, 0.1, 0.2, 0.5, 0.2])
    assert found.raised(0.25).value == pytest.approx(found.value + 0.25 * (1 - found.value))
    assert areas.lead(found.raised(0.25), found, 0.9).value == pytest.approx(0.25 * (1 - found.value))


def test_what_is_not_known_ranks_lowest() -> None:
    churned = np.array([True, True, False, False])
    assert areas.area(churned, [np.nan, np.nan, 3.0, -4.0]).value == 0.0
