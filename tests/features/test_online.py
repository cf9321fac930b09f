"""The row made online, from one customer's history, is the row of the batch: a thousand customers of two shops."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from filelock import FileLock
from polars.testing import assert_frame_equal

from regulars import features, scale, windows
from regulars.features import Side
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from serving import customer, store_build
from serving.store import Store

SHOPS = ("complete_journey_ledger", "simulated_ledger")
N_CUSTOMERS = 1000


@dataclass(frozen=True)
class Shop:
    """A ledger and its online store, which knows all of it."""

    ledger: Ledger
    store: Store

    @property
    def as_of(self) -> dt.date:
        """The day of the stored rows."""
        return self.store.header.as_of


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest, shared: Path) -> Iterator[Shop]:
    ledger: Ledger = request.getfixturevalue(request.param)
    path = shared / f"{request.param}.sqlite"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            store_build.build(ledger, path)
    with Store(path) as store:
        yield Shop(ledger, store)


def chosen(batch: pl.DataFrame, n: int = N_CUSTOMERS) -> pl.DataFrame:
    """Return the rows of ``n`` customers drawn at random."""
    assert batch.height >= n
    return batch[np.sort(np.random.default_rng(5).choice(batch.height, n, replace=False))]


def own(side: Side, customer_id: str, lines: pl.DataFrame) -> Side:
    """Return what the shop knows of one customer and of what they bought."""
    assert side.items is not None
    items = side.items.filter(pl.col("item_id").is_in(lines["item_id"].unique().implode()))
    events = None if side.events is None else side.events.filter(customer_id=customer_id)
    return Side(items, side.stores, events, side.since)


def online(store: Store, customer_id: str, as_of: dt.date) -> pl.DataFrame:
    """Make a row as the service does."""
    lines = customer.purchases(store, customer_id, as_of)
    row = customer.recomputed(store, [customer_id], lines, as_of)
    assert row.height == 1
    return row


def together(store: Store, customer_ids: pl.Series, as_of: dt.date) -> pl.DataFrame:
    """Make rows as the service does for many customers at once."""
    found = customer.several(store, {who: [] for who in customer_ids}, as_of)
    return found.sort("customer_id")


def test_a_thousand_rows_made_online_are_those_of_the_batch(shop: Shop) -> None:
    rows = chosen(scale.feature_table(shop.ledger, [Snapshot(shop.as_of)]))
    again = pl.concat([online(shop.store, who, shop.as_of) for who in rows["customer_id"]])
    assert_frame_equal(again, rows, check_exact=True)
    assert_frame_equal(
        together(shop.store, rows["customer_id"], shop.as_of), rows.sort("customer_id"), check_exact=True
    )


def test_a_store_that_knows_more_than_the_day_asked_about_answers_alike(shop: Shop) -> None:
    as_of = shop.as_of - dt.timedelta(days=100)
    rows = chosen(scale.feature_table(shop.ledger, [Snapshot(as_of)]), 100)
    again = pl.concat([online(shop.store, who, as_of) for who in rows["customer_id"]])
    assert_frame_equal(again, rows, check_exact=True)


def test_a_store_of_an_earlier_day_answers_alike(simulated_ledger: Ledger, tmp_path: Path) -> None:
    as_of = windows.after(simulated_ledger.data_through) - dt.timedelta(days=100)
    store_build.build(simulated_ledger, tmp_path / "store.sqlite", as_of)
    rows = chosen(scale.feature_table(simulated_ledger, [Snapshot(as_of)]), 100)
    with Store(tmp_path / "store.sqlite") as store:
        again = pl.concat([online(store, who, as_of) for who in rows["customer_id"]])
    assert_frame_equal(again, rows, check_exact=True)


def test_a_ledgers_customer_is_enough(shop: Shop) -> None:
    snapshots = windows.rolling(Snapshot(shop.as_of), 2, 120)
    batch, side = scale.feature_table(shop.ledger, snapshots), scale.side(shop.ledger)
    for who in chosen(batch, 20)["customer_id"].unique():
        lines = shop.ledger.customer(who)
        found = features.table(lines, own(side, who, lines), snapshots)
        assert_frame_equal(found, batch.filter(customer_id=who), check_exact=True)


def test_the_shops_have_what_features_are_made_of(simulated_ledger: Ledger) -> None:
    """Else the tests above would compare nulls."""
    found = scale.feature_table(simulated_ledger, [Snapshot(windows.after(simulated_ledger.data_through))])
    for name in features.NAMES:
        if name not in ("as_of_weekday", *features.YEAR):
            assert found[name].n_unique() > 1, name
