"""What holds for every forecaster of re-purchases."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import curves, schema
from regulars.errors import ConfigError, DataError, LeakageError, NotFittedError
from regulars.estimators.replenishment import CONSUMABLE, SCHEMA, Forecast, Replenisher
from tests.estimators.replenishment import shop


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    return shop.transactions()


def same(one: Forecast, other: Forecast) -> None:
    """Assert that two forecasts agree to the last digit."""
    assert_frame_equal(one.pairs, other.pairs, check_exact=True)
    np.testing.assert_array_equal(one.survival, other.survival)


class ReplenishmentContract:
    """Give ``make``; the class is inherited by a test class a forecaster."""

    make: Callable[[], Replenisher]
    needs_events: bool = False
    """Whether it refuses a shop with too few re-purchases to learn from."""

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, lines: pl.DataFrame) -> Replenisher:
        return cls.make().fit(lines, shop.items(), shop.AS_OF)

    @pytest.fixture(scope="class")
    @classmethod
    def answer(cls, fitted: Replenisher, lines: pl.DataFrame) -> Forecast:
        return fitted.forecast(lines, shop.AS_OF)

    def test_one_curve_a_pair_bought_twice(self, answer: Forecast, lines: pl.DataFrame) -> None:
        past = lines.filter(pl.col("purchased_at") < shop.AS_OF).with_columns(
            unit=pl.col("item_id").str.replace(r"-\d$", "")
        )
        days = past.group_by("customer_id", "unit").agg(
            n_purchases=pl.col("purchased_at").dt.date().n_unique().cast(pl.Int64),
            last_bought=pl.col("purchased_at").max().dt.date(),
        )
        expected = days.filter(pl.col("n_purchases") >= 2).sort("customer_id", "unit")
        assert answer.pairs.schema == SCHEMA
        assert_frame_equal(answer.pairs.select(expected.columns), expected)
        assert answer.survival.shape == (expected.height, 42)
        assert answer.pairs.null_count().sum_horizontal().item() == 0
        curves.validated(answer.survival)

    def test_what_the_shop_uses_up_is_consumable(self, answer: Forecast) -> None:
        kinds = answer.pairs.group_by("unit").agg(pl.col("kind").unique())
        consumable = kinds.filter(pl.col("kind") == [CONSUMABLE])["unit"]
        assert set(shop.UNITS) <= set(consumable)
        assert "sofa" not in set(consumable)

    def test_one_customer_gets_what_the_batch_says(
        self, fitted: Replenisher, answer: Forecast, lines: pl.DataFrame
    ) -> None:
        for customer_id in ("C000", "C021", shop.CLOCK):
            mine = pl.col("customer_id") == customer_id
            alone = fitted.forecast(lines.filter(mine), shop.AS_OF)
            same(alone, Forecast(answer.pairs.filter(mine), answer.survival[answer.pairs.select(mine).to_series()]))

    def test_the_order_of_rows_is_irrelevant(self, answer: Forecast, lines: pl.DataFrame) -> None:
        mixed = lines.sample(fraction=1.0, shuffle=True, seed=1)
        again = self.make().fit(mixed, shop.items().reverse(), shop.AS_OF)
        same(again.forecast(mixed, shop.AS_OF), answer)

    def test_the_future_changes_nothing(self, answer: Forecast, lines: pl.DataFrame) -> None:
        past = lines.filter(pl.col("purchased_at") < shop.AS_OF)
        again = self.make().fit(past, shop.items(), shop.AS_OF)
        same(again.forecast(past, shop.AS_OF), answer)

    def test_saved_and_loaded(self, fitted: Replenisher, answer: Forecast, lines: pl.DataFrame, tmp_path: Path) -> None:
        fitted.save(tmp_path)
        assert {path.suffix for path in tmp_path.iterdir()} <= {".json", ".parquet", ".txt"}
        loaded = type(fitted).load(tmp_path)
        assert loaded == fitted  # the parameters; what was learned shows in the answers
        same(loaded.forecast(lines, shop.AS_OF), answer)

    def test_inputs_are_unchanged(self, lines: pl.DataFrame) -> None:
        given, items = lines.clone(), shop.items()
        self.make().fit(given, items, shop.AS_OF).forecast(given, shop.AS_OF)
        assert_frame_equal(given, lines)
        assert_frame_equal(items, shop.items())

    def test_later_days_know_later_purchases(self, fitted: Replenisher, lines: pl.DataFrame) -> None:
        later = fitted.forecast(lines, shop.AS_OF + dt.timedelta(days=30))
        mine = later.pairs.filter(customer_id=shop.CLOCK, unit="dog food")
        assert mine["last_bought"].item() == shop.LAST + dt.timedelta(days=30)

    def test_items_and_units_that_nobody_knew(self, fitted: Replenisher) -> None:
        strange = shop.lines([("new", day, "unheard-of", 1.0) for day in (10, 30, 50)])
        found = fitted.forecast(strange, shop.AS_OF)
        assert found.pairs.select("customer_id", "unit", "item_id").rows() == [("new", "unheard-of", "unheard-of")]
        curves.validated(found.survival)

    def test_nobody_asked_about(self, fitted: Replenisher, lines: pl.DataFrame) -> None:
        once = lines.unique(["customer_id", "item_id"], keep="first", maintain_order=True).head(1)
        for rows in (schema.TRANSACTIONS.empty(), once):
            found = fitted.forecast(rows, shop.AS_OF)
            assert found.pairs.schema == SCHEMA
            assert found.survival.shape == (0, 42)

    def test_refusals(self, fitted: Replenisher, lines: pl.DataFrame) -> None:
        with pytest.raises(NotFittedError, match="fit first"):
            self.make().forecast(lines, shop.AS_OF)
        with pytest.raises(LeakageError, match="2024-06-01"):
            fitted.forecast(lines, shop.AS_OF - dt.timedelta(days=1))
        with pytest.raises(ConfigError, match="min_purchases >= 2"):
            type(fitted)(min_purchases=1).fit(lines, shop.items(), shop.AS_OF)
        with pytest.raises(ConfigError, match="at least one day"):
            type(fitted)(horizon_days=0).fit(lines, shop.items(), shop.AS_OF)

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([], id="nothing"),
            pytest.param([("A", 3, "x", 1.0)], id="one line"),
            pytest.param([(f"C{n}", n, "x", 1.0) for n in range(30)], id="one purchase each"),
            pytest.param([("A", 3, "x", 1.0), ("A", 9, "x", -1.0)], id="bought and brought back"),
        ],
    )
    def test_a_shop_without_a_repurchase_is_refused(self, rows: list[tuple[str, int, str, float]]) -> None:
        with pytest.raises(DataError, match="on 2 days before 2024-06-01"):
            self.make().fit(shop.lines(rows), None, shop.AS_OF)

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([("A", 3, "x", 1.0), ("A", 9, "x", 1.0)], id="one pair"),
            pytest.param([("A", 3, "x", 1.0), ("A", 151, "x", 1.0)], id="yesterday"),
            pytest.param([("A", day, "x", 1.0) for day in range(100)], id="daily"),
            pytest.param([("A", day, item, 1.0) for day in (5, 50) for item in "xyz"], id="two baskets"),
        ],
    )
    def test_small_shops(self, rows: list[tuple[str, int, str, float]]) -> None:
        few = shop.lines(rows)
        if self.needs_events:
            with pytest.raises(DataError, match=r"re-purchases before .* too few .* use replenish_own_gap"):
                self.make().fit(few, None, shop.AS_OF)
            return
        found = self.make().fit(few, None, shop.AS_OF).forecast(few, shop.AS_OF)
        assert found.pairs.height == few["item_id"].n_unique()
        curves.validated(found.survival)
