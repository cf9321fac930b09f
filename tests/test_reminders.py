"""Reminders: the day of a regular buyer to the day, and nothing that is past, bought since or not used up."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from regulars import reminders
from regulars.errors import ConfigError
from regulars.estimators.replenishment import SCHEMA, Forecast, LightGBMReplenishment
from tests.estimators.replenishment import shop

AS_OF = dt.date(2024, 6, 1)


def days(n: int) -> dt.timedelta:
    return dt.timedelta(days=n)


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    return shop.transactions()


@pytest.fixture(scope="module")
def model(lines: pl.DataFrame) -> LightGBMReplenishment:
    """Fitted on what was known the day after the clockwork customer bought dog food the last time."""
    return shop.hazard().fit(lines, shop.items(), shop.LAST + days(1))


def dog_food(model: LightGBMReplenishment, lines: pl.DataFrame, as_of: dt.date, **asked: Any) -> pl.DataFrame:
    found = reminders.due(model.forecast(lines, as_of), as_of, **asked)
    return found.filter(customer_id=shop.CLOCK, unit="dog food")


@pytest.mark.parametrize("later", [1, 5, 21, 22, 28, 30])
def test_every_30_days_is_reminded_on_day_28(model: LightGBMReplenishment, lines: pl.DataFrame, later: int) -> None:
    bought = lines.filter(pl.col("purchased_at") < shop.LAST + days(1))  # no later purchase is known
    row = dog_food(model, bought, shop.LAST + days(later), window_days=30).row(0, named=True)
    assert row["last_bought"] == shop.LAST
    assert row["typical_days"] == 30.0
    assert row["due_date"] == shop.LAST + days(30)
    assert row["remind_on"] == shop.LAST + days(28)
    assert row["item_id"] == "dog food-1"
    assert row["basis"].startswith("own history")
    assert 0.0 <= row["probability"] <= 1.0


@pytest.mark.parametrize(("later", "listed"), [(21, 0), (22, 1), (28, 1), (30, 1), (31, 0), (60, 0), (150, 0)])
def test_a_list_of_a_week_holds_it_from_day_22_until_it_is_past(
    model: LightGBMReplenishment, lines: pl.DataFrame, later: int, listed: int
) -> None:
    bought = lines.filter(pl.col("purchased_at") < shop.LAST + days(1))
    assert dog_food(model, bought, shop.LAST + days(later), window_days=7).height == listed


def test_what_was_bought_since_is_not_due(model: LightGBMReplenishment, lines: pl.DataFrame) -> None:
    bought = lines.filter(pl.col("purchased_at") < shop.LAST + days(1))
    today = shop.LAST + days(28)
    assert dog_food(model, bought, today).height == 1
    early = shop.lines([(shop.CLOCK, (shop.LAST - shop.FIRST_DAY.date()).days + 27, "dog food-2", 1.0)])
    assert dog_food(model, pl.concat([bought, early]), today).is_empty()


def test_lists_are_ordered_and_of_consumables(model: LightGBMReplenishment, lines: pl.DataFrame) -> None:
    found = reminders.due(model.forecast(lines, AS_OF), AS_OF, window_days=14, lead_days=3, min_probability=0.3)
    assert found.height > 20
    assert found.schema == reminders.SCHEMA
    assert found.rows() == found.sort("remind_on", "customer_id", "unit").rows()
    assert set(found["unit"]) <= set(shop.UNITS)
    assert (found["due_date"] - found["remind_on"]).dt.total_days().unique().to_list() == [3]
    assert (found["due_date"] >= AS_OF).all()
    assert (found["remind_on"] < AS_OF + days(14)).all()
    assert (found["remind_on"] > found["last_bought"]).all()
    assert (found["probability"] >= 0.3).all()
    assert (found["earliest"] >= AS_OF).all()
    assert (found.drop_nulls("latest")["latest"] >= found.drop_nulls("latest")["earliest"]).all()


def forecast(survival: list[float], **changed: Any) -> Forecast:
    """One irregular pair, last bought ten days ago."""
    row = {
        "customer_id": "anna",
        "unit": "tea",
        "item_id": "tea-1",
        "last_bought": AS_OF - days(10),
        "n_purchases": 3,
        "typical_days": 12.0,
        "regular": False,
        "basis": "own history (3)",
        "kind": "consumable",
    }
    return Forecast(pl.DataFrame([row | changed], schema=SCHEMA), np.array([survival]))


def test_an_irregular_pair_follows_its_curve() -> None:
    row = reminders.due(forecast([0.95, 0.85, 0.7, 0.5, 0.3, 0.2]), AS_OF, window_days=3).row(0, named=True)
    assert row["due_date"] == AS_OF + days(3)  # the fourth day: S is 0.5 there
    assert row["remind_on"] == AS_OF + days(1)
    assert row["earliest"] == AS_OF + days(1)  # the second day: S is 0.9 at most
    assert row["latest"] is None  # S never falls to 0.1
    assert row["probability"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("survival", "changed", "asked"),
    [
        pytest.param([0.95, 0.9, 0.8], {}, {}, id="no median within the horizon"),
        pytest.param([0.9, 0.9, 0.4], {}, {"lead_days": 0, "window_days": 2}, id="after the window"),
        pytest.param([0.4, 0.3, 0.2], {"kind": "durable"}, {}, id="a durable"),
        pytest.param([0.4, 0.3, 0.2], {"kind": "one-off"}, {}, id="a one-off"),
        pytest.param([0.4, 0.3, 0.2], {"last_bought": AS_OF - days(1)}, {}, id="bought on the reminder's day"),
        pytest.param([0.4, 0.3, 0.2], {}, {"min_probability": 0.9}, id="too unlikely"),
        pytest.param([0.4, 0.3, 0.2], {"regular": True, "typical_days": 9.0}, {}, id="a regular pair's day is past"),
    ],
)
def test_no_reminder(survival: list[float], changed: dict[str, Any], asked: dict[str, Any]) -> None:
    asked = {"window_days": 3, "lead_days": 1, **asked}
    assert reminders.due(forecast(survival, **changed), AS_OF, **asked).is_empty()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"window_days": 42, "lead_days": 0},
        {"window_days": 1, "lead_days": 60},
        {"lead_days": 9, "min_probability": 0.4},
    ],
)
def test_what_is_coming_is_all_that_a_list_needs(
    model: LightGBMReplenishment, lines: pl.DataFrame, asked: dict[str, Any]
) -> None:
    whole = model.forecast(lines, AS_OF)
    part = reminders.coming(whole, AS_OF)
    assert 0 < part.pairs.height < whole.pairs.height
    assert part.survival.shape == (part.pairs.height, whole.survival.shape[1])
    assert reminders.due(part, AS_OF, **asked).equals(reminders.due(whole, AS_OF, **asked))


def test_nobody_to_remind() -> None:
    assert reminders.coming(Forecast(pl.DataFrame(schema=SCHEMA), np.empty((0, 42))), AS_OF).pairs.is_empty()
    found = reminders.due(Forecast(pl.DataFrame(schema=SCHEMA), np.empty((0, 42))), AS_OF)
    assert found.schema == reminders.SCHEMA
    assert found.is_empty()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"window_days": 4}, "cannot cover 4"),
        ({"window_days": 0}, "cannot cover 0"),
        ({"window_days": 2, "lead_days": -1}, "lead_days >= 0"),
        ({"window_days": 2, "min_probability": 1.1}, r"lies in \[0, 1\]"),
    ],
)
def test_refusals(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        reminders.due(forecast([0.9, 0.8, 0.7]), AS_OF, **asked)
