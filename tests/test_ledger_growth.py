"""A ledger gets more buckets as it grows; nobody can tell from what it holds."""

from pathlib import Path

import polars as pl
import pytest

from regulars import ledger_writer
from regulars.hygiene import Rules
from regulars.ledger import Ledger
from regulars.staging import bucket_of
from tests import shops


def written(path: Path, parts: list[pl.DataFrame], buckets: int) -> Ledger:
    book = Ledger.open_or_create(path, "EUR", buckets)
    for part in parts:
        with book.writer() as writer:
            writer.expect(part.height)
            writer.set_rules("shop", Rules(exact_duplicate=True))
            writer.add_transactions(part)
            writer.commit(())
    return book


def content(book: Ledger) -> pl.DataFrame:
    return book.lines().collect().sort(pl.all())


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    """A shop's lines, some of them of strangers and some twice."""
    rows = shops.simulate(n_customers=60).transactions
    stranger = pl.when(pl.int_range(pl.len()) % 11 != 0).then("customer_id").alias("customer_id")
    return pl.concat([rows.with_columns(stranger), rows.head(50)])


def test_buckets_grow_with_the_lines_and_hold_whole_customers(
    lines: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed = written(tmp_path / "fixed", [lines], 2)
    monkeypatch.setattr(ledger_writer, "LINES_PER_BUCKET", 100)
    parts = [lines[: lines.height // 3], lines[lines.height // 3 :], lines]
    grown = written(tmp_path / "grown", parts, 2)
    assert grown.manifest.buckets > 8 > fixed.manifest.buckets
    assert content(grown).equals(content(fixed))
    assert grown.manifest.facts == fixed.manifest.facts
    for bucket in grown.buckets:
        held = grown.lines(bucket).collect()
        owner = pl.coalesce("customer_id", "order_id")
        assert {bucket_of(name, grown.manifest.buckets) for name in held.select(owner).to_series()} <= {bucket}


def test_people_stay_together_when_buckets_grow(
    lines: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = written(tmp_path / "shop", [lines], 2)
    with book.writer() as writer:
        writer.set_people(pl.DataFrame({"customer_as_written": ["c001", "c002"], "customer_id": ["c000", "c000"]}))
        writer.commit(())
    before = content(book)
    monkeypatch.setattr(ledger_writer, "LINES_PER_BUCKET", 100)
    written(book.path, [lines], 2)
    again = Ledger.open(book.path)
    assert again.manifest.buckets > book.manifest.buckets
    assert content(again).equals(before)
    assert set(again.customer("c000")["order_id"].str.head(4)) == {"c000", "c001", "c002"}


@pytest.mark.parametrize("text", ["C1042", "", "ä-ö", "🛒", "x" * 300, "till:0000001"])
def test_all_ids_at_once_go_where_each_goes_alone(text: str, tmp_path: Path) -> None:
    from regulars.staging import Staging

    rows = pl.DataFrame({"customer_id": [text, "other", None], "order_id": ["o1", "o2", text]})
    staging = Staging(tmp_path / "staging")
    staging.add(rows, 7)
    for bucket in range(7):
        for part in staging.read(bucket):
            owners = part.select(pl.coalesce("customer_id", "order_id")).to_series()
            assert {bucket_of(owner, 7) for owner in owners} == {bucket}
    assert sum(part.height for bucket in range(7) for part in staging.read(bucket)) == 3
