import polars as pl
import pytest

from regulars.briefing import Shop, offers
from regulars.errors import ConfigError


def test_favourites_are_what_was_bought_in_most_orders(shop: Shop) -> None:
    customers = list(shop.telling)
    found = offers.favourites(shop, customers)
    assert found["customer_id"].unique(maintain_order=True).to_list() == customers
    for customer in customers:
        orders = found.filter(pl.col("customer_id") == customer)["n_orders"]
        assert orders.is_sorted(descending=True)


def test_offers_have_names_and_reasons(shop: Shop) -> None:
    customers = list(reversed(shop.telling))
    found = offers.offers(shop, customers, k=6)
    assert found["customer_id"].unique(maintain_order=True).to_list() == customers
    assert found["rank"].to_list() == [1, 2, 3, 4, 5, 6] * 3
    assert found["name"].null_count() == 0
    assert set(found["why"]) <= set(offers.MEANING.values())
    own = found.filter(pl.col("why") == "bought before")["bought"]
    assert own.min() > 0
    assert found.filter(pl.col("why") == "many buy it")["bought"].max() == 0


def test_an_item_without_a_name_goes_by_its_id(shop: Shop) -> None:
    everyone = shop.scores["customer_id"].to_list()
    assert "I11" in offers.offers(shop, everyone, k=12)["name"]


def test_buy_again_offers_nothing_new(shop: Shop) -> None:
    found = offers.offers(shop, list(shop.telling), k=12, kind="buy_again")
    assert found["bought"].min() > 0
    with pytest.raises(ConfigError, match="no kind"):
        offers.offers(shop, list(shop.telling), kind="buy_agian")


def test_nobody_gets_nothing(shop: Shop) -> None:
    assert offers.offers(shop, []).is_empty()
    assert offers.favourites(shop, []).is_empty()


def test_sources_add_up(shop: Shop) -> None:
    found = offers.sources(shop, k=6)
    assert found["share"].sum() == pytest.approx(1.0)
    assert found["offers"].is_sorted(descending=True)
    assert found["offers"].sum() == 6 * shop.scores.height
