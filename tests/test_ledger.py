"""A shop on disk: whole commits only, each sale once, the same content the same fingerprint."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from filelock import FileLock
from hypothesis import given, settings

from regulars import ledger_merge, schema
from regulars.errors import DataError, MissingError
from regulars.ledger import Ledger
from regulars.ledger_files import LedgerFiles
from regulars.ledger_lines import LineMerge
from regulars.ledger_writer import Writer
from regulars.manifest import Manifest
from regulars.staging import bucket_of


def lines(*customers: str, item: str = "milk", day: int = 1, amount: int = 199) -> pl.DataFrame:
    """One line a customer."""
    return pl.DataFrame(
        {
            "customer_id": customers,
            "order_id": [f"o{day}"] * len(customers),
            "item_id": [item] * len(customers),
            "purchased_at": [dt.datetime(2024, 3, day, 9)] * len(customers),
            "quantity": [1.0] * len(customers),
            "amount": [amount] * len(customers),
            "discount": [0] * len(customers),
            "store_id": [None] * len(customers),
        },
        schema_overrides={"store_id": pl.String, "amount": pl.Int64},
    )


def commit(ledger: Ledger, *frames: pl.DataFrame) -> int:
    """Commit each frame as a source of its own; return the number of new lines."""
    with ledger.writer() as writer:
        for feed, frame in enumerate(frames):
            writer.add_transactions(frame, feed)
        return writer.commit(())


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with three customers' first purchases."""
    ledger = Ledger.open_or_create(tmp_path / "a" / "ledger", "EUR")
    assert commit(ledger, lines("anna", "bert", "cleo")) == 3
    return ledger


def test_what_was_committed_can_be_read(ledger: Ledger) -> None:
    again = Ledger.open(str(ledger.path))
    manifest = again.manifest
    assert again.fingerprint == ledger.fingerprint
    assert (manifest.n_lines, manifest.n_customers, manifest.n_orders, manifest.money) == (3, 3, 3, 597)
    assert again.data_through == dt.date(2024, 3, 1)
    assert again.transactions().collect().schema == schema.TRANSACTIONS.schema
    assert again.customer("bert")["customer_id"].to_list() == ["bert"]
    assert again.customer("nobody").is_empty()


def test_buckets_hold_whole_customers(ledger: Ledger) -> None:
    commit(ledger, lines("anna", "bert", day=2))
    per_bucket = [ledger.transactions(bucket).collect() for bucket in ledger.buckets]
    assert sum(part.height for part in per_bucket) == 5
    for bucket, part in enumerate(per_bucket):
        assert {bucket_of(customer, 16) for customer in part["customer_id"]} <= {bucket}
        assert part.equals(part.sort("customer_id", "purchased_at"))


def test_before_knows_only_earlier_rows(ledger: Ledger) -> None:
    commit(ledger, lines("anna", day=2))
    assert ledger.transactions(before=dt.date(2024, 3, 2)).collect().height == 3
    assert ledger.transactions(before=dt.date(2024, 3, 1)).collect().is_empty()


def test_equal_lines_of_one_source_are_two_sales_of_two_sources_one(ledger: Ledger) -> None:
    twice = lines("anna", "anna", day=2)
    assert commit(ledger, twice) == 2
    assert commit(ledger, twice, lines("anna", "anna", "anna", day=2), lines("anna", day=2)) == 1
    assert ledger.manifest.n_lines == 6


def test_nothing_new_changes_nothing(ledger: Ledger) -> None:
    before = ledger.fingerprint
    assert commit(ledger, lines("cleo", "anna")) == 0
    assert commit(ledger) == 0
    assert ledger.fingerprint == before


def test_leaving_without_a_commit_changes_nothing(ledger: Ledger) -> None:
    before = files(ledger.path)
    with ledger.writer() as writer:
        writer.add_transactions(lines("dora"))
        assert writer.lines_staged == 1
    assert files(ledger.path) == before
    assert Ledger.open(ledger.path).fingerprint == ledger.fingerprint


@pytest.mark.parametrize("when", [(Writer, "_merge_table"), (LineMerge, "parts"), (LedgerFiles, "swap")])
@pytest.mark.parametrize("existing", [True, False])
def test_an_interrupted_commit_leaves_the_old_shop(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: tuple[type, str], existing: bool
) -> None:
    target = ledger if existing else Ledger.open_or_create(tmp_path / "b" / "new", "EUR")
    before = files(tmp_path)

    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*when, interrupt)
        with pytest.raises(KeyboardInterrupt):
            commit(target, lines("dora"))
    assert files(tmp_path) == before
    assert (tmp_path / "b").exists() is False
    assert commit(target, lines("dora")) == 1


def test_an_interrupt_after_the_swap_leaves_the_new_shop(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LedgerFiles, "sweep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            commit(ledger, lines("dora"))
    new = Ledger.open(ledger.path)
    assert new.manifest.n_lines == new.transactions().collect().height == 4


def test_a_killed_process_leaves_only_what_the_next_one_clears(ledger: Ledger) -> None:
    (ledger.path / ".staging" / "bucket=00").mkdir(parents=True)
    (ledger.path / ".staging" / "bucket=00" / "000000.parquet").write_bytes(b"half")
    orphan = ledger.path / "transactions" / "bucket=00" / f"{'0' * 32}.parquet"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"half")
    assert Ledger.open(ledger.path).transactions().collect().height == 3
    assert commit(ledger, lines("dora")) == 1
    assert not orphan.exists()
    assert not (ledger.path / ".staging").exists()


def test_readers_of_the_last_commit_keep_their_files(ledger: Ledger) -> None:
    reader = Ledger.open(ledger.path)
    commit(ledger, lines("anna", day=2))
    assert reader.transactions().collect().height == 3
    commit(ledger, lines("anna", day=3))
    commit(ledger, lines("anna", day=4))
    current = {name for name in files(ledger.path) if name.startswith("transactions")}
    assert len(current) == len(ledger.manifest.transactions) + 1  # anna's bucket, also as of the commit before


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    theirs = tmp_path / "sales" / "2024.parquet"
    theirs.parent.mkdir()
    theirs.write_bytes(b"theirs")
    ledger = Ledger.open_or_create(tmp_path, "EUR")
    commit(ledger, lines("anna"))
    commit(ledger, lines("bert"))
    assert theirs.read_bytes() == b"theirs"


def test_two_writers_do_not_lose_each_others_lines(ledger: Ledger) -> None:
    other = Ledger.open(ledger.path)
    commit(other, lines("dora"))
    commit(ledger, lines("emil"))
    assert Ledger.open(ledger.path).manifest.n_customers == 5


def test_a_busy_ledger_says_so(ledger: Ledger) -> None:
    with (
        FileLock(ledger.path / ".lock"),
        pytest.raises(DataError, match=r"another process is writing to .*; wait until it is done"),
        ledger.writer(),
    ):
        pass


def test_a_damaged_manifest_says_so(ledger: Ledger) -> None:
    (ledger.path / "manifest.json").write_text("{}")
    with pytest.raises(DataError, match="is damaged or from another version; ingest again into a new folder"):
        Ledger.open(ledger.path)


def test_no_ledger_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"no ledger at .*; make one with: regulars ingest"):
        Ledger.open(tmp_path)


def test_a_ledger_has_one_currency(ledger: Ledger) -> None:
    with pytest.raises(DataError, match="is kept in EUR, the source in USD; use another --ledger"):
        Ledger.open_or_create(ledger.path, "USD")


def test_an_empty_ledger_has_tables_but_no_last_day(tmp_path: Path) -> None:
    ledger = Ledger.open_or_create(tmp_path, "EUR")
    assert ledger.transactions().collect().is_empty()
    assert ledger.items().columns == schema.ITEMS.names
    with pytest.raises(DataError, match="has no transactions; ingest some first"):
        _ = ledger.data_through


def test_negative_zero_is_zero(ledger: Ledger) -> None:
    before = lines("zoe").with_columns(quantity=pl.lit(0.0))
    commit(ledger, before)
    assert commit(ledger, before.with_columns(quantity=pl.lit(-0.0))) == 0


def test_customers_are_replaced_items_and_quarantine_merged(ledger: Ledger) -> None:
    aside = pl.DataFrame({"source": ["a.csv"], "line": [7], "reason": ["why"], "amount": [5], "content": ["{}"]})
    for name in ("old", "new"):
        with ledger.writer() as writer:
            writer.add(schema.CUSTOMERS, pl.DataFrame({"customer_id": ["anna"], "city": [name]}))
            writer.add(schema.ITEMS, pl.DataFrame({"item_id": ["milk"], "name": [name]}))
            writer.add_quarantine(aside.with_columns(source=pl.lit(name)))
            writer.commit(())
    assert ledger.customers().select("customer_id", "city").rows() == [("anna", "new")]
    assert ledger.items()["name"].to_list() == ["new"]
    assert ledger.quarantine()["source"].to_list() == ["old"]
    assert ledger.manifest.n_quarantined == 1


def test_an_item_is_described_by_its_catalogue_else_by_its_earliest_purchase() -> None:
    days = [None, dt.datetime(2024, 3, 1), dt.datetime(2024, 3, 2), dt.datetime(2024, 3, 3)]
    seen = pl.DataFrame({"item_id": ["a"] * 4, "name": ["catalogue", None, "first", "later"], "known_since": days})
    for expected in ("catalogue", "first"):
        for order in (seen, seen.reverse()):
            assert ledger_merge.items(order)["name"].to_list() == [expected]
        seen = seen[1:]


def halves(rows: pl.DataFrame, cut: int) -> Iterator[pl.DataFrame]:
    yield rows[:cut]
    yield rows[cut:]


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz"), st.integers(1, 3)),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 40),
)
def test_order_and_chunks_do_not_change_the_fingerprint(
    tmp_path_factory: pytest.TempPathFactory, sold: list[tuple[str, str, int]], cut: int
) -> None:
    rows = pl.concat(lines(customer, item=item, day=day) for customer, item, day in sold)
    folder = tmp_path_factory.mktemp("shop")
    whole, parts = (Ledger.open_or_create(folder / name, "EUR") for name in ("whole", "parts"))
    assert commit(whole, rows) == rows.height
    with parts.writer() as writer:
        for part in halves(rows.sample(fraction=1, shuffle=True, seed=cut), cut):
            writer.add_transactions(part)
        writer.commit(())
    assert parts.fingerprint == whole.fingerprint
    manifest = Manifest.read(parts.path / "manifest.json")
    assert manifest.n_customers == rows["customer_id"].n_unique()
    assert manifest.n_orders == rows.n_unique(["customer_id", "order_id"])
