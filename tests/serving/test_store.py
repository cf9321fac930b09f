"""The store holds what the ledger holds, and changes as a whole or not at all."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from regulars import features, schema
from regulars.errors import DataError, MissingError
from regulars.ledger import Ledger
from serving import store_build
from serving.store import FORMAT, Store
from tests.serving import shop


def test_header(ledger: Ledger, store: Store) -> None:
    header = store.header
    assert header.as_of == ledger.data_through + dt.timedelta(days=1)
    assert (header.fingerprint, header.currency) == (ledger.fingerprint, "EUR")
    assert header.n_customers == shop.transactions()["customer_id"].n_unique()
    assert header.features == features.NAMES


def test_histories_are_the_ledgers(ledger: Ledger, store: Store) -> None:
    for customer_id in ("C000", "C041"):
        held = ledger.customer(customer_id)
        assert_frame_equal(store.history(customer_id), held, check_row_order=False)
        assert store.history(customer_id)["purchased_at"].is_sorted()


def test_strangers(store: Store) -> None:
    assert_frame_equal(store.history("nobody"), schema.TRANSACTIONS.empty())
    assert store.items(["nothing"]).is_empty()


def test_items(ledger: Ledger, store: Store) -> None:
    wanted = ledger.items().select(schema.ITEMS.names).head(3)
    assert_frame_equal(store.items(wanted["item_id"].to_list()), wanted, check_row_order=False)


def test_earlier_as_of_knows_no_later_line(ledger: Ledger, tmp_path: Path) -> None:
    day = dt.date(2023, 9, 1)
    store_build.build(ledger, tmp_path / "store.sqlite", as_of=day)
    with Store(tmp_path / "store.sqlite") as store:
        assert store.header.as_of == day
        assert all(moment.date() < day for moment in store.history("C000")["purchased_at"])


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="make one with: regulars package"):
        Store(tmp_path / "none.sqlite")


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    with pytest.raises(DataError, match="make it again"):
        Store(path)


def test_another_version(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store_build.build(ledger, path)
    connection = sqlite3.connect(path)
    forged = f'"format":{FORMAT}', '"format":99'
    connection.execute("UPDATE header SET content = replace(content, ?, ?)", forged)
    connection.commit()
    connection.close()
    with pytest.raises(DataError, match="make it again"):
        Store(path)
