"""The kinds of forecasters: each keeps the contract, and says what it should where the answer is known."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from regulars import curves
from regulars.estimators.replenishment import (
    DURABLE,
    ONE_OFF,
    GroupGap,
    LightGBMReplenishment,
    OwnGap,
    PairBGNBD,
    PoissonGamma,
    Replenisher,
)
from regulars.evaluation import survival as scores
from regulars.labels.repurchases import next_repurchase
from regulars.windows import Snapshot
from tests.estimators.replenishment import shop
from tests.estimators.replenishment.contract import ReplenishmentContract, lines

__all__ = ["lines"]  # a fixture of the contract


class TestOwnGap(ReplenishmentContract):
    make = OwnGap


class TestGroupGap(ReplenishmentContract):
    make = GroupGap


class TestPoissonGamma(ReplenishmentContract):
    make = PoissonGamma


class TestPairBGNBD(ReplenishmentContract):
    make = PairBGNBD


class TestLightGBMReplenishment(ReplenishmentContract):
    make = staticmethod(shop.hazard)
    needs_events = True


def by_hand() -> pl.DataFrame:
    """Anna buys tea every 10 days and is 4 days in; bert's coffee came after 20 and 40 days, and is 50 days ago."""
    anna = [("anna", day, "tea", 1.0) for day in (118, 128, 138, 148)]
    bert = [("bert", day, "coffee", 1.0) for day in (42, 62, 102)]
    return shop.lines([*anna, *bert])


def median_days(forecaster: Replenisher) -> dict[str, int]:
    rows = by_hand()
    found = forecaster.fit(rows, None, shop.AS_OF).forecast(rows, shop.AS_OF)
    return dict(zip(found.pairs["customer_id"], curves.quantile_days(found.survival, 0.5).tolist(), strict=True))


def test_own_gap_names_the_day() -> None:
    # Tea is expected on day 158, and as_of is day 152: the 7th day from it. Coffee was expected after 30 days.
    assert median_days(OwnGap()) == {"anna": 7, "bert": 1}


def test_typical_days_and_basis() -> None:
    rows = by_hand()
    pairs = OwnGap().fit(rows, None, shop.AS_OF).forecast(rows, shop.AS_OF).pairs
    anna, bert = pairs.rows(named=True)
    assert (anna["regular"], anna["typical_days"], anna["basis"]) == (True, 10.0, "own history (4)")
    assert (bert["regular"], bert["basis"]) == (False, "own history (3)")
    # The shop's 5 gaps and one of 30 days more: 20 days; coffee's 60 days in 2 gaps with 10 of the category's 10.
    # The category of both is "none": (30 + 60 + 10 * 20) / (5 + 10).
    category = (90 + 10 * 20) / 15
    unit = (60 + 10 * category) / 12
    assert bert["typical_days"] == pytest.approx((60 + 2 * unit) / 4, rel=1e-6)


def test_poisson_gamma_peaks_one_mean_gap_after_the_last() -> None:
    rows = by_hand()
    found = PoissonGamma(horizon_days=20).fit(rows, None, shop.AS_OF).forecast(rows, shop.AS_OF)
    hazard = -np.diff(np.log(found.survival[0]), prepend=0.0)
    assert hazard.argmax() + 1 == 7  # day 158, 10 after the last of day 148
    np.testing.assert_array_less(np.diff(hazard[6:]), 0.0)


def test_thin_pairs_lean_on_the_item_or_the_category() -> None:
    many = [(f"C{n}", day, "tea-0", 1.0) for n in range(12) for day in (n, n + 20)]
    few = [("C0", day, "rope-0", 1.0) for day in (5, 60)] + [("C1", day, "mug-0", 1.0) for day in (5, 60)]
    items = pl.DataFrame({"item_id": ["tea-0", "rope-0"], "product_type": ["tea", "rope"], "category": ["a", "b"]})
    rows = shop.lines([*many, *few])
    pairs = OwnGap().fit(rows, items, shop.AS_OF).forecast(rows, shop.AS_OF).pairs
    assert dict(pairs.select("unit", "basis").unique().rows()) == {"tea": "item", "rope": "category", "mug-0": "shop"}


def test_kinds_are_learned_from_repeat_behaviour() -> None:
    start = dt.date(2023, 1, 1)
    first = (start - shop.FIRST_DAY.date()).days
    weekly = [(f"C{n}", first + day, "milk", 1.0) for n in range(40) for day in range(n % 7, 500, 12)]
    slow = [(f"C{n}", first + day, "filter", 1.0) for n in range(40) for day in (n, n + 150, n + 300)]
    once = [(f"C{n}", first + 3 * n, "sofa", 1.0) for n in range(40)] + [("C0", first + 200, "sofa", 1.0)]
    rows = shop.lines([*weekly, *slow, *once])
    pairs = OwnGap().fit(rows, None, shop.AS_OF).forecast(rows, shop.AS_OF).pairs
    assert dict(pairs.select("unit", "kind").unique().rows()) == {
        "milk": "consumable",
        "filter": DURABLE,
        "sofa": ONE_OFF,
    }


def test_the_model_beats_the_rule_where_paces_differ(lines: pl.DataFrame) -> None:
    truth = next_repurchase(lines, shop.items().select("item_id", unit="product_type"), [Snapshot(shop.AS_OF, 42)])

    def crps(forecaster: Any) -> float:
        found = forecaster.fit(lines, shop.items(), shop.AS_OF).forecast(lines, shop.AS_OF)
        known = found.pairs.join(truth, on=["customer_id", "unit"], how="left", maintain_order="left")
        return scores.crps(known["duration"].to_numpy(), known["observed"].to_numpy(), found.survival)

    model = crps(shop.hazard())
    assert model < crps(GroupGap())
    assert model < crps(PairBGNBD())


def test_seeds_are_kept(lines: pl.DataFrame) -> None:
    def first_curve(seed: int) -> float:
        model = LightGBMReplenishment(n_snapshots=2, rounds=5, min_events=50, max_pairs=100, seed=seed)
        return float(model.fit(lines, shop.items(), shop.AS_OF).forecast(lines, shop.AS_OF).survival.sum())

    assert first_curve(1) == first_curve(1) != first_curve(2)


def test_what_a_purchase_tells_later_is_not_known_yet() -> None:
    rows = shop.lines([("anna", day, f"tea-{day % 2}", 1.0) for day in (10, 21, 30, 41)])
    told = pl.DataFrame({"item_id": ["tea-0", "tea-1"], "product_type": ["tea", "tea"]})

    def units(since: dt.datetime | None) -> set[str]:
        items = told.with_columns(known_since=pl.lit(since, pl.Datetime("us")))
        return set(OwnGap().fit(rows, items, shop.AS_OF).forecast(rows, shop.AS_OF).pairs["unit"])

    assert units(None) == units(dt.datetime(2024, 5, 31, 23)) == {"tea"}
    assert units(dt.datetime(2024, 6, 1)) == {"tea-0", "tea-1"}
