"""The tables' contracts: what they take, what they refuse, and how they say so."""

import datetime as dt

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
    assert len({table.name for table in schema.TABLES}) == len(schema.TABLES)
