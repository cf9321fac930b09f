import datetime as dt

import polars as pl
import pytest

from regulars.briefing import Shop, returns
from regulars.errors import ConfigError
from tests.briefing.conftest import AS_OF, HORIZON


def test_survival_is_named_and_whole(shop: Shop) -> None:
    found = returns.survival(shop, shop.telling)
    assert list(found) == [f"{customer} ({why})" for customer, why in shop.telling.items()]
    assert {len(curve) for curve in found.values()} == {HORIZON}


def test_dates_agree_with_the_scores(shop: Shop) -> None:
    found = returns.dates(shop)
    scores = shop.scores
    assert found["customer_id"].equals(scores["customer_id"])
    assert found["expected_date"].equals(scores["expected_date"])
    assert found["probability_within_7"].equals(scores["probability_within_7"])
    assert found["earliest"].min() >= AS_OF
    assert found.select((pl.col("earliest") <= pl.col("expected_date")).all()).item()
    assert found.select((pl.col("expected_date") <= pl.col("latest")).all()).item()
    assert found["last_purchase"].max() < AS_OF


def test_a_reminder_is_a_quantile_of_the_curve(shop: Shop) -> None:
    customer = list(shop.telling)[-1]
    curve = returns.survival(shop, shop.telling)[f"{customer} (steady)"]
    day = next(day for day, stays in enumerate(curve) if stays <= 0.2 + 1e-9)
    found = returns.dates(shop, 0.8, [customer])
    assert found["remind_on"].item() == AS_OF + dt.timedelta(days=day)
    half = returns.dates(shop, 0.5, [customer])
    assert half["remind_on"].item() == half["expected_date"].item()


def test_no_customer_no_rows(shop: Shop) -> None:
    assert returns.dates(shop, customers=[]).is_empty()
    assert returns.survival(shop, {"nobody": "unheard of"}) == {}


def test_reminders_are_those_of_good_customers_by_day(shop: Shop) -> None:
    found = returns.reminders(shop, n=4)
    assert 0 < found.height <= 4
    assert found["expected_date"].min() >= AS_OF + dt.timedelta(days=7)
    assert found["remind_on"].is_sorted()
    assert set(found["customer_id"]) <= set(shop.good["customer_id"])


def test_patience_is_a_probability(shop: Shop) -> None:
    with pytest.raises(ConfigError, match="inside"):
        returns.dates(shop, 1.0)


def test_headline_adds_the_probabilities_up(shop: Shop) -> None:
    week = shop.scores["probability_within_7"].sum()
    assert f"{week:,.0f} of {shop.scores.height} customers are expected back within 7 days" in returns.headline(shop)
