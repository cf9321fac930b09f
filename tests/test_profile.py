"""A log of eleven lines whose every figure can be worked out by hand."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from regulars import profile, schema
from regulars.errors import DataError
from regulars.ledger import Ledger

AS_OF = dt.date(2024, 4, 1)


def line(customer: str, day: str, item: str = "milk", amount: int = 100, quantity: float = 1.0) -> dict[str, object]:
    return {
        "customer_id": customer,
        "order_id": f"{customer} {day}",
        "item_id": item,
        "purchased_at": dt.datetime.fromisoformat(f"{day}T10:00:00"),
        "quantity": quantity,
        "amount": amount,
        "discount": 0,
        "store_id": None,
    }


LINES = [
    line("anna", "2024-01-01"),
    line("anna", "2024-01-08"),
    line("anna", "2024-01-08", "tea", 300),
    line("anna", "2024-01-15"),
    line("anna", "2024-01-16", "tea", -300, -1.0),
    line("bert", "2024-01-20", "tea", 400),
    line("cleo", "2024-02-01", "unheard of", 250),
    line("cleo", "2024-03-02", amount=150),
    line("cleo", "2024-03-31", amount=100),
    line("cleo", "2024-04-01", amount=9900),
    line("dora", "2024-05-01"),
]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    book = Ledger.open_or_create(tmp_path_factory.mktemp("shop"), "EUR", buckets=3)
    with book.writer() as writer:
        writer.add_transactions(pl.DataFrame(LINES, schema_overrides={"store_id": pl.String}))
        writer.add(schema.ITEMS, pl.DataFrame({"item_id": ["milk", "tea"], "category": ["dairy", "drinks"]}))
        writer.commit(())
    return book


def test_overview(ledger: Ledger) -> None:
    assert profile.overview(ledger, AS_OF).row(0, named=True) == {
        "first_day": dt.date(2024, 1, 1),
        "last_day": dt.date(2024, 3, 31),
        "customers": 3,
        "orders": 7,
        "lines": 8,
        "items": 3,
        "sales": 12.0,
        "returned_lines": 1,
        "currency": "EUR",
    }


def test_months_leaves_out_those_the_data_cover_in_part(ledger: Ledger) -> None:
    assert profile.months(ledger, AS_OF).rows() == [
        ("2024-01", 2, 2, 4, 7.0),
        ("2024-02", 1, 1, 1, 2.5),
        ("2024-03", 1, 0, 2, 2.5),
    ]
    assert profile.months(ledger, dt.date(2024, 3, 31))["month"].to_list() == ["2024-01", "2024-02"]


def test_habits_by_class(ledger: Ledger) -> None:
    found = profile.habits(ledger, AS_OF)
    assert found["purchase_days"].to_list() == ["1", "2-4"]
    assert found["customers"].to_list() == [1, 2]
    assert found["share_of_sales"].to_list() == pytest.approx([4 / 12, 8 / 12])
    assert found["gap_median"].to_list() == [None, pytest.approx((7 + 29.5) / 2)]
    assert found["recency"].to_list() == [72.0, pytest.approx((77 + 1) / 2)]


@pytest.mark.parametrize(("days", "name"), [(1, "1"), (2, "2-4"), (12, "5-12"), (13, "13-26"), (53, "53 or more")])
def test_classes_start_where_their_name_says(tmp_path: Path, days: int, name: str) -> None:
    first = dt.date(2024, 1, 1)
    lines = [line("anna", str(first + dt.timedelta(days=day))) for day in range(days)]
    book = Ledger.open_or_create(tmp_path, "EUR", buckets=1)
    with book.writer() as writer:
        writer.add_transactions(pl.DataFrame(lines, schema_overrides={"store_id": pl.String}))
        writer.commit(())
    assert profile.habits(book, AS_OF)["purchase_days"].to_list() == [name]


def test_gaps_between_purchase_days_of_one_customer(ledger: Ledger) -> None:
    found = profile.gaps(ledger, AS_OF, longest=29)
    assert found.height == 30
    assert found.filter(pl.col("gaps") > 0).rows() == [("7", 2, 0.5), ("29", 1, 0.25), ("> 29", 1, 0.25)]


def test_categories_by_customers(ledger: Ledger) -> None:
    assert profile.categories(ledger, AS_OF).rows() == [
        ("dairy", 2, pytest.approx(2 / 3), 5, 5.5),
        ("drinks", 2, pytest.approx(2 / 3), 2, 4.0),
        ("(unknown)", 1, pytest.approx(1 / 3), 1, 2.5),
    ]
    assert profile.categories(ledger, AS_OF, n=1)["category"].to_list() == ["dairy"]


def test_headline_counts_who_is_late(ledger: Ledger) -> None:
    said = profile.headline(ledger, AS_OF)
    assert "Of 3 customers 33% came only once" in said
    assert "The fifth who spend most bring 42% of the sales" in said
    assert "33% of all customers have been away" in said


def test_what_comes_later_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    earlier = Ledger.open_or_create(tmp_path, "EUR", buckets=3)
    with earlier.writer() as writer:
        writer.add_transactions(ledger.transactions(before=AS_OF).collect())
        writer.add(schema.ITEMS, ledger.items())
        writer.commit(())
    for table in (profile.overview, profile.months, profile.habits, profile.gaps, profile.categories):
        assert table(earlier, AS_OF).equals(table(ledger, AS_OF))
    assert profile.headline(earlier, AS_OF) == profile.headline(ledger, AS_OF)


def test_nothing_bought_yet(ledger: Ledger) -> None:
    with pytest.raises(DataError, match="no purchase before 2023-01-01"):
        profile.overview(ledger, dt.date(2023, 1, 1))
