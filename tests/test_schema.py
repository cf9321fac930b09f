"""The tables' contracts: what they take, what they refuse, and how they say so."""

import datetime as dt
import subprocess
import sys

import polars as pl
import pytest

from regulars import schema
from regulars.errors import DataError

LINE = {
    "customer_id": "anna",
    "order_id": "o1",
    "item_id": "milk",
    "purchased_at": dt.datetime(2024, 3, 1, 9),
    "quantity": 1,
    "amount": 199,
    "discount": 0,
}


def test_a_frame_is_put_in_the_contracts_order_and_types() -> None:
    shuffled = pl.DataFrame([dict(reversed(LINE.items()))])
    typed = schema.TRANSACTIONS.conform(shuffled)
    assert typed.schema == schema.TRANSACTIONS.schema == schema.TRANSACTIONS.empty().schema
    assert typed["store_id"].to_list() == [None]
    assert shuffled.columns[0] == "discount"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount": None}, "transactions: 'amount' must not be empty, but 1 are"),
        ({"amount": 1.99}, "transactions: 'amount' must be whole numbers, not Float64"),
        ({"quantity": float("nan")}, "transactions: 'quantity' must be finite"),
        ({"quantity": "two"}, "transactions: a value does not fit its column's type"),
        (
            {"purchased_at": dt.datetime(2024, 3, 1, tzinfo=dt.UTC)},
            "transactions: 'purchased_at' has a time zone",
        ),
        ({"amuont": 1}, r"transactions: unexpected column 'amuont' \(did you mean 'amount'\?\)"),
    ],
)
def test_what_breaks_the_contract_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        schema.TRANSACTIONS.conform(pl.DataFrame([LINE | change]))


def test_an_absent_column_is_named_with_the_nearest_one() -> None:
    frame = pl.DataFrame([LINE]).rename({"order_id": "order_no"})
    with pytest.raises(DataError, match=r"transactions: no column 'order_id' \(did you mean 'order_no'\?\)"):
        schema.TRANSACTIONS.conform(frame)


def test_open_tables_keep_a_shops_own_columns() -> None:
    typed = schema.ITEMS.conform(pl.DataFrame({"shelf": ["B7"], "item_id": ["milk"]}))
    assert typed.columns == [*schema.ITEMS.names, "shelf"]


def test_every_column_says_what_it_means() -> None:
    assert all(column.meaning for table in schema.TABLES for column in table.columns)
    assert all(table.meaning for table in schema.TABLES)
    assert len({table.name for table in schema.TABLES}) == len(schema.TABLES)


def test_keys_are_columns() -> None:
    assert [table.name for table in schema.TABLES if not set(table.key) <= set(table.names)] == []
    assert [table.name for table in schema.TABLES if (table.keeps == "last") != bool(table.key)] == []


REVIEW = {"review_id": "r1", "item_id": "milk", "at": dt.datetime(2024, 3, 1), "rating": 4}
CAMPAIGN = {"campaign_id": "c1", "starts_at": dt.datetime(2024, 3, 1)}
CONSENT = {"customer_id": "anna", "purpose": "email", "granted": True, "at": dt.datetime(2024, 3, 1)}


@pytest.mark.parametrize(
    ("table", "row", "message", "reason"),
    [
        (schema.REVIEWS, REVIEW | {"rating": 6}, "'rating' must be from 1 to 5, but 1 are not", "not from 1 to 5"),
        (schema.REVIEWS, REVIEW | {"item_id": None}, "'item_id' must not be empty, but 1 are", "missing"),
        (
            schema.CONSENTS,
            CONSENT | {"purpose": "fax"},
            "'purpose' must be one of email, sms, post, profiling, but 1 are not",
            "not one of email, sms, post, profiling",
        ),
        (
            schema.CAMPAIGNS,
            CAMPAIGN | {"ends_at": dt.datetime(2024, 2, 1)},
            "'ends_at' must be at or after starts_at, but 1 are not",
            "not at or after starts_at",
        ),
        (
            schema.CAMPAIGNS,
            CAMPAIGN | {"discount_percent": float("nan")},
            "'discount_percent' must be finite, but some are NaN or infinite",
            "not finite",
        ),
        (schema.ITEMS, {"item_id": "milk", "life_days": 0.0}, "'life_days' must be above 0", "not above 0"),
        (
            schema.STORES,
            {"store_id": "a", "country": "Germany"},
            "'country' must be two capital letters, but 1 are not",
            "not two capital letters",
        ),
        (
            schema.LINKS,
            {"left_id": "a", "right_id": "a", "rule": "email", "probability": 1.0},
            "'right_id' must be other than left_id",
            "not other than left_id",
        ),
        (
            schema.CUSTOMERS,
            {"customer_id": "anna", "email": "a" * 321},
            "'email' must be within 320 characters",
            "not within 320 characters",
        ),
    ],
)
def test_values_are_checked_and_a_row_that_breaks_a_rule_is_told(
    table: schema.Table, row: dict[str, object], message: str, reason: str
) -> None:
    frame = pl.DataFrame([row])
    with pytest.raises(DataError) as raised:
        table.conform(frame)
    assert str(raised.value).startswith(f"{table.name}: {message}")
    assert table.against(frame).to_list() == [f"{message.split(chr(39))[1]} {reason}"]


def test_what_fits_is_kept_in_order_with_a_shops_own_columns() -> None:
    rows = pl.DataFrame(
        {"shoe": [37, 38, 39], "customer_id": ["b", None, "a"], "country": ["DE", "DE", None], "city": [None, "", "x"]}
    )
    reason = schema.CUSTOMERS.against(rows)
    assert reason.to_list() == [None, "customer_id missing", None]
    good = schema.CUSTOMERS.conform(rows.filter(reason.is_null()))
    assert good.columns == [*schema.CUSTOMERS.names, "shoe"]
    assert good.select("customer_id", "shoe").rows() == [("b", 37), ("a", 39)]


def test_a_value_that_cannot_be_cast_is_a_reason_of_its_row() -> None:
    rows = pl.DataFrame([REVIEW, REVIEW]).with_columns(rating=pl.Series([2**63, 3], dtype=pl.UInt64))
    assert schema.REVIEWS.against(rows).to_list() == ["rating unreadable", None]


def test_the_first_column_gives_the_reason() -> None:
    rows = pl.DataFrame([REVIEW | {"review_id": None, "item_id": None, "rating": 9}])
    assert schema.REVIEWS.against(rows).to_list() == ["review_id missing"]


def test_a_frame_of_another_kind_cannot_be_judged() -> None:
    with pytest.raises(DataError, match="reviews: a value does not fit its column's type"):
        schema.REVIEWS.against(pl.DataFrame([REVIEW | {"at": "yesterday"}]))
    with pytest.raises(DataError, match="reviews: no column 'item_id'"):
        schema.REVIEWS.against(pl.DataFrame([REVIEW]).drop("item_id"))


def test_whether_a_key_is_unique_is_left_to_the_merge() -> None:
    assert schema.ITEMS.conform(pl.DataFrame({"item_id": ["milk", "milk"]})).height == 2


def test_reading_contracts_does_not_import_the_validator() -> None:
    code = "import sys, regulars.schema as s; s.ITEMS.empty(); sys.exit('dataframely' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
