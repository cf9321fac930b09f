import polars as pl
import pytest

from regulars.briefing import Shop, risk
from regulars.errors import MissingError


def test_spread_counts_everyone_once(shop: Shop) -> None:
    found = risk.spread(shop)
    assert found["churn_probability"].to_list()[::9] == ["0-10%", "90-100%"]
    assert found["customers"].sum() == shop.scores.height
    assert found["good_customers"].sum() == shop.good.height
    lowest = (shop.scores["churn_probability"] < 0.1).sum()
    assert found["customers"][0] == lowest


def test_slipping_away_lists_good_customers_by_risk(shop: Shop) -> None:
    found = risk.slipping_away(shop, n=5)
    assert found.height == 5
    assert found["churn_probability"].is_sorted(descending=True)
    assert found["customer_id"][0] == next(iter(shop.telling))
    assert set(found["customer_id"]) <= set(shop.good["customer_id"])
    assert found["why"].str.len_chars().min() > 0
    worth = dict(shop.good.select("customer_id", pl.col("amount") / 100).iter_rows())
    assert found["sales_365"].to_list() == [worth[each] for each in found["customer_id"]]


def test_reasons_are_in_words_and_strongest_first(shop: Shop) -> None:
    riskiest = next(iter(shop.telling))
    found = risk.reasons(shop, riskiest)
    assert found["effect"].abs().is_sorted(descending=True)
    assert found["reason"].n_unique() == found.height > 1
    assert found["reason"].str.contains("; (usually|customers typically) ").all()
    assert found["reason"][0] in risk.slipping_away(shop, n=1)["why"].item().split(" | ")
    assert risk.reasons(shop, riskiest, n=1)["reason"].to_list() == found["reason"][:1].to_list()


def test_a_rule_has_one_reason(ruled: Shop) -> None:
    found = risk.reasons(ruled, next(iter(ruled.telling)))
    assert found["feature"].to_list() == ["recency"]
    assert found["effect"].item() > 0
    assert "days since the last order; " in risk.slipping_away(ruled, n=1)["why"].item()


def test_reasons_of_a_stranger(shop: Shop) -> None:
    with pytest.raises(MissingError, match="no customer 'nobody'"):
        risk.reasons(shop, "nobody")


def test_headline_says_what_is_at_stake(shop: Shop) -> None:
    good = shop.scores.join(shop.good, on="customer_id")
    stake = (good["churn_probability"] * good["amount"]).sum() / 100
    said = risk.headline(shop)
    assert f"{shop.scores['churn_probability'].sum():,.0f} of {shop.scores.height} customers are expected" in said
    assert f"{good['churn_probability'].sum():,.0f} of the {shop.good.height} good ones" in said
    assert f"{stake:,.0f} EUR" in said
