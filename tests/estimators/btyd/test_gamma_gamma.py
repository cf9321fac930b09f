"""What a purchase is worth: between the customer's own mean and everybody's."""

import numpy as np
import pytest

from regulars.errors import DataError
from regulars.estimators.btyd import GammaGamma


def spends(truth: GammaGamma, n_customers: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.geometric(0.3, n_customers)
    return n, rng.gamma(truth.p * n, 1 / rng.gamma(truth.q, 1 / truth.v, n_customers)) / n


def test_the_fit_finds_the_parameters_that_made_the_spends() -> None:
    truth = GammaGamma(4.0, 3.5, 2000.0)
    n, z = spends(truth, 20_000, seed=1)
    fitted = GammaGamma.fit(n, z)
    assert 0 <= fitted.log_likelihood(n, z) - truth.log_likelihood(n, z) < 8.2  # chi-squared/2, 3 degrees, 1 in 1,000
    np.testing.assert_allclose([fitted.p, fitted.q, fitted.v], [4.0, 3.5, 2000.0], rtol=0.1)


def test_the_currency_does_not_matter() -> None:
    n, z = spends(GammaGamma(4.0, 3.5, 2000.0), 2_000, seed=2)
    cents, euros = GammaGamma.fit(n, z), GammaGamma.fit(n, z / 100)
    np.testing.assert_allclose([cents.p, cents.q, cents.v / 100], [euros.p, euros.q, euros.v], rtol=1e-4)


def test_what_is_expected_is_what_comes() -> None:
    truth, rng = GammaGamma(4.0, 3.5, 2000.0), np.random.default_rng(3)
    scale = rng.gamma(truth.q, 1 / truth.v, 50_000)
    n = rng.geometric(0.3, 50_000)
    seen, coming = rng.gamma(truth.p * n, 1 / scale) / n, rng.gamma(truth.p, 1 / scale)
    for group in (slice(None), n == 1, n > 5, seen > 5000):
        miss = (coming - truth.expected_spend(n, seen))[group]
        assert abs(miss.mean()) < 4 * miss.std() / np.sqrt(len(miss))


def test_more_purchases_count_for_more() -> None:
    model = GammaGamma(6.25, 3.74, 15.44)
    everybody = 6.25 * 15.44 / 2.74
    found = model.expected_spend([0, 1, 5, 1000], [0, 80, 80, 80])
    assert found[0] == pytest.approx(everybody)
    assert np.all(np.diff(found) > 0)
    assert found[-1] == pytest.approx(80, rel=0.01)
    np.testing.assert_allclose(model.expected_spend([0, 3], [0, everybody]), everybody)


@pytest.mark.parametrize(
    ("n", "z"),
    [([1], [5.0]), ([1, 2, 3], [5.0, 5.0, 5.0]), ([1, 1, 1], [1.0, 10.0, 1e6]), ([50] * 9, [1e-3] * 9)],
)
def test_thin_spends_have_a_finite_answer(n: list[int], z: list[float]) -> None:
    model = GammaGamma.fit(n, z)
    assert model.q > 1
    found = model.expected_spend([0, *n], [0, *z])
    assert np.isfinite(found).all()
    assert np.all(found > 0)


def test_a_mean_that_would_be_infinite_is_held_back() -> None:
    """Spends with a tail so long that their mean is infinite: q stays above 1."""
    z = np.random.default_rng(4).pareto(0.6, 800) + 0.1
    model = GammaGamma.fit(np.ones(800), z)
    assert model.q == pytest.approx(1.01)
    assert np.isfinite(model.expected_spend([0], [0]))


@pytest.mark.parametrize(
    ("n", "z", "message"),
    [
        ([], [], "no customer has a purchase of positive value"),
        ([0], [5.0], "leave out the other customers"),
        ([1], [0.0], "leave out the other customers"),
        ([1], [np.nan], "missing or infinite"),
        ([1, 2], [5.0], "have shapes"),
    ],
)
def test_what_cannot_be_fitted(n: list[int], z: list[float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        GammaGamma.fit(n, z)


def test_what_cannot_be_asked() -> None:
    with pytest.raises(DataError, match="must not be negative"):
        GammaGamma(6.25, 3.74, 15.44).expected_spend([1], [-5.0])
