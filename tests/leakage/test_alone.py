"""What a customer alone has another value of is named; what is the customer's own is not."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from regulars import features
from regulars.errors import DataError, LeakageError
from regulars.features import Columns, Past, Side
from regulars.leakage import Report, Sample, alone_check, of_families
from regulars.windows import Snapshot
from tests.leakage import planted
from tests.leakage.planted import KEYS, SNAPSHOT

EARLIER = SNAPSHOT.moved(-60)


@pytest.fixture(scope="module")
def shop() -> Sample:
    return planted.sample(60)


def leaks(report: Report) -> list[str]:
    return [finding.feature for finding in report.leaks]


def above_others(past: Past) -> Columns:
    """A family that compares with other customers."""
    spend = past.days.total("amount")
    return {"above_others": spend - np.mean(spend)}


def above_others_who_return(past: Past) -> Columns:
    """The same, for the few who brought something back."""
    back = past.returns.total("n_lines")
    return {"above_returners": np.where(back > 0, back - np.mean(back), np.nan)}


@pytest.mark.parametrize("seed", range(2))
def test_the_feature_set_is_in_order(seed: int) -> None:
    report = alone_check(planted.sample(40, seed), [EARLIER, SNAPSHOT], seed=seed).refuse()
    assert [finding.feature for finding in report.findings] == list(features.NAMES)
    assert [finding.verdict for finding in report.findings].count("ok") > 50


def test_a_family_that_looks_at_other_customers_is_named(shop: Sample) -> None:
    report = alone_check(shop, [SNAPSHOT], of_families([*features.FAMILIES, above_others]), n=5)
    assert leaks(report) == ["above_others"]
    with pytest.raises(LeakageError, match=r"1 column depends on other customers: above_others \(alone: without"):
        report.refuse()


def test_most_may_have_no_value(shop: Sample) -> None:
    table = features.table(shop.transactions, shop.side, [SNAPSHOT], [above_others_who_return])
    assert 0 < table["above_returners"].count() < table.height
    assert leaks(alone_check(shop, [SNAPSHOT], of_families([above_others_who_return]))) == ["above_returners"]


def test_events_of_others_are_taken_away(shop: Sample) -> None:
    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        assert side.events is not None
        rows = planted.known(transactions, snapshots, n=planted.orders_before)
        return rows.with_columns(looks=pl.lit(side.events.height), since=pl.lit(side.since))

    assert leaks(alone_check(shop, [SNAPSHOT], compute)) == ["looks"]


def test_whom_a_table_lists_may_not_depend_on_others(shop: Sample) -> None:
    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        rows = planted.known(transactions, snapshots, n=planted.orders_before)
        return rows.filter((pl.col("n") >= pl.col("n").mean()) & (rows.height > 1))

    assert "(rows)" in leaks(alone_check(shop, [SNAPSHOT], compute))


def test_what_says_nothing_is_not_judged(shop: Sample) -> None:
    rng = np.random.default_rng(1)

    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        rows = planted.known(transactions, snapshots, n=planted.orders_before)
        return rows.with_columns(dice=pl.Series(rng.random(rows.height)), hole=pl.lit(None, pl.Float64))

    found = {each.feature: each.verdict for each in alone_check(shop, [SNAPSHOT], compute).findings}
    assert found == {"n": "ok", "dice": "not judged", "hole": "not judged"}
    one = Sample(shop.transactions.filter(pl.col("customer_id") == pl.col("customer_id").first()), shop.side)
    assert {each.verdict for each in alone_check(one, [SNAPSHOT]).findings} == {"not judged"}
    with pytest.raises(DataError, match="no column beside"):
        alone_check(shop, [SNAPSHOT], lambda *log: features.table(*log).select(KEYS))
