"""What holds for all three models: curves, expectations, and agreement with customers who live as they say."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from regulars.errors import DataError
from regulars.estimators.btyd import BGNBD, MBGNBD, Customers, ParetoNBD
from tests.estimators.btyd import lives

TYPES: list[type[lives.Model]] = [BGNBD, MBGNBD, ParetoNBD]
each_model = pytest.mark.parametrize("model", lives.MODELS, ids=lambda model: type(model).__name__)
each_type = pytest.mark.parametrize("kind", TYPES)


@st.composite
def customers(draw: st.DrawFn) -> Customers:
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        tenure = draw(st.integers(1, 3000))
        frequency = draw(st.integers(0, tenure - 1))
        recency = draw(st.integers(0, tenure - frequency)) if frequency else tenure
        rows.append((frequency, recency, tenure))
    return Customers(*np.array(rows, dtype=np.float64).T)


@st.composite
def models(draw: st.DrawFn) -> Any:
    powers = [draw(st.floats(low, high)) for low, high in ((-2, 2), (-1, 4), (-2, 2), (-1, 4))]
    return draw(st.sampled_from(TYPES))(*(10.0**power for power in powers))


@given(models(), customers())
@settings(max_examples=60, deadline=None)
def test_curves_and_expectations_are_what_they_claim(model: Any, known: Customers) -> None:
    curve, density = model.survival(known, 60), model.density(known, 60)
    alive, expected = model.p_alive(known), model.expected_purchases(known, 60)
    assert curve.shape == density.shape == (len(known), 60)
    assert np.all((curve >= 0) & (curve <= 1) & (density >= 0))
    assert np.all(np.diff(curve, axis=1) <= 0)
    np.testing.assert_allclose(1 - np.cumsum(density, axis=1), curve, atol=1e-12)
    assert np.all((alive >= 0) & (alive <= 1))
    assert np.all(curve[:, -1] >= 1 - alive - 1e-9)
    assert np.all(expected >= (1 - curve[:, -1]) * (1 - 1e-6))
    most = alive * (model.r + known.frequency) / (model.alpha + known.tenure) * 60
    assert np.all(expected <= most * (1 + 1e-6) + 1e-300)  # below that, a number has hardly any digits


@each_model
def test_a_moment_ahead_nothing_has_happened_yet(model: lives.Model) -> None:
    known = Customers(np.array([0, 3, 12]), np.array([50, 20, 4]), np.array([50, 90, 200]))
    slow = dataclasses.replace(model, **{name: getattr(model, name) * 1e5 for name in TIMES[type(model)]})
    later = Customers(known.frequency, known.recency * 1e5, known.tenure * 1e5)
    pace = model.p_alive(known) * (model.r + known.frequency) / (model.alpha + known.tenure) / 1e5
    np.testing.assert_allclose(1 - slow.survival(later, 1)[:, 0], pace, rtol=1e-4)
    np.testing.assert_allclose(slow.expected_purchases(later, 1), pace, rtol=1e-4)


TIMES = {BGNBD: ["alpha"], MBGNBD: ["alpha"], ParetoNBD: ["alpha", "beta"]}


@each_model
def test_what_they_did_agrees_with_what_was_expected(model: lives.Model) -> None:
    lived = lives.simulate(model, np.full(60_000, 120.0), 90, seed=1)
    expected, curve = model.expected_purchases(lived.customers, 90), model.survival(lived.customers, 90)
    for group in (slice(None), lived.customers.frequency == 0, lived.customers.frequency >= 3):
        found, said = lived.future[group], expected[group]
        assert abs((found - said).mean()) < 4 * (found - said).std() / np.sqrt(len(found))
        for days in (1, 14, 90):
            away, chance = lived.until[group] > days, curve[group, days - 1]
            assert abs((away - chance).mean()) < 4 * np.sqrt((chance * (1 - chance)).sum()) / len(away)


@each_model
def test_the_fit_finds_the_parameters_that_made_the_customers(model: lives.Model) -> None:
    tenure = np.random.default_rng(2).integers(30, 700, 12_000).astype(np.float64)
    known = lives.simulate(model, tenure, 0, seed=3).customers
    fitted = type(model).fit(known)
    lead = fitted.log_likelihood(known) - model.log_likelihood(known)
    assert 0 <= lead < 9.2  # twice the lead is chi-squared with 4 degrees of freedom: beyond it once in 1,000 shops
    np.testing.assert_allclose(list(vars(fitted).values()), list(vars(model).values()), rtol=0.2)


@each_model
def test_the_gradient_is_that_of_the_likelihood(model: lives.Model) -> None:
    known = lives.simulate(model, np.linspace(20, 400, 40), 0, seed=4).customers
    at = np.array(list(vars(model).values())) * [1.3, 0.7, 0.8, 1.4]
    numeric = approx_fprime(at, lambda each: type(model)(*each).log_likelihood(known), 1e-6 * at)
    found = type(model)(*at)._score(known)[1].sum(axis=1)
    np.testing.assert_allclose(found, numeric, rtol=1e-3, atol=1e-4)


@each_model
def test_a_row_alone_answers_as_among_others(model: lives.Model) -> None:
    known = lives.simulate(model, np.linspace(20, 400, 30), 0, seed=5).customers
    alone = known[np.array([7])]
    np.testing.assert_array_equal(model.survival(alone, 30)[0], model.survival(known, 30)[7])
    np.testing.assert_array_equal(model.expected_purchases(alone, 30)[0], model.expected_purchases(known, 30)[7])


@each_model
def test_longer_silence_is_a_higher_risk(model: lives.Model) -> None:
    recency = np.arange(1.0, 200)
    known = Customers(np.full(199, 4), recency, np.full(199, 200))
    assert np.all(np.diff(model.p_alive(known)) < 0)
    assert np.all(np.diff(model.survival(known, 90)[:, -1]) > 0)


@each_type
def test_nobody_came_back(kind: type[lives.Model]) -> None:
    tenure = np.arange(1.0, 50)
    for known in (Customers(np.zeros(49), tenure, tenure), Customers(*np.empty((3, 0)))):
        with pytest.raises(DataError, match=r"no customer bought on a second day.*use a longer history"):
            kind.fit(known)


@each_type
@pytest.mark.parametrize(
    "shop", ["one customer", "nobody leaves", "like clockwork", "all gone", "every day", "one back"]
)
def test_a_strange_shop_has_a_finite_answer(kind: type[lives.Model], shop: str) -> None:
    tenure = np.linspace(50, 700, 80).round()
    known = {
        "one customer": Customers(np.array([3]), np.array([5]), np.array([100])),
        "nobody leaves": Customers(np.round(tenure / 10), np.ones(80), tenure),
        "like clockwork": Customers(np.full(80, 20), np.full(80, 3), np.full(80, 200)),
        "all gone": Customers(np.full(80, 5), tenure - 5, tenure),
        "every day": Customers(tenure - 1, np.ones(80), tenure),
        "one back": Customers(np.r_[np.zeros(79), 1], np.r_[tenure[:-1], 5], tenure),
    }[shop]
    model = kind.fit(known)
    assert all(np.isfinite(value) and value > 0 for value in vars(model).values())
    curve = model.survival(known, 90)
    assert np.isfinite(curve).all()
    assert np.isfinite(model.expected_purchases(known, 90)).all()
    if shop in ("nobody leaves", "like clockwork", "every day"):
        assert curve[:, -1].max() < 0.02
    if shop == "all gone":
        assert curve[:, -1].min() > 0.5


def test_a_second_search_finds_what_the_first_one_missed() -> None:
    """Some left at once and the others never: the likelihood is level where nobody leaves, and better elsewhere."""
    tenure = np.random.default_rng(0).integers(50, 700, 400).astype(np.float64)
    made = np.random.default_rng(1).poisson(tenure * 0.1) + 1
    gone = np.arange(400) < 200
    known = Customers(np.where(gone, 0, made), np.where(gone, tenure, 20), tenure)
    fitted = ParetoNBD.fit(known)
    nobody_leaves = ParetoNBD(0.191, 3.65, 1e-4, 1e6)
    assert fitted.log_likelihood(known) > nobody_leaves.log_likelihood(known) + 100
    assert fitted.p_alive(known)[gone].max() < 0.1


@each_model
def test_no_days_ahead_is_no_question(model: lives.Model) -> None:
    known = Customers(np.array([3]), np.array([5]), np.array([100]))
    for ask in (model.survival, model.density, model.expected_purchases):
        with pytest.raises(DataError, match="a look 0 days ahead"):
            ask(known, 0)
