"""Reasons are true: set to its typical value, the feature moves the probability the way the reason says."""

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from regulars import features as ft
from regulars import reasons
from regulars.estimators.buy_till_you_die import BTYDChurn
from regulars.estimators.churn import HazardChurn, LightGBMChurn, RecencyRate
from regulars.reasons import Reason, changed, explain, possible, theme, typical
from regulars.windows import Snapshot
from tests import shops
from tests.contracts import HORIZON, rows

Floats = npt.NDArray[np.float64]

MODELS: dict[str, Callable[[], Any]] = {
    "LightGBMChurn": lambda: LightGBMChurn(rounds=40),
    "HazardChurn": lambda: HazardChurn(horizon_days=HORIZON, rounds=40),
    "BTYDChurn": lambda: BTYDChurn(horizon_days=HORIZON),
    "RecencyRate": RecencyRate,
}
LEARNED = ("LightGBMChurn", "HazardChurn")


@functools.cache
def fitted(name: str) -> Any:
    known = rows()
    return MODELS[name]().fit(known.features, known.duration, known.observed)


@functools.cache
def told(name: str) -> list[list[Reason]]:
    return explain(fitted(name), rows().asked)


def columns(table: pl.DataFrame) -> dict[str, Floats]:
    return {name: table[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ft.NAMES}


def customer(**known: float) -> dict[str, Floats]:
    """One customer of whom only this is known."""
    return {name: np.array([known.get(name, np.nan)]) for name in ft.NAMES}


def once() -> pl.DataFrame:
    """Simulated customers who never came back."""
    lines = shops.simulate(30).transactions
    first = lines.filter(pl.col("purchased_at").dt.date() == pl.col("purchased_at").dt.date().min().over("customer_id"))
    return ft.table(first, ft.Side(shops.simulate(30).items), [Snapshot(dt.date(2023, 9, 30))])


class Weights:
    """A churn model that is a weighted sum on the scale of log-odds."""

    def __init__(self, medians: dict[str, float] | None = None, **weights: float) -> None:
        self.typical_, self.weights = medians or {}, weights

    def predict(self, features: pl.DataFrame) -> Floats:
        known = columns(features)
        total = np.zeros(features.height)
        for name, weight in self.weights.items():
            total += weight * np.nan_to_num(known[name])
        return np.asarray(1 / (1 + np.exp(-total)))

    def effects(self, features: pl.DataFrame) -> dict[str, Floats]:
        return {name: np.full(features.height, weight) for name, weight in self.weights.items()}


def ask(model: Any, n: int = 3, **known: float) -> list[Reason]:
    table = pl.DataFrame({"customer_id": ["a"], "as_of": [dt.date(2024, 1, 1)]}).with_columns(
        **{name: pl.lit(known.get(name), pl.Float64) for name in ft.NAMES}
    )
    (found,) = explain(model, table, n)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_set_to_its_typical_value_the_feature_moves_the_probability_as_stated(name: str) -> None:
    model, asked = fitted(name), rows().asked
    known, before = columns(asked), model.predict(asked)
    stated, whole, bare = [], [], []
    for number, reason in ((number, reason) for number, found in enumerate(told(name)) for reason in found):
        one = {each: values[[number]] for each, values in known.items()}
        stated.append((number, np.sign(reason.effect)))
        whole.append(asked[[number]].with_columns(**changed(one, reason.feature, np.array([reason.typical]))))
        bare.append(asked[[number]].with_columns(pl.lit(reason.typical).alias(reason.feature)))
    row, sign = (np.array(each) for each in zip(*stated, strict=True))
    assert len(row) > asked.height / 2
    assert np.all(sign != 0)
    np.testing.assert_array_equal(np.sign(before[row] - model.predict(pl.concat(whole))), sign)
    alone = pl.concat(bare)
    can = possible(columns(alone))
    assert can.mean() > 0.5
    np.testing.assert_array_equal(np.sign(before[row[can]] - model.predict(alone.filter(pl.Series(can)))), sign[can])


@pytest.mark.parametrize("name", MODELS)
def test_a_reason_names_what_is_known_and_what_is_usual(name: str) -> None:
    model, asked = fitted(name), rows().asked
    known = columns(asked)
    for number, found in enumerate(told(name)):
        assert len(found) <= 3
        assert len({theme(reason.feature) for reason in found}) == len(found)
        assert [abs(each.effect) for each in found] == sorted((abs(each.effect) for each in found), reverse=True)
        for reason in found:
            usual = typical(
                {each: v[[number]] for each, v in known.items()}, reason.feature, getattr(model, "typical_", {})
            )
            assert (reason.typical, reason.own) == (usual.value[0], usual.own[0])
            assert reason.value == asked[number, reason.feature] != reason.typical


@pytest.mark.parametrize("name", LEARNED)
def test_most_customers_have_three_reasons(name: str) -> None:
    assert np.mean([len(found) == 3 for found in told(name)]) > 0.5


@pytest.mark.parametrize("name", MODELS)
def test_alone_a_customer_has_the_same_reasons(name: str) -> None:
    for number in range(5):
        assert explain(fitted(name), rows().asked[[number]]) == [told(name)[number]]
    assert explain(fitted(name), rows().asked.clear()) == []


@pytest.mark.parametrize("name", MODELS)
def test_who_came_once_has_reasons_among_the_customers(name: str) -> None:
    asked = once()
    assert asked["frequency"].to_list() == [0] * asked.height
    found = explain(fitted(name), asked)
    assert len(found) == asked.height
    of_time = [each for reasons in found for each in reasons if theme(each.feature) in ("recency", "frequency", "gap")]
    assert not any(each.own for each in of_time)
    assert of_time or name == "BTYDChurn"  # which does not keep what is typical


def test_the_rule_looks_at_recency() -> None:
    found = [reason for each in told("RecencyRate") for reason in each]
    assert {reason.feature for reason in found} == {"recency"}
    assert np.all([(each.value > each.typical) == (each.effect > 0) for each in found])


def test_the_effect_is_the_change_of_the_log_odds() -> None:
    (found,) = ask(Weights(recency=0.05), recency=41, gap_median=18, tenure=100, frequency=4)
    assert found == Reason("recency", 41, 18, True, pytest.approx(0.05 * (41 - 18)))
    (found,) = ask(Weights({"recency": 30}, recency=0.05), recency=20, tenure=20, frequency=0)
    assert found == Reason("recency", 20, 30, False, pytest.approx(0.05 * (20 - 30)))


def test_what_pushes_overdue_is_said_as_recency() -> None:
    known = {"recency": 41, "gap_median": 18, "tenure": 100, "frequency": 4, "gap_shrunk": 26, "overdue": 41 / 26}
    (found,) = ask(Weights(overdue=1, recency=1e-3), **known)
    assert found.feature == "recency"
    assert found.effect == pytest.approx(0.023 + 41 / 26 - 18 / ((100 - 23 + 30) / 5))


def test_a_reason_that_turns_round_is_none() -> None:
    known = {"recency": 41, "gap_median": 18, "tenure": 100, "frequency": 4, "gap_shrunk": 26, "overdue": 41 / 26}
    assert ask(Weights(recency=-0.01, overdue=1), **known) == []


def test_nothing_is_said_of_the_unknown_the_usual_the_weak_and_the_calendar() -> None:
    medians = {"n_items": 5.0, "hour": 12.0, "n_stores": 2.0, "year_sin": 0.5, "basket_items": 3.0}
    model = Weights(medians, n_items=1, hour=1, n_stores=0.001, year_sin=1, basket_items=1)
    known = {"recency": 1, "tenure": 1, "frequency": 0, "hour": 12, "n_stores": 3, "year_sin": 0, "basket_items": 4}
    assert [reason.feature for reason in ask(model, **known)] == ["basket_items"]


def test_who_came_once_has_no_pace() -> None:
    known = {"recency": 9, "tenure": 9, "gap_shrunk": 39, "n_items": 2}
    model = Weights({"gap_shrunk": 20.0, "n_items": 5.0}, gap_shrunk=0.1, n_items=0.1)
    assert [reason.feature for reason in ask(model, frequency=0, **known)] == ["n_items"]


def test_one_reason_a_theme() -> None:
    medians = {"gap_mean": 10.0, "gap_max": 20.0, "n_items": 5.0}
    model = Weights(medians, gap_mean=0.1, gap_max=0.2, n_items=0.1)
    known = {"recency": 5, "tenure": 65, "frequency": 4, "gap_mean": 15, "gap_max": 30, "n_items": 9}
    assert [reason.feature for reason in ask(model, **known)] == ["gap_max", "n_items"]
    assert [reason.feature for reason in ask(model, n=1, **known)] == ["gap_max"]


def test_own_typical_values_by_hand() -> None:
    regular = customer(
        recency=41, frequency=20, tenure=200, gap_median=18, gap_mean=8, spend=700, spend_last=90, gap_last=2,
        gap_smoothed=3, trend_30=0.4, trend_90=2.0, discount_share=0.1, deal_share=0.2, return_share=0.3, web_share=0.4,
        new_item_share=0.5, looks_90=6,
    )  # fmt: skip
    expected = {
        "recency": 18, "gap_last": 8, "gap_smoothed": 8,
        "days_7": 0.7, "days_14": 1.4, "days_30": 3, "days_90": 9, "days_180": 18,
        "spend_30": 2100, "spend_90": 6300, "spend_180": 12600, "spend_last": 700,
        "trend_30": 1, "trend_90": 1,
        "discount_share_90": 0.1, "deal_share_90": 0.2, "return_share_180": 0.3, "web_share_90": 0.4,
        "new_item_share_90": 0.5, "looks_30": 2,
    }  # fmt: skip
    found = {name: typical(regular, name, {}) for name in reasons.OWN}
    known = {name: each.value[0] for name, each in found.items() if each.own[0]}
    assert known == pytest.approx(expected)
    assert set(reasons.OWN) - set(expected) == {"days_365", "spend_365", "trend_180"}  # known for 200 days


def test_who_came_once_has_no_usual_pace() -> None:
    new = customer(recency=100, frequency=0, tenure=100, spend=700, spend_last=700, trend_30=1, discount_share=0.1)
    own = {name for name in reasons.OWN if typical(new, name, {}).own[0]}
    assert own == {"discount_share_90"}
    found = typical(new, "recency", {"recency": 33.0})
    assert (found.value[0], found.own[0]) == (33, False)
    assert np.isnan(typical(new, "recency", {}).value[0])


def test_recency_moves_the_day_of_asking() -> None:
    known = customer(
        recency=41, frequency=4, tenure=101, gap_mean=15, gap_shrunk=26.2, overdue=41 / 26.2,
        days_7=0, days_14=0, days_30=0, days_90=5, days_180=5, days_365=5,
        spend_30=0, spend_90=900, spend_180=900, spend_365=900, spend_last=250,
        trend_30=0.5 / 3, trend_90=11, discount_share=0.2, discount_share_90=0.2,
    )  # fmt: skip
    found = changed(known, "recency", np.array([18.0]))
    moved = {name: values[0] for name, values in found.items() if values[0] != known[name][0]}
    assert {name: value for name, value in moved.items() if not np.isnan(value)} == pytest.approx(
        {
            "recency": 18,
            "tenure": 78,
            "gap_shrunk": 108 / 5,
            "overdue": 18 / (108 / 5),
            "days_30": 1,
            "spend_30": 250,
            "trend_30": 1.5 / (4 * 30 / 60 + 0.5),
        }
    )
    assert np.isnan(found["trend_90"][0])  # known for less than its window
    later = changed(known, "recency", np.array([100.0]))
    assert (later["days_90"][0], later["spend_90"][0], later["days_180"][0]) == (0, 0, 5)
    assert np.isnan(later["discount_share_90"][0])
    assert known["recency"][0] == 41  # what was given stays as it was


def test_visits_bring_the_last_purchase_into_their_window() -> None:
    known = customer(
        recency=41, frequency=4, tenure=101, days_7=0, days_14=0, days_30=0, days_90=5, days_180=5, days_365=5,
        spend_30=0, spend_90=900, spend_last=250,
    )  # fmt: skip
    found = changed(known, "days_30", np.array([1.5]))
    assert [found[f"days_{window}"][0] for window in (7, 14, 30, 90)] == [0, 0, 1.5, 5]
    assert (found["recency"][0], found["spend_30"][0]) == (30, 250)
    gone = changed(found, "days_30", np.array([0.0]))
    assert (gone["recency"][0], gone["days_30"][0], gone["spend_30"][0]) == (31, 0, 0)
    spent = changed(known, "spend_30", np.array([400.0]))
    assert (spent["recency"][0], spent["days_30"][0], spent["spend_30"][0]) == (30, 1, 400)


def test_coming_back_gives_a_past() -> None:
    new = customer(recency=20, frequency=0, tenure=20, n_orders=1, gap_shrunk=50, overdue=0.4)
    for name, to in (("frequency", 4.0), ("n_orders", 5.0)):
        found = changed(new, name, np.array([to]))
        assert {each: found[each][0] for each in ("frequency", "n_orders", "tenure", "gap_mean", "gap_shrunk")} == {
            "frequency": 4, "n_orders": 5, "tenure": 140, "gap_mean": 30, "gap_shrunk": 34,
        }  # fmt: skip
        assert possible(found)[0]
    assert not possible(changed(changed(new, "frequency", np.array([4.0])), "frequency", np.array([0.0])))[0]


def test_means_of_the_same_money_move_together() -> None:
    known = customer(spend=400, basket_value=200, line_value=100)
    found = changed(known, "basket_value", np.array([300.0]))
    assert [found[name][0] for name in ("spend", "basket_value", "line_value")] == [600, 300, 150]


def test_what_is_made_of_others_is_worked_out_as_the_features_do() -> None:
    known = columns(rows().asked)
    for name, (inputs, work_out) in reasons.whatif.DERIVED.items():
        np.testing.assert_allclose(work_out(*(known[each] for each in inputs)), known[name], err_msg=name)


def test_real_customers_are_possible() -> None:
    assert possible(columns(rows().features)).all()
    assert possible(columns(once())).all()
    assert not possible(customer(recency=30, tenure=20, frequency=2))[0]
