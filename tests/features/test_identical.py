"""The same bits, however the rows are cut up: frames, chunks, buckets, snapshots."""

import datetime as dt
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars import features, scale, schema
from regulars.features import Side
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests import shops
from tests.features.log import EVENTS, NAMES, STORES, days, events, logs, sides, table

END = dt.date(2023, 10, 29)
"""The day after the last purchase of the simulated shop."""


def same(one: pl.DataFrame, other: pl.DataFrame) -> None:
    assert_frame_equal(one, other, check_exact=True)


@given(logs, st.lists(days, min_size=2, max_size=4, unique=True), sides)
@settings(max_examples=40)
def test_several_snapshots_at_once_equal_one_at_a_time(lines: pl.DataFrame, as_of: list[dt.date], side: Side) -> None:
    one_at_a_time = pl.concat([table(lines, day, side=side) for day in sorted(as_of)])
    same(table(lines, *as_of, side=side), one_at_a_time)
    same(table(lines.lazy(), *as_of, side=side), one_at_a_time)


@given(logs, days, st.integers(1, 39))
@settings(max_examples=20)
def test_chunks_change_nothing(lines: pl.DataFrame, as_of: dt.date, cut: int) -> None:
    parts = pl.concat([lines[:cut], lines[cut:]], rechunk=False)
    told = Side(stores=pl.concat([STORES[:1], STORES[1:]], rechunk=False), events=pl.concat([EVENTS[:2], EVENTS[2:]]))
    same(table(parts, as_of, side=told), table(lines, as_of, side=Side(stores=STORES, events=EVENTS)))


@given(logs, days, sides, st.lists(st.integers(0, 2), min_size=len(NAMES), max_size=len(NAMES)))
@settings(max_examples=20)
def test_any_buckets_of_whole_customers_change_nothing(
    lines: pl.DataFrame, as_of: dt.date, side: Side, buckets: list[int]
) -> None:
    bucket = pl.col("customer_id").replace_strict(dict(zip(NAMES, buckets, strict=True)))
    parts = [table(lines.filter(bucket == number), as_of, side=side) for number in range(3)]
    same(pl.concat(parts).sort("as_of", "customer_id"), table(lines, as_of, side=side))


@given(logs, days, sides)
@settings(max_examples=10)
def test_inputs_are_left_alone(lines: pl.DataFrame, as_of: dt.date, side: Side) -> None:
    before = [frame.clone() if frame is not None else None for frame in (lines, side.items, side.stores, side.events)]
    twice = [table(lines, as_of, side=side) for _ in range(2)]
    same(*twice)
    for frame, was in zip((lines, side.items, side.stores, side.events), before, strict=True):
        assert (frame is None) if was is None else frame.equals(was)


def full(path: Path, buckets: int) -> Ledger:
    """A simulated shop with stores, events, and one person who goes by two names."""
    shop = shops.simulate(80, 300)
    book = shops.ledger(shop, path, buckets)
    told = events(
        *((f"c{number:03d}", kind, f"2023-{month:02d}-11T00:00") for number in range(0, 80, 3) for month in range(1, 11)
          for kind in ("view", "email_sent", "email_open")),
    )  # fmt: skip
    with book.writer() as writer:
        writer.add(
            schema.STORES, schema.STORES.conform(pl.DataFrame({"store_id": ["s0", "s1"], "kind": ["store", "web"]}))
        )
        writer.add(schema.EVENTS, told)
        writer.commit(())
    return book


@pytest.mark.parametrize("buckets", [1, 7, 64])
def test_the_number_of_buckets_changes_nothing(buckets: int, tmp_path: Path) -> None:
    snapshots = [Snapshot(dt.date(2023, 6, 1)), Snapshot(END)]
    few, many = full(tmp_path / "few", 4), full(tmp_path / "many", buckets)
    found = scale.feature_table(few, snapshots)
    same(found, scale.feature_table(many, snapshots))
    same(found, features.table(few.transactions().collect().reverse(), scale.side(few), snapshots))
    assert found["looks_90"].n_unique() > 1
    assert found["web_share"].n_unique() > 1


def test_a_ledger_at_once_equals_a_snapshot_at_a_time(tmp_path: Path) -> None:
    book = full(tmp_path / "ledger", 3)
    snapshots = [Snapshot(dt.date(2023, month, 11)) for month in (1, 3, 6, 10)]
    alone = pl.concat([scale.feature_table(book, [snapshot]) for snapshot in snapshots])
    same(scale.feature_table(book, snapshots), alone)


def test_the_side_of_a_ledger_ends_at_as_of(tmp_path: Path) -> None:
    book, cut = full(tmp_path / "ledger", 3), dt.date(2023, 6, 11)
    every, known = scale.side(book).events, scale.side(book, cut).events
    assert every is not None
    assert known is not None
    assert known.equals(every.filter(pl.col("at") < cut))
    assert known.height < every.height


def test_events_go_by_the_person(tmp_path: Path) -> None:
    """Whom the ledger calls by another name, its events do too."""
    book = full(tmp_path / "ledger", 3)
    people = pl.DataFrame({"customer_as_written": ["c003", "c006"], "customer_id": ["c000", "c000"]})
    written = book.table(schema.EVENTS)
    with book.writer() as writer:
        writer.set_people(people)
        writer.commit(())
    found = scale.side(book).events
    assert found is not None
    who = {"c003": "c000", "c006": "c000"}
    assert found["customer_id"].to_list() == [who.get(name, name) for name in written["customer_id"]]
    looks = scale.feature_table(book, [Snapshot(END)]).filter(customer_id="c000")["looks_90"].item()
    assert looks == 3 * 3  # three months of three names
