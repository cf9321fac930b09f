"""The robust routes agree with the closed forms of the papers where those are stable, and go on where they are not."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

from regulars.estimators.btyd import BGNBD, MBGNBD, Customers, ParetoNBD

KNOWN = Customers(np.array([0, 1, 4, 9]), np.array([60, 31, 12, 0]), np.array([60, 70, 90, 120]))


@pytest.mark.parametrize("parameters", [(0.5, 10, 0.6, 12), (1.5, 8, 0.3, 40), (0.8, 30, 2.5, 9), (2.0, 20, 0.7, 20)])
def test_pareto_nbd_likelihood_with_the_hypergeometric_function(parameters: tuple[float, ...]) -> None:
    """Fader & Hardie (2005), A Note on Deriving the Pareto/NBD Model, equations 18 to 22."""
    r, alpha, s, beta = parameters
    x, last, tenure = KNOWN.frequency, KNOWN.span, KNOWN.tenure
    power, more = r + s + x, max(alpha, beta)
    second = s + 1 if alpha >= beta else r + x

    def part(at: np.ndarray) -> np.ndarray:
        return hyp2f1(power, second, power + 1, abs(alpha - beta) / (more + at)) / (more + at) ** power

    bracket = (alpha + tenure) ** -(r + x) * (beta + tenure) ** -s + s / power * (part(last) - part(tenure))
    expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(bracket)
    model = ParetoNBD(*parameters)
    assert model.log_likelihood(KNOWN) == pytest.approx(expected.sum(), rel=1e-10)
    alive = (alpha + tenure) ** -(r + x) * (beta + tenure) ** -s / bracket
    np.testing.assert_allclose(model.p_alive(KNOWN), alive, rtol=1e-8)


@pytest.mark.parametrize("frequency", [0, 30, 400, 2000])
def test_pareto_nbd_likelihood_of_long_histories(frequency: int) -> None:
    """With alpha = beta the integral has an elementary form, at any length of history."""
    r, alpha, s = 0.7, 5.0, 0.4
    known = Customers(np.array([frequency]), np.array([900.0 if frequency else 2500]), np.array([2500.0]))
    power = r + s + frequency
    from_last, from_now = np.log(alpha + known.span), np.log(alpha + 2500)
    gone = np.log(s / power) - power * from_last + np.log1p(-np.exp(-power * (from_now - from_last)))
    expected = gammaln(r + frequency) - gammaln(r) + (r + s) * np.log(alpha)
    expected += np.logaddexp(-power * from_now, gone)
    assert ParetoNBD(r, alpha, s, alpha).log_likelihood(known) == pytest.approx(expected.sum(), rel=1e-10)


def test_pareto_nbd_integral_at_scales_far_apart() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        model = ParetoNBD(*10 ** rng.uniform([-2, -2, -2, -2], [2, 4, 2, 4]))
        x, tenure = float(rng.integers(0, 300)), 10 ** rng.uniform(0, 3.3)
        known = Customers(np.array([x]), np.array([tenure * rng.random() if x else tenure]), np.array([tenure]))
        last = known.span[0]

        def height(log_time: float, model: ParetoNBD = model, x: float = x, last: float = last) -> float:
            y = np.exp(log_time)
            fall = (model.r + x) * np.log1p(y / (model.alpha + last)) + (model.s + 1) * np.log1p(
                y / (model.beta + last)
            )
            return float(np.exp(log_time - fall))

        start = np.log(1e-9 / ((model.r + x) / (model.alpha + last) + (model.s + 1) / (model.beta + last)))
        end = np.log(known.recency[0])
        integral = quad(height, start, end, epsabs=0, epsrel=1e-11, limit=400)[0] + np.exp(start)
        found = model._departure(known).log_integral[0]
        found += (model.r + x) * np.log(model.alpha + last) + (model.s + 1) * np.log(model.beta + last)
        assert found == pytest.approx(np.log(integral), abs=2e-8)


def test_pareto_nbd_curve_against_adaptive_integration() -> None:
    for model in (ParetoNBD(0.5, 10, 0.6, 12), ParetoNBD(20, 1, 3, 0.5)):
        curve, alive = model.survival(KNOWN, 90), model.p_alive(KNOWN)
        for row in range(len(KNOWN)):
            shape = model.r + KNOWN.frequency[row]
            buying, leaving = model.alpha + KNOWN.tenure[row], model.beta + KNOWN.tenure[row]
            for days in (1, 30, 90):
                back = quad(
                    lambda u: shape / (buying + u) * (1 + u / buying) ** -shape * (1 + u / leaving) ** -model.s,  # noqa: B023
                    0,
                    days,
                    epsabs=1e-13,
                )[0]
                assert curve[row, days - 1] == pytest.approx(1 - alive[row] * back, abs=1e-10)


def test_pareto_nbd_expectation_is_smooth_where_s_is_1() -> None:
    at, near = ParetoNBD(0.5, 10, 1.0, 12), ParetoNBD(0.5, 10, 1 + 1e-7, 12)
    leaving = 12 + KNOWN.tenure
    rate = at.p_alive(KNOWN) * (0.5 + KNOWN.frequency) / (10 + KNOWN.tenure)
    np.testing.assert_allclose(at.expected_purchases(KNOWN, 90), rate * leaving * np.log1p(90 / leaving), rtol=1e-12)
    np.testing.assert_allclose(near.expected_purchases(KNOWN, 90), at.expected_purchases(KNOWN, 90), rtol=1e-6)


@pytest.mark.parametrize("kind", [BGNBD, MBGNBD])
@pytest.mark.parametrize("a", [0.4, 2.7])
def test_expectations_with_the_hypergeometric_function(kind: type[BGNBD | MBGNBD], a: float) -> None:
    """Fader, Hardie & Lee (2005), equation 10, and the like of it with one more chance to leave."""
    model, days = kind(0.7, 15, a, 2.2), 90
    chances = KNOWN.frequency + kind.first_chance
    shape, scale, total = 0.7 + KNOWN.frequency, 15 + KNOWN.tenure, a + 2.2 + chances - 1
    share = hyp2f1(shape, 2.2 + chances, total, days / (scale + days))
    expected = model.p_alive(KNOWN) * total / (a - 1) * (1 - (scale / (scale + days)) ** shape * share)
    np.testing.assert_allclose(model.expected_purchases(KNOWN, days), expected, rtol=1e-9)


@pytest.mark.parametrize("kind", [BGNBD, MBGNBD])
def test_expectations_are_smooth_where_a_is_1(kind: type[BGNBD | MBGNBD]) -> None:
    below, at, above = (kind(0.7, 15, a, 2.2).expected_purchases(KNOWN, 90) for a in (1 - 1e-6, 1.0, 1 + 1e-6))
    np.testing.assert_allclose((below + above) / 2, at, rtol=1e-9)


@pytest.mark.parametrize("kind", [BGNBD, MBGNBD])
def test_expectations_far_ahead_of_a_short_history(kind: type[BGNBD | MBGNBD]) -> None:
    """Without leaving, the purchases of an alive customer are the rate times the days, be they thousands."""
    model = kind(3.0, 0.5, 1e-12, 1.0)
    known = Customers(np.array([0, 2]), np.array([1, 0]), np.array([1, 3]))
    rate = (3.0 + known.frequency) / (0.5 + known.tenure)
    np.testing.assert_allclose(model.expected_purchases(known, 1000), rate * 1000, rtol=1e-6)


def test_who_may_leave_when() -> None:
    once = Customers(np.array([0]), np.array([300]), np.array([300]))
    assert BGNBD(0.7, 15, 0.8, 2.2).p_alive(once) == 1
    assert MBGNBD(0.7, 15, 0.8, 2.2).p_alive(once) < 0.5
    assert ParetoNBD(0.7, 15, 0.8, 20).p_alive(once) < 0.5
    just_bought = Customers(np.array([4]), np.array([0]), np.array([300]))
    assert ParetoNBD(0.7, 15, 0.8, 20).p_alive(just_bought) == 1
    assert BGNBD(0.7, 15, 0.8, 2.2).p_alive(just_bought) == pytest.approx(1 / (1 + 0.8 / (2.2 + 3)))
