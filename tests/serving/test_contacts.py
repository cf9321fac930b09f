"""A shop with events and stores: the row made online knows of them what the batch knows."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import features, scale, schema
from regulars.features.engagement import engagement
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from serving import customer, store_build
from serving.contract import Line
from serving.store import Store
from tests.serving import shop

LAST = dt.date(2024, 6, 20)
LATER = dt.date(2024, 7, 10)
"""A day after purchases and events that the store was built before."""
STORES = schema.STORES.conform(pl.DataFrame({"store_id": ["S1", "W"], "kind": ["store", "web"]}))
BACK = {"order_id": "b1", "item_id": "I00", "quantity": -1.0, "amount": -100, "discount": 0, "store_id": "W"}
FRESH = Line(
    order_id="new", item_id="I00", purchased_at=dt.datetime(2024, 7, 1, 12), amount=Decimal("9.90"), store_id="W"
)


def events() -> pl.DataFrame:
    """Events of a buyer, of somebody with returns only, and of one who never bought; some after the last purchase."""
    rows = [
        (who, kind, dt.datetime.combine(day, dt.time(9)))
        for who in ("C007", "rita", "eve")
        for kind, day in (
            ("view", dt.date(2023, 2, 1)),
            ("email_sent", dt.date(2024, 5, 1)),
            ("email_open", dt.date(2024, 5, 2)),
            ("cart", LAST),
            ("view", dt.date(2024, 7, 5)),
        )
    ]
    return schema.EVENTS.conform(pl.DataFrame(rows, schema=["customer_id", "kind", "at"], orient="row"))


def book(path: Path, *more: dict[str, object]) -> Ledger:
    """Write the shop, and some more lines, as a ledger."""
    back = {"customer_id": "rita", "purchased_at": dt.datetime(2024, 3, 1, 9)} | BACK
    with (ledger := Ledger.open_or_create(path, "EUR", buckets=2)).writer() as writer:
        writer.add_transactions(pl.concat([shop.transactions(), pl.DataFrame([back, *more])], how="diagonal_relaxed"))
        for table, rows in ((schema.ITEMS, shop.items()), (schema.STORES, STORES), (schema.EVENTS, events())):
            writer.add(table, rows)
        writer.commit(())
    return ledger


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The online store of the shop."""
    store_build.build(book(tmp_path / "ledger"), tmp_path / "store.sqlite")
    with Store(tmp_path / "store.sqlite") as opened:
        yield opened


@pytest.mark.parametrize("who", ["C007", "rita", "eve"])
def test_a_fresh_purchase_makes_the_row_that_the_batch_would(store: Store, tmp_path: Path, who: str) -> None:
    line = FRESH.model_dump(include={"order_id", "item_id", "purchased_at", "store_id"})
    bought = {**BACK, **line, "customer_id": who, "quantity": 1.0, "amount": 990}
    batch = scale.feature_table(book(tmp_path / "after", bought), [Snapshot(LATER)]).filter(customer_id=who)
    lines = customer.purchases(store, who, LATER, customer.sales(who, [FRESH], store))
    assert_frame_equal(customer.recomputed(store, [who], lines, LATER), batch, check_exact=True)
    assert batch.select("looks_90", "mails_90", "look_recency").row(0) == (2, 1, 5)


def test_of_somebody_without_an_id_no_event_is_known(store: Store) -> None:
    lines = customer.purchases(store, None, LATER, customer.sales(None, [FRESH], store))
    row = customer.recomputed(store, [], lines, LATER).row(0, named=True)
    assert all(row[name] is None for name in features.names([engagement]))
    assert (row["n_orders"], row["web_share"], row["recency"]) == (1, 1, 9)


def test_a_store_of_an_earlier_day_says_what_it_knows(tmp_path: Path) -> None:
    ledger, day = book(tmp_path / "ledger"), dt.date(2024, 1, 1)
    header = store_build.build(ledger, tmp_path / "store.sqlite", day)
    bought = ledger.transactions(before=day).select(pl.col("purchased_at").max()).collect().item()
    assert header.data_through == bought.date() < day <= ledger.data_through
