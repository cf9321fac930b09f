"""Whatever changes when the future is taken away, or scrambled, is named; whatever does not is not."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import features
from regulars.errors import DataError, LeakageError
from regulars.features import Side
from regulars.leakage import Report, Sample, cut_check, of_families
from regulars.leakage.cut import scrambled
from regulars.windows import Snapshot
from tests.leakage import planted
from tests.leakage.planted import KEYS, SNAPSHOT

EARLIER = SNAPSHOT.moved(-60)


def leaks(report: Report) -> list[str]:
    return [finding.feature for finding in report.leaks]


@pytest.fixture(scope="module")
def shop() -> Sample:
    return planted.sample(60)


@pytest.mark.parametrize("seed", range(3))
def test_the_feature_set_is_in_order(seed: int) -> None:
    report = cut_check(planted.sample(40, seed), [EARLIER, SNAPSHOT], seed=seed).refuse()
    assert [finding.feature for finding in report.findings] == list(features.NAMES)
    assert {finding.verdict for finding in report.findings} == {"ok"}


@pytest.mark.parametrize(("family", "column"), [(planted.whole_life, "life"), (planted.one_day_too_many, "visits")])
def test_a_family_that_reaches_past_as_of_is_named(shop: Sample, family: features.Family, column: str) -> None:
    report = cut_check(shop, [SNAPSHOT], of_families([*features.FAMILIES, family]))
    assert leaks(report) == [column]
    with pytest.raises(LeakageError, match=rf"1 column knows .*: {column} \(cut: rows from 2023-08-01 on, when cut"):
        report.refuse()


def test_any_table_of_any_type_can_be_checked(shop: Sample) -> None:
    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        return planted.known(
            transactions, snapshots, n=planted.orders_before, to_come=planted.spend_to_come,
            last=lambda _: pl.col("purchased_at").max(), first=lambda _: pl.col("purchased_at").min(),
            store=lambda _: pl.col("store_id").sort_by("purchased_at").last(),
        )  # fmt: skip

    assert leaks(cut_check(shop, [SNAPSHOT], compute)) == ["to_come", "last", "store"]


def test_what_reads_events_or_names_of_items_ahead_is_named(shop: Sample) -> None:
    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        rows = planted.known(transactions, snapshots, n=planted.orders_before)
        assert side.events is not None
        looks = side.events.group_by("customer_id").agg(looks=pl.len())
        return rows.join(looks, on="customer_id", how="left", maintain_order="left")

    assert leaks(cut_check(shop, [SNAPSHOT], compute)) == ["looks"]


def test_a_column_that_only_scrambled_rows_give_away_is_named(shop: Sample) -> None:
    """No goods come back in this future, so that a count of them is the same without it."""
    calm = replace(shop, transactions=shop.transactions.with_columns(pl.col("quantity").abs()))

    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        return planted.known(transactions, snapshots, back=lambda _: (pl.col("quantity") < 0).sum())

    [finding] = cut_check(calm, [SNAPSHOT], compute).leaks
    assert "scrambled" in finding.why


def test_a_snapshot_that_sees_as_far_as_a_later_one_is_named(shop: Sample) -> None:
    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        last = max(snapshots)
        return planted.known(transactions, snapshots, n=lambda _: planted.orders_before(last))

    assert leaks(cut_check(shop, [SNAPSHOT], compute)) == []
    assert leaks(cut_check(shop, [EARLIER, SNAPSHOT], compute)) == ["n"]


def test_customers_who_are_only_known_later_are_named(shop: Sample) -> None:
    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        return transactions.group_by("customer_id").agg(as_of=pl.lit(EARLIER.as_of), one=pl.lit(1))

    assert EARLIER.as_of > shop.transactions["purchased_at"].min().date()
    early = Snapshot(dt.date(2023, 1, 20), 30)
    found = cut_check(shop, [early], lambda *log: compute(*log).with_columns(as_of=pl.lit(early.as_of)))
    assert leaks(found) == ["(rows)"]


def test_a_column_that_changes_by_itself_is_not_judged(shop: Sample) -> None:
    rng = np.random.default_rng(1)

    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        rows = planted.known(transactions, snapshots, n=planted.orders_before)
        return rows.with_columns(dice=pl.Series(rng.random(rows.height)))

    verdicts = {each.feature: each.verdict for each in cut_check(shop, [SNAPSHOT], compute).findings}
    assert verdicts == {"n": "ok", "dice": "not judged"}


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (dt.date(2024, 1, 1), "there are no rows at or after 2024-01-01"),
        (dt.date(2022, 1, 1), "nobody is known before"),
    ],
)
def test_where_nothing_could_leak_nothing_is_judged(shop: Sample, day: dt.date, why: str) -> None:
    report = cut_check(shop, [Snapshot(day)])
    assert {each.verdict for each in report.findings} == {"not judged"}
    assert all(each.why.startswith(why) for each in report.findings)
    assert {each.verdict for each in cut_check(shop, [Snapshot(day), SNAPSHOT]).findings} == {"ok"}


def test_without_columns_there_is_nothing_to_check(shop: Sample) -> None:
    with pytest.raises(DataError, match="no column beside"):
        cut_check(shop, [SNAPSHOT], lambda *log: features.table(*log).select(KEYS))


def test_scrambling_leaves_the_past_alone(shop: Sample) -> None:
    other = scrambled(shop, SNAPSHOT, 3)
    past = other.before(SNAPSHOT.as_of)
    assert_frame_equal(past.transactions, shop.before(SNAPSHOT.as_of).transactions)
    assert other.transactions.height == shop.transactions.height
    assert not other.transactions.sort(pl.all()).equals(shop.transactions.sort(pl.all()))
