import datetime as dt
import zoneinfo

import polars as pl

from regulars.ingest.simulate.plan import ZONE
from tests.ingest.simulate.conftest import Shop

SECOND = "%Y-%m-%d %H:%M:%S"


def test_the_till_prints_money_and_refunds_as_square_does(shop: Shop) -> None:
    till = shop.csv("till.csv")
    money = till.select("Gross Sales", "Discounts", "Net Sales", "Tax")
    pattern = r"^-?\$\d{1,3}(,\d{3})*\.\d\d$"
    assert all(column.str.contains(pattern).all() for column in money)
    assert till["Gross Sales"].str.contains(",", literal=True).any()
    refunds = till.filter(pl.col("Event Type") == "Refund")
    assert refunds.height > 100
    assert refunds["Qty"].str.starts_with("-").all()
    assert refunds["Net Sales"].str.starts_with("-").all()
    assert set(till["Event Type"]) == {"Payment", "Refund"}
    assert till["Location"].n_unique() == 3


def test_web_times_carry_the_offset_of_their_day(shop: Shop) -> None:
    written = shop.csv("web.csv")["Created at"].drop_nulls()
    assert {text[-5:] for text in written} == {"-0500", "-0400"}
    zone = zoneinfo.ZoneInfo(ZONE)
    for text in written.sample(200, seed=1):
        at = dt.datetime.strptime(text, f"{SECOND} %z")
        assert at.astimezone(zone).utcoffset() == at.utcoffset()


def test_an_orders_own_cells_stand_on_its_first_row(shop: Shop) -> None:
    web = shop.csv("web.csv").with_columns(first=pl.col("Name").ne_missing(pl.col("Name").shift()))
    for column in ("Financial Status", "Subtotal", "Total", "Created at", "Currency", "Refunded Amount"):
        assert (web[column].is_not_null() == web["first"]).all(), column
    assert web["Lineitem sku"].null_count() == 0
    assert web.filter("first")["Name"].n_unique() > 1000


def test_web_sums_agree_with_each_other(shop: Shop) -> None:
    names = ("Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Refunded Amount")
    cents = (pl.col(name).str.replace(".", "", literal=True).cast(pl.Int64) for name in names)
    orders = shop.csv("web.csv").drop_nulls("Total").with_columns(*cents)
    assert (orders["Total"] == orders["Subtotal"] + orders["Shipping"] + orders["Taxes"]).all()
    assert {name: orders[name].sum() for name in names} == shop.expected["web_sums_cents"]
    status = orders["Financial Status"]
    assert set(status) == {"paid", "refunded", "partially_refunded", "voided"}
    back = orders.filter(pl.col("Refunded Amount") > 0)
    assert set(back["Financial Status"]) == {"refunded", "partially_refunded"}
    assert (back["Refunded Amount"] <= back["Subtotal"] + back["Taxes"]).all()
    voided = orders.filter(pl.col("Financial Status") == "voided")
    assert voided["Cancelled at"].null_count() == 0
    assert voided["Paid at"].null_count() == voided.height
    used = orders.drop_nulls("Discount Code")
    assert used["Discount Code"].str.contains(r"^(WELCOME10|SAVE(10|15|20|25))$").all()
    assert (used["Discount Amount"] > 0).all()


def test_nothing_is_sold_out_of_hours_or_before_its_launch(shop: Shop) -> None:
    sold = shop.truth("lines").filter(pl.col("kind") == "sale").with_columns(hour=pl.col("purchased_at").dt.hour())
    store = sold.filter(pl.col("channel") == "store")
    sunday = pl.col("purchased_at").dt.weekday() == 7
    assert store.filter(~sunday)["hour"].is_between(8, 19).all()
    assert store.filter(sunday)["hour"].is_between(10, 17).all()
    assert not sold["hour"].is_between(1, 3).any()
    assert not sold["purchased_at"].dt.strftime("%m-%d").is_in(["12-25", "01-01"]).any()
    launched = (
        shop.csv("items.csv")
        .drop_nulls("known_since")
        .select("item_id", since=pl.col("known_since").str.to_datetime(SECOND))
    )
    assert launched.height > 20
    early = sold.join(launched, on="item_id").filter(pl.col("purchased_at") < pl.col("since"))
    assert early.is_empty()


def test_lines_cost_what_the_price_list_says(shop: Shop) -> None:
    changes = shop.csv("prices.csv").select(
        "item_id",
        purchased_at=pl.col("valid_from").str.to_datetime(SECOND, time_unit="us"),
        price=pl.col("price").str.replace(".", "", literal=True).cast(pl.Int64),
    )
    sold = shop.truth("lines").filter(pl.col("kind") == "sale").sort("purchased_at")
    both = sold.join_asof(changes.sort("purchased_at"), on="purchased_at", by="item_id", check_sortedness=False)
    assert (both["amount"] + both["discount"] == both["price"] * both["quantity"]).all()


def test_tables_have_the_columns_of_their_contracts(shop: Shop) -> None:
    from regulars import schema

    tables = {
        "till_customers": schema.CUSTOMERS,
        "consents": schema.CONSENTS,
        "items": schema.ITEMS,
        "prices": schema.PRICES,
        "stores": schema.STORES,
        "events": schema.EVENTS,
        "campaigns": schema.CAMPAIGNS,
        "campaign_members": schema.CAMPAIGN_MEMBERS,
        "redemptions": schema.REDEMPTIONS,
        "reviews": schema.REVIEWS,
    }
    for name, table in tables.items():
        got = shop.csv(f"{name}.csv").columns
        assert got[: len(table.names)] == table.names, name
        assert table.open or len(got) == len(table.names), name
